/* SPDX-License-Identifier: MIT */
#include "topology/capture/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "nodes/common/bytes.h"
#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "nodes/common/mem.h"

struct output {
	struct output_options options;
	int fd;
	bool is_pipe, is_file, failed;
	char *path;	  /* of the file that is written */
	uint64_t size;	  /* of this file, up to the last whole batch */
	uint64_t partial; /* octets behind that */
	uint64_t begun_ms;
	unsigned number; /* of this file, from 1 */
	char **paths;	 /* of files that were written, oldest first */
	size_t path_count;
	struct bytes head;
};

static bool rotates(const struct output *o)
{
	return o->options.size_max || o->options.time_max;
}

/* numbered_path() - number and time in front of the extension */
static char *numbered_path(const char *path, unsigned number)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	const char *dot = strrchr(name, '.');
	size_t stem = dot && dot != name ? (size_t)(dot - path) : strlen(path);
	time_t now = time(NULL);
	char when[32];
	struct tm tm;

	strftime(when, sizeof(when), "%Y%m%d%H%M%S", localtime_r(&now, &tm));
	return xasprintf("%.*s_%05u_%s%s", (int)stem, path, number, when, path + stem);
}

/* complain() - with errno's words; the output has failed from now on. False, to be returned. */
static bool complain(struct output *o, const char *what)
{
	if (errno == ENXIO)
		log_info("cannot %s %s: nobody reads it yet", what, o->path);
	else
		log_errno("cannot %s %s", what, o->path);
	o->failed = true;
	return false;
}

/* forget_oldest() - one file more than are wanted; gone or not, it is no longer ours */
static void forget_oldest(struct output *o)
{
	if (!o->options.files_max || o->path_count <= o->options.files_max)
		return;
	unlink(o->paths[0]);
	free(o->paths[0]);
	memmove(o->paths, o->paths + 1, --o->path_count * sizeof(*o->paths));
}

/* open_stdout() - once more, so that not to wait for a pipe's reader is our habit alone */
static int open_stdout(bool is_pipe)
{
	int fd = is_pipe ? open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC) : -1;

	return fd >= 0 ? fd : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
}

/* open_file() - the only one, or the next in the row. Waits for a FIFO's reader, unless at_once.
 * False: it was said why not. */
static bool open_file(struct output *o)
{
	bool to_stdout = strcmp(o->options.path, "-") == 0;
	struct stat st;

	free(o->path);
	o->path = to_stdout    ? xstrdup("standard output")
		  : rotates(o) ? numbered_path(o->options.path, ++o->number)
			       : xstrdup(o->options.path);
	if (to_stdout)
		o->fd = fstat(STDOUT_FILENO, &st) == 0 ? open_stdout(S_ISFIFO(st.st_mode)) : -1;
	else
		o->fd = open(o->path,
			     O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
				     (o->options.at_once ? O_NONBLOCK : 0),
			     0666);
	if (o->fd < 0 || fstat(o->fd, &st) < 0)
		return complain(o, "write");
	o->is_pipe = S_ISFIFO(st.st_mode);
	o->is_file = S_ISREG(st.st_mode);
	if (o->is_pipe)
		fcntl(o->fd, F_SETFL, fcntl(o->fd, F_GETFL) | O_NONBLOCK);
	o->size = o->partial = 0;
	o->begun_ms = clock_ms();
	if (rotates(o)) {
		*xappend(&o->paths, &o->path_count) = xstrdup(o->path);
		forget_oldest(o);
	}
	return true;
}

struct output *output_open(const struct output_options *options)
{
	struct output *o = xcalloc(1, sizeof(*o));

	signal(SIGXFSZ, SIG_IGN); /* no more room for a file is an error, as on a full disk */
	o->options = *options;
	o->fd = -1;
	if (open_file(o))
		return o;
	output_close(o);
	return NULL;
}

/* close_file() - false: it failed, now or before */
static bool close_file(struct output *o)
{
	bool good = !o->failed;

	if (o->fd >= 0 && close(o->fd) < 0)
		good = complain(o, "write");
	o->fd = -1;
	return good;
}

bool output_close(struct output *o)
{
	bool good = close_file(o);

	for (size_t i = 0; i < o->path_count; i++)
		free(o->paths[i]);
	free(o->paths);
	free(o->path);
	bytes_free(&o->head);
	free(o);
	return good;
}

const char *output_path(const struct output *o)
{
	return o->path;
}

int output_fd(const struct output *o)
{
	return o->fd;
}

bool output_has_failed(const struct output *o)
{
	return o->failed;
}

void output_add(struct output *o, const void *data, size_t len)
{
	bytes_add(&o->head, data, len);
}

bool output_has_more(const struct output *o)
{
	return o->head.len > 0;
}

/* advance() - so many octets of the batch have left */
static void advance(struct batch *b, size_t n)
{
	while (b->piece_next < b->piece_count && n >= b->pieces[b->piece_next].iov_len)
		n -= b->pieces[b->piece_next++].iov_len;
	if (n) {
		struct iovec *piece = &b->pieces[b->piece_next];

		piece->iov_base = (uint8_t *)piece->iov_base + n;
		piece->iov_len -= n;
	}
}

/* write_some() - of the head if there is one, else of the batch */
static ssize_t write_some(struct output *o, struct batch *b)
{
	size_t pieces = b->piece_count - b->piece_next;
	ssize_t n;

	if (o->head.len) {
		n = write(o->fd, o->head.data, o->head.len);
		if (n > 0)
			bytes_take(&o->head, (size_t)n);
		return n;
	}
	n = writev(o->fd, &b->pieces[b->piece_next], pieces < IOV_MAX ? (int)pieces : IOV_MAX);
	if (n > 0)
		advance(b, (size_t)n);
	return n;
}

/* fail() - what was written of the last blocks is taken back: all that is there can be read */
static enum output_result fail(struct output *o)
{
	if (errno == EPIPE)
		return OUTPUT_GONE;
	complain(o, "write");
	if (o->is_file && o->partial && ftruncate(o->fd, (off_t)o->size) < 0)
		log_errno("cannot cut %s", o->path);
	return OUTPUT_FAILED;
}

enum output_result output_write(struct output *o, struct batch *b)
{
	while (o->head.len || b->piece_next < b->piece_count) {
		ssize_t n = write_some(o, b);

		if (n < 0 && errno == EAGAIN)
			return OUTPUT_LATER;
		if (n < 0 && errno != EINTR)
			return fail(o);
		if (n > 0)
			o->partial += (uint64_t)n;
	}
	o->size += o->partial;
	o->partial = 0;
	return OUTPUT_DONE;
}

enum output_result output_write_last(struct output *o, struct batch *b, uint64_t patience_ms)
{
	uint64_t deadline = clock_ms() + patience_ms, now;
	struct pollfd p = { .fd = o->fd, .events = POLLOUT };
	enum output_result result;

	while ((result = output_write(o, b)) == OUTPUT_LATER && (now = clock_ms()) < deadline)
		poll(&p, 1, (int)(deadline - now));
	return result;
}

uint64_t output_room(const struct output *o)
{
	uint64_t used = o->size + o->head.len;

	if (!o->options.size_max)
		return UINT64_MAX;
	return used < o->options.size_max ? o->options.size_max - used : 0;
}

bool output_is_due(const struct output *o)
{
	return (o->options.size_max && o->size >= o->options.size_max) ||
	       (o->options.time_max && clock_ms() - o->begun_ms >= o->options.time_max);
}

bool output_next(struct output *o)
{
	return close_file(o) && open_file(o);
}
