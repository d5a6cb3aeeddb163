/* SPDX-License-Identifier: MIT */
/*
 * exec and shell. The namespaces come from the lab's init as descriptors; we join them, and the
 * command is our own child, in our session and on our terminal: job control, window size and
 * signals from the keyboard need no help. It is a process of the lab's pid namespace, so that it
 * ends with the lab; and it is told to end when we do.
 */
#include "topology/enter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "topology/become.h"
#include "topology/client.h"
#include "topology/oneuser.h"
#include "topology/state.h"

/* join() - the namespaces for good; the user's first, because it gives the right to the others */
static void join(const char *node, const int fds[ENTER_COUNT])
{
	static const struct {
		int fd, kind;
	} order[] = { { ENTER_USER, CLONE_NEWUSER },
		      { ENTER_PID, CLONE_NEWPID },
		      { ENTER_NET, CLONE_NEWNET },
		      { ENTER_UTS, CLONE_NEWUTS },
		      { ENTER_MNT, CLONE_NEWNS } };
	size_t first = geteuid() == 0; /* root shares its user namespace with the lab */

	for (size_t i = first; i < ARRAY_SIZE(order); i++)
		if (setns(fds[order[i].fd], order[i].kind) < 0)
			fatal_errno("cannot enter node '%s'", node);
}

/* set_environment() - our own, which the command inherits; what the lab file
 * says is set last, and wins */
static void set_environment(const char *lab, const char *node, const json_t *answer)
{
	const char *path = getenv("PATH"), *key;
	const char *programs = json_string_value(json_object_get(answer, "programs"));
	auto_free char *own_first = xasprintf("%s:%s", programs, path ? path : "/usr/bin:/bin");
	json_t *value;

	setenv("PATH", own_first, 1);
	setenv("VETHLAB_LAB", lab, 1);
	setenv("VETHLAB_NODE", node, 1);
	setenv("VETHLAB_FOLDER", json_string_value(json_object_get(answer, "folder")), 1);
	json_object_foreach (json_object_get(answer, "env"), key, value)
		setenv(key, json_string_value(value), 1);
}

/* die_with_parent() - killed when our parent is; whom the lab's init has adopted had lost it
 * before */
static void die_with_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == 1)
		_exit(EXIT_FAILURE);
}

/* wait_between() - the waiter: starts the command, writes its exit status into the pipe */
static _Noreturn void wait_between(char *const argv[], bool typed, int to)
{
	int status;
	pid_t pid;

	die_with_parent();
	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (pid == 0) {
		die_with_parent();
		pretend_to_drop();
		become(argv);
	}
	for (size_t i = 0; typed && argv[i]; i++) /* pkill -f of the command must not find us */
		memset(argv[i], 0, strlen(argv[i]));
	status = pid < 0 ? EXIT_FAILURE : wait_for(pid);
	if (pid < 0)
		log_errno("cannot start a process");
	if (write(to, &status, sizeof(status)) < 0)
		_exit(EXIT_FAILURE);
	_exit(EXIT_SUCCESS);
}

static volatile sig_atomic_t waiter;

/* pass_on() - a signal handler; the waiter passes it on to the command */
static void pass_on(int sig)
{
	if (waiter > 0)
		kill(waiter, sig);
}

/* run_between() - the exit status; 137 if the lab ended. Between us and the command stands a waiter
 * whom the kernel buries, because we ignore SIGCHLD: if somebody has stopped us (^Z) when the lab
 * ends, nobody has to wait for us. */
static int run_between(const char *lab, char *const argv[], bool typed)
{
	struct sigaction pass = { .sa_handler = pass_on, .sa_flags = SA_RESTART };
	int fds[2], status = 128 + SIGKILL;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		fatal_errno("cannot make a pipe");
	signal(SIGCHLD, SIG_IGN);
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		wait_between(argv, typed, fds[1]);
	if (pid < 0 && !state_is_live(lab)) {
		log_info("lab '%s' ended meanwhile", lab);
		return EXIT_NO_SUCH;
	}
	if (pid < 0)
		fatal_errno("lab '%s': cannot start a process", lab);
	waiter = pid;
	sigaction(SIGTERM, &pass, NULL);
	sigaction(SIGHUP, &pass, NULL);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	close(fds[1]);
	while (read(fds[0], &status, sizeof(status)) < 0 && errno == EINTR)
		;
	return status;
}

void enter_network(const char *lab, const char *node)
{
	int fds[ENTER_COUNT] = { -1, -1, -1, -1, -1 };

	json_decref(ask_node(lab, "enter", node, fds));
	if ((geteuid() != 0 && setns(fds[ENTER_USER], CLONE_NEWUSER) < 0) ||
	    setns(fds[ENTER_NET], CLONE_NEWNET) < 0)
		fatal_errno("cannot enter node '%s'", node);
	for (size_t i = 0; i < ENTER_COUNT; i++)
		close(fds[i]);
}

int enter_node(const char *lab, const char *node, char *const argv[], bool typed, bool in_folder)
{
	int fds[ENTER_COUNT] = { -1, -1, -1, -1, -1 };
	json_t *answer = ask_node(lab, "enter", node, fds);
	const char *folder = json_string_value(json_object_get(answer, "folder"));
	auto_free char *cwd = in_folder && folder ? xstrdup(folder) : getcwd(NULL, 0);

	if (fds[0] < 0)
		fatal("lab '%s' gave no way into node '%s'", lab, node);
	set_environment(lab, node, answer);
	json_decref(answer);
	join(node, fds);
	for (size_t i = 0; i < ENTER_COUNT; i++)
		close(fds[i]);
	if (!cwd || chdir(cwd) < 0) /* joining a mount namespace leads to its root */
		setenv("PWD", "/", 1);
	else if (in_folder)
		setenv("PWD", cwd, 1);
	return run_between(lab, argv, typed);
}
