/* SPDX-License-Identifier: MIT */
/*
 * Netlink messages of any octets: each is an object or nothing, and no octet behind it is read.
 * What is decoded can be shown, remembered and held against facts. Each message is in memory of its
 * own length, so that a sanitizer sees who reads further.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "fuzzer.h"
#include "nodes/common/compiler.h"
#include "nodes/common/reader.h"
#include "topology/fact.h"
#include "topology/known.h"

#define DUMPS	  4 /* of one look: links, addresses, routes, neighbours */
#define FIRST_SEQ (1u << 30)

static const uint16_t types[] = { RTM_NEWLINK,	RTM_DELLINK,	RTM_NEWADDR,   RTM_DELADDR,
				  RTM_NEWROUTE, RTM_DELROUTE,	RTM_NEWNEIGH,  RTM_DELNEIGH,
				  RTM_NEWRULE,	RTM_NEWNEXTHOP, RTM_DELNEXTHOP };

/* the_facts() - of what netlink tells, for the caller to free */
static struct fact *the_facts(size_t *count)
{
	static const char *const words[] = { "link",	"eth0",	       "up",	  "address",
					     "address", "10.0.0.1/24", "dev",	  "eth0",
					     "route",	"10.0.0.0/24", "via",	  "10.0.0.2",
					     "dev",	"eth0",	       "no",	  "route",
					     "::/0",	"neighbour",   "10.0.0.1" };
	struct words w = { .list = words, .count = ARRAY_SIZE(words) };
	struct fact *facts;

	require(facts_parse(&w, &facts, count));
	return facts;
}

static void check_object(const struct object *o)
{
	char text[PREFIX_TEXT_LEN], number[8];

	require(o->hop_count <= HOPS_MAX);
	require(object_size(o) <= sizeof(*o));
	require(memchr(o->name, '\0', sizeof(o->name)) != NULL);
	require(object_compare_names(o, o) == 0 && object_says_the_same(o, o));
	require(*link_state_name(o->state) && *route_protocol_name(o->protocol, number));
	if (o->kind != OBJECT_LINK)
		prefix_format(&o->prefix, text);
	for (unsigned i = 0; i < o->hop_count; i++)
		addr_format(&o->hops[i].via, text);
}

static void on_gone(void *arg, const struct object *o)
{
	char name[16];

	require(strlen(known_link_name(arg, o->index, name)) < sizeof(name));
}

/* decode() - one message, in memory that ends where it does */
static void decode(struct known *k, const struct fact *facts, size_t count,
		   const struct nlmsghdr *nlh)
{
	size_t len = MNL_ALIGN(nlh->nlmsg_len);
	char *copy = calloc(1, len);
	struct object o;

	require(copy != NULL);
	memcpy(copy, nlh, nlh->nlmsg_len);
	if (object_decode(&o, (void *)copy)) {
		bool gone = object_is_gone(nlh);

		check_object(&o);
		known_note(k, &o, gone);
		require(known_note(k, &o, gone) == CHANGE_NONE);
	}
	facts_concern(facts, count, (void *)copy);
	free(copy);
}

/* look() - facts are judged by dumps: what the kernel would answer waits in the socket. The numbers
 * of the requests follow one another, as long as no dump is cut. */
static void look(struct fact *facts, size_t count, const char *data, int size)
{
	static uint32_t seq = FIRST_SEQ;
	char end[64];
	int fds[2];

	require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0);
	for (int i = 0; i < DUMPS; i++) {
		struct nlmsghdr *done = mnl_nlmsg_put_header(end);
		char *copy = malloc((size_t)size + 1);
		struct nlmsghdr *nlh = (void *)copy;
		int len = size;

		require(copy != NULL);
		memcpy(copy, data, (size_t)size);
		seq++;
		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			nlh->nlmsg_flags = NLM_F_MULTI;
			nlh->nlmsg_seq = seq;
		}
		if (size)
			require(send(fds[1], copy, (size_t)size, 0) == size);
		free(copy);
		mnl_nlmsg_put_extra_header(done, sizeof(int));
		done->nlmsg_type = NLMSG_DONE;
		done->nlmsg_seq = seq;
		require(send(fds[1], done, done->nlmsg_len, 0) > 0);
	}
	require(facts_look(facts, count, fds[0]));
	for (size_t i = 0; i < count; i++)
		fact_judge(&facts[i], 1);
	close(fds[0]);
	close(fds[1]);
}

/* build() - messages from the input: a kind, a length, and octets of header and attributes */
static size_t build(char *to, size_t room, struct reader *r)
{
	size_t len = 0;

	while (left(r) >= 2 && room - len >= sizeof(struct nlmsghdr) + 256) {
		uint16_t type = types[take_u8(r) % ARRAY_SIZE(types)];
		size_t want = take_u8(r);
		struct reader part = take_part(r, want < left(r) ? want : left(r));
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(to + len);

		nlh->nlmsg_type = type;
		nlh->nlmsg_len += (uint32_t)left(&part);
		if (left(&part))
			memcpy(mnl_nlmsg_get_payload(nlh), part.at, left(&part));
		len += MNL_ALIGN(nlh->nlmsg_len);
	}
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	static char messages[8192] __attribute__((aligned(8)));
	const struct nlmsghdr *nlh = (void *)messages;
	struct known k = { 0 };
	size_t count;
	struct fact *facts = the_facts(&count);
	int len;

	memset(messages, 0, sizeof(messages));
	if (size && data[0] & 0x80) { /* as it is: also messages of any length */
		len = (int)(size < sizeof(messages) ? size : sizeof(messages));
		memcpy(messages, data, (size_t)len);
	} else {
		len = (int)build(messages, sizeof(messages), &r);
	}
	known_begin_look(&k);
	/* libmnl takes a length of 2 GiB and more for a negative one */
	for (int rest = len; mnl_nlmsg_ok(nlh, rest) && nlh->nlmsg_len <= (unsigned)rest;
	     nlh = mnl_nlmsg_next(nlh, &rest))
		if (nlh->nlmsg_type >= RTM_BASE)
			decode(&k, facts, count, nlh);
	known_begin_look(&k);
	known_end_look(&k, KINDS_ALL, on_gone, &k);
	require(!k.tree);
	if (!(size && data[0] & 0x80))
		look(facts, count, messages, len);
	facts_free(facts, count);
	known_free(&k);
	return 0;
}
