/* SPDX-License-Identifier: MIT */
/* vethlab exec and vethlab shell: a person, or a script, in a node. */
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/client.h"
#include "topology/enter.h"
#include "topology/verbs.h"

static const char *lab_option;
static bool in_folder;

static const struct option_row options[] = {
	{ "folder", 'd', NULL, OPTION_FLAG, &in_folder, "in the node's folder, not in this one", 0,
	  0 },
	{ "lab", 'l', "LAB", OPTION_TEXT, &lab_option, "the lab; not needed where one runs", 0, 0 },
};

static const struct program exec_program = {
	.name = "vethlab exec",
	.usage = "[OPTION]... NODE COMMAND [ARGUMENT]...",
	.about =
		"Runs COMMAND in NODE, on this terminal and in this folder. The exit status is its own;\n"
		"126: it cannot be run, 127: there is none, 128 + N: signal N ended it.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.stop_at_operand = true,
	.more = "examples:\n"
		"  vethlab exec pc1 ping -c 3 chat\n"
		"  vethlab exec router tcpdump -ni eth0\n"
		"  vethlab exec -d dhcp cat dhcp.yml\n",
};

static const struct program shell_program = {
	.name = "vethlab shell",
	.usage = "[OPTION]... NODE",
	.about = "A shell in NODE: $SHELL, or sh. 'exit' leaves; the node stays.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

int cmd_exec(int argc, char **argv)
{
	int first = options_parse(&exec_program, argc, argv), command;
	auto_free char *lab = NULL;

	if (first == argc)
		options_fail(&exec_program, "in which node?");
	command = first + 1;
	if (command < argc && strcmp(argv[command], "--") == 0)
		command++;
	if (command == argc)
		options_fail(&exec_program, "which command?");
	lab = lab_meant(lab_option);
	return enter_node(lab, argv[first], argv + command, true, in_folder);
}

int cmd_shell(int argc, char **argv)
{
	int first = options_parse(&shell_program, argc, argv);
	const char *shell = getenv("SHELL");
	char *words[] = { (char *)(shell && access(shell, X_OK) == 0 ? shell : "/bin/sh"), NULL };
	auto_free char *lab = NULL;

	if (first == argc)
		options_fail(&shell_program, "in which node?");
	if (first + 1 < argc)
		options_fail(&shell_program, "'%s' is one too many; 'vethlab exec' runs a command",
			     argv[first + 1]);
	lab = lab_meant(lab_option);
	return enter_node(lab, argv[first], words, false, in_folder);
}
