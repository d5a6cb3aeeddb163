/* SPDX-License-Identifier: MIT */
/* What the programs that make traffic share: connections, many at a time, and percentiles. */
#ifndef VETHLAB_BENCH_TRAFFIC_H
#define VETHLAB_BENCH_TRAFFIC_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "tool.h"

#define SERVER_SINK   'S' /* the first octet of a connection to serve: reads all and drops it, */
#define SERVER_SOURCE 'G' /* sends without end, */
#define SERVER_ECHO   'E' /* or sends back what it gets, this octet too */
#define STUCK_NS      5000000000

static inline struct sockaddr_in parse_address(const char *address, const char *port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)number(port, 65535)) };

	if (!inet_aton(address, &sa.sin_addr))
		errx(2, "'%s' is not an address", address);
	return sa;
}

static inline void set_no_delay(int fd)
{
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
}

/* start_connect() - non-blocking; writable when it is there */
static inline int start_connect(const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "socket");
	set_no_delay(fd);
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0 && errno != EINPROGRESS)
		err(1, "connect");
	return fd;
}

/* open_connection() - there; it blocks, where a call does not say MSG_DONTWAIT */
static inline int open_connection(const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval patience = { .tv_sec = 10 };

	if (fd < 0)
		err(1, "socket");
	set_no_delay(fd);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0)
		err(1, "connect");
	return fd;
}

static inline void watch(int epoll, int fd, uint32_t events, void *what)
{
	struct epoll_event e = { .events = events, .data.ptr = what };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) < 0)
		err(1, "epoll_ctl");
}

/* ---- percentiles ----------------------------------------------------------------------------- */

struct samples {
	float *us;
	size_t count, room;
};

/* samples_add() - kept in microseconds */
static inline void samples_add(struct samples *s, uint64_t ns)
{
	if (s->count == s->room) {
		s->room = s->room ? 2 * s->room : 4096;
		s->us = realloc(s->us, s->room * sizeof(*s->us));
		if (!s->us)
			err(1, "realloc");
	}
	s->us[s->count++] = (float)ns / 1000;
}

static inline int compare_samples(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

/* samples_sort() - before the first samples_at() */
static inline void samples_sort(struct samples *s)
{
	if (s->count)
		qsort(s->us, s->count, sizeof(*s->us), compare_samples);
}

/* samples_at() - in microseconds; `part` from 0 to 1, 0 of no samples. They must be sorted. */
static inline double samples_at(const struct samples *s, double part)
{
	return s->count ? (double)s->us[(size_t)((double)(s->count - 1) * part)] : 0;
}

#endif
