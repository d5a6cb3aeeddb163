/* SPDX-License-Identifier: MIT */
#include "raw.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"
#include "nodes/common/compiler.h"
#include "nodes/common/iface.h"
#include "nodes/common/inet.h"
#include "nodes/common/log.h"
#include "packet.h"
#include "sniffer.h"

/* UDP over IPv4 to port 68, and no fragment: offsets are those of an Ethernet frame */
static struct sock_filter to_client_port[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23), /* protocol */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 20), /* flags, fragment offset */
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 4, 0),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14), /* the length of the IP header */
	BPF_STMT(BPF_LD | BPF_H | BPF_IND, 16),	 /* destination port */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DHCP_CLIENT_PORT, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 0x40000),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

static struct sock_filter nothing[] = { BPF_STMT(BPF_RET | BPF_K, 0) };

/* open_udp() - what comes there is thrown away: it is read as frames */
static int open_udp(const struct raw *r)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(DHCP_CLIENT_PORT) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), yes = 1;

	if (fd < 0)
		fatal_errno("cannot make a UDP socket");
	socket_filter(fd, nothing, ARRAY_SIZE(nothing));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, r->name, (socklen_t)strlen(r->name)) < 0)
		fatal_errno("cannot bind to %s", r->name);
	if (bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0)
		fatal_errno("%s: cannot use UDP port %d", r->name, DHCP_CLIENT_PORT);
	return fd;
}

void raw_open(struct raw *r, const char *name)
{
	struct ifreq answer;

	*r = (struct raw){ .index = if_nametoindex(name) };
	if (!r->index)
		fatal("there is no interface %s", name);
	strncpy(r->name, name, sizeof(r->name) - 1);
	r->udp = open_udp(r);
	if (!iface_ask(r->name, SIOCGIFHWADDR, &answer))
		fatal_errno("cannot read the hardware address of %s", name);
	if (answer.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		fatal("%s is no Ethernet interface", name);
	memcpy(r->mac, answer.ifr_hwaddr.sa_data, sizeof(r->mac));
	r->frames =
		sniffer_open(name, r->index, ETH_P_IP, to_client_port, ARRAY_SIZE(to_client_port));
	r->arp = sniffer_open(name, r->index, ETH_P_ARP, NULL, 0);
}

/* A packet socket that is bound to an interface that is down has that as its error, for the next
 * call. */
void raw_start(struct raw *r)
{
	int error;
	socklen_t len = sizeof(error);

	getsockopt(r->frames, SOL_SOCKET, SO_ERROR, &error, &len);
	getsockopt(r->arp, SOL_SOCKET, SO_ERROR, &error, &len);
}

void raw_close(struct raw *r)
{
	close(r->udp);
	close(r->frames);
	close(r->arp);
}

long raw_receive(struct raw *r, uint8_t *data, size_t room, uint8_t from[6])
{
	uint8_t frame[FRAME_MAX_LEN];
	struct udp_frame u;
	enum sniffed sniffed = sniffer_receive(r->frames, &u, frame);

	if (sniffed == SNIFFED_NOTHING)
		return -1;
	if (sniffed == SNIFFED_OTHER || u.dst_port != DHCP_CLIENT_PORT || u.len > room)
		return 0;
	memcpy(data, u.data, u.len);
	memcpy(from, u.from, sizeof(u.from));
	return (long)u.len;
}

bool raw_receive_arp(struct raw *r, uint32_t *address)
{
	uint8_t frame[FRAME_MAX_LEN];
	struct arp_frame a = { 0 };
	ssize_t n = recv(r->arp, frame, sizeof(frame), 0);

	*address = 0;
	if (n < 0)
		return false;
	if (!frame_take_arp(&a, frame, (size_t)n) || memcmp(a.sender_mac, r->mac, 6) == 0)
		return true;
	/* RFC 5227, 2.1.1: somebody has it; or somebody else is just probing for it */
	*address = a.sender ? a.sender : a.operation == ARP_REQUEST ? a.target : 0;
	return true;
}

/* send_frame() - the parts are one frame; a failure is logged, and no more */
static void send_frame(struct raw *r, const uint8_t mac[6], uint16_t protocol, int fd,
		       const struct iovec *parts, size_t count)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(protocol),
				  .sll_ifindex = (int)r->index,
				  .sll_halen = 6 };
	struct msghdr msg = { .msg_name = &to,
			      .msg_namelen = sizeof(to),
			      .msg_iov = (struct iovec *)parts,
			      .msg_iovlen = count };

	memcpy(to.sll_addr, mac, 6);
	if (sendmsg(fd, &msg, 0) < 0)
		log_errno("%s: cannot send", r->name);
}

void raw_unicast_to(struct raw *r, const uint8_t to[6], uint32_t src, uint32_t dst,
		    const uint8_t *data, size_t len)
{
	uint8_t headers[FRAME_UDP_LEN];
	struct udp_frame u = { .src = src,
			       .dst = dst,
			       .src_port = DHCP_CLIENT_PORT,
			       .dst_port = DHCP_SERVER_PORT,
			       .data = data,
			       .len = len };

	memcpy(u.to, to, sizeof(u.to));
	memcpy(u.from, r->mac, sizeof(u.from));
	frame_put_udp(&u, headers);
	send_frame(r, to, ETH_P_IP, r->frames,
		   (struct iovec[]){ { headers, sizeof(headers) }, { (void *)data, len } }, 2);
}

void raw_broadcast(struct raw *r, const uint8_t *data, size_t len)
{
	raw_unicast_to(r, frame_to_all, 0, IP4_BROADCAST, data, len);
}

void raw_unicast(struct raw *r, uint32_t dst, const uint8_t *data, size_t len)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(DHCP_SERVER_PORT),
				  .sin_addr.s_addr = htonl(dst) };
	char text[IP4_TEXT_LEN];

	if (sendto(r->udp, data, len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		log_errno("%s: cannot send to %s", r->name, ip4_format(dst, text));
}

void raw_arp(struct raw *r, uint32_t address, bool announce)
{
	struct arp_frame a = { .operation = ARP_REQUEST,
			       .sender = announce ? address : 0,
			       .target = address };
	uint8_t frame[FRAME_ARP_LEN];

	memcpy(a.to, frame_to_all, sizeof(a.to));
	memcpy(a.sender_mac, r->mac, sizeof(a.sender_mac));
	frame_put_arp(&a, frame);
	send_frame(r, frame_to_all, ETH_P_ARP, r->arp, &(struct iovec){ frame, sizeof(frame) }, 1);
}
