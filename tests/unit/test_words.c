/* SPDX-License-Identifier: MIT */
/* A lab file's command line is split as a shell does (POSIX.1-2017, XCU 2.2), without expansion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "topology/lab_read.h"

#define WORDS_MAX 8

static const struct {
	const char *line;
	const char *words[WORDS_MAX]; /* ends with NULL */
} good[] = {
	{ "a", { "a" } },
	{ "a b c", { "a", "b", "c" } },
	{ "  a\t b \n c\n", { "a", "b", "c" } },
	{ "chat-server --port 5000", { "chat-server", "--port", "5000" } },
	/* 2.2.2: single quotes keep all but themselves */
	{ "'a b'", { "a b" } },
	{ "'a\\'", { "a\\" } },
	{ "'a\\n' b", { "a\\n", "b" } },
	{ "'\"'", { "\"" } },
	{ "'$HOME `x` *'", { "$HOME `x` *" } },
	{ "'a\nb'", { "a\nb" } },
	{ "''", { "" } },
	{ "a '' b", { "a", "", "b" } },
	/* 2.2.3: in double quotes a backslash quotes $ ` \" \\ and nothing else */
	{ "\"a b\"", { "a b" } },
	{ "\"it's\"", { "it's" } },
	{ "\"a\\\"b\"", { "a\"b" } },
	{ "\"a\\\\b\"", { "a\\b" } },
	{ "\"\\$HOME \\`x\\`\"", { "$HOME `x`" } },
	{ "\"a\\nb\"", { "a\\nb" } },
	{ "\"\\'\"", { "\\'" } },
	{ "\"\\a\\ b\"", { "\\a\\ b" } },
	{ "\"\"", { "" } },
	/* 2.2.1: elsewhere a backslash quotes what follows */
	{ "a\\ b", { "a b" } },
	{ "\\'", { "'" } },
	{ "\\\"a\\\"", { "\"a\"" } },
	{ "\\\\", { "\\" } },
	{ "\\n", { "n" } },
	{ "a\\\tb", { "a\tb" } },
	/* 2.2.1 and 2.2.3: a line goes on behind a backslash at its end */
	{ "foo \\\n  --bar", { "foo", "--bar" } },
	{ "foo\\\nbar", { "foobar" } },
	{ "\"foo\\\nbar\"", { "foobar" } },
	/* parts of one word */
	{ "a'b c'\"d e\"f", { "ab cd ef" } },
	{ "''a", { "a" } },
	{ "--x='1 2' --y=\"3\"", { "--x=1 2", "--y=3" } },
	{ "'it'\\''s'", { "it's" } },
	{ "sh -c 'echo \"$1\" | cat' sh 'a b'", { "sh", "-c", "echo \"$1\" | cat", "sh", "a b" } },
	/* nothing is expanded, nothing else is special */
	{ "echo $HOME ~ * a;b >c", { "echo", "$HOME", "~", "*", "a;b", ">c" } },
	{ "a&&b|c", { "a&&b|c" } },
	{ "gr\xc3\xbc\xc3\x9f '\xe2\x82\xac x'", { "gr\xc3\xbc\xc3\x9f", "\xe2\x82\xac x" } },
};

static void a_line_is_split_as_a_shell_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		char **argv = NULL;
		size_t argc = 0, wanted = 0;
		const char *why = NULL;

		while (good[i].words[wanted])
			wanted++;
		if (!words_split(good[i].line, &argv, &argc, &why) || argc != wanted)
			fail_msg("<%s> gives %zu words, not %zu", good[i].line, argc, wanted);
		for (size_t k = 0; k < argc; k++) {
			if (strcmp(argv[k], good[i].words[k]) != 0)
				fail_msg("<%s>: word %zu is <%s>, not <%s>", good[i].line, k,
					 argv[k], good[i].words[k]);
			free(argv[k]);
		}
		free(argv);
	}
}

static void what_is_no_command_line_has_a_reason(void **state)
{
	static const struct {
		const char *line, *about;
	} bad[] = {
		{ "", "empty" },	{ " \t\n ", "empty" },	  { "'", "quote" },
		{ "\"", "quote" },	{ "a 'b", "quote" },	  { "a \"b", "quote" },
		{ "\"a\\\"", "quote" }, { "'a' b'c d", "quote" }, { "\"it's", "quote" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char **argv = NULL;
		size_t argc = 0;
		const char *why = NULL;

		if (words_split(bad[i].line, &argv, &argc, &why))
			fail_msg("<%s> is no command line", bad[i].line);
		assert_non_null(why);
		assert_non_null(strstr(why, bad[i].about));
		for (size_t k = 0; k < argc; k++)
			free(argv[k]);
		free(argv);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_split_as_a_shell_does),
		cmocka_unit_test(what_is_no_command_line_has_a_reason),
	};

	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
