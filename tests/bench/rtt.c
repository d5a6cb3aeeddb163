// SPDX-License-Identifier: MIT
/*
 * rtt: 64 octets there and back on each of some connections to serve, one round trip after another.
 *
 * Prints the p50 and the p99 of a round trip in µs. "stuck" with status 3: nothing came back for
 * five seconds.
 */
#include "traffic.h"

#define PING_LEN   64
#define WARM_UP_NS 200000000

struct pinger {
	int fd;
	uint64_t sent;
	size_t got;
};

static void ping(struct pinger *p)
{
	static const char octets[PING_LEN] = { SERVER_ECHO };

	p->got = 0;
	p->sent = now_ns();
	if (send(p->fd, octets, sizeof(octets), MSG_NOSIGNAL) != sizeof(octets))
		err(1, "send");
}

/* pong() - true: all octets have come back */
static bool pong(struct pinger *p)
{
	char octets[PING_LEN];
	ssize_t n = recv(p->fd, octets, sizeof(octets), 0);

	if (n <= 0)
		err(1, "connection ended");
	p->got += (size_t)n;
	return p->got == PING_LEN;
}

int main(int argc, char **argv)
{
	if (argc != 5)
		errx(2, "usage: rtt ADDRESS PORT CONNECTIONS SECONDS");

	struct sockaddr_in to = parse_address(argv[1], argv[2]);
	unsigned count = number(argv[3], 10000);
	uint64_t duration = (uint64_t)number(argv[4], 3600) * 1000000000;
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct pinger *pingers = calloc(count, sizeof(*pingers));
	struct epoll_event events[64];
	struct samples taken = { 0 };

	if (!pingers)
		err(1, "calloc");
	for (unsigned i = 0; i < count; i++) {
		pingers[i].fd = open_connection(&to);
		watch(epoll, pingers[i].fd, EPOLLIN, &pingers[i]);
	}
	for (unsigned i = 0; i < count; i++)
		ping(&pingers[i]);

	uint64_t start = now_ns(), last = start, now = start;

	while (now - start < WARM_UP_NS + duration) {
		int n = epoll_wait(epoll, events, 64, 100);

		now = now_ns();
		for (int i = 0; i < n; i++) {
			struct pinger *p = events[i].data.ptr;

			if (!pong(p))
				continue;
			last = now_ns();
			if (now - start > WARM_UP_NS)
				samples_add(&taken, last - p->sent);
			ping(p);
		}
		if (now > last && now - last > STUCK_NS) {
			puts("stuck");
			return 3;
		}
	}
	samples_sort(&taken);
	printf("%.1f %.1f\n", samples_at(&taken, 0.5), samples_at(&taken, 0.99));
	return 0;
}
