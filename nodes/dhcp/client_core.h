/* SPDX-License-Identifier: MIT */
/* What the client's table (client.c) and what it does (client_acts.c) share. */
#ifndef VETHLAB_DHCP_CLIENT_CORE_H
#define VETHLAB_DHCP_CLIENT_CORE_H

#include "client.h"
#include "nodes/common/compiler.h"

#define NEVER_MS UINT64_MAX

#define REQUEST_TRIES 4	   /* RFC 2131, 3.1, step 5: then from the beginning */
#define REBOOT_TRIES  2	   /* 3.2: likewise */
#define PROBES	      3	   /* RFC 5227, 1.1 */
#define NAK_WAIT_MS   1000 /* doubled each time up to a minute: not a storm of refusals */

struct dhcp_client {
	struct client_config config;
	enum client_state state;
	struct grant grant, offered; /* `offered`: being asked for, or probed */
	struct grant gone;	     /* what ORDER_WITHDRAW is about */
	bool has_grant, configured;
	bool is_known; /* `wanted` is of a lease that may still run: worth an INIT-REBOOT */
	bool no_carrier;
	uint8_t last_from[6]; /* the hardware that the last message came from */
	uint32_t wanted;      /* an address that we had, to ask for again */
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

/* client_say() - a line of the log */
void client_say(struct dhcp_client *c, const char *fmt, ...) printf_like(2, 3);

/* client_order() - one more, to be filled in; never NULL: what is more than ORDERS_MAX is lost */
struct order *client_order(struct dhcp_client *c, enum order_kind kind, const char *reason);

/* client_send_about() - DECLINE and RELEASE of a grant */
void client_send_about(struct dhcp_client *c, enum dhcp_type type, const struct grant *g);

/* client_withdraw() - the grant is not ours any more */
void client_withdraw(struct dhcp_client *c, const char *reason);

/* What is done on the way from one state to the next. */
void act_discover(struct dhcp_client *c, uint64_t now);
void act_start(struct dhcp_client *c, uint64_t now);
void act_request(struct dhcp_client *c, uint64_t now);
void act_request_offered(struct dhcp_client *c, uint64_t now);
void act_reboot(struct dhcp_client *c, uint64_t now);
void act_renew(struct dhcp_client *c, uint64_t now);
void act_probe(struct dhcp_client *c, uint64_t now);
void act_begin_probes(struct dhcp_client *c, uint64_t now);
void act_configure(struct dhcp_client *c, uint64_t now);
void act_refused(struct dhcp_client *c, uint64_t now);
void act_decline(struct dhcp_client *c, uint64_t now);
void act_end(struct dhcp_client *c, uint64_t now);
void act_begin_again(struct dhcp_client *c, uint64_t now);
void act_at_once(struct dhcp_client *c, uint64_t now);
void act_rest(struct dhcp_client *c, uint64_t now);
void act_keep(struct dhcp_client *c, uint64_t now);

#endif
