/* SPDX-License-Identifier: MIT */
/*
 * The DHCP server without sockets: the sentences of RFC 2131, section 4.3, each as a test, with a
 * clock that the test moves. One server, 10.0.1.1, on eth0; a relay, 10.0.2.1, brings the clients
 * of another subnet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/dhcp/server.h"

#define START 1700000000000u
#define US    0x0a000101u
#define OTHER 0x0a000102u /* another server */
#define RELAY 0x0a000201u
#define POOL  0x0a000164u /* 10.0.1.100, the first of four */
#define FAR   0x0a00020au /* 10.0.2.10, the first of three */

static const char plain[] = "probe: 0\n"
			    "lease: {default: 1000s, min: 100s, max: 2000s}\n"
			    "subnets:\n"
			    "  10.0.1.0/24: {pool: 10.0.1.100-10.0.1.103, router: 10.0.1.1}\n"
			    "  10.0.2.0/24: {pool: 10.0.2.10-10.0.2.12}\n";

struct lab {
	struct dhcp_config *config;
	struct leases *leases;
	struct server *server;
	struct counts counts;
	uint64_t now, next;
	char log[65536];
	bool disk_fails;
	struct outgoing out[OUTGOING_MAX]; /* of the last turn */
	size_t out_count;
	struct dhcp_message reply; /* the first one among them */
	const struct outgoing *sent;
};

static void note_line(void *arg, const char *line, bool is_complaint)
{
	struct lab *l = arg;
	size_t len = strlen(l->log);

	(void)is_complaint;
	snprintf(l->log + len, sizeof(l->log) - len, "%s\n", line);
}

static struct lab *lab_of(const char *more)
{
	static const struct server_iface ifaces[] = { { "eth0", 2, US, { 2, 0, 0, 0, 1, 1 } } };
	static const uint32_t own[] = { US, 0x0a000901 };
	struct server_self self = { ifaces, ARRAY_SIZE(ifaces), own, ARRAY_SIZE(own) };
	struct lab *l = calloc(1, sizeof(*l));
	struct faults f = { .file = "dhcp.yml" };

	assert_non_null(l);
	l->config = config_parse("dhcp.yml", more, strlen(more), &f);
	if (f.errors)
		fail_msg("%s", f.list[0].text);
	faults_free(&f);
	l->leases = leases_new(l->config);
	l->server = server_new(l->config, l->leases, self, &l->counts,
			       (struct server_log){ note_line, l });
	l->now = START;
	return l;
}

/* with() - the plain configuration, and something in front of it */
static struct lab *with(const char *more)
{
	char text[4096];

	snprintf(text, sizeof(text), "%s%s", more, plain);
	return lab_of(text);
}

static void lab_free(struct lab *l)
{
	server_free(l->server);
	leases_free(l->leases);
	config_free(l->config);
	free(l);
}

/* turn() - what is due, then the disk, then what is sent */
static void turn(struct lab *l)
{
	const struct outgoing *out;
	const char *why;

	l->next = server_tick(l->server, l->now);
	out = server_output(l->server, &l->out_count);
	memcpy(l->out, out, l->out_count * sizeof(*out));
	server_output_done(l->server);
	if (l->disk_fails) {
		leases_undo(l->leases);
		l->out_count = 0;
	} else {
		leases_keep(l->leases);
	}
	l->sent = NULL;
	for (size_t i = 0; i < l->out_count; i++)
		if (!l->sent && l->out[i].kind < ASK_ARP) {
			l->sent = &l->out[i];
			assert_true(dhcp_decode(&l->reply, l->sent->data, l->sent->len, &why));
		}
}

static void wait_for(struct lab *l, uint64_t ms)
{
	l->now += ms;
	turn(l);
}

static void tell_at(struct lab *l, const struct dhcp_message *m, uint32_t to)
{
	uint8_t data[DHCP_MAX_LEN];
	unsigned left_out;
	size_t len = dhcp_encode(m, data, sizeof(data), &left_out);

	server_receive(l->server, data, len, 0, to, l->now);
	turn(l);
}

static void tell(struct lab *l, const struct dhcp_message *m)
{
	tell_at(l, m, IP4_BROADCAST);
}

/* from() - a message of the client 02:00:00:00:xx:xx */
static struct dhcp_message from(unsigned who, enum dhcp_type type)
{
	struct dhcp_message m = { .op = BOOTREQUEST,
				  .htype = DHCP_ETHERNET,
				  .hlen = 6,
				  .xid = 0x1000 + who,
				  .chaddr = { 2, 0, 0, 0, (uint8_t)(who >> 8), (uint8_t)who },
				  .has_cookie = true,
				  .type = type };

	if (type)
		message_put_u8(&m, OPT_MESSAGE_TYPE, (uint8_t)type);
	return m;
}

static struct dhcp_message relayed(unsigned who, enum dhcp_type type, const char *circuit)
{
	struct dhcp_message m = from(who, type);
	uint8_t info[64] = { RELAY_CIRCUIT_ID };

	m.giaddr = RELAY;
	m.hops = 1;
	if (circuit) {
		info[1] = (uint8_t)strlen(circuit);
		memcpy(info + 2, circuit, info[1]);
		message_put(&m, OPT_RELAY_INFO, info, 2u + info[1]);
	}
	return m;
}

/* expect() - the answer, of this type, and with this address */
static void expect_at(struct lab *l, enum dhcp_type type, uint32_t yiaddr, int line)
{
	if (!l->sent)
		fail_msg("line %d: no answer; the log: %s", line, l->log);
	if (l->reply.type != type || l->reply.yiaddr != yiaddr)
		fail_msg("line %d: %s %08x, not %s %08x; the log: %s", line,
			 dhcp_type_name(l->reply.type), l->reply.yiaddr, dhcp_type_name(type),
			 yiaddr, l->log);
}
#define expect(l, type, yiaddr) expect_at(l, type, yiaddr, __LINE__)

static void expect_silence_at(struct lab *l, int line)
{
	if (l->sent)
		fail_msg("line %d: %s; the log: %s", line, dhcp_type_name(l->reply.type), l->log);
}
#define expect_silence(l) expect_silence_at(l, __LINE__)

static uint32_t discover(struct lab *l, unsigned who)
{
	struct dhcp_message m = from(who, DHCP_DISCOVER);

	tell(l, &m);
	return l->sent && l->reply.type == DHCP_OFFER ? l->reply.yiaddr : 0;
}

/* select_ours() - REQUEST in the state SELECTING */
static void select_ours(struct lab *l, unsigned who, uint32_t address)
{
	struct dhcp_message m = from(who, DHCP_REQUEST);

	message_put_u32(&m, OPT_SERVER_ID, US);
	message_put_u32(&m, OPT_REQUESTED_IP, address);
	tell(l, &m);
}

static uint32_t get(struct lab *l, unsigned who)
{
	uint32_t address = discover(l, who);

	select_ours(l, who, address);
	expect(l, DHCP_ACK, address);
	return address;
}

static void reboot(struct lab *l, unsigned who, uint32_t address)
{
	struct dhcp_message m = from(who, DHCP_REQUEST);

	message_put_u32(&m, OPT_REQUESTED_IP, address);
	tell(l, &m);
}

static void renew(struct lab *l, unsigned who, uint32_t address, uint32_t to)
{
	struct dhcp_message m = from(who, DHCP_REQUEST);

	m.ciaddr = address;
	tell_at(l, &m, to);
}

static void release(struct lab *l, unsigned who, uint32_t address)
{
	struct dhcp_message m = from(who, DHCP_RELEASE);

	m.ciaddr = address;
	message_put_u32(&m, OPT_SERVER_ID, US);
	tell_at(l, &m, US);
	expect_silence(l);
}

static void decline(struct lab *l, unsigned who, uint32_t address)
{
	struct dhcp_message m = from(who, DHCP_DECLINE);

	message_put_u32(&m, OPT_REQUESTED_IP, address);
	message_put_u32(&m, OPT_SERVER_ID, US);
	tell(l, &m);
	expect_silence(l);
}

static enum lease_state state_of(struct lab *l, uint32_t address)
{
	const struct lease *lease = leases_at(l->leases, address);

	return lease ? lease->is.state : LEASE_FREE;
}

/* ---- 4.3.1: DHCPDISCOVER --------------------------------------------------------------------- */

static void a_new_client_is_offered_a_new_address(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	assert_int_equal(discover(l, 1), POOL);
	assert_int_equal(discover(l, 2), POOL + 1);
	assert_int_equal(discover(l, 3), POOL + 2);
	lab_free(l);
}

static void an_offer_has_what_table_3_says(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m = from(1, DHCP_DISCOVER);

	(void)state;
	m.secs = 7;
	m.ciaddr = 0;
	tell(l, &m);
	expect(l, DHCP_OFFER, POOL);
	assert_int_equal(l->reply.op, BOOTREPLY);
	assert_int_equal(l->reply.htype, DHCP_ETHERNET);
	assert_int_equal(l->reply.hlen, 6);
	assert_int_equal(l->reply.hops, 0);
	assert_int_equal(l->reply.xid, m.xid);
	assert_int_equal(l->reply.secs, 0);
	assert_int_equal(l->reply.ciaddr, 0);
	assert_int_equal(l->reply.giaddr, 0);
	assert_int_equal(l->reply.flags, 0);
	assert_memory_equal(l->reply.chaddr, m.chaddr, 16);
	assert_int_equal(message_u32(&l->reply, OPT_SERVER_ID), US);
	assert_int_equal(message_u32(&l->reply, OPT_LEASE_TIME), 1000);
	assert_int_equal(message_u32(&l->reply, OPT_SUBNET_MASK), 0xffffff00);
	assert_int_equal(message_u32(&l->reply, OPT_RENEWAL_TIME), 500);
	assert_int_equal(message_u32(&l->reply, OPT_REBINDING_TIME), 875);
	assert_false(message_has(&l->reply, OPT_REQUESTED_IP));
	assert_false(message_has(&l->reply, OPT_PARAMETER_LIST));
	assert_false(message_has(&l->reply, OPT_CLIENT_ID));
	assert_false(message_has(&l->reply, OPT_MAX_SIZE));
	assert_int_equal(l->sent->kind, TO_HARDWARE);
	assert_int_equal(l->sent->dst, POOL);
	assert_memory_equal(l->sent->hwaddr, m.chaddr, 6);
	lab_free(l);
}

/* "The client's current address as recorded in the client's current binding" */
static void a_client_with_a_lease_is_offered_that(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	get(l, 1);
	get(l, 2);
	wait_for(l, 400000);
	assert_int_equal(discover(l, 2), POOL + 1);
	assert_int_equal(message_u32(&l->reply, OPT_LEASE_TIME), 600); /* what is left of it */
	assert_int_equal(state_of(l, POOL + 1), LEASE_BOUND);
	lab_free(l);
}

/* "The client's previous address as recorded in the client's (now expired or released) binding" */
static void a_client_that_had_a_lease_is_offered_that(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	get(l, 1);
	get(l, 2);
	release(l, 2, POOL + 1);
	assert_int_equal(state_of(l, POOL + 1), LEASE_RELEASED);
	wait_for(l, 1000000);
	assert_int_equal(state_of(l, POOL), LEASE_EXPIRED);
	assert_int_equal(discover(l, 3), POOL + 2);
	assert_int_equal(discover(l, 2), POOL + 1);
	assert_int_equal(discover(l, 1), POOL);
	lab_free(l);
}

/* "The address requested in the 'Requested IP Address' option, if that address is valid and not
 * already allocated" */
static void a_client_is_offered_what_it_asks_for(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m;

	(void)state;
	get(l, 1);
	m = from(2, DHCP_DISCOVER);
	message_put_u32(&m, OPT_REQUESTED_IP, POOL + 3);
	tell(l, &m);
	expect(l, DHCP_OFFER, POOL + 3);
	m = from(3, DHCP_DISCOVER);
	message_put_u32(&m, OPT_REQUESTED_IP, POOL); /* the first one's */
	tell(l, &m);
	expect(l, DHCP_OFFER, POOL + 1);
	m = from(4, DHCP_DISCOVER);
	message_put_u32(&m, OPT_REQUESTED_IP, US);
	tell(l, &m);
	expect(l, DHCP_OFFER, POOL + 2);
	lab_free(l);
}

static void what_is_not_to_be_had_is_not_offered(void **state)
{
	static const uint32_t wishes[] = { 0x0a000105, 0x0a000100, 0x0a0001ff, FAR,
					   0x0b000001, 0xffffffff, 1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wishes); i++) {
		struct lab *l = lab_of(plain);
		struct dhcp_message m = from(1, DHCP_DISCOVER);

		message_put_u32(&m, OPT_REQUESTED_IP, wishes[i]);
		tell(l, &m);
		expect(l, DHCP_OFFER, POOL);
		lab_free(l);
	}
}

static void an_offer_asked_for_again_is_the_same(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(discover(l, 1), POOL);
	assert_int_equal(discover(l, 2), POOL + 1);
	lab_free(l);
}

static void an_offer_is_kept_for_10_seconds(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	for (unsigned who = 1; who <= 4; who++)
		assert_int_equal(discover(l, who), POOL + who - 1);
	assert_int_equal(discover(l, 5), 0);
	wait_for(l, 9999);
	assert_int_equal(state_of(l, POOL), LEASE_OFFERED);
	assert_int_equal(discover(l, 5), 0);
	wait_for(l, 1);
	assert_int_equal(state_of(l, POOL), LEASE_FREE);
	assert_int_equal(discover(l, 5), POOL);
	lab_free(l);
}

/* man: the one that has been free for the longest time */
static void the_address_that_is_free_for_the_longest_time_is_offered(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	for (unsigned who = 1; who <= 4; who++)
		get(l, who);
	wait_for(l, 1000);
	release(l, 3, POOL + 2);
	wait_for(l, 1000);
	release(l, 1, POOL);
	wait_for(l, 1000);
	release(l, 4, POOL + 3);
	assert_int_equal(discover(l, 5), POOL + 2);
	assert_int_equal(discover(l, 6), POOL);
	assert_int_equal(discover(l, 7), POOL + 3);
	assert_int_equal(discover(l, 8), 0);
	lab_free(l);
}

/* "If no addresses are available, the server may choose to report the problem to the system
 * administrator": once a minute */
static void an_empty_pool_is_told_once_a_minute(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	for (unsigned who = 1; who <= 4; who++)
		get(l, who);
	*l->log = '\0';
	for (unsigned who = 10; who < 40; who++)
		assert_int_equal(discover(l, who), 0);
	assert_non_null(strstr(l->log, "no address is left"));
	assert_null(strstr(strchr(l->log, '\n') + 1, "no address is left"));
	assert_int_equal(l->counts.n[DROP_EXHAUSTED], 30);
	wait_for(l, 60000);
	*l->log = '\0';
	assert_int_equal(discover(l, 50), 0);
	assert_non_null(strstr(l->log, "no address is left"));
	lab_free(l);
}

/* ---- 4.3.1: the lease ------------------------------------------------------------------------ */

static void a_lease_is_within_the_bounds(void **state)
{
	static const struct {
		uint32_t wish, lease;
	} cases[] = { { 1, 100 },     { 99, 100 },    { 100, 100 },	   { 500, 500 },
		      { 2000, 2000 }, { 2001, 2000 }, { 0xffffffff, 2000 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct lab *l = lab_of(plain);
		struct dhcp_message m = from(1, DHCP_DISCOVER);

		message_put_u32(&m, OPT_LEASE_TIME, cases[i].wish);
		tell(l, &m);
		assert_int_equal(message_u32(&l->reply, OPT_LEASE_TIME), cases[i].lease);
		/* "the lease time that was offered" is what it gets, asked for once more or not */
		select_ours(l, 1, POOL);
		assert_int_equal(message_u32(&l->reply, OPT_LEASE_TIME), cases[i].lease);
		assert_true(leases_at(l->leases, POOL)->is.until ==
			    START + cases[i].lease * 1000ull);
		lab_free(l);
	}
}

static void a_renewal_gets_a_whole_lease(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	get(l, 1);
	wait_for(l, 500000);
	renew(l, 1, POOL, US);
	expect(l, DHCP_ACK, POOL);
	assert_int_equal(message_u32(&l->reply, OPT_LEASE_TIME), 1000);
	wait_for(l, 999999);
	assert_int_equal(state_of(l, POOL), LEASE_BOUND);
	wait_for(l, 1);
	assert_int_equal(state_of(l, POOL), LEASE_EXPIRED);
	lab_free(l);
}

/* A day of renewals, and what is left of it. */
static void a_client_may_stay_for_ever(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	get(l, 1);
	for (unsigned i = 0; i < 24 * 60 * 60 / 500; i++) {
		assert_true(l->next > l->now);
		wait_for(l, 500000);
		renew(l, 1, POOL, US);
		expect(l, DHCP_ACK, POOL);
	}
	wait_for(l, 1000000);
	assert_int_equal(state_of(l, POOL), LEASE_EXPIRED);
	assert_true(l->next == NEVER);
	lab_free(l);
}

static void the_next_tick_is_at_the_next_end(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	turn(l);
	assert_true(l->next == NEVER);
	discover(l, 1);
	assert_true(l->next == START + 10000);
	select_ours(l, 1, POOL);
	assert_true(l->next == START + 1000000);
	lab_free(l);
}

/* ---- 4.3.2: SELECTING ------------------------------------------------------------------------ */

static void who_takes_the_offer_gets_the_lease(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	assert_int_equal(get(l, 1), POOL);
	assert_int_equal(l->reply.ciaddr, 0);
	assert_int_equal(message_u32(&l->reply, OPT_SERVER_ID), US);
	assert_int_equal(message_u32(&l->reply, OPT_LEASE_TIME), 1000);
	assert_int_equal(state_of(l, POOL), LEASE_BOUND);
	lab_free(l);
}

/* 3.1, step 3: "those servers not selected by the DHCPREQUEST message use the message as
 * notification" */
static void who_takes_another_server_s_offer_frees_ours(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m = from(1, DHCP_REQUEST);

	(void)state;
	assert_int_equal(discover(l, 1), POOL);
	message_put_u32(&m, OPT_SERVER_ID, OTHER);
	message_put_u32(&m, OPT_REQUESTED_IP, 0x0a0001c8);
	tell(l, &m);
	expect_silence(l);
	assert_int_equal(state_of(l, POOL), LEASE_FREE);
	assert_int_equal(l->counts.n[DROP_OTHER_SERVER], 1);
	lab_free(l);
}

static void another_server_s_offer_leaves_a_lease_alone(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m = from(1, DHCP_REQUEST);

	(void)state;
	get(l, 1);
	message_put_u32(&m, OPT_SERVER_ID, OTHER);
	message_put_u32(&m, OPT_REQUESTED_IP, 0x0a0001c8);
	tell(l, &m);
	expect_silence(l);
	assert_int_equal(state_of(l, POOL), LEASE_BOUND);
	lab_free(l);
}

static void any_address_of_the_machine_is_ours(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m = from(1, DHCP_REQUEST);

	(void)state;
	discover(l, 1);
	message_put_u32(&m, OPT_SERVER_ID, 0x0a000901);
	message_put_u32(&m, OPT_REQUESTED_IP, POOL);
	tell(l, &m);
	expect(l, DHCP_ACK, POOL);
	lab_free(l);
}

static void what_somebody_else_has_been_given_is_refused(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	discover(l, 1);
	discover(l, 2);
	select_ours(l, 2, POOL); /* offered to the first */
	expect(l, DHCP_NAK, 0);
	select_ours(l, 1, POOL);
	expect(l, DHCP_ACK, POOL);
	select_ours(l, 2, POOL);
	expect(l, DHCP_NAK, 0);
	select_ours(l, 2, POOL + 1);
	expect(l, DHCP_ACK, POOL + 1);
	lab_free(l);
}

/* Table 3, the column of DHCPNAK. */
static void a_nak_has_what_table_3_says(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m = from(2, DHCP_REQUEST);

	(void)state;
	get(l, 1);
	message_put_u32(&m, OPT_SERVER_ID, US);
	message_put_u32(&m, OPT_REQUESTED_IP, POOL);
	message_put(&m, OPT_CLIENT_ID, "\1id", 3);
	message_put(&m, OPT_PARAMETER_LIST, "\1\3", 2);
	tell(l, &m);
	expect(l, DHCP_NAK, 0);
	assert_int_equal(l->reply.ciaddr, 0);
	assert_int_equal(l->reply.siaddr, 0);
	assert_int_equal(message_u32(&l->reply, OPT_SERVER_ID), US);
	for (unsigned i = 0; i < l->reply.count; i++)
		switch (l->reply.order[i]) {
		case OPT_MESSAGE_TYPE:
		case OPT_SERVER_ID:
		case OPT_MESSAGE:
		case OPT_CLIENT_ID:
			break;
		default:
			fail_msg("a NAK has option %u", l->reply.order[i]);
		}
	assert_int_equal(l->sent->kind, TO_ALL); /* 4.1 */
	lab_free(l);
}

static void a_request_without_address_is_dropped(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m = from(1, DHCP_REQUEST);

	(void)state;
	tell(l, &m);
	expect_silence(l);
	message_put_u32(&m, OPT_SERVER_ID, US);
	tell(l, &m);
	expect_silence(l);
	assert_int_equal(l->counts.n[DROP_NO_ADDRESS], 2);
	lab_free(l);
}

/* ---- 4.3.2: INIT-REBOOT ---------------------------------------------------------------------- */

static void who_reboots_gets_its_lease_again(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	get(l, 1);
	wait_for(l, 600000);
	reboot(l, 1, POOL);
	expect(l, DHCP_ACK, POOL);
	assert_int_equal(message_u32(&l->reply, OPT_LEASE_TIME), 1000);
	lab_free(l);
}

/* "Server SHOULD send a DHCPNAK message to the client if the 'requested IP address' is incorrect,
 * or is on the wrong network." */
static void who_reboots_on_another_network_is_refused(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	reboot(l, 1, 0x0b000001);
	expect(l, DHCP_NAK, 0);
	reboot(l, 1, FAR);
	expect(l, DHCP_NAK, 0);
	lab_free(l);
}

static void who_reboots_with_the_wrong_address_is_refused(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	get(l, 1);
	reboot(l, 1, POOL + 2);
	expect(l, DHCP_NAK, 0);
	assert_int_equal(state_of(l, POOL), LEASE_BOUND);
	lab_free(l);
}

/* "If the DHCP server has no record of this client, then it MUST remain silent" */
static void a_stranger_that_reboots_is_not_answered(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	get(l, 1);
	reboot(l, 2, POOL);
	expect_silence(l);
	reboot(l, 2, POOL + 2);
	expect_silence(l);
	assert_int_equal(l->counts.n[DROP_UNKNOWN_CLIENT], 2);
	lab_free(l);
}

static void a_stranger_that_reboots_is_refused_by_authority(void **state)
{
	struct lab *l = with("authoritative: yes\n");

	(void)state;
	reboot(l, 2, POOL + 2);
	expect(l, DHCP_NAK, 0);
	lab_free(l);
}

static void who_comes_back_after_its_lease_gets_it_again(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	get(l, 1);
	wait_for(l, 1000000);
	assert_int_equal(state_of(l, POOL), LEASE_EXPIRED);
	reboot(l, 1, POOL);
	expect(l, DHCP_ACK, POOL);
	lab_free(l);
}

static void who_comes_back_too_late_does_not(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	for (unsigned who = 1; who <= 4; who++)
		get(l, who);
	wait_for(l, 1000000);
	for (unsigned who = 11; who <= 14; who++)
		get(l, who);
	reboot(l, 1, POOL);
	if (l->sent)
		assert_int_equal(l->reply.type, DHCP_NAK);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(state_of(l, POOL + i), LEASE_BOUND);
	lab_free(l);
}

/* ---- 4.3.2: RENEWING and REBINDING ----------------------------------------------------------- */

static void a_renewal_is_answered_where_it_came_from(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	get(l, 1);
	renew(l, 1, POOL, US);
	expect(l, DHCP_ACK, POOL);
	assert_int_equal(l->reply.ciaddr, POOL);
	assert_int_equal(l->sent->kind, TO_HARDWARE); /* on our wire no ARP is needed */
	assert_int_equal(l->sent->dst, POOL);
	assert_int_equal(l->sent->src, US);
	lab_free(l);
}

static void a_rebinding_client_is_answered_too(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	get(l, 1);
	wait_for(l, 900000);
	renew(l, 1, POOL, IP4_BROADCAST);
	expect(l, DHCP_ACK, POOL);
	lab_free(l);
}

/* A renewal comes straight from a client that got its lease through a relay. */
static void a_client_behind_a_relay_renews_without_it(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m = relayed(1, DHCP_DISCOVER, NULL);

	(void)state;
	tell(l, &m);
	expect(l, DHCP_OFFER, FAR);
	m = relayed(1, DHCP_REQUEST, NULL);
	message_put_u32(&m, OPT_SERVER_ID, US);
	message_put_u32(&m, OPT_REQUESTED_IP, FAR);
	tell_at(l, &m, US);
	expect(l, DHCP_ACK, FAR);
	renew(l, 1, FAR, US);
	expect(l, DHCP_ACK, FAR);
	assert_int_equal(l->sent->kind, TO_CIADDR);
	lab_free(l);
}

static void a_renewal_of_what_another_client_has_is_refused(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	get(l, 1);
	get(l, 2);
	renew(l, 2, POOL, US);
	expect(l, DHCP_NAK, 0);
	renew(l, 3, POOL, US);
	expect(l, DHCP_NAK, 0);
	assert_true(leases_at(l->leases, POOL)->is.client->octets[6] == 1);
	lab_free(l);
}

/* ---- 4.3.3: DHCPDECLINE ---------------------------------------------------------------------- */

static void a_declined_address_is_in_quarantine(void **state)
{
	struct lab *l = with("quarantine: 60s\n");

	(void)state;
	get(l, 1);
	decline(l, 1, POOL);
	assert_int_equal(state_of(l, POOL), LEASE_DECLINED);
	assert_int_equal(l->counts.n[COUNT_CONFLICT], 1);
	assert_non_null(strstr(l->log, "DECLINE 10.0.1.100"));
	assert_int_equal(discover(l, 1), POOL + 1);
	reboot(l, 1, POOL);
	if (l->sent)
		assert_int_equal(l->reply.type, DHCP_NAK);
	wait_for(l, 59999);
	assert_int_equal(state_of(l, POOL), LEASE_DECLINED);
	wait_for(l, 1);
	assert_int_equal(state_of(l, POOL), LEASE_FREE);
	lab_free(l);
}

static void a_stranger_declines_nothing(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m;

	(void)state;
	get(l, 1);
	decline(l, 2, POOL);
	assert_int_equal(state_of(l, POOL), LEASE_BOUND);
	decline(l, 2, POOL + 1); /* nobody's */
	assert_int_equal(state_of(l, POOL + 1), LEASE_FREE);
	decline(l, 2, 0);
	decline(l, 2, US);
	m = from(1, DHCP_DECLINE); /* to another server */
	message_put_u32(&m, OPT_REQUESTED_IP, POOL);
	message_put_u32(&m, OPT_SERVER_ID, OTHER);
	tell(l, &m);
	assert_int_equal(state_of(l, POOL), LEASE_BOUND);
	lab_free(l);
}

/* ---- 4.3.4: DHCPRELEASE ---------------------------------------------------------------------- */

static void a_released_address_is_free_and_remembered(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	get(l, 1);
	release(l, 1, POOL);
	assert_int_equal(state_of(l, POOL), LEASE_RELEASED);
	assert_non_null(leases_at(l->leases, POOL)->is.client);
	assert_int_equal(discover(l, 2), POOL + 1);
	assert_int_equal(discover(l, 1), POOL);
	lab_free(l);
}

static void a_stranger_releases_nothing(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m;

	(void)state;
	get(l, 1);
	release(l, 2, POOL);
	release(l, 2, 0);
	m = from(1, DHCP_RELEASE);
	m.ciaddr = POOL;
	message_put_u32(&m, OPT_SERVER_ID, OTHER);
	tell_at(l, &m, US);
	expect_silence(l);
	assert_int_equal(state_of(l, POOL), LEASE_BOUND);
	lab_free(l);
}

/* ---- 4.3.5: DHCPINFORM ----------------------------------------------------------------------- */

static void an_inform_is_answered_without_a_lease(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m = from(1, DHCP_INFORM);

	(void)state;
	m.ciaddr = 0x0a000132;
	tell(l, &m);
	expect(l, DHCP_ACK, 0);
	assert_int_equal(l->reply.ciaddr, 0x0a000132);
	assert_false(message_has(&l->reply, OPT_LEASE_TIME));
	assert_false(message_has(&l->reply, OPT_RENEWAL_TIME));
	assert_false(message_has(&l->reply, OPT_REBINDING_TIME));
	assert_int_equal(message_u32(&l->reply, OPT_ROUTER), US);
	assert_int_equal(l->sent->kind, TO_HARDWARE);
	assert_int_equal(l->sent->dst, 0x0a000132);
	assert_int_equal(state_of(l, 0x0a000132), LEASE_FREE);
	lab_free(l);
}

/* ---- BOOTP: RFC 1534 ------------------------------------------------------------------------- */

static void a_bootp_client_gets_its_static_binding_for_ever(void **state)
{
	struct lab *l = with("static: {rom: {mac: '02:00:00:00:00:09', address: 10.0.1.9}}\n");
	struct dhcp_message m = from(9, DHCP_BOOTP);

	(void)state;
	tell(l, &m);
	expect(l, DHCP_BOOTP, 0x0a000109);
	assert_false(message_has(&l->reply, OPT_MESSAGE_TYPE));
	assert_false(message_has(&l->reply, OPT_LEASE_TIME));
	assert_false(message_has(&l->reply, OPT_SERVER_ID));
	assert_int_equal(message_u32(&l->reply, OPT_SUBNET_MASK), 0xffffff00);
	assert_int_equal(l->sent->len, DHCP_MIN_LEN);
	assert_true(leases_at(l->leases, 0x0a000109)->is.until == NEVER);
	wait_for(l, 1000000000000);
	assert_int_equal(state_of(l, 0x0a000109), LEASE_BOUND);
	lab_free(l);
}

static void a_bootp_client_without_cookie_gets_no_options(void **state)
{
	struct lab *l = with("bootp: yes\n");
	struct dhcp_message m = from(9, DHCP_BOOTP);

	(void)state;
	m.has_cookie = false;
	tell(l, &m);
	expect(l, DHCP_BOOTP, POOL);
	assert_false(l->reply.has_cookie);
	lab_free(l);
}

static void a_bootp_client_gets_of_the_pool_only_where_that_is_said(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m = from(9, DHCP_BOOTP);

	(void)state;
	tell(l, &m);
	expect_silence(l);
	lab_free(l);
	l = with("bootp: yes\n");
	tell(l, &m);
	expect(l, DHCP_BOOTP, POOL);
	tell(l, &m);
	expect(l, DHCP_BOOTP, POOL);
	assert_int_equal(state_of(l, POOL + 1), LEASE_FREE);
	lab_free(l);
}

static struct binding *binding_of(const char *mac, uint32_t address)
{
	struct binding *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->name = strdup("late");
	b->has_mac = mac_parse(&b->mac, mac);
	b->address = address;
	b->from_database = true;
	return b;
}

/* What it had is held for ever, if it is not freed then. */
static void a_bootp_client_that_gets_a_binding_leaves_its_address(void **state)
{
	struct lab *l = with("bootp: yes\n");
	struct dhcp_message m = from(9, DHCP_BOOTP);
	const char *why;

	(void)state;
	tell(l, &m);
	expect(l, DHCP_BOOTP, POOL);
	assert_true(config_bind(l->config, binding_of("02:00:00:00:00:09", 0x0a000109), &why));
	config_index(l->config);
	tell(l, &m);
	expect(l, DHCP_BOOTP, 0x0a000109);
	assert_int_equal(state_of(l, POOL), LEASE_RELEASED);
	lab_free(l);
}

/* ---- static bindings ------------------------------------------------------------------------- */

static const char camera[] =
	"static:\n"
	"  camera: {mac: '02:00:00:00:00:07', address: 10.0.1.7, lease: 300s}\n"
	"  door: {client-id: door-1, address: 10.0.1.101}\n";

static void a_static_binding_is_its_client_s(void **state)
{
	struct lab *l = with(camera);

	(void)state;
	assert_int_equal(get(l, 7), 0x0a000107);
	assert_int_equal(message_u32(&l->reply, OPT_LEASE_TIME), 300);
	lab_free(l);
}

static void a_static_binding_is_nobody_else_s(void **state)
{
	struct lab *l = with(camera);
	struct dhcp_message m = from(1, DHCP_DISCOVER);

	(void)state;
	message_put_u32(&m, OPT_REQUESTED_IP, 0x0a000107);
	tell(l, &m);
	expect(l, DHCP_OFFER, POOL);
	select_ours(l, 1, 0x0a000107);
	expect(l, DHCP_NAK, 0);
	assert_int_equal(discover(l, 2), POOL + 2); /* POOL + 1 is the door's */
	select_ours(l, 3, POOL + 1);
	expect(l, DHCP_NAK, 0);
	lab_free(l);
}

static void a_client_identifier_goes_before_the_hardware_address(void **state)
{
	struct lab *l = with(camera);
	struct dhcp_message m = from(7, DHCP_DISCOVER);

	(void)state;
	message_put_text(&m, OPT_CLIENT_ID, "door-1");
	tell(l, &m);
	expect(l, DHCP_OFFER, POOL + 1);
	lab_free(l);
}

/* man: "If another one has a lease of it already, that is not renewed, and the binding holds as
 * soon as it has ended; until then its client gets an address of the pool." */
static void a_binding_that_a_stranger_holds_waits_for_the_end(void **state)
{
	struct lab *l = lab_of(plain);
	uint32_t address;
	const char *why;

	(void)state;
	assert_int_equal(get(l, 1), POOL);
	assert_true(config_bind(l->config, binding_of("02:00:00:00:00:09", POOL), &why));
	config_index(l->config);
	address = get(l, 9);
	assert_int_not_equal(address, POOL);
	assert_true(message_u32(&l->reply, OPT_LEASE_TIME) <= 1000);
	wait_for(l, 500000);
	renew(l, 1, POOL, US);
	expect(l, DHCP_NAK, 0);
	wait_for(l, 500000);
	assert_int_equal(discover(l, 9), POOL);
	lab_free(l);
}

/* ---- probes ---------------------------------------------------------------------------------- */

static const char probing[] = "probe: 200ms\nquarantine: 60s\n"
			      "lease: {default: 1000s, min: 100s, max: 2000s}\n"
			      "subnets:\n"
			      "  10.0.1.0/24: {pool: 10.0.1.100-10.0.1.103, router: 10.0.1.1}\n"
			      "  10.0.2.0/24: {pool: 10.0.2.10-10.0.2.12}\n";

static void expect_question(struct lab *l, enum outgoing_kind kind, uint32_t address)
{
	expect_silence(l);
	assert_int_equal(l->out_count, 1);
	assert_int_equal(l->out[0].kind, kind);
	assert_int_equal(l->out[0].dst, address);
}

static void an_offer_waits_until_nobody_has_answered(void **state)
{
	struct lab *l = lab_of(probing);

	(void)state;
	discover(l, 1);
	expect_question(l, ASK_ARP, POOL);
	assert_true(l->next == START + 200);
	wait_for(l, 199);
	expect_silence(l);
	wait_for(l, 1);
	expect(l, DHCP_OFFER, POOL);
	assert_true(l->next <= l->now + 10000);
	lab_free(l);
}

static void behind_a_relay_the_question_is_an_echo_request(void **state)
{
	struct lab *l = lab_of(probing);
	struct dhcp_message m = relayed(1, DHCP_DISCOVER, NULL);

	(void)state;
	tell(l, &m);
	expect_question(l, ASK_ICMP, FAR);
	wait_for(l, 200);
	expect(l, DHCP_OFFER, FAR);
	lab_free(l);
}

static void who_asks_again_is_asked_about_once(void **state)
{
	struct lab *l = lab_of(probing);
	struct dhcp_message m = from(1, DHCP_DISCOVER);

	(void)state;
	tell(l, &m);
	expect_question(l, ASK_ARP, POOL);
	m.xid = 0x2222;
	wait_for(l, 100);
	tell(l, &m);
	assert_int_equal(l->out_count, 0);
	assert_int_equal(l->counts.n[DROP_PROBING], 1);
	wait_for(l, 100);
	expect(l, DHCP_OFFER, POOL);
	assert_int_equal(l->reply.xid, 0x2222); /* to what it has said last */
	tell(l, &m);				/* and what was found out still holds */
	expect(l, DHCP_OFFER, POOL);
	lab_free(l);
}

static void an_address_that_answers_is_in_quarantine_and_another_is_offered(void **state)
{
	struct lab *l = lab_of(probing);

	(void)state;
	discover(l, 1);
	server_heard(l->server, POOL, l->now + 50);
	turn(l);
	assert_int_equal(state_of(l, POOL), LEASE_DECLINED);
	assert_int_equal(l->counts.n[COUNT_CONFLICT], 1);
	expect_question(l, ASK_ARP, POOL + 1);
	wait_for(l, 250);
	expect(l, DHCP_OFFER, POOL + 1);
	wait_for(l, 60000);
	assert_int_equal(state_of(l, POOL), LEASE_FREE);
	lab_free(l);
}

static void a_network_in_which_all_answer_comes_to_an_end(void **state)
{
	struct lab *l = lab_of(probing);
	unsigned asked = 0;

	(void)state;
	discover(l, 1);
	while (l->out_count && l->out[0].kind == ASK_ARP) {
		assert_true(++asked <= 4);
		server_heard(l->server, l->out[0].dst, l->now);
		turn(l);
	}
	expect_silence(l);
	assert_int_equal(asked, 4);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(state_of(l, POOL + i), LEASE_DECLINED);
	lab_free(l);
}

static void who_has_the_lease_is_not_asked_about(void **state)
{
	struct lab *l = lab_of(probing);

	(void)state;
	discover(l, 1);
	wait_for(l, 200);
	select_ours(l, 1, POOL);
	expect(l, DHCP_ACK, POOL);
	discover(l, 1);
	expect(l, DHCP_OFFER, POOL);
	server_heard(l->server, POOL, l->now); /* the client itself */
	turn(l);
	assert_int_equal(state_of(l, POOL), LEASE_BOUND);
	lab_free(l);
}

/* A client that is restarted between its DISCOVER and the offer asks for the address that it
 * remembers, gets it, and announces it while the question is still open. */
static void a_client_that_announces_its_lease_is_no_conflict(void **state)
{
	struct lab *l = lab_of(probing);

	(void)state;
	discover(l, 1);
	expect_question(l, ASK_ARP, POOL);
	select_ours(l, 1, POOL);
	expect(l, DHCP_ACK, POOL);
	server_heard(l->server, POOL, l->now + 10);
	wait_for(l, 20);
	assert_int_equal(state_of(l, POOL), LEASE_BOUND);
	assert_int_equal(l->counts.n[COUNT_CONFLICT], 0);
	wait_for(l, 1000);
	expect_silence(l);
	lab_free(l);
}

static void a_stranger_s_voice_is_no_conflict(void **state)
{
	struct lab *l = lab_of(probing);

	(void)state;
	server_heard(l->server, POOL, l->now);
	server_heard(l->server, 0, l->now);
	turn(l);
	assert_int_equal(state_of(l, POOL), LEASE_FREE);
	discover(l, 1);
	server_heard(l->server, POOL + 1, l->now);
	wait_for(l, 200);
	expect(l, DHCP_OFFER, POOL);
	lab_free(l);
}

/* ---- ports ----------------------------------------------------------------------------------- */

/* get_relayed() - the address, or 0 */
static uint32_t get_relayed(struct lab *l, unsigned who, const char *circuit)
{
	struct dhcp_message m = relayed(who, DHCP_DISCOVER, circuit);
	uint32_t address;

	tell_at(l, &m, US);
	if (!l->sent)
		return 0;
	address = l->reply.yiaddr;
	m = relayed(who, DHCP_REQUEST, circuit);
	message_put_u32(&m, OPT_SERVER_ID, US);
	message_put_u32(&m, OPT_REQUESTED_IP, address);
	tell_at(l, &m, US);
	expect(l, DHCP_ACK, address);
	return address;
}

static void a_port_has_so_many_addresses_and_no_more(void **state)
{
	struct lab *l = with("limit: 1\n");

	(void)state;
	assert_int_equal(get_relayed(l, 1, "port1"), FAR);
	assert_int_equal(get_relayed(l, 2, "port1"), 0);
	assert_int_equal(l->counts.n[DROP_LIMIT], 1);
	assert_int_equal(get_relayed(l, 3, "port2"), FAR + 1);
	assert_int_equal(get_relayed(l, 1, "port1"), FAR); /* it has it already */
	release(l, 1, FAR);
	assert_int_not_equal(get_relayed(l, 2, "port1"), 0);
	lab_free(l);
}

/* man: "Addresses that one port may have at a time, leases and offers together." Also where nobody
 * was asked for an offer first. */
static void a_port_gets_no_more_by_asking_without_an_offer(void **state)
{
	struct lab *l = with("limit: 1\n");
	struct dhcp_message m;

	(void)state;
	assert_int_equal(get_relayed(l, 1, "port1"), FAR);
	m = relayed(2, DHCP_REQUEST, "port1");
	message_put_u32(&m, OPT_SERVER_ID, US);
	message_put_u32(&m, OPT_REQUESTED_IP, FAR + 1);
	tell_at(l, &m, US);
	if (l->sent)
		expect(l, DHCP_NAK, 0);
	assert_int_not_equal(state_of(l, FAR + 1), LEASE_BOUND);
	lab_free(l);
}

static void a_port_gets_no_more_by_coming_back(void **state)
{
	struct lab *l = with("limit: 1\n");
	struct dhcp_message m;

	(void)state;
	assert_int_equal(get_relayed(l, 1, "port1"), FAR);
	wait_for(l, 1000000); /* it has expired */
	assert_int_equal(get_relayed(l, 2, "port1"), FAR + 1);
	m = relayed(1, DHCP_REQUEST, "port1");
	message_put_u32(&m, OPT_REQUESTED_IP, FAR);
	tell_at(l, &m, US);
	if (l->sent)
		expect(l, DHCP_NAK, 0);
	assert_int_not_equal(state_of(l, FAR), LEASE_BOUND);
	lab_free(l);
}

static void a_lease_within_the_limit_is_renewed(void **state)
{
	struct lab *l = with("limit: 1\n");
	struct dhcp_message m;

	(void)state;
	assert_int_equal(get_relayed(l, 1, "port1"), FAR);
	for (unsigned i = 0; i < 3; i++) {
		wait_for(l, 500000);
		renew(l, 1, FAR, US); /* without the relay */
		expect(l, DHCP_ACK, FAR);
		m = relayed(1, DHCP_REQUEST, "port1"); /* REBINDING */
		m.ciaddr = FAR;
		tell_at(l, &m, US);
		expect(l, DHCP_ACK, FAR);
		m = relayed(1, DHCP_REQUEST, "port1"); /* INIT-REBOOT */
		message_put_u32(&m, OPT_REQUESTED_IP, FAR);
		tell_at(l, &m, US);
		expect(l, DHCP_ACK, FAR);
	}
	lab_free(l);
}

/* A flood of clients that take no offer goes round among its own, and leaves most of the pool
 * alone. */
static void made_up_clients_do_not_empty_a_pool(void **state)
{
	struct lab *l = lab_of("probe: 0\nrate: 1000000\nsubnets:\n"
			       "  10.0.1.0/24: {pool: 10.0.1.10-10.0.1.209}\n"
			       "  10.0.2.0/24: {pool: 10.0.2.10-10.0.2.209}\n");
	unsigned offered = 0;

	(void)state;
	for (unsigned who = 1; who <= 10000; who++) {
		struct dhcp_message m = relayed(who, DHCP_DISCOVER, "bad");

		tell_at(l, &m, US);
		expect(l, DHCP_OFFER, l->reply.yiaddr);
		l->now += 1;
	}
	for (uint32_t i = 0; i < 200; i++)
		offered += state_of(l, FAR + i) == LEASE_OFFERED;
	assert_in_range(offered, 1, 50);
	assert_int_not_equal(get_relayed(l, 20000, "good"), 0);
	lab_free(l);
}

static void one_hardware_address_is_heard_so_often_a_second(void **state)
{
	struct lab *l = with("rate: 5\n");

	(void)state;
	l->now = START + 1000 - START % 1000;
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(discover(l, 1) != 0, i < 5);
	assert_int_equal(l->counts.n[DROP_RATE], 15);
	assert_int_not_equal(discover(l, 2), 0);
	wait_for(l, 1000);
	assert_int_not_equal(discover(l, 1), 0);
	lab_free(l);
}

/* ---- relays ---------------------------------------------------------------------------------- */

static void a_relay_gets_its_information_back_last(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m = relayed(1, DHCP_DISCOVER, "port1");

	(void)state;
	tell_at(l, &m, US);
	expect(l, DHCP_OFFER, FAR);
	assert_int_equal(l->reply.giaddr, RELAY);
	assert_int_equal(l->sent->kind, TO_RELAY);
	assert_int_equal(l->sent->dst, RELAY);
	assert_int_equal(l->reply.order[l->reply.count - 1], OPT_RELAY_INFO);
	assert_int_equal(l->reply.option[OPT_RELAY_INFO].len, 7);
	lab_free(l);
}

/* 4.3.2: "If the 'giaddr' field is set [...] the server SHOULD set the broadcast bit in the
 * DHCPNAK" */
static void a_nak_through_a_relay_is_broadcast(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m = relayed(1, DHCP_REQUEST, NULL);

	(void)state;
	message_put_u32(&m, OPT_REQUESTED_IP, POOL);
	tell_at(l, &m, US);
	expect(l, DHCP_NAK, 0);
	assert_int_equal(l->reply.flags, DHCP_BROADCAST);
	assert_int_equal(l->sent->kind, TO_RELAY);
	lab_free(l);
}

static void link_selection_and_subnet_selection_choose_the_subnet(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m = from(1, DHCP_DISCOVER);
	static const uint8_t link[] = { RELAY_LINK_SELECTION, 4, 10, 0, 1, 0 };

	(void)state;
	message_put_u32(&m, OPT_SUBNET_SELECTION, 0x0a000200);
	tell(l, &m);
	expect(l, DHCP_OFFER, FAR);
	assert_int_equal(message_u32(&l->reply, OPT_SUBNET_SELECTION), 0x0a000200);
	m = relayed(2, DHCP_DISCOVER, NULL);
	message_put(&m, OPT_RELAY_INFO, link, sizeof(link));
	tell_at(l, &m, US);
	expect(l, DHCP_OFFER, POOL);
	lab_free(l);
}

static void who_is_nowhere_is_not_answered(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m = from(1, DHCP_DISCOVER);

	(void)state;
	m.giaddr = 0x0a000501;
	tell_at(l, &m, US);
	expect_silence(l);
	assert_int_equal(l->counts.n[DROP_NO_SUBNET], 1);
	lab_free(l);
}

/* RFC 5107: the relay wants to stand between client and server. */
static void a_relay_may_be_the_server_s_identifier(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m = relayed(1, DHCP_DISCOVER, NULL);
	static const uint8_t info[] = { RELAY_SERVER_ID, 4, 10, 0, 2, 1 };

	(void)state;
	message_put(&m, OPT_RELAY_INFO, info, sizeof(info));
	tell_at(l, &m, US);
	expect(l, DHCP_OFFER, FAR);
	assert_int_equal(message_u32(&l->reply, OPT_SERVER_ID), RELAY);
	m = relayed(1, DHCP_REQUEST, NULL);
	message_put(&m, OPT_RELAY_INFO, info, sizeof(info));
	message_put_u32(&m, OPT_SERVER_ID, RELAY);
	message_put_u32(&m, OPT_REQUESTED_IP, FAR);
	tell_at(l, &m, US);
	expect(l, DHCP_ACK, FAR);
	lab_free(l);
}

/* ---- what is dropped, and where answers go --------------------------------------------------- */

static void what_is_no_client_s_message_is_dropped(void **state)
{
	static const struct {
		enum dhcp_type type;
		uint8_t op, hops;
		enum count count;
	} cases[] = {
		{ DHCP_DISCOVER, BOOTREPLY, 0, DROP_NOT_A_REQUEST },
		{ DHCP_OFFER, BOOTREQUEST, 0, DROP_SERVER_MESSAGE },
		{ DHCP_ACK, BOOTREQUEST, 0, DROP_SERVER_MESSAGE },
		{ DHCP_NAK, BOOTREQUEST, 0, DROP_SERVER_MESSAGE },
		{ DHCP_DISCOVER, BOOTREQUEST, 17, DROP_HOPS },
	};
	struct lab *l = lab_of(plain);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct dhcp_message m = from(1, cases[i].type);
		uint64_t before = l->counts.n[cases[i].count];

		m.op = cases[i].op;
		m.hops = cases[i].hops;
		tell(l, &m);
		expect_silence(l);
		assert_int_equal(l->counts.n[cases[i].count], before + 1);
	}
	server_receive(l->server, "x", 1, 0, IP4_BROADCAST, l->now);
	turn(l);
	expect_silence(l);
	assert_int_equal(l->counts.n[DROP_MALFORMED], 1);
	assert_int_equal(l->counts.n[COUNT_RECEIVED], ARRAY_SIZE(cases) + 1);
	lab_free(l);
}

static void who_is_ignored_gets_no_answer(void **state)
{
	struct lab *l = with("ignore: ['02:00:00:00:00:66']\n");

	(void)state;
	assert_int_equal(discover(l, 0x66), 0);
	assert_int_equal(l->counts.n[DROP_IGNORED], 1);
	assert_int_not_equal(discover(l, 0x67), 0);
	lab_free(l);
}

/* 4.1: "If the broadcast bit is not set and 'giaddr' is zero and 'ciaddr' is zero, then the server
 * unicasts" */
static void the_broadcast_bit_is_obeyed(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m = from(1, DHCP_DISCOVER);

	(void)state;
	m.flags = DHCP_BROADCAST;
	tell(l, &m);
	expect(l, DHCP_OFFER, POOL);
	assert_int_equal(l->sent->kind, TO_ALL);
	assert_int_equal(l->sent->dst, IP4_BROADCAST);
	assert_int_equal(l->reply.flags, DHCP_BROADCAST);
	lab_free(l);
}

/* RFC 6842 */
static void a_client_identifier_comes_back(void **state)
{
	struct lab *l = lab_of(plain);
	struct dhcp_message m = from(1, DHCP_DISCOVER);
	struct reader r;

	(void)state;
	message_put(&m, OPT_CLIENT_ID, "\377id", 3);
	tell(l, &m);
	expect(l, DHCP_OFFER, POOL);
	r = message_option(&l->reply, OPT_CLIENT_ID);
	assert_int_equal(left(&r), 3);
	assert_memory_equal(r.at, "\377id", 3);
	m = from(1, DHCP_DISCOVER); /* without it, another client */
	tell(l, &m);
	expect(l, DHCP_OFFER, POOL + 1);
	lab_free(l);
}

/* 4.3.1: what it asks for, in its order; what we do not know is not there */
static void a_client_gets_the_parameters_that_it_asks_for(void **state)
{
	struct lab *l = with("dns: 10.0.1.2\nntp: 10.0.1.3\ndomain: lab.example\nmtu: 1400\n");
	struct dhcp_message m = from(1, DHCP_DISCOVER);

	(void)state;
	message_put(&m, OPT_PARAMETER_LIST, "\17\3\200\1", 4);
	tell(l, &m);
	expect(l, DHCP_OFFER, POOL);
	assert_true(message_has(&l->reply, OPT_DOMAIN) && message_has(&l->reply, OPT_ROUTER));
	assert_false(message_has(&l->reply, OPT_DNS) || message_has(&l->reply, OPT_NTP) ||
		     message_has(&l->reply, OPT_MTU) || message_has(&l->reply, 128));
	m = from(1, DHCP_DISCOVER);
	tell(l, &m);
	assert_true(message_has(&l->reply, OPT_DOMAIN) && message_has(&l->reply, OPT_DNS) &&
		    message_has(&l->reply, OPT_NTP) && message_has(&l->reply, OPT_MTU));
	lab_free(l);
}

/* ---- the disk -------------------------------------------------------------------------------- */

static void what_is_not_on_disk_has_not_happened(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	discover(l, 1);
	l->disk_fails = true;
	select_ours(l, 1, POOL);
	expect_silence(l);
	assert_int_equal(state_of(l, POOL), LEASE_OFFERED);
	select_ours(l, 1, POOL); /* it asks again, in vain */
	expect_silence(l);
	l->disk_fails = false;
	select_ours(l, 1, POOL);
	expect(l, DHCP_ACK, POOL);
	lab_free(l);
}

static void a_renewal_that_is_not_on_disk_leaves_the_old_end(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	get(l, 1);
	wait_for(l, 500000);
	l->disk_fails = true;
	renew(l, 1, POOL, US);
	expect_silence(l);
	assert_true(leases_at(l->leases, POOL)->is.until == START + 1000000);
	l->disk_fails = false;
	wait_for(l, 500000);
	assert_int_equal(state_of(l, POOL), LEASE_EXPIRED);
	lab_free(l);
}

static void a_release_that_is_not_on_disk_has_not_happened(void **state)
{
	struct lab *l = with("limit: 1\n");

	(void)state;
	get(l, 1);
	l->disk_fails = true;
	release(l, 1, POOL);
	assert_int_equal(state_of(l, POOL), LEASE_BOUND);
	l->disk_fails = false;
	assert_int_equal(discover(l, 2), 0); /* the port's one address is still held */
	assert_int_equal(discover(l, 1), POOL);
	lab_free(l);
}

static void a_decline_that_is_not_on_disk_has_not_happened(void **state)
{
	struct lab *l = lab_of(plain);

	(void)state;
	get(l, 1);
	l->disk_fails = true;
	decline(l, 1, POOL);
	l->disk_fails = false;
	assert_int_equal(state_of(l, POOL), LEASE_BOUND);
	assert_int_equal(discover(l, 1), POOL);
	lab_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_client_is_offered_a_new_address),
		cmocka_unit_test(an_offer_has_what_table_3_says),
		cmocka_unit_test(a_client_with_a_lease_is_offered_that),
		cmocka_unit_test(a_client_that_had_a_lease_is_offered_that),
		cmocka_unit_test(a_client_is_offered_what_it_asks_for),
		cmocka_unit_test(what_is_not_to_be_had_is_not_offered),
		cmocka_unit_test(an_offer_asked_for_again_is_the_same),
		cmocka_unit_test(an_offer_is_kept_for_10_seconds),
		cmocka_unit_test(the_address_that_is_free_for_the_longest_time_is_offered),
		cmocka_unit_test(an_empty_pool_is_told_once_a_minute),
		cmocka_unit_test(a_lease_is_within_the_bounds),
		cmocka_unit_test(a_renewal_gets_a_whole_lease),
		cmocka_unit_test(a_client_may_stay_for_ever),
		cmocka_unit_test(the_next_tick_is_at_the_next_end),
		cmocka_unit_test(who_takes_the_offer_gets_the_lease),
		cmocka_unit_test(who_takes_another_server_s_offer_frees_ours),
		cmocka_unit_test(another_server_s_offer_leaves_a_lease_alone),
		cmocka_unit_test(any_address_of_the_machine_is_ours),
		cmocka_unit_test(what_somebody_else_has_been_given_is_refused),
		cmocka_unit_test(a_nak_has_what_table_3_says),
		cmocka_unit_test(a_request_without_address_is_dropped),
		cmocka_unit_test(who_reboots_gets_its_lease_again),
		cmocka_unit_test(who_reboots_on_another_network_is_refused),
		cmocka_unit_test(who_reboots_with_the_wrong_address_is_refused),
		cmocka_unit_test(a_stranger_that_reboots_is_not_answered),
		cmocka_unit_test(a_stranger_that_reboots_is_refused_by_authority),
		cmocka_unit_test(who_comes_back_after_its_lease_gets_it_again),
		cmocka_unit_test(who_comes_back_too_late_does_not),
		cmocka_unit_test(a_renewal_is_answered_where_it_came_from),
		cmocka_unit_test(a_rebinding_client_is_answered_too),
		cmocka_unit_test(a_client_behind_a_relay_renews_without_it),
		cmocka_unit_test(a_renewal_of_what_another_client_has_is_refused),
		cmocka_unit_test(a_declined_address_is_in_quarantine),
		cmocka_unit_test(a_stranger_declines_nothing),
		cmocka_unit_test(a_released_address_is_free_and_remembered),
		cmocka_unit_test(a_stranger_releases_nothing),
		cmocka_unit_test(an_inform_is_answered_without_a_lease),
		cmocka_unit_test(a_bootp_client_gets_its_static_binding_for_ever),
		cmocka_unit_test(a_bootp_client_without_cookie_gets_no_options),
		cmocka_unit_test(a_bootp_client_gets_of_the_pool_only_where_that_is_said),
		cmocka_unit_test(a_bootp_client_that_gets_a_binding_leaves_its_address),
		cmocka_unit_test(a_static_binding_is_its_client_s),
		cmocka_unit_test(a_static_binding_is_nobody_else_s),
		cmocka_unit_test(a_client_identifier_goes_before_the_hardware_address),
		cmocka_unit_test(a_binding_that_a_stranger_holds_waits_for_the_end),
		cmocka_unit_test(an_offer_waits_until_nobody_has_answered),
		cmocka_unit_test(behind_a_relay_the_question_is_an_echo_request),
		cmocka_unit_test(who_asks_again_is_asked_about_once),
		cmocka_unit_test(an_address_that_answers_is_in_quarantine_and_another_is_offered),
		cmocka_unit_test(a_network_in_which_all_answer_comes_to_an_end),
		cmocka_unit_test(who_has_the_lease_is_not_asked_about),
		cmocka_unit_test(a_client_that_announces_its_lease_is_no_conflict),
		cmocka_unit_test(a_stranger_s_voice_is_no_conflict),
		cmocka_unit_test(a_port_has_so_many_addresses_and_no_more),
		cmocka_unit_test(a_port_gets_no_more_by_asking_without_an_offer),
		cmocka_unit_test(a_port_gets_no_more_by_coming_back),
		cmocka_unit_test(a_lease_within_the_limit_is_renewed),
		cmocka_unit_test(made_up_clients_do_not_empty_a_pool),
		cmocka_unit_test(one_hardware_address_is_heard_so_often_a_second),
		cmocka_unit_test(a_relay_gets_its_information_back_last),
		cmocka_unit_test(a_nak_through_a_relay_is_broadcast),
		cmocka_unit_test(link_selection_and_subnet_selection_choose_the_subnet),
		cmocka_unit_test(who_is_nowhere_is_not_answered),
		cmocka_unit_test(a_relay_may_be_the_server_s_identifier),
		cmocka_unit_test(what_is_no_client_s_message_is_dropped),
		cmocka_unit_test(who_is_ignored_gets_no_answer),
		cmocka_unit_test(the_broadcast_bit_is_obeyed),
		cmocka_unit_test(a_client_identifier_comes_back),
		cmocka_unit_test(a_client_gets_the_parameters_that_it_asks_for),
		cmocka_unit_test(what_is_not_on_disk_has_not_happened),
		cmocka_unit_test(a_renewal_that_is_not_on_disk_leaves_the_old_end),
		cmocka_unit_test(a_release_that_is_not_on_disk_has_not_happened),
		cmocka_unit_test(a_decline_that_is_not_on_disk_has_not_happened),
	};

	return cmocka_run_group_tests_name("dhcp server", tests, NULL, NULL);
}
