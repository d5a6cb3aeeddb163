/* SPDX-License-Identifier: MIT */
/*
 * What the kernels of all nodes say, into the journal. One socket hears every node's network
 * namespace (netlink(7), NETLINK_LISTEN_ALL_NSID), so that events of different nodes come in the
 * order in which they happened. What the kernel does not say is found by a look: after a link, an
 * address or a nexthop object went, and after the socket overran.
 */
#ifndef VETHLAB_EVENTS_H
#define VETHLAB_EVENTS_H

#include <stdbool.h>

struct init;
struct events;

/* events_new() - from here on nothing is missed; NULL with errno */
struct events *events_new(struct init *init);

/* events_turn() - at the end of a turn of the loop: looks that are due, some at a time */
void events_turn(struct events *e);

/* events_look_at_all() - the lab is up: what is there now is known and is no event */
void events_look_at_all(struct events *e);
void events_free(struct events *e);

#endif
