/* SPDX-License-Identifier: MIT */
/* A binary heap of things that have a time: the earliest one first. Each knows its place in it. */
#ifndef VETHLAB_DHCP_HEAP_H
#define VETHLAB_DHCP_HEAP_H

#include <stddef.h>
#include <stdint.h>

struct heap_place {
	uint64_t time;
	size_t at;
};

struct heap {
	struct heap_place **places;
	size_t count;
};

/* heap_add() - the caller owns the place, which does not move until heap_remove() */
void heap_add(struct heap *h, struct heap_place *p, uint64_t time);
void heap_remove(struct heap *h, struct heap_place *p);
struct heap_place *heap_first(const struct heap *h); /* or NULL */
void heap_free(struct heap *h);			     /* not what is in it */

#endif
