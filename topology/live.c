/* SPDX-License-Identifier: MIT */
/* What a node's kernel says of itself, by dumps: links, addresses, routes. */
#include "topology/live.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/nl.h"
#include "topology/build.h"

struct dump {
	json_t *ifaces; /* by index */
	json_t *routes;
	unsigned only; /* addresses of this index alone; 0: of all */
};

static struct addr addr_of(const struct nlattr *attr, int family)
{
	struct addr a = { .family = family };
	size_t len = mnl_attr_get_payload_len(attr);

	memcpy(a.bytes, mnl_attr_get_payload(attr), len < sizeof(a.bytes) ? len : sizeof(a.bytes));
	return a;
}

static const char *link_state(const struct ifinfomsg *ifi)
{
	if (!(ifi->ifi_flags & IFF_UP))
		return "down";
	return ifi->ifi_flags & IFF_LOWER_UP ? "up" : "no-carrier";
}

static json_t *iface_at(struct dump *d, unsigned index)
{
	char key[16];
	json_t *iface;

	snprintf(key, sizeof(key), "%u", index);
	iface = json_object_get(d->ifaces, key);
	if (!iface) {
		iface = json_pack("{s:[]}", "addresses");
		json_object_set_new(d->ifaces, key, iface);
	}
	return iface;
}

static void on_link(void *arg, const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	json_t *iface = iface_at(arg, (unsigned)ifi->ifi_index);
	const struct nlattr *attr;
	char text[MAC_TEXT_LEN];

	json_object_set_new(iface, "state", json_string(link_state(ifi)));
	mnl_attr_for_each (attr, nlh, sizeof(*ifi))
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			json_object_set_new(iface, "name", json_string(mnl_attr_get_str(attr)));
			break;
		case IFLA_MTU:
			json_object_set_new(iface, "mtu", json_integer(mnl_attr_get_u32(attr)));
			break;
		case IFLA_ADDRESS:
			if (mnl_attr_get_payload_len(attr) == sizeof(struct mac))
				json_object_set_new(
					iface, "mac",
					json_string(mac_format(mnl_attr_get_payload(attr), text)));
			break;
		}
}

static void on_address(void *arg, const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	struct dump *d = arg;
	struct prefix p = { .len = ifa->ifa_prefixlen };
	const struct nlattr *attr;
	char text[PREFIX_TEXT_LEN];
	bool local = false;

	if (d->only && (ifa->ifa_index != d->only || ifa->ifa_scope == RT_SCOPE_LINK))
		return;
	mnl_attr_for_each (attr, nlh, sizeof(*ifa)) {
		int type = mnl_attr_get_type(attr);

		if (type == IFA_LOCAL || (type == IFA_ADDRESS && !local))
			p.addr = addr_of(attr, ifa->ifa_family);
		local |= type == IFA_LOCAL;
	}
	json_array_append_new(json_object_get(iface_at(d, ifa->ifa_index), "addresses"),
			      json_string(prefix_format(&p, text)));
}

static const char *protocol_name(uint8_t protocol, char text[8])
{
	switch (protocol) {
	case RTPROT_KERNEL:
		return "kernel";
	case RTPROT_BOOT:
		return "boot";
	case RTPROT_STATIC:
		return "static";
	case RTPROT_DHCP:
		return "dhcp";
	case RTPROT_RIP:
		return "rip";
	case RTPROT_OSPF:
		return "ospf";
	case RTPROT_BGP:
		return "bgp";
	case RTPROT_BIRD:
		return "bird";
	case RTPROT_ZEBRA:
		return "zebra";
	default:
		snprintf(text, 8, "%u", protocol);
		return text;
	}
}

static void on_route(void *arg, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct prefix to = { { .family = rtm->rtm_family }, rtm->rtm_dst_len };
	struct dump *d = arg;
	const struct nlattr *attr;
	char text[PREFIX_TEXT_LEN], number[8];
	json_t *route, *iface;

	/* the main table, as people mean it: no broadcast, local and multicast entries */
	if (rtm->rtm_table != RT_TABLE_MAIN || rtm->rtm_type == RTN_MULTICAST ||
	    (rtm->rtm_flags & RTM_F_CLONED))
		return;
	route = json_pack("{s:s}", "protocol", protocol_name(rtm->rtm_protocol, number));
	mnl_attr_for_each (attr, nlh, sizeof(*rtm))
		switch (mnl_attr_get_type(attr)) {
		case RTA_DST:
			to.addr = addr_of(attr, rtm->rtm_family);
			break;
		case RTA_GATEWAY: {
			struct addr via = addr_of(attr, rtm->rtm_family);

			json_object_set_new(route, "via", json_string(addr_format(&via, text)));
			break;
		}
		case RTA_OIF:
			iface = iface_at(d, mnl_attr_get_u32(attr));
			json_object_set(route, "dev", json_object_get(iface, "name"));
			break;
		case RTA_PRIORITY:
			json_object_set_new(route, "metric", json_integer(mnl_attr_get_u32(attr)));
			break;
		}
	json_object_set_new(route, "to", json_string(prefix_format(&to, text)));
	json_array_append_new(d->routes, route);
}

/* An interrupted dump comes again as a whole: what it brought so far is forgotten. */
static void forget_addresses(void *arg)
{
	const char *key;
	json_t *iface;

	json_object_foreach (((struct dump *)arg)->ifaces, key, iface)
		json_array_clear(json_object_get(iface, "addresses"));
}

static void forget_links(void *arg)
{
	json_object_clear(((struct dump *)arg)->ifaces);
}

static void forget_routes(void *arg)
{
	json_array_clear(((struct dump *)arg)->routes);
}

static int open_in(struct spaces *s, const struct node *node)
{
	int fd = space_enter_net(s, s->nodes[node->index].net) ? nl_open() : -1;

	space_go_home(s);
	return fd;
}

json_t *live_of_node(struct spaces *s, const struct node *node)
{
	struct dump d = { json_object(), json_array(), 0 };
	auto_close int fd = open_in(s, node);
	json_t *list = json_array(), *iface;
	const char *key;
	bool good = fd >= 0 && nl_dump(fd, RTM_GETLINK, AF_UNSPEC, on_link, forget_links, &d) &&
		    nl_dump(fd, RTM_GETADDR, AF_UNSPEC, on_address, forget_addresses, &d) &&
		    nl_dump(fd, RTM_GETROUTE, AF_UNSPEC, on_route, forget_routes, &d);
	json_t *live;

	json_object_foreach (d.ifaces, key, iface)
		json_array_append(list, iface);
	json_decref(d.ifaces);
	live = json_pack("{s:o, s:o}", "interfaces", list, "routes", d.routes);
	if (!good)
		json_object_set_new(live, "error", json_string(strerror(errno)));
	return live;
}

json_t *live_addresses(struct spaces *s, const struct iface *iface)
{
	struct dump d = { json_object(), NULL, iface_index(iface) };
	auto_close int fd = open_in(s, iface->node);
	json_t *list;

	if (fd >= 0)
		nl_dump(fd, RTM_GETADDR, AF_UNSPEC, on_address, forget_addresses, &d);
	list = json_incref(json_object_get(iface_at(&d, d.only), "addresses"));
	json_decref(d.ifaces);
	return list;
}
