/* SPDX-License-Identifier: MIT */
/* What the readers of a lab file's parts share. Each reports what it finds and reads on. */
#ifndef VETHLAB_LAB_READ_H
#define VETHLAB_LAB_READ_H

#include "topology/lab.h"

struct lab_reader {
	struct lab *lab;
	struct faults *faults;
	const struct yaml *defaults; /* or NULL */
};

/* A key that a map may have, and who reads its value. */
struct key {
	const char *name;
	void (*read)(struct lab_reader *r, struct yaml *value, void *into);
};

/* read_map() - each entry by its key's reader; other keys are faults, with the nearest one named.
 * `what` says whose keys they are: "node 'pc1'". False: it is not a map. */
bool read_map(struct lab_reader *r, const struct yaml *map, const struct key *keys, size_t count,
	      const char *what, void *into);

/* Each reads one value, or reports a fault and is false. */
bool read_text(struct lab_reader *r, const struct yaml *y, const char *what);
bool read_bool(struct lab_reader *r, const struct yaml *y, const char *what, bool *to);
bool read_number(struct lab_reader *r, const struct yaml *y, const char *what, unsigned min,
		 unsigned max, unsigned *to);
bool read_word(struct lab_reader *r, const struct yaml *y, const char *what,
	       const char *const *words, size_t count, unsigned *to);
bool read_name(struct lab_reader *r, const char *name, struct place at, const char *what);

/* read_subnets() - the subnet or list of subnets of a wire; `none` leaves it unnumbered */
void read_subnets(struct lab_reader *r, const struct yaml *y, struct wire *wire);
void read_mtu(struct lab_reader *r, struct yaml *y, void *unsigned_mtu);

void read_lans(struct lab_reader *r, struct yaml *y, void *lab);
void read_links(struct lab_reader *r, struct yaml *y, void *lab);
void read_nodes(struct lab_reader *r, struct yaml *y, void *lab);
void read_events(struct lab_reader *r, struct yaml *y, void *lab);
void read_scenes(struct lab_reader *r, struct yaml *y, void *lab);
void read_defaults(struct lab_reader *r, struct yaml *y, void *lab);
void read_run(struct lab_reader *r, const struct yaml *y, struct node *node);

void read_ifaces(struct lab_reader *r, struct yaml *y, void *node);

/* read_only_iface() - `pc: {lan: office}` has one interface, eth0 */
void read_only_iface(struct lab_reader *r, const struct yaml *y, struct node *node);

/* iface_new() - a new interface of a node; a second of one name is a fault, and NULL */
struct iface *iface_new(struct lab_reader *r, struct node *node, const char *name, struct place at);

/* plug() - joins an interface to a wire */
void plug(struct iface *iface, struct wire *wire);

/* words_split() - a command line as a shell splits it: quotes and backslashes, no expansion */
bool words_split(const char *line, char ***argv, size_t *argc, const char **why);

#endif
