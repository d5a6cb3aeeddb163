/* SPDX-License-Identifier: MIT */
/* vethlab logs: what the commands of a node print, from the files that init writes (nodelog.c). */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "nodes/common/suggest.h"
#include "topology/client.h"
#include "topology/state.h"
#include "topology/status.h"
#include "topology/verbs.h"

#define LIVES_AGAIN_MS 500 /* how often a follower looks whether the lab still runs */

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

struct reader_state {
	char *path, *only; /* only: lines of this command */
	FILE *f;
	ino_t inode;
};

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
	line[strcspn(line, "\n")] = '\0';
	*who = strchr(line, ' ');
	*text = *who ? strchr(*who + 1, ' ') : NULL;
	if (!*text)
		return false;
	*(*who)++ = '\0';
	*(*text)++ = '\0';
	return true;
}

static bool is_wanted(const char *only, const char *line)
{
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

/* print_rest() - from where the file stands to its end */
static void print_rest(const struct reader_state *r)
{
	auto_free char *line = NULL;
	size_t room = 0;

	clearerr(r->f);
	while (getline(&line, &room, r->f) > 0)
		if (is_wanted(r->only, line))
			print_line(line);
	if (fflush(stdout) == EOF)
		exit(EXIT_FAILURE);
}

static void append_lines(const char *path, const char *only, char ***lines, size_t *count)
{
	auto_fclose FILE *f = fopen(path, "re");
	auto_free char *line = NULL;
	size_t room = 0;

	while (f && getline(&line, &room, f) > 0)
		if (is_wanted(only, line))
			*xappend(lines, count) = xstrdup(line);
}

/* print_what_is_there() - the older half and the newer one; the reader then stands at the end */
static void print_what_is_there(struct reader_state *r)
{
	auto_free char *older = xasprintf("%s.1", r->path);
	char **lines = NULL;
	size_t count = 0;
	struct stat st;

	append_lines(older, r->only, &lines, &count);
	r->f = fopen(r->path, "re");
	if (r->f && fstat(fileno(r->f), &st) == 0)
		r->inode = st.st_ino;
	while (r->f) {
		auto_free char *line = NULL;
		size_t room = 0;

		if (getline(&line, &room, r->f) <= 0)
			break;
		if (is_wanted(r->only, line))
			*xappend(&lines, &count) = xstrdup(line);
	}
	for (size_t i = 0; i < count; i++) {
		if (count - i <= last)
			print_line(lines[i]);
		free(lines[i]);
	}
	free(lines);
	fflush(stdout);
}

/* reopen_if_new() - init has begun a new file: the old one was read to its end before */
static void reopen_if_new(struct reader_state *r)
{
	struct stat st;

	if (stat(r->path, &st) < 0 || (r->f && st.st_ino == r->inode))
		return;
	if (r->f)
		fclose(r->f);
	r->f = fopen(r->path, "re");
	r->inode = st.st_ino;
}

static void follow_log(struct reader_state *r, const char *lab)
{
	auto_free char *dir = xstrdup(r->path);
	auto_close int events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct pollfd p = { .fd = events, .events = POLLIN };
	char data[4096] __attribute__((aligned(8)));

	*strrchr(dir, '/') = '\0';
	if (events < 0 || inotify_add_watch(events, dir, IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0)
		fatal_errno("cannot follow %s", r->path);
	do { /* what came before the watch was there is read first */
		if (r->f)
			print_rest(r);
		reopen_if_new(r);
		if (r->f)
			print_rest(r);
		while (poll(&p, 1, LIVES_AGAIN_MS) > 0 && read(events, data, sizeof(data)) > 0)
			if (p.revents)
				break;
	} while (state_is_live(lab));
	if (r->f)
		print_rest(r);
}

/* require_command() - ends the program where the node has no such command; what became of commands is
 * told in the log under init's own name, vethlab */
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
	struct reader_state r = { 0 };
	auto_free char *lab = NULL, *node = NULL, *dir = NULL;
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
		r.only = slash + 1;
	}
	node_json = ask_node(lab, "inspect", node, NULL);
	if (r.only)
		require_command(node_json, node, r.only);
	json_decref(node_json);
	dir = state_dir(lab);
	r.path = xasprintf("%s/logs/%s", dir, node);
	print_what_is_there(&r);
	if (follow)
		follow_log(&r, lab);
	if (r.f)
		fclose(r.f);
	free(r.path);
	return EXIT_SUCCESS;
}
