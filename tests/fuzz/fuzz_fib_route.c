/* SPDX-License-Identifier: MIT */
/*
 * What the FIB writer reads of the kernel's routes and nexthop objects: messages of any octets,
 * each in memory of its own length, so that a sanitizer sees who reads further.
 */
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "fuzzer.h"
#include "nodes/common/fib_core.h"
#include "nodes/common/reader.h"

static void check_addr(const struct addr *a)
{
	char text[ADDR_TEXT_LEN];

	require(!a->family || a->family == AF_INET || a->family == AF_INET6);
	if (a->family)
		addr_format(a, text);
}

static void check_route(const struct nlmsghdr *nlh)
{
	struct seen_route s;

	memset(&s, 0x5a, sizeof(s));
	if (!kernel_read_route(nlh, &s))
		return;
	require(s.prefix.addr.family == AF_INET || s.prefix.addr.family == AF_INET6);
	require(s.hop_count <= FIB_HOPS_MAX);
	check_addr(&s.prefix.addr);
	for (size_t i = 0; i < s.hop_count; i++)
		check_addr(&s.hop[i].via);
}

static void check_object(const struct nlmsghdr *nlh)
{
	static const struct fib f = { .config = { .protocol = 189 } };
	struct fib_hop hop;
	uint32_t id;
	int family;

	if (kernel_read_object(&f, nlh, &id, &family, &hop)) {
		require(id && hop.ifindex);
		if (family == AF_INET || family == AF_INET6)
			check_addr(&hop.via);
	}
}

/* An octet says which; the kernel's header is whole, what follows is any. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	bool is_route = take_u8(&r) & 1;
	size_t head = is_route ? sizeof(struct rtmsg) : sizeof(struct nhmsg);
	struct nlmsghdr *nlh;
	size_t len = left(&r);

	if (r.bad || len < head || len > 4096)
		return 0;
	nlh = calloc(1, sizeof(*nlh) + MNL_ALIGN(len));
	require(nlh != NULL);
	nlh->nlmsg_len = (uint32_t)(sizeof(*nlh) + len);
	nlh->nlmsg_type = is_route ? RTM_NEWROUTE : RTM_NEWNEXTHOP;
	memcpy(nlh + 1, r.at, len);
	if (is_route)
		check_route(nlh);
	else
		check_object(nlh);
	free(nlh);
	return 0;
}
