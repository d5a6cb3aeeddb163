/* SPDX-License-Identifier: MIT */
/*
 * Who may speak: the password of RFC 2453, 4.1, and the keyed digests of RFC 4822. The first entry
 * says which; a digest follows the packet as a trailer.
 */
#ifndef VETHLAB_RIP_AUTH_H
#define VETHLAB_RIP_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet.h"

#define RIP_KEY_MAX 64

enum rip_auth { RIP_AUTH_NONE, RIP_AUTH_PLAIN, RIP_AUTH_MD5, RIP_AUTH_SHA256 };

struct rip_key {
	enum rip_auth kind;
	uint8_t id;
	uint8_t secret[RIP_KEY_MAX];
	size_t len;
	uint32_t from, until; /* it holds between them, in seconds since 1970; 0: no end */
};

#define RIP_SIGNED_MAX (RIP_PACKET_MAX + RIP_TRAILER_MAX)

/* rip_auth_room() - octets behind the header that signing with this key takes: one entry, or
 * none */
size_t rip_auth_room(const struct rip_key *k);

/* rip_sign() - fills in the first entry and adds the trailer; the new length. k NULL: as it is. */
size_t rip_sign(const struct rip_key *k, uint32_t sequence, uint8_t packet[RIP_SIGNED_MAX],
		size_t len);

/* rip_verify() - is this signed by one of the keys? With none nothing may be signed. `*len`
 * becomes the length without the trailer; with a digest `*sequence` is the packet's, and `*kind`
 * says so. */
bool rip_verify(const struct rip_key *keys, size_t count, const uint8_t *packet, size_t *len,
		enum rip_auth *kind, uint32_t *sequence);

/* rip_key_holds() - at this time, in seconds since 1970 */
bool rip_key_holds(const struct rip_key *k, uint32_t seconds);

/* rip_signing_key() - the first one that holds. Where none does, the one that held last, else the
 * first: RFC 4822 has a router go on with its last key when that has run out, for neither silence
 * nor packets without a signature would do. NULL: there are no keys. */
const struct rip_key *rip_signing_key(const struct rip_key *keys, size_t count, uint32_t seconds);

const char *rip_auth_name(enum rip_auth a);

#endif
