/* SPDX-License-Identifier: MIT */
/*
 * Octets go from socket to socket by splice(2), through a pipe, without a copy in this process. The
 * pipe bounds what is on its way: while the sink takes nothing, nothing is read, and the source
 * feels it. An end passes as an end, a reset as a reset.
 */
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "flow.h"
#include "nodes/common/mem.h"
#include "nodes/common/tcp.h"

#define STEPS_A_TURN 32	   /* so that one busy connection leaves the others their turn */
#define FEW	     16384 /* octets: whoever sent so few has no more to send at once */
#define PIPE_WAIT_MS 50	   /* out of descriptors: look again */

struct direction {
	struct relay *relay;
	struct flow flow;
	struct pipe *pipe; /* while octets are in it */
	int from, to;
	struct watch *readable, *writable; /* of from; of to */
};

struct relay {
	struct relay_owner *owner;
	struct relay *next, **at;
	int client, upstream;
	struct direction up, down;
	struct watch *connected, *timer; /* while connecting; and for want of a pipe */
	bool connecting;
};

/* direction_close() - what is in its pipe is lost with it */
static void direction_close(struct direction *d)
{
	watch_free(d->readable);
	watch_free(d->writable);
	pipes_give(&d->relay->owner->pipes, d->pipe, d->flow.held == 0);
}

/* relay_end() - `end_socket` is how both sockets go: close(2)d, or reset */
static void relay_end(struct relay *r, void (*end_socket)(int fd), const char *why)
{
	struct relay_owner *o = r->owner;

	direction_close(&r->up);
	direction_close(&r->down);
	watch_free(r->connected);
	watch_free(r->timer);
	end_socket(r->client);
	end_socket(r->upstream);
	*r->at = r->next;
	if (r->next)
		r->next->at = r->at;
	o->count--;
	pipes_trim(&o->pipes, o->count);
	free(r);
	if (o->ended)
		o->ended(o->arg, why);
}

static void close_socket(int fd)
{
	close(fd);
}

static void relay_close(struct relay *r, const char *why)
{
	relay_end(r, close_socket, why);
}

/* relay_reset() - one side was reset: so is the other; what was on its way is lost, as it would be
 * between the two */
static void relay_reset(struct relay *r)
{
	relay_end(r, tcp_reset, strerror(ECONNRESET));
}

/* is_last() - has the other direction said all it had to say? */
static bool is_last(const struct direction *d)
{
	const struct relay *r = d->relay;

	return flow_next(d == &r->up ? &r->down.flow : &r->up.flow) == FLOW_DONE;
}

/* do_step() - the flow's next step; octets moved, or -1 with errno */
static ssize_t do_step(struct direction *d, enum flow_step step)
{
	const unsigned flags = SPLICE_F_NONBLOCK | SPLICE_F_MOVE;

	switch (step) {
	case FLOW_READ:
		if (!d->pipe)
			d->pipe = pipes_take(&d->relay->owner->pipes);
		if (!d->pipe)
			return -1;
		return splice(d->from, NULL, d->pipe->in, NULL, d->pipe->size, flags);
	case FLOW_WRITE:
		return splice(d->pipe->out, NULL, d->to, NULL, d->flow.held, flags);
	case FLOW_CLOSE: /* the second of both is closed right behind this */
		return is_last(d) ? 0 : shutdown(d->to, SHUT_WR);
	case FLOW_DONE:
		break;
	}
	return 0;
}

/* wait_for() - this one of its two watches, and not the other */
static void wait_for(struct direction *d, struct watch *w)
{
	watch_start(w);
	if (w != d->readable)
		watch_stop(d->readable);
	if (w != d->writable)
		watch_stop(d->writable);
}

/* rest() - waits for neither */
static void rest(struct direction *d)
{
	watch_stop(d->readable);
	watch_stop(d->writable);
}

/* return_pipe() - an empty pipe is somebody else's to use */
static void return_pipe(struct direction *d)
{
	if (d->flow.held || !d->pipe)
		return;
	pipes_give(&d->relay->owner->pipes, d->pipe, true);
	d->pipe = NULL;
}

static bool both_done(const struct relay *r)
{
	return flow_next(&r->up.flow) == FLOW_DONE && flow_next(&r->down.flow) == FLOW_DONE;
}

/* on_trouble() - a step did not work, errno says why: wait for what it needs, or end the relay,
 * which is freed then */
static void on_trouble(struct direction *d, enum flow_step step)
{
	int err = errno;

	return_pipe(d);
	if (err == EAGAIN && step != FLOW_CLOSE) {
		wait_for(d, step == FLOW_READ ? d->readable : d->writable);
	} else if (err == EMFILE || err == ENFILE) {
		rest(d);
		watch_start_in(d->relay->timer, PIPE_WAIT_MS);
	} else {
		relay_reset(d->relay);
	}
}

/* pump() - steps, until it has to wait, or others have their turn. The relay may have ended, and be
 * freed. */
static void pump(struct direction *d)
{
	struct relay *r = d->relay;
	bool few = false;

	for (int i = 0; i < STEPS_A_TURN; i++) {
		enum flow_step step = flow_next(&d->flow);
		ssize_t n;

		if (step == FLOW_DONE) {
			rest(d);
			if (both_done(r))
				relay_close(r, NULL);
			return;
		}
		n = do_step(d, step);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			on_trouble(d, step);
			return;
		}
		flow_moved(&d->flow, step, (size_t)n);
		return_pipe(d);
		if (step == FLOW_READ)
			few = n < FEW;
		else if (few && !d->flow.held)
			break; /* that was all there was: asking once more would only say so */
	}
	wait_for(d, d->flow.held ? d->writable : d->readable);
}

static void on_ready(void *arg)
{
	pump(arg);
}

/* on_timer() - connecting takes too long, or there may be a pipe again */
static void on_timer(void *arg)
{
	struct relay *r = arg;

	if (r->connecting) {
		relay_close(r, strerror(ETIMEDOUT));
		return;
	}
	wait_for(&r->up, r->up.flow.held ? r->up.writable : r->up.readable);
	wait_for(&r->down, r->down.flow.held ? r->down.writable : r->down.readable);
}

/* start() - both sides are connected */
static void start(struct relay *r)
{
	r->connecting = false;
	watch_stop(r->timer);
	wait_for(&r->up, r->up.readable);
	wait_for(&r->down, r->down.readable);
}

static void on_connected(void *arg)
{
	struct relay *r = arg;
	int err = socket_error(r->upstream);

	watch_stop(r->connected);
	if (err)
		relay_close(r, strerror(err));
	else
		start(r);
}

static void direction_open(struct direction *d, struct relay *r, int from, int to)
{
	struct loop *loop = r->owner->loop;

	*d = (struct direction){ .relay = r, .from = from, .to = to };
	d->readable = loop_on_readable(loop, from, on_ready, d);
	d->writable = loop_on_writable(loop, to, on_ready, d);
}

void relay_new(struct relay_owner *o, int client, int upstream, bool connecting, uint64_t wait_ms)
{
	struct relay *r = xcalloc(1, sizeof(*r));

	*r = (struct relay){ .owner = o,
			     .client = client,
			     .upstream = upstream,
			     .next = o->relays,
			     .at = &o->relays,
			     .connecting = connecting };
	if (r->next)
		r->next->at = &r->next;
	o->relays = r;
	o->count++;
	direction_open(&r->up, r, client, upstream);
	direction_open(&r->down, r, upstream, client);
	r->connected = loop_on_writable(o->loop, upstream, on_connected, r);
	r->timer = loop_on_timer(o->loop, on_timer, r);
	if (!connecting) {
		start(r);
		return;
	}
	watch_start(r->connected);
	watch_start_in(r->timer, wait_ms);
}

bool relays_prepare(struct relay_owner *o)
{
	struct pipe *pipe = pipes_take(&o->pipes);

	pipes_give(&o->pipes, pipe, true);
	return pipe != NULL;
}

void relays_free(struct relay_owner *o)
{
	o->ended = NULL;
	while (o->relays)
		relay_close(o->relays, NULL);
	pipes_free(&o->pipes);
}
