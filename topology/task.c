/* SPDX-License-Identifier: MIT */
/*
 * A command's life: it waits for those it comes after, starts, gets ready, ends, is started again
 * if the file says so. What it prints goes into its node's log, line by line. task_become() alone
 * assigns a state.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "topology/init.h"
#include "topology/orphans.h"
#include "topology/status.h"

#define BACKOFF_MIN_MS 100
#define BACKOFF_MAX_MS 10000
#define GOOD_LIFE_MS   10000 /* after so long a life the backoff begins anew */
#define READS_A_TURN   16    /* of one log: a node that prints for ever must not starve the rest */

static const char *const state_name[] = {
	[TASK_WAITING] = "waiting",   [TASK_STARTING] = "starting", [TASK_READY] = "ready",
	[TASK_EXITED] = "exited",     [TASK_FAILED] = "failed",	    [TASK_BACKOFF] = "restarting",
	[TASK_STOPPING] = "stopping", [TASK_STOPPED] = "stopped",
};
_Static_assert(ARRAY_SIZE(state_name) == TASK_STATE_COUNT, "a state has no name");

const char *task_state_name(enum task_state state)
{
	return state_name[state];
}

/* task_become() - the new state, and but for TASK_STARTING the end of what
 * asked whether it is ready */
void task_become(struct task *t, enum task_state state)
{
	t->state = state;
	if (state != TASK_STARTING)
		readiness_end(t);
}

/* is_ready() - may those that come after it start? A task that was ready and ended stays so. */
static bool is_ready(const struct task *t)
{
	return t->was_ready;
}

bool task_is_running(const struct task *t)
{
	return t->state == TASK_STARTING || t->state == TASK_READY || t->state == TASK_STOPPING;
}

static struct task *task_of(const struct init *init, const struct command *c)
{
	return &init->tasks[c->index];
}

/* ended_how() - `status` as wait() tells it, in words in `text`, which is returned */
static const char *ended_how(int status, char *text, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(text, size, "was ended by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(text, size, "exited with status %d", WEXITSTATUS(status));
	return text;
}

/* take_output() - whole lines go to the log; one that is too long goes in pieces */
static void take_output(struct task *t, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (data[i] != '\n')
			t->line[t->line_len++] = data[i];
		if (data[i] == '\n' || t->line_len == sizeof(t->line)) {
			nodelog_line(t->init, t->command->node, t->command->name, t->line,
				     t->line_len);
			t->line_len = 0;
		}
	}
}

/* close_log() - what was printed last may lack its end of line */
static void close_log(struct task *t)
{
	if (t->line_len)
		take_output(t, "\n", 1);
	watch_free(t->log_watch);
	t->log_watch = NULL;
	cleanup_close(&t->log_fd);
	t->log_fd = -1;
}

/* on_output() - what is there, within bounds; it is over when nobody holds the
 * pipe's other end any more */
static void on_output(void *arg)
{
	struct task *t = arg;
	char data[4096];

	for (int i = 0; i < READS_A_TURN; i++) {
		ssize_t n = read(t->log_fd, data, sizeof(data));

		if (n > 0) {
			take_output(t, data, (size_t)n);
			continue;
		}
		if (n == 0)
			close_log(t);
		return;
	}
}

/* tell_event() - into the journal; takes over `fields` */
static void tell_event(struct task *t, const char *what, json_t *fields)
{
	json_object_set_new(fields, "command", json_string(t->command->name));
	journal_add(&t->init->journal, t->command->node, "command", what, fields);
}

static void tell_end(struct task *t)
{
	bool killed = WIFSIGNALED(t->status);

	tell_event(t, killed ? "killed" : "exited",
		   json_pack("{s:i}", killed ? "signal" : "status",
			     killed ? WTERMSIG(t->status) : WEXITSTATUS(t->status)));
}

/* task_failed_to_start() - while up is under way that is the end of up */
static void task_failed_to_start(struct task *t, const char *why)
{
	task_become(t, TASK_FAILED);
	nodelog_event(t->init, t->command, "%s cannot start: %s", t->command->name, why);
	tell_event(t, "failed", json_pack("{s:o}", "why", status_text(why)));
	init_fail(t->init, "node %s: cannot start %s: %s", t->command->node->name, t->command->name,
		  why);
}

/* on_exec() - the pipe that a successful exec closes; else errno is in it */
static void on_exec(void *arg)
{
	struct task *t = arg;
	int err = 0;
	ssize_t n = read(t->exec_fd, &err, sizeof(err));

	watch_free(t->exec_watch);
	t->exec_watch = NULL;
	cleanup_close(&t->exec_fd);
	t->exec_fd = -1;
	if (n == sizeof(err))
		task_failed_to_start(t, strerror(err));
	else if (t->state == TASK_STARTING)
		readiness_watch(t);
}

/* open_notify() - for a task that says itself when it is ready; it stays for later lives. False:
 * see the spaces' error. */
static bool open_notify(struct task *t)
{
	struct spaces *s = &t->init->spaces;

	if (t->command->ready != READY_NOTIFY || t->notify_fd >= 0)
		return true;
	if (!space_enter_net(s, s->nodes[t->command->node->index].net))
		return false;
	t->notify_fd = notify_socket(t->command);
	if (t->notify_fd < 0)
		spaces_fail(s, "cannot open the socket on which it says that it is ready");
	space_go_home(s);
	return t->notify_fd >= 0;
}

/* open_pipes() - for what it prints, read without waiting, and for its exec;
 * false: neither is open */
static bool open_pipes(struct task *t, int out[2], int exec_pipe[2])
{
	if (pipe2(out, O_CLOEXEC) < 0)
		return spaces_fail(&t->init->spaces, "cannot make a pipe");
	if (pipe2(exec_pipe, O_CLOEXEC) < 0) {
		spaces_fail(&t->init->spaces, "cannot make a pipe");
		close(out[0]);
		close(out[1]);
		return false;
	}
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	return true;
}

/* watch_child() - takes both descriptors over */
static void watch_child(struct task *t, int out, int exec_fd)
{
	close_log(t); /* of an earlier run, should a grandchild still hold it */
	t->log_fd = out;
	t->exec_fd = exec_fd;
	t->log_watch = loop_on_readable(t->init->loop, out, on_output, t);
	t->exec_watch = loop_on_readable(t->init->loop, exec_fd, on_exec, t);
	watch_start(t->log_watch);
	watch_start(t->exec_watch);
}

/* task_start() - a new life, from any state in which it has no process. That it cannot begin is
 * told, and ends a lab that is not up yet. */
void task_start(struct task *t)
{
	const struct command *c = t->command;
	struct spaces *s = &t->init->spaces;
	int out[2] = { -1, -1 }, exec_pipe[2] = { -1, -1 };

	task_become(t, TASK_STARTING);
	t->again = false;
	t->started_ms = clock_ms();
	spaces_forgive(s);
	if (!open_notify(t) || !open_pipes(t, out, exec_pipe)) {
		task_failed_to_start(t, s->error);
		return;
	}
	t->pid = spawn(t->init, c, c->argv, c->program, (struct child_io){ out[1], exec_pipe[1] });
	close(out[1]);
	close(exec_pipe[1]);
	if (t->pid > 0) {
		watch_child(t, out[0], exec_pipe[0]);
		tell_event(t, "started", json_pack("{s:i}", "pid", (int)t->pid));
		return;
	}
	if (!s->error)
		spaces_fail(s, "cannot fork");
	t->pid = 0;
	close(out[0]);
	close(exec_pipe[0]);
	task_failed_to_start(t, s->error);
}

void tasks_new(struct init *init)
{
	init->tasks = xcalloc(init->lab->command_count, sizeof(*init->tasks));
	for (size_t i = 0; i < init->lab->command_count; i++)
		init->tasks[i] = (struct task){ .init = init,
						.command = init->lab->commands[i],
						.log_fd = -1,
						.exec_fd = -1,
						.notify_fd = -1 };
}

void tasks_free(struct init *init)
{
	for (size_t i = 0; init->tasks && i < init->lab->command_count; i++) {
		struct task *t = &init->tasks[i];

		readiness_end(t);
		watch_free(t->notify_watch);
		watch_free(t->exec_watch);
		close_log(t);
		cleanup_close(&t->exec_fd);
		cleanup_close(&t->notify_fd);
	}
	free(init->tasks);
}

/* may_start() - it waits for nothing but those it comes after, and each of them has been ready */
static bool may_start(const struct task *t)
{
	if (t->state != TASK_WAITING)
		return false;
	for (size_t i = 0; i < t->command->after_count; i++)
		if (!is_ready(task_of(t->init, t->command->after[i])))
			return false;
	return true;
}

void tasks_start_due(struct init *init)
{
	for (size_t i = 0; i < init->lab->command_count && !init->stopping; i++)
		if (may_start(&init->tasks[i]))
			task_start(&init->tasks[i]);
}

/* task_ready() - once a life, while it is starting; at any other time it means nothing */
void task_ready(struct task *t)
{
	if (t->state != TASK_STARTING)
		return;
	task_become(t, TASK_READY);
	t->was_ready = true;
	t->ready_ms = clock_ms();
	tell_event(t, "ready",
		   json_pack("{s:I}", "after_ms", (json_int_t)(t->ready_ms - t->started_ms)));
}

bool tasks_all_ready(const struct init *init)
{
	for (size_t i = 0; i < init->lab->command_count; i++)
		if (!is_ready(&init->tasks[i]))
			return false;
	return true;
}

static void on_backoff(void *arg)
{
	struct task *t = arg;

	watch_free(t->timer);
	t->timer = NULL;
	if (t->state == TASK_BACKOFF && !t->init->stopping)
		task_start(t);
}

/* start_again() - after a pause that doubles from one short life to the next */
static void start_again(struct task *t, const char *how)
{
	if (clock_ms() - t->started_ms >= GOOD_LIFE_MS)
		t->backoff_ms = t->in_a_row = 0;
	t->in_a_row++;
	t->backoff_ms = t->backoff_ms ? 2 * t->backoff_ms : BACKOFF_MIN_MS;
	if (t->backoff_ms > BACKOFF_MAX_MS)
		t->backoff_ms = BACKOFF_MAX_MS;
	t->restarts++;
	task_become(t, TASK_BACKOFF);
	tell_event(t, "restarting", json_pack("{s:I}", "in_ms", (json_int_t)t->backoff_ms));
	nodelog_event(t->init, t->command, "%s %s; it starts again in %llu ms", t->command->name,
		      how, (unsigned long long)t->backoff_ms);
	t->timer = loop_on_timer(t->init->loop, on_backoff, t);
	watch_start_in(t->timer, t->backoff_ms);
}

/* restarts() - does the file want it started again, and has it not had too
 * many short lives in a row? */
static bool restarts(const struct task *t)
{
	const struct command *c = t->command;
	bool good_life = clock_ms() - t->started_ms >= GOOD_LIFE_MS;

	if (c->restart_limit && t->in_a_row >= c->restart_limit && !good_life)
		return false;
	return c->restart == RESTART_ALWAYS || (c->restart == RESTART_ON_FAILURE && t->status != 0);
}

/* task_ended() - the process is gone: what that means depends on what was expected of it */
static void task_ended(struct task *t)
{
	bool early = t->state == TASK_STARTING;
	char how[96];
	char *tail;

	ended_how(t->status, how, sizeof(how));
	if (t->log_watch)
		on_output(t); /* its last words are still in the pipe */
	tell_end(t);
	if (t->state == TASK_FAILED)
		return; /* it never became the program: that is told already */
	if (t->init->stopping || t->state == TASK_STOPPING) {
		task_become(t, TASK_STOPPED);
		tell_event(t, "stopped", json_object());
		if (WIFSIGNALED(t->status) && !t->again && !t->init->stopping)
			orphans_remove(t);
		if (t->again && !t->init->stopping)
			task_start(t);
		return;
	}
	if (early && t->command->ready == READY_EXIT && t->status == 0)
		task_ready(t);
	if (restarts(t)) {
		start_again(t, how);
		return;
	}
	nodelog_event(t->init, t->command, "%s %s", t->command->name, how);
	orphans_remove(t);
	early &= t->state == TASK_STARTING;
	task_become(t, t->status ? TASK_FAILED : TASK_EXITED);
	if (!early && t->status == 0)
		return;
	tail = nodelog_tail(t->init, t->command, "    ");
	init_fail(t->init, "node %s: %s %s%s%s", t->command->node->name, t->command->name, how,
		  early ? " before it was ready" : "", tail);
	free(tail);
}

/* tasks_on_child() - a task's process, its probe, or an orphan whom nobody waits for */
void tasks_on_child(struct init *init, pid_t pid, int status)
{
	for (size_t i = 0; i < init->lab->command_count; i++) {
		struct task *t = &init->tasks[i];

		if (t->pid == pid) {
			if (t->exec_watch)
				on_exec(t); /* it may have failed to become the program */
			t->pid = 0;
			t->status = status;
			task_ended(t);
			return;
		}
		if (readiness_on_child(t, pid, status))
			return;
	}
}

/* needed() - by task: does something that still runs come after it? To be freed. */
static bool *needed(const struct init *init)
{
	bool *is_needed = xcalloc(init->lab->command_count, sizeof(*is_needed));

	for (size_t i = 0; i < init->lab->command_count; i++) {
		const struct task *t = &init->tasks[i];

		for (size_t j = 0; task_is_running(t) && j < t->command->after_count; j++)
			is_needed[t->command->after[j]->index] = true;
	}
	return is_needed;
}

/* task_signal() - a shell may stand in front, hence the whole group; a child that has not got as
 * far as to lead one is alone */
void task_signal(const struct task *t, int signal)
{
	if (t->pid && kill(-t->pid, signal) < 0)
		kill(t->pid, signal);
}

void tasks_stop_due(struct init *init)
{
	auto_free bool *is_needed = needed(init);

	for (size_t i = 0; i < init->lab->command_count; i++) {
		struct task *t = &init->tasks[i];

		if (t->state == TASK_WAITING || t->state == TASK_BACKOFF)
			task_become(t, TASK_STOPPED);
		if ((t->state != TASK_STARTING && t->state != TASK_READY) || is_needed[i])
			continue;
		task_become(t, TASK_STOPPING);
		task_signal(t, SIGTERM);
	}
}

bool tasks_all_stopped(const struct init *init)
{
	for (size_t i = 0; i < init->lab->command_count; i++)
		if (task_is_running(&init->tasks[i]))
			return false;
	return true;
}
