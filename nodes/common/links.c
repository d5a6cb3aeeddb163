/* SPDX-License-Identifier: MIT */
/* A node has few links: after each event they are read anew, which cannot miss anything. */
#include "links.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "inet.h"
#include "log.h"
#include "mem.h"
#include "nl.h"

/* There is a carrier (IFF_LOWER_UP, which net/if.h lacks), and the kernel has begun to send by it:
 * between the two it drops what is sent. */
#define LOWER_UP (1u << 16)
#define UP_ALL	 ((unsigned)IFF_UP | IFF_RUNNING | LOWER_UP)

struct links {
	int fd, events;
	struct link *list; /* and one of index 0 */
	size_t count;
	loop_fn *changed;
	void *arg;
	struct watch *readable;
};

static void list_free(struct link *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(list[i].addrs);
	free(list);
}

static void forget_all(void *arg)
{
	struct links *l = arg;

	list_free(l->list, l->count);
	l->list = NULL;
	l->count = 0;
}

/* forget_addrs() - the dump of addresses begins anew */
static void forget_addrs(void *arg)
{
	struct links *l = arg;

	for (size_t i = 0; i < l->count; i++)
		l->list[i].addr_count = 0;
}

static void on_link(void *arg, const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct links *l = arg;
	struct link *link;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return;
	link = xappend(&l->list, &l->count);
	link->index = (unsigned)ifi->ifi_index;
	link->up = (ifi->ifi_flags & UP_ALL) == UP_ALL;
	link->loopback = ifi->ifi_flags & IFF_LOOPBACK;
	mnl_attr_for_each (attr, nlh, sizeof(*ifi))
		if (mnl_attr_get_type(attr) == IFLA_IFNAME)
			snprintf(link->name, sizeof(link->name), "%s", mnl_attr_get_str(attr));
}

static uint32_t address_in(const struct nlattr *attr)
{
	return ntohl(mnl_attr_get_u32(attr));
}

static void on_addr(void *arg, const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct links *l = arg;
	struct link_addr a = { .len = ifa->ifa_prefixlen };

	if (nlh->nlmsg_type != RTM_NEWADDR)
		return;
	mnl_attr_for_each (attr, nlh, sizeof(*ifa))
		switch (mnl_attr_get_type(attr)) {
		case IFA_LOCAL:
			a.address = address_in(attr);
			break;
		case IFA_ADDRESS:
			a.network = address_in(attr);
			break;
		case IFA_BROADCAST:
			a.broadcast = address_in(attr);
			break;
		}
	for (size_t i = 0; i < l->count; i++)
		if (l->list[i].index == ifa->ifa_index)
			*xappend(&l->list[i].addrs, &l->list[i].addr_count) = a;
}

/* is_same_link() - in all that our users ask of it */
static bool is_same_link(const struct link *a, const struct link *b)
{
	return a->index == b->index && a->up == b->up && a->addr_count == b->addr_count &&
	       strcmp(a->name, b->name) == 0 &&
	       (!a->addr_count ||
		memcmp(a->addrs, b->addrs, a->addr_count * sizeof(*a->addrs)) == 0);
}

static bool is_same(const struct links *l, const struct link *list, size_t count)
{
	if (l->count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!is_same_link(&l->list[i], &list[i]))
			return false;
	return true;
}

/* read_all() - true: something has changed. Where the kernel does not tell, all is as it was. */
static bool read_all(struct links *l)
{
	struct link *before = l->list;
	size_t count = l->count;
	bool changed;

	l->list = NULL;
	l->count = 0;
	if (!nl_dump(l->fd, RTM_GETLINK, AF_UNSPEC, on_link, forget_all, l) ||
	    !nl_dump(l->fd, RTM_GETADDR, AF_INET, on_addr, forget_addrs, l)) {
		log_errno("cannot read the links");
		forget_all(l);
		l->list = before;
		l->count = count;
		return false;
	}
	*xappend(&l->list, &l->count) = (struct link){ 0 };
	l->count--;
	changed = !is_same(l, before, count);
	list_free(before, count);
	return changed;
}

static void on_events(void *arg)
{
	struct links *l = arg;
	char data[8192];
	ssize_t n;

	while ((n = recv(l->events, data, sizeof(data), MSG_DONTWAIT)) > 0 ||
	       (n < 0 && (errno == ENOBUFS || errno == EINTR)))
		; /* whatever it was */
	if (read_all(l))
		l->changed(l->arg);
}

struct links *links_open(struct loop *loop, loop_fn *changed, void *arg)
{
	static const int groups[] = { RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR };
	struct links *l = xcalloc(1, sizeof(*l));

	l->changed = changed;
	l->arg = arg;
	l->fd = nl_open();
	l->events = nl_open();
	if (l->fd < 0 || l->events < 0 || !nl_join(l->events, groups, ARRAY_SIZE(groups)))
		fatal_errno("cannot hear of links");
	l->readable = loop_on_readable(loop, l->events, on_events, l);
	watch_start(l->readable);
	if (!read_all(l))
		fatal("cannot read the links");
	return l;
}

void links_close(struct links *l)
{
	if (!l)
		return;
	watch_free(l->readable);
	forget_all(l);
	close(l->fd);
	close(l->events);
	free(l);
}

const struct link *links_all(const struct links *l)
{
	return l->list;
}

bool links_own(const struct links *l, uint32_t address)
{
	for (size_t i = 0; i < l->count; i++)
		for (size_t k = 0; k < l->list[i].addr_count; k++)
			if (l->list[i].addrs[k].address == address)
				return true;
	return false;
}

bool links_broadcast(const struct links *l, uint32_t address)
{
	for (size_t i = 0; i < l->count; i++)
		for (size_t k = 0; k < l->list[i].addr_count; k++) {
			const struct link_addr *a = &l->list[i].addrs[k];
			uint32_t mask = ip4_mask(a->len);

			if (a->len < 31 &&
			    (address == (a->network | ~mask) || address == (a->network & mask)))
				return true;
		}
	return false;
}

const struct link *links_towards(const struct links *l, uint32_t address)
{
	const struct link *best = NULL;
	unsigned best_len = 0;

	for (size_t i = 0; i < l->count; i++)
		for (size_t k = 0; k < l->list[i].addr_count; k++) {
			const struct link_addr *a = &l->list[i].addrs[k];

			if (!l->list[i].up || (a->network ^ address) & ip4_mask(a->len) ||
			    (best && a->len <= best_len))
				continue;
			best = &l->list[i];
			best_len = a->len;
		}
	return best;
}
