/* SPDX-License-Identifier: MIT */
/* Blocks of many sources come out in the order of their times, in bounded memory; beside
 * qsort(3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/common/mem.h"
#include "topology/capture/merge.h"

#define MIB 1048576u

static const struct merge_limits everything = { UINT64_MAX, UINT64_MAX, UINT64_MAX };

/* A block says what it is; what is behind that is filled with its number. */
struct stamp {
	uint64_t ns;
	uint32_t source, number, len;
};

static bool add(struct merge *m, size_t source, uint64_t ns, uint32_t number, uint32_t len)
{
	struct stamp stamp = { ns, (uint32_t)source, number, len };
	uint8_t *block = merge_add(m, source, ns, len);

	assert_true(len >= sizeof(stamp));
	if (!block)
		return false;
	memset(block, (int)(number & 0xff), len);
	memcpy(block, &stamp, sizeof(stamp));
	return true;
}

/* What was taken, as the pieces have it. */
struct taken {
	struct stamp *list;
	size_t count;
};

/* note() - reads a batch from its pieces, which are all that a writer sees */
static void note(struct taken *t, const struct batch *b)
{
	size_t octets = 0, blocks = 0;

	assert_true(b->piece_count <= BATCH_PIECES);
	assert_true(b->block_count <= BATCH_BLOCKS);
	assert_int_equal(b->piece_next, 0);
	for (size_t i = 0; i < b->piece_count; i++) {
		const uint8_t *at = b->pieces[i].iov_base, *end = at + b->pieces[i].iov_len;

		while (at < end) {
			struct stamp s;

			assert_true((size_t)(end - at) >= sizeof(s));
			memcpy(&s, at, sizeof(s));
			assert_true(s.len <= (size_t)(end - at));
			for (size_t j = sizeof(s); j < s.len; j++)
				assert_int_equal(at[j], s.number & 0xff);
			*(struct stamp *)xappend(&t->list, &t->count) = s;
			at += s.len;
			octets += s.len;
			blocks++;
		}
	}
	assert_int_equal(octets, b->octets);
	assert_int_equal(blocks, b->block_count);
	if (t->count)
		assert_int_equal(t->list[t->count - 1].ns, b->last_ns);
}

/* take() - all within the limits, in as many batches as it takes */
static void take(struct merge *m, struct taken *t, uint64_t until_ns)
{
	struct merge_limits limits = { until_ns, UINT64_MAX, UINT64_MAX };
	struct batch *b = xcalloc(1, sizeof(*b));

	while (merge_take(m, &limits, b)) {
		note(t, b);
		merge_release(m, b);
		assert_int_equal(b->block_count + b->piece_count + b->octets + b->frame_count, 0);
	}
	assert_int_equal(b->block_count, 0);
	free(b);
}

static void expect_times(const struct taken *t, const uint64_t *times, size_t count)
{
	assert_int_equal(t->count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(t->list[i].ns, times[i]);
}

/* ---- order ----------------------------------------------------------------------------------- */

/* the picture of merge.h */
static void test_two_sources(void **state)
{
	static const uint64_t a[] = { 1, 4, 6, 9 }, b[] = { 2, 3, 4, 8 };
	static const uint64_t until_6[] = { 1, 2, 3, 4, 4, 6 }, all[] = { 1, 2, 3, 4, 4, 6, 8, 9 };
	struct merge *m = merge_new(3, MIB);
	struct taken t = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		assert_true(add(m, 0, a[i], i, 40));
		assert_true(add(m, 1, b[i], i, 60));
	}
	assert_int_equal(merge_count(m), 8);
	take(m, &t, 0);
	assert_int_equal(t.count, 0);
	take(m, &t, 6);
	expect_times(&t, until_6, ARRAY_SIZE(until_6));
	assert_int_equal(merge_count(m), 2);
	take(m, &t, UINT64_MAX);
	expect_times(&t, all, ARRAY_SIZE(all));
	assert_int_equal(merge_count(m), 0);
	take(m, &t, UINT64_MAX);
	assert_int_equal(t.count, 8);
	free(t.list);
	merge_free(m);
}

/* of one source and time: as they came */
static void test_ties(void **state)
{
	struct merge *m = merge_new(4, MIB);
	struct taken t = { 0 };
	uint32_t next[4] = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 400; i++)
		assert_true(add(m, i % 4, 7, i / 4, 32));
	take(m, &t, 7);
	assert_int_equal(t.count, 400);
	for (size_t i = 0; i < t.count; i++)
		assert_int_equal(t.list[i].number, next[t.list[i].source]++);
	free(t.list);
	merge_free(m);
}

/* within a source some are overtaken, also its oldest */
static void test_out_of_order(void **state)
{
	static const uint64_t times[] = { 50, 40, 60, 10, 55, 10, 5, 100, 99, 1 },
			      other[] = { 45, 56, 3 },
			      all[] = { 1, 3, 5, 10, 10, 40, 45, 50, 55, 56, 60, 99, 100 };
	struct merge *m = merge_new(2, MIB);
	struct taken t = { 0 };

	(void)state;
	for (uint32_t i = 0; i < ARRAY_SIZE(other); i++)
		assert_true(add(m, 1, other[i], i, 24));
	for (uint32_t i = 0; i < ARRAY_SIZE(times); i++)
		assert_true(add(m, 0, times[i], i, 24));
	take(m, &t, UINT64_MAX);
	expect_times(&t, all, ARRAY_SIZE(all));
	free(t.list);
	merge_free(m);
}

static void test_thousand_sources(void **state)
{
	struct merge *m = merge_new(1000, 64 * MIB);
	struct taken t = { 0 };
	uint64_t seed = 1;

	(void)state;
	for (uint32_t i = 0; i < 50000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		assert_true(add(m, (seed >> 33) % 1000, i * 10 + (seed >> 60), i, 32));
	}
	take(m, &t, UINT64_MAX);
	assert_int_equal(t.count, 50000);
	for (size_t i = 1; i < t.count; i++)
		assert_true(t.list[i - 1].ns <= t.list[i].ns);
	free(t.list);
	merge_free(m);
}

/* ---- limits ---------------------------------------------------------------------------------- */

/* the last source's blocks are no frames */
static void test_frames(void **state)
{
	struct merge *m = merge_new(2, MIB);
	struct batch *b = xcalloc(1, sizeof(*b));
	struct merge_limits three = { UINT64_MAX, UINT64_MAX, 3 },
			    none = { UINT64_MAX, UINT64_MAX, 0 };

	(void)state;
	for (uint32_t i = 0; i < 10; i++)
		assert_true(add(m, i % 2, i, i, 32)); /* a frame, none, a frame, none ... */
	assert_true(merge_take(m, &three, b));
	assert_int_equal(b->frame_count, 3);
	assert_true(b->block_count == 5 || b->block_count == 6);
	merge_release(m, b);
	while (merge_take(m, &none, b)) {
		assert_int_equal(b->frame_count, 0);
		merge_release(m, b);
	}
	assert_int_equal(merge_count(m), 4);
	assert_true(merge_take(m, &everything, b));
	assert_int_equal(b->frame_count, 2);
	merge_release(m, b);
	free(b);
	merge_free(m);
}

static void test_octets(void **state)
{
	struct merge *m = merge_new(2, MIB);
	struct batch *b = xcalloc(1, sizeof(*b));
	struct merge_limits limits = { UINT64_MAX, 100, UINT64_MAX };

	(void)state;
	for (uint32_t i = 0; i < 8; i++)
		assert_true(add(m, 0, i, i, 40));
	assert_true(merge_take(m, &limits, b));
	assert_int_equal(b->octets, 80); /* the third would be too much */
	merge_release(m, b);
	limits.octets = 0;
	assert_true(merge_take(m, &limits, b));
	assert_int_equal(b->octets, 40); /* the first one always */
	merge_release(m, b);
	free(b);
	merge_free(m);
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* fill() - until nothing can be added; so many were */
static uint32_t fill(struct merge *m, uint64_t ns, uint32_t len, uint32_t most)
{
	uint32_t n = 0;

	while (n < most && add(m, 0, ns + n, n, len))
		n++;
	return n;
}

static void test_bounded(void **state)
{
	static const uint32_t lens[] = { 24, 100, 1516, 65536, 500000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
		struct merge *m = merge_new(2, 8 * MIB);
		struct taken t = { 0 };
		uint32_t most = 20 * MIB / lens[i], n = fill(m, 1, lens[i], most), again;

		assert_true((uint64_t)n * lens[i] <= 9 * MIB); /* about 8 */
		assert_true((uint64_t)n * lens[i] >= 3 * MIB);
		assert_int_equal(merge_count(m), n);
		take(m, &t, UINT64_MAX);
		assert_int_equal(t.count, n);
		again = fill(m, 1, lens[i], most);
		assert_int_equal(again, n); /* all of it was free again */
		free(t.list);
		merge_free(m);
	}
}

/* what was taken and not released is still in use */
static void test_taken_is_not_free(void **state)
{
	struct merge *m = merge_new(2, 4 * MIB);
	struct batch *b = xcalloc(1, sizeof(*b));
	struct taken t = { 0 };
	uint32_t n = fill(m, 1, 100000, 1000);

	(void)state;
	assert_true(merge_take(m, &everything, b));
	assert_true(b->block_count > 0);
	/* what fits now must not touch those of the batch */
	fill(m, 1000, 1000, 10000);
	note(&t, b);
	merge_release(m, b);
	take(m, &t, UINT64_MAX);
	assert_true(t.count > n);
	for (size_t i = 1; i < t.count; i++)
		assert_true(t.list[i - 1].ns <= t.list[i].ns);
	free(t.list);
	free(b);
	merge_free(m);
}

static void test_largest_block(void **state)
{
	struct merge *m = merge_new(2, 8 * MIB);

	(void)state;
	assert_null(merge_add(m, 0, 1, MERGE_BLOCK_MAX + 1));
	assert_null(merge_add(m, 0, 1, UINT32_MAX));
	assert_int_equal(merge_count(m), 0);
	assert_true(add(m, 0, 2, 1, MERGE_BLOCK_MAX - 64));
	assert_true(add(m, 0, 1, 2, 24));
	assert_int_equal(merge_count(m), 2);
	merge_free(m); /* with both in it */
}

/* ---- beside qsort ---------------------------------------------------------------------------- */

static uint64_t random_state;

static uint32_t random_below(uint32_t n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % n;
}

static int by_time(const void *a, const void *b)
{
	const struct stamp *x = a, *y = b;

	return x->ns < y->ns ? -1 : x->ns > y->ns;
}

/* a round: adds and takes mixed, nothing newer than what is surely complete is taken */
static void one_round(uint64_t seed)
{
	size_t sources = 1 + seed % 12;
	struct merge *m = merge_new(sources, 16 * MIB);
	struct taken model = { 0 }, t = { 0 };
	uint64_t now = 1000;

	random_state = seed;
	for (uint32_t i = 0; i < 4000; i++) {
		now += random_below(30);
		if (random_below(40) == 0) {
			take(m, &t, now - 500);
		} else {
			struct stamp s = { now - random_below(400), random_below((uint32_t)sources),
					   i, 24 + random_below(random_below(50) ? 200 : 20000) };

			if (add(m, s.source, s.ns, i, s.len))
				*(struct stamp *)xappend(&model.list, &model.count) = s;
		}
	}
	take(m, &t, UINT64_MAX);
	assert_int_equal(merge_count(m), 0);
	assert_int_equal(t.count, model.count);
	qsort(model.list, model.count, sizeof(*model.list), by_time);
	for (size_t i = 0; i < t.count; i++)
		assert_int_equal(t.list[i].ns, model.list[i].ns);
	/* each exactly once */
	for (size_t i = 0; i < t.count; i++)
		t.list[i].ns = t.list[i].number;
	for (size_t i = 0; i < t.count; i++)
		model.list[i].ns = model.list[i].number;
	qsort(t.list, t.count, sizeof(*t.list), by_time);
	qsort(model.list, model.count, sizeof(*model.list), by_time);
	for (size_t i = 0; i < t.count; i++) {
		assert_int_equal(t.list[i].number, model.list[i].number);
		assert_int_equal(t.list[i].source, model.list[i].source);
		assert_int_equal(t.list[i].len, model.list[i].len);
	}
	free(t.list);
	free(model.list);
	merge_free(m);
}

static void test_model(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++)
		one_round(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_sources),   cmocka_unit_test(test_ties),
		cmocka_unit_test(test_out_of_order),  cmocka_unit_test(test_thousand_sources),
		cmocka_unit_test(test_frames),	      cmocka_unit_test(test_octets),
		cmocka_unit_test(test_bounded),	      cmocka_unit_test(test_taken_is_not_free),
		cmocka_unit_test(test_largest_block), cmocka_unit_test(test_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
