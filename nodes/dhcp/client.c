/* SPDX-License-Identifier: MIT */
/*
 * A row of the table is a sentence of RFC 2131, 4.4: in this state, on this event, do this, and be in
 * that state. What is not there is ignored. step() alone changes the state; what is to be done at once
 * in the new one is due at the next tick.
 */
#include "client.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "client_message.h"
#include "nodes/common/inet.h"
#include "nodes/common/mem.h"

#define NEVER_MS UINT64_MAX

/* RFC 2131, 4.1: 4 seconds, doubled up to 64, each a second more or less */
#define RETRY_MS	4000
#define RETRY_MAX_MS	64000
#define RETRY_FUZZ_MS	1000
#define REQUEST_TRIES	4     /* 3.1, step 5: then from the beginning */
#define REBOOT_TRIES	2     /* 3.2: likewise */
#define DECLINE_WAIT_MS 10000 /* 3.1, step 5 */
#define NAK_WAIT_MS	1000  /* doubled each time up to RETRY_MAX_MS: not a storm of refusals */
#define RENEW_MIN_MS	60000 /* 4.4.5 */
#define PROBES		3     /* RFC 5227, 1.1 */
#define ANNOUNCEMENTS	2

enum event {
	ON_START,
	ON_START_KNOWN, /* with an address that we had: after a pause of the carrier, too */
	ON_LINK_DOWN,	/* no carrier, and no lease */
	ON_TIME,
	ON_TRIES_OVER,
	ON_KEEP, /* the same, but there is a lease that still runs */
	ON_OFFER,
	ON_ACK,
	ON_NAK,
	ON_FREE, /* nobody has answered the probes */
	ON_CONFLICT,
	ON_T1,
	ON_T2,
	ON_END,
};

struct dhcp_client {
	struct client_config config;
	enum client_state state;
	struct grant grant, offered; /* `offered`: being asked for, or probed */
	bool has_grant, configured;
	uint32_t wanted; /* an address that we had, to ask for again */
	uint32_t xid, random;
	uint64_t asked_at; /* since when an address is asked for: `secs` */
	uint64_t next;	   /* when to do the next thing */
	uint64_t retry_ms; /* how long the next answer is waited for */
	uint64_t nak_wait_ms;
	unsigned tries;
	const char *reason; /* for which the grant is configured */
	struct order *orders;
	size_t order_count;
};

const char *client_state_name(enum client_state s)
{
	static const char *const names[] = {
		[STATE_STOPPED] = "STOPPED",	     [STATE_INIT] = "INIT",
		[STATE_SELECTING] = "SELECTING",     [STATE_REQUESTING] = "REQUESTING",
		[STATE_INIT_REBOOT] = "INIT-REBOOT", [STATE_REBOOTING] = "REBOOTING",
		[STATE_PROBING] = "PROBING",	     [STATE_BOUND] = "BOUND",
		[STATE_RENEWING] = "RENEWING",	     [STATE_REBINDING] = "REBINDING",
	};

	static_assert(ARRAY_SIZE(names) == STATE_COUNT, "a state has no name");
	return names[s];
}

/* next_random() - xorshift32: good enough for xid and for clients not to speak at once */
static uint32_t next_random(struct dhcp_client *c)
{
	c->random ^= c->random << 13;
	c->random ^= c->random >> 17;
	c->random ^= c->random << 5;
	return c->random;
}

/* ---- orders ------------------------------------------------------------------------------------ */

static struct order *order(struct dhcp_client *c, enum order_kind kind, const char *reason)
{
	static struct order spill; /* more than anybody asks for in a turn */
	struct order *o = c->order_count < ORDERS_MAX ? &c->orders[c->order_count++] : &spill;

	o->kind = kind;
	o->reason = reason;
	o->address = 0;
	o->len = 0;
	return o;
}

static void say(struct dhcp_client *c, const char *fmt, ...) printf_like(2, 3);
static void say(struct dhcp_client *c, const char *fmt, ...)
{
	struct order *o = order(c, ORDER_LOG, NULL);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(o->line, sizeof(o->line), fmt, ap);
	va_end(ap);
}

static void transmit(struct dhcp_client *c, const struct dhcp_message *m, uint32_t to)
{
	struct order *o = order(c, to ? ORDER_UNICAST : ORDER_BROADCAST, NULL);
	unsigned left_out;

	o->address = to;
	o->len = dhcp_encode(m, o->data, DHCP_DEFAULT_LEN, &left_out);
}

static uint16_t secs(const struct dhcp_client *c, uint64_t now)
{
	uint64_t s = (now - c->asked_at) / 1000;

	return s < UINT16_MAX ? (uint16_t)s : UINT16_MAX;
}

/* ---- what is said ------------------------------------------------------------------------------ */

static void send_discover(struct dhcp_client *c, uint64_t now)
{
	enum dhcp_type type = c->config.bootp ? DHCP_BOOTP : DHCP_DISCOVER;
	struct dhcp_message m = client_message(&c->config, type, c->xid, secs(c, now));

	if (c->wanted && !c->config.bootp)
		message_put_u32(&m, OPT_REQUESTED_IP, c->wanted);
	say(c, "%s", dhcp_type_name(type));
	transmit(c, &m, 0);
}

/* send_request() - table 5: which of ciaddr, 50 and 54 it has says which state we are in (4.3.2) */
static void send_request(struct dhcp_client *c, uint64_t now)
{
	struct dhcp_message m = client_message(&c->config, DHCP_REQUEST, c->xid, secs(c, now));
	uint32_t address = c->wanted, to = 0;
	char text[IP4_TEXT_LEN];

	if (c->state == STATE_REQUESTING) {
		address = c->offered.address;
		message_put_u32(&m, OPT_REQUESTED_IP, address);
		message_put_u32(&m, OPT_SERVER_ID, c->offered.server);
	} else if (c->state == STATE_REBOOTING) {
		message_put_u32(&m, OPT_REQUESTED_IP, address);
	} else {
		address = m.ciaddr = c->grant.address;
		to = c->state == STATE_RENEWING ? c->grant.server : 0;
	}
	say(c, "REQUEST %s", ip4_format(address, text));
	transmit(c, &m, to);
}

/* send_about() - DECLINE and RELEASE: no parameters, the server by its identifier (table 5) */
static void send_about(struct dhcp_client *c, enum dhcp_type type, const struct grant *g)
{
	struct dhcp_message m = client_message(&c->config, type, next_random(c), 0);
	char text[IP4_TEXT_LEN];

	if (type == DHCP_RELEASE)
		m.ciaddr = g->address;
	else
		message_put_u32(&m, OPT_REQUESTED_IP, g->address);
	message_put_u32(&m, OPT_SERVER_ID, g->server);
	say(c, "%s %s", dhcp_type_name(type), ip4_format(g->address, text));
	transmit(c, &m, type == DHCP_RELEASE ? g->server : 0);
}

/* ---- time -------------------------------------------------------------------------------------- */

/* wait_for_answer() - the time to the next try, and that of the one behind it (4.1) */
static void wait_for_answer(struct dhcp_client *c, uint64_t now)
{
	c->next = now + c->retry_ms - RETRY_FUZZ_MS + next_random(c) % (2 * RETRY_FUZZ_MS);
	c->retry_ms = 2 * c->retry_ms < RETRY_MAX_MS ? 2 * c->retry_ms : RETRY_MAX_MS;
	c->tries++;
}

static void begin_tries(struct dhcp_client *c)
{
	c->tries = 0;
	c->retry_ms = RETRY_MS;
}

/* wait_to_renew() - 4.4.5: half of what is left, and no less than a minute; of a lease that is so short
 * that it would be over by then, no less than its eighth */
static void wait_to_renew(struct dhcp_client *c, uint64_t until, uint64_t now)
{
	uint64_t least = c->grant.lease_s * 1000ull / 8, half = (until - now) / 2;

	if (least > RENEW_MIN_MS)
		least = RENEW_MIN_MS;
	c->next = now + (half > least ? half : least);
	if (c->next > until)
		c->next = until;
}

/* ---- what is done ------------------------------------------------------------------------------ */

static void discover(struct dhcp_client *c, uint64_t now)
{
	send_discover(c, now);
	wait_for_answer(c, now);
}

static void start(struct dhcp_client *c, uint64_t now)
{
	c->xid = next_random(c);
	c->asked_at = now;
	begin_tries(c);
	discover(c, now);
}

static void request(struct dhcp_client *c, uint64_t now)
{
	send_request(c, now);
	wait_for_answer(c, now);
}

static void request_offered(struct dhcp_client *c, uint64_t now)
{
	begin_tries(c);
	request(c, now);
}

static void reboot(struct dhcp_client *c, uint64_t now)
{
	c->xid = next_random(c);
	c->asked_at = now;
	begin_tries(c);
	request(c, now);
}

static void renew(struct dhcp_client *c, uint64_t now)
{
	if (c->state == STATE_RENEWING && !c->tries)
		c->xid = next_random(c);
	c->asked_at = now;
	c->tries++;
	send_request(c, now);
	wait_to_renew(c, c->state == STATE_RENEWING ? c->grant.rebind_at : c->grant.end_at, now);
}

static void probe(struct dhcp_client *c, uint64_t now)
{
	order(c, ORDER_PROBE, NULL)->address = c->offered.address;
	c->tries++;
	c->next = now + c->config.probe_ms / PROBES;
}

/* begin_probes() - none for an address that we are using */
static void begin_probes(struct dhcp_client *c, uint64_t now)
{
	bool is_ours = c->configured && c->grant.address == c->offered.address;

	begin_tries(c);
	if (c->config.probe_ms && !is_ours) {
		probe(c, now);
		return;
	}
	c->tries = PROBES;
	c->next = now;
}

/* configure() - the grant is ours: BOUND until T1 */
static void configure(struct dhcp_client *c, uint64_t now)
{
	char text[IP4_TEXT_LEN];
	bool is_new = !c->configured || c->grant.address != c->offered.address;

	(void)now;
	if (c->configured && c->grant.address != c->offered.address)
		order(c, ORDER_WITHDRAW, "EXPIRE");
	c->grant = c->offered;
	c->wanted = c->grant.address;
	c->has_grant = c->configured = true;
	c->nak_wait_ms = NAK_WAIT_MS;
	c->tries = 0;
	c->next = c->grant.renew_at;
	order(c, ORDER_CONFIGURE, c->reason);
	order(c, ORDER_REMEMBER, NULL);
	if (is_new) {
		for (int i = 0; i < ANNOUNCEMENTS; i++)
			order(c, ORDER_ANNOUNCE, NULL)->address = c->grant.address;
		say(c, "bound to %s/%d", ip4_format(c->grant.address, text),
		    __builtin_popcount(c->grant.mask));
	}
}

static void withdraw(struct dhcp_client *c, const char *reason)
{
	if (c->configured)
		order(c, ORDER_WITHDRAW, reason);
	else
		order(c, ORDER_TELL, reason);
	c->configured = c->has_grant = false;
}

/* refused() - from the beginning, and not at once if that happens again and again */
static void refused(struct dhcp_client *c, uint64_t now)
{
	withdraw(c, "NAK");
	order(c, ORDER_FORGET, NULL);
	c->wanted = 0;
	c->next = c->nak_wait_ms > NAK_WAIT_MS ? now + c->nak_wait_ms : now;
	c->nak_wait_ms = 2 * c->nak_wait_ms < RETRY_MAX_MS ? 2 * c->nak_wait_ms : RETRY_MAX_MS;
}

static void decline(struct dhcp_client *c, uint64_t now)
{
	char text[IP4_TEXT_LEN];

	say(c, "%s is in use by somebody else", ip4_format(c->offered.address, text));
	if (!c->config.bootp)
		send_about(c, DHCP_DECLINE, &c->offered);
	withdraw(c, "FAIL");
	order(c, ORDER_FORGET, NULL);
	c->wanted = 0;
	c->next = now + DECLINE_WAIT_MS;
}

static void end(struct dhcp_client *c, uint64_t now)
{
	say(c, "the lease is over");
	withdraw(c, "EXPIRE");
	c->next = now;
}

static void begin_again(struct dhcp_client *c, uint64_t now)
{
	order(c, ORDER_TELL, "FAIL");
	c->next = now;
}

/* at_once() - what is to be done in the new state is due */
static void at_once(struct dhcp_client *c, uint64_t now)
{
	c->next = now;
}

static void rest(struct dhcp_client *c, uint64_t now)
{
	(void)now;
	c->next = NEVER_MS;
}

/* keep() - 3.2, step 3: nobody answers; the lease that we have runs on */
static void keep(struct dhcp_client *c, uint64_t now)
{
	(void)now;
	c->tries = 0;
	c->next = c->grant.renew_at;
}

/* ---- figure 5 ---------------------------------------------------------------------------------- */

static const struct transition {
	enum client_state from;
	enum event on;
	enum client_state to;
	void (*act)(struct dhcp_client *c, uint64_t now);
} transitions[] = {
	{ STATE_STOPPED, ON_START, STATE_INIT, at_once },
	{ STATE_STOPPED, ON_START_KNOWN, STATE_INIT_REBOOT, at_once },
	{ STATE_INIT, ON_TIME, STATE_SELECTING, start }, /* 4.4.1 */
	{ STATE_INIT, ON_START, STATE_INIT, at_once },
	{ STATE_INIT, ON_START_KNOWN, STATE_INIT_REBOOT, at_once },
	{ STATE_INIT, ON_LINK_DOWN, STATE_INIT, rest },
	{ STATE_SELECTING, ON_TIME, STATE_SELECTING, discover },
	{ STATE_SELECTING, ON_OFFER, STATE_REQUESTING, request_offered }, /* 3.1, step 3 */
	{ STATE_SELECTING, ON_ACK, STATE_PROBING, begin_probes },	  /* BOOTP's reply */
	{ STATE_SELECTING, ON_LINK_DOWN, STATE_INIT, rest },
	{ STATE_REQUESTING, ON_TIME, STATE_REQUESTING, request },
	{ STATE_REQUESTING, ON_TRIES_OVER, STATE_INIT, begin_again },
	{ STATE_REQUESTING, ON_ACK, STATE_PROBING, begin_probes },
	{ STATE_REQUESTING, ON_NAK, STATE_INIT, refused }, /* 3.1, step 5 */
	{ STATE_REQUESTING, ON_LINK_DOWN, STATE_INIT, rest },
	{ STATE_INIT_REBOOT, ON_TIME, STATE_REBOOTING, reboot }, /* 4.4.2 */
	{ STATE_INIT_REBOOT, ON_END, STATE_INIT, end },
	{ STATE_INIT_REBOOT, ON_LINK_DOWN, STATE_INIT, rest },
	{ STATE_REBOOTING, ON_TIME, STATE_REBOOTING, request },
	{ STATE_REBOOTING, ON_TRIES_OVER, STATE_INIT, at_once },
	{ STATE_REBOOTING, ON_KEEP, STATE_BOUND, keep },
	{ STATE_REBOOTING, ON_ACK, STATE_PROBING, begin_probes },
	{ STATE_REBOOTING, ON_NAK, STATE_INIT, refused }, /* 3.2, step 3 */
	{ STATE_REBOOTING, ON_END, STATE_INIT, end },
	{ STATE_REBOOTING, ON_START_KNOWN, STATE_INIT_REBOOT, at_once },
	{ STATE_REBOOTING, ON_LINK_DOWN, STATE_INIT, rest },
	{ STATE_PROBING, ON_TIME, STATE_PROBING, probe },
	{ STATE_PROBING, ON_FREE, STATE_BOUND, configure },
	{ STATE_PROBING, ON_CONFLICT, STATE_INIT, decline }, /* 4.4.1 */
	{ STATE_PROBING, ON_LINK_DOWN, STATE_INIT, rest },
	{ STATE_BOUND, ON_T1, STATE_RENEWING, renew }, /* 4.4.5 */
	{ STATE_BOUND, ON_T2, STATE_REBINDING, renew },
	{ STATE_BOUND, ON_END, STATE_INIT, end },
	{ STATE_BOUND, ON_START_KNOWN, STATE_INIT_REBOOT, at_once },
	{ STATE_RENEWING, ON_TIME, STATE_RENEWING, renew },
	{ STATE_RENEWING, ON_T2, STATE_REBINDING, renew },
	{ STATE_RENEWING, ON_ACK, STATE_BOUND, configure },
	{ STATE_RENEWING, ON_NAK, STATE_INIT, refused },
	{ STATE_RENEWING, ON_END, STATE_INIT, end },
	{ STATE_RENEWING, ON_START_KNOWN, STATE_INIT_REBOOT, at_once },
	{ STATE_REBINDING, ON_TIME, STATE_REBINDING, renew },
	{ STATE_REBINDING, ON_ACK, STATE_BOUND, configure },
	{ STATE_REBINDING, ON_NAK, STATE_INIT, refused },
	{ STATE_REBINDING, ON_END, STATE_INIT, end },
	{ STATE_REBINDING, ON_START_KNOWN, STATE_INIT_REBOOT, at_once },
};

/* step() - true: the event means something in this state, and was dealt with */
static bool step(struct dhcp_client *c, enum event on, uint64_t now)
{
	for (size_t i = 0; i < ARRAY_SIZE(transitions); i++) {
		const struct transition *t = &transitions[i];

		if (t->from != c->state || t->on != on)
			continue;
		c->state = t->to;
		t->act(c, now);
		return true;
	}
	return false;
}

/* ---- what comes in ----------------------------------------------------------------------------- */

static bool is_for_us(const struct dhcp_client *c, const struct dhcp_message *m)
{
	if (m->op != BOOTREPLY || m->xid != c->xid || m->hlen != 6 ||
	    memcmp(m->chaddr, c->config.mac, 6) != 0)
		return false;
	return c->config.bootp ? m->type == DHCP_BOOTP : m->type != DHCP_BOOTP;
}

/* is_from_chosen() - in REQUESTING one server is asked, and others have no say */
static bool is_from_chosen(const struct dhcp_client *c, const struct dhcp_message *m)
{
	uint32_t server = message_u32(m, OPT_SERVER_ID);

	return server && (c->state != STATE_REQUESTING || server == c->offered.server);
}

static const char *reason_of(enum client_state s)
{
	return s == STATE_RENEWING    ? "RENEW"
	       : s == STATE_REBINDING ? "REBIND"
	       : s == STATE_REBOOTING ? "REBOOT"
				      : "BOUND";
}

static void on_offer(struct dhcp_client *c, const struct dhcp_message *m, uint64_t now)
{
	char address[IP4_TEXT_LEN], server[IP4_TEXT_LEN];
	struct grant g;

	if (c->state != STATE_SELECTING || !grant_from(&g, m, now))
		return;
	c->offered = g;
	say(c, "OFFER %s from %s", ip4_format(g.address, address), ip4_format(g.server, server));
	step(c, ON_OFFER, now);
}

/* on_ack() - the address was not ours until now: it is probed first, where that is wanted */
static void on_ack(struct dhcp_client *c, const struct dhcp_message *m, uint64_t now)
{
	char address[IP4_TEXT_LEN], server[IP4_TEXT_LEN];
	struct grant g;

	if (c->state == STATE_PROBING || c->state == STATE_BOUND ||
	    (c->state == STATE_SELECTING && !c->config.bootp) || !grant_from(&g, m, now))
		return;
	c->offered = g;
	c->reason = reason_of(c->state);
	if (c->config.bootp)
		say(c, "BOOTREPLY %s", ip4_format(g.address, address));
	else
		say(c, "ACK %s from %s for %u s", ip4_format(g.address, address),
		    ip4_format(g.server, server), g.lease_s);
	step(c, ON_ACK, now);
}

static void on_nak(struct dhcp_client *c, const struct dhcp_message *m, uint64_t now)
{
	char text[IP4_TEXT_LEN];

	if (c->state != STATE_REQUESTING && c->state != STATE_REBOOTING &&
	    c->state != STATE_RENEWING && c->state != STATE_REBINDING)
		return;
	say(c, "NAK from %s", ip4_format(message_u32(m, OPT_SERVER_ID), text));
	step(c, ON_NAK, now);
}

void dhcp_client_receive(struct dhcp_client *c, const void *data, size_t len, uint64_t now)
{
	struct dhcp_message m;
	const char *why;

	if (!dhcp_decode(&m, data, len, &why) || !is_for_us(c, &m))
		return;
	if (c->config.bootp) {
		on_ack(c, &m, now);
		return;
	}
	if (!is_from_chosen(c, &m))
		return;
	if (m.type == DHCP_OFFER)
		on_offer(c, &m, now);
	else if (m.type == DHCP_ACK)
		on_ack(c, &m, now);
	else if (m.type == DHCP_NAK)
		on_nak(c, &m, now);
}

void dhcp_client_conflict(struct dhcp_client *c, uint32_t address, uint64_t now)
{
	if (c->state == STATE_PROBING && address == c->offered.address)
		step(c, ON_CONFLICT, now);
}

/* A lease stays for as long as it runs; there is nobody to ask meanwhile. */
void dhcp_client_link_down(struct dhcp_client *c)
{
	say(c, "no carrier");
	if (!c->has_grant)
		step(c, ON_LINK_DOWN, 0);
	else if (c->state != STATE_STOPPED)
		c->next = c->grant.end_at;
}

/* RFC 2131, 3.7: it may be another network by now */
void dhcp_client_link_up(struct dhcp_client *c, uint64_t now)
{
	if (c->state == STATE_STOPPED)
		return;
	say(c, "carrier");
	step(c, c->wanted && !c->config.bootp ? ON_START_KNOWN : ON_START, now);
}

void dhcp_client_renew(struct dhcp_client *c, uint64_t now)
{
	if (c->grant.lease_s != UINT32_MAX)
		step(c, ON_T1, now);
}

/* ---- time passes ------------------------------------------------------------------------------- */

/* what_time_brings() - the event that is due */
static enum event what_time_brings(const struct dhcp_client *c, uint64_t now)
{
	if (c->has_grant && now >= c->grant.end_at && c->state != STATE_PROBING)
		return ON_END;
	switch (c->state) {
	case STATE_BOUND:
		return now >= c->grant.rebind_at ? ON_T2 : ON_T1;
	case STATE_RENEWING:
		return now >= c->grant.rebind_at ? ON_T2 : ON_TIME;
	case STATE_REQUESTING:
		return c->tries >= REQUEST_TRIES ? ON_TRIES_OVER : ON_TIME;
	case STATE_REBOOTING:
		return c->tries < REBOOT_TRIES ? ON_TIME : c->has_grant ? ON_KEEP : ON_TRIES_OVER;
	case STATE_PROBING:
		return c->tries >= PROBES ? ON_FREE : ON_TIME;
	case STATE_STOPPED:
	case STATE_INIT:
	case STATE_SELECTING:
	case STATE_INIT_REBOOT:
	case STATE_REBINDING:
	case STATE_COUNT:
		break;
	}
	return ON_TIME;
}

static uint64_t due_at(const struct dhcp_client *c)
{
	if (c->has_grant && c->state != STATE_PROBING && c->grant.end_at < c->next)
		return c->grant.end_at;
	return c->next;
}

uint64_t dhcp_client_tick(struct dhcp_client *c, uint64_t now)
{
	while (c->state != STATE_STOPPED && due_at(c) <= now && c->order_count < ORDERS_MAX / 2)
		if (!step(c, what_time_brings(c, now), now))
			c->next = NEVER_MS;
	return c->state == STATE_STOPPED ? NEVER_MS : due_at(c);
}

/* ---- begin and end ----------------------------------------------------------------------------- */

struct dhcp_client *dhcp_client_new(const struct client_config *config)
{
	struct dhcp_client *c = xcalloc(1, sizeof(*c));

	c->config = *config;
	c->random = config->seed ? config->seed : 1;
	c->nak_wait_ms = NAK_WAIT_MS;
	c->next = NEVER_MS;
	c->orders = xcalloc(ORDERS_MAX, sizeof(*c->orders));
	return c;
}

void dhcp_client_free(struct dhcp_client *c)
{
	if (!c)
		return;
	free(c->orders);
	free(c);
}

void dhcp_client_start(struct dhcp_client *c, uint32_t remembered, uint64_t now)
{
	order(c, ORDER_TELL, "PREINIT");
	c->wanted = remembered;
	step(c, remembered && !c->config.bootp ? ON_START_KNOWN : ON_START, now);
}

void dhcp_client_stop(struct dhcp_client *c, bool release, uint64_t now)
{
	(void)now;
	if (c->has_grant && release) {
		if (!c->config.bootp)
			send_about(c, DHCP_RELEASE, &c->grant);
		withdraw(c, "RELEASE");
		order(c, ORDER_FORGET, NULL);
	} else {
		order(c, ORDER_TELL, "STOP");
	}
	c->state = STATE_STOPPED;
	c->next = NEVER_MS;
}

const struct order *dhcp_client_orders(const struct dhcp_client *c, size_t *count)
{
	*count = c->order_count;
	return c->orders;
}

void dhcp_client_orders_done(struct dhcp_client *c)
{
	c->order_count = 0;
}

enum client_state dhcp_client_state(const struct dhcp_client *c)
{
	return c->state;
}

const struct grant *dhcp_client_grant(const struct dhcp_client *c)
{
	return &c->grant;
}
