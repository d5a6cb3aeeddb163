/* SPDX-License-Identifier: MIT */
/*
 * What netem is told, beside what tc(8) of iproute2 6.1 sends for the same words. It was taken down
 * with strace; a kernel with netem shows the same discipline for both. Both are read here as
 * net/sched/sch_netem.c reads them: ticks of 64 ns first, then the attributes, which win.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nodes/common/compiler.h"
#include "nodes/common/nl.h"
#include "topology/damage.h"

#define TICK_NS 64

struct netem {
	uint64_t latency_ns, jitter_ns;
	uint32_t loss, duplicate, gap, reorder, corrupt;
};

static struct netem read_options(const void *options, size_t len)
{
	const struct tc_netem_qopt *opt = options;
	struct netem n = {
		.latency_ns = (uint64_t)opt->latency * TICK_NS,
		.jitter_ns = (uint64_t)opt->jitter * TICK_NS,
		.loss = opt->loss,
		.duplicate = opt->duplicate,
		.gap = opt->gap,
		.reorder = opt->gap ? UINT32_MAX : 0,
	};
	const struct nlattr *attr;

	assert_true(len >= sizeof(*opt));
	assert_true(opt->limit >= 1000);
	for (attr = (const void *)(opt + 1);
	     mnl_attr_ok(attr, (int)((const char *)options + len - (const char *)attr));
	     attr = mnl_attr_next(attr)) {
		const uint32_t *words = mnl_attr_get_payload(attr);
		uint16_t octets = mnl_attr_get_payload_len(attr);

		switch (mnl_attr_get_type(attr)) {
		case TCA_NETEM_REORDER:
			assert_int_equal(octets, sizeof(struct tc_netem_reorder));
			assert_int_equal(words[1], 0);
			n.reorder = words[0];
			break;
		case TCA_NETEM_CORRUPT:
			assert_int_equal(octets, sizeof(struct tc_netem_corrupt));
			assert_int_equal(words[1], 0);
			n.corrupt = words[0];
			break;
		case TCA_NETEM_LATENCY64:
			assert_int_equal(octets, 8);
			n.latency_ns = mnl_attr_get_u64(attr);
			break;
		case TCA_NETEM_JITTER64:
			assert_int_equal(octets, 8);
			n.jitter_ns = mnl_attr_get_u64(attr);
			break;
		default:
			fail_msg("attribute %d", mnl_attr_get_type(attr));
		}
	}
	return n;
}

/* told() - what is sent for a shape, by a socket of our own instead of the kernel's */
static struct netem told(const struct shape *s)
{
	_Alignas(struct nlmsghdr) char message[NL_MESSAGE_MAX];
	struct nl_batch *b = nl_batch_new();
	struct netem n = { 0 };
	const struct nlmsghdr *nlh = (const void *)message;
	const struct tcmsg *tcm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	bool kind = false, options = false;
	int ends[2];
	ssize_t len;

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	nl_batch_use(b, ends[0]);
	qdisc_add_netem(b, 7, s);
	assert_true(nl_batch_flush(b));
	len = recv(ends[1], message, sizeof(message), MSG_DONTWAIT);
	assert_true(len > 0 && mnl_nlmsg_ok(nlh, (int)len));
	assert_int_equal(nlh->nlmsg_len, len);
	assert_int_equal(nlh->nlmsg_type, RTM_NEWQDISC);
	assert_int_equal(nlh->nlmsg_flags, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL);
	assert_int_equal(tcm->tcm_ifindex, 7);
	assert_true(tcm->tcm_parent == TC_H_ROOT);
	mnl_attr_for_each (attr, nlh, sizeof(*tcm)) {
		switch (mnl_attr_get_type(attr)) {
		case TCA_KIND:
			assert_string_equal(mnl_attr_get_str(attr), "netem");
			kind = true;
			break;
		case TCA_OPTIONS:
			n = read_options(mnl_attr_get_payload(attr),
					 mnl_attr_get_payload_len(attr));
			options = true;
			break;
		default:
			fail_msg("attribute %d", mnl_attr_get_type(attr));
		}
	}
	assert_true(kind && options);
	nl_batch_free(b);
	close(ends[0]);
	close(ends[1]);
	return n;
}

static void netem_is_told_what_tc_tells_it(void **state)
{
	static const struct {
		struct shape shape;
		size_t len;
		_Alignas(4) uint8_t tc[64];
	} cases[] = {
		/* delay 10ms 2ms loss 1% duplicate 2% corrupt 3% reorder 5% */
		{ { -1, 10, 2, 1, 2, 5, 3 },
		  48,
		  "\x5a\x62\x02\x00\xe8\x03\x00\x00\x29\x5c\x8f\x02\x01\x00\x00\x00"
		  "\x52\xb8\x1e\x05\x12\x7a\x00\x00\x0c\x00\x03\x00\xcd\xcc\xcc\x0c"
		  "\x00\x00\x00\x00\x0c\x00\x04\x00\x7b\x14\xae\x07\x00\x00\x00\x00" },
		/* delay 10s 3s loss 0.3%, but for the jitter: 2s */
		{ { -1, 10000, 2000, 0.3, -1, -1, -1 },
		  24,
		  "\x90\x2f\x50\x09\x10\x27\x00\x00\xa6\x9b\xc4\x00\x00\x00\x00\x00"
		  "\x00\x00\x00\x00\x50\xd6\xdc\x01" },
		/* loss 100% duplicate 0.3% corrupt 0.7% */
		{ { -1, -1, -1, 100, 0.3, -1, 0.7 },
		  36,
		  "\x00\x00\x00\x00\xe8\x03\x00\x00\xff\xff\xff\xff\x00\x00\x00\x00"
		  "\xa6\x9b\xc4\x00\x00\x00\x00\x00\x0c\x00\x04\x00\x83\xc0\xca\x01"
		  "\x00\x00\x00\x00" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct netem ours = told(&cases[i].shape);
		struct netem tc = read_options(cases[i].tc, cases[i].len);

		assert_int_equal(ours.latency_ns, tc.latency_ns);
		assert_int_equal(ours.jitter_ns, tc.jitter_ns);
		assert_int_equal(ours.loss, tc.loss);
		assert_int_equal(ours.duplicate, tc.duplicate);
		assert_int_equal(ours.gap, tc.gap);
		assert_int_equal(ours.reorder, tc.reorder);
		assert_int_equal(ours.corrupt, tc.corrupt);
	}
}

static void jitter_is_told_without_a_delay(void **state)
{
	struct netem n = told(&(struct shape){ -1, 0, 5, -1, -1, -1, -1 });

	(void)state;
	assert_int_equal(n.latency_ns, 0);
	assert_int_equal(n.jitter_ns, 5000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(netem_is_told_what_tc_tells_it),
		cmocka_unit_test(jitter_is_told_without_a_delay),
	};

	return cmocka_run_group_tests_name("qdisc", tests, NULL, NULL);
}
