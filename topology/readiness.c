/* SPDX-License-Identifier: MIT */
/*
 * When is a task ready? When it says so (sd_notify), when its port listens, when a command says so,
 * when it has done its work and ended, or, where nothing is said, once it runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "nodes/common/mem.h"
#include "topology/init.h"
#include "topology/listening.h"

/* notify_socket() - bound in the node's network namespace, where abstract names belong; init must
 * be in it. The name is the command's, so that who sends is known by where it arrives. */
int notify_socket(const struct command *c)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int len = snprintf(sun.sun_path + 1, sizeof(sun.sun_path) - 1, "vethlab/%s/%s",
			   c->node->name, c->name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&sun,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* take_routes() - "PROTOCOL METRIC": what a router writes into its kernel, to be removed if it is
 * killed */
static void take_routes(struct task *t, const char *text)
{
	unsigned protocol, metric;

	if (sscanf(text, "%u %u", &protocol, &metric) != 2 || protocol < RTPROT_STATIC ||
	    protocol > UINT8_MAX)
		return;
	t->routes_protocol = (uint8_t)protocol;
	t->routes_metric = metric;
}

/* take_line() - of sd_notify(3), as far as we know it; other lines are ignored */
static void take_line(struct task *t, const char *line)
{
	if (strcmp(line, "READY=1") == 0)
		task_ready(t);
	else if (strncmp(line, "STATUS=", 7) == 0)
		snprintf(t->text, sizeof(t->text), "%s", line + 7);
	else if (strncmp(line, "X_ROUTES=", 9) == 0)
		take_routes(t, line + 9);
}

/* on_notify() - one datagram, which may have several lines */
static void on_notify(void *arg)
{
	struct task *t = arg;
	char text[2048], *rest = text, *line;
	ssize_t n = recv(t->notify_fd, text, sizeof(text) - 1, 0);

	if (n < 0)
		return;
	text[n] = '\0';
	while ((line = strsep(&rest, "\n")))
		take_line(t, line);
}

/* port_is_open() - looked for in the node's namespace; false too where nobody can look */
static bool port_is_open(const struct task *t)
{
	struct spaces *s = &t->init->spaces;
	const struct space *space = &s->nodes[t->command->node->index];
	auto_close int fd = space_enter_net(s, space->net) ? listening_open() : -1;

	space_go_home(s);
	return fd >= 0 && is_listening(fd, t->command->ready == READY_UDP, t->command->ready_port);
}

/* probe() - starts the `ready` command, unless one is at work; how that ends
 * readiness_on_child() is told */
static void probe(struct task *t)
{
	const struct command *c = t->command;
	struct child_io io = { -1, -1 };

	if (!t->probe)
		t->probe = spawn(t->init, c, c->ready_argv, c->ready_argv[0], io);
	if (t->probe < 0)
		t->probe = 0;
}

/* on_timer() - asks, and once more after LISTENING_AGAIN_MS for as long as the task is starting */
static void on_timer(void *arg)
{
	struct task *t = arg;

	if (t->state != TASK_STARTING)
		return;
	if (t->command->ready == READY_COMMAND)
		probe(t);
	else if (port_is_open(t))
		task_ready(t);
	if (t->state == TASK_STARTING)
		watch_start_in(t->timer, LISTENING_AGAIN_MS);
}

/* readiness_watch() - the program runs: from now on it is asked or listened to.
 * READY_STARTED is ready at once. */
void readiness_watch(struct task *t)
{
	struct loop *loop = t->init->loop;

	switch (t->command->ready) {
	case READY_STARTED:
		task_ready(t);
		break;
	case READY_EXIT: /* tasks_on_child() sees it */
		break;
	case READY_NOTIFY:
		if (!t->notify_watch) {
			t->notify_watch = loop_on_readable(loop, t->notify_fd, on_notify, t);
			watch_start(t->notify_watch);
		}
		break;
	case READY_TCP:
	case READY_UDP:
	case READY_COMMAND:
		watch_free(t->timer);
		t->timer = loop_on_timer(loop, on_timer, t);
		on_timer(t);
		break;
	}
}

/* readiness_end() - a probe is killed, and the task's timer goes, whatever it was for: a backoff or
 * a grace makes a new one */
void readiness_end(struct task *t)
{
	watch_free(t->timer);
	t->timer = NULL;
	if (t->probe && kill(-t->probe, SIGKILL) < 0)
		kill(t->probe, SIGKILL); /* it asked about a life that is over */
	t->probe = 0;
}

bool readiness_on_child(struct task *t, pid_t pid, int status)
{
	if (!t->probe || t->probe != pid)
		return false;
	t->probe = 0; /* so that nobody kills what is gone */
	if (status == 0 && t->state == TASK_STARTING)
		task_ready(t);
	return true;
}
