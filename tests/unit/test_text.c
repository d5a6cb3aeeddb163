/* SPDX-License-Identifier: MIT */
/* Other people's terminals get no controls and no octets that are not UTF-8 (RFC 3629). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/chat/text.h"
#include "nodes/common/compiler.h"

/* clean() - of a copy of exactly this length, so that the sanitizer sees each octet too much */
static void clean(const char *text, size_t len, const char *wanted, size_t wanted_len)
{
	char *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, text, len);
	assert_int_equal(text_clean(copy, len), wanted_len);
	assert_memory_equal(copy, wanted, wanted_len);
	free(copy);
}

static const struct {
	const char *what, *text, *wanted;
} cases[] = {
	{ "nothing", "", "" },
	{ "ASCII", " hello ~", " hello ~" },
	{ "tab", "a\tb", "a\tb" },
	{ "C0", "\001\007\010\012\013\014\016\033\037", "?????????" },
	{ "DEL", "\177", "?" },
	{ "CR at the end", "a\r", "a" },
	{ "CR alone", "\r", "" },
	{ "two CR at the end", "a\r\r", "a?" },
	{ "CR within", "a\rb", "a?b" },
	/* RFC 3629, 3: the first and the last of each length */
	{ "U+0080, a control", "\xc2\x80", "?" },
	{ "U+009F, the last C1", "\xc2\x9f", "?" },
	{ "U+0085, NEL", "\xc2\x85", "?" },
	{ "U+009B, CSI", "\xc2\x9b[0m", "?[0m" },
	{ "U+00A0, the first behind C1", "\xc2\xa0", "\xc2\xa0" },
	{ "U+07FF", "\xdf\xbf", "\xdf\xbf" },
	{ "U+0800", "\xe0\xa0\x80", "\xe0\xa0\x80" },
	{ "U+D7FF", "\xed\x9f\xbf", "\xed\x9f\xbf" },
	{ "U+E000", "\xee\x80\x80", "\xee\x80\x80" },
	{ "U+FFFF", "\xef\xbf\xbf", "\xef\xbf\xbf" },
	{ "U+10000", "\xf0\x90\x80\x80", "\xf0\x90\x80\x80" },
	{ "U+10FFFF", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },
	/* RFC 3629, 7: the examples */
	{ "A, not identical to, Alpha, .", "A\xe2\x89\xa2\xce\x91.", "A\xe2\x89\xa2\xce\x91." },
	{ "Korean", "\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4",
	  "\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4" },
	{ "BOM and U+233B4", "\xef\xbb\xbf\xf0\xa3\x8e\xb4", "\xef\xbb\xbf\xf0\xa3\x8e\xb4" },
	/* RFC 3629, 3 and 10: overlong forms */
	{ "NUL in two", "\xc0\x80", "??" },
	{ "/ in two", "\xc0\xaf", "??" },
	{ "ESC in two", "\xc0\x9b", "??" },
	{ "U+007F in two", "\xc1\xbf", "??" },
	{ "/ in three", "\xe0\x80\xaf", "???" },
	{ "U+07FF in three", "\xe0\x9f\xbf", "???" },
	{ "CSI in three", "\xe0\x82\x9b", "???" },
	{ "U+FFFF in four", "\xf0\x8f\xbf\xbf", "????" },
	{ "NUL in four", "\xf0\x80\x80\x80", "????" },
	/* RFC 3629, 3: surrogates are no characters */
	{ "U+D800", "\xed\xa0\x80", "???" },
	{ "U+DFFF", "\xed\xbf\xbf", "???" },
	{ "U+233B4 as a pair", "\xed\xa1\x8c\xed\xbe\xb4", "??????" },
	/* RFC 3629, 4: not past U+10FFFF; some octets never appear */
	{ "U+110000", "\xf4\x90\x80\x80", "????" },
	{ "F5", "\xf5\x80\x80\x80", "????" },
	{ "five octets", "\xf8\x88\x80\x80\x80", "?????" },
	{ "six octets", "\xfc\x84\x80\x80\x80\x80", "??????" },
	{ "FE FF", "\xfe\xff", "??" },
	{ "a tail alone",
	  "a\x80"
	  "b",
	  "a?b" },
	{ "C1 as one octet",
	  "\x9b"
	  "2J",
	  "?2J" },
	/* truncated, at the end and by another character */
	{ "one of two", "\xc3", "?" },
	{ "one of three", "\xe2", "?" },
	{ "two of three", "\xe2\x82", "??" },
	{ "three of four", "\xf0\x9f\x98", "???" },
	{ "one of two, then ASCII", "\xc3z", "?z" },
	{ "two of three, then ASCII", "\xe2\x82z", "??z" },
	{ "three of four, then ASCII", "\xf0\x9f\x98z", "???z" },
	{ "two of three, then a whole one", "\xe2\x82\xe2\x82\xac", "??\xe2\x82\xac" },
	{ "one of two, then CR", "\xc3\r", "?" },
	{ "two of three, then ESC", "\xe2\x82\033", "???" },
	{ "a mixture", "gr\xc3\xbc\xc3\x9f\033[1m\xff\t\xe2\x82\xac",
	  "gr\xc3\xbc\xc3\x9f?[1m?\t\xe2\x82\xac" },
};

static void each_of_the_table_is_cleaned_so(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		clean(cases[i].text, strlen(cases[i].text), cases[i].wanted,
		      strlen(cases[i].wanted));
}

static void a_nul_is_a_control(void **state)
{
	(void)state;
	clean("a\0b", 3, "a?b", 3);
	clean("\0", 1, "?", 1);
}

/* encode() - RFC 3629, 3: the table */
static size_t encode(uint32_t c, char *s)
{
	if (c < 0x80) {
		s[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		s[0] = (char)(0xc0 | c >> 6);
		s[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		s[0] = (char)(0xe0 | c >> 12);
		s[1] = (char)(0x80 | (c >> 6 & 0x3f));
		s[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	s[0] = (char)(0xf0 | c >> 18);
	s[1] = (char)(0x80 | (c >> 12 & 0x3f));
	s[2] = (char)(0x80 | (c >> 6 & 0x3f));
	s[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static void every_character_there_is_stays_and_every_control_goes(void **state)
{
	(void)state;
	for (uint32_t c = 0; c <= 0x1fffff; c++) {
		char text[5], copy[5];
		size_t len = encode(c, text), now;
		bool control = (c < 0x20 && c != '\t') || (c >= 0x7f && c <= 0x9f);
		bool none = (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff;

		text[len] = '.'; /* so that a CR is not at the end */
		memcpy(copy, text, sizeof(copy));
		now = text_clean(copy, len + 1);
		if (none)
			assert_true(now == len + 1 && memcmp(copy, "????", len) == 0);
		else if (control)
			assert_true(now == 2 && copy[0] == '?' && copy[1] == '.');
		else
			assert_true(now == len + 1 && memcmp(copy, text, len + 1) == 0);
	}
}

static void clean_text_stays_as_it_is(void **state)
{
	char text[64], again[64];
	uint32_t random = 1;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		size_t len, len_again;

		for (size_t k = 0; k < sizeof(text); k++) {
			random = random * 1103515245 + 12345;
			text[k] = (char)(random >> 16);
		}
		len = text_clean(text, random >> 8 & 63);
		memcpy(again, text, sizeof(text));
		len_again = text_clean(again, len);
		assert_int_equal(len_again, len);
		assert_memory_equal(again, text, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_of_the_table_is_cleaned_so),
		cmocka_unit_test(a_nul_is_a_control),
		cmocka_unit_test(every_character_there_is_stays_and_every_control_goes),
		cmocka_unit_test(clean_text_stays_as_it_is),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
