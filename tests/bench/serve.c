// SPDX-License-Identifier: MIT
/*
 * serve: the far end of stream, connrate and rtt. The first octet of a connection says what it is
 * for, see traffic.h.
 */
#include "traffic.h"

struct connection {
	int fd;
	char kind; /* 0: not known yet; SERVER_... */
};

static char buffer[131072];

static void serve_close(struct connection *c)
{
	close(c->fd);
	free(c);
}

static void on_new(int epoll, int listening)
{
	int fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct connection *c;

	if (fd < 0)
		return;
	set_no_delay(fd);
	c = calloc(1, sizeof(*c));
	if (!c)
		err(1, "calloc");
	c->fd = fd;
	watch(epoll, fd, EPOLLIN, c);
}

/* generate() - until the socket is full; false: the other side has gone */
static bool generate(struct connection *c)
{
	ssize_t n = send(c->fd, buffer, sizeof(buffer), MSG_NOSIGNAL);

	return n >= 0 || errno == EAGAIN;
}

/* take() - false: the connection has ended */
static bool take(int epoll, struct connection *c)
{
	ssize_t n = recv(c->fd, buffer, sizeof(buffer), 0);

	if (n <= 0)
		return n < 0 && errno == EAGAIN;
	if (!c->kind) {
		c->kind = buffer[0] == SERVER_SINK || buffer[0] == SERVER_SOURCE ? buffer[0]
										 : SERVER_ECHO;
		if (c->kind == SERVER_SOURCE)
			epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd,
				  &(struct epoll_event){ .events = EPOLLOUT, .data.ptr = c });
	}
	/* what is echoed is small, and so always fits */
	return c->kind != SERVER_ECHO || send(c->fd, buffer, (size_t)n, MSG_NOSIGNAL) == n;
}

static int listen_at(const char *port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)number(port, 65535)) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 || listen(fd, 4096) < 0)
		err(1, "port %s", port);
	return fd;
}

int main(int argc, char **argv)
{
	struct epoll_event events[64];
	int epoll = epoll_create1(EPOLL_CLOEXEC), listening;

	if (argc != 2)
		errx(2, "usage: serve PORT");
	listening = listen_at(argv[1]);
	watch(epoll, listening, EPOLLIN, NULL);
	for (;;) {
		int n = epoll_wait(epoll, events, 64, -1);

		for (int i = 0; i < n; i++) {
			struct connection *c = events[i].data.ptr;

			if (!c)
				on_new(epoll, listening);
			else if (!(c->kind == SERVER_SOURCE ? generate(c) : take(epoll, c)))
				serve_close(c);
		}
	}
}
