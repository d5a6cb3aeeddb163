/* SPDX-License-Identifier: MIT */
/* RIP routers that are wired together in memory, with a clock of ours, and where their packets
 * would go. */
#ifndef VETHLAB_TESTS_RIP_WORLD_H
#define VETHLAB_TESTS_RIP_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/rip/packet.h"
#include "nodes/rip/router.h"

#define unused_too __attribute__((unused))

#define NODES_MAX 16
#define WIRES_MAX 64
#define QUEUE_MAX 20000
#define LATENCY	  1 /* ms */
#define S(n)	  ((n)*1000ull)

struct node {
	struct world *world;
	struct router *router;
	unsigned number;
	uint64_t next;
};

struct wire {
	unsigned ends[2];
	bool up;
};

struct flying {
	uint64_t at;
	unsigned wire, end; /* where it arrives */
	uint32_t from;
	uint16_t port;
	size_t len;
	uint8_t data[RIP_SIGNED_MAX];
};

struct world {
	struct rip_config *config;
	struct node nodes[NODES_MAX];
	struct wire wires[WIRES_MAX];
	unsigned node_count, wire_count;
	struct flying *queue;
	unsigned first, last; /* a ring, in the order of arrival */
	unsigned loss;	      /* per cent */
	uint64_t now, sent;
};

/* 172.16.WIRE.1 and .2 */
static unused_too uint32_t address_at(unsigned wire, unsigned end)
{
	return 0xac100001u + (wire << 8) + end;
}

/* 10.NODE.0.0/16 */
static unused_too struct prefix prefix_at(unsigned node)
{
	return (struct prefix){ ip4_addr(0x0a000000u + (node << 16)), 16 };
}

static unused_too void on_send(void *arg, struct rip_iface *i, uint32_t to, uint16_t port,
			       const uint8_t *data, size_t len)
{
	struct node *n = arg;
	struct world *w = n->world;
	unsigned wire = i->index - 1, end = w->wires[wire].ends[0] == n->number ? 1 : 0;
	struct flying *f = &w->queue[w->last % QUEUE_MAX];

	w->sent++;
	if (!w->wires[wire].up || (unsigned)rand() % 100 < w->loss ||
	    (to != RIP_GROUP && to != address_at(wire, end)))
		return;
	assert_true(w->last - w->first < QUEUE_MAX);
	*f = (struct flying){ .at = w->now + LATENCY,
			      .wire = wire,
			      .end = end,
			      .from = address_at(wire, !end),
			      .port = port == RIP_PORT ? RIP_PORT : port,
			      .len = len };
	memcpy(f->data, data, len);
	w->last++;
}

static unused_too void on_install(void *arg, const struct rip_route *route)
{
	(void)arg;
	(void)route;
}

static unused_too void on_dropped(void *arg, const struct rip_iface *i, uint32_t from,
				  enum rip_count why)
{
	(void)arg;
	(void)i;
	fail_msg("a packet of %08x was dropped: %s", from, rip_count_name(why));
}

/* ---- the world ------------------------------------------------------------------------------- */

static unused_too void wire_is(struct world *w, unsigned wire, bool up)
{
	w->wires[wire].up = up;
	for (unsigned end = 0; end < 2; end++) {
		struct node *n = &w->nodes[w->wires[wire].ends[end]];
		struct network net = { address_at(wire, end), 0xac1000ffu + (wire << 8),
				       address_at(wire, end), 24 };
		struct rip_iface i = { .index = wire + 1,
				       .up = up,
				       .networks = &net,
				       .network_count = 1,
				       .settings = &w->config->all };

		snprintf(i.name, sizeof(i.name), "w%u", wire);
		router_iface(n->router, &i, w->now);
		n->next = w->now;
	}
}

static unused_too void add_node(struct world *w)
{
	struct node *n = &w->nodes[w->node_count];
	struct router_io io = { on_send, on_install, NULL, on_dropped, n };
	struct rip_own own = { .origin = ORIGIN_ANNOUNCED, .metric = 1 };

	*n = (struct node){ .world = w, .number = w->node_count++, .next = w->now };
	n->router = router_new(w->config, &io, w->now, 1700000000u + n->number);
	own.prefix = prefix_at(n->number);
	router_begin_own(n->router);
	router_own(n->router, &own);
	router_end_own(n->router, w->now);
}

static unused_too void add_wire(struct world *w, unsigned a, unsigned b)
{
	assert_true(w->wire_count < WIRES_MAX);
	w->wires[w->wire_count] = (struct wire){ .ends = { a, b } };
	wire_is(w, w->wire_count++, true);
}

static unused_too struct world *world_new(unsigned nodes)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->queue = calloc(QUEUE_MAX, sizeof(*w->queue));
	assert_non_null(w->queue);
	w->config = rip_config_new();
	w->now = 5000000;
	for (unsigned i = 0; i < nodes; i++)
		add_node(w);
	return w;
}

static unused_too void world_free(struct world *w)
{
	for (unsigned i = 0; i < w->node_count; i++)
		router_free(w->nodes[i].router);
	rip_config_free(w->config);
	free(w->queue);
	free(w);
}

static unused_too void deliver(struct world *w)
{
	struct flying *f = &w->queue[w->first++ % QUEUE_MAX];
	struct node *n = &w->nodes[w->wires[f->wire].ends[f->end]];

	if (w->wires[f->wire].up)
		router_input(n->router, f->wire + 1, f->from, f->port, f->data, f->len, w->now);
	n->next = w->now;
}

static unused_too void run_for(struct world *w, uint64_t ms)
{
	uint64_t until = w->now + ms;

	for (;;) {
		uint64_t next = until;

		while (w->first != w->last && w->queue[w->first % QUEUE_MAX].at <= w->now)
			deliver(w);
		for (unsigned i = 0; i < w->node_count; i++) {
			struct node *n = &w->nodes[i];

			if (n->next <= w->now)
				n->next = router_work(n->router, w->now);
			assert_true(n->next > w->now);
			if (n->next < next)
				next = n->next;
		}
		if (w->first != w->last && w->queue[w->first % QUEUE_MAX].at < next)
			next = w->queue[w->first % QUEUE_MAX].at;
		if (w->now >= until)
			return;
		w->now = next;
	}
}

/* ---- facts ----------------------------------------------------------------------------------- */

/* distances() - from each node to `to`, by wires that are up; 99: none */
static unused_too void distances(const struct world *w, unsigned to, unsigned d[NODES_MAX])
{
	for (unsigned i = 0; i < NODES_MAX; i++)
		d[i] = i == to ? 0 : 99;
	for (unsigned round = 0; round < w->node_count; round++)
		for (unsigned i = 0; i < w->wire_count; i++) {
			unsigned a = w->wires[i].ends[0], b = w->wires[i].ends[1];

			if (!w->wires[i].up)
				continue;
			d[a] = d[b] + 1 < d[a] ? d[b] + 1 : d[a];
			d[b] = d[a] + 1 < d[b] ? d[a] + 1 : d[b];
		}
}

static unused_too const struct rip_route *route_at(const struct world *w, unsigned node,
						   unsigned to)
{
	struct prefix p = prefix_at(to);

	return prefix_map_find(w->nodes[node].router->routes, &p);
}

/* next_of() - the node that gets the packets; NODES_MAX: none */
static unused_too unsigned next_of(const struct world *w, unsigned node, unsigned to)
{
	const struct rip_route *r = route_at(w, node, to);
	unsigned wire;

	if (!r || !r->paths)
		return NODES_MAX;
	wire = r->paths->iface->index - 1;
	return w->wires[wire].up ? w->wires[wire].ends[w->wires[wire].ends[0] == node] : NODES_MAX;
}

static unused_too bool is_loop(const struct world *w, unsigned node, unsigned to)
{
	unsigned steps = 0;

	while (node != to && node != NODES_MAX && steps++ <= NODES_MAX)
		node = next_of(w, node, to);
	return node != to && node != NODES_MAX;
}

/* is_converged() - all have the shortest way, or none where there is none */
static unused_too bool is_converged(const struct world *w)
{
	for (unsigned to = 0; to < w->node_count; to++) {
		unsigned d[NODES_MAX];

		distances(w, to, d);
		for (unsigned i = 0; i < w->node_count; i++) {
			const struct rip_route *r = route_at(w, i, to);
			unsigned metric = r ? r->metric : 16, wanted = d[i] + 1;

			if (metric != (wanted < 16 ? wanted : 16) || is_loop(w, i, to))
				return false;
		}
	}
	return true;
}

/* converges() - within this time; the time that it took */
static unused_too uint64_t converges(struct world *w, uint64_t within)
{
	uint64_t begun = w->now;

	while (!is_converged(w)) {
		if (w->now - begun > within)
			fail_msg("not converged after %llu ms", (unsigned long long)within);
		run_for(w, 1);
	}
	return w->now - begun;
}

#endif
