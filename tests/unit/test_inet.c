/* SPDX-License-Identifier: MIT */
/* Addresses, prefixes and MACs, IPv4 and IPv6 by the same tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/common/inet.h"

static struct addr addr_of(const char *text)
{
	struct addr a;

	if (!addr_parse(&a, text))
		fail_msg("'%s' is an address", text);
	return a;
}

static struct prefix prefix_of(const char *text)
{
	const char *why = NULL;
	struct prefix p;

	if (!prefix_parse(&p, text, &why))
		fail_msg("'%s' is a prefix; %s", text, why);
	return p;
}

static void expect_addr(struct addr a, const char *wanted)
{
	char text[ADDR_TEXT_LEN];

	assert_string_equal(addr_format(&a, text), wanted);
}

/* ---- addresses ------------------------------------------------------------------------------ */

/* RFC 4291, 2.2: the ways to write one; RFC 5952, 4: the one way to print it */
static const struct {
	const char *text, *printed;
	int family;
} good_addrs[] = {
	{ "10.0.1.1", "10.0.1.1", AF_INET },
	{ "0.0.0.0", "0.0.0.0", AF_INET },
	{ "255.255.255.255", "255.255.255.255", AF_INET },
	{ "::", "::", AF_INET6 },
	{ "::1", "::1", AF_INET6 },
	{ "fd00:1::a", "fd00:1::a", AF_INET6 },
	{ "FD00:1:0:0:0:0:0:A", "fd00:1::a", AF_INET6 },
	{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", AF_INET6 },
	{ "2001:0db8::0001", "2001:db8::1", AF_INET6 },
	{ "::ffff:10.0.0.1", "::ffff:10.0.0.1", AF_INET6 },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	  AF_INET6 },
};

static void an_address_is_read_and_printed_so(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good_addrs); i++) {
		struct addr a = addr_of(good_addrs[i].text);

		expect_addr(a, good_addrs[i].printed);
		assert_int_equal(a.family, good_addrs[i].family);
		assert_int_equal(addr_bits(&a), a.family == AF_INET ? 32 : 128);
	}
}

static void what_is_no_address_is_not_read(void **state)
{
	static const char *const bad[] = {
		"",
		"10.0.1",
		"10.0.1.256",
		"10.0.1.1.1",
		"10.0.1.1 ",
		" 10.0.1.1",
		"10.0.1.1/24",
		"010.0.0.1a",
		"0x0a.0.0.1",
		"10.0.1.-1",
		"a",
		"pc1",
		"1",
		":",
		":::",
		"1::2::3",
		"12345::",
		"::g",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"fe80::1%eth0",
		"[::1]",
		"::1/64",
		"1.2.3.4:5",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct addr a;

		if (addr_parse(&a, bad[i]))
			fail_msg("'%s' is no address", bad[i]);
	}
}

static void addresses_have_an_order(void **state)
{
	static const char *const sorted[] = { "0.0.0.0",  "10.0.0.1",  "10.0.0.2",
					      "10.0.1.0", "128.0.0.1", "255.0.0.0" };
	static const char *const sorted6[] = { "::", "::1", "::1:0", "7fff::", "8000::", "ffff::" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sorted); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(sorted); k++) {
			struct addr a = addr_of(sorted[i]), b = addr_of(sorted[k]);
			struct addr a6 = addr_of(sorted6[i]), b6 = addr_of(sorted6[k]);
			int order = addr_compare(&a, &b), order6 = addr_compare(&a6, &b6);

			assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
			assert_int_equal((order6 > 0) - (order6 < 0), (i > k) - (i < k));
			assert_int_equal(addr_equal(&a, &b), i == k);
			assert_int_equal(addr_equal(&a6, &b6), i == k);
			assert_false(addr_equal(&a, &b6));
			assert_int_not_equal(addr_compare(&a, &b6), 0);
			assert_true((addr_compare(&a, &b6) < 0) == (addr_compare(&b6, &a) > 0));
		}
	}
}

/* RFC 5771, 3: 224.0.0.0/4. RFC 4291, 2.7: ff00::/8; 2.5.2: unspecified. */
static void the_special_addresses_are_known(void **state)
{
	static const struct {
		const char *text;
		bool multicast, unspecified;
	} cases[] = {
		{ "223.255.255.255", false, false },
		{ "224.0.0.0", true, false },
		{ "239.255.255.255", true, false },
		{ "240.0.0.0", false, false },
		{ "0.0.0.0", false, true },
		{ "0.0.0.1", false, false },
		{ "feff::1", false, false },
		{ "ff00::", true, false },
		{ "ff02::1", true, false },
		{ "ffff::", true, false },
		{ "::", false, true },
		{ "::1", false, false },
		{ "e000::1", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct addr a = addr_of(cases[i].text);

		assert_int_equal(addr_is_multicast(&a), cases[i].multicast);
		assert_int_equal(addr_is_unspecified(&a), cases[i].unspecified);
	}
}

static void adding_carries_and_stops_at_the_end(void **state)
{
	static const struct {
		const char *from;
		uint64_t n;
		const char *to; /* NULL: past the end */
	} cases[] = {
		{ "10.0.0.1", 0, "10.0.0.1" },
		{ "10.0.0.255", 1, "10.0.1.0" },
		{ "10.0.0.0", 65536, "10.1.0.0" },
		{ "0.0.0.0", 0xffffffff, "255.255.255.255" },
		{ "0.0.0.0", 0x100000000, NULL },
		{ "255.255.255.255", 0, "255.255.255.255" },
		{ "255.255.255.255", 1, NULL },
		{ "255.255.255.254", 2, NULL },
		{ "10.0.0.0", UINT64_MAX, NULL },
		{ "::", UINT64_MAX, "::ffff:ffff:ffff:ffff" },
		{ "::1", UINT64_MAX, "0:0:0:1::" },
		{ "fd00::ffff", 1, "fd00::1:0" },
		{ "fd00::ffff:ffff:ffff:ffff", 1, "fd00:0:0:1::" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", 1,
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1, NULL },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", UINT64_MAX, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct addr a = addr_of(cases[i].from);

		assert_int_equal(addr_add(&a, cases[i].n), cases[i].to != NULL);
		if (cases[i].to)
			expect_addr(a, cases[i].to);
	}
}

/* ---- prefixes ------------------------------------------------------------------------------- */

static void a_prefix_has_a_first_and_a_last_address(void **state)
{
	static const struct {
		const char *text, *printed, *first, *last;
	} cases[] = {
		{ "10.0.1.0/24", "10.0.1.0/24", "10.0.1.0", "10.0.1.255" },
		{ "10.0.1.7/24", "10.0.1.7/24", "10.0.1.0", "10.0.1.255" },
		{ "10.0.1.7/32", "10.0.1.7/32", "10.0.1.7", "10.0.1.7" },
		{ "10.0.1.7/31", "10.0.1.7/31", "10.0.1.6", "10.0.1.7" },
		{ "10.0.1.7/30", "10.0.1.7/30", "10.0.1.4", "10.0.1.7" },
		{ "10.0.1.7/9", "10.0.1.7/9", "10.0.0.0", "10.127.255.255" },
		{ "10.0.1.7/0", "10.0.1.7/0", "0.0.0.0", "255.255.255.255" },
		{ "fd00:1::/64", "fd00:1::/64", "fd00:1::", "fd00:1::ffff:ffff:ffff:ffff" },
		{ "fd00::1:1/127", "fd00::1:1/127", "fd00::1:0", "fd00::1:1" },
		{ "fd00::7/128", "fd00::7/128", "fd00::7", "fd00::7" },
		{ "fd00::7/61", "fd00::7/61", "fd00::", "fd00::7:ffff:ffff:ffff:ffff" },
		{ "::/0", "::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct prefix p = prefix_of(cases[i].text);
		char text[PREFIX_TEXT_LEN];

		assert_string_equal(prefix_format(&p, text), cases[i].printed);
		expect_addr(prefix_first(&p), cases[i].first);
		expect_addr(prefix_last(&p), cases[i].last);
	}
}

static void what_is_no_prefix_is_not_read_and_a_reason_is_given(void **state)
{
	static const char *const bad[] = {
		"",
		"10.0.1.0",
		"10.0.1.0/",
		"10.0.1.0/33",
		"10.0.1.0/-1",
		"10.0.1.0/+8",
		"10.0.1.0/ 8",
		"10.0.1.0/8 ",
		"10.0.1.0/8x",
		"10.0.1/24",
		"/24",
		"10.0.1.0//8",
		"10.0.1.0/8/8",
		"fd00::/129",
		"fd00::",
		"fd00::/",
		"pc1/24",
		"10.0.1.0/4294967304",
		"10.0.1.0/0x8",
		"10.0.1.0/255.255.255.0",
		"10.0.1.0/99999999999999999999",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *why = NULL;
		struct prefix p;

		if (prefix_parse(&p, bad[i], &why))
			fail_msg("'%s' is no prefix", bad[i]);
		assert_non_null(why);
		assert_true(why[0] != '\0');
	}
}

static void a_prefix_contains_what_is_between_its_ends(void **state)
{
	static const struct {
		const char *prefix, *addr;
		bool inside;
	} cases[] = {
		{ "10.0.1.0/24", "10.0.1.0", true },
		{ "10.0.1.0/24", "10.0.1.255", true },
		{ "10.0.1.0/24", "10.0.0.255", false },
		{ "10.0.1.0/24", "10.0.2.0", false },
		{ "10.0.1.9/24", "10.0.1.200", true },
		{ "10.0.1.8/30", "10.0.1.11", true },
		{ "10.0.1.8/30", "10.0.1.12", false },
		{ "10.0.1.8/32", "10.0.1.8", true },
		{ "10.0.1.8/32", "10.0.1.9", false },
		{ "0.0.0.0/0", "203.0.113.1", true },
		{ "0.0.0.0/0", "fd00::1", false },
		{ "::/0", "10.0.0.1", false },
		{ "::/0", "fd00::1", true },
		{ "fd00:1::/64", "fd00:1::ffff", true },
		{ "fd00:1::/64", "fd00:1:0:1::", false },
		{ "fd00::/127", "fd00::1", true },
		{ "fd00::/127", "fd00::2", false },
		{ "fd00::/65", "fd00::8000:0:0:0", false },
		{ "a00:100::/24", "10.0.1.0", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct prefix p = prefix_of(cases[i].prefix);
		struct addr a = addr_of(cases[i].addr);

		assert_int_equal(prefix_contains(&p, &a), cases[i].inside);
	}
}

static void prefixes_overlap_both_ways_or_not_at_all(void **state)
{
	static const struct {
		const char *a, *b;
		bool overlap;
	} cases[] = {
		{ "10.0.1.0/24", "10.0.1.0/24", true },	  { "10.0.1.0/24", "10.0.2.0/24", false },
		{ "10.0.0.0/8", "10.0.1.0/24", true },	  { "10.0.1.0/25", "10.0.1.128/25", false },
		{ "0.0.0.0/0", "192.0.2.0/24", true },	  { "10.0.1.0/30", "10.0.1.3/32", true },
		{ "10.0.1.0/30", "10.0.1.4/30", false },  { "0.0.0.0/0", "::/0", false },
		{ "fd00::/16", "fd00:1::/64", true },	  { "fd00::/64", "fd00:0:0:1::/64", false },
		{ "10.0.1.9/24", "10.0.1.200/24", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct prefix a = prefix_of(cases[i].a), b = prefix_of(cases[i].b);

		assert_int_equal(prefix_overlaps(&a, &b), cases[i].overlap);
		assert_int_equal(prefix_overlaps(&b, &a), cases[i].overlap);
	}
}

/* RFC 1122, 3.2.1.3: all zeroes and all ones are no host's; RFC 3021, 2.1: but in a /31 both are.
 * RFC 4291, 2.6.1: all zeroes is the routers' anycast; RFC 6164: but in a /127 both are hosts'. */
static void a_host_may_have_these_addresses(void **state)
{
	static const struct {
		const char *prefix, *addr;
		bool host;
	} cases[] = {
		{ "10.0.1.0/24", "10.0.1.0", false },
		{ "10.0.1.0/24", "10.0.1.1", true },
		{ "10.0.1.0/24", "10.0.1.254", true },
		{ "10.0.1.0/24", "10.0.1.255", false },
		{ "10.0.1.9/24", "10.0.1.0", false },
		{ "10.0.0.0/23", "10.0.0.255", true },
		{ "10.0.0.0/23", "10.0.1.0", true },
		{ "10.0.0.4/30", "10.0.0.4", false },
		{ "10.0.0.4/30", "10.0.0.5", true },
		{ "10.0.0.4/30", "10.0.0.6", true },
		{ "10.0.0.4/30", "10.0.0.7", false },
		{ "10.0.0.4/31", "10.0.0.4", true },
		{ "10.0.0.4/31", "10.0.0.5", true },
		{ "10.0.0.4/32", "10.0.0.4", true },
		{ "fd00::/64", "fd00::", false },
		{ "fd00::/64", "fd00::1", true },
		{ "fd00::/64", "fd00::ffff:ffff:ffff:ffff", true },
		{ "fd00::/126", "fd00::", false },
		{ "fd00::/126", "fd00::3", true },
		{ "fd00::/127", "fd00::", true },
		{ "fd00::/127", "fd00::1", true },
		{ "fd00::/128", "fd00::", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct prefix p = prefix_of(cases[i].prefix);
		struct addr a = addr_of(cases[i].addr);

		if (prefix_is_host(&p, &a) != cases[i].host)
			fail_msg("%s in %s", cases[i].addr, cases[i].prefix);
	}
}

/* ---- MACs ----------------------------------------------------------------------------------- */

static void a_mac_is_read_and_printed_so(void **state)
{
	static const struct {
		const char *text, *printed;
	} cases[] = {
		{ "02:00:00:00:00:01", "02:00:00:00:00:01" },
		{ "FF:fe:0A:a0:00:10", "ff:fe:0a:a0:00:10" },
		{ "00:00:00:00:00:00", "00:00:00:00:00:00" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[MAC_TEXT_LEN];
		struct mac m;

		assert_true(mac_parse(&m, cases[i].text));
		assert_string_equal(mac_format(&m, text), cases[i].printed);
	}
}

static void what_is_no_mac_is_not_read(void **state)
{
	static const char *const bad[] = {
		"",
		"02:00:00:00:00",
		"02:00:00:00:00:",
		"02:00:00:00:00:01:",
		"02:00:00:00:00:01:02",
		"02:00:00:00:00:0g",
		"02:00:00:00:00:001",
		"02:00:00:00:00: 1",
		"02:00:00:00:00:-1",
		" 02:00:00:00:00:01",
		"02:00:00:00:00:01 ",
		"02::00:00:00:01",
		"02:00:00:00:00:0x1",
		"02:00:00:00:00:01\n",
		"02.00.00.00.00.01",
		"+2:00:00:00:00:01",
		"0x:00:00:00:00:01",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct mac m;

		if (mac_parse(&m, bad[i]))
			fail_msg("'%s' is no MAC", bad[i]);
	}
}

/* RFC 4291, appendix A: modified EUI-64, with fe80::/64 of section 2.5.6 before it */
static void a_mac_gives_a_link_local_address(void **state)
{
	static const struct {
		const char *mac, *addr;
	} cases[] = {
		{ "34:56:78:9a:bc:de", "fe80::3656:78ff:fe9a:bcde" },
		{ "02:00:00:00:00:01", "fe80::ff:fe00:1" },
		{ "00:00:00:00:00:00", "fe80::200:ff:fe00:0" },
		{ "fe:ff:ff:ff:ff:ff", "fe80::fcff:ffff:feff:ffff" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mac m;

		assert_true(mac_parse(&m, cases[i].mac));
		expect_addr(mac_link_local(&m), cases[i].addr);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_read_and_printed_so),
		cmocka_unit_test(what_is_no_address_is_not_read),
		cmocka_unit_test(addresses_have_an_order),
		cmocka_unit_test(the_special_addresses_are_known),
		cmocka_unit_test(adding_carries_and_stops_at_the_end),
		cmocka_unit_test(a_prefix_has_a_first_and_a_last_address),
		cmocka_unit_test(what_is_no_prefix_is_not_read_and_a_reason_is_given),
		cmocka_unit_test(a_prefix_contains_what_is_between_its_ends),
		cmocka_unit_test(prefixes_overlap_both_ways_or_not_at_all),
		cmocka_unit_test(a_host_may_have_these_addresses),
		cmocka_unit_test(a_mac_is_read_and_printed_so),
		cmocka_unit_test(what_is_no_mac_is_not_read),
		cmocka_unit_test(a_mac_gives_a_link_local_address),
	};

	return cmocka_run_group_tests_name("inet", tests, NULL, NULL);
}
