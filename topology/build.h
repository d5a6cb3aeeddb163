/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_BUILD_H
#define VETHLAB_BUILD_H

#include "topology/space.h"

typedef void build_progress_fn(void *arg, const char *what, size_t done, size_t all);

/* The plan, made in the kernel, in three steps: the namespaces; bridges and links, whose ends in
 * the nodes are down, so that not one frame goes; addresses and routes, and all links up. When
 * the last returns true every bridge port forwards: the first packet arrives. False: s->error
 * says what failed, where, in the kernel's words. */
bool build_namespaces(struct spaces *s, build_progress_fn *progress, void *arg);
bool build_links(struct spaces *s, build_progress_fn *progress, void *arg);
bool build_nodes(struct spaces *s, build_progress_fn *progress, void *arg);

/* One end of a wire: the index of a link in a network namespace. */
struct wire_end {
	int net;
	unsigned index;
};

/* wire_near_end() - the node's own; wire_far_end() - the switch's port, the other end of the
 * cable */
struct wire_end wire_near_end(const struct spaces *s, const struct iface *iface);
struct wire_end wire_far_end(const struct spaces *s, const struct iface *iface);

/* build_sync() - the node sees the carrier of its end as it is now: the kernel's link watch may
 * take up to a second for that. It stays in the node's namespaces. */
void build_sync(struct spaces *s, const struct iface *i);

/* build_settle() - waits until `expected` ports of a LAN forward: a frame sent earlier is lost.
 * False, after timeout_ms: they do not, because a node's own end is down for example. It stays in
 * the LAN's namespace. */
bool build_settle(struct spaces *s, const struct wire *lan, size_t expected, unsigned timeout_ms);

/* build_bridge() - one more bridge beside the LAN's own, for side 1, 2 ... of a partition */
struct nl_batch;
void build_bridge(struct nl_batch *b, const struct wire *lan, unsigned side);
unsigned bridge_index(const struct wire *lan, unsigned side); /* 0: the LAN's own */

/* build_again() - the planned addresses and routes of a node, as far as they are gone. We are
 * home again afterwards. */
void build_again(struct spaces *s, const struct node *node);

/* node_sysctl() - in the network namespace that we are in */
bool node_sysctl(struct spaces *s, const struct node *node, const char *key, const char *value);

/* build_node() - what is inside a node: settings, addresses, routes, links up (build_node.c). It
 * stays in the node's namespace. */
bool build_node(struct spaces *s, const struct node *node, struct nl_batch *b);

/* The index of a node's interface in its namespace is decided here: lo is 1, the first 2. */
#define FIRST_INDEX 2
unsigned iface_index(const struct iface *iface);
unsigned port_index(const struct iface *iface); /* of the switch's port, in the LAN's namespace */

#endif
