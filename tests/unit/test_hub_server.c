/* SPDX-License-Identifier: MIT */
/* The route server: who owns what, and who is told. route-server(1), PROTOCOL. */
#include "hub_one.h"
#include "nodes/routehub/server.h"

#define A  IP(10, 0, 0, 2)
#define B  IP(10, 0, 0, 3)
#define C  IP(10, 0, 0, 4)
#define ID 0x5e5e5e5e

struct one {
	struct server *server;
	struct hub_log *log;
	uint64_t now;
	struct hub_session sessions[3]; /* of A, B and C, with the key */
};

static void on_send(void *arg, const struct hub_client *c, const uint8_t *data, size_t len)
{
	log_sent(arg, c->address, c->port, data, len);
}

static struct one begin_with(struct server_config c)
{
	struct one o = { .now = START, .log = calloc(1, sizeof(*o.log)) };
	struct server_io io = { log_install, on_send, log_is_ours, log_dropped, o.log };

	assert_non_null(o.log);
	o.log->ours_too = true;
	for (int i = 0; i < 3; i++)
		o.sessions[i].epoch_out = 100;
	c.interval_ms = INTERVAL;
	if (!c.max_clients)
		c.max_clients = 100;
	o.server = route_server_new(&c, &io, ID, 1000, o.now);
	return o;
}

static struct one begin(void)
{
	return begin_with((struct server_config){ .plain_only = false });
}

static void end(struct one *o)
{
	route_server_free(o->server);
	free(o->log);
}

static void pump(struct one *o)
{
	while (route_server_pump(o->server))
		;
}

static void hear_octets(struct one *o, uint32_t from, const uint8_t *data, size_t len)
{
	struct hub_packet in = {
		.from = from, .to = IP(10, 0, 0, 1), .port = HUB_PORT, .data = data, .len = len
	};

	o->log->dropped = HUB_GOOD;
	route_server_input(o->server, &in, o->now);
	pump(o);
}

static void hear(struct one *o, uint32_t from, uint8_t type, uint32_t field)
{
	struct hub_datagram d = { type, field };
	uint8_t data[HUB_SIGNED_LEN];

	hear_octets(o, from, data, hub_encode(&d, NULL, HUB_CLIENT, NULL, data));
}

static void hear_signed(struct one *o, uint32_t from, uint8_t type, uint32_t field)
{
	struct hub_datagram d = { type, field };
	uint8_t data[HUB_SIGNED_LEN];

	hear_octets(o, from, data,
		    hub_encode(&d, &key_of_test, HUB_CLIENT, &o->sessions[from - A], data));
}

static void run_for(struct one *o, uint64_t ms)
{
	for (uint64_t until = o->now + ms;;) {
		uint64_t next = route_server_work(o->server, o->now);

		pump(o);
		if (next > until) {
			o->now = until;
			return;
		}
		assert_true(next > o->now);
		o->now = next;
	}
}

/* three() - A, B and C are known; what they were told is of no interest */
static struct one three(void)
{
	struct one o = begin();

	for (uint32_t from = A; from <= C; from++)
		hear(&o, from, HUB_DELETE, Y);
	o.log->count = 0;
	return o;
}

static uint32_t via(const struct one *o, uint32_t address)
{
	return o->log->via[address & 0xffff];
}

/* ---- D0: every owner ------------------------------------------------------------------------------ */

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
	struct hub_packet in = { .from = A, .port = 4000, .data = add, .len = 5 };
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

/* ---- bad input ------------------------------------------------------------------------------------ */

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

/* ---- D1: soft state ------------------------------------------------------------------------------- */

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

/* ---- D2: the extended form ------------------------------------------------------------------------ */

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
	struct hub_packet in = { .from = B, .port = HUB_PORT, .len = 5 };
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

/* ---- D3: with a key ------------------------------------------------------------------------------- */

static void a_signed_owner_is_safe_from_unsigned_ones(void **state)
{
	struct one o = begin_with((struct server_config){ .key = key_of_test });

	(void)state;
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

static void a_replay_is_dropped(void **state)
{
	struct hub_session s = { .epoch_out = 100 };
	struct one o = begin_with((struct server_config){ .key = key_of_test });
	uint8_t add[HUB_SIGNED_LEN], del[HUB_SIGNED_LEN];

	(void)state;
	hub_encode(&(struct hub_datagram){ HUB_ADD, X }, &key_of_test, HUB_CLIENT, &s, add);
	hub_encode(&(struct hub_datagram){ HUB_DELETE, X }, &key_of_test, HUB_CLIENT, &s, del);
	hear_octets(&o, A, add, sizeof(add));
	hear_octets(&o, A, del, sizeof(del));
	hear_octets(&o, A, add, sizeof(add));
	assert_int_equal(o.log->dropped, HUB_REPLAYED);
	assert_int_equal(via(&o, X), 0);
	end(&o);
}

/* ---- the seed ------------------------------------------------------------------------------------- */

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
		cmocka_unit_test(a_hello_is_answered_and_followed_by_the_whole_set),
		cmocka_unit_test(digests_that_differ_bring_the_whole_set),
		cmocka_unit_test(what_a_whole_set_does_not_mention_goes),
		cmocka_unit_test(bye_and_death_withdraw_all),
		cmocka_unit_test(three_refusals_are_a_death_and_one_is_not),
		cmocka_unit_test(at_the_end_each_client_hears_so_in_its_own_form),
		cmocka_unit_test(nothing_follows_a_bye),
		cmocka_unit_test(a_signed_owner_is_safe_from_unsigned_ones),
		cmocka_unit_test(a_replay_is_dropped),
		cmocka_unit_test(plain_only_is_the_seed_and_nothing_else),
	};

	return cmocka_run_group_tests_name("hub server", tests, NULL, NULL);
}
