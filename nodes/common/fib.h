/* SPDX-License-Identifier: MIT */
/*
 * The FIB writer: what a routing node wants in the kernel, as a table. What is set and removed is
 * gathered and goes to the kernel in batches, in the next turn of the loop or at fib_flush().
 *
 * A route is ours if it has our protocol number and our metric in our table. Another's route is
 * never replaced or deleted: where one has the same prefix and metric, ours is refused, and put in
 * when the other has gone. What the kernel drops, with a link, an address or by somebody's hand, is
 * found and put back as soon as the kernel takes it.
 */
#ifndef VETHLAB_FIB_H
#define VETHLAB_FIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inet.h"
#include "loop.h"

#define FIB_HOPS_MAX 16

struct fib;

struct fib_config {
	uint8_t protocol; /* rtm_protocol */
	uint32_t metric;
	uint32_t table; /* 0: main */
	bool plain;	/* without nexthop objects */
};

struct fib_hop {
	struct addr via;  /* family 0: the destination is on the link itself */
	unsigned ifindex; /* 0, as the only hop: nowhere, senders are told "unreachable" */
};

/* fib_new() - a writer in the network namespace that we are in. Routes of ours that are there
 * already are kept as they are until fib_sweep(); one that is set as it is is not touched. Ends the
 * program where there is no netlink. */
struct fib *fib_new(struct loop *l, const struct fib_config *c);

/* fib_set() - this route, by way of 1 to FIB_HOPS_MAX next hops, whatever was wanted before */
void fib_set(struct fib *f, const struct prefix *p, const struct fib_hop *hops, size_t count);

/* fib_remove() - no longer; a route of an earlier run that was never set waits for fib_sweep() */
void fib_remove(struct fib *f, const struct prefix *p);

/* fib_remove_all() - all that is ours, also what an earlier run has left */
void fib_remove_all(struct fib *f);

/* fib_sweep() - what an earlier run has left and nobody has set since, goes */
void fib_sweep(struct fib *f);

/* fib_flush() - returns when the kernel has all that was wanted, or has refused it */
void fib_flush(struct fib *f);

bool fib_has(const struct fib *f, const struct prefix *p); /* the kernel has it, as it was wanted */

/* fib_close() - our routes leave the kernel, then it returns */
void fib_close(struct fib *f);

#endif
