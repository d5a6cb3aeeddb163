/* SPDX-License-Identifier: MIT */
/*
 * What a node's kernel has, as netlink describes it: a link, an address, a route, a neighbour. An
 * object is decoded once; whoever shows it, waits for it or remembers it sees the same fields.
 */
#ifndef VETHLAB_OBJECT_H
#define VETHLAB_OBJECT_H

#include <jansson.h>
#include <libmnl/libmnl.h>
#include <stdbool.h>

#include "nodes/common/inet.h"

#define HOPS_MAX 16 /* of an equal-cost route; further ones are not shown */

enum object_kind { OBJECT_LINK, OBJECT_ADDRESS, OBJECT_ROUTE, OBJECT_NEIGHBOUR };

enum link_state { LINK_DOWN, LINK_NO_CARRIER, LINK_UP };

struct hop {
	struct addr via; /* family 0: the destination is on the link */
	unsigned index;
};

/* Zeroed where a kind has no such field, so that two objects can be compared as memory. */
struct object {
	enum object_kind kind;
	unsigned index;	      /* the link; of a route 0, but for IPv6 without a next hop */
	struct prefix prefix; /* of an address with its host bits; a neighbour is a host prefix */
	unsigned metric;      /* of a route */
	/* up to here it is the object's name; from `tentative` on, what is said of it */
	unsigned look;	    /* known.c: when it was last seen */
	bool untold;	    /* known.c: it was found without a message */
	bool tentative;	    /* an IPv6 address that must not be used yet (RFC 4862, 5.4) */
	bool link_scope;    /* an address of the link alone, or of the host */
	uint8_t protocol;   /* who made the route: RTPROT_... */
	bool known, failed; /* a neighbour: its MAC is known; it did not answer */
	struct mac mac;	    /* of a link or a neighbour */
	enum link_state state;
	unsigned mtu;
	char name[16]; /* IFNAMSIZ */
	unsigned hop_count;
	struct hop hops[HOPS_MAX];
};

/* object_decode() - false: nothing that people ask for (other tables than main, cloned routes,
 * bridge ports, multicast neighbours), or not a message of this kind at all */
bool object_decode(struct object *o, const struct nlmsghdr *nlh);

/* object_is_gone() - does the message say that it went? */
bool object_is_gone(const struct nlmsghdr *nlh);

/* object_size() - octets of `o` that are in use: a copy of so many is the object */
size_t object_size(const struct object *o);
int object_compare_names(const struct object *a, const struct object *b);
bool object_says_the_same(const struct object *a, const struct object *b);

const char *link_state_name(enum link_state state);
const char *route_protocol_name(uint8_t protocol, char text[8]);

#endif
