/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_LIVE_H
#define VETHLAB_LIVE_H

#include <jansson.h>

#include "topology/space.h"

/* live_of_node() - what the kernel has in a node now: interfaces with state and addresses, routes;
 * "error" says why not all of it is there */
json_t *live_of_node(struct spaces *s, const struct node *node);

/* live_addresses() - the addresses of one interface alone, but for IPv6 link-local ones */
json_t *live_addresses(struct spaces *s, const struct iface *iface);

#endif
