/* SPDX-License-Identifier: MIT */
/* Whoever orders a command to start or to stop waits here until it has: the journal tells when to
 * look. */
#include "topology/settle.h"

#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>

#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "nodes/common/mem.h"
#include "topology/client.h"
#include "topology/follow.h"
#include "topology/journal.h"
#include "topology/state.h"
#include "topology/table.h"

enum verdict { NOT_YET, SETTLED, GIVEN_UP };

static bool is_in(const char *state, const char *const *states)
{
	for (; *states; states++)
		if (strcmp(state, *states) == 0)
			return true;
	return false;
}

/* judge() - by its state, which has changed with the order: what was before is not seen here */
static enum verdict judge(const json_t *command, enum settled wanted)
{
	static const char *const moving[] = { "starting", "waiting", "stopping", NULL };
	static const char *const at_rest[] = { "stopped", "exited", "failed", NULL };
	const char *state = text_of(command, "state");

	if (wanted == SETTLED_STOPPED)
		return is_in(state, at_rest) ? SETTLED : NOT_YET;
	if (strcmp(state, "ready") == 0 ||
	    (strcmp(state, "exited") == 0 && json_object_get(command, "ready_after_ms")))
		return SETTLED;
	return is_in(state, moving) ? NOT_YET : GIVEN_UP;
}

struct tail {
	const char *command;
	char *lines[5];
	size_t count;
};

/* keep_line() - of what the command printed the last lines; an older one makes room */
static void keep_line(void *arg, char *line)
{
	struct tail *t = arg;
	char *who = strchr(line, ' '), *text = who ? strchr(who + 1, ' ') : NULL;
	char **to = &t->lines[t->count % ARRAY_SIZE(t->lines)];

	if (!text)
		return;
	*text = '\0';
	if (strcmp(who + 1, t->command) != 0)
		return;
	t->count++;
	free(*to);
	*to = xstrdup(text + 1);
}

static void show_last_lines(const char *lab, const char *node, const char *command)
{
	auto_free char *dir = state_dir(lab), *path = xasprintf("%s/logs/%s", dir, node);
	struct follower *f = follow_new(path);
	struct tail t = { .command = command };
	size_t room = ARRAY_SIZE(t.lines);

	follow_read(f, keep_line, &t);
	for (size_t i = t.count > room ? t.count - room : 0; i < t.count; i++)
		fprintf(stderr, "    %s\n", t.lines[i % room]);
	for (size_t i = 0; i < room; i++)
		free(t.lines[i]);
	follow_free(f);
}

static void explain(const char *lab, const char *node, const json_t *command)
{
	const char *name = text_of(command, "name");
	const json_t *status = json_object_get(command, "exit_status");
	const json_t *signal = json_object_get(command, "signal");

	if (status)
		log_info("node %s: %s exited with status %lld before it was ready", node, name,
			 json_integer_value(status));
	else if (signal)
		log_info("node %s: %s was ended by signal %lld before it was ready", node, name,
			 json_integer_value(signal));
	else
		log_info("node %s: %s ended before it was ready; it is %s", node, name,
			 text_of(command, "state"));
	show_last_lines(lab, node, name);
}

/* look() - at each command that is meant: given up if one of them is, settled when all are */
static enum verdict look(const char *lab, const char *node, const char *only, enum settled wanted)
{
	json_t *answer = ask_node(lab, "commands", node, NULL);
	enum verdict all = SETTLED;
	const json_t *c;
	size_t i;

	json_array_foreach (json_object_get(answer, "commands"), i, c) {
		enum verdict v = SETTLED;

		if (!only || strcmp(only, text_of(c, "name")) == 0)
			v = judge(c, wanted);
		if (v == GIVEN_UP && all != GIVEN_UP)
			explain(lab, node, c);
		if (v == GIVEN_UP || all == SETTLED)
			all = v;
	}
	json_decref(answer);
	return all;
}

static void ignore_line(void *arg, char *line)
{
	(void)arg;
	(void)line;
}

bool settle(const char *lab, const char *node, const char *command, enum settled wanted,
	    uint64_t timeout_ms)
{
	auto_free char *dir = state_dir(lab), *path = xasprintf("%s/" JOURNAL_FILE, dir);
	auto_close int init = pidfd_open(state_init_pid(lab), 0);
	uint64_t deadline = clock_ms() + timeout_ms;
	struct follower *f = follow_new(path);
	struct pollfd p[] = { { .fd = follow_fd(f), .events = POLLIN },
			      { .fd = init, .events = POLLIN } };
	enum verdict v;

	follow_read(f, ignore_line, NULL);
	while ((v = look(lab, node, command, wanted)) == NOT_YET) {
		uint64_t now = clock_ms();

		if (now >= deadline) {
			log_info("node %s: %s is not %s after %.1f s", node,
				 command ? command : "not every command",
				 wanted == SETTLED_READY ? "ready" : "stopped",
				 (double)timeout_ms / 1000);
			break;
		}
		poll(p, 2, (int)(deadline - now));
		follow_read(f, ignore_line, NULL);
	}
	follow_free(f);
	return v == SETTLED;
}
