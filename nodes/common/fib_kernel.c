/* SPDX-License-Identifier: MIT */
/* The FIB writer's words with the kernel: routes and nexthop objects, put and read. */
#include <errno.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "fib_core.h"

#define OBJECT_TRIES 64

/* ---- put ------------------------------------------------------------------------------------- */

/* put_attr() - mnl_attr_put() for what is a few octets, in line: these are half of the work here */
static inline void put_attr(struct nlmsghdr *nlh, uint16_t type, const void *data, size_t len)
{
	struct nlattr *attr = (void *)((char *)nlh + nlh->nlmsg_len);

	attr->nla_type = type;
	attr->nla_len = (uint16_t)(sizeof(*attr) + len);
	memcpy(attr + 1, data, len);
	nlh->nlmsg_len += (uint32_t)(sizeof(*attr) + len);
}

static inline void put_u32_attr(struct nlmsghdr *nlh, uint16_t type, uint32_t value)
{
	put_attr(nlh, type, &value, sizeof(value));
}

static inline void put_addr_attr(struct nlmsghdr *nlh, uint16_t type, const struct addr *a)
{
	if (a->family == AF_INET)
		put_attr(nlh, type, a->bytes, 4);
	else
		put_attr(nlh, type, a->bytes, 16);
}

static void put_multipath(struct nlmsghdr *nlh, const struct hops *h)
{
	struct nlattr *all = mnl_attr_nest_start(nlh, RTA_MULTIPATH);

	all->nla_type &= ~NLA_F_NESTED; /* a strict kernel knows it without */
	for (unsigned i = 0; i < h->count; i++) {
		struct rtnexthop *hop = mnl_nlmsg_get_payload_tail(nlh);
		uint32_t before = nlh->nlmsg_len;

		memset(hop, 0, sizeof(*hop));
		hop->rtnh_ifindex = (int)h->hop[i].ifindex;
		nlh->nlmsg_len += (uint32_t)sizeof(*hop);
		if (h->hop[i].via.family)
			nl_put_addr(nlh, RTA_GATEWAY, &h->hop[i].via);
		hop->rtnh_len = (uint16_t)(nlh->nlmsg_len - before);
	}
	mnl_attr_nest_end(nlh, all);
}

/* put_hops() - a set without any was seen in the kernel, and is none that we could make */
static void put_hops(struct nlmsghdr *nlh, const struct hops *h, uint32_t object)
{
	if (!h->count)
		return;
	if (object)
		put_u32_attr(nlh, RTA_NH_ID, object);
	else if (h->count > 1)
		put_multipath(nlh, h);
	else {
		if (h->hop[0].via.family)
			put_addr_attr(nlh, RTA_GATEWAY, &h->hop[0].via);
		put_u32_attr(nlh, RTA_OIF, h->hop[0].ifindex);
	}
}

void kernel_put(struct fib *f, uint16_t type, uint16_t flags, const struct route *r,
		const struct hops *h, uint32_t object, void *about)
{
	struct nlmsghdr *nlh =
		nl_batch_add_about(f->batch, type, flags, sizeof(struct rtmsg), about);
	struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	bool nowhere = h && h->count == 1 && !h->hop[0].ifindex;
	bool on_link = h && !object && !nowhere && h->count == 1 && !h->hop[0].via.family;

	rtm->rtm_family = (uint8_t)r->prefix.addr.family;
	rtm->rtm_dst_len = (uint8_t)r->prefix.len;
	rtm->rtm_protocol = f->config.protocol;
	rtm->rtm_table = (uint8_t)f->config.table;
	rtm->rtm_type = !h ? RTN_UNSPEC : nowhere ? RTN_UNREACHABLE : RTN_UNICAST;
	rtm->rtm_scope = !h ? RT_SCOPE_NOWHERE : on_link ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	put_addr_attr(nlh, RTA_DST, &r->prefix.addr);
	put_u32_attr(nlh, RTA_PRIORITY, f->config.metric);
	if (f->config.table > UINT8_MAX) {
		rtm->rtm_table = RT_TABLE_UNSPEC;
		mnl_attr_put_u32(nlh, RTA_TABLE, f->config.table);
	}
	if (h && !nowhere)
		put_hops(nlh, h, object);
}

/* ask_once() - one message with its acknowledgement; 0, or the error */
static int ask_once(int fd, struct nlmsghdr *nlh)
{
	char answer[4096];

	nlh->nlmsg_flags |= NLM_F_ACK;
	for (ssize_t n = send(fd, nlh, nlh->nlmsg_len, 0); n >= 0;) {
		const struct nlmsghdr *got = (void *)answer;

		n = recv(fd, answer, sizeof(answer), 0);
		if (n > 0 && mnl_nlmsg_ok(got, (int)n) && got->nlmsg_type == NLMSG_ERROR &&
		    got->nlmsg_seq == nlh->nlmsg_seq)
			return -((struct nlmsgerr *)mnl_nlmsg_get_payload(got))->error;
	}
	return errno;
}

/* make_object() - 0, or the error; EEXIST: the id is somebody's */
static int make_object(const struct fib *f, const struct hops *h, uint32_t id)
{
	char data[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(data);
	struct nhmsg *nhm;

	nlh->nlmsg_type = RTM_NEWNEXTHOP;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL;
	nlh->nlmsg_seq = id;
	nhm = mnl_nlmsg_put_extra_header(nlh, sizeof(*nhm));
	nhm->nh_family = h->family;
	nhm->nh_protocol = f->config.protocol;
	mnl_attr_put_u32(nlh, NHA_ID, id);
	mnl_attr_put_u32(nlh, NHA_OIF, h->hop[0].ifindex);
	if (h->hop[0].via.family)
		nl_put_addr(nlh, NHA_GATEWAY, &h->hop[0].via);
	return ask_once(f->fd, nlh);
}

bool kernel_make_object(struct fib *f, struct hops *h)
{
	/* the ids are everybody's: ours begin with the protocol's number */
	uint32_t base = (uint32_t)f->config.protocol << 20;
	int err = EEXIST;

	nl_batch_flush(f->batch);
	for (int i = 0; err == EEXIST && i < OBJECT_TRIES; i++) {
		f->last_object = (f->last_object + 1) & 0xfffff;
		err = make_object(f, h, base | f->last_object);
	}
	if (!err)
		h->object = base | f->last_object;
	return !err;
}

void kernel_drop_object(struct fib *f, uint32_t id, void *about)
{
	struct nlmsghdr *nlh =
		nl_batch_add_about(f->batch, RTM_DELNEXTHOP, 0, sizeof(struct nhmsg), about);

	mnl_attr_put_u32(nlh, NHA_ID, id);
}

/* ---- read ------------------------------------------------------------------------------------ */

/* read_addr() - zeroes where the attribute is too short for one */
static void read_addr(const struct nlattr *attr, int family, struct addr *to)
{
	*to = (struct addr){ .family = family };
	if (mnl_attr_get_payload_len(attr) >= addr_bits(to) / 8)
		memcpy(to->bytes, mnl_attr_get_payload(attr), addr_bits(to) / 8);
}

/* read_multipath() - the hops of RTA_MULTIPATH; a count of 0 says that there are more than we
 * make */
static void read_multipath(const struct nlattr *all, int family, struct seen_route *to)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(all);
	size_t rest = mnl_attr_get_payload_len(all);

	to->hop_count = 0;
	for (; rest >= sizeof(*hop) && hop->rtnh_len >= sizeof(*hop) && hop->rtnh_len <= rest;
	     rest -= RTNH_ALIGN(hop->rtnh_len), hop = RTNH_NEXT(hop)) {
		const struct nlattr *attr;

		if (to->hop_count == FIB_HOPS_MAX) {
			to->hop_count = 0; /* none of ours */
			return;
		}
		to->hop[to->hop_count] = (struct fib_hop){ .ifindex = (unsigned)hop->rtnh_ifindex };
		mnl_attr_for_each_payload ((void *)RTNH_DATA(hop), hop->rtnh_len - sizeof(*hop))
			if (mnl_attr_get_type(attr) == RTA_GATEWAY)
				read_addr(attr, family, &to->hop[to->hop_count].via);
		to->hop_count++;
		if (RTNH_ALIGN((size_t)hop->rtnh_len) > rest)
			return;
	}
}

bool kernel_read_prefix(const struct nlmsghdr *nlh, struct prefix *to)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	*to = (struct prefix){ { .family = rtm->rtm_family }, rtm->rtm_dst_len };
	if (rtm->rtm_family != AF_INET && rtm->rtm_family != AF_INET6)
		return false;
	mnl_attr_for_each (attr, nlh, sizeof(*rtm))
		if (mnl_attr_get_type(attr) == RTA_DST)
			read_addr(attr, rtm->rtm_family, &to->addr);
	return true;
}

bool kernel_read_route(const struct nlmsghdr *nlh, struct seen_route *to)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	*to = (struct seen_route){ .prefix = { { .family = rtm->rtm_family }, rtm->rtm_dst_len },
				   .protocol = rtm->rtm_protocol,
				   .table = rtm->rtm_table };
	if ((rtm->rtm_family != AF_INET && rtm->rtm_family != AF_INET6) ||
	    (rtm->rtm_type != RTN_UNICAST && rtm->rtm_type != RTN_UNREACHABLE) ||
	    rtm->rtm_flags & RTM_F_CLONED || rtm->rtm_tos)
		return false;
	mnl_attr_for_each (attr, nlh, sizeof(*rtm))
		switch (mnl_attr_get_type(attr)) {
		case RTA_DST:
			read_addr(attr, rtm->rtm_family, &to->prefix.addr);
			break;
		case RTA_PRIORITY:
			to->metric = mnl_attr_get_u32(attr);
			break;
		case RTA_TABLE:
			to->table = mnl_attr_get_u32(attr);
			break;
		case RTA_NH_ID:
			to->object = mnl_attr_get_u32(attr);
			break;
		case RTA_GATEWAY:
			read_addr(attr, rtm->rtm_family, &to->hop[0].via);
			break;
		case RTA_OIF:
			to->hop[0].ifindex = mnl_attr_get_u32(attr);
			to->hop_count = 1;
			break;
		case RTA_MULTIPATH:
			read_multipath(attr, rtm->rtm_family, to);
			break;
		}
	if (rtm->rtm_type == RTN_UNREACHABLE) { /* IPv6 has lo in it */
		to->hop[0] = (struct fib_hop){ .ifindex = 0 };
		to->hop_count = 1;
		to->object = 0;
	}
	return true;
}

bool kernel_read_object(const struct fib *f, const struct nlmsghdr *nlh, uint32_t *id, int *family,
			struct fib_hop *hop)
{
	const struct nhmsg *nhm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	*id = 0;
	*hop = (struct fib_hop){ 0 };
	*family = nhm->nh_family;
	mnl_attr_for_each (attr, nlh, sizeof(*nhm))
		switch (mnl_attr_get_type(attr)) {
		case NHA_ID:
			*id = mnl_attr_get_u32(attr);
			break;
		case NHA_OIF:
			hop->ifindex = mnl_attr_get_u32(attr);
			break;
		case NHA_GATEWAY:
			read_addr(attr, nhm->nh_family, &hop->via);
			break;
		}
	return *id && hop->ifindex && nhm->nh_protocol == f->config.protocol;
}
