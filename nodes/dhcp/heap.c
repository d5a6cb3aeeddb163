/* SPDX-License-Identifier: MIT */
#include "heap.h"

#include <stdlib.h>

#include "nodes/common/mem.h"

static void put_at(struct heap *h, size_t at, struct heap_place *p)
{
	h->places[at] = p;
	p->at = at;
}

/* rise() and sink() - from `at` on, to where what is above is earlier, and what is below later */
static void rise(struct heap *h, size_t at)
{
	struct heap_place *p = h->places[at];

	for (; at && h->places[(at - 1) / 2]->time > p->time; at = (at - 1) / 2)
		put_at(h, at, h->places[(at - 1) / 2]);
	put_at(h, at, p);
}

static void sink(struct heap *h, size_t at)
{
	struct heap_place *p = h->places[at];
	size_t child;

	while ((child = 2 * at + 1) < h->count) {
		if (child + 1 < h->count && h->places[child + 1]->time < h->places[child]->time)
			child++;
		if (h->places[child]->time >= p->time)
			break;
		put_at(h, at, h->places[child]);
		at = child;
	}
	put_at(h, at, p);
}

void heap_add(struct heap *h, struct heap_place *p, uint64_t time)
{
	p->time = time;
	*xappend(&h->places, &h->count) = p;
	rise(h, h->count - 1);
}

void heap_remove(struct heap *h, struct heap_place *p)
{
	size_t at = p->at;
	struct heap_place *last = h->places[--h->count];

	if (last == p)
		return;
	put_at(h, at, last);
	rise(h, at);
	sink(h, last->at);
}

struct heap_place *heap_first(const struct heap *h)
{
	return h->count ? h->places[0] : NULL;
}

void heap_free(struct heap *h)
{
	free(h->places);
}
