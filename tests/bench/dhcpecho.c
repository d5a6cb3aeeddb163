// SPDX-License-Identifier: MIT
/*
 * dhcpecho: what a DHCP server takes that keeps nothing: each DISCOVER gets an OFFER, each REQUEST
 * an ACK, with an address that is made from the end of the client's. So it shows what those who ask
 * can do. Runs until it is killed.
 */
#include <stddef.h>

#include "traffic.h"

#define BATCH	 64
#define ANSWERED 300

struct message {
	uint8_t op, htype, hlen, hops;
	uint32_t xid;
	uint16_t secs, flags;
	uint32_t ciaddr, yiaddr, siaddr, giaddr;
	uint8_t chaddr[16], sname[64], file[128];
	uint32_t cookie;
	uint8_t options[1200];
};

static int open_udp(const char *interface)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(67) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &(int){ 1 }, sizeof(int));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &(int){ 4 << 20 }, sizeof(int));
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface)) <
		    0 ||
	    bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0)
		err(1, "%s", interface);
	return fd;
}

/* type_of() - the message's type (RFC 2132, 9.6), 0: it has none */
static uint8_t type_of(const struct message *m, size_t len)
{
	const uint8_t *at = m->options, *end = (const uint8_t *)m + len;

	for (; at + 2 < end && *at != 0xff; at += *at ? 2 + at[1] : 1)
		if (*at == 53)
			return at[2];
	return 0;
}

/* answer() - in place; false: there is none */
static bool answer(struct message *m, size_t len, struct in_addr own, struct sockaddr_in *to)
{
	static const uint8_t options[] = { 53, 1, 0,  54, 4, 0, 0,   0,	  0, 51, 4,
					   0,  0, 14, 16, 1, 4, 255, 252, 0, 0,	 0xff };
	uint8_t type = len > offsetof(struct message, options) ? type_of(m, len) : 0;

	if (type != 1 && type != 3)
		return false;
	m->op = 2;
	m->yiaddr = htonl(m->giaddr ? 0x0a050000 : 0x0a010000) |
		    htonl(m->chaddr[4] << 8 | m->chaddr[5]);
	memset(m->options, 0, ANSWERED - offsetof(struct message, options));
	memcpy(m->options, options, sizeof(options));
	m->options[2] = type == 1 ? 2 : 5;
	memcpy(m->options + 5, &own, 4);
	*to = (struct sockaddr_in){ .sin_family = AF_INET,
				    .sin_port = htons(m->giaddr ? 67 : 68),
				    .sin_addr.s_addr = m->giaddr ? m->giaddr : INADDR_BROADCAST };
	return true;
}

int main(int argc, char **argv)
{
	static struct message messages[BATCH];
	struct sockaddr_in from[BATCH];
	struct iovec parts[BATCH];
	struct mmsghdr headers[BATCH];
	struct in_addr own;

	if (argc != 3 || !inet_aton(argv[2], &own))
		errx(2, "usage: dhcpecho INTERFACE OWN-ADDRESS");

	int fd = open_udp(argv[1]);

	for (;;) {
		int n, out = 0;

		for (int i = 0; i < BATCH; i++) {
			parts[i] = (struct iovec){ &messages[i], sizeof(messages[i]) };
			headers[i].msg_hdr =
				(struct msghdr){ .msg_iov = &parts[i], .msg_iovlen = 1 };
		}
		n = recvmmsg(fd, headers, BATCH, MSG_WAITFORONE, NULL);
		for (int i = 0; i < n; i++) {
			if (!answer(&messages[i], headers[i].msg_len, own, &from[out]))
				continue;
			parts[out] = (struct iovec){ &messages[i], ANSWERED };
			headers[out].msg_hdr = (struct msghdr){ .msg_name = &from[out],
								.msg_namelen = sizeof(from[out]),
								.msg_iov = &parts[out],
								.msg_iovlen = 1 };
			out++;
		}
		for (int sent = 0; sent < out;) {
			int k = sendmmsg(fd, headers + sent, (unsigned)(out - sent), 0);

			sent += k > 0 ? k : 1;
		}
	}
}
