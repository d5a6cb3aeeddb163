/* SPDX-License-Identifier: MIT */
/* What the kernel says of facts: dumps, each object held against each fact as it comes. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/nl.h"
#include "topology/fact.h"

struct link_name {
	unsigned index;
	char name[16];
};

struct look {
	struct fact *facts;
	size_t count;
	struct link_name *links;
	size_t link_count;
	enum object_kind kind; /* of the dump under way */
};

/* name_of() - of a link that this look has seen; "?" of any other */
static const char *name_of(const struct look *l, unsigned index)
{
	for (size_t i = 0; i < l->link_count; i++)
		if (l->links[i].index == index)
			return l->links[i].name;
	return "?";
}

static enum fact_kind fact_about(enum object_kind kind)
{
	static const enum fact_kind about[] = {
		[OBJECT_LINK] = FACT_LINK,
		[OBJECT_ADDRESS] = FACT_ADDRESS,
		[OBJECT_ROUTE] = FACT_ROUTE,
		[OBJECT_NEIGHBOUR] = FACT_NEIGHBOUR,
	};

	return about[kind];
}

/* is_on() - without a `dev` in the fact any link is right */
static bool is_on(const struct look *l, const struct fact *f, unsigned index)
{
	return !f->dev || strcmp(f->dev, name_of(l, index)) == 0;
}

/* ---- links ---- */

/* hold_link() - an interface that is not there is never found to be up:
 * `link IF down` holds of it */
static void hold_link(struct look *l, struct fact *f, const struct object *o)
{
	(void)l;
	if (strcmp(f->word, o->name) == 0) {
		f->found |= o->state == LINK_UP;
		fact_saw(f, xasprintf("link %s %s", o->name, link_state_name(o->state)));
	}
}

/* ---- addresses ---- */

/* is_the_address() - a tentative one is none yet (RFC 4862, 5.4); where the fact names none, any
 * but those of lo and of the link alone */
static bool is_the_address(const struct look *l, const struct fact *f, const struct object *o)
{
	if (o->tentative || !is_on(l, f, o->index))
		return false;
	if (!f->has_prefix)
		return !o->link_scope && strcmp(name_of(l, o->index), "lo") != 0;
	return addr_equal(&f->prefix.addr, &o->prefix.addr) &&
	       (!f->len_written || f->prefix.len == o->prefix.len);
}

static void hold_address(struct look *l, struct fact *f, const struct object *o)
{
	char text[PREFIX_TEXT_LEN];

	f->found |= is_the_address(l, f, o);
	if (!addr_is_loopback(&o->prefix.addr))
		fact_saw(f, xasprintf("address %s dev %s%s", prefix_format(&o->prefix, text),
				      name_of(l, o->index), o->tentative ? " (tentative)" : ""));
}

/* ---- routes ---- */

static bool is_the_hop(const struct look *l, const struct fact *f, const struct hop *hop)
{
	return is_on(l, f, hop->index) && (!f->via.family || addr_equal(&f->via, &hop->via));
}

static bool is_the_prefix(const struct fact *f, const struct object *o)
{
	return f->prefix.len == o->prefix.len && addr_equal(&f->prefix.addr, &o->prefix.addr);
}

/* route_text() - "route 10.0.3.0/24 via 10.0.2.2 dev eth1", with each of its
 * next hops; to be freed */
static char *route_text(const struct look *l, const struct object *o)
{
	char prefix[PREFIX_TEXT_LEN], via[ADDR_TEXT_LEN];
	char *text = xasprintf("route %s", prefix_format(&o->prefix, prefix));

	for (unsigned i = 0; i < o->hop_count; i++) {
		const struct hop *hop = &o->hops[i];
		char *longer = xasprintf("%s%s%s%s%s", text, hop->via.family ? " via " : "",
					 hop->via.family ? addr_format(&hop->via, via) : "",
					 hop->index ? " dev " : "",
					 hop->index ? name_of(l, hop->index) : "");

		free(text);
		text = longer;
	}
	return text;
}

/* hold_route() - one next hop that fits is enough; routes of the other family are not even shown */
static void hold_route(struct look *l, struct fact *f, const struct object *o)
{
	bool same = is_the_prefix(f, o);

	if (o->prefix.addr.family != f->prefix.addr.family)
		return;
	for (unsigned i = 0; same && i < o->hop_count; i++)
		f->found |= is_the_hop(l, f, &o->hops[i]);
	(same ? fact_saw_near : fact_saw)(f, route_text(l, o));
}

/* ---- neighbours ---- */

/* hold_neighbour() - an entry that still asks, or has failed, is seen and does not hold */
static void hold_neighbour(struct look *l, struct fact *f, const struct object *o)
{
	char text[ADDR_TEXT_LEN], mac[MAC_TEXT_LEN];

	f->found |=
		o->known && is_on(l, f, o->index) && addr_equal(&f->prefix.addr, &o->prefix.addr);
	fact_saw(f, xasprintf("neighbour %s dev %s %s", addr_format(&o->prefix.addr, text),
			      name_of(l, o->index),
			      o->known	  ? mac_format(&o->mac, mac)
			      : o->failed ? "failed"
					  : "asked"));
}

/* ---- the look ---- */

static void remember_link(struct look *l, const struct object *o)
{
	struct link_name *link = xappend(&l->links, &l->link_count);

	link->index = o->index;
	memcpy(link->name, o->name, sizeof(link->name));
}

/* on_object() - held against each fact of its kind; links come first, so that the others
 * are seen with their names */
static void on_object(void *arg, const struct nlmsghdr *nlh)
{
	static void (*const hold[])(struct look * l, struct fact * f, const struct object *o) = {
		[OBJECT_LINK] = hold_link,
		[OBJECT_ADDRESS] = hold_address,
		[OBJECT_ROUTE] = hold_route,
		[OBJECT_NEIGHBOUR] = hold_neighbour,
	};
	struct look *l = arg;
	struct object o;

	if (!object_decode(&o, nlh))
		return;
	if (o.kind == OBJECT_LINK)
		remember_link(l, &o);
	for (size_t i = 0; i < l->count; i++)
		if (l->facts[i].kind == fact_about(o.kind))
			hold[o.kind](l, &l->facts[i], &o);
}

static bool needs(const struct fact *facts, size_t count, enum fact_kind kind)
{
	for (size_t i = 0; i < count; i++)
		if (facts[i].kind == kind)
			return true;
	return false;
}

/* begin_dump() - also when a dump was cut and comes again */
static void begin_dump(void *arg)
{
	struct look *l = arg;

	if (l->kind == OBJECT_LINK)
		l->link_count = 0;
	for (size_t i = 0; i < l->count; i++)
		if (l->facts[i].kind == fact_about(l->kind))
			fact_forget(&l->facts[i]);
}

/* dump() - of one kind, if a fact needs it; of links always, for their names. False with errno. */
static bool dump(struct look *l, int fd, enum object_kind kind)
{
	static const uint16_t requests[] = {
		[OBJECT_LINK] = RTM_GETLINK,
		[OBJECT_ADDRESS] = RTM_GETADDR,
		[OBJECT_ROUTE] = RTM_GETROUTE,
		[OBJECT_NEIGHBOUR] = RTM_GETNEIGH,
	};

	if (kind != OBJECT_LINK && !needs(l->facts, l->count, fact_about(kind)))
		return true;
	l->kind = kind;
	begin_dump(l);
	return nl_dump(fd, requests[kind], AF_UNSPEC, on_object, begin_dump, l);
}

bool facts_need_kernel(const struct fact *facts, size_t count)
{
	return needs(facts, count, FACT_LINK) || needs(facts, count, FACT_ADDRESS) ||
	       needs(facts, count, FACT_ROUTE) || needs(facts, count, FACT_NEIGHBOUR);
}

bool facts_look(struct fact *facts, size_t count, int fd)
{
	struct look l = { .facts = facts, .count = count };
	bool good;
	int err;

	nl_sync_link(fd, 1); /* what was told of may still be under way */
	good = dump(&l, fd, OBJECT_LINK) && dump(&l, fd, OBJECT_ADDRESS) &&
	       dump(&l, fd, OBJECT_ROUTE) && dump(&l, fd, OBJECT_NEIGHBOUR);
	err = errno;
	free(l.links);
	errno = err;
	return good;
}

bool facts_concern(const struct fact *facts, size_t count, const struct nlmsghdr *nlh)
{
	struct object o;

	if (!object_decode(&o, nlh)) /* a nexthop object may take routes along */
		return nlh->nlmsg_type == RTM_DELNEXTHOP || nlh->nlmsg_type == RTM_NEWNEXTHOP;
	if (o.kind == OBJECT_NEIGHBOUR)
		return needs(facts, count, FACT_NEIGHBOUR);
	if (o.kind != OBJECT_ROUTE)
		return true;
	for (size_t i = 0; i < count; i++)
		if (facts[i].kind == FACT_ROUTE && is_the_prefix(&facts[i], &o))
			return true;
	return false;
}
