/* SPDX-License-Identifier: MIT */
/* Where a socket is, as people write it. Numeric addresses only: nothing is looked up. */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/common/endpoint.h"

static struct endpoint endpoint_of(const char *text)
{
	struct endpoint e = { 0 };
	const char *why = "";

	if (endpoint_parse(&e, text, true, &why) != ENDPOINT_GOOD)
		fail_msg("'%s': %s", text, why);
	return e;
}

/* RFC 3986, 3.2.2: IPv6 in brackets */
static const struct {
	const char *text, *printed;
	bool host_optional;
	int family;
	uint16_t port;
} good[] = {
	{ "127.0.0.1:5000", "127.0.0.1:5000", false, AF_INET, 5000 },
	{ "10.0.2.2:1", "10.0.2.2:1", false, AF_INET, 1 },
	{ "10.0.2.2:65535", "10.0.2.2:65535", false, AF_INET, 65535 },
	{ "0.0.0.0:80", "0.0.0.0:80", true, AF_INET, 80 },
	{ "[::1]:5000", "[::1]:5000", false, AF_INET6, 5000 },
	{ "[fd00:1::A]:80", "[fd00:1::a]:80", false, AF_INET6, 80 },
	{ "[2001:db8:0:0:0:0:0:1]:80", "[2001:db8::1]:80", true, AF_INET6, 80 },
	{ "[::ffff:10.0.0.1]:80", "10.0.0.1:80", false, AF_INET6, 80 },
	{ "5000", "[::]:5000", true, AF_INET6, 5000 },
	{ "0", "[::]:0", true, AF_INET6, 0 },
	{ "127.0.0.1:0", "127.0.0.1:0", true, AF_INET, 0 },
};

static void an_endpoint_is_read_and_printed_so(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		char text[ENDPOINT_TEXT_LEN];
		const char *why = NULL;
		struct endpoint e;

		if (endpoint_parse(&e, good[i].text, good[i].host_optional, &why) != ENDPOINT_GOOD)
			fail_msg("'%s': %s", good[i].text, why);
		assert_string_equal(endpoint_format(&e, text), good[i].printed);
		assert_int_equal(e.sa.ss_family, good[i].family);
		assert_int_equal(endpoint_port(&e), good[i].port);
	}
}

static void what_is_no_endpoint_is_refused_with_a_reason(void **state)
{
	static const char *const bad[] = {
		"",
		":",
		"127.0.0.1",
		"127.0.0.1:",
		"127.0.0.1:65536",
		"127.0.0.1:-1",
		"127.0.0.1:+1",
		"127.0.0.1: 1",
		"127.0.0.1:1 ",
		"127.0.0.1:1x",
		"127.0.0.1:0x50",
		"127.0.0.1:http",
		"::1:5000",
		"[::1]",
		"[::1]5000",
		"[::1]:",
		"[::1:5000",
		"fd00::1",
		"127.0.0.1:1:2",
		"5000x",
		"-5000",
		"99999999999999999999",
		"127.0.0.1:4294967376",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		for (int host_optional = 0; host_optional < 2; host_optional++) {
			struct endpoint e;
			const char *why = NULL;

			if (endpoint_parse(&e, bad[i], host_optional, &why) != ENDPOINT_BAD)
				fail_msg("'%s' is no endpoint", bad[i]);
			assert_non_null(why);
			assert_true(why[0] != '\0');
		}
	}
}

static void a_host_is_required_where_one_connects(void **state)
{
	static const char *const bad[] = { "5000", ":5000", "[]:5000", "127.0.0.1:0", "[::1]:0" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct endpoint e;
		const char *why = NULL;

		assert_int_equal(endpoint_parse(&e, bad[i], false, &why), ENDPOINT_BAD);
		assert_non_null(why);
	}
}

static void a_host_too_long_is_refused(void **state)
{
	static char text[5000];
	struct endpoint e;
	const char *why = NULL;

	(void)state;
	memset(text, 'a', sizeof(text));
	strcpy(text + sizeof(text) - 4, ":80");
	assert_int_not_equal(endpoint_parse(&e, text, false, &why), ENDPOINT_GOOD);
	assert_non_null(why);
}

/* RFC 4291, 2.5.5.2: an IPv4 address may come in its IPv6 form */
static void equal_is_what_reaches_the_same_socket(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} cases[] = {
		{ "127.0.0.1:80", "127.0.0.1:80", true },
		{ "127.0.0.1:80", "127.0.0.1:81", false },
		{ "127.0.0.1:80", "127.0.0.2:80", false },
		{ "127.0.0.1:80", "[::ffff:127.0.0.1]:80", true },
		{ "127.0.0.1:80", "[::1]:80", false },
		{ "127.0.0.1:80", "[::127.0.0.1]:80", false },
		{ "[fd00::1]:80", "[fd00:0::1]:80", true },
		{ "[fd00::1]:80", "[fd00::2]:80", false },
		{ "[fd00::1]:80", "[fd00::1]:443", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct endpoint a = endpoint_of(cases[i].a), b = endpoint_of(cases[i].b);

		assert_int_equal(endpoint_equal(&a, &b), cases[i].equal);
		assert_int_equal(endpoint_equal(&b, &a), cases[i].equal);
	}
}

/* RFC 1122, 3.2.1.3: 127/8; RFC 4291, 2.5.3: ::1 */
static void loopback_is_known(void **state)
{
	static const struct {
		const char *text;
		bool loopback;
	} cases[] = {
		{ "127.0.0.1:80", true },
		{ "127.255.255.254:80", true },
		{ "128.0.0.1:80", false },
		{ "[::1]:80", true },
		{ "[::ffff:127.0.0.1]:80", true },
		{ "[::ffff:10.0.0.1]:80", false },
		{ "[::]:80", false },
		{ "0.0.0.0:80", false },
		{ "[fd00::1]:80", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct endpoint e = endpoint_of(cases[i].text);

		assert_int_equal(endpoint_is_loopback(&e), cases[i].loopback);
	}
}

static void any_is_every_address_of_a_family(void **state)
{
	struct endpoint four = endpoint_any(AF_INET, 80), six = endpoint_any(AF_INET6, 65535);
	char text[ENDPOINT_TEXT_LEN];

	(void)state;
	assert_string_equal(endpoint_format(&four, text), "0.0.0.0:80");
	assert_string_equal(endpoint_format(&six, text), "[::]:65535");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_endpoint_is_read_and_printed_so),
		cmocka_unit_test(what_is_no_endpoint_is_refused_with_a_reason),
		cmocka_unit_test(a_host_is_required_where_one_connects),
		cmocka_unit_test(a_host_too_long_is_refused),
		cmocka_unit_test(equal_is_what_reaches_the_same_socket),
		cmocka_unit_test(loopback_is_known),
		cmocka_unit_test(any_is_every_address_of_a_family),
	};

	return cmocka_run_group_tests_name("tcp", tests, NULL, NULL);
}
