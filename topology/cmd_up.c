/* SPDX-License-Identifier: MIT */
/* vethlab up: a lab file becomes a running lab, and the person sees it. */
#include <string.h>
#include <sys/ioctl.h>

#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/client.h"
#include "topology/graph/drawing.h"
#include "topology/launch.h"
#include "topology/load.h"
#include "topology/progress.h"
#include "topology/table.h"
#include "topology/verbs.h"

#define TABLE_NODES_MAX 40
#define COLUMNS		100
#define TIMEOUT_MS	60000
#define HERE		"lab.yml"

static const char *name, *capture;
static uint64_t timeout_ms = TIMEOUT_MS;
static bool quiet;

static const struct option_row options[] = {
	{ "name", 'n', "NAME", OPTION_TEXT, &name, "the lab's name, instead of the file's", 0, 0 },
	{ "timeout", 't', "TIME", OPTION_TIME, &timeout_ms,
	  "give up when not all is ready by then (60s)", 1, 86400000 },
	{ "capture", 'w', "FILE", OPTION_TEXT, &capture,
	  "write all frames into FILE, from the lab's first to its last", 0, 0 },
	{ "quiet", 'q', NULL, OPTION_FLAG, &quiet, "print nothing but errors", 0, 0 },
};

static const struct program program = {
	.name = "vethlab up",
	.usage = "[OPTION]... [FILE]",
	.about =
		"Starts the lab that FILE (lab.yml) describes, in the background. Returns when every\n"
		"command is ready and the first packet arrives; when something fails, nothing is left.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.more = "examples:\n"
		"  vethlab up topology/labs/campus.yml\n"
		"  vethlab up --name second topology/labs/campus.yml\n",
};

/* as_called() - how the person starts vethlab, for the commands that we tell him to try */
static const char *as_called(void)
{
	extern char *program_invocation_name;

	return program_invocation_name;
}

/* guest() - the last node: labs put those that serve first */
static const char *guest(const json_t *nodes)
{
	return text_of(json_array_get(nodes, json_array_size(nodes) - 1), "name");
}

/* busy() - the first node that runs something; NULL: none does */
static const char *busy(const json_t *nodes)
{
	const json_t *node;
	size_t i;

	json_array_foreach (nodes, i, node)
		if (json_array_size(json_object_get(node, "commands")))
			return text_of(node, "name");
	return NULL;
}

static void show_next(const struct lab *lab, const json_t *nodes)
{
	const char *sudo = getenv("SUDO_USER") ? "sudo " : "", *me = as_called();
	const char *node = busy(nodes);

	printf("\nTry next:\n  %s%s shell -l %s %s\n", sudo, me, lab->name, guest(nodes));
	if (node)
		printf("  %s%s logs -l %s -f %s\n", sudo, me, lab->name, node);
	else
		printf("  %s%s inspect -l %s %s\n", sudo, me, lab->name, guest(nodes));
	printf("  %s%s capture -l %s\n", sudo, me, lab->name);
	printf("  %s%s down %s\n", sudo, me, lab->name);
}

/* is_drawn() - is this paragraph a picture? The one that is drawn here is as good, and has the
 * addresses that came by DHCP. */
static bool is_drawn(const char *text)
{
	return strstr(text, "==") || strstr(text, "--+") || strstr(text, "+--");
}

/* show_words() - the head of the file, paragraph by paragraph */
static void show_words(const char *head)
{
	auto_free char *text = xstrdup(head);

	for (char *at = text, *end; at && *at; at = end) {
		end = strstr(at, "\n\n");
		if (end) {
			*end = '\0';
			end += 2;
		}
		if (!is_drawn(at))
			printf("\n%s%s", at, end ? "\n" : ""); /* the last one has its end */
	}
}

static void show_picture(const json_t *status)
{
	struct picture *p = picture_of_status(status);
	struct winsize w;
	unsigned columns = COLUMNS;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col && w.ws_col < columns)
		columns = w.ws_col;
	show_text(stdout, p, columns, use_color(STDOUT_FILENO));
	picture_free(p);
}

static void show(const struct lab *lab, uint64_t took_ms)
{
	json_t *status = ask(lab->name, json_pack("{s:s}", "do", "status"));
	const json_t *nodes = json_object_get(status, "nodes");

	if (lab->node_count <= TABLE_NODES_MAX)
		show_picture(status);
	show_words(lab->picture);
	if (lab->node_count <= TABLE_NODES_MAX) {
		putchar('\n');
		table_of_nodes(status);
	}
	show_next(lab, nodes);
	json_decref(status);
	fflush(stdout);
	fprintf(stderr, "\n%s: %zu node%s, %zu command%s, ready in %llu ms\n", lab->name,
		lab->node_count, lab->node_count == 1 ? "" : "s", lab->command_count,
		lab->command_count == 1 ? "" : "s", (unsigned long long)took_ms);
}

int cmd_up(int argc, char **argv)
{
	int first = options_parse(&program, argc, argv), status;
	const char *file = first < argc ? argv[first] : HERE;
	struct launch l = { .timeout_ms = timeout_ms, .quiet = quiet, .capture = capture };
	uint64_t began = clock_ms();
	struct lab *lab;

	if (first + 1 < argc)
		options_fail(&program, "one file at a time, not also '%s'", argv[first + 1]);
	if (first == argc && access(HERE, R_OK) < 0)
		options_fail(&program, "which file? There is no %s here", HERE);
	lab = load_or_exit(file, name, quiet);
	l.lab = lab;
	status = launch(&l);
	if (status == EXIT_SUCCESS && !quiet)
		show(lab, clock_ms() - began);
	lab_free(lab);
	return status;
}
