/* SPDX-License-Identifier: MIT */
/* What is captured: init's answer to "taps" (taps.h), read. */
#ifndef VETHLAB_LISTING_H
#define VETHLAB_LISTING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nodes/common/inet.h"
#include "topology/capture/pcapng.h"

/* A packet socket sees a namespace: each of its interfaces is one of ours in one direction, or
 * none. */
struct listed_socket {
	char *label; /* "node pc1", "LAN office" */
	int fd;
	uint32_t *indices; /* of what is seen */
	size_t index_count;
	struct tap {
		int iface; /* -1: not ours */
		enum direction direction;
	} * taps; /* by index */
	uint32_t tap_count;
	int first_iface; /* the one that its losses are reported with */
};

struct listed_iface {
	char *name, *to;
	struct mac mac;
	struct prefix *addrs;
	size_t addr_count;
};

struct listed_name {
	struct addr addr;
	char *name;
};

struct listing {
	char *lab;
	uint64_t born_ns;
	bool whole; /* of the lab */
	struct listed_socket *sockets;
	size_t socket_count;
	struct listed_iface *ifaces;
	size_t iface_count;
	struct listed_name *names;
	size_t name_count;
};

/* listing_read() - takes over the descriptors and their list; false: the answer is none of ours.
 * listing_free() in both cases. */
bool listing_read(struct listing *l, const json_t *answer, int *fds, size_t fd_count);
void listing_free(struct listing *l);

/* listing_has_node() - is anything of this node, or of the lab itself, captured? */
bool listing_has_node(const struct listing *l, const char *node);

/* listing_tap() - what this socket sees at this index, or NULL */
static inline const struct tap *listing_tap(const struct listed_socket *s, uint32_t index)
{
	return index < s->tap_count && s->taps[index].iface >= 0 ? &s->taps[index] : NULL;
}

#endif
