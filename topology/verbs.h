/* SPDX-License-Identifier: MIT */
/* Every verb is a function of its own file, cmd_VERB.c; argv[0] is the verb. */
#ifndef VETHLAB_VERBS_H
#define VETHLAB_VERBS_H

#include <stdbool.h>
#include <stddef.h>

/* What the operands of a verb are, for the shell that completes them. */
enum operand {
	OPERAND_NONE,
	OPERAND_FILE,
	OPERAND_LAB,
	OPERAND_NODE,
	OPERAND_COMMAND, /* NODE or NODE/COMMAND */
	OPERAND_FACT,	 /* NODE, then the words of facts */
	OPERAND_LINK,	 /* NODE:INTERFACE or LAN, then the words of changes */
	OPERAND_SIDES,
	OPERAND_PARTITION,
	OPERAND_SCENE,
	OPERAND_WIRES, /* NODE, NODE:INTERFACE, LAN */
	OPERAND_SHELL,
};

struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
	enum operand operand;
	bool first_of_group;
};

/* The verb that the completion scripts ask; it is in no list. */
#define COMPLETE_VERB "__complete"

extern const struct verb verbs[];
extern const size_t verb_count;
const struct verb *verb_find(const char *name); /* or NULL */

int cmd_up(int argc, char **argv);
int cmd_down(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_ls(int argc, char **argv);
int cmd_ps(int argc, char **argv);
int cmd_inspect(int argc, char **argv);
int cmd_exec(int argc, char **argv);
int cmd_shell(int argc, char **argv);
int cmd_logs(int argc, char **argv);
int cmd_start(int argc, char **argv);
int cmd_stop(int argc, char **argv);
int cmd_restart(int argc, char **argv);
int cmd_kill(int argc, char **argv);
int cmd_link(int argc, char **argv);
int cmd_partition(int argc, char **argv);
int cmd_heal(int argc, char **argv);
int cmd_play(int argc, char **argv);
int cmd_completion(int argc, char **argv);
int cmd_complete(int argc, char **argv);
int cmd_test(int argc, char **argv);
int cmd_gc(int argc, char **argv);
int cmd_wait(int argc, char **argv);
int cmd_events(int argc, char **argv);
int cmd_capture(int argc, char **argv);
int cmd_graph(int argc, char **argv);
int cmd_wireshark(int argc, char **argv);

#endif
