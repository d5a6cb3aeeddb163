/* SPDX-License-Identifier: MIT */
/* vethlab events: what happened in a lab, from the journal that init writes (journal.c). */
#include <string.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/client.h"
#include "topology/event_text.h"
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

/* is_wanted() - is it an event of this node (NULL: of any)? By its text, which is compact JSON as
 * journal.c writes it: in no value such quotes can stand */
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

/* print_event() - `all`: no node is left out, so that a gap in the numbers is one in the journal */
static void print_event(const char *line, bool all)
{
	json_t *e = json_loads(line, 0, NULL);
	long long t = json_integer_value(json_object_get(e, "t"));

	if (all)
		tell_gap(json_integer_value(json_object_get(e, "n")));
	printf("%6lld.%09lld %-10s %-9s ", t / 1000000000, t % 1000000000,
	       *text_of(e, "node") ? text_of(e, "node") : "-", text_of(e, "kind"));
	event_say(stdout, e);
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

/* flush_or_exit() - a full disk ends the program with status 1 */
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
