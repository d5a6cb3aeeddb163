/* SPDX-License-Identifier: MIT */
/* What a person orders of a command: start, stop, restart. Who waits for it looks at its state. */
#include <signal.h>

#include "nodes/common/mem.h"
#include "topology/init.h"

#define GRACE_MS 5000 /* from SIGTERM to SIGKILL */

static void on_grace_over(void *arg)
{
	struct task *t = arg;

	if (t->state == TASK_STOPPING)
		task_signal(t, SIGKILL);
}

static char *note_that(const struct task *t, const char *what)
{
	return xasprintf("%s/%s %s", t->command->node->name, t->command->name, what);
}

/* order_start() - a life of its own: what was before counts neither for the backoff nor as ready */
void order_start(struct task *t, char **note)
{
	*note = NULL;
	if (t->state == TASK_STOPPING) {
		t->again = true;
		return;
	}
	if (task_is_running(t)) {
		*note = note_that(t, "runs already");
		return;
	}
	t->was_ready = false;
	t->backoff_ms = t->in_a_row = 0;
	task_start(t);
}

/* order_stop() - SIGTERM, and SIGKILL when the grace is over; stopped is it when its process is
 * gone. What waits to start, or to start again, is stopped at once. */
void order_stop(struct task *t, char **note)
{
	*note = NULL;
	t->again = false;
	if (t->state == TASK_WAITING || t->state == TASK_BACKOFF)
		task_become(t, TASK_STOPPED);
	else if (!task_is_running(t))
		*note = note_that(t, "does not run");
	if (t->state != TASK_STARTING && t->state != TASK_READY)
		return;
	task_become(t, TASK_STOPPING);
	task_signal(t, SIGTERM);
	t->timer = loop_on_timer(t->init->loop, on_grace_over, t);
	watch_start_in(t->timer, GRACE_MS);
}

/* order_restart() - what does not run is started; else it starts when its process is gone */
void order_restart(struct task *t, char **note)
{
	if (!task_is_running(t)) {
		order_start(t, note);
		return;
	}
	order_stop(t, note);
	t->again = true;
	t->was_ready = false;
	t->backoff_ms = t->in_a_row = 0;
}
