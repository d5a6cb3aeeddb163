/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "options.h"

/* split() - "HOST:PORT" into its parts; `host` is "" where none stands; NULL: no port */
static const char *split(const char *text, char *host, size_t size)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;

	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	} else if (memchr(text, ':', len)) {
		return NULL; /* an IPv6 address without brackets: where would its port begin? */
	}
	if (len >= size)
		return NULL;
	memcpy(host, text, len);
	host[len] = '\0';
	return colon ? colon + 1 : text;
}

/* The IPv6 wildcard takes IPv4 too, unless the socket says otherwise. */
struct endpoint endpoint_any(int family, uint16_t port)
{
	struct endpoint e = { .len = family == AF_INET6 ? sizeof(struct sockaddr_in6)
							: sizeof(struct sockaddr_in) };
	struct sockaddr_in *sin = (struct sockaddr_in *)&e.sa;

	sin->sin_family = (sa_family_t)family;
	sin->sin_port = htons(port); /* the rest is zero: any address */
	return e;
}

enum endpoint_result endpoint_parse(struct endpoint *e, const char *text, bool host_optional,
				    const char **why)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV }, *found;
	char host[256], *end = NULL;
	const char *port = split(text, host, sizeof(host));
	unsigned long number = port && *port >= '0' && *port <= '9' ? strtoul(port, &end, 10) : 0;
	int err;

	*why = host_optional ? "not [ADDRESS:]PORT" : "not HOST:PORT";
	if (!end || *end || (!host[0] && !host_optional))
		return ENDPOINT_BAD;
	*why = "the port is not between 1 and 65535";
	if (number > 65535 || (number == 0 && !host_optional))
		return ENDPOINT_BAD;
	if (!host[0]) {
		*e = endpoint_any(AF_INET6, (uint16_t)number);
		return ENDPOINT_GOOD;
	}
	err = getaddrinfo(host, port, &hints, &found);
	if (err) {
		*why = gai_strerror(err);
		return ENDPOINT_UNKNOWN_HOST;
	}
	memcpy(&e->sa, found->ai_addr, found->ai_addrlen);
	e->len = found->ai_addrlen;
	freeaddrinfo(found);
	return ENDPOINT_GOOD;
}

struct endpoint endpoint_operand(const struct program *p, const char *what, const char *text,
				 bool host_optional)
{
	struct endpoint e = { 0 };
	const char *why;

	switch (endpoint_parse(&e, text, host_optional, &why)) {
	case ENDPOINT_BAD:
		options_fail(p, "%s'%s': %s", what, text, why);
	case ENDPOINT_UNKNOWN_HOST:
		if (host_optional) /* an address to listen on: nobody would look it up */
			options_fail(p, "%s'%s': %s", what, text, why);
		fatal("%s%s: %s", what, text, why);
	case ENDPOINT_GOOD:
		break;
	}
	return e;
}

const char *endpoint_format(const struct endpoint *e, char text[ENDPOINT_TEXT_LEN])
{
	char host[INET6_ADDRSTRLEN] = "?", port[8] = "?";

	getnameinfo((const struct sockaddr *)&e->sa, e->len, host, sizeof(host), port, sizeof(port),
		    NI_NUMERICHOST | NI_NUMERICSERV);
	if (strncmp(host, "::ffff:", 7) == 0 && strchr(host, '.'))
		snprintf(text, ENDPOINT_TEXT_LEN, "%s:%s", host + 7, port);
	else
		snprintf(text, ENDPOINT_TEXT_LEN, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host,
			 port);
	return text;
}

uint16_t endpoint_port(const struct endpoint *e)
{
	const struct sockaddr_in *sin = (const struct sockaddr_in *)&e->sa;

	return ntohs(sin->sin_port); /* at the same place in sockaddr_in6 */
}

/* as_v6() - the address alone, IPv4 in its mapped form (RFC 4291, 2.5.5.2) */
static struct in6_addr as_v6(const struct endpoint *e)
{
	const struct sockaddr_in *sin = (const struct sockaddr_in *)&e->sa;
	const struct sockaddr_in6 *sin6 = (const struct sockaddr_in6 *)&e->sa;
	struct in6_addr a = { .s6_addr = { [10] = 0xff, [11] = 0xff } };

	if (e->sa.ss_family == AF_INET6)
		return sin6->sin6_addr;
	memcpy(&a.s6_addr[12], &sin->sin_addr, 4);
	return a;
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	struct in6_addr one = as_v6(a), other = as_v6(b);

	return endpoint_port(a) == endpoint_port(b) && memcmp(&one, &other, sizeof(one)) == 0;
}

bool endpoint_is_loopback(const struct endpoint *e)
{
	struct in6_addr a = as_v6(e);

	return IN6_IS_ADDR_LOOPBACK(&a) || (IN6_IS_ADDR_V4MAPPED(&a) && a.s6_addr[12] == 127);
}

struct endpoint endpoint_local(int fd)
{
	struct endpoint e = { .len = sizeof(e.sa) };

	if (getsockname(fd, (struct sockaddr *)&e.sa, &e.len) < 0)
		e.len = 0;
	return e;
}

struct endpoint endpoint_peer(int fd)
{
	struct endpoint e = { .len = sizeof(e.sa) };

	if (getpeername(fd, (struct sockaddr *)&e.sa, &e.len) < 0)
		e.len = 0;
	return e;
}
