// SPDX-License-Identifier: MIT
/*
 * freed: waits until the kernel has freed every network namespace that nobody holds any longer, and
 * prints the time.
 *
 * Dropped namespaces are queued, and one work item of the kernel frees them in the order of the queue
 * (net/core/net_namespace.c: cleanup_net). So one more is made and dropped; when that one is gone, all
 * before it are gone too. Whether it is gone tells the count of namespaces that a user namespace may
 * own: it is lowered in the last step of the freeing. Here that count is 1 at most, so a second one can
 * be made when the first is freed, and not before.
 *
 * /proc/slabinfo would not do: its active objects count the free ones of each CPU's slabs as well.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tool.h"

#define PATIENCE_NS 300000000000

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

/* wait_for_sockets() - a netlink socket lets go of its namespace a grace period after it is closed:
 * until then its namespace is not even in the queue */
static void wait_for_sockets(void)
{
	for (int i = 0; i < 2; i++)
		syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

static void make_and_drop_one(void)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid == 0)
		_exit(unshare(CLONE_NEWNET) < 0);
	if (waitpid(pid, &status, 0) < 0 || status != 0)
		errx(1, "cannot make a network namespace");
}

int main(void)
{
	uint64_t start = now_ns();

	allow_one_namespace();
	wait_for_sockets();
	make_and_drop_one();
	while (unshare(CLONE_NEWNET) < 0) {
		if (errno != ENOSPC)
			err(1, "unshare a network namespace");
		if (now_ns() - start > PATIENCE_NS)
			errx(1, "the kernel has not freed a network namespace within 5 minutes");
		usleep(500);
	}
	printf("%.6f\n", seconds(now_ns()));
	return 0;
}
