/* SPDX-License-Identifier: MIT */
/*
 * Values of a configuration file: each reader takes one from the tree (yaml.h), or reports at its
 * place what it should have been. What is wrong is reported and read past, so that one run shows
 * all.
 */
#ifndef VETHLAB_CONFIG_H
#define VETHLAB_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inet.h"
#include "yaml.h"

struct config_reader {
	struct faults *faults;
	void *context; /* what the readers of one kind of file share */
};

/* A key that a map may have, and who reads its value. */
struct key {
	const char *name;
	void (*read)(struct config_reader *r, struct yaml *value, void *into);
};

/* read_map() - each entry by its key's reader; other keys are faults, with the nearest one named.
 * `what` says whose keys they are: "node 'pc1'". False: it is not a map. */
bool read_map(struct config_reader *r, const struct yaml *map, const struct key *keys, size_t count,
	      const char *what, void *into);

/* Each reads one value, or reports a fault that begins with `what`, and is false: then `*to` is as
 * it was. `min` and `max` are good themselves; read_word() gives the word's place in the list. */
bool read_text(struct config_reader *r, const struct yaml *y, const char *what);
bool read_bool(struct config_reader *r, const struct yaml *y, const char *what, bool *to);
bool read_number(struct config_reader *r, const struct yaml *y, const char *what, unsigned min,
		 unsigned max, unsigned *to);
bool read_word(struct config_reader *r, const struct yaml *y, const char *what,
	       const char *const *words, size_t count, unsigned *to);
bool read_time(struct config_reader *r, const struct yaml *y, const char *what, uint64_t min_ms,
	       uint64_t max_ms, uint64_t *ms);
bool read_ip4(struct config_reader *r, const struct yaml *y, const char *what, uint32_t *to);
bool read_mac(struct config_reader *r, const struct yaml *y, const char *what, struct mac *to);

/* read_subnet() - a prefix without host bits that hosts can be in */
bool read_subnet(struct config_reader *r, const char *text, struct place at, struct prefix *to);

/* read_each() - a list's values one after another, or the one value that stands in its place */
void read_each(struct config_reader *r, struct yaml *y,
	       void (*read)(struct config_reader *r, struct yaml *value, void *into), void *into);

#endif
