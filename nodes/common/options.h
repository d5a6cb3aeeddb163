/* SPDX-License-Identifier: MIT */
/*
 * One table describes a program's options: getopt_long, --help and the shell's completion read it.
 * --help and --version are every program's; wrong use ends the program with status 2.
 */
#ifndef VETHLAB_OPTIONS_H
#define VETHLAB_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"

#define EXIT_USAGE 2

enum option_kind {
	OPTION_FLAG,   /* bool */
	OPTION_TEXT,   /* const char *: a part of argv */
	OPTION_LIST,   /* struct option_list: the same, as often as it is given */
	OPTION_NUMBER, /* uint64_t, between min and max */
	OPTION_SIZE,   /* uint64_t octets: 4096, 256K, 1M */
	OPTION_TIME,   /* uint64_t milliseconds: 500ms, 10s, 5m; a bare number is seconds */
};

struct option_list {
	const char **texts;
	size_t count;
};

struct option_row {
	const char *name;
	char letter; /* or 0 */
	const char *arg;
	enum option_kind kind;
	void *to;
	const char *help;
	uint64_t min, max; /* max 0: no bound */
};

struct program {
	const char *name;
	const char *usage; /* what follows the name: "[OPTION]... HOST:PORT" */
	const char *about; /* a sentence or two, ends with a newline */
	const struct option_row *options;
	size_t option_count;
	bool stop_at_operand; /* options behind the first operand belong to somebody else */
	const char *more;     /* under the options: examples, verbs; or NULL */
};

/* options_parse() - fills in the table's targets; the index of the first operand in argv */
int options_parse(const struct program *p, int argc, char **argv);

/* The only argument with which a program prints its options for a shell that completes. */
#define OPTIONS_COMPLETE "--complete-options"

/* options_operands() - there are as many as there should be, else that is wrong use; `what` says
 * which one is missing */
void options_operands(const struct program *p, int first, int argc, char **argv, int wanted,
		      const char *what);

/* options_fail() - wrong use: says so in one line, points to --help, ends with status 2 */
_Noreturn void options_fail(const struct program *p, const char *fmt, ...) printf_like(2, 3);

/* Decimal without a sign; false: something else, or too large. K, M and G are powers of 1024, in
 * either case; a time has ms, s, m, h or d, and is in seconds without. */
bool parse_number(uint64_t *n, const char *text);
bool parse_size(uint64_t *octets, const char *text);
bool parse_time(uint64_t *ms, const char *text);

#endif
