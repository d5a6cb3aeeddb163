/* SPDX-License-Identifier: MIT */
/*
 * Frames of any octets: a whole UDP datagram, an ARP message, or nothing. What is taken lies within
 * the frame, and is taken once more from what is put of it. The frame is in memory of its own
 * length.
 */
#include "fuzzer.h"
#include "nodes/dhcp/frame.h"

static void take_udp(const uint8_t *frame, size_t len, bool unfinished)
{
	uint8_t again[65536 + FRAME_UDP_LEN];
	struct udp_frame u, v;

	if (!frame_take_udp(&u, frame, len, unfinished))
		return;
	require(u.data >= frame + FRAME_UDP_LEN && u.len <= (size_t)(frame + len - u.data));
	if (u.len + FRAME_UDP_LEN > FRAME_MAX_LEN)
		return;
	frame_put_udp(&u, again);
	if (u.len)
		memcpy(again + FRAME_UDP_LEN, u.data, u.len);
	require(frame_take_udp(&v, again, FRAME_UDP_LEN + u.len, false));
	require(u.src == v.src && u.dst == v.dst && u.src_port == v.src_port &&
		u.dst_port == v.dst_port && u.len == v.len);
	require(memcmp(u.to, v.to, 6) == 0 && memcmp(u.from, v.from, 6) == 0);
	require(!u.len || memcmp(u.data, v.data, u.len) == 0);
}

static void take_arp(const uint8_t *frame, size_t len)
{
	uint8_t again[FRAME_ARP_LEN];
	struct arp_frame a, b;

	if (!frame_take_arp(&a, frame, len))
		return;
	require(len >= FRAME_ARP_LEN);
	frame_put_arp(&a, again);
	require(frame_take_arp(&b, again, sizeof(again)));
	require(a.operation == b.operation && a.sender == b.sender && a.target == b.target);
	require(memcmp(a.sender_mac, b.sender_mac, 6) == 0 &&
		memcmp(a.target_mac, b.target_mac, 6) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *frame = copy_of(data, size);

	take_udp(frame, size, false);
	take_udp(frame, size, true);
	take_arp(frame, size);
	free(frame);
	return 0;
}
