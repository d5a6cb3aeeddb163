/* SPDX-License-Identifier: MIT */
/* The drawing's plane is cut into tiles, about as large as a box; a hash of the tile leads to the
 * places that touch it. */
#include "topology/graph/plane.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "nodes/common/mem.h"

#define TILE_W	16.0
#define TILE_H	4.0
#define BUCKETS 8192

struct taken {
	struct shape shape;
	size_t next; /* place of this bucket, from 1 */
};

struct plane {
	size_t bucket[BUCKETS]; /* the first place, from 1; 0: none */
	struct taken *places;
	size_t count;
};

/* A span of tiles. */
struct tiles {
	long left, right, top, bottom;
};

static struct tiles tiles_of(const struct shape *s)
{
	return (struct tiles){ (long)floor(s->x / TILE_W), (long)floor((s->x + s->w) / TILE_W),
			       (long)floor(s->y / TILE_H), (long)floor((s->y + s->h) / TILE_H) };
}

static size_t bucket_of(long x, long y)
{
	return ((uint64_t)x * 73856093u ^ (uint64_t)y * 19349663u) % BUCKETS;
}

struct plane *plane_of(const struct drawing *d)
{
	struct plane *p = xcalloc(1, sizeof(*p));

	for (size_t i = 0; i < d->count; i++)
		if (shape_covers_space(&d->shapes[i]))
			plane_take(p, &d->shapes[i]);
	return p;
}

void plane_free(struct plane *p)
{
	free(p->places);
	free(p);
}

void plane_take(struct plane *p, const struct shape *place)
{
	struct tiles t = tiles_of(place);

	for (long x = t.left; x <= t.right; x++)
		for (long y = t.top; y <= t.bottom; y++) {
			size_t *first = &p->bucket[bucket_of(x, y)];

			*xappend(&p->places, &p->count) = (struct taken){ *place, *first };
			*first = p->count;
		}
}

bool plane_is_free(const struct plane *p, const struct shape *place)
{
	struct tiles t = tiles_of(place);

	for (long x = t.left; x <= t.right; x++)
		for (long y = t.top; y <= t.bottom; y++)
			for (size_t i = p->bucket[bucket_of(x, y)]; i; i = p->places[i - 1].next)
				if (shape_covers(&p->places[i - 1].shape, place))
					return false;
	return true;
}
