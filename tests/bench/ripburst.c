// SPDX-License-Identifier: MIT
/*
 * ripburst: a neighbour that announces N hosts by RIP version 2, 25 in a packet, all packets in one
 * go; prints the time of the first one. --pace: so many packets a millisecond instead. --passes: it
 * announces them again every 10 seconds, as a neighbour does.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <net/if.h>
#include <sys/socket.h>

#include "fibcount.h"

#define RIP_PORT	  520
#define ENTRIES		  25
#define AT_ONCE		  1024 /* sendmmsg() takes no more */
#define BETWEEN_PASSES_NS 10000000000

struct entry { /* RFC 2453, 4 */
	uint16_t family, tag;
	uint32_t address, mask, next_hop, metric;
};

struct packet {
	uint8_t command, version;
	uint16_t zero;
	struct entry entry[ENTRIES];
};

/* make_packets() - responses (RFC 2453, 4), never freed; the last one may have
 * entries that are not sent */
static struct packet *make_packets(unsigned routes, unsigned *count)
{
	*count = (routes + ENTRIES - 1) / ENTRIES;

	struct packet *p = calloc(*count, sizeof(*p));

	if (!p)
		err(1, NULL);
	for (unsigned i = 0; i < routes; i++) {
		p[i / ENTRIES].command = 2; /* response */
		p[i / ENTRIES].version = 2;
		p[i / ENTRIES].entry[i % ENTRIES] =
			(struct entry){ .family = htons(AF_INET),
					.address = htonl(FIRST_DESTINATION + i),
					.mask = htonl(0xffffffff),
					.metric = htonl(1) };
	}
	return p;
}

/* open_socket() - bound to RIP's port, without which its responses would be
 * ignored (RFC 2453, 3.9.2) */
static int open_socket(const char *interface)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(RIP_PORT) };
	struct ip_mreqn group = { .imr_ifindex = (int)if_nametoindex(interface) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), many = 64 << 20;

	if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &group, sizeof(group)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &many, sizeof(many)) < 0)
		err(1, "%s, port %d", interface, RIP_PORT);
	return fd;
}

/* send_some() - `count` packets from the first on, in one go */
static void send_some(int fd, const struct packet *p, unsigned count, unsigned routes)
{
	static struct sockaddr_in to = { .sin_family = AF_INET };
	static struct mmsghdr message[AT_ONCE];
	static struct iovec part[AT_ONCE];

	to.sin_port = htons(RIP_PORT);
	to.sin_addr.s_addr = inet_addr("224.0.0.9");
	for (unsigned i = 0; i < count; i++) {
		unsigned entries = routes < ENTRIES ? routes : ENTRIES;

		part[i] = (struct iovec){ (void *)&p[i], 4 + entries * sizeof(struct entry) };
		message[i].msg_hdr = (struct msghdr){ .msg_name = &to,
						      .msg_namelen = sizeof(to),
						      .msg_iov = &part[i],
						      .msg_iovlen = 1 };
		routes -= entries;
	}
	for (unsigned sent = 0; sent < count;) {
		int n = sendmmsg(fd, message + sent, count - sent, 0);

		if (n < 0)
			err(1, "sendmmsg");
		sent += (unsigned)n;
	}
}

/* send_all() - with a millisecond's pause after each `pace` packets, if that is not 0 */
static void send_all(int fd, const struct packet *p, unsigned count, unsigned routes, unsigned pace)
{
	unsigned each = pace ? pace : AT_ONCE;

	for (unsigned done = 0; done < count; done += each) {
		send_some(fd, p + done, count - done < each ? count - done : each,
			  routes - done * ENTRIES);
		if (pace)
			usleep(1000);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "pace", required_argument, NULL, 'p' },
						 { "passes", required_argument, NULL, 'n' },
						 { NULL, 0, NULL, 0 } };
	unsigned pace = 0, passes = 1, count;

	for (int c; (c = getopt_long(argc, argv, "p:n:", options, NULL)) != -1;) {
		if (c == 'p')
			pace = number(optarg, AT_ONCE);
		else if (c == 'n')
			passes = number(optarg, 1000);
		else
			return 2;
	}
	if (optind + 2 != argc)
		errx(2, "usage: ripburst [--pace PACKETS] [--passes N] INTERFACE ROUTES");

	unsigned routes = number(argv[optind + 1], MOST_ROUTES);
	struct packet *p = make_packets(routes, &count);
	int fd = open_socket(argv[optind]);

	for (unsigned i = 0; i < passes; i++) {
		uint64_t start = now_ns();

		printf("%.6f\n", seconds(start));
		fflush(stdout);
		send_all(fd, p, count, routes, pace);
		if (i + 1 < passes)
			usleep((useconds_t)((BETWEEN_PASSES_NS - (now_ns() - start)) / 1000));
	}
	return 0;
}
