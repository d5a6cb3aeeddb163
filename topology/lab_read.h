/* SPDX-License-Identifier: MIT */
/* What the readers of a lab file's parts share. Each reports what it finds and reads on. */
#ifndef VETHLAB_LAB_READ_H
#define VETHLAB_LAB_READ_H

#include "nodes/common/config.h"
#include "topology/lab.h"

/* What the readers of one lab file share. */
struct reading {
	struct lab *lab;
	const struct yaml *defaults; /* or NULL */
};

static inline struct reading *reading(const struct config_reader *r)
{
	return r->context;
}

/* Each reads one value, or reports a fault and is false. */
bool read_name(struct config_reader *r, const char *name, struct place at, const char *what);

/* read_device_name() - the same for a node or a LAN, after which devices are called: lo is there
 * already, and all and default are folders beside those of the devices */
bool read_device_name(struct config_reader *r, const char *name, struct place at, const char *what);

/* read_subnets() - the subnet or list of subnets of a wire; `none` leaves it unnumbered */
void read_subnets(struct config_reader *r, const struct yaml *y, struct wire *wire);
void read_mtu(struct config_reader *r, struct yaml *y, void *unsigned_mtu);

void read_lans(struct config_reader *r, struct yaml *y, void *lab);
void read_links(struct config_reader *r, struct yaml *y, void *lab);
void read_nodes(struct config_reader *r, struct yaml *y, void *lab);
void read_events(struct config_reader *r, struct yaml *y, void *lab);
void read_scenes(struct config_reader *r, struct yaml *y, void *lab);
void read_defaults(struct config_reader *r, struct yaml *y, void *lab);
void read_run(struct config_reader *r, const struct yaml *y, struct node *node);

void read_ifaces(struct config_reader *r, struct yaml *y, void *node);

/* read_only_iface() - `pc: {lan: office}` has one interface, eth0 */
void read_only_iface(struct config_reader *r, const struct yaml *y, struct node *node);

/* iface_new() - a new interface of a node; a second of one name is a fault, and NULL */
struct iface *iface_new(struct config_reader *r, struct node *node, const char *name,
			struct place at);

/* plug() - joins an interface to a wire */
void plug(struct iface *iface, struct wire *wire);

/* words_split() - a command line as a shell splits it: quotes and backslashes, no expansion. False:
 * *why, not to be freed; the words so far are the caller's all the same. */
bool words_split(const char *line, char ***argv, size_t *argc, const char **why);

#endif
