/* SPDX-License-Identifier: MIT */
#include "udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "packet.h"

#define DATAGRAM_LEN 64	       /* more than the longest good one, so that a longer one is seen */
#define RECEIVE_LEN  (8 << 20) /* thousands of updates at once */
#define SEND_LEN     (4 << 20) /* for many neighbours whose MACs are asked for */
#define CONTROL_LEN  (CMSG_SPACE(sizeof(struct in_pktinfo)) + CMSG_SPACE(sizeof(uint16_t)))
#define SEGMENTS     64 /* datagrams that one message may be cut into: udp(7), UDP_SEGMENT */
#define MESSAGES     16

/* Datagrams of one length to one peer: the kernel cuts them apart. */
struct message {
	struct sockaddr_in to;
	uint32_t ours;
	size_t len, count;
	uint8_t data[SEGMENTS * HUB_SIGNED_LEN];
};

struct hub_udp {
	int fd;
	uint32_t drops;
	struct log_limit complaint;
	bool full, no_segments; /* the kernel, or an interface, cannot cut */
	unsigned waiting;
	struct message out[MESSAGES];
	uint8_t in[DATAGRAMS_BATCH][DATAGRAM_LEN];
};

struct hub_udp *hub_udp_open(uint32_t address, uint16_t port)
{
	struct hub_udp *u = xcalloc(1, sizeof(*u));
	struct sockaddr_in here = { .sin_family = AF_INET,
				    .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(address) };
	int yes = 1, size = RECEIVE_LEN, send_size = SEND_LEN;

	u->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (u->fd < 0)
		fatal_errno("cannot open a socket");
	setsockopt(u->fd, IPPROTO_IP, IP_RECVERR, &yes, sizeof(yes));
	datagrams_ask(u->fd);
	if (setsockopt(u->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(u->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(u->fd, SOL_SOCKET, SO_SNDBUFFORCE, &send_size, sizeof(send_size)) < 0)
		setsockopt(u->fd, SOL_SOCKET, SO_SNDBUF, &send_size, sizeof(send_size));
	if (bind(u->fd, (struct sockaddr *)&here, sizeof(here)) < 0)
		fatal_errno("cannot listen at UDP port %u", port);
	return u;
}

void hub_udp_close(struct hub_udp *u)
{
	if (!u)
		return;
	close(u->fd);
	free(u);
}

int hub_udp_fd(const struct hub_udp *u)
{
	return u->fd;
}

size_t hub_udp_receive(struct hub_udp *u, struct datagram_in to[DATAGRAMS_BATCH])
{
	return datagrams_receive(u->fd, u->in[0], DATAGRAM_LEN, to);
}

/* is_refusal() - ICMP, or the kernel's ARP, says that nobody is there */
static bool is_refusal(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) {
			struct sock_extended_err e;

			memcpy(&e, CMSG_DATA(c), sizeof(e));
			return e.ee_errno == ECONNREFUSED || e.ee_errno == EHOSTUNREACH;
		}
	return false;
}

bool hub_udp_unreachable(struct hub_udp *u, uint32_t *address, uint16_t *port)
{
	_Alignas(struct cmsghdr) uint8_t control[512];
	struct sockaddr_in to;
	uint8_t data[DATAGRAM_LEN];
	struct iovec part = { data, sizeof(data) };

	for (;;) {
		struct msghdr m = { .msg_name = &to,
				    .msg_namelen = sizeof(to),
				    .msg_iov = &part,
				    .msg_iovlen = 1,
				    .msg_control = control,
				    .msg_controllen = sizeof(control) };

		if (recvmsg(u->fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return false;
		if (!is_refusal(&m))
			continue;
		*address = ntohl(to.sin_addr.s_addr);
		*port = ntohs(to.sin_port);
		return true;
	}
}

bool hub_udp_lost(struct hub_udp *u)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);
	bool lost;

	if (getsockopt(u->fd, SOL_SOCKET, SO_MEMINFO, info, &len) < 0)
		return false;
	lost = info[SK_MEMINFO_DROPS] != u->drops;
	u->drops = info[SK_MEMINFO_DROPS];
	return lost;
}

/* put_control() - one more control message; there is room for it */
static void put_control(struct msghdr *m, int type, int level, const void *data, size_t len)
{
	struct cmsghdr *c = (void *)((uint8_t *)m->msg_control + m->msg_controllen);

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
	m->msg_controllen += CMSG_SPACE(len);
}

static bool fits(const struct hub_udp *u, const struct message *m, uint32_t ours, uint32_t to,
		 uint16_t port, size_t len)
{
	return !u->no_segments && m->count < SEGMENTS && m->len == len && m->ours == ours &&
	       m->to.sin_addr.s_addr == htonl(to) && m->to.sin_port == htons(port);
}

void hub_udp_send(struct hub_udp *u, uint32_t ours, uint32_t to, uint16_t port, const uint8_t *data,
		  size_t len)
{
	struct message *m = u->waiting ? &u->out[u->waiting - 1] : NULL;

	if (!m || !fits(u, m, ours, to, port, len)) {
		if (u->waiting == MESSAGES)
			hub_udp_flush(u);
		if (u->waiting == MESSAGES)
			return; /* lost, as on the wire */
		m = &u->out[u->waiting++];
		m->to = (struct sockaddr_in){ .sin_family = AF_INET,
					      .sin_port = htons(port),
					      .sin_addr.s_addr = htonl(to) };
		m->ours = ours;
		m->len = len;
		m->count = 0;
	}
	memcpy(m->data + m->count++ * len, data, len);
}

/* send_message() - all datagrams of it; false with errno: none of them, or not all */
static bool send_message(struct hub_udp *u, struct message *m)
{
	_Alignas(struct cmsghdr) uint8_t control[CONTROL_LEN] = { 0 };
	struct in_pktinfo info = { .ipi_spec_dst.s_addr = htonl(m->ours) };
	struct iovec part = { m->data, m->len * m->count };
	struct msghdr h = { .msg_name = &m->to,
			    .msg_namelen = sizeof(m->to),
			    .msg_iov = &part,
			    .msg_iovlen = 1,
			    .msg_control = control };
	uint16_t size = (uint16_t)m->len;

	put_control(&h, IP_PKTINFO, IPPROTO_IP, &info, sizeof(info));
	if (m->count > 1)
		put_control(&h, UDP_SEGMENT, IPPROTO_UDP, &size, sizeof(size));
	return sendmsg(u->fd, &h, 0) >= 0;
}

/* send_singly() - where the kernel cannot cut: the datagrams one by one; false: not all of them */
static bool send_singly(struct hub_udp *u, struct message *m)
{
	u->no_segments = true;
	while (m->count > 0) {
		struct message one = { .to = m->to, .ours = m->ours, .len = m->len, .count = 1 };

		memcpy(one.data, m->data, m->len);
		if (!send_message(u, &one))
			return false;
		m->count--;
		memmove(m->data, m->data + m->len, m->count * m->len);
	}
	return true;
}

/* send_or_drop() - true: the message has left, or never will */
static bool send_or_drop(struct hub_udp *u, struct message *m)
{
	char text[INET_ADDRSTRLEN];
	bool sent = send_message(u, m);

	if (!sent && (errno == ECONNREFUSED || errno == EHOSTUNREACH || errno == EINTR))
		sent = send_message(u, m); /* that was of an earlier one */
	if (!sent && m->count > 1 && (errno == EINVAL || errno == EIO))
		sent = send_singly(u, m);
	u->full = !sent && errno == EAGAIN;
	if (!sent && !u->full)
		log_limited(&u->complaint, "cannot send to %s: %s",
			    inet_ntop(AF_INET, &m->to.sin_addr, text, sizeof(text)),
			    strerror(errno));
	return !u->full;
}

void hub_udp_flush(struct hub_udp *u)
{
	unsigned done = 0;

	u->full = false;
	while (done < u->waiting && send_or_drop(u, &u->out[done]))
		done++;
	u->waiting -= done;
	memmove(u->out, u->out + done, u->waiting * sizeof(*u->out));
}

bool hub_udp_is_full(const struct hub_udp *u)
{
	return u->full;
}
