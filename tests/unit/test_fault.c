/* SPDX-License-Identifier: MIT */
/* Faults as people see them: in the order of the file, with the line and a caret under the word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/common/fault.h"

/* shows() - what faults_print() prints; and the faults go */
static void shows(struct faults *f, const char *wanted)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	faults_print(f, out);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, wanted);
	free(text);
	faults_free(f);
	assert_int_equal(f->count, 0);
}

static struct place at(unsigned line, unsigned column, unsigned len)
{
	return (struct place){ line, column, len };
}

static void no_fault_shows_nothing(void **state)
{
	struct faults f = { .file = "x.yml", .source = "a\n" };

	(void)state;
	faults_sort(&f);
	shows(&f, "");
}

static void a_fault_has_its_place_its_line_and_a_caret(void **state)
{
	struct faults f = { .file = "labs/office.yml", .source = "lans:\n  lan: 10.0.1.0/33\n" };

	(void)state;
	fault_error(&f, at(2, 8, 11), "subnet '%s': %s", "10.0.1.0/33", "too long");
	assert_int_equal(f.errors, 1);
	assert_int_equal(f.warnings, 0);
	shows(&f, "labs/office.yml:2:8: error: subnet '10.0.1.0/33': too long\n"
		  "    2 |   lan: 10.0.1.0/33\n"
		  "      |        ^~~~~~~~~~~\n");
}

static void faults_stand_in_the_order_of_the_file(void **state)
{
	struct faults f = { .file = "x" };

	(void)state;
	fault_error(&f, at(3, 1, 1), "third");
	fault_warning(&f, at(1, 9, 1), "second");
	fault_error(&f, at(1, 2, 1), "first");
	fault_error(&f, at(0, 0, 0), "the file");
	fault_error(&f, at(20, 1, 1), "fifth");
	fault_error(&f, at(3, 10, 1), "fourth");
	assert_int_equal(f.errors, 5);
	assert_int_equal(f.warnings, 1);
	shows(&f, "x: error: the file\n"
		  "x:1:2: error: first\n"
		  "x:1:9: warning: second\n"
		  "x:3:1: error: third\n"
		  "x:3:10: error: fourth\n"
		  "x:20:1: error: fifth\n");
}

static void a_note_stands_under_its_fault_wherever_it_points(void **state)
{
	struct faults f = { .file = "x", .source = "a: 1\nb: 2\na: 3\nb: 4\n" };

	(void)state;
	fault_error(&f, at(4, 1, 1), "b again");
	fault_note(&f, at(2, 1, 1), "b first");
	fault_note(&f, at(1, 1, 1), "and a");
	fault_error(&f, at(3, 1, 1), "a again");
	fault_note(&f, at(1, 1, 1), "a first");
	assert_int_equal(f.errors, 2);
	shows(&f, "x:3:1: error: a again\n    3 | a: 3\n      | ^\n"
		  "x:1:1: note: a first\n    1 | a: 1\n      | ^\n"
		  "x:4:1: error: b again\n    4 | b: 4\n      | ^\n"
		  "x:2:1: note: b first\n    2 | b: 2\n      | ^\n"
		  "x:1:1: note: and a\n    1 | a: 1\n      | ^\n");
}

static void faults_of_one_place_keep_their_order(void **state)
{
	struct faults f = { .file = "x" };
	char wanted[2000] = "";

	(void)state;
	for (int i = 0; i < 50; i++) {
		char line[64];

		fault_error(&f, at(7, 7, 1), "number %d", i);
		snprintf(line, sizeof(line), "x:7:7: error: number %d\n", i);
		strcat(wanted, line);
	}
	shows(&f, wanted);
}

static void a_fault_is_told_once(void **state)
{
	struct faults f = { .file = "x" };

	(void)state;
	for (int i = 0; i < 3; i++) {
		fault_error(&f, at(2, 2, 1), "the same");
		fault_note(&f, at(1, 1, 1), "its note");
		fault_warning(&f, at(2, 2, 1), "the same");
	}
	fault_error(&f, at(2, 3, 1), "the same");
	faults_sort(&f);
	assert_int_equal(f.errors, 2);
	assert_int_equal(f.warnings, 1);
	shows(&f, "x:2:2: error: the same\n"
		  "x:1:1: note: its note\n"
		  "x:2:2: warning: the same\n"
		  "x:2:3: error: the same\n");
}

/* ---- the caret ------------------------------------------------------------------------------ */

static const struct {
	const char *what, *source;
	struct place at;
	const char *line, *caret;
} carets[] = {
	{ "at the beginning", "abc", { 1, 1, 3 }, "abc", "^~~" },
	{ "one letter", "abc", { 1, 2, 1 }, "abc", " ^" },
	{ "no length", "abc", { 1, 2, 0 }, "abc", " ^" },
	{ "at the end of a line", "abc\nd", { 1, 4, 1 }, "abc", "   ^" },
	{ "an empty line", "a\n\nb", { 2, 1, 1 }, "", "^" },
	{ "the last line without its end", "a\nbc", { 2, 2, 1 }, "bc", " ^" },
	{ "longer than the line", "abc\ndef", { 1, 2, 50 }, "abc", " ^~" },
	{ "CR LF", "abc\r\ndef\r\n", { 2, 1, 3 }, "def", "^~~" },
	/* a tab stays a tab, so that the caret stands under the word at any width */
	{ "behind a tab", "\tabc", { 1, 2, 3 }, "\tabc", "\t^~~" },
	{ "behind tabs", "a\t\tb", { 1, 4, 1 }, "a\t\tb", " \t\t^" },
	/* a column is a character, not an octet */
	{ "behind UTF-8",
	  "gr\xc3\xbc\xc3\x9f: x",
	  { 1, 7, 1 },
	  "gr\xc3\xbc\xc3\x9f: x",
	  "      ^" },
	{ "UTF-8 itself",
	  "a: gr\xc3\xbc\xc3\x9f",
	  { 1, 4, 4 },
	  "a: gr\xc3\xbc\xc3\x9f",
	  "   ^~~~" },
	{ "right behind UTF-8",
	  "\xe2\x82\xac"
	  "ab",
	  { 1, 2, 2 },
	  "\xe2\x82\xac"
	  "ab",
	  " ^~" },
	{ "between UTF-8",
	  "\xc3\xbc\xc3\xbc\xc3\xbc",
	  { 1, 2, 2 },
	  "\xc3\xbc\xc3\xbc\xc3\xbc",
	  " ^~" },
	{ "the last of UTF-8", "\xc3\xbc\xc3\xbc", { 1, 2, 1 }, "\xc3\xbc\xc3\xbc", " ^" },
};

static void the_caret_stands_under_the_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(carets); i++) {
		struct faults f = { .file = "f", .source = carets[i].source };
		char wanted[256];

		fault_warning(&f, carets[i].at, "w");
		snprintf(wanted, sizeof(wanted), "f:%u:%u: warning: w\n%5u | %s\n      | %s\n",
			 carets[i].at.line, carets[i].at.column, carets[i].at.line, carets[i].line,
			 carets[i].caret);
		shows(&f, wanted);
	}
}

static void the_caret_is_as_long_as_the_word_and_no_longer(void **state)
{
	struct faults f = { .file = "f", .source = "\xc3\xbc\xc3\xbc x" };

	(void)state;
	fault_error(&f, at(1, 1, 9), "more than there is");
	shows(&f, "f:1:1: error: more than there is\n"
		  "    1 | \xc3\xbc\xc3\xbc x\n"
		  "      | ^~~~\n");
}

static void a_line_that_is_not_there_is_not_shown(void **state)
{
	struct faults f = { .file = "f", .source = "one\n" };

	(void)state;
	fault_error(&f, at(9, 1, 1), "far behind");
	shows(&f, "f:9:1: error: far behind\n");
}

/* vethlab-lab(5), DIAGNOSTICS: at most 200 */
static void many_faults_are_counted_and_not_all_shown(void **state)
{
	struct faults f = { .file = "f" };
	char *text = NULL;
	size_t len = 0, lines = 0;
	FILE *out;

	(void)state;
	for (unsigned i = 1; i <= 1000; i++)
		fault_error(&f, at(i, 1, 1), "again");
	out = open_memstream(&text, &len);
	assert_non_null(out);
	faults_print(&f, out);
	fclose(out);
	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	assert_int_equal(lines, 201);
	assert_non_null(strstr(text, "f:200:1: error: again\n"));
	assert_null(strstr(text, "f:201:1"));
	assert_non_null(strstr(text, "800 more"));
	assert_int_equal(f.errors, 1000);
	free(text);
	faults_free(&f);
}

static void kinds_have_names(void **state)
{
	(void)state;
	assert_string_equal(fault_kind_name(FAULT_ERROR), "error");
	assert_string_equal(fault_kind_name(FAULT_WARNING), "warning");
	assert_string_equal(fault_kind_name(FAULT_NOTE), "note");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_fault_shows_nothing),
		cmocka_unit_test(a_fault_has_its_place_its_line_and_a_caret),
		cmocka_unit_test(faults_stand_in_the_order_of_the_file),
		cmocka_unit_test(a_note_stands_under_its_fault_wherever_it_points),
		cmocka_unit_test(faults_of_one_place_keep_their_order),
		cmocka_unit_test(a_fault_is_told_once),
		cmocka_unit_test(the_caret_stands_under_the_word),
		cmocka_unit_test(the_caret_is_as_long_as_the_word_and_no_longer),
		cmocka_unit_test(a_line_that_is_not_there_is_not_shown),
		cmocka_unit_test(many_faults_are_counted_and_not_all_shown),
		cmocka_unit_test(kinds_have_names),
	};

	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
