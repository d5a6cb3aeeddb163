// SPDX-License-Identifier: MIT
/*
 * stream: throughput of TCP connections to serve, in either direction, in the middle of the run,
 * when all buffers are full; and the CPU time that the processes of one network namespace took for
 * it.
 *
 * Prints Gbit/s and CPU seconds per GB. "stuck" with status 3: nothing moved for five seconds.
 */
#include "cpu.h"
#include "traffic.h"

#define WARM_UP_NS 500000000

static char buffer[131072];

/* ---- bytes ----------------------------------------------------------------------------------- */

/* move() - octets moved now, 0 if none can */
static uint64_t move(int fd, bool reverse)
{
	ssize_t n = reverse ? recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT)
			    : send(fd, buffer, sizeof(buffer), MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && errno != EAGAIN)
		err(1, "connection");
	if (n == 0)
		errx(1, "connection closed");
	return n > 0 ? (uint64_t)n : 0;
}

/* run_for() - moves bytes for so long, and counts them */
static uint64_t run_for(int epoll, bool reverse, uint64_t ns)
{
	struct epoll_event events[64];
	uint64_t moved = 0, start = now_ns(), last = start, now;

	while ((now = now_ns()) - start < ns) {
		int n = epoll_wait(epoll, events, 64, 100);
		uint64_t before = moved;

		for (int i = 0; i < n; i++)
			moved += move((int)(intptr_t)events[i].data.ptr, reverse);
		if (moved != before) {
			last = now;
		} else if (now - last > STUCK_NS) {
			puts("stuck");
			exit(3);
		}
	}
	return moved;
}

static void open_all(int epoll, const struct sockaddr_in *to, unsigned count, bool reverse)
{
	char kind = reverse ? SERVER_SOURCE : SERVER_SINK;

	for (unsigned i = 0; i < count; i++) {
		int fd = open_connection(to);

		if (send(fd, &kind, 1, MSG_NOSIGNAL) != 1)
			err(1, "send");
		watch(epoll, fd, reverse ? EPOLLIN : EPOLLOUT, (void *)(intptr_t)fd);
	}
}

int main(int argc, char **argv)
{
	if (argc != 6 && argc != 7)
		errx(2, "usage: stream ADDRESS PORT send|receive CONNECTIONS SECONDS [NETNS]");

	struct sockaddr_in to = parse_address(argv[1], argv[2]);
	bool reverse = strcmp(argv[3], "receive") == 0;
	uint64_t duration = (uint64_t)number(argv[5], 3600) * 1000000000;
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	open_all(epoll, &to, number(argv[4], 10000), reverse);
	run_for(epoll, reverse, WARM_UP_NS);

	double cpu = cpu_in(argv[6]);
	uint64_t start = now_ns(), moved = run_for(epoll, reverse, duration), end = now_ns();

	cpu = cpu_in(argv[6]) - cpu;
	printf("%.3f %.3f\n", (double)moved * 8 / 1e9 / seconds(end - start),
	       moved ? cpu / ((double)moved / 1e9) : 0);
	return 0;
}
