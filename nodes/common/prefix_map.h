/* SPDX-License-Identifier: MIT */
/*
 * A table by prefix. A record is the caller's struct, whose first member is its struct prefix; it
 * stays where it is until it is removed. Peers choose the prefixes: the hash is keyed at random.
 */
#ifndef VETHLAB_PREFIX_MAP_H
#define VETHLAB_PREFIX_MAP_H

#include <stddef.h>

#include "inet.h"

struct prefix_map;

struct prefix_map *prefix_map_new(size_t record_size);
void prefix_map_free(struct prefix_map *m);
size_t prefix_map_count(const struct prefix_map *m);

/* prefix_map_find() - the record, or NULL; host bits count, so they should be 0 on both sides */
void *prefix_map_find(const struct prefix_map *m, const struct prefix *p);

/* prefix_map_add() - the record that is there, or a new one, zeroed behind its prefix */
void *prefix_map_add(struct prefix_map *m, const struct prefix *p);

/* prefix_map_remove() - its place may be the next record's that is added */
void prefix_map_remove(struct prefix_map *m, void *record);

/* prefix_map_next() - the record after this one, in no order; NULL: the first, or no more. The one
 * at hand may be removed before the next is asked for. */
void *prefix_map_next(const struct prefix_map *m, const void *record);

/* prefix_map_walk() - the same by a number, which begins with 0, for walks that last: whatever is
 * added and removed meanwhile, each record that stays is met once */
void *prefix_map_walk(const struct prefix_map *m, uint32_t *cursor);

/* prefix_map_sorted() - all records by prefix_compare(), prefix_map_count() of them; the caller
 * frees the array */
void **prefix_map_sorted(const struct prefix_map *m);

#endif
