/* SPDX-License-Identifier: MIT */
#include "client_apply.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nodes/common/iface.h"
#include "nodes/common/inet.h"
#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/nl.h"
#include "option.h"

#define ROUTES_MAX 64 /* of one lease */
#define MTU_MIN	   68 /* RFC 2132, 5.1 */

struct applied {
	char name[16];
	unsigned index;
	uint32_t metric;
	int fd;
	uint32_t address, mask;
	struct route routes[ROUTES_MAX];
	size_t route_count;
	unsigned mtu; /* that it had before; 0: it is as it was */
};

struct applied *applied_new(const char *name, unsigned index, uint32_t metric)
{
	struct applied *a = xcalloc(1, sizeof(*a));

	strncpy(a->name, name, sizeof(a->name) - 1);
	a->index = index;
	a->metric = metric;
	a->fd = nl_open();
	if (a->fd < 0)
		fatal_errno("cannot make a netlink socket");
	return a;
}

void applied_free(struct applied *a)
{
	close(a->fd);
	free(a);
}

/* ---- messages -------------------------------------------------------------------------------- */

/* begin() - what is added leaves with finish(), which frees it */
static struct nl_batch *begin(struct applied *a)
{
	struct nl_batch *b = nl_batch_new();

	nl_batch_use(b, a->fd);
	return b;
}

static void finish(struct applied *a, struct nl_batch *b)
{
	if (!nl_batch_flush(b))
		log_info("%s: %s", a->name, nl_batch_error(b));
	nl_batch_free(b);
}

/* put_link() - `up` false, or `mtu` 0: that stays as it is */
static void put_link(struct applied *a, struct nl_batch *b, bool up, unsigned mtu)
{
	struct nlmsghdr *nlh =
		nl_batch_add(b, RTM_NEWLINK, 0, sizeof(struct ifinfomsg), "link %s", a->name);
	struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	ifi->ifi_index = (int)a->index;
	ifi->ifi_flags = ifi->ifi_change = up ? IFF_UP : 0;
	if (mtu)
		mnl_attr_put_u32(nlh, IFLA_MTU, mtu);
}

static void put_ip4(struct nlmsghdr *nlh, uint16_t type, uint32_t address)
{
	struct addr a = ip4_addr(address);

	nl_put_addr(nlh, type, &a);
}

/* put_address() - with the time of its lease: the kernel itself takes it away, should we be gone */
static void put_address(struct applied *a, struct nl_batch *b, uint16_t type, uint32_t address,
			uint32_t mask, uint32_t broadcast, uint32_t seconds)
{
	struct ifa_cacheinfo times = { .ifa_valid = seconds, .ifa_prefered = seconds };
	uint16_t flags = type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_REPLACE : 0;
	char text[IP4_TEXT_LEN];
	unsigned len = (unsigned)__builtin_popcount(mask);
	struct nlmsghdr *nlh = nl_batch_add(b, type, flags, sizeof(struct ifaddrmsg),
					    "address %s/%u", ip4_format(address, text), len);
	struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);

	ifa->ifa_family = AF_INET;
	ifa->ifa_prefixlen = (uint8_t)len;
	ifa->ifa_index = a->index;
	put_ip4(nlh, IFA_LOCAL, address);
	put_ip4(nlh, IFA_ADDRESS, address);
	if (broadcast)
		put_ip4(nlh, IFA_BROADCAST, broadcast);
	if (type == RTM_NEWADDR)
		mnl_attr_put(nlh, IFA_CACHEINFO, sizeof(times), &times);
}

/* put_route() - a next hop outside the subnet is at this wire all the same: the server says so */
static void put_route(struct applied *a, struct nl_batch *b, uint16_t type, const struct route *r)
{
	uint16_t flags = type == RTM_NEWROUTE ? NLM_F_CREATE | NLM_F_REPLACE : 0;
	bool near = ((r->next_hop ^ a->address) & a->mask) == 0;
	char text[IP4_TEXT_LEN];
	struct nlmsghdr *nlh = nl_batch_add(b, type, flags, sizeof(struct rtmsg), "route %s/%u",
					    ip4_format(r->dst, text), r->len);
	struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);

	*rtm = (struct rtmsg){ .rtm_family = AF_INET,
			       .rtm_dst_len = (uint8_t)r->len,
			       .rtm_table = RT_TABLE_MAIN,
			       .rtm_protocol = RTPROT_DHCP,
			       .rtm_scope = r->next_hop ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
			       .rtm_type = RTN_UNICAST,
			       .rtm_flags = r->next_hop && !near ? RTNH_F_ONLINK : 0 };
	if (r->len)
		put_ip4(nlh, RTA_DST, r->dst);
	if (r->next_hop)
		put_ip4(nlh, RTA_GATEWAY, r->next_hop);
	put_ip4(nlh, RTA_PREFSRC, a->address);
	mnl_attr_put_u32(nlh, RTA_OIF, a->index);
	if (a->metric)
		mnl_attr_put_u32(nlh, RTA_PRIORITY, a->metric);
}

/* ---- what a grant says ----------------------------------------------------------------------- */

/* broadcast_of() - RFC 2132, 5.3, or as RFC 919 has it; 0: there is none on a link of two */
static uint32_t broadcast_of(const struct grant *g)
{
	uint32_t said = message_u32(&g->message, OPT_BROADCAST_ADDRESS);

	if (said)
		return said;
	return ~g->mask > 1 ? g->address | ~g->mask : 0;
}

/* routes_of() - RFC 3442: who understands option 121 leaves option 3 alone */
static size_t routes_of(const struct grant *g, struct route routes[ROUTES_MAX])
{
	struct reader r = message_option(&g->message, OPT_ROUTES);
	size_t count = 0;

	if (left(&r)) {
		while (count < ROUTES_MAX && take_route(&r, &routes[count]))
			count++;
		return count;
	}
	r = message_option(&g->message, OPT_ROUTER);
	if (left(&r))
		routes[count++] = (struct route){ .next_hop = take_be32(&r) };
	return count;
}

static bool has_route(const struct route *list, size_t count, const struct route *r)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].dst == r->dst && list[i].len == r->len &&
		    list[i].next_hop == r->next_hop)
			return true;
	return false;
}

/* read_mtu() - 0: it cannot be read */
static unsigned read_mtu(const struct applied *a)
{
	struct ifreq answer;

	return iface_ask(a->name, SIOCGIFMTU, &answer) ? (unsigned)answer.ifr_mtu : 0;
}

/* apply_mtu() - what it was before us is kept in a->mtu */
static void apply_mtu(struct applied *a, struct nl_batch *b, const struct grant *g)
{
	unsigned mtu = message_u16(&g->message, OPT_MTU), now = read_mtu(a);

	if (mtu < MTU_MIN)
		mtu = a->mtu; /* nothing is said: as it was before us */
	if (!mtu || mtu == now)
		return;
	if (!a->mtu)
		a->mtu = now;
	put_link(a, b, false, mtu);
}

void apply_up(struct applied *a)
{
	struct nl_batch *b = begin(a);

	put_link(a, b, true, 0);
	finish(a, b);
}

void apply_grant(struct applied *a, const struct grant *g)
{
	struct nl_batch *b = begin(a);
	struct route routes[ROUTES_MAX];
	size_t count = routes_of(g, routes);
	uint32_t old = a->address, old_mask = a->mask;

	a->address = g->address;
	a->mask = g->mask;
	apply_mtu(a, b, g);
	put_address(a, b, RTM_NEWADDR, g->address, g->mask, broadcast_of(g), g->lease_s);
	if (old && (old != g->address || old_mask != g->mask))
		put_address(a, b, RTM_DELADDR, old, old_mask, 0, 0);
	for (size_t i = 0; i < a->route_count; i++)
		if (!has_route(routes, count, &a->routes[i]))
			put_route(a, b, RTM_DELROUTE, &a->routes[i]);
	for (size_t i = 0; i < count; i++)
		put_route(a, b, RTM_NEWROUTE, &routes[i]);
	memcpy(a->routes, routes, count * sizeof(*routes));
	a->route_count = count;
	finish(a, b);
}

/* The kernel takes routes away with the address that they are from. It may have taken the address
 * already, at the end of its time: that is no error. */
void apply_withdraw(struct applied *a)
{
	struct nl_batch *b = begin(a);

	if (a->address)
		put_address(a, b, RTM_DELADDR, a->address, a->mask, 0, 0);
	nl_batch_flush(b);
	nl_batch_free(b);
	if (a->mtu) {
		b = begin(a);
		put_link(a, b, false, a->mtu);
		finish(a, b);
	}
	a->mtu = 0;
	a->address = 0;
	a->route_count = 0;
}

struct search {
	struct applied *a;
	uint32_t address;
};

/* on_address() - the one that is looked for is noted in a->address, with its mask */
static void on_address(void *arg, const struct nlmsghdr *nlh)
{
	struct search *s = arg;
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if (ifa->ifa_index != s->a->index || ifa->ifa_prefixlen > 32)
		return;
	mnl_attr_for_each (attr, nlh, sizeof(*ifa))
		if (mnl_attr_get_type(attr) == IFA_LOCAL &&
		    mnl_attr_get_payload_len(attr) == sizeof(uint32_t) &&
		    ntohl(mnl_attr_get_u32(attr)) == s->address) {
			s->a->address = s->address;
			s->a->mask = ip4_mask(ifa->ifa_prefixlen);
		}
}

static void on_dump_again(void *arg)
{
	(void)arg; /* what was found is found again */
}

bool apply_adopt(struct applied *a, uint32_t address)
{
	struct search s = { a, address };

	nl_dump(a->fd, RTM_GETADDR, AF_INET, on_address, on_dump_again, &s);
	return a->address == address;
}
