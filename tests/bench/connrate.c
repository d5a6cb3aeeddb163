// SPDX-License-Identifier: MIT
/*
 * connrate: connections a second to serve: connect, one octet there and back, close; so many at a
 * time.
 *
 * Prints connections/s, the p99 of one in µs, and the CPU time in µs that the processes of a
 * network namespace took for each, ended children included where they were waited for. "stuck" with
 * status 3: none ended for five seconds.
 */
#include "cpu.h"
#include "traffic.h"

struct attempt {
	int fd;
	uint64_t start;
	bool sent;
};

static void attempt_start(int epoll, struct attempt *a, const struct sockaddr_in *to)
{
	a->start = now_ns();
	a->sent = false;
	a->fd = start_connect(to);
	watch(epoll, a->fd, EPOLLOUT, a);
}

/* attempt_step() - true: the octet has come back */
static bool attempt_step(int epoll, struct attempt *a)
{
	char octet = SERVER_ECHO;

	if (a->sent) {
		if (recv(a->fd, &octet, 1, 0) != 1)
			err(1, "the octet does not come back");
		return true;
	}
	if (send(a->fd, &octet, 1, MSG_NOSIGNAL) != 1)
		err(1, "send");
	a->sent = true;
	epoll_ctl(epoll, EPOLL_CTL_MOD, a->fd,
		  &(struct epoll_event){ .events = EPOLLIN, .data.ptr = a });
	return false;
}

int main(int argc, char **argv)
{
	if (argc != 5 && argc != 6)
		errx(2, "usage: connrate ADDRESS PORT CONCURRENCY SECONDS [NETNS]");

	struct sockaddr_in to = parse_address(argv[1], argv[2]);
	unsigned count = number(argv[3], 10000);
	uint64_t duration = (uint64_t)number(argv[4], 3600) * 1000000000;
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct attempt *attempts = calloc(count, sizeof(*attempts));
	struct epoll_event events[64];
	struct samples taken = { 0 };

	if (!attempts)
		err(1, "calloc");

	double cpu = cpu_in(argv[5]);
	uint64_t start = now_ns(), last = start, now = start;

	for (unsigned i = 0; i < count; i++)
		attempt_start(epoll, &attempts[i], &to);
	while (now - start < duration) {
		int n = epoll_wait(epoll, events, 64, 100);

		now = now_ns();
		for (int i = 0; i < n; i++) {
			struct attempt *a = events[i].data.ptr;

			if (!attempt_step(epoll, a))
				continue;
			last = now_ns();
			samples_add(&taken, last - a->start);
			close(a->fd);
			attempt_start(epoll, a, &to);
		}
		if (now > last && now - last > STUCK_NS) {
			puts("stuck");
			return 3;
		}
	}
	cpu = cpu_in(argv[5]) - cpu;
	samples_sort(&taken);
	printf("%.0f %.0f %.1f\n", (double)taken.count / seconds(now - start),
	       samples_at(&taken, 0.99), taken.count ? cpu * 1e6 / (double)taken.count : 0);
	return 0;
}
