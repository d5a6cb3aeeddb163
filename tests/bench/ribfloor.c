// SPDX-License-Identifier: MIT
/*
 * ribfloor: what the kernel itself takes for N routes in and out, and so the measure of everybody
 * who writes some: a bare loop of libmnl, so many messages a send, no acknowledgement asked for. No
 * table of what is wanted, no check of what is there; an error would be seen in the count behind.
 *
 * Puts N /32 routes by way of GATEWAY in and takes them out one by one, puts them in again and
 * drops all at once: with --nexthop, where they share a nexthop object, by deleting that; else one
 * by one as well. Prints seconds in, out, in, all, and the CPU time of each.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <libmnl/libmnl.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "fibcount.h"

#define PROTOCOL      250
#define METRIC	      120
#define NEXTHOP_ID    4711
#define MESSAGE_BYTES 128 /* more than any message here takes */

static struct mnl_socket *sock;
static unsigned most = 1000; /* messages a send */
static char *batch;
static size_t used;
static unsigned messages;

static void batch_send(void)
{
	if (messages && mnl_socket_sendto(sock, batch, used) < 0)
		err(1, "netlink");
	used = messages = 0;
}

/* batch_add() - a message of less than MESSAGE_BYTES, whose end batch_end() must be told */
static struct nlmsghdr *batch_add(uint16_t type, uint16_t flags)
{
	if (messages == most)
		batch_send();

	struct nlmsghdr *m = mnl_nlmsg_put_header(batch + used);

	m->nlmsg_type = type;
	m->nlmsg_flags = NLM_F_REQUEST | flags;
	return m;
}

static void batch_end(const struct nlmsghdr *m)
{
	used += MNL_ALIGN(m->nlmsg_len);
	messages++;
}

/* put_route() - to one host, `destination` in host order */
static void put_route(bool in, uint32_t destination, struct in_addr gateway, bool nexthop)
{
	struct nlmsghdr *m = in ? batch_add(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL)
				: batch_add(RTM_DELROUTE, 0);
	struct rtmsg *r = mnl_nlmsg_put_extra_header(m, sizeof(*r));

	*r = (struct rtmsg){ .rtm_family = AF_INET,
			     .rtm_dst_len = 32,
			     .rtm_table = RT_TABLE_MAIN,
			     .rtm_protocol = PROTOCOL,
			     .rtm_type = RTN_UNICAST };
	mnl_attr_put_u32(m, RTA_DST, htonl(destination));
	mnl_attr_put_u32(m, RTA_PRIORITY, METRIC);
	if (in && nexthop)
		mnl_attr_put_u32(m, RTA_NH_ID, NEXTHOP_ID);
	else if (in)
		mnl_attr_put_u32(m, RTA_GATEWAY, gateway.s_addr);
	batch_end(m);
}

static void put_nexthop(bool in, struct in_addr gateway, unsigned ifindex)
{
	struct nlmsghdr *m = in ? batch_add(RTM_NEWNEXTHOP, NLM_F_CREATE | NLM_F_EXCL)
				: batch_add(RTM_DELNEXTHOP, 0);
	struct nhmsg *n = mnl_nlmsg_put_extra_header(m, sizeof(*n));

	*n = (struct nhmsg){ .nh_family = in ? AF_INET : AF_UNSPEC,
			     .nh_protocol = in ? PROTOCOL : 0 };
	mnl_attr_put_u32(m, NHA_ID, NEXTHOP_ID);
	if (in) {
		mnl_attr_put_u32(m, NHA_OIF, ifindex);
		mnl_attr_put_u32(m, NHA_GATEWAY, gateway.s_addr);
	}
	batch_end(m);
}

struct job {
	unsigned routes, ifindex;
	struct in_addr gateway;
	bool nexthop;
};

static void put_in(const struct job *j)
{
	if (j->nexthop)
		put_nexthop(true, j->gateway, j->ifindex);
	for (unsigned i = 0; i < j->routes; i++)
		put_route(true, FIRST_DESTINATION + i, j->gateway, j->nexthop);
	batch_send();
}

static void take_out(const struct job *j)
{
	for (unsigned i = 0; i < j->routes; i++)
		put_route(false, FIRST_DESTINATION + i, j->gateway, j->nexthop);
	if (j->nexthop)
		put_nexthop(false, j->gateway, j->ifindex);
	batch_send();
}

static void drop_all(const struct job *j)
{
	if (!j->nexthop) {
		take_out(j);
		return;
	}
	put_nexthop(false, j->gateway, j->ifindex);
	batch_send();
}

/* measure() - prints the seconds and the CPU seconds that the step took */
static void measure(void (*step)(const struct job *j), const struct job *j)
{
	uint64_t start = now_ns(), cpu = cpu_ns();

	step(j);
	printf("%.6f %.6f ", seconds(now_ns() - start), seconds(cpu_ns() - cpu));
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "batch", required_argument, NULL, 'b' },
						 { "nexthop", no_argument, NULL, 'n' },
						 { NULL, 0, NULL, 0 } };
	struct job j = { 0 };

	for (int c; (c = getopt_long(argc, argv, "b:n", options, NULL)) != -1;) {
		if (c == 'b')
			most = number(optarg, 4000);
		else if (c == 'n')
			j.nexthop = true;
		else
			return 2;
	}
	if (optind + 3 != argc || !inet_aton(argv[optind + 2], &j.gateway))
		errx(2, "usage: ribfloor [--nexthop] [--batch MESSAGES] ROUTES INTERFACE GATEWAY");
	j.routes = number(argv[optind], MOST_ROUTES);
	j.ifindex = if_nametoindex(argv[optind + 1]);
	batch = malloc((size_t)most * MESSAGE_BYTES);
	sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!batch || !j.ifindex || !sock || mnl_socket_bind(sock, 0, 0) < 0)
		err(1, "%s", argv[optind + 1]);

	long before = fib_count();

	measure(put_in, &j);
	fib_expect(before + j.routes, "in");
	measure(take_out, &j);
	fib_expect(before, "out");
	measure(put_in, &j);
	measure(drop_all, &j);
	fib_expect(before, "dropped");
	puts("");
	return 0;
}
