/* SPDX-License-Identifier: MIT */
/*
 * Asked by sock_diag(7), and of the listening sockets alone: /proc/net/tcp would walk through the
 * connections of the whole machine at each look.
 */
#include "topology/listening.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "nodes/common/compiler.h"

#define TCP_STATE_LISTEN 10
#define UDP_STATE_BOUND	 7 /* "close": bound, not connected */

int listening_open(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}

typedef bool port_fn(void *arg, bool udp, uint16_t port);

/* ask() - for a dump of the sockets in the state that listens; false: it was not sent */
static bool ask(int fd, int family, bool udp)
{
	char data[256] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(data);
	struct inet_diag_req_v2 *req;

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));
	req->sdiag_family = (uint8_t)family;
	req->sdiag_protocol = udp ? IPPROTO_UDP : IPPROTO_TCP;
	req->idiag_states = 1u << (udp ? UDP_STATE_BOUND : TCP_STATE_LISTEN);
	return send(fd, nlh, nlh->nlmsg_len, 0) > 0;
}

/* each_port() - of one family and protocol, until `fn` is true, which is returned; the rest of the
 * answer is read and not looked at */
static bool each_port(int fd, int family, bool udp, port_fn *fn, void *arg)
{
	union {
		struct nlmsghdr head;
		char data[16384];
	} m;
	bool found = false;

	if (!ask(fd, family, udp))
		return false;
	for (;;) {
		ssize_t n = recv(fd, &m, sizeof(m), 0);
		const struct nlmsghdr *nlh = &m.head;
		int len = (int)n;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return found;
		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);

			if (nlh->nlmsg_type == NLMSG_DONE || nlh->nlmsg_type == NLMSG_ERROR)
				return found;
			found = found || fn(arg, udp, ntohs(msg->id.idiag_sport));
		}
	}
}

static bool is_port(void *arg, bool udp, uint16_t port)
{
	(void)udp;
	return *(const uint16_t *)arg == port;
}

bool is_listening(int fd, bool udp, uint16_t port)
{
	return each_port(fd, AF_INET, udp, is_port, &port) ||
	       each_port(fd, AF_INET6, udp, is_port, &port);
}

/* add_port() - each text once; false, so that each_port() goes on */
static bool add_port(void *arg, bool udp, uint16_t port)
{
	char text[16];
	const json_t *each;
	size_t i;

	snprintf(text, sizeof(text), "%s %u", udp ? "udp" : "tcp", port);
	json_array_foreach ((json_t *)arg, i, each)
		if (strcmp(json_string_value(each), text) == 0)
			return false;
	json_array_append_new(arg, json_string(text));
	return false;
}

json_t *listening_ports(int fd)
{
	json_t *list = json_array();

	each_port(fd, AF_INET, false, add_port, list);
	each_port(fd, AF_INET6, false, add_port, list);
	each_port(fd, AF_INET, true, add_port, list);
	each_port(fd, AF_INET6, true, add_port, list);
	return list;
}
