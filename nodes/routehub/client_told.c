/* SPDX-License-Identifier: MIT */
/* What the server tells its client: additions and deletions, and the extended form, by which what
 * was lost is found and said again. */
#include "client_core.h"

/* server_adds() - one that is our own is remembered, for the digest, and nothing more */
static enum hub_count server_adds(struct client *c, uint32_t address, uint64_t now)
{
	bool ours = c->io.is_ours(c->io.arg, address);
	struct client_entry *e = entry_find_or_make(c, address, now);

	if (e->by_server && now - e->heard >= c->config.interval_ms / 2)
		c->server_repeats = true;
	if (!e->by_server)
		c->down += hub_hash(address, c->id);
	e->by_server = true;
	whole_mention(&c->whole, &e->mentioned, hub_hash(address, c->id));
	if (e->source == FROM_NOBODY && !ours)
		entry_give(c, e, FROM_SERVER);
	if (e->source == FROM_SERVER)
		e->heard = now;
	return ours && e->source == FROM_NOBODY ? HUB_BAD_ADDRESS : HUB_GOOD;
}

void client_untell(struct client *c, struct client_entry *e)
{
	uint32_t hash = hub_hash(ip4_of(&e->prefix.addr), c->id);

	c->down -= hash;
	whole_unmention(&c->whole, e->mentioned, hash);
	e->mentioned = 0;
	e->by_server = false;
	if (e->source == FROM_SERVER || e->source == FROM_NOBODY)
		entry_give_up(c, e);
}

/* client_forget_told() - what the server has told and this says no good of */
void client_forget_told(struct client *c,
			bool (*is_good)(const struct client *c, const struct client_entry *e))
{
	for (struct client_entry *e = NULL; (e = prefix_map_next(c->table, e));)
		if (e->by_server && !(is_good && is_good(c, e)))
			client_untell(c, e);
}

static bool was_mentioned(const struct client *c, const struct client_entry *e)
{
	return whole_was_mentioned(&c->whole, e->mentioned);
}

/* take_hello() - a new id, and it is told all that we announce */
static void take_hello(struct client *c, uint32_t id)
{
	if (!id || c->server_id == id)
		return;
	c->server_id = id; /* it has begun anew, and knows nothing of us */
	c->whole.open = false;
	feed_whole(&c->feed, true);
}

/* take_whole_end() - of a replay: what it has not mentioned is forgotten; if a part was lost, it is
 * asked for again */
static void take_whole_end(struct client *c, uint32_t sum)
{
	if (!c->whole.open)
		return;
	if (whole_end(&c->whole, sum))
		client_forget_told(c, was_mentioned);
	else
		feed_push(&c->feed, HUB_DIGEST_DOWN, c->down);
}

static void take_extended(struct client *c, const struct hub_datagram *d, uint64_t now)
{
	if (d->type != HUB_HELLO && !c->server_id)
		return; /* it has not said that it speaks so */
	switch (d->type) {
	case HUB_HELLO:
		take_hello(c, d->field);
		break;
	case HUB_DIGEST_UP: /* an answer to ours */
		if (d->field != c->up && feed_may_repeat(&c->feed, prefix_map_count(c->table), now,
							 c->config.interval_ms))
			feed_whole(&c->feed, true);
		break;
	case HUB_DIGEST_DOWN:
		c->whole.open = false; /* all was said: the end of that was lost */
		if (d->field != c->down)
			feed_push(&c->feed, HUB_DIGEST_DOWN, c->down);
		break;
	case HUB_SYNC_BEGIN:
		whole_begin(&c->whole);
		break;
	case HUB_SYNC_END:
		take_whole_end(c, d->field);
		break;
	case HUB_BYE:
		if (d->field != c->server_id)
			break; /* of an earlier start */
		c->server_id = 0;
		client_forget_told(c, NULL);
		break;
	}
}

enum hub_count client_take_told(struct client *c, const struct hub_datagram *d, uint64_t now)
{
	struct client_entry *e;

	c->server_heard = now;
	c->errors = 0;
	if (d->type > HUB_DELETE) {
		if (c->config.plain_only)
			return HUB_UNKNOWN_TYPE;
		take_extended(c, d, now);
		return HUB_GOOD;
	}
	if (!ip4_is_host(d->field))
		return HUB_BAD_ADDRESS;
	if (d->type == HUB_ADD)
		return server_adds(c, d->field, now);
	e = entry_find(c, d->field);
	if (!e || !e->by_server)
		return HUB_NOT_OWNER;
	client_untell(c, e);
	return HUB_GOOD;
}

/* take_signed() - RFC 2104's part is done: is it in order? */
enum hub_count client_take_signed(struct client *c, const uint8_t *data)
{
	bool gap, first = !c->session.sequence_in;
	enum hub_count why = hub_accept(&c->session, data, &gap);

	if (why == HUB_GOOD && gap && !first && !c->whole.open && c->server_id)
		feed_push(&c->feed, HUB_DIGEST_DOWN, c->down);
	return why;
}
