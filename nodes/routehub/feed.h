/* SPDX-License-Identifier: MIT */
/*
 * What one peer is to be told, in order: single updates as they happen, and the whole set again, as
 * often as that is asked for. Nothing is encoded before it leaves, so that a slow peer costs five
 * octets an update; one that is too slow for that is told the whole set instead.
 */
#ifndef VETHLAB_ROUTEHUB_FEED_H
#define VETHLAB_ROUTEHUB_FEED_H

#include "packet.h"

/* feed_next_fn() - the next address of the set behind `*cursor`, which begins with 0 */
typedef bool feed_next_fn(void *arg, uint32_t *cursor, uint32_t *address);

struct feed {
	struct hub_datagram *ring;
	uint32_t first, count, room;  /* room: a power of 2, or 0 */
	struct hub_datagram ahead[4]; /* what does not wait */
	unsigned ahead_count;
	enum { FEED_UPDATES, FEED_BEGIN, FEED_WHOLE } state;
	bool again; /* the whole set once more, after this time */
	bool marks; /* between SYNC-BEGIN and SYNC-END */
	uint32_t cursor;
	uint64_t whole_at; /* when the last one began */
};

void feed_free(struct feed *f);

/* feed_push() - behind what waits; with one too many the whole set takes the place of all that */
void feed_push(struct feed *f, uint8_t type, uint32_t field);

/* feed_push_ahead() - in front of all else; where four wait already it is lost */
void feed_push_ahead(struct feed *f, uint8_t type, uint32_t field);

/* feed_whole() - the whole set from its begin, after what waits; with marks, if the peer knows
 * them */
void feed_whole(struct feed *f, bool marks);

/* feed_clear() - nothing is to be told any more */
void feed_clear(struct feed *f);

bool feed_is_idle(const struct feed *f);

/* feed_may_repeat() - the peer has missed something: may it have the whole set now? Not while
 * something is under way, and a set that is not small not again within half an interval */
bool feed_may_repeat(struct feed *f, size_t count, uint64_t now, uint64_t interval_ms);

/* feed_take() - what is to be sent next; false: nothing. `digest` is that of the whole set as it is
 * now. */
bool feed_take(struct feed *f, feed_next_fn *next, void *arg, uint32_t digest,
	       struct hub_datagram *to);

#endif
