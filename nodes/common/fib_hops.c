/* SPDX-License-Identifier: MIT */
/* Sets of next hops, one of each kind, and who uses them. */
#include <string.h>

#include "fib_core.h"
#include "mem.h"

static uint32_t hash_of(int family, const struct fib_hop *hops, size_t count)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < sizeof(hops[i].via.bytes); k++)
			hash = (hash ^ hops[i].via.bytes[k]) * 16777619;
		hash = (hash ^ hops[i].ifindex) * 16777619;
	}
	return (hash ^ (uint32_t)family) * 16777619;
}

static bool same_hop(const struct fib_hop *a, const struct fib_hop *b)
{
	return a->ifindex == b->ifindex && a->via.family == b->via.family &&
	       (!a->via.family || addr_equal(&a->via, &b->via));
}

static bool same(const struct hops *h, int family, const struct fib_hop *hops, size_t count)
{
	if (h->family != family || h->count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!same_hop(&h->hop[i], &hops[i]))
			return false;
	return true;
}

struct hops *hops_get(struct fib *f, int family, const struct fib_hop *hops, size_t count)
{
	struct hops **bucket, *h = f->last_hops;
	uint32_t hash;

	if (h && same(h, family, hops, count))
		return h;
	hash = hash_of(family, hops, count);
	bucket = &f->hops[hash % HOPS_BUCKETS];
	for (h = *bucket; h; h = h->next)
		if (h->hash == hash && same(h, family, hops, count))
			return f->last_hops = h;
	h = xcalloc(1, sizeof(*h) + count * sizeof(*hops));
	*h = (struct hops){
		.next = *bucket, .hash = hash, .family = (uint8_t)family, .count = (uint8_t)count
	};
	memcpy(h->hop, hops, count * sizeof(*hops));
	*bucket = h;
	return f->last_hops = h;
}

void hops_release(struct fib *f, struct hops *h)
{
	struct hops **at = &f->hops[h->hash % HOPS_BUCKETS];

	if (h->users || h->object)
		return;
	if (f->last_hops == h)
		f->last_hops = NULL;
	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	free(h);
}

void hops_forget_object(struct fib *f, struct hops *h)
{
	size_t i = 0;

	while (f->objects[i] != h)
		i++;
	f->objects[i] = f->objects[--f->object_count];
	h->object = h->named = h->leaving = 0;
	hops_release(f, h);
}

bool route_is_lost(const struct route *r)
{
	return r->have && r->object && r->object != r->have->object;
}

/* count_object() - this route's part in the counts of the object that it names */
static void count_object(const struct route *r, uint32_t n)
{
	if (!r->have || !r->object || route_is_lost(r))
		return;
	r->have->named += n;
	if (!r->want)
		r->have->leaving += n;
}

void route_want(struct fib *f, struct route *r, struct hops *h)
{
	struct hops *before = r->want;

	count_object(r, -1u);
	if (h) {
		h->users++;
		h->wanted++;
	}
	r->want = h;
	count_object(r, 1);
	if (before) {
		before->users--;
		before->wanted--;
		hops_release(f, before);
	}
}

void route_have(struct fib *f, struct route *r, struct hops *h, uint32_t object)
{
	struct hops *before = r->have;

	count_object(r, -1u);
	if (h)
		h->users++;
	r->have = h;
	r->object = object;
	count_object(r, 1);
	if (before) {
		before->users--;
		hops_release(f, before);
	}
}
