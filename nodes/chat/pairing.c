/* SPDX-License-Identifier: MIT */
/*
 * A sliding window, after RFC 9293's ideas: each datagram in sequence stays in a queue until the
 * peer expects a later one; the first of the queue is sent again when its time is over, which
 * doubles, and nothing else until there is an answer. What comes out of order is dropped, and asked
 * for by repeating what we expect: between two people's lines that is good enough, and needs no
 * store.
 */
#include "pairing.h"

#include <string.h>

#include "nodes/common/mem.h"
#include "packet.h"

#define WINDOW	      32   /* datagrams on their way */
#define QUEUE_MAX     4096 /* datagrams that wait, sent or not */
#define RESEND_MIN_MS 50
#define RESEND_MAX_MS 300
#define HELLO_MS      200ull
#define LINE_MAX_LEN  65536
#define PAST_SESSIONS 16

struct datagram {
	struct datagram *next;
	enum packet_type type;
	bool more;
	bool begins; /* a line */
	uint32_t seq;
	size_t len;
	uint8_t text[];
};

struct pairing {
	struct pairing_calls calls;
	uint32_t session, peer_session;
	uint32_t past[PAST_SESSIONS]; /* the peer's before that: none comes back late */
	unsigned past_at;
	uint32_t window;
	uint32_t next_seq;   /* of the next datagram that is queued */
	uint32_t unsent_seq; /* of the first that was never sent */
	uint32_t expected;   /* of the peer's */
	uint32_t client, peer_client;
	struct datagram *first, **end;
	size_t queued;
	uint64_t resend_at, resend_ms, hello_at;
	bool said_bye, peer_left;
	char *line; /* of the peer, as it comes in parts */
	size_t line_len;
};

struct pairing *pairing_new(const struct pairing_calls *calls, uint32_t session)
{
	struct pairing *p = xcalloc(1, sizeof(*p));

	p->calls = *calls;
	p->session = session;
	p->end = &p->first;
	p->resend_ms = RESEND_MIN_MS;
	p->window = WINDOW;
	p->line = xcalloc(1, LINE_MAX_LEN);
	return p;
}

void pairing_free(struct pairing *p)
{
	struct datagram *next;

	if (!p)
		return;
	for (struct datagram *d = p->first; d; d = next) {
		next = d->next;
		free(d);
	}
	free(p->line);
	free(p);
}

/* transmit() - a datagram of the queue, or a type alone; each says what we expect, and our
 * number */
static void transmit(struct pairing *p, enum packet_type type, const struct datagram *d)
{
	uint8_t data[PACKET_MAX];
	struct packet out = { .type = type,
			      .from = p->session,
			      .to = p->peer_session,
			      .ack = p->expected,
			      .client = p->client };
	size_t len;

	if (d) {
		out.more = d->more;
		out.seq = d->seq;
		out.text = d->text;
		out.text_len = d->len;
	}
	len = packet_encode(&out, data, sizeof(data));
	p->calls.send(p->calls.arg, data, len);
}

/* in_window() - may it be on its way now? There is a first one in the queue. */
static bool in_window(const struct pairing *p, const struct datagram *d)
{
	return d->seq - p->first->seq < p->window;
}

/* send_window() - what was never sent and may be now; nothing before the peer is there */
static void send_window(struct pairing *p, uint64_t now)
{
	for (struct datagram *d = p->first; d && p->peer_session && in_window(p, d); d = d->next) {
		if ((int32_t)(d->seq - p->unsent_seq) < 0)
			continue;
		if (d == p->first)
			p->resend_at = now + p->resend_ms;
		transmit(p, d->type, d);
		p->unsent_seq = d->seq + 1;
	}
}

/* enqueue() - with the next sequence number; send_window() sends it */
static void enqueue(struct pairing *p, enum packet_type type, const char *text, size_t len,
		    bool begins, bool more)
{
	struct datagram *d = xcalloc(1, sizeof(*d) + len);

	d->type = type;
	d->more = more;
	d->begins = begins;
	d->seq = p->next_seq++;
	d->len = len;
	if (len)
		memcpy(d->text, text, len);
	*p->end = d;
	p->end = &d->next;
	p->queued++;
}

bool pairing_is_full(const struct pairing *p)
{
	return p->queued >= QUEUE_MAX;
}

bool pairing_say(struct pairing *p, const char *text, size_t len, uint64_t now)
{
	bool begins = true;

	if (pairing_is_full(p) || p->said_bye)
		return false;
	while (len > PACKET_TEXT_MAX) {
		enqueue(p, PACKET_TEXT, text, PACKET_TEXT_MAX, begins, true);
		begins = false;
		text += PACKET_TEXT_MAX;
		len -= PACKET_TEXT_MAX;
	}
	enqueue(p, PACKET_TEXT, text, len, begins, false);
	send_window(p, now);
	return true;
}

void pairing_bye(struct pairing *p, uint64_t now)
{
	if (p->said_bye)
		return;
	p->said_bye = true;
	enqueue(p, PACKET_BYE, NULL, 0, true, false);
	send_window(p, now);
}

/* drop_first() - of the queue */
static void drop_first(struct pairing *p)
{
	struct datagram *d = p->first;

	p->first = d->next;
	if (!p->first)
		p->end = &p->first;
	free(d);
	p->queued--;
}

/* on_ack() - the peer expects `ack`: all before it has arrived */
static void on_ack(struct pairing *p, uint32_t ack, uint64_t now)
{
	bool progress = false;

	while (p->first && (int32_t)(p->first->seq - ack) < 0 &&
	       (int32_t)(p->first->seq - p->unsent_seq) < 0) {
		drop_first(p);
		progress = true;
	}
	if (progress) {
		p->window = WINDOW;
		p->resend_ms = RESEND_MIN_MS;
		p->resend_at = now + p->resend_ms;
	}
	send_window(p, now);
}

/* take_text() - a part of a line, which goes out whole; what is past LINE_MAX_LEN is cut off */
static void take_text(struct pairing *p, const struct packet *in)
{
	size_t room = LINE_MAX_LEN - p->line_len;
	size_t len = in->text_len < room ? in->text_len : room;

	if (len)
		memcpy(p->line + p->line_len, in->text, len);
	p->line_len += len;
	if (in->more)
		return;
	p->calls.line(p->calls.arg, p->line, p->line_len);
	p->line_len = 0;
}

/* on_sequence() - what is not expected is dropped, and acknowledged all the same: our answer may
 * have been lost */
static void on_sequence(struct pairing *p, const struct packet *in)
{
	if (in->seq == p->expected && !p->peer_left) {
		p->expected++;
		if (in->type == PACKET_BYE)
			p->peer_left = true;
		else
			take_text(p, in);
	}
	transmit(p, PACKET_ACK, NULL);
}

/* meet() - a new session of the peer: nothing of an earlier one counts any more. It gets no rest of
 * a line whose beginning went to the one before, and we count from 0 again. */
static void meet(struct pairing *p, uint32_t session)
{
	p->past[p->past_at++ % PAST_SESSIONS] = p->peer_session;
	p->peer_session = session;
	p->expected = 0;
	p->line_len = 0;
	p->peer_client = 0;
	p->window = WINDOW;
	while (p->first && !p->first->begins)
		drop_first(p);
	p->next_seq = p->unsent_seq = 0;
	for (struct datagram *d = p->first; d; d = d->next)
		d->seq = p->next_seq++;
}

static bool is_past(const struct pairing *p, uint32_t session)
{
	for (size_t i = 0; i < PAST_SESSIONS; i++)
		if (p->past[i] == session)
			return true;
	return false;
}

bool pairing_input(struct pairing *p, const uint8_t *data, size_t len, uint64_t now)
{
	struct packet in;

	if (!packet_decode(&in, data, len) || in.from == p->session)
		return false;
	if (in.from != p->peer_session) {
		if (in.type != PACKET_HELLO || is_past(p, in.from))
			return false; /* of a session that is over, or not begun */
		meet(p, in.from);
	}
	if (in.client)
		p->peer_client = in.client;
	if (in.type == PACKET_HELLO && in.to != p->session)
		transmit(p, PACKET_HELLO, NULL); /* it has not heard of us */
	if (in.to != p->session)
		return true;
	if (in.type == PACKET_TEXT || in.type == PACKET_BYE)
		on_sequence(p, &in);
	on_ack(p, in.ack, now);
	return true;
}

/* say_hello() - until the peer is there; afterwards now and then, because it may have restarted,
 * and our number at the server may be news */
static void say_hello(struct pairing *p, uint64_t now)
{
	if (now < p->hello_at)
		return;
	transmit(p, PACKET_HELLO, NULL);
	p->hello_at = now + (p->peer_session && p->peer_client ? 5u : 1u) * HELLO_MS;
}

uint64_t pairing_tick(struct pairing *p, uint64_t now)
{
	uint64_t next;

	say_hello(p, now);
	if (p->first && p->peer_session && now >= p->resend_at) {
		transmit(p, p->first->type, p->first);
		p->resend_ms = p->resend_ms * 2 > RESEND_MAX_MS ? RESEND_MAX_MS : p->resend_ms * 2;
		p->resend_at = now + p->resend_ms;
		p->unsent_seq = p->first->seq + 1;
		p->window = 1; /* the rest was lost or dropped: it follows the answer */
	}
	send_window(p, now);
	next = p->hello_at;
	if (p->first && p->peer_session && p->resend_at < next)
		next = p->resend_at;
	return next > now ? next - now : 1;
}

void pairing_set_client(struct pairing *p, uint32_t number)
{
	p->client = number;
	p->hello_at = 0;
}

uint32_t pairing_peer_client(const struct pairing *p)
{
	return p->peer_client;
}

bool pairing_peer_left(const struct pairing *p)
{
	return p->peer_left;
}

bool pairing_is_over(const struct pairing *p)
{
	return p->said_bye && !p->first;
}

size_t pairing_waiting(const struct pairing *p)
{
	return p->queued;
}

bool pairing_has_peer(const struct pairing *p)
{
	return p->peer_session != 0;
}
