/* SPDX-License-Identifier: MIT */
#include "loop.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

#include "log.h"
#include "mem.h"

struct watch {
	struct event event;
	loop_fn *fn;
	void *arg;
	bool started;
};

struct loop {
	struct event_base *base;
	struct watch *term, *intr, *hup;
	loop_fn *turn, *end;
	void *turn_arg, *end_arg;
	int status;
	bool stopped;
};

static void on_end_signal(void *arg)
{
	struct loop *l = arg;

	if (l->end)
		l->end(l->end_arg);
	else
		loop_stop(l, EXIT_SUCCESS);
}

void loop_on_end(struct loop *l, loop_fn *fn, void *arg)
{
	l->end = fn;
	l->end_arg = arg;
}

static bool is_ignored(int number)
{
	struct sigaction now;

	return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

/* loop_with() - `config` is NULL where there was no memory for it. From now on SIGPIPE is
 * ignored. */
static struct loop *loop_with(struct event_config *config)
{
	struct loop *l = xcalloc(1, sizeof(*l));

	l->base = config ? event_base_new_with_config(config) : NULL;
	if (!l->base)
		fatal_errno("cannot make an event loop");
	signal(SIGPIPE, SIG_IGN);
	l->term = loop_on_signal(l, SIGTERM, on_end_signal, l);
	l->intr = loop_on_signal(l, SIGINT, on_end_signal, l);
	if (!is_ignored(SIGHUP))
		l->hup = loop_on_signal(l, SIGHUP, on_end_signal, l);
	return l;
}

struct loop *loop_new(void)
{
	struct event_config *config = event_config_new();
	struct loop *l = loop_with(config);

	event_config_free(config);
	return l;
}

/* epoll(7) refuses regular files, poll(2) takes them */
struct loop *loop_new_for_files(void)
{
	struct event_config *config = event_config_new();
	struct loop *l;

	if (config)
		event_config_avoid_method(config, "epoll");
	l = loop_with(config);
	event_config_free(config);
	return l;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	watch_free(l->term);
	watch_free(l->intr);
	watch_free(l->hup);
	event_base_free(l->base);
	free(l);
}

int loop_run(struct loop *l)
{
	while (!l->stopped) {
		if (event_base_loop(l->base, EVLOOP_ONCE) < 0)
			fatal_errno("the event loop failed");
		if (l->turn)
			l->turn(l->turn_arg);
	}
	return l->status;
}

void loop_stop(struct loop *l, int status)
{
	if (!l->stopped)
		l->status = status;
	l->stopped = true;
	event_base_loopbreak(l->base);
}

void loop_on_turn(struct loop *l, loop_fn *fn, void *arg)
{
	l->turn = fn;
	l->turn_arg = arg;
}

uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

uint64_t clock_wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

uint64_t clock_ms(void)
{
	return clock_ns() / 1000000;
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	struct watch *w = arg;

	(void)fd;
	(void)what;
	w->fn(w->arg);
}

static struct watch *watch_new(struct loop *l, int fd, short what, loop_fn *fn, void *arg)
{
	struct watch *w = xcalloc(1, sizeof(*w));

	w->fn = fn;
	w->arg = arg;
	if (event_assign(&w->event, l->base, fd, what, on_event, w) < 0)
		fatal("cannot watch descriptor %d", fd);
	return w;
}

struct watch *loop_on_readable(struct loop *l, int fd, loop_fn *fn, void *arg)
{
	return watch_new(l, fd, EV_READ | EV_PERSIST, fn, arg);
}

struct watch *loop_on_writable(struct loop *l, int fd, loop_fn *fn, void *arg)
{
	return watch_new(l, fd, EV_WRITE | EV_PERSIST, fn, arg);
}

struct watch *loop_on_timer(struct loop *l, loop_fn *fn, void *arg)
{
	return watch_new(l, -1, 0, fn, arg);
}

struct watch *loop_on_signal(struct loop *l, int signal, loop_fn *fn, void *arg)
{
	struct watch *w = watch_new(l, signal, EV_SIGNAL | EV_PERSIST, fn, arg);

	if (signal == SIGHUP) {
		watch_free(l->hup);
		l->hup = NULL;
	}
	watch_start(w);
	return w;
}

void watch_start(struct watch *w)
{
	if (!w->started && event_add(&w->event, NULL) < 0)
		fatal_errno("cannot watch descriptor %d", (int)event_get_fd(&w->event));
	w->started = true;
}

void watch_start_in(struct watch *w, uint64_t ms)
{
	struct timeval t = { (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };

	event_add(&w->event, &t);
}

/* A timer's `started` stays false, and event_del() of what rests costs nothing. */
void watch_stop(struct watch *w)
{
	event_del(&w->event);
	w->started = false;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	event_del(&w->event);
	free(w);
}
