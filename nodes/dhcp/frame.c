/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include <netinet/in.h>
#include <string.h>

#include "nodes/common/reader.h"
#include "nodes/common/writer.h"

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_ARP  0x0806
#define IP_HEADER_LEN  20
#define UDP_HEADER_LEN 8
#define TTL	       64
#define DSCP_CS6       0xc0 /* RFC 4594, 3.1: network control */

const uint8_t frame_to_all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* sum() - RFC 1071: 16-bit words, carries kept for the end */
static uint32_t sum(uint32_t so_far, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		so_far += (uint32_t)data[i] << 8 | data[i + 1];
	if (len % 2)
		so_far += (uint32_t)data[len - 1] << 8;
	return so_far;
}

/* fold() - RFC 1071: the carries added, then the complement */
static uint16_t fold(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint16_t)~s;
}

/* udp_sum() - over the pseudo header of a datagram and what of it is here (RFC 768) */
static uint32_t udp_sum(uint32_t src, uint32_t dst, const uint8_t *udp, size_t len,
			size_t datagram_len)
{
	uint32_t s = (src >> 16) + (src & 0xffff) + (dst >> 16) + (dst & 0xffff) + IPPROTO_UDP +
		     (uint32_t)datagram_len;

	return sum(s, udp, len);
}

static void store_be16(uint8_t *at, uint16_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

void frame_put_udp(const struct udp_frame *u, uint8_t *headers)
{
	uint8_t h[FRAME_UDP_LEN], *ip = h + 14, *udp = ip + IP_HEADER_LEN;
	struct writer w = writer_of(h, sizeof(h));
	size_t udp_len = UDP_HEADER_LEN + u->len;
	uint16_t checksum;

	put_part(&w, u->to, 6);
	put_part(&w, u->from, 6);
	put_be16(&w, ETHERTYPE_IPV4);
	put_u8(&w, 0x45); /* version 4, five words of header */
	put_u8(&w, DSCP_CS6);
	put_be16(&w, (uint16_t)(IP_HEADER_LEN + udp_len));
	put_be32(&w, 0); /* identification, no fragment */
	put_u8(&w, TTL);
	put_u8(&w, IPPROTO_UDP);
	put_be16(&w, 0);
	put_be32(&w, u->src);
	put_be32(&w, u->dst);
	put_be16(&w, u->src_port);
	put_be16(&w, u->dst_port);
	put_be16(&w, (uint16_t)udp_len);
	put_be16(&w, 0);
	store_be16(ip + 10, fold(sum(0, ip, IP_HEADER_LEN)));
	checksum =
		fold(sum(udp_sum(u->src, u->dst, udp, UDP_HEADER_LEN, udp_len), u->data, u->len));
	store_be16(udp + 6, checksum ? checksum : 0xffff); /* 0 would say: there is none */
	memcpy(headers, h, sizeof(h));
}

/* take_ip() - the header; what is left in `r` is the datagram, without Ethernet's padding */
static bool take_ip(struct udp_frame *u, struct reader *r)
{
	const uint8_t *start = r->at;
	uint8_t version_and_words = take_u8(r);
	size_t header_len = (size_t)(version_and_words & 0xf) * 4, total, available = left(r) + 1;
	uint16_t fragment;

	take_u8(r);
	total = take_be16(r);
	take_be16(r);
	fragment = take_be16(r);
	take_u8(r);
	if (take_u8(r) != IPPROTO_UDP || version_and_words >> 4 != 4)
		return false;
	take_be16(r);
	u->src = take_be32(r);
	u->dst = take_be32(r);
	if (header_len < IP_HEADER_LEN || total < header_len || total > available ||
	    (fragment & 0x3fff) || !take(r, header_len - IP_HEADER_LEN))
		return false;
	if (fold(sum(0, start, header_len)) != 0)
		return false;
	*r = reader_of(start + header_len, total - header_len);
	return true;
}

bool frame_take_udp(struct udp_frame *u, const uint8_t *frame, size_t len, bool unfinished)
{
	struct reader r = reader_of(frame, len);
	const uint8_t *udp, *to = take(&r, 6), *from = take(&r, 6);
	uint16_t udp_len, checksum;

	if (take_be16(&r) != ETHERTYPE_IPV4 || r.bad)
		return false;
	memcpy(u->to, to, 6);
	memcpy(u->from, from, 6);
	if (!take_ip(u, &r))
		return false;
	udp = r.at;
	u->src_port = take_be16(&r);
	u->dst_port = take_be16(&r);
	udp_len = take_be16(&r);
	checksum = take_be16(&r);
	if (r.bad || udp_len < UDP_HEADER_LEN || (size_t)udp_len - UDP_HEADER_LEN > left(&r))
		return false;
	u->data = r.at;
	u->len = udp_len - (size_t)UDP_HEADER_LEN;
	return !checksum || unfinished || fold(udp_sum(u->src, u->dst, udp, udp_len, udp_len)) == 0;
}

void frame_put_arp(const struct arp_frame *a, uint8_t *frame)
{
	uint8_t f[FRAME_ARP_LEN];
	struct writer w = writer_of(f, sizeof(f));

	put_part(&w, a->to, 6);
	put_part(&w, a->sender_mac, 6);
	put_be16(&w, ETHERTYPE_ARP);
	put_be16(&w, 1); /* Ethernet */
	put_be16(&w, ETHERTYPE_IPV4);
	put_u8(&w, 6);
	put_u8(&w, 4);
	put_be16(&w, a->operation);
	put_part(&w, a->sender_mac, 6);
	put_be32(&w, a->sender);
	put_part(&w, a->target_mac, 6);
	put_be32(&w, a->target);
	memcpy(frame, f, sizeof(f));
}

bool frame_take_arp(struct arp_frame *a, const uint8_t *frame, size_t len)
{
	struct reader r = reader_of(frame, len);
	const uint8_t *to = take(&r, 6), *sender, *target;

	take(&r, 6);
	if (take_be16(&r) != ETHERTYPE_ARP || take_be16(&r) != 1 ||
	    take_be16(&r) != ETHERTYPE_IPV4 || take_u8(&r) != 6 || take_u8(&r) != 4)
		return false;
	a->operation = take_be16(&r);
	sender = take(&r, 6);
	a->sender = take_be32(&r);
	target = take(&r, 6);
	a->target = take_be32(&r);
	if (r.bad)
		return false;
	memcpy(a->to, to, 6);
	memcpy(a->sender_mac, sender, 6);
	memcpy(a->target_mac, target, 6);
	return true;
}
