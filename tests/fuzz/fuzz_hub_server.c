/* SPDX-License-Identifier: MIT */
/*
 * A script of datagrams, refusals and time to a route server. After each step the digests are those
 * of the table, the routes are by way of the first owners, and who has said no HELLO is sent no
 * more than the plain form and a HELLO.
 */
#include "hub_world.h"
#include "nodes/routehub/server_core.h"

#define CLIENTS 8 /* 10.0.0.2 and on */

struct world {
	struct server *server;
	struct hub_key key;
	struct hub_session sessions[CLIENTS];
	uint32_t via[HOSTS];
	uint64_t now;
};

static void on_install(void *arg, uint32_t address, uint32_t next_hop)
{
	struct world *w = arg;

	install_in(w->via, address, next_hop);
}

static void on_send(void *arg, const struct hub_client *c, const uint8_t *data, size_t len)
{
	const struct world *w = arg;
	struct hub_datagram d;
	bool is_signed;

	require(hub_decode(data, len, &w->key, HUB_SERVER, &d, &is_signed) == HUB_GOOD);
	require(is_signed == c->is_signed);
	require(d.type <= HUB_DELETE || d.type == HUB_HELLO || c->is_extended);
	require(d.type > HUB_DELETE || ip4_is_host(d.field) || w->server->config.plain_only);
}

/* ---- what is always true --------------------------------------------------------------------- */

/* check_entry() - it has owners, each once, and is routed by way of the first */
static void check_entry(const struct world *w, const struct hub_entry *e)
{
	uint32_t a = ip4_of(&e->prefix.addr), signed_owners = 0;

	require(e->owners && e->prefix.len == 32 && ip4_is_host(a));
	for (const struct hub_owner *o = e->owners; o; o = o->next) {
		require(o->entry == e);
		require(client_find(w->server, o->client->address, o->client->port) == o->client);
		for (const struct hub_owner *p = o->next; p; p = p->next)
			require(p->client != o->client);
		signed_owners += o->client->is_signed;
	}
	require(!signed_owners || w->key.len);
	if (a - HOST_0 < HOSTS)
		require(w->via[a - HOST_0] == (e->barred ? 0 : e->owners->client->address));
}

/* check_client() - the digests and the count that are kept are those of the table */
static void check_client(const struct world *w, const struct hub_client *c)
{
	const struct hub_owner *o;
	uint32_t up = 0, down = 0;
	size_t owned = 0;

	LIST_FOREACH (o, &c->owned, of_client) {
		require(o->client == c);
		up += hub_hash(ip4_of(&o->entry->prefix.addr), c->id);
		owned++;
	}
	for (struct hub_entry *e = NULL; (e = prefix_map_next(w->server->table, e));)
		if (client_wants(c, e))
			down += hub_hash(ip4_of(&e->prefix.addr), c->id);
	require(owned == c->owned_count && up == c->up);
	require(down == c->down || !c->is_extended); /* a plain one has no digests */
}

static void check(const struct world *w)
{
	const struct server *s = w->server;

	require(s->client_count <= s->config.max_clients);
	for (struct hub_entry *e = NULL; (e = prefix_map_next(s->table, e));)
		check_entry(w, e);
	for (size_t i = 0; i < s->client_count; i++) {
		check_client(w, s->by_address[i]);
		require(!i || s->by_address[i - 1]->address <= s->by_address[i]->address);
	}
	check_installed(w->via, s->table);
}

/* ---- steps ----------------------------------------------------------------------------------- */

static void hear(struct world *w, uint8_t who, const uint8_t *data, size_t len)
{
	uint8_t *copy = copy_of(data, len);
	struct datagram_in in = { .from = 0x0a000002u + who % CLIENTS,
				  .to = 0x0a000001u,
				  .port = who & 16 ? 4000 : HUB_PORT,
				  .data = copy,
				  .len = len };

	route_server_input(w->server, &in, w->now);
	free(copy);
}

static void hear_built(struct world *w, struct reader *r)
{
	uint8_t who;
	struct hub_datagram d = take_datagram(r, &who);
	struct hub_session *session = &w->sessions[who % CLIENTS];
	const struct hub_client *c =
		client_find(w->server, 0x0a000002u + who % CLIENTS, who & 16 ? 4000 : HUB_PORT);
	uint8_t data[HUB_SIGNED_LEN];
	size_t len;

	if (c && (d.type == HUB_SYNC_END || d.type == HUB_DIGEST_UP) && d.field & 1)
		d.field = c->up;
	session->epoch_out = 7;
	session->sequence_out += who >> 6;
	len = hub_encode(&d, w->key.len && !(who & 32) ? &w->key : NULL, HUB_CLIENT, session, data);
	hear(w, who, data, len);
}

static void step(struct world *w, struct reader *r)
{
	uint8_t what = take_u8(r);
	struct reader raw;

	switch (what & 7) {
	case 0:
		route_server_unreachable(w->server, 0x0a000002u + (what >> 3) % CLIENTS, HUB_PORT,
					 w->now);
		break;
	case 1:
		w->now += (uint64_t)take_u8(r) * (what & 8 ? 100 : 4);
		break;
	case 2:
		raw = take_part(r, left(r) < 35 ? left(r) : 35);
		hear(w, what >> 3, raw.at, left(&raw));
		break;
	case 3:
		if (what & 8)
			route_server_lost(w->server);
		else
			route_server_reinstall(w->server);
		break;
	default:
		hear_built(w, r);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	uint8_t choice = take_u8(&r);
	struct world w = { .now = 1000000 };
	struct server_io io = { on_install, on_send, on_is_ours, on_dropped, &w };
	struct server_config c = { .interval_ms = INTERVAL,
				   .plain_only = choice & 1,
				   .max_clients = choice & 8 ? 3 : 100 };

	if (choice & 2)
		c.key = w.key = (struct hub_key){ .secret = "key", .len = 3 };
	w.server = route_server_new(&c, &io, 1 + choice, 7, w.now);
	for (unsigned steps = 0; left(&r) && steps < 400; steps++) {
		step(&w, &r);
		check(&w);
		require(route_server_work(w.server, w.now) > w.now);
		check(&w);
		if (!(choice & 4) || steps % 4 == 0)
			route_server_pump(w.server);
	}
	route_server_stop(w.server);
	for (unsigned i = 0; route_server_pump(w.server); i++)
		require(i < 1000);
	route_server_free(w.server);
	return 0;
}
