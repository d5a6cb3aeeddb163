/* SPDX-License-Identifier: MIT */
/* Who is who in a lab without root: user_namespaces(7), newuidmap(1). */
#include "topology/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/wait.h>

#include "nodes/common/mem.h"

#define IDS_MAX 65535 /* besides root, as many as a machine has by default */

/* find_range() - the first line of subuid(5) or subgid(5) for this user: "name:first:count" */
static bool find_range(const char *path, unsigned long *first, unsigned long *count)
{
	auto_fclose FILE *f = fopen(path, "re");
	const struct passwd *me = getpwuid(getuid());
	char line[256], owner[128];
	auto_free char *number = xasprintf("%u", (unsigned)getuid());

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%127[^:]:%lu:%lu", owner, first, count) == 3 && *count > 0 &&
		    (strcmp(owner, number) == 0 || (me && strcmp(owner, me->pw_name) == 0)))
			return true;
	return false;
}

/* run_map() - newuidmap or newgidmap: 0 is us, 1 and up are the range; its complaints are not
 * shown, because there is another way */
static bool run_map(const char *tool, pid_t pid, unsigned us, unsigned long first,
		    unsigned long count)
{
	auto_free char *target = xasprintf("%d", (int)pid), *outside = xasprintf("%u", us);
	auto_free char *from = xasprintf("%lu", first);
	auto_free char *many = xasprintf("%lu", count < IDS_MAX ? count : IDS_MAX);
	char *argv[] = { (char *)tool, target, "0", outside, "1", "1", from, many, NULL };
	pid_t child = fork();
	int status;

	if (child == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(null, STDERR_FILENO);
		execvp(tool, argv);
		_exit(127);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* map_ranges() - by newuidmap and newgidmap, which have the right to; false: this user has no
 * range, or they are not there */
static bool map_ranges(pid_t pid)
{
	unsigned long uid, uids, gid, gids;

	return find_range("/etc/subuid", &uid, &uids) && find_range("/etc/subgid", &gid, &gids) &&
	       run_map("newuidmap", pid, getuid(), uid, uids) &&
	       run_map("newgidmap", pid, getgid(), gid, gids);
}

/* write_to() - one of the files of /proc/PID; false with errno */
static bool write_to(pid_t pid, const char *file, const char *text)
{
	auto_free char *path = xasprintf("/proc/%d/%s", (int)pid, file);
	auto_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, text, strlen(text)) > 0;
}

/* map_one() - what the kernel lets everybody do: one user, and no other groups. After a half done
 * map_ranges() the users' map is there already. */
static bool map_one(pid_t pid)
{
	auto_free char *uid = xasprintf("0 %u 1", (unsigned)getuid());
	auto_free char *gid = xasprintf("0 %u 1", (unsigned)getgid());

	return (write_to(pid, "uid_map", uid) || errno == EPERM) &&
	       write_to(pid, "setgroups", "deny") && write_to(pid, "gid_map", gid);
}

bool map_users(pid_t pid)
{
	return map_ranges(pid) || map_one(pid);
}
