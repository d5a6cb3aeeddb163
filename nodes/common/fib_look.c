/* SPDX-License-Identifier: MIT */
/*
 * What the kernel has, beside what the FIB writer thinks that it has. With a link or an address the
 * kernel drops IPv4 routes without a word of them, so events of routes do not suffice: whatever may
 * have touched ours, also events that were lost (ENOBUFS), leads to a look, a dump of our routes
 * that is compared. A look costs about 0.4 us a route; the next comes no sooner than after three
 * times its time.
 */
#include <errno.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "fib_core.h"
#include "mem.h"

static bool is_ours(const struct fib *f, const struct seen_route *s)
{
	return s->protocol == f->config.protocol && s->metric == f->config.metric &&
	       s->table == f->config.table;
}

/* ---- the dump -------------------------------------------------------------------------------- */

/* object_of() - the set that has the object of this id; NULL: it is not ours, or 0 */
static struct hops *object_of(const struct fib *f, uint32_t id)
{
	for (size_t i = 0; id && i < f->object_count; i++)
		if (f->objects[i]->object == id)
			return f->objects[i];
	return NULL;
}

/* hops_of() - by its object, if that is ours, or by its hops; it may be new, and have no user */
static struct hops *hops_of(struct fib *f, const struct seen_route *s)
{
	struct hops *h = object_of(f, s->object);

	return h ? h : hops_get(f, s->prefix.addr.family, s->hop, s->hop_count);
}

/* on_route() - one of ours as the kernel has it. A second one of the same prefix was left behind in
 * the middle of a change: it goes. */
static void on_route(void *arg, const struct nlmsghdr *nlh)
{
	struct fib *f = arg;
	struct seen_route s;
	struct route *r;
	struct hops *h;
	uint32_t object;

	if (nlh->nlmsg_type != RTM_NEWROUTE || !kernel_read_route(nlh, &s) || !is_ours(f, &s))
		return;
	r = prefix_map_add(f->routes, &s.prefix);
	h = hops_of(f, &s);
	object = h->object == s.object ? s.object : 0;
	if (r->seen == f->looks)
		kernel_put(f, RTM_DELROUTE, 0, r, h, object, f);
	else if (r->have != h || r->object != object)
		route_have(f, r, h, object);
	hops_release(f, h); /* a new set may have no user */
	r->seen = f->looks;
}

/* on_object() - one that an earlier run has left is taken over; a second one for the same hop
 * goes */
static void on_object(void *arg, const struct nlmsghdr *nlh)
{
	struct fib *f = arg;
	struct fib_hop hop;
	struct hops *h;
	uint32_t id;
	int family;

	if (nlh->nlmsg_type != RTM_NEWNEXTHOP || !kernel_read_object(f, nlh, &id, &family, &hop))
		return;
	h = object_of(f, id);
	if (!h) { /* an earlier run's */
		h = hops_get(f, family, &hop, 1);
		if (h->object) {
			kernel_drop_object(f, id, f);
			f->look = true; /* its routes have gone with it */
			return;
		}
		h->object = id;
		*xappend(&f->objects, &f->object_count) = h;
	}
	h->seen = f->looks;
}

/* look_again() - the dump was cut: what it has shown so far does not count */
static void look_again(void *arg)
{
	struct fib *f = arg;

	nl_batch_flush(f->batch);
	f->looks++;
}

/* drop_lost_objects() - those that the dump did not have */
static void drop_lost_objects(struct fib *f)
{
	for (size_t i = f->object_count; i-- > 0;)
		if (f->objects[i]->seen != f->looks)
			hops_forget_object(f, f->objects[i]);
}

/* judge() - after the dump: is this route as it is wanted? */
static void judge(struct fib *f, struct route *r)
{
	if (r->seen != f->looks && r->have)
		route_have(f, r, NULL, 0);
	if (r->refused) {
		r->refused = false;
		f->refused--;
	}
	if (r->want ? r->want != r->have : f->swept || !r->have)
		fib_mark(f, r);
}

/* look_at() - the routes of a family; false: there was no dump, and nothing is judged */
static bool look_at(struct fib *f, int family)
{
	struct route *r = NULL;

	f->looks++;
	if (!nl_dump_routes(f->ask, family, f->config.protocol, f->config.table, on_route,
			    look_again, f))
		return false;
	while ((r = prefix_map_next(f->routes, r)))
		if (r->prefix.addr.family == family)
			judge(f, r);
	return true;
}

void look_now(struct fib *f)
{
	uint64_t begun = clock_ms();

	f->look = false;
	nl_batch_flush(f->batch);
	f->looks++;
	if (nl_dump(f->ask, RTM_GETNEXTHOP, AF_UNSPEC, on_object, look_again, f))
		drop_lost_objects(f);
	if (!look_at(f, AF_INET) || !look_at(f, AF_INET6)) {
		log_limited(&f->complaint, "the kernel's routes cannot be read: %s",
			    strerror(errno));
		f->look = true;
	}
	nl_batch_flush(f->batch);
	f->next_look_ms = clock_ms() + 3 * (clock_ms() - begun);
}

/* ---- events ---------------------------------------------------------------------------------- */

/* touches() - may this event, caused by somebody else, have changed what the kernel has of ours? */
static bool touches(const struct fib *f, const struct nlmsghdr *nlh)
{
	struct prefix p;

	switch (nlh->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
	case RTM_DELADDR:
	case RTM_DELNEXTHOP:
		return prefix_map_count(f->routes) > 0;
	case RTM_NEWADDR:
		return f->refused > 0;
	case RTM_NEWROUTE: /* in place of one of ours? */
		return nlh->nlmsg_flags & NLM_F_REPLACE && kernel_read_prefix(nlh, &p) &&
		       prefix_map_find(f->routes, &p);
	case RTM_DELROUTE: /* one of ours, or one that stood in our way */
		return kernel_read_prefix(nlh, &p) && prefix_map_find(f->routes, &p);
	}
	return false;
}

/* on_events() - reads them all; the first that touches ours is reason enough for a look */
static void on_events(void *arg)
{
	struct fib *f = arg;
	char data[32768];
	ssize_t n;

	while ((n = recv(f->events, data, sizeof(data), MSG_DONTWAIT)) > 0 ||
	       (n < 0 && (errno == ENOBUFS || errno == EINTR))) {
		const struct nlmsghdr *nlh = (void *)data;
		int len = (int)n;

		if (n < 0)
			f->look |= errno == ENOBUFS;
		for (; n > 0 && !f->look && mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
			f->look = touches(f, nlh);
	}
	fib_schedule(f);
}

void look_open(struct fib *f)
{
	static const int groups[] = { RTNLGRP_LINK,	  RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
				      RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,  RTNLGRP_NEXTHOP };

	f->fd = nl_open();
	f->ask = nl_open();
	f->events = nl_open();
	if (f->fd < 0 || f->ask < 0 || f->events < 0)
		fatal_errno("cannot speak with the kernel's routing");
	nl_batch_use(f->batch, f->fd);
	nl_ignore(f->events, nl_port(f->fd));
	if (!nl_join(f->events, groups, ARRAY_SIZE(groups)))
		fatal_errno("cannot hear what the kernel does");
	f->readable = loop_on_readable(f->loop, f->events, on_events, f);
	watch_start(f->readable);
}
