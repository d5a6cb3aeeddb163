/* SPDX-License-Identifier: MIT */
/* vethlab start, stop, restart and kill: the commands of a node; its links and addresses stay. */
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/client.h"
#include "topology/settle.h"
#include "topology/table.h"
#include "topology/verbs.h"

static const char *lab_option;
static const char *signal_option = "KILL";
static uint64_t timeout_ms = 30000;

#define LAB_ROW                                                                                    \
	{                                                                                          \
		"lab", 'l', "LAB", OPTION_TEXT, &lab_option, "the lab; not needed where one runs", \
			0, 0                                                                       \
	}

static const struct option_row options[] = {
	LAB_ROW,
	{ "timeout", 't', "TIME", OPTION_TIME, &timeout_ms, "give up after so long (30s)", 1,
	  86400000 },
};

static const struct option_row kill_options[] = {
	LAB_ROW,
	{ "signal", 's', "SIGNAL", OPTION_TEXT, &signal_option, "KILL, or another name or number",
	  0, 0 },
};

/* Each takes operands NODE or NODE/COMMAND, and lets init do one thing to each. */
struct order {
	const char *word;
	struct program program;
	bool settles;
	enum settled wanted;
};

static const struct order start = {
	"start",
	{ .name = "vethlab start",
	  .usage = "[OPTION]... NODE[/COMMAND]...",
	  .about =
		  "Starts a command, or all of a node's in their start order, and returns when it is\n"
		  "ready. If it ends before, its last lines are shown.\n",
	  .options = options,
	  .option_count = ARRAY_SIZE(options) },
	true,
	SETTLED_READY,
};

static const struct order stop = {
	"stop",
	{ .name = "vethlab stop",
	  .usage = "[OPTION]... NODE[/COMMAND]...",
	  .about =
		  "Ends a command, or all of a node's: SIGTERM, after 5 seconds SIGKILL. Returns when it\n"
		  "is gone. It stays stopped, whatever `restart` of the lab file says.\n",
	  .options = options,
	  .option_count = ARRAY_SIZE(options) },
	true,
	SETTLED_STOPPED,
};

static const struct order restart = {
	"restart",
	{ .name = "vethlab restart",
	  .usage = "[OPTION]... NODE[/COMMAND]...",
	  .about =
		  "Stops a command, or all of a node's, and starts it again; returns when it is ready.\n",
	  .options = options,
	  .option_count = ARRAY_SIZE(options) },
	true,
	SETTLED_READY,
};

static const struct order kill_order = {
	"kill",
	{ .name = "vethlab kill",
	  .usage = "[OPTION]... NODE[/COMMAND]...",
	  .about =
		  "Sends a signal to a command, or to all of a node's, and to their children. What follows\n"
		  "is what `restart` of the lab file says.\n",
	  .options = kill_options,
	  .option_count = ARRAY_SIZE(kill_options),
	  .more = "examples:\n"
		  "  vethlab kill r1/ripd\n"
		  "  vethlab kill -s STOP chat     (CONT lets it go on)\n" },
	false,
	SETTLED_STOPPED,
};

/* order_one() - one command; whoever settles waits for it */
static bool order_one(const struct order *o, const char *lab, const char *node, const char *command)
{
	auto_free char *target = xasprintf("%s/%s", node, command);
	const char *words[] = { o->word, target, signal_option };

	act(lab, words, o->settles ? 2 : 3);
	return !o->settles || settle(lab, node, command, o->wanted, timeout_ms);
}

/* order_each() - all commands of a node, each when the one before has settled: in start order, or
 * against it where they stop */
static bool order_each(const struct order *o, const char *lab, const char *node)
{
	json_t *answer = ask_node(lab, "commands", node, NULL);
	const json_t *list = json_object_get(answer, "commands");
	size_t count = json_array_size(list);
	bool good = true;

	for (size_t i = 0; i < count && (good || o == &stop); i++) {
		size_t at = o == &stop ? count - 1 - i : i;

		good &= order_one(o, lab, node, text_of(json_array_get(list, at), "name"));
	}
	json_decref(answer);
	return good;
}

/* order_target() - NODE or NODE/COMMAND; a signal to a whole node is one action, and so is an order
 * to a node without commands, which init refuses */
static bool order_target(const struct order *o, const char *lab, const char *target)
{
	auto_free char *node = xstrndup(target, strcspn(target, "/"));
	const char *slash = strchr(target, '/'), *words[] = { o->word, target, signal_option };
	json_t *answer;
	size_t count;

	if (slash)
		return order_one(o, lab, node, slash + 1);
	answer = ask_node(lab, "commands", node, NULL);
	count = json_array_size(json_object_get(answer, "commands"));
	json_decref(answer);
	if (!o->settles || !count) {
		act(lab, words, o->settles ? 2 : 3);
		return true;
	}
	if (o != &restart)
		return order_each(o, lab, node);
	return order_each(&stop, lab, node) && order_each(&start, lab, node);
}

/* run() - each target in turn, also behind one that failed; 1 if any did */
static int run(const struct order *o, int argc, char **argv)
{
	int first = options_parse(&o->program, argc, argv), status = EXIT_SUCCESS;
	auto_free char *lab = NULL;

	if (first == argc)
		options_fail(&o->program, "which node, or NODE/COMMAND?");
	lab = lab_meant(lab_option);
	for (int i = first; i < argc; i++)
		if (!order_target(o, lab, argv[i]))
			status = EXIT_FAILURE;
	return status;
}

int cmd_start(int argc, char **argv)
{
	return run(&start, argc, argv);
}

int cmd_stop(int argc, char **argv)
{
	return run(&stop, argc, argv);
}

int cmd_restart(int argc, char **argv)
{
	return run(&restart, argc, argv);
}

int cmd_kill(int argc, char **argv)
{
	return run(&kill_order, argc, argv);
}
