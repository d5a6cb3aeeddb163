/* SPDX-License-Identifier: MIT */
#include "topology/events.h"

#include <errno.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "nodes/common/mem.h"
#include "nodes/common/nl.h"
#include "topology/build.h"
#include "topology/init.h"
#include "topology/known.h"

#define READS_A_TURN 512
#define LOOKS_A_TURN 8
#define LOOK_SOON_MS 1

/* What a node is due for. */
enum { DUE_FIRST = 1, DUE_ROUTES = 2, DUE_ALL = 4 };

struct events {
	struct init *init;
	int fd;
	struct watch *readable, *soon;
	struct known *known; /* of each node */
	uint8_t *due;	     /* by node */
	size_t due_count;
	size_t next;  /* the node to begin with, so that each gets its turn */
	bool drained; /* nothing waits in the socket: older than a look, it would undo it */
};

/* ---- one object, as an event ----------------------------------------------------------------- */

/* What events are told of. */
struct teller {
	const struct known *known;
	const struct node *node;
};

/* name_of() - by which a link is known just now. Of one that was not met yet, because something of it
 * is told before the first look: the plan's, whose index it has. */
static const char *name_of(const struct teller *t, unsigned index, char text[16])
{
	const char *name = known_link_name(t->known, index, text);

	for (size_t i = 0; name == text && i < t->node->iface_count; i++)
		if (iface_index(t->node->ifaces[i]) == index)
			name = t->node->ifaces[i]->name;
	return name;
}

/* put_hop() - "via" and "dev" as lists, left out where they would be empty */
static void put_hop(json_t *event, const struct teller *t, const struct object *o)
{
	json_t *via = json_array(), *dev = json_array();
	char text[ADDR_TEXT_LEN], name[16];

	for (unsigned i = 0; i < o->hop_count; i++) {
		const struct hop *hop = &o->hops[i];

		if (hop->via.family)
			json_array_append_new(via, json_string(addr_format(&hop->via, text)));
		if (hop->index)
			json_array_append_new(dev, json_string(name_of(t, hop->index, name)));
	}
	if (json_array_size(via))
		json_object_set(event, "via", via);
	if (json_array_size(dev))
		json_object_set(event, "dev", dev);
	json_decref(via);
	json_decref(dev);
}

static json_t *route_event(const struct teller *t, const struct object *o)
{
	char text[PREFIX_TEXT_LEN], number[8];
	json_t *event = json_pack("{s:s, s:s}", "prefix", prefix_format(&o->prefix, text),
				  "protocol", route_protocol_name(o->protocol, number));

	put_hop(event, t, o);
	if (o->metric)
		json_object_set_new(event, "metric", json_integer(o->metric));
	return event;
}

static json_t *neighbour_event(const struct teller *t, const struct object *o)
{
	char text[ADDR_TEXT_LEN], name[16], mac[MAC_TEXT_LEN];
	json_t *event = json_pack("{s:s, s:s, s:s}", "address", addr_format(&o->prefix.addr, text),
				  "dev", name_of(t, o->index, name), "state",
				  o->known    ? "known"
				  : o->failed ? "failed"
					      : "asked");

	if (o->known)
		json_object_set_new(event, "mac", json_string(mac_format(&o->mac, mac)));
	return event;
}

/* tell() - into the journal; links have the names by which they are known just now */
static void tell(struct events *e, const struct node *node, const struct object *o,
		 enum change change)
{
	static const char *const words[] = { "same", "added", "changed", "removed" };
	const struct teller t = { &e->known[node->index], node };
	struct journal *j = &e->init->journal;
	const char *what = words[change];
	char text[PREFIX_TEXT_LEN], name[16];

	switch (o->kind) {
	case OBJECT_LINK:
		journal_add(j, node, "link", what,
			    json_pack("{s:s, s:s, s:i}", "link", o->name, "state",
				      change == CHANGE_REMOVED ? "gone" : link_state_name(o->state),
				      "mtu", (int)o->mtu));
		break;
	case OBJECT_ADDRESS:
		journal_add(j, node, "address", what,
			    json_pack("{s:s, s:s, s:b}", "address", prefix_format(&o->prefix, text),
				      "dev", name_of(&t, o->index, name), "tentative",
				      o->tentative));
		break;
	case OBJECT_ROUTE:
		journal_add(j, node, "route", what, route_event(&t, o));
		break;
	case OBJECT_NEIGHBOUR:
		journal_add(j, node, "neighbour", what, neighbour_event(&t, o));
		break;
	}
}

/* ---- looks ----------------------------------------------------------------------------------- */

static void on_readable(void *arg);

/* make_due() - a look at the node, soon; what is due already is done with it */
static void make_due(struct events *e, const struct node *node, uint8_t what)
{
	uint8_t *due = &e->due[node->index];

	if (!*due) {
		e->due_count++;
		watch_start_in(e->soon, LOOK_SOON_MS);
	}
	*due |= what;
}

struct look {
	struct events *events;
	const struct node *node;
	bool silent; /* what is found was there before we came */
};

/* on_seen() - an object of a look: what is news is told, unless the look is silent */
static void on_seen(void *arg, const struct nlmsghdr *nlh)
{
	struct look *l = arg;
	struct known *k = &l->events->known[l->node->index];
	struct object o;
	enum change change;

	if (!object_decode(&o, nlh))
		return;
	if (l->silent) {
		known_note_untold(k, &o);
		return;
	}
	change = known_note(k, &o, false);
	if (change != CHANGE_NONE)
		tell(l->events, l->node, &o, change);
}

/* on_unseen() - it was known, and the look has not found it */
static void on_unseen(void *arg, const struct object *o)
{
	struct look *l = arg;

	if (!l->silent)
		tell(l->events, l->node, o, CHANGE_REMOVED);
}

/* on_cut() - a dump that comes again: what was noted stays true enough to be noted twice */
static void on_cut(void *arg)
{
	(void)arg;
}

static bool dump_routes(int fd, struct look *l)
{
	return nl_dump(fd, RTM_GETROUTE, AF_INET, on_seen, on_cut, l) &&
	       nl_dump(fd, RTM_GETROUTE, AF_INET6, on_seen, on_cut, l);
}

/* dump_all() - links first, because the others are told with their names; false with errno */
static bool dump_all(int fd, struct look *l)
{
	return nl_dump(fd, RTM_GETLINK, AF_UNSPEC, on_seen, on_cut, l) &&
	       nl_dump(fd, RTM_GETADDR, AF_UNSPEC, on_seen, on_cut, l) && dump_routes(fd, l) &&
	       nl_dump(fd, RTM_GETNEIGH, AF_UNSPEC, on_seen, on_cut, l);
}

/* hear_what_is_under_way() - what the first look found may be newer than what was heard:
 * somebody who was just told that the lab is up has made a route. Its message is in our socket
 * as soon as the kernel has answered this one, and comes as news. */
static void hear_what_is_under_way(struct events *e, struct known *k, int fd)
{
	nl_sync_link(fd, 1);
	on_readable(e);
	known_all_told(k);
}

/* look() - at one node. What it finds that no message told of becomes an
 * event; so does its failing. */
static void look(struct events *e, const struct node *node, uint8_t due)
{
	struct spaces *s = &e->init->spaces;
	struct look l = { e, node, !!(due & DUE_FIRST) };
	struct known *k = &e->known[node->index];
	bool routes_only = due == DUE_ROUTES;
	auto_close int fd = space_enter_net(s, s->nodes[node->index].net) ? nl_open() : -1;

	space_go_home(s);
	if (fd >= 0)
		nl_sync_link(fd, 1); /* what is told of may still be under way */
	known_begin_look(k);
	if (fd >= 0 && (routes_only ? dump_routes(fd, &l) : dump_all(fd, &l)))
		known_end_look(k, routes_only ? 1u << OBJECT_ROUTE : KINDS_ALL, on_unseen, &l);
	else
		journal_add(&e->init->journal, node, "lost", "look",
			    json_pack("{s:s}", "why", strerror(errno)));
	if (fd >= 0 && l.silent)
		hear_what_is_under_way(e, k, fd);
}

void events_turn(struct events *e)
{
	size_t count = e->init->lab->node_count, looks = 0;

	for (size_t i = 0; i < count && e->drained && e->due_count && looks < LOOKS_A_TURN; i++) {
		size_t at = e->next++ % count;
		uint8_t due = e->due[at];

		if (!due)
			continue;
		e->due[at] = 0;
		e->due_count--;
		look(e, e->init->lab->nodes[at], due);
		looks++;
	}
	if (e->due_count)
		watch_start_in(e->soon, LOOK_SOON_MS);
}

/* on_soon() - the looks themselves are done at the end of the turn */
static void on_soon(void *arg)
{
	on_readable(arg); /* what came since the last look comes first */
}

void events_look_at_all(struct events *e)
{
	for (size_t i = 0; i < e->init->lab->node_count; i++)
		make_due(e, e->init->lab->nodes[i], DUE_FIRST);
}

/* ---- what the kernel says -------------------------------------------------------------------- */

/* takes_routes_along() - with what goes, do IPv4 routes go of which the kernel says nothing? */
static bool takes_routes_along(const struct object *o, bool gone)
{
	if (o->kind == OBJECT_LINK)
		return gone || o->state != LINK_UP;
	return o->kind == OBJECT_ADDRESS && gone && o->prefix.addr.family == AF_INET;
}

/* is_part_of_route() - of an IPv6 route over several next hops the kernel tells one that goes as
 * if it were the route */
static bool is_part_of_route(const struct known *k, const struct object *o)
{
	const struct object *whole = o->kind == OBJECT_ROUTE ? known_find(k, o) : NULL;

	return whole && whole->hop_count > o->hop_count;
}

/* on_message() - of one node's kernel: an event where it changes what is known, and a look where
 * the kernel does not say all that follows */
static void on_message(struct events *e, const struct node *node, const struct nlmsghdr *nlh)
{
	bool gone = object_is_gone(nlh);
	struct object o;
	enum change change;

	if (nlh->nlmsg_type == RTM_DELNEXTHOP || nlh->nlmsg_type == RTM_NEWNEXTHOP)
		make_due(e, node, DUE_ROUTES);
	if (!object_decode(&o, nlh))
		return;
	if (gone && is_part_of_route(&e->known[node->index], &o)) {
		make_due(e, node, DUE_ROUTES);
		return;
	}
	change = known_note(&e->known[node->index], &o, gone);
	if (change == CHANGE_NONE)
		return;
	tell(e, node, &o, change);
	if (takes_routes_along(&o, gone))
		make_due(e, node, DUE_ROUTES);
}

/* node_of() - the namespace's id, which a control message tells, is the node's index */
static const struct node *node_of(const struct events *e, struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == SOL_NETLINK && c->cmsg_type == NETLINK_LISTEN_ALL_NSID) {
			int id = *(const int *)CMSG_DATA(c);

			if (id >= 0 && (size_t)id < e->init->lab->node_count)
				return e->init->lab->nodes[id];
		}
	return NULL;
}

/* on_overrun() - messages were dropped (ENOBUFS), and nobody knows whose: a look at each node */
static void on_overrun(struct events *e)
{
	journal_add(&e->init->journal, NULL, "lost", "overrun", NULL);
	for (size_t i = 0; i < e->init->lab->node_count; i++)
		make_due(e, e->init->lab->nodes[i], DUE_ALL);
}

/* receive() - one datagram of the kernel; false: there is none */
static bool receive(struct events *e)
{
	static char data[32768];
	char control[CMSG_SPACE(sizeof(int)) * 2];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(e->fd, &msg, MSG_DONTWAIT);
	const struct nlmsghdr *nlh = (void *)data;
	const struct node *node;
	int len = (int)n;

	if (n < 0 && errno == ENOBUFS) {
		on_overrun(e);
		return true;
	}
	if (n <= 0)
		return n < 0 && errno == EINTR;
	node = node_of(e, &msg);
	for (; node && mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		on_message(e, node, nlh);
	return true;
}

static void on_readable(void *arg)
{
	struct events *e = arg;

	e->drained = false;
	for (int i = 0; i < READS_A_TURN && !e->drained; i++)
		e->drained = !receive(e);
}

/* ---- beginning and end ----------------------------------------------------------------------- */

/* name_nodes() - the namespace of node i gets the id i in ours: without one its events do not
 * come */
static bool name_nodes(struct events *e)
{
	const struct lab *lab = e->init->lab;
	auto_close int fd = nl_open();
	struct nl_batch *b;
	bool good;

	if (fd < 0)
		return false;
	b = nl_batch_new();
	nl_batch_use(b, fd);
	for (size_t i = 0; i < lab->node_count; i++) {
		struct nlmsghdr *nlh = nl_batch_add(b, RTM_NEWNSID, 0, sizeof(struct rtgenmsg),
						    "node %s: namespace id", lab->nodes[i]->name);

		mnl_attr_put_u32(nlh, NETNSA_NSID, (uint32_t)i);
		mnl_attr_put_u32(nlh, NETNSA_FD, (uint32_t)e->init->spaces.nodes[i].net);
	}
	good = nl_batch_flush(b);
	if (!good) {
		errno = 0;
		spaces_fail(&e->init->spaces, "%s", nl_batch_error(b));
	}
	nl_batch_free(b);
	return good;
}

/* hear_all() - of each namespace that has an id in ours; false with errno */
static bool hear_all(int fd)
{
	int yes = 1;

	return setsockopt(fd, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, &yes, sizeof(yes)) == 0 &&
	       nl_hear(fd);
}

struct events *events_new(struct init *init)
{
	struct events *e = xcalloc(1, sizeof(*e));

	*e = (struct events){ .init = init, .fd = nl_open() };
	e->known = xcalloc(init->lab->node_count, sizeof(*e->known));
	e->due = xcalloc(init->lab->node_count, sizeof(*e->due));
	if (e->fd < 0 || !name_nodes(e) || !hear_all(e->fd)) {
		events_free(e);
		return NULL;
	}
	e->readable = loop_on_readable(init->loop, e->fd, on_readable, e);
	e->soon = loop_on_timer(init->loop, on_soon, e);
	watch_start(e->readable);
	return e;
}

void events_free(struct events *e)
{
	if (!e)
		return;
	watch_free(e->readable);
	watch_free(e->soon);
	cleanup_close(&e->fd);
	for (size_t i = 0; i < e->init->lab->node_count; i++)
		known_free(&e->known[i]);
	free(e->known);
	free(e->due);
	free(e);
}
