/* SPDX-License-Identifier: MIT */
/* What a RIP router learns, keeps and loses: RFC 2453, 3.8 and 3.9.2. */
#include "rip_one.h"

#define NET  IP(10, 7, 0, 0)
#define S(n) ((n)*1000u)

/* ---- learning -------------------------------------------------------------------------------- */

static void a_network_is_learned_with_the_cost_of_the_interface(void **state)
{
	struct one o = begin();

	(void)state;
	o.config->all.metric_in = 3;
	start(&o);
	hear_of(&o, NEIGHBOUR, (struct says){ NET, 16, 4, 0, 9 });
	assert_int_equal(metric_of(&o, NET, 16), 7);
	assert_int_equal(via_of(&o, NET, 16), NEIGHBOUR);
	assert_int_equal(route(&o, NET, 16)->tag, 9);
	assert_int_equal(route(&o, NET, 16)->origin, ORIGIN_LEARNED);
	assert_int_equal(o.installs, 1);
	end(&o);
}

static void infinity_is_nothing_to_learn(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	hear(&o, NEIGHBOUR, NET, 16, 16);
	hear(&o, NEIGHBOUR, NET, 16, 15); /* 16 with the cost */
	assert_null(route(&o, NET, 16));
	hear(&o, NEIGHBOUR, NET, 16, 14);
	assert_int_equal(metric_of(&o, NET, 16), 15);
	end(&o);
}

static void the_shorter_way_wins(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	hear(&o, NEIGHBOUR, NET, 16, 5);
	hear(&o, FAR_ONE, NET, 16, 6);
	hear(&o, ANOTHER, NET, 16, 5);
	assert_int_equal(via_of(&o, NET, 16), NEIGHBOUR);
	hear(&o, FAR_ONE, NET, 16, 4);
	assert_int_equal(via_of(&o, NET, 16), FAR_ONE);
	assert_int_equal(metric_of(&o, NET, 16), 5);
	end(&o);
}

/* The neighbour that we use is believed, whatever it says. */
static void the_neighbour_in_use_may_get_worse_and_better(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	for (unsigned metric = 1; metric < 15; metric++) {
		hear(&o, NEIGHBOUR, NET, 16, metric);
		assert_int_equal(metric_of(&o, NET, 16), metric + 1);
	}
	hear(&o, NEIGHBOUR, NET, 16, 2);
	assert_int_equal(metric_of(&o, NET, 16), 3);
	hear(&o, NEIGHBOUR, NET, 16, 16);
	assert_int_equal(metric_of(&o, NET, 16), 16);
	assert_int_equal(via_of(&o, NET, 16), 0);
	end(&o);
}

static void another_length_is_another_network(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	hear(&o, NEIGHBOUR, NET, 16, 1);
	hear(&o, NEIGHBOUR, NET, 24, 2);
	hear(&o, NEIGHBOUR, 0, 0, 3);
	assert_int_equal(metric_of(&o, NET, 16), 2);
	assert_int_equal(metric_of(&o, NET, 24), 3);
	assert_int_equal(metric_of(&o, 0, 0), 4);
	end(&o);
}

static void what_is_our_own_is_nearer(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	hear(&o, NEIGHBOUR, NET, 16, 1);
	router_begin_own(o.router);
	own(&o, NET, 16, 5);
	router_end_own(o.router, o.now);
	hear(&o, NEIGHBOUR, NET, 16, 1);
	assert_int_equal(metric_of(&o, NET, 16), 5);
	assert_int_equal(route(&o, NET, 16)->origin, ORIGIN_ANNOUNCED);
	router_begin_own(o.router); /* a round without it */
	router_end_own(o.router, o.now);
	assert_int_equal(metric_of(&o, NET, 16), 16);
	hear(&o, NEIGHBOUR, NET, 16, 1);
	assert_int_equal(metric_of(&o, NET, 16), 2);
	end(&o);
}

/* ---- the next hop field: RFC 2453, 4.4 ------------------------------------------------------- */

static void a_next_hop_in_the_same_network_gets_the_packets(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	hear_of(&o, NEIGHBOUR, (struct says){ NET, 16, 1, ANOTHER, 0 });
	assert_int_equal(via_of(&o, NET, 16), ANOTHER);
	o.installs = 0;
	hear_of(&o, NEIGHBOUR, (struct says){ NET, 16, 1, 0, 0 });
	assert_int_equal(via_of(&o, NET, 16), NEIGHBOUR);
	assert_int_equal(o.installs, 1);
	end(&o);
}

static void a_next_hop_that_is_not_reachable_is_as_none(void **state)
{
	static const uint32_t bad[] = { FAR_ONE, IP(10, 0, 1, 255), IP(10, 0, 1, 0),
					NET,	 IP(127, 0, 0, 1),  0xffffffff };
	struct one o = begin();

	(void)state;
	start(&o);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		hear_of(&o, NEIGHBOUR, (struct says){ NET, 16, 1, bad[i], 0 });
		assert_int_equal(via_of(&o, NET, 16), NEIGHBOUR);
	}
	end(&o);
}

/* Who would send to us what we send to it: it is no way for us. */
static void a_way_by_ourselves_is_no_way(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	hear_of(&o, NEIGHBOUR, (struct says){ NET, 16, 1, IP(10, 0, 1, 1), 0 });
	assert_null(route(&o, NET, 16));
	end(&o);
}

static void a_way_that_turns_back_to_us_is_lost(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	hear_of(&o, NEIGHBOUR, (struct says){ NET, 16, 1, 0, 0 });
	hear_of(&o, NEIGHBOUR, (struct says){ NET, 16, 3, IP(10, 0, 1, 1), 0 });
	assert_int_equal(metric_of(&o, NET, 16), 16);
	end(&o);
}

/* ---- time: RFC 2453, 3.8 --------------------------------------------------------------------- */

static void a_network_times_out_and_becomes_garbage(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	hear(&o, NEIGHBOUR, NET, 16, 1);
	run_for(&o, S(180) - 1);
	assert_int_equal(metric_of(&o, NET, 16), 2);
	run_for(&o, 1);
	assert_int_equal(metric_of(&o, NET, 16), 16);
	run_for(&o, S(120) - 1);
	assert_int_equal(metric_of(&o, NET, 16), 16);
	run_for(&o, 1);
	assert_null(route(&o, NET, 16));
	end(&o);
}

static void each_announcement_begins_the_time_anew(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	for (int i = 0; i < 20; i++) {
		hear(&o, NEIGHBOUR, NET, 16, 1);
		run_for(&o, S(170));
		assert_int_equal(metric_of(&o, NET, 16), 2);
	}
	hear(&o, ANOTHER, NET, 16, 9); /* somebody else's does not */
	run_for(&o, S(10));
	assert_int_equal(metric_of(&o, NET, 16), 16);
	end(&o);
}

static void what_is_lost_may_come_again_while_it_is_garbage(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	hear(&o, NEIGHBOUR, NET, 16, 1);
	hear(&o, NEIGHBOUR, NET, 16, 16);
	run_for(&o, S(119));
	hear(&o, FAR_ONE, NET, 16, 3);
	assert_int_equal(metric_of(&o, NET, 16), 4);
	run_for(&o, S(100));
	assert_int_equal(metric_of(&o, NET, 16), 4);
	end(&o);
}

static void an_equal_way_replaces_one_that_is_about_to_expire(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	hear(&o, NEIGHBOUR, NET, 16, 1);
	run_for(&o, S(89));
	hear(&o, ANOTHER, NET, 16, 1);
	assert_int_equal(via_of(&o, NET, 16), NEIGHBOUR);
	run_for(&o, S(2));
	hear(&o, ANOTHER, NET, 16, 1);
	assert_int_equal(via_of(&o, NET, 16), ANOTHER);
	end(&o);
}

/* ---- several paths --------------------------------------------------------------------------- */

static void equal_ways_are_used_side_by_side(void **state)
{
	struct one o = begin();

	(void)state;
	o.config->paths = 2;
	start(&o);
	hear(&o, NEIGHBOUR, NET, 16, 1);
	hear(&o, FAR_ONE, NET, 16, 1);
	hear(&o, ANOTHER, NET, 16, 1);
	assert_int_equal(route(&o, NET, 16)->path_count, 2);
	hear(&o, NEIGHBOUR, NET, 16, 16);
	assert_int_equal(route(&o, NET, 16)->path_count, 1);
	assert_int_equal(via_of(&o, NET, 16), FAR_ONE);
	assert_int_equal(metric_of(&o, NET, 16), 2);
	hear(&o, NEIGHBOUR, NET, 16, 1);
	hear(&o, FAR_ONE, NET, 16, 3); /* it is worse than the other one */
	assert_int_equal(route(&o, NET, 16)->path_count, 1);
	assert_int_equal(via_of(&o, NET, 16), NEIGHBOUR);
	hear(&o, ANOTHER, NET, 16, 1);
	hear(&o, FAR_ONE, NET, 15, 1);
	assert_int_equal(route(&o, NET, 16)->path_count, 2);
	run_for(&o, S(100));
	hear(&o, ANOTHER, NET, 16, 1);
	run_for(&o, S(80));
	assert_int_equal(route(&o, NET, 16)->path_count, 1);
	assert_int_equal(via_of(&o, NET, 16), ANOTHER);
	end(&o);
}

static void a_better_way_ends_all_others(void **state)
{
	struct one o = begin();

	(void)state;
	o.config->paths = 16;
	start(&o);
	for (unsigned i = 0; i < 20; i++)
		hear(&o, IP(10, 0, 1, 10 + i), NET, 16, 5);
	assert_int_equal(route(&o, NET, 16)->path_count, 16);
	hear(&o, FAR_ONE, NET, 16, 4);
	assert_int_equal(route(&o, NET, 16)->path_count, 1);
	end(&o);
}

/* ---- interfaces ------------------------------------------------------------------------------ */

static void what_was_learned_at_an_interface_goes_with_it(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	hear(&o, NEIGHBOUR, NET, 16, 1);
	hear(&o, FAR_ONE, IP(10, 8, 0, 0), 16, 1);
	iface_is(&o, 1, false);
	assert_int_equal(metric_of(&o, NET, 16), 16);
	assert_int_equal(metric_of(&o, IP(10, 8, 0, 0), 16), 2);
	hear(&o, NEIGHBOUR, NET, 16, 1); /* nobody is heard there */
	assert_int_equal(metric_of(&o, NET, 16), 16);
	iface_is(&o, 1, true);
	hear(&o, NEIGHBOUR, NET, 16, 1);
	assert_int_equal(metric_of(&o, NET, 16), 2);
	end(&o);
}

static void an_interface_may_leave_for_good(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	hear(&o, NEIGHBOUR, NET, 16, 1);
	router_iface(o.router, &(struct rip_iface){ .index = 1 }, o.now);
	assert_int_equal(metric_of(&o, NET, 16), 16);
	assert_null(router_find_iface(o.router, 1));
	run_for(&o, S(1000));
	router_iface(o.router, &(struct rip_iface){ .index = 7 }, o.now); /* it was never ours */
	assert_null(router_find_iface(o.router, 7));
	end(&o);
}

/* ---- a day ----------------------------------------------------------------------------------- */

/* A neighbour with 200 networks, each of which is away a part of the time. */
static void a_day_passes(void **state)
{
	struct one o = begin();
	uint64_t begun, update = 0;

	(void)state;
	start(&o);
	begun = o.now;
	srand(1);
	while (o.now < begun + S(86400)) {
		for (unsigned n = 0; n < 200; n++)
			if (rand() % 8 < 7)
				hear(&o, n % 2 ? NEIGHBOUR : FAR_ONE, IP(10, 100, n, 0), 24,
				     rand() % 50 ? 1 + n % 14 : 16);
		run_for(&o, S(30));
		assert_true(prefix_map_count(o.router->routes) <= 200);
		update += o.sent_count;
		forget_sent(&o);
	}
	assert_true(update > 2 * 86400 / 35);
	run_for(&o, S(301));
	assert_int_equal(prefix_map_count(o.router->routes), 0);
	assert_int_equal(prefix_map_count(o.router->neighbours), 0);
	assert_int_equal(o.router->bits, 0);
	end(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_network_is_learned_with_the_cost_of_the_interface),
		cmocka_unit_test(infinity_is_nothing_to_learn),
		cmocka_unit_test(the_shorter_way_wins),
		cmocka_unit_test(the_neighbour_in_use_may_get_worse_and_better),
		cmocka_unit_test(another_length_is_another_network),
		cmocka_unit_test(what_is_our_own_is_nearer),
		cmocka_unit_test(a_next_hop_in_the_same_network_gets_the_packets),
		cmocka_unit_test(a_next_hop_that_is_not_reachable_is_as_none),
		cmocka_unit_test(a_way_by_ourselves_is_no_way),
		cmocka_unit_test(a_way_that_turns_back_to_us_is_lost),
		cmocka_unit_test(a_network_times_out_and_becomes_garbage),
		cmocka_unit_test(each_announcement_begins_the_time_anew),
		cmocka_unit_test(what_is_lost_may_come_again_while_it_is_garbage),
		cmocka_unit_test(an_equal_way_replaces_one_that_is_about_to_expire),
		cmocka_unit_test(equal_ways_are_used_side_by_side),
		cmocka_unit_test(a_better_way_ends_all_others),
		cmocka_unit_test(what_was_learned_at_an_interface_goes_with_it),
		cmocka_unit_test(an_interface_may_leave_for_good),
		cmocka_unit_test(a_day_passes),
	};

	return cmocka_run_group_tests_name("rip router", tests, NULL, NULL);
}
