/* SPDX-License-Identifier: MIT */
/* What one peer is told, in order: updates, what does not wait, and the whole set between its
 * marks. */
#include "hub_one.h"
#include "nodes/routehub/feed.h"

#define DIGEST 0xd1d1d1d1 /* of the set as it is */

/* A set of addresses X, X + 1, ...: the cursor is how many were told. */
struct set {
	uint32_t count;
};

static bool next_of_set(void *arg, uint32_t *cursor, uint32_t *address)
{
	const struct set *s = arg;

	if (*cursor >= s->count)
		return false;
	*address = X + (*cursor)++;
	return true;
}

static void expect_next(struct feed *f, struct set *s, uint8_t type, uint32_t field)
{
	struct hub_datagram d = { 0 };

	assert_true(feed_take(f, next_of_set, s, DIGEST, &d));
	assert_int_equal(d.type, type);
	assert_int_equal(d.field, field);
}

static void expect_nothing(struct feed *f, struct set *s)
{
	struct hub_datagram d;

	assert_false(feed_take(f, next_of_set, s, DIGEST, &d));
	assert_true(feed_is_idle(f));
}

static void updates_leave_in_order(void **state)
{
	struct feed f = { 0 };
	struct set s = { 0 };

	(void)state;
	expect_nothing(&f, &s);
	for (unsigned round = 0; round < 5; round++) {
		for (uint32_t i = 0; i < 1000; i++)
			feed_push(&f, i % 2 ? HUB_DELETE : HUB_ADD, X + i);
		assert_false(feed_is_idle(&f));
		for (uint32_t i = 0; i < 1000; i++) {
			expect_next(&f, &s, i % 2 ? HUB_DELETE : HUB_ADD, X + i);
			if (i % 3 == 0) /* the ring goes round */
				feed_push(&f, HUB_ADD, Y);
		}
		for (uint32_t i = 0; i < 334; i++)
			expect_next(&f, &s, HUB_ADD, Y);
		expect_nothing(&f, &s);
	}
	feed_free(&f);
}

static void what_does_not_wait_goes_ahead(void **state)
{
	struct feed f = { 0 };
	struct set s = { 2 };

	(void)state;
	feed_push(&f, HUB_ADD, Y);
	feed_whole(&f, false);
	feed_push_ahead(&f, HUB_HELLO, 7);
	feed_push_ahead(&f, HUB_BYE, 8);
	expect_next(&f, &s, HUB_HELLO, 7);
	expect_next(&f, &s, HUB_BYE, 8);
	expect_next(&f, &s, HUB_ADD, Y);
	expect_next(&f, &s, HUB_ADD, X);
	feed_push_ahead(&f, HUB_HELLO, 9);
	expect_next(&f, &s, HUB_HELLO, 9);
	expect_next(&f, &s, HUB_ADD, X + 1);
	expect_nothing(&f, &s);
	feed_free(&f);
}

static void the_whole_set_stands_between_marks_with_its_digest(void **state)
{
	struct feed f = { 0 };
	struct set s = { 3 };

	(void)state;
	feed_whole(&f, true);
	expect_next(&f, &s, HUB_SYNC_BEGIN, 0);
	expect_next(&f, &s, HUB_ADD, X);
	expect_next(&f, &s, HUB_ADD, X + 1);
	expect_next(&f, &s, HUB_ADD, X + 2);
	expect_next(&f, &s, HUB_SYNC_END, DIGEST);
	expect_nothing(&f, &s);
	s.count = 0;
	feed_whole(&f, true);
	expect_next(&f, &s, HUB_SYNC_BEGIN, 0);
	expect_next(&f, &s, HUB_SYNC_END, DIGEST);
	expect_nothing(&f, &s);
	feed_whole(&f, false);
	expect_nothing(&f, &s);
	feed_free(&f);
}

/* What happens meanwhile goes first. */
static void updates_go_before_the_rest_of_the_set(void **state)
{
	struct feed f = { 0 };
	struct set s = { 2 };

	(void)state;
	feed_push(&f, HUB_ADD, Y); /* before the begin */
	feed_whole(&f, true);
	expect_next(&f, &s, HUB_ADD, Y);
	expect_next(&f, &s, HUB_SYNC_BEGIN, 0);
	expect_next(&f, &s, HUB_ADD, X);
	feed_push(&f, HUB_ADD, Y);
	feed_push(&f, HUB_DELETE, X);
	feed_push(&f, HUB_DIGEST_UP, 123);
	expect_next(&f, &s, HUB_ADD, Y);
	expect_next(&f, &s, HUB_DELETE, X);
	expect_next(&f, &s, HUB_DIGEST_UP, 123);
	expect_next(&f, &s, HUB_ADD, X + 1);
	expect_next(&f, &s, HUB_SYNC_END, DIGEST);
	expect_nothing(&f, &s);
	feed_free(&f);
}

static void the_whole_set_may_begin_anew(void **state)
{
	struct feed f = { 0 };
	struct set s = { 2 };

	(void)state;
	feed_whole(&f, true);
	expect_next(&f, &s, HUB_SYNC_BEGIN, 0);
	expect_next(&f, &s, HUB_ADD, X);
	feed_whole(&f, true);
	expect_next(&f, &s, HUB_SYNC_BEGIN, 0);
	expect_next(&f, &s, HUB_ADD, X);
	expect_next(&f, &s, HUB_ADD, X + 1);
	expect_next(&f, &s, HUB_SYNC_END, DIGEST);
	expect_nothing(&f, &s);
	feed_free(&f);
}

static void what_is_cleared_is_not_told_any_more(void **state)
{
	struct feed f = { 0 };
	struct set s = { 5 };

	(void)state;
	feed_whole(&f, true);
	expect_next(&f, &s, HUB_SYNC_BEGIN, 0);
	feed_push(&f, HUB_ADD, Y);
	feed_push_ahead(&f, HUB_HELLO, 1);
	feed_clear(&f);
	expect_nothing(&f, &s);
	feed_push_ahead(&f, HUB_BYE, 1);
	expect_next(&f, &s, HUB_BYE, 1);
	expect_nothing(&f, &s);
	feed_free(&f);
}

/* More than a slow peer can be told one by one: it is told the whole set instead. */
static void a_peer_that_is_too_slow_is_told_the_whole_set(void **state)
{
	struct feed f = { 0 };
	struct set s = { 1 };
	struct hub_datagram d;
	unsigned taken = 0;

	(void)state;
	feed_whole(&f, true);
	while (feed_take(&f, next_of_set, &s, DIGEST, &d))
		;
	for (uint32_t i = 0; i < (1u << 20) + 10; i++)
		feed_push(&f, HUB_ADD, X);
	assert_false(feed_is_idle(&f));
	for (; feed_take(&f, next_of_set, &s, DIGEST, &d) && d.type != HUB_SYNC_BEGIN; taken++)
		;
	assert_true(taken <= 10);
	expect_next(&f, &s, HUB_ADD, X);
	expect_next(&f, &s, HUB_SYNC_END, DIGEST);
	expect_nothing(&f, &s);
	feed_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(updates_leave_in_order),
		cmocka_unit_test(what_does_not_wait_goes_ahead),
		cmocka_unit_test(the_whole_set_stands_between_marks_with_its_digest),
		cmocka_unit_test(updates_go_before_the_rest_of_the_set),
		cmocka_unit_test(the_whole_set_may_begin_anew),
		cmocka_unit_test(what_is_cleared_is_not_told_any_more),
		cmocka_unit_test(a_peer_that_is_too_slow_is_told_the_whole_set),
	};

	return cmocka_run_group_tests_name("hub feed", tests, NULL, NULL);
}
