/* SPDX-License-Identifier: MIT */
/*
 * A router that is ended takes its routes with it; one that is killed cannot, and its
 * neighbours' packets would go on to fall into them. Routes and nexthop objects carry who made
 * them.
 */
#include "topology/orphans.h"

#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

#include "nodes/common/nl.h"

struct sweep {
	const struct task *task;
	struct nl_batch *batch;
};

static void ask_nothing(void *arg)
{
	(void)arg; /* what is deleted twice is gone all the same */
}

/* gone_already() - what is refused has gone with its link or its nexthop object */
static void gone_already(void *arg, void *about, uint16_t type, int error, const char *words)
{
	(void)arg;
	(void)about;
	(void)type;
	(void)error;
	(void)words;
}

/* on_object() - a nexthop object of the router's protocol: its routes go with it */
static void on_object(void *arg, const struct nlmsghdr *nlh)
{
	const struct nhmsg *nhm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct sweep *s = arg;

	if (nlh->nlmsg_type != RTM_NEWNEXTHOP || nhm->nh_protocol != s->task->routes_protocol)
		return;
	mnl_attr_for_each (attr, nlh, sizeof(*nhm))
		if (mnl_attr_get_type(attr) == NHA_ID) {
			struct nlmsghdr *gone = nl_batch_add_about(s->batch, RTM_DELNEXTHOP, 0,
								   sizeof(struct nhmsg), NULL);

			mnl_attr_put_u32(gone, NHA_ID, mnl_attr_get_u32(attr));
		}
}

/* remove_route() - RT_SCOPE_NOWHERE: the kernel then takes a route of any scope */
static void remove_route(struct sweep *s, const struct rtmsg *seen, const struct nlattr *dst)
{
	struct nlmsghdr *nlh =
		nl_batch_add_about(s->batch, RTM_DELROUTE, 0, sizeof(struct rtmsg), NULL);
	struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);

	rtm->rtm_family = seen->rtm_family;
	rtm->rtm_dst_len = seen->rtm_dst_len;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_protocol = s->task->routes_protocol;
	rtm->rtm_scope = RT_SCOPE_NOWHERE;
	if (dst)
		mnl_attr_put(nlh, RTA_DST, mnl_attr_get_payload_len(dst),
			     mnl_attr_get_payload(dst));
	mnl_attr_put_u32(nlh, RTA_PRIORITY, s->task->routes_metric);
}

/* on_route() - both protocol and metric are the router's: another's route beside it stays */
static void on_route(void *arg, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *dst = NULL;
	struct sweep *s = arg;
	uint32_t metric = 0;

	if (nlh->nlmsg_type != RTM_NEWROUTE || rtm->rtm_protocol != s->task->routes_protocol)
		return;
	mnl_attr_for_each (attr, nlh, sizeof(*rtm)) {
		if (mnl_attr_get_type(attr) == RTA_PRIORITY)
			metric = mnl_attr_get_u32(attr);
		if (mnl_attr_get_type(attr) == RTA_DST)
			dst = attr;
	}
	if (metric == s->task->routes_metric)
		remove_route(s, rtm, dst);
}

void orphans_remove(const struct task *t)
{
	struct spaces *spaces = &t->init->spaces;
	struct sweep s = { t, NULL };
	int ask = -1, order = -1;

	if (!t->routes_protocol ||
	    !space_enter_net(spaces, spaces->nodes[t->command->node->index].net))
		return;
	ask = nl_open();
	order = nl_open();
	space_go_home(spaces);
	if (ask >= 0 && order >= 0) {
		s.batch = nl_batch_new();
		nl_batch_on_refusal(s.batch, gone_already, NULL);
		nl_batch_use(s.batch, order);
		nl_dump(ask, RTM_GETNEXTHOP, AF_UNSPEC, on_object, ask_nothing, &s);
		nl_batch_flush(s.batch);
		nl_dump_routes(ask, AF_INET, t->routes_protocol, RT_TABLE_MAIN, on_route,
			       ask_nothing, &s);
		nl_dump_routes(ask, AF_INET6, t->routes_protocol, RT_TABLE_MAIN, on_route,
			       ask_nothing, &s);
		nl_batch_flush(s.batch);
		nl_batch_free(s.batch);
	}
	if (ask >= 0)
		close(ask);
	if (order >= 0)
		close(order);
}
