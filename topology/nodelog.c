/* SPDX-License-Identifier: MIT */
/*
 * One log a node: "SECONDS.MICROSECONDS COMMAND TEXT" a line. When the newer half is full it
 * becomes the older half, "NODE.1", and what was there is forgotten: a node that prints for ever
 * fills nothing. All logs together have a budget, because they live in memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "nodes/common/mem.h"
#include "topology/init.h"

#define BUDGET	    (64u << 20)
#define LOG_LEN_MIN (32u << 10)
#define LOG_LEN_MAX (1u << 20)
#define TAIL_LINES  5
#define TAIL_LEN    8192

/* nodelog_start() - makes the folder of the logs; how long one may be is its share of
 * the budget, within limits */
void nodelog_start(struct init *init)
{
	size_t len = BUDGET / init->lab->node_count;
	auto_free char *dir = xasprintf("%s/logs", init->dir);

	init->log_len_max = len < LOG_LEN_MIN ? LOG_LEN_MIN : len > LOG_LEN_MAX ? LOG_LEN_MAX : len;
	mkdir(dir, 0700);
}

static char *log_path(const struct init *init, const struct node *node)
{
	return xasprintf("%s/logs/%s", init->dir, node->name);
}

/* nodelog_line() - `len` octets of text without an end of line; no descriptor is
 * held between two lines */
void nodelog_line(struct init *init, const struct node *node, const char *who, const char *text,
		  size_t len)
{
	auto_free char *path = log_path(init, node), *line = NULL;
	auto_close int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	struct timespec t;
	struct stat st;

	clock_gettime(CLOCK_REALTIME, &t);
	line = xasprintf("%lld.%06ld %s %.*s\n", (long long)t.tv_sec, t.tv_nsec / 1000, who,
			 (int)len, text);
	/* a full disk loses lines of a log, and nothing else; `ps` shows that it did */
	if (fd < 0 || write(fd, line, strlen(line)) != (ssize_t)strlen(line))
		init->log_lost++;
	if (fd >= 0 && fstat(fd, &st) == 0 && (size_t)st.st_size >= init->log_len_max / 2) {
		auto_free char *older = xasprintf("%s.1", path);

		rename(path, older);
	}
}

/* nodelog_event() - a line by init itself, under the name vethlab */
void nodelog_event(struct init *init, const struct command *c, const char *fmt, ...)
{
	auto_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text)
		nodelog_line(init, c->node, "vethlab", text, strlen(text));
}

/* nodelog_tail() - the last lines that a command printed, each behind `indent`; to be freed */
char *nodelog_tail(struct init *init, const struct command *c, const char *indent)
{
	auto_free char *path = log_path(init, c->node);
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	char data[TAIL_LEN + 1], *lines[TAIL_LINES] = { 0 }, *line, *rest = data;
	off_t end = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	ssize_t n = fd < 0 ? 0 : pread(fd, data, TAIL_LEN, end > TAIL_LEN ? end - TAIL_LEN : 0);
	size_t count = 0;
	char *tail = xstrdup("");

	data[n > 0 ? n : 0] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		char *who = strchr(line, ' '), *text = who ? strchr(who + 1, ' ') : NULL;

		if (!text || (size_t)(text - who - 1) != strlen(c->name) ||
		    strncmp(who + 1, c->name, strlen(c->name)) != 0)
			continue;
		lines[count++ % TAIL_LINES] = text + 1;
	}
	for (size_t i = count > TAIL_LINES ? count - TAIL_LINES : 0; i < count; i++) {
		char *longer = xasprintf("%s\n%s%s", tail, indent, lines[i % TAIL_LINES]);

		free(tail);
		tail = longer;
	}
	return tail;
}
