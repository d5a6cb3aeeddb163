/* SPDX-License-Identifier: MIT */
/*
 * The DHCP client's core: figure 5 of RFC 2131 as a table, without a socket and without a clock.
 * Messages, signs of the wire and `now` (ms) go in; what shall be done comes out as orders, in
 * order.
 */
#ifndef VETHLAB_DHCP_CLIENT_H
#define VETHLAB_DHCP_CLIENT_H

#include "packet.h"

enum client_state {
	STATE_STOPPED, /* not begun, or at its end */
	STATE_INIT,
	STATE_SELECTING,
	STATE_REQUESTING,
	STATE_INIT_REBOOT,
	STATE_REBOOTING,
	STATE_PROBING, /* RFC 2131, 4.4.1: is the address free indeed? */
	STATE_BOUND,
	STATE_RENEWING,
	STATE_REBINDING,
	STATE_COUNT
};

/* What a server has granted. Times are of the caller's clock, in ms. */
struct grant {
	uint32_t address, server, mask;
	uint8_t server_mac[6]; /* the hardware that its message came from: its own, or a relay's */
	uint32_t lease_s;      /* UINT32_MAX: for ever */
	uint64_t renew_at, rebind_at, end_at;
	struct dhcp_message message; /* with all that the server said */
};

enum order_kind {
	ORDER_BROADCAST, /* the message, from 0.0.0.0, in a broadcast frame */
	ORDER_UNICAST,	 /* the message, to `address` */
	ORDER_RELEASE, /* the same, from the grant's address, which goes at once: to its hardware */
	ORDER_PROBE,   /* ask by ARP for `address` */
	ORDER_ANNOUNCE,	 /* tell by ARP that `address` is ours */
	ORDER_CONFIGURE, /* the interface gets what the grant says; `reason` is why */
	ORDER_WITHDRAW,	 /* it loses all that, for a reason */
	ORDER_REMEMBER,	 /* the grant, for the next start */
	ORDER_FORGET,	 /* what was remembered is void */
	ORDER_TELL,	 /* nothing but a reason, for the script */
	ORDER_LOG,	 /* a line */
};

struct order {
	enum order_kind kind;
	uint32_t address;
	const char *reason; /* as dhclient-script(8) has them */
	char line[160];
	size_t len;
	uint8_t data[DHCP_MAX_LEN];
};

#define ORDERS_MAX 16

struct client_config {
	uint8_t mac[6];
	const char *hostname; /* or NULL */
	const uint8_t *client_id;
	size_t client_id_len;  /* 0: none */
	const uint8_t *wanted; /* the parameter request list */
	size_t wanted_len;
	uint64_t probe_ms; /* 0: no probe */
	bool bootp;
	uint32_t seed;	   /* of what is random */
	uint16_t max_size; /* option 57 */
};

struct dhcp_client;

/* dhcp_client_new() - what the configuration points to outlives it */
struct dhcp_client *dhcp_client_new(const struct client_config *c);
void dhcp_client_free(struct dhcp_client *c);

/* dhcp_client_start() - asks for a remembered address, or for any, if it is 0 */
void dhcp_client_start(struct dhcp_client *c, uint32_t remembered, uint64_t now);

/* dhcp_client_receive() - a datagram to port 68, and the hardware address that it came from */
void dhcp_client_receive(struct dhcp_client *c, const void *data, size_t len, const uint8_t from[6],
			 uint64_t now);

/* dhcp_client_conflict() - somebody else has this address */
void dhcp_client_conflict(struct dhcp_client *c, uint32_t address, uint64_t now);
void dhcp_client_link_down(struct dhcp_client *c);
void dhcp_client_link_up(struct dhcp_client *c, uint64_t now);

/* dhcp_client_renew() - as if T1 were over; of a lease for ever, and without a carrier, nothing */
void dhcp_client_renew(struct dhcp_client *c, uint64_t now);

/* dhcp_client_stop() - for good: gives the lease back, or keeps it */
void dhcp_client_stop(struct dhcp_client *c, bool release, uint64_t now);

/* dhcp_client_tick() - what time brings about; when to call it again, or UINT64_MAX */
uint64_t dhcp_client_tick(struct dhcp_client *c, uint64_t now);

/* dhcp_client_orders() - since the last call of orders_done() */
const struct order *dhcp_client_orders(const struct dhcp_client *c, size_t *count);
void dhcp_client_orders_done(struct dhcp_client *c);

enum client_state dhcp_client_state(const struct dhcp_client *c);
const struct grant *dhcp_client_grant(const struct dhcp_client *c);
const struct grant *dhcp_client_gone(
	const struct dhcp_client *c); /* the one that ORDER_WITHDRAW takes back */
const char *client_state_name(enum client_state s);

/* grant_from() - RFC 2131, 4.4.1: what an ACK grants; false: it lacks what it must have */
bool grant_from(struct grant *g, const struct dhcp_message *ack, uint64_t now);

#endif
