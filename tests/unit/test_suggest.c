/* SPDX-License-Identifier: MIT */
/* "did you mean": near words are suggested, others are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/common/suggest.h"

static const char *const keys[] = { "interfaces", "forward", "routes", "sysctls", "env",
				    "files",	  "run",     "count",  "lan",	  "gateway" };

static void suggests(const char *word, const char *wanted)
{
	struct suggestion s = suggest_for(word);
	char text[128] = "";

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		suggest_consider(&s, keys[i]);
	if (wanted) {
		strcat(text, "; did you mean '");
		strcat(text, wanted);
		strcat(text, "'?");
	}
	assert_string_equal(suggest_text(&s), text);
}

static void a_slip_finds_its_word(void **state)
{
	static const struct {
		const char *slip, *word;
	} slips[] = {
		{ "forwad", "forward" },
		{ "forwardd", "forward" },
		{ "forwadr", "forward" },
		{ "fprward", "forward" },
		{ "interface", "interfaces" },
		{ "rotues", "routes" },
		{ "gatway", "gateway" },
		{ "lam", "lan" },
		{ "nal", NULL },
		{ "rnu", "run" },
		{ "evn", "env" },
		{ "sysctl", "sysctls" },
		{ "conut", "count" },
		{ "file", "files" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(slips); i++)
		suggests(slips[i].slip, slips[i].word);
}

static void a_word_far_from_all_gets_no_suggestion(void **state)
{
	static const char *const words[] = { "zebra", "qqqqqqq", "x", "", "kubernetes", "?" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		suggests(words[i], NULL);
}

static void without_candidates_nothing_is_suggested(void **state)
{
	struct suggestion s = suggest_for("lan");

	(void)state;
	assert_string_equal(suggest_text(&s), "");
}

static void the_nearest_is_suggested_and_not_the_first(void **state)
{
	struct suggestion s = suggest_for("router1");

	(void)state;
	suggest_consider(&s, "router22");
	suggest_consider(&s, "router2");
	suggest_consider(&s, "r");
	assert_string_equal(suggest_text(&s), "; did you mean 'router2'?");
}

static void words_of_any_length_do_no_harm(void **state)
{
	static char longest[5000], other[5000];
	struct suggestion s;

	(void)state;
	memset(longest, 'a', sizeof(longest) - 1);
	memset(other, 'a', sizeof(other) - 2);
	s = suggest_for(longest);
	suggest_consider(&s, other);
	suggest_consider(&s, "a");
	assert_true(strlen(suggest_text(&s)) < sizeof(s.text));
	for (size_t len = 1; len < 300; len++) {
		longest[len] = '\0';
		other[len - 1] = '\0';
		s = suggest_for(longest);
		suggest_consider(&s, other);
		assert_true(strlen(suggest_text(&s)) < sizeof(s.text));
		longest[len] = other[len - 1] = 'a';
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slip_finds_its_word),
		cmocka_unit_test(a_word_far_from_all_gets_no_suggestion),
		cmocka_unit_test(without_candidates_nothing_is_suggested),
		cmocka_unit_test(the_nearest_is_suggested_and_not_the_first),
		cmocka_unit_test(words_of_any_length_do_no_harm),
	};

	return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}
