/* SPDX-License-Identifier: MIT */
/* What a client says, how long it waits for an answer, and what it does: RFC 2131, 4.1 and 4.4. */
#include <stdarg.h>
#include <stdio.h>

#include "client_core.h"
#include "client_message.h"
#include "nodes/common/inet.h"

/* RFC 2131, 4.1: 4 seconds, doubled up to 64, each a second more or less */
#define RETRY_MS	4000
#define RETRY_MAX_MS	64000
#define RETRY_FUZZ_MS	1000
#define DECLINE_WAIT_MS 10000 /* 3.1, step 5 */
#define RENEW_MIN_MS	60000 /* 4.4.5 */
#define ANNOUNCEMENTS	2     /* RFC 5227, 1.1 */

/* next_random() - xorshift32: good enough for xid and for clients not to speak at once */
static uint32_t next_random(struct dhcp_client *c)
{
	c->random ^= c->random << 13;
	c->random ^= c->random >> 17;
	c->random ^= c->random << 5;
	return c->random;
}

/* ---- orders ---------------------------------------------------------------------------------- */

struct order *client_order(struct dhcp_client *c, enum order_kind kind, const char *reason)
{
	static struct order spill; /* more than anybody asks for in a turn */
	struct order *o = c->order_count < ORDERS_MAX ? &c->orders[c->order_count++] : &spill;

	o->kind = kind;
	o->reason = reason;
	o->address = 0;
	o->len = 0;
	return o;
}

void client_say(struct dhcp_client *c, const char *fmt, ...)
{
	struct order *o = client_order(c, ORDER_LOG, NULL);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(o->line, sizeof(o->line), fmt, ap);
	va_end(ap);
}

/* transmit() - to this address, 0: to all; at most DHCP_DEFAULT_LEN octets */
static void transmit(struct dhcp_client *c, const struct dhcp_message *m, uint32_t to)
{
	struct order *o = client_order(c, to ? ORDER_UNICAST : ORDER_BROADCAST, NULL);
	unsigned left_out;

	o->address = to;
	o->len = dhcp_encode(m, o->data, DHCP_DEFAULT_LEN, &left_out);
}

static uint16_t secs(const struct dhcp_client *c, uint64_t now)
{
	uint64_t s = (now - c->asked_at) / 1000;

	return s < UINT16_MAX ? (uint16_t)s : UINT16_MAX;
}

/* ---- what is said ---------------------------------------------------------------------------- */

static void send_discover(struct dhcp_client *c, uint64_t now)
{
	enum dhcp_type type = c->config.bootp ? DHCP_BOOTP : DHCP_DISCOVER;
	struct dhcp_message m = client_message(&c->config, type, c->xid, secs(c, now));

	if (c->wanted && !c->config.bootp)
		message_put_u32(&m, OPT_REQUESTED_IP, c->wanted);
	client_say(c, "%s", dhcp_type_name(type));
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
	client_say(c, "REQUEST %s", ip4_format(address, text));
	transmit(c, &m, to);
}

/* client_send_about() - DECLINE and RELEASE: no parameters, the server by its identifier (table
 * 5) */
void client_send_about(struct dhcp_client *c, enum dhcp_type type, const struct grant *g)
{
	struct dhcp_message m = client_message(&c->config, type, next_random(c), 0);
	char text[IP4_TEXT_LEN];

	if (type == DHCP_RELEASE)
		m.ciaddr = g->address;
	else
		message_put_u32(&m, OPT_REQUESTED_IP, g->address);
	message_put_u32(&m, OPT_SERVER_ID, g->server);
	client_say(c, "%s %s", dhcp_type_name(type), ip4_format(g->address, text));
	transmit(c, &m, type == DHCP_RELEASE ? g->server : 0);
	if (type == DHCP_RELEASE)
		c->orders[c->order_count - 1].kind = ORDER_RELEASE;
}

/* ---- time ------------------------------------------------------------------------------------ */

/* wait_for_answer() - the time to the next try, and that of the one behind it (4.1) */
static void wait_for_answer(struct dhcp_client *c, uint64_t now)
{
	c->next = now + c->retry_ms - RETRY_FUZZ_MS + next_random(c) % (2 * RETRY_FUZZ_MS);
	c->retry_ms = 2 * c->retry_ms < RETRY_MAX_MS ? 2 * c->retry_ms : RETRY_MAX_MS;
	c->tries++;
}

/* begin_tries() - none so far, and the first wait is the shortest */
static void begin_tries(struct dhcp_client *c)
{
	c->tries = 0;
	c->retry_ms = RETRY_MS;
}

/* wait_to_renew() - 4.4.5: half of what is left, and no less than a minute; of a lease that is so
 * short that it would be over by then, no less than its eighth */
static void wait_to_renew(struct dhcp_client *c, uint64_t until, uint64_t now)
{
	uint64_t least = c->grant.lease_s * 1000ull / 8, half = (until - now) / 2;

	if (least > RENEW_MIN_MS)
		least = RENEW_MIN_MS;
	c->next = now + (half > least ? half : least);
	if (c->next > until)
		c->next = until;
}

/* ---- what is done ---------------------------------------------------------------------------- */

void act_discover(struct dhcp_client *c, uint64_t now)
{
	send_discover(c, now);
	wait_for_answer(c, now);
}

/* act_start() - an exchange begins: a new xid, and `secs` counts from here */
void act_start(struct dhcp_client *c, uint64_t now)
{
	c->xid = next_random(c);
	c->asked_at = now;
	begin_tries(c);
	act_discover(c, now);
}

void act_request(struct dhcp_client *c, uint64_t now)
{
	send_request(c, now);
	wait_for_answer(c, now);
}

void act_request_offered(struct dhcp_client *c, uint64_t now)
{
	begin_tries(c);
	act_request(c, now);
}

void act_reboot(struct dhcp_client *c, uint64_t now)
{
	c->xid = next_random(c);
	c->asked_at = now;
	begin_tries(c);
	act_request(c, now);
}

void act_renew(struct dhcp_client *c, uint64_t now)
{
	if (!c->tries) { /* table 1: `secs` counts from here */
		c->xid = next_random(c);
		c->asked_at = now;
	}
	c->tries++;
	send_request(c, now);
	wait_to_renew(c, c->state == STATE_RENEWING ? c->grant.rebind_at : c->grant.end_at, now);
}

void act_probe(struct dhcp_client *c, uint64_t now)
{
	client_order(c, ORDER_PROBE, NULL)->address = c->offered.address;
	c->tries++;
	c->next = now + c->config.probe_ms / PROBES;
}

/* act_begin_probes() - none for an address that we are using */
void act_begin_probes(struct dhcp_client *c, uint64_t now)
{
	bool is_ours = c->configured && c->grant.address == c->offered.address;

	begin_tries(c);
	if (c->config.probe_ms && !is_ours) {
		act_probe(c, now);
		return;
	}
	c->tries = PROBES;
	c->next = now;
}

/* act_configure() - the grant is ours: BOUND until T1 */
void act_configure(struct dhcp_client *c, uint64_t now)
{
	char text[IP4_TEXT_LEN];
	bool is_new = !c->configured || c->grant.address != c->offered.address;

	(void)now;
	if (c->configured && c->grant.address != c->offered.address) {
		c->gone = c->grant;
		client_order(c, ORDER_WITHDRAW, "EXPIRE");
	}
	c->grant = c->offered;
	c->wanted = c->grant.address;
	c->has_grant = c->configured = c->is_known = true;
	c->nak_wait_ms = NAK_WAIT_MS;
	c->tries = 0;
	c->next = c->grant.renew_at;
	client_order(c, ORDER_CONFIGURE, c->reason);
	client_order(c, ORDER_REMEMBER, NULL);
	if (is_new) {
		for (int i = 0; i < ANNOUNCEMENTS; i++)
			client_order(c, ORDER_ANNOUNCE, NULL)->address = c->grant.address;
		client_say(c, "bound to %s/%d", ip4_format(c->grant.address, text),
			   __builtin_popcount(c->grant.mask));
	}
}

/* client_withdraw() - the interface loses it, if it had it; else the script hears the reason */
void client_withdraw(struct dhcp_client *c, const char *reason)
{
	c->gone = c->grant;
	if (c->configured)
		client_order(c, ORDER_WITHDRAW, reason);
	else
		client_order(c, ORDER_TELL, reason);
	c->configured = c->has_grant = c->is_known = false;
}

/* act_refused() - from the beginning, and not at once if that happens again and again */
void act_refused(struct dhcp_client *c, uint64_t now)
{
	client_withdraw(c, "NAK");
	client_order(c, ORDER_FORGET, NULL);
	c->wanted = 0;
	c->next = c->nak_wait_ms > NAK_WAIT_MS ? now + c->nak_wait_ms : now;
	c->nak_wait_ms = 2 * c->nak_wait_ms < RETRY_MAX_MS ? 2 * c->nak_wait_ms : RETRY_MAX_MS;
}

/* act_decline() - RFC 2131, 3.1, step 5: from the beginning, but ten seconds later */
void act_decline(struct dhcp_client *c, uint64_t now)
{
	char text[IP4_TEXT_LEN];

	client_say(c, "%s is in use by somebody else", ip4_format(c->offered.address, text));
	if (!c->config.bootp)
		client_send_about(c, DHCP_DECLINE, &c->offered);
	client_withdraw(c, "FAIL");
	client_order(c, ORDER_FORGET, NULL);
	c->wanted = 0;
	c->next = now + DECLINE_WAIT_MS;
}

/* act_end() - its time is over: the address is given up at once (4.4.5) */
void act_end(struct dhcp_client *c, uint64_t now)
{
	client_say(c, "the lease is over");
	client_withdraw(c, "EXPIRE");
	c->next = now;
}

void act_begin_again(struct dhcp_client *c, uint64_t now)
{
	client_order(c, ORDER_TELL, "FAIL");
	c->next = now;
}

/* act_at_once() - what is to be done in the new state is due */
void act_at_once(struct dhcp_client *c, uint64_t now)
{
	c->next = now;
}

void act_rest(struct dhcp_client *c, uint64_t now)
{
	(void)now;
	c->next = NEVER_MS;
}

/* act_keep() - 3.2, step 3: nobody answers; the lease that we have runs on */
void act_keep(struct dhcp_client *c, uint64_t now)
{
	(void)now;
	c->tries = 0;
	c->next = c->grant.renew_at;
}
