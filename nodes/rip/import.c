/* SPDX-License-Identifier: MIT */
#include "import.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/nl.h"

struct import {
	int fd, events;
	struct imported *list;
	size_t count;
	loop_fn *changed;
	void *arg;
	struct watch *readable;
};

/* is_static() - an administrator's, or of the start of the system, in the main table */
static bool is_static(const struct rtmsg *rtm)
{
	return rtm->rtm_family == AF_INET && rtm->rtm_type == RTN_UNICAST &&
	       rtm->rtm_table == RT_TABLE_MAIN &&
	       (rtm->rtm_protocol == RTPROT_STATIC || rtm->rtm_protocol == RTPROT_BOOT);
}

/* on_route() - one whose link is dead, or has no carrier, is not announced */
static void on_route(void *arg, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct imported found = { .prefix = { ip4_addr(0), rtm->rtm_dst_len } };
	const struct nlattr *attr;
	struct import *i = arg;

	if (nlh->nlmsg_type != RTM_NEWROUTE || !is_static(rtm))
		return;
	mnl_attr_for_each (attr, nlh, sizeof(*rtm))
		switch (mnl_attr_get_type(attr)) {
		case RTA_DST:
			found.prefix.addr = ip4_addr(ntohl(mnl_attr_get_u32(attr)));
			break;
		case RTA_GATEWAY:
			found.via = ntohl(mnl_attr_get_u32(attr));
			break;
		case RTA_OIF:
			found.ifindex = mnl_attr_get_u32(attr);
			break;
		}
	if (!(rtm->rtm_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)))
		*xappend(&i->list, &i->count) = found;
}

static void forget_all(void *arg)
{
	struct import *i = arg;

	i->count = 0;
}

static void read_all(struct import *i)
{
	forget_all(i);
	if (!nl_dump_routes(i->fd, AF_INET, 0, RT_TABLE_MAIN, on_route, forget_all, i))
		log_errno("cannot read the kernel's static routes");
}

/* is_news() - the kernel drops routes with a link or an address without a word of them */
static bool is_news(const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_type == RTM_NEWROUTE || nlh->nlmsg_type == RTM_DELROUTE)
		return is_static(mnl_nlmsg_get_payload(nlh));
	return true;
}

static void on_events(void *arg)
{
	struct import *i = arg;
	bool news = false;
	char data[32768];
	ssize_t n;

	while ((n = recv(i->events, data, sizeof(data), MSG_DONTWAIT)) > 0 ||
	       (n < 0 && (errno == ENOBUFS || errno == EINTR))) {
		const struct nlmsghdr *nlh = (void *)data;
		int len = (int)n;

		news |= n < 0 && errno == ENOBUFS;
		for (; n > 0 && mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
			news |= is_news(nlh);
	}
	if (!news)
		return;
	read_all(i);
	i->changed(i->arg);
}

struct import *import_open(struct loop *l, loop_fn *changed, void *arg)
{
	static const int groups[] = { RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV4_ROUTE };
	struct import *i = xcalloc(1, sizeof(*i));

	i->changed = changed;
	i->arg = arg;
	i->fd = nl_open();
	i->events = nl_open();
	if (i->fd < 0 || i->events < 0 || !nl_join(i->events, groups, ARRAY_SIZE(groups)))
		fatal_errno("cannot hear of static routes");
	i->readable = loop_on_readable(l, i->events, on_events, i);
	watch_start(i->readable);
	read_all(i);
	return i;
}

void import_close(struct import *i)
{
	if (!i)
		return;
	watch_free(i->readable);
	close(i->fd);
	close(i->events);
	free(i->list);
	free(i);
}

const struct imported *import_all(const struct import *i, size_t *count)
{
	*count = i->count;
	return i->list;
}
