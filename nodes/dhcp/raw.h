/* SPDX-License-Identifier: MIT */
/*
 * The sockets of a client: it has no address, so it reads and writes frames. A UDP socket is there
 * for what it sends once it has one, and so that the kernel does not refuse what comes to port 68.
 */
#ifndef VETHLAB_DHCP_RAW_H
#define VETHLAB_DHCP_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct raw {
	char name[16];
	unsigned index;
	uint8_t mac[6];
	int frames, arp, udp;
};

/* raw_open() - ends the program where there is no such Ethernet interface, or it is not allowed */
void raw_open(struct raw *r, const char *name);
void raw_close(struct raw *r);

/* raw_receive() - the data of the next datagram to port 68; its length, 0 for something else, -1:
 * there is no more. `from` is the hardware that it came from. */
long raw_receive(struct raw *r, uint8_t *data, size_t room, uint8_t from[6]);

/* raw_receive_arp() - false: there is no more; else *address is one that somebody else has, or 0 */
bool raw_receive_arp(struct raw *r, uint32_t *address);

/* raw_start() - the interface is up now: that it was not is no error any more */
void raw_start(struct raw *r);

void raw_broadcast(struct raw *r, const uint8_t *data, size_t len);
void raw_unicast(struct raw *r, uint32_t dst, const uint8_t *data, size_t len);

/* raw_unicast_to() - in a frame to this hardware address: there is no time for ARP */
void raw_unicast_to(struct raw *r, const uint8_t to[6], uint32_t src, uint32_t dst,
		    const uint8_t *data, size_t len);

/* raw_arp() - a probe from nobody, or with `announce` an announcement (RFC 5227, 2.1.1 and 2.3) */
void raw_arp(struct raw *r, uint32_t address, bool announce);

#endif
