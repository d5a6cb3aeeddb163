/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_DHCP_IDENTITY_H
#define VETHLAB_DHCP_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 2131, 2.1 and 4.2: who a client is. A client identifier, else type and hardware address. */
struct client {
	uint8_t len;
	bool is_id;
	uint8_t octets[]; /* of the identifier; or htype and chaddr */
};

/* client_new() - of at most 255 octets; client_copy() - NULL of NULL. The caller frees them. */
struct client *client_new(bool is_id, const void *octets, size_t len);
struct client *client_copy(const struct client *c);

/* client_is() - one and the same; false where either is NULL */
bool client_is(const struct client *a, const struct client *b);
int client_compare(const struct client *a, const struct client *b);

#endif
