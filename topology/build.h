/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_BUILD_H
#define VETHLAB_BUILD_H

#include "topology/space.h"

typedef void build_progress_fn(void *arg, const char *what, size_t done, size_t all);

/* build_lab() - makes the plan in the kernel: namespaces, bridges, links, addresses, routes. When it
 * returns true every bridge port forwards: the first packet arrives. False: s->error says what
 * failed, where, in the kernel's words. */
bool build_lab(struct spaces *s, build_progress_fn *progress, void *arg);

/* build_node() - what is inside a node: settings, addresses, routes, links up (build_node.c) */
struct nl_batch;
bool build_node(struct spaces *s, const struct node *node, struct nl_batch *b);

/* The index of a node's interface in its namespace is decided here: lo is 1, the first 2. */
#define FIRST_INDEX 2
unsigned iface_index(const struct iface *iface);

#endif
