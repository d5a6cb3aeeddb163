/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"
#include "nodes/common/iface.h"
#include "nodes/common/inet.h"
#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "sniffer.h"

#define DATAGRAM_LEN 2048
#define RECEIVE_LEN  (4 << 20) /* a burst of thousands of clients */
#define SEND_LEN     (4 << 20)
#define CONTROL_LEN  CMSG_SPACE(sizeof(struct in_pktinfo))

/* A packet that waits to be sent: headers of ours, if it is a frame, then its data. */
struct waiting {
	union {
		struct sockaddr_in in;
		struct sockaddr_ll ll;
	} to;
	uint8_t headers[FRAME_UDP_LEN];
	struct iovec parts[2];
	_Alignas(struct cmsghdr) uint8_t control[CONTROL_LEN];
};

struct wire_queue {
	int fd;
	struct mmsghdr messages[WIRE_BATCH];
	struct waiting waiting[WIRE_BATCH];
	unsigned count;
};

/* What the batches of all interfaces are read into, one after another. */
static struct {
	uint8_t data[WIRE_BATCH][DATAGRAM_LEN];
	struct sockaddr_in from[WIRE_BATCH];
	_Alignas(struct cmsghdr) uint8_t control[WIRE_BATCH][CONTROL_LEN];
	struct mmsghdr messages[WIRE_BATCH];
	struct iovec parts[WIRE_BATCH];
} in;

/* ---- open ------------------------------------------------------------------------------------ */

/* address_of() - 0: it is not of IPv4 */
static uint32_t address_of(const struct ifaddrs *i)
{
	if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET)
		return 0;
	return ntohl(((struct sockaddr_in *)i->ifa_addr)->sin_addr.s_addr);
}

static struct ifaddrs *list_addresses(void)
{
	struct ifaddrs *list;

	if (getifaddrs(&list) < 0)
		fatal_errno("cannot list interfaces");
	return list;
}

uint32_t *own_addresses(size_t *count)
{
	struct ifaddrs *list = list_addresses();
	uint32_t *addresses = NULL;

	*count = 0;
	for (struct ifaddrs *i = list; i; i = i->ifa_next)
		if (address_of(i))
			*xappend(&addresses, count) = address_of(i);
	freeifaddrs(list);
	return addresses;
}

/* find_address() - the first one; ends the program where there is none */
static void find_address(struct wire *w)
{
	struct ifaddrs *list = list_addresses();

	for (struct ifaddrs *i = list; i && !w->address; i = i->ifa_next)
		if (strcmp(i->ifa_name, w->name) == 0)
			w->address = address_of(i);
	freeifaddrs(list);
	if (!w->address)
		fatal("%s has no IPv4 address", w->name);
}

static void find_mac(struct wire *w)
{
	struct ifreq answer;

	if (!iface_ask(w->name, SIOCGIFHWADDR, &answer))
		fatal_errno("cannot read the hardware address of %s", w->name);
	memcpy(w->mac, answer.ifr_hwaddr.sa_data, sizeof(w->mac));
}

static void set(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

/* open_udp() - at the interface; at all of them, if it has no name */
static int open_udp(const struct wire *w, bool shared)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(DHCP_SERVER_PORT) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		fatal_errno("cannot make a UDP socket");
	set(fd, SOL_SOCKET, SO_BROADCAST, 1);
	set(fd, IPPROTO_IP, IP_PKTINFO, 1);
	set(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_LEN);
	set(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_LEN);
	/* a socket for all interfaces comes first, and finds out whether somebody has the port;
	 * those of single interfaces share it then */
	set(fd, SOL_SOCKET, SO_REUSEADDR, shared && w->name[0]);
	if (w->name[0] &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, w->name, (socklen_t)strlen(w->name)) < 0)
		fatal_errno("cannot bind to %s", w->name);
	if (bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0)
		fatal_errno("cannot listen on UDP port %d", DHCP_SERVER_PORT);
	set(fd, SOL_SOCKET, SO_REUSEADDR, shared);
	return fd;
}

static struct wire_queue *queue_new(int fd)
{
	struct wire_queue *q = xcalloc(1, sizeof(*q));

	q->fd = fd;
	return q;
}

static void open_wire(struct wire *w, const char *name, bool shared)
{
	*w = (struct wire){ .udp = -1, .frames = -1, .nobody = -1, .index = if_nametoindex(name) };
	if (!w->index)
		fatal("there is no interface %s", name);
	strncpy(w->name, name, sizeof(w->name) - 1);
	find_address(w);
	w->udp = open_udp(w, shared);
	find_mac(w);
	w->frames = sniffer_open(w->name, w->index, ETH_P_ARP, NULL, 0);
	w->udp_out = queue_new(w->udp);
	w->frames_out = queue_new(w->frames);
}

/* UDP over IPv4 from 0.0.0.0 to port 67, but for 255.255.255.255, which UDP sockets get: offsets
 * are those of an Ethernet frame */
static struct sock_filter from_nobody[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 26), /* source */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 8),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 30), /* destination */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IP4_BROADCAST, 6, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23), /* protocol */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 4),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14), /* the length of the IP header */
	BPF_STMT(BPF_LD | BPF_H | BPF_IND, 16),	 /* destination port */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DHCP_SERVER_PORT, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 0x40000),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

void wire_open(struct wire *w, const char *name)
{
	open_wire(w, name, false);
	w->nobody = sniffer_open(w->name, w->index, ETH_P_IP, from_nobody, ARRAY_SIZE(from_nobody));
}

static struct sock_filter nothing[] = { BPF_STMT(BPF_RET | BPF_K, 0) };

void wire_open_shared(struct wire *w, const char *name)
{
	open_wire(w, name, true);
}

void wire_open_anywhere(struct wire *w)
{
	*w = (struct wire){ .frames = -1, .nobody = -1 };
	w->udp = open_udp(w, true);
	w->udp_out = queue_new(w->udp);
	w->frames_out = queue_new(-1);
}

void wire_open_routed(struct wire *w)
{
	*w = (struct wire){ .frames = -1, .nobody = -1 };
	w->udp = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP);
	if (w->udp < 0)
		fatal_errno("cannot make a raw socket");
	socket_filter(w->udp, nothing, ARRAY_SIZE(nothing));
	set(w->udp, SOL_SOCKET, SO_SNDBUFFORCE, SEND_LEN);
	w->udp_out = queue_new(w->udp);
	w->frames_out = queue_new(-1);
}

void wire_close(struct wire *w)
{
	free(w->udp_out);
	free(w->frames_out);
	cleanup_close(&w->udp);
	cleanup_close(&w->frames);
	cleanup_close(&w->nobody);
}

/* ---- receive --------------------------------------------------------------------------------- */

/* destination_of() - 0: the kernel has not said it */
static uint32_t destination_of(struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
			return ntohl(((struct in_pktinfo *)CMSG_DATA(c))->ipi_addr.s_addr);
	return 0;
}

static void prepare_to_receive(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		in.parts[i] = (struct iovec){ in.data[i], DATAGRAM_LEN };
		in.messages[i].msg_hdr = (struct msghdr){ .msg_name = &in.from[i],
							  .msg_namelen = sizeof(in.from[i]),
							  .msg_iov = &in.parts[i],
							  .msg_iovlen = 1,
							  .msg_control = in.control[i],
							  .msg_controllen = CONTROL_LEN };
	}
}

size_t wire_receive(struct wire *w, struct datagram *list, size_t max)
{
	int n;

	if (max > WIRE_BATCH)
		max = WIRE_BATCH;
	prepare_to_receive(max);
	n = recvmmsg(w->udp, in.messages, (unsigned)max, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++)
		list[i] = (struct datagram){ .from = ntohl(in.from[i].sin_addr.s_addr),
					     .from_port = ntohs(in.from[i].sin_port),
					     .to = destination_of(&in.messages[i].msg_hdr),
					     .len = in.messages[i].msg_len,
					     .data = in.data[i] };
	return n > 0 ? (size_t)n : 0;
}

bool wire_receive_from_nobody(struct wire *w, struct datagram *d)
{
	static uint8_t frame[FRAME_MAX_LEN];
	struct udp_frame u;
	enum sniffed sniffed = sniffer_receive(w->nobody, &u, frame);

	*d = (struct datagram){ 0 };
	if (sniffed == SNIFFED_UDP)
		*d = (struct datagram){ .from = u.src,
					.to = u.dst,
					.from_port = u.src_port,
					.len = u.len,
					.data = u.data };
	return sniffed != SNIFFED_NOTHING;
}

bool wire_receive_arp(struct wire *w, uint32_t *address)
{
	uint8_t frame[FRAME_MAX_LEN];
	struct arp_frame a = { 0 };
	ssize_t n = recv(w->frames, frame, sizeof(frame), 0);

	*address = 0;
	if (n < 0)
		return false;
	if (frame_take_arp(&a, frame, (size_t)n) && memcmp(a.sender_mac, w->mac, 6) != 0)
		*address = a.sender;
	return true;
}

/* ---- send ------------------------------------------------------------------------------------ */

/* flush() - a packet that the kernel does not take is lost, as on any wire; the others leave */
static void flush(struct wire_queue *q)
{
	unsigned sent = 0;

	while (sent < q->count) {
		int n = sendmmsg(q->fd, q->messages + sent, q->count - sent, 0);

		sent += n > 0 ? (unsigned)n : 1;
	}
	q->count = 0;
}

void wire_flush(struct wire *w)
{
	flush(w->udp_out);
	flush(w->frames_out);
}

/* enqueue() - a packet to be filled in, and its `*msg`; the others leave where there is no room for
 * it */
static struct waiting *enqueue(struct wire_queue *q, struct msghdr **msg)
{
	struct waiting *p;

	if (q->count == WIRE_BATCH)
		flush(q);
	p = &q->waiting[q->count];
	*msg = &q->messages[q->count++].msg_hdr;
	**msg = (struct msghdr){ .msg_name = &p->to, .msg_iov = p->parts };
	return p;
}

/* enqueue_to() - where it goes, and from which address of ours */
static struct waiting *enqueue_to(struct wire_queue *q, uint32_t src, uint32_t dst, uint16_t port,
				  struct msghdr **msg)
{
	struct waiting *p = enqueue(q, msg);
	struct in_pktinfo from = { .ipi_spec_dst.s_addr = htonl(src) };
	struct cmsghdr *c;

	p->to.in = (struct sockaddr_in){ .sin_family = AF_INET,
					 .sin_port = htons(port),
					 .sin_addr.s_addr = htonl(dst) };
	(*msg)->msg_namelen = sizeof(p->to.in);
	(*msg)->msg_control = p->control;
	(*msg)->msg_controllen = CONTROL_LEN;
	c = CMSG_FIRSTHDR(*msg);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(from));
	memcpy(CMSG_DATA(c), &from, sizeof(from));
	return p;
}

void wire_send_udp(struct wire *w, uint32_t src, uint32_t dst, uint16_t dst_port,
		   const uint8_t *data, size_t len)
{
	struct msghdr *msg;
	struct waiting *p = enqueue_to(w->udp_out, src, dst, dst_port, &msg);

	p->parts[0] = (struct iovec){ (void *)data, len };
	msg->msg_iovlen = 1;
}

void wire_send_routed(struct wire *w, uint32_t src, uint32_t dst, uint16_t dst_port,
		      const uint8_t *data, size_t len)
{
	struct udp_frame u = { .src = src,
			       .dst = dst,
			       .src_port = DHCP_SERVER_PORT,
			       .dst_port = dst_port,
			       .data = data,
			       .len = len };
	struct msghdr *msg;
	struct waiting *p = enqueue_to(w->udp_out, src, dst, 0, &msg);

	frame_put_udp(&u, p->headers);
	p->parts[0] = (struct iovec){ p->headers + FRAME_UDP_AT, FRAME_UDP_LEN - FRAME_UDP_AT };
	p->parts[1] = (struct iovec){ (void *)data, len };
	msg->msg_iovlen = 2;
}

/* enqueue_frame() - its headers are the caller's to fill in; those of ARP and of UDP are as long */
static struct waiting *enqueue_frame(struct wire *w, const uint8_t to[6], uint16_t protocol,
				     struct msghdr **msg)
{
	struct waiting *p = enqueue(w->frames_out, msg);

	p->to.ll = (struct sockaddr_ll){ .sll_family = AF_PACKET,
					 .sll_protocol = htons(protocol),
					 .sll_ifindex = (int)w->index,
					 .sll_halen = 6 };
	memcpy(p->to.ll.sll_addr, to, 6);
	p->parts[0] = (struct iovec){ p->headers, FRAME_UDP_LEN };
	(*msg)->msg_namelen = sizeof(p->to.ll);
	(*msg)->msg_iovlen = 1;
	return p;
}

void wire_send_frame(struct wire *w, const uint8_t to[6], uint32_t src, uint32_t dst,
		     const uint8_t *data, size_t len)
{
	struct udp_frame u = { .src = src,
			       .dst = dst,
			       .src_port = DHCP_SERVER_PORT,
			       .dst_port = DHCP_CLIENT_PORT,
			       .data = data,
			       .len = len };
	struct msghdr *msg;
	struct waiting *p = enqueue_frame(w, to, ETH_P_IP, &msg);

	memcpy(u.to, to, sizeof(u.to));
	memcpy(u.from, w->mac, sizeof(u.from));
	frame_put_udp(&u, p->headers);
	p->parts[1] = (struct iovec){ (void *)data, len };
	msg->msg_iovlen = 2;
}

/* RFC 5227, 1.1: a probe: who has it? From nobody, so that no cache learns anything. */
void wire_ask_arp(struct wire *w, uint32_t address)
{
	struct arp_frame a = { .operation = ARP_REQUEST, .target = address };
	struct msghdr *msg;
	struct waiting *p = enqueue_frame(w, frame_to_all, ETH_P_ARP, &msg);

	memcpy(a.to, frame_to_all, sizeof(a.to));
	memcpy(a.sender_mac, w->mac, sizeof(a.sender_mac));
	frame_put_arp(&a, p->headers);
}
