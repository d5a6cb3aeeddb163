/* SPDX-License-Identifier: MIT */
#include "nl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

#include "mem.h"

#define BATCH_LEN  (128 * 1024) /* below a socket's default send buffer of 208 KiB */
#define MESSAGES   512
#define LABEL_LEN  96
#define DUMP_TRIES 10
#define HEAR_LEN   (8 << 20)

struct nl_batch {
	int fd;
	uint32_t seq, first_seq; /* of the next message; of the first that waits */
	size_t count;
	struct nlmsghdr *last;
	char *at; /* where the next message begins */
	char *error;
	nl_refused_fn *refused; /* or NULL: the first error is kept, with its label */
	void *refused_arg;
	char data[BATCH_LEN];
	union {
		char labels[MESSAGES][LABEL_LEN];
		void *about[MESSAGES];
	};
};

int nl_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), yes = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &yes, sizeof(yes));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &yes, sizeof(yes));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &yes, sizeof(yes));
	return fd;
}

bool nl_join(int fd, const int *groups, size_t count)
{
	struct sockaddr_nl local = { .nl_family = AF_NETLINK };
	int size = HEAR_LEN;

	if (bind(fd, (struct sockaddr *)&local, sizeof(local)) < 0)
		return false;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	/* a kernel without nexthop objects does not know their group */
	for (size_t i = 0; i < count; i++)
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i],
			       sizeof(groups[i])) < 0 &&
		    groups[i] != RTNLGRP_NEXTHOP)
			return false;
	return true;
}

bool nl_hear(int fd)
{
	static const int groups[] = { RTNLGRP_LINK,	  RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
				      RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,  RTNLGRP_NEIGH,
				      RTNLGRP_NEXTHOP };

	return nl_join(fd, groups, ARRAY_SIZE(groups));
}

void nl_ignore(int fd, uint32_t port)
{
	/* BPF loads in network order what netlink has in the host's */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_pid)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(port), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	struct sock_fprog filter = { ARRAY_SIZE(code), code };

	setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter));
}

uint32_t nl_port(int fd)
{
	struct sockaddr_nl local = { .nl_family = AF_NETLINK };
	socklen_t len = sizeof(local);

	/* one that is bound already keeps its number */
	if (bind(fd, (struct sockaddr *)&local, len) < 0 && errno != EINVAL)
		return 0;
	getsockname(fd, (struct sockaddr *)&local, &len);
	return local.nl_pid;
}

struct nl_batch *nl_batch_new(void)
{
	struct nl_batch *b = xcalloc(1, sizeof(*b));

	b->fd = -1;
	b->at = b->data;
	b->seq = b->first_seq = 1;
	return b;
}

void nl_batch_free(struct nl_batch *b)
{
	if (!b)
		return;
	free(b->error);
	free(b);
}

void nl_batch_use(struct nl_batch *b, int fd)
{
	nl_batch_flush(b);
	b->fd = fd;
}

/* seal() - the last message is complete: the next begins behind it */
static void seal(struct nl_batch *b)
{
	if (b->last)
		b->at = (char *)b->last + MNL_ALIGN(b->last->nlmsg_len);
	b->last = NULL;
}

/* begin() - the next message; what tells it apart is put at b->count by who asks */
static struct nlmsghdr *begin(struct nl_batch *b, uint16_t type, uint16_t flags, size_t extra)
{
	struct nlmsghdr *nlh;

	seal(b);
	if (b->count == MESSAGES || b->at + NL_MESSAGE_MAX > b->data + sizeof(b->data))
		nl_batch_flush(b);
	nlh = mnl_nlmsg_put_header(b->at);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = b->seq++;
	mnl_nlmsg_put_extra_header(nlh, extra);
	b->last = nlh;
	return nlh;
}

struct nlmsghdr *nl_batch_add(struct nl_batch *b, uint16_t type, uint16_t flags, size_t extra,
			      const char *label, ...)
{
	struct nlmsghdr *nlh = begin(b, type, flags, extra);
	va_list ap;

	va_start(ap, label);
	vsnprintf(b->labels[b->count++], LABEL_LEN, label, ap);
	va_end(ap);
	return nlh;
}

void nl_batch_on_refusal(struct nl_batch *b, nl_refused_fn *fn, void *arg)
{
	b->refused = fn;
	b->refused_arg = arg;
}

struct nlmsghdr *nl_batch_add_about(struct nl_batch *b, uint16_t type, uint16_t flags, size_t extra,
				    void *about)
{
	struct nlmsghdr *nlh = begin(b, type, flags, extra);

	b->about[b->count++] = about;
	return nlh;
}

/* note_error() - `seq` says which message was refused; with ENOBUFS nobody knows */
static void note_error(struct nl_batch *b, uint32_t seq, uint16_t type, int err, const char *words)
{
	bool known = seq - b->first_seq < b->count && err != ENOBUFS;
	const char *label;

	if (b->refused) {
		b->refused(b->refused_arg, known ? b->about[seq - b->first_seq] : NULL, type, err,
			   words);
		return;
	}
	label = known ? b->labels[seq - b->first_seq] : "?";
	if (b->error)
		return; /* the first one is the cause, the others follow from it */
	if (words && *words)
		b->error = xasprintf("%s: %s (%s)", label, strerror(err), words);
	else
		b->error = xasprintf("%s: %s", label, strerror(err));
}

/* words_of() - NLMSGERR_ATTR_MSG of an extended acknowledgement, or NULL */
static const char *words_of(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	size_t offset = sizeof(struct nlmsgerr);

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	mnl_attr_for_each (attr, nlh, offset)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			return mnl_attr_get_str(attr);
	return NULL;
}

/* collect() - what the kernel refused of the messages just sent */
static void collect(struct nl_batch *b)
{
	char answer[16384];
	ssize_t n;

	while ((n = recv(b->fd, answer, sizeof(answer), MSG_DONTWAIT)) > 0) {
		const struct nlmsghdr *nlh = (void *)answer;
		int len = (int)n;

		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);

			if (nlh->nlmsg_type == NLMSG_ERROR && e->error)
				note_error(b, nlh->nlmsg_seq, e->msg.nlmsg_type, -e->error,
					   words_of(nlh));
		}
	}
	if (n < 0 && errno == ENOBUFS) /* so many refusals that some were lost */
		note_error(b, b->first_seq, 0, ENOBUFS, NULL);
}

bool nl_batch_flush(struct nl_batch *b)
{
	seal(b);
	if (b->count) {
		if (send(b->fd, b->data, (size_t)(b->at - b->data), 0) < 0)
			note_error(b, b->first_seq, 0, errno, NULL);
		else
			collect(b);
	}
	b->at = b->data;
	b->count = 0;
	b->first_seq = b->seq;
	return !b->error;
}

const char *nl_batch_error(const struct nl_batch *b)
{
	return b->error ? b->error : "";
}

/* What is dumped; what is 0 does not choose. */
struct request {
	uint16_t type;
	uint8_t family, protocol;
	uint32_t table;
};

/* put_request() - the family is the first octet of each of these headers */
static void put_request(struct nlmsghdr *nlh, const struct request *r)
{
	struct rtmsg *rtm;

	nlh->nlmsg_type = r->type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	if (r->type != RTM_GETROUTE) {
		*(uint8_t *)mnl_nlmsg_put_extra_header(
			nlh, r->type == RTM_GETLINK	 ? sizeof(struct ifinfomsg)
			     : r->type == RTM_GETNEIGH	 ? sizeof(struct ndmsg)
			     : r->type == RTM_GETNEXTHOP ? sizeof(struct nhmsg)
							 : sizeof(struct ifaddrmsg)) = r->family;
		return;
	}
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = r->family;
	rtm->rtm_protocol = r->protocol;
	if (r->table)
		mnl_attr_put_u32(nlh, RTA_TABLE, r->table);
}

/* ask() - one dump from its request to NLMSG_DONE; EINTR: it was cut, ask again */
static int ask(int fd, const struct request *r, nl_answer_fn *fn, void *arg)
{
	static uint32_t seq = 1u << 30;
	union {
		struct nlmsghdr head;
		char data[32768];
	} m = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(&m);
	bool cut = false;

	put_request(nlh, r);
	nlh->nlmsg_seq = ++seq;
	if (send(fd, nlh, nlh->nlmsg_len, 0) < 0)
		return errno;
	for (;;) {
		ssize_t n = recv(fd, &m, sizeof(m), 0);
		int len = (int)n;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		for (nlh = &m.head; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq != seq)
				continue;
			cut |= !!(nlh->nlmsg_flags & NLM_F_DUMP_INTR);
			if (nlh->nlmsg_type == NLMSG_DONE)
				return cut ? EINTR : 0;
			if (nlh->nlmsg_type == NLMSG_ERROR)
				return -((struct nlmsgerr *)mnl_nlmsg_get_payload(nlh))->error;
			fn(arg, nlh);
		}
	}
}

/* ask_until_whole() - false with errno; EINTR: all DUMP_TRIES dumps were cut */
static bool ask_until_whole(int fd, const struct request *r, nl_answer_fn *fn,
			    void (*restart)(void *arg), void *arg)
{
	int err = EINTR;

	for (int i = 0; err == EINTR && i < DUMP_TRIES; i++) {
		if (i > 0)
			restart(arg);
		err = ask(fd, r, fn, arg);
	}
	errno = err;
	return err == 0;
}

bool nl_dump(int fd, uint16_t type, int family, nl_answer_fn *fn, void (*restart)(void *arg),
	     void *arg)
{
	struct request r = { .type = type, .family = (uint8_t)family };

	return ask_until_whole(fd, &r, fn, restart, arg);
}

bool nl_dump_routes(int fd, int family, uint8_t protocol, uint32_t table, nl_answer_fn *fn,
		    void (*restart)(void *arg), void *arg)
{
	struct request r = { RTM_GETROUTE, (uint8_t)family, protocol, table };

	/* ENOENT: nothing was ever put into that table */
	return ask_until_whole(fd, &r, fn, restart, arg) || errno == ENOENT;
}

void nl_sync_link(int fd, unsigned index)
{
	char data[8192];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(data);
	struct ifinfomsg *ifi;

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = (int)index;
	mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	if (send(fd, nlh, nlh->nlmsg_len, 0) > 0)
		recv(fd, data, sizeof(data), 0);
}

void nl_put_addr(struct nlmsghdr *nlh, uint16_t type, const struct addr *a)
{
	mnl_attr_put(nlh, type, addr_bits(a) / 8, a->bytes);
}
