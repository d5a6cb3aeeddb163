/* SPDX-License-Identifier: MIT */
/* What a RIP router says, to whom and when: RFC 2453, 3.4, 3.8, 3.9.1, 3.10 and 4. */
#include "rip_one.h"

#define NET   IP(10, 7, 0, 0)
#define OTHER IP(10, 8, 0, 0)
#define S(n)  ((n)*1000u)

static unsigned count_to(const struct one *o, unsigned ifindex, uint8_t command)
{
	unsigned count = 0;

	for (size_t i = 0; i < o->sent_count; i++)
		count += o->sent[i].ifindex == ifindex && o->sent[i].packet.command == command;
	return count;
}

/* ---- split horizon --------------------------------------------------------------------------- */

static void split_horizon_is_as_it_is_set(void **state)
{
	static const unsigned metrics[] = {
		[SPLIT_POISON] = 16, [SPLIT_SIMPLE] = 0, [SPLIT_OFF] = 4
	};

	(void)state;
	for (unsigned split = SPLIT_POISON; split <= SPLIT_OFF; split++) {
		struct one o = begin();

		o.config->all.split = (enum rip_split)split;
		start(&o);
		hear(&o, NEIGHBOUR, NET, 16, 3);
		run_for(&o, S(40));
		assert_int_equal(said(&o, 1, NET, 16), metrics[split]);
		assert_int_equal(said(&o, 2, NET, 16), 4);
		end(&o);
	}
}

static void what_is_lost_is_announced_everywhere(void **state)
{
	struct one o = begin();

	(void)state;
	o.config->all.split = SPLIT_SIMPLE;
	start(&o);
	hear(&o, NEIGHBOUR, NET, 16, 3);
	run_for(&o, S(10));
	forget_sent(&o);
	hear(&o, NEIGHBOUR, NET, 16, 16);
	assert_int_equal(said(&o, 1, NET, 16), 16);
	assert_int_equal(said(&o, 2, NET, 16), 16);
	end(&o);
}

static void the_metric_of_an_interface_is_added(void **state)
{
	struct one o = begin();

	(void)state;
	o.config->all.metric_out = 5;
	start(&o);
	hear(&o, NEIGHBOUR, NET, 16, 3);
	hear(&o, NEIGHBOUR, OTHER, 16, 10);
	run_for(&o, S(6));
	assert_int_equal(said(&o, 2, NET, 16), 9);
	assert_int_equal(said(&o, 2, OTHER, 16), 16);
	end(&o);
}

/* RFC 2453, 4.4: who hears it shall not send by way of us what goes back into its own network */
static void a_next_hop_is_told_in_its_own_network(void **state)
{
	struct one o = begin();
	struct rip_own fixed = { .prefix = { ip4_addr(OTHER), 16 },
				 .origin = ORIGIN_STATIC,
				 .metric = 1,
				 .via = ANOTHER,
				 .ifindex = 1 };

	(void)state;
	o.config->all.split = SPLIT_OFF;
	start(&o);
	router_own(o.router, &fixed);
	hear(&o, NEIGHBOUR, NET, 16, 3);
	run_for(&o, S(6));
	assert_int_equal(announced(&o, 1, NET, 16)->next_hop, NEIGHBOUR);
	assert_int_equal(announced(&o, 2, NET, 16)->next_hop, 0);
	assert_int_equal(announced(&o, 1, OTHER, 16)->next_hop, ANOTHER);
	assert_int_equal(announced(&o, 2, OTHER, 16)->next_hop, 0);
	end(&o);
}

/* ---- times ----------------------------------------------------------------------------------- */

static void the_table_goes_each_period_give_or_take_a_sixth(void **state)
{
	struct one o = begin();
	uint64_t last = 0;

	(void)state;
	start(&o);
	own(&o, NET, 16, 1);
	run_for(&o, S(40));
	forget_sent(&o);
	run_for(&o, S(3000));
	for (size_t i = 0; i < o.sent_count; i++) {
		const struct sent *s = &o.sent[i];

		if (s->ifindex != 1)
			continue;
		assert_int_equal(s->to, RIP_GROUP);
		assert_int_equal(s->port, RIP_PORT);
		if (last && (s->at - last < S(25) || s->at - last > S(35)))
			fail_msg("%u ms between updates", (unsigned)(s->at - last));
		last = s->at;
	}
	assert_in_range(count_to(&o, 1, RIP_RESPONSE), 3000 / 35, 3000 / 25);
	end(&o);
}

static void a_change_goes_at_once_and_what_follows_after_a_pause(void **state)
{
	struct one o = begin();
	uint64_t first;

	(void)state;
	start(&o);
	run_for(&o, S(6)); /* the first regular update is over */
	hear(&o, NEIGHBOUR, NET, 16, 3);
	first = o.now;
	assert_int_equal(said(&o, 2, NET, 16), 4);
	forget_sent(&o);
	hear(&o, NEIGHBOUR, NET, 16, 5); /* neither lost nor found */
	assert_int_equal(o.sent_count, 0);
	while (!said(&o, 2, NET, 16) && o.now < first + S(10))
		run_for(&o, 10);
	assert_int_equal(said(&o, 2, NET, 16), 6);
	assert_in_range(o.now - first, S(1), S(5) + 10);
	end(&o);
}

static void a_triggered_update_has_the_changes_alone(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	hear(&o, NEIGHBOUR, NET, 16, 3);
	hear(&o, NEIGHBOUR, OTHER, 16, 3);
	run_for(&o, S(6));
	forget_sent(&o);
	hear(&o, NEIGHBOUR, NET, 16, 9);
	assert_int_equal(said(&o, 2, NET, 16), 10);
	assert_int_equal(said(&o, 2, OTHER, 16), 0);
	end(&o);
}

/* ripd(1): each of them goes at once, three times in a pause */
static void losses_and_gains_go_ahead_of_the_pause_a_few_times(void **state)
{
	struct one o = begin();
	unsigned losses = 0;

	(void)state;
	o.config->trigger_min_ms = o.config->trigger_max_ms = S(5);
	start(&o);
	hear(&o, NEIGHBOUR, OTHER, 16, 3); /* the pause begins */
	for (unsigned i = 0; i < 10; i++) {
		forget_sent(&o);
		hear(&o, NEIGHBOUR, NET, 16, 3);
		hear(&o, NEIGHBOUR, NET, 16, 16);
		losses += said(&o, 2, NET, 16) == 16;
		run_for(&o, 10);
	}
	assert_int_equal(losses, 3);
	forget_sent(&o);
	run_for(&o, S(6));
	assert_int_equal(said(&o, 2, NET, 16), 16);
	end(&o);
}

static void without_triggered_updates_changes_wait_for_the_table(void **state)
{
	struct one o = begin();

	(void)state;
	o.config->no_triggered = true;
	start(&o);
	run_for(&o, S(7));
	forget_sent(&o); /* the first update was within 5 s, the next is 25 s after it */
	hear(&o, NEIGHBOUR, NET, 16, 3);
	hear(&o, NEIGHBOUR, NET, 16, 16);
	assert_int_equal(o.sent_count, 0);
	run_for(&o, S(36));
	assert_int_equal(said(&o, 2, NET, 16), 16);
	end(&o);
}

/* ripd(1): a neighbour that has lost what is reached another way is told so at once */
static void who_has_lost_what_we_reach_is_answered_at_once(void **state)
{
	struct one o = begin();

	(void)state;
	o.config->trigger_min_ms = o.config->trigger_max_ms = S(20);
	start(&o);
	hear(&o, NEIGHBOUR, NET, 16, 5);
	hear(&o, FAR_ONE, NET, 16, 3);
	forget_sent(&o);
	hear(&o, NEIGHBOUR, NET, 16, 16);
	assert_int_equal(said(&o, 1, NET, 16), 4);
	assert_int_equal(said(&o, 2, NET, 16), 0);
	forget_sent(&o);
	hear(&o, NEIGHBOUR, NET, 16, 16); /* poisoned reverse says so for ever */
	assert_int_equal(o.sent_count, 0);
	end(&o);
}

/* ---- begin and end --------------------------------------------------------------------------- */

static void an_interface_that_comes_asks_three_times_and_greets(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	own(&o, NET, 16, 1);
	run_for(&o, S(2));
	iface_is(&o, 1, false);
	run_for(&o, S(2));
	forget_sent(&o);
	iface_is(&o, 1, true);
	assert_int_equal(count_to(&o, 1, RIP_REQUEST), 1);
	assert_int_equal(said(&o, 1, NET, 16), 1);
	run_for(&o, 99);
	assert_int_equal(count_to(&o, 1, RIP_REQUEST), 1);
	run_for(&o, 400);
	assert_int_equal(count_to(&o, 1, RIP_REQUEST), 2);
	run_for(&o, S(5));
	assert_int_equal(count_to(&o, 1, RIP_REQUEST), 3);
	assert_int_equal(count_to(&o, 2, RIP_REQUEST), 0);
	end(&o);
}

static void at_the_end_all_is_unreachable(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	for (unsigned i = 0; i < 60; i++)
		hear(&o, NEIGHBOUR, IP(10, 100, i, 0), 24, 1);
	forget_sent(&o);
	router_stop(o.router, o.now);
	assert_int_equal(count_to(&o, 2, RIP_RESPONSE), 3);
	for (unsigned i = 0; i < 60; i++) {
		assert_int_equal(said(&o, 1, IP(10, 100, i, 0), 24), 16);
		assert_int_equal(said(&o, 2, IP(10, 100, i, 0), 24), 16);
	}
	end(&o);
}

static void who_is_silent_says_nothing(void **state)
{
	(void)state;
	for (int how = 0; how < 2; how++) {
		struct one o = begin();

		o.config->all.passive = how == 0;
		o.config->all.send = how ? SEND_NONE : SEND_2;
		start(&o);
		hear(&o, NEIGHBOUR, NET, 16, 3);
		run_for(&o, S(100));
		hear(&o, NEIGHBOUR, NET, 16, 16);
		router_stop(o.router, o.now);
		assert_int_equal(o.sent_count, 0);
		end(&o);
	}
}

static void neighbours_that_are_named_hear_it_too(void **state)
{
	struct one o = begin();
	unsigned count = 0;

	(void)state;
	o.config->all.neighbours = malloc(sizeof(uint32_t));
	o.config->all.neighbours[o.config->all.neighbour_count++] = FAR_ONE;
	start(&o);
	own(&o, NET, 16, 1);
	run_for(&o, S(2));
	for (size_t i = 0; i < o.sent_count; i++)
		if (o.sent[i].to == FAR_ONE && o.sent[i].packet.command == RIP_RESPONSE) {
			assert_int_equal(o.sent[i].ifindex, 2);
			count++;
		}
	assert_true(count >= 1);
	end(&o);
}

/* ---- many ------------------------------------------------------------------------------------ */

static void a_packet_has_twenty_five_entries(void **state)
{
	struct one o = begin();

	(void)state;
	start(&o);
	for (unsigned i = 0; i < 101; i++)
		own(&o, IP(10, 100, i, 0), 24, 1);
	router_work(o.router, o.now);
	assert_int_equal(count_to(&o, 1, RIP_RESPONSE), 5);
	assert_int_equal(o.sent[0].len, 504);
	end(&o);
}

static void a_signed_packet_has_twenty_four(void **state)
{
	struct one o = begin();
	enum rip_auth kind;
	uint32_t sequence;
	size_t len, total = 0;

	(void)state;
	o.config->all.keys = calloc(1, sizeof(struct rip_key));
	o.config->all.key_count = 1;
	*o.config->all.keys =
		(struct rip_key){ .kind = RIP_AUTH_MD5, .id = 1, .secret = "secret", .len = 6 };
	start(&o);
	for (unsigned i = 0; i < 49; i++)
		own(&o, IP(10, 100, i, 0), 24, 1);
	o.now += S(7);
	router_work(o.router, o.now);
	for (size_t i = 0; i < o.sent_count; i++) {
		len = o.sent[i].len;
		assert_true(
			rip_verify(o.config->all.keys, 1, o.sent[i].data, &len, &kind, &sequence));
		assert_int_equal(sequence, 1700000007); /* it grows with the time of day */
		assert_true(len <= 504);
		if (o.sent[i].ifindex == 1 && o.sent[i].data[0] == RIP_RESPONSE)
			total += (len - 24) / 20;
	}
	assert_int_equal(total % 49, 0);
	end(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(split_horizon_is_as_it_is_set),
		cmocka_unit_test(what_is_lost_is_announced_everywhere),
		cmocka_unit_test(the_metric_of_an_interface_is_added),
		cmocka_unit_test(a_next_hop_is_told_in_its_own_network),
		cmocka_unit_test(the_table_goes_each_period_give_or_take_a_sixth),
		cmocka_unit_test(a_change_goes_at_once_and_what_follows_after_a_pause),
		cmocka_unit_test(a_triggered_update_has_the_changes_alone),
		cmocka_unit_test(losses_and_gains_go_ahead_of_the_pause_a_few_times),
		cmocka_unit_test(without_triggered_updates_changes_wait_for_the_table),
		cmocka_unit_test(who_has_lost_what_we_reach_is_answered_at_once),
		cmocka_unit_test(an_interface_that_comes_asks_three_times_and_greets),
		cmocka_unit_test(at_the_end_all_is_unreachable),
		cmocka_unit_test(who_is_silent_says_nothing),
		cmocka_unit_test(neighbours_that_are_named_hear_it_too),
		cmocka_unit_test(a_packet_has_twenty_five_entries),
		cmocka_unit_test(a_signed_packet_has_twenty_four),
	};

	return cmocka_run_group_tests_name("rip output", tests, NULL, NULL);
}
