/* SPDX-License-Identifier: MIT */
#include "topology/capture/rings.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>

#include "nodes/common/compiler.h"
#include "nodes/common/mem.h"

#define THREADS_MAX    64
#define TIMEOUT_MIN_MS 8
#define TIMEOUT_MAX_MS 100
#define RINGS_A_MS     10 /* the kernel wakes up for each ring once in its timeout: no more */

/* What several threads do together: each takes the next ring that nobody has taken. Most of a
 * ring's start and end is waiting for the kernel. */
struct together {
	size_t next, count;
	void (*fn)(void *arg, size_t i);
	void *arg;
};

static void *take_turns(void *arg)
{
	struct together *t = arg;
	size_t i;

	while ((i = __atomic_fetch_add(&t->next, 1, __ATOMIC_RELAXED)) < t->count)
		t->fn(t->arg, i);
	return NULL;
}

/* do_together() - fn(arg, i) for each i below count; with no thread to be had, one after another */
static void do_together(size_t count, void (*fn)(void *arg, size_t i), void *arg)
{
	struct together t = { 0, count, fn, arg };
	pthread_t threads[THREADS_MAX];
	size_t n = 0;

	while (n + 1 < count && n < THREADS_MAX &&
	       pthread_create(&threads[n], NULL, take_turns, &t) == 0)
		n++;
	take_turns(&t);
	for (size_t i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

struct starting {
	struct rings *rings;
	struct listing *listing;
	const struct filter *filter;
	struct ring_options options;
	int *errors; /* of each ring */
};

/* start_one() - in any thread: touches socket and ring number i, and nothing else */
static void start_one(void *arg, size_t i)
{
	struct starting *s = arg;
	struct listed_socket *socket = &s->listing->sockets[i];
	struct sock_fprog program = filter_for(s->filter, socket->indices, socket->index_count);
	struct ring_options o = s->options;

	o.filter = &program;
	s->errors[i] = ring_start(&s->rings->list[i], socket->fd, &o);
	socket->fd = -1; /* the ring's from now on */
	free(program.filter);
}

/* timeout_for() - milliseconds; the more rings there are, the longer: each costs
 * something once in that time */
static unsigned timeout_for(size_t count)
{
	size_t ms = count / RINGS_A_MS;

	return ms < TIMEOUT_MIN_MS   ? TIMEOUT_MIN_MS
	       : ms > TIMEOUT_MAX_MS ? TIMEOUT_MAX_MS
				     : (unsigned)ms;
}

/* watch() - all rings by one descriptor; false with errno */
static bool watch(struct rings *r)
{
	struct epoll_event e = { .events = EPOLLIN };
	bool good;

	r->ready = epoll_create1(EPOLL_CLOEXEC);
	good = r->ready >= 0;
	for (size_t i = 0; i < r->count && good; i++)
		good = epoll_ctl(r->ready, EPOLL_CTL_ADD, r->list[i].fd, &e) == 0;
	return good;
}

bool rings_start(struct rings *r, struct listing *l, const struct filter *filter, bool both,
		 size_t octets, char **why)
{
	auto_free int *errors = xcalloc(l->socket_count + 1, sizeof(*errors));
	struct starting s = { .rings = r, .listing = l, .filter = filter, .errors = errors };

	*r = (struct rings){ .count = l->socket_count, .ready = -1 };
	r->list = xcalloc(r->count + 1, sizeof(*r->list));
	r->timeout_ms = timeout_for(r->count);
	s.options = (struct ring_options){ .octets = octets / (r->count + !r->count),
					   .timeout_ms = r->timeout_ms,
					   .outgoing = both };
	for (size_t i = 0; i < r->count; i++)
		r->list[i].fd = -1;
	do_together(r->count, start_one, &s);
	for (size_t i = 0; i < r->count; i++)
		if (errors[i]) {
			*why = xasprintf("cannot capture in %s: %s", l->sockets[i].label,
					 strerror(errors[i]));
			return false;
		}
	if (watch(r))
		return true;
	*why = xasprintf("cannot watch the rings: %s", strerror(errno));
	return false;
}

static void stop_one(void *arg, size_t i)
{
	ring_stop(&((struct rings *)arg)->list[i]);
}

void rings_stop(struct rings *r)
{
	do_together(r->count, stop_one, r);
	cleanup_close(&r->ready);
	free(r->list);
}

void rings_count(struct rings *r)
{
	for (size_t i = 0; i < r->count; i++)
		ring_count(&r->list[i]);
}

uint64_t rings_dropped(const struct rings *r)
{
	uint64_t dropped = 0;

	for (size_t i = 0; i < r->count; i++)
		dropped += r->list[i].dropped;
	return dropped;
}
