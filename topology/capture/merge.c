/* SPDX-License-Identifier: MIT */
/*
 * Memory is slabs of one size, filled from the beginning; a slab is free again when all of its
 * blocks are released. A source's queue is sorted as it grows, from its end; a binary heap of
 * the sources that have something has the one with the oldest on top.
 */
#include "topology/capture/merge.h"

#include <stdlib.h>
#include <string.h>

#include "nodes/common/mem.h"

#define SLAB_LEN   MERGE_BLOCK_MAX /* and so aligned: a block's address tells its slab */
#define SLABS_MIN  4
#define QUEUE_ROOM 64

struct slab {
	struct slab *next;   /* of the free ones */
	uint32_t used, live; /* octets; blocks that are not released */
};

#define SLAB_DATA sizeof(struct slab)

struct entry {
	uint64_t ns;
	uint8_t *block;
	uint32_t len;
};

/* A ring of entries; room is a power of two. */
struct queue {
	struct entry *ring;
	size_t head, count, room;
};

struct merge {
	struct queue *queues;
	size_t sources;
	size_t *heap, heap_count; /* numbers of sources that have something */
	size_t count;
	struct slab *free, *filling;
	size_t slabs, slabs_max;
};

struct merge *merge_new(size_t sources, size_t octets)
{
	struct merge *m = xcalloc(1, sizeof(*m));

	m->sources = sources;
	m->queues = xcalloc(sources, sizeof(*m->queues));
	m->heap = xcalloc(sources, sizeof(*m->heap));
	m->slabs_max = octets / SLAB_LEN > SLABS_MIN ? octets / SLAB_LEN : SLABS_MIN;
	return m;
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* slab_of() - which is aligned to its length */
static struct slab *slab_of(uint8_t *block)
{
	return (struct slab *)((uintptr_t)block & ~((uintptr_t)SLAB_LEN - 1));
}

/* next_slab() - an empty one; NULL: the bound is reached, or there is no memory */
static struct slab *next_slab(struct merge *m)
{
	struct slab *s = m->free;

	if (s) {
		m->free = s->next;
	} else if (m->slabs < m->slabs_max) {
		s = aligned_alloc(SLAB_LEN, SLAB_LEN);
		if (!s)
			return NULL;
		m->slabs++;
	} else {
		return NULL;
	}
	*s = (struct slab){ .used = SLAB_DATA };
	return s;
}

static void put_back(struct merge *m, struct slab *s)
{
	s->next = m->free;
	m->free = s;
}

/* room_for() - behind the block before it, or in another slab; what then is left of the first stays
 * unused until that is free */
static uint8_t *room_for(struct merge *m, uint32_t len)
{
	struct slab *s = m->filling;

	if (len > SLAB_LEN - SLAB_DATA)
		return NULL;
	if (!s || s->used + len > SLAB_LEN) {
		struct slab *fresh = next_slab(m);

		if (!fresh)
			return NULL;
		if (s && !s->live)
			put_back(m, s);
		m->filling = s = fresh;
	}
	s->live++;
	s->used += len;
	return (uint8_t *)s + s->used - len;
}

/* release() - when it was the last one of its slab, that is free; the one
 * being filled begins anew */
static void release(struct merge *m, uint8_t *block)
{
	struct slab *s = slab_of(block);

	if (--s->live)
		return;
	if (s == m->filling)
		s->used = SLAB_DATA;
	else
		put_back(m, s);
}

/* ---- queues and their heap ------------------------------------------------------------------- */

/* at() - entry i of the queue, 0 is the oldest; valid until it grows */
static struct entry *at(const struct queue *q, size_t i)
{
	return &q->ring[(q->head + i) & (q->room - 1)];
}

static void grow(struct queue *q)
{
	size_t room = q->room ? 2 * q->room : QUEUE_ROOM;
	struct entry *ring = xcalloc(room, sizeof(*ring));

	for (size_t i = 0; i < q->count; i++)
		ring[i] = *at(q, i);
	free(q->ring);
	q->ring = ring;
	q->room = room;
	q->head = 0;
}

/* insert() - from the end: with two CPUs in one namespace a frame may be overtaken by the next */
static void insert(struct queue *q, struct entry e)
{
	size_t i;

	if (q->count == q->room)
		grow(q);
	for (i = q->count++; i > 0 && at(q, i - 1)->ns > e.ns; i--)
		*at(q, i) = *at(q, i - 1);
	*at(q, i) = e;
}

/* oldest() - the time of the oldest block of the source at this place of the heap */
static uint64_t oldest(const struct merge *m, size_t place)
{
	const struct queue *q = &m->queues[m->heap[place]];

	return q->ring[q->head].ns;
}

static void swap(struct merge *m, size_t a, size_t b)
{
	size_t source = m->heap[a];

	m->heap[a] = m->heap[b];
	m->heap[b] = source;
}

static void sift_up(struct merge *m, size_t place)
{
	for (; place && oldest(m, place) < oldest(m, (place - 1) / 2); place = (place - 1) / 2)
		swap(m, place, (place - 1) / 2);
}

static void sift_down(struct merge *m, size_t place)
{
	for (;;) {
		size_t child = 2 * place + 1;

		if (child + 1 < m->heap_count && oldest(m, child + 1) < oldest(m, child))
			child++;
		if (child >= m->heap_count || oldest(m, place) <= oldest(m, child))
			return;
		swap(m, place, child);
		place = child;
	}
}

/* find() - a source's place in the heap; it is asked for when its oldest has been overtaken,
 * which is seldom */
static size_t find(const struct merge *m, size_t source)
{
	size_t place = 0;

	while (m->heap[place] != source)
		place++;
	return place;
}

uint8_t *merge_add(struct merge *m, size_t source, uint64_t ns, uint32_t len)
{
	struct queue *q = &m->queues[source];
	uint8_t *block = room_for(m, len);
	bool first = q->count == 0, overtakes = !first && ns < at(q, 0)->ns;

	if (!block)
		return NULL;
	insert(q, (struct entry){ ns, block, len });
	m->count++;
	if (first) {
		m->heap[m->heap_count] = source;
		sift_up(m, m->heap_count++);
	} else if (overtakes) {
		sift_up(m, find(m, source));
	}
	return block;
}

size_t merge_count(const struct merge *m)
{
	return m->count;
}

uint64_t merge_oldest(const struct merge *m)
{
	return m->heap_count ? oldest(m, 0) : UINT64_MAX;
}

/* ---- taking ---------------------------------------------------------------------------------- */

/* take_oldest() - of all; the heap must not be empty */
static struct entry take_oldest(struct merge *m)
{
	struct queue *q = &m->queues[m->heap[0]];
	struct entry e = q->ring[q->head];

	q->head = (q->head + 1) & (q->room - 1);
	q->count--;
	m->count--;
	if (!q->count)
		m->heap[0] = m->heap[--m->heap_count];
	sift_down(m, 0);
	return e;
}

/* is_frame() - is the oldest block of all one? */
static bool is_frame(const struct merge *m)
{
	return m->heap[0] != m->sources - 1;
}

/* add_piece() - in one piece with the one before, where they touch */
static void add_piece(struct batch *b, const struct entry *e)
{
	struct iovec *last = b->piece_count ? &b->pieces[b->piece_count - 1] : NULL;

	if (last && (uint8_t *)last->iov_base + last->iov_len == e->block)
		last->iov_len += e->len;
	else
		b->pieces[b->piece_count++] = (struct iovec){ e->block, e->len };
	b->blocks[b->block_count++] = e->block;
	b->octets += e->len;
	b->last_ns = e->ns;
}

/* fits() - the oldest block of all, into this batch? */
static bool fits(const struct merge *m, const struct merge_limits *limits, const struct batch *b)
{
	const struct queue *q = &m->queues[m->heap[0]];
	const struct entry *e = &q->ring[q->head];
	uint64_t octets = limits->octets < BATCH_OCTETS ? limits->octets : BATCH_OCTETS;

	return e->ns <= limits->until_ns && b->piece_count < BATCH_PIECES &&
	       b->block_count < BATCH_BLOCKS && (!b->block_count || b->octets + e->len <= octets) &&
	       b->frame_count + is_frame(m) <= limits->frames;
}

bool merge_take(struct merge *m, const struct merge_limits *limits, struct batch *b)
{
	while (m->heap_count && fits(m, limits, b)) {
		struct entry e;

		b->frame_count += is_frame(m);
		e = take_oldest(m);
		add_piece(b, &e);
	}
	return b->block_count > 0;
}

void merge_release(struct merge *m, struct batch *b)
{
	for (size_t i = 0; i < b->block_count; i++)
		release(m, b->blocks[i]);
	b->piece_count = b->piece_next = b->octets = b->block_count = b->frame_count = 0;
}

/* merge_free() - with all that nobody took */
void merge_free(struct merge *m)
{
	static const struct merge_limits none = { UINT64_MAX, UINT64_MAX, UINT64_MAX };
	struct batch *all = xcalloc(1, sizeof(*all));

	while (merge_take(m, &none, all))
		merge_release(m, all);
	free(all);
	if (m->filling)
		put_back(m, m->filling);
	while (m->free) {
		struct slab *s = m->free;

		m->free = s->next;
		free(s);
	}
	for (size_t i = 0; i < m->sources; i++)
		free(m->queues[i].ring);
	free(m->heap);
	free(m->queues);
	free(m);
}
