/* SPDX-License-Identifier: MIT */
/*
 * vethlab gc: what labs that crashed have left behind. The kernel has freed all that counts when a
 * lab's process 1 ended; a state folder and, for root, names in /run/netns may remain. Only what
 * has vethlab's own form goes: folders with a lock that nobody holds, and symbolic links to
 * /proc/PID/fd/N that lead to no network namespace.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/lab.h"
#include "topology/state.h"
#include "topology/verbs.h"

static bool quiet;

static const struct option_row options[] = {
	{ "quiet", 'q', NULL, OPTION_FLAG, &quiet, "print nothing but errors", 0, 0 },
};

static const struct program program = {
	.name = "vethlab gc",
	.usage = "[OPTION]...",
	.about = "Takes away what labs of yours that crashed have left: state folders that nobody\n"
		 "holds, and dangling names in /run/netns. Never anything else.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

static void tell(const char *what, const char *name)
{
	if (!quiet)
		printf("removed %s%s\n", what, name);
}

/* reap_folders() - state_is_live() takes away a folder whose lock is free */
static void reap_folders(void)
{
	const char *root = state_root();
	DIR *d = opendir(root);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		auto_free char *dir = xasprintf("%s/%s", root, e->d_name);

		if (!name_is_good(e->d_name) || state_is_live(e->d_name))
			continue;
		/* or it was killed before it made its lock: then the folder is empty */
		if (access(dir, F_OK) < 0 || rmdir(dir) == 0)
			tell("the state of lab ", e->d_name);
	}
	if (d)
		closedir(d);
}

/* has_our_form() - "/proc/PID/fd/N", as init makes them and ip-netns(8) does not */
static bool has_our_form(const char *target)
{
	int pid, fd, end = 0;

	return sscanf(target, "/proc/%d/fd/%d%n", &pid, &fd, &end) == 2 && !target[end];
}

/* leads_to_namespace() - opened without waiting: by now the name may lead
 * to anything, a FIFO too */
static bool leads_to_namespace(int dir, const char *name)
{
	auto_close int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct statfs fs;

	return fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == NSFS_MAGIC;
}

/* reap_netns_names() - root alone makes such names */
static void reap_netns_names(void)
{
	DIR *d = geteuid() == 0 ? opendir(NETNS_DIR) : NULL;
	struct dirent *e;

	while (d && (e = readdir(d))) {
		char target[64];
		ssize_t n = readlinkat(dirfd(d), e->d_name, target, sizeof(target) - 1);

		if (n < 0)
			continue;
		target[n] = '\0';
		if (has_our_form(target) && !leads_to_namespace(dirfd(d), e->d_name) &&
		    unlinkat(dirfd(d), e->d_name, 0) == 0)
			tell(NETNS_DIR "/", e->d_name);
	}
	if (d)
		closedir(d);
}

int cmd_gc(int argc, char **argv)
{
	int first = options_parse(&program, argc, argv);

	if (first < argc)
		options_fail(&program, "'%s' is one too many", argv[first]);
	reap_folders();
	reap_netns_names();
	return fflush(stdout) == EOF ? EXIT_FAILURE : EXIT_SUCCESS;
}
