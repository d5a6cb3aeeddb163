/* SPDX-License-Identifier: MIT */
/* What is inside a node: settings first, then addresses, then its links come up, then routes. */
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>

#include "nodes/common/mem.h"
#include "nodes/common/nl.h"
#include "topology/build.h"

#define IPV6_MIN_MTU 1280

/* node_sysctl() - "net.ipv4.ip_forward"; a dot may be part of an interface's name, hence also
 * "net/ipv4/conf/eth0.5/forwarding", as sysctl(8) takes it */
bool node_sysctl(struct spaces *s, const struct node *node, const char *key, const char *value)
{
	auto_free char *path = xasprintf("/proc/sys/%s", key);
	auto_close int fd = -1;

	if (!strchr(key, '/'))
		for (char *c = path + strlen("/proc/sys/"); *c; c++)
			if (*c == '.')
				*c = '/';
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		return spaces_fail(s, "node %s: sysctl %s = %s", node->name, key, value);
	return true;
}

static bool has_ipv6(const struct node *node)
{
	for (size_t i = 0; i < node->iface_count; i++)
		if (iface_has_ipv6(node->ifaces[i]))
			return true;
	return false;
}

/* write_settings() - `forward` first, then the file's sysctls, which may say otherwise; we are in
 * the node's namespace */
static bool write_settings(struct spaces *s, const struct node *node)
{
	if (node->forward && !node_sysctl(s, node, "net.ipv4.ip_forward", "1"))
		return false;
	if (node->forward && has_ipv6(node) &&
	    !node_sysctl(s, node, "net.ipv6.conf.all.forwarding", "1"))
		return false;
	for (size_t i = 0; i < node->sysctl_count; i++)
		if (!node_sysctl(s, node, node->sysctls[i].key, node->sysctls[i].value))
			return false;
	return true;
}

/* turn_off_tx() - checksums are computed and segments cut before the frame leaves, so that captures
 * show what a real wire carries. Only where frames begin: a bridge's port passes on what it gets.
 * ethtool's own netlink family would cost a look-up a namespace; any socket takes this ioctl. */
static bool turn_off_tx(struct spaces *s, int fd, const struct iface *iface)
{
	struct ethtool_value off = { .cmd = ETHTOOL_STXCSUM, .data = 0 };
	struct ifreq ifr = { .ifr_data = (void *)&off };

	memcpy(ifr.ifr_name, iface->name, strlen(iface->name) + 1);
	if (ioctl(fd, SIOCETHTOOL, &ifr) < 0 && errno != EOPNOTSUPP)
		return spaces_fail(s, "node %s: %s: cannot turn tx offload off", iface->node->name,
				   iface->name);
	return true;
}

static void set_up(struct nl_batch *b, const struct node *node, unsigned index, const char *name)
{
	struct nlmsghdr *nlh = nl_batch_add(b, RTM_NEWLINK, 0, sizeof(struct ifinfomsg),
					    "node %s: %s up", node->name, name);
	struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	ifi->ifi_index = (int)index;
	ifi->ifi_flags = ifi->ifi_change = IFF_UP;
}

/* no_own_address() - no link-local address by the kernel: the plan gives addresses, and an
 * interface without one has no business in neighbour discovery. The kernel takes this of a link
 * that is there, not of one that is being made. */
static void no_own_address(struct nl_batch *b, const struct iface *iface)
{
	struct nlmsghdr *nlh = nl_batch_add(b, RTM_NEWLINK, 0, sizeof(struct ifinfomsg),
					    "node %s: IPv6 on %s", iface->node->name, iface->name);
	struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct nlattr *spec = mnl_attr_nest_start(nlh, IFLA_AF_SPEC);
	struct nlattr *inet6 = mnl_attr_nest_start(nlh, AF_INET6);

	ifi->ifi_index = (int)iface_index(iface);
	mnl_attr_put_u8(nlh, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(nlh, inet6);
	mnl_attr_nest_end(nlh, spec);
}

/* kernel_has_ipv6() - looked up once, for all nodes */
static bool kernel_has_ipv6(void)
{
	static int has = -1;

	if (has < 0)
		has = access("/proc/sys/net/ipv6", F_OK) == 0;
	return has;
}

/* speaks_ipv6() - the kernel has none on links that are too narrow for it (RFC 8200, 5) */
static bool speaks_ipv6(const struct iface *iface)
{
	return kernel_has_ipv6() && (iface->mtu ? iface->mtu : iface->wire->mtu) >= IPV6_MIN_MTU;
}

/* add_address() - without duplicate address detection (RFC 4862, 5.4): the check has done it */
static void add_address(struct nl_batch *b, const struct iface *iface, const struct prefix *p)
{
	char text[PREFIX_TEXT_LEN];
	struct nlmsghdr *nlh = nl_batch_add(b, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
					    sizeof(struct ifaddrmsg), "node %s: address %s on %s",
					    iface->node->name, prefix_format(p, text), iface->name);
	struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	struct addr broadcast = prefix_last(p);

	ifa->ifa_family = (uint8_t)p->addr.family;
	ifa->ifa_prefixlen = (uint8_t)p->len;
	ifa->ifa_index = iface_index(iface);
	nl_put_addr(nlh, IFA_LOCAL, &p->addr);
	nl_put_addr(nlh, IFA_ADDRESS, &p->addr);
	if (p->addr.family == AF_INET6)
		ifa->ifa_flags = IFA_F_NODAD;
	else if (p->len <= 30)
		nl_put_addr(nlh, IFA_BROADCAST, &broadcast);
}

/* add_link_local() - fe80::/64 with the EUI-64 of the MAC (RFC 4291, appendix A), where the
 * interface speaks IPv6 at all: no_own_address() keeps the kernel from it */
static void add_link_local(struct nl_batch *b, const struct iface *iface)
{
	struct prefix p = { mac_link_local(&iface->mac), 64 };

	if (iface_has_ipv6(iface))
		add_address(b, iface, &p);
}

/* add_route() - in the main table, as a static one; without a next hop it is on the link. The check
 * has seen to it that the node has `dev`. */
static void add_route(struct nl_batch *b, const struct node *node, const struct route *route)
{
	char to[PREFIX_TEXT_LEN], via[ADDR_TEXT_LEN];
	struct nlmsghdr *nlh =
		nl_batch_add(b, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct rtmsg),
			     "node %s: route %s via %s", node->name, prefix_format(&route->to, to),
			     addr_format(&route->via, via));
	struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);

	*rtm = (struct rtmsg){
		.rtm_family = (uint8_t)route->to.addr.family,
		.rtm_dst_len = (uint8_t)route->to.len,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = route->via.family ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
	};
	nl_put_addr(nlh, RTA_DST, &route->to.addr);
	if (route->via.family)
		nl_put_addr(nlh, RTA_GATEWAY, &route->via);
	if (route->dev)
		mnl_attr_put_u32(nlh, RTA_OIF, iface_index(node_iface(node, route->dev)));
	if (route->metric)
		mnl_attr_put_u32(nlh, RTA_PRIORITY, route->metric);
}

bool build_node(struct spaces *s, const struct node *node, struct nl_batch *b)
{
	auto_close int fd = -1;

	if (!space_enter_net(s, s->nodes[node->index].net))
		return false;
	fd = nl_open();
	if (fd < 0)
		return spaces_fail(s, "node %s: cannot open a netlink socket", node->name);
	if (!write_settings(s, node))
		return false;
	nl_batch_use(b, fd);
	set_up(b, node, 1, "lo");
	for (size_t i = 0; i < node->iface_count; i++) {
		const struct iface *iface = node->ifaces[i];

		if (!iface->wire->offload && !turn_off_tx(s, fd, iface))
			return false;
		if (speaks_ipv6(iface))
			no_own_address(b, iface);
		for (size_t j = 0; j < iface->addr_count; j++)
			add_address(b, iface, &iface->addrs[j]);
		add_link_local(b, iface);
		set_up(b, node, iface_index(iface), iface->name);
	}
	for (size_t i = 0; i < node->route_count; i++)
		add_route(b, node, &node->routes[i]);
	if (nl_batch_flush(b))
		return true;
	errno = 0;
	return spaces_fail(s, "%s", nl_batch_error(b));
}

/* build_again() - what is there already is refused, and that is well */
void build_again(struct spaces *s, const struct node *node)
{
	auto_close int fd = -1;
	struct nl_batch *b;

	if (!space_enter_net(s, s->nodes[node->index].net))
		return;
	fd = nl_open();
	b = nl_batch_new();
	nl_batch_use(b, fd);
	for (size_t i = 0; i < node->iface_count; i++) {
		for (size_t j = 0; j < node->ifaces[i]->addr_count; j++)
			add_address(b, node->ifaces[i], &node->ifaces[i]->addrs[j]);
		add_link_local(b, node->ifaces[i]);
	}
	for (size_t i = 0; i < node->route_count; i++)
		add_route(b, node, &node->routes[i]);
	nl_batch_flush(b);
	nl_batch_free(b);
	space_go_home(s);
}
