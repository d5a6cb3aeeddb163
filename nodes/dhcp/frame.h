/* SPDX-License-Identifier: MIT */
/*
 * Ethernet frames around DHCP: UDP over IPv4 for hosts that have no address yet, and ARP. Octets
 * and structs; no socket. Checksums are real: a veth leaves those of a UDP socket to a hardware
 * that is not there, and who reads frames would drop them.
 */
#ifndef VETHLAB_DHCP_FRAME_H
#define VETHLAB_DHCP_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_UDP_LEN 42 /* the headers in front of a UDP datagram's data */
#define FRAME_UDP_AT  34 /* of them, those of Ethernet and IP */
#define FRAME_MAX_LEN 1514

struct udp_frame {
	uint8_t to[6], from[6];
	uint32_t src, dst;
	uint16_t src_port, dst_port;
	const uint8_t *data;
	size_t len;
};

/* frame_put_udp() - the headers that stand in front of the data: FRAME_UDP_LEN octets */
void frame_put_udp(const struct udp_frame *u, uint8_t *headers);

/* frame_take_udp() - of a frame that came; `data` points into it. `unfinished`: the kernel says
 * that its checksum was never computed, so it is not looked at. False: it is not a whole UDP
 * datagram over IPv4 with good checksums. */
bool frame_take_udp(struct udp_frame *u, const uint8_t *frame, size_t len, bool unfinished);

enum { ARP_REQUEST = 1, ARP_REPLY = 2 }; /* RFC 826 */

struct arp_frame {
	uint8_t to[6];
	uint16_t operation;
	uint8_t sender_mac[6], target_mac[6];
	uint32_t sender, target;
};

#define FRAME_ARP_LEN 42

/* frame_put_arp() - FRAME_ARP_LEN octets */
void frame_put_arp(const struct arp_frame *a, uint8_t *frame);
bool frame_take_arp(struct arp_frame *a, const uint8_t *frame, size_t len);

extern const uint8_t frame_to_all[6];

#endif
