/* SPDX-License-Identifier: MIT */
/* RIP on the wire: RFC 2453, section 4, and RFC 1058, section 3.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/rip/packet.h"

/* 10.1.0.0/16 by way of 10.0.0.9, tag 7, metric 3 */
static const uint8_t one_entry[] = { 2,	  2,   0, 0, 0,	 2, 0, 7, 10, 1, 0, 0,
				     255, 255, 0, 0, 10, 0, 0, 9, 0,  0, 0, 3 };

/* decode() - in memory of the packet's own length */
static enum rip_count decode(const uint8_t *data, size_t len, struct rip_packet *to)
{
	uint8_t *copy = malloc(len ? len : 1);
	enum rip_count why;

	assert_non_null(copy);
	memcpy(copy, data, len);
	why = rip_decode(copy, len, to);
	free(copy);
	return why;
}

static void an_entry_is_read_in_host_order(void **state)
{
	struct rip_packet p;

	(void)state;
	assert_int_equal(decode(one_entry, sizeof(one_entry), &p), RIP_GOOD);
	assert_int_equal(p.command, RIP_RESPONSE);
	assert_int_equal(p.version, 2);
	assert_int_equal(p.count, 1);
	assert_int_equal(p.entries[0].family, RIP_AFI_INET);
	assert_int_equal(p.entries[0].tag, 7);
	assert_int_equal(p.entries[0].address, 0x0a010000);
	assert_int_equal(p.entries[0].mask, 0xffff0000);
	assert_int_equal(p.entries[0].next_hop, 0x0a000009);
	assert_int_equal(p.entries[0].metric, 3);
}

static void what_is_encoded_is_what_stands_in_the_rfc(void **state)
{
	struct rip_packet p;
	uint8_t data[RIP_PACKET_MAX];

	(void)state;
	decode(one_entry, sizeof(one_entry), &p);
	assert_int_equal(rip_encode(&p, 0, data), sizeof(one_entry));
	assert_memory_equal(data, one_entry, sizeof(one_entry));
	assert_int_equal(rip_encode(&p, 20, data), sizeof(one_entry) + 20);
	assert_memory_equal(data + 24, one_entry + 4, 20);
}

/* RFC 2453, 3.6: 1 to 25 entries; 512 octets are no whole number of them */
static void a_packet_has_a_header_and_whole_entries(void **state)
{
	uint8_t data[4 + 27 * 20] = { 2, 2 };
	struct rip_packet p;

	(void)state;
	for (size_t len = 0; len <= sizeof(data); len++) {
		enum rip_count wanted = len < 4 || (len - 4) % 20 ? RIP_TRUNCATED
					: len > 4 + 25 * 20	  ? RIP_OVERSIZED
								  : RIP_GOOD;

		if (decode(data, len, &p) != wanted)
			fail_msg("%zu octets are not %s", len, rip_count_name(wanted));
		if (wanted == RIP_GOOD)
			assert_int_equal(p.count, (len - 4) / 20);
	}
}

static void a_full_packet_is_encoded(void **state)
{
	uint8_t *data = malloc(RIP_PACKET_MAX);
	struct rip_packet p = { .command = RIP_RESPONSE, .version = 2, .count = RIP_ENTRIES };

	(void)state;
	assert_non_null(data);
	assert_int_equal(rip_encode(&p, 0, data), 504);
	p.count--;
	assert_int_equal(rip_encode(&p, 20, data), 504);
	free(data);
}

static void version_0_is_bad_and_later_ones_are_read(void **state)
{
	uint8_t data[sizeof(one_entry)];
	struct rip_packet p;

	(void)state;
	memcpy(data, one_entry, sizeof(data));
	data[1] = 0;
	assert_int_equal(decode(data, sizeof(data), &p), RIP_BAD_VERSION);
	for (unsigned version = 2; version < 256; version++) {
		data[1] = (uint8_t)version;
		assert_int_equal(decode(data, sizeof(data), &p), RIP_GOOD);
	}
}

/* RFC 2453, 3.6 and 4.6: the others are obsolete, private, or of RFC 2091 */
static void commands_are_request_and_response(void **state)
{
	uint8_t data[sizeof(one_entry)];
	struct rip_packet p;

	(void)state;
	memcpy(data, one_entry, sizeof(data));
	for (unsigned command = 0; command < 256; command++) {
		data[0] = (uint8_t)command;
		assert_int_equal(decode(data, sizeof(data), &p),
				 command == 1 || command == 2 ? RIP_GOOD : RIP_BAD_COMMAND);
	}
}

/* RFC 1058, 3.1; RFC 2453, 4.2 for the header of version 2, which is not looked at */
static void in_version_1_unused_fields_are_zero(void **state)
{
	uint8_t data[sizeof(one_entry)] = { 2, 1, 0, 0, 0, 2, 0, 0, 10 };
	struct rip_packet p;

	(void)state;
	data[23] = 1;
	assert_int_equal(decode(data, sizeof(data), &p), RIP_GOOD);
	for (size_t at = 2; at < sizeof(data); at++) {
		bool unused = at < 4 || at == 6 || at == 7 || (at >= 12 && at < 20);

		data[at] ^= 1;
		assert_int_equal(decode(data, sizeof(data), &p), unused ? RIP_NOT_ZERO : RIP_GOOD);
		data[1] = 2;
		assert_int_equal(decode(data, sizeof(data), &p), RIP_GOOD);
		data[1] = 1;
		data[at] ^= 1;
	}
}

static void random_packets_are_the_same_after_a_round(void **state)
{
	uint8_t data[4 + 25 * 20], again[RIP_PACKET_MAX];
	struct rip_packet p;

	(void)state;
	srand(1);
	for (int round = 0; round < 2000; round++) {
		size_t len = 4 + 20 * (size_t)(rand() % 26);

		for (size_t i = 0; i < len; i++)
			data[i] = (uint8_t)rand();
		data[0] = (uint8_t)(1 + rand() % 2);
		data[1] = (uint8_t)(2 + rand() % 3);
		data[2] = data[3] = 0;
		assert_int_equal(decode(data, len, &p), RIP_GOOD);
		assert_int_equal(rip_encode(&p, 0, again), len);
		assert_memory_equal(again, data, len);
	}
}

/* ---- masks and classes ----------------------------------------------------------------------- */

static void a_mask_has_a_length_or_holes(void **state)
{
	(void)state;
	assert_int_equal(rip_prefix_len(0), 0);
	for (int len = 1; len <= 32; len++) {
		uint32_t mask = 0xffffffffu << (32 - len);

		assert_int_equal(rip_prefix_len(mask), len);
		if (len > 1)
			assert_int_equal(rip_prefix_len(mask & 0x7fffffff), -1);
		if (len < 31)
			assert_int_equal(rip_prefix_len(mask | 1), -1);
	}
	assert_int_equal(rip_prefix_len(0xff00ff00), -1);
	assert_int_equal(rip_prefix_len(1), -1);
}

static void an_address_has_a_class(void **state)
{
	(void)state;
	assert_int_equal(rip_natural_len(0), 0); /* the default route */
	assert_int_equal(rip_natural_len(0x01000000), 8);
	assert_int_equal(rip_natural_len(0x7fffffff), 8);
	assert_int_equal(rip_natural_len(0x80000000), 16);
	assert_int_equal(rip_natural_len(0xbfffffff), 16);
	assert_int_equal(rip_natural_len(0xc0000000), 24);
	assert_int_equal(rip_natural_len(0xdfffffff), 24);
}

/* ---- counts ---------------------------------------------------------------------------------- */

static void reasons_have_the_names_of_the_manual(void **state)
{
	static const char *const names[RIP_COUNT_COUNT] = {
		"truncated",  "oversized",   "bad-version",  "bad-command",
		"not-zero",   "wrong-port",  "wrong-source", "own",
		"bad-auth",   "replayed",    "bad-family",   "bad-metric",
		"bad-prefix", "bad-request", "too-many",     "too-busy",
	};

	(void)state;
	for (int i = 0; i < RIP_COUNT_COUNT; i++)
		assert_string_equal(rip_count_name((enum rip_count)i), names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_read_in_host_order),
		cmocka_unit_test(what_is_encoded_is_what_stands_in_the_rfc),
		cmocka_unit_test(a_packet_has_a_header_and_whole_entries),
		cmocka_unit_test(a_full_packet_is_encoded),
		cmocka_unit_test(version_0_is_bad_and_later_ones_are_read),
		cmocka_unit_test(commands_are_request_and_response),
		cmocka_unit_test(in_version_1_unused_fields_are_zero),
		cmocka_unit_test(random_packets_are_the_same_after_a_round),
		cmocka_unit_test(a_mask_has_a_length_or_holes),
		cmocka_unit_test(an_address_has_a_class),
		cmocka_unit_test(reasons_have_the_names_of_the_manual),
	};

	return cmocka_run_group_tests_name("rip packet", tests, NULL, NULL);
}
