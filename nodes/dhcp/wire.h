/* SPDX-License-Identifier: MIT */
/*
 * The sockets of a server or relay at an interface: UDP, for what comes and for hosts that have an
 * address; and frames, for hosts that have none yet, and for ARP. Both are opened once: to close a
 * packet socket takes the kernel tens of milliseconds.
 */
#ifndef VETHLAB_DHCP_WIRE_H
#define VETHLAB_DHCP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet.h"

#define WIRE_BATCH 64 /* datagrams a system call */

struct wire_queue;

struct wire {
	char name[16];
	unsigned index; /* the kernel's */
	uint32_t address;
	uint8_t mac[6];
	int udp, frames; /* frames brings ARP alone */
	int nobody; /* what 0.0.0.0 sends to an address of ours: the kernel drops that for UDP */
	struct wire_queue *udp_out, *frames_out;
};

struct datagram {
	uint32_t from, to; /* `to`: the address that it was sent to */
	uint16_t from_port;
	size_t len;
	const uint8_t *data;
};

/* wire_open() - at the interface of this name, listening to port 67; ends the program where there
 * is no such interface, or none with an IPv4 address, or somebody else has the port */
void wire_open(struct wire *w, const char *name);

/* wire_open_anywhere() - a socket for all interfaces: UDP alone, no frames; and wire_open_shared(),
 * to be called after, those that share the port with it */
void wire_open_shared(struct wire *w, const char *name);
void wire_open_anywhere(struct wire *w);
void wire_close(struct wire *w);

/* own_addresses() - the IPv4 addresses of this machine; the caller frees the list */
uint32_t *own_addresses(size_t *count);

/* wire_receive() - at most `max`, and at most WIRE_BATCH; good until the next call. 0: no more */
size_t wire_receive(struct wire *w, struct datagram *list, size_t max);

/* wire_receive_from_nobody() - RFC 1542, 5.1, and 2131, 4.4.4: a host without an address that knows
 * ours. False: there is no more; `d` is empty for something else. */
bool wire_receive_from_nobody(struct wire *w, struct datagram *d);

/* wire_receive_arp() - false: there is no more; else *address is one that somebody has, or 0 */
bool wire_receive_arp(struct wire *w, uint32_t *address);

/* wire_open_routed() - no interface at all: for what goes where the routing table says, from
 * port 67. A socket that is bound to an interface takes each address for one that is on its
 * wire, and asks there by ARP for whatever somebody has made up; what waits for the answers
 * fills its buffer. */
void wire_open_routed(struct wire *w);
void wire_send_routed(struct wire *w, uint32_t src, uint32_t dst, uint16_t dst_port,
		      const uint8_t *data, size_t len);

/* What is sent is gathered until wire_flush(), or until WIRE_BATCH of it; its data must last so
 * long. */
void wire_send_udp(struct wire *w, uint32_t src, uint32_t dst, uint16_t dst_port,
		   const uint8_t *data, size_t len);
void wire_send_frame(struct wire *w, const uint8_t to[6], uint32_t src, uint32_t dst,
		     const uint8_t *data, size_t len); /* from port 67 to port 68 */
void wire_ask_arp(struct wire *w, uint32_t address);
void wire_flush(struct wire *w);

#endif
