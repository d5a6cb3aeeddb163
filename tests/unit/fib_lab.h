/* SPDX-License-Identifier: MIT */
/*
 * Where the FIB writer is tried: a network namespace of each test's own, with two wires, the real
 * kernel, and a loop that turns until a fact holds.
 */
#ifndef VETHLAB_TESTS_FIB_LAB_H
#define VETHLAB_TESTS_FIB_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "nodes/common/compiler.h"
#include "nodes/common/fib.h"
#include "nodes/common/loop.c" /* a loop here turns once, instead of until its end */
#include "nodes/common/nl.h"

#define PROTOCOL   201
#define METRIC	   110
#define PATIENCE   5000 /* ms */
#define LINE_ROOM  1024
#define BY_A	   "via 10.9.0.2 dev a0 proto 201 metric 110"
#define unused_too __attribute__((unused))

struct lab {
	struct loop *loop;
	struct fib *fib;
	struct watch *tick;
	unsigned a, b; /* the wires: 10.9.0.0/24 and fd09::/64, 10.8.0.0/24 and fd08::/64 */
};

/* ---- commands -------------------------------------------------------------------------------- */

/* ip() - one command, which has to succeed */
static unused_too printf_like(1, 2) void ip(const char *fmt, ...)
{
	char command[LINE_ROOM] = "ip ";
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command + 3, sizeof(command) - 3, fmt, ap);
	va_end(ap);
	if (system(command) != 0)
		fail_msg("it failed: %s", command);
}

/* flush_objects() - somebody else deletes our nexthop objects */
static unused_too void flush_objects(void)
{
	ip("nexthop flush proto 201 >/dev/null 2>&1");
}

/* ip_says() - what a command prints, on one line each, without the ids of nexthop objects and
 * without blanks at the end; several lines are joined */
static unused_too const char *ip_says(const char *command, char *text, size_t room)
{
	FILE *f = popen(command, "re");
	size_t len;
	char *id;

	assert_non_null(f);
	len = fread(text, 1, room - 1, f);
	text[len] = '\0';
	pclose(f);
	while ((id = strstr(text, "nhid "))) {
		char *end = strchr(id + 5, ' ') + 1;

		memmove(id, end, strlen(end) + 1);
	}
	for (len = strlen(text); len && strchr(" \n", text[len - 1]); len--)
		text[len - 1] = '\0';
	return text;
}

/* batch() - one `ip -batch` of a line for each number */
static unused_too void batch(unsigned from, unsigned to, void (*line)(FILE *f, unsigned n))
{
	FILE *f = popen("ip -batch -", "we");

	assert_non_null(f);
	for (unsigned n = from; n < to; n++)
		line(f, n);
	assert_int_equal(pclose(f), 0);
}

/* ---- the lab --------------------------------------------------------------------------------- */

static bool write_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

/* be_root() - of a user namespace of our own; false where that is refused */
static bool be_root(void)
{
	unsigned uid = getuid(), gid = getgid();
	char map[32];

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return false;
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (!write_file("/proc/self/uid_map", map))
		return false;
	snprintf(map, sizeof(map), "0 %u 1", gid);
	return write_file("/proc/self/gid_map", map);
}

static int group_setup(void **state)
{
	(void)state;
	if (!be_root()) {
		print_message("skipped: no user and network namespace can be had here\n");
		exit(EXIT_SUCCESS);
	}
	return 0;
}

static void make_wire(const char *name, unsigned net)
{
	ip("link add %s0 type veth peer name %s1", name, name);
	ip("addr add 10.%u.0.1/24 dev %s0", net, name);
	ip("-6 addr add fd0%u::1/64 dev %s0 nodad", net, name);
	ip("link set %s1 up", name);
	ip("link set %s0 up", name);
}

static void on_tick(void *arg)
{
	(void)arg;
}

static struct fib *writer(struct loop *l, bool plain)
{
	struct fib_config c = { .protocol = PROTOCOL, .metric = METRIC, .plain = plain };

	return fib_new(l, &c);
}

static unused_too void lab_make(struct lab *l)
{
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	ip("link set lo up");
	make_wire("a", 9);
	make_wire("b", 8);
	l->a = if_nametoindex("a0");
	l->b = if_nametoindex("b0");
	l->loop = loop_new();
	l->tick = loop_on_timer(l->loop, on_tick, l);
}

static unused_too struct lab lab_new(void)
{
	struct lab l;

	lab_make(&l);
	l.fib = writer(l.loop, false);
	return l;
}

/* lab_free() - a writer that ends leaves nothing */
static unused_too void lab_free(struct lab *l)
{
	char text[LINE_ROOM];

	fib_close(l->fib);
	watch_free(l->tick);
	loop_free(l->loop);
	assert_string_equal(ip_says("ip -o route show table all proto 201; ip -o -6 route show "
				    "table all proto 201; ip nexthop show proto 201",
				    text, sizeof(text)),
			    "");
}

/* ---- facts ----------------------------------------------------------------------------------- */

static unused_too void turn(struct lab *l)
{
	watch_start_in(l->tick, 2);
	assert_true(event_base_loop(l->loop->base, EVLOOP_ONCE) >= 0);
	watch_stop(l->tick);
}

/* turn_for() - that nothing happens can only be seen by some time */
static unused_too void turn_for(struct lab *l, uint64_t ms)
{
	for (uint64_t end = clock_ms() + ms; clock_ms() < end;)
		turn(l);
}

static unused_too struct prefix prefix_of(const char *text)
{
	struct prefix p;
	const char *why;

	if (!prefix_parse(&p, text, &why))
		fail_msg("%s: %s", text, why);
	return p;
}

static unused_too struct fib_hop hop_to(const char *via, unsigned ifindex)
{
	struct fib_hop hop = { .ifindex = ifindex };

	if (via)
		assert_true(addr_parse(&hop.via, via));
	return hop;
}

static unused_too void set(struct lab *l, const char *prefix, const char *via, unsigned ifindex)
{
	struct prefix p = prefix_of(prefix);
	struct fib_hop hop = hop_to(via, ifindex);

	fib_set(l->fib, &p, &hop, 1);
}

/* set_nth() - of the prefixes 10.100.0.0/24, 10.100.1.0/24, ... */
static unused_too void set_nth(struct lab *l, unsigned n, const char *via, unsigned ifindex)
{
	char prefix[32];

	snprintf(prefix, sizeof(prefix), "10.%u.%u.0/24", 100 + n / 256, n % 256);
	set(l, prefix, via, ifindex);
}

/* set_first() - so many of them, and the kernel has been told */
static unused_too void set_first(struct lab *l, unsigned number, const char *via, unsigned ifindex)
{
	for (unsigned n = 0; n < number; n++)
		set_nth(l, n, via, ifindex);
	fib_flush(l->fib);
}

static unused_too void take_out(struct lab *l, const char *prefix)
{
	struct prefix p = prefix_of(prefix);

	fib_remove(l->fib, &p);
}

static unused_too bool has(const struct lab *l, const char *prefix)
{
	struct prefix p = prefix_of(prefix);

	return fib_has(l->fib, &p);
}

/* route_is() - all that the kernel has for this prefix, as ip-route(8) shows it behind the prefix;
 * "": nothing */
static unused_too bool route_is(const char *prefix, const char *wanted, char *text, size_t room)
{
	char command[LINE_ROOM];
	size_t len = strcspn(prefix, "/");
	bool host = strcmp(prefix + len, strchr(prefix, ':') ? "/128" : "/32") == 0;

	snprintf(command, sizeof(command), "ip -o %s route show exact %s",
		 strchr(prefix, ':') ? "-6" : "", prefix);
	ip_says(command, text, room);
	if (!*text)
		return !*wanted;
	len = host ? len : strlen(prefix);
	if (strncmp(text, prefix, len) == 0)
		memmove(text, text + len + 1, strlen(text + len));
	return strcmp(text, wanted) == 0;
}

/* expect() - the kernel has this, or will in time */
static unused_too void expect(struct lab *l, const char *prefix, const char *wanted)
{
	uint64_t end = clock_ms() + PATIENCE;
	char text[LINE_ROOM];

	while (!route_is(prefix, wanted, text, sizeof(text))) {
		if (clock_ms() > end)
			fail_msg("%s is <%s>, not <%s>", prefix, text, wanted);
		turn(l);
	}
}

/* expect_still() - and so it stays */
static unused_too void expect_still(struct lab *l, const char *prefix, const char *wanted)
{
	char text[LINE_ROOM];

	turn_for(l, 50);
	if (!route_is(prefix, wanted, text, sizeof(text)))
		fail_msg("%s is <%s>, not <%s>", prefix, text, wanted);
}

static unused_too void expect_has(struct lab *l, const char *prefix, bool wanted)
{
	uint64_t end = clock_ms() + PATIENCE;

	while (has(l, prefix) != wanted) {
		if (clock_ms() > end)
			fail_msg("the writer says that the kernel %s %s", wanted ? "lacks" : "has",
				 prefix);
		turn(l);
	}
}

/* count() - the lines that `ip -o` prints: "route show proto 201" */
static unused_too unsigned count(const char *how)
{
	char command[LINE_ROOM], text[64];

	snprintf(command, sizeof(command), "ip -o %s | wc -l", how);
	return (unsigned)strtoul(ip_says(command, text, sizeof(text)), NULL, 10);
}

static unused_too void expect_count(struct lab *l, const char *how, unsigned wanted)
{
	uint64_t end = clock_ms() + PATIENCE;
	unsigned n;

	while ((n = count(how)) != wanted) {
		if (clock_ms() > end)
			fail_msg("%s: %u, not %u", how, n, wanted);
		turn(l);
	}
}

/* ---- what the kernel does -------------------------------------------------------------------- */

/* listen_to_kernel() - a socket that hears of routes and nexthop objects */
static unused_too int listen_to_kernel(void)
{
	static const int groups[] = { RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_NEXTHOP };
	int fd = nl_open();

	assert_true(fd >= 0 && nl_join(fd, groups, ARRAY_SIZE(groups)));
	return fd;
}

/* is_of_ours() - the kernel makes IPv6 routes of its own when it likes */
static unused_too bool is_of_ours(const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);

	return (nlh->nlmsg_type != RTM_NEWROUTE && nlh->nlmsg_type != RTM_DELROUTE) ||
	       rtm->rtm_protocol == PROTOCOL;
}

/* events_of() - how many there were, of nexthop objects or routes of our protocol */
static unused_too unsigned events_of(int fd)
{
	static char data[65536];
	unsigned count = 0;
	ssize_t n;

	while ((n = recv(fd, data, sizeof(data), MSG_DONTWAIT)) > 0) {
		const struct nlmsghdr *nlh = (void *)data;

		for (int len = (int)n; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
			count += is_of_ours(nlh);
	}
	return count;
}

#endif
