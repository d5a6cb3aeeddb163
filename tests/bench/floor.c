// SPDX-License-Identifier: MIT
/*
 * floor: the bare program, what the kernel itself takes for a star of hosts, and so the measure of
 * every launcher. A network namespace for each LAN and each node; veth pairs made in place, one
 * message each; addresses, links up, a default route where there is a router: batched, one thing
 * after another, in one thread. No plan, no check, no log.
 *
 * LAN number l is 10.l.0.0/16; its hosts have 10.l.0.1 and up, the router 10.l.255.254. Says
 * "ready", waits for a line or the end of standard input, exits.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <getopt.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tool.h"

#define BATCH_BYTES   32768
#define MESSAGE_BYTES 512 /* more than any message here takes */
#define BRIDGE	      2	  /* interface numbers, ours to give; lo is 1 */
#define FIRST_PORT    3
#define FIRST_ETH     2

struct space {
	int fd;			 /* of the namespace */
	struct mnl_socket *sock; /* made in it */
};

/* ---- a batch --------------------------------------------------------------------------------- */

struct batch {
	struct mnl_socket *sock;
	size_t len;
	struct nlmsghdr *last;
	char data[BATCH_BYTES];
};

static struct batch batch;

/* batch_send() - only the last message asks for an answer; a fault is answered in any case */
static void batch_send(void)
{
	char answer[BATCH_BYTES];

	if (!batch.len)
		return;
	batch.last->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(batch.sock, batch.data, batch.len) < 0)
		err(1, "netlink");

	ssize_t n = mnl_socket_recvfrom(batch.sock, answer, sizeof(answer));

	if (mnl_cb_run(answer, (size_t)n, 0, 0, NULL, NULL) < 0)
		err(1, "netlink");
	batch.len = 0;
}

/* batch_add() - a message of less than MESSAGE_BYTES, whose end batch_end() must be told; another
 * socket sends what waits first */
static struct nlmsghdr *batch_add(struct mnl_socket *sock, uint16_t type, uint16_t flags)
{
	if (batch.sock != sock || batch.len + MESSAGE_BYTES > BATCH_BYTES)
		batch_send();
	batch.sock = sock;

	struct nlmsghdr *m = mnl_nlmsg_put_header(batch.data + batch.len);

	m->nlmsg_type = type;
	m->nlmsg_flags = NLM_F_REQUEST | flags;
	return batch.last = m;
}

static void batch_end(const struct nlmsghdr *m)
{
	batch.len += MNL_ALIGN(m->nlmsg_len);
}

/* ---- messages -------------------------------------------------------------------------------- */

static struct ifinfomsg *put_link(struct nlmsghdr *m, int index, unsigned flags)
{
	struct ifinfomsg *i = mnl_nlmsg_put_extra_header(m, sizeof(*i));

	*i = (struct ifinfomsg){ .ifi_index = index, .ifi_flags = flags, .ifi_change = flags };
	return i;
}

static void add_bridge(struct mnl_socket *lan)
{
	struct nlmsghdr *m = batch_add(lan, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);

	put_link(m, BRIDGE, IFF_UP);
	mnl_attr_put_strz(m, IFLA_IFNAME, "lan");

	struct nlattr *info = mnl_attr_nest_start(m, IFLA_LINKINFO);

	mnl_attr_put_strz(m, IFLA_INFO_KIND, "bridge");
	mnl_attr_nest_end(m, info);
	batch_end(m);
}

/* add_veth() - a port of the LAN, up, and the other end in the node: both where they belong */
static void add_veth(struct mnl_socket *lan, int port, const struct space *node, int eth)
{
	struct nlmsghdr *m = batch_add(lan, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	char name[IFNAMSIZ];

	put_link(m, port, IFF_UP);
	snprintf(name, sizeof(name), "p%d", port);
	mnl_attr_put_strz(m, IFLA_IFNAME, name);
	mnl_attr_put_u32(m, IFLA_MASTER, BRIDGE);

	struct nlattr *info = mnl_attr_nest_start(m, IFLA_LINKINFO);

	mnl_attr_put_strz(m, IFLA_INFO_KIND, "veth");

	struct nlattr *data = mnl_attr_nest_start(m, IFLA_INFO_DATA);
	struct nlattr *peer = mnl_attr_nest_start(m, VETH_INFO_PEER);

	put_link(m, eth, 0);
	snprintf(name, sizeof(name), "eth%d", eth - FIRST_ETH);
	mnl_attr_put_strz(m, IFLA_IFNAME, name);
	mnl_attr_put_u32(m, IFLA_NET_NS_FD, (uint32_t)node->fd);
	mnl_attr_nest_end(m, peer);
	mnl_attr_nest_end(m, data);
	mnl_attr_nest_end(m, info);
	batch_end(m);
}

static void set_up(struct mnl_socket *node, int index)
{
	put_link(batch_add(node, RTM_NEWLINK, 0), index, IFF_UP);
	batch_end(batch.last);
}

/* keep_quiet() - the kernel makes no link-local address, which it would announce to the LAN */
static void keep_quiet(struct mnl_socket *node, int index)
{
	struct nlmsghdr *m = batch_add(node, RTM_NEWLINK, 0);

	put_link(m, index, 0);

	struct nlattr *families = mnl_attr_nest_start(m, IFLA_AF_SPEC);
	struct nlattr *ipv6 = mnl_attr_nest_start(m, AF_INET6);

	mnl_attr_put_u8(m, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(m, ipv6);
	mnl_attr_nest_end(m, families);
	batch_end(m);
}

static void add_address(struct mnl_socket *node, int index, uint32_t address)
{
	struct nlmsghdr *m = batch_add(node, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
	struct ifaddrmsg *a = mnl_nlmsg_put_extra_header(m, sizeof(*a));

	*a = (struct ifaddrmsg){ .ifa_family = AF_INET,
				 .ifa_prefixlen = 16,
				 .ifa_index = (uint32_t)index };
	mnl_attr_put_u32(m, IFA_LOCAL, htonl(address));
	mnl_attr_put_u32(m, IFA_ADDRESS, htonl(address));
	mnl_attr_put_u32(m, IFA_BROADCAST, htonl(address | 0xffff));
	batch_end(m);
}

static void add_default_route(struct mnl_socket *node, uint32_t gateway)
{
	struct nlmsghdr *m = batch_add(node, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
	struct rtmsg *r = mnl_nlmsg_put_extra_header(m, sizeof(*r));

	*r = (struct rtmsg){ .rtm_family = AF_INET,
			     .rtm_table = RT_TABLE_MAIN,
			     .rtm_protocol = RTPROT_STATIC,
			     .rtm_type = RTN_UNICAST };
	mnl_attr_put_u32(m, RTA_GATEWAY, htonl(gateway));
	batch_end(m);
}

/* ---- the star -------------------------------------------------------------------------------- */

static void write_setting(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		err(1, "%s", path);
	close(fd);
}

/* space_new() - the caller is in it afterwards */
static struct space space_new(void)
{
	struct space s;

	if (unshare(CLONE_NEWNET) < 0)
		err(1, "unshare");
	s.fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	s.sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (s.fd < 0 || !s.sock || mnl_socket_bind(s.sock, 0, 0) < 0)
		err(1, "a node's namespace");
	return s;
}

/* address_of() - in host order */
static uint32_t address_of(unsigned lan, unsigned host)
{
	return 10u << 24 | lan << 16 | host;
}

static void give_address(const struct space *node, int index, unsigned lan, unsigned host)
{
	keep_quiet(node->sock, index);
	set_up(node->sock, index);
	add_address(node->sock, index, address_of(lan, host));
}

#define ROUTER_HOST (255u << 8 | 254u)

/* build_lan() - hosts is where the nodes go; router is NULL if there is only one LAN */
static struct space build_lan(unsigned lan, struct space *hosts, unsigned count,
			      const struct space *router)
{
	struct space bridge = space_new();
	int eth = FIRST_ETH + (int)lan - 1;

	write_setting("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	for (unsigned i = 0; i < count; i++)
		hosts[i] = space_new();
	add_bridge(bridge.sock);
	for (unsigned i = 0; i < count; i++)
		add_veth(bridge.sock, FIRST_PORT + (int)i, &hosts[i], FIRST_ETH);
	if (router)
		add_veth(bridge.sock, FIRST_PORT + (int)count, router, eth);
	for (unsigned i = 0; i < count; i++) {
		set_up(hosts[i].sock, 1);
		give_address(&hosts[i], FIRST_ETH, lan, i + 1);
		if (router)
			add_default_route(hosts[i].sock, address_of(lan, ROUTER_HOST));
	}
	if (router)
		give_address(router, eth, lan, ROUTER_HOST);
	batch_send();
	return bridge;
}

/* start_process() - the program itself, not a copy of us that rests: that is what launchers
 * start */
static void start_process(const struct space *node, const char *program)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (setns(node->fd, CLONE_NEWNET) < 0)
		_exit(1);
	close_range(0, ~0U, 0);
	execl(program, program, NULL);
	_exit(127);
}

/* end_processes() - all of our process group but ourselves; main() has made it ours alone */
static void end_processes(void)
{
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	while (wait(NULL) > 0)
		;
}

static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "lans", required_argument, NULL, 'l' },
						 { "procs", required_argument, NULL, 'p' },
						 { NULL, 0, NULL, 0 } };
	unsigned lans = 1;
	const char *program = NULL;

	for (int c; (c = getopt_long(argc, argv, "l:p:", options, NULL)) != -1;) {
		if (c == 'l')
			lans = number(optarg, 200);
		else if (c == 'p')
			program = optarg;
		else
			return 2;
	}
	if (optind + 1 != argc)
		errx(2, "usage: floor [--lans LANS] [--procs PROGRAM] HOSTS");

	unsigned count = number(argv[optind], 60000), each = count / lans;
	struct space *hosts = calloc(count, sizeof(*hosts)), router = { .fd = -1 };

	if (!hosts || each * lans != count)
		errx(2, "%u hosts do not divide by %u LANs", count, lans);
	raise_descriptor_limit();
	setpgid(0, 0); /* so that the end of all processes is one signal */
	if (lans > 1) {
		router = space_new();
		write_setting("/proc/sys/net/ipv4/ip_forward", "1");
		set_up(router.sock, 1);
	}
	for (unsigned l = 0; l < lans; l++)
		build_lan(l + 1, hosts + l * each, each, lans > 1 ? &router : NULL);
	for (unsigned i = 0; program && i < count; i++)
		start_process(&hosts[i], program);
	if (program && lans > 1)
		start_process(&router, program);
	puts("ready");
	fflush(stdout);
	getchar();
	end_processes();
	return 0;
}
