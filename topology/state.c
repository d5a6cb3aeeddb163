/* SPDX-License-Identifier: MIT */
#include "topology/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/stat.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "topology/keep.h"
#include "topology/lab.h"

#define CLAIM_TRIES   20
#define LOCK_TRIES    1000
#define LIVING_TRIES  5
#define LOCK_AGAIN_MS 4

/* A folder of that name that somebody else made is no place for our sockets and logs. */
static void make_private(const char *path)
{
	struct stat st;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		fatal_errno("cannot make the state folder %s", path);
	if (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 077))
		fatal("%s is not a private folder (mode 0700) of yours: remove it, or set "
		      "VETHLAB_STATE_DIR",
		      path);
}

/* default_root() - for root without a writable /run, in a container, a user's; to be freed */
static char *default_root(void)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (geteuid() == 0 && (access("/run", W_OK) == 0 || !runtime))
		return xstrdup("/run/vethlab");
	if (runtime && *runtime == '/' && access(runtime, W_OK) == 0)
		return xasprintf("%s/vethlab", runtime);
	return xasprintf("/tmp/vethlab-%u", (unsigned)geteuid());
}

const char *state_root(void)
{
	static char *root;
	const char *wanted = getenv("VETHLAB_STATE_DIR");

	if (wanted && *wanted && *wanted != '/')
		fatal("VETHLAB_STATE_DIR is not an absolute path: %s", wanted);
	if (!root) {
		root = wanted && *wanted ? xstrdup(wanted) : default_root();
		make_private(root);
	}
	return root;
}

char *state_dir(const char *lab)
{
	return xasprintf("%s/%s", state_root(), lab);
}

static char *lock_path(const char *lab)
{
	return xasprintf("%s/%s/lock", state_root(), lab);
}

/* still_there() - is the file that we locked the one that the path names? */
static bool still_there(int fd, const char *path)
{
	struct stat mine, its;

	return fstat(fd, &mine) == 0 && stat(path, &its) == 0 && mine.st_ino == its.st_ino &&
	       mine.st_dev == its.st_dev;
}

/* remove_entry() - for nftw(3): all but the lab's folder and the lock in it */
static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	if (ftw->level > 0 && !(ftw->level == 1 && strcmp(path + ftw->base, "lock") == 0))
		remove(path);
	return 0;
}

static bool points_into(const char *target, pid_t pid)
{
	char start[32];
	int len = snprintf(start, sizeof(start), "/proc/%d/fd/", (int)pid);

	return strncmp(target, start, (size_t)len) == 0;
}

/* remove_netns_links() - the names that `ip netns` shows for a lab; never anybody else's */
static void remove_netns_links(const char *lab, pid_t init)
{
	auto_free char *start = xasprintf("%s-", lab);
	DIR *d = geteuid() == 0 && init > 0 ? opendir(NETNS_DIR) : NULL;
	struct dirent *e;

	while (d && (e = readdir(d))) {
		char target[64];
		ssize_t n = readlinkat(dirfd(d), e->d_name, target, sizeof(target) - 1);

		if (n < 0 || strncmp(e->d_name, start, strlen(start)) != 0)
			continue;
		target[n] = '\0';
		if (points_into(target, init))
			unlinkat(dirfd(d), e->d_name, 0);
	}
	if (d)
		closedir(d);
}

void state_remove(const char *lab, pid_t init)
{
	auto_free char *dir = state_dir(lab), *lock = lock_path(lab);

	keep_records(lab, dir);
	remove_netns_links(lab, init);
	nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	unlink(lock); /* last: who waits for it finds the path gone and tries again */
	if (rmdir(dir) < 0 && errno == ENOTEMPTY) { /* a reader of logs has made an empty one */
		nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
		rmdir(dir);
	}
}

/* read_pid() - of a lock file; 0: there is none in it yet */
static pid_t read_pid(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		return 0;
	return (pid_t)strtol(text, NULL, 10);
}

/* runs() - a process that has ended and waits for being buried does not */
static bool runs(pid_t pid)
{
	auto_close int fd = pidfd_open(pid, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return fd >= 0 ? poll(&p, 1, 0) == 0 : errno != ESRCH;
}

/* lock_patiently() - a verb that looks whether the lab lives holds the lock for an instant, or
 * longer, while it takes away what a dead one has left */
static bool lock_patiently(int fd)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		pid_t pid = read_pid(fd);
		bool lives = pid > 0 && runs(pid);

		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		if (lives && i >= LIVING_TRIES)
			return false;
		poll(NULL, 0, LOCK_AGAIN_MS);
	}
	return false;
}

int state_claim(const char *lab)
{
	auto_free char *dir = state_dir(lab), *path = lock_path(lab);

	for (int i = 0; i < CLAIM_TRIES; i++) {
		int fd;
		pid_t before;

		if (mkdir(dir, 0700) < 0 && errno != EEXIST)
			return -1;
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 && errno == ENOENT)
			continue; /* somebody removed the folder between the two */
		if (fd < 0)
			return -1;
		if (!lock_patiently(fd)) {
			close(fd);
			errno = EBUSY;
			return -1;
		}
		before = read_pid(fd);
		if (still_there(fd, path) && before == 0 && ftruncate(fd, 0) == 0)
			return fd;
		if (still_there(fd, path))
			state_remove(lab, before); /* a crash left it */
		close(fd);
	}
	errno = EAGAIN;
	return -1;
}

bool state_is_live(const char *lab)
{
	auto_free char *path = lock_path(lab);
	auto_close int fd = name_is_good(lab) ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (fd < 0)
		return false;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return true;
	if (still_there(fd, path))
		state_remove(lab, read_pid(fd));
	return false;
}

static int by_name(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

char **state_list(size_t *count)
{
	DIR *d = opendir(state_root());
	struct dirent *e;
	char **names = NULL;

	*count = 0;
	while (d && (e = readdir(d)))
		if (name_is_good(e->d_name) && state_is_live(e->d_name))
			*xappend(&names, count) = xstrdup(e->d_name);
	if (d)
		closedir(d);
	if (*count)
		qsort(names, *count, sizeof(*names), by_name);
	return names;
}

pid_t state_init_pid(const char *lab)
{
	auto_free char *path = lock_path(lab);
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? 0 : read_pid(fd);
}
