/* SPDX-License-Identifier: MIT */
#include "acceptor.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "log.h"
#include "mem.h"
#include "tcp.h"

#define ACCEPTS_A_TURN 64
#define ACCEPT_REST_MS 100

struct acceptor {
	int fd;
	accept_fn *fn;
	void *arg;
	struct watch *readable, *rested;
	bool resting;
	struct log_limit complaint;
};

/* rest() - out of descriptors or memory, as errno says: a socket that stays readable would keep the
 * loop turning */
static void rest(struct acceptor *a)
{
	log_limited(&a->complaint, "cannot accept: %s; new clients wait", strerror(errno));
	watch_stop(a->readable);
	watch_start_in(a->rested, ACCEPT_REST_MS);
	a->resting = true;
}

void acceptor_resume(struct acceptor *a)
{
	if (!a->resting)
		return;
	watch_stop(a->rested);
	watch_start(a->readable);
	a->resting = false;
}

static void on_rested(void *arg)
{
	acceptor_resume(arg);
}

static bool out_of_resources(int err)
{
	return err == EMFILE || err == ENFILE || err == ENOBUFS || err == ENOMEM;
}

/* on_connection() - those that wait, but not all of a flood: the clients that are there have their
 * turn too */
static void on_connection(void *arg)
{
	struct acceptor *a = arg;

	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		struct endpoint peer = { .len = sizeof(peer.sa) };
		int fd = accept4(a->fd, (struct sockaddr *)&peer.sa, &peer.len,
				 SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			tcp_nodelay(fd);
			a->fn(a->arg, fd, &peer);
			continue;
		}
		if (out_of_resources(errno))
			rest(a);
		else if (errno == ECONNABORTED || errno == EINTR)
			continue; /* it left before we looked */
		return;
	}
}

struct acceptor *acceptor_new(struct loop *l, int listening, accept_fn *fn, void *arg)
{
	struct acceptor *a = xcalloc(1, sizeof(*a));

	*a = (struct acceptor){ .fd = listening, .fn = fn, .arg = arg };
	a->readable = loop_on_readable(l, listening, on_connection, a);
	a->rested = loop_on_timer(l, on_rested, a);
	watch_start(a->readable);
	return a;
}

void acceptor_free(struct acceptor *a)
{
	if (!a)
		return;
	watch_free(a->readable);
	watch_free(a->rested);
	close(a->fd);
	free(a);
}
