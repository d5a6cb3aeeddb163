/* SPDX-License-Identifier: MIT */
/* Frames around DHCP: UDP over IPv4 and ARP, octet by octet. Checksums were computed by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/dhcp/frame.h"

#define ETHERNET 14
#define IP	 ETHERNET
#define UDP	 (ETHERNET + 20)

/*
 * 10.0.1.1:67 to 10.0.1.100:68, "abc". Header: 4500 + 001f + 4000 + 4011 + 0a00 + 0101 + 0a00 +
 * 0164 = db95, the complement of which is 246a. UDP: the pseudo header's 0a00 + 0101 + 0a00 + 0164
 * + 0011 + 000b = 1681, and 0043 + 0044 + 000b + 6162 + 6300 = c4f4: db75, the complement of which
 * is 248a.
 */
static const uint8_t golden[] = {
	2,    0,    0,	  0,	0,    7,    2,	  0,	0,    0,    0,	  1,
	0x08, 0x00,								/* Ethernet */
	0x45, 0x00, 0x00, 0x1f, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0x24, 0x6a, /* IPv4 */
	10,   0,    1,	  1,	10,   0,    1,	  100,				/* its addresses */
	0x00, 0x43, 0x00, 0x44, 0x00, 0x0b, 0x24, 0x8a, 'a',  'b',  'c'		/* UDP */
};

static const struct udp_frame abc = {
	.to = { 2, 0, 0, 0, 0, 7 },
	.from = { 2, 0, 0, 0, 0, 1 },
	.src = 0x0a000101,
	.dst = 0x0a000164,
	.src_port = 67,
	.dst_port = 68,
	.data = (const uint8_t *)"abc",
	.len = 3,
};

/* sum() - RFC 1071, as its section 4.1 has it */
static uint16_t sum(const uint8_t *data, size_t len, uint32_t start)
{
	for (size_t i = 0; i < len; i++)
		start += i % 2 ? data[i] : (uint32_t)data[i] << 8;
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return (uint16_t)start;
}

/* finish() - both checksums of a frame that a test has changed; `header` octets of IPv4, `len` of
 * UDP */
static void finish(uint8_t *frame, size_t header, size_t len)
{
	uint8_t *ip = frame + IP, *udp = ip + header;
	uint16_t s;

	ip[10] = ip[11] = udp[6] = udp[7] = 0;
	s = (uint16_t)~sum(ip, header, 0);
	ip[10] = (uint8_t)(s >> 8);
	ip[11] = (uint8_t)s;
	s = (uint16_t)~sum(udp, len, sum(ip + 12, 8, 17 + (uint32_t)len));
	udp[6] = (uint8_t)(s >> 8);
	udp[7] = (uint8_t)s;
}

/* is_taken() - from memory of its own length, so that a sanitizer sees who reads further */
static bool is_taken(const uint8_t *frame, size_t len, bool unfinished)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct udp_frame u;
	bool good;

	assert_non_null(copy);
	memcpy(copy, frame, len);
	good = frame_take_udp(&u, copy, len, unfinished);
	if (good)
		assert_true(u.data >= copy && u.len <= (size_t)(copy + len - u.data));
	free(copy);
	return good;
}

static void a_datagram_is_put_with_both_checksums(void **state)
{
	uint8_t frame[FRAME_UDP_LEN];

	(void)state;
	frame_put_udp(&abc, frame);
	assert_memory_equal(frame, golden, ETHERNET);
	assert_int_equal(frame[IP], 0x45);
	assert_int_equal(frame[IP + 9], 17);
	assert_true(frame[IP + 8] > 0);
	assert_memory_equal(frame + IP + 2, golden + IP + 2, 2);
	assert_memory_equal(frame + IP + 12, golden + IP + 12, 8);
	assert_int_equal(sum(frame + IP, 20, 0), 0xffff);
	assert_memory_equal(frame + UDP, golden + UDP, 8);
}

static void a_datagram_is_taken(void **state)
{
	struct udp_frame u;

	(void)state;
	assert_true(frame_take_udp(&u, golden, sizeof(golden), false));
	assert_memory_equal(u.to, abc.to, 6);
	assert_memory_equal(u.from, abc.from, 6);
	assert_int_equal(u.src, abc.src);
	assert_int_equal(u.dst, abc.dst);
	assert_int_equal(u.src_port, 67);
	assert_int_equal(u.dst_port, 68);
	assert_int_equal(u.len, 3);
	assert_ptr_equal(u.data, golden + FRAME_UDP_LEN);
}

static void datagrams_of_every_length_come_back(void **state)
{
	uint8_t frame[FRAME_MAX_LEN], data[FRAME_MAX_LEN - FRAME_UDP_LEN];
	struct udp_frame u = abc, v;

	(void)state;
	srand(3);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)rand();
	u.data = data;
	for (u.len = 0; u.len <= sizeof(data); u.len++) {
		frame_put_udp(&u, frame);
		memcpy(frame + FRAME_UDP_LEN, data, u.len);
		if (!frame_take_udp(&v, frame, FRAME_UDP_LEN + u.len, false))
			fail_msg("%zu octets do not come back", u.len);
		assert_int_equal(v.len, u.len);
		assert_memory_equal(v.data, data, u.len);
	}
}

/* RFC 768: a checksum that is computed as zero is sent as all ones; zero means that there is
 * none. */
static void a_checksum_of_zero_is_sent_as_ones(void **state)
{
	static const uint8_t data[] = { 0xe8, 0xee };
	struct udp_frame u = abc;
	uint8_t frame[FRAME_UDP_LEN + 2];

	(void)state;
	u.data = data;
	u.len = sizeof(data);
	frame_put_udp(&u, frame);
	memcpy(frame + FRAME_UDP_LEN, data, sizeof(data));
	assert_int_equal(frame[UDP + 6], 0xff);
	assert_int_equal(frame[UDP + 7], 0xff);
	assert_true(is_taken(frame, sizeof(frame), false));
}

static void a_datagram_without_checksum_is_taken(void **state)
{
	uint8_t frame[sizeof(golden)];

	(void)state;
	memcpy(frame, golden, sizeof(golden));
	frame[UDP + 6] = frame[UDP + 7] = 0;
	assert_true(is_taken(frame, sizeof(frame), false));
	frame[UDP + 8] ^= 1; /* nobody can see that */
	assert_true(is_taken(frame, sizeof(frame), false));
}

static void each_flipped_bit_is_seen(void **state)
{
	uint8_t frame[sizeof(golden)];

	(void)state;
	for (size_t bit = 12 * 8; bit < sizeof(golden) * 8; bit++) {
		memcpy(frame, golden, sizeof(golden));
		frame[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		if (is_taken(frame, sizeof(frame), false))
			fail_msg("octet %zu, bit %zu", bit / 8, bit % 8);
	}
}

/* What the kernel has left to a hardware that is not there. */
static void an_unfinished_checksum_is_not_looked_at(void **state)
{
	uint8_t frame[sizeof(golden)];

	(void)state;
	memcpy(frame, golden, sizeof(golden));
	frame[UDP + 6] ^= 0x55;
	assert_false(is_taken(frame, sizeof(frame), false));
	assert_true(is_taken(frame, sizeof(frame), true));
	for (size_t len = 0; len < sizeof(golden); len++)
		assert_false(is_taken(frame, len, true));
}

static void a_frame_cut_anywhere_is_not_taken(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(golden); len++)
		if (is_taken(golden, len, false))
			fail_msg("taken with %zu octets", len);
}

/* An Ethernet frame has 60 octets at least: what follows the datagram is nobody's. */
static void padding_is_not_data(void **state)
{
	uint8_t frame[100] = { 0 };
	struct udp_frame u;

	(void)state;
	memcpy(frame, golden, sizeof(golden));
	memset(frame + sizeof(golden), 0xaa, sizeof(frame) - sizeof(golden));
	assert_true(frame_take_udp(&u, frame, sizeof(frame), false));
	assert_int_equal(u.len, 3);
}

static void ip_options_are_passed_over(void **state)
{
	uint8_t frame[sizeof(golden) + 40] = { 0 };
	struct udp_frame u;

	(void)state;
	for (size_t options = 4; options <= 40; options += 4) {
		memcpy(frame, golden, UDP);
		memset(frame + UDP, 1, options);
		memcpy(frame + UDP + options, golden + UDP, sizeof(golden) - UDP);
		frame[IP] = (uint8_t)(0x45 + options / 4);
		frame[IP + 3] = (uint8_t)(31 + options);
		finish(frame, 20 + options, 11);
		assert_true(frame_take_udp(&u, frame, sizeof(golden) + options, false));
		assert_int_equal(u.len, 3);
		assert_memory_equal(u.data, "abc", 3);
	}
}

static void what_is_no_whole_datagram_over_ipv4_is_not_taken(void **state)
{
	static const struct {
		const char *what;
		size_t at;
		uint8_t value;
	} cases[] = {
		{ "another Ethernet type", 12, 0x86 },
		{ "version 6", IP, 0x65 },
		{ "a header of 16 octets", IP, 0x44 },
		{ "a header of none", IP, 0x40 },
		{ "a header that is longer than the datagram", IP, 0x4f },
		{ "a total length that is longer than the frame", IP + 3, 32 },
		{ "a total length of 65311", IP + 2, 0xff },
		{ "a total length without the UDP header", IP + 3, 27 },
		{ "a total length of nothing", IP + 3, 0 },
		{ "TCP", IP + 9, 6 },
		{ "the first of several fragments", IP + 6, 0x20 },
		{ "a later fragment", IP + 7, 1 },
		{ "a later fragment, far behind", IP + 6, 0x10 },
		{ "a UDP length of 7", UDP + 5, 7 },
		{ "a UDP length of 0", UDP + 5, 0 },
		{ "a UDP length beyond the datagram", UDP + 5, 12 },
		{ "a UDP length of 65291", UDP + 4, 0xff },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t frame[sizeof(golden)];

		memcpy(frame, golden, sizeof(golden));
		frame[cases[i].at] = cases[i].value;
		finish(frame, 20, 11);
		if (is_taken(frame, sizeof(frame), false) || is_taken(frame, sizeof(frame), true))
			fail_msg("%s is taken", cases[i].what);
	}
}

/* Its checksum is right for the length that UDP says, and what stands behind it is no data. */
static void the_length_of_udp_ends_the_data(void **state)
{
	uint8_t frame[sizeof(golden)];
	struct udp_frame u;

	(void)state;
	memcpy(frame, golden, sizeof(golden));
	frame[UDP + 5] = 9;
	finish(frame, 20, 9);
	if (frame_take_udp(&u, frame, sizeof(frame), false))
		assert_int_equal(u.len, 1);
}

/* ---- ARP: RFC 826 ---------------------------------------------------------------------------- */

static const uint8_t probe[FRAME_ARP_LEN] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,	0, 0, 0,   0, 1, 0x08, 0x06, /* Ethernet */
	0,    1,    0x08, 0x00, 6,    4,    0,	1,			     /* a request */
	2,    0,    0,	  0,	0,    1,    0,	0, 0, 0,		     /* of nobody */
	0,    0,    0,	  0,	0,    0,    10, 0, 1, 100,		     /* for 10.0.1.100 */
};

static void an_arp_request_is_put(void **state)
{
	struct arp_frame a = { .operation = ARP_REQUEST, .target = 0x0a000164 };
	uint8_t frame[FRAME_ARP_LEN];

	(void)state;
	memcpy(a.to, frame_to_all, 6);
	memcpy(a.sender_mac, probe + 6, 6);
	frame_put_arp(&a, frame);
	assert_memory_equal(frame, probe, sizeof(probe));
}

static void an_arp_reply_is_put_and_taken(void **state)
{
	struct arp_frame a = { .operation = ARP_REPLY, .sender = 0x0a000101, .target = 0x0a000164 };
	uint8_t frame[FRAME_ARP_LEN + 18] = { 0 };
	struct arp_frame b;

	(void)state;
	memcpy(a.to, golden, 6);
	memcpy(a.sender_mac, golden + 6, 6);
	memcpy(a.target_mac, golden, 6);
	frame_put_arp(&a, frame);
	assert_true(frame_take_arp(&b, frame, sizeof(frame)));
	assert_int_equal(b.operation, ARP_REPLY);
	assert_int_equal(b.sender, a.sender);
	assert_int_equal(b.target, a.target);
	assert_memory_equal(b.to, a.to, 6);
	assert_memory_equal(b.sender_mac, a.sender_mac, 6);
	assert_memory_equal(b.target_mac, a.target_mac, 6);
}

static void what_is_no_arp_of_ethernet_and_ipv4_is_not_taken(void **state)
{
	static const size_t fixed[] = { 12, 13, 14, 15, 16, 17, 18, 19 };
	uint8_t frame[FRAME_ARP_LEN];
	struct arp_frame a;

	(void)state;
	assert_true(frame_take_arp(&a, probe, sizeof(probe)));
	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
		memcpy(frame, probe, sizeof(probe));
		frame[fixed[i]] ^= 0x01;
		if (frame_take_arp(&a, frame, sizeof(frame)))
			fail_msg("taken with another octet %zu", fixed[i]);
	}
	for (size_t len = 0; len < sizeof(probe); len++) {
		uint8_t *copy = malloc(len ? len : 1);

		assert_non_null(copy);
		memcpy(copy, probe, len);
		assert_false(frame_take_arp(&a, copy, len));
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_datagram_is_put_with_both_checksums),
		cmocka_unit_test(a_datagram_is_taken),
		cmocka_unit_test(datagrams_of_every_length_come_back),
		cmocka_unit_test(a_checksum_of_zero_is_sent_as_ones),
		cmocka_unit_test(a_datagram_without_checksum_is_taken),
		cmocka_unit_test(each_flipped_bit_is_seen),
		cmocka_unit_test(an_unfinished_checksum_is_not_looked_at),
		cmocka_unit_test(a_frame_cut_anywhere_is_not_taken),
		cmocka_unit_test(padding_is_not_data),
		cmocka_unit_test(ip_options_are_passed_over),
		cmocka_unit_test(what_is_no_whole_datagram_over_ipv4_is_not_taken),
		cmocka_unit_test(the_length_of_udp_ends_the_data),
		cmocka_unit_test(an_arp_request_is_put),
		cmocka_unit_test(an_arp_reply_is_put_and_taken),
		cmocka_unit_test(what_is_no_arp_of_ethernet_and_ipv4_is_not_taken),
	};

	return cmocka_run_group_tests_name("dhcp frame", tests, NULL, NULL);
}
