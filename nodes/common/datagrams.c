/* SPDX-License-Identifier: MIT */
#include "datagrams.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define CONTROL_LEN CMSG_SPACE(sizeof(struct in_pktinfo))

void datagrams_ask(int fd)
{
	int yes = 1;

	setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &yes, sizeof(yes));
}

/* info_of() - what datagrams_ask() has asked for; zeroes where the kernel has not said it */
static struct in_pktinfo info_of(struct msghdr *m)
{
	struct in_pktinfo info = { 0 };

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
			memcpy(&info, CMSG_DATA(c), sizeof(info));
	return info;
}

size_t datagrams_receive(int fd, uint8_t *buffers, size_t room,
			 struct datagram_in to[DATAGRAMS_BATCH])
{
	_Alignas(struct cmsghdr) uint8_t control[DATAGRAMS_BATCH][CONTROL_LEN];
	struct sockaddr_in from[DATAGRAMS_BATCH];
	struct iovec parts[DATAGRAMS_BATCH];
	struct mmsghdr messages[DATAGRAMS_BATCH];
	int count;

	for (size_t i = 0; i < DATAGRAMS_BATCH; i++) {
		parts[i] = (struct iovec){ buffers + i * room, room };
		messages[i].msg_hdr = (struct msghdr){ .msg_name = &from[i],
						       .msg_namelen = sizeof(from[i]),
						       .msg_iov = &parts[i],
						       .msg_iovlen = 1,
						       .msg_control = control[i],
						       .msg_controllen = CONTROL_LEN };
	}
	count = recvmmsg(fd, messages, DATAGRAMS_BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < count; i++) {
		struct in_pktinfo info = info_of(&messages[i].msg_hdr);

		to[i] = (struct datagram_in){ .from = ntohl(from[i].sin_addr.s_addr),
					      .to = ntohl(info.ipi_spec_dst.s_addr),
					      .port = ntohs(from[i].sin_port),
					      .ifindex = (unsigned)info.ipi_ifindex,
					      .data = parts[i].iov_base,
					      .len = messages[i].msg_len };
	}
	return count < 0 ? 0 : (size_t)count;
}
