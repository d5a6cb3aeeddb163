/* SPDX-License-Identifier: MIT */
/* What netlink says of links, addresses, routes and neighbours, from messages as the kernel
 * sends. */
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "topology/object.h"

#define UP (IFF_UP | IFF_RUNNING | IFF_LOWER_UP | IFF_BROADCAST | IFF_MULTICAST)

/* ---- messages -------------------------------------------------------------------------------- */

static char data[4096] __attribute__((aligned(8)));

static struct nlmsghdr *begin(uint16_t type, const void *header, size_t len)
{
	struct nlmsghdr *nlh;

	memset(data, 0, sizeof(data));
	nlh = mnl_nlmsg_put_header(data);
	nlh->nlmsg_type = type;
	memcpy(mnl_nlmsg_put_extra_header(nlh, len), header, len);
	return nlh;
}

static struct nlmsghdr *link_message(uint16_t type, int family, unsigned flags, const char *name)
{
	struct ifinfomsg ifi = {
		.ifi_family = (uint8_t)family, .ifi_type = 1, .ifi_index = 7, .ifi_flags = flags
	};
	struct nlmsghdr *nlh = begin(type, &ifi, sizeof(ifi));

	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	mnl_attr_put_u32(nlh, IFLA_TXQLEN, 1000);
	mnl_attr_put_u8(nlh, IFLA_OPERSTATE, 6);
	mnl_attr_put_u32(nlh, IFLA_MTU, 1500);
	mnl_attr_put(nlh, IFLA_ADDRESS, 6, "\2\0\0\0\0\7");
	mnl_attr_put(nlh, IFLA_BROADCAST, 6, "\xff\xff\xff\xff\xff\xff");
	return nlh;
}

static struct nlmsghdr *address_message(int family, unsigned len, unsigned flags, unsigned scope)
{
	struct ifaddrmsg ifa = { .ifa_family = (uint8_t)family,
				 .ifa_prefixlen = (uint8_t)len,
				 .ifa_flags = (uint8_t)flags,
				 .ifa_scope = (uint8_t)scope,
				 .ifa_index = 7 };

	return begin(RTM_NEWADDR, &ifa, sizeof(ifa));
}

static struct nlmsghdr *route_message(int family, unsigned len)
{
	struct rtmsg rtm = { .rtm_family = (uint8_t)family,
			     .rtm_dst_len = (uint8_t)len,
			     .rtm_table = RT_TABLE_MAIN,
			     .rtm_protocol = RTPROT_STATIC,
			     .rtm_type = RTN_UNICAST };
	struct nlmsghdr *nlh = begin(RTM_NEWROUTE, &rtm, sizeof(rtm));

	mnl_attr_put_u32(nlh, RTA_TABLE, RT_TABLE_MAIN);
	return nlh;
}

static struct nlmsghdr *neighbour_message(int family, unsigned state, unsigned flags)
{
	struct ndmsg ndm = { .ndm_family = (uint8_t)family,
			     .ndm_ifindex = 7,
			     .ndm_state = (uint16_t)state,
			     .ndm_flags = (uint8_t)flags,
			     .ndm_type = RTN_UNICAST };

	return begin(RTM_NEWNEIGH, &ndm, sizeof(ndm));
}

static void put_ip(struct nlmsghdr *nlh, uint16_t type, const char *text)
{
	struct addr a;

	assert_true(addr_parse(&a, text));
	mnl_attr_put(nlh, type, addr_bits(&a) / 8, a.bytes);
}

static void put_via(struct nlmsghdr *nlh, const char *text)
{
	char via[sizeof(struct rtvia) + 16];
	struct rtvia head = { 0 };
	struct addr a;

	assert_true(addr_parse(&a, text));
	head.rtvia_family = (uint16_t)a.family;
	memcpy(via, &head, sizeof(head));
	memcpy(via + offsetof(struct rtvia, rtvia_addr), a.bytes, addr_bits(&a) / 8);
	mnl_attr_put(nlh, RTA_VIA, offsetof(struct rtvia, rtvia_addr) + addr_bits(&a) / 8, via);
}

/* A hop of RTA_MULTIPATH, put where a message ends; its attributes go behind it. */
static struct rtnexthop *begin_hop(struct nlmsghdr *nlh, int index)
{
	struct rtnexthop *hop = mnl_nlmsg_get_payload_tail(nlh);

	memset(hop, 0, sizeof(*hop));
	hop->rtnh_ifindex = index;
	nlh->nlmsg_len += sizeof(*hop);
	return hop;
}

static void end_hop(const struct nlmsghdr *nlh, struct rtnexthop *hop)
{
	hop->rtnh_len = (uint16_t)((char *)mnl_nlmsg_get_payload_tail(nlh) - (char *)hop);
}

/* ---- what is decoded ------------------------------------------------------------------------- */

/* show() - all that an object says, in one line */
static void show(FILE *out, const struct object *o)
{
	static const char *const kinds[] = { [OBJECT_LINK] = "link",
					     [OBJECT_ADDRESS] = "address",
					     [OBJECT_ROUTE] = "route",
					     [OBJECT_NEIGHBOUR] = "neighbour" };
	static const struct mac no_mac;
	char text[PREFIX_TEXT_LEN];

	fprintf(out, "%s", kinds[o->kind]);
	if (o->kind == OBJECT_LINK)
		fprintf(out, " %s %s mtu %u", o->name, link_state_name(o->state), o->mtu);
	else
		fprintf(out, " %s", prefix_format(&o->prefix, text));
	if (o->index)
		fprintf(out, " on %u", o->index);
	if (memcmp(&o->mac, &no_mac, sizeof(no_mac)) != 0)
		fprintf(out, " is %s", mac_format(&o->mac, text));
	fprintf(out, "%s%s%s%s", o->tentative ? " tentative" : "", o->link_scope ? " link" : "",
		o->known ? " known" : "", o->failed ? " failed" : "");
	for (unsigned i = 0; i < o->hop_count; i++) {
		fprintf(out, " by %s",
			o->hops[i].via.family ? addr_format(&o->hops[i].via, text) : "-");
		fprintf(out, ":%u", o->hops[i].index);
	}
	if (o->metric)
		fprintf(out, " metric %u", o->metric);
	if (o->kind == OBJECT_ROUTE)
		fprintf(out, " of %s", route_protocol_name(o->protocol, text));
}

/* says() - the message that was built says this; NULL: nothing that people ask for */
static void says(const struct nlmsghdr *nlh, const char *wanted)
{
	struct object o;
	char *shown = NULL;
	size_t len = 0;
	FILE *out;

	if (!object_decode(&o, nlh)) {
		if (wanted)
			fail_msg("it is nothing, not <%s>", wanted);
		return;
	}
	out = open_memstream(&shown, &len);
	assert_non_null(out);
	show(out, &o);
	fclose(out);
	if (!wanted || strcmp(shown, wanted) != 0)
		fail_msg("it is <%s>, not <%s>", shown, wanted ? wanted : "nothing");
	free(shown);
}

static void a_link_has_a_name_and_a_state(void **state)
{
	(void)state;
	says(link_message(RTM_NEWLINK, AF_UNSPEC, UP, "eth0"),
	     "link eth0 up mtu 1500 on 7 is 02:00:00:00:00:07");
	says(link_message(RTM_DELLINK, AF_UNSPEC, UP, "eth0"),
	     "link eth0 up mtu 1500 on 7 is 02:00:00:00:00:07");
	/* the longest name that there is: IFNAMSIZ with its NUL */
	says(link_message(RTM_NEWLINK, AF_UNSPEC, UP, "abcdefghijklmno"),
	     "link abcdefghijklmno up mtu 1500 on 7 is 02:00:00:00:00:07");
}

static void a_link_is_up_with_a_carrier_only(void **state)
{
	static const struct {
		unsigned flags;
		const char *state;
	} cases[] = {
		{ 0, "down" },
		{ IFF_LOWER_UP, "down" },
		{ IFF_LOWER_UP | IFF_RUNNING, "down" },
		{ IFF_UP, "no-carrier" },
		{ IFF_UP | IFF_RUNNING, "no-carrier" },
		{ IFF_UP | IFF_LOWER_UP, "up" },
		{ UP, "up" },
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(text, sizeof(text), "link e %s mtu 1500 on 7 is 02:00:00:00:00:07",
			 cases[i].state);
		says(link_message(RTM_NEWLINK, AF_UNSPEC, cases[i].flags, "e"), text);
	}
}

/* The bridge and IPv6 tell of a link once more, in messages of their own family. */
static void a_link_is_not_told_twice(void **state)
{
	(void)state;
	says(link_message(RTM_NEWLINK, AF_BRIDGE, UP, "eth0"), NULL);
	says(link_message(RTM_DELLINK, AF_BRIDGE, UP, "eth0"), NULL);
	says(link_message(RTM_NEWLINK, AF_INET6, UP, "eth0"), NULL);
}

/* A MAC of another length (of a tunnel, of InfiniBand) is none that we could show. */
static void a_mac_has_six_octets(void **state)
{
	static const struct {
		size_t len;
		const char *wanted;
	} cases[] = {
		{ 0, "link t up mtu 0" },
		{ 4, "link t up mtu 0" },
		{ 6, "link t up mtu 0 is 01:02:03:04:05:06" },
		{ 16, "link t up mtu 0" },
		{ 20, "link t up mtu 0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ifinfomsg ifi = { .ifi_flags = UP };
		struct nlmsghdr *nlh = begin(RTM_NEWLINK, &ifi, sizeof(ifi));

		mnl_attr_put_strz(nlh, IFLA_IFNAME, "t");
		mnl_attr_put(nlh, IFLA_ADDRESS, cases[i].len,
			     "\1\2\3\4\5\6\7\10\11\12\13\14\15\16"
			     "\17\20\21\22\23\24");
		says(nlh, cases[i].wanted);
	}
}

static void an_address_is_ours_and_not_the_far_end_s(void **state)
{
	struct nlmsghdr *nlh = address_message(AF_INET, 24, IFA_F_PERMANENT, RT_SCOPE_UNIVERSE);

	(void)state;
	put_ip(nlh, IFA_ADDRESS, "10.0.0.1");
	put_ip(nlh, IFA_LOCAL, "10.0.0.1");
	put_ip(nlh, IFA_BROADCAST, "10.0.0.255");
	mnl_attr_put_strz(nlh, IFA_LABEL, "eth0");
	mnl_attr_put_u32(nlh, IFA_FLAGS, IFA_F_PERMANENT);
	says(nlh, "address 10.0.0.1/24 on 7");
	/* point-to-point: ADDRESS is the far end, whichever stands first */
	nlh = address_message(AF_INET, 32, IFA_F_PERMANENT, RT_SCOPE_UNIVERSE);
	put_ip(nlh, IFA_ADDRESS, "10.0.0.2");
	put_ip(nlh, IFA_LOCAL, "10.0.0.1");
	says(nlh, "address 10.0.0.1/32 on 7");
	nlh = address_message(AF_INET6, 128, IFA_F_PERMANENT, RT_SCOPE_UNIVERSE);
	put_ip(nlh, IFA_LOCAL, "fd00::1");
	put_ip(nlh, IFA_ADDRESS, "fd00::2");
	says(nlh, "address fd00::1/128 on 7");
	/* IPv6 without a far end has no LOCAL */
	nlh = address_message(AF_INET6, 64, IFA_F_PERMANENT, RT_SCOPE_UNIVERSE);
	put_ip(nlh, IFA_ADDRESS, "fd00::1");
	says(nlh, "address fd00::1/64 on 7");
	nlh->nlmsg_type = RTM_DELADDR;
	says(nlh, "address fd00::1/64 on 7");
	says(address_message(AF_INET, 24, 0, 0), NULL);
}

/* RFC 4862, 5.4: not before it is known to be nobody else's; RFC 4429: but for an optimistic
 * one. */
static void an_address_may_be_tentative_or_of_the_link(void **state)
{
	static const struct {
		unsigned flags, scope;
		const char *wanted;
	} cases[] = {
		{ 0, RT_SCOPE_UNIVERSE, "address fd00::1/64 on 7" },
		{ IFA_F_TENTATIVE, RT_SCOPE_UNIVERSE, "address fd00::1/64 on 7 tentative" },
		{ IFA_F_TENTATIVE | IFA_F_DADFAILED, RT_SCOPE_UNIVERSE,
		  "address fd00::1/64 on 7 tentative" },
		{ IFA_F_TENTATIVE | IFA_F_OPTIMISTIC, RT_SCOPE_UNIVERSE,
		  "address fd00::1/64 on 7" },
		{ IFA_F_DEPRECATED, RT_SCOPE_UNIVERSE, "address fd00::1/64 on 7" },
		{ IFA_F_PERMANENT, RT_SCOPE_SITE, "address fd00::1/64 on 7" },
		{ IFA_F_PERMANENT, RT_SCOPE_LINK, "address fd00::1/64 on 7 link" },
		{ IFA_F_PERMANENT, RT_SCOPE_HOST, "address fd00::1/64 on 7 link" },
		{ IFA_F_TENTATIVE, RT_SCOPE_LINK, "address fd00::1/64 on 7 tentative link" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nlmsghdr *nlh =
			address_message(AF_INET6, 64, cases[i].flags, cases[i].scope);

		put_ip(nlh, IFA_ADDRESS, "fd00::1");
		mnl_attr_put_u32(nlh, IFA_FLAGS, cases[i].flags);
		says(nlh, cases[i].wanted);
	}
}

static void a_route_has_a_next_hop_or_a_link(void **state)
{
	struct nlmsghdr *nlh = route_message(AF_INET, 24);

	(void)state;
	put_ip(nlh, RTA_DST, "10.2.0.0");
	put_ip(nlh, RTA_GATEWAY, "10.0.0.1");
	mnl_attr_put_u32(nlh, RTA_OIF, 3);
	says(nlh, "route 10.2.0.0/24 by 10.0.0.1:3 of static");
	nlh->nlmsg_type = RTM_DELROUTE;
	says(nlh, "route 10.2.0.0/24 by 10.0.0.1:3 of static");
	nlh = route_message(AF_INET, 24);
	put_ip(nlh, RTA_DST, "10.2.0.0");
	put_ip(nlh, RTA_PREFSRC, "10.2.0.1");
	mnl_attr_put_u32(nlh, RTA_OIF, 3);
	says(nlh, "route 10.2.0.0/24 by -:3 of static");
	/* a default route has no DST */
	nlh = route_message(AF_INET, 0);
	put_ip(nlh, RTA_GATEWAY, "10.0.0.1");
	mnl_attr_put_u32(nlh, RTA_OIF, 3);
	mnl_attr_put_u32(nlh, RTA_PRIORITY, 100);
	says(nlh, "route 0.0.0.0/0 by 10.0.0.1:3 metric 100 of static");
	nlh = route_message(AF_INET6, 0);
	put_ip(nlh, RTA_GATEWAY, "fe80::1");
	mnl_attr_put_u32(nlh, RTA_OIF, 3);
	mnl_attr_put_u32(nlh, RTA_PRIORITY, 1024);
	says(nlh, "route ::/0 by fe80::1:3 metric 1024 of static");
	/* a blackhole leads nowhere */
	nlh = route_message(AF_INET, 16);
	((struct rtmsg *)mnl_nlmsg_get_payload(nlh))->rtm_type = RTN_BLACKHOLE;
	put_ip(nlh, RTA_DST, "10.9.0.0");
	says(nlh, "route 10.9.0.0/16 by -:0 of static");
}

/* fe80::/64 is there once a link, and fd00::/64 on two links are two routes: the link is its
 * name. */
static void an_ipv6_route_on_a_link_is_the_link_s(void **state)
{
	struct nlmsghdr *nlh = route_message(AF_INET6, 64);

	(void)state;
	put_ip(nlh, RTA_DST, "fe80::");
	mnl_attr_put_u32(nlh, RTA_PRIORITY, 256);
	mnl_attr_put_u32(nlh, RTA_OIF, 3);
	says(nlh, "route fe80::/64 on 3 by -:3 metric 256 of static");
	nlh = route_message(AF_INET6, 64);
	put_ip(nlh, RTA_DST, "fd00:1::");
	put_ip(nlh, RTA_GATEWAY, "fe80::1");
	mnl_attr_put_u32(nlh, RTA_OIF, 3);
	says(nlh, "route fd00:1::/64 by fe80::1:3 of static");
}

/* RFC 8950 in the kernel's words: the next hop is of another family. */
static void a_next_hop_may_be_of_another_family(void **state)
{
	struct nlmsghdr *nlh = route_message(AF_INET, 24), *inner;
	struct rtnexthop *hop;
	struct nlattr *nest;

	(void)state;
	put_ip(nlh, RTA_DST, "10.2.0.0");
	put_via(nlh, "fe80::1");
	mnl_attr_put_u32(nlh, RTA_OIF, 3);
	says(nlh, "route 10.2.0.0/24 by fe80::1:3 of static");
	nlh = route_message(AF_INET6, 64);
	put_ip(nlh, RTA_DST, "fd00::");
	put_via(nlh, "10.0.0.1");
	mnl_attr_put_u32(nlh, RTA_OIF, 3);
	says(nlh, "route fd00::/64 by 10.0.0.1:3 of static");
	inner = route_message(AF_INET, 24);
	put_ip(inner, RTA_DST, "10.2.0.0");
	nest = mnl_attr_nest_start(inner, RTA_MULTIPATH);
	hop = begin_hop(inner, 3);
	put_via(inner, "fe80::1");
	end_hop(inner, hop);
	hop = begin_hop(inner, 4);
	put_ip(inner, RTA_GATEWAY, "10.0.0.2");
	end_hop(inner, hop);
	mnl_attr_nest_end(inner, nest);
	says(inner, "route 10.2.0.0/24 by fe80::1:3 by 10.0.0.2:4 of static");
}

/* multipath() - a route with so many next hops, of which the first has no gateway */
static struct nlmsghdr *multipath(int family, unsigned count)
{
	struct nlmsghdr *nlh = route_message(family, family == AF_INET ? 16 : 64);
	struct nlattr *nest;
	char text[32];

	put_ip(nlh, RTA_DST, family == AF_INET ? "10.9.0.0" : "fd00:9::");
	nest = mnl_attr_nest_start(nlh, RTA_MULTIPATH);
	for (unsigned i = 0; i < count; i++) {
		struct rtnexthop *hop = begin_hop(nlh, (int)i + 1);

		snprintf(text, sizeof(text), family == AF_INET ? "10.0.0.%u" : "fe80::%u", i);
		if (i)
			put_ip(nlh, RTA_GATEWAY, text);
		end_hop(nlh, hop);
	}
	mnl_attr_nest_end(nlh, nest);
	return nlh;
}

static void an_equal_cost_route_has_its_next_hops(void **state)
{
	struct object o;

	(void)state;
	says(multipath(AF_INET, 1), "route 10.9.0.0/16 by -:1 of static");
	says(multipath(AF_INET, 3),
	     "route 10.9.0.0/16 by -:1 by 10.0.0.1:2 by 10.0.0.2:3 of static");
	says(multipath(AF_INET6, 2), "route fd00:9::/64 on 1 by -:1 by fe80::1:2 of static");
	says(multipath(AF_INET, 0), "route 10.9.0.0/16 by -:0 of static");
	/* further ones than HOPS_MAX are not shown */
	assert_true(object_decode(&o, multipath(AF_INET, HOPS_MAX)));
	assert_int_equal(o.hop_count, HOPS_MAX);
	assert_true(object_decode(&o, multipath(AF_INET, HOPS_MAX + 1)));
	assert_int_equal(o.hop_count, HOPS_MAX);
	assert_true(object_decode(&o, multipath(AF_INET, 100)));
	assert_int_equal(o.hop_count, HOPS_MAX);
	assert_int_equal(o.hops[HOPS_MAX - 1].index, HOPS_MAX);
	assert_int_equal(object_size(&o), sizeof(o));
}

static void routes_of_other_tables_are_not_asked_for(void **state)
{
	static const struct {
		uint8_t family, table, type;
		unsigned flags;
		bool asked_for;
	} cases[] = {
		{ AF_INET, RT_TABLE_MAIN, RTN_UNICAST, 0, true },
		{ AF_INET, RT_TABLE_LOCAL, RTN_LOCAL, 0, false },
		{ AF_INET, RT_TABLE_LOCAL, RTN_BROADCAST, 0, false },
		{ AF_INET, RT_TABLE_DEFAULT, RTN_UNICAST, 0, false },
		{ AF_INET, RT_TABLE_COMPAT, RTN_UNICAST, 0, false }, /* a number above 255 */
		{ AF_INET, RT_TABLE_UNSPEC, RTN_UNICAST, 0, false },
		{ AF_INET, 100, RTN_UNICAST, 0, false },
		{ AF_INET, RT_TABLE_MAIN, RTN_BLACKHOLE, 0, true },
		{ AF_INET, RT_TABLE_MAIN, RTN_UNREACHABLE, 0, true },
		{ AF_INET6, RT_TABLE_MAIN, RTN_MULTICAST, 0, false },
		{ AF_INET6, RT_TABLE_MAIN, RTN_UNICAST, RTM_F_CLONED, false },
		{ AF_INET, RT_TABLE_MAIN, RTN_UNICAST, RTNH_F_LINKDOWN, true },
		{ AF_MPLS, RT_TABLE_MAIN, RTN_UNICAST, 0, false },
		{ RTNL_FAMILY_IPMR, RT_TABLE_MAIN, RTN_UNICAST, 0, false },
		{ AF_UNSPEC, RT_TABLE_MAIN, RTN_UNICAST, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nlmsghdr *nlh = route_message(cases[i].family, 24);
		struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
		struct object o;

		rtm->rtm_table = cases[i].table;
		rtm->rtm_type = cases[i].type;
		rtm->rtm_flags = cases[i].flags;
		if (object_decode(&o, nlh) != cases[i].asked_for)
			fail_msg("case %zu: family %u table %u type %u flags %#x is%s asked for", i,
				 cases[i].family, cases[i].table, cases[i].type, cases[i].flags,
				 cases[i].asked_for ? " not" : "");
	}
}

static void a_neighbour_is_known_asked_or_failed(void **state)
{
	static const struct {
		unsigned state;
		const char *wanted;
	} cases[] = {
		{ NUD_NONE, "neighbour 10.0.0.2/32 on 7" },
		{ NUD_INCOMPLETE, "neighbour 10.0.0.2/32 on 7" },
		{ NUD_REACHABLE, "neighbour 10.0.0.2/32 on 7 is 02:00:00:00:00:02 known" },
		{ NUD_STALE, "neighbour 10.0.0.2/32 on 7 is 02:00:00:00:00:02 known" },
		{ NUD_DELAY, "neighbour 10.0.0.2/32 on 7 is 02:00:00:00:00:02 known" },
		{ NUD_PROBE, "neighbour 10.0.0.2/32 on 7 is 02:00:00:00:00:02 known" },
		{ NUD_PERMANENT, "neighbour 10.0.0.2/32 on 7 is 02:00:00:00:00:02 known" },
		{ NUD_FAILED, "neighbour 10.0.0.2/32 on 7 failed" },
		{ NUD_NOARP, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nlmsghdr *nlh = neighbour_message(AF_INET, cases[i].state, 0);

		put_ip(nlh, NDA_DST, "10.0.0.2");
		mnl_attr_put(nlh, NDA_LLADDR, 6, "\2\0\0\0\0\2");
		says(nlh, cases[i].wanted);
	}
}

static void neighbours_of_bridges_and_proxies_are_not_asked_for(void **state)
{
	struct nlmsghdr *nlh = neighbour_message(AF_INET6, NUD_REACHABLE, 0);

	(void)state;
	put_ip(nlh, NDA_DST, "fe80::2");
	mnl_attr_put(nlh, NDA_LLADDR, 6, "\2\0\0\0\0\2");
	says(nlh, "neighbour fe80::2/128 on 7 is 02:00:00:00:00:02 known");
	nlh = neighbour_message(AF_BRIDGE, NUD_PERMANENT, 0);
	mnl_attr_put(nlh, NDA_LLADDR, 6, "\2\0\0\0\0\2");
	says(nlh, NULL);
	nlh = neighbour_message(AF_INET, NUD_PERMANENT, NTF_PROXY);
	put_ip(nlh, NDA_DST, "10.0.0.2");
	says(nlh, NULL);
	says(neighbour_message(AF_INET, NUD_REACHABLE, 0), NULL); /* of whom? */
}

static void other_messages_are_nothing(void **state)
{
	static const uint16_t types[] = { NLMSG_NOOP,	NLMSG_ERROR,	NLMSG_DONE,
					  RTM_NEWRULE,	RTM_NEWNEXTHOP, RTM_NEWQDISC,
					  RTM_GETROUTE, RTM_NEWNSID,	0xffff };
	static const char header[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		says(begin(types[i], header, sizeof(header)), NULL);
}

static void a_message_says_whether_something_went(void **state)
{
	static const struct {
		uint16_t type;
		bool gone;
	} cases[] = {
		{ RTM_NEWLINK, false },	 { RTM_DELLINK, true },	  { RTM_NEWADDR, false },
		{ RTM_DELADDR, true },	 { RTM_NEWROUTE, false }, { RTM_DELROUTE, true },
		{ RTM_NEWNEIGH, false }, { RTM_DELNEIGH, true },  { RTM_GETROUTE, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_true(object_is_gone(begin(cases[i].type, "", 1)) == cases[i].gone);
}

/* ---- names and sameness ---------------------------------------------------------------------- */

/* decoded() - of what is built; fields that the kind has not are zero, so that memory compares */
static struct object decoded(const struct nlmsghdr *nlh)
{
	struct object o;

	memset(&o, 0xa5, sizeof(o));
	assert_true(object_decode(&o, nlh));
	return o;
}

static struct object route(const char *via, unsigned metric, unsigned index)
{
	struct nlmsghdr *nlh = route_message(AF_INET, 24);

	put_ip(nlh, RTA_DST, "10.2.0.0");
	if (via)
		put_ip(nlh, RTA_GATEWAY, via);
	if (metric)
		mnl_attr_put_u32(nlh, RTA_PRIORITY, metric);
	mnl_attr_put_u32(nlh, RTA_OIF, index);
	return decoded(nlh);
}

static void routes_of_one_prefix_and_metric_are_one_route(void **state)
{
	struct object a = route("10.0.0.1", 0, 3), same = route("10.0.0.1", 0, 3);
	struct object other_hop = route("10.0.0.9", 0, 3), other_link = route("10.0.0.1", 0, 4);
	struct object metric = route("10.0.0.1", 5, 3), two = decoded(multipath(AF_INET, 2));
	struct object three = decoded(multipath(AF_INET, 3));

	(void)state;
	assert_int_equal(object_compare_names(&a, &same), 0);
	assert_true(object_says_the_same(&a, &same));
	same.look = 99; /* when it was seen is no part of it */
	assert_int_equal(object_compare_names(&a, &same), 0);
	assert_true(object_says_the_same(&a, &same));
	assert_int_equal(object_compare_names(&a, &other_hop), 0);
	assert_false(object_says_the_same(&a, &other_hop));
	assert_int_equal(object_compare_names(&a, &other_link), 0);
	assert_false(object_says_the_same(&a, &other_link));
	assert_int_not_equal(object_compare_names(&a, &metric), 0);
	assert_int_equal(object_compare_names(&two, &three), 0);
	assert_false(object_says_the_same(&two, &three));
	assert_false(object_says_the_same(&three, &two));
	assert_true(object_size(&two) < object_size(&three));
}

static void names_of_routes_have_names(void **state)
{
	static const struct {
		uint8_t protocol;
		const char *name;
	} cases[] = {
		{ RTPROT_KERNEL, "kernel" },
		{ RTPROT_BOOT, "boot" },
		{ RTPROT_STATIC, "static" },
		{ RTPROT_RA, "ra" },
		{ RTPROT_RIP, "rip" },
		{ RTPROT_OSPF, "ospf" },
		{ RTPROT_BGP, "bgp" },
		{ 0, "0" },
		{ 77, "77" },
		{ 255, "255" },
	};
	char text[8];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(route_protocol_name(cases[i].protocol, text), cases[i].name);
}

/* ---- what is cut short ----------------------------------------------------------------------- */

/* Lengths are multiples of 4, as the kernel's are: libmnl rounds others up. */

/* end_matters() - does what stands behind the message change what it says? Then it was read. */
static bool end_matters(const struct nlmsghdr *nlh, size_t len)
{
	struct object before, after;
	char *copy = malloc(len + 64);
	bool first, second;

	assert_non_null(copy);
	memcpy(copy, nlh, len);
	((struct nlmsghdr *)copy)->nlmsg_len = (uint32_t)len;
	memset(copy + len, 0x11, 64);
	first = object_decode(&before, (void *)copy);
	memset(copy + len, 0x7e, 64);
	second = object_decode(&after, (void *)copy);
	free(copy);
	/* of no room behind it, a sanitizer has something to say */
	copy = malloc(len);
	assert_non_null(copy);
	memcpy(copy, nlh, len);
	((struct nlmsghdr *)copy)->nlmsg_len = (uint32_t)len;
	object_decode(&(struct object){ 0 }, (void *)copy);
	free(copy);
	return first != second || (first && memcmp(&before, &after, sizeof(before)) != 0);
}

static struct nlmsghdr *make_link(void)
{
	return link_message(RTM_NEWLINK, AF_UNSPEC, UP, "eth0");
}

static struct nlmsghdr *make_address(void)
{
	struct nlmsghdr *nlh = address_message(AF_INET6, 64, 0, 0);

	put_ip(nlh, IFA_LOCAL, "fd00::1");
	put_ip(nlh, IFA_ADDRESS, "fd00::2");
	return nlh;
}

static struct nlmsghdr *make_route(void)
{
	struct nlmsghdr *nlh = route_message(AF_INET6, 64);

	put_ip(nlh, RTA_DST, "fd00::");
	put_ip(nlh, RTA_GATEWAY, "fe80::1");
	mnl_attr_put_u32(nlh, RTA_OIF, 3);
	mnl_attr_put_u32(nlh, RTA_PRIORITY, 5);
	return nlh;
}

static struct nlmsghdr *make_route_via(void)
{
	struct nlmsghdr *nlh = route_message(AF_INET, 24);

	put_ip(nlh, RTA_DST, "10.2.0.0");
	put_via(nlh, "fe80::1");
	return nlh;
}

static struct nlmsghdr *make_multipath(void)
{
	return multipath(AF_INET6, 3);
}

static struct nlmsghdr *make_neighbour(void)
{
	struct nlmsghdr *nlh = neighbour_message(AF_INET, NUD_REACHABLE, 0);

	put_ip(nlh, NDA_DST, "10.0.0.2");
	mnl_attr_put(nlh, NDA_LLADDR, 6, "\2\0\0\0\0\2");
	return nlh;
}

static const struct {
	const char *name;
	struct nlmsghdr *(*make)(void);
	size_t header; /* of its kind, behind nlmsghdr */
} whole[] = {
	{ "link", make_link, sizeof(struct ifinfomsg) },
	{ "address", make_address, sizeof(struct ifaddrmsg) },
	{ "route", make_route, sizeof(struct rtmsg) },
	{ "route via", make_route_via, sizeof(struct rtmsg) },
	{ "multipath", make_multipath, sizeof(struct rtmsg) },
	{ "neighbour", make_neighbour, sizeof(struct ndmsg) },
};

static void a_message_that_is_cut_is_not_read_past_its_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
		const struct nlmsghdr *nlh = whole[i].make();

		for (size_t len = MNL_NLMSG_HDRLEN + whole[i].header; len <= nlh->nlmsg_len;
		     len += MNL_ALIGNTO)
			if (end_matters(nlh, len))
				fail_msg("%s of %zu octets, cut to %zu: it is read past its end",
					 whole[i].name, (size_t)nlh->nlmsg_len, len);
	}
}

/* A message that is shorter than its kind's header is nothing. */
static void a_message_without_its_header_is_nothing(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
		const struct nlmsghdr *nlh = whole[i].make();

		for (size_t len = MNL_NLMSG_HDRLEN; len < MNL_NLMSG_HDRLEN + whole[i].header;
		     len += MNL_ALIGNTO)
			if (end_matters(nlh, len)) {
				print_error("%s, cut to %zu octets: it is read past its end\n",
					    whole[i].name, len);
				wrong++;
			}
	}
	assert_int_equal(wrong, 0);
}

/* Each attribute that is read, as the last of a message and with too few octets. */
static void an_attribute_that_is_cut_is_not_read_past_its_end(void **state)
{
	static const struct {
		const char *name;
		uint16_t message, type;
		size_t whole;
	} cases[] = {
		{ "IFLA_IFNAME", RTM_NEWLINK, IFLA_IFNAME, 16 },
		{ "IFLA_MTU", RTM_NEWLINK, IFLA_MTU, 4 },
		{ "IFLA_ADDRESS", RTM_NEWLINK, IFLA_ADDRESS, 6 },
		{ "IFA_ADDRESS", RTM_NEWADDR, IFA_ADDRESS, 16 },
		{ "IFA_LOCAL", RTM_NEWADDR, IFA_LOCAL, 16 },
		{ "RTA_DST", RTM_NEWROUTE, RTA_DST, 16 },
		{ "RTA_GATEWAY", RTM_NEWROUTE, RTA_GATEWAY, 16 },
		{ "RTA_VIA", RTM_NEWROUTE, RTA_VIA, 18 },
		{ "RTA_OIF", RTM_NEWROUTE, RTA_OIF, 4 },
		{ "RTA_PRIORITY", RTM_NEWROUTE, RTA_PRIORITY, 4 },
		{ "RTA_MULTIPATH", RTM_NEWROUTE, RTA_MULTIPATH, 24 },
		{ "NDA_DST", RTM_NEWNEIGH, NDA_DST, 16 },
		{ "NDA_LLADDR", RTM_NEWNEIGH, NDA_LLADDR, 6 },
	};
	/* also good as a struct rtnexthop of 24 octets, and as one of RTA_VIA */
	static const char payload[32] = { 24, 0, 1, 1, 1, 1, 1, 1, 16, 0, RTA_GATEWAY, 0,
					  1,  1, 1, 1, 1, 1, 1, 1, 1,  1, 1,	       1 };
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (size_t len = 0; len <= cases[i].whole; len++) {
			struct nlmsghdr *nlh =
				cases[i].message == RTM_NEWLINK
					? link_message(RTM_NEWLINK, 0, UP, "e")
				: cases[i].message == RTM_NEWADDR
					? address_message(AF_INET6, 64, 0, 0)
				: cases[i].message == RTM_NEWROUTE
					? route_message(AF_INET6, 64)
					: neighbour_message(AF_INET6, NUD_REACHABLE, 0);
			struct nlattr *attr = mnl_nlmsg_get_payload_tail(nlh);

			mnl_attr_put(nlh, cases[i].type, len, payload);
			if (end_matters(nlh, (size_t)((char *)attr - (char *)nlh) + sizeof(*attr) +
						     MNL_ALIGN(len))) {
				print_error("%s of %zu octets: it is read past its end\n",
					    cases[i].name, len);
				wrong++;
			}
		}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_has_a_name_and_a_state),
		cmocka_unit_test(a_link_is_up_with_a_carrier_only),
		cmocka_unit_test(a_link_is_not_told_twice),
		cmocka_unit_test(a_mac_has_six_octets),
		cmocka_unit_test(an_address_is_ours_and_not_the_far_end_s),
		cmocka_unit_test(an_address_may_be_tentative_or_of_the_link),
		cmocka_unit_test(a_route_has_a_next_hop_or_a_link),
		cmocka_unit_test(an_ipv6_route_on_a_link_is_the_link_s),
		cmocka_unit_test(a_next_hop_may_be_of_another_family),
		cmocka_unit_test(an_equal_cost_route_has_its_next_hops),
		cmocka_unit_test(routes_of_other_tables_are_not_asked_for),
		cmocka_unit_test(a_neighbour_is_known_asked_or_failed),
		cmocka_unit_test(neighbours_of_bridges_and_proxies_are_not_asked_for),
		cmocka_unit_test(other_messages_are_nothing),
		cmocka_unit_test(a_message_says_whether_something_went),
		cmocka_unit_test(routes_of_one_prefix_and_metric_are_one_route),
		cmocka_unit_test(names_of_routes_have_names),
		cmocka_unit_test(a_message_that_is_cut_is_not_read_past_its_end),
		cmocka_unit_test(a_message_without_its_header_is_nothing),
		cmocka_unit_test(an_attribute_that_is_cut_is_not_read_past_its_end),
	};

	return cmocka_run_group_tests_name("object", tests, NULL, NULL);
}
