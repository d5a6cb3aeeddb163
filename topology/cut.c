/* SPDX-License-Identifier: MIT */
/*
 * A pulled cable. The node must see what it would see: its carrier goes, its addresses stay. So the
 * far end goes down, never the node's own: a link that is set down loses its IPv6 addresses and the
 * routes on it.
 */
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "nodes/common/mem.h"
#include "nodes/common/nl.h"
#include "topology/build.h"
#include "topology/damage.h"
#include "topology/init.h"

#define SETTLE_MS 20

static void add_turn(struct nl_batch *b, unsigned index, const struct iface *iface, bool down)
{
	struct nlmsghdr *nlh = nl_batch_add(b, RTM_NEWLINK, 0, sizeof(struct ifinfomsg),
					    "the far end of %s:%s", iface->node->name, iface->name);
	struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	ifi->ifi_index = (int)index;
	ifi->ifi_change = IFF_UP;
	ifi->ifi_flags = down ? 0 : IFF_UP;
}

/* keep_addresses() - the far end of a cable is a node's too: it keeps what IPv6 addresses it has */
static void keep_addresses(struct spaces *s, const struct iface *end)
{
	auto_free char *key = xasprintf("net/ipv6/conf/%s/keep_addr_on_down", end->name);

	if (space_enter_net(s, s->nodes[end->node->index].net))
		node_sysctl(s, end->node, key, "1");
	space_go_home(s);
	spaces_forgive(s); /* a kernel without IPv6 has nothing to keep */
}

/* count_whole() - the ports that are not cut: so many shall forward */
static size_t count_whole(const struct wire_damage *wd, const struct wire *lan)
{
	size_t count = 0;

	for (size_t i = 0; i < lan->port_count; i++)
		count += !wd->ports[i].cut;
	return count;
}

/* sync_carriers() - those whose far end has been turned see it now */
static void sync_carriers(struct spaces *s, struct iface *const *ports, size_t count)
{
	for (size_t i = 0; i < count; i++)
		build_sync(s, ports[i]);
	space_go_home(s);
}

/* settle() - frames pass again when this returns, unless the node's own end is down too */
static void settle(struct damage *d, const struct wire *lan)
{
	build_settle(&d->init->spaces, lan, count_whole(damage_of_wire(d, lan), lan), SETTLE_MS);
	space_go_home(&d->init->spaces);
}

/* turn_ports() - those from `first` to before `end`, at once; false: none
 * of them counts as turned */
static bool turn_ports(struct damage *d, const struct wire *lan, size_t first, size_t end,
		       bool down, char **error)
{
	struct wire_damage *wd = damage_of_wire(d, lan);
	struct damage_batch db;

	if (!damage_batch_begin(d, &db, d->init->spaces.wires[lan->index], error))
		return false;
	for (size_t i = first; i < end; i++)
		add_turn(db.b, wire_far_end(&d->init->spaces, lan->ports[i]).index, lan->ports[i],
			 down);
	if (!damage_batch_end(d, &db, error))
		return false;
	for (size_t i = first; i < end; i++)
		wd->ports[i].cut = down;
	sync_carriers(&d->init->spaces, lan->ports + first, end - first);
	if (!down)
		settle(d, lan);
	return true;
}

/* turn_cable() - the other node's end; when it comes up that node gets back what the
 * kernel has taken with it */
static bool turn_cable(struct damage *d, const struct iface *iface, bool down, char **error)
{
	struct spaces *s = &d->init->spaces;
	const struct iface *other = iface->wire->ports[!iface->port];
	struct wire_end end = wire_far_end(s, iface);
	struct damage_batch db;

	if (down)
		keep_addresses(s, other);
	if (!damage_batch_begin(d, &db, end.net, error))
		return false;
	add_turn(db.b, end.index, iface, down);
	if (!damage_batch_end(d, &db, error))
		return false;
	damage_of_wire(d, iface->wire)->ports[iface->port].cut = down;
	sync_carriers(s, iface->wire->ports, 2);
	if (!down)
		build_again(s, other->node);
	return true;
}

bool cut_port(struct damage *d, const struct iface *iface, bool down, char **error)
{
	if (iface->wire->kind == WIRE_CABLE)
		return turn_cable(d, iface, down, error);
	return turn_ports(d, iface->wire, iface->port, iface->port + 1, down, error);
}

bool cut_lan(struct damage *d, const struct wire *lan, bool down, char **error)
{
	return turn_ports(d, lan, 0, lan->port_count, down, error);
}
