/* SPDX-License-Identifier: MIT */
/* A line as a shell would hand it over: "log 'a b'" has two words. */
#ifndef VETHLAB_TESTS_LINE_H
#define VETHLAB_TESTS_LINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "topology/lab_read.h"
#include "topology/words.h"

struct line {
	char **argv;
	size_t argc;
	struct words words;
};

static void line_split(struct line *l, const char *text)
{
	const char *why;

	*l = (struct line){ 0 };
	if (*text && !words_split(text, &l->argv, &l->argc, &why))
		fail_msg("<%s>: %s", text, why);
	l->words = (struct words){ .list = (const char *const *)l->argv, .count = l->argc };
}

static void line_free(struct line *l)
{
	for (size_t i = 0; i < l->argc; i++)
		free(l->argv[i]);
	free(l->argv);
}

#endif
