/* SPDX-License-Identifier: MIT */
/* The table by prefix, held against a naive one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/prefix_map.h"

struct record {
	struct prefix prefix;
	unsigned value;
};

static uint32_t random_state = 1;

static uint32_t random_below(uint32_t n)
{
	random_state = random_state * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(random_state >> 8) * n >> 24);
}

static struct prefix prefix_of(const char *text)
{
	struct prefix p;
	const char *why;

	assert_true(prefix_parse(&p, text, &why));
	return p;
}

/* nth() - of both families and several lengths; two numbers are two prefixes */
static struct prefix nth(unsigned n)
{
	static const unsigned lengths[2][4] = { { 32, 31, 30, 29 }, { 128, 64, 48, 127 } };
	unsigned family = n & 1, which = (n >> 1) & 3, rest = n >> 3;
	struct prefix p = { { family ? AF_INET6 : AF_INET, { 10 } }, lengths[family][which] };

	p.addr.bytes[1] = (uint8_t)(rest >> 13);
	p.addr.bytes[2] = (uint8_t)(rest >> 5);
	p.addr.bytes[3] = (uint8_t)(rest << 3);
	return p;
}

static void an_empty_table_has_nothing(void **state)
{
	struct prefix_map *m = prefix_map_new(sizeof(struct record));
	struct prefix p = prefix_of("10.0.0.0/8");
	uint32_t cursor = 0;
	void **sorted = prefix_map_sorted(m);

	(void)state;
	assert_int_equal(prefix_map_count(m), 0);
	assert_null(prefix_map_find(m, &p));
	assert_null(prefix_map_next(m, NULL));
	assert_null(prefix_map_walk(m, &cursor));
	assert_int_equal(cursor, 0);
	free(sorted);
	prefix_map_free(m);
	prefix_map_free(NULL);
}

static void a_record_is_zeroed_and_has_its_prefix(void **state)
{
	struct prefix_map *m = prefix_map_new(sizeof(struct record));
	struct prefix p = prefix_of("10.1.2.0/24");
	struct record *r = prefix_map_add(m, &p);

	(void)state;
	assert_int_equal(prefix_compare(&r->prefix, &p), 0);
	assert_int_equal(r->value, 0);
	r->value = 7;
	assert_ptr_equal(prefix_map_add(m, &p), r);
	assert_int_equal(r->value, 7);
	prefix_map_remove(m, r);
	r = prefix_map_add(m, &p); /* its place is used again, what was in it is not */
	assert_int_equal(r->value, 0);
	assert_int_equal(prefix_map_count(m), 1);
	prefix_map_free(m);
}

/* One address, other lengths and the other family: each is another record. */
static void length_and_family_tell_prefixes_apart(void **state)
{
	struct prefix_map *m = prefix_map_new(sizeof(struct record));
	unsigned count = 0;

	(void)state;
	for (unsigned len = 0; len <= 32; len++)
		((struct record *)prefix_map_add(m, &(struct prefix){ { AF_INET, { 0 } }, len }))
			->value = ++count;
	for (unsigned len = 0; len <= 128; len++)
		((struct record *)prefix_map_add(m, &(struct prefix){ { AF_INET6, { 0 } }, len }))
			->value = ++count;
	assert_int_equal(prefix_map_count(m), count);
	for (unsigned len = 0; len <= 128; len++) {
		struct prefix p = { { AF_INET6, { 0 } }, len };
		const struct record *r = prefix_map_find(m, &p);

		assert_int_equal(r->value, 34 + len);
	}
	prefix_map_free(m);
}

/* Octets behind an IPv4 address are no part of it. */
static void an_ipv4_address_has_four_octets(void **state)
{
	struct prefix_map *m = prefix_map_new(sizeof(struct record));
	struct prefix p = prefix_of("10.1.2.0/24"), dirty = p;

	(void)state;
	memset(dirty.addr.bytes + 4, 0x5a, 12);
	assert_ptr_equal(prefix_map_add(m, &p), prefix_map_add(m, &dirty));
	prefix_map_free(m);
}

/* ---- many ------------------------------------------------------------------------------------ */

#define MANY 200000

static void records_stay_where_they_are_while_the_table_grows(void **state)
{
	struct prefix_map *m = prefix_map_new(sizeof(struct record));
	struct record **at = calloc(MANY, sizeof(*at));

	(void)state;
	assert_non_null(at);
	for (unsigned i = 0; i < MANY; i++) {
		struct prefix p = nth(i);

		at[i] = prefix_map_add(m, &p);
		at[i]->value = i;
	}
	assert_int_equal(prefix_map_count(m), MANY);
	for (unsigned i = 0; i < MANY; i++) {
		struct prefix p = nth(i);

		assert_ptr_equal(prefix_map_find(m, &p), at[i]);
		assert_int_equal(at[i]->value, i);
	}
	for (unsigned i = 0; i < MANY; i += 2)
		prefix_map_remove(m, at[i]);
	for (unsigned i = 0; i < MANY; i++) {
		struct prefix p = nth(i);

		assert_ptr_equal(prefix_map_find(m, &p), i % 2 ? at[i] : NULL);
	}
	free(at);
	prefix_map_free(m);
}

#define NUMBERS	   3000
#define OPERATIONS 300000

/* The model: is this number there, and with which value; 0: it is not. */
static unsigned model[NUMBERS];

static void compare(const struct prefix_map *m, unsigned n)
{
	struct prefix p = nth(n);
	const struct record *r = prefix_map_find(m, &p);

	if ((r ? r->value : 0) != model[n])
		fail_msg("%u: value %u, not %u", n, r ? r->value : 0, model[n]);
	if (r)
		assert_int_equal(prefix_compare(&r->prefix, &p), 0);
}

static unsigned model_count(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < NUMBERS; i++)
		count += model[i] != 0;
	return count;
}

static void random_operations_are_as_a_naive_table_does_them(void **state)
{
	struct prefix_map *m = prefix_map_new(sizeof(struct record));

	(void)state;
	memset(model, 0, sizeof(model));
	for (unsigned i = 1; i <= OPERATIONS; i++) {
		/* it fills, then empties, and again */
		bool fills = i / (OPERATIONS / 6) % 2 == 0;
		unsigned n = random_below(NUMBERS);
		struct prefix p = nth(n);
		struct record *r;

		compare(m, n);
		if (random_below(10) < (fills ? 7u : 3u)) {
			r = prefix_map_add(m, &p);
			assert_int_equal(r->value, model[n]);
			r->value = model[n] = i;
		} else if ((r = prefix_map_find(m, &p))) {
			prefix_map_remove(m, r);
			model[n] = 0;
		}
	}
	for (unsigned n = 0; n < NUMBERS; n++)
		compare(m, n);
	assert_int_equal(prefix_map_count(m), model_count());
	prefix_map_free(m);
}

/* ---- one after the other --------------------------------------------------------------------- */

static void fill(struct prefix_map *m, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		struct prefix p = nth(i);

		((struct record *)prefix_map_add(m, &p))->value = i;
	}
}

static void each_is_met_once_though_the_one_at_hand_is_removed(void **state)
{
	struct prefix_map *m = prefix_map_new(sizeof(struct record));
	static unsigned char met[5000];
	unsigned kept = 0;

	(void)state;
	memset(met, 0, sizeof(met));
	fill(m, 0, sizeof(met));
	for (struct record *r = NULL; (r = prefix_map_next(m, r));) {
		met[r->value]++;
		if (r->value % 3)
			prefix_map_remove(m, r);
	}
	for (unsigned i = 0; i < sizeof(met); i++)
		assert_int_equal(met[i], 1);
	for (struct record *r = NULL; (r = prefix_map_next(m, r)); kept++)
		assert_int_equal(r->value % 3, 0);
	assert_int_equal(kept, (sizeof(met) + 2) / 3);
	prefix_map_free(m);
}

static void all_can_be_removed_in_one_go(void **state)
{
	struct prefix_map *m = prefix_map_new(sizeof(struct record));

	(void)state;
	fill(m, 0, 10000);
	for (struct record *r = NULL; (r = prefix_map_next(m, r));)
		prefix_map_remove(m, r);
	assert_int_equal(prefix_map_count(m), 0);
	assert_null(prefix_map_next(m, NULL));
	fill(m, 0, 100);
	assert_int_equal(prefix_map_count(m), 100);
	prefix_map_free(m);
}

/* A walk that lasts: others come and go meanwhile. */
static void a_walk_meets_once_what_stays(void **state)
{
	struct prefix_map *m = prefix_map_new(sizeof(struct record));
	static unsigned char met[4000];
	uint32_t cursor = 0;
	struct record *r;

	(void)state;
	memset(met, 0, sizeof(met));
	fill(m, 0, sizeof(met));
	while ((r = prefix_map_walk(m, &cursor))) {
		unsigned other = random_below(sizeof(met)) | 1; /* odd ones come and go */
		struct prefix p = nth(other);
		struct record *o = prefix_map_find(m, &p);

		met[r->value]++;
		if (o)
			prefix_map_remove(m, o);
		else
			((struct record *)prefix_map_add(m, &p))->value = other;
	}
	for (unsigned i = 0; i < sizeof(met); i += 2)
		assert_int_equal(met[i], 1);
	assert_null(prefix_map_walk(m, &cursor)); /* the end stays the end */
	fill(m, sizeof(met), 2 * sizeof(met));
	assert_non_null(prefix_map_walk(m, &cursor)); /* until more has come */
	prefix_map_free(m);
}

static void sorted_is_by_address_then_length(void **state)
{
	struct prefix_map *m = prefix_map_new(sizeof(struct record));
	static const char *const texts[] = { "10.0.0.0/8",     "10.0.0.0/16", "10.0.0.128/25",
					     "192.168.0.0/16", "::/0",	      "fd00::/8",
					     "fd00::/64" };
	void **sorted;

	(void)state;
	for (size_t i = sizeof(texts) / sizeof(*texts); i-- > 0;) {
		struct prefix p = prefix_of(texts[i]);

		prefix_map_add(m, &p);
	}
	sorted = prefix_map_sorted(m);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		char text[PREFIX_TEXT_LEN];

		assert_string_equal(prefix_format(sorted[i], text), texts[i]);
	}
	free(sorted);
	fill(m, 0, 5000);
	sorted = prefix_map_sorted(m);
	for (size_t i = 1; i < prefix_map_count(m); i++)
		assert_true(prefix_compare(sorted[i - 1], sorted[i]) < 0);
	free(sorted);
	prefix_map_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_table_has_nothing),
		cmocka_unit_test(a_record_is_zeroed_and_has_its_prefix),
		cmocka_unit_test(length_and_family_tell_prefixes_apart),
		cmocka_unit_test(an_ipv4_address_has_four_octets),
		cmocka_unit_test(records_stay_where_they_are_while_the_table_grows),
		cmocka_unit_test(random_operations_are_as_a_naive_table_does_them),
		cmocka_unit_test(each_is_met_once_though_the_one_at_hand_is_removed),
		cmocka_unit_test(all_can_be_removed_in_one_go),
		cmocka_unit_test(a_walk_meets_once_what_stays),
		cmocka_unit_test(sorted_is_by_address_then_length),
	};

	return cmocka_run_group_tests_name("prefix map", tests, NULL, NULL);
}
