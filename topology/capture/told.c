/* SPDX-License-Identifier: MIT */
/*
 * init writes what is told into files: the journal, and a log for each node. One inotify(7) watches
 * their two folders; a node's log is opened when it changes for the first time, so that a thousand
 * silent nodes cost nothing.
 */
#include "topology/capture/told.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <sys/inotify.h>

#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "nodes/common/mem.h"
#include "topology/event_text.h"
#include "topology/follow.h"
#include "topology/journal.h"
#include "topology/table.h"

struct node_log {
	char *node;
	struct follower *follower;
};

struct told {
	char *dir, *lab;
	uint64_t since_ns;
	int64_t offset_ns; /* from the time of an event to 1970 */
	int watch, logs;   /* inotify(7), and the number of the logs' folder in it */
	struct follower *journal;
	struct node_log *nodes;
	size_t node_count;
	told_fn *fn; /* of the told_read() under way */
	void *arg;
};

/* watch_folder() - its number in the inotify(7); one that cannot be watched ends the program */
static int watch_folder(int fd, const char *dir)
{
	int number = inotify_add_watch(fd, dir, IN_MODIFY | IN_CREATE | IN_MOVED_TO);

	if (number < 0)
		fatal_errno("cannot follow what %s tells", dir);
	return number;
}

struct told *told_new(const char *dir, const char *lab, uint64_t born_ns, uint64_t since_ns)
{
	struct told *t = xcalloc(1, sizeof(*t));
	auto_free char *journal = xasprintf("%s/" JOURNAL_FILE, dir);
	auto_free char *logs = xasprintf("%s/logs", dir);

	t->dir = xstrdup(dir);
	t->lab = xstrdup(lab);
	t->since_ns = since_ns;
	t->offset_ns = (int64_t)(clock_wall_ns() - clock_ns() + born_ns);
	t->journal = follow_unwatched(journal);
	t->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (t->watch < 0)
		fatal_errno("cannot follow what lab '%s' tells", lab);
	watch_folder(t->watch, dir);
	t->logs = watch_folder(t->watch, logs);
	return t;
}

void told_free(struct told *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->node_count; i++) {
		follow_free(t->nodes[i].follower);
		free(t->nodes[i].node);
	}
	free(t->nodes);
	follow_free(t->journal);
	cleanup_close(&t->watch);
	free(t->dir);
	free(t->lab);
	free(t);
}

int told_fd(const struct told *t)
{
	return t->watch;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* on_event() - a line of the journal: its time since the lab's beginning becomes one since 1970 */
static void on_event(void *arg, char *line)
{
	struct told *t = arg;
	json_t *e = json_loads(line, 0, NULL);
	const char *kind = text_of(e, "kind"), *node = text_of(e, "node");
	int64_t ns = t->offset_ns + json_integer_value(json_object_get(e, "t"));
	bool is_address =
		strcmp(kind, "address") == 0 && strcmp(text_of(e, "what"), "removed") != 0;
	auto_free char *text = NULL;
	size_t len;
	FILE *to;

	if (e && ns >= (int64_t)t->since_ns && (to = open_memstream(&text, &len))) {
		event_say(to, e);
		fclose(to);
		t->fn(t->arg,
		      &(struct telling){ (uint64_t)ns, *node ? node : t->lab, "vethlab", kind, text,
					 is_address ? text_of(e, "address") : NULL, node });
	}
	json_decref(e);
}

/* time_of() - "SECONDS.MICROSECONDS", as nanoseconds; *end is behind it */
static uint64_t time_of(const char *line, char **end)
{
	uint64_t seconds = strtoull(line, end, 10), micros = 0;

	if (**end == '.')
		micros = strtoull(*end + 1, end, 10);
	return seconds * 1000000000 + micros * 1000;
}

struct log_reading {
	struct told *told;
	const char *node;
};

static void on_log_line(void *arg, char *line)
{
	struct log_reading *r = arg;
	char *who, *text;
	uint64_t ns = time_of(line, &who);

	text = *who == ' ' ? strchr(++who, ' ') : NULL;
	if (!text || ns < r->told->since_ns)
		return;
	*text++ = '\0';
	if (strcmp(who, "vethlab") == 0)
		return; /* what init says here is an event too */
	r->told->fn(r->told->arg, &(struct telling){ ns, r->node, who, NULL, text, NULL, NULL });
}

/* log_of() - one whose node was not met yet is opened; valid until the next such one */
static struct node_log *log_of(struct told *t, const char *node)
{
	auto_free char *path = NULL;
	struct node_log *log;

	for (size_t i = 0; i < t->node_count; i++)
		if (strcmp(t->nodes[i].node, node) == 0)
			return &t->nodes[i];
	path = xasprintf("%s/logs/%s", t->dir, node);
	log = xappend(&t->nodes, &t->node_count);
	log->node = xstrdup(node);
	log->follower = follow_unwatched(path);
	return log;
}

static void read_log(struct told *t, const struct node_log *log)
{
	follow_read(log->follower, on_log_line, &(struct log_reading){ t, log->node });
}

/* on_change() - of a file: "pc1", or "pc1.1", its older half */
static void on_change(struct told *t, const struct inotify_event *e)
{
	auto_free char *node = e->len ? xstrndup(e->name, strcspn(e->name, ".")) : NULL;

	if (e->mask & IN_Q_OVERFLOW)
		for (size_t i = 0; i < t->node_count; i++)
			read_log(t, &t->nodes[i]);
	else if (e->wd == t->logs && node && *node)
		read_log(t, log_of(t, node));
}

void told_read(struct told *t, told_fn *fn, void *arg)
{
	char data[16384] __attribute__((aligned(8)));
	ssize_t n;

	t->fn = fn;
	t->arg = arg;
	while ((n = read(t->watch, data, sizeof(data))) > 0)
		for (char *at = data; at < data + n;) {
			const struct inotify_event *e = (void *)at;

			on_change(t, e);
			at += sizeof(*e) + e->len;
		}
	follow_read(t->journal, on_event, t);
}

/* ---- writing --------------------------------------------------------------------------------- */

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' && *text != '\t')
			return false;
	return true;
}

/* add_field() - text with control characters goes in the form for binary data: its length in
 * front */
static void add_field(struct bytes *to, const char *name, const char *text)
{
	uint64_t len = strlen(text);

	bytes_add(to, name, strlen(name));
	if (is_plain(text)) {
		bytes_add(to, "=", 1);
	} else {
		bytes_add(to, "\n", 1);
		bytes_add(to, &len, sizeof(len)); /* little-endian, as this machine is */
	}
	bytes_add(to, text, len);
	bytes_add(to, "\n", 1);
}

/* add_time() - in microseconds, as a journal has it */
static void add_time(struct bytes *to, const char *name, uint64_t ns)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)(ns / 1000));
	add_field(to, name, text);
}

void told_entry(struct bytes *to, const struct telling *t, uint64_t ns)
{
	auto_free char *message = xasprintf("%s: %s", t->node, t->text);

	add_time(to, "__REALTIME_TIMESTAMP", ns);
	add_field(to, "_HOSTNAME", t->node); /* Wireshark's list shows the message alone */
	add_field(to, "SYSLOG_IDENTIFIER", t->who);
	add_field(to, "PRIORITY", "6");
	if (t->kind)
		add_field(to, "VETHLAB_EVENT", t->kind);
	add_time(to, "_SOURCE_REALTIME_TIMESTAMP", t->ns);
	add_field(to, "MESSAGE", message);
}
