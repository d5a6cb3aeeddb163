/* SPDX-License-Identifier: MIT */
/* Where a socket is: an address and a port, as people write them and as the kernel takes them. */
#ifndef VETHLAB_ENDPOINT_H
#define VETHLAB_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define ENDPOINT_TEXT_LEN 64

struct endpoint {
	struct sockaddr_storage sa;
	socklen_t len;
};

/* endpoint_parse() - "HOST:PORT", "[::1]:PORT"; with host_optional also "PORT", which is any
 * address. The name is looked up. On false `*why` says what is wrong. */
bool endpoint_parse(struct endpoint *e, const char *text, bool host_optional, const char **why);
struct endpoint endpoint_any(int family, uint16_t port); /* every address of the machine */
const char *endpoint_format(const struct endpoint *e, char text[ENDPOINT_TEXT_LEN]);
bool endpoint_is_loopback(const struct endpoint *e);
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);
uint16_t endpoint_port(const struct endpoint *e);
struct endpoint endpoint_local(int fd);
struct endpoint endpoint_peer(int fd);

#endif
