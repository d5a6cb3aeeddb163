/* SPDX-License-Identifier: MIT */
/*
 * Several RIP routers: lines, rings and random graphs. After each cut and each repair all find the
 * shortest ways, and no packet would go round in a circle.
 */
#include "rip_world.h"

/* ---- lines and rings ------------------------------------------------------------------------- */

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

/* ---- random graphs --------------------------------------------------------------------------- */

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
