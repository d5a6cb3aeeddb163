/* SPDX-License-Identifier: MIT */
#include "lease.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "packet.h"

/* What a subnet's pools have left. */
struct supply {
	size_t range; /* of the subnet's pools; those before it are used up */
	uint64_t next;
	struct heap free;
};

struct leases {
	const struct dhcp_config *config;
	void *by_address, *by_client; /* trees of struct lease */
	struct ports ports;
	struct heap timed;
	struct supply *supplies; /* by the subnet's index */
	struct lease **changes;
	size_t change_count;
};

static const char *const state_names[] = {
	[LEASE_FREE] = "free",	     [LEASE_OFFERED] = "offered",   [LEASE_BOUND] = "bound",
	[LEASE_EXPIRED] = "expired", [LEASE_RELEASED] = "released", [LEASE_DECLINED] = "declined",
};
static_assert(ARRAY_SIZE(state_names) == LEASE_STATE_COUNT, "a state has no name");

const char *lease_state_name(enum lease_state s)
{
	return state_names[s];
}

bool lease_state_parse(enum lease_state *s, const char *name)
{
	for (size_t i = 0; i < LEASE_STATE_COUNT; i++)
		if (strcmp(state_names[i], name) == 0) {
			*s = (enum lease_state)i;
			return true;
		}
	return false;
}

bool lease_is_free(const struct lease *l)
{
	return l->is.state == LEASE_FREE || l->is.state == LEASE_EXPIRED ||
	       l->is.state == LEASE_RELEASED;
}

/* ---- trees ----------------------------------------------------------------------------------- */

static int by_address(const void *one, const void *other)
{
	const struct lease *a = one, *b = other;

	return a->address < b->address ? -1 : a->address > b->address;
}

/* A client has one address of a network, so both together find one lease. */
static int by_client(const void *one, const void *other)
{
	const struct lease *a = one, *b = other;

	if (a->subnet->network != b->subnet->network)
		return a->subnet->network < b->subnet->network ? -1 : 1;
	return client_compare(a->is.client, b->is.client);
}

/* insert() - into a tree that has nothing equal, or has `item` itself */
static void insert(void **tree, void *item, int (*compare)(const void *, const void *))
{
	if (!tsearch(item, tree, compare))
		mem_exhausted();
}

struct lease *leases_at(const struct leases *ls, uint32_t address)
{
	struct lease key = { .address = address };
	struct lease **found = tfind(&key, &ls->by_address, by_address);

	return found ? *found : NULL;
}

struct lease *leases_of(const struct leases *ls, const struct network *n, const struct client *c)
{
	struct subnet subnet = { .network = (struct network *)n };
	struct lease key = { .subnet = &subnet, .is.client = (struct client *)c };
	struct lease **found = tfind(&key, &ls->by_client, by_client);

	return found ? *found : NULL;
}

/* is_found_by_client() - a client that has moved on is no longer led to it */
static bool is_found_by_client(const struct leases *ls, const struct lease *l)
{
	return l->is.client && leases_of(ls, l->subnet->network, l->is.client) == l;
}

/* ---- ports ----------------------------------------------------------------------------------- */

/* leave_offers() - out of its port's list, if it is there */
static void leave_offers(struct lease *l)
{
	if (!l->offer_at || !l->port)
		return;
	*l->offer_at = l->next_offer;
	if (l->next_offer)
		l->next_offer->offer_at = l->offer_at;
	else
		l->port->offers_end = l->offer_at;
	l->port->offered--;
	l->offer_at = NULL;
	l->next_offer = NULL;
}

/* join_offers() - as the youngest of its port */
static void join_offers(struct lease *l)
{
	struct port *p = l->port;

	l->next_offer = NULL;
	l->offer_at = p->offers_end;
	*p->offers_end = l;
	p->offers_end = &l->next_offer;
	p->offered++;
}

struct port *leases_port(struct leases *ls, const struct network *n, const uint8_t *circuit,
			 size_t circuit_len)
{
	return ports_find(&ls->ports, n, circuit, circuit_len);
}

void lease_give_port(struct leases *ls, struct lease *l, struct port *p)
{
	struct port *old = l->port;

	if (old == p)
		return;
	leave_offers(l);
	l->port = p;
	if (p)
		p->held++;
	if (p && l->is.state == LEASE_OFFERED)
		join_offers(l);
	if (!old)
		return;
	old->held--;
	ports_release(&ls->ports, old);
}

/* ---- leases ---------------------------------------------------------------------------------- */

struct leases *leases_new(const struct dhcp_config *config)
{
	struct leases *ls = xcalloc(1, sizeof(*ls));

	ls->config = config;
	ls->supplies = xcalloc(config->subnet_count, sizeof(*ls->supplies));
	return ls;
}

struct lease *leases_make(struct leases *ls, struct subnet *s, uint32_t address)
{
	struct lease *l = leases_at(ls, address);

	if (l)
		return l;
	l = xcalloc(1, sizeof(*l));
	l->address = address;
	l->subnet = s;
	l->is_in_pool =
		subnet_has_pool_address(s, address) && !config_binding_at(ls->config, address);
	insert(&ls->by_address, l, by_address);
	return l;
}

static void leave_heap(struct lease *l)
{
	if (l->heap)
		heap_remove(l->heap, &l->place);
	l->heap = NULL;
}

/* enter_heap() - where its state belongs: what ends, what can be given away, or nowhere */
static void enter_heap(struct leases *ls, struct lease *l)
{
	if (!lease_is_free(l))
		l->heap = l->is.until == NEVER ? NULL : &ls->timed;
	else
		l->heap = l->is_in_pool ? &ls->supplies[l->subnet->index].free : NULL;
	if (l->heap)
		heap_add(l->heap, &l->place, l->is.until);
}

void leases_keep_back(struct leases *ls, struct subnet *s, uint32_t address)
{
	struct lease *l = leases_make(ls, s, address);

	leave_heap(l); /* where it waits, if somebody has had it earlier */
	l->is_in_pool = false;
	enter_heap(ls, l);
}

/* unlink_record() and link_record() - the lease is found by what its record says */
static void unlink_record(struct leases *ls, struct lease *l)
{
	leave_heap(l);
	leave_offers(l);
	if (is_found_by_client(ls, l))
		tdelete(l, &ls->by_client, by_client);
}

static void link_record(struct leases *ls, struct lease *l)
{
	enter_heap(ls, l);
	if (l->port && l->is.state == LEASE_OFFERED)
		join_offers(l);
	if (lease_is_free(l) || l->is.state == LEASE_DECLINED)
		lease_give_port(ls, l, NULL);
	if (l->is.client && l->is.state != LEASE_DECLINED) {
		struct lease *other = leases_of(ls, l->subnet->network, l->is.client);

		if (other && lease_is_free(l))
			return; /* the other one is the client's by now */
		if (other)
			tdelete(other, &ls->by_client, by_client);
		insert(&ls->by_client, l, by_client);
	}
}

void record_free(struct record *r)
{
	free(r->client);
	free(r->name);
	free(r->relay);
	*r = (struct record){ 0 };
}

void leases_put(struct leases *ls, struct lease *l, struct record *to, bool durable)
{
	unlink_record(ls, l);
	if (durable && !l->was) {
		l->was = xcalloc(1, sizeof(*l->was));
		*l->was = l->is;
		*xappend(&ls->changes, &ls->change_count) = l;
	} else {
		record_free(&l->is);
	}
	l->is = *to;
	*to = (struct record){ 0 };
	link_record(ls, l);
}

/* find_port() - of an address that is held, by what the relay said */
static void find_port(struct leases *ls, struct lease *l)
{
	struct reader circuit =
		suboption_of(reader_of(l->is.relay, l->is.relay_len), RELAY_CIRCUIT_ID);

	lease_give_port(ls, l, leases_port(ls, l->subnet->network, circuit.at, left(&circuit)));
}

void leases_load(struct leases *ls, struct subnet *s, uint32_t address, struct record *r)
{
	struct lease *l = leases_make(ls, s, address);

	l->is = *r;
	*r = (struct record){ 0 };
	link_record(ls, l);
	if (l->is.state == LEASE_BOUND)
		find_port(ls, l);
}

void leases_withdraw(struct leases *ls, struct lease *l, uint64_t now)
{
	struct record r = { .state = LEASE_FREE, .until = now };

	leases_put(ls, l, &r, false);
}

struct lease *const *leases_changes(const struct leases *ls, size_t *count)
{
	*count = ls->change_count;
	return ls->changes;
}

void leases_keep(struct leases *ls)
{
	for (size_t i = 0; i < ls->change_count; i++) {
		record_free(ls->changes[i]->was);
		free(ls->changes[i]->was);
		ls->changes[i]->was = NULL;
	}
	ls->change_count = 0;
}

void leases_undo(struct leases *ls)
{
	for (size_t i = 0; i < ls->change_count; i++) {
		struct lease *l = ls->changes[i];
		auto_free struct record *was = l->was;

		l->was = NULL;
		leases_put(ls, l, was, false);
		if ((l->is.state == LEASE_BOUND || l->is.state == LEASE_OFFERED) && !l->port)
			find_port(ls, l);
	}
	ls->change_count = 0;
}

/* record_copy() - with copies of what it points to */
static struct record record_copy(const struct record *r)
{
	struct record copy = *r;

	copy.client = client_copy(r->client);
	copy.name = r->name ? xstrdup(r->name) : NULL;
	copy.relay = r->relay_len ? memcpy(xcalloc(1, r->relay_len), r->relay, r->relay_len) : NULL;
	return copy;
}

void leases_put_state(struct leases *ls, struct lease *l, enum lease_state state, uint64_t until,
		      bool durable)
{
	struct record r = record_copy(&l->is);

	r.state = state;
	r.until = until;
	leases_put(ls, l, &r, durable);
}

/* expire() - the time of a lease is over. Who had it is remembered, and gets it again if it comes
 * back in time; who was in the way of a conflict is not. */
static void expire(struct leases *ls, struct lease *l)
{
	if (l->is.state == LEASE_DECLINED)
		leases_withdraw(ls, l, l->is.until);
	else
		leases_put_state(ls, l, l->is.state == LEASE_BOUND ? LEASE_EXPIRED : LEASE_FREE,
				 l->is.until, l->is.state == LEASE_BOUND);
}

uint64_t leases_expire(struct leases *ls, uint64_t now)
{
	struct heap_place *p;

	while ((p = heap_first(&ls->timed)) && p->time <= now)
		expire(ls, (struct lease *)((char *)p - offsetof(struct lease, place)));
	return p ? p->time : NEVER;
}

uint32_t leases_fresh(struct leases *ls, struct subnet *s)
{
	struct supply *supply = &ls->supplies[s->index];

	for (; supply->range < s->pool_count; supply->range++, supply->next = 0) {
		const struct range *range = &s->pools[supply->range];

		if (supply->next < range->first)
			supply->next = range->first;
		for (; supply->next <= range->last; supply->next++) {
			uint32_t address = (uint32_t)supply->next;

			if (!config_binding_at(ls->config, address) && !leases_at(ls, address))
				return address;
		}
	}
	return 0;
}

struct lease *leases_longest_free(struct leases *ls, const struct subnet *s)
{
	struct heap_place *p = heap_first(&ls->supplies[s->index].free);

	return p ? (struct lease *)((char *)p - offsetof(struct lease, place)) : NULL;
}

uint64_t pool_size(const struct subnet *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->pool_count; i++)
		n += (uint64_t)s->pools[i].last - s->pools[i].first + 1;
	return n;
}

/* ---- all of them ----------------------------------------------------------------------------- */

struct walk {
	void (*fn)(void *arg, const struct lease *l);
	void *arg;
};

static void visit(const void *node, VISIT which, void *walk)
{
	const struct walk *w = walk;

	if (which == postorder || which == leaf)
		w->fn(w->arg, *(struct lease *const *)node);
}

void leases_walk(const struct leases *ls, void (*fn)(void *arg, const struct lease *l), void *arg)
{
	struct walk w = { fn, arg };

	twalk_r(ls->by_address, visit, &w);
}

static void free_lease(void *lease)
{
	struct lease *l = lease;

	record_free(&l->is);
	if (l->was)
		record_free(l->was);
	free(l->was);
	free(l);
}

static void keep_node(void *node)
{
	(void)node; /* the other tree frees it */
}

void leases_free(struct leases *ls)
{
	if (!ls)
		return;
	tdestroy(ls->by_client, keep_node);
	tdestroy(ls->by_address, free_lease);
	ports_free(&ls->ports);
	for (size_t i = 0; i < ls->config->subnet_count; i++)
		heap_free(&ls->supplies[i].free);
	heap_free(&ls->timed);
	free(ls->supplies);
	free(ls->changes);
	free(ls);
}
