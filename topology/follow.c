/* SPDX-License-Identifier: MIT */
#include "topology/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/pidfd.h>
#include <sys/stat.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "topology/client.h"
#include "topology/state.h"

#define ROOM 65536 /* the longest line; a longer one comes in pieces */

struct follower {
	char *path;
	int events; /* inotify(7) */
	int fd;	    /* of the half that is read; -1: not open */
	ino_t inode;
	bool begun;
	size_t len; /* of a line that is not whole yet */
	char data[ROOM + 1];
};

/* cannot_follow() - where there is no folder any more there is no lab */
static _Noreturn void cannot_follow(const char *path)
{
	if (errno != ENOENT)
		fatal_errno("cannot follow %s", path);
	log_info("the lab has ended meanwhile");
	exit(EXIT_NO_SUCH);
}

struct follower *follow_unwatched(const char *path)
{
	struct follower *f = xcalloc(1, sizeof(*f));

	f->path = xstrdup(path);
	f->fd = f->events = -1;
	return f;
}

struct follower *follow_new(const char *path)
{
	struct follower *f = follow_unwatched(path);
	auto_free char *dir = xstrdup(path);

	*strrchr(dir, '/') = '\0';
	f->events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (f->events < 0 ||
	    inotify_add_watch(f->events, dir, IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0)
		cannot_follow(path);
	return f;
}

void follow_make(struct follower *f)
{
	auto_close int fd = open(f->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	(void)fd;
}

void follow_free(struct follower *f)
{
	if (!f)
		return;
	cleanup_close(&f->events);
	cleanup_close(&f->fd);
	free(f->path);
	free(f);
}

int follow_fd(const struct follower *f)
{
	return f->events;
}

/* give_lines() - the whole lines in the buffer; what is behind them moves to its beginning */
static void give_lines(struct follower *f, follow_fn *fn, void *arg)
{
	char *line = f->data, *end;

	while ((end = memchr(line, '\n', f->len - (size_t)(line - f->data)))) {
		*end = '\0';
		fn(arg, line);
		line = end + 1;
	}
	f->len -= (size_t)(line - f->data);
	memmove(f->data, line, f->len);
	if (f->len == ROOM) {
		f->data[ROOM] = '\0';
		fn(arg, f->data);
		f->len = 0;
	}
}

/* take_back() - init has cut off a line that a full disk let it write in part: so do we */
static void take_back(struct follower *f)
{
	off_t at = lseek(f->fd, 0, SEEK_CUR);
	struct stat st;

	if (fstat(f->fd, &st) < 0 || st.st_size >= at)
		return;
	lseek(f->fd, st.st_size, SEEK_SET);
	f->len = 0;
}

/* read_half() - the lines from where we are to the end of the half that is open */
static void read_half(struct follower *f, follow_fn *fn, void *arg)
{
	ssize_t n;

	take_back(f);
	while ((n = read(f->fd, f->data + f->len, ROOM - f->len)) > 0) {
		f->len += (size_t)n;
		give_lines(f, fn, arg);
	}
}

/* open_half() - at its beginning, in place of the one that was open; false: it is not there */
static bool open_half(struct follower *f, const char *path)
{
	struct stat st;

	cleanup_close(&f->fd);
	f->len = 0;
	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0 || fstat(f->fd, &st) < 0)
		return false;
	f->inode = st.st_ino;
	return true;
}

/* is_new() - has init begun a new half since we opened ours? */
static bool is_new(const struct follower *f)
{
	struct stat st;

	return stat(f->path, &st) == 0 && (f->fd < 0 || st.st_ino != f->inode);
}

/* begin() - with the older half, if there is one: when it is read, is_new() leads to the newer */
static void begin(struct follower *f)
{
	auto_free char *older = xasprintf("%s.1", f->path);

	f->begun = true;
	if (!open_half(f, older))
		open_half(f, f->path);
}

/* open_next() - behind the half that is read to its end: the newer one, or, if init has begun
 * two of them meanwhile, the older of the two */
static bool open_next(struct follower *f)
{
	auto_free char *older = xasprintf("%s.1", f->path);
	ino_t done = f->fd < 0 ? 0 : f->inode;

	if (done && open_half(f, older) && f->inode != done)
		return true;
	return open_half(f, f->path);
}

/* drain_events() - which file has changed is of no interest: all that is new is read */
static void drain_events(struct follower *f)
{
	char data[4096] __attribute__((aligned(8)));

	while (f->events >= 0 && read(f->events, data, sizeof(data)) > 0)
		;
}

void follow_read(struct follower *f, follow_fn *fn, void *arg)
{
	drain_events(f); /* first: what is written from here on makes it readable again */
	if (!f->begun)
		begin(f);
	for (;;) {
		bool new = is_new(f);

		if (f->fd >= 0) /* to its end: nothing comes behind that in an old half */
			read_half(f, fn, arg);
		if (!new || !open_next(f))
			return;
	}
}

/* Lines wait here until it is known which are the last. */
struct tail {
	follow_wanted_fn *wanted;
	const void *arg;
	char **lines;
	size_t count;
};

static void keep_line(void *arg, char *line)
{
	struct tail *t = arg;

	if (t->wanted(t->arg, line))
		*xappend(&t->lines, &t->count) = xstrdup(line);
}

void follow_last(struct follower *f, uint64_t n, follow_wanted_fn *wanted, follow_fn *fn, void *arg)
{
	struct tail t = { wanted, arg, NULL, 0 };

	follow_read(f, keep_line, &t);
	for (size_t i = 0; i < t.count; i++) {
		if (t.count - i <= n)
			fn(arg, t.lines[i]);
		free(t.lines[i]);
	}
	free(t.lines);
}

void follow_to_the_end(struct follower *f, const char *lab, follow_fn *fn, void (*turn)(void),
		       void *arg)
{
	auto_close int gone = pidfd_open(state_init_pid(lab), 0);
	struct pollfd p[] = { { .fd = f->events, .events = POLLIN },
			      { .fd = gone, .events = POLLIN } };
	bool over = gone < 0;

	do {
		if (!over && poll(p, 2, -1) < 0 && errno != EINTR)
			fatal_errno("cannot wait for more of %s", f->path);
		over |= p[1].revents != 0; /* what it wrote last is there by now */
		follow_read(f, fn, arg);
		if (turn)
			turn();
	} while (!over);
}
