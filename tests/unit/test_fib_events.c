/* SPDX-License-Identifier: MIT */
/* The FIB writer, when others touch its routes: by hand, with links, addresses and nexthop objects,
 * and when there were more events than fit. */
#include "fib_lab.h"
#include "nodes/common/fib_core.h"

#define BY_6 "via fd09::2 dev a0 proto 201 metric 110 pref medium"
#define MANY 100 /* routes that share a next hop: enough for an object */

/* ---- by hand --------------------------------------------------------------------------------- */

static void what_an_operator_deletes_is_put_back(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	set(&l, "fd01::/64", "fd09::2", l.a);
	fib_flush(l.fib);
	for (int i = 0; i < 3; i++) {
		ip("route del 10.1.0.0/24 metric 110");
		ip("-6 route del fd01::/64 metric 110");
		expect(&l, "10.1.0.0/24", BY_A);
		expect(&l, "fd01::/64", BY_6);
	}
	expect_has(&l, "10.1.0.0/24", true);
	lab_free(&l);
}

static void all_that_are_flushed_are_put_back(void **state)
{
	struct lab l = lab_new();

	(void)state;
	for (unsigned n = 0; n < 50; n++)
		set_nth(&l, n, n % 2 ? "10.9.0.2" : "10.8.0.2", n % 2 ? l.a : l.b);
	fib_flush(l.fib);
	ip("route flush proto 201");
	expect_count(&l, "route show proto 201", 50);
	lab_free(&l);
}

static void what_an_operator_replaces_is_his_until_he_deletes_it(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	fib_flush(l.fib);
	ip("route replace 10.1.0.0/24 via 10.8.0.9 proto static metric 110");
	expect_has(&l, "10.1.0.0/24", false);
	expect_still(&l, "10.1.0.0/24", "via 10.8.0.9 dev b0 proto static metric 110");
	ip("route del 10.1.0.0/24 metric 110");
	expect(&l, "10.1.0.0/24", BY_A);
	lab_free(&l);
}

/* Another's hand, our protocol and metric: it is ours, and not as it should be. */
static void what_is_replaced_in_our_name_is_put_right(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	fib_flush(l.fib);
	ip("route replace 10.1.0.0/24 via 10.8.0.9 proto 201 metric 110");
	expect(&l, "10.1.0.0/24", BY_A);
	expect_has(&l, "10.1.0.0/24", true);
	lab_free(&l);
}

/* ---- links and addresses: the kernel drops IPv4 routes in silence ---------------------------- */

static void routes_come_back_with_their_link(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	set(&l, "10.2.0.0/24", NULL, l.a);
	set(&l, "10.3.0.0/24", "10.8.0.2", l.b);
	fib_flush(l.fib);
	for (int i = 0; i < 3; i++) {
		ip("link set a0 down");
		expect_has(&l, "10.1.0.0/24", false);
		expect_has(&l, "10.2.0.0/24", false);
		assert_true(has(&l, "10.3.0.0/24"));
		ip("link set a0 up");
		expect(&l, "10.1.0.0/24", BY_A);
		expect(&l, "10.2.0.0/24", "dev a0 proto 201 scope link metric 110");
		expect_has(&l, "10.1.0.0/24", true);
	}
	lab_free(&l);
}

static void ipv6_routes_come_back_with_their_link(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "fd01::/64", "fd09::2", l.a);
	fib_flush(l.fib);
	ip("link set a0 down");
	expect_has(&l, "fd01::/64", false);
	ip("link set a0 up"); /* IPv6 takes the address away with the link */
	ip("-6 addr replace fd09::1/64 dev a0 nodad");
	expect(&l, "fd01::/64", BY_6);
	expect_has(&l, "fd01::/64", true);
	lab_free(&l);
}

/* While the loop stands still, the link goes and comes: no event of a route tells of it. */
static void a_link_that_went_and_came_unseen_costs_no_route(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	fib_flush(l.fib);
	ip("link set a0 down");
	ip("link set a0 up");
	expect(&l, "10.1.0.0/24", BY_A);
	lab_free(&l);
}

static void routes_come_back_with_their_address(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	fib_flush(l.fib);
	ip("addr del 10.9.0.1/24 dev a0");
	expect(&l, "10.1.0.0/24", "");
	expect_has(&l, "10.1.0.0/24", false);
	ip("addr add 10.9.0.1/24 dev a0");
	expect(&l, "10.1.0.0/24", BY_A);
	lab_free(&l);
}

static void a_route_set_while_its_link_is_down_comes_with_it(void **state)
{
	struct lab l = lab_new();

	(void)state;
	ip("link set a0 down");
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	expect_still(&l, "10.1.0.0/24", "");
	ip("link set a0 up");
	expect(&l, "10.1.0.0/24", BY_A);
	lab_free(&l);
}

static void several_next_hops_outlive_the_loss_of_one(void **state)
{
	struct lab l = lab_new();
	struct fib_hop hops[2] = { hop_to("10.9.0.2", l.a), hop_to("10.8.0.2", l.b) };
	struct prefix p = prefix_of("10.1.0.0/24");

	(void)state;
	fib_set(l.fib, &p, hops, 2);
	fib_flush(l.fib);
	ip("link set b0 down");
	turn_for(&l, 30);
	ip("link set b0 up");
	expect(&l, "10.1.0.0/24",
	       "proto 201 metric 110 \\\tnexthop via 10.9.0.2 dev a0 weight 1 \\\tnexthop via "
	       "10.8.0.2 dev b0 weight 1");
	expect_has(&l, "10.1.0.0/24", true);
	lab_free(&l);
}

/* What was taken out while its link was down does not come back with it. */
static void what_is_not_wanted_does_not_come_back(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set_first(&l, MANY, "10.9.0.2", l.a);
	ip("link set a0 down");
	fib_remove_all(l.fib);
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	turn_for(&l, 20);
	ip("link set a0 up");
	expect(&l, "10.1.0.0/24", BY_A);
	expect_count(&l, "route show proto 201", 1);
	lab_free(&l);
}

/* ---- nexthop objects ------------------------------------------------------------------------- */

static void many_routes_of_one_hop_share_an_object(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set(&l, "10.1.0.0/24", "10.8.0.2", l.b); /* a plain one beside them */
	set_first(&l, MANY, "10.9.0.2", l.a);
	assert_int_equal(count("nexthop show proto 201"), 1);
	assert_int_equal(count("route show proto 201"), MANY + 1);
	assert_true(has(&l, "10.100.99.0/24") && has(&l, "10.1.0.0/24"));
	set_first(&l, MANY, "10.9.0.3", l.a);
	fib_sweep(l.fib); /* before it an idle object may be of use */
	turn_for(&l, 20);
	set(&l, "10.1.0.0/24", "10.8.0.3", l.b);
	expect_count(&l, "nexthop show proto 201", 1);
	expect_count(&l, "route show proto 201", MANY + 1);
	lab_free(&l);
}

static void routes_whose_object_was_deleted_are_put_back(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set_first(&l, MANY, "10.9.0.2", l.a);
	flush_objects();
	assert_int_equal(count("route show proto 201"), 0);
	expect_count(&l, "route show proto 201", MANY);
	expect_has(&l, "10.100.7.0/24", true);
	lab_free(&l);
}

static void routes_of_an_object_come_back_with_their_link(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set_first(&l, MANY, "10.9.0.2", l.a);
	ip("link set a0 down");
	expect_has(&l, "10.100.7.0/24", false);
	ip("link set a0 up");
	expect_count(&l, "route show proto 201", MANY);
	lab_free(&l);
}

static void without_objects_there_are_none(void **state)
{
	struct lab l;

	(void)state;
	lab_make(&l);
	l.fib = writer(l.loop, true);
	set_first(&l, MANY, "10.9.0.2", l.a);
	assert_int_equal(count("nexthop show"), 0);
	assert_int_equal(count("route show proto 201"), MANY);
	lab_free(&l);
}

/* An object's id that somebody else has taken is passed over. */
static void objects_of_others_are_left_alone(void **state)
{
	struct lab l = lab_new();

	(void)state;
	for (unsigned i = 1; i <= 3; i++)
		ip("nexthop add id %u via 10.8.0.9 dev b0", (PROTOCOL << 20) + i);
	set_first(&l, MANY, "10.9.0.2", l.a);
	assert_int_equal(count("route show proto 201"), MANY);
	fib_sweep(l.fib);
	fib_remove_all(l.fib);
	fib_flush(l.fib);
	assert_int_equal(count("nexthop show proto 201"), 0);
	assert_int_equal(count("nexthop show"), 3);
	lab_free(&l);
}

/* ---- more events than fit -------------------------------------------------------------------- */

static void flood_line(FILE *f, unsigned n)
{
	fprintf(f, "route %s 10.%u.%u.%u/32 via 10.8.0.9 proto static\n", n % 2 ? "del" : "add",
		200 + n / 65536, n / 256 % 256, n / 2 * 2 % 256);
}

static void delete_line(FILE *f, unsigned n)
{
	fprintf(f, "route del 10.%u.%u.0/24 metric 110\n", 100 + n / 256, n % 256);
}

static void after_an_overrun_all_is_right_again(void **state)
{
	struct lab l = lab_new();
	uint32_t drops[9] = { 0 }; /* SO_MEMINFO: the last one counts what was dropped */
	socklen_t len = sizeof(drops);

	(void)state;
	for (unsigned n = 0; n < 300; n++)
		set_nth(&l, n, n % 2 ? "10.9.0.2" : "10.8.0.2", n % 2 ? l.a : l.b);
	fib_flush(l.fib);
	batch(0, 60000, flood_line);
	batch(0, 300, delete_line);
	ip("route add 10.100.0.0/24 via 10.8.0.9 proto static metric 110");
	assert_int_equal(getsockopt(l.fib->events, SOL_SOCKET, SO_MEMINFO, drops, &len), 0);
	assert_true(drops[8] > 0);
	expect_count(&l, "route show proto 201", 299);
	expect_has(&l, "10.100.0.0/24", false);
	ip("route del 10.100.0.0/24 proto static");
	expect_count(&l, "route show proto 201", 300);
	lab_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_an_operator_deletes_is_put_back),
		cmocka_unit_test(all_that_are_flushed_are_put_back),
		cmocka_unit_test(what_an_operator_replaces_is_his_until_he_deletes_it),
		cmocka_unit_test(what_is_replaced_in_our_name_is_put_right),
		cmocka_unit_test(routes_come_back_with_their_link),
		cmocka_unit_test(ipv6_routes_come_back_with_their_link),
		cmocka_unit_test(a_link_that_went_and_came_unseen_costs_no_route),
		cmocka_unit_test(routes_come_back_with_their_address),
		cmocka_unit_test(a_route_set_while_its_link_is_down_comes_with_it),
		cmocka_unit_test(several_next_hops_outlive_the_loss_of_one),
		cmocka_unit_test(what_is_not_wanted_does_not_come_back),
		cmocka_unit_test(many_routes_of_one_hop_share_an_object),
		cmocka_unit_test(routes_whose_object_was_deleted_are_put_back),
		cmocka_unit_test(routes_of_an_object_come_back_with_their_link),
		cmocka_unit_test(without_objects_there_are_none),
		cmocka_unit_test(objects_of_others_are_left_alone),
		cmocka_unit_test(after_an_overrun_all_is_right_again),
	};

	return cmocka_run_group_tests_name("fib events", tests, group_setup, NULL);
}
