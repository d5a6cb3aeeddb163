/* SPDX-License-Identifier: MIT */
/* The options of RFC 2132: their values as text, and what a hostile server can write into them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/dhcp/option.h"

static const char *formatted(uint8_t code, const void *value, size_t len)
{
	static char text[1024];

	memset(text, 'X', sizeof(text));
	option_format(code, reader_of(value, len), text, sizeof(text));
	return text;
}

static void values_are_written_as_their_kind_is(void **state)
{
	static const struct {
		uint8_t code;
		const char *value;
		size_t len;
		const char *text;
	} cases[] = {
		{ OPT_SUBNET_MASK, "\xff\xff\xff\0", 4, "255.255.255.0" },
		{ OPT_ROUTER, "\12\0\1\1", 4, "10.0.1.1" },
		{ OPT_ROUTER, "\12\0\1\1\12\0\1\2", 8, "10.0.1.1 10.0.1.2" },
		{ OPT_DNS, "\10\10\10\10", 4, "8.8.8.8" },
		{ OPT_HOST_NAME, "pc1", 3, "pc1" },
		{ OPT_DOMAIN, "lab.example", 11, "lab.example" },
		{ OPT_MTU, "\5\334", 2, "1500" },
		{ OPT_LEASE_TIME, "\xff\xff\xff\xff", 4, "4294967295" },
		{ OPT_ROUTES, "\20\12\11\12\0\1\7\0\12\0\1\1", 12,
		  "10.9.0.0/16 10.0.1.7 0.0.0.0/0 10.0.1.1" },
		{ 224, "\0\177\200\377", 4, "007f80ff" },
		{ 224, "", 0, "" },
		{ OPT_HOST_NAME, "", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(formatted(cases[i].code, cases[i].value, cases[i].len),
				    cases[i].text);
}

static void what_no_terminal_should_meet_is_masked(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		char octet = (char)c;
		const char *text = formatted(OPT_DOMAIN, &octet, 1);

		assert_int_equal(strlen(text), 1);
		if (c < ' ' || c >= 0x7f)
			assert_string_equal(text, "?");
	}
	assert_string_equal(formatted(OPT_DOMAIN, "a\033[2Jb\nc\0d", 10), "a?[2Jb?c?d");
}

static void a_value_of_the_wrong_length_does_no_harm(void **state)
{
	uint8_t value[64];

	(void)state;
	memset(value, 0x21, sizeof(value));
	for (unsigned code = 1; code < 255; code++)
		for (size_t len = 0; len < sizeof(value); len++) {
			uint8_t *exact = malloc(len ? len : 1);
			char text[300];

			assert_non_null(exact);
			memcpy(exact, value, len);
			option_format((uint8_t)code, reader_of(exact, len), text, sizeof(text));
			assert_non_null(memchr(text, '\0', sizeof(text)));
			free(exact);
		}
}

static void a_text_is_cut_where_its_room_ends(void **state)
{
	char value[200];

	(void)state;
	memset(value, 'a', sizeof(value));
	for (size_t room = 1; room < 64; room++) {
		static const uint8_t codes[] = { OPT_DOMAIN, OPT_ROUTER, OPT_ROUTES, 224 };

		for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
			char *text = malloc(room);

			assert_non_null(text);
			option_format(codes[i], reader_of(value, sizeof(value)), text, room);
			assert_true(strlen(text) < room);
			free(text);
		}
	}
}

static void octets_that_are_not_there_are_no_text(void **state)
{
	struct dhcp_message m = { 0 };
	char text[16] = "x";

	(void)state;
	option_format(OPT_DOMAIN, message_option(&m, OPT_DOMAIN), text, sizeof(text));
	assert_string_equal(text, "");
}

/* ---- routes: RFC 3442 ------------------------------------------------------------------------ */

static void routes_are_taken_one_by_one(void **state)
{
	/* the examples of the RFC's table */
	static const uint8_t value[] = { 0,  10, 0,  0,	  1,  8,  10,  10,  0,	0,  2,	 24, 10,
					 0,  0,	 10, 0,	  0,  3,  16,  10,  17, 10, 0,	 0,  4,
					 24, 10, 27, 129, 10, 0,  0,   5,   25, 10, 229, 0,  128,
					 10, 0,	 0,  6,	  32, 10, 198, 122, 47, 10, 0,	 0,  7 };
	static const struct route expected[] = {
		{ 0, 0x0a000001, 0 },		{ 0x0a000000, 0x0a000002, 8 },
		{ 0x0a000000, 0x0a000003, 24 }, { 0x0a110000, 0x0a000004, 16 },
		{ 0x0a1b8100, 0x0a000005, 24 }, { 0x0ae50080, 0x0a000006, 25 },
		{ 0x0ac67a2f, 0x0a000007, 32 },
	};
	struct reader r = reader_of(value, sizeof(value));
	struct route route;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		assert_true(take_route(&r, &route));
		assert_int_equal(route.dst, expected[i].dst);
		assert_int_equal(route.len, expected[i].len);
		assert_int_equal(route.next_hop, expected[i].next_hop);
	}
	assert_false(take_route(&r, &route));
	assert_false(r.bad);
}

/* RFC 3442: "the subnet number must be masked" */
static void host_bits_are_not_part_of_a_route(void **state)
{
	static const uint8_t value[] = { 9, 10, 0xff, 10, 0, 0, 1 };
	struct reader r = reader_of(value, sizeof(value));
	struct route route;

	(void)state;
	assert_true(take_route(&r, &route));
	assert_int_equal(route.dst, 0x0a800000);
}

static void a_malformed_route_is_none(void **state)
{
	static const uint8_t value[] = { 24, 10, 0, 1, 10, 0, 0, 1 };
	static const uint8_t too_long[] = { 33, 10, 0, 1, 1, 1, 10, 0, 0, 1 };
	struct route route;
	struct reader r;

	(void)state;
	for (size_t len = 1; len < sizeof(value); len++) {
		uint8_t *exact = malloc(len);

		assert_non_null(exact);
		memcpy(exact, value, len);
		r = reader_of(exact, len);
		assert_false(take_route(&r, &route));
		assert_true(r.bad);
		free(exact);
	}
	for (unsigned bits = 33; bits < 256; bits++) {
		uint8_t octets[sizeof(too_long)];

		memcpy(octets, too_long, sizeof(too_long));
		octets[0] = (uint8_t)bits;
		r = reader_of(octets, sizeof(octets));
		assert_false(take_route(&r, &route));
		assert_true(r.bad);
	}
}

/* ---- the table ------------------------------------------------------------------------------- */

static void the_table_can_be_searched(void **state)
{
	unsigned last = 0, known = 0;

	(void)state;
	for (unsigned code = 0; code < 256; code++) {
		const struct option_def *d = option_def_of((uint8_t)code);

		if (!d)
			continue;
		known++;
		assert_int_equal(d->code, code);
		assert_true(d->code > last && d->kind < VALUE_KIND_COUNT && *d->name);
		assert_int_equal(strspn(d->name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
				 strlen(d->name));
		last = d->code;
	}
	assert_true(known > 40);
	assert_string_equal(option_def_of(OPT_ROUTER)->name, "routers");
	assert_string_equal(option_def_of(OPT_DNS)->name, "domain_name_servers");
	assert_null(option_def_of(OPT_PAD));
	assert_null(option_def_of(OPT_END));
}

static void what_the_protocol_needs_is_its_own(void **state)
{
	static const uint8_t own[] = { 0, 50, 51, 52, 53, 54, 55, 57, 58, 59, 61, 82, 255 };
	static const uint8_t others[] = {
		3, 6, 12, 15, 26, 42, 43, 60, 66, 67, 121, 150, 224, 254
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		assert_true(option_is_own(own[i]));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_false(option_is_own(others[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_written_as_their_kind_is),
		cmocka_unit_test(what_no_terminal_should_meet_is_masked),
		cmocka_unit_test(a_value_of_the_wrong_length_does_no_harm),
		cmocka_unit_test(a_text_is_cut_where_its_room_ends),
		cmocka_unit_test(octets_that_are_not_there_are_no_text),
		cmocka_unit_test(routes_are_taken_one_by_one),
		cmocka_unit_test(host_bits_are_not_part_of_a_route),
		cmocka_unit_test(a_malformed_route_is_none),
		cmocka_unit_test(the_table_can_be_searched),
		cmocka_unit_test(what_the_protocol_needs_is_its_own),
	};

	return cmocka_run_group_tests_name("dhcp option", tests, NULL, NULL);
}
