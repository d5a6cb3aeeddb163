/* SPDX-License-Identifier: MIT */
/* The server's part of the extended form: route-server(1), PROTOCOL. What was lost is found by
 * digests, and said again as a whole. */
#include "server_core.h"

#define NEW_IDS_MAX 4 /* of one client in an interval */
#define UNHEARD_MAX 3 /* HELLOs, one an interval */

/* take_hello() - a new id costs a look at the whole table: a few in an interval are heard */
static void take_hello(struct server *s, struct hub_client *c, uint32_t id)
{
	feed_push_ahead(&c->feed, HUB_HELLO, s->id);
	if (c->id == id || c->new_ids++ >= NEW_IDS_MAX)
		return;
	c->id = id;
	c->is_extended = true;
	c->whole = (struct whole){ .number = c->whole.number };
	client_recount(s, c);
	feed_whole(&c->feed, true);
}

/* take_digest_up() - of what it has announced */
static void take_digest_up(struct hub_client *c, uint32_t digest)
{
	c->whole.open = false; /* it says so when it has said all: the end of that was lost */
	if (digest != c->up)
		feed_push(&c->feed, HUB_DIGEST_UP, c->up);
}

/* take_digest_down() - an answer to ours: it does not know all, or too much */
static void take_digest_down(const struct server *s, struct hub_client *c, uint32_t digest,
			     uint64_t now)
{
	if (digest != c->down &&
	    feed_may_repeat(&c->feed, prefix_map_count(s->table), now, s->config.interval_ms))
		feed_whole(&c->feed, true);
}

static void take_whole_end(struct server *s, struct hub_client *c, uint32_t sum)
{
	struct hub_owner *o, *next;

	if (!c->whole.open)
		return;
	if (!whole_end(&c->whole, sum)) { /* part of it was lost: once more */
		feed_push(&c->feed, HUB_DIGEST_UP, c->up);
		return;
	}
	for (o = LIST_FIRST(&c->owned); o; o = next) {
		next = LIST_NEXT(o, of_client);
		if (!whole_was_mentioned(&c->whole, o->mentioned))
			owner_drop(s, o);
	}
}

/* is_answer() - a sign that the client hears us: marks and the lower digest are for who does, and a
 * right upper one is as good */
static bool is_answer(const struct hub_client *c, const struct hub_datagram *d)
{
	return d->type == HUB_SYNC_BEGIN || d->type == HUB_DIGEST_DOWN ||
	       (d->type == HUB_DIGEST_UP && d->field == c->up);
}

/* look_for_deafness() - perhaps it remembers a later session, of a server that was started just
 * before us, and takes all that we say for a replay: then a yet later one begins */
static void look_for_deafness(struct server *s, struct hub_client *c, const struct hub_datagram *d,
			      uint64_t now)
{
	if (is_answer(c, d))
		c->unheard = 0;
	else if (d->type == HUB_HELLO && c->is_signed && ++c->unheard > UNHEARD_MAX)
		client_meet_again(s, c, now);
}

enum hub_count server_take_extended(struct server *s, struct hub_client *c,
				    const struct hub_datagram *d, uint64_t now)
{
	look_for_deafness(s, c, d, now);
	if (d->type == HUB_HELLO && d->field)
		take_hello(s, c, d->field);
	if (!c->is_extended)
		return HUB_GOOD;
	switch (d->type) {
	case HUB_DIGEST_UP:
		take_digest_up(c, d->field);
		break;
	case HUB_DIGEST_DOWN:
		take_digest_down(s, c, d->field, now);
		break;
	case HUB_SYNC_BEGIN:
		whole_begin(&c->whole);
		break;
	case HUB_SYNC_END:
		take_whole_end(s, c, d->field);
		break;
	case HUB_BYE:
		if (d->field == c->id) /* not one of an earlier start */
			client_forget(s, c);
		break;
	}
	return HUB_GOOD;
}
