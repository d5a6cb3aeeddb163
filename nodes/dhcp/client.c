/* SPDX-License-Identifier: MIT */
/*
 * A row of the table is a sentence of RFC 2131, 4.4: in this state, on this event, do this, and be
 * in that state. What is not there is ignored. step() alone changes the state; what is to be done
 * at once in the new one is due at the next tick.
 */
#include "client.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "client_core.h"
#include "nodes/common/inet.h"
#include "nodes/common/mem.h"

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

/* ---- figure 5 -------------------------------------------------------------------------------- */

static const struct transition {
	enum client_state from;
	enum event on;
	enum client_state to;
	void (*act)(struct dhcp_client *c, uint64_t now);
} transitions[] = {
	{ STATE_STOPPED, ON_START, STATE_INIT, act_at_once },
	{ STATE_STOPPED, ON_START_KNOWN, STATE_INIT_REBOOT, act_at_once },
	{ STATE_INIT, ON_TIME, STATE_SELECTING, act_start }, /* 4.4.1 */
	{ STATE_INIT, ON_START, STATE_INIT, act_at_once },
	{ STATE_INIT, ON_START_KNOWN, STATE_INIT_REBOOT, act_at_once },
	{ STATE_INIT, ON_LINK_DOWN, STATE_INIT, act_rest },
	{ STATE_SELECTING, ON_TIME, STATE_SELECTING, act_discover },
	{ STATE_SELECTING, ON_OFFER, STATE_REQUESTING, act_request_offered }, /* 3.1, step 3 */
	{ STATE_SELECTING, ON_ACK, STATE_PROBING, act_begin_probes },	      /* BOOTP's reply */
	{ STATE_SELECTING, ON_LINK_DOWN, STATE_INIT, act_rest },
	{ STATE_REQUESTING, ON_TIME, STATE_REQUESTING, act_request },
	{ STATE_REQUESTING, ON_TRIES_OVER, STATE_INIT, act_begin_again },
	{ STATE_REQUESTING, ON_ACK, STATE_PROBING, act_begin_probes },
	{ STATE_REQUESTING, ON_NAK, STATE_INIT, act_refused }, /* 3.1, step 5 */
	{ STATE_REQUESTING, ON_LINK_DOWN, STATE_INIT, act_rest },
	{ STATE_INIT_REBOOT, ON_TIME, STATE_REBOOTING, act_reboot }, /* 4.4.2 */
	{ STATE_INIT_REBOOT, ON_END, STATE_INIT, act_end },
	{ STATE_INIT_REBOOT, ON_LINK_DOWN, STATE_INIT, act_rest },
	{ STATE_REBOOTING, ON_TIME, STATE_REBOOTING, act_request },
	{ STATE_REBOOTING, ON_TRIES_OVER, STATE_INIT, act_at_once },
	{ STATE_REBOOTING, ON_KEEP, STATE_BOUND, act_keep },
	{ STATE_REBOOTING, ON_ACK, STATE_PROBING, act_begin_probes },
	{ STATE_REBOOTING, ON_NAK, STATE_INIT, act_refused }, /* 3.2, step 3 */
	{ STATE_REBOOTING, ON_END, STATE_INIT, act_end },
	{ STATE_REBOOTING, ON_START_KNOWN, STATE_INIT_REBOOT, act_at_once },
	{ STATE_REBOOTING, ON_LINK_DOWN, STATE_INIT, act_rest },
	{ STATE_PROBING, ON_TIME, STATE_PROBING, act_probe },
	{ STATE_PROBING, ON_FREE, STATE_BOUND, act_configure },
	{ STATE_PROBING, ON_CONFLICT, STATE_INIT, act_decline }, /* 4.4.1 */
	{ STATE_PROBING, ON_LINK_DOWN, STATE_INIT, act_rest },
	{ STATE_PROBING, ON_START_KNOWN, STATE_INIT_REBOOT, act_at_once },
	{ STATE_BOUND, ON_T1, STATE_RENEWING, act_renew }, /* 4.4.5 */
	{ STATE_BOUND, ON_T2, STATE_REBINDING, act_renew },
	{ STATE_BOUND, ON_END, STATE_INIT, act_end },
	{ STATE_BOUND, ON_START_KNOWN, STATE_INIT_REBOOT, act_at_once },
	{ STATE_RENEWING, ON_TIME, STATE_RENEWING, act_renew },
	{ STATE_RENEWING, ON_T2, STATE_REBINDING, act_renew },
	{ STATE_RENEWING, ON_ACK, STATE_BOUND, act_configure },
	{ STATE_RENEWING, ON_NAK, STATE_INIT, act_refused },
	{ STATE_RENEWING, ON_END, STATE_INIT, act_end },
	{ STATE_RENEWING, ON_START_KNOWN, STATE_INIT_REBOOT, act_at_once },
	{ STATE_REBINDING, ON_TIME, STATE_REBINDING, act_renew },
	{ STATE_REBINDING, ON_ACK, STATE_BOUND, act_configure },
	{ STATE_REBINDING, ON_NAK, STATE_INIT, act_refused },
	{ STATE_REBINDING, ON_END, STATE_INIT, act_end },
	{ STATE_REBINDING, ON_START_KNOWN, STATE_INIT_REBOOT, act_at_once },
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

/* ---- what comes in --------------------------------------------------------------------------- */

/* is_for_us() - the reply to what we have said last, in the protocol that we speak */
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

/* reason_of() - for the script: by the state in which the ACK has come */
static const char *reason_of(enum client_state s)
{
	return s == STATE_RENEWING    ? "RENEW"
	       : s == STATE_REBINDING ? "REBIND"
	       : s == STATE_REBOOTING ? "REBOOT"
				      : "BOUND";
}

/* on_offer() - the first that can be used is taken */
static void on_offer(struct dhcp_client *c, const struct dhcp_message *m, uint64_t now)
{
	char address[IP4_TEXT_LEN], server[IP4_TEXT_LEN];
	struct grant g;

	if (c->state != STATE_SELECTING || !grant_from(&g, m, now))
		return;
	c->offered = g;
	client_say(c, "OFFER %s from %s", ip4_format(g.address, address),
		   ip4_format(g.server, server));
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
	memcpy(g.server_mac, c->last_from, sizeof(g.server_mac));
	c->offered = g;
	c->reason = reason_of(c->state);
	if (c->config.bootp)
		client_say(c, "BOOTREPLY %s", ip4_format(g.address, address));
	else
		client_say(c, "ACK %s from %s for %u s", ip4_format(g.address, address),
			   ip4_format(g.server, server), g.lease_s);
	step(c, ON_ACK, now);
}

static void on_nak(struct dhcp_client *c, const struct dhcp_message *m, uint64_t now)
{
	char text[IP4_TEXT_LEN];

	if (c->state != STATE_REQUESTING && c->state != STATE_REBOOTING &&
	    c->state != STATE_RENEWING && c->state != STATE_REBINDING)
		return;
	client_say(c, "NAK from %s", ip4_format(message_u32(m, OPT_SERVER_ID), text));
	step(c, ON_NAK, now);
}

void dhcp_client_receive(struct dhcp_client *c, const void *data, size_t len, const uint8_t from[6],
			 uint64_t now)
{
	struct dhcp_message m;
	const char *why;

	if (c->no_carrier || !dhcp_decode(&m, data, len, &why) || !is_for_us(c, &m))
		return;
	memcpy(c->last_from, from, sizeof(c->last_from));
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
	c->no_carrier = true;
	client_say(c, "no carrier");
	if (!c->has_grant)
		step(c, ON_LINK_DOWN, 0);
}

/* RFC 2131, 3.7: it may be another network by now */
void dhcp_client_link_up(struct dhcp_client *c, uint64_t now)
{
	if (c->state == STATE_STOPPED)
		return;
	c->no_carrier = false;
	client_say(c, "carrier");
	step(c, c->is_known && !c->config.bootp ? ON_START_KNOWN : ON_START, now);
}

void dhcp_client_renew(struct dhcp_client *c, uint64_t now)
{
	if (c->grant.lease_s != UINT32_MAX && !c->no_carrier)
		step(c, ON_T1, now);
}

/* ---- time passes ----------------------------------------------------------------------------- */

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

/* due_at() - without a carrier nothing is, but the end of a lease */
static uint64_t due_at(const struct dhcp_client *c)
{
	if (c->no_carrier)
		return c->has_grant ? c->grant.end_at : NEVER_MS;
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

/* ---- begin and end --------------------------------------------------------------------------- */

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
	client_order(c, ORDER_TELL, "PREINIT");
	c->wanted = remembered;
	c->is_known = remembered;
	step(c, remembered && !c->config.bootp ? ON_START_KNOWN : ON_START, now);
}

void dhcp_client_stop(struct dhcp_client *c, bool release, uint64_t now)
{
	(void)now;
	if (c->has_grant && release) {
		if (!c->config.bootp)
			client_send_about(c, DHCP_RELEASE, &c->grant);
		client_withdraw(c, "RELEASE");
		client_order(c, ORDER_FORGET, NULL);
	} else {
		client_order(c, ORDER_TELL, "STOP");
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

const struct grant *dhcp_client_gone(const struct dhcp_client *c)
{
	return &c->gone;
}

const struct grant *dhcp_client_grant(const struct dhcp_client *c)
{
	return &c->grant;
}
