/* SPDX-License-Identifier: MIT */
/*
 * A configuration file as a tree in which every key and value knows its place: libfyaml reads, this
 * keeps what a fault's caret needs. Scalars stay text: what `yes` means is the reader's business.
 * Anchors, aliases and the merge key `<<` are resolved; a key that stands twice is a fault.
 */
#ifndef VETHLAB_YAML_H
#define VETHLAB_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "fault.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml {
	enum yaml_kind kind;
	struct place at;
	char *text;  /* of a scalar; "" where nothing is written */
	bool quoted; /* "" is text then, and not nothing */
	char *key;   /* of an entry of a map */
	struct place key_at;
	bool merged; /* came by `<<` */
	bool twice;  /* the key stood there before */
	struct yaml *entries, *next;
	struct yaml *last; /* of the entries, while they are read */
};

/* yaml_parse() - the tree; faults are added to `f`. NULL: not YAML. An empty file is an empty
 * map. */
struct yaml *yaml_parse(const char *text, size_t len, struct faults *f);

/* yaml_free() - all that is in it, and all that follows it in its list */
void yaml_free(struct yaml *y);

/* yaml_get() - the entry of this key, which is its value; NULL: there is none */
struct yaml *yaml_get(const struct yaml *map, const char *key);
const char *yaml_kind_name(const struct yaml *y);
bool yaml_is_empty(const struct yaml *y); /* nothing is written, or null */
size_t yaml_count(const struct yaml *y);

/* yaml_read_file() - the whole file as text, ended by NUL; NULL with errno. At most 16 MiB. */
char *yaml_read_file(const char *path, size_t *len);

#endif
