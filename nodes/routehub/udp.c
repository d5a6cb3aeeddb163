/* SPDX-License-Identifier: MIT */
#include "udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

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
#define CONTROL_LEN  CMSG_SPACE(sizeof(struct in_pktinfo))

struct hub_udp {
	int fd;
	uint32_t drops;
	struct log_limit complaint;
	bool full;
	unsigned waiting;
	struct sockaddr_in to[HUB_BATCH];
	_Alignas(struct cmsghdr) uint8_t control[HUB_BATCH][CONTROL_LEN]; /* from where */
	uint8_t out[HUB_BATCH][HUB_SIGNED_LEN];
	size_t out_len[HUB_BATCH];
	uint8_t in[HUB_BATCH][DATAGRAM_LEN];
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
	setsockopt(u->fd, IPPROTO_IP, IP_PKTINFO, &yes, sizeof(yes));
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

static uint32_t receiver_of(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			return ntohl(info.ipi_spec_dst.s_addr);
		}
	return 0;
}

size_t hub_udp_receive(struct hub_udp *u, struct hub_packet to[HUB_BATCH])
{
	_Alignas(struct cmsghdr) uint8_t control[HUB_BATCH][CONTROL_LEN];
	struct sockaddr_in from[HUB_BATCH];
	struct iovec parts[HUB_BATCH];
	struct mmsghdr messages[HUB_BATCH];
	int count;

	for (size_t i = 0; i < HUB_BATCH; i++) {
		parts[i] = (struct iovec){ u->in[i], DATAGRAM_LEN };
		messages[i].msg_hdr = (struct msghdr){ .msg_name = &from[i],
						       .msg_namelen = sizeof(from[i]),
						       .msg_iov = &parts[i],
						       .msg_iovlen = 1,
						       .msg_control = control[i],
						       .msg_controllen = CONTROL_LEN };
	}
	count = recvmmsg(u->fd, messages, HUB_BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < count; i++)
		to[i] = (struct hub_packet){ .from = ntohl(from[i].sin_addr.s_addr),
					     .to = receiver_of(&messages[i].msg_hdr),
					     .port = ntohs(from[i].sin_port),
					     .data = u->in[i],
					     .len = messages[i].msg_len };
	return count < 0 ? 0 : (size_t)count;
}

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

static void put_source(uint8_t control[CONTROL_LEN], uint32_t ours)
{
	struct in_pktinfo info = { .ipi_spec_dst.s_addr = htonl(ours) };
	struct cmsghdr *c = (void *)control;

	memset(control, 0, CONTROL_LEN);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
}

void hub_udp_send(struct hub_udp *u, uint32_t ours, uint32_t to, uint16_t port, const uint8_t *data,
		  size_t len)
{
	if (u->waiting == HUB_BATCH)
		hub_udp_flush(u);
	if (u->waiting == HUB_BATCH)
		return; /* lost, as on the wire */
	u->to[u->waiting] = (struct sockaddr_in){ .sin_family = AF_INET,
						  .sin_port = htons(port),
						  .sin_addr.s_addr = htonl(to) };
	put_source(u->control[u->waiting], ours);
	memcpy(u->out[u->waiting], data, len);
	u->out_len[u->waiting++] = len;
}

/* skip() - how many to go on behind, when sendmmsg() could not send the first one */
static unsigned skip(struct hub_udp *u, unsigned first)
{
	char text[INET_ADDRSTRLEN];

	if (errno == EINTR || errno == ECONNREFUSED) /* the latter is of an earlier one */
		return 0;

	log_limited(&u->complaint, "cannot send to %s: %s",
		    inet_ntop(AF_INET, &u->to[first].sin_addr, text, sizeof(text)),
		    strerror(errno));
	return 1;
}

/* keep_from() - those behind `done` wait on */
static void keep_from(struct hub_udp *u, unsigned done)
{
	u->waiting -= done;
	memmove(u->to, u->to + done, u->waiting * sizeof(*u->to));
	memmove(u->control, u->control + done, u->waiting * sizeof(*u->control));
	memmove(u->out, u->out + done, u->waiting * sizeof(*u->out));
	memmove(u->out_len, u->out_len + done, u->waiting * sizeof(*u->out_len));
}

void hub_udp_flush(struct hub_udp *u)
{
	struct iovec parts[HUB_BATCH];
	struct mmsghdr messages[HUB_BATCH];
	unsigned done = 0;

	for (unsigned i = 0; i < u->waiting; i++) {
		parts[i] = (struct iovec){ u->out[i], u->out_len[i] };
		messages[i].msg_hdr = (struct msghdr){ .msg_name = &u->to[i],
						       .msg_namelen = sizeof(u->to[i]),
						       .msg_iov = &parts[i],
						       .msg_iovlen = 1,
						       .msg_control = u->control[i],
						       .msg_controllen = CONTROL_LEN };
	}
	u->full = false;
	while (done < u->waiting && !u->full) {
		int sent = sendmmsg(u->fd, messages + done, u->waiting - done, 0);

		u->full = sent < 0 && errno == EAGAIN;
		if (!u->full)
			done += sent > 0 ? (unsigned)sent : skip(u, done);
	}
	keep_from(u, done);
}

bool hub_udp_is_full(const struct hub_udp *u)
{
	return u->full;
}
