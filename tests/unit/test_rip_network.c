/* SPDX-License-Identifier: MIT */
/*
 * Several RIP routers, wired together in memory, with a clock of ours: lines, rings and random graphs.
 * After each cut and each repair all find the shortest ways, and no packet would go round in a circle.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/rip/packet.h"
#include "nodes/rip/router.h"

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
static uint32_t address_at(unsigned wire, unsigned end)
{
	return 0xac100001u + (wire << 8) + end;
}

/* 10.NODE.0.0/16 */
static struct prefix prefix_at(unsigned node)
{
	return (struct prefix){ ip4_addr(0x0a000000u + (node << 16)), 16 };
}

static void on_send(void *arg, struct rip_iface *i, uint32_t to, uint16_t port, const uint8_t *data,
		    size_t len)
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

static void on_install(void *arg, const struct rip_route *route)
{
	(void)arg;
	(void)route;
}

static void on_dropped(void *arg, const struct rip_iface *i, uint32_t from, enum rip_count why)
{
	(void)arg;
	(void)i;
	fail_msg("a packet of %08x was dropped: %s", from, rip_count_name(why));
}

/* ---- the world ----------------------------------------------------------------------------------- */

static void wire_is(struct world *w, unsigned wire, bool up)
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

static void add_node(struct world *w)
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

static void add_wire(struct world *w, unsigned a, unsigned b)
{
	assert_true(w->wire_count < WIRES_MAX);
	w->wires[w->wire_count] = (struct wire){ .ends = { a, b } };
	wire_is(w, w->wire_count++, true);
}

static struct world *world_new(unsigned nodes)
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

static void world_free(struct world *w)
{
	for (unsigned i = 0; i < w->node_count; i++)
		router_free(w->nodes[i].router);
	rip_config_free(w->config);
	free(w->queue);
	free(w);
}

static void deliver(struct world *w)
{
	struct flying *f = &w->queue[w->first++ % QUEUE_MAX];
	struct node *n = &w->nodes[w->wires[f->wire].ends[f->end]];

	if (w->wires[f->wire].up)
		router_input(n->router, f->wire + 1, f->from, f->port, f->data, f->len, w->now);
	n->next = w->now;
}

static void run_for(struct world *w, uint64_t ms)
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

/* ---- facts --------------------------------------------------------------------------------------- */

/* distances() - from each node to `to`, by wires that are up; 99: none */
static void distances(const struct world *w, unsigned to, unsigned d[NODES_MAX])
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

static const struct rip_route *route_at(const struct world *w, unsigned node, unsigned to)
{
	struct prefix p = prefix_at(to);

	return prefix_map_find(w->nodes[node].router->routes, &p);
}

/* next_of() - the node that gets the packets; NODES_MAX: none */
static unsigned next_of(const struct world *w, unsigned node, unsigned to)
{
	const struct rip_route *r = route_at(w, node, to);
	unsigned wire;

	if (!r || !r->paths)
		return NODES_MAX;
	wire = r->paths->iface->index - 1;
	return w->wires[wire].up ? w->wires[wire].ends[w->wires[wire].ends[0] == node] : NODES_MAX;
}

static bool is_loop(const struct world *w, unsigned node, unsigned to)
{
	unsigned steps = 0;

	while (node != to && node != NODES_MAX && steps++ <= NODES_MAX)
		node = next_of(w, node, to);
	return node != to && node != NODES_MAX;
}

/* is_converged() - all have the shortest way, or none where there is none */
static bool is_converged(const struct world *w)
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
static uint64_t converges(struct world *w, uint64_t within)
{
	uint64_t begun = w->now;

	while (!is_converged(w)) {
		if (w->now - begun > within)
			fail_msg("not converged after %llu ms", (unsigned long long)within);
		run_for(w, 1);
	}
	return w->now - begun;
}

/* ---- lines and rings ----------------------------------------------------------------------------- */

static struct world *line(unsigned count, bool ring)
{
	struct world *w = world_new(count);

	for (unsigned i = 0; i + 1 < count; i++)
		add_wire(w, i, i + 1);
	if (ring)
		add_wire(w, count - 1, 0);
	return w;
}

static void a_line_learns_all_in_the_time_of_its_packets(void **state)
{
	(void)state;
	for (unsigned count = 2; count <= 15; count++) {
		struct world *w = line(count, false);

		converges(w, S(1));
		world_free(w);
	}
}

/* The sixteenth is too far: RFC 2453, 3.2 */
static void beyond_fifteen_hops_nothing_is_reached(void **state)
{
	struct world *w = line(16, false);

	(void)state;
	converges(w, S(10));
	assert_int_equal(route_at(w, 0, 14)->metric, 15);
	assert_true(!route_at(w, 0, 15) || route_at(w, 0, 15)->metric == 16);
	world_free(w);
}

static void a_cut_at_the_end_of_a_line_is_known_at_once_at_the_other(void **state)
{
	struct world *w = line(15, false);

	(void)state;
	converges(w, S(1));
	run_for(w, S(60));
	wire_is(w, 13, false);
	converges(w, 100);
	run_for(w, S(3));
	wire_is(w, 13, true);
	converges(w, 300);
	world_free(w);
}

static void a_ring_heals_at_once(void **state)
{
	(void)state;
	for (unsigned count = 3; count <= 12; count++) {
		struct world *w = line(count, true);

		converges(w, S(6));
		run_for(w, S(60));
		wire_is(w, 0, false);
		converges(w, S(6));
		run_for(w, S(40));
		wire_is(w, 0, true);
		converges(w, S(6));
		world_free(w);
	}
}

/* A router dies without a word, its wires stay up. */
static void a_silent_death_is_known_after_the_timeout(void **state)
{
	struct world *w = line(4, true);

	(void)state;
	converges(w, S(6));
	for (unsigned i = 1; i <= 2; i++)
		w->wires[i].up = false; /* nobody is told */
	converges(w, S(180 + 40));
	world_free(w);
}

static void poison_at_the_end_spares_the_timeout(void **state)
{
	struct world *w = line(4, true);

	(void)state;
	converges(w, S(6));
	run_for(w, S(60));
	router_stop(w->nodes[2].router, w->now);
	run_for(w, 50);
	assert_int_equal(route_at(w, 0, 2)->metric, 16);
	assert_int_equal(route_at(w, 1, 3)->metric, 3);
	world_free(w);
}

/* ---- random graphs ------------------------------------------------------------------------------- */

static struct world *random_world(unsigned seed)
{
	struct world *w;

	srand(seed);
	w = world_new(4 + (unsigned)rand() % 9);
	for (unsigned i = 1; i < w->node_count; i++)
		add_wire(w, i, (unsigned)rand() % i);
	for (unsigned i = 0; i < w->node_count; i++) {
		unsigned a = (unsigned)rand() % w->node_count, b = (unsigned)rand() % w->node_count;

		if (a != b)
			add_wire(w, a, b);
	}
	return w;
}

static void change_something(struct world *w)
{
	unsigned wire = (unsigned)rand() % w->wire_count;

	wire_is(w, wire, !w->wires[wire].up);
}

static void random_graphs_converge_after_each_cut(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 60; seed++) {
		struct world *w = random_world(seed);

		converges(w, S(20));
		for (unsigned i = 0; i < 6; i++) {
			change_something(w);
			run_for(w, (unsigned)rand() % 3000);
			change_something(w);
			converges(w, S(80)); /* counting to infinity is paced */
		}
		world_free(w);
	}
}

static void lost_packets_cost_time_but_no_route(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 20; seed++) {
		struct world *w = random_world(seed);

		w->loss = 10;
		for (unsigned i = 0; i < 4; i++) {
			change_something(w);
			run_for(w, (unsigned)rand() % 30000);
		}
		w->loss = 0;
		converges(w, S(400));
		run_for(w, S(100));
		assert_true(is_converged(w));
		world_free(w);
	}
}

/* A network at rest is quiet: a table each period at each end of a wire, and nothing else. */
static void at_rest_nothing_but_tables_is_sent(void **state)
{
	struct world *w = line(8, true);
	uint64_t before;

	(void)state;
	converges(w, S(6));
	run_for(w, S(60));
	before = w->sent;
	run_for(w, S(3600));
	assert_true(is_converged(w));
	assert_in_range(w->sent - before, 16 * 3600 / 35, 16 * 3600 / 25);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_learns_all_in_the_time_of_its_packets),
		cmocka_unit_test(beyond_fifteen_hops_nothing_is_reached),
		cmocka_unit_test(a_cut_at_the_end_of_a_line_is_known_at_once_at_the_other),
		cmocka_unit_test(a_ring_heals_at_once),
		cmocka_unit_test(a_silent_death_is_known_after_the_timeout),
		cmocka_unit_test(poison_at_the_end_spares_the_timeout),
		cmocka_unit_test(random_graphs_converge_after_each_cut),
		cmocka_unit_test(lost_packets_cost_time_but_no_route),
		cmocka_unit_test(at_rest_nothing_but_tables_is_sent),
	};

	return cmocka_run_group_tests_name("rip network", tests, NULL, NULL);
}
