/* SPDX-License-Identifier: MIT */
/*
 * A capture of a lab: frames of all its wires, and what its nodes and events tell, in one pcapng
 * file in the order of their times.
 *
 *   kernel --> rings, one a namespace --\
 *   what nodes print ------------------- > merge --> output
 *   the lab's events ------------------/
 *
 * A frame waits until none that is older can still come out of another ring (merge.h).
 */
#ifndef VETHLAB_CAPTURE_H
#define VETHLAB_CAPTURE_H

#include "topology/capture/filter.h"
#include "topology/capture/listing.h"
#include "topology/capture/output.h"

#define CAPTURE_BUFFER (64u << 20)

struct capture_options {
	struct output_options output;
	char *filter_text;    /* or NULL */
	struct filter filter; /* the same, compiled */
	bool both;	      /* both ends of each wire (taps.h) */
	uint64_t count;	      /* frames, then it ends; 0: no limit */
	uint64_t duration_ms;
	uint64_t buffer; /* octets of memory for all that waits */
	bool whole;	 /* also what was told before it began */
	int attend;	 /* readable when the lab ends (client.h); closed when all is written */
	void (*begun)(void *arg); /* from now on everything is seen; or NULL */
	void *begun_arg;
	bool stats; /* a line a second */
	bool quiet; /* nothing but what went wrong */
};

/* capture_run() - until it is told to end, the lab ends, or there is nobody to write to. Takes
 * the sockets over from the listing. The exit status: 1 if it failed or anything was dropped,
 * which was said. */
int capture_run(const struct capture_options *o, struct listing *l);

#endif
