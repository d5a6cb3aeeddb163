/* SPDX-License-Identifier: MIT */
/*
 * The receiver's side of a replay: what was mentioned between SYNC-BEGIN and SYNC-END. One replay
 * may lose a part of a big set on its way, so what several of them have mentioned counts together;
 * after a few that still do not give the sender's digest it begins anew, for what was withdrawn
 * meanwhile and mentioned before would spoil it for ever.
 */
#ifndef VETHLAB_ROUTEHUB_WHOLE_H
#define VETHLAB_ROUTEHUB_WHOLE_H

#include <stdbool.h>
#include <stdint.h>

struct whole {
	bool open;	 /* between the marks */
	uint32_t number; /* of this replay, from 1 */
	uint32_t first;	 /* of those that count together */
	uint32_t sum,
		series_sum; /* digests of what it has mentioned, and of what all of them have */
};

void whole_begin(struct whole *w);

/* whole_mention() - an address with this hash was added; `*last` is the number of the replay that
 * has mentioned it last, kept by the caller with the address (0: none) */
void whole_mention(struct whole *w, uint32_t *last, uint32_t hash);
void whole_unmention(struct whole *w, uint32_t last, uint32_t hash); /* it was withdrawn */

/* whole_end() - true: all was heard, and what whole_was_mentioned() denies is to be forgotten */
bool whole_end(struct whole *w, uint32_t digest);
bool whole_was_mentioned(const struct whole *w, uint32_t last);

#endif
