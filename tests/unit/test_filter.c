/* SPDX-License-Identifier: MIT */
/*
 * What a filter lets through: its program is run here, by an interpreter of the instructions that
 * socket filters have (Documentation/networking/filter.rst), and the kernel has to accept it.
 */
#include <linux/if_ether.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/common/mem.h"
#include "topology/capture/filter.h"

/* ---- the machine ----------------------------------------------------------------------------- */

struct machine {
	const uint8_t *data;
	uint32_t len, ifindex;
	uint32_t a, x, mem[BPF_MEMWORDS];
	bool over; /* it read behind the frame: not wanted */
};

static uint32_t load_octets(struct machine *m, uint32_t at, uint32_t size)
{
	uint32_t value = 0;

	if (at == (uint32_t)(SKF_AD_OFF + SKF_AD_IFINDEX))
		return m->ifindex;
	if (at > m->len || size > m->len - at) {
		m->over = true;
		return 0;
	}
	for (uint32_t i = 0; i < size; i++)
		value = value << 8 | m->data[at + i];
	return value;
}

static uint32_t size_of(uint16_t code)
{
	return BPF_SIZE(code) == BPF_W ? 4 : BPF_SIZE(code) == BPF_H ? 2 : 1;
}

static uint32_t load(struct machine *m, const struct sock_filter *i)
{
	switch (BPF_MODE(i->code)) {
	case BPF_IMM:
		return i->k;
	case BPF_ABS:
		return load_octets(m, i->k, size_of(i->code));
	case BPF_IND:
		return load_octets(m, m->x + i->k, size_of(i->code));
	case BPF_MEM:
		assert_true(i->k < BPF_MEMWORDS);
		return m->mem[i->k];
	case BPF_LEN:
		return m->len;
	case BPF_MSH:
		return 4 * (load_octets(m, i->k, 1) & 0xf);
	}
	fail_msg("load %x", i->code);
	return 0;
}

static uint32_t compute(const struct machine *m, const struct sock_filter *i)
{
	uint32_t by = BPF_SRC(i->code) == BPF_X ? m->x : i->k;

	switch (BPF_OP(i->code)) {
	case BPF_ADD:
		return m->a + by;
	case BPF_SUB:
		return m->a - by;
	case BPF_MUL:
		return m->a * by;
	case BPF_DIV:
		return by ? m->a / by : 0;
	case BPF_OR:
		return m->a | by;
	case BPF_AND:
		return m->a & by;
	case BPF_LSH:
		return m->a << by;
	case BPF_RSH:
		return m->a >> by;
	case BPF_NEG:
		return -m->a;
	}
	fail_msg("operation %x", i->code);
	return 0;
}

static bool holds(const struct machine *m, const struct sock_filter *i)
{
	uint32_t with = BPF_SRC(i->code) == BPF_X ? m->x : i->k;

	switch (BPF_OP(i->code)) {
	case BPF_JEQ:
		return m->a == with;
	case BPF_JGT:
		return m->a > with;
	case BPF_JGE:
		return m->a >= with;
	case BPF_JSET:
		return (m->a & with) != 0;
	}
	fail_msg("jump %x", i->code);
	return false;
}

/* verdict() - octets of the frame to keep; 0: it is not wanted */
static uint32_t verdict(const struct sock_fprog *p, uint32_t ifindex, const uint8_t *data,
			uint32_t len)
{
	struct machine m = { .data = data, .len = len, .ifindex = ifindex };

	for (size_t at = 0;; at++) {
		const struct sock_filter *i = &p->filter[at];

		assert_true(at < p->len);
		switch (BPF_CLASS(i->code)) {
		case BPF_LD:
			m.a = load(&m, i);
			break;
		case BPF_LDX:
			m.x = load(&m, i);
			break;
		case BPF_ST:
			m.mem[i->k] = m.a;
			break;
		case BPF_STX:
			m.mem[i->k] = m.x;
			break;
		case BPF_ALU:
			m.a = compute(&m, i);
			break;
		case BPF_JMP:
			at += BPF_OP(i->code) == BPF_JA ? i->k : holds(&m, i) ? i->jt : i->jf;
			break;
		case BPF_RET:
			return BPF_RVAL(i->code) == BPF_A ? m.a : i->k;
		case BPF_MISC:
			*(BPF_MISCOP(i->code) == BPF_TAX ? &m.x : &m.a) =
				BPF_MISCOP(i->code) == BPF_TAX ? m.a : m.x;
			break;
		}
		if (m.over)
			return 0;
	}
}

/* the_kernel_takes() - its own check: lengths, jumps, a return at the end */
static void the_kernel_takes(const struct sock_fprog *p)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
	assert_int_equal(setsockopt(fds[0], SOL_SOCKET, SO_ATTACH_FILTER, p, sizeof(*p)), 0);
	close(fds[0]);
	close(fds[1]);
}

/* ---- frames ---------------------------------------------------------------------------------- */

struct frame {
	uint8_t data[128];
	uint32_t len;
};

static struct frame frame_of(uint16_t type)
{
	struct frame f = { .data = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, (uint8_t)(type >> 8),
				     (uint8_t)type },
			   .len = 60 };

	return f;
}

/* ipv4_frame() - from 10.0.0.1 to 10.0.0.2 */
static struct frame ipv4_frame(uint8_t protocol, uint16_t from, uint16_t to)
{
	struct frame f = frame_of(ETH_P_IP);
	const uint8_t ip[] = { 0x45,
			       0,
			       0,
			       46,
			       0,
			       0,
			       0,
			       0,
			       64,
			       protocol,
			       0,
			       0,
			       10,
			       0,
			       0,
			       1,
			       10,
			       0,
			       0,
			       2,
			       (uint8_t)(from >> 8),
			       (uint8_t)from,
			       (uint8_t)(to >> 8),
			       (uint8_t)to };

	memcpy(f.data + ETH_HLEN, ip, sizeof(ip));
	return f;
}

static struct frame ipv6_frame(uint8_t protocol, uint16_t from, uint16_t to)
{
	struct frame f = frame_of(ETH_P_IPV6);
	uint8_t *ip = f.data + ETH_HLEN;

	ip[0] = 0x60;
	ip[5] = 8;
	ip[6] = protocol;
	ip[8] = ip[24] = 0xfd;
	ip[23] = 1;
	ip[39] = 2;
	ip[40] = (uint8_t)(from >> 8);
	ip[41] = (uint8_t)from;
	ip[42] = (uint8_t)(to >> 8);
	ip[43] = (uint8_t)to;
	return f;
}

enum kind { ARP, ICMP, DHCP, DNS, HTTP, HTTP6, EXPERIMENT, SHORT, KINDS };

static struct frame example(enum kind kind)
{
	struct frame f;

	switch (kind) {
	case ARP:
		return frame_of(ETH_P_ARP);
	case ICMP:
		return ipv4_frame(1, 0x0800, 0);
	case DHCP:
		return ipv4_frame(17, 68, 67);
	case DNS:
		return ipv4_frame(17, 40000, 53);
	case HTTP:
		return ipv4_frame(6, 40000, 80);
	case HTTP6:
		return ipv6_frame(6, 80, 40000);
	case EXPERIMENT:
		return frame_of(0x88b5);
	case SHORT:
		f = frame_of(ETH_P_IP);
		f.len = ETH_HLEN;
		return f;
	case KINDS:
		break;
	}
	return frame_of(0);
}

static bool lets_through(const struct sock_fprog *p, uint32_t ifindex, enum kind kind)
{
	struct frame f = example(kind);
	auto_free uint8_t *copy = malloc(f.len);
	uint32_t kept;

	assert_non_null(copy);
	memcpy(copy, f.data, f.len);
	kept = verdict(p, ifindex, copy, f.len);
	assert_true(kept == 0 || kept >= 65535 + ETH_HLEN); /* whole, or not at all */
	return kept;
}

/* ---- filters --------------------------------------------------------------------------------- */

static void test_texts(void **state)
{
#define BIT(kind) (1u << (kind))
#define ALL	  (BIT(KINDS) - 1)
	static const struct {
		const char *text;
		unsigned wanted;
	} cases[] = {
		{ "", ALL },
		{ "arp", BIT(ARP) },
		{ "icmp", BIT(ICMP) },
		{ "udp port 67 or arp", BIT(DHCP) | BIT(ARP) },
		{ "udp", BIT(DHCP) | BIT(DNS) },
		{ "tcp port 80", BIT(HTTP) | BIT(HTTP6) },
		{ "tcp dst port 80", BIT(HTTP) },
		{ "tcp src port 80", BIT(HTTP6) },
		{ "ip6", BIT(HTTP6) },
		{ "ip6 host fd00::1", BIT(HTTP6) },
		{ "host 10.0.0.2 and not icmp", BIT(DHCP) | BIT(DNS) | BIT(HTTP) },
		{ "src net 10.0.0.0/30 and portrange 50-70", BIT(DHCP) | BIT(DNS) },
		{ "src host 10.0.0.2", 0 },
		{ "ether proto 0x88b5", BIT(EXPERIMENT) },
		{ "ether src 02:00:00:00:00:01", ALL },
		{ "ether[0] & 1 != 0 or broadcast", 0 },
		{ "ip[8] == 64 and less 100", BIT(ICMP) | BIT(DHCP) | BIT(DNS) | BIT(HTTP) },
		{ "not ip and not ip6", BIT(ARP) | BIT(EXPERIMENT) },
		{ "icmp[icmptype] == icmp-echo", BIT(ICMP) },
		{ "len <= 14", BIT(SHORT) },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t index = 7;
		struct filter f;
		char *why = NULL;
		struct sock_fprog p;

		if (!filter_compile(&f, cases[i].text, &why))
			fail_msg("<%s>: %s", cases[i].text, why);
		p = filter_for(&f, &index, 1);
		the_kernel_takes(&p);
		for (enum kind k = 0; k < KINDS; k++) {
			if (lets_through(&p, 7, k) != ((cases[i].wanted >> k & 1) != 0))
				fail_msg("<%s>: frame %d", cases[i].text, (int)k);
			assert_false(lets_through(&p, 8, k));
			assert_false(lets_through(&p, 6, k));
			assert_false(lets_through(&p, 0, k));
		}
		free(p.filter);
		filter_free(&f);
		assert_null(f.code);
	}
}

static void test_bad_texts(void **state)
{
	static const char *const cases[] = {
		"tcp port",
		"tcp and and",
		"udp port 67 office",
		"port 99999",
		"host 10.0.0.256",
		"(tcp",
		"net 10.0.0.1/24",
		"ether host x",
		"ip[",
		"vlan",
		"vlan 10 and arp",
		"arp or(vlan)",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct filter f;
		char *why = NULL;

		assert_false(filter_compile(&f, cases[i], &why));
		assert_non_null(why);
		assert_non_null(strstr(why, cases[i]));
		free(why);
		assert_null(f.code);
	}
}

/* ---- interfaces ------------------------------------------------------------------------------ */

/* sees() - exactly these interfaces, or, where there are too many to tell apart, these at least */
static void sees(const uint32_t *indices, size_t count, bool exactly)
{
	auto_free uint32_t *copy = xcalloc(count + 1, sizeof(*copy));
	static const struct filter none;
	struct sock_fprog p;
	uint32_t last = 0;

	if (count)
		memcpy(copy, indices, count * sizeof(*copy));
	p = filter_for(&none, copy, count);
	the_kernel_takes(&p);
	for (size_t i = 0; i < count; i++) {
		assert_true(lets_through(&p, indices[i], ARP));
		last = indices[i] > last ? indices[i] : last;
		assert_true(i == 0 || copy[i - 1] <= copy[i]); /* sorted here, the header says */
	}
	for (uint32_t index = 0; exactly && index < last + 3; index++) {
		bool ours = false;

		for (size_t i = 0; i < count; i++)
			ours |= indices[i] == index;
		assert_int_equal(lets_through(&p, index, ARP), ours);
	}
	assert_false(lets_through(&p, last + 1, ARP));
	free(p.filter);
}

static void test_interfaces(void **state)
{
	static const uint32_t one[] = { 2 }, two[] = { 3, 2 }, apart[] = { 9, 2, 5 },
			      runs[] = { 12, 3, 4, 11, 5, 20, 10 }, twice[] = { 4, 4, 6 },
			      large[] = { 0x7ffffffe, 2 };

	(void)state;
	sees(NULL, 0, true);
	sees(one, ARRAY_SIZE(one), true);
	sees(two, ARRAY_SIZE(two), true);
	sees(apart, ARRAY_SIZE(apart), true);
	sees(runs, ARRAY_SIZE(runs), true);
	sees(twice, ARRAY_SIZE(twice), true);
	sees(large, ARRAY_SIZE(large), false);
}

static void test_many_interfaces(void **state)
{
	uint32_t indices[1023];

	(void)state;
	for (uint32_t i = 0; i < ARRAY_SIZE(indices); i++)
		indices[i] = 1023 - i + 1;
	sees(indices, ARRAY_SIZE(indices), true); /* a LAN that is full */
	for (uint32_t i = 0; i < ARRAY_SIZE(indices); i++)
		indices[i] = 3 * i + 2;
	for (size_t count = 1; count <= ARRAY_SIZE(indices); count += 1 + count / 8)
		sees(indices, count, count < 60);
}

/* a long filter behind many ranges: no jump is too far */
static void test_long(void **state)
{
	uint32_t indices[60];
	char *text = xstrdup("udp port 1"), *why = NULL;
	struct sock_fprog p;
	struct filter f;

	(void)state;
	for (uint32_t i = 0; i < ARRAY_SIZE(indices); i++)
		indices[i] = 2 * i + 1;
	for (unsigned i = 2; i < 60; i++) {
		char *longer = xasprintf("%s or udp port %u", text, i);

		free(text);
		text = longer;
	}
	assert_true(filter_compile(&f, text, &why));
	p = filter_for(&f, indices, ARRAY_SIZE(indices));
	the_kernel_takes(&p);
	for (uint32_t i = 0; i < 121; i++) {
		assert_int_equal(lets_through(&p, i, DNS), i % 2 && i < 120);
		assert_false(lets_through(&p, i, DHCP));
	}
	free(p.filter);
	filter_free(&f);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),	   cmocka_unit_test(test_bad_texts),
		cmocka_unit_test(test_interfaces), cmocka_unit_test(test_many_interfaces),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
