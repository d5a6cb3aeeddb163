/* SPDX-License-Identifier: MIT */
/* Where addresses go: how many, and which of them are mere offers. */
#ifndef VETHLAB_DHCP_PORT_H
#define VETHLAB_DHCP_PORT_H

#include <stddef.h>
#include <stdint.h>

struct lease;
struct network;

/* A wire's end that addresses go to: what a relay calls a circuit, or the rest of a network. */
struct port {
	const struct network *network;
	uint8_t *circuit;
	size_t circuit_len;
	unsigned held, offered;		    /* addresses in all; those that are offers */
	struct lease *offers, **offers_end; /* the oldest first */
};

struct ports {
	void *tree;
	struct port *idle; /* the one that was asked for last, and may not be used yet */
};

/* ports_find() - the port, a new one if it was not there; it lives as long as something is held
 * there, or until the next call */
struct port *ports_find(struct ports *ports, const struct network *n, const uint8_t *circuit,
			size_t circuit_len);

/* ports_release() - it may be that nothing is held there any more */
void ports_release(struct ports *ports, struct port *p);
void ports_free(struct ports *ports);

#endif
