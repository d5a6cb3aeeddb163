/* SPDX-License-Identifier: MIT */
/*
 * What a picture of a lab shows: nodes, wires, and the ends at which a node hangs on a wire. It
 * is made from a lab file, or from a lab that runs; then it also knows what is down.
 */
#ifndef VETHLAB_PICTURE_H
#define VETHLAB_PICTURE_H

#include <jansson.h>
#include <stdbool.h>

#include "topology/lab.h"

enum look {
	LOOK_PLAIN,
	LOOK_GOOD,    /* all of its commands are ready */
	LOOK_WAITING, /* one is on its way */
	LOOK_BAD,     /* one has failed; the link is cut */
};

struct end {
	size_t node, wire;
	char *iface;
	char *address; /* ".7" in a LAN that says the rest, or in full; "dhcp"; or "" */
	bool by_dhcp;
	enum look look;
};

struct picture_node {
	char *name;
	char *group; /* of nodes that are alike: "pc" of pc1, pc2; or NULL */
	bool forwards;
	enum look look;
	size_t *ends; /* numbers, in the order of the interfaces */
	size_t end_count;
};

struct picture_wire {
	char *name;
	char *subnets; /* "10.0.1.0/24 fd00::/64", or "" */
	enum wire_kind kind;
	bool split; /* by a partition */
	size_t *ends;
	size_t end_count;
};

struct picture {
	char *lab;
	struct picture_node *nodes;
	size_t node_count;
	struct picture_wire *wires;
	size_t wire_count;
	struct end *ends;
	size_t end_count;
};

struct picture *picture_of_lab(const struct lab *lab);
struct picture *picture_of_status(const json_t *status); /* the answer to "status" (control.h) */
void picture_free(struct picture *p);

/* other_end() - of a cable; of a cable that has none, and of a LAN, the end itself */
const struct end *other_end(const struct picture *p, size_t end);

/* line_look() - of the line that leaves an end: of a cable that of the end which is cut, whichever */
enum look line_look(const struct picture *p, size_t end);

#endif
