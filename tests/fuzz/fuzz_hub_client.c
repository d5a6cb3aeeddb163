/* SPDX-License-Identifier: MIT */
/*
 * A script of datagrams, announcements and time to a route client. After each step the digests are
 * those of the table, each route is what its entry says, and nothing is sent that a plain server
 * would not understand, unless it has said HELLO.
 */
#include "hub_world.h"
#include "nodes/routehub/client.h"

#define SERVER 0x0a000001u

struct world {
	struct client *client;
	struct hub_key key;
	struct hub_session session; /* the server's */
	uint32_t via[HOSTS];
	bool said_hello;
	uint64_t now;
};

static void on_install(void *arg, uint32_t address, uint32_t next_hop)
{
	struct world *w = arg;

	install_in(w->via, address, next_hop);
}

static void on_send(void *arg, const uint8_t *data, size_t len)
{
	const struct world *w = arg;
	struct hub_datagram d;
	bool is_signed;

	require(hub_decode(data, len, &w->key, HUB_CLIENT, &d, &is_signed) == HUB_GOOD);
	require(is_signed == (w->key.len > 0));
	require(d.type <= HUB_DELETE || d.type == HUB_HELLO || w->said_hello);
	require(d.type > HUB_DELETE || ip4_is_host(d.field));
}

/* check_entry() - its route is what its source says */
static void check_entry(const struct world *w, const struct client_entry *e)
{
	uint32_t a = ip4_of(&e->prefix.addr);

	require(e->prefix.len == 32 && ip4_is_host(a));
	require(e->source != FROM_NOBODY || e->by_server);
	require(e->source != FROM_SERVER || e->by_server);
	if (a - HOST_0 < HOSTS)
		require(w->via[a - HOST_0] == (e->source == FROM_SERVER	  ? SERVER
					       : e->source == FROM_SENDER ? e->sender
									  : 0));
}

static void check(const struct world *w)
{
	const struct client *c = w->client;
	uint32_t up = 0, down = 0;

	for (struct client_entry *e = NULL; (e = prefix_map_next(c->table, e));) {
		uint32_t part = hub_hash(ip4_of(&e->prefix.addr), c->id);

		check_entry(w, e);
		if (e->source == FROM_LOCAL || e->source == FROM_SENDER)
			up += part;
		if (e->by_server)
			down += part;
	}
	require(up == c->up && down == c->down);
	check_installed(w->via, c->table);
}

/* hear() - from the server, or from one of eight local senders */
static void hear(struct world *w, uint8_t who, const uint8_t *data, size_t len)
{
	uint8_t *copy = copy_of(data, len);
	struct datagram_in in = { .from = who & 1 ? 0x0a000002u + (who >> 1 & 7) : SERVER,
				  .port = who & 16 ? 4000 : HUB_PORT,
				  .data = copy,
				  .len = len };

	if (len && in.from == SERVER && in.port == HUB_PORT && copy[0] == HUB_HELLO)
		w->said_hello = true;
	route_client_input(w->client, &in, w->now);
	free(copy);
}

static void hear_built(struct world *w, struct reader *r)
{
	uint8_t who;
	struct hub_datagram d = take_datagram(r, &who);
	uint8_t data[HUB_SIGNED_LEN];
	size_t len;

	if ((d.type == HUB_SYNC_END || d.type == HUB_DIGEST_DOWN) && d.field & 1)
		d.field = w->client->down;
	w->session.sequence_out += who >> 6;
	len = hub_encode(&d, w->key.len && !(who & 32) ? &w->key : NULL, HUB_SERVER, &w->session,
			 data);
	hear(w, who, data, len);
}

static void step(struct world *w, struct reader *r)
{
	uint8_t what = take_u8(r);
	uint32_t address = HOST_0 + (what >> 4);
	struct reader raw;

	switch (what & 7) {
	case 0:
		route_client_announce(w->client, address, w->now);
		break;
	case 1:
		route_client_withdraw(w->client, address, w->now);
		break;
	case 2:
		w->now += take_u8(r) * 100u;
		break;
	case 3:
		raw = take_part(r, left(r) < 35 ? left(r) : 35);
		hear(w, what >> 3, raw.at, left(&raw));
		break;
	case 4:
		if (what & 8)
			route_client_unreachable(w->client, w->now);
		else if (what & 16)
			route_client_lost(w->client);
		else
			route_client_reinstall(w->client);
		break;
	default:
		hear_built(w, r);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	uint8_t choice = take_u8(&r);
	struct world w = { .now = 1000000, .session = { .epoch_out = 7 } };
	struct client_io io = { on_install, on_send, on_is_ours, on_dropped, &w };
	struct client_config c = { .server = SERVER,
				   .server_port = HUB_PORT,
				   .interval_ms = INTERVAL,
				   .plain_only = choice & 1 };

	if (choice & 2)
		c.key = w.key = (struct hub_key){ .secret = "key", .len = 3 };
	w.client = route_client_open(&c, &io, 1 + choice, 7, w.now);
	for (unsigned steps = 0; left(&r) && steps < 400; steps++) {
		step(&w, &r);
		check(&w);
		require(route_client_work(w.client, w.now) > w.now);
		check(&w);
		if (!(choice & 4) || steps % 4 == 0)
			route_client_pump(w.client);
	}
	route_client_stop(w.client);
	for (unsigned i = 0; route_client_pump(w.client); i++)
		require(i < 1000);
	route_client_close(w.client);
	return 0;
}
