/* SPDX-License-Identifier: MIT */
#include "topology/pinger.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "nodes/common/compiler.h"
#include "nodes/common/reader.h"

#define ECHO_LEN 16

static bool is_ipv6(const struct pinger *p)
{
	return p->to.family == AF_INET6;
}

bool pinger_open(struct pinger *p, const struct addr *to)
{
	*p = (struct pinger){ .to = *to, .id = (uint16_t)getpid() };
	p->fd = socket(to->family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		       is_ipv6(p) ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
	return p->fd >= 0;
}

void pinger_close(struct pinger *p)
{
	cleanup_close(&p->fd);
	p->fd = -1;
}

/* checksum() - RFC 1071; of an even number of octets */
static uint16_t checksum(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i += 2)
		sum += (uint32_t)(data[i] << 8 | data[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* address_of() - without a port; the length of that kind of address */
static socklen_t address_of(const struct addr *a, struct sockaddr_storage *ss)
{
	struct sockaddr_in *in = (void *)ss;
	struct sockaddr_in6 *in6 = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	ss->ss_family = (sa_family_t)a->family;
	if (a->family == AF_INET)
		memcpy(&in->sin_addr, a->bytes, sizeof(in->sin_addr));
	else
		memcpy(&in6->sin6_addr, a->bytes, sizeof(in6->sin6_addr));
	return a->family == AF_INET ? sizeof(*in) : sizeof(*in6);
}

void pinger_send(struct pinger *p)
{
	uint8_t echo[ECHO_LEN] = { is_ipv6(p) ? ICMP6_ECHO_REQUEST : ICMP_ECHO };
	struct sockaddr_storage to;
	socklen_t to_len = address_of(&p->to, &to);
	uint16_t sum;

	p->seq++;
	echo[4] = (uint8_t)(p->id >> 8);
	echo[5] = (uint8_t)p->id;
	echo[6] = (uint8_t)(p->seq >> 8);
	echo[7] = (uint8_t)p->seq;
	sum = checksum(echo, sizeof(echo)); /* of ICMPv6 the kernel makes its own */
	echo[2] = (uint8_t)(sum >> 8);
	echo[3] = (uint8_t)sum;
	if (sendto(p->fd, echo, sizeof(echo), 0, (struct sockaddr *)&to, to_len) < 0)
		snprintf(p->last, sizeof(p->last), "cannot send: %s", strerror(errno));
}

static struct addr addr_from(const struct sockaddr_storage *ss)
{
	const struct sockaddr_in *in = (const void *)ss;
	const struct sockaddr_in6 *in6 = (const void *)ss;
	struct addr a = { .family = ss->ss_family };

	if (a.family == AF_INET)
		memcpy(a.bytes, &in->sin_addr, sizeof(in->sin_addr));
	else
		memcpy(a.bytes, &in6->sin6_addr, sizeof(in6->sin6_addr));
	return a;
}

/* is_our_echo() - an ICMP message from its first octet, of this type and with our identifier */
static bool is_our_echo(const struct pinger *p, struct reader r, uint8_t type)
{
	uint8_t its_type = take_u8(&r);

	take(&r, 3); /* code, checksum */
	return take_be16(&r) == p->id && !r.bad && its_type == type;
}

/* take_error() - what it says of a request of ours is kept in words (RFC 792, RFC 4443); other
 * messages are ignored */
static void take_error(struct pinger *p, struct reader r, const struct addr *from)
{
	uint8_t type = take_u8(&r), code = take_u8(&r);
	bool unreachable = type == (is_ipv6(p) ? ICMP6_DST_UNREACH : ICMP_DEST_UNREACH);
	bool exceeded = type == (is_ipv6(p) ? ICMP6_TIME_EXCEEDED : ICMP_TIME_EXCEEDED);
	char text[ADDR_TEXT_LEN];

	if (!unreachable && !exceeded)
		return;
	take(&r, 6); /* checksum, unused */
	if (is_ipv6(p)) {
		take(&r, sizeof(struct ip6_hdr));
	} else {
		uint8_t words = take_u8(&r) & 0x0f;

		take(&r, words ? words * 4u - 1 : 0);
	}
	if (is_our_echo(p, r, is_ipv6(p) ? ICMP6_ECHO_REQUEST : ICMP_ECHO))
		snprintf(p->last, sizeof(p->last), "%s says: %s (code %u)", addr_format(from, text),
			 unreachable ? "destination unreachable" : "time exceeded", code);
}

bool pinger_receive(struct pinger *p)
{
	uint8_t data[2048] = { 0 };
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);
	ssize_t n;

	while ((n = recvfrom(p->fd, data, sizeof(data), 0, (struct sockaddr *)&ss, &len)) > 0) {
		struct reader r = { data, data + n, false };
		struct addr from = addr_from(&ss);

		if (!is_ipv6(p)) /* a raw IPv4 socket shows the IP header, one of IPv6 does not */
			take(&r, (size_t)(data[0] & 0x0f) * 4);
		if (is_our_echo(p, r, is_ipv6(p) ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) &&
		    addr_equal(&from, &p->to))
			return p->answered = true;
		take_error(p, r, &from);
		len = sizeof(ss);
	}
	return false;
}
