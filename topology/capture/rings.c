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
#define RINGS_A_MS     10 /* the kernel wakes up for each ring once in its timeout: no more of that */

/* What several threads do together: each takes the next ring that nobody has begun. */
struct starting {
	struct rings *rings;
	struct listing *listing;
	const struct filter *filter;
	struct ring_options options;
	size_t next; /* atomic */
	int *errors; /* of each ring */
};

static void *start_rings(void *arg)
{
	struct starting *s = arg;
	size_t i;

	while ((i = __atomic_fetch_add(&s->next, 1, __ATOMIC_RELAXED)) < s->rings->count) {
		struct listed_socket *socket = &s->listing->sockets[i];
		struct sock_fprog program =
			filter_for(s->filter, socket->indices, socket->index_count);
		struct ring_options o = s->options;

		o.filter = &program;
		s->errors[i] = ring_start(&s->rings->list[i], socket->fd, &o);
		socket->fd = -1; /* the ring's from now on */
		free(program.filter);
	}
	return NULL;
}

/* start_together() - most of a ring's start is waiting for the kernel */
static void start_together(struct starting *s)
{
	pthread_t threads[THREADS_MAX];
	size_t count = 0, wanted = s->rings->count - 1;

	while (count < wanted && count < THREADS_MAX &&
	       pthread_create(&threads[count], NULL, start_rings, s) == 0)
		count++;
	start_rings(s);
	for (size_t i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

static unsigned timeout_for(size_t count)
{
	size_t ms = count / RINGS_A_MS;

	return ms < TIMEOUT_MIN_MS   ? TIMEOUT_MIN_MS
	       : ms > TIMEOUT_MAX_MS ? TIMEOUT_MAX_MS
				     : (unsigned)ms;
}

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
	start_together(&s);
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

void rings_stop(struct rings *r)
{
	for (size_t i = 0; i < r->count; i++)
		ring_stop(&r->list[i]);
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
