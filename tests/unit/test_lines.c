/* SPDX-License-Identifier: MIT */
/* Bytes in, whole lines out, wherever the pieces are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/chat/lines.h"
#include "nodes/common/compiler.h"

static const struct {
	const char *input;
	const char *lines[6]; /* ends with NULL */
	const char *rest;     /* with `all` a line too; or NULL */
} cases[] = {
	{ "", { NULL }, NULL },
	{ "a\n", { "a" }, NULL },
	{ "\n", { "" }, NULL },
	{ "\n\n\n", { "", "", "" }, NULL },
	{ "a\nbc\ndef\n", { "a", "bc", "def" }, NULL },
	{ "a\r\nb\r\n", { "a", "b" }, NULL },
	{ "\r\n", { "" }, NULL },
	{ "a\r\r\n", { "a\r" }, NULL },
	{ "a\rb\n", { "a\rb" }, NULL },
	{ "a\nrest", { "a" }, "rest" },
	{ "rest", { NULL }, "rest" },
	{ "rest\r", { NULL }, "rest" },
	{ "\r", { NULL }, "" },
	{ "a\n\r", { "a" }, "" },
};

static void next_is(struct lines *l, bool all, const char *wanted)
{
	size_t len = 4711;
	char *line = lines_next(l, all, &len);

	if (!wanted) {
		assert_null(line);
		return;
	}
	assert_non_null(line);
	assert_string_equal(line, wanted);
	assert_int_equal(len, strlen(wanted));
}

/* The lines are the same when the input comes in three pieces, cut at any two places, whether they
 * are taken at once or all together at the end. */
static void lines_do_not_depend_on_the_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *input = cases[i].input;
		size_t len = strlen(input);

		for (size_t a = 0; a <= len; a++)
			for (size_t b = a; b <= len; b++)
				for (int at_once = 0; at_once < 2; at_once++) {
					const size_t cuts[] = { 0, a, b, len };
					struct lines l = { 0 };
					size_t n = 0, line_len;
					char *line;

					for (int k = 0; k < 3; k++) {
						lines_add(&l, input + cuts[k],
							  cuts[k + 1] - cuts[k]);
						while (at_once &&
						       (line = lines_next(&l, false, &line_len)))
							assert_string_equal(line,
									    cases[i].lines[n++]);
					}
					for (; cases[i].lines[n]; n++)
						next_is(&l, false, cases[i].lines[n]);
					next_is(&l, false, NULL);
					next_is(&l, true, cases[i].rest);
					next_is(&l, true, NULL);
					assert_true(lines_empty(&l));
					lines_free(&l);
				}
	}
}

static void a_line_may_contain_nul(void **state)
{
	struct lines l = { 0 };
	size_t len;
	char *line;

	(void)state;
	lines_add(&l, "a\0b\nc\0", 6);
	line = lines_next(&l, false, &len);
	assert_int_equal(len, 3);
	assert_memory_equal(line, "a\0b", 4);
	assert_null(lines_next(&l, false, &len));
	line = lines_next(&l, true, &len);
	assert_int_equal(len, 2);
	assert_memory_equal(line, "c\0", 3);
	lines_free(&l);
}

static void a_line_may_be_long(void **state)
{
	static char text[100000];
	struct lines l = { 0 };
	size_t len;
	char *line;

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < 10; i++) {
		lines_add(&l, text, sizeof(text));
		assert_null(lines_next(&l, false, &len));
	}
	lines_add(&l, "\nrest", 5);
	line = lines_next(&l, false, &len);
	assert_non_null(line);
	assert_int_equal(len, 10 * sizeof(text));
	assert_int_equal(strlen(line), len);
	next_is(&l, true, "rest");
	lines_free(&l);
}

static void adding_nothing_is_no_line(void **state)
{
	struct lines l = { 0 };

	(void)state;
	assert_true(lines_empty(&l));
	next_is(&l, false, NULL);
	next_is(&l, true, NULL);
	lines_add(&l, "", 0);
	next_is(&l, true, NULL);
	assert_true(lines_empty(&l));
	lines_free(&l);
	lines_free(&l);
}

static void freed_lines_may_be_used_anew(void **state)
{
	struct lines l = { 0 };

	(void)state;
	lines_add(&l, "old\nrest", 8);
	lines_free(&l);
	lines_add(&l, "new\n", 4);
	next_is(&l, false, "new");
	next_is(&l, true, NULL);
	lines_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_do_not_depend_on_the_pieces),
		cmocka_unit_test(a_line_may_contain_nul),
		cmocka_unit_test(a_line_may_be_long),
		cmocka_unit_test(adding_nothing_is_no_line),
		cmocka_unit_test(freed_lines_may_be_used_anew),
	};

	return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
