/* SPDX-License-Identifier: MIT */
/* The relay agent without sockets: RFC 1542, section 4, and RFC 3046, octet by octet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/dhcp/relay.h"

#define ETH0   0x0a000101u /* of the relay */
#define ETH1   0x0a000301u
#define BEFORE 0x0a000901u /* another relay, nearer to the client */
#define SERVER 0x0a000202u

enum { AT_OP = 0, AT_HOPS = 3, AT_GIADDR = 24, AT_COOKIE = 236, AT_OPTIONS = 240 };

static const struct relay_iface ifaces[] = {
	{ "eth0", ETH0, { 2, 0, 0, 0, 0, 1 } },
	{ "eth1", ETH1, { 2, 0, 0, 0, 0, 2 } },
};
static const uint32_t servers[] = { SERVER, SERVER + 1 };

static struct relay_config plain(void)
{
	return (struct relay_config){ .ifaces = ifaces,
				      .iface_count = ARRAY_SIZE(ifaces),
				      .servers = servers,
				      .server_count = ARRAY_SIZE(servers),
				      .max_hops = 16 };
}

static struct relay_config agent(enum relay_policy policy)
{
	struct relay_config c = plain();

	c.agent = true;
	c.policy = policy;
	return c;
}

/* A message as octets, so that a test sees each that changes. */
struct wire {
	uint8_t data[DHCP_MAX_LEN];
	size_t len;
};

static struct wire message(uint8_t op, enum dhcp_type type, const void *options, size_t len)
{
	struct wire w = { { op, 1, 6, 0, 0x11, 0x22, 0x33, 0x44, 0, 5, 0, 0 }, DHCP_MIN_LEN };

	memcpy(w.data + 28, "\2\0\0\0\0\7", 6);
	memcpy(w.data + AT_COOKIE, "\x63\x82\x53\x63\x35\1", 6);
	w.data[AT_OPTIONS + 2] = (uint8_t)type;
	if (len)
		memcpy(w.data + AT_OPTIONS + 3, options, len);
	w.data[AT_OPTIONS + 3 + len] = OPT_END;
	if (AT_OPTIONS + 4 + len > w.len)
		w.len = AT_OPTIONS + 4 + len;
	return w;
}

static struct wire request(const void *options, size_t len)
{
	return message(BOOTREQUEST, DHCP_DISCOVER, options, len);
}

static void set_u32(struct wire *w, size_t at, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		w->data[at + i] = (uint8_t)(v >> (24 - 8 * i));
}

static uint32_t get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Each is given memory of the message's own length. */
static enum relay_count up(const struct relay_config *c, const struct wire *w, struct relayed *r)
{
	uint8_t *copy = malloc(w->len ? w->len : 1);
	enum relay_count count;

	assert_non_null(copy);
	memcpy(copy, w->data, w->len);
	memset(r, 0xee, sizeof(*r));
	count = relay_request(c, 0, copy, w->len, r);
	free(copy);
	return count;
}

static enum relay_count down(const struct relay_config *c, uint32_t from, const struct wire *w,
			     struct relayed *r)
{
	uint8_t *copy = malloc(w->len ? w->len : 1);
	enum relay_count count;

	assert_non_null(copy);
	memcpy(copy, w->data, w->len);
	memset(r, 0xee, sizeof(*r));
	count = relay_reply(c, from, copy, w->len, r);
	free(copy);
	return count;
}

/* expect_same() - but for hops and giaddr, and from `from` on */
static void expect_same(const struct wire *w, const struct relayed *r, size_t from)
{
	for (size_t i = 0; i < from; i++)
		if (i != AT_HOPS && (i < AT_GIADDR || i >= AT_GIADDR + 4) &&
		    r->data[i] != w->data[i])
			fail_msg("octet %zu is %u, and was %u", i, r->data[i], w->data[i]);
}

/* ---- requests: RFC 1542, 4.1.1 --------------------------------------------------------------- */

static void a_request_gets_our_address_and_a_hop(void **state)
{
	struct relay_config c = plain();
	struct wire w = request("\xc\3pc1", 5);
	struct relayed r;

	(void)state;
	assert_int_equal(up(&c, &w, &r), RELAYED_REQUEST);
	assert_int_equal(r.len, w.len);
	assert_int_equal(get_u32(r.data + AT_GIADDR), ETH0);
	assert_int_equal(r.data[AT_HOPS], 1);
	expect_same(&w, &r, w.len);
}

/* "If this field is not zero, it MUST NOT be modified" */
static void another_relay_s_address_stays(void **state)
{
	struct relay_config c = plain();
	struct wire w = request("", 0);
	struct relayed r;

	(void)state;
	set_u32(&w, AT_GIADDR, BEFORE);
	w.data[AT_HOPS] = 3;
	assert_int_equal(up(&c, &w, &r), RELAYED_REQUEST);
	assert_int_equal(get_u32(r.data + AT_GIADDR), BEFORE);
	assert_int_equal(r.data[AT_HOPS], 4);
	expect_same(&w, &r, w.len);
}

static void what_has_come_round_is_dropped(void **state)
{
	struct relay_config c = plain();
	struct wire w = request("", 0);
	struct relayed r;

	(void)state;
	set_u32(&w, AT_GIADDR, ETH0);
	assert_int_equal(up(&c, &w, &r), RELAY_DROP_LOOP);
	set_u32(&w, AT_GIADDR, ETH1);
	assert_int_equal(up(&c, &w, &r), RELAY_DROP_LOOP);
}

/* "The relay agent MUST silently discard BOOTREQUEST messages whose 'hops' field exceeds the value
 * 16." */
static void what_has_passed_too_many_relays_is_dropped(void **state)
{
	struct relay_config c = plain();
	struct relayed r;

	(void)state;
	for (c.max_hops = 1; c.max_hops <= 16; c.max_hops++)
		for (unsigned hops = 0; hops < 256; hops++) {
			struct wire w = request("", 0);

			w.data[AT_HOPS] = (uint8_t)hops;
			if (up(&c, &w, &r) !=
			    (hops > c.max_hops ? RELAY_DROP_HOPS : RELAYED_REQUEST))
				fail_msg("%u hops where %u are allowed", hops, c.max_hops);
		}
}

static void what_is_no_request_is_dropped(void **state)
{
	struct relay_config c = plain();
	struct wire w = message(BOOTREPLY, DHCP_OFFER, "", 0);
	struct relayed r;

	(void)state;
	assert_true(up(&c, &w, &r) > RELAYED_REPLY);
	for (size_t len = 0; len < DHCP_HEADER_LEN; len++) {
		w = request("", 0);
		w.len = len;
		assert_int_equal(up(&c, &w, &r), RELAY_DROP_MALFORMED);
	}
	w = request("\xc\xff", 2); /* an option that is cut */
	assert_int_equal(up(&c, &w, &r), RELAY_DROP_MALFORMED);
}

static void a_bootp_request_is_relayed_as_it_is(void **state)
{
	struct relay_config c = plain();
	struct wire w = request("", 0);
	struct relayed r;

	(void)state;
	memset(w.data + AT_COOKIE, 0x5a, w.len - AT_COOKIE); /* a vendor's own */
	assert_int_equal(up(&c, &w, &r), RELAYED_REQUEST);
	assert_int_equal(r.len, w.len);
	expect_same(&w, &r, w.len);
}

static void a_message_of_every_length_is_relayed(void **state)
{
	struct relay_config c = plain();
	struct relayed r;

	(void)state;
	for (size_t len = DHCP_MIN_LEN; len <= DHCP_MAX_LEN; len++) {
		struct wire w = request("", 0);

		w.len = len;
		assert_int_equal(up(&c, &w, &r), RELAYED_REQUEST);
		assert_int_equal(r.len, len);
	}
}

/* ---- requests: RFC 3046, 2.1 ----------------------------------------------------------------- */

static void our_information_is_added_last(void **state)
{
	struct relay_config c = agent(POLICY_KEEP);
	struct wire w = request("\xc\3pc1", 5);
	struct relayed r;

	(void)state;
	assert_int_equal(up(&c, &w, &r), RELAYED_REQUEST);
	expect_same(&w, &r, AT_OPTIONS + 8);
	assert_memory_equal(r.data + AT_OPTIONS + 8, "\x52\xe\1\4eth0\2\6\2\0\0\0\0\1\xff", 17);
	assert_true(r.len >= DHCP_MIN_LEN);
}

static void circuit_and_remote_may_be_said(void **state)
{
	struct relay_config c = agent(POLICY_KEEP);
	struct wire w = request("", 0);
	struct relayed r;

	(void)state;
	c.circuit_id = "port 7";
	c.remote_id = "x";
	assert_int_equal(up(&c, &w, &r), RELAYED_REQUEST);
	assert_memory_equal(r.data + AT_OPTIONS + 3, "\x52\xb\1\6port 7\2\1x\xff", 14);
}

/* RFC 3046, 2.1: "a packet in which the giaddr field is not set but a relay agent option is present
 * [...] SHALL discard" */
static void a_client_that_says_it_is_a_relay_is_dropped(void **state)
{
	static const enum relay_policy policies[] = { POLICY_KEEP, POLICY_REPLACE, POLICY_DROP };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
		struct relay_config c = agent(policies[i]);
		struct wire w = request("\x52\3\1\1x", 5);
		struct relayed r;

		assert_int_equal(up(&c, &w, &r), RELAY_DROP_CLIENT_AGENT);
	}
}

static void another_relay_s_information_is_kept_replaced_or_dropped(void **state)
{
	struct wire w = request("\x52\3\1\1x\xc\3pc1", 10);
	struct relay_config c = agent(POLICY_KEEP);
	struct dhcp_message m;
	struct relayed r;
	struct reader part;
	const char *why;

	(void)state;
	set_u32(&w, AT_GIADDR, BEFORE);
	assert_int_equal(up(&c, &w, &r), RELAYED_REQUEST);
	assert_int_equal(r.len, w.len);
	expect_same(&w, &r, w.len);
	c = agent(POLICY_DROP);
	assert_int_equal(up(&c, &w, &r), RELAY_DROP_OTHER_AGENT);
	c = agent(POLICY_REPLACE);
	assert_int_equal(up(&c, &w, &r), RELAYED_REQUEST);
	assert_true(dhcp_decode(&m, r.data, r.len, &why));
	part = suboption_of(message_option(&m, OPT_RELAY_INFO), RELAY_CIRCUIT_ID);
	assert_int_equal(left(&part), 4);
	assert_memory_equal(part.at, "eth0", 4);
	assert_int_equal(m.option[OPT_RELAY_INFO].len, 14); /* once */
	assert_int_equal(m.option[OPT_HOST_NAME].len, 3);
}

/* RFC 3046, 2.1: "If the addition would exceed the maximum, forward without". */
static void a_message_does_not_grow_beyond_its_limit(void **state)
{
	struct relay_config c = agent(POLICY_KEEP);

	(void)state;
	for (size_t fill = 1150; fill <= DHCP_MAX_LEN - AT_OPTIONS - 4; fill++) {
		uint8_t options[DHCP_MAX_LEN];
		struct relayed r;
		struct wire w;
		size_t at = 0, rest = fill;

		while (rest) { /* options that fill it */
			size_t piece = rest > 257 ? 200 : rest;

			if (piece < 2) {
				options[at++] = OPT_PAD;
				break;
			}
			options[at] = 224;
			options[at + 1] = (uint8_t)(piece - 2);
			memset(options + at + 2, 'x', piece - 2);
			at += piece;
			rest -= piece;
		}
		w = request(options, fill);
		assert_int_equal(up(&c, &w, &r), RELAYED_REQUEST);
		assert_true(r.len >= w.len && r.len <= DHCP_MAX_LEN);
		expect_same(&w, &r, AT_OPTIONS + 3 + fill);
		if (w.len + 16 > DHCP_MAX_LEN) {
			assert_int_equal(r.len, w.len);
			assert_int_equal(r.data[AT_OPTIONS + 3 + fill], OPT_END);
		} else {
			assert_int_equal(r.data[AT_OPTIONS + 3 + fill], OPT_RELAY_INFO);
		}
	}
}

static void without_agent_nothing_is_added_or_looked_at(void **state)
{
	struct relay_config c = plain();
	struct wire w = request("\x52\3\1\1x", 5);
	struct relayed r;

	(void)state;
	set_u32(&w, AT_GIADDR, BEFORE);
	assert_int_equal(up(&c, &w, &r), RELAYED_REQUEST);
	assert_int_equal(r.len, w.len);
	expect_same(&w, &r, w.len);
}

/* ---- replies: RFC 1542, 4.1.2 ---------------------------------------------------------------- */

static struct wire reply(const void *options, size_t len)
{
	struct wire w = message(BOOTREPLY, DHCP_OFFER, options, len);

	set_u32(&w, 16, 0x0a000364); /* yiaddr */
	set_u32(&w, AT_GIADDR, ETH1);
	return w;
}

static void a_reply_goes_to_the_client_s_hardware(void **state)
{
	struct relay_config c = plain();
	struct wire w = reply("", 0);
	struct relayed r;

	(void)state;
	assert_int_equal(down(&c, SERVER, &w, &r), RELAYED_REPLY);
	assert_int_equal(r.iface, 1);
	assert_false(r.broadcast);
	assert_int_equal(r.to, 0x0a000364);
	assert_memory_equal(r.hwaddr, "\2\0\0\0\0\7", 6);
	assert_int_equal(r.len, w.len);
	assert_memory_equal(r.data, w.data, w.len);
}

static void a_reply_with_the_broadcast_bit_goes_to_all(void **state)
{
	struct relay_config c = plain();
	struct wire w = reply("", 0);
	struct relayed r;

	(void)state;
	w.data[10] = 0x80;
	assert_int_equal(down(&c, SERVER, &w, &r), RELAYED_REPLY);
	assert_true(r.broadcast);
	assert_memory_equal(r.data, w.data, w.len);
}

/* There is no Ethernet address to send it to. */
static void a_reply_to_other_hardware_goes_to_all(void **state)
{
	struct relay_config c = plain();
	struct wire w = reply("", 0);
	struct relayed r;

	(void)state;
	w.data[1] = 6;
	assert_int_equal(down(&c, SERVER, &w, &r), RELAYED_REPLY);
	assert_true(r.broadcast);
}

static void a_refusal_without_address_goes_to_all(void **state)
{
	struct relay_config c = plain();
	struct wire w = message(BOOTREPLY, DHCP_NAK, "", 0);
	struct relayed r;

	(void)state;
	set_u32(&w, AT_GIADDR, ETH0);
	assert_int_equal(down(&c, SERVER, &w, &r), RELAYED_REPLY);
	assert_int_equal(r.iface, 0);
	assert_true(r.broadcast);
}

static void replies_are_taken_from_the_servers_alone(void **state)
{
	struct relay_config c = plain();
	struct wire w = reply("", 0);
	struct relayed r;

	(void)state;
	assert_int_equal(down(&c, SERVER + 1, &w, &r), RELAYED_REPLY);
	assert_int_equal(down(&c, SERVER + 2, &w, &r), RELAY_DROP_STRANGER);
	assert_int_equal(down(&c, 0, &w, &r), RELAY_DROP_STRANGER);
}

static void a_reply_that_is_not_ours_is_dropped(void **state)
{
	struct relay_config c = plain();
	struct wire w = reply("", 0);
	struct relayed r;

	(void)state;
	set_u32(&w, AT_GIADDR, BEFORE);
	assert_int_equal(down(&c, SERVER, &w, &r), RELAY_DROP_NOT_OURS);
	set_u32(&w, AT_GIADDR, 0);
	assert_int_equal(down(&c, SERVER, &w, &r), RELAY_DROP_NOT_OURS);
	w = reply("", 0);
	w.data[AT_OP] = BOOTREQUEST;
	assert_true(down(&c, SERVER, &w, &r) > RELAYED_REPLY);
	w.len = 100;
	assert_int_equal(down(&c, SERVER, &w, &r), RELAY_DROP_MALFORMED);
}

/* RFC 3046, 2.2: "The relay agent MUST remove the Relay Agent Information option" */
static void our_information_is_taken_off(void **state)
{
	struct relay_config c = agent(POLICY_KEEP);
	struct wire w = reply("\x36\4\xa\0\2\2\x52\xe\1\4eth1\2\6\2\0\0\0\0\2\xc\3pc1", 27);
	struct dhcp_message m;
	struct relayed r;
	const char *why;

	(void)state;
	assert_int_equal(down(&c, SERVER, &w, &r), RELAYED_REPLY);
	assert_true(dhcp_decode(&m, r.data, r.len, &why));
	assert_false(message_has(&m, OPT_RELAY_INFO));
	assert_int_equal(m.count, 3);
	assert_int_equal(message_u32(&m, OPT_SERVER_ID), SERVER);
	assert_int_equal(m.option[OPT_HOST_NAME].len, 3);
	assert_memory_equal(r.data, w.data, AT_OPTIONS + 9);
	assert_true(r.len >= DHCP_MIN_LEN);
}

static void every_count_has_a_name(void **state)
{
	(void)state;
	for (unsigned i = 0; i < RELAY_COUNT_COUNT; i++)
		assert_true(*relay_count_name((enum relay_count)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_gets_our_address_and_a_hop),
		cmocka_unit_test(another_relay_s_address_stays),
		cmocka_unit_test(what_has_come_round_is_dropped),
		cmocka_unit_test(what_has_passed_too_many_relays_is_dropped),
		cmocka_unit_test(what_is_no_request_is_dropped),
		cmocka_unit_test(a_bootp_request_is_relayed_as_it_is),
		cmocka_unit_test(a_message_of_every_length_is_relayed),
		cmocka_unit_test(our_information_is_added_last),
		cmocka_unit_test(circuit_and_remote_may_be_said),
		cmocka_unit_test(a_client_that_says_it_is_a_relay_is_dropped),
		cmocka_unit_test(another_relay_s_information_is_kept_replaced_or_dropped),
		cmocka_unit_test(a_message_does_not_grow_beyond_its_limit),
		cmocka_unit_test(without_agent_nothing_is_added_or_looked_at),
		cmocka_unit_test(a_reply_goes_to_the_client_s_hardware),
		cmocka_unit_test(a_reply_with_the_broadcast_bit_goes_to_all),
		cmocka_unit_test(a_reply_to_other_hardware_goes_to_all),
		cmocka_unit_test(a_refusal_without_address_goes_to_all),
		cmocka_unit_test(replies_are_taken_from_the_servers_alone),
		cmocka_unit_test(a_reply_that_is_not_ours_is_dropped),
		cmocka_unit_test(our_information_is_taken_off),
		cmocka_unit_test(every_count_has_a_name),
	};

	return cmocka_run_group_tests_name("dhcp relay", tests, NULL, NULL);
}
