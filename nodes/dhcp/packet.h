/* SPDX-License-Identifier: MIT */
/*
 * A BOOTP or DHCP message (RFC 951, 2131, 2132): octets in, a struct out, and back. Addresses are
 * numbers in host order, 0 where there is none.
 *
 * Options stand in the struct by their code, each with all its octets in one piece, however the
 * wire had them: split into several of the same code (RFC 3396), or in `file` and `sname` (option
 * 52).
 */
#ifndef VETHLAB_DHCP_PACKET_H
#define VETHLAB_DHCP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nodes/common/reader.h"

#define DHCP_SERVER_PORT 67
#define DHCP_CLIENT_PORT 68

#define DHCP_HEADER_LEN	 236  /* up to the magic cookie */
#define DHCP_MIN_LEN	 300  /* RFC 1542, 2.1: what is shorter is not BOOTP to some */
#define DHCP_MAX_LEN	 1472 /* of a UDP datagram within an Ethernet frame */
#define DHCP_DEFAULT_LEN 548  /* RFC 2131, 2: an IP datagram of 576 octets */
#define DHCP_HWADDR_LEN	 16
#define DHCP_ETHERNET	 1 /* htype, RFC 1700 */

#define DHCP_MAGIC_COOKIE 0x63825363u /* RFC 2131, 3: 99, 130, 83, 99 */

enum { DHCP_OVERLOAD_FILE = 1, DHCP_OVERLOAD_SNAME = 2 }; /* RFC 2132, 9.3 */

enum { BOOTREQUEST = 1, BOOTREPLY = 2 };

#define DHCP_BROADCAST 0x8000 /* of `flags`: RFC 2131, figure 2 */
#define IP4_BROADCAST  0xffffffffu

enum dhcp_type {		 /* RFC 2132, 9.6 */
		 DHCP_BOOTP = 0, /* no option 53 */
		 DHCP_DISCOVER,
		 DHCP_OFFER,
		 DHCP_REQUEST,
		 DHCP_DECLINE,
		 DHCP_ACK,
		 DHCP_NAK,
		 DHCP_RELEASE,
		 DHCP_INFORM,
		 DHCP_TYPE_COUNT
};

enum { /* the options that the protocol itself has to do with; option.c has the others */
       OPT_PAD = 0,
       OPT_SUBNET_MASK = 1,
       OPT_ROUTER = 3,
       OPT_DNS = 6,
       OPT_HOST_NAME = 12,
       OPT_DOMAIN = 15,
       OPT_MTU = 26,
       OPT_BROADCAST_ADDRESS = 28,
       OPT_NTP = 42,
       OPT_REQUESTED_IP = 50,
       OPT_LEASE_TIME = 51,
       OPT_OVERLOAD = 52,
       OPT_MESSAGE_TYPE = 53,
       OPT_SERVER_ID = 54,
       OPT_PARAMETER_LIST = 55,
       OPT_MESSAGE = 56,
       OPT_MAX_SIZE = 57,
       OPT_RENEWAL_TIME = 58,
       OPT_REBINDING_TIME = 59,
       OPT_CLIENT_ID = 61,
       OPT_RELAY_INFO = 82,	   /* RFC 3046 */
       OPT_SUBNET_SELECTION = 118, /* RFC 3011 */
       OPT_ROUTES = 121,	   /* RFC 3442 */
       OPT_END = 255
};

enum { /* RFC 3046, 2.0 and its successors: what a relay says of where a message came from */
       RELAY_CIRCUIT_ID = 1,
       RELAY_REMOTE_ID = 2,
       RELAY_LINK_SELECTION = 5, /* RFC 3527 */
       RELAY_SERVER_ID = 11,	 /* RFC 5107 */
};

struct dhcp_message {
	uint8_t op, htype, hlen, hops;
	uint32_t xid;
	uint16_t secs, flags;
	uint32_t ciaddr, yiaddr, siaddr, giaddr;
	uint8_t chaddr[DHCP_HWADDR_LEN];
	char sname[64 + 1], file[128 + 1];
	enum dhcp_type type;
	bool has_cookie; /* RFC 1497; without it there are no options */

	uint8_t order[254]; /* codes, as they came, or as they were put */
	unsigned count;
	struct {
		uint16_t at, len;
		bool is_there;
	} option[256];
	uint8_t data[DHCP_MAX_LEN];
	size_t data_len;
};

const char *dhcp_type_name(enum dhcp_type type);

/* dhcp_decode() - false: it is malformed, and `*why` says in which way */
bool dhcp_decode(struct dhcp_message *m, const void *data, size_t len, const char **why);

/* dhcp_encode() - at most `room` octets, at least DHCP_MIN_LEN; the number of them. Options leave
 * in the order in which they were put, the relay's information last (RFC 3046, 2.1). What does not
 * fit goes into `file` and `sname` where these are empty (RFC 2131, 4.1), but in BOOTP; what does
 * not fit there either is left out, and counted in `*left_out`. */
size_t dhcp_encode(const struct dhcp_message *m, uint8_t *to, size_t room, unsigned *left_out);

/* message_has() and message_option() - the reader of an option that is not there is empty and
 * bad */
bool message_has(const struct dhcp_message *m, uint8_t code);
struct reader message_option(const struct dhcp_message *m, uint8_t code);
uint32_t message_u32(const struct dhcp_message *m, uint8_t code); /* or an address; 0: not there */
uint16_t message_u16(const struct dhcp_message *m, uint8_t code);

/* suboption_of() - of option 82's value; empty and bad where it is not there */
struct reader suboption_of(struct reader relay, uint8_t code);

/* message_put() - a second time the same code replaces the first; false: there is no room */
bool message_put(struct dhcp_message *m, uint8_t code, const void *data, size_t len);
void message_put_u8(struct dhcp_message *m, uint8_t code, uint8_t v);
void message_put_u16(struct dhcp_message *m, uint8_t code, uint16_t v);
void message_put_u32(struct dhcp_message *m, uint8_t code, uint32_t v);
void message_put_text(struct dhcp_message *m, uint8_t code, const char *text);
void message_drop(struct dhcp_message *m, uint8_t code);

/* dhcp_format_hwaddr() - "02:00:00:00:00:07" */
#define DHCP_HWADDR_TEXT_LEN (3 * DHCP_HWADDR_LEN)
const char *dhcp_format_hwaddr(const struct dhcp_message *m, char text[DHCP_HWADDR_TEXT_LEN]);

#endif
