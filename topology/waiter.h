/* SPDX-License-Identifier: MIT */
/* A wait at work: its sources, and what each of them has to tell. Between wait.c and
 * wait_ping.c. */
#ifndef VETHLAB_WAITER_H
#define VETHLAB_WAITER_H

#include "nodes/common/loop.h"
#include "topology/follow.h"
#include "topology/wait.h"

struct ping;

struct waiter {
	struct wait *wait;
	struct loop *loop;
	int kernel; /* netlink socket in the node */
	int diag;   /* who listens in the node */
	struct follower *journal, *log;
	struct ping *pings;
	size_t ping_count;
	struct watch *deadline, *watches[8];
	size_t watch_count;
	bool kernel_due, commands_due;
	enum wait_end end;
};

/* The facts that are echo replies: pings_start() in the node's network. */
void pings_start(struct waiter *w);

/* pings_hurry() - something changed in the node: the pauses begin anew */
void pings_hurry(struct waiter *w);
void pings_stop(struct waiter *w);

#endif
