/* SPDX-License-Identifier: MIT */
/* The FIB writer against the kernel: what is set, changed and removed, and what others have put. */
#include "fib_lab.h"

#define OURS "proto 201 metric 110"

/* ---- set, change, remove --------------------------------------------------------------------- */

static void a_route_is_set_changed_and_removed(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	expect(&l, "10.1.0.0/24", "via 10.9.0.2 dev a0 " OURS);
	assert_true(has(&l, "10.1.0.0/24"));
	set(&l, "10.1.0.0/24", "10.9.0.3", l.a);
	expect(&l, "10.1.0.0/24", "via 10.9.0.3 dev a0 " OURS);
	set(&l, "10.1.0.0/24", "10.8.0.2", l.b);
	expect(&l, "10.1.0.0/24", "via 10.8.0.2 dev b0 " OURS);
	take_out(&l, "10.1.0.0/24");
	expect(&l, "10.1.0.0/24", "");
	assert_false(has(&l, "10.1.0.0/24"));
	lab_free(&l);
}

static void ipv6_is_as_ipv4(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "fd01::/64", "fd09::2", l.a);
	expect(&l, "fd01::/64", "via fd09::2 dev a0 " OURS " pref medium");
	set(&l, "fd01::/64", "fd08::2", l.b);
	expect(&l, "fd01::/64", "via fd08::2 dev b0 " OURS " pref medium");
	take_out(&l, "fd01::/64");
	expect(&l, "fd01::/64", "");
	lab_free(&l);
}

static void hosts_and_default_routes_are_routes(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "10.1.0.7/32", "10.9.0.2", l.a);
	set(&l, "0.0.0.0/0", "10.9.0.2", l.a);
	set(&l, "::/0", "fd09::2", l.a);
	set(&l, "fd01::7/128", "fd09::2", l.a);
	expect(&l, "10.1.0.7/32", "via 10.9.0.2 dev a0 " OURS);
	expect(&l, "0.0.0.0/0", "default via 10.9.0.2 dev a0 " OURS);
	expect(&l, "::/0", "default via fd09::2 dev a0 " OURS " pref medium");
	expect(&l, "fd01::7/128", "via fd09::2 dev a0 " OURS " pref medium");
	lab_free(&l);
}

static void a_hop_without_address_is_on_the_link(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "10.1.0.0/24", NULL, l.a);
	expect(&l, "10.1.0.0/24", "dev a0 proto 201 scope link metric 110");
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	expect(&l, "10.1.0.0/24", "via 10.9.0.2 dev a0 " OURS);
	set(&l, "10.1.0.0/24", NULL, l.a);
	expect(&l, "10.1.0.0/24", "dev a0 proto 201 scope link metric 110");
	lab_free(&l);
}

static void a_route_leads_nowhere(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "10.1.0.0/16", NULL, 0);
	expect(&l, "10.1.0.0/16", "unreachable 10.1.0.0/16 " OURS);
	assert_true(has(&l, "10.1.0.0/16"));
	set(&l, "10.1.0.0/16", "10.9.0.2", l.a);
	expect(&l, "10.1.0.0/16", "via 10.9.0.2 dev a0 " OURS);
	set(&l, "10.1.0.0/16", NULL, 0);
	expect(&l, "10.1.0.0/16", "unreachable 10.1.0.0/16 " OURS);
	set(&l, "fd01::/48", NULL, 0);
	expect(&l, "fd01::/48", "unreachable fd01::/48 dev lo " OURS " pref medium");
	take_out(&l, "10.1.0.0/16");
	take_out(&l, "fd01::/48");
	expect(&l, "10.1.0.0/16", "");
	expect(&l, "fd01::/48", "");
	lab_free(&l);
}

static void a_flush_leaves_nothing_to_wait_for(void **state)
{
	struct lab l = lab_new();
	char text[LINE_ROOM];

	(void)state;
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	assert_false(has(&l, "10.1.0.0/24"));
	fib_flush(l.fib);
	assert_true(has(&l, "10.1.0.0/24"));
	assert_true(route_is("10.1.0.0/24", "via 10.9.0.2 dev a0 " OURS, text, sizeof(text)));
	lab_free(&l);
}

static void what_comes_and_goes_in_one_turn_is_no_route(void **state)
{
	struct lab l = lab_new();
	int events = listen_to_kernel();

	(void)state;
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	take_out(&l, "10.1.0.0/24");
	take_out(&l, "10.2.0.0/24"); /* never set */
	turn_for(&l, 20);
	assert_int_equal(events_of(events), 0);
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	fib_flush(l.fib);
	assert_int_equal(events_of(events), 1);
	take_out(&l, "10.1.0.0/24");
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	turn_for(&l, 20);
	assert_int_equal(events_of(events), 0);
	close(events);
	lab_free(&l);
}

static void all_are_removed_at_once(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	set(&l, "fd01::/64", "fd09::2", l.a);
	fib_flush(l.fib);
	fib_remove_all(l.fib);
	expect(&l, "10.1.0.0/24", "");
	expect(&l, "fd01::/64", "");
	lab_free(&l);
}

static void another_table_is_another_table(void **state)
{
	struct fib_config c = { .protocol = PROTOCOL, .metric = METRIC, .table = 1000 };
	struct lab l;
	char text[LINE_ROOM];

	(void)state;
	lab_make(&l);
	l.fib = fib_new(l.loop, &c);
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	fib_flush(l.fib);
	assert_string_equal(ip_says("ip -o route show table 1000", text, sizeof(text)),
			    "10.1.0.0/24 via 10.9.0.2 dev a0 " OURS);
	expect(&l, "10.1.0.0/24", "");
	lab_free(&l);
}

/* ---- several next hops ----------------------------------------------------------------------- */

#define TWO \
	OURS " \\\tnexthop via 10.9.0.2 dev a0 weight 1 \\\tnexthop via 10.8.0.2 dev b0 weight 1"

static void set_two(struct lab *l, const char *prefix, const char *one, const char *other)
{
	struct fib_hop hops[2] = { hop_to(one, l->a), hop_to(other, l->b) };
	struct prefix p = prefix_of(prefix);

	fib_set(l->fib, &p, hops, 2);
}

static void a_route_may_have_several_next_hops(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set_two(&l, "10.1.0.0/24", "10.9.0.2", "10.8.0.2");
	expect(&l, "10.1.0.0/24", TWO);
	set(&l, "10.1.0.0/24", "10.8.0.2", l.b);
	expect(&l, "10.1.0.0/24", "via 10.8.0.2 dev b0 " OURS);
	set_two(&l, "10.1.0.0/24", "10.9.0.2", "10.8.0.2");
	expect(&l, "10.1.0.0/24", TWO);
	take_out(&l, "10.1.0.0/24");
	expect(&l, "10.1.0.0/24", "");
	lab_free(&l);
}

static void an_ipv6_route_may_have_several_next_hops(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set_two(&l, "fd01::/64", "fd09::2", "fd08::2");
	expect(&l, "fd01::/64",
	       OURS " pref medium\\\tnexthop via fd09::2 dev a0 weight 1 \\\tnexthop via fd08::2 "
		    "dev b0 weight 1");
	set(&l, "fd01::/64", "fd08::2", l.b);
	expect(&l, "fd01::/64", "via fd08::2 dev b0 " OURS " pref medium");
	set_two(&l, "fd01::/64", "fd09::2", "fd08::2");
	take_out(&l, "fd01::/64");
	expect(&l, "fd01::/64", "");
	lab_free(&l);
}

static void a_route_has_up_to_sixteen_next_hops(void **state)
{
	struct lab l = lab_new();
	struct fib_hop hops[FIB_HOPS_MAX];
	struct prefix p = prefix_of("10.1.0.0/24");
	char text[4096];
	unsigned count = 0;

	(void)state;
	for (unsigned i = 0; i < FIB_HOPS_MAX; i++) {
		hops[i] = hop_to("10.9.0.2", l.a);
		hops[i].via.bytes[3] = (uint8_t)(2 + i);
	}
	fib_set(l.fib, &p, hops, FIB_HOPS_MAX);
	fib_flush(l.fib);
	assert_true(fib_has(l.fib, &p));
	ip_says("ip -o route show proto 201", text, sizeof(text));
	for (const char *at = text; (at = strstr(at, "nexthop")); at++)
		count++;
	assert_int_equal(count, FIB_HOPS_MAX);
	turn_for(&l, 20);
	assert_true(fib_has(l.fib, &p));
	lab_free(&l);
}

/* ---- routes of others ------------------------------------------------------------------------ */

#define THEIRS "via 10.8.0.9 dev b0 proto static metric 110"

static void anothers_route_stays_and_ours_is_refused(void **state)
{
	struct lab l = lab_new();

	(void)state;
	ip("route add 10.1.0.0/24 via 10.8.0.9 proto static metric 110");
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	expect_still(&l, "10.1.0.0/24", THEIRS);
	assert_false(has(&l, "10.1.0.0/24"));
	set(&l, "10.1.0.0/24", "10.9.0.3", l.a);
	expect_still(&l, "10.1.0.0/24", THEIRS);
	take_out(&l, "10.1.0.0/24");
	expect_still(&l, "10.1.0.0/24", THEIRS);
	lab_free(&l);
}

static void ours_comes_when_anothers_has_gone(void **state)
{
	struct lab l = lab_new();

	(void)state;
	ip("route add 10.1.0.0/24 via 10.8.0.9 proto static metric 110");
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	expect_still(&l, "10.1.0.0/24", THEIRS);
	ip("route del 10.1.0.0/24 proto static");
	expect(&l, "10.1.0.0/24", "via 10.9.0.2 dev a0 " OURS);
	expect_has(&l, "10.1.0.0/24", true);
	lab_free(&l);
}

/* The kernel drops it in silence. */
static void ours_comes_when_anothers_has_gone_with_its_link(void **state)
{
	struct lab l = lab_new();

	(void)state;
	ip("route add 10.1.0.0/24 via 10.8.0.9 proto static metric 110");
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	expect_still(&l, "10.1.0.0/24", THEIRS);
	ip("link set b0 down");
	expect(&l, "10.1.0.0/24", "via 10.9.0.2 dev a0 " OURS);
	lab_free(&l);
}

static void another_metric_is_another_route(void **state)
{
	struct lab l = lab_new();

	(void)state;
	ip("route add 10.1.0.0/24 via 10.8.0.9 proto static metric 5");
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	expect(&l, "10.1.0.0/24",
	       "via 10.8.0.9 dev b0 proto static metric 5 \n10.1.0.0/24 via 10.9.0.2 dev a0 " OURS);
	take_out(&l, "10.1.0.0/24");
	expect(&l, "10.1.0.0/24", "via 10.8.0.9 dev b0 proto static metric 5");
	lab_free(&l);
}

static void a_change_leaves_anothers_that_stands_behind_ours(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	fib_flush(l.fib);
	ip("route append 10.1.0.0/24 via 10.8.0.9 proto static metric 110");
	set(&l, "10.1.0.0/24", "10.9.0.3", l.a);
	fib_flush(l.fib);
	take_out(&l, "10.1.0.0/24");
	expect(&l, "10.1.0.0/24", THEIRS);
	expect_still(&l, "10.1.0.0/24", THEIRS);
	lab_free(&l);
}

/* Ours is changed before anybody could hear that it was replaced: it must not stand behind
 * theirs. */
static void a_change_does_not_creep_in_behind_anothers(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	fib_flush(l.fib);
	ip("route replace 10.1.0.0/24 via 10.8.0.9 proto static metric 110");
	set(&l, "10.1.0.0/24", "10.9.0.3", l.a);
	fib_flush(l.fib);
	assert_false(has(&l, "10.1.0.0/24"));
	expect_still(&l, "10.1.0.0/24", THEIRS);
	ip("route del 10.1.0.0/24 proto static");
	expect(&l, "10.1.0.0/24", "via 10.9.0.3 dev a0 " OURS);
	lab_free(&l);
}

static void a_change_of_what_was_deleted_unheard_is_a_new_route(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	fib_flush(l.fib);
	ip("route del 10.1.0.0/24 proto 201");
	set(&l, "10.1.0.0/24", "10.8.0.2", l.b);
	fib_flush(l.fib);
	assert_true(has(&l, "10.1.0.0/24"));
	expect_still(&l, "10.1.0.0/24", "via 10.8.0.2 dev b0 " OURS);
	lab_free(&l);
}

static void an_unreachable_next_hop_is_refused_until_it_is_reachable(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "10.1.0.0/24", "10.7.0.2", l.a);
	expect_still(&l, "10.1.0.0/24", "");
	assert_false(has(&l, "10.1.0.0/24"));
	ip("addr add 10.7.0.1/24 dev a0");
	expect(&l, "10.1.0.0/24", "via 10.7.0.2 dev a0 " OURS);
	expect_has(&l, "10.1.0.0/24", true);
	lab_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_route_is_set_changed_and_removed),
		cmocka_unit_test(ipv6_is_as_ipv4),
		cmocka_unit_test(hosts_and_default_routes_are_routes),
		cmocka_unit_test(a_hop_without_address_is_on_the_link),
		cmocka_unit_test(a_route_leads_nowhere),
		cmocka_unit_test(a_flush_leaves_nothing_to_wait_for),
		cmocka_unit_test(what_comes_and_goes_in_one_turn_is_no_route),
		cmocka_unit_test(all_are_removed_at_once),
		cmocka_unit_test(another_table_is_another_table),
		cmocka_unit_test(a_route_may_have_several_next_hops),
		cmocka_unit_test(an_ipv6_route_may_have_several_next_hops),
		cmocka_unit_test(a_route_has_up_to_sixteen_next_hops),
		cmocka_unit_test(anothers_route_stays_and_ours_is_refused),
		cmocka_unit_test(ours_comes_when_anothers_has_gone),
		cmocka_unit_test(ours_comes_when_anothers_has_gone_with_its_link),
		cmocka_unit_test(another_metric_is_another_route),
		cmocka_unit_test(a_change_leaves_anothers_that_stands_behind_ours),
		cmocka_unit_test(a_change_does_not_creep_in_behind_anothers),
		cmocka_unit_test(a_change_of_what_was_deleted_unheard_is_a_new_route),
		cmocka_unit_test(an_unreachable_next_hop_is_refused_until_it_is_reachable),
	};

	return cmocka_run_group_tests_name("fib", tests, group_setup, NULL);
}
