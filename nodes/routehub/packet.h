/* SPDX-License-Identifier: MIT */
/* Route updates on the wire: route-server(1), PROTOCOL. Two fields, and with a key a trailer. */
#ifndef VETHLAB_ROUTEHUB_PACKET_H
#define VETHLAB_ROUTEHUB_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HUB_PORT       5500
#define HUB_PLAIN_LEN  5
#define HUB_SIGNED_LEN 35
#define HUB_KEY_MAX    64

enum hub_type {
	HUB_ADD = 1,
	HUB_DELETE = 2,
	HUB_HELLO = 16,
	HUB_DIGEST_UP = 17,
	HUB_DIGEST_DOWN = 18,
	HUB_SYNC_BEGIN = 19,
	HUB_SYNC_END = 20,
	HUB_BYE = 21
};

enum hub_role { HUB_CLIENT, HUB_SERVER };

struct hub_datagram {
	uint8_t type;
	uint32_t field; /* an IPv4 address in host order, an id, a digest */
};

struct hub_key {
	uint8_t secret[HUB_KEY_MAX];
	size_t len; /* 0: there is none */
};

/* What is known of the order of signed datagrams, in and out, with one peer. */
struct hub_session {
	uint32_t epoch_in, epoch_out;
	uint64_t sequence_in, sequence_out; /* the last ones */
};

enum hub_count {
	HUB_BAD_LENGTH,
	HUB_UNKNOWN_TYPE,
	HUB_BAD_ADDRESS,
	HUB_NOT_OWNER,
	HUB_BAD_AUTH,
	HUB_REPLAYED,
	HUB_UNSIGNED,
	HUB_TOO_MANY,
	HUB_COUNT_COUNT,
	HUB_GOOD = HUB_COUNT_COUNT
};

const char *hub_count_name(enum hub_count c);

/* hub_decode() - the two fields; a signed one needs a key. `sender` is the role that it must have
 * been signed in. HUB_GOOD, or why it is dropped. */
enum hub_count hub_decode(const uint8_t *data, size_t len, const struct hub_key *k,
			  enum hub_role sender, struct hub_datagram *to, bool *is_signed);

/* hub_accept() - a good signed datagram is taken once, and none that is older; `*gap` if others
 * were lost before it */
enum hub_count hub_accept(struct hub_session *s, const uint8_t *data, bool *gap);

/* hub_encode() - the length; signed with a key */
size_t hub_encode(const struct hub_datagram *d, const struct hub_key *k, enum hub_role sender,
		  struct hub_session *s, uint8_t to[HUB_SIGNED_LEN]);

/* hub_hash() - an address's part in the digest of a set: the set's is their sum */
uint32_t hub_hash(uint32_t address, uint32_t id);

#endif
