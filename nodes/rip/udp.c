/* SPDX-License-Identifier: MIT */
#include "udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "auth.h"
#include "nodes/common/log.h"
#include "nodes/common/mem.h"

#define DATAGRAM_LEN 1024      /* more than the longest good one, so that a longer one is seen */
#define RECEIVE_LEN  (4 << 20) /* a burst of thousands of packets of 25 routes */
#define PORTION	     20	       /* packets in one go */
#define CONTROL_LEN  CMSG_SPACE(sizeof(struct in_pktinfo))

struct waiting {
	unsigned ifindex;
	uint32_t source, to;
	uint16_t port;
	size_t len;
	uint8_t data[RIP_SIGNED_MAX];
};

/* A member of the routers' group at one interface: a socket can be one at 20 only. */
struct member {
	unsigned ifindex;
	int fd;
};

struct udp {
	int fd;
	struct member *members;
	size_t member_count;
	struct waiting *queue; /* those from `first` on wait */
	size_t first, queue_count;
	struct log_limit complaint;
	uint8_t in[DATAGRAMS_BATCH][DATAGRAM_LEN];
};

/* open_socket() - ends the program where it cannot be had */
static int open_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), no = 0, yes = 1;
	int tos = IPTOS_CLASS_CS6, size = RECEIVE_LEN;
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(RIP_PORT) };

	if (fd < 0)
		fatal_errno("cannot open a socket");
	datagrams_ask(fd);
	setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &no, sizeof(no));
	setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &yes, sizeof(yes));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0)
		fatal_errno("cannot listen at UDP port %d", RIP_PORT);
	return fd;
}

struct udp *udp_open(void)
{
	struct udp *u = xcalloc(1, sizeof(*u));

	u->fd = open_socket();
	return u;
}

void udp_close(struct udp *u)
{
	if (!u)
		return;
	while (u->member_count)
		udp_leave(u, u->members[0].ifindex);
	close(u->fd);
	free(u->members);
	free(u->queue);
	free(u);
}

int udp_fd(const struct udp *u)
{
	return u->fd;
}

/* ---- the group ------------------------------------------------------------------------------- */

static struct member *find_member(const struct udp *u, unsigned ifindex)
{
	for (size_t i = 0; i < u->member_count; i++)
		if (u->members[i].ifindex == ifindex)
			return &u->members[i];
	return NULL;
}

/* Packets for a group come to every socket of the port, whichever socket has joined (ip(7),
 * IP_MULTICAST_ALL). */
void udp_join(struct udp *u, unsigned ifindex)
{
	struct ip_mreqn group = { .imr_multiaddr.s_addr = htonl(RIP_GROUP),
				  .imr_ifindex = (int)ifindex };
	int fd;

	if (find_member(u, ifindex))
		return;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)) == 0) {
		*xappend(&u->members, &u->member_count) = (struct member){ ifindex, fd };
		return;
	}
	log_limited(&u->complaint, "interface %u: cannot join 224.0.0.9: %s", ifindex,
		    strerror(errno));
	if (fd >= 0)
		close(fd);
}

void udp_leave(struct udp *u, unsigned ifindex)
{
	struct member *m = find_member(u, ifindex);

	if (!m)
		return;
	close(m->fd);
	*m = u->members[--u->member_count];
}

/* ---- in -------------------------------------------------------------------------------------- */

size_t udp_receive(struct udp *u, struct datagram_in to[DATAGRAMS_BATCH])
{
	return datagrams_receive(u->fd, u->in[0], DATAGRAM_LEN, to);
}

/* ---- out ------------------------------------------------------------------------------------- */

/* make_room() - what was sent leaves the queue's begin */
static void make_room(struct udp *u)
{
	if (u->first < PORTION || u->first < u->queue_count / 2)
		return;
	u->queue_count -= u->first;
	memmove(u->queue, u->queue + u->first, u->queue_count * sizeof(*u->queue));
	u->first = 0;
}

size_t udp_waiting(const struct udp *u)
{
	return u->queue_count - u->first;
}

void udp_discard(struct udp *u)
{
	u->first = u->queue_count = 0;
}

void udp_queue(struct udp *u, unsigned ifindex, uint32_t source, uint32_t to, uint16_t port,
	       const uint8_t *data, size_t len)
{
	struct waiting *w;

	make_room(u);
	w = xappend(&u->queue, &u->queue_count);

	w->ifindex = ifindex;
	w->source = source;
	w->to = to;
	w->port = port;
	w->len = len;
	memcpy(w->data, data, len);
}

static void put_source(struct msghdr *m, const struct waiting *w)
{
	struct in_pktinfo info = { .ipi_ifindex = (int)w->ifindex,
				   .ipi_spec_dst.s_addr = htonl(w->source) };
	struct cmsghdr *c = CMSG_FIRSTHDR(m);

	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
}

/* send_some() - so many of those that wait, at most PORTION, by one call; how many have left, or
 * never will. 0: the socket is full. */
static size_t send_some(struct udp *u, size_t count)
{
	struct sockaddr_in to[PORTION];
	_Alignas(struct cmsghdr) uint8_t control[PORTION][CONTROL_LEN];
	struct iovec parts[PORTION];
	struct mmsghdr messages[PORTION];
	int sent;

	memset(control, 0, sizeof(control));
	for (size_t i = 0; i < count; i++) {
		struct waiting *w = &u->queue[u->first + i];

		to[i] = (struct sockaddr_in){ .sin_family = AF_INET,
					      .sin_port = htons(w->port),
					      .sin_addr.s_addr = htonl(w->to) };
		parts[i] = (struct iovec){ w->data, w->len };
		messages[i].msg_hdr = (struct msghdr){ .msg_name = &to[i],
						       .msg_namelen = sizeof(to[i]),
						       .msg_iov = &parts[i],
						       .msg_iovlen = 1,
						       .msg_control = control[i],
						       .msg_controllen = CONTROL_LEN };
		put_source(&messages[i].msg_hdr, w);
	}
	sent = sendmmsg(u->fd, messages, (unsigned)count, 0);
	if (sent > 0)
		return (size_t)sent;
	if (errno == EAGAIN)
		return 0;
	/* the first one cannot go: its interface went down, or is no longer */
	log_limited(&u->complaint, "interface %u: cannot send: %s", u->queue[u->first].ifindex,
		    strerror(errno));
	return 1;
}

bool udp_flush(struct udp *u)
{
	for (size_t budget = PORTION; budget > 0 && u->first < u->queue_count;) {
		size_t waiting = u->queue_count - u->first;
		size_t done = send_some(u, waiting < budget ? waiting : budget);

		u->first += done;
		budget -= done;
		if (!done)
			return true;
	}
	if (u->first < u->queue_count)
		return true;
	u->first = u->queue_count = 0;
	return false;
}

void udp_flush_all(struct udp *u)
{
	static const struct timespec moment = { .tv_nsec = 1000000 };

	for (int i = 0; i < 1000 && udp_flush(u); i++)
		nanosleep(&moment, NULL);
}
