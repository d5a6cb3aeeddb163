/* SPDX-License-Identifier: MIT */
/* The server's clients: who they are, what each should know, when one is dead. */
#include <stdlib.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "server_core.h"

#define PUMP	 128 /* datagrams to one client in one go */
#define PROBES	 3   /* unanswered, and it is unreachable */
#define PROBE_MS 300
#define FORGIVE_MS \
	30000 /* after which an earlier one does not count: an unanswered ARP takes seconds */

/* ---- found by address and port --------------------------------------------------------------- */

static uint64_t key_of(uint32_t address, uint16_t port)
{
	return (uint64_t)address << 16 | port;
}

/* place_of() - where a client is in the sorted list, or would be */
static size_t place_of(const struct server *s, uint64_t key)
{
	size_t low = 0, high = s->client_count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct hub_client *c = s->by_address[middle];

		if (key_of(c->address, c->port) < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct hub_client *client_find(const struct server *s, uint32_t address, uint16_t port)
{
	size_t at = place_of(s, key_of(address, port));
	struct hub_client *c = at < s->client_count ? s->by_address[at] : NULL;

	return c && c->address == address && c->port == port ? c : NULL;
}

/* new_epoch() - each session has one of its own, that is later than any before: its sequence begins
 * with 1 */
static uint32_t new_epoch(struct server *s, uint64_t now)
{
	uint32_t seconds = s->begun_s + (uint32_t)((now - s->begun) / 1000);

	s->epoch = seconds > s->epoch ? seconds : s->epoch + 1;
	return s->epoch;
}

struct hub_client *client_add(struct server *s, uint32_t address, uint16_t port, uint64_t now)
{
	struct hub_client *c = xcalloc(1, sizeof(*c));
	size_t at = place_of(s, key_of(address, port));

	c->address = address;
	c->port = port;
	c->heard = now;
	c->probe_at = UINT64_MAX;
	c->session.epoch_out = new_epoch(s, now);
	s->by_address = xgrow(s->by_address, s->client_count, sizeof(*s->by_address));
	memmove(s->by_address + at + 1, s->by_address + at,
		(s->client_count - at) * sizeof(*s->by_address));
	s->by_address[at] = c;
	s->client_count++;
	LIST_INSERT_HEAD(&s->clients, c, entry);
	if (!s->config.plain_only)
		feed_whole(&c->feed, false); /* it comes late, and is told everything */
	return c;
}

void client_meet_again(struct server *s, struct hub_client *c, uint64_t now)
{
	c->session.epoch_out = new_epoch(s, now);
	c->session.sequence_out = 0;
	c->unheard = 0;
}

/* remember() - a signed one that goes, in place of the oldest that is remembered */
static void remember(struct server *s, const struct hub_client *c)
{
	if (!s->past)
		s->past = xcalloc(HUB_PAST_COUNT, sizeof(*s->past));
	s->past[s->past_count++ % HUB_PAST_COUNT] =
		(struct hub_past){ c->id, c->address, c->port, c->session };
}

/* past_of() - what is remembered of this id last; or NULL */
static const struct hub_past *past_of(const struct server *s, uint32_t id)
{
	/* the last one first */
	for (uint64_t i = s->past_count; i > 0 && s->past_count - i < HUB_PAST_COUNT; i--)
		if (s->past[(i - 1) % HUB_PAST_COUNT].id == id)
			return &s->past[(i - 1) % HUB_PAST_COUNT];
	return NULL;
}

bool client_may_be(const struct server *s, const struct datagram_in *in, uint32_t id,
		   struct hub_session *session)
{
	const struct hub_past *past = past_of(s, id);
	const struct hub_client *other;

	LIST_FOREACH (other, &s->clients, entry)
		if (other->is_signed && other->id == id &&
		    (other->address != in->from || other->port != in->port))
			return false;
	if (!past)
		return true;
	session->epoch_in = past->session.epoch_in;
	session->sequence_in = past->session.sequence_in;
	return past->address == in->from && past->port == in->port;
}

void client_forget(struct server *s, struct hub_client *c)
{
	size_t at = place_of(s, key_of(c->address, c->port));

	if (c->is_signed)
		remember(s, c);

	while (!LIST_EMPTY(&c->owned))
		owner_drop(s, LIST_FIRST(&c->owned));
	memmove(s->by_address + at, s->by_address + at + 1,
		(s->client_count - at - 1) * sizeof(*s->by_address));
	s->client_count--;
	LIST_REMOVE(c, entry);
	feed_free(&c->feed);
	free(c);
}

/* ---- what it should know --------------------------------------------------------------------- */

/* client_wants() - somebody else owns it */
bool client_wants(const struct hub_client *c, const struct hub_entry *e)
{
	if (e->barred)
		return false;
	for (const struct hub_owner *o = e->owners; o; o = o->next)
		if (o->client != c)
			return true;
	return false;
}

void client_recount(const struct server *s, struct hub_client *c)
{
	const struct hub_owner *o;

	c->up = c->down = 0;
	LIST_FOREACH (o, &c->owned, of_client)
		c->up += hub_hash(ip4_of(&o->entry->prefix.addr), c->id);
	for (struct hub_entry *e = NULL; (e = prefix_map_next(s->table, e));)
		if (client_wants(c, e))
			c->down += hub_hash(ip4_of(&e->prefix.addr), c->id);
}

void client_tell(struct hub_client *c, uint8_t type, uint32_t address)
{
	uint32_t part = hub_hash(address, c->id);

	c->down += type == HUB_ADD ? part : -part;
	feed_push(&c->feed, type, address);
}

struct view {
	const struct server *s;
	const struct hub_client *c;
};

/* next_in_view() - a feed_next_fn: what this client wants to know */
static bool next_in_view(void *arg, uint32_t *cursor, uint32_t *address)
{
	const struct view *v = arg;
	const struct hub_entry *e;

	while ((e = prefix_map_walk(v->s->table, cursor)))
		if (client_wants(v->c, e)) {
			*address = ip4_of(&e->prefix.addr);
			return true;
		}
	return false;
}

/* pump() - true: it had as much to be told as goes at once, or more */
static bool pump(struct server *s, struct hub_client *c)
{
	struct view view = { s, c };
	const struct hub_key *key = c->is_signed ? &s->config.key : NULL;
	struct hub_datagram d;
	unsigned budget = PUMP;

	while (budget > 0 && feed_take(&c->feed, next_in_view, &view, c->down, &d)) {
		uint8_t data[HUB_SIGNED_LEN];
		size_t len = hub_encode(&d, key, HUB_SERVER, &c->session, data);

		s->io.send(s->io.arg, c, data, len);
		s->sent++;
		budget--;
	}
	return !budget;
}

bool route_server_pump(struct server *s)
{
	struct hub_client *c;
	bool more = false;

	LIST_FOREACH (c, &s->clients, entry)
		more |= pump(s, c);
	return more;
}

/* ---- alive or dead --------------------------------------------------------------------------- */

/* route_server_unreachable() - one refusal may be of a moment: it is probed, and dead after the
 * third */
void route_server_unreachable(struct server *s, uint32_t address, uint16_t port, uint64_t now)
{
	struct hub_client *c = client_find(s, address, port);

	if (!c || s->config.plain_only || (c->errors && now - c->error_at < PROBE_MS / 2))
		return;
	if (now - c->error_at > FORGIVE_MS)
		c->errors = 0;
	c->error_at = now;
	c->probe_at = now + PROBE_MS;
	if (++c->errors == PROBES)
		client_forget(s, c);
}

/* probe() - a plain node ignores a HELLO; a port without a node refuses it again */
static void probe(const struct server *s, struct hub_client *c, uint64_t now, uint64_t *next)
{
	if (c->probe_at <= now) {
		feed_push_ahead(&c->feed, HUB_HELLO, s->id);
		c->probe_at = UINT64_MAX;
	}
	if (c->probe_at < *next)
		*next = c->probe_at;
}

/* too_old() - three intervals and a half ago: who was not heard since is dead; 0: not so long as
 * yet */
static uint64_t too_old(const struct server *s, uint64_t now)
{
	uint64_t age = s->config.interval_ms * 7 / 2;

	return now > age ? now - age : 0;
}

/* age_owned() - of a plain client that repeats its additions: what it does not repeat has gone */
static void age_owned(struct server *s, struct hub_client *c, uint64_t now)
{
	struct hub_owner *o, *next;

	for (o = LIST_FIRST(&c->owned); o; o = next) {
		next = LIST_NEXT(o, of_client);
		if (o->heard < too_old(s, now))
			owner_drop(s, o);
	}
}

/* each_round() - a digest of what it should know; all of it, for one that knows no digests */
static void each_round(struct hub_client *c)
{
	if (!feed_is_idle(&c->feed))
		return; /* it hears all of it anyway */
	if (c->is_extended)
		feed_push(&c->feed, HUB_DIGEST_DOWN, c->down);
	else
		feed_whole(&c->feed, false);
}

uint64_t route_server_work(struct server *s, uint64_t now)
{
	bool round = s->next_round <= now;
	uint64_t next;
	struct hub_client *c, *following;

	if (s->config.plain_only)
		return UINT64_MAX;
	if (round)
		s->next_round = now + s->config.interval_ms;
	next = s->next_round;
	for (c = LIST_FIRST(&s->clients); c; c = following) {
		following = LIST_NEXT(c, entry);
		probe(s, c, now, &next);
		if (!round)
			continue;
		if (c->is_extended && c->heard < too_old(s, now)) {
			client_forget(s, c);
			continue;
		}
		c->new_ids = 0;
		if (!c->is_extended && c->repeats)
			age_owned(s, c, now);
		each_round(c);
	}
	return next;
}
