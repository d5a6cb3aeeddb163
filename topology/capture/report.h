/* SPDX-License-Identifier: MIT */
/* What a capture says of itself: at the beginning and end of each file, while it runs, and at
 * its end. */
#ifndef VETHLAB_CAPTURE_REPORT_H
#define VETHLAB_CAPTURE_REPORT_H

#include "topology/capture/listing.h"
#include "topology/capture/rings.h"

struct report {
	const struct listing *listing;
	const char *filter;	       /* or NULL */
	uint64_t begun_ns, written_ns; /* since 1970: the beginning; of what was written last */
	uint64_t *ifaces;	       /* frames of each interface that came to us */
	uint64_t frames, octets;       /* that were written */
	uint64_t unwritten;	       /* that came to us, and nobody took */
	bool write_failed;	       /* that is why */
	uint64_t cut;		       /* that came without their end: longer than a ring's block */
	uint64_t told_lost;
	uint64_t shown_frames; /* as of the last report_progress() */
};

void report_new(struct report *r, const struct listing *l, const char *filter, uint64_t begun_ns);
void report_free(struct report *r);

/* report_begin() - the head of a file: section, interfaces, names */
void report_begin(const struct report *r, struct bytes *to);

/* report_end() - its end: the statistics of each interface, with what its namespace has dropped */
void report_end(const struct report *r, const struct rings *rings, struct bytes *to);

/* report_progress() - called once a second: a line that is updated, or, as it is wanted, a new
 * one */
void report_progress(struct report *r, const struct rings *rings, bool lines);

/* report_say() - how it went. The exit status: 1 if anything was lost, and where is said even when
 * `quiet`. */
int report_say(const struct report *r, const struct rings *rings, const char *path, bool quiet);

#endif
