/* SPDX-License-Identifier: MIT */
/* RIP on the wire: RFC 2453, section 4, and RFC 1058, section 3.1, for version 1. */
#ifndef VETHLAB_RIP_PACKET_H
#define VETHLAB_RIP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "counts.h"

#define RIP_PORT	520
#define RIP_GROUP	0xe0000009u /* 224.0.0.9 */
#define RIP_INFINITY	16
#define RIP_ENTRIES	25
#define RIP_PACKET_MAX	512 /* without the trailer of RFC 4822 */
#define RIP_TRAILER_MAX 36
#define RIP_AFI_INET	2
#define RIP_AFI_AUTH	0xffff

enum rip_command { RIP_REQUEST = 1, RIP_RESPONSE = 2 };

/* A route table entry, in host order, as it stands on the wire. In version 1 tag, mask and next_hop
 * are the fields that must be zero. */
struct rip_entry {
	uint16_t family, tag;
	uint32_t address, mask, next_hop;
	uint32_t metric;
};

struct rip_packet {
	uint8_t command, version;
	size_t count;
	struct rip_entry entries[RIP_ENTRIES];
};

/* rip_decode() - the header and each entry as it stands there. `len` is without a trailer of
 * authentication. RIP_GOOD, or why the whole packet is dropped. */
enum rip_count rip_decode(const uint8_t *data, size_t len, struct rip_packet *to);

/* rip_encode() - `first` octets behind the header are left for authentication; the length */
size_t rip_encode(const struct rip_packet *p, size_t first, uint8_t to[RIP_PACKET_MAX]);

/* rip_prefix_len() - of a mask; -1: it has holes */
int rip_prefix_len(uint32_t mask);

/* rip_natural_len() - the length of the address's class: 8, 16, 24; 0 for 0.0.0.0 */
unsigned rip_natural_len(uint32_t address);

#endif
