/* SPDX-License-Identifier: MIT */
/* What a RIP router does not believe, what it answers, and version 1: RFC 2453, 3.9.2, 4 and 5;
 * RFC 1058, 3.2. And aggregates. */
#include "rip_one.h"

#define NET   IP(10, 7, 0, 0)
#define OTHER IP(10, 8, 0, 0)
#define S(n)  ((n)*1000u)

static enum rip_count drops(struct one *o, uint32_t from, uint16_t port, struct rip_packet p)
{
	hear_packet(o, 1, from, port, &p);
	return o->dropped;
}

static struct rip_packet response(struct rip_entry e)
{
	return (struct rip_packet){ RIP_RESPONSE, 2, 1, { e } };
}

static struct rip_entry entry(uint32_t address, uint32_t mask, uint32_t metric)
{
	return (struct rip_entry){ RIP_AFI_INET, 0, address, mask, 0, metric };
}

static void what_comes_from_elsewhere_changes_nothing(void **state)
{
	struct rip_packet p = response(entry(NET, 0xffff0000, 1));
	struct one o = begin();

	(void)state;
	start(&o);
	assert_int_equal(drops(&o, FAR_ONE, RIP_PORT, p), RIP_WRONG_SOURCE);
	assert_int_equal(drops(&o, IP(192, 168, 9, 9), RIP_PORT, p), RIP_WRONG_SOURCE);
	assert_int_equal(drops(&o, NEIGHBOUR, 521, p), RIP_WRONG_PORT);
	assert_int_equal(drops(&o, IP(10, 0, 1, 1), RIP_PORT, p), RIP_OWN);
	assert_int_equal(drops(&o, IP(10, 0, 2, 1), RIP_PORT, p), RIP_OWN);
	assert_null(route(&o, NET, 16));
	hear_packet(&o, 9, NEIGHBOUR, RIP_PORT, &p); /* no interface of ours */
	assert_null(route(&o, NET, 16));
	assert_int_equal(drops(&o, NEIGHBOUR, RIP_PORT, p), RIP_GOOD);
	assert_non_null(route(&o, NET, 16));
	assert_int_equal(o.router->counts[RIP_WRONG_SOURCE], 2);
	end(&o);
}

static const struct {
	struct rip_entry entry;
	enum rip_count why;
} bad_entries[] = {
	{ { 3, 0, NET, 0xffff0000, 0, 1 }, RIP_BAD_FAMILY },
	{ { RIP_AFI_INET, 0, NET, 0xffff0000, 0, 0 }, RIP_BAD_METRIC },
	{ { RIP_AFI_INET, 0, NET, 0xffff0000, 0, 17 }, RIP_BAD_METRIC },
	{ { RIP_AFI_INET, 0, NET, 0xffff0000, 0, 0xffffffff }, RIP_BAD_METRIC },
	{ { RIP_AFI_INET, 0, NET, 0xff00ff00, 0, 1 }, RIP_BAD_PREFIX },
	{ { RIP_AFI_INET, 0, NET + 1, 0xffff0000, 0, 1 }, RIP_BAD_PREFIX },
	{ { RIP_AFI_INET, 0, 0xe0000009, 0xffffffff, 0, 1 }, RIP_BAD_PREFIX },
	{ { RIP_AFI_INET, 0, 0xf0000000, 0xff000000, 0, 1 }, RIP_BAD_PREFIX },
	{ { RIP_AFI_INET, 0, 0xffffffff, 0xffffffff, 0, 1 }, RIP_BAD_PREFIX },
	{ { RIP_AFI_INET, 0, 0x7f000000, 0xff000000, 0, 1 }, RIP_BAD_PREFIX },
	{ { RIP_AFI_INET, 0, 0, 0xff000000, 0, 1 }, RIP_BAD_PREFIX },
	{ { RIP_AFI_INET, 0, 0x00010000, 0xffff0000, 0, 1 }, RIP_BAD_PREFIX },
	{ { RIP_AFI_INET, 0, 0x80000000, 0, 0, 1 }, RIP_GOOD }, /* by its class: 128.0.0.0/16 */
	{ { RIP_AFI_INET, 0, 0, 0, 0, 1 }, RIP_GOOD },
};

static void each_bad_entry_is_left_out_and_the_others_are_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad_entries); i++) {
		struct rip_packet p = { .command = RIP_RESPONSE, .version = 2, .count = 2 };
		struct one o = begin();

		start(&o);
		p.entries[0] = bad_entries[i].entry;
		p.entries[1] = entry(IP(10, 9, 0, 0), 0xffff0000, 1);
		if (drops(&o, NEIGHBOUR, RIP_PORT, p) != bad_entries[i].why)
			fail_msg("entry %zu: %s", i, rip_count_name(o.dropped));
		assert_non_null(route(&o, IP(10, 9, 0, 0), 16));
		assert_int_equal(prefix_map_count(o.router->routes),
				 bad_entries[i].why == RIP_GOOD ? 2 : 1);
		end(&o);
	}
}

static void versions_are_heard_as_they_are_set(void **state)
{
	static const bool heard[4][3] = { /* versions 1, 2, 3 */
					  [RECEIVE_BOTH] = { true, true, true },
					  [RECEIVE_1] = { true, false, false },
					  [RECEIVE_2] = { false, true, true },
					  [RECEIVE_NONE] = { false, false, false }
	};

	(void)state;
	for (unsigned receive = 0; receive < 4; receive++)
		for (uint8_t version = 1; version <= 3; version++) {
			struct rip_packet p = response(entry(NET, 0, 1));
			struct one o = begin();

			o.config->all.receive = (enum rip_receive)receive;
			start(&o);
			p.version = version;
			assert_int_equal(drops(&o, NEIGHBOUR, RIP_PORT, p),
					 heard[receive][version - 1] ? RIP_GOOD : RIP_BAD_VERSION);
			end(&o);
		}
}

/* ---- signed ---------------------------------------------------------------------------------- */

static enum rip_count hear_signed(struct one *o, const struct rip_key *k, uint32_t sequence)
{
	struct rip_packet p = response(entry(NET, 0xffff0000, 1));
	uint8_t data[RIP_SIGNED_MAX];
	size_t len = rip_encode(&p, rip_auth_room(k), data);

	hear_octets(o, 1, NEIGHBOUR, RIP_PORT, data, rip_sign(k, sequence, data, len));
	return o->dropped;
}

static void only_what_is_signed_and_not_older_is_taken(void **state)
{
	const struct rip_key other = {
		.kind = RIP_AUTH_MD5, .id = 1, .secret = "Secret", .len = 6
	};
	struct rip_packet v1 = { RIP_RESPONSE, 1, 1, { entry(NET, 0, 1) } };
	struct one o = begin();

	(void)state;
	o.config->all.keys = calloc(1, sizeof(struct rip_key));
	o.config->all.key_count = 1;
	*o.config->all.keys =
		(struct rip_key){ .kind = RIP_AUTH_MD5, .id = 1, .secret = "secret", .len = 6 };
	start(&o);
	assert_int_equal(hear_signed(&o, NULL, 0), RIP_BAD_AUTH);
	assert_int_equal(hear_signed(&o, &other, 5), RIP_BAD_AUTH);
	assert_int_equal(drops(&o, NEIGHBOUR, RIP_PORT, v1), RIP_BAD_AUTH);
	assert_null(route(&o, NET, 16));
	assert_int_equal(hear_signed(&o, o.config->all.keys, 5), RIP_GOOD);
	assert_non_null(route(&o, NET, 16));
	assert_int_equal(hear_signed(&o, o.config->all.keys, 5), RIP_GOOD); /* of one second */
	assert_int_equal(hear_signed(&o, o.config->all.keys, 4), RIP_REPLAYED);
	assert_int_equal(hear_signed(&o, o.config->all.keys, UINT32_MAX), RIP_GOOD);
	end(&o);
}

/* The router's clock says 1700000000 at its start. */
static void only_keys_that_hold_are_taken(void **state)
{
	struct one o = begin();
	struct rip_key *keys = calloc(2, sizeof(*keys));

	(void)state;
	keys[0] = (struct rip_key){ .kind = RIP_AUTH_MD5, .id = 1, .secret = "old", .len = 3 };
	keys[1] = (struct rip_key){ .kind = RIP_AUTH_SHA256, .id = 2, .secret = "new", .len = 3 };
	keys[0].until = 1700000100;
	keys[1].from = 1700000050;
	keys[1].until = 1700000200;
	o.config->all.keys = keys;
	o.config->all.key_count = 2;
	start(&o);
	assert_int_equal(hear_signed(&o, &keys[0], 1), RIP_GOOD);
	assert_int_equal(hear_signed(&o, &keys[1], 1), RIP_BAD_AUTH);
	o.now += S(60); /* both hold */
	assert_int_equal(hear_signed(&o, &keys[0], 2), RIP_GOOD);
	assert_int_equal(hear_signed(&o, &keys[1], 3), RIP_GOOD);
	o.now += S(60);
	assert_int_equal(hear_signed(&o, &keys[0], 4), RIP_BAD_AUTH);
	assert_int_equal(hear_signed(&o, &keys[1], 5), RIP_GOOD);
	o.now += S(3600); /* none does: the last one goes on */
	assert_int_equal(hear_signed(&o, &keys[0], 6), RIP_BAD_AUTH);
	assert_int_equal(hear_signed(&o, &keys[1], 7), RIP_GOOD);
	assert_int_equal(hear_signed(&o, NULL, 0), RIP_BAD_AUTH);
	end(&o);
}

static void without_a_key_nothing_signed_is_taken(void **state)
{
	const struct rip_key k = { .kind = RIP_AUTH_PLAIN, .id = 0, .secret = "secret", .len = 6 };
	struct one o = begin();

	(void)state;
	start(&o);
	assert_int_equal(hear_signed(&o, &k, 0), RIP_BAD_AUTH);
	end(&o);
}

/* ---- requests: RFC 2453, 3.9.1 --------------------------------------------------------------- */

static void who_asks_for_all_gets_all_with_split_horizon(void **state)
{
	struct rip_packet ask = { .command = RIP_REQUEST, .version = 2, .count = 1 };
	struct one o = begin();

	(void)state;
	start(&o);
	hear(&o, NEIGHBOUR, NET, 16, 3);
	own(&o, OTHER, 16, 2);
	run_for(&o, S(6));
	forget_sent(&o);
	ask.entries[0].metric = RIP_INFINITY;
	hear_packet(&o, 1, IP(192, 168, 7, 7), 40000, &ask); /* from any address and port */
	assert_int_equal(o.sent_count, 1);
	assert_int_equal(o.sent[0].to, IP(192, 168, 7, 7));
	assert_int_equal(o.sent[0].port, 40000);
	assert_int_equal(said(&o, 1, NET, 16), 16);
	assert_int_equal(said(&o, 1, OTHER, 16), 2);
	end(&o);
}

static void entries_that_are_asked_for_are_answered_as_they_stand(void **state)
{
	struct rip_packet ask = { .command = RIP_REQUEST, .version = 2, .count = 4 };
	const struct rip_entry *e;
	struct one o = begin();

	(void)state;
	start(&o);
	hear_of(&o, NEIGHBOUR, (struct says){ NET, 16, 3, 0, 55 });
	run_for(&o, S(6));
	forget_sent(&o);
	ask.entries[0] = (struct rip_entry){ RIP_AFI_INET, 0, NET, 0xffff0000, 0, 1 };
	ask.entries[1] = (struct rip_entry){ RIP_AFI_INET, 0, NET, 0xffffff00, 0, 1 };
	ask.entries[2] = (struct rip_entry){ 7, 0, NET, 0xffff0000, 0, 1 };
	ask.entries[3] = (struct rip_entry){ RIP_AFI_INET, 0, NET, 0xff00ff00, 0, 1 };
	hear_packet(&o, 1, NEIGHBOUR, RIP_PORT, &ask);
	assert_int_equal(o.sent_count, 1);
	e = o.sent[0].packet.entries;
	assert_int_equal(o.sent[0].packet.count, 4);
	assert_int_equal(e[0].metric, 4); /* split horizon has no part in it */
	assert_int_equal(e[0].tag, 55);
	assert_int_equal(e[1].metric, 16);
	assert_int_equal(e[2].metric, 16);
	assert_int_equal(e[2].family, 7);
	assert_int_equal(e[3].metric, 16);
	end(&o);
}

static void a_request_without_entries_has_no_answer(void **state)
{
	struct rip_packet ask = { .command = RIP_REQUEST, .version = 2 };
	struct one o = begin();

	(void)state;
	start(&o);
	hear_packet(&o, 1, NEIGHBOUR, RIP_PORT, &ask);
	assert_int_equal(o.sent_count, 0);
	assert_int_equal(o.dropped, RIP_BAD_REQUEST);
	end(&o);
}

/* ---- version 1 ------------------------------------------------------------------------------- */

static void hear_version_1(struct one *o, uint32_t address)
{
	struct rip_packet p = { RIP_RESPONSE, 1, 1, { entry(address, 0, 1) } };

	hear_packet(o, 1, NEIGHBOUR, RIP_PORT, &p);
}

/* RFC 1058, 3.2: our mask inside of our network, else that of the class, and hosts */
static void masks_are_guessed_in_version_1(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	hear_version_1(&o, IP(10, 0, 7, 0));
	assert_non_null(route(&o, IP(10, 0, 7, 0), 24));
	hear_version_1(&o, IP(10, 0, 7, 9));
	assert_non_null(route(&o, IP(10, 0, 7, 9), 32));
	hear_version_1(&o, IP(172, 16, 0, 0));
	assert_non_null(route(&o, IP(172, 16, 0, 0), 16));
	hear_version_1(&o, IP(192, 168, 3, 0));
	assert_non_null(route(&o, IP(192, 168, 3, 0), 24));
	hear_version_1(&o, IP(172, 16, 5, 5));
	assert_non_null(route(&o, IP(172, 16, 5, 5), 32));
	hear_version_1(&o, 0);
	assert_non_null(route(&o, 0, 0));
	end(&o);
}

/* What a router of version 1 would guess wrong is not told, or by its class. */
static void version_1_is_told_what_it_can_guess(void **state)
{
	struct one o = begin();

	(void)state;
	o.config->all.send = SEND_1;
	start(&o);
	own(&o, IP(10, 0, 7, 0), 24, 1);   /* inside, with our mask */
	own(&o, IP(10, 0, 8, 0), 25, 1);   /* inside, with another one */
	own(&o, IP(10, 0, 9, 9), 32, 1);   /* a host */
	own(&o, IP(172, 16, 1, 0), 24, 5); /* outside: by its class, with the least metric */
	own(&o, IP(172, 16, 2, 0), 24, 3);
	own(&o, IP(192, 168, 0, 0), 16, 1); /* shorter than its class */
	own(&o, IP(192, 168, 3, 0), 24, 1);
	own(&o, 0, 0, 2);
	router_work(o.router, o.now);
	for (size_t i = 0; i < o.sent_count; i++) {
		assert_int_equal(o.sent[i].packet.version, 1);
		assert_int_equal(o.sent[i].to, IP(10, 0, o.sent[i].ifindex, 255));
	}
	assert_int_equal(said(&o, 1, IP(10, 0, 7, 0), 24), 1);
	assert_int_equal(said(&o, 1, IP(10, 0, 8, 0), 25), 0);
	assert_int_equal(said(&o, 1, IP(10, 0, 9, 9), 32), 1);
	assert_int_equal(said(&o, 1, IP(172, 16, 1, 0), 24), 0);
	assert_int_equal(said(&o, 1, IP(172, 16, 0, 0), 16), 3);
	assert_int_equal(said(&o, 1, IP(192, 168, 0, 0), 16), 0);
	assert_int_equal(said(&o, 1, IP(192, 168, 3, 0), 24), 1);
	assert_int_equal(said(&o, 1, 0, 0), 2);
	end(&o);
}

/* RFC 2453, 4.6 */
static void who_sends_version_2_alone_does_not_answer_version_1(void **state)
{
	struct rip_packet ask = { RIP_REQUEST, 1, 1, { { .metric = RIP_INFINITY } } };
	struct one o = begin();

	(void)state;
	start(&o);
	own(&o, NET, 16, 1);
	run_for(&o, S(6));
	forget_sent(&o);
	assert_int_equal(drops(&o, NEIGHBOUR, RIP_PORT, ask), RIP_BAD_VERSION);
	assert_int_equal(o.sent_count, 0);
	end(&o);
}

/* RFC 1058, 3.4.1: who asks for one network of version 1 has no mask to ask with */
static void a_subnet_can_be_asked_for_in_version_1(void **state)
{
	struct rip_packet ask = { RIP_REQUEST, 1, 1, { entry(IP(10, 0, 7, 0), 0, 1) } };
	struct one o = begin();

	(void)state;
	o.config->all.send = SEND_1;
	start(&o);
	own(&o, IP(10, 0, 7, 0), 24, 4);
	router_work(o.router, o.now);
	forget_sent(&o);
	hear_packet(&o, 1, NEIGHBOUR, 4000, &ask);
	assert_int_equal(o.sent_count, 1);
	assert_int_equal(o.sent[0].packet.entries[0].metric, 4);
	end(&o);
}

/* ---- aggregates ------------------------------------------------------------------------------ */

static void an_aggregate_stands_for_what_is_inside_of_it(void **state)
{
	struct one o = begin();

	(void)state;
	o.config->aggregates = calloc(1, sizeof(struct prefix));
	*o.config->aggregates = (struct prefix){ ip4_addr(NET), 16 };
	o.config->aggregate_count = 1;
	start(&o);
	hear(&o, NEIGHBOUR, IP(10, 8, 0, 0), 16, 1);
	assert_null(route(&o, NET, 16));
	hear(&o, NEIGHBOUR, IP(10, 7, 1, 0), 24, 5);
	hear(&o, NEIGHBOUR, IP(10, 7, 2, 0), 24, 3);
	run_for(&o, S(6));
	assert_int_equal(said(&o, 2, NET, 16), 4);
	assert_int_equal(said(&o, 2, IP(10, 7, 1, 0), 24), 0);
	assert_int_equal(said(&o, 2, IP(10, 8, 0, 0), 16), 2);
	hear(&o, NEIGHBOUR, IP(10, 7, 2, 0), 24, 16);
	run_for(&o, S(6));
	assert_int_equal(said(&o, 2, NET, 16), 6);
	forget_sent(&o);
	hear(&o, NEIGHBOUR, IP(10, 7, 1, 0), 24, 16);
	assert_int_equal(said(&o, 2, NET, 16), 16);
	run_for(&o, S(300));
	assert_null(route(&o, NET, 16));
	end(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_from_elsewhere_changes_nothing),
		cmocka_unit_test(each_bad_entry_is_left_out_and_the_others_are_taken),
		cmocka_unit_test(versions_are_heard_as_they_are_set),
		cmocka_unit_test(only_what_is_signed_and_not_older_is_taken),
		cmocka_unit_test(only_keys_that_hold_are_taken),
		cmocka_unit_test(without_a_key_nothing_signed_is_taken),
		cmocka_unit_test(who_asks_for_all_gets_all_with_split_horizon),
		cmocka_unit_test(entries_that_are_asked_for_are_answered_as_they_stand),
		cmocka_unit_test(a_request_without_entries_has_no_answer),
		cmocka_unit_test(masks_are_guessed_in_version_1),
		cmocka_unit_test(version_1_is_told_what_it_can_guess),
		cmocka_unit_test(who_sends_version_2_alone_does_not_answer_version_1),
		cmocka_unit_test(a_subnet_can_be_asked_for_in_version_1),
		cmocka_unit_test(an_aggregate_stands_for_what_is_inside_of_it),
	};

	return cmocka_run_group_tests_name("rip input", tests, NULL, NULL);
}
