/* SPDX-License-Identifier: MIT */
#include "topology/verbs.h"

#include <string.h>

#include "nodes/common/compiler.h"

const struct verb verbs[] = {
	{ "up", cmd_up, "start a lab from its file; returns when all is ready", OPERAND_FILE,
	  true },
	{ "down", cmd_down, "end a lab: politely, then finally", OPERAND_LAB, false },
	{ "run", cmd_run, "up, one command, down: for tests", OPERAND_FILE, false },
	{ "check", cmd_check, "every fault of a lab file; nothing is started", OPERAND_FILE,
	  false },

	{ "ls", cmd_ls, "the labs that run", OPERAND_NONE, true },
	{ "ps", cmd_ps, "the nodes of a lab: address, command, state", OPERAND_LAB, false },
	{ "inspect", cmd_inspect, "a lab, or one node as its kernel sees it", OPERAND_NODE, false },
	{ "logs", cmd_logs, "what the commands of a node print", OPERAND_COMMAND, false },
	{ "events", cmd_events, "what happened: links, routes, commands, faults", OPERAND_NODE,
	  false },

	{ "graph", cmd_graph, "the picture of a lab: text, SVG, dot, Mermaid, JSON", OPERAND_LAB,
	  false },
	{ "capture", cmd_capture, "all frames of the lab, or of some wires, in one file",
	  OPERAND_WIRES, false },
	{ "wireshark", cmd_wireshark, "the same, live in Wireshark; --install: labs in its list",
	  OPERAND_WIRES, false },

	{ "exec", cmd_exec, "run a command in a node", OPERAND_NODE, true },
	{ "shell", cmd_shell, "a shell in a node", OPERAND_NODE, false },
	{ "wait", cmd_wait, "until a fact holds: a route, a port, a line of a log", OPERAND_FACT,
	  false },

	{ "start", cmd_start, "start a command of a node; returns when it is ready",
	  OPERAND_COMMAND, true },
	{ "stop", cmd_stop, "stop it; links and addresses stay", OPERAND_COMMAND, false },
	{ "restart", cmd_restart, "stop it and start it", OPERAND_COMMAND, false },
	{ "kill", cmd_kill, "send it a signal", OPERAND_COMMAND, false },
	{ "link", cmd_link, "cut a link, mend it, slow it down", OPERAND_LINK, false },
	{ "partition", cmd_partition, "split a LAN: a,b / c,d", OPERAND_SIDES, false },
	{ "heal", cmd_heal, "make it whole again", OPERAND_PARTITION, false },
	{ "play", cmd_play, "a scene of the lab file", OPERAND_SCENE, false },

	{ "test", cmd_test, "a bats file, N times: which tests fail how often", OPERAND_FILE,
	  true },
	{ "gc", cmd_gc, "take away what crashed labs have left", OPERAND_NONE, false },
	{ "completion", cmd_completion, "a script for bash, zsh or fish", OPERAND_SHELL, false },
};
const size_t verb_count = ARRAY_SIZE(verbs);

const struct verb *verb_find(const char *name)
{
	static const struct verb hidden = { COMPLETE_VERB, cmd_complete, "", OPERAND_NONE, false };

	for (size_t i = 0; i < verb_count; i++)
		if (strcmp(name, verbs[i].name) == 0)
			return &verbs[i];
	return strcmp(name, COMPLETE_VERB) == 0 ? &hidden : NULL;
}
