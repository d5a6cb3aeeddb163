/* SPDX-License-Identifier: MIT */
/* The route server: who owns what, and who is told, in the plain form. route-server(1),
 * PROTOCOL. */
#include "hub_server_one.h"

/* ---- D0: every owner ------------------------------------------------------------------------- */

static void an_addition_goes_to_all_but_its_sender(void **state)
{
	struct one o = three();

	(void)state;
	hear(&o, A, HUB_ADD, X);
	assert_int_equal(via(&o, X), A);
	assert_int_equal(sent_times(o.log, A, HUB_ADD, X), 0);
	assert_int_equal(sent_times(o.log, B, HUB_ADD, X), 1);
	assert_int_equal(sent_times(o.log, C, HUB_ADD, X), 1);
	hear(&o, A, HUB_ADD, X); /* again: no news */
	assert_int_equal(o.log->count, 2);
	end(&o);
}

static void a_refused_deletion_goes_nowhere(void **state)
{
	struct one o = three();

	(void)state;
	hear(&o, A, HUB_ADD, X);
	o.log->count = 0;
	hear(&o, B, HUB_DELETE, X);
	assert_int_equal(o.log->dropped, HUB_NOT_OWNER);
	assert_int_equal(o.log->count, 0);
	assert_int_equal(via(&o, X), A);
	end(&o);
}

static void a_second_owner_counts_when_the_first_leaves(void **state)
{
	struct one o = three();

	(void)state;
	hear(&o, A, HUB_ADD, X);
	o.log->count = 0;
	hear(&o, B, HUB_ADD, X); /* news for A alone: somebody else has it too */
	assert_int_equal(via(&o, X), A);
	assert_int_equal(sent_times(o.log, A, HUB_ADD, X), 1);
	assert_int_equal(o.log->count, 1);
	o.log->count = 0;
	hear(&o, A, HUB_DELETE, X);
	assert_int_equal(via(&o, X), B);
	assert_int_equal(sent_times(o.log, B, HUB_DELETE, X), 1); /* nobody else has it now */
	assert_int_equal(sent_times(o.log, A, HUB_ADD, X), 1);	  /* it may have it from B */
	assert_int_equal(sent_times(o.log, C, HUB_DELETE, X), 0);
	o.log->count = 0;
	hear(&o, B, HUB_DELETE, X);
	assert_int_equal(via(&o, X), 0);
	assert_int_equal(sent_times(o.log, A, HUB_DELETE, X), 1);
	assert_int_equal(sent_times(o.log, C, HUB_DELETE, X), 1);
	end(&o);
}

static void a_late_joiner_is_told_everything(void **state)
{
	struct one o = begin();

	(void)state;
	for (unsigned i = 0; i < 500; i++)
		hear(&o, A, HUB_ADD, OURS + 1 + i);
	hear(&o, B, HUB_DELETE, Y - 1);
	for (unsigned i = 0; i < 500; i++)
		assert_int_equal(sent_times(o.log, B, HUB_ADD, OURS + 1 + i), 1);
	end(&o);
}

static void two_clients_of_one_host_are_two(void **state)
{
	static const uint8_t add[] = { HUB_ADD, 10, 1, 0, 10 },
			     del[] = { HUB_DELETE, 10, 1, 0, 10 };
	struct datagram_in in = { .from = A, .port = 4000, .data = add, .len = 5 };
	struct one o = three();

	(void)state;
	hear(&o, A, HUB_ADD, X);
	route_server_input(o.server, &in, o.now);
	in.data = del;
	route_server_input(o.server, &in, o.now);
	assert_int_equal(via(&o, X), A);
	assert_int_equal(o.server->client_count, 4);
	end(&o);
}

/* ---- bad input ------------------------------------------------------------------------------- */

static void addresses_of_no_host_are_dropped(void **state)
{
	static const uint32_t bad[] = { 0,	    0x00000001, 0x7f000001,
					0xe0000009, 0xf0000001, 0xffffffff };
	struct one o = three();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		hear(&o, A, HUB_ADD, bad[i]);
		assert_int_equal(o.log->dropped, HUB_BAD_ADDRESS);
	}
	assert_int_equal(o.log->count, 0);
	assert_int_equal(prefix_map_count(o.server->table), 0);
	end(&o);
}

static void an_address_of_this_machine_is_remembered_and_nothing_more(void **state)
{
	struct one o = three();

	(void)state;
	hear(&o, A, HUB_ADD, OURS);
	assert_int_equal(o.log->dropped, HUB_BAD_ADDRESS);
	assert_int_equal(o.log->count, 0);
	assert_int_equal(via(&o, OURS), 0);
	end(&o);
}

/* It moves away from this machine: what was remembered counts. */
static void an_address_that_is_ours_no_longer_is_as_any(void **state)
{
	struct one o = three();

	(void)state;
	hear(&o, A, HUB_ADD, OURS);
	o.log->ours_too = false;
	route_server_reinstall(o.server); /* what is called after the links have changed */
	hear(&o, A, HUB_ADD, OURS);	  /* and it is repeated */
	assert_int_equal(via(&o, OURS), A);
	end(&o);
}

static void there_are_so_many_clients_and_no_more(void **state)
{
	struct one o = begin_with((struct server_config){ .max_clients = 2 });

	(void)state;
	hear(&o, A, HUB_ADD, X);
	hear(&o, B, HUB_ADD, Y);
	hear(&o, C, HUB_ADD, Y + 1);
	assert_int_equal(o.log->dropped, HUB_TOO_MANY);
	assert_int_equal(o.server->client_count, 2);
	assert_int_equal(via(&o, Y + 1), 0);
	end(&o);
}

static void a_plain_client_is_sent_nothing_but_the_plain_form(void **state)
{
	struct one o = three();

	(void)state;
	hear(&o, A, HUB_DIGEST_UP, 1);
	hear(&o, A, HUB_SYNC_BEGIN, 0);
	hear(&o, A, HUB_SYNC_END, 1);
	hear(&o, B, HUB_ADD, X);
	route_server_lost(o.server);
	run_for(&o, 10 * INTERVAL);
	for (size_t i = 0; i < o.log->count; i++)
		assert_true(o.log->kept[i].d.type <= HUB_DELETE);
	end(&o);
}

/* ---- D1: soft state -------------------------------------------------------------------------- */

static void a_plain_client_hears_all_again_each_interval(void **state)
{
	struct one o = three();

	(void)state;
	hear(&o, A, HUB_ADD, X);
	run_for(&o, 5 * INTERVAL);
	assert_int_equal(sent_times(o.log, B, HUB_ADD, X), 6);
	assert_int_equal(sent_times(o.log, A, HUB_ADD, X), 0);
	end(&o);
}

static void who_repeats_ages_and_who_does_not_stays(void **state)
{
	struct one o = three();

	(void)state;
	hear(&o, A, HUB_ADD, X);
	hear(&o, B, HUB_ADD, Y);
	run_for(&o, INTERVAL);
	hear(&o, A, HUB_ADD, X);
	run_for(&o, 3 * INTERVAL);
	assert_int_equal(via(&o, X), A);
	run_for(&o, 2 * INTERVAL);
	assert_int_equal(via(&o, X), 0);
	assert_int_equal(via(&o, Y), B);
	end(&o);
}

/* Networks may double datagrams: within half an interval that is no repetition. */
static void a_doubled_datagram_is_no_repetition(void **state)
{
	struct one o = three();

	(void)state;
	hear(&o, A, HUB_ADD, X);
	o.now += INTERVAL / 2 - 1;
	hear(&o, A, HUB_ADD, X);
	run_for(&o, 10 * INTERVAL);
	assert_int_equal(via(&o, X), A);
	end(&o);
}

/* ---- the seed -------------------------------------------------------------------------------- */

static void plain_only_is_the_seed_and_nothing_else(void **state)
{
	struct one o = begin_with((struct server_config){ .plain_only = true });

	(void)state;
	hear(&o, A, HUB_ADD, X);
	hear(&o, B, HUB_ADD, X); /* relayed, though the entry stays */
	assert_int_equal(via(&o, X), A);
	assert_int_equal(sent_times(o.log, A, HUB_ADD, X), 1);
	hear(&o, B, HUB_DELETE, X);
	assert_int_equal(via(&o, X), A);
	assert_int_equal(sent_times(o.log, A, HUB_DELETE, X), 1);
	hear(&o, B, HUB_HELLO, 7);
	assert_int_equal(o.log->dropped, HUB_UNKNOWN_TYPE);
	o.log->count = 0;
	assert_true(route_server_work(o.server, o.now + 100 * INTERVAL) == UINT64_MAX);
	pump(&o);
	assert_int_equal(o.log->count, 0);
	end(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_addition_goes_to_all_but_its_sender),
		cmocka_unit_test(a_refused_deletion_goes_nowhere),
		cmocka_unit_test(a_second_owner_counts_when_the_first_leaves),
		cmocka_unit_test(a_late_joiner_is_told_everything),
		cmocka_unit_test(two_clients_of_one_host_are_two),
		cmocka_unit_test(addresses_of_no_host_are_dropped),
		cmocka_unit_test(an_address_of_this_machine_is_remembered_and_nothing_more),
		cmocka_unit_test(an_address_that_is_ours_no_longer_is_as_any),
		cmocka_unit_test(there_are_so_many_clients_and_no_more),
		cmocka_unit_test(a_plain_client_is_sent_nothing_but_the_plain_form),
		cmocka_unit_test(a_plain_client_hears_all_again_each_interval),
		cmocka_unit_test(who_repeats_ages_and_who_does_not_stays),
		cmocka_unit_test(a_doubled_datagram_is_no_repetition),
		cmocka_unit_test(plain_only_is_the_seed_and_nothing_else),
	};

	return cmocka_run_group_tests_name("hub server", tests, NULL, NULL);
}
