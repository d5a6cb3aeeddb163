/* SPDX-License-Identifier: MIT */
/* The route client: its table, what it announces, and whom it believes. route-client(1). */
#include "hub_client_one.h"

/* ---- the seed, to the letter ----------------------------------------------------------------- */

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

/* ---- what this node announces ---------------------------------------------------------------- */

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

/* ---- soft state ------------------------------------------------------------------------------ */

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
	};

	return cmocka_run_group_tests_name("hub client", tests, NULL, NULL);
}
