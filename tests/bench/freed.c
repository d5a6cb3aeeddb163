// SPDX-License-Identifier: MIT
/*
 * freed: waits until the kernel has freed every network namespace that nobody holds any longer, and
 * prints the time.
 *
 * Dropped namespaces are queued, and one work item of the kernel frees them in the order of the
 * queue (net/core/net_namespace.c: cleanup_net). So one more is made and dropped; when that one is
 * gone, all that were queued before it are gone too. Whether it is gone tells the count of
 * namespaces that a user namespace may own: it is lowered in the last step of the freeing. Here
 * that count is 1 at most, so another one can be made when the first is freed, and not before.
 *
 * This is done twice. A netlink socket lets go of its namespace only an RCU grace period after it
 * is closed; freeing the first one waits for that (rcu_barrier), so the second one is queued behind
 * all.
 *
 * /proc/slabinfo would not do: its active objects count the free ones of each CPU's slabs as well.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>

#include "tool.h"

#define PATIENCE_NS 300000000000

/* allow_one_namespace() - in a user namespace of our own, where nobody else is bound by it */
static void allow_one_namespace(void)
{
	const char *path = "/proc/sys/user/max_net_namespaces";

	if (unshare(CLONE_NEWUSER) < 0)
		err(1, "unshare a user namespace");

	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "1", 1) != 1)
		err(1, "%s", path);
	close(fd);
}

/* make_and_drop_one() - 0 or the number of the error */
static int make_and_drop_one(void)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid == 0)
		_exit(unshare(CLONE_NEWNET) < 0 ? errno : 0);
	if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		errx(1, "cannot wait for a process");
	return WEXITSTATUS(status);
}

/* wait_until_one_can_be_made() - and it is dropped again */
static void wait_until_one_can_be_made(uint64_t deadline)
{
	for (int error; (error = make_and_drop_one());) {
		if (error != ENOSPC)
			errx(1, "cannot make a network namespace: %s", strerror(error));
		if (now_ns() > deadline)
			errx(1, "the kernel has not freed a network namespace within 5 minutes");
		usleep(500);
	}
}

int main(void)
{
	uint64_t deadline = now_ns() + PATIENCE_NS;

	allow_one_namespace();
	for (int i = 0; i < 3; i++) /* the third can be made when the second is freed */
		wait_until_one_can_be_made(deadline);
	printf("%.6f\n", seconds(now_ns()));
	return 0;
}
