/* SPDX-License-Identifier: MIT */
/* One direction of a forwarded connection: what goes in comes out, then the end does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nodes/forwarder/flow.h"

static void a_flow_begins_by_reading(void **state)
{
	struct flow f = { 0 };

	(void)state;
	assert_int_equal(flow_next(&f), FLOW_READ);
}

static void what_was_read_is_written_before_more_is_read(void **state)
{
	struct flow f = { 0 };

	(void)state;
	flow_moved(&f, FLOW_READ, 100);
	assert_int_equal(flow_next(&f), FLOW_WRITE);
	assert_int_equal(f.held, 100);
	flow_moved(&f, FLOW_WRITE, 1);
	assert_int_equal(flow_next(&f), FLOW_WRITE);
	flow_moved(&f, FLOW_WRITE, 99);
	assert_int_equal(f.held, 0);
	assert_int_equal(flow_next(&f), FLOW_READ);
}

static void the_end_of_the_source_becomes_the_end_of_the_sink(void **state)
{
	struct flow f = { 0 };

	(void)state;
	flow_moved(&f, FLOW_READ, 0);
	assert_true(f.ended);
	assert_int_equal(flow_next(&f), FLOW_CLOSE);
	assert_false(f.closed);
	flow_moved(&f, FLOW_CLOSE, 0);
	assert_int_equal(flow_next(&f), FLOW_DONE);
	flow_moved(&f, FLOW_DONE, 0);
	assert_int_equal(flow_next(&f), FLOW_DONE);
}

/* The half-close waits for the pipe (RFC 9293, 3.6: what was sent before the FIN arrives). */
static void the_end_waits_until_the_pipe_is_empty(void **state)
{
	struct flow f = { .held = 3, .ended = true };

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(flow_next(&f), FLOW_WRITE);
		flow_moved(&f, FLOW_WRITE, 1);
	}
	assert_int_equal(flow_next(&f), FLOW_CLOSE);
}

static void a_write_of_nothing_changes_nothing(void **state)
{
	struct flow f = { .held = 5 };

	(void)state;
	flow_moved(&f, FLOW_WRITE, 0);
	assert_int_equal(f.held, 5);
	assert_false(f.ended);
	assert_int_equal(flow_next(&f), FLOW_WRITE);
}

static void whatever_the_sizes_all_octets_come_out_before_the_end(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed < 500; seed++) {
		struct flow f = { 0 };
		uint32_t random = seed * 2654435761u;
		size_t in = 0, out = 0, supply = seed * 37, steps = 0;

		while (flow_next(&f) != FLOW_DONE) {
			enum flow_step step = flow_next(&f);
			size_t n;

			random = random * 1103515245 + 12345;
			n = random >> 16 & 127;
			assert_true(++steps < 100000);
			if (step == FLOW_READ) {
				assert_int_equal(f.held, 0);
				n = n + 1 < supply - in ? n + 1 : supply - in;
				in += n;
			} else if (step == FLOW_WRITE) {
				n = n < f.held ? n : f.held;
				out += n;
			} else {
				assert_int_equal(out, supply);
				n = 0;
			}
			flow_moved(&f, step, n);
		}
		assert_int_equal(in, supply);
		assert_int_equal(out, supply);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_begins_by_reading),
		cmocka_unit_test(what_was_read_is_written_before_more_is_read),
		cmocka_unit_test(the_end_of_the_source_becomes_the_end_of_the_sink),
		cmocka_unit_test(the_end_waits_until_the_pipe_is_empty),
		cmocka_unit_test(a_write_of_nothing_changes_nothing),
		cmocka_unit_test(whatever_the_sizes_all_octets_come_out_before_the_end),
	};

	return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
