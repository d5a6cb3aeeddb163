/* SPDX-License-Identifier: MIT */
/* What the parts of the server's core share: who asks, and what may be answered. */
#ifndef VETHLAB_DHCP_SERVER_CORE_H
#define VETHLAB_DHCP_SERVER_CORE_H

#include "server.h"

#define RATE_SLOTS 4096

/* A message, and all that was found out about where it comes from. */
struct request {
	const struct dhcp_message *m;
	const struct server_iface *at;
	unsigned iface;
	uint32_t to;	    /* the address that it was sent to */
	uint32_t server_id; /* that answers give as ours */
	uint64_t now;
	struct subnet *subnet; /* where the client is */
	struct network *network;
	struct binding *binding; /* its static binding there, or NULL */
	struct port *port;
	struct client *client; /* in `room` */
	union {
		struct client client;
		uint8_t octets[sizeof(struct client) + 256];
	} room;
};

/* An offer that waits for nobody to answer a probe. */
struct probe {
	struct probe *next;
	uint32_t address;
	uint64_t until;
	unsigned iface, tries;
	uint32_t to;
	size_t len;
	uint8_t *data; /* the message, as it came */
};

void probe_free(struct probe *p);

struct server {
	const struct dhcp_config *config;
	struct leases *leases;
	struct server_self self;
	struct counts *counts;
	struct server_log log;
	struct probe *probes, **probes_end; /* the oldest first */
	unsigned probe_count;
	uint64_t *exhausted_at; /* by the subnet's index: when that was last said */
	struct {
		uint64_t second;
		unsigned count;
	} rate[RATE_SLOTS];
	struct outgoing *out;
	size_t out_count;
};

/* request_make() - false: nobody serves it; that is counted. The request has to stay where it is:
 * its client is inside of it. Its port is good until the next request. */
bool request_make(struct server *s, struct request *q, const struct dhcp_message *m, unsigned iface,
		  uint32_t to, uint64_t now);

/* server_say() - a line of the log: "eth0 02:00:00:00:00:07: " and what `fmt` says */
void server_say(const struct server *s, const struct request *q, const char *fmt, ...)
	printf_like(3, 4);

/* server_complain() - the same of what should not have come */
void server_complain(const struct server *s, const struct request *q, const char *fmt, ...)
	printf_like(3, 4);

/* server_owns() - an address of this machine */
bool server_owns(const struct server *s, uint32_t address);

/* ---- server_offer.c: RFC 2131, 4.3.1 ---- */
void serve_discover(struct server *s, struct request *q, const void *data, size_t len);
void serve_bootp(struct server *s, struct request *q);

/* request_is_on_wire() - a host's address in one of the subnets of the client's wire */
bool request_is_on_wire(const struct request *q, uint32_t address);

/* request_may_have() - is the address one that this client can be given? */
bool request_may_have(const struct server *s, const struct request *q, uint32_t address);

/* request_hold() - the address is the client's, in a state, until then (ms); what is more than an
 * offer is for the disk */
void request_hold(struct server *s, const struct request *q, struct lease *l,
		  enum lease_state state, uint64_t until, uint32_t seconds);

/* request_seconds() - the lease that the client gets: what it asks for, within the bounds; else
 * what it was offered, what it has left, or the default (RFC 2131, 4.3.1) */
uint32_t request_seconds(const struct server *s, const struct request *q, const struct lease *l);

/* ---- server_request.c: RFC 2131, 4.3.2 to 4.3.5 ---- */
void serve_request(struct server *s, struct request *q);
void serve_decline(struct server *s, struct request *q);
void serve_release(struct server *s, struct request *q);
void serve_inform(struct server *s, struct request *q);

/* ---- server_reply.c: RFC 2131, 4.1 and table 3 ---- */
void reply_offer(struct server *s, const struct request *q, uint32_t address, uint32_t seconds);
void reply_ack(struct server *s, const struct request *q, uint32_t address, uint32_t seconds);
void reply_nak(struct server *s, const struct request *q, const char *why);
void reply_inform(struct server *s, const struct request *q);
void reply_bootp(struct server *s, const struct request *q, uint32_t address);

/* outgoing_new() - one more to be sent; NULL: there are enough */
struct outgoing *outgoing_new(struct server *s);

#endif
