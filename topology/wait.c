/* SPDX-License-Identifier: MIT */
#include "topology/waiter.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>

#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "nodes/common/mem.h"
#include "nodes/common/nl.h"
#include "topology/client.h"
#include "topology/enter.h"
#include "topology/follow.h"
#include "topology/journal.h"
#include "topology/listening.h"
#include "topology/state.h"

/* keep() - it is freed with all the others at the end */
static struct watch *keep(struct waiter *w, struct watch *watch)
{
	w->watches[w->watch_count++] = watch;
	return watch;
}

static bool waits_for(const struct waiter *w, enum fact_kind kind)
{
	for (size_t i = 0; i < w->wait->count; i++)
		if (w->wait->facts[i].kind == kind)
			return true;
	return false;
}

/* judge() - the facts of this kind, by what a look has found */
static void judge(struct waiter *w, enum fact_kind kind)
{
	for (size_t i = 0; i < w->wait->count; i++)
		if (w->wait->facts[i].kind == kind)
			fact_judge(&w->wait->facts[i], clock_ns());
}

/* ---- the kernel ------------------------------------------------------------------------------ */

/* look_at_kernel() - on a socket of its own: in that which hears, messages may wait */
static void look_at_kernel(struct waiter *w)
{
	auto_close int fd = nl_open();

	w->kernel_due = false;
	if (fd < 0 || !facts_look(w->wait->facts, w->wait->count, fd))
		fatal_errno("cannot ask the kernel of node '%s'", w->wait->node);
	judge(w, FACT_LINK);
	judge(w, FACT_ADDRESS);
	judge(w, FACT_ROUTE);
	judge(w, FACT_NEIGHBOUR);
}

/* on_kernel() - everything that waits is read first, then one look answers for all of it */
static void on_kernel(void *arg)
{
	static char data[32768];
	struct waiter *w = arg;
	bool concerns = false;
	ssize_t n;

	while ((n = recv(w->kernel, data, sizeof(data), MSG_DONTWAIT)) > 0 || errno == ENOBUFS) {
		const struct nlmsghdr *nlh = (void *)data;
		int len = (int)n;

		if (n < 0) { /* it told more than fits: look at everything */
			concerns = true;
			continue;
		}
		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
			concerns |= facts_concern(w->wait->facts, w->wait->count, nlh);
	}
	w->kernel_due |= concerns;
	if (concerns)
		pings_hurry(w);
}

/* hear_kernel() - for a ping too, which is sent again at once when something changes */
static void hear_kernel(struct waiter *w)
{
	if (!facts_need_kernel(w->wait->facts, w->wait->count) && !waits_for(w, FACT_PING))
		return;
	w->kernel = nl_open();
	if (w->kernel < 0 || !nl_hear(w->kernel))
		fatal_errno("cannot listen to the kernel of node '%s'", w->wait->node);
	watch_start(keep(w, loop_on_readable(w->loop, w->kernel, on_kernel, w)));
	w->kernel_due = true;
}

/* ---- commands -------------------------------------------------------------------------------- */

/* is_ready() - as those who come after it see it: one that has done its work and ended is */
static bool is_ready(const json_t *command)
{
	const char *state = json_string_value(json_object_get(command, "state"));

	return strcmp(state, "ready") == 0 ||
	       (strcmp(state, "exited") == 0 && json_object_get(command, "ready_after_ms"));
}

static bool is_exited(const json_t *command)
{
	const char *state = json_string_value(json_object_get(command, "state"));

	return strcmp(state, "exited") == 0 || strcmp(state, "failed") == 0 ||
	       strcmp(state, "stopped") == 0;
}

/* hold_commands() - of all commands it must be so, or of the one that is
 * named; of none at all it is */
static void hold_commands(struct fact *f, const json_t *commands)
{
	const json_t *c;
	size_t i;

	fact_forget(f);
	f->found = true;
	json_array_foreach (commands, i, c) {
		const char *name = json_string_value(json_object_get(c, "name"));

		if (f->word && strcmp(f->word, name) != 0)
			continue;
		f->found &= f->kind == FACT_READY ? is_ready(c) : is_exited(c);
		fact_saw(f, xasprintf("%s is %s", name,
				      json_string_value(json_object_get(c, "state"))));
	}
	fact_judge(f, clock_ns());
}

static void look_at_commands(struct waiter *w)
{
	json_t *answer = ask_node(w->wait->lab, "commands", w->wait->node, NULL);

	w->commands_due = false;
	for (size_t i = 0; i < w->wait->count; i++)
		if (w->wait->facts[i].kind == FACT_READY || w->wait->facts[i].kind == FACT_EXITED)
			hold_commands(&w->wait->facts[i], json_object_get(answer, "commands"));
	json_decref(answer);
}

/* on_event() - by its text: journal.c writes `node` and then `kind` */
static void on_event(void *arg, char *line)
{
	struct waiter *w = arg;
	auto_free char *mine = xasprintf("\"node\":\"%s\",\"kind\":\"command\"", w->wait->node);

	w->commands_due |= strstr(line, mine) != NULL;
}

static void on_journal(void *arg)
{
	struct waiter *w = arg;

	follow_read(w->journal, on_event, w);
}

/* hear_commands() - the journal is read up to now, then the first look is due: what
 * it tells later is newer */
static void hear_commands(struct waiter *w, const char *dir)
{
	auto_free char *path = xasprintf("%s/" JOURNAL_FILE, dir);

	if (!waits_for(w, FACT_READY) && !waits_for(w, FACT_EXITED))
		return;
	w->journal = follow_new(path);
	watch_start(keep(w, loop_on_readable(w->loop, follow_fd(w->journal), on_journal, w)));
	on_journal(w);
	w->commands_due = true;
}

/* ---- the log --------------------------------------------------------------------------------- */

/* on_line() - "TIME COMMAND TEXT": the text is held against each expression */
static void on_line(void *arg, char *line)
{
	struct waiter *w = arg;
	char *who = strchr(line, ' '), *text = who ? strchr(who + 1, ' ') : NULL;

	for (size_t i = 0; text && i < w->wait->count; i++) {
		struct fact *f = &w->wait->facts[i];

		if (f->kind != FACT_LOG)
			continue;
		if (json_array_size(f->seen) >= 3)
			json_array_remove(f->seen, 0);
		fact_saw(f, xstrdup(text + 1));
		if (regexec(&f->regex, text + 1, 0, NULL, 0) == 0)
			f->count++;
		f->found = f->count >= f->wanted;
	}
}

static void on_log(void *arg)
{
	struct waiter *w = arg;

	follow_read(w->log, on_line, w);
	judge(w, FACT_LOG);
}

static void hear_log(struct waiter *w, const char *dir)
{
	auto_free char *path = xasprintf("%s/logs/%s", dir, w->wait->node);

	if (!waits_for(w, FACT_LOG))
		return;
	w->log = follow_new(path);
	watch_start(keep(w, loop_on_readable(w->loop, follow_fd(w->log), on_log, w)));
	on_log(w);
}

/* ---- ports: the kernel has no event for one that opens --------------------------------------- */

static void look_at_ports(struct waiter *w)
{
	for (size_t i = 0; i < w->wait->count; i++) {
		struct fact *f = &w->wait->facts[i];

		if (f->kind != FACT_LISTEN)
			continue;
		f->found = is_listening(w->diag, f->udp, f->port);
		fact_judge(f, clock_ns());
	}
}

struct port_timer {
	struct waiter *waiter;
	struct watch *timer;
};

static void on_ports(void *arg)
{
	struct port_timer *t = arg;

	look_at_ports(t->waiter);
	watch_start_in(t->timer, LISTENING_AGAIN_MS);
}

/* hear_ports() - `t` must live for as long as the loop runs */
static void hear_ports(struct waiter *w, struct port_timer *t)
{
	if (!waits_for(w, FACT_LISTEN))
		return;
	w->diag = listening_open();
	if (w->diag < 0)
		fatal_errno("cannot ask for the ports of node '%s'", w->wait->node);
	*t = (struct port_timer){ w, keep(w, loop_on_timer(w->loop, on_ports, t)) };
	on_ports(t);
}

/* ---- all together ---------------------------------------------------------------------------- */

static bool all_hold(const struct wait *w)
{
	for (size_t i = 0; i < w->count; i++)
		if (!w->facts[i].holds)
			return false;
	return true;
}

static void stop(struct waiter *w, enum wait_end end)
{
	w->end = end;
	w->wait->took_ns = clock_ns() - w->wait->began_ns;
	loop_stop(w->loop, 0);
}

/* on_turn() - one look answers all that came in this turn; it is over when all
 * facts hold at one time */
static void on_turn(void *arg)
{
	struct waiter *w = arg;

	if (w->kernel_due)
		look_at_kernel(w);
	if (w->commands_due)
		look_at_commands(w);
	if (all_hold(w->wait))
		stop(w, WAIT_HELD);
}

/* on_time_up() - the loop's clock is a coarse one, and may be some milliseconds early */
static void on_time_up(void *arg)
{
	struct waiter *w = arg;
	uint64_t passed_ms = (clock_ns() - w->wait->began_ns) / 1000000;

	if (passed_ms < w->wait->timeout_ms)
		watch_start_in(w->deadline, w->wait->timeout_ms - passed_ms);
	else
		stop(w, WAIT_TIME_UP);
}

static void on_lab_ended(void *arg)
{
	stop(arg, WAIT_LAB_ENDED);
}

/* say_what_listens() - only whoever is told that a port does not listen wants to know */
static void say_what_listens(struct waiter *w)
{
	for (size_t i = 0; i < w->wait->count; i++) {
		struct fact *f = &w->wait->facts[i];

		if (f->kind != FACT_LISTEN || f->holds)
			continue;
		json_decref(f->seen);
		f->seen = listening_ports(w->diag);
	}
}

enum wait_end wait_for_facts(struct wait *wait)
{
	struct waiter w = { .wait = wait, .loop = loop_new(), .kernel = -1, .diag = -1 };
	auto_free char *dir = state_dir(wait->lab);
	auto_close int init = pidfd_open(state_init_pid(wait->lab), 0);
	struct port_timer ports;

	wait->began_ns = clock_ns();
	signal(SIGINT, SIG_DFL); /* nothing is to be cleared up */
	signal(SIGTERM, SIG_DFL);
	if (init >= 0)
		watch_start(keep(&w, loop_on_readable(w.loop, init, on_lab_ended, &w)));
	w.deadline = keep(&w, loop_on_timer(w.loop, on_time_up, &w));
	watch_start_in(w.deadline, wait->timeout_ms);
	enter_network(wait->lab, wait->node);
	hear_kernel(&w);
	hear_commands(&w, dir);
	hear_log(&w, dir);
	hear_ports(&w, &ports);
	pings_start(&w);
	loop_on_turn(w.loop, on_turn, &w);
	on_turn(&w);
	loop_run(w.loop);
	say_what_listens(&w);
	pings_stop(&w);
	for (size_t i = 0; i < w.watch_count; i++)
		watch_free(w.watches[i]);
	follow_free(w.journal);
	follow_free(w.log);
	cleanup_close(&w.kernel);
	cleanup_close(&w.diag);
	loop_free(w.loop);
	return w.end;
}
