/* SPDX-License-Identifier: MIT */
/* The route server with clients that say HELLO, and with a key. route-server(1), PROTOCOL. */
#include "hub_server_one.h"

/* ---- D2: the extended form ------------------------------------------------------------------- */

static void a_hello_is_answered_and_followed_by_the_whole_set(void **state)
{
	struct one o = three();

	(void)state;
	hear(&o, A, HUB_ADD, X);
	o.log->count = 0;
	hear(&o, B, HUB_HELLO, 77);
	assert_int_equal(o.log->kept[0].d.type, HUB_HELLO);
	assert_int_equal(o.log->kept[0].d.field, ID);
	assert_int_equal(o.log->kept[1].d.type, HUB_SYNC_BEGIN);
	assert_int_equal(o.log->kept[2].d.field, X);
	assert_int_equal(last_field(o.log, B, HUB_SYNC_END), hub_hash(X, 77));
	o.log->count = 0;
	hear(&o, B, HUB_HELLO, 77); /* no news */
	assert_int_equal(o.log->count, 1);
	hear(&o, B, HUB_HELLO, 0);
	assert_int_equal(o.log->count, 1);
	end(&o);
}

static void digests_that_differ_bring_the_whole_set(void **state)
{
	struct one o = three();

	(void)state;
	hear(&o, A, HUB_ADD, X);
	hear(&o, B, HUB_HELLO, 77);
	o.log->count = 0;
	run_for(&o, INTERVAL);
	assert_int_equal(last_field(o.log, B, HUB_DIGEST_DOWN), hub_hash(X, 77));
	hear(&o, B, HUB_DIGEST_DOWN, hub_hash(X, 77));
	assert_int_equal(sent_type(o.log, B, HUB_SYNC_BEGIN), 0);
	hear(&o, B, HUB_DIGEST_DOWN, 0);
	assert_int_equal(sent_type(o.log, B, HUB_SYNC_BEGIN), 1);
	hear(&o, B, HUB_DIGEST_UP, 0);
	assert_int_equal(sent_type(o.log, B, HUB_DIGEST_UP), 0);
	hear(&o, B, HUB_DIGEST_UP, 5);
	assert_int_equal(last_field(o.log, B, HUB_DIGEST_UP), 0);
	end(&o);
}

static void what_a_whole_set_does_not_mention_goes(void **state)
{
	struct one o = three();

	(void)state;
	hear(&o, A, HUB_HELLO, 77);
	hear(&o, A, HUB_ADD, X);
	hear(&o, A, HUB_ADD, Y);
	hear(&o, A, HUB_SYNC_BEGIN, 0);
	hear(&o, A, HUB_ADD, Y);
	hear(&o, A, HUB_SYNC_END, 1); /* part of it was lost */
	assert_int_equal(via(&o, X), A);
	assert_int_equal(last_field(o.log, A, HUB_DIGEST_UP), hub_hash(X, 77) + hub_hash(Y, 77));
	hear(&o, A, HUB_SYNC_END, hub_hash(Y, 77)); /* an end without a begin */
	assert_int_equal(via(&o, X), A);
	hear(&o, A, HUB_SYNC_BEGIN, 0);
	hear(&o, A, HUB_ADD, Y);
	hear(&o, A, HUB_SYNC_END, hub_hash(Y, 77));
	assert_int_equal(via(&o, X), 0);
	assert_int_equal(via(&o, Y), A);
	end(&o);
}

static void bye_and_death_withdraw_all(void **state)
{
	struct one o = three();

	(void)state;
	hear(&o, A, HUB_HELLO, 77);
	hear(&o, A, HUB_ADD, X);
	hear(&o, B, HUB_HELLO, 78);
	hear(&o, B, HUB_ADD, Y);
	hear(&o, A, HUB_BYE, 77);
	assert_int_equal(via(&o, X), 0);
	assert_int_equal(o.server->client_count, 2);
	run_for(&o, 3 * INTERVAL);
	assert_int_equal(via(&o, Y), B);
	run_for(&o, 2 * INTERVAL);
	assert_int_equal(via(&o, Y), 0);
	assert_int_equal(sent_times(o.log, C, HUB_DELETE, Y), 1);
	end(&o);
}

static void three_refusals_are_a_death_and_one_is_not(void **state)
{
	struct one o = three();

	(void)state;
	hear(&o, A, HUB_ADD, X);
	route_server_unreachable(o.server, A, HUB_PORT, o.now);
	run_for(&o, 400);
	assert_int_equal(sent_type(o.log, A, HUB_HELLO), 1); /* it is asked */
	hear(&o, A, HUB_ADD, X);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(via(&o, X), A);
		route_server_unreachable(o.server, A, HUB_PORT, o.now);
		run_for(&o, 400);
	}
	assert_int_equal(via(&o, X), 0);
	end(&o);
}

static void at_the_end_each_client_hears_so_in_its_own_form(void **state)
{
	struct one o = three();

	(void)state;
	hear(&o, A, HUB_ADD, X);
	hear(&o, C, HUB_HELLO, 77);
	o.log->count = 0;
	route_server_stop(o.server);
	pump(&o);
	assert_int_equal(sent_times(o.log, B, HUB_DELETE, X), 1);
	assert_int_equal(sent_times(o.log, C, HUB_BYE, ID), 1);
	assert_int_equal(sent_times(o.log, C, HUB_DELETE, X), 0);
	end(&o);
}

/* A client that is just being told everything: nothing follows the BYE, it would be believed. */
static void nothing_follows_a_bye(void **state)
{
	struct datagram_in in = { .from = B, .port = HUB_PORT, .len = 5 };
	static const uint8_t hello[] = { HUB_HELLO, 0, 0, 0, 77 };
	struct one o = three();

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		hear(&o, A, HUB_ADD, X + i);
	in.data = hello;
	route_server_input(o.server, &in, o.now);
	route_server_pump(o.server);
	route_server_stop(o.server);
	o.log->count = 0;
	pump(&o);
	assert_int_equal(sent_times(o.log, B, HUB_BYE, ID), 1);
	assert_int_equal(sent_type(o.log, B, HUB_ADD), 0);
	end(&o);
}

/* ---- D3: with a key -------------------------------------------------------------------------- */

static void a_signed_owner_is_safe_from_unsigned_ones(void **state)
{
	struct one o = begin_with((struct server_config){ .key = key_of_test });

	(void)state;
	hear_signed(&o, A, HUB_ADD, X); /* whose it is, the HELLO says */
	assert_int_equal(o.log->dropped, HUB_BAD_AUTH);
	hear_signed(&o, A, HUB_HELLO, 77);
	hear_signed(&o, A, HUB_ADD, X);
	assert_int_equal(via(&o, X), A);
	hear(&o, A, HUB_DELETE, X); /* a forged sender */
	assert_int_equal(o.log->dropped, HUB_UNSIGNED);
	hear(&o, B, HUB_ADD, X);
	assert_int_equal(o.log->dropped, HUB_UNSIGNED);
	hear(&o, B, HUB_DELETE, X);
	assert_int_equal(o.log->dropped, HUB_UNSIGNED);
	hear(&o, B, HUB_ADD, Y);
	assert_int_equal(via(&o, Y), B);
	assert_int_equal(o.log->kept[o.log->count - 1].len, HUB_SIGNED_LEN); /* to A */
	hear_signed(&o, A, HUB_DELETE, X);
	assert_int_equal(via(&o, X), 0);
	end(&o);
}

/* A signed datagram is worth nothing from elsewhere, nor after its client has left. */
static void a_replay_is_dropped(void **state)
{
	struct hub_session s = { .epoch_out = 100 };
	struct one o = begin_with((struct server_config){ .key = key_of_test });
	uint8_t hello[HUB_SIGNED_LEN], add[HUB_SIGNED_LEN], bye[HUB_SIGNED_LEN];

	(void)state;
	hub_encode(&(struct hub_datagram){ HUB_HELLO, 77 }, &key_of_test, HUB_CLIENT, &s, hello);
	hub_encode(&(struct hub_datagram){ HUB_ADD, X }, &key_of_test, HUB_CLIENT, &s, add);
	hub_encode(&(struct hub_datagram){ HUB_BYE, 77 }, &key_of_test, HUB_CLIENT, &s, bye);
	hear_octets(&o, A, hello, sizeof(hello));
	hear_octets(&o, A, add, sizeof(add));
	hear_octets(&o, A, add, sizeof(add));
	assert_int_equal(o.log->dropped, HUB_REPLAYED);
	hear_octets(&o, B, hello, sizeof(hello)); /* from elsewhere */
	hear_octets(&o, B, add, sizeof(add));
	assert_int_equal(via(&o, X), A);
	hear_octets(&o, A, bye, sizeof(bye));
	assert_int_equal(via(&o, X), 0);
	hear_octets(&o, A, hello, sizeof(hello)); /* later */
	hear_octets(&o, A, add, sizeof(add));
	hear_octets(&o, B, hello, sizeof(hello));
	hear_octets(&o, B, add, sizeof(add));
	assert_int_equal(via(&o, X), 0);
	end(&o);
}

/* What a client has signed displaces what others have announced unsigned. */
static void a_signed_owner_displaces_unsigned_ones(void **state)
{
	struct one o = begin_with((struct server_config){ .key = key_of_test });

	(void)state;
	hear(&o, B, HUB_ADD, X);
	hear_signed(&o, A, HUB_HELLO, 77);
	hear_signed(&o, A, HUB_ADD, X);
	assert_int_equal(via(&o, X), A);
	end(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hello_is_answered_and_followed_by_the_whole_set),
		cmocka_unit_test(digests_that_differ_bring_the_whole_set),
		cmocka_unit_test(what_a_whole_set_does_not_mention_goes),
		cmocka_unit_test(bye_and_death_withdraw_all),
		cmocka_unit_test(three_refusals_are_a_death_and_one_is_not),
		cmocka_unit_test(at_the_end_each_client_hears_so_in_its_own_form),
		cmocka_unit_test(nothing_follows_a_bye),
		cmocka_unit_test(a_signed_owner_is_safe_from_unsigned_ones),
		cmocka_unit_test(a_replay_is_dropped),
		cmocka_unit_test(a_signed_owner_displaces_unsigned_ones),
	};

	return cmocka_run_group_tests_name("hub server, extended", tests, NULL, NULL);
}
