/* SPDX-License-Identifier: MIT */
#include "server_core.h"

#include <stdlib.h>

#include "nodes/common/mem.h"

#define ENTRIES_MAX 2000000

struct server *route_server_new(const struct server_config *c, const struct server_io *io,
				uint32_t id, uint32_t epoch, uint64_t now)
{
	struct server *s = xcalloc(1, sizeof(*s));

	s->config = *c;
	s->io = *io;
	s->id = id;
	s->begun_s = epoch;
	s->begun = now;
	s->next_round = now + c->interval_ms;
	s->table = prefix_map_new(sizeof(struct hub_entry));
	LIST_INIT(&s->clients);
	return s;
}

/* client_free() - the memory alone: nobody is told, and no route is touched */
static void client_free(struct hub_client *c)
{
	struct hub_owner *o, *next;

	for (o = LIST_FIRST(&c->owned); o; o = next) {
		next = LIST_NEXT(o, of_client);
		free(o);
	}
	feed_free(&c->feed);
	free(c);
}

void route_server_free(struct server *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->client_count; i++)
		client_free(s->by_address[i]);
	prefix_map_free(s->table);
	free(s->past);
	free(s->by_address);
	free(s);
}

/* ---- owners ---------------------------------------------------------------------------------- */

static void tell_others(struct server *s, const struct hub_client *from, uint8_t type,
			uint32_t address)
{
	struct hub_client *c;

	LIST_FOREACH (c, &s->clients, entry)
		if (c != from)
			client_tell(c, type, address);
}

/* tell_of_owner() - an owner has come, or has gone, with others beside it. None: it is news to
 * everybody else. One: to that one alone, for now somebody else than it owns the address, or does
 * no longer. */
static void tell_of_owner(struct server *s, const struct hub_client *of, const struct hub_entry *e,
			  uint8_t type)
{
	struct hub_owner *others = e->owners;
	uint32_t address = ip4_of(&e->prefix.addr);

	if (s->config.plain_only || e->barred)
		return;
	if (!others)
		tell_others(s, of, type, address);
	else if (!others->next)
		client_tell(others->client, type, address);
}

/* install_first() - by way of its first owner; without one the route goes */
static void install_first(struct server *s, const struct hub_entry *e)
{
	if (e->barred)
		return;
	s->io.install(s->io.arg, ip4_of(&e->prefix.addr),
		      e->owners ? e->owners->client->address : 0);
}

/* bar() - an address has become one of this machine, or is none any more */
static void bar(struct server *s, struct hub_entry *e, bool barred)
{
	uint8_t type = barred ? HUB_DELETE : HUB_ADD;
	struct hub_client *c;

	e->barred = false;
	if (barred)
		s->io.install(s->io.arg, ip4_of(&e->prefix.addr), 0);
	LIST_FOREACH (c, &s->clients, entry)
		if (client_wants(c, e))
			client_tell(c, type, ip4_of(&e->prefix.addr));
	e->barred = barred;
}

void route_server_reinstall(struct server *s)
{
	for (struct hub_entry *e = NULL; (e = prefix_map_next(s->table, e));) {
		bool barred = s->io.is_ours(s->io.arg, ip4_of(&e->prefix.addr));

		if (barred != e->barred)
			bar(s, e, barred);
		install_first(s, e);
	}
}

/* owner_find() - this client as an owner; NULL: it is none, or there is no entry */
static struct hub_owner *owner_find(const struct hub_entry *e, const struct hub_client *c)
{
	struct hub_owner *o = e ? e->owners : NULL;

	while (o && o->client != c)
		o = o->next;
	return o;
}

/* owner_add() - as the last one: who was there before stays the next hop */
static struct hub_owner *owner_add(struct server *s, struct hub_entry *e, struct hub_client *c)
{
	struct hub_owner *o = xcalloc(1, sizeof(*o)), **end = &e->owners;
	uint32_t address = ip4_of(&e->prefix.addr);

	tell_of_owner(s, c, e, HUB_ADD);
	o->client = c;
	o->entry = e;
	while (*end)
		end = &(*end)->next;
	*end = o;
	LIST_INSERT_HEAD(&c->owned, o, of_client);
	c->owned_count++;
	c->up += hub_hash(address, c->id);
	if (!e->owners->next)
		install_first(s, e);
	return o;
}

void owner_drop(struct server *s, struct hub_owner *o)
{
	struct hub_entry *e = o->entry;
	struct hub_client *c = o->client;
	struct hub_owner **at = &e->owners;
	uint32_t address = ip4_of(&e->prefix.addr);
	bool was_first = e->owners == o;

	while (*at != o)
		at = &(*at)->next;
	*at = o->next;
	whole_unmention(&c->whole, o->mentioned, hub_hash(address, c->id));
	LIST_REMOVE(o, of_client);
	free(o);
	c->owned_count--;
	c->up -= hub_hash(address, c->id);
	tell_of_owner(s, c, e, HUB_DELETE);
	if (was_first)
		install_first(s, e);
	if (!e->owners)
		prefix_map_remove(s->table, e);
}

/* ---- updates --------------------------------------------------------------------------------- */

static struct prefix host_prefix(uint32_t address)
{
	return (struct prefix){ ip4_addr(address), 32 };
}

static bool has_signed_owner(const struct hub_entry *e)
{
	for (const struct hub_owner *o = e ? e->owners : NULL; o; o = o->next)
		if (o->client->is_signed)
			return true;
	return false;
}

/* drop_unsigned() - who has signed is believed, and who has not is not */
static void drop_unsigned(struct server *s, struct hub_entry *e)
{
	struct hub_owner *o, *next;

	for (o = e->owners; o; o = next) {
		next = o->next;
		if (!o->client->is_signed)
			owner_drop(s, o);
	}
}

/* take_add() - of a client that is admitted. What is barred is kept, and HUB_BAD_ADDRESS all the
 * same. */
static enum hub_count take_add(struct server *s, struct hub_client *c, uint32_t address,
			       uint64_t now)
{
	struct prefix p = host_prefix(address);
	struct hub_entry *e = prefix_map_find(s->table, &p);
	struct hub_owner *o = owner_find(e, c);

	if (!ip4_is_host(address))
		return HUB_BAD_ADDRESS;
	if (!c->is_signed && has_signed_owner(e))
		return HUB_UNSIGNED;
	if (o && now - o->heard >= s->config.interval_ms / 2)
		c->repeats = true;
	if (!e && prefix_map_count(s->table) >= ENTRIES_MAX)
		return HUB_TOO_MANY;
	if (!e) {
		e = prefix_map_add(s->table, &p);
		e->made = now;
		e->barred = s->io.is_ours(s->io.arg, address);
	}
	if (!o &&
	    !(s->config.plain_only && e->owners)) /* the seed: leave the entry that is there */
		o = owner_add(s, e, c);
	if (o) {
		o->heard = now;
		whole_mention(&c->whole, &o->mentioned, hub_hash(address, c->id));
	}
	if (c->is_signed)
		drop_unsigned(s, e);
	return e->barred ? HUB_BAD_ADDRESS : HUB_GOOD;
}

/* take_delete() - by an owner alone; the others keep the address */
static enum hub_count take_delete(struct server *s, struct hub_client *c, uint32_t address)
{
	struct prefix p = host_prefix(address);
	struct hub_entry *e = prefix_map_find(s->table, &p);
	struct hub_owner *o = owner_find(e, c);

	if (!ip4_is_host(address))
		return HUB_BAD_ADDRESS;
	if (!o)
		return !c->is_signed && has_signed_owner(e) ? HUB_UNSIGNED : HUB_NOT_OWNER;
	if (e->owners->next && !s->config.plain_only)
		feed_push(&c->feed, HUB_ADD, address); /* from others it can still have it */
	owner_drop(s, o);
	return HUB_GOOD;
}

/* ---- datagrams ------------------------------------------------------------------------------- */

/* relay() - the seed: each update goes to all clients but the one that it came from, whatever
 * became of it here; but not one that only who has a key could make */
static enum hub_count relay(struct server *s, const struct hub_client *from,
			    const struct hub_datagram *d, enum hub_count why)
{
	if (s->config.plain_only && (why == HUB_GOOD || why == HUB_NOT_OWNER))
		tell_others(s, from, d->type, d->field);
	return why;
}

static enum hub_count take(struct server *s, struct hub_client *c, const struct hub_datagram *d,
			   uint64_t now)
{
	switch (d->type) {
	case HUB_ADD:
		return relay(s, c, d, take_add(s, c, d->field, now));
	case HUB_DELETE:
		return relay(s, c, d, take_delete(s, c, d->field));
	}
	return s->config.plain_only ? HUB_UNKNOWN_TYPE : server_take_extended(s, c, d, now);
}

/* make_place() - for a new client; one that has never said anything but nonsense gives way */
static bool make_place(struct server *s)
{
	struct hub_client *c, *oldest = NULL;

	if (s->client_count < s->config.max_clients)
		return true;
	LIST_FOREACH (c, &s->clients, entry)
		if (!c->is_extended && !c->owned_count && (!oldest || c->heard < oldest->heard))
			oldest = c;
	if (oldest)
		client_forget(s, oldest);
	return oldest;
}

/* check_signed() - in order, and of nobody else; `session` is what is known of the sender */
static enum hub_count check_signed(const struct server *s, const struct hub_client *c,
				   const struct datagram_in *in, const struct hub_datagram *d,
				   struct hub_session *session, bool *gap)
{
	bool known = c && c->is_signed;
	enum hub_count why;

	*session = c ? c->session : (struct hub_session){ 0 };
	if (!known && (d->type != HUB_HELLO || !client_may_be(s, in, d->field, session)))
		return HUB_BAD_AUTH; /* whose datagram it is, its id tells */
	why = hub_accept(session, in->data, gap);
	*gap &= known; /* the first one follows none */
	return why;
}

/* admit() - the client that has sent this, one that is new too; NULL: it is dropped, see *why */
static struct hub_client *admit(struct server *s, const struct datagram_in *in,
				const struct hub_datagram *d, bool is_signed, bool *gap,
				uint64_t now, enum hub_count *why)
{
	struct hub_client *c = client_find(s, in->from, in->port);
	struct hub_session session;

	*why = HUB_GOOD;
	if (is_signed)
		*why = check_signed(s, c, in, d, &session, gap);
	else if (c && c->is_signed)
		*why = HUB_UNSIGNED;
	if (*why == HUB_GOOD && !c && !make_place(s))
		*why = HUB_TOO_MANY;
	if (*why != HUB_GOOD)
		return NULL;
	if (!c)
		c = client_add(s, in->from, in->port, now);
	if (is_signed) {
		c->session.epoch_in = session.epoch_in;
		c->session.sequence_in = session.sequence_in;
		c->is_signed = true;
	}
	return c;
}

/* take_datagram() - HUB_GOOD, or why it is dropped */
static enum hub_count take_datagram(struct server *s, const struct datagram_in *in, uint64_t now)
{
	struct hub_datagram d;
	struct hub_client *c;
	bool is_signed, gap = false;
	enum hub_count why =
		hub_decode(in->data, in->len, &s->config.key, HUB_CLIENT, &d, &is_signed);

	if (why != HUB_GOOD)
		return why;
	if (d.type > HUB_DELETE && s->config.plain_only)
		return HUB_UNKNOWN_TYPE;
	c = admit(s, in, &d, is_signed, &gap, now, &why);
	if (!c)
		return why;
	c->ours = in->to;
	c->heard = now;
	c->errors = 0;
	c->probe_at = UINT64_MAX;
	if (gap && c->is_extended && !c->whole.open)
		feed_push(&c->feed, HUB_DIGEST_UP, c->up);
	return take(s, c, &d, now);
}

void route_server_input(struct server *s, const struct datagram_in *in, uint64_t now)
{
	enum hub_count why = take_datagram(s, in, now);

	s->received++;
	if (why == HUB_GOOD)
		return;
	s->counts[why]++;
	s->io.dropped(s->io.arg, in->from, why);
}

void route_server_lost(struct server *s)
{
	struct hub_client *c;

	LIST_FOREACH (c, &s->clients, entry)
		if (c->is_extended && !c->whole.open)
			feed_push(&c->feed, HUB_DIGEST_UP, c->up);
}

void route_server_stop(struct server *s)
{
	struct hub_client *c;

	LIST_FOREACH (c, &s->clients, entry) {
		feed_clear(&c->feed);
		if (c->is_extended) {
			feed_push_ahead(&c->feed, HUB_BYE, s->id);
			continue;
		}
		for (struct hub_entry *e = NULL; (e = prefix_map_next(s->table, e));)
			if (client_wants(c, e))
				client_tell(c, HUB_DELETE, ip4_of(&e->prefix.addr));
	}
}
