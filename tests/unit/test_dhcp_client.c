/* SPDX-License-Identifier: MIT */
/*
 * The DHCP client without sockets: figure 5 of RFC 2131 row by row, table 5 for what it sends, and
 * the times of 4.1 and 4.4.5, with a clock that the test moves and a server that the test plays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/dhcp/client.h"

static const uint8_t server_mac[6] = { 0x02, 0, 0, 0, 0xff, 0x01 };

#define START	50000000u
#define ADDRESS 0x0a000164u /* 10.0.1.100 */
#define SERVER	0x0a000101u
#define OTHER	0x0a000102u
#define FOREVER UINT32_MAX
#define NOTHING UINT64_MAX
#define ORDERS	256

static const uint8_t wanted[] = { 121, 3, 6 };

static const struct client_config plain = { .mac = { 2, 0, 0, 0, 0, 7 },
					    .hostname = "pc1",
					    .wanted = wanted,
					    .wanted_len = sizeof(wanted),
					    .seed = 1,
					    .max_size = DHCP_MAX_LEN };

/* What the client did, since the test has last looked. */
struct world {
	struct dhcp_client *client;
	uint64_t now, next;
	struct order orders[ORDERS];
	size_t count;
	struct dhcp_message sent; /* the last message */
	bool has_sent;
	unsigned messages;
};

static void gather(struct world *w)
{
	size_t count;
	const struct order *o = dhcp_client_orders(w->client, &count);
	const char *why;

	assert_true(count <= ORDERS_MAX && w->count + count <= ORDERS);
	for (size_t i = 0; i < count; i++) {
		w->orders[w->count++] = o[i];
		if (o[i].kind != ORDER_BROADCAST && o[i].kind != ORDER_UNICAST &&
		    o[i].kind != ORDER_RELEASE)
			continue;
		assert_true(dhcp_decode(&w->sent, o[i].data, o[i].len, &why));
		w->has_sent = true;
		w->messages++;
	}
	dhcp_client_orders_done(w->client);
}

/* settle() - all that is due */
static void settle(struct world *w)
{
	unsigned ticks = 0;

	gather(w);
	while ((w->next = dhcp_client_tick(w->client, w->now)) <= w->now) {
		gather(w);
		assert_true(ticks++ < 100);
	}
	gather(w);
}

static void forget_orders(struct world *w)
{
	w->count = 0;
	w->has_sent = false;
	w->messages = 0;
}

static struct world *begin(const struct client_config *c, uint32_t remembered)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->client = dhcp_client_new(c);
	w->now = START;
	dhcp_client_start(w->client, remembered, w->now);
	settle(w);
	return w;
}

static void end(struct world *w)
{
	dhcp_client_free(w->client);
	free(w);
}

static void wait_for(struct world *w, uint64_t ms)
{
	uint64_t until = w->now + ms;

	while (w->next <= until) {
		w->now = w->next > w->now ? w->next : w->now;
		settle(w);
	}
	w->now = until;
	settle(w);
}

/* to_next() - when something is due; how long that took */
static uint64_t to_next(struct world *w)
{
	uint64_t from = w->now;

	assert_true(w->next != NOTHING);
	forget_orders(w);
	w->now = w->next;
	settle(w);
	return w->now - from;
}

static const struct order *find(const struct world *w, enum order_kind kind)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->orders[i].kind == kind)
			return &w->orders[i];
	return NULL;
}

static void expect_state_at(const struct world *w, enum client_state state, int line)
{
	if (dhcp_client_state(w->client) != state)
		fail_msg("line %d: %s, not %s", line,
			 client_state_name(dhcp_client_state(w->client)), client_state_name(state));
}
#define expect_state(w, state) expect_state_at(w, state, __LINE__)

static void expect_sent_at(const struct world *w, enum dhcp_type type, int line)
{
	if (!w->has_sent || w->sent.type != type)
		fail_msg("line %d: %s, not %s", line,
			 w->has_sent ? dhcp_type_name(w->sent.type) : "nothing",
			 dhcp_type_name(type));
}
#define expect_sent(w, type) expect_sent_at(w, type, __LINE__)

static void expect_reason(const struct world *w, enum order_kind kind, const char *reason)
{
	const struct order *o = find(w, kind);

	if (!o)
		fail_msg("no order for %s", reason);
	assert_string_equal(o->reason, reason);
}

/* ---- the server ------------------------------------------------------------------------------ */

static struct dhcp_message reply_of(const struct world *w, enum dhcp_type type, uint32_t lease_s)
{
	struct dhcp_message m = { .op = BOOTREPLY,
				  .htype = DHCP_ETHERNET,
				  .hlen = 6,
				  .xid = w->sent.xid,
				  .chaddr = { 2, 0, 0, 0, 0, 7 },
				  .yiaddr = type == DHCP_NAK ? 0 : ADDRESS,
				  .has_cookie = true,
				  .type = type };

	if (type)
		message_put_u8(&m, OPT_MESSAGE_TYPE, (uint8_t)type);
	if (type)
		message_put_u32(&m, OPT_SERVER_ID, SERVER);
	if (lease_s)
		message_put_u32(&m, OPT_LEASE_TIME, lease_s);
	message_put_u32(&m, OPT_SUBNET_MASK, 0xffffff00);
	return m;
}

static void say(struct world *w, const struct dhcp_message *m)
{
	uint8_t data[DHCP_MAX_LEN];
	unsigned left_out;
	size_t len = dhcp_encode(m, data, sizeof(data), &left_out);

	forget_orders(w);
	dhcp_client_receive(w->client, data, len, server_mac, w->now);
	settle(w);
}

static void answer(struct world *w, enum dhcp_type type, uint32_t lease_s)
{
	struct dhcp_message m = reply_of(w, type, lease_s);

	say(w, &m);
}

static struct world *bound(const struct client_config *c, uint32_t lease_s)
{
	struct world *w = begin(c, 0);

	answer(w, DHCP_OFFER, lease_s);
	answer(w, DHCP_ACK, lease_s);
	if (c->probe_ms)
		wait_for(w, c->probe_ms);
	expect_state(w, STATE_BOUND);
	return w;
}

/* ---- INIT and SELECTING: 4.4.1 --------------------------------------------------------------- */

static void a_client_begins_with_a_discover(void **state)
{
	struct world *w = begin(&plain, 0);
	struct reader r;

	(void)state;
	expect_state(w, STATE_SELECTING);
	expect_sent(w, DHCP_DISCOVER);
	assert_non_null(find(w, ORDER_BROADCAST));
	assert_int_equal(w->sent.op, BOOTREQUEST);
	assert_int_equal(w->sent.htype, DHCP_ETHERNET);
	assert_int_equal(w->sent.hlen, 6);
	assert_int_equal(w->sent.hops, 0);
	assert_int_equal(w->sent.ciaddr | w->sent.yiaddr | w->sent.siaddr | w->sent.giaddr, 0);
	assert_memory_equal(w->sent.chaddr, plain.mac, 6);
	assert_false(message_has(&w->sent, OPT_SERVER_ID));
	assert_int_equal(message_u16(&w->sent, OPT_MAX_SIZE),
			 1500 > DHCP_MAX_LEN ? DHCP_MAX_LEN : 1500);
	r = message_option(&w->sent, OPT_HOST_NAME);
	assert_int_equal(left(&r), 3);
	r = message_option(&w->sent, OPT_PARAMETER_LIST);
	assert_int_equal(left(&r), sizeof(wanted));
	assert_memory_equal(r.at, wanted, sizeof(wanted));
	end(w);
}

static void an_identifier_is_in_every_message(void **state)
{
	struct client_config c = plain;
	struct world *w;
	struct reader r;

	(void)state;
	c.client_id = (const uint8_t *)"\1id";
	c.client_id_len = 3;
	w = begin(&c, 0);
	r = message_option(&w->sent, OPT_CLIENT_ID);
	assert_int_equal(left(&r), 3);
	answer(w, DHCP_OFFER, 600);
	assert_true(message_has(&w->sent, OPT_CLIENT_ID));
	answer(w, DHCP_ACK, 600);
	forget_orders(w);
	dhcp_client_stop(w->client, true, w->now);
	settle(w);
	expect_sent(w, DHCP_RELEASE);
	assert_true(message_has(&w->sent, OPT_CLIENT_ID));
	end(w);
}

/* 4.1: 4, 8, 16, 32, 64 seconds, each "randomized by the value of a uniform number chosen from the
 * range -1 to +1" */
static void a_discover_is_repeated_ever_more_slowly(void **state)
{
	static const unsigned seconds[] = { 4, 8, 16, 32, 64, 64, 64 };
	bool varies = false;

	(void)state;
	for (uint32_t seed = 0; seed < 200; seed++) {
		struct client_config c = plain;
		struct world *w;

		c.seed = seed;
		w = begin(&c, 0);
		for (size_t i = 0; i < ARRAY_SIZE(seconds); i++) {
			uint64_t ms = to_next(w);

			expect_sent(w, DHCP_DISCOVER);
			assert_in_range(ms, (seconds[i] - 1) * 1000, (seconds[i] + 1) * 1000);
			varies |= ms != seconds[i] * 1000;
		}
		end(w);
	}
	assert_true(varies);
}

static void secs_is_how_long_it_has_tried(void **state)
{
	struct world *w = begin(&plain, 0);
	uint64_t ms = 0;

	(void)state;
	assert_int_equal(w->sent.secs, 0);
	for (unsigned i = 0; i < 4; i++) {
		ms += to_next(w);
		assert_in_range(w->sent.secs, ms / 1000 - 1, ms / 1000 + 1);
	}
	end(w);
}

static void clients_of_different_seeds_have_different_xids(void **state)
{
	uint32_t xids[50];

	(void)state;
	for (uint32_t i = 0; i < ARRAY_SIZE(xids); i++) {
		struct client_config c = plain;
		struct world *w;

		c.seed = i + 1;
		w = begin(&c, 0);
		xids[i] = w->sent.xid;
		for (uint32_t j = 0; j < i; j++)
			assert_int_not_equal(xids[i], xids[j]);
		end(w);
	}
}

/* Table 5: REQUEST in the state SELECTING. */
static void an_offer_is_asked_for(void **state)
{
	struct world *w = begin(&plain, 0);
	uint32_t xid = w->sent.xid;

	(void)state;
	answer(w, DHCP_OFFER, 600);
	expect_state(w, STATE_REQUESTING);
	expect_sent(w, DHCP_REQUEST);
	assert_non_null(find(w, ORDER_BROADCAST));
	assert_int_equal(w->sent.xid, xid); /* 4.4.1: "the DHCPREQUEST [...] the same 'xid'" */
	assert_int_equal(w->sent.ciaddr, 0);
	assert_int_equal(message_u32(&w->sent, OPT_REQUESTED_IP), ADDRESS);
	assert_int_equal(message_u32(&w->sent, OPT_SERVER_ID), SERVER);
	end(w);
}

static void what_is_no_offer_is_not_taken(void **state)
{
	struct world *w = begin(&plain, 0);
	struct dhcp_message m;

	(void)state;
	m = reply_of(w, DHCP_OFFER, 600);
	m.xid++;
	say(w, &m);
	expect_state(w, STATE_SELECTING);
	m = reply_of(w, DHCP_OFFER, 600);
	m.op = BOOTREQUEST;
	say(w, &m);
	expect_state(w, STATE_SELECTING);
	m = reply_of(w, DHCP_OFFER, 600);
	m.chaddr[5] = 8;
	say(w, &m);
	expect_state(w, STATE_SELECTING);
	m = reply_of(w, DHCP_OFFER, 600);
	m.yiaddr = 0;
	say(w, &m);
	expect_state(w, STATE_SELECTING);
	m = reply_of(w, DHCP_OFFER, 600);
	message_drop(&m, OPT_SERVER_ID);
	say(w, &m);
	expect_state(w, STATE_SELECTING);
	answer(w, DHCP_ACK, 600);
	expect_state(w, STATE_SELECTING);
	answer(w, DHCP_NAK, 0);
	expect_state(w, STATE_SELECTING);
	end(w);
}

/* ---- REQUESTING ------------------------------------------------------------------------------ */

static void an_ack_binds(void **state)
{
	struct world *w = begin(&plain, 0);
	const struct grant *g;

	(void)state;
	answer(w, DHCP_OFFER, 600);
	answer(w, DHCP_ACK, 600);
	expect_state(w, STATE_BOUND);
	expect_reason(w, ORDER_CONFIGURE, "BOUND");
	assert_non_null(find(w, ORDER_REMEMBER));
	g = dhcp_client_grant(w->client);
	assert_int_equal(g->address, ADDRESS);
	assert_int_equal(g->server, SERVER);
	assert_int_equal(g->mask, 0xffffff00);
	assert_int_equal(g->lease_s, 600);
	end(w);
}

static void a_second_offer_is_discarded(void **state)
{
	struct world *w = begin(&plain, 0);

	(void)state;
	answer(w, DHCP_OFFER, 600);
	answer(w, DHCP_OFFER, 600);
	expect_state(w, STATE_REQUESTING);
	assert_false(w->has_sent);
	end(w);
}

static void a_nak_begins_again(void **state)
{
	struct world *w = begin(&plain, 0);

	(void)state;
	answer(w, DHCP_OFFER, 600);
	answer(w, DHCP_NAK, 0);
	if (!w->has_sent)
		to_next(w);
	expect_state(w, STATE_SELECTING);
	expect_sent(w, DHCP_DISCOVER);
	end(w);
}

/* A server that refuses what it offers does not get a storm of messages. */
static void naks_do_not_make_a_storm(void **state)
{
	struct world *w = begin(&plain, 0);
	unsigned messages = 0;
	uint64_t until = w->now + 60000;

	(void)state;
	while (w->now < until) {
		if (dhcp_client_state(w->client) == STATE_SELECTING && w->has_sent)
			answer(w, DHCP_OFFER, 600);
		else if (dhcp_client_state(w->client) == STATE_REQUESTING && w->has_sent)
			answer(w, DHCP_NAK, 0);
		else
			to_next(w);
		messages += w->messages;
		assert_true(messages < 1000);
	}
	assert_in_range(messages, 4, 60);
	end(w);
}

/* 3.1, step 5: "The client times out and retransmits the DHCPREQUEST message [...] four times, for
 * a total delay of 60 seconds [...] then the client reverts to INIT state" */
static void an_unanswered_request_is_repeated_and_given_up(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 50; seed++) {
		struct client_config c = plain;
		unsigned requests = 1;
		struct world *w;
		uint64_t from;

		c.seed = seed;
		w = begin(&c, 0);
		answer(w, DHCP_OFFER, 600);
		from = w->now;
		for (;;) {
			to_next(w);
			if (!w->has_sent)
				continue;
			if (w->sent.type == DHCP_DISCOVER)
				break;
			expect_sent(w, DHCP_REQUEST);
			assert_true(++requests <= 6);
		}
		assert_in_range(requests, 3, 6);
		assert_in_range(w->now - from, 20000, 130000);
		expect_state(w, STATE_SELECTING);
		end(w);
	}
}

static void an_ack_that_lacks_what_it_must_have_is_not_taken(void **state)
{
	struct world *w = begin(&plain, 0);
	struct dhcp_message m;

	(void)state;
	answer(w, DHCP_OFFER, 600);
	m = reply_of(w, DHCP_ACK, 0); /* no lease time */
	m.xid = w->sent.xid;
	say(w, &m);
	assert_int_not_equal(dhcp_client_state(w->client), STATE_BOUND);
	end(w);
	w = begin(&plain, 0);
	answer(w, DHCP_OFFER, 600);
	m = reply_of(w, DHCP_ACK, 600);
	m.yiaddr = 0;
	say(w, &m);
	assert_int_not_equal(dhcp_client_state(w->client), STATE_BOUND);
	end(w);
	w = begin(&plain, 0);
	answer(w, DHCP_OFFER, 600);
	m = reply_of(w, DHCP_ACK, 600);
	m.xid++;
	say(w, &m);
	expect_state(w, STATE_REQUESTING);
	end(w);
}

/* Broadcast, multicast, loopback and nothing are no addresses of a host. */
static void an_address_that_no_host_can_have_is_not_taken(void **state)
{
	static const uint32_t addresses[] = { 0, 0xffffffff, 0xe0000001, 0x7f000001 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		struct world *w = begin(&plain, 0);
		struct dhcp_message m = reply_of(w, DHCP_OFFER, 600);

		m.yiaddr = addresses[i];
		say(w, &m);
		m = reply_of(w, DHCP_ACK, 600);
		m.yiaddr = addresses[i];
		say(w, &m);
		wait_for(w, 1000);
		if (find(w, ORDER_CONFIGURE))
			fail_msg("%08x is configured", addresses[i]);
		end(w);
	}
}

/* ---- BOUND, RENEWING, REBINDING: 4.4.5 ------------------------------------------------------- */

static void expect_within(uint64_t value, uint64_t from, uint64_t to)
{
	if (value < from || value > to)
		fail_msg("%llu ms, not %llu to %llu", (unsigned long long)value,
			 (unsigned long long)from, (unsigned long long)to);
}

static void it_renews_at_a_half_and_rebinds_at_seven_eighths(void **state)
{
	struct world *w = bound(&plain, 86400);
	const struct grant *g = dhcp_client_grant(w->client);

	(void)state;
	/* "Times T1 and T2 SHOULD be chosen with some random 'fuzz' around a fixed value" */
	expect_within(g->renew_at - w->now, 43200000 * 9 / 10, 43200000 * 11 / 10);
	expect_within(g->rebind_at - w->now, 75600000 * 9 / 10, 75600000 * 11 / 10);
	expect_within(g->end_at - w->now, 86400000, 86400000);
	end(w);
}

static void the_server_s_t1_and_t2_are_used(void **state)
{
	struct world *w = begin(&plain, 0);
	struct dhcp_message m;
	const struct grant *g;

	(void)state;
	answer(w, DHCP_OFFER, 600);
	m = reply_of(w, DHCP_ACK, 600);
	message_put_u32(&m, OPT_RENEWAL_TIME, 100);
	message_put_u32(&m, OPT_REBINDING_TIME, 200);
	say(w, &m);
	g = dhcp_client_grant(w->client);
	expect_within(g->renew_at - w->now, 90000, 110000);
	expect_within(g->rebind_at - w->now, 180000, 220000);
	end(w);
}

/* "T1 MUST be earlier than T2, which, in turn, MUST be earlier than the time at which the client's
 * lease will expire." */
static void t1_is_before_t2_and_t2_before_the_end(void **state)
{
	static const uint32_t times[] = { 0,   1,   2,	 3,   10,     299,    300,
					  301, 599, 600, 601, 100000, FOREVER };
	static const uint32_t leases[] = { 1, 2, 3, 4, 10, 600, 86400, FOREVER - 1 };

	(void)state;
	for (size_t l = 0; l < ARRAY_SIZE(leases); l++)
		for (size_t i = 0; i < ARRAY_SIZE(times); i++)
			for (size_t j = 0; j < ARRAY_SIZE(times); j++) {
				struct world *w = begin(&plain, 0);
				struct dhcp_message m;
				const struct grant *g;

				answer(w, DHCP_OFFER, leases[l]);
				m = reply_of(w, DHCP_ACK, leases[l]);
				message_put_u32(&m, OPT_RENEWAL_TIME, times[i]);
				message_put_u32(&m, OPT_REBINDING_TIME, times[j]);
				say(w, &m);
				g = dhcp_client_grant(w->client);
				if (g->renew_at > g->rebind_at || g->rebind_at > g->end_at ||
				    g->end_at != w->now + leases[l] * 1000ull)
					fail_msg("lease %u, T1 %u, T2 %u", leases[l], times[i],
						 times[j]);
				end(w);
			}
}

/* Table 5: REQUEST in the state RENEWING. */
static void a_renewal_goes_to_the_server_alone(void **state)
{
	struct world *w = bound(&plain, 600);

	(void)state;
	to_next(w);
	expect_state(w, STATE_RENEWING);
	expect_sent(w, DHCP_REQUEST);
	assert_non_null(find(w, ORDER_UNICAST));
	assert_null(find(w, ORDER_BROADCAST));
	assert_int_equal(find(w, ORDER_UNICAST)->address, SERVER);
	assert_int_equal(w->sent.ciaddr, ADDRESS);
	assert_false(message_has(&w->sent, OPT_REQUESTED_IP));
	assert_false(message_has(&w->sent, OPT_SERVER_ID));
	answer(w, DHCP_ACK, 600);
	expect_state(w, STATE_BOUND);
	expect_reason(w, ORDER_CONFIGURE, "RENEW");
	assert_true(dhcp_client_grant(w->client)->end_at == w->now + 600000);
	end(w);
}

/* Table 5: REQUEST in the state REBINDING. */
static void a_rebinding_client_asks_all(void **state)
{
	struct world *w = bound(&plain, 86400);

	(void)state;
	while (dhcp_client_state(w->client) != STATE_REBINDING)
		to_next(w);
	expect_sent(w, DHCP_REQUEST);
	assert_non_null(find(w, ORDER_BROADCAST));
	assert_null(find(w, ORDER_UNICAST));
	assert_int_equal(w->sent.ciaddr, ADDRESS);
	assert_false(message_has(&w->sent, OPT_REQUESTED_IP));
	assert_false(message_has(&w->sent, OPT_SERVER_ID));
	answer(w, DHCP_ACK, 600);
	expect_state(w, STATE_BOUND);
	expect_reason(w, ORDER_CONFIGURE, "REBIND");
	end(w);
}

/* 4.4.5: "one-half of the remaining time until T2 (in RENEWING state) and one-half of the remaining
 * lease time (in REBINDING state), down to a minimum of 60 seconds, before retransmitting" */
static void renewals_are_repeated_at_half_of_what_is_left(void **state)
{
	struct world *w = bound(&plain, 86400);
	const struct grant g = *dhcp_client_grant(w->client);
	uint64_t last = 0;
	unsigned renewals = 0, rebinds = 0;

	(void)state;
	w->now = w->next;
	settle(w);
	while (dhcp_client_state(w->client) == STATE_RENEWING ||
	       dhcp_client_state(w->client) == STATE_REBINDING) {
		uint64_t end_at =
			dhcp_client_state(w->client) == STATE_RENEWING ? g.rebind_at : g.end_at;
		uint64_t before = w->now, half = (end_at - before) / 2, ms;

		renewals += dhcp_client_state(w->client) == STATE_RENEWING;
		rebinds += dhcp_client_state(w->client) == STATE_REBINDING;
		ms = to_next(w);
		if (w->now == end_at)
			continue; /* the next state, or the end */
		expect_within(ms, half < 60000 ? 60000 : half - 2000,
			      half < 60000 ? 62000 : half + 2000);
		last = w->now;
	}
	assert_true(last > 0 && w->now == g.end_at);
	assert_in_range(renewals, 5, 12);
	assert_in_range(rebinds, 5, 12);
	end(w);
}

/* Table 1: "seconds elapsed since client began address acquisition or renewal process" */
static void secs_is_how_long_it_has_tried_to_renew(void **state)
{
	struct world *w = bound(&plain, 86400);
	uint64_t from;
	uint32_t xid;

	(void)state;
	to_next(w);
	expect_state(w, STATE_RENEWING);
	assert_int_equal(w->sent.secs, 0);
	xid = w->sent.xid;
	from = w->now;
	while (dhcp_client_state(w->client) != STATE_SELECTING) {
		uint64_t s = (w->now - from) / 1000;

		assert_int_equal(w->sent.secs, s < UINT16_MAX ? s : UINT16_MAX);
		assert_int_equal(w->sent.xid, xid);
		to_next(w);
	}
	end(w);
}

/* man: it asks again sooner for leases that are so short that they would have ended */
static void a_short_lease_is_renewed_in_time(void **state)
{
	(void)state;
	for (uint32_t lease = 2; lease < 120; lease++) {
		struct world *w = bound(&plain, lease);
		unsigned asked = 0;

		forget_orders(w);
		while (w->now < dhcp_client_grant(w->client)->end_at &&
		       dhcp_client_state(w->client) != STATE_SELECTING) {
			to_next(w);
			asked += w->messages;
			if (asked > 40)
				fail_msg("a lease of %u s: %u messages", lease, asked);
		}
		assert_in_range(asked, 2, 40);
		end(w);
	}
}

static void a_lease_that_ends_is_taken_back(void **state)
{
	struct world *w = bound(&plain, 600);

	(void)state;
	forget_orders(w);
	wait_for(w, 600000);
	expect_reason(w, ORDER_WITHDRAW, "EXPIRE");
	expect_state(w, STATE_SELECTING);
	expect_sent(w, DHCP_DISCOVER);
	assert_int_equal(w->sent.ciaddr, 0);
	end(w);
}

static void a_nak_takes_the_lease_back(void **state)
{
	struct world *w = bound(&plain, 600);

	(void)state;
	to_next(w);
	expect_state(w, STATE_RENEWING);
	answer(w, DHCP_NAK, 0);
	expect_reason(w, ORDER_WITHDRAW, "NAK");
	assert_non_null(find(w, ORDER_FORGET));
	if (!w->has_sent)
		to_next(w);
	expect_state(w, STATE_SELECTING);
	end(w);
}

static void in_bound_nothing_is_listened_to(void **state)
{
	static const enum dhcp_type types[] = { DHCP_OFFER, DHCP_ACK, DHCP_NAK };
	struct world *w = bound(&plain, 600);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		answer(w, types[i], 600);
		expect_state(w, STATE_BOUND);
		assert_null(find(w, ORDER_CONFIGURE));
		assert_null(find(w, ORDER_WITHDRAW));
		assert_false(w->has_sent);
	}
	end(w);
}

/* 3.3: "0xffffffff [...] infinity" */
static void a_lease_for_ever_has_no_end(void **state)
{
	struct world *w = bound(&plain, FOREVER);

	(void)state;
	assert_int_equal(dhcp_client_grant(w->client)->lease_s, FOREVER);
	forget_orders(w);
	for (unsigned i = 0; i < 10 && w->next != NOTHING; i++)
		wait_for(w, 1000000000000);
	expect_state(w, STATE_BOUND);
	assert_false(w->has_sent);
	end(w);
}

static void a_renewal_may_be_asked_for(void **state)
{
	struct world *w = bound(&plain, 600);

	(void)state;
	forget_orders(w);
	dhcp_client_renew(w->client, w->now);
	settle(w);
	expect_state(w, STATE_RENEWING);
	expect_sent(w, DHCP_REQUEST);
	assert_int_equal(w->sent.ciaddr, ADDRESS);
	end(w);
}

/* ---- INIT-REBOOT ----------------------------------------------------------------------------- */

static void a_remembered_address_is_asked_for(void **state)
{
	struct world *w = begin(&plain, ADDRESS);

	(void)state;
	expect_state(w, STATE_REBOOTING);
	expect_sent(w, DHCP_REQUEST);
	assert_non_null(find(w, ORDER_BROADCAST));
	assert_int_equal(w->sent.ciaddr, 0);
	assert_int_equal(message_u32(&w->sent, OPT_REQUESTED_IP), ADDRESS);
	assert_false(message_has(&w->sent, OPT_SERVER_ID));
	answer(w, DHCP_ACK, 600);
	expect_state(w, STATE_BOUND);
	expect_reason(w, ORDER_CONFIGURE, "REBOOT");
	end(w);
}

static void a_remembered_address_that_is_refused_is_forgotten(void **state)
{
	struct world *w = begin(&plain, ADDRESS);

	(void)state;
	answer(w, DHCP_NAK, 0);
	assert_non_null(find(w, ORDER_FORGET));
	if (!w->has_sent)
		to_next(w);
	expect_state(w, STATE_SELECTING);
	expect_sent(w, DHCP_DISCOVER);
	end(w);
}

static void who_gets_no_answer_to_a_reboot_begins_anew(void **state)
{
	struct world *w = begin(&plain, ADDRESS);
	uint64_t from = w->now;

	(void)state;
	while (dhcp_client_state(w->client) != STATE_SELECTING) {
		to_next(w);
		assert_true(w->now - from < 130000);
	}
	expect_sent(w, DHCP_DISCOVER);
	end(w);
}

/* ---- probes: 4.4.1, step 5 of 3.1, and RFC 5227 ---------------------------------------------- */

static struct client_config careful(void)
{
	struct client_config c = plain;

	c.probe_ms = 200;
	return c;
}

static void an_address_is_asked_for_three_times_before_it_is_used(void **state)
{
	struct client_config c = careful();
	struct world *w = begin(&c, 0);
	unsigned probes = 0;

	(void)state;
	answer(w, DHCP_OFFER, 600);
	answer(w, DHCP_ACK, 600);
	expect_state(w, STATE_PROBING);
	assert_null(find(w, ORDER_CONFIGURE));
	wait_for(w, 190);
	expect_state(w, STATE_PROBING);
	for (size_t i = 0; i < w->count; i++)
		probes += w->orders[i].kind == ORDER_PROBE && w->orders[i].address == ADDRESS;
	assert_int_equal(probes, 3);
	forget_orders(w);
	wait_for(w, 10);
	expect_state(w, STATE_BOUND);
	expect_reason(w, ORDER_CONFIGURE, "BOUND");
	assert_non_null(find(w, ORDER_ANNOUNCE));
	end(w);
}

/* "The client SHOULD wait a minimum of ten seconds before restarting the configuration process" */
static void an_address_that_somebody_has_is_declined(void **state)
{
	struct client_config c = careful();
	struct world *w = begin(&c, 0);

	(void)state;
	answer(w, DHCP_OFFER, 600);
	answer(w, DHCP_ACK, 600);
	forget_orders(w);
	dhcp_client_conflict(w->client, ADDRESS, w->now);
	settle(w);
	expect_sent(w, DHCP_DECLINE);
	assert_non_null(find(w, ORDER_BROADCAST));
	assert_int_equal(w->sent.ciaddr, 0);
	assert_int_equal(message_u32(&w->sent, OPT_REQUESTED_IP), ADDRESS);
	assert_int_equal(message_u32(&w->sent, OPT_SERVER_ID), SERVER);
	assert_false(message_has(&w->sent, OPT_PARAMETER_LIST));
	assert_null(find(w, ORDER_CONFIGURE));
	forget_orders(w);
	wait_for(w, 9999);
	assert_false(w->has_sent);
	wait_for(w, 1001);
	expect_sent(w, DHCP_DISCOVER);
	end(w);
}

static void the_conflict_of_another_address_is_none(void **state)
{
	struct client_config c = careful();
	struct world *w = begin(&c, 0);

	(void)state;
	dhcp_client_conflict(w->client, ADDRESS, w->now);
	answer(w, DHCP_OFFER, 600);
	dhcp_client_conflict(w->client, ADDRESS + 1, w->now);
	answer(w, DHCP_ACK, 600);
	dhcp_client_conflict(w->client, ADDRESS + 1, w->now);
	dhcp_client_conflict(w->client, 0, w->now);
	settle(w);
	expect_state(w, STATE_PROBING);
	wait_for(w, 200);
	expect_state(w, STATE_BOUND);
	end(w);
}

/* ---- carrier, and the end -------------------------------------------------------------------- */

static void the_carrier_s_return_is_a_reboot(void **state)
{
	struct world *w = bound(&plain, 600);

	(void)state;
	dhcp_client_link_down(w->client);
	settle(w);
	forget_orders(w);
	wait_for(w, 10000);
	assert_false(w->has_sent);
	dhcp_client_link_up(w->client, w->now);
	settle(w);
	expect_state(w, STATE_REBOOTING);
	expect_sent(w, DHCP_REQUEST);
	assert_int_equal(message_u32(&w->sent, OPT_REQUESTED_IP), ADDRESS);
	answer(w, DHCP_ACK, 600);
	expect_state(w, STATE_BOUND);
	end(w);
}

static void without_carrier_nothing_is_sent(void **state)
{
	struct world *w = begin(&plain, 0);

	(void)state;
	dhcp_client_link_down(w->client);
	settle(w);
	forget_orders(w);
	wait_for(w, 600000);
	assert_false(w->has_sent);
	dhcp_client_link_up(w->client, w->now);
	settle(w);
	expect_sent(w, DHCP_DISCOVER);
	end(w);
}

static void a_lease_ends_without_carrier_too(void **state)
{
	struct world *w = bound(&plain, 600);

	(void)state;
	forget_orders(w);
	dhcp_client_link_down(w->client);
	settle(w);
	dhcp_client_renew(w->client, w->now);
	settle(w);
	wait_for(w, 700000);
	expect_reason(w, ORDER_WITHDRAW, "EXPIRE");
	assert_false(w->has_sent);
	dhcp_client_link_up(w->client, w->now);
	settle(w);
	expect_state(w, STATE_SELECTING); /* what has ended is not asked for as if it still ran */
	expect_sent(w, DHCP_DISCOVER);
	end(w);
}

/* probing_another() - a server gives another address than was asked for: it is probed, while the
 * old one is still ours */
static struct world *probing_another(void)
{
	struct client_config c = careful();
	struct world *w = bound(&c, 600);
	struct dhcp_message m;

	dhcp_client_link_down(w->client);
	dhcp_client_link_up(w->client, w->now);
	settle(w);
	m = reply_of(w, DHCP_ACK, 600);
	m.yiaddr = ADDRESS + 1;
	say(w, &m);
	expect_state(w, STATE_PROBING);
	return w;
}

static void the_carrier_s_return_is_noticed_while_probing(void **state)
{
	struct world *w = probing_another();

	(void)state;
	dhcp_client_link_down(w->client);
	settle(w);
	dhcp_client_link_up(w->client, w->now);
	settle(w);
	expect_state(w, STATE_REBOOTING);
	end(w);
}

/* What the script hears then is about the old one, though the new one is ours by now. */
static void another_address_ends_the_old_lease(void **state)
{
	struct world *w = probing_another();

	(void)state;
	forget_orders(w);
	while (dhcp_client_state(w->client) == STATE_PROBING)
		to_next(w);
	expect_state(w, STATE_BOUND);
	expect_reason(w, ORDER_WITHDRAW, "EXPIRE");
	assert_int_equal(dhcp_client_gone(w->client)->address, ADDRESS);
	assert_int_equal(dhcp_client_grant(w->client)->address, ADDRESS + 1);
	end(w);
}

/* Table 5: RELEASE. */
static void a_lease_is_given_back(void **state)
{
	struct world *w = bound(&plain, 600);

	(void)state;
	forget_orders(w);
	dhcp_client_stop(w->client, true, w->now);
	settle(w);
	expect_sent(w, DHCP_RELEASE);
	assert_int_equal(w->messages, 1);
	assert_non_null(find(w, ORDER_RELEASE));
	assert_int_equal(w->sent.ciaddr, ADDRESS);
	assert_int_equal(message_u32(&w->sent, OPT_SERVER_ID), SERVER);
	assert_false(message_has(&w->sent, OPT_REQUESTED_IP));
	assert_false(message_has(&w->sent, OPT_PARAMETER_LIST));
	expect_reason(w, ORDER_WITHDRAW, "RELEASE");
	assert_non_null(find(w, ORDER_FORGET));
	expect_state(w, STATE_STOPPED);
	assert_true(w->next == NOTHING);
	/* it leaves before the address does */
	for (size_t i = 0; i < w->count && w->orders[i].kind != ORDER_RELEASE; i++)
		assert_int_not_equal(w->orders[i].kind, ORDER_WITHDRAW);
	end(w);
}

static void a_lease_is_kept(void **state)
{
	struct world *w = bound(&plain, 600);

	(void)state;
	forget_orders(w);
	dhcp_client_stop(w->client, false, w->now);
	settle(w);
	assert_false(w->has_sent);
	assert_null(find(w, ORDER_FORGET));
	expect_state(w, STATE_STOPPED);
	end(w);
}

static void who_has_no_lease_gives_nothing_back(void **state)
{
	struct world *w = begin(&plain, 0);

	(void)state;
	answer(w, DHCP_OFFER, 600);
	forget_orders(w);
	dhcp_client_stop(w->client, true, w->now);
	settle(w);
	assert_false(w->has_sent);
	expect_state(w, STATE_STOPPED);
	end(w);
}

/* ---- BOOTP ----------------------------------------------------------------------------------- */

static void a_bootp_reply_is_for_ever(void **state)
{
	struct client_config c = plain;
	struct world *w;
	struct dhcp_message m;

	(void)state;
	c.bootp = true;
	w = begin(&c, 0);
	expect_sent(w, DHCP_BOOTP);
	assert_false(message_has(&w->sent, OPT_MESSAGE_TYPE));
	m = reply_of(w, DHCP_BOOTP, 0);
	say(w, &m);
	expect_state(w, STATE_BOUND);
	assert_non_null(find(w, ORDER_CONFIGURE));
	assert_int_equal(dhcp_client_grant(w->client)->lease_s, FOREVER);
	forget_orders(w);
	dhcp_client_stop(w->client, true, w->now);
	settle(w);
	assert_false(w->has_sent);
	end(w);
}

static void a_dhcp_client_takes_no_bootp_reply(void **state)
{
	struct world *w = begin(&plain, 0);

	(void)state;
	answer(w, DHCP_BOOTP, 0);
	expect_state(w, STATE_SELECTING);
	end(w);
}

/* ---- what servers can do to it --------------------------------------------------------------- */

static void garbage_does_no_harm(void **state)
{
	struct world *w = begin(&plain, 0);
	uint8_t data[DHCP_MAX_LEN];

	(void)state;
	srand(5);
	for (unsigned i = 0; i < 3000; i++) {
		size_t len = (size_t)rand() % sizeof(data);

		for (size_t j = 0; j < len; j++)
			data[j] = (uint8_t)rand();
		dhcp_client_receive(w->client, data, len, server_mac, w->now);
		w->count = 0;
		settle(w);
	}
	expect_state(w, STATE_SELECTING);
	end(w);
}

static void a_lease_of_no_time_is_none(void **state)
{
	struct world *w = begin(&plain, 0);
	struct dhcp_message m;
	unsigned messages = 0;
	uint64_t until = w->now + 60000;

	(void)state;
	while (w->now < until) {
		if (w->has_sent) {
			m = reply_of(w, w->sent.type == DHCP_DISCOVER ? DHCP_OFFER : DHCP_ACK, 0);
			message_put_u32(&m, OPT_LEASE_TIME, 0);
			say(w, &m);
		} else {
			to_next(w);
		}
		messages += w->messages;
		assert_true(messages < 200);
	}
	end(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_begins_with_a_discover),
		cmocka_unit_test(an_identifier_is_in_every_message),
		cmocka_unit_test(a_discover_is_repeated_ever_more_slowly),
		cmocka_unit_test(secs_is_how_long_it_has_tried),
		cmocka_unit_test(clients_of_different_seeds_have_different_xids),
		cmocka_unit_test(an_offer_is_asked_for),
		cmocka_unit_test(what_is_no_offer_is_not_taken),
		cmocka_unit_test(an_ack_binds),
		cmocka_unit_test(a_second_offer_is_discarded),
		cmocka_unit_test(a_nak_begins_again),
		cmocka_unit_test(naks_do_not_make_a_storm),
		cmocka_unit_test(an_unanswered_request_is_repeated_and_given_up),
		cmocka_unit_test(an_ack_that_lacks_what_it_must_have_is_not_taken),
		cmocka_unit_test(an_address_that_no_host_can_have_is_not_taken),
		cmocka_unit_test(it_renews_at_a_half_and_rebinds_at_seven_eighths),
		cmocka_unit_test(the_server_s_t1_and_t2_are_used),
		cmocka_unit_test(t1_is_before_t2_and_t2_before_the_end),
		cmocka_unit_test(a_renewal_goes_to_the_server_alone),
		cmocka_unit_test(a_rebinding_client_asks_all),
		cmocka_unit_test(renewals_are_repeated_at_half_of_what_is_left),
		cmocka_unit_test(secs_is_how_long_it_has_tried_to_renew),
		cmocka_unit_test(a_short_lease_is_renewed_in_time),
		cmocka_unit_test(a_lease_that_ends_is_taken_back),
		cmocka_unit_test(a_nak_takes_the_lease_back),
		cmocka_unit_test(in_bound_nothing_is_listened_to),
		cmocka_unit_test(a_lease_for_ever_has_no_end),
		cmocka_unit_test(a_renewal_may_be_asked_for),
		cmocka_unit_test(a_remembered_address_is_asked_for),
		cmocka_unit_test(a_remembered_address_that_is_refused_is_forgotten),
		cmocka_unit_test(who_gets_no_answer_to_a_reboot_begins_anew),
		cmocka_unit_test(an_address_is_asked_for_three_times_before_it_is_used),
		cmocka_unit_test(an_address_that_somebody_has_is_declined),
		cmocka_unit_test(the_conflict_of_another_address_is_none),
		cmocka_unit_test(the_carrier_s_return_is_a_reboot),
		cmocka_unit_test(without_carrier_nothing_is_sent),
		cmocka_unit_test(a_lease_ends_without_carrier_too),
		cmocka_unit_test(the_carrier_s_return_is_noticed_while_probing),
		cmocka_unit_test(another_address_ends_the_old_lease),
		cmocka_unit_test(a_lease_is_given_back),
		cmocka_unit_test(a_lease_is_kept),
		cmocka_unit_test(who_has_no_lease_gives_nothing_back),
		cmocka_unit_test(a_bootp_reply_is_for_ever),
		cmocka_unit_test(a_dhcp_client_takes_no_bootp_reply),
		cmocka_unit_test(garbage_does_no_harm),
		cmocka_unit_test(a_lease_of_no_time_is_none),
	};

	return cmocka_run_group_tests_name("dhcp client", tests, NULL, NULL);
}
