/* SPDX-License-Identifier: MIT */
/* The route client: its table, what it announces, and whom it believes. route-client(1). */
#include "hub_one.h"
#include "nodes/routehub/client.h"

#define SERVER	  IP(10, 0, 0, 1)
#define SENDER	  IP(10, 0, 0, 7)
#define OTHER	  IP(10, 0, 0, 8)
#define ID	  0xc1c1c1c1
#define SERVER_ID 0x5e5e5e5e

struct one {
	struct client *client;
	struct hub_log *log;
	uint64_t now;
};

static void on_send(void *arg, const uint8_t *data, size_t len)
{
	log_sent(arg, SERVER, HUB_PORT, data, len);
}

static struct one begin_with(struct client_config c)
{
	struct one o = { .now = START, .log = calloc(1, sizeof(*o.log)) };
	struct client_io io = { log_install, on_send, log_is_ours, log_dropped, o.log };

	assert_non_null(o.log);
	o.log->ours_too = true;
	c.server = SERVER;
	c.server_port = HUB_PORT;
	c.interval_ms = INTERVAL;
	o.client = route_client_open(&c, &io, ID, 1000, o.now);
	return o;
}

static struct one begin(void)
{
	return begin_with((struct client_config){ .plain_only = false });
}

static void end(struct one *o)
{
	route_client_close(o->client);
	free(o->log);
}

static void pump(struct one *o)
{
	while (route_client_pump(o->client))
		;
}

static void hear_octets(struct one *o, uint32_t from, const uint8_t *data, size_t len)
{
	struct hub_packet in = { .from = from, .port = HUB_PORT, .data = data, .len = len };

	o->log->dropped = HUB_GOOD;
	route_client_input(o->client, &in, o->now);
	pump(o);
}

static void hear(struct one *o, uint32_t from, uint8_t type, uint32_t field)
{
	struct hub_datagram d = { type, field };
	uint8_t data[HUB_SIGNED_LEN];

	hear_octets(o, from, data, hub_encode(&d, NULL, HUB_CLIENT, NULL, data));
}

static void run_for(struct one *o, uint64_t ms)
{
	for (uint64_t until = o->now + ms;;) {
		uint64_t next = route_client_work(o->client, o->now);

		pump(o);
		if (next > until) {
			o->now = until;
			return;
		}
		assert_true(next > o->now);
		o->now = next;
	}
}

static uint32_t via(const struct one *o, uint32_t address)
{
	return o->log->via[address & 0xffff];
}

static unsigned told(const struct one *o, uint8_t type, uint32_t field)
{
	return sent_times(o->log, 0, type, field);
}

/* ---- the seed, to the letter ---------------------------------------------------------------------- */

static void an_addition_of_the_server_is_a_route_and_goes_no_further(void **state)
{
	struct one o = begin();

	(void)state;
	hear(&o, SERVER, HUB_ADD, X);
	assert_int_equal(via(&o, X), SERVER);
	assert_int_equal(o.log->count, 0);
	hear(&o, SERVER, HUB_DELETE, X);
	assert_int_equal(via(&o, X), 0);
	assert_int_equal(o.log->count, 0);
	assert_int_equal(prefix_map_count(o.client->table), 0);
	end(&o);
}

static void an_addition_of_a_sender_is_a_route_and_goes_to_the_server(void **state)
{
	struct one o = begin();

	(void)state;
	hear(&o, SENDER, HUB_ADD, X);
	assert_int_equal(via(&o, X), SENDER);
	assert_int_equal(told(&o, HUB_ADD, X), 1);
	hear(&o, SENDER, HUB_ADD, X);
	hear(&o, OTHER, HUB_ADD, X);
	assert_int_equal(via(&o, X), SENDER);
	assert_int_equal(o.log->count, 1);
	end(&o);
}

static void only_who_is_the_next_hop_deletes(void **state)
{
	struct one o = begin();

	(void)state;
	hear(&o, SENDER, HUB_ADD, X);
	hear(&o, OTHER, HUB_DELETE, X);
	assert_int_equal(o.log->dropped, HUB_NOT_OWNER);
	hear(&o, SERVER, HUB_DELETE, X);
	assert_int_equal(o.log->dropped, HUB_NOT_OWNER);
	assert_int_equal(via(&o, X), SENDER);
	assert_int_equal(told(&o, HUB_DELETE, X), 0);
	hear(&o, SENDER, HUB_DELETE, X);
	assert_int_equal(via(&o, X), 0);
	assert_int_equal(told(&o, HUB_DELETE, X), 1);
	hear(&o, SENDER, HUB_DELETE, Y);
	assert_int_equal(o.log->dropped, HUB_NOT_OWNER);
	end(&o);
}

static void a_sender_does_not_take_what_the_server_has_told(void **state)
{
	struct one o = begin();

	(void)state;
	hear(&o, SERVER, HUB_ADD, X);
	hear(&o, SENDER, HUB_ADD, X);
	hear(&o, SENDER, HUB_DELETE, X);
	assert_int_equal(via(&o, X), SERVER);
	assert_int_equal(o.log->count, 0);
	end(&o);
}

static void bad_datagrams_are_dropped(void **state)
{
	static const uint8_t cut[4] = { HUB_ADD, 10, 1, 0 };
	struct one o = begin();

	(void)state;
	hear(&o, SENDER, HUB_ADD, 0x7f000001);
	assert_int_equal(o.log->dropped, HUB_BAD_ADDRESS);
	hear(&o, SERVER, HUB_ADD, 0xe0000001);
	assert_int_equal(o.log->dropped, HUB_BAD_ADDRESS);
	hear(&o, SENDER, HUB_ADD, OURS);
	assert_int_equal(o.log->dropped, HUB_BAD_ADDRESS);
	hear(&o, SENDER, HUB_HELLO, 7);
	assert_int_equal(o.log->dropped, HUB_UNKNOWN_TYPE);
	hear(&o, SERVER, 3, X);
	assert_int_equal(o.log->dropped, HUB_UNKNOWN_TYPE);
	hear_octets(&o, SERVER, cut, sizeof(cut));
	assert_int_equal(o.log->dropped, HUB_BAD_LENGTH);
	assert_int_equal(prefix_map_count(o.client->table), 0);
	end(&o);
}

/* ---- what this node announces --------------------------------------------------------------------- */

static void what_we_announce_has_no_route_through_the_server(void **state)
{
	struct one o = begin();

	(void)state;
	hear(&o, SERVER, HUB_ADD, X);
	assert_true(route_client_announce(o.client, X, o.now));
	pump(&o);
	assert_int_equal(via(&o, X), 0);
	assert_int_equal(told(&o, HUB_ADD, X), 1);
	assert_true(route_client_withdraw(o.client, X, o.now));
	pump(&o);
	assert_int_equal(via(&o, X), SERVER); /* it has one again */
	assert_int_equal(told(&o, HUB_DELETE, X), 1);
	assert_false(route_client_withdraw(o.client, X, o.now));
	assert_false(route_client_announce(o.client, 0xe0000001, o.now));
	end(&o);
}

static void what_the_server_takes_back_meanwhile_is_gone(void **state)
{
	struct one o = begin();

	(void)state;
	route_client_announce(o.client, X, o.now);
	hear(&o, SERVER, HUB_ADD, X);
	hear(&o, SERVER, HUB_DELETE, X);
	route_client_withdraw(o.client, X, o.now);
	assert_int_equal(via(&o, X), 0);
	assert_int_equal(prefix_map_count(o.client->table), 0);
	end(&o);
}

/* It was an address of this machine when the server told of it, and is none any more. */
static void an_address_that_is_ours_no_longer_has_a_route(void **state)
{
	struct one o = begin();

	(void)state;
	hear(&o, SERVER, HUB_ADD, OURS);
	assert_int_equal(via(&o, OURS), 0);
	o.log->ours_too = false;
	route_client_reinstall(o.client); /* what is called after the links have changed */
	assert_int_equal(via(&o, OURS), SERVER);
	end(&o);
}

/* ---- soft state ----------------------------------------------------------------------------------- */

static void a_plain_server_hears_all_again_each_interval(void **state)
{
	struct one o = begin();

	(void)state;
	route_client_announce(o.client, X, o.now);
	hear(&o, SERVER, HUB_ADD, Y);
	run_for(&o, 4 * INTERVAL);
	assert_in_range(told(&o, HUB_ADD, X), 5, 6);
	assert_int_equal(told(&o, HUB_ADD, Y), 0); /* nothing goes back */
	for (size_t i = 0; i < o.log->count; i++) {
		uint8_t type = o.log->kept[i].d.type;

		assert_true(type <= HUB_DELETE || type == HUB_HELLO);
	}
	end(&o);
}

static void what_a_plain_server_does_not_repeat_ages_if_it_repeats(void **state)
{
	struct one o = begin();

	(void)state;
	hear(&o, SERVER, HUB_ADD, X);
	hear(&o, SERVER, HUB_ADD, Y);
	run_for(&o, 20 * INTERVAL);
	assert_int_equal(via(&o, X), SERVER); /* this one repeats nothing */
	for (int i = 0; i < 5; i++) {
		hear(&o, SERVER, HUB_ADD, X);
		run_for(&o, INTERVAL);
	}
	assert_int_equal(via(&o, X), SERVER);
	assert_int_equal(via(&o, Y), 0);
	end(&o);
}

static void a_sender_that_repeats_ages(void **state)
{
	struct one o = begin();

	(void)state;
	hear(&o, SENDER, HUB_ADD, X);
	hear(&o, OTHER, HUB_ADD, Y);
	run_for(&o, INTERVAL);
	hear(&o, SENDER, HUB_ADD, X);
	run_for(&o, 6 * INTERVAL);
	assert_int_equal(via(&o, X), 0);
	assert_int_equal(via(&o, Y), OTHER);
	assert_int_equal(told(&o, HUB_DELETE, X), 1);
	end(&o);
}

/* ---- the extended form ---------------------------------------------------------------------------- */

static void a_hello_brings_all_that_we_announce(void **state)
{
	struct one o = begin();

	(void)state;
	route_client_announce(o.client, X, o.now);
	run_for(&o, 10);
	assert_int_equal(told(&o, HUB_HELLO, ID), 1);
	o.log->count = 0;
	hear(&o, SERVER, HUB_HELLO, SERVER_ID);
	assert_int_equal(o.log->kept[0].d.type, HUB_SYNC_BEGIN);
	assert_int_equal(o.log->kept[1].d.field, X);
	assert_int_equal(last_field(o.log, 0, HUB_SYNC_END), hub_hash(X, ID));
	o.log->count = 0;
	hear(&o, SERVER, HUB_HELLO, SERVER_ID);
	assert_int_equal(o.log->count, 0);
	run_for(&o, INTERVAL);
	assert_int_equal(told(&o, HUB_DIGEST_UP, hub_hash(X, ID)), 1);
	assert_int_equal(told(&o, HUB_ADD, X), 0);
	end(&o);
}

/* Types from 16 up go only to a peer that has sent a HELLO. */
static void before_a_hello_nothing_extended_is_said(void **state)
{
	struct one o = begin();

	(void)state;
	hear(&o, SERVER, HUB_DIGEST_DOWN, 5);
	hear(&o, SERVER, HUB_DIGEST_UP, 5);
	hear(&o, SERVER, HUB_SYNC_BEGIN, 0);
	hear(&o, SERVER, HUB_SYNC_END, 5);
	assert_int_equal(o.log->count, 0);
	end(&o);
}

static void what_a_whole_set_does_not_mention_goes(void **state)
{
	struct one o = begin();

	(void)state;
	hear(&o, SERVER, HUB_HELLO, SERVER_ID);
	hear(&o, SERVER, HUB_ADD, X);
	hear(&o, SERVER, HUB_DIGEST_DOWN, hub_hash(X, ID));
	assert_int_equal(sent_type(o.log, 0, HUB_DIGEST_DOWN), 0);
	hear(&o, SERVER, HUB_DIGEST_DOWN, 0);
	assert_int_equal(told(&o, HUB_DIGEST_DOWN, hub_hash(X, ID)), 1);
	hear(&o, SERVER, HUB_SYNC_BEGIN, 0);
	hear(&o, SERVER, HUB_ADD, Y);
	hear(&o, SERVER, HUB_SYNC_END, 7); /* part of it was lost */
	assert_int_equal(via(&o, X), SERVER);
	hear(&o, SERVER, HUB_SYNC_BEGIN, 0);
	hear(&o, SERVER, HUB_ADD, Y);
	hear(&o, SERVER, HUB_SYNC_END, hub_hash(Y, ID));
	assert_int_equal(via(&o, X), 0);
	assert_int_equal(via(&o, Y), SERVER);
	end(&o);
}

static void a_server_that_leaves_or_is_dead_takes_its_routes_along(void **state)
{
	struct one o = begin();

	(void)state;
	hear(&o, SERVER, HUB_HELLO, SERVER_ID);
	hear(&o, SERVER, HUB_ADD, X);
	hear(&o, SENDER, HUB_ADD, Y);
	hear(&o, SERVER, HUB_BYE, SERVER_ID);
	assert_int_equal(via(&o, X), 0);
	assert_int_equal(via(&o, Y), SENDER);
	hear(&o, SERVER, HUB_HELLO, SERVER_ID);
	hear(&o, SERVER, HUB_ADD, X);
	run_for(&o, 3 * INTERVAL);
	assert_int_equal(via(&o, X), SERVER);
	run_for(&o, 2 * INTERVAL);
	assert_int_equal(via(&o, X), 0);
	hear(&o, SERVER, HUB_ADD, X);
	for (int i = 0; i < 3; i++) { /* nobody listens there */
		assert_int_equal(via(&o, X), SERVER);
		route_client_unreachable(o.client, o.now);
		o.now += INTERVAL;
	}
	assert_int_equal(via(&o, X), 0);
	end(&o);
}

static void at_the_end_what_we_announced_is_withdrawn(void **state)
{
	struct one o = begin();

	(void)state;
	route_client_announce(o.client, X, o.now);
	hear(&o, SENDER, HUB_ADD, Y);
	o.log->count = 0;
	route_client_stop(o.client); /* from a plain server by deletions */
	pump(&o);
	assert_int_equal(told(&o, HUB_DELETE, X) + told(&o, HUB_DELETE, Y), 2);
	hear(&o, SERVER, HUB_HELLO, SERVER_ID);
	o.log->count = 0;
	route_client_stop(o.client);
	pump(&o);
	assert_int_equal(told(&o, HUB_BYE, ID), 1);
	end(&o);
}

/* The server forgets us at the BYE: an addition behind it would make us anew, for ever. */
static void nothing_follows_a_bye(void **state)
{
	static const uint8_t hello[] = { HUB_HELLO, 0, 0, 0, 9 };
	struct hub_packet in = { .from = SERVER, .port = HUB_PORT, .data = hello, .len = 5 };
	struct one o = begin();

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		route_client_announce(o.client, X + i, o.now);
	pump(&o);
	route_client_input(o.client, &in, o.now);
	route_client_pump(o.client);
	o.log->count = 0;
	route_client_stop(o.client);
	pump(&o);
	assert_int_equal(told(&o, HUB_BYE, ID), 1);
	assert_int_equal(sent_type(o.log, 0, HUB_ADD), 0);
	end(&o);
}

/* ---- with a key, and the seed --------------------------------------------------------------------- */

static void with_a_key_nothing_unsigned_is_taken_from_the_server(void **state)
{
	struct one o = begin_with((struct client_config){ .key = key_of_test });
	struct hub_session s = { .epoch_out = 100 };
	struct hub_datagram d = { HUB_ADD, X };
	uint8_t data[HUB_SIGNED_LEN];

	(void)state;
	hear(&o, SERVER, HUB_ADD, X);
	assert_int_equal(o.log->dropped, HUB_UNSIGNED);
	assert_int_equal(via(&o, X), 0);
	hear_octets(&o, SERVER, data, hub_encode(&d, &key_of_test, HUB_SERVER, &s, data));
	assert_int_equal(via(&o, X), SERVER);
	hear_octets(&o, SERVER, data, sizeof(data));
	assert_int_equal(o.log->dropped, HUB_REPLAYED);
	hear_octets(&o, SERVER, data, hub_encode(&d, &key_of_test, HUB_CLIENT, &s, data));
	assert_int_equal(o.log->dropped, HUB_BAD_AUTH);
	hear(&o, SENDER, HUB_ADD, Y);
	assert_int_equal(via(&o, Y), SENDER);
	for (size_t i = 0; i < o.log->count; i++)
		assert_int_equal(o.log->kept[i].len, HUB_SIGNED_LEN);
	end(&o);
}

static void plain_only_is_the_seed_and_nothing_else(void **state)
{
	struct one o = begin_with((struct client_config){ .plain_only = true });

	(void)state;
	route_client_announce(o.client, X, o.now);
	hear(&o, SERVER, HUB_HELLO, SERVER_ID);
	assert_int_equal(o.log->dropped, HUB_UNKNOWN_TYPE);
	hear(&o, SERVER, HUB_ADD, Y);
	assert_true(route_client_work(o.client, o.now + 100 * INTERVAL) == UINT64_MAX);
	pump(&o);
	assert_int_equal(o.log->count, 1);
	assert_int_equal(via(&o, Y), SERVER);
	end(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_addition_of_the_server_is_a_route_and_goes_no_further),
		cmocka_unit_test(an_addition_of_a_sender_is_a_route_and_goes_to_the_server),
		cmocka_unit_test(only_who_is_the_next_hop_deletes),
		cmocka_unit_test(a_sender_does_not_take_what_the_server_has_told),
		cmocka_unit_test(bad_datagrams_are_dropped),
		cmocka_unit_test(what_we_announce_has_no_route_through_the_server),
		cmocka_unit_test(what_the_server_takes_back_meanwhile_is_gone),
		cmocka_unit_test(an_address_that_is_ours_no_longer_has_a_route),
		cmocka_unit_test(a_plain_server_hears_all_again_each_interval),
		cmocka_unit_test(what_a_plain_server_does_not_repeat_ages_if_it_repeats),
		cmocka_unit_test(a_sender_that_repeats_ages),
		cmocka_unit_test(a_hello_brings_all_that_we_announce),
		cmocka_unit_test(before_a_hello_nothing_extended_is_said),
		cmocka_unit_test(what_a_whole_set_does_not_mention_goes),
		cmocka_unit_test(a_server_that_leaves_or_is_dead_takes_its_routes_along),
		cmocka_unit_test(at_the_end_what_we_announced_is_withdrawn),
		cmocka_unit_test(nothing_follows_a_bye),
		cmocka_unit_test(with_a_key_nothing_unsigned_is_taken_from_the_server),
		cmocka_unit_test(plain_only_is_the_seed_and_nothing_else),
	};

	return cmocka_run_group_tests_name("hub client", tests, NULL, NULL);
}
