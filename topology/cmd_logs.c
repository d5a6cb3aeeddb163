/* SPDX-License-Identifier: MIT */
/* vethlab logs: what the commands of a node print, from the files that init writes (nodelog.c). */
#include <jansson.h>
#include <string.h>
#include <time.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "nodes/common/suggest.h"
#include "topology/client.h"
#include "topology/follow.h"
#include "topology/state.h"
#include "topology/status.h"
#include "topology/verbs.h"

static const char *lab_option;
static bool follow, as_json, times;
static uint64_t last = UINT64_MAX;

static const struct option_row options[] = {
	{ "lab", 'l', "LAB", OPTION_TEXT, &lab_option, "the lab; not needed where one runs", 0, 0 },
	{ "follow", 'f', NULL, OPTION_FLAG, &follow, "go on with what is printed from now on", 0,
	  0 },
	{ "lines", 'n', "N", OPTION_NUMBER, &last, "only the last N lines of what is there", 0, 0 },
	{ "times", 't', NULL, OPTION_FLAG, &times, "the time in front of each line", 0, 0 },
	{ "json", 0, NULL, OPTION_FLAG, &as_json, "a JSON object a line", 0, 0 },
};

static const struct program program = {
	.name = "vethlab logs",
	.usage = "[OPTION]... NODE[/COMMAND]",
	.about =
		"Shows what the commands of NODE print, and what became of them. A log is bounded: of a\n"
		"node that prints for ever the newest lines are there.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

/* print_time() - "SECONDS.MICROSECONDS" since 1970, as local time of day */
static void print_time(const char *seconds)
{
	time_t t = (time_t)strtoll(seconds, NULL, 10);
	const char *micros = strchr(seconds, '.');
	char text[32];
	struct tm tm;

	localtime_r(&t, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	printf("%s%.7s ", text, micros ? micros : "");
}

/* print_json_line() - the time stays a number: seconds since 1970 */
static void print_json_line(const char *time, const char *who, const char *text)
{
	json_t *json = json_pack("{s:f, s:s, s:o}", "time", strtod(time, NULL), "command", who,
				 "text", status_text(text));

	json_dumpf(json, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(json);
}

/* split_line() - "TIME COMMAND TEXT" in place; false: not such a line */
static bool split_line(char *line, char **who, char **text)
{
	*who = strchr(line, ' ');
	*text = *who ? strchr(*who + 1, ' ') : NULL;
	if (!*text)
		return false;
	*(*who)++ = '\0';
	*(*text)++ = '\0';
	return true;
}

/* is_wanted() - is it a line of the command `only`? NULL: of any */
static bool is_wanted(const void *arg, const char *line)
{
	const char *only = arg;
	const char *who = strchr(line, ' ');
	size_t len = only ? strlen(only) : 0;

	return !only || (who && strncmp(who + 1, only, len) == 0 && who[1 + len] == ' ');
}

static void print_line(char *line)
{
	char *who, *text;

	if (!split_line(line, &who, &text))
		return;
	if (as_json) {
		print_json_line(line, who, text);
		return;
	}
	if (times)
		print_time(line);
	printf("%s | %s\n", who, text);
}

static void on_line(void *only, char *line)
{
	if (is_wanted(only, line))
		print_line(line);
}

/* flush_or_exit() - a full disk ends the program with status 1 */
static void flush_or_exit(void)
{
	if (fflush(stdout) == EOF)
		exit(EXIT_FAILURE);
}

/* require_command() - ends the program where the node has no such command; what became of commands
 * is told in the log under init's own name, vethlab */
static void require_command(const json_t *node_json, const char *node, const char *name)
{
	struct suggestion s = suggest_for(name);
	const json_t *command;
	size_t i;

	json_array_foreach (json_object_get(node_json, "commands"), i, command) {
		const char *its = json_string_value(json_object_get(command, "name"));

		suggest_consider(&s, its);
		if (strcmp(its, name) == 0)
			return;
	}
	if (strcmp(name, "vethlab") == 0)
		return;
	log_info("node '%s' has no command '%s'%s", node, name, suggest_text(&s));
	exit(EXIT_NO_SUCH);
}

int cmd_logs(int argc, char **argv)
{
	int first = options_parse(&program, argc, argv);
	auto_free char *lab = NULL, *node = NULL, *dir = NULL, *path = NULL;
	struct follower *f;
	char *only = NULL;
	json_t *node_json;
	char *slash;

	if (first == argc)
		options_fail(&program, "of which node?");
	if (first + 1 < argc)
		options_fail(&program, "'%s' is one too many", argv[first + 1]);
	lab = lab_meant(lab_option);
	node = xstrdup(argv[first]);
	slash = strchr(node, '/');
	if (slash) {
		*slash = '\0';
		only = slash + 1;
	}
	node_json = ask_node(lab, "inspect", node, NULL);
	if (only)
		require_command(node_json, node, only);
	json_decref(node_json);
	dir = state_dir(lab);
	path = xasprintf("%s/logs/%s", dir, node);
	f = follow_new(path);
	if (follow)
		follow_make(f);
	follow_last(f, last, is_wanted, on_line, only);
	flush_or_exit();
	if (follow)
		follow_to_the_end(f, lab, on_line, flush_or_exit, only);
	follow_free(f);
	return EXIT_SUCCESS;
}
