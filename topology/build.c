/* SPDX-License-Identifier: MIT */
/*
 * The plan, made in the kernel. Every link is created where it belongs: one RTM_NEWLINK names both
 * ends, their namespaces, indices, MACs and, for a LAN, the bridge; a link that is moved afterwards
 * costs a grace period (36 ms instead of 0.4). A bridge's port is up from the start and the node's
 * end comes up last, with its addresses: then the node can send at once, and what is left to wait
 * for is the bridge's end.
 */
#include "topology/build.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "nodes/common/loop.h"
#include "nodes/common/mem.h"
#include "nodes/common/nl.h"
#include "topology/plan.h"

#define BRIDGE_INDEX	 2
#define FIRST_PORT_INDEX 3
#define FORWARD_WAIT_MS	 10000
#define LINK_AGAIN_MS	 5

struct wire_end wire_near_end(const struct spaces *s, const struct iface *iface)
{
	return (struct wire_end){ s->nodes[iface->node->index].net, iface_index(iface) };
}

struct wire_end wire_far_end(const struct spaces *s, const struct iface *iface)
{
	const struct wire *w = iface->wire;

	if (w->kind == WIRE_CABLE)
		return wire_near_end(s, w->ports[!iface->port]);
	return (struct wire_end){ s->wires[w->index], port_index(iface) };
}

unsigned port_index(const struct iface *iface)
{
	return FIRST_PORT_INDEX + iface->port;
}

unsigned iface_index(const struct iface *iface)
{
	unsigned index = FIRST_INDEX;

	for (size_t i = 0; i < iface->node->iface_count; i++, index++)
		if (iface->node->ifaces[i] == iface)
			break;
	return index;
}

/* silence_bridge() - a bridge and its ports pass IPv6 on and speak none themselves: their neighbour
 * discovery and MLD reports would reach every node. A kernel without IPv6 has no such file. */
static void silence_bridge(void)
{
	auto_close int fd =
		open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, "1", 1) < 0)
		return; /* noise is no reason to fail */
}

bool build_namespaces(struct spaces *s, build_progress_fn *progress, void *arg)
{
	const struct lab *lab = s->lab;

	for (size_t i = 0; i < lab->wire_count; i++) {
		if (lab->wires[i]->kind == WIRE_CABLE)
			continue;
		s->wires[i] = space_new_net(s);
		if (s->wires[i] < 0)
			return spaces_fail(s, "LAN %s", lab->wires[i]->name);
		silence_bridge();
	}
	for (size_t i = 0; i < lab->node_count; i++) {
		s->nodes[i].net = space_new_net(s);
		if (s->nodes[i].net < 0)
			return spaces_fail(s, "node %s", lab->nodes[i]->name);
		progress(arg, "nodes", i + 1, lab->node_count);
	}
	return true;
}

/* put_link() - what bridges and both ends of a veth pair have in common */
static void put_link(struct nlmsghdr *nlh, const char *name, const struct mac *mac, unsigned mtu)
{
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	mnl_attr_put(nlh, IFLA_ADDRESS, sizeof(mac->bytes), mac->bytes);
	mnl_attr_put_u32(nlh, IFLA_MTU, mtu);
}

/* bridge_index() - behind the ports, whose numbers do not depend on how many sides there are */
unsigned bridge_index(const struct wire *lan, unsigned side)
{
	return side ? FIRST_PORT_INDEX + (unsigned)lan->port_count + side : BRIDGE_INDEX;
}

/* build_bridge() - a switch learns and snoops, and asks the queries that snooping needs (RFC 4541,
 * 2.1.1); a hub forgets a MAC at once, so each frame goes out at every port */
void build_bridge(struct nl_batch *b, const struct wire *w, unsigned side)
{
	char name[NAME_MAX_LEN + 1];
	struct nlmsghdr *nlh = nl_batch_add(b, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
					    sizeof(struct ifinfomsg), "LAN %s (bridge)", w->name);
	struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct mac mac = plan_mac(w->name, "bridge", side);
	struct nlattr *info, *data;
	bool learns = w->kind == WIRE_SWITCH;

	if (side)
		snprintf(name, sizeof(name), "side.%u", side);
	else
		snprintf(name, sizeof(name), "%s", w->name);
	ifi->ifi_index = (int)bridge_index(w, side);
	ifi->ifi_flags = ifi->ifi_change = IFF_UP;
	put_link(nlh, name, &mac, w->mtu);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "bridge");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u32(nlh, IFLA_BR_FORWARD_DELAY, 0);
	if (!learns)
		mnl_attr_put_u32(nlh, IFLA_BR_AGEING_TIME, 0);
	mnl_attr_put_u8(nlh, IFLA_BR_MCAST_SNOOPING, learns);
	mnl_attr_put_u8(nlh, IFLA_BR_MCAST_QUERIER, learns);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
}

/* add_veth() - this end here, the other in the namespace `peer_net`; both indices must be given,
 * or the kernel takes neither */
static struct nlmsghdr *add_veth(struct nl_batch *b, const struct iface *to, const char *name,
				 const struct mac *mac, unsigned index, int peer_net)
{
	const struct wire *w = to->wire;
	struct nlmsghdr *nlh =
		nl_batch_add(b, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg),
			     "node %s: link %s to %s (veth)", to->node->name, to->name, w->name);
	struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh), *peer_ifi;
	struct nlattr *info, *data, *peer;

	ifi->ifi_index = (int)index;
	put_link(nlh, name, mac, w->mtu);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	peer_ifi = mnl_nlmsg_get_payload_tail(nlh);
	nlh->nlmsg_len += MNL_ALIGN(sizeof(*peer_ifi));
	*peer_ifi = (struct ifinfomsg){ .ifi_index = (int)iface_index(to) };
	put_link(nlh, to->name, &to->mac, to->mtu ? to->mtu : w->mtu);
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, (uint32_t)peer_net);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return nlh;
}

/* add_lan_links() - the bridge, then each port as its slave, up from the start;
 * the nodes' ends stay down */
static void add_lan_links(struct spaces *s, struct nl_batch *b, const struct wire *w)
{
	build_bridge(b, w, 0);
	for (size_t i = 0; i < w->port_count; i++) {
		const struct iface *iface = w->ports[i];
		struct nlmsghdr *nlh =
			add_veth(b, iface, iface->port_name, &iface->port_mac,
				 FIRST_PORT_INDEX + (unsigned)i, s->nodes[iface->node->index].net);
		struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

		ifi->ifi_flags = ifi->ifi_change = IFF_UP;
		mnl_attr_put_u32(nlh, IFLA_MASTER, BRIDGE_INDEX);
	}
}

/* add_cable() - made in the namespace of its first end; both ends stay down */
static void add_cable(struct spaces *s, struct nl_batch *b, const struct wire *w)
{
	const struct iface *a = w->ports[0], *z = w->ports[1];

	add_veth(b, z, a->name, &a->mac, iface_index(a), s->nodes[z->node->index].net);
}

/* make_links() - a socket for each wire: netlink acts in the namespace in which its socket was
 * made. Leaves us in the last one's. */
static bool make_links(struct spaces *s, struct nl_batch *b, build_progress_fn *progress, void *arg)
{
	for (size_t i = 0; i < s->lab->wire_count; i++) {
		const struct wire *w = s->lab->wires[i];
		bool cable = w->kind == WIRE_CABLE;
		auto_close int fd = -1;

		if (!space_enter_net(s,
				     cable ? s->nodes[w->ports[0]->node->index].net : s->wires[i]))
			return false;
		fd = nl_open();
		if (fd < 0)
			return spaces_fail(s, "%s: cannot open a netlink socket", w->name);
		nl_batch_use(b, fd);
		if (cable)
			add_cable(s, b, w);
		else
			add_lan_links(s, b, w);
		if (!nl_batch_flush(b)) {
			errno = 0;
			return spaces_fail(s, "%s", nl_batch_error(b));
		}
		progress(arg, "wires", i + 1, s->lab->wire_count);
	}
	return true;
}

/* configure_nodes() - one after another; leaves us in the namespace of the last one */
static bool configure_nodes(struct spaces *s, struct nl_batch *b, build_progress_fn *progress,
			    void *arg)
{
	for (size_t i = 0; i < s->lab->node_count; i++) {
		if (!build_node(s, s->lab->nodes[i], b))
			return false;
		progress(arg, "addresses", i + 1, s->lab->node_count);
	}
	return true;
}

struct port_states {
	size_t forwarding;
};

/* on_port() - an answer to a dump of AF_BRIDGE; the ports alone tell a state */
static void on_port(void *arg, const struct nlmsghdr *nlh)
{
	struct port_states *states = arg;
	const struct nlattr *attr, *port;

	mnl_attr_for_each (attr, nlh, sizeof(struct ifinfomsg))
		if (mnl_attr_get_type(attr) == IFLA_PROTINFO)
			mnl_attr_for_each_nested (port, attr)
				if (mnl_attr_get_type(port) == IFLA_BRPORT_STATE)
					states->forwarding +=
						mnl_attr_get_u8(port) == BR_STATE_FORWARDING;
}

/* count_again() - a dump that was cut comes again as a whole */
static void count_again(void *arg)
{
	((struct port_states *)arg)->forwarding = 0;
}

/* ports_forward() - at least so many, now; false too where the kernel cannot be asked */
static bool ports_forward(int fd, size_t expected)
{
	struct port_states states = { 0 };

	return nl_dump(fd, RTM_GETLINK, AF_BRIDGE, on_port, count_again, &states) &&
	       states.forwarding >= expected;
}

bool build_settle(struct spaces *s, const struct wire *lan, size_t expected, unsigned timeout_ms)
{
	uint64_t deadline = clock_ms() + timeout_ms;
	auto_close int fd = -1;

	if (!space_enter_net(s, s->wires[lan->index]))
		return false;
	fd = nl_open();
	if (fd < 0)
		return spaces_fail(s, "%s: cannot open a netlink socket", lan->name);
	for (;;) {
		for (size_t i = 0; i < lan->port_count; i++)
			nl_sync_link(fd, FIRST_PORT_INDEX + (unsigned)i);
		if (ports_forward(fd, expected))
			return true;
		if (clock_ms() >= deadline)
			return false;
		poll(NULL, 0, LINK_AGAIN_MS);
	}
}

static bool wait_for_ports(struct spaces *s, const struct wire *lan)
{
	if (build_settle(s, lan, lan->port_count, FORWARD_WAIT_MS))
		return true;
	errno = ETIMEDOUT;
	return spaces_fail(s, "LAN %s: its ports do not forward", lan->name);
}

void build_sync(struct spaces *s, const struct iface *i)
{
	auto_close int fd = -1;

	if (!space_enter_net(s, s->nodes[i->node->index].net))
		return;
	fd = nl_open();
	if (fd >= 0)
		nl_sync_link(fd, iface_index(i));
}

static void sync_cable(struct spaces *s, const struct wire *w)
{
	for (size_t i = 0; i < w->port_count; i++)
		build_sync(s, w->ports[i]);
}

/* wait_for_links() - LANs until all of their ports forward; of a cable's ends the carrier
 * alone is brought up to date */
static bool wait_for_links(struct spaces *s)
{
	for (size_t i = 0; i < s->lab->wire_count; i++) {
		if (s->lab->wires[i]->kind == WIRE_CABLE)
			sync_cable(s, s->lab->wires[i]);
		else if (!wait_for_ports(s, s->lab->wires[i]))
			return false;
	}
	return true;
}

bool build_links(struct spaces *s, build_progress_fn *progress, void *arg)
{
	struct nl_batch *b = nl_batch_new();
	bool good = make_links(s, b, progress, arg);

	nl_batch_free(b);
	space_go_home(s);
	return good;
}

bool build_nodes(struct spaces *s, build_progress_fn *progress, void *arg)
{
	struct nl_batch *b = nl_batch_new();
	bool good = configure_nodes(s, b, progress, arg) && wait_for_links(s);

	nl_batch_free(b);
	space_go_home(s);
	return good;
}
