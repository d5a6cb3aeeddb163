/* SPDX-License-Identifier: MIT */
#include "sniffer.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "nodes/common/log.h"

void socket_filter(int fd, struct sock_filter *filter, size_t count)
{
	struct sock_fprog program = { .len = (unsigned short)count, .filter = filter };

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0)
		fatal_errno("cannot set a socket's filter");
}

int sniffer_open(const char *name, unsigned index, uint16_t protocol, struct sock_filter *filter,
		 size_t count)
{
	struct sockaddr_ll here = { .sll_family = AF_PACKET,
				    .sll_protocol = htons(protocol),
				    .sll_ifindex = (int)index };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), yes = 1;

	if (fd < 0)
		fatal_errno("cannot make a packet socket");
	if (filter)
		socket_filter(fd, filter, count);
	if (setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &yes, sizeof(yes)) < 0 ||
	    bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0)
		fatal_errno("cannot bind a packet socket to %s", name);
	return fd;
}

/* is_unfinished() - a veth passes on what hardware should have put the checksum into */
static bool is_unfinished(struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA)
			return ((struct tpacket_auxdata *)CMSG_DATA(c))->tp_status &
			       TP_STATUS_CSUMNOTREADY;
	return false;
}

enum sniffed sniffer_receive(int fd, struct udp_frame *u, uint8_t frame[FRAME_MAX_LEN])
{
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct sockaddr_ll from = { 0 };
	struct iovec part = { frame, FRAME_MAX_LEN };
	struct msghdr msg = { .msg_name = &from,
			      .msg_namelen = sizeof(from),
			      .msg_iov = &part,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(fd, &msg, 0);

	if (n < 0)
		return SNIFFED_NOTHING;
	if (from.sll_pkttype != PACKET_HOST && from.sll_pkttype != PACKET_BROADCAST)
		return SNIFFED_OTHER;
	return frame_take_udp(u, frame, (size_t)n, is_unfinished(&msg)) ? SNIFFED_UDP
									: SNIFFED_OTHER;
}
