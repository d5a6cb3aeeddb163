/* SPDX-License-Identifier: MIT */
#include "tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include "compiler.h"
#include "loop.h"

#define RETRY_MS 20

static void set_option(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

void tcp_nodelay(int fd)
{
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

/* fail_and_close() - -1, with errno as it was */
static int fail_and_close(int fd)
{
	int err = errno;

	close(fd);
	errno = err;
	return -1;
}

int tcp_listen(const struct endpoint *e)
{
	int fd = socket(e->sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 && errno == EAFNOSUPPORT) { /* no IPv6 here: the IPv4 wildcard then */
		struct endpoint v4 = endpoint_any(AF_INET, endpoint_port(e));

		return e->sa.ss_family == AF_INET6 ? tcp_listen(&v4) : -1;
	}
	if (fd < 0)
		return -1;
	set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (e->sa.ss_family == AF_INET6)
		set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	if (bind(fd, (const struct sockaddr *)&e->sa, e->len) < 0 || listen(fd, SOMAXCONN) < 0)
		return fail_and_close(fd);
	return fd;
}

int tcp_connect(const struct endpoint *e)
{
	int fd = socket(e->sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	tcp_nodelay(fd);
	if (connect(fd, (const struct sockaddr *)&e->sa, e->len) < 0 && errno != EINPROGRESS)
		return fail_and_close(fd);
	return fd;
}

/* connect_once() - a connected socket, or -1 with errno; gives up at `deadline` */
static int connect_once(const struct endpoint *e, uint64_t deadline)
{
	int fd = tcp_connect(e), err;
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	uint64_t now = clock_ms();

	if (fd < 0)
		return -1;
	if (poll(&p, 1, deadline > now ? (int)(deadline - now) : 0) == 0)
		err = ETIMEDOUT;
	else
		err = socket_error(fd);
	if (!err)
		return fd;
	errno = err;
	return fail_and_close(fd);
}

static void end_at_once(int sig)
{
	(void)sig;
	_exit(EXIT_SUCCESS); /* nothing has begun that would have to end */
}

int tcp_connect_wait(const struct endpoint *e, uint64_t ms)
{
	const struct timespec pause = { .tv_nsec = RETRY_MS * 1000000L };
	const uint64_t one_try = 120000; /* the kernel itself gives up first */
	uint64_t end = clock_ms() + ms;
	int fd;

	signal(SIGTERM, end_at_once); /* until the loop takes over */
	signal(SIGINT, end_at_once);
	for (;;) {
		fd = connect_once(e, ms ? end : clock_ms() + one_try);
		if (fd >= 0 || clock_ms() >= end)
			return fd;
		nanosleep(&pause, NULL); /* nothing tells us when a port opens elsewhere */
	}
}

int socket_error(int fd)
{
	int err = 0;
	socklen_t len = sizeof(err);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		return errno;
	return err;
}

void tcp_reset(int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}
