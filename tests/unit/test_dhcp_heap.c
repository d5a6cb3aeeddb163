/* SPDX-License-Identifier: MIT */
/* The heap of things that have a time, held against an array that is searched from end to end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/dhcp/heap.h"

#define THINGS 300

struct world {
	struct heap heap;
	struct heap_place places[THINGS];
	bool is_in[THINGS];
	uint64_t time[THINGS];
};

/* check() - the first is the earliest, each knows its place, and no parent is later than its
 * child */
static void check(const struct world *w)
{
	const struct heap_place *first = heap_first(&w->heap);
	uint64_t earliest = UINT64_MAX;
	size_t count = 0;

	for (size_t i = 0; i < THINGS; i++) {
		if (!w->is_in[i])
			continue;
		count++;
		if (w->time[i] < earliest)
			earliest = w->time[i];
		assert_ptr_equal(w->heap.places[w->places[i].at], &w->places[i]);
		assert_true(w->places[i].time == w->time[i]);
	}
	assert_int_equal(w->heap.count, count);
	if (!count)
		assert_null(first);
	else
		assert_true(first->time == earliest);
	for (size_t i = 1; i < w->heap.count; i++)
		assert_true(w->heap.places[(i - 1) / 2]->time <= w->heap.places[i]->time);
}

static void add(struct world *w, size_t i, uint64_t time)
{
	w->is_in[i] = true;
	w->time[i] = time;
	heap_add(&w->heap, &w->places[i], time);
}

static void take_away(struct world *w, size_t i)
{
	w->is_in[i] = false;
	heap_remove(&w->heap, &w->places[i]);
}

static void an_empty_heap_has_no_first(void **state)
{
	struct heap h = { 0 };

	(void)state;
	assert_null(heap_first(&h));
	heap_free(&h);
}

static void things_leave_in_the_order_of_their_times(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	uint64_t last = 0;

	(void)state;
	assert_non_null(w);
	srand(7);
	for (size_t i = 0; i < THINGS; i++)
		add(w, i, (uint64_t)(rand() % 1000));
	check(w);
	for (size_t i = 0; i < THINGS; i++) {
		struct heap_place *p = heap_first(&w->heap);

		assert_true(p->time >= last);
		last = p->time;
		take_away(w, (size_t)(p - w->places));
		check(w);
	}
	assert_null(heap_first(&w->heap));
	heap_free(&w->heap);
	free(w);
}

/* Adds and removes anywhere, many equal times, and those at both ends of what a time can be. */
static void a_heap_is_what_a_sorted_array_is(void **state)
{
	static const uint64_t ends[] = { 0, 1, UINT64_MAX - 1, UINT64_MAX };
	struct world *w = calloc(1, sizeof(*w));

	(void)state;
	assert_non_null(w);
	for (unsigned seed = 1; seed <= 20; seed++) {
		srand(seed);
		for (unsigned step = 0; step < 1000; step++) {
			size_t i = (size_t)rand() % THINGS;

			if (w->is_in[i])
				take_away(w, i);
			else if (rand() % 8 == 0)
				add(w, i, ends[rand() % 4]);
			else
				add(w, i, (uint64_t)(rand() % (int)(10 * seed)));
			check(w);
		}
	}
	heap_free(&w->heap);
	free(w);
}

/* The one that moves into the gap of the one removed may have to go up, not down. */
static void the_one_that_fills_a_gap_may_rise(void **state)
{
	static const uint64_t times[] = { 1, 10, 2, 11, 12, 3, 4 };
	struct world *w = calloc(1, sizeof(*w));

	(void)state;
	assert_non_null(w);
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		add(w, i, times[i]);
	take_away(w, 3); /* 11, whose place 4 takes: less than the parent 10 */
	check(w);
	heap_free(&w->heap);
	free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_heap_has_no_first),
		cmocka_unit_test(things_leave_in_the_order_of_their_times),
		cmocka_unit_test(a_heap_is_what_a_sorted_array_is),
		cmocka_unit_test(the_one_that_fills_a_gap_may_rise),
	};

	return cmocka_run_group_tests_name("dhcp heap", tests, NULL, NULL);
}
