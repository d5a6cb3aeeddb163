// SPDX-License-Identifier: MIT
/*
 * stream: throughput of TCP connections to serve, in either direction, in the middle of the run, when
 * all buffers are full; and the CPU time that the processes of one network namespace took for it.
 *
 * Prints Gbit/s and CPU seconds per GB. "stuck" with status 3: nothing moved for five seconds.
 */
#include <ctype.h>
#include <dirent.h>
#include <sys/stat.h>

#include "traffic.h"

#define WARM_UP_NS 500000000

static char buffer[131072];

/* ---- CPU time --------------------------------------------------------------------------------- */

/* cpu_of() - ticks of the process with its ended children, of /proc/PID/stat */
static uint64_t cpu_of(const char *pid)
{
	char path[64], text[1024];
	unsigned long user = 0, system = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fgets(text, sizeof(text), f) && strrchr(text, ')'))
		sscanf(strrchr(text, ')'), ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
		       &user, &system);
	fclose(f);
	return user + system;
}

/* cpu_in() - of all processes of a network namespace, in seconds; 0 if none is named */
static double cpu_in(const char *netns)
{
	struct stat wanted, s;
	uint64_t ticks = 0;
	char path[64];
	DIR *d;

	if (!netns)
		return 0;
	if (stat(netns, &wanted) < 0)
		err(1, "%s", netns);
	d = opendir("/proc");
	for (struct dirent *e; d && (e = readdir(d));) {
		snprintf(path, sizeof(path), "/proc/%.20s/ns/net", e->d_name);
		if (isdigit((unsigned char)e->d_name[0]) && stat(path, &s) == 0 &&
		    s.st_ino == wanted.st_ino && s.st_dev == wanted.st_dev)
			ticks += cpu_of(e->d_name);
	}
	if (d)
		closedir(d);
	return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

/* ---- bytes ------------------------------------------------------------------------------------ */

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
