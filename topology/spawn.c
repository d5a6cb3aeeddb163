/* SPDX-License-Identifier: MIT */
/* A command becomes a process in its node: all its namespaces, its folder, its environment. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "topology/init.h"
#include "topology/oneuser.h"

/* set_environment() - of the child that is to become the command; what the lab file
 * says is set last, and wins */
static void set_environment(const struct init *init, const struct command *c, const char *folder)
{
	const char *path = getenv("PATH");
	auto_free char *own_first =
		xasprintf("%s:%s", init->programs, path ? path : "/usr/bin:/bin");

	setenv("PATH", own_first, 1);
	setenv("PWD", folder, 1);
	setenv("VETHLAB_LAB", init->lab->name, 1);
	setenv("VETHLAB_NODE", c->node->name, 1);
	setenv("VETHLAB_FOLDER", folder, 1);
	unsetenv("NOTIFY_SOCKET");
	if (c->ready == READY_NOTIFY) {
		auto_free char *notify = xasprintf("@vethlab/%s/%s", c->node->name, c->name);

		setenv("NOTIFY_SOCKET", notify, 1);
	}
	for (size_t i = 0; i < c->node->env_count; i++)
		setenv(c->node->env[i].key, c->node->env[i].value, 1);
}

/* default_signals() - what a program expects at its start; ignored signals survive an exec */
static void default_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* give_streams() - `out` -1: nobody reads what it prints */
static void give_streams(int out)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(null, STDIN_FILENO);
	dup2(out >= 0 ? out : null, STDOUT_FILENO);
	dup2(out >= 0 ? out : null, STDERR_FILENO);
}

/* become() - errno goes to io.exec_fd if it cannot, and the status is the one
 * that a shell has for it */
static _Noreturn void become(struct init *init, const struct command *c, char *const argv[],
			     const char *program, struct child_io io)
{
	auto_free char *folder = node_folder(init->dir, c->node);
	int err = -space_join(&init->spaces.nodes[c->node->index]);

	if (!err && chdir(folder) < 0)
		err = errno;
	if (!err) {
		setsid();
		set_environment(init, c, folder);
		give_streams(io.out);
		default_signals();
		pretend_to_drop();
		execvp(program, argv);
		err = errno;
	}
	if (io.exec_fd >= 0 && write(io.exec_fd, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(err == ENOENT ? 127 : 126);
}

/* spawn() - a process in the node that leads a session of its own and becomes `program`, which is
 * what argv[0] was found to be. Its pid; -1: see errno or, where that is 0, the spaces' error. */
pid_t spawn(struct init *init, const struct command *c, char *const argv[], const char *program,
	    struct child_io io)
{
	sigset_t all, before;
	pid_t pid;

	if (!space_complete(&init->spaces, c->node)) {
		errno = 0; /* the spaces' error has it all */
		return -1;
	}
	/* a signal that comes before the child has its own handlers would run ours, on our loop */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		become(init, c, argv, program, io);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}
