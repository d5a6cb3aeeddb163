/* SPDX-License-Identifier: MIT */
/*
 * A hub and six clients in memory: a channel that loses, doubles and reorders datagrams, ten
 * addresses, 120 random changes, two clients that crash. After a minute of quiet each table is held
 * against the truth: who owns what. Hundreds of runs, each with its own seed.
 */
#include "hub_one.h"
#include "nodes/routehub/client.h"
#include "nodes/routehub/server.h"

#define CLIENTS	  6
#define ADDRESSES 10
#define CHANGES	  120
#define QUEUE_MAX 4096
#define SERVER	  IP(10, 0, 0, 1)
#define S(n)	  ((n)*1000ull)

struct channel {
	unsigned loss, doubled, late; /* per cent */
	unsigned by;		      /* so many ms at most is late: others overtake it */
};

struct peer {
	struct world *world;
	unsigned number;
	struct client *core;
	uint32_t via[ADDRESSES];
	bool owns[ADDRESSES], crashed;
};

struct flying {
	uint64_t at, order;
	unsigned client;
	bool to_server;
	uint8_t data[HUB_SIGNED_LEN];
	size_t len;
};

struct world {
	struct channel channel;
	struct server_config config;
	struct server *server;
	uint32_t via[ADDRESSES];
	struct peer peers[CLIENTS];
	struct flying queue[QUEUE_MAX];
	size_t flying;
	uint64_t now, order, sent;
	uint32_t random;
};

static uint32_t random_below(struct world *w, uint32_t n)
{
	w->random = w->random * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(w->random >> 8) * n >> 24);
}

static uint32_t address_of(unsigned client)
{
	return IP(10, 0, 0, 2 + client);
}

/* ---- the channel ----------------------------------------------------------------------------- */

static void fly(struct world *w, unsigned client, bool to_server, const uint8_t *data, size_t len)
{
	struct flying *f = &w->queue[w->flying++];

	assert_true(w->flying < QUEUE_MAX);
	*f = (struct flying){ .at = w->now + 1,
			      .order = w->order++,
			      .client = client,
			      .to_server = to_server,
			      .len = len };
	if (random_below(w, 100) < w->channel.late)
		f->at += random_below(w, w->channel.by);
	memcpy(f->data, data, len);
}

static void send_by(struct world *w, unsigned client, bool to_server, const uint8_t *data,
		    size_t len)
{
	w->sent++;
	if (random_below(w, 100) < w->channel.loss)
		return;
	fly(w, client, to_server, data, len);
	if (random_below(w, 100) < w->channel.doubled)
		fly(w, client, to_server, data, len);
}

static void server_sends(void *arg, const struct hub_client *c, const uint8_t *data, size_t len)
{
	send_by(arg, c->address - address_of(0), false, data, len);
}

static void client_sends(void *arg, const uint8_t *data, size_t len)
{
	struct peer *p = arg;

	send_by(p->world, p->number, true, data, len);
}

static void pump(struct world *w)
{
	while (route_server_pump(w->server))
		;
	for (unsigned i = 0; i < CLIENTS; i++)
		while (!w->peers[i].crashed && route_client_pump(w->peers[i].core))
			;
}

static void deliver(struct world *w, const struct flying *f)
{
	struct peer *p = &w->peers[f->client];
	struct datagram_in in = { .port = HUB_PORT, .data = f->data, .len = f->len };

	if (f->to_server) {
		in.from = address_of(f->client);
		in.to = SERVER;
		route_server_input(w->server, &in, w->now);
	} else if (p->crashed) {
		route_server_unreachable(w->server, address_of(f->client), HUB_PORT, w->now);
	} else {
		in.from = SERVER;
		route_client_input(p->core, &in, w->now);
	}
}

/* arrive() - the next one that is due, the oldest first */
static bool arrive(struct world *w)
{
	size_t first = w->flying;
	struct flying f;

	for (size_t i = 0; i < w->flying; i++)
		if (w->queue[i].at <= w->now &&
		    (first == w->flying || w->queue[i].at < w->queue[first].at ||
		     (w->queue[i].at == w->queue[first].at &&
		      w->queue[i].order < w->queue[first].order)))
			first = i;
	if (first == w->flying)
		return false;
	f = w->queue[first];
	w->queue[first] = w->queue[--w->flying];
	deliver(w, &f);
	pump(w);
	return true;
}

static void run_for(struct world *w, uint64_t ms)
{
	for (uint64_t until = w->now + ms;;) {
		uint64_t next = route_server_work(w->server, w->now), n;

		for (unsigned i = 0; i < CLIENTS; i++) {
			n = w->peers[i].crashed ? UINT64_MAX
						: route_client_work(w->peers[i].core, w->now);
			next = n < next ? n : next;
		}
		pump(w);
		while (arrive(w))
			;
		if (w->now >= until)
			return;
		for (size_t i = 0; i < w->flying; i++)
			next = w->queue[i].at < next ? w->queue[i].at : next;
		w->now = next < until ? next : until;
	}
}

/* ---- the world ------------------------------------------------------------------------------- */

static void server_installs(void *arg, uint32_t address, uint32_t next_hop)
{
	((struct world *)arg)->via[address - X] = next_hop;
}

static void client_installs(void *arg, uint32_t address, uint32_t next_hop)
{
	((struct peer *)arg)->via[address - X] = next_hop;
}

static bool is_ours(void *arg, uint32_t address)
{
	(void)arg;
	(void)address;
	return false;
}

static void dropped(void *arg, uint32_t from, enum hub_count why)
{
	(void)arg;
	(void)from;
	/* BAD_AUTH: signed, and the HELLO before it was lost; UNSIGNED: what the server says
	 * then */
	if (why != HUB_NOT_OWNER && why != HUB_REPLAYED && why != HUB_BAD_AUTH &&
	    why != HUB_UNSIGNED)
		fail_msg("dropped: %s", hub_count_name(why));
}

/* start_server() - one that knows nothing, in the second 1000 */
static void start_server(struct world *w)
{
	struct server_io io = { server_installs, server_sends, is_ours, dropped, w };

	w->server = route_server_new(&w->config, &io, 1 + random_below(w, 1 << 24), 1000, w->now);
	memset(w->via, 0, sizeof(w->via));
}

static struct world *world_new(unsigned seed, struct channel channel, bool with_key, unsigned plain)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->config = (struct server_config){ .interval_ms = INTERVAL, .max_clients = 100 };
	w->random = seed * 7919 + 1;
	w->now = 1000000;
	w->channel = channel;
	if (with_key)
		w->config.key = key_of_test;
	start_server(w);
	for (unsigned i = 0; i < CLIENTS; i++) {
		struct peer *p = &w->peers[i];
		struct client_config cc = { .server = SERVER,
					    .server_port = HUB_PORT,
					    .interval_ms = INTERVAL,
					    .plain_only = i < plain,
					    .key = w->config.key };
		struct client_io cio = { client_installs, client_sends, is_ours, dropped, p };

		p->world = w;
		p->number = i;
		p->core = route_client_open(&cc, &cio, 1 + random_below(w, 1 << 24), 1000,
					    w->now + random_below(w, INTERVAL));
	}
	return w;
}

static void world_free(struct world *w)
{
	route_server_free(w->server);
	for (unsigned i = 0; i < CLIENTS; i++)
		route_client_close(w->peers[i].core);
	free(w);
}

static void change_something(struct world *w)
{
	struct peer *p = &w->peers[random_below(w, CLIENTS)];
	unsigned a = random_below(w, ADDRESSES);

	if (p->crashed)
		return;
	p->owns[a] = !p->owns[a];
	if (p->owns[a])
		assert_true(route_client_announce(p->core, X + a, w->now));
	else
		assert_true(route_client_withdraw(p->core, X + a, w->now));
	pump(w);
}

static void crash(struct peer *p)
{
	p->crashed = true;
	memset(p->owns, 0, sizeof(p->owns));
}

/* ---- the truth ------------------------------------------------------------------------------- */

/* owner_beside() - does anybody but this client own it? */
static bool owner_beside(const struct world *w, unsigned client, unsigned a)
{
	for (unsigned i = 0; i < CLIENTS; i++)
		if (i != client && w->peers[i].owns[a])
			return true;
	return false;
}

static unsigned wrong_entries(const struct world *w)
{
	unsigned wrong = 0;

	for (unsigned a = 0; a < ADDRESSES; a++) {
		unsigned owner = w->via[a] ? w->via[a] - address_of(0) : CLIENTS;

		wrong += owner_beside(w, CLIENTS, a) ? owner >= CLIENTS || !w->peers[owner].owns[a]
						     : w->via[a] != 0;
		for (unsigned i = 0; i < CLIENTS; i++) {
			const struct peer *p = &w->peers[i];
			bool wanted = !p->owns[a] && owner_beside(w, i, a);

			if (!p->crashed)
				wrong += p->via[a] != (wanted ? SERVER : 0);
		}
	}
	return wrong;
}

struct kind {
	struct channel channel;
	bool with_key;
	unsigned plain, crashes;
	uint64_t quiet;
};

static void run(const struct kind *k, unsigned seed)
{
	struct world *w = world_new(seed, k->channel, k->with_key, k->plain);
	unsigned wrong;

	for (unsigned i = 0; i < CHANGES; i++) {
		run_for(w, random_below(w, 500));
		change_something(w);
		if (k->crashes && i == CHANGES / 2)
			crash(&w->peers[CLIENTS - 1]);
		if (k->crashes > 1 && i == CHANGES * 3 / 4)
			crash(&w->peers[0]);
	}
	run_for(w, k->quiet);
	wrong = wrong_entries(w);
	if (wrong)
		fail_msg("seed %u: %u wrong entries", seed, wrong);
	world_free(w);
}

static void run_all(const struct kind *k, unsigned seeds)
{
	for (unsigned seed = 1; seed <= seeds; seed++)
		run(k, seed);
}

/* ---- kinds of runs --------------------------------------------------------------------------- */

static void without_loss_all_is_right_at_once(void **state)
{
	(void)state;
	run_all(&(struct kind){ .quiet = 100 }, 100);
}

static void with_loss_and_crashes_all_is_right_after_a_minute(void **state)
{
	(void)state;
	run_all(&(struct kind){ .channel = { 5, 2, 10, 300 }, .crashes = 2, .quiet = S(60) }, 200);
}

/* What comes late is dropped as well: it takes longer. */
static void with_a_key_too(void **state)
{
	(void)state;
	run_all(&(struct kind){ .channel = { 5, 2, 10, 300 },
				.with_key = true,
				.crashes = 2,
				.quiet = S(120) },
		200);
}

static void with_a_tenth_lost_it_takes_longer(void **state)
{
	(void)state;
	run_all(&(struct kind){ .channel = { 10, 5, 10, 300 }, .quiet = S(300) }, 40);
}

static void plain_clients_among_them_are_right_where_nothing_is_lost(void **state)
{
	(void)state;
	for (unsigned plain = 1; plain <= CLIENTS; plain++)
		run_all(&(struct kind){ .plain = plain, .quiet = S(1) }, 25);
}

/* A plain client that has crashed is found by the network's refusals. */
static void a_plain_client_that_crashes_is_withdrawn(void **state)
{
	(void)state;
	run_all(&(struct kind){ .plain = 3, .crashes = 2, .quiet = S(60) }, 50);
}

/* At rest ten octets for each client and interval, however many addresses there are. */
static void at_rest_two_digests_are_all(void **state)
{
	struct world *w = world_new(1, (struct channel){ 0, 0, 0, 0 }, false, 0);
	uint64_t before;

	(void)state;
	for (unsigned i = 0; i < CHANGES; i++)
		change_something(w);
	run_for(w, S(20));
	before = w->sent;
	run_for(w, S(100)); /* a HELLO, its answer, and two digests */
	assert_in_range(w->sent - before, CLIENTS * 20 * 4 - 24, CLIENTS * 20 * 4 + 24);
	assert_int_equal(wrong_entries(w), 0);
	world_free(w);
}

/* Clients that a server meets in one second are met at later and later times: that of one that is
 * started anew within it, and meets them in another order, is before the one that they remember. */
static void a_server_that_is_started_twice_in_a_second_is_heard(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 50; seed++) {
		struct world *w = world_new(seed, (struct channel){ 5, 2, 10, 300 }, true, 0);
		unsigned wrong;

		for (unsigned i = 0; i < CHANGES; i++)
			change_something(w);
		run_for(w, S(60));
		route_server_free(w->server);
		start_server(w);
		run_for(w, S(120));
		wrong = wrong_entries(w);
		if (wrong)
			fail_msg("seed %u: %u wrong entries", seed, wrong);
		world_free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_loss_all_is_right_at_once),
		cmocka_unit_test(with_loss_and_crashes_all_is_right_after_a_minute),
		cmocka_unit_test(with_a_key_too),
		cmocka_unit_test(a_server_that_is_started_twice_in_a_second_is_heard),
		cmocka_unit_test(with_a_tenth_lost_it_takes_longer),
		cmocka_unit_test(plain_clients_among_them_are_right_where_nothing_is_lost),
		cmocka_unit_test(a_plain_client_that_crashes_is_withdrawn),
		cmocka_unit_test(at_rest_two_digests_are_all),
	};

	return cmocka_run_group_tests_name("hub model", tests, NULL, NULL);
}
