/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <string.h>

#include "mem.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

enum { OPT_HELP = 1000, OPT_VERSION, OPT_FIRST };

/* number_and_unit() - "256K": n is 256, *unit points at "K"; false: no number, or too large */
static bool number_and_unit(uint64_t *n, const char *text, const char **unit)
{
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*n = strtoull(text, &end, 10);
	*unit = end;
	return errno == 0;
}

/* scale() - *n becomes so many times as large; false: it does not fit */
static bool scale(uint64_t *n, uint64_t by)
{
	return !__builtin_mul_overflow(*n, by, n);
}

bool parse_number(uint64_t *n, const char *text)
{
	const char *unit;

	return number_and_unit(n, text, &unit) && !*unit;
}

bool parse_size(uint64_t *octets, const char *text)
{
	static const struct {
		const char *unit;
		uint64_t octets;
	} units[] = { { "", 1 }, { "K", 1 << 10 }, { "M", 1 << 20 }, { "G", 1 << 30 } };
	const char *unit;

	if (!number_and_unit(octets, text, &unit))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (strcasecmp(unit, units[i].unit) == 0)
			return scale(octets, units[i].octets);
	return false;
}

bool parse_time(uint64_t *ms, const char *text)
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} units[] = { { "ms", 1 },    { "s", 1000 },	{ "", 1000 },
		      { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 } };
	const char *unit;

	if (!number_and_unit(ms, text, &unit))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (strcmp(unit, units[i].unit) == 0)
			return scale(ms, units[i].ms);
	return false;
}

void options_fail(const struct program *p, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", p->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "; try '%s --help'\n", p->name);
	exit(EXIT_USAGE);
}

void options_operands(const struct program *p, int first, int argc, char **argv, int wanted,
		      const char *what)
{
	if (argc - first < wanted)
		options_fail(p, "%s is missing", what);
	if (argc - first > wanted)
		options_fail(p, "'%s' is one too many", argv[first + wanted]);
}

static void print_row(char letter, const char *name, const char *arg, const char *help)
{
	char left[64];

	snprintf(left, sizeof(left), "%c%c%c --%s%s%s", letter ? '-' : ' ', letter ? letter : ' ',
		 letter ? ',' : ' ', name, arg ? " " : "", arg ? arg : "");
	printf("  %-28s %s\n", left, help);
}

static _Noreturn void print_help(const struct program *p)
{
	printf("usage: %s %s\n\n%s\noptions:\n", p->name, p->usage, p->about);
	for (size_t i = 0; i < p->option_count; i++) {
		const struct option_row *o = &p->options[i];

		print_row(o->letter, o->name, o->arg, o->help);
	}
	print_row('h', "help", NULL, "this text");
	print_row(0, "version", NULL, "the version");
	if (p->more)
		printf("\n%s", p->more);
	if (fflush(stdout) == EOF)
		exit(EXIT_FAILURE);
	exit(EXIT_SUCCESS);
}

static void add_to_list(struct option_list *list, const char *text)
{
	*xappend(&list->texts, &list->count) = text;
}

/* take_value() - what was given for the row's option, into its target; a bad one ends the
 * program */
static void take_value(const struct program *p, const struct option_row *o, const char *text)
{
	uint64_t n = 0;
	bool good = true;

	switch (o->kind) {
	case OPTION_FLAG:
		*(bool *)o->to = true;
		return;
	case OPTION_TEXT:
		*(const char **)o->to = text;
		return;
	case OPTION_LIST:
		add_to_list(o->to, text);
		return;
	case OPTION_NUMBER:
		good = parse_number(&n, text);
		break;
	case OPTION_SIZE:
		good = parse_size(&n, text);
		break;
	case OPTION_TIME:
		good = parse_time(&n, text);
		break;
	}
	if (!good)
		options_fail(p, "--%s: '%s' is not a %s", o->name, text,
			     o->kind == OPTION_NUMBER ? "number"
			     : o->kind == OPTION_SIZE ? "size, as in 4096, 256K or 1M"
						      : "time, as in 500ms, 10s or 5m");
	if (n < o->min || (o->max && n > o->max))
		options_fail(p, "--%s: %s is out of range", o->name, text);
	*(uint64_t *)o->to = n;
}

/* print_completion() - the table, for a shell that completes: an option a line, those that want a
 * value with '=' behind */
static _Noreturn void print_completion(const struct program *p)
{
	for (size_t i = 0; i < p->option_count; i++)
		printf("--%s%s\n", p->options[i].name, p->options[i].arg ? "=" : "");
	printf("--help\n");
	exit(fflush(stdout) == EOF ? EXIT_FAILURE : EXIT_SUCCESS);
}

int options_parse(const struct program *p, int argc, char **argv)
{
	struct option *longs = xcalloc(p->option_count + 3, sizeof(*longs));
	char *shorts = xcalloc(2 * p->option_count + 4, 1), *s = shorts;
	int c;

	if (argc == 2 && strcmp(argv[1], OPTIONS_COMPLETE) == 0)
		print_completion(p);
	*s++ = p->stop_at_operand ? '+' : ':';
	*s++ = p->stop_at_operand ? ':' : 'h';
	if (p->stop_at_operand)
		*s++ = 'h';
	for (size_t i = 0; i < p->option_count; i++) {
		const struct option_row *o = &p->options[i];

		longs[i] = (struct option){ o->name, o->arg ? required_argument : no_argument, NULL,
					    OPT_FIRST + (int)i };
		if (o->letter)
			*s++ = o->letter;
		if (o->letter && o->arg)
			*s++ = ':';
	}
	longs[p->option_count] = (struct option){ "help", no_argument, NULL, OPT_HELP };
	longs[p->option_count + 1] = (struct option){ "version", no_argument, NULL, OPT_VERSION };

	optind = 0; /* glibc: start afresh, the launcher parses twice */
	opterr = 0;
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		size_t i = 0;

		if (c == 'h' || c == OPT_HELP)
			print_help(p);
		if (c == OPT_VERSION) {
			printf("%s (vethlab) %s\n", p->name, VERSION);
			exit(fflush(stdout) == EOF ? EXIT_FAILURE : EXIT_SUCCESS);
		}
		if (c == ':')
			options_fail(p, "%s needs a value", argv[optind - 1]);
		if (c == '?' && optopt) /* a letter, which may stand among others */
			options_fail(p, "unknown option '-%c'", optopt);
		if (c == '?')
			options_fail(p, "unknown option '%s'", argv[optind - 1]);
		if (c >= OPT_FIRST)
			i = (size_t)(c - OPT_FIRST);
		else
			while (p->options[i].letter != c)
				i++;
		take_value(p, &p->options[i], optarg);
	}
	free(longs);
	free(shorts);
	return optind;
}
