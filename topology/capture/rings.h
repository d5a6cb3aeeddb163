/* SPDX-License-Identifier: MIT */
/* The rings of a capture, one for each socket of its listing, started and read together. */
#ifndef VETHLAB_RINGS_H
#define VETHLAB_RINGS_H

#include "topology/capture/filter.h"
#include "topology/capture/listing.h"
#include "topology/capture/ring.h"

struct rings {
	struct ring *list;
	size_t count;
	int ready;	     /* an epoll(7) of them all: readable when one has a block for us */
	unsigned timeout_ms; /* a block comes to us within twice this after its first frame */
};

/* rings_start() - in parallel, in about `octets` of memory; takes the sockets over from the
 * listing. False: *why, to be freed, says what failed, and rings_stop() is due anyway. */
bool rings_start(struct rings *r, struct listing *l, const struct filter *filter, bool both,
		 size_t octets, char **why);
void rings_stop(struct rings *r);

void rings_count(struct rings *r);	       /* brings all counts up to date */
uint64_t rings_dropped(const struct rings *r); /* of them all, as of the last rings_count() */

#endif
