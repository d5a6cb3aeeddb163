/* SPDX-License-Identifier: MIT */
/*
 * What two peers say to each other by UDP, 24 octets and text, all in network order:
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------------------------------+---------------+---------------+
 *   |        magic 0x7670           |     type      |     flags     |
 *   +-------------------------------+---------------+---------------+
 *   |            session of the sender, drawn at its start          |
 *   +---------------------------------------------------------------+
 *   |            session of the receiver, 0: not heard of           |
 *   +---------------------------------------------------------------+
 *   |            sequence number of this datagram                   |
 *   +---------------------------------------------------------------+
 *   |            the next sequence number it expects                |
 *   +---------------------------------------------------------------+
 *   |            client number at the chat server, 0: not known     |
 *   +---------------------------------------------------------------+
 *   |            text ...
 */
#ifndef VETHLAB_CHAT_PACKET_H
#define VETHLAB_CHAT_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_MAGIC	  0x7670
#define PACKET_MAX	  1472 /* an Ethernet frame's 1,500 less IPv4 and UDP */
#define PACKET_HEADER_LEN 24
#define PACKET_TEXT_MAX	  (PACKET_MAX - PACKET_HEADER_LEN)

enum packet_type {
	PACKET_HELLO = 1, /* here I am; answers with HELLO until both sessions are known */
	PACKET_TEXT = 2,  /* in sequence */
	PACKET_BYE = 3,	  /* in sequence: the last one */
	PACKET_ACK = 4,
};

#define PACKET_MORE 0x01 /* flag: the line goes on in the next datagram */

struct packet {
	enum packet_type type;
	bool more;
	uint32_t from, to; /* sessions */
	uint32_t seq, ack;
	uint32_t client;
	const uint8_t *text;
	size_t text_len;
};

/* packet_encode() - octets written, 0: it does not fit */
size_t packet_encode(const struct packet *p, uint8_t *data, size_t size);

/* packet_decode() - false: not such a packet. The text points into the data. */
bool packet_decode(struct packet *p, const uint8_t *data, size_t len);

#endif
