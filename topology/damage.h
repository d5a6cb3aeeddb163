/* SPDX-License-Identifier: MIT */
/*
 * What is broken on purpose in a running lab: actions done, and what they left undone, so that a
 * second one knows of the first. Everything happens within init, and ends with it.
 */
#ifndef VETHLAB_DAMAGE_H
#define VETHLAB_DAMAGE_H

#include <jansson.h>
#include <stdbool.h>

#include "topology/action.h"

struct init;

struct port_damage {
	bool cut;	    /* the far end is down */
	uint8_t side;	    /* of a partition; 0: on the LAN's own bridge */
	struct shape shape; /* in force */
};

struct wire_damage {
	struct port_damage *ports; /* NULL: nothing ever happened to this wire */
	char *partition;	   /* its name; NULL: the LAN is whole */
	unsigned sides;
};

struct damage {
	struct init *init;
	struct wire_damage *wires; /* by index */
};

struct damage *damage_new(struct init *init);
void damage_free(struct damage *d);

/* damage_do() - does it, writes it into the journal. False: *error tells why not, to be freed.
 * *note, if not NULL, tells what there was not to do; to be freed. */
bool damage_do(struct damage *d, const struct action *a, char **error, char **note);

/* damage_of_wire() - never NULL */
struct wire_damage *damage_of_wire(struct damage *d, const struct wire *w);

/* cut.c: the far end of a port goes down or comes up */
bool cut_port(struct damage *d, const struct iface *iface, bool down, char **error);
bool cut_lan(struct damage *d, const struct wire *lan, bool down, char **error);

/* qdisc.c: tbf and netem at both ends of a port, in place of what is there */
bool shape_port(struct damage *d, const struct iface *iface, const struct shape *s, char **error);

/* qdisc_add_netem() - the message that makes netem the root of that link */
struct nl_batch;
void qdisc_add_netem(struct nl_batch *b, unsigned index, const struct shape *s);

/* partition.c */
bool partition_make(struct damage *d, const struct action *a, char **error);
bool partition_heal(struct damage *d, const struct wire *lan, char **error);

/* damage_batch() - netlink messages for one network namespace: begin, add, end. End sends; false:
 * *error has the kernel's words, unless `error` is NULL. */
struct damage_batch {
	struct nl_batch *b;
	int fd;
};
bool damage_batch_begin(struct damage *d, struct damage_batch *db, int net, char **error);
bool damage_batch_end(struct damage *d, struct damage_batch *db, char **error);

#endif
