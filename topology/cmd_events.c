/* SPDX-License-Identifier: MIT */
/* vethlab events: what happened in a lab, from the journal that init writes (journal.c). */
#include <string.h>
#include <sys/wait.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/client.h"
#include "topology/follow.h"
#include "topology/journal.h"
#include "topology/state.h"
#include "topology/table.h"
#include "topology/verbs.h"

static const char *lab_option;
static bool follow, as_json;
static uint64_t last = UINT64_MAX;

static const struct option_row options[] = {
	{ "lab", 'l', "LAB", OPTION_TEXT, &lab_option, "the lab; not needed where one runs", 0, 0 },
	{ "follow", 'f', NULL, OPTION_FLAG, &follow, "go on until the lab ends", 0, 0 },
	{ "lines", 'n', "N", OPTION_NUMBER, &last, "only the last N of what is there", 0, 0 },
	{ "json", 0, NULL, OPTION_FLAG, &as_json, "a JSON object a line", 0, 0 },
};

static const struct program program = {
	.name = "vethlab events",
	.usage = "[OPTION]... [NODE]",
	.about =
		"Shows what happened in a lab, or in NODE: links, addresses, routes and neighbours as the\n"
		"kernel tells of them, commands, faults. Times are from the start of the lab.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.more = "example, every change of a route:\n"
		"  vethlab events -f | grep ' route '\n",
};

static const char *word(const json_t *e, const char *key)
{
	const char *text = json_string_value(json_object_get(e, key));

	return text ? text : "";
}

static long long number(const json_t *e, const char *key)
{
	return json_integer_value(json_object_get(e, key));
}

static void print_command(const json_t *e)
{
	const char *what = word(e, "what"), *name = word(e, "command");

	if (strcmp(what, "started") == 0)
		printf("%s started (pid %lld)", name, number(e, "pid"));
	else if (strcmp(what, "ready") == 0)
		printf("%s ready after %lld ms", name, number(e, "after_ms"));
	else if (strcmp(what, "exited") == 0)
		printf("%s exited with status %lld", name, number(e, "status"));
	else if (strcmp(what, "killed") == 0)
		printf("%s was ended by signal %lld (%s)", name, number(e, "signal"),
		       strsignal((int)number(e, "signal")));
	else if (strcmp(what, "restarting") == 0)
		printf("%s starts again in %lld ms", name, number(e, "in_ms"));
	else if (strcmp(what, "failed") == 0)
		printf("%s cannot start: %s", name, word(e, "why"));
	else
		printf("%s %s", name, what);
}

static void print_list(const json_t *e, const char *key)
{
	const json_t *entry;
	size_t i;

	json_array_foreach (json_object_get(e, key), i, entry)
		printf("%s%s", i ? "," : " ", json_string_value(entry));
}

static void print_route(const json_t *e)
{
	printf("%s", word(e, "prefix"));
	if (json_object_get(e, "via"))
		printf(" via");
	print_list(e, "via");
	if (json_object_get(e, "dev"))
		printf(" dev");
	print_list(e, "dev");
	if (json_object_get(e, "metric"))
		printf(" metric %lld", number(e, "metric"));
	printf(" %s", word(e, "what"));
}

static void print_neighbour(const json_t *e)
{
	const char *state = word(e, "state"), *what = word(e, "what");

	printf("%s on %s ", word(e, "address"), word(e, "dev"));
	if (strcmp(what, "removed") == 0)
		printf("gone");
	else if (strcmp(state, "known") == 0)
		printf("is %s", word(e, "mac"));
	else
		printf("%s", state);
}

static void print_lost(const json_t *e)
{
	const char *what = word(e, "what");

	if (strcmp(what, "overrun") == 0)
		printf("the kernel told more than could be heard: what is different now follows");
	else if (strcmp(what, "disk") == 0)
		printf("%lld events for want of space on the disk", number(e, "count"));
	else
		printf("a look at the node failed: %s", word(e, "why"));
}

static void print_what(const json_t *e)
{
	const char *kind = word(e, "kind"), *what = word(e, "what");

	if (strcmp(kind, "link") == 0)
		printf("%s %s", word(e, "link"), word(e, "state"));
	else if (strcmp(kind, "address") == 0)
		printf("%s on %s %s%s", word(e, "address"), word(e, "dev"), what,
		       json_is_true(json_object_get(e, "tentative")) ? " (tentative)" : "");
	else if (strcmp(kind, "route") == 0)
		print_route(e);
	else if (strcmp(kind, "neighbour") == 0)
		print_neighbour(e);
	else if (strcmp(kind, "command") == 0)
		print_command(e);
	else if (strcmp(kind, "fault") == 0)
		printf("%s%s%s", what, *word(e, "error") ? ": failed: " : "", word(e, "error"));
	else if (strcmp(kind, "scene") == 0)
		printf("%s %s", word(e, "scene"), what);
	else if (strcmp(kind, "lost") == 0)
		print_lost(e);
	else if (strcmp(what, "up") == 0)
		printf("up after %lld ms", number(e, "after_ms"));
	else
		printf("%s", what);
}

static bool is_wanted(const void *node, const char *line)
{
	auto_free char *its = node ? xasprintf("\"node\":\"%s\",", (const char *)node) : NULL;

	return !its || strstr(line, its);
}

/* tell_gap() - old events make room for new ones */
static void tell_gap(long long n)
{
	static long long before;
	long long missing = n - before - 1;

	if (missing > 0 && !as_json && last == UINT64_MAX)
		log_info("%lld events before this one are forgotten", missing);
	before = n;
}

static void print_event(const char *line, bool all)
{
	json_t *e = json_loads(line, 0, NULL);
	long long t = number(e, "t");

	if (all)
		tell_gap(number(e, "n"));
	printf("%6lld.%09lld %-10s %-9s ", t / 1000000000, t % 1000000000,
	       *word(e, "node") ? word(e, "node") : "-", word(e, "kind"));
	print_what(e);
	putchar('\n');
	json_decref(e);
}

static void on_line(void *node, char *line)
{
	if (!is_wanted(node, line))
		return;
	if (as_json)
		puts(line);
	else
		print_event(line, !node);
}

static void flush_or_exit(void)
{
	if (fflush(stdout) == EOF)
		exit(EXIT_FAILURE);
}

int cmd_events(int argc, char **argv)
{
	int first = options_parse(&program, argc, argv);
	char *node = first < argc ? argv[first] : NULL;
	auto_free char *lab = NULL, *dir = NULL, *path = NULL;
	struct follower *f;

	if (first + 1 < argc)
		options_fail(&program, "'%s' is one too many", argv[first + 1]);
	lab = lab_meant(lab_option);
	if (node)
		json_decref(ask_node(lab, "inspect", node, NULL));
	dir = state_dir(lab);
	path = xasprintf("%s/" JOURNAL_FILE, dir);
	f = follow_new(path);
	follow_last(f, last, is_wanted, on_line, node);
	flush_or_exit();
	if (follow)
		follow_to_the_end(f, lab, on_line, flush_or_exit, node);
	follow_free(f);
	return EXIT_SUCCESS;
}
