/* SPDX-License-Identifier: MIT */
/* vethlab: a network lab on one machine. The verbs, one table. */
#include <string.h>

#include "nodes/common/log.h"
#include "nodes/common/options.h"
#include "nodes/common/suggest.h"
#include "topology/verbs.h"

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} verbs[] = {
	{ "up", cmd_up, "start a lab from its file; returns when all is ready" },
	{ "down", cmd_down, "end a lab: politely, then finally" },
	{ "run", cmd_run, "up, one command, down: for tests" },
	{ "check", cmd_check, "show every fault of a lab file; nothing is started" },
	{ "ls", cmd_ls, "the labs that run" },
	{ "ps", cmd_ps, "the nodes of a lab: address, command, state" },
	{ "inspect", cmd_inspect, "a lab, or one node as its kernel sees it" },
	{ "exec", cmd_exec, "run a command in a node" },
	{ "shell", cmd_shell, "a shell in a node" },
	{ "logs", cmd_logs, "what the commands of a node print" },
	{ "start", cmd_start, "start a command of a node, or all; returns when it is ready" },
	{ "stop", cmd_stop, "stop it; links and addresses stay" },
	{ "restart", cmd_restart, "both" },
	{ "kill", cmd_kill, "send it a signal" },
	{ "link", cmd_link, "cut a link, mend it, slow it down" },
	{ "partition", cmd_partition, "split a LAN: a,b / c,d" },
	{ "heal", cmd_heal, "make it whole again" },
	{ "play", cmd_play, "a scene of the lab file" },
	{ "wait", cmd_wait, "until a fact about a node holds: a route, a port, a line of its log" },
	{ "test", cmd_test, "a bats file against fresh labs, N times: which tests fail how often" },
	{ "gc", cmd_gc, "take away what crashed labs have left" },
	{ "events", cmd_events, "what happened: links, addresses, routes, commands, faults" },
};

static const struct program program = {
	.name = "vethlab",
	.usage = "VERB [OPTION]... [ARGUMENT]...",
	.about = "A network lab on one machine: nodes are network namespaces, LANs are bridges, "
		 "cables are\nveth pairs, and what runs in them is real.\n",
	.stop_at_operand = true,
};

static int help(void)
{
	printf("usage: %s %s\n\n%s\nverbs ('vethlab VERB --help' has more):\n", program.name,
	       program.usage, program.about);
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		printf("  %-9s %s\n", verbs[i].name, verbs[i].help);
	printf("\n%s",
	       "Start with:  vethlab up topology/labs/campus.yml\n"
	       "Manual:      vethlab(1), vethlab-lab(5)\n"
	       "Exit status: 0 done, 1 failed, 2 wrong use or faulty file, 3 no such lab or node;\n"
	       "             exec and run give the command's own.\n");
	return fflush(stdout) == EOF ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int unknown_verb(const char *name)
{
	struct suggestion s = suggest_for(name);

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		suggest_consider(&s, verbs[i].name);
	log_info("unknown verb '%s'%s%s", name, suggest_text(&s),
		 *suggest_text(&s) ? "" : "; 'vethlab --help' lists them");
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	int first;

	log_open("vethlab");
	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
			  strcmp(argv[1], "help") == 0))
		return help();
	first = options_parse(&program, argc, argv); /* --version, and unknown options */
	if (first == argc) {
		help();
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (strcmp(argv[first], verbs[i].name) == 0)
			return verbs[i].run(argc - first, argv + first);
	return unknown_verb(argv[first]);
}
