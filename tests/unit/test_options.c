/* SPDX-License-Identifier: MIT */
/* Numbers, sizes and times as people write them on a command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/common/options.h"

typedef bool parser(uint64_t *n, const char *text);

static void reads(parser *parse, const char *text, uint64_t wanted)
{
	uint64_t n = 0;

	if (!parse(&n, text) || n != wanted)
		fail_msg("'%s' is %llu, not %llu", text, (unsigned long long)wanted,
			 (unsigned long long)n);
}

static void refuses(parser *parse, const char *text)
{
	uint64_t n;

	if (parse(&n, text))
		fail_msg("'%s' is read as %llu", text, (unsigned long long)n);
}

static void numbers_are_decimal(void **state)
{
	(void)state;
	reads(parse_number, "0", 0);
	reads(parse_number, "1", 1);
	reads(parse_number, "007", 7);
	reads(parse_number, "010", 10);
	reads(parse_number, "65535", 65535);
	reads(parse_number, "18446744073709551615", UINT64_MAX);
}

static void sizes_may_have_a_unit(void **state)
{
	(void)state;
	reads(parse_size, "0", 0);
	reads(parse_size, "4096", 4096);
	reads(parse_size, "256K", 256 << 10);
	reads(parse_size, "1M", 1 << 20);
	reads(parse_size, "2G", 2ULL << 30);
	reads(parse_size, "18446744073709551615", UINT64_MAX);
	reads(parse_size, "18014398509481983K", 18014398509481983ULL << 10);
	reads(parse_size, "17179869183G", 17179869183ULL << 30);
}

static void times_may_have_a_unit_and_are_seconds_without(void **state)
{
	(void)state;
	reads(parse_time, "500ms", 500);
	reads(parse_time, "10s", 10000);
	reads(parse_time, "10", 10000);
	reads(parse_time, "5m", 300000);
	reads(parse_time, "2h", 7200000);
	reads(parse_time, "0", 0);
	reads(parse_time, "18446744073709551615ms", UINT64_MAX);
	reads(parse_time, "18446744073709551s", 18446744073709551000ULL);
}

static void what_is_no_number_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"x",
		"-1",
		"+1",
		" 1",
		"1 ",
		"1x",
		"1.5",
		"0x10",
		"1e3",
		"1,0",
		"--1",
		"1\n",
		"\t1",
		"18446744073709551616",
		"99999999999999999999",
		"184467440737095516150",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		refuses(parse_number, bad[i]);
		refuses(parse_size, bad[i]);
		refuses(parse_time, bad[i]);
	}
}

static void units_of_others_are_refused(void **state)
{
	static const char *const sizes[] = { "1ms", "1s",  "1KB", "1KiB", "K",
					     "1T",  "1 K", "1KK", "1B" };
	static const char *const times[] = { "1K", "1w", "1y", "ms", "1 s", "1sec", "1sm", "1us" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		refuses(parse_size, sizes[i]);
		refuses(parse_number, sizes[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		refuses(parse_time, times[i]);
		refuses(parse_number, times[i]);
	}
}

static void what_is_too_much_with_its_unit_is_refused(void **state)
{
	(void)state;
	refuses(parse_size, "18014398509481984K");
	refuses(parse_size, "17592186044416M");
	refuses(parse_size, "17179869184G");
	refuses(parse_size, "99999999999999999999M");
	refuses(parse_time, "18446744073709552");
	refuses(parse_time, "18446744073709552s");
	refuses(parse_time, "307445734561826m");
	refuses(parse_time, "5124095576031h");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_decimal),
		cmocka_unit_test(sizes_may_have_a_unit),
		cmocka_unit_test(times_may_have_a_unit_and_are_seconds_without),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(units_of_others_are_refused),
		cmocka_unit_test(what_is_too_much_with_its_unit_is_refused),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
