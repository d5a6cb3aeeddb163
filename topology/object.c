/* SPDX-License-Identifier: MIT */
#include "topology/object.h"

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <string.h>

#include "nodes/common/compiler.h"

#define NUD_USABLE (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT)

/* addr_of() - at most 16 octets, in network order */
static struct addr addr_of(const struct nlattr *attr, int family)
{
	struct addr a = { .family = family };
	size_t len = mnl_attr_get_payload_len(attr);

	memcpy(a.bytes, mnl_attr_get_payload(attr), len < sizeof(a.bytes) ? len : sizeof(a.bytes));
	return a;
}

/* take_u32() - a number; 0 where the attribute is too short for one */
static uint32_t take_u32(const struct nlattr *attr)
{
	return mnl_attr_get_payload_len(attr) >= sizeof(uint32_t) ? mnl_attr_get_u32(attr) : 0;
}

/* take_mac() - of six octets; any other hardware address is none */
static void take_mac(struct object *o, const struct nlattr *attr)
{
	if (mnl_attr_get_payload_len(attr) == sizeof(o->mac))
		memcpy(&o->mac, mnl_attr_get_payload(attr), sizeof(o->mac));
}

/* decode_link() - up without a carrier is a state of its own */
static bool decode_link(struct object *o, const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if (ifi->ifi_family != AF_UNSPEC)
		return false; /* the same link, told once more by the bridge or by IPv6 */
	o->kind = OBJECT_LINK;
	o->index = (unsigned)ifi->ifi_index;
	if (ifi->ifi_flags & IFF_UP)
		o->state = ifi->ifi_flags & IFF_LOWER_UP ? LINK_UP : LINK_NO_CARRIER;
	mnl_attr_for_each (attr, nlh, sizeof(*ifi))
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			snprintf(o->name, sizeof(o->name), "%.*s",
				 (int)mnl_attr_get_payload_len(attr), mnl_attr_get_str(attr));
			break;
		case IFLA_MTU:
			o->mtu = take_u32(attr);
			break;
		case IFLA_ADDRESS:
			take_mac(o, attr);
			break;
		}
	return true;
}

/* decode_address() - false: it has none. An optimistic address may be used at once (RFC 4429), and
 * is not tentative here. */
static bool decode_address(struct object *o, const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	bool local = false;

	o->kind = OBJECT_ADDRESS;
	o->index = ifa->ifa_index;
	o->prefix.len = ifa->ifa_prefixlen;
	o->link_scope = ifa->ifa_scope >= RT_SCOPE_LINK;
	o->tentative = ifa->ifa_flags & IFA_F_TENTATIVE && !(ifa->ifa_flags & IFA_F_OPTIMISTIC);
	mnl_attr_for_each (attr, nlh, sizeof(*ifa)) {
		int type = mnl_attr_get_type(attr);

		/* of a point-to-point link ADDRESS is the far end, LOCAL ours; IPv6 has no LOCAL */
		if (type == IFA_LOCAL || (type == IFA_ADDRESS && !local))
			o->prefix.addr = addr_of(attr, ifa->ifa_family);
		local |= type == IFA_LOCAL;
	}
	return o->prefix.addr.family != 0;
}

/* take_via() - RTA_VIA: the next hop is of another family than the route (RFC 8950) */
static struct addr take_via(const struct nlattr *attr)
{
	const struct rtvia *via = mnl_attr_get_payload(attr);
	size_t len = mnl_attr_get_payload_len(attr);
	struct addr a = { 0 };

	if (len < offsetof(struct rtvia, rtvia_addr))
		return a;
	len -= offsetof(struct rtvia, rtvia_addr);
	a.family = via->rtvia_family;
	memcpy(a.bytes, via->rtvia_addr, len < sizeof(a.bytes) ? len : sizeof(a.bytes));
	return a;
}

/* take_hop_attr() - what a route with one next hop and each of several have in common */
static void take_hop_attr(struct hop *hop, const struct nlattr *attr, int family)
{
	switch (mnl_attr_get_type(attr)) {
	case RTA_GATEWAY:
		hop->via = addr_of(attr, family);
		break;
	case RTA_VIA:
		hop->via = take_via(attr);
		break;
	case RTA_OIF:
		hop->index = take_u32(attr);
		break;
	}
}

/* take_hop() - those behind HOPS_MAX are left out */
static void take_hop(struct object *o, const struct hop *hop)
{
	if (o->hop_count < HOPS_MAX)
		o->hops[o->hop_count++] = *hop;
}

/* take_hops() - RTA_MULTIPATH: one rtnexthop behind the other, each with attributes of its own */
static void take_hops(struct object *o, const struct nlattr *multipath, int family)
{
	const struct rtnexthop *rtnh = mnl_attr_get_payload(multipath);
	int left = mnl_attr_get_payload_len(multipath);

	while (left >= (int)sizeof(*rtnh) && RTNH_OK(rtnh, left)) {
		struct hop hop = { .index = (unsigned)rtnh->rtnh_ifindex };
		const struct nlattr *attr;

		mnl_attr_for_each_payload ((void *)(rtnh + 1), rtnh->rtnh_len - sizeof(*rtnh))
			take_hop_attr(&hop, attr, family);
		take_hop(o, &hop);
		left -= RTNH_ALIGN(rtnh->rtnh_len);
		rtnh = RTNH_NEXT(rtnh);
	}
}

/* The main table, as people mean it: no broadcast, local and multicast entries, no cached ones. */
static bool decode_route(struct object *o, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct hop only = { 0 };

	if (rtm->rtm_table != RT_TABLE_MAIN || rtm->rtm_type == RTN_MULTICAST ||
	    (rtm->rtm_flags & RTM_F_CLONED) ||
	    (rtm->rtm_family != AF_INET && rtm->rtm_family != AF_INET6))
		return false;
	o->kind = OBJECT_ROUTE;
	o->prefix = (struct prefix){ { .family = rtm->rtm_family }, rtm->rtm_dst_len };
	o->protocol = rtm->rtm_protocol;
	mnl_attr_for_each (attr, nlh, sizeof(*rtm)) {
		take_hop_attr(&only, attr, rtm->rtm_family);
		switch (mnl_attr_get_type(attr)) {
		case RTA_DST:
			o->prefix.addr = addr_of(attr, rtm->rtm_family);
			break;
		case RTA_PRIORITY:
			o->metric = take_u32(attr);
			break;
		case RTA_MULTIPATH:
			take_hops(o, attr, rtm->rtm_family);
			break;
		}
	}
	if (!o->hop_count)
		take_hop(o, &only);
	if (rtm->rtm_family == AF_INET6 && !o->hops[0].via.family)
		o->index = o->hops[0].index; /* fe80::/64 is there once a link */
	return true;
}

/* decode_neighbour() - its MAC is known in each state in which the kernel uses it, stale
 * or not (RFC 4861, 7.3.2) */
static bool decode_neighbour(struct object *o, const struct nlmsghdr *nlh)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if ((ndm->ndm_family != AF_INET && ndm->ndm_family != AF_INET6) ||
	    (ndm->ndm_state & NUD_NOARP) || (ndm->ndm_flags & NTF_PROXY))
		return false;
	o->kind = OBJECT_NEIGHBOUR;
	o->index = (unsigned)ndm->ndm_ifindex;
	o->known = ndm->ndm_state & NUD_USABLE;
	o->failed = ndm->ndm_state & NUD_FAILED;
	mnl_attr_for_each (attr, nlh, sizeof(*ndm)) {
		if (mnl_attr_get_type(attr) == NDA_DST)
			o->prefix.addr = addr_of(attr, ndm->ndm_family);
		if (mnl_attr_get_type(attr) == NDA_LLADDR && o->known)
			take_mac(o, attr);
	}
	o->prefix.len = addr_bits(&o->prefix.addr);
	return o->prefix.addr.family != 0;
}

/* header_len() - of what stands in front of the attributes */
static size_t header_len(uint16_t type)
{
	switch (type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return sizeof(struct ifinfomsg);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return sizeof(struct ifaddrmsg);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return sizeof(struct rtmsg);
	default:
		return sizeof(struct ndmsg);
	}
}

bool object_decode(struct object *o, const struct nlmsghdr *nlh)
{
	memset(o, 0, sizeof(*o));
	if (mnl_nlmsg_get_payload_len(nlh) < header_len(nlh->nlmsg_type))
		return false;
	switch (nlh->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return decode_link(o, nlh);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return decode_address(o, nlh);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return decode_route(o, nlh);
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		return decode_neighbour(o, nlh);
	default:
		return false;
	}
}

bool object_is_gone(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_type == RTM_DELLINK || nlh->nlmsg_type == RTM_DELADDR ||
	       nlh->nlmsg_type == RTM_DELROUTE || nlh->nlmsg_type == RTM_DELNEIGH;
}

size_t object_size(const struct object *o)
{
	return offsetof(struct object, hops) + o->hop_count * sizeof(o->hops[0]);
}

/* object_compare_names() - as memory: an order for trees, not for people */
int object_compare_names(const struct object *a, const struct object *b)
{
	return memcmp(a, b, offsetof(struct object, look));
}

/* object_says_the_same() - of two of one name; when and how they were seen does not count */
bool object_says_the_same(const struct object *a, const struct object *b)
{
	return a->hop_count == b->hop_count &&
	       memcmp(&a->tentative, &b->tentative,
		      object_size(a) - offsetof(struct object, tentative)) == 0;
}

const char *link_state_name(enum link_state state)
{
	static const char *const names[] = {
		[LINK_DOWN] = "down", [LINK_NO_CARRIER] = "no-carrier", [LINK_UP] = "up"
	};

	return names[state];
}

/* route_protocol_name() - as ip-route(8) calls it; a number, in `text`,
 * where it is none of those */
const char *route_protocol_name(uint8_t protocol, char text[8])
{
	static const char *const names[] = {
		[RTPROT_KERNEL] = "kernel", [RTPROT_BOOT] = "boot",   [RTPROT_STATIC] = "static",
		[RTPROT_RA] = "ra",	    [RTPROT_DHCP] = "dhcp",   [RTPROT_RIP] = "rip",
		[RTPROT_OSPF] = "ospf",	    [RTPROT_BGP] = "bgp",     [RTPROT_BIRD] = "bird",
		[RTPROT_ZEBRA] = "zebra",   [RTPROT_BABEL] = "babel", [RTPROT_ISIS] = "isis",
	};

	if (protocol < ARRAY_SIZE(names) && names[protocol])
		return names[protocol];
	snprintf(text, 8, "%u", protocol);
	return text;
}
