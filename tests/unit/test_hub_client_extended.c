/* SPDX-License-Identifier: MIT */
/* The route client with a server that says HELLO, at its end, with a key, and without anything
 * new. */
#include "hub_client_one.h"

/* ---- the extended form ----------------------------------------------------------------------- */

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
	struct datagram_in in = { .from = SERVER, .port = HUB_PORT, .data = hello, .len = 5 };
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

/* ---- with a key, and the seed ---------------------------------------------------------------- */

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
	hear(&o, SENDER, HUB_ADD, Y); /* it would be signed by us */
	assert_int_equal(o.log->dropped, HUB_UNSIGNED);
	hear(&o, IP(127, 0, 0, 1), HUB_ADD, Y);
	assert_int_equal(via(&o, Y), IP(127, 0, 0, 1));
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
		cmocka_unit_test(a_hello_brings_all_that_we_announce),
		cmocka_unit_test(before_a_hello_nothing_extended_is_said),
		cmocka_unit_test(what_a_whole_set_does_not_mention_goes),
		cmocka_unit_test(a_server_that_leaves_or_is_dead_takes_its_routes_along),
		cmocka_unit_test(at_the_end_what_we_announced_is_withdrawn),
		cmocka_unit_test(nothing_follows_a_bye),
		cmocka_unit_test(with_a_key_nothing_unsigned_is_taken_from_the_server),
		cmocka_unit_test(plain_only_is_the_seed_and_nothing_else),
	};

	return cmocka_run_group_tests_name("hub client, extended", tests, NULL, NULL);
}
