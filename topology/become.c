/* SPDX-License-Identifier: MIT */
#include "topology/become.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"

static volatile sig_atomic_t child;

/* is_in_path() - a file of that name; execvp(3) says EACCES also of folders it may not search */
static bool is_in_path(const char *name)
{
	const char *path = getenv("PATH");

	for (; path && *path; path += *path == ':') {
		size_t len = strcspn(path, ":");
		auto_free char *file = xasprintf("%.*s/%s", (int)len, path, name);

		if (access(file, F_OK) == 0)
			return true;
		path += len;
	}
	return false;
}

void become(char *const argv[])
{
	execvp(argv[0], argv);
	if (errno == EACCES && !strchr(argv[0], '/') && !is_in_path(argv[0]))
		errno = ENOENT;
	log_errno("%s", argv[0]);
	_exit(errno == ENOENT ? 127 : 126);
}

/* pass_on() - a signal handler: what asks us to end is for the child */
static void pass_on(int sig)
{
	if (child > 0)
		kill(child, sig);
}

int wait_for(int pid)
{
	struct sigaction pass = { .sa_handler = pass_on, .sa_flags = SA_RESTART };
	int status;

	child = pid;
	sigaction(SIGTERM, &pass, NULL);
	sigaction(SIGHUP, &pass, NULL);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			fatal_errno("cannot wait for the command");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
