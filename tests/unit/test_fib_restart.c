/* SPDX-License-Identifier: MIT */
/* The FIB writer after kill -9 and a restart: what is found is taken over, what nobody wants
 * goes. */
#include "fib_lab.h"
#include "nodes/common/fib_core.h"

#define MANY 100

static struct {
	struct loop *loop;
	struct fib *fib;
} killed[32]; /* their loops never turn again */
static unsigned killed_count;

/* restart() - as after kill -9: nothing was taken out, and a new writer begins */
static void restart(struct lab *l)
{
	killed[killed_count].fib = l->fib;
	killed[killed_count++].loop = l->loop;
	watch_free(l->tick);
	watch_free(l->loop->term); /* one loop at a time hears signals */
	watch_free(l->loop->intr);
	watch_free(l->loop->hup);
	l->loop = loop_new();
	l->tick = loop_on_timer(l->loop, on_tick, l);
	l->fib = writer(l->loop, false);
}

/* set_all() - one of each kind */
static void set_all(struct lab *l)
{
	struct fib_hop hops[2] = { hop_to("10.9.0.2", l->a), hop_to("10.8.0.2", l->b) };
	struct fib_hop hops6[2] = { hop_to("fd09::2", l->a), hop_to("fd08::2", l->b) };
	struct prefix p = prefix_of("10.2.0.0/24"), p6 = prefix_of("fd02::/64");

	set(l, "10.1.0.0/24", "10.9.0.2", l->a);
	set(l, "10.3.0.0/24", NULL, l->a);
	set(l, "10.4.0.0/16", NULL, 0);
	set(l, "fd04::/48", NULL, 0);
	set(l, "fd01::/64", "fd09::2", l->a);
	set(l, "fd03::/64", NULL, l->a);
	set(l, "0.0.0.0/0", "10.9.0.2", l->a);
	set(l, "::/0", "fd09::2", l->a);
	fib_set(l->fib, &p, hops, 2);
	fib_set(l->fib, &p6, hops6, 2);
	set_first(l, MANY, "10.9.0.3", l->a);
}

static void equal_routes_are_adopted_without_a_touch(void **state)
{
	struct lab l = lab_new();
	int events;

	(void)state;
	set_all(&l);
	assert_int_equal(count("nexthop show proto 201"), 1);
	events = listen_to_kernel();
	restart(&l);
	set_all(&l);
	assert_true(has(&l, "10.2.0.0/24") && has(&l, "fd02::/64") && has(&l, "10.100.5.0/24"));
	fib_sweep(l.fib);
	fib_flush(l.fib);
	turn_for(&l, 30);
	assert_int_equal(events_of(events), 0);
	close(events);
	lab_free(&l);
}

static void what_was_not_claimed_stays_until_the_sweep(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set_all(&l);
	restart(&l);
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	turn_for(&l, 30);
	assert_int_equal(count("route show proto 201"), MANY + 5);
	assert_false(has(&l, "10.3.0.0/24")); /* nobody wants it */
	fib_sweep(l.fib);
	fib_flush(l.fib);
	assert_int_equal(count("route show proto 201"), 1);
	assert_int_equal(count("-6 route show proto 201"), 0);
	assert_int_equal(count("nexthop show proto 201"), 0);
	expect(&l, "10.1.0.0/24", BY_A);
	lab_free(&l);
}

static void what_is_set_otherwise_is_changed(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set_all(&l);
	restart(&l);
	set(&l, "10.1.0.0/24", "10.8.0.7", l.b);
	set(&l, "fd01::/64", "fd08::7", l.b);
	set(&l, "10.2.0.0/24", "10.9.0.7", l.a);
	set_nth(&l, 3, "10.9.0.9", l.a);
	fib_flush(l.fib);
	expect(&l, "10.1.0.0/24", "via 10.8.0.7 dev b0 proto 201 metric 110");
	expect(&l, "10.2.0.0/24", "via 10.9.0.7 dev a0 proto 201 metric 110");
	expect(&l, "fd01::/64", "via fd08::7 dev b0 proto 201 metric 110 pref medium");
	expect(&l, "10.100.3.0/24", "via 10.9.0.9 dev a0 proto 201 metric 110");
	lab_free(&l);
}

/* The table gets its own sweep with the first claim of a hop whose object is an earlier run's. */
static void an_object_of_an_earlier_run_is_used_on(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set_all(&l);
	restart(&l);
	set_first(&l, 2 * MANY, "10.9.0.3", l.a);
	assert_int_equal(count("nexthop show proto 201"), 1);
	assert_int_equal(count("route show proto 201"), 2 * MANY + 5);
	fib_sweep(l.fib);
	fib_flush(l.fib);
	assert_int_equal(count("route show proto 201"), 2 * MANY);
	lab_free(&l);
}

/* A run that was killed between two messages of a change leaves two routes of one prefix. */
static void a_half_done_change_is_put_right(void **state)
{
	struct lab l = lab_new();

	(void)state;
	ip("route add 10.1.0.0/24 via 10.9.0.2 proto 201 metric 110");
	ip("route append 10.1.0.0/24 via 10.9.0.3 proto 201 metric 110");
	ip("route add 10.2.0.0/24 via 10.9.0.3 proto 201 metric 110");
	ip("route append 10.2.0.0/24 via 10.9.0.2 proto 201 metric 110");
	ip("route add 10.3.0.0/24 via 10.9.0.3 proto 201 metric 110");
	ip("route append 10.3.0.0/24 via 10.9.0.2 proto 201 metric 110");
	restart(&l);
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	set(&l, "10.2.0.0/24", "10.9.0.2", l.a);
	expect(&l, "10.1.0.0/24", BY_A);
	expect(&l, "10.2.0.0/24", BY_A);
	fib_sweep(l.fib);
	expect(&l, "10.3.0.0/24", "");
	expect_still(&l, "10.2.0.0/24", BY_A);
	lab_free(&l);
}

static void line_of_two(FILE *f, unsigned n)
{
	fprintf(f, "route add 10.%u.%u.0/24 via 10.9.0.2 proto 201 metric 110\n", 100 + n / 256,
		n % 256);
	fprintf(f, "route append 10.%u.%u.0/24 via 10.9.0.3 proto 201 metric 110\n", 100 + n / 256,
		n % 256);
}

static void on_alarm(int number)
{
	(void)number;
	fail_msg("the writer waits for the kernel for ever");
}

/* More of them than a batch of messages has room for: what is sent while the kernel answers must
 * not take its answers away. */
static void many_half_done_changes_are_put_right(void **state)
{
	struct lab l = lab_new();

	(void)state;
	batch(0, 1500, line_of_two);
	signal(SIGALRM, on_alarm);
	alarm(3);
	restart(&l);
	alarm(0);
	set_first(&l, 1500, "10.9.0.3", l.a);
	turn_for(&l, 30);
	assert_int_equal(count("route show proto 201"), 1500);
	assert_int_equal(count("route show proto 201 via 10.9.0.3"), 1500);
	lab_free(&l);
}

static void routes_of_others_are_no_leftovers(void **state)
{
	struct lab l = lab_new();

	(void)state;
	ip("route add 10.1.0.0/24 via 10.9.0.2 proto 201 metric 111");
	ip("route add 10.2.0.0/24 via 10.9.0.2 proto static metric 110");
	ip("route add 10.3.0.0/24 via 10.9.0.2 proto 201 metric 110 table 77");
	restart(&l);
	fib_sweep(l.fib);
	fib_close(l.fib);
	assert_int_equal(count("route show proto 201"), 1);
	assert_int_equal(count("route show proto static"), 1);
	assert_int_equal(count("route show table 77"), 1);
	ip("route del 10.1.0.0/24");
	ip("route del 10.3.0.0/24 table 77");
	l.fib = writer(l.loop, false);
	lab_free(&l);
}

/* Such as we never make: more next hops than sixteen, or none that we could make. */
static void strange_routes_of_our_number_are_changed_and_swept(void **state)
{
	struct lab l = lab_new();
	char command[LINE_ROOM] = "route add 10.1.0.0/24 proto 201 metric 110";

	(void)state;
	for (unsigned i = 0; i < FIB_HOPS_MAX + 1; i++)
		snprintf(command + strlen(command), sizeof(command) - strlen(command),
			 " nexthop via 10.9.0.%u", 2 + i);
	ip("%s", command);
	memcpy(strstr(command, "10.1"), "10.2", 4);
	ip("%s", command);
	restart(&l);
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	expect(&l, "10.1.0.0/24", BY_A);
	fib_sweep(l.fib);
	expect(&l, "10.2.0.0/24", "");
	lab_free(&l);
}

static void two_objects_of_one_hop_become_one(void **state)
{
	struct lab l = lab_new();

	(void)state;
	for (unsigned i = 1; i <= 2; i++) {
		ip("nexthop add id %u via 10.9.0.2 dev a0 proto 201", (PROTOCOL << 20) + i);
		ip("route add 10.%u.0.0/24 nhid %u proto 201 metric 110", i, (PROTOCOL << 20) + i);
	}
	restart(&l);
	set(&l, "10.1.0.0/24", "10.9.0.2", l.a);
	set(&l, "10.2.0.0/24", "10.9.0.2", l.a);
	expect(&l, "10.1.0.0/24", BY_A);
	expect(&l, "10.2.0.0/24", BY_A);
	fib_sweep(l.fib);
	turn_for(&l, 20);
	assert_true(count("nexthop show proto 201") <= 1);
	expect_still(&l, "10.2.0.0/24", BY_A);
	lab_free(&l);
}

static void a_writer_that_ends_without_claims_takes_all_out(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set_all(&l);
	restart(&l);
	lab_free(&l); /* says that nothing is left */
}

/* Its routes were taken out before the sweep: at the end there is nothing to do but the object. */
static void a_writer_that_ends_takes_an_idle_object_out(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set_first(&l, MANY, "10.9.0.3", l.a);
	fib_remove_all(l.fib);
	fib_flush(l.fib);
	lab_free(&l); /* says that nothing is left */
}

static void a_sweep_takes_an_idle_object_out(void **state)
{
	struct lab l = lab_new();

	(void)state;
	set_first(&l, MANY, "10.9.0.3", l.a);
	fib_remove_all(l.fib);
	fib_flush(l.fib);
	fib_sweep(l.fib);
	expect_count(&l, "nexthop show proto 201", 0);
	lab_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_routes_are_adopted_without_a_touch),
		cmocka_unit_test(what_was_not_claimed_stays_until_the_sweep),
		cmocka_unit_test(what_is_set_otherwise_is_changed),
		cmocka_unit_test(an_object_of_an_earlier_run_is_used_on),
		cmocka_unit_test(a_half_done_change_is_put_right),
		cmocka_unit_test(many_half_done_changes_are_put_right),
		cmocka_unit_test(routes_of_others_are_no_leftovers),
		cmocka_unit_test(strange_routes_of_our_number_are_changed_and_swept),
		cmocka_unit_test(two_objects_of_one_hop_become_one),
		cmocka_unit_test(a_writer_that_ends_without_claims_takes_all_out),
		cmocka_unit_test(a_writer_that_ends_takes_an_idle_object_out),
		cmocka_unit_test(a_sweep_takes_an_idle_object_out),
	};

	return cmocka_run_group_tests_name("fib restart", tests, group_setup, NULL);
}
