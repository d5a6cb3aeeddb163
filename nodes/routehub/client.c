/* SPDX-License-Identifier: MIT */
#include "client_core.h"

#include <stdlib.h>

#include "nodes/common/mem.h"

#define LOOPBACK_NET 127
#define ENTRIES_MAX  2000000
#define PUMP	     128 /* datagrams in one go */
#define ERRORS_MAX   3	 /* refused so often without a word from it, the server is dead */

struct client *route_client_open(const struct client_config *config, const struct client_io *io,
				 uint32_t id, uint32_t epoch, uint64_t now)
{
	struct client *c = xcalloc(1, sizeof(*c));

	c->config = *config;
	c->io = *io;
	c->id = id;
	c->session.epoch_out = epoch;
	c->table = prefix_map_new(sizeof(struct client_entry));
	c->next_round = now;
	c->server_heard = now;
	return c;
}

void route_client_close(struct client *c)
{
	if (!c)
		return;
	feed_free(&c->feed);
	prefix_map_free(c->table);
	free(c);
}

/* ---- entries --------------------------------------------------------------------------------- */

struct client_entry *entry_find(const struct client *c, uint32_t address)
{
	struct prefix p = { ip4_addr(address), 32 };

	return prefix_map_find(c->table, &p);
}

struct client_entry *entry_find_or_make(struct client *c, uint32_t address, uint64_t now)
{
	struct prefix p = { ip4_addr(address), 32 };
	struct client_entry *e = prefix_map_add(c->table, &p);

	if (e->source == FROM_NOBODY && !e->by_server)
		e->made = now;
	return e;
}

static bool is_announced(const struct client_entry *e)
{
	return e->source == FROM_LOCAL || e->source == FROM_SENDER;
}

/* install() - a route by its source: our own has no next hop */
static void install(struct client *c, const struct client_entry *e)
{
	uint32_t hop = e->source == FROM_SERVER	  ? c->config.server
		       : e->source == FROM_SENDER ? e->sender
						  : 0;

	c->io.install(c->io.arg, ip4_of(&e->prefix.addr), hop);
}

void route_client_reinstall(struct client *c)
{
	for (struct client_entry *e = NULL; (e = prefix_map_next(c->table, e));) {
		bool ours = c->io.is_ours(c->io.arg, ip4_of(&e->prefix.addr));

		if (e->source == FROM_NOBODY && !ours)
			e->source = FROM_SERVER;
		else if (e->source == FROM_SERVER && ours)
			e->source = FROM_NOBODY;
		install(c, e);
	}
}

/* entry_give() - the entry belongs to another source now; the server hears what that means for
 * it */
void entry_give(struct client *c, struct client_entry *e, enum client_source source)
{
	uint32_t address = ip4_of(&e->prefix.addr);
	bool was = is_announced(e), is;

	e->source = source;
	is = is_announced(e);
	if (is != was) {
		feed_push(&c->feed, is ? HUB_ADD : HUB_DELETE, address);
		c->up += is ? hub_hash(address, c->id) : -hub_hash(address, c->id);
	}
	install(c, e);
	if (source == FROM_NOBODY && !e->by_server)
		prefix_map_remove(c->table, e);
}

/* entry_give_up() - its source has gone: the server's word counts again, if there is one */
void entry_give_up(struct client *c, struct client_entry *e)
{
	entry_give(c, e, e->by_server ? FROM_SERVER : FROM_NOBODY);
}

bool route_client_announce(struct client *c, uint32_t address, uint64_t now)
{
	struct client_entry *e;

	if (!ip4_is_host(address))
		return false;
	e = entry_find_or_make(c, address, now);
	if (e->source != FROM_LOCAL)
		e->made = now;
	entry_give(c, e, FROM_LOCAL);
	return true;
}

bool route_client_withdraw(struct client *c, uint32_t address, uint64_t now)
{
	struct client_entry *e = entry_find(c, address);

	if (!e || e->source != FROM_LOCAL)
		return false;
	e->made = now;
	entry_give_up(c, e);
	return true;
}

/* ---- from local senders: the seed, to the letter --------------------------------------------- */

/* is_of_sender() - the next hop is the sender: its port does not matter */
static bool is_of_sender(const struct client_entry *e, uint32_t from)
{
	return e && e->source == FROM_SENDER && e->sender == from;
}

static void sender_adds(struct client *c, uint32_t address, uint32_t from, uint16_t port,
			uint64_t now)
{
	struct client_entry *e = entry_find(c, address);

	if (is_of_sender(e, from)) {
		e->repeats |= now - e->heard >= c->config.interval_ms / 2;
		e->heard = now;
	}
	if (e && e->source != FROM_NOBODY)
		return; /* who was first has the entry */
	e = entry_find_or_make(c, address, now);
	e->sender = from;
	e->sender_port = port;
	e->heard = now;
	e->repeats = false;
	entry_give(c, e, FROM_SENDER);
}

static enum hub_count take_from_sender(struct client *c, const struct hub_datagram *d,
				       uint32_t from, uint16_t port, uint64_t now)
{
	struct client_entry *e;

	if (d->type > HUB_DELETE)
		return HUB_UNKNOWN_TYPE;
	if (c->config.key.len && from >> 24 != LOOPBACK_NET && !c->io.is_ours(c->io.arg, from))
		return HUB_UNSIGNED; /* it would be signed by us */
	if (d->type == HUB_ADD && prefix_map_count(c->table) >= ENTRIES_MAX)
		return HUB_TOO_MANY;
	if (!ip4_is_host(d->field) || c->io.is_ours(c->io.arg, d->field))
		return HUB_BAD_ADDRESS;
	if (d->type == HUB_ADD) {
		sender_adds(c, d->field, from, port, now);
		return HUB_GOOD;
	}
	e = entry_find(c, d->field);
	if (!is_of_sender(e, from))
		return HUB_NOT_OWNER;
	entry_give_up(c, e);
	return HUB_GOOD;
}

/* ---- datagrams ------------------------------------------------------------------------------- */

/* take() - HUB_GOOD, or why it is dropped; who has the server's address and port is the server */
static enum hub_count take(struct client *c, const struct datagram_in *in, uint64_t now)
{
	bool by_server = in->from == c->config.server && in->port == c->config.server_port,
	     is_signed;
	struct hub_datagram d;
	enum hub_count why =
		hub_decode(in->data, in->len, &c->config.key, HUB_SERVER, &d, &is_signed);

	if (why != HUB_GOOD)
		return why;
	if (!by_server)
		return is_signed ? HUB_BAD_AUTH : take_from_sender(c, &d, in->from, in->port, now);
	if (c->config.key.len && !is_signed)
		return HUB_UNSIGNED;
	why = is_signed ? client_take_signed(c, in->data) : HUB_GOOD;
	return why == HUB_GOOD ? client_take_told(c, &d, now) : why;
}

void route_client_input(struct client *c, const struct datagram_in *in, uint64_t now)
{
	enum hub_count why = take(c, in, now);

	c->received++;
	if (why == HUB_GOOD)
		return;
	c->counts[why]++;
	c->io.dropped(c->io.arg, in->from, why);
}

void route_client_lost(struct client *c)
{
	if (c->server_id && !c->whole.open)
		feed_push(&c->feed, HUB_DIGEST_DOWN, c->down);
}

void route_client_unreachable(struct client *c, uint64_t now)
{
	if (c->config.plain_only || (c->errors && now - c->error_at < c->config.interval_ms / 2))
		return;
	c->error_at = now;
	if (++c->errors < ERRORS_MAX)
		return;
	c->errors = 0;
	c->server_id = 0;
	c->whole.open = false;
	client_forget_told(c, NULL);
}

/* ---- time ------------------------------------------------------------------------------------ */

static bool is_too_old(const struct client *c, uint64_t heard, uint64_t now)
{
	return heard + c->config.interval_ms * 7 / 2 < now;
}

/* age() - what has not been repeated, by who repeats */
static void age(struct client *c, uint64_t now)
{
	if (c->server_id && is_too_old(c, c->server_heard, now)) {
		c->server_id = 0;
		c->whole.open = false;
		client_forget_told(c, NULL);
	}
	for (struct client_entry *e = NULL; (e = prefix_map_next(c->table, e));) {
		if (!is_too_old(c, e->heard, now))
			continue;
		if (e->source == FROM_SENDER && e->repeats)
			entry_give_up(c, e);
		else if (e->source == FROM_SERVER && c->server_repeats && !c->server_id)
			client_untell(c, e);
	}
}

uint64_t route_client_work(struct client *c, uint64_t now)
{
	if (c->config.plain_only)
		return UINT64_MAX;
	if (c->next_round > now)
		return c->next_round;
	age(c, now);
	feed_push_ahead(&c->feed, HUB_HELLO, c->id);
	if (!feed_is_idle(&c->feed))
		; /* it hears all of it anyway */
	else if (c->server_id)
		feed_push(&c->feed, HUB_DIGEST_UP, c->up);
	else
		feed_whole(&c->feed, false);
	c->next_round = now + c->config.interval_ms;
	return c->next_round;
}

static bool next_announced(void *arg, uint32_t *cursor, uint32_t *address)
{
	const struct client *c = arg;
	const struct client_entry *e;

	while ((e = prefix_map_walk(c->table, cursor)))
		if (is_announced(e)) {
			*address = ip4_of(&e->prefix.addr);
			return true;
		}
	return false;
}

bool route_client_pump(struct client *c)
{
	const struct hub_key *key = c->config.key.len ? &c->config.key : NULL;
	struct hub_datagram d;
	unsigned budget = PUMP;

	while (budget > 0 && feed_take(&c->feed, next_announced, c, c->up, &d)) {
		uint8_t data[HUB_SIGNED_LEN];
		size_t len = hub_encode(&d, key, HUB_CLIENT, &c->session, data);

		c->io.send(c->io.arg, data, len);
		c->sent++;
		budget--;
	}
	return !budget;
}

void route_client_stop(struct client *c)
{
	feed_clear(&c->feed);
	if (c->server_id) {
		feed_push_ahead(&c->feed, HUB_BYE, c->id);
		return;
	}
	for (struct client_entry *e = NULL; (e = prefix_map_next(c->table, e));)
		if (is_announced(e))
			feed_push(&c->feed, HUB_DELETE, ip4_of(&e->prefix.addr));
}
