/* SPDX-License-Identifier: MIT */
/*
 * The DHCP server's core: RFC 2131, section 4.3, without a socket and without a clock. Messages and
 * `now` go in (milliseconds; Unix time, but for steps that somebody makes), and what shall be sent
 * comes out. Whoever calls it writes the changed leases to disk first.
 */
#ifndef VETHLAB_DHCP_SERVER_H
#define VETHLAB_DHCP_SERVER_H

#include "config.h"
#include "count.h"
#include "lease.h"
#include "packet.h"

#define OUTGOING_MAX 64 /* of a turn: whoever reads sockets stops there */

struct server_iface {
	char name[16];
	unsigned index;
	uint32_t address;
	uint8_t mac[6];
};

enum outgoing_kind {
	TO_RELAY,    /* UDP to dst, port 67 */
	TO_CIADDR,   /* UDP to dst, port 68 */
	TO_HARDWARE, /* a frame to hwaddr, in it UDP to dst, port 68 */
	TO_ALL,	     /* a broadcast frame, port 68 */
	ASK_ARP,     /* who has dst? */
	ASK_ICMP,    /* an echo request to dst */
};

struct outgoing {
	enum outgoing_kind kind;
	unsigned iface; /* index of the server's interfaces */
	uint32_t dst, src;
	uint8_t hwaddr[6];
	size_t len;
	uint8_t data[DHCP_MAX_LEN];
};

struct server_log {
	void (*fn)(void *arg, const char *line, bool is_complaint); /* those can be very many */
	void *arg;
};

struct server;

/* Who the server is. Any address of the machine's is one that clients may know it by. */
struct server_self {
	const struct server_iface *ifaces;
	size_t iface_count;
	const uint32_t *addresses;
	size_t address_count;
};

/* server_new() - what it is given outlives it */
struct server *server_new(const struct dhcp_config *c, struct leases *ls, struct server_self self,
			  struct counts *counts, struct server_log log);
void server_free(struct server *s);

/* server_receive() - a datagram that came to port 67 of an interface, for the address `to`. The
 * caller sees to it that there are fewer than OUTGOING_MAX messages to be sent. */
void server_receive(struct server *s, const void *data, size_t len, unsigned iface, uint32_t to,
		    uint64_t now);

/* server_heard() - somebody has answered for an address */
void server_heard(struct server *s, uint32_t address, uint64_t now);

/* server_tick() - what time brings about; when to call it again, or NEVER. A time that is over:
 * there is more to do, and no room for its answers. */
uint64_t server_tick(struct server *s, uint64_t now);

const struct outgoing *server_output(const struct server *s, size_t *count);
void server_output_done(struct server *s);

#endif
