/* SPDX-License-Identifier: MIT */
/* vethlab run: a lab for the length of one command. Tests and CI call this. */
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/become.h"
#include "topology/client.h"
#include "topology/launch.h"
#include "topology/load.h"
#include "topology/verbs.h"

static const char *name, *capture;
static uint64_t timeout_ms = 60000;

static const struct option_row options[] = {
	{ "name", 'n', "NAME", OPTION_TEXT, &name, "the lab's name, instead of the file's", 0, 0 },
	{ "timeout", 't', "TIME", OPTION_TIME, &timeout_ms,
	  "give up when not all is ready by then (60s)", 1, 86400000 },
	{ "capture", 'w', "FILE", OPTION_TEXT, &capture,
	  "write all frames into FILE, from the lab's first to its last", 0, 0 },
};

static const struct program program = {
	.name = "vethlab run",
	.usage = "[OPTION]... FILE -- COMMAND [ARGUMENT]...",
	.about =
		"Starts the lab, runs COMMAND beside it with VETHLAB_LAB set, so that verbs in it mean\n"
		"this lab, and ends the lab again. The exit status is the command's own. The lab ends\n"
		"too if this process is killed.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.stop_at_operand = true,
	.more = "example:\n"
		"  vethlab run topology/labs/star.yml -- vethlab exec pc1 ping -c 1 pc2\n",
};

/* run_command() - beside the lab, not in a node; its status as a shell gives it. Should we be
 * killed, it gets SIGTERM. */
static int run_command(const char *lab, char *const argv[])
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		fatal_errno("cannot start a process");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		setenv("VETHLAB_LAB", lab, 1);
		become(argv);
	}
	return wait_for(pid);
}

int cmd_run(int argc, char **argv)
{
	int first = options_parse(&program, argc, argv), command = first + 1, status;
	struct launch l = { .timeout_ms = timeout_ms, .capture = capture, .tied = true, .tie = -1 };
	struct lab *lab;

	if (first == argc)
		options_fail(&program, "which file?");
	if (command < argc && strcmp(argv[command], "--") == 0)
		command++;
	if (command >= argc)
		options_fail(&program, "which command?");
	lab = load_or_exit(argv[first], name, false);
	l.lab = lab;
	status = launch(&l);
	if (status == EXIT_SUCCESS) {
		status = run_command(lab->name, argv + command);
		ask_down(lab->name);
		close(l.tie);
	}
	lab_free(lab);
	return status;
}
