/* SPDX-License-Identifier: MIT */
/*
 * The blocks of a pcapng file, octet by octet, as draft-ietf-opsawg-pcapng draws them,
 * little-endian: type, total length, body, options to a multiple of 4 and their end, the total
 * length again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/common/mem.h"
#include "topology/capture/pcapng.h"

/* ---- expectations ---------------------------------------------------------------------------- */

/* octets_of() - "06 00 00 00" and 'text' between quotes; the caller frees them */
static uint8_t *octets_of(const char *golden, size_t *len)
{
	uint8_t *octets = xcalloc(1, strlen(golden) + 1);

	for (*len = 0; *golden;) {
		unsigned octet;

		if (*golden == ' ') {
			golden++;
		} else if (*golden == '\'') {
			while (*++golden != '\'')
				octets[(*len)++] = (uint8_t)*golden;
			golden++;
		} else {
			assert_int_equal(sscanf(golden, "%2x", &octet), 1);
			octets[(*len)++] = (uint8_t)octet;
			golden += 2;
		}
	}
	return octets;
}

static void expect(const void *data, size_t len, const char *golden)
{
	size_t want_len;
	auto_free uint8_t *want = octets_of(golden, &want_len);

	if (len != want_len || memcmp(data, want, len) != 0) {
		for (size_t i = 0; i < len; i++)
			fprintf(stderr, "%02x%s", ((const uint8_t *)data)[i],
				i % 4 == 3 ? "\n" : " ");
		fprintf(stderr, "(%zu octets)\n", len);
	}
	assert_int_equal(len, want_len);
	assert_memory_equal(data, want, len);
}

static void expect_and_free(struct bytes *b, const char *golden)
{
	expect(b->data, b->len, golden);
	bytes_free(b);
}

static uint32_t u32_at(const void *data, size_t at)
{
	const uint8_t *d = (const uint8_t *)data + at;

	return (uint32_t)d[0] | (uint32_t)d[1] << 8 | (uint32_t)d[2] << 16 | (uint32_t)d[3] << 24;
}

static uint16_t u16_at(const void *data, size_t at)
{
	return (uint16_t)u32_at((const uint8_t[]){ ((const uint8_t *)data)[at],
						   ((const uint8_t *)data)[at + 1], 0, 0 },
				0);
}

/* check_block() - what holds for each: 3 */
static void check_block(const struct bytes *b, uint32_t type)
{
	assert_int_equal(b->len % 4, 0);
	assert_true(b->len >= 12);
	assert_int_equal(u32_at(b->data, 0), type);
	assert_int_equal(u32_at(b->data, 4), b->len);
	assert_int_equal(u32_at(b->data, b->len - 4), b->len);
}

/* option() - the value of the first option of this code, whose list begins `at`; NULL: there is
 * none. The list is read to its end, which has to be that of the block. */
static const char *option(const struct bytes *b, size_t at, uint16_t code, uint16_t *len)
{
	const char *found = NULL;

	for (;;) {
		uint16_t its, its_len;

		assert_true(at + 4 <= b->len - 4);
		its = u16_at(b->data, at);
		its_len = u16_at(b->data, at + 2);
		at += 4;
		if (its == 0) {
			assert_int_equal(its_len, 0);
			break;
		}
		assert_true(at + its_len <= b->len - 4);
		if (its == code && !found) {
			found = b->data + at;
			*len = its_len;
		}
		for (at += its_len; at % 4; at++)
			assert_int_equal(b->data[at], 0); /* padding is zero */
	}
	assert_int_equal(at, b->len - 4);
	return found;
}

static void expect_option(const struct bytes *b, size_t at, uint16_t code, const char *text)
{
	uint16_t len = 0;
	const char *value = option(b, at, code, &len);

	assert_non_null(value);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(value, text, len);
}

static struct prefix prefix_of(const char *text)
{
	struct prefix p;
	const char *why;

	assert_true(prefix_parse(&p, text, &why));
	return p;
}

static struct addr addr_of(const char *text)
{
	struct addr a;

	assert_true(addr_parse(&a, text));
	return a;
}

/* ---- section: 4.1 ---------------------------------------------------------------------------- */

static void test_section(void **state)
{
	struct bytes b = { 0 };
	struct utsname system;
	char os[sizeof(system.sysname) + sizeof(system.release) + 1];

	(void)state;
	pcapng_section(&b, "vethlab 0.1", "lab x");
	check_block(&b, 0x0a0d0d0a);
	/* magic, version 1.0, a section of unknown length */
	expect(b.data + 8, 16, "4d 3c 2b 1a  01 00 00 00  ff ff ff ff ff ff ff ff");
	expect_option(&b, 24, 1, "lab x");	 /* opt_comment */
	expect_option(&b, 24, 4, "vethlab 0.1"); /* shb_userappl */
	assert_int_equal(uname(&system), 0);
	snprintf(os, sizeof(os), "%s %s", system.sysname, system.release);
	expect_option(&b, 24, 3, os); /* shb_os */
	bytes_free(&b);
}

/* ---- interfaces: 4.2 ------------------------------------------------------------------------- */

static void test_interface(void **state)
{
	struct prefix addrs[2] = { prefix_of("10.0.1.7/24"), prefix_of("fd00::7/64") };
	struct pcapng_iface i = {
		.name = "pc1:eth0",
		.description = "an end",
		.filter = "udp port 67",
		.mac = { { 2, 0, 0, 0, 0, 7 } },
		.addrs = addrs,
		.addr_count = 2,
	};
	struct bytes b = { 0 };

	(void)state;
	pcapng_interface(&b, &i);
	expect_and_free(&b,
			"01 00 00 00  78 00 00 00"	       /* 120 octets */
			"01 00 00 00  00 00 00 00"	       /* Ethernet, no limit */
			"02 00 08 00 'pc1:eth0'"	       /* if_name */
			"03 00 06 00 'an end' 00 00"	       /* if_description */
			"04 00 08 00  0a 00 01 07 ff ff ff 00" /* if_IPv4addr: with its mask */
			"05 00 11 00  fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 07 40 00 00 00"
			"06 00 06 00  02 00 00 00 00 07 00 00" /* if_MACaddr */
			"09 00 01 00  09 00 00 00"	       /* if_tsresol: 10^-9 */
			"0b 00 0c 00  00 'udp port 67'"	       /* if_filter: 0, libpcap's text */
			"00 00 00 00  78 00 00 00");
}

static void test_interface_without_anything(void **state)
{
	struct pcapng_iface i = { .name = "a:b", .description = "" };
	struct bytes b = { 0 };
	uint16_t len;

	(void)state;
	pcapng_interface(&b, &i);
	check_block(&b, 1);
	expect_option(&b, 16, 2, "a:b");
	assert_null(option(&b, 16, 4, &len));
	assert_null(option(&b, 16, 5, &len));
	assert_null(option(&b, 16, 11, &len));
	assert_non_null(option(&b, 16, 9, &len));
	bytes_free(&b);
}

static void test_masks(void **state)
{
	static const struct {
		const char *prefix, *golden;
	} cases[] = {
		{ "0.0.0.0/0", "00 00 00 00 00 00 00 00" },
		{ "10.0.0.1/1", "0a 00 00 01 80 00 00 00" },
		{ "10.0.0.1/31", "0a 00 00 01 ff ff ff fe" },
		{ "10.0.0.1/32", "0a 00 00 01 ff ff ff ff" },
	};

	(void)state;
	for (size_t n = 0; n < ARRAY_SIZE(cases); n++) {
		struct prefix p = prefix_of(cases[n].prefix);
		struct pcapng_iface i = {
			.name = "a", .description = "b", .addrs = &p, .addr_count = 1
		};
		struct bytes b = { 0 };
		uint16_t len;
		const char *value;

		pcapng_interface(&b, &i);
		value = option(&b, 16, 4, &len);
		assert_non_null(value);
		expect(value, len, cases[n].golden);
		bytes_free(&b);
	}
}

/* paddings: a text of each length, in front of whatever comes */
static void test_lengths(void **state)
{
	char text[64] = "";

	(void)state;
	for (size_t n = 1; n < sizeof(text) - 1; n++) {
		struct pcapng_iface i = { .name = text, .description = text, .filter = text };
		struct pcapng_counts c = { .comment = text };
		struct addr a = addr_of("10.0.0.1");
		struct bytes b = { 0 };
		uint16_t len;
		const char *value;

		memset(text, 'x', n);
		pcapng_section(&b, text, text);
		check_block(&b, 0x0a0d0d0a);
		expect_option(&b, 24, 1, text);
		expect_option(&b, 24, 4, text);
		bytes_free(&b);

		pcapng_interface(&b, &i);
		check_block(&b, 1);
		expect_option(&b, 16, 2, text);
		expect_option(&b, 16, 3, text);
		value = option(&b, 16, 11, &len);
		assert_int_equal(len, n + 1);
		assert_memory_equal(value + 1, text, n);
		bytes_free(&b);

		pcapng_statistics(&b, 1, &c);
		check_block(&b, 5);
		expect_option(&b, 20, 1, text);
		bytes_free(&b);

		pcapng_name(&b, &a, text);
		check_block(&b, 4);
		bytes_free(&b);

		pcapng_journal(&b, text, n);
		check_block(&b, 9);
		assert_int_equal(b.len, 12 + (n + 3) / 4 * 4);
		bytes_free(&b);
	}
}

/* what is longer than an option can be is cut; the block is whole */
static void test_too_long(void **state)
{
	static const size_t lens[] = { 65533, 65534, 65535, 65536, 70000 };

	(void)state;
	for (size_t n = 0; n < ARRAY_SIZE(lens); n++) {
		auto_free char *text = xcalloc(1, lens[n] + 1);
		struct pcapng_iface i = { .name = "a", .description = text, .filter = text };
		struct pcapng_counts c = { .comment = text };
		struct bytes b = { 0 };
		uint16_t len;

		memset(text, 'x', lens[n]);
		pcapng_interface(&b, &i);
		check_block(&b, 1);
		assert_non_null(option(&b, 16, 3, &len));
		assert_true(len >= 65533);
		assert_non_null(option(&b, 16, 11, &len));
		assert_true(len >= 1000); /* the beginning of a filter says enough */
		bytes_free(&b);
		pcapng_statistics(&b, 0, &c);
		check_block(&b, 5);
		assert_non_null(option(&b, 20, 1, &len));
		bytes_free(&b);
	}
}

/* ---- names: 4.5 ------------------------------------------------------------------------------ */

static void test_names(void **state)
{
	struct addr v4 = addr_of("10.0.1.7"), v6 = addr_of("fd00::7");
	struct bytes b = { 0 };

	(void)state;
	pcapng_name(&b, &v4, "pc1");
	expect_and_free(&b, "04 00 00 00  1c 00 00 00"
			    "01 00 08 00  0a 00 01 07 'pc1' 00" /* nrb_record_ipv4 */
			    "00 00 00 00  1c 00 00 00");
	pcapng_name(&b, &v4, "router");
	expect_and_free(&b, "04 00 00 00  20 00 00 00"
			    "01 00 0b 00  0a 00 01 07 'router' 00 00"
			    "00 00 00 00  20 00 00 00");
	pcapng_name(&b, &v6, "pc1");
	expect_and_free(&b, "04 00 00 00  28 00 00 00"
			    "02 00 14 00  fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 07 'pc1' 00"
			    "00 00 00 00  28 00 00 00");
}

/* ---- statistics: 4.6 ------------------------------------------------------------------------- */

static void test_statistics(void **state)
{
	struct pcapng_counts c = {
		.begun_ns = 0x0102030405060708,
		.ended_ns = 0x1112131415161718,
		.received = 0x2122232425262728,
		.dropped = 3,
		.comment = "of the LAN",
	};
	struct bytes b = { 0 };
	uint16_t len;

	(void)state;
	pcapng_statistics(&b, 7, &c);
	check_block(&b, 5);
	assert_int_equal(u32_at(b.data, 8), 7);
	/* the upper half of a time comes first, each half little-endian */
	expect(b.data + 12, 8, "14 13 12 11  18 17 16 15");
	expect(option(&b, 20, 2, &len), 8, "04 03 02 01  08 07 06 05"); /* isb_starttime */
	assert_int_equal(len, 8);
	expect(option(&b, 20, 3, &len), 8, "14 13 12 11  18 17 16 15"); /* isb_endtime */
	assert_int_equal(len, 8);
	expect(option(&b, 20, 4, &len), 8, "28 27 26 25 24 23 22 21"); /* isb_ifrecv: one number */
	assert_int_equal(len, 8);
	expect(option(&b, 20, 5, &len), 8, "03 00 00 00 00 00 00 00"); /* isb_ifdrop */
	assert_int_equal(len, 8);
	expect_option(&b, 20, 1, "of the LAN");
	bytes_free(&b);

	c.comment = NULL;
	pcapng_statistics(&b, 0, &c);
	check_block(&b, 5);
	assert_null(option(&b, 20, 1, &len));
	assert_int_equal(b.len, 76);
	bytes_free(&b);
}

/* ---- journal: 4.7 ---------------------------------------------------------------------------- */

static void test_journal(void **state)
{
	struct bytes b = { 0 };

	(void)state;
	pcapng_journal(&b, "MESSAGE=hi\n", 11);
	expect_and_free(&b, "09 00 00 00  18 00 00 00 'MESSAGE=hi' 0a 00  18 00 00 00");
	pcapng_journal(&b, "M=1\nN=2\n", 8);
	expect_and_free(&b, "09 00 00 00  14 00 00 00 'M=1' 0a 'N=2' 0a  14 00 00 00");
}

/* ---- frames: 4.3 ----------------------------------------------------------------------------- */

/* expect_frame() - in memory of exactly its size, as a sanitizer sees */
static void expect_frame(const struct pcapng_frame *f, const char *golden)
{
	uint32_t size = pcapng_frame_size(f);
	auto_free uint8_t *to = malloc(size), *data = malloc(f->len + 1);
	struct pcapng_frame copy = *f;

	assert_non_null(to);
	assert_non_null(data);
	memset(to, 0xee, size);
	memcpy(data, f->data, f->len);
	copy.data = data;
	pcapng_frame_put(to, &copy);
	expect(to, size, golden);
}

static const uint8_t octets[] = "0123456789abcdefghij";

static void test_frame(void **state)
{
	struct pcapng_frame f = {
		.ns = 0x0102030405060708,
		.iface = 5,
		.direction = DIRECTION_IN,
		.data = octets,
		.len = 14,
		.whole_len = 1514,
	};

	(void)state;
	expect_frame(&f, "06 00 00 00  3c 00 00 00  05 00 00 00"
			 "04 03 02 01  08 07 06 05" /* the upper half first */
			 "0e 00 00 00  ea 05 00 00" /* 14 of 1,514 octets */
			 "'0123456789abcd' 00 00"
			 "02 00 04 00  01 00 00 00" /* epb_flags: inbound */
			 "00 00 00 00  3c 00 00 00");
	f.direction = DIRECTION_OUT;
	f.len = f.whole_len = 16;
	expect_frame(&f, "06 00 00 00  3c 00 00 00  05 00 00 00"
			 "04 03 02 01  08 07 06 05"
			 "10 00 00 00  10 00 00 00"
			 "'0123456789abcdef'"
			 "02 00 04 00  02 00 00 00" /* outbound */
			 "00 00 00 00  3c 00 00 00");
}

/* a tag that the kernel took out stands behind the addresses again */
static void test_tagged_frame(void **state)
{
	struct pcapng_frame f = {
		.ns = 1,
		.direction = DIRECTION_IN,
		.data = octets,
		.len = 15,
		.whole_len = 100,
		.vlan = 0x8100a064,
	};

	(void)state;
	expect_frame(&f, "06 00 00 00  40 00 00 00  00 00 00 00"
			 "00 00 00 00  01 00 00 00"
			 "13 00 00 00  68 00 00 00" /* 19 of 104 */
			 "'0123456789ab' 81 00 a0 64 'cde' 00"
			 "02 00 04 00  01 00 00 00"
			 "00 00 00 00  40 00 00 00");
	f.len = 12;
	f.vlan = 0x88a80001;
	expect_frame(&f, "06 00 00 00  3c 00 00 00  00 00 00 00"
			 "00 00 00 00  01 00 00 00"
			 "10 00 00 00  68 00 00 00"
			 "'0123456789ab' 88 a8 00 01"
			 "02 00 04 00  01 00 00 00"
			 "00 00 00 00  3c 00 00 00");
}

/* of each length and kind: the sizes say the same, and nothing is written outside */
static void test_frames_of_all_lengths(void **state)
{
	static const uint32_t vlans[] = { 0, 0x81000001 };

	(void)state;
	for (uint32_t len = 0; len <= sizeof(octets); len++)
		for (size_t v = 0; v < ARRAY_SIZE(vlans); v++)
			for (int d = DIRECTION_UNKNOWN; d <= DIRECTION_OUT; d++) {
				struct pcapng_frame f = { .direction = (enum direction)d,
							  .data = octets,
							  .len = len,
							  .whole_len = len,
							  .vlan = vlans[v] };
				uint32_t size = pcapng_frame_size(&f), kept;
				struct bytes b = { xcalloc(1, size), size, size };
				auto_free uint8_t *data = malloc(len + 1);
				uint16_t flags_len;
				const char *flags;

				assert_non_null(data);
				memcpy(data, octets, len);
				f.data = data;
				pcapng_frame_put((uint8_t *)b.data, &f);
				check_block(&b, 6);
				kept = u32_at(b.data, 20);
				assert_true(kept == len || (vlans[v] && kept == len + 4));
				assert_int_equal(u32_at(b.data, 24), kept);
				flags = option(&b, 28 + (kept + 3) / 4 * 4, 2, &flags_len);
				assert_true(flags || d == DIRECTION_UNKNOWN);
				if (flags)
					assert_int_equal(u32_at(flags, 0), d);
				bytes_free(&b);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_section),
		cmocka_unit_test(test_interface),
		cmocka_unit_test(test_interface_without_anything),
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_statistics),
		cmocka_unit_test(test_journal),
		cmocka_unit_test(test_frame),
		cmocka_unit_test(test_tagged_frame),
		cmocka_unit_test(test_frames_of_all_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
