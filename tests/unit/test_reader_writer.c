/* SPDX-License-Identifier: MIT */
/* The cursor that cannot leave its packet, and the builder that cannot overrun one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "nodes/common/reader.h"
#include "nodes/common/writer.h"

static const uint8_t octets[] = { 0x01, 0x82, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32 };

static void fields_are_read_in_network_order(void **state)
{
	struct reader r = reader_of(octets, sizeof(octets));

	(void)state;
	assert_int_equal(left(&r), 9);
	assert_int_equal(take_u8(&r), 0x01);
	assert_int_equal(take_be16(&r), 0x82fe);
	assert_int_equal(take_be32(&r), 0xdcba9876);
	assert_int_equal(left(&r), 2);
	assert_ptr_equal(take(&r, 2), octets + 7);
	assert_int_equal(left(&r), 0);
	assert_false(r.bad);
}

static void reading_past_the_end_gives_zeroes_and_stays_bad(void **state)
{
	(void)state;
	for (size_t len = 0; len < 4; len++) {
		struct reader r = reader_of(octets, len);

		assert_int_equal(take_be32(&r), len < 2 ? 0 : 0x01820000);
		assert_true(r.bad);
		assert_int_equal(left(&r), 0);
		assert_int_equal(take_u8(&r), 0);
		assert_int_equal(take_be16(&r), 0);
		assert_null(take(&r, 0)); /* nothing good comes from a bad one */
		assert_true(r.bad);
	}
}

static void nothing_can_be_taken_of_nothing_but_nothing(void **state)
{
	struct reader r = reader_of(octets, 0);

	(void)state;
	assert_non_null(take(&r, 0));
	assert_false(r.bad);
	assert_null(take(&r, 1));
	assert_true(r.bad);
}

static void a_length_that_is_a_lie_is_noticed(void **state)
{
	static const size_t lies[] = { 10, 256, SIZE_MAX, SIZE_MAX - 8, SIZE_MAX / 2 + 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct reader r = reader_of(octets, sizeof(octets)), part;

		part = take_part(&r, lies[i]);
		assert_true(r.bad);
		assert_true(part.bad);
		assert_int_equal(left(&part), 0);
		assert_int_equal(left(&r), 0);
	}
}

static void a_part_ends_where_it_should_and_the_whole_goes_on_behind_it(void **state)
{
	struct reader r = reader_of(octets, sizeof(octets)), part;

	(void)state;
	take_u8(&r);
	part = take_part(&r, 2);
	assert_int_equal(left(&part), 2);
	assert_int_equal(take_be32(&part), 0x82fe0000);
	assert_true(part.bad);
	assert_false(r.bad); /* the part's fault is not the whole's */
	assert_int_equal(take_u8(&r), 0xdc);
	part = take_part(&r, 0);
	assert_false(part.bad);
	assert_int_equal(left(&part), 0);
}

static void fields_are_written_in_network_order(void **state)
{
	static const uint8_t wanted[] = { 1, 0x82, 0xfe, 0xdc, 0xba, 0x98, 0x76, 'h', 'i' };
	uint8_t data[16];
	struct writer w = writer_of(data, sizeof(data));

	(void)state;
	put_u8(&w, 1);
	put_be16(&w, 0x82fe);
	put_be32(&w, 0xdcba9876);
	put_part(&w, "hi", 2);
	put_part(&w, NULL, 0);
	assert_false(w.full);
	assert_int_equal(written(&w), sizeof(wanted));
	assert_memory_equal(data, wanted, sizeof(wanted));
}

static void what_does_not_fit_is_left_out_whole(void **state)
{
	(void)state;
	for (volatile size_t n = 0; n < 8; n++) { /* what gcc unrolls here it warns of in vain */
		size_t size = n;
		uint8_t *data = malloc(size ? size : 1);
		struct writer w = writer_of(data, size);

		memset(data, 0xee, size ? size : 1);
		put_be32(&w, 0x01020304);
		put_be32(&w, 0x05060708);
		assert_true(w.full);
		assert_int_equal(written(&w), size / 4 * 4);
		for (size_t i = written(&w); i < size; i++)
			assert_int_equal(data[i], 0xee);
		put_u8(&w, 9); /* full stays full, though this would fit */
		assert_int_equal(written(&w), size / 4 * 4);
		free(data);
	}
}

static void a_writer_may_be_filled_to_its_end(void **state)
{
	uint8_t data[4];
	struct writer w = writer_of(data, sizeof(data));

	(void)state;
	put_be32(&w, 1);
	assert_false(w.full);
	put_part(&w, "", 0);
	assert_false(w.full);
	put_part(&w, "x", 1);
	assert_true(w.full);
	assert_null(put(&w, SIZE_MAX));
	assert_int_equal(written(&w), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_read_in_network_order),
		cmocka_unit_test(reading_past_the_end_gives_zeroes_and_stays_bad),
		cmocka_unit_test(nothing_can_be_taken_of_nothing_but_nothing),
		cmocka_unit_test(a_length_that_is_a_lie_is_noticed),
		cmocka_unit_test(a_part_ends_where_it_should_and_the_whole_goes_on_behind_it),
		cmocka_unit_test(fields_are_written_in_network_order),
		cmocka_unit_test(what_does_not_fit_is_left_out_whole),
		cmocka_unit_test(a_writer_may_be_filled_to_its_end),
	};

	return cmocka_run_group_tests_name("reader and writer", tests, NULL, NULL);
}
