/* SPDX-License-Identifier: MIT */
/*
 * Records stand in chunks, so that they never move; an open index with linear probing leads to
 * them. A slot of the index carries the hash, so that a probe seldom touches a record and growth
 * never does. What is removed closes the gap behind it (Knuth 6.4, algorithm R): no tombstones.
 */
#include "prefix_map.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "mem.h"

#define CHUNK	  1024 /* records */
#define SLOTS_MIN 16
#define NEAR	  8u /* slots of 8 octets in 64 */

struct slot {
	uint32_t hash, number; /* of the record, from 1; 0: empty */
};

/* What precedes each record. */
struct head {
	uint32_t number;    /* from 1 */
	uint32_t next_free; /* IN_USE, or the number of the next one that is free, or 0 */
};
#define IN_USE UINT32_MAX

struct prefix_map {
	size_t size, stride; /* of the caller's record; with its head */
	uint64_t key;
	struct slot *slots;
	uint32_t mask, count, made, free;
	char **chunks;
	size_t chunk_count;
};

struct prefix_map *prefix_map_new(size_t record_size)
{
	struct prefix_map *m = xcalloc(1, sizeof(*m));

	m->size = record_size;
	m->stride = (sizeof(struct head) + record_size + 7) & ~(size_t)7;
	if (getrandom(&m->key, sizeof(m->key), 0) != sizeof(m->key))
		m->key = (uintptr_t)m;
	m->mask = SLOTS_MIN - 1;
	m->slots = xcalloc(SLOTS_MIN, sizeof(*m->slots));
	return m;
}

void prefix_map_free(struct prefix_map *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->chunk_count; i++)
		free(m->chunks[i]);
	free(m->chunks);
	free(m->slots);
	free(m);
}

size_t prefix_map_count(const struct prefix_map *m)
{
	return m->count;
}

/* mix() - a 64-bit product, folded: each bit in reaches each bit out */
static uint64_t mix(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* hash_of() - neighbours in the address space stand together, as many as a cache line has slots:
 * tables come in their order */
static uint32_t hash_of(const struct prefix_map *m, const struct prefix *p)
{
	uint64_t high = 0, low = 0;
	uint32_t near = 0;

	if (p->addr.family == AF_INET) {
		uint32_t network = p->len ? ip4_of(&p->addr) >> (32 - p->len) : 0;

		near = network & (NEAR - 1);
		low = network / NEAR;
		high = p->len < 32 ? ip4_of(&p->addr) << p->len : 0; /* host bits count, too */
	} else {
		memcpy(&high, p->addr.bytes, 8);
		memcpy(&low, p->addr.bytes + 8, 8);
	}
	low = mix(low ^ m->key, high ^ UINT64_C(0x9e3779b97f4a7c15) ^ p->len);
	return ((uint32_t)mix(low ^ UINT64_C(0xd1b54a32d192ed03), m->key | 1) & ~(NEAR - 1)) | near;
}

static struct head *head_of(const struct prefix_map *m, uint32_t number)
{
	return (void *)(m->chunks[(number - 1) / CHUNK] + (number - 1) % CHUNK * m->stride);
}

static void *record_of(const struct prefix_map *m, uint32_t number)
{
	return head_of(m, number) + 1;
}

/* same() - of an IPv4 address 4 octets count */
static bool same(const struct prefix *a, const struct prefix *b)
{
	return a->len == b->len && a->addr.family == b->addr.family &&
	       memcmp(a->addr.bytes, b->addr.bytes, addr_bits(&a->addr) / 8) == 0;
}

/* probe() - the slot of this prefix, or the empty one where it would go */
static uint32_t probe(const struct prefix_map *m, const struct prefix *p, uint32_t hash)
{
	uint32_t i = hash & m->mask;

	while (m->slots[i].number &&
	       (m->slots[i].hash != hash || !same(record_of(m, m->slots[i].number), p)))
		i = (i + 1) & m->mask;
	return i;
}

void *prefix_map_find(const struct prefix_map *m, const struct prefix *p)
{
	uint32_t number = m->slots[probe(m, p, hash_of(m, p))].number;

	return number ? record_of(m, number) : NULL;
}

static void grow(struct prefix_map *m)
{
	struct slot *old = m->slots;
	uint32_t old_mask = m->mask;

	m->mask = old_mask * 2 + 1;
	m->slots = xcalloc((size_t)m->mask + 1, sizeof(*m->slots));
	for (uint32_t i = 0; i <= old_mask; i++) {
		uint32_t at = old[i].hash & m->mask;

		if (!old[i].number)
			continue;
		while (m->slots[at].number)
			at = (at + 1) & m->mask;
		m->slots[at] = old[i];
	}
	free(old);
}

/* take_free() - the number of a record that nobody has */
static uint32_t take_free(struct prefix_map *m)
{
	uint32_t number = m->free;

	if (number) {
		m->free = head_of(m, number)->next_free;
		return number;
	}
	if (m->made % CHUNK == 0)
		*xappend(&m->chunks, &m->chunk_count) = xcalloc(CHUNK, m->stride);
	return ++m->made;
}

void *prefix_map_add(struct prefix_map *m, const struct prefix *p)
{
	uint32_t hash = hash_of(m, p), at = probe(m, p, hash);
	struct head *head;

	if (m->slots[at].number)
		return record_of(m, m->slots[at].number);
	if ((m->count + 1) * 4ull > (m->mask + 1ull) * 3) {
		grow(m);
		at = probe(m, p, hash);
	}
	m->slots[at] = (struct slot){ hash, take_free(m) };
	m->count++;
	head = head_of(m, m->slots[at].number);
	*head = (struct head){ m->slots[at].number, IN_USE };
	memset(head + 1, 0, m->size);
	*(struct prefix *)(head + 1) = *p;
	return head + 1;
}

void prefix_map_remove(struct prefix_map *m, void *record)
{
	struct head *head = (struct head *)record - 1;
	uint32_t gap = hash_of(m, record) & m->mask;

	while (m->slots[gap].number != head->number)
		gap = (gap + 1) & m->mask;
	for (uint32_t i = (gap + 1) & m->mask; m->slots[i].number; i = (i + 1) & m->mask) {
		uint32_t home = m->slots[i].hash & m->mask;

		/* one whose way from home leads over the gap may fill it */
		if (((i - home) & m->mask) >= ((i - gap) & m->mask)) {
			m->slots[gap] = m->slots[i];
			gap = i;
		}
	}
	m->slots[gap] = (struct slot){ 0 };
	m->count--;
	head->next_free = m->free;
	m->free = head->number;
}

void *prefix_map_walk(const struct prefix_map *m, uint32_t *cursor)
{
	while (++*cursor <= m->made)
		if (head_of(m, *cursor)->next_free == IN_USE)
			return record_of(m, *cursor);
	--*cursor;
	return NULL;
}

void *prefix_map_next(const struct prefix_map *m, const void *record)
{
	uint32_t number = record ? ((const struct head *)record - 1)->number : 0;

	return prefix_map_walk(m, &number);
}

static int by_prefix(const void *one, const void *other)
{
	const struct prefix *a = *(const struct prefix *const *)one,
			    *b = *(const struct prefix *const *)other;

	return prefix_compare(a, b);
}

void **prefix_map_sorted(const struct prefix_map *m)
{
	void **list = xcalloc(m->count ? m->count : 1, sizeof(*list)), *record = NULL;
	size_t count = 0;

	while ((record = prefix_map_next(m, record)))
		list[count++] = record;
	qsort(list, count, sizeof(*list), by_prefix);
	return list;
}
