/* SPDX-License-Identifier: MIT */
/* The links of this network namespace and their IPv4 addresses, as they are now. */
#ifndef VETHLAB_LINKS_H
#define VETHLAB_LINKS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop.h"

struct link_addr {
	uint32_t address, broadcast; /* host order */
	uint32_t network; /* an address in it: the other end's, on a point-to-point link */
	unsigned len;
};

struct link {
	unsigned index;
	char name[IFNAMSIZ];
	bool up; /* and there is a carrier */
	bool loopback;
	struct link_addr *addrs;
	size_t addr_count;
};

struct links;

/* links_open() - `changed` is called after each change, but not for what is there at the start.
 * Ends the program where there is no netlink. */
struct links *links_open(struct loop *l, loop_fn *changed, void *arg);
void links_close(struct links *l);

/* links_all() - ends with an index of 0; good until the next change */
const struct link *links_all(const struct links *l);

/* links_own() - is this one of our addresses? links_broadcast() - or a network's broadcast address,
 * or the network itself? */
bool links_own(const struct links *l, uint32_t address);
bool links_broadcast(const struct links *l, uint32_t address);

/* links_towards() - the link that has a network with this address in it, the smallest one, or
 * NULL */
const struct link *links_towards(const struct links *l, uint32_t address);

#endif
