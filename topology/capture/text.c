/* SPDX-License-Identifier: MIT */
#include "topology/capture/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

#include "nodes/common/log.h"
#include "nodes/common/options.h"

#define NOT_FOUND 127

#define COLUMNS                                                                          \
	"gui.column.format:\"Time\",\"%t\",\"Interface\",\"%Cus:frame.interface_name\"," \
	"\"Source\",\"%s\",\"Destination\",\"%d\",\"Protocol\",\"%p\",\"Info\",\"%i\""

/* Each segment is there once a wire: that is no retransmission. */
#define ANALYSIS "tcp.analyze_sequence_numbers:FALSE"

/* is_there() - is this a program that can be started? */
static bool is_there(const char *program)
{
	auto_free char *list = strdup(getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
	char *rest = list, *dir;

	while (list && (dir = strsep(&rest, ":"))) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", dir, program);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

/* be_tshark() - in a process group of its own: Ctrl-C is for us, and tshark shows the rest. It warns root
 * of itself, which is no news to who starts labs. */
static _Noreturn void be_tshark(int input)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	setpgid(0, 0);
	dup2(input, STDIN_FILENO);
	dup2(null, STDERR_FILENO);
	execlp("tshark", "tshark", "-l", "-N", "n", "-o", COLUMNS, "-o", ANALYSIS, "-r", "-",
	       (char *)NULL);
	_exit(NOT_FOUND);
}

pid_t text_begin(struct capture_options *o)
{
	int ends[2];
	pid_t pid;

	if (!is_there("tshark")) {
		log_info("text needs tshark, which is not there; -w FILE writes a file");
		exit(EXIT_FAILURE);
	}
	if (pipe2(ends, O_CLOEXEC) < 0)
		fatal_errno("cannot make a pipe");
	pid = fork();
	if (pid == 0)
		be_tshark(ends[0]);
	if (pid < 0)
		fatal_errno("cannot start tshark");
	dup2(ends[1], STDOUT_FILENO);
	close(ends[0]);
	close(ends[1]);
	o->output.path = "-";
	o->quiet |=
		isatty(STDERR_FILENO) && !o->stats; /* no line of ours among those of the text */
	return pid;
}

int text_end(pid_t reader)
{
	int status;

	close(STDOUT_FILENO);
	while (waitpid(reader, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_FAILURE;
	return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
