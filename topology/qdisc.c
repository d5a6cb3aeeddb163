/* SPDX-License-Identifier: MIT */
/*
 * Shapes in the kernel: tbf for a rate (tc-tbf(8)), netem for the rest (tc-netem(8)), at both ends
 * of a wire, because a qdisc acts on what leaves. With both, netem is the root and tbf its child.
 */
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/nl.h"
#include "topology/build.h"
#include "topology/damage.h"
#include "topology/init.h"

#define ROOT_HANDLE  TC_H_MAKE(1u << 16, 0)
#define ROOT_CLASS   TC_H_MAKE(1u << 16, 1)
#define CHILD_HANDLE TC_H_MAKE(16u << 16, 0)
#define HEADER_LEN   18	   /* Ethernet with a VLAN tag: tbf counts it, the MTU does not */
#define BURST_MS     5	   /* of the rate leave at once */
#define QUEUE_MS     50	   /* the longest that a frame waits, as a small router's buffer */
#define QUEUE_FRAMES 10	   /* at least */
#define NETEM_LIMIT  10000 /* frames on the way */

/* add_qdisc() - TCA_OPTIONS is for the caller to put behind it */
static struct nlmsghdr *add_qdisc(struct nl_batch *b, unsigned index, uint32_t parent,
				  uint32_t handle, const char *kind)
{
	struct nlmsghdr *nlh = nl_batch_add(b, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL,
					    sizeof(struct tcmsg), "qdisc %s", kind);
	struct tcmsg *tcm = mnl_nlmsg_get_payload(nlh);

	tcm->tcm_ifindex = (int)index;
	tcm->tcm_parent = parent;
	tcm->tcm_handle = handle;
	mnl_attr_put_strz(nlh, TCA_KIND, kind);
	return nlh;
}

/* add_tbf() - `bits` a second, `mtu` in octets. The bucket takes two frames at least: what is
 * larger than a bucket would be dropped. */
static void add_tbf(struct nl_batch *b, unsigned index, uint32_t parent, uint32_t handle,
		    double bits, unsigned mtu)
{
	struct nlmsghdr *nlh = add_qdisc(b, index, parent, handle, "tbf");
	double octets = bits / 8, frame = mtu + HEADER_LEN;
	double burst = octets * BURST_MS / 1000, queue = octets * QUEUE_MS / 1000;
	struct tc_tbf_qopt opt = {
		.rate = { .linklayer = TC_LINKLAYER_ETHERNET,
			  .rate = octets < UINT32_MAX ? (uint32_t)octets : UINT32_MAX },
	};
	struct nlattr *nest;

	burst = burst > 2 * frame ? burst : 2 * frame;
	queue = queue > QUEUE_FRAMES * frame ? queue : QUEUE_FRAMES * frame;
	opt.limit = (uint32_t)(burst + queue < UINT32_MAX ? burst + queue : UINT32_MAX);
	nest = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	mnl_attr_put(nlh, TCA_TBF_PARMS, sizeof(opt), &opt);
	mnl_attr_put_u32(nlh, TCA_TBF_BURST, (uint32_t)burst);
	if (octets >= UINT32_MAX)
		mnl_attr_put_u64(nlh, TCA_TBF_RATE64, (uint64_t)octets);
	mnl_attr_nest_end(nlh, nest);
}

/* probability() - of netem: 32 bits, all of them set is always; rounded as tc(8) rounds */
static uint32_t probability(double percent)
{
	return percent > 0 ? (uint32_t)(percent / 100 * UINT32_MAX + 0.5) : 0;
}

/* put_ns() - nothing for 0 and less: that is what netem does without */
static void put_ns(struct nlmsghdr *nlh, uint16_t type, double ms)
{
	if (ms > 0)
		mnl_attr_put_u64(nlh, type, (uint64_t)(ms * 1e6));
}

/* TCA_OPTIONS is a struct, and behind it attributes */
void qdisc_add_netem(struct nl_batch *b, unsigned index, const struct shape *s)
{
	struct nlmsghdr *nlh = add_qdisc(b, index, TC_H_ROOT, ROOT_HANDLE, "netem");
	struct tc_netem_qopt opt = {
		.limit = NETEM_LIMIT,
		.loss = probability(s->loss),
		.duplicate = probability(s->duplicate),
		.gap = s->reorder > 0 ? 1 : 0,
	};
	struct tc_netem_reorder reorder = { .probability = probability(s->reorder) };
	struct tc_netem_corrupt corrupt = { .probability = probability(s->corrupt) };
	struct nlattr *nest = mnl_attr_nest_start(nlh, TCA_OPTIONS);

	memcpy(mnl_nlmsg_get_payload_tail(nlh), &opt, sizeof(opt));
	nlh->nlmsg_len += MNL_ALIGN(sizeof(opt));
	if (s->reorder > 0)
		mnl_attr_put(nlh, TCA_NETEM_REORDER, sizeof(reorder), &reorder);
	if (s->corrupt > 0)
		mnl_attr_put(nlh, TCA_NETEM_CORRUPT, sizeof(corrupt), &corrupt);
	put_ns(nlh, TCA_NETEM_LATENCY64, s->delay_ms);
	put_ns(nlh, TCA_NETEM_JITTER64, s->jitter_ms);
	mnl_attr_nest_end(nlh, nest);
}

/* remove_root() - the queueing discipline that is there, if there is one */
static void remove_root(struct damage *d, struct wire_end end)
{
	struct damage_batch db;
	struct nlmsghdr *nlh;
	struct tcmsg *tcm;
	char *ignored = NULL;

	if (!damage_batch_begin(d, &db, end.net, &ignored)) {
		free(ignored);
		return;
	}
	nlh = nl_batch_add(db.b, RTM_DELQDISC, 0, sizeof(*tcm), "qdisc");
	tcm = mnl_nlmsg_get_payload(nlh);
	tcm->tcm_ifindex = (int)end.index;
	tcm->tcm_parent = TC_H_ROOT;
	damage_batch_end(d, &db, NULL);
}

/* shape_end() - what was there goes first; after a failure there is nothing, or a part */
static bool shape_end(struct damage *d, struct wire_end end, const struct shape *s, unsigned mtu,
		      char **error)
{
	bool netem = shape_needs_netem(s);
	struct damage_batch db;

	remove_root(d, end);
	if (shape_is_empty(s))
		return true;
	if (!damage_batch_begin(d, &db, end.net, error))
		return false;
	if (netem)
		qdisc_add_netem(db.b, end.index, s);
	if (s->rate > 0)
		add_tbf(db.b, end.index, netem ? ROOT_CLASS : TC_H_ROOT,
			netem ? CHILD_HANDLE : ROOT_HANDLE, s->rate, mtu);
	return damage_batch_end(d, &db, error);
}

/* explain() - a kernel that does not know a qdisc says ENOENT; what is missing is said instead */
static void explain(char **error)
{
	if (!error || !*error || !strstr(*error, "No such file"))
		return;
	if (strstr(*error, "netem")) {
		free(*error);
		*error =
			xstrdup("this kernel has no netem (sch_netem), and delay, loss, duplicate, "
				"reorder and corrupt need it; rate, down and partition work");
	} else if (strstr(*error, "tbf")) {
		free(*error);
		*error = xstrdup("this kernel has no tbf (sch_tbf), and rate needs it");
	}
}

/* shape_port() - in both directions, of which after a failure one may have
 * it. `error` may be NULL. */
bool shape_port(struct damage *d, const struct iface *iface, const struct shape *s, char **error)
{
	const struct spaces *spaces = &d->init->spaces;
	struct wire_end near = wire_near_end(spaces, iface), far = wire_far_end(spaces, iface);
	unsigned mtu = iface->mtu ? iface->mtu : iface->wire->mtu;
	char *why = NULL;
	bool good = shape_end(d, near, s, mtu, &why) && shape_end(d, far, s, mtu, &why);

	explain(&why);
	if (error && !good)
		*error = why;
	else
		free(why);
	return good;
}
