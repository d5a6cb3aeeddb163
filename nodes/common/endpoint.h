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

enum endpoint_result { ENDPOINT_GOOD, ENDPOINT_BAD, ENDPOINT_UNKNOWN_HOST };

/* endpoint_parse() - "HOST:PORT", "[::1]:PORT"; with host_optional also "PORT", which is any
 * address. The name is looked up. Where the result is not good `*why` says what is wrong. */
enum endpoint_result endpoint_parse(struct endpoint *e, const char *text, bool host_optional,
				    const char **why);

/* endpoint_operand() - the same of a program's command line: a bad one is wrong use, an unknown
 * host a failure, and either ends the program. `what` stands in front of the text: "--listen ". */
struct program;
struct endpoint endpoint_operand(const struct program *p, const char *what, const char *text,
				 bool host_optional);
struct endpoint endpoint_any(int family, uint16_t port); /* every address of the machine */

/* endpoint_format() - "10.0.0.1:80", "[::1]:80"; an IPv4 address in its mapped form is shown as
 * what it is */
const char *endpoint_format(const struct endpoint *e, char text[ENDPOINT_TEXT_LEN]);

/* endpoint_is_loopback() - 127.0.0.0/8, mapped or not, or ::1 */
bool endpoint_is_loopback(const struct endpoint *e);

/* endpoint_equal() - address and port; an IPv4 address and its mapped form are the same */
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);
uint16_t endpoint_port(const struct endpoint *e); /* host order */

/* endpoint_local(), endpoint_peer() - of this socket; `len` is 0 where it has none */
struct endpoint endpoint_local(int fd);
struct endpoint endpoint_peer(int fd);

#endif
