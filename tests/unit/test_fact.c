/* SPDX-License-Identifier: MIT */
/* Facts that somebody waits for: how they are written, what is refused, what is seen of them. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "line.h"
#include "nodes/common/compiler.h"
#include "topology/fact.h"

/* ---- what is written ------------------------------------------------------------------------- */

/* show() - all that a fact says, in one line: "no route 10.0.0.0/24 via 10.1.0.1 dev eth0" */
static void show(FILE *out, const struct fact *f)
{
	static const char *const kinds[] = {
		[FACT_READY] = "ready",	    [FACT_EXITED] = "exited", [FACT_ROUTE] = "route",
		[FACT_ADDRESS] = "address", [FACT_LINK] = "link",     [FACT_NEIGHBOUR] = "neigh",
		[FACT_LISTEN] = "listen",   [FACT_LOG] = "log",	      [FACT_PING] = "ping",
	};
	char text[PREFIX_TEXT_LEN];

	fprintf(out, "%s%s", f->negated ? "no " : "", kinds[f->kind]);
	if (f->word)
		fprintf(out, " <%s>", f->word);
	if (f->has_prefix)
		fprintf(out, " %s%s", prefix_format(&f->prefix, text), f->len_written ? "!" : "");
	if (f->via.family)
		fprintf(out, " via %s", addr_format(&f->via, text));
	if (f->dev)
		fprintf(out, " dev %s", f->dev);
	if (f->port)
		fprintf(out, " %s %u", f->udp ? "udp" : "tcp", f->port);
	if (f->wanted)
		fprintf(out, " x%u", (unsigned)f->wanted);
}

static void means(const char *text, const char *wanted)
{
	struct fact *facts = NULL;
	struct line l;
	char *shown = NULL;
	size_t len = 0, count = 0;
	FILE *out = open_memstream(&shown, &len);

	assert_non_null(out);
	line_split(&l, text);
	if (!facts_parse(&l.words, &facts, &count))
		fail_msg("<%s>: %s", text, l.words.why);
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "%s", i ? "; " : "");
		show(out, &facts[i]);
	}
	fclose(out);
	if (strcmp(shown, wanted) != 0)
		fail_msg("<%s> means <%s>, not <%s>", text, shown, wanted);
	assert_int_equal(l.words.at, l.words.count);
	facts_free(facts, count);
	line_free(&l);
	free(shown);
}

/* A prefix whose length was written has a ! behind it. */
static void each_form_of_a_fact_is_understood(void **state)
{
	static const struct {
		const char *text, *means;
	} cases[] = {
		{ "ready", "ready" },
		{ "ready ripd", "ready <ripd>" },
		{ "exited", "exited" },
		{ "exited ripd", "exited <ripd>" },
		{ "route 10.0.0.0/24", "route 10.0.0.0/24!" },
		{ "route 10.0.0.0/24 via 10.1.0.1", "route 10.0.0.0/24! via 10.1.0.1" },
		{ "route 10.0.0.0/24 dev eth1", "route 10.0.0.0/24! dev eth1" },
		{ "route 10.0.0.0/24 via 10.1.0.1 dev eth1",
		  "route 10.0.0.0/24! via 10.1.0.1 dev eth1" },
		{ "route 10.0.0.1", "route 10.0.0.1/32" },
		{ "route 10.0.0.77/24", "route 10.0.0.0/24!" },
		{ "route default", "route 0.0.0.0/0" },
		{ "route default via 10.1.0.1", "route 0.0.0.0/0 via 10.1.0.1" },
		{ "route 0.0.0.0/0", "route 0.0.0.0/0!" },
		{ "route ::/0", "route ::/0!" },
		{ "route fd00:1::/64 via fe80::1 dev eth0",
		  "route fd00:1::/64! via fe80::1 dev eth0" },
		{ "route FD00:1:0::1", "route fd00:1::1/128" },
		{ "no route 10.0.0.0/24", "no route 10.0.0.0/24!" },
		{ "no route default via 10.1.0.1 dev eth0",
		  "no route 0.0.0.0/0 via 10.1.0.1 dev eth0" },
		/* RFC 8950: an IPv4 route by an IPv6 next hop */
		{ "route 10.0.0.0/24 via fe80::1", "route 10.0.0.0/24! via fe80::1" },
		{ "address", "address" },
		{ "address dev eth0", "address dev eth0" },
		{ "address 10.0.0.1", "address 10.0.0.1/32" },
		{ "address 10.0.0.1/24", "address 10.0.0.1/24!" },
		{ "address 10.0.0.1/32", "address 10.0.0.1/32!" },
		{ "address fd00::1 dev eth0", "address fd00::1/128 dev eth0" },
		{ "no address 10.0.0.1", "no address 10.0.0.1/32" },
		{ "no address 10.0.0.1/24 dev eth0", "no address 10.0.0.1/24! dev eth0" },
		{ "link eth0 up", "link <eth0>" },
		{ "link eth0 down", "no link <eth0>" },
		{ "link up up", "link <up>" },
		{ "neighbour 10.0.0.1", "neigh 10.0.0.1/32" },
		{ "neighbor 10.0.0.1", "neigh 10.0.0.1/32" },
		{ "neighbour fe80::1 dev eth0", "neigh fe80::1/128 dev eth0" },
		{ "no neighbour 10.0.0.1 dev eth0", "no neigh 10.0.0.1/32 dev eth0" },
		{ "listen 80", "listen tcp 80" },
		{ "listen tcp 1", "listen tcp 1" },
		{ "listen udp 65535", "listen udp 65535" },
		{ "no listen udp 520", "no listen udp 520" },
		{ "log started", "log x1" },
		{ "log '^(a|b)+ is (up|down)$'", "log x1" },
		{ "count 3 log x", "log x3" },
		{ "ping 10.0.0.1", "ping <10.0.0.1>" },
		{ "ping server", "ping <server>" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		means(cases[i].text, cases[i].means);
}

static void facts_stand_one_behind_the_other(void **state)
{
	static const struct {
		const char *text, *means;
	} cases[] = {
		{ "ready and exited", "ready; exited" },
		{ "ready exited", "ready; exited" },
		{ "ready a and exited b", "ready <a>; exited <b>" },
		{ "ready a exited b", "ready <a>; exited <b>" },
		{ "ready ready", "ready; ready" },
		{ "ready no route default", "ready; no route 0.0.0.0/0" },
		{ "address address dev e and address", "address; address dev e; address" },
		{ "address no address 10.0.0.1", "address; no address 10.0.0.1/32" },
		{ "link a up link b down and listen 1 log x count 2 log y ping z",
		  "link <a>; no link <b>; listen tcp 1; log x1; log x2; ping <z>" },
		{ "log and and log or", "log x1; log x1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		means(cases[i].text, cases[i].means);
}

/* `run: ping 10.0.0.1` makes a command of that name: what no fact could follow is its name. */
static void a_command_may_be_called_as_a_fact_is(void **state)
{
	static const struct {
		const char *text, *means;
	} cases[] = {
		{ "ready ping", "ready <ping>" },
		{ "exited log", "exited <log>" },
		{ "ready ping 10.0.0.1", "ready; ping <10.0.0.1>" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		means(cases[i].text, cases[i].means);
}

static void a_fact_keeps_its_words(void **state)
{
	static const char *const texts[] = { "no route 10.0.0.7/24 via 10.1.0.1", "ready ripd",
					     "count 2 log a b", "link eth0 down" };
	struct fact *facts;
	size_t count;
	struct line l;

	(void)state;
	line_split(&l, "no route 10.0.0.7/24 via 10.1.0.1 ready ripd and count 2 log 'a b' "
		       "link eth0 down");
	assert_true(facts_parse(&l.words, &facts, &count));
	assert_int_equal(count, ARRAY_SIZE(texts));
	for (size_t i = 0; i < count; i++)
		assert_string_equal(facts[i].text, texts[i]);
	facts_free(facts, count);
	line_free(&l);
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void what_is_no_fact_is_refused_with_a_sentence(void **state)
{
	static const struct {
		const char *text, *why;
		size_t bad;
	} cases[] = {
		{ "", "a fact is missing", 0 },
		{ "and", "'and' is no fact", 0 },
		{ "rout 10.0.0.0/24", "'rout' is no fact; did you mean 'route'?", 0 },
		{ "reday", "'reday' is no fact; did you mean 'ready'?", 0 },
		{ "zebra",
		  "'zebra' is no fact; there are ready, exited, route, address, link, neighbour, "
		  "listen, log, count and ping",
		  0 },
		{ "ready and", "a fact must follow 'and'", 1 },
		{ "ready and and ready", "'and' is no fact", 2 },
		{ "ready a b", "'b' is no fact", 2 },
		{ "exited a b", "'b' is no fact", 2 },
		{ "no", "a fact is missing", 0 },
		{ "no no route default", "'no' is no fact", 1 },
		{ "no ready", "'no ready' cannot be waited for", 1 },
		{ "no exited", "'no exited' cannot be waited for", 1 },
		{ "no link eth0 up", "'no link' cannot be waited for", 1 },
		{ "no log x", "'no log' cannot be waited for", 1 },
		{ "no count 2 log x", "'no count' cannot be waited for", 1 },
		{ "no ping x", "'no ping' cannot be waited for", 1 },
		{ "route", "the prefix of 'route' is missing", 0 },
		{ "route nonsense", "the prefix of 'route': 'nonsense' is not an address", 1 },
		{ "route 10.0.0", "the prefix of 'route': '10.0.0' is not an address", 1 },
		{ "route 10.0.0.0/33",
		  "the prefix of 'route': '10.0.0.0/33': the prefix length is not between 0 and 32",
		  1 },
		{ "route fd00::/129",
		  "the prefix of 'route': 'fd00::/129': the prefix length is not between 0 and 128",
		  1 },
		{ "route x/24",
		  "the prefix of 'route': 'x/24': not an address and a prefix length, as in "
		  "10.0.1.0/24",
		  1 },
		{ "route default via", "via is missing", 2 },
		{ "route default via r1", "via: 'r1' is not an address", 3 },
		{ "route default dev", "the interface behind 'dev' is missing", 2 },
		{ "route default dev eth0 via 10.0.0.1", "'via' is no fact", 4 },
		{ "ready and route 10.0.0.0/24 via x", "via: 'x' is not an address", 5 },
		{ "address x", "address: 'x' is not an address", 1 },
		{ "address 10.0.0.1/99",
		  "address: '10.0.0.1/99': the prefix length is not between 0 and 32", 1 },
		{ "address 10.0.0.1 dev", "the interface behind 'dev' is missing", 2 },
		{ "no address", "'no address' needs one to miss", 1 },
		{ "no address dev eth0", "'no address' needs one to miss", 1 },
		{ "link", "the interface of 'link' is missing", 0 },
		{ "link eth0", "link eth0: 'up' or 'down'?", 1 },
		{ "link eth0 upp", "link eth0: 'up' or 'down', not 'upp'", 1 },
		{ "neighbour", "neighbour is missing", 0 },
		{ "neighbour x", "neighbour: 'x' is not an address", 1 },
		{ "neighbour 10.0.0.1/24", "neighbour: an address, not a prefix", 1 },
		{ "neighbour 10.0.0.1 dev", "the interface behind 'dev' is missing", 2 },
		{ "listen", "the port of 'listen' is missing", 0 },
		{ "listen udp", "the port of 'listen' is missing", 1 },
		{ "listen 0", "listen: '0' is not a port (1 to 65535)", 1 },
		{ "listen 65536", "listen: '65536' is not a port (1 to 65535)", 1 },
		{ "listen http", "listen: 'http' is not a port (1 to 65535)", 1 },
		{ "listen udp tcp 5", "listen: 'tcp' is not a port (1 to 65535)", 2 },
		{ "listen -1", "listen: '-1' is not a port (1 to 65535)", 1 },
		{ "log", "the regular expression of 'log' is missing", 0 },
		{ "count", "the number behind 'count' is missing", 0 },
		{ "count x log y", "count: 'x' is not a number from 1 on", 1 },
		{ "count 0 log y", "count: '0' is not a number from 1 on", 1 },
		{ "count 99999999999999999999 log y",
		  "count: '99999999999999999999' is not a number from 1 on", 1 },
		{ "count 2", "count 2: 'log REGEX' must follow", 1 },
		{ "count 2 ping x", "count 2: 'log REGEX' must follow", 1 },
		{ "count 2 log", "the regular expression of 'log' is missing", 2 },
		{ "ping", "the address behind 'ping' is missing", 0 },
		/* what was good before the bad word is freed */
		{ "log a log b count 2 log c link", "the interface of 'link' is missing", 8 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fact *facts;
		size_t count;
		struct line l;

		line_split(&l, cases[i].text);
		if (facts_parse(&l.words, &facts, &count))
			fail_msg("<%s> is a fact", cases[i].text);
		assert_null(facts);
		if (strncmp(l.words.why, cases[i].why, strlen(cases[i].why)) != 0 ||
		    (l.words.why[strlen(cases[i].why)] && l.words.why[strlen(cases[i].why)] != ';'))
			fail_msg("<%s>: it says <%s>, not <%s>", cases[i].text, l.words.why,
				 cases[i].why);
		if (l.words.bad != cases[i].bad)
			fail_msg("<%s>: word %zu is the bad one, not %zu", cases[i].text,
				 cases[i].bad, l.words.bad);
		line_free(&l);
	}
}

/* What regcomp(3) says of them is its own business. */
static void a_bad_regular_expression_is_refused(void **state)
{
	static const char *const bad[] = { "log '('", "log '['", "log '*('", "count 2 log 'a{2'",
					   "log 'a{3,1}'" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct fact *facts;
		size_t count;
		struct line l;

		line_split(&l, bad[i]);
		if (facts_parse(&l.words, &facts, &count))
			fail_msg("<%s> is a regular expression", bad[i]);
		assert_true(strncmp(l.words.why, "log: '", 6) == 0);
		assert_int_equal(l.words.bad, l.words.count - 1);
		line_free(&l);
	}
}

/* ---- what is seen ---------------------------------------------------------------------------- */

static struct fact *parse(struct line *l, const char *text, size_t *count)
{
	struct fact *facts;

	line_split(l, text);
	if (!facts_parse(&l->words, &facts, count))
		fail_msg("<%s>: %s", text, l->words.why);
	return facts;
}

static void some_of_what_is_seen_is_kept_and_the_rest_counted(void **state)
{
	struct line l;
	size_t count;
	struct fact *f = parse(&l, "route default", &count);

	(void)state;
	for (char c = 'a'; c <= 'i'; c++)
		fact_saw(f, strndup(&c, 1));
	assert_int_equal(json_array_size(f->seen) + f->unseen, 9);
	assert_true(json_array_size(f->seen) >= 1);
	assert_string_equal(json_string_value(json_array_get(f->seen, 0)), "a");
	fact_saw_near(f, strdup("near"));
	assert_string_equal(json_string_value(json_array_get(f->seen, 0)), "near");
	fact_forget(f);
	assert_int_equal(json_array_size(f->seen), 0);
	assert_int_equal(f->unseen, 0);
	facts_free(f, count);
	line_free(&l);
}

static void a_fact_holds_since_it_began_to(void **state)
{
	struct line l;
	size_t count;
	struct fact *f = parse(&l, "route default no route default", &count);

	(void)state;
	assert_int_equal(count, 2);
	for (size_t i = 0; i < count; i++)
		fact_judge(&f[i], 100);
	assert_false(f[0].holds);
	assert_true(f[1].holds && f[1].at_once && f[1].since_ns == 100);
	f[0].found = f[1].found = true;
	for (size_t i = 0; i < count; i++)
		fact_judge(&f[i], 200);
	assert_true(f[0].holds && !f[0].at_once && f[0].since_ns == 200);
	assert_false(f[1].holds);
	fact_judge(&f[0], 300);
	assert_true(f[0].since_ns == 200);
	/* lost and found again: since then, and not at once any more */
	f[0].found = f[1].found = false;
	for (size_t i = 0; i < count; i++)
		fact_judge(&f[i], 400);
	assert_false(f[0].holds);
	assert_true(f[1].holds && !f[1].at_once && f[1].since_ns == 400);
	facts_free(f, count);
	line_free(&l);
}

/* ---- the kernel ------------------------------------------------------------------------------ */

/* The kernel's part is played by a child: it answers each request with what the node has. */
struct kernel {
	struct {
		int index, flags;
		const char *name;
	} links[3];
	struct {
		int index, flags, scope;
		const char *text;
	} addresses[8];
	struct {
		const char *to, *via;
		int index, metric;
	} routes[16];
	struct {
		int index, state;
		const char *text, *mac;
	} neighbours[4];
	int cuts; /* dumps that are cut before one is not */
};

#define UP_AND_CARRIER (IFF_UP_ | IFF_LOWER_UP_)
enum { IFF_UP_ = 1, IFF_LOWER_UP_ = 0x10000 };

static const struct kernel a_node = {
	.links = { { 1, UP_AND_CARRIER, "lo" },
		   { 2, UP_AND_CARRIER, "eth0" },
		   { 3, IFF_UP_, "eth1" } },
	.addresses = { { 1, IFA_F_PERMANENT, RT_SCOPE_HOST, "127.0.0.1/8" },
		       { 2, IFA_F_PERMANENT, RT_SCOPE_UNIVERSE, "10.0.0.1/24" },
		       { 1, IFA_F_PERMANENT, RT_SCOPE_HOST, "::1/128" },
		       { 2, IFA_F_PERMANENT, RT_SCOPE_LINK, "fe80::1/64" },
		       { 3, IFA_F_TENTATIVE, RT_SCOPE_UNIVERSE, "fd00:1::1/64" } },
	.routes = { { "10.0.0.0/24", NULL, 2, 0 },
		    { "10.2.0.0/16", "10.0.0.2", 2, 0 },
		    { "0.0.0.0/0", "10.0.0.254", 2, 100 },
		    { "fd00:2::/64", "fe80::2", 2, 1024 },
		    { "fe80::/64", NULL, 2, 256 } },
	.neighbours = { { 2, NUD_REACHABLE, "10.0.0.2", "\2\0\0\0\0\2" },
			{ 2, NUD_FAILED, "10.0.0.3", NULL },
			{ 2, NUD_INCOMPLETE, "10.0.0.4", NULL } },
};

static void put_addr(struct nlmsghdr *nlh, uint16_t type, const struct addr *a)
{
	mnl_attr_put(nlh, type, addr_bits(a) / 8, a->bytes);
}

static struct prefix prefix_of(const char *text)
{
	struct prefix p = { 0 };
	const char *why;

	if (strchr(text, '/'))
		assert_true(prefix_parse(&p, text, &why));
	else
		assert_true(addr_parse(&p.addr, text));
	return p;
}

static void answer(int fd, struct nlmsghdr *nlh, uint16_t type, uint32_t seq)
{
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_MULTI;
	nlh->nlmsg_seq = seq;
	send(fd, nlh, nlh->nlmsg_len, 0);
}

static void answer_links(int fd, const struct kernel *n, uint32_t seq)
{
	for (size_t i = 0; i < ARRAY_SIZE(n->links) && n->links[i].name; i++) {
		char data[256];
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(data);
		struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

		ifi->ifi_index = n->links[i].index;
		ifi->ifi_flags = (unsigned)n->links[i].flags;
		mnl_attr_put_strz(nlh, IFLA_IFNAME, n->links[i].name);
		answer(fd, nlh, RTM_NEWLINK, seq);
	}
}

static void answer_addresses(int fd, const struct kernel *n, uint32_t seq)
{
	for (size_t i = 0; i < ARRAY_SIZE(n->addresses) && n->addresses[i].text; i++) {
		char data[256];
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(data);
		struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));
		struct prefix p = prefix_of(n->addresses[i].text);

		ifa->ifa_family = (uint8_t)p.addr.family;
		ifa->ifa_prefixlen = (uint8_t)p.len;
		ifa->ifa_index = (unsigned)n->addresses[i].index;
		ifa->ifa_flags = (uint8_t)n->addresses[i].flags;
		ifa->ifa_scope = (uint8_t)n->addresses[i].scope;
		put_addr(nlh, IFA_ADDRESS, &p.addr);
		answer(fd, nlh, RTM_NEWADDR, seq);
	}
}

static void answer_routes(int fd, const struct kernel *n, uint32_t seq)
{
	for (size_t i = 0; i < ARRAY_SIZE(n->routes) && n->routes[i].to; i++) {
		char data[256];
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(data);
		struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
		struct prefix to = prefix_of(n->routes[i].to), via;

		rtm->rtm_family = (uint8_t)to.addr.family;
		rtm->rtm_dst_len = (uint8_t)to.len;
		rtm->rtm_table = RT_TABLE_MAIN;
		rtm->rtm_type = RTN_UNICAST;
		if (to.len)
			put_addr(nlh, RTA_DST, &to.addr);
		if (n->routes[i].metric)
			mnl_attr_put_u32(nlh, RTA_PRIORITY, (uint32_t)n->routes[i].metric);
		if (n->routes[i].via) {
			via = prefix_of(n->routes[i].via);
			put_addr(nlh, RTA_GATEWAY, &via.addr);
		}
		mnl_attr_put_u32(nlh, RTA_OIF, (uint32_t)n->routes[i].index);
		answer(fd, nlh, RTM_NEWROUTE, seq);
	}
}

static void answer_neighbours(int fd, const struct kernel *n, uint32_t seq)
{
	for (size_t i = 0; i < ARRAY_SIZE(n->neighbours) && n->neighbours[i].text; i++) {
		char data[256];
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(data);
		struct ndmsg *ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));
		struct prefix p = prefix_of(n->neighbours[i].text);

		ndm->ndm_family = (uint8_t)p.addr.family;
		ndm->ndm_ifindex = n->neighbours[i].index;
		ndm->ndm_state = (uint16_t)n->neighbours[i].state;
		put_addr(nlh, NDA_DST, &p.addr);
		if (n->neighbours[i].mac)
			mnl_attr_put(nlh, NDA_LLADDR, 6, n->neighbours[i].mac);
		answer(fd, nlh, RTM_NEWNEIGH, seq);
	}
}

static _Noreturn void play_kernel(int fd, const struct kernel *n)
{
	char data[256];
	int cuts = n->cuts;

	while (recv(fd, data, sizeof(data), 0) > 0) {
		const struct nlmsghdr *request = (void *)data;
		char end[64];
		struct nlmsghdr *done = mnl_nlmsg_put_header(end);

		if (request->nlmsg_type == RTM_GETLINK)
			answer_links(fd, n, request->nlmsg_seq);
		if (request->nlmsg_type == RTM_GETADDR)
			answer_addresses(fd, n, request->nlmsg_seq);
		if (request->nlmsg_type == RTM_GETROUTE)
			answer_routes(fd, n, request->nlmsg_seq);
		if (request->nlmsg_type == RTM_GETNEIGH)
			answer_neighbours(fd, n, request->nlmsg_seq);
		*(int *)mnl_nlmsg_put_extra_header(done, sizeof(int)) = 0;
		done->nlmsg_type = NLMSG_DONE;
		done->nlmsg_seq = request->nlmsg_seq;
		done->nlmsg_flags = NLM_F_MULTI | (cuts > 0 ? NLM_F_DUMP_INTR : 0);
		cuts -= cuts > 0;
		send(fd, done, done->nlmsg_len, 0);
	}
	_exit(0);
}

/* look() - one look at the node; how it ended */
static bool look(const struct kernel *n, struct fact *facts, size_t count)
{
	int fds[2], err;
	pid_t pid;
	bool good;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		play_kernel(fds[1], n);
	}
	close(fds[1]);
	good = facts_look(facts, count, fds[0]);
	err = errno;
	close(fds[0]);
	waitpid(pid, NULL, 0);
	errno = err;
	return good;
}

static void the_kernel_s_facts_are_found_in_its_dumps(void **state)
{
	static const struct {
		const char *fact;
		bool holds;
		const char *seen; /* the first that is seen; NULL: nothing is */
	} cases[] = {
		{ "link eth0 up", true, "link eth0 up" },
		{ "link eth0 down", false, "link eth0 up" },
		{ "link eth1 up", false, "link eth1 no-carrier" },
		{ "link eth1 down", true, "link eth1 no-carrier" },
		{ "link eth9 up", false, NULL },
		{ "link eth9 down", true, NULL },
		{ "address", true, "address 10.0.0.1/24 dev eth0" },
		{ "address dev eth0", true, "address 10.0.0.1/24 dev eth0" },
		{ "address dev eth1", false, "address 10.0.0.1/24 dev eth0" }, /* tentative */
		{ "address dev lo", false, "address 10.0.0.1/24 dev eth0" },
		{ "address 10.0.0.1", true, "address 10.0.0.1/24 dev eth0" },
		{ "address 10.0.0.1/24", true, "address 10.0.0.1/24 dev eth0" },
		{ "address 10.0.0.1/25", false, "address 10.0.0.1/24 dev eth0" },
		{ "address 10.0.0.1 dev eth1", false, "address 10.0.0.1/24 dev eth0" },
		{ "address 10.0.0.9", false, "address 10.0.0.1/24 dev eth0" },
		{ "address fd00:1::1", false, "address 10.0.0.1/24 dev eth0" }, /* tentative */
		{ "address fe80::1", true, "address 10.0.0.1/24 dev eth0" },
		{ "address 127.0.0.1", true, "address 10.0.0.1/24 dev eth0" },
		{ "no address 10.0.0.1", false, "address 10.0.0.1/24 dev eth0" },
		{ "no address 10.0.0.9", true, "address 10.0.0.1/24 dev eth0" },
		{ "route 10.0.0.0/24", true, "route 10.0.0.0/24 dev eth0" },
		{ "route 10.0.0.0/24 dev eth0", true, "route 10.0.0.0/24 dev eth0" },
		{ "route 10.0.0.0/24 dev eth1", false, "route 10.0.0.0/24 dev eth0" },
		{ "route 10.0.0.0/24 via 10.0.0.2", false, "route 10.0.0.0/24 dev eth0" },
		{ "route 10.2.0.0/16 via 10.0.0.2 dev eth0", true,
		  "route 10.2.0.0/16 via 10.0.0.2 dev eth0" },
		{ "route 10.2.0.0/16 via 10.0.0.3", false,
		  "route 10.2.0.0/16 via 10.0.0.2 dev eth0" },
		{ "route 10.2.0.0/17", false, "route 10.0.0.0/24 dev eth0" },
		{ "route 10.2.0.1", false, "route 10.0.0.0/24 dev eth0" },
		{ "route default via 10.0.0.254", true, "route 0.0.0.0/0 via 10.0.0.254 dev eth0" },
		{ "no route default", false, "route 0.0.0.0/0 via 10.0.0.254 dev eth0" },
		{ "no route default via 10.0.0.9", true,
		  "route 0.0.0.0/0 via 10.0.0.254 dev eth0" },
		{ "route ::/0", false, "route fd00:2::/64 via fe80::2 dev eth0" },
		{ "route fd00:2::/64 via fe80::2", true, "route fd00:2::/64 via fe80::2 dev eth0" },
		{ "neighbour 10.0.0.2", true, "neighbour 10.0.0.2 dev eth0 02:00:00:00:00:02" },
		{ "neighbour 10.0.0.2 dev eth1", false,
		  "neighbour 10.0.0.2 dev eth0 02:00:00:00:00:02" },
		{ "neighbour 10.0.0.3", false, "neighbour 10.0.0.2 dev eth0 02:00:00:00:00:02" },
		{ "no neighbour 10.0.0.3", true, "neighbour 10.0.0.2 dev eth0 02:00:00:00:00:02" },
		{ "no neighbour 10.0.0.2", false, "neighbour 10.0.0.2 dev eth0 02:00:00:00:00:02" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct line l;
		size_t count;
		struct fact *f = parse(&l, cases[i].fact, &count);
		const char *seen;

		assert_true(facts_need_kernel(f, count));
		assert_true(look(&a_node, f, count));
		fact_judge(f, 1);
		if (f->holds != cases[i].holds)
			fail_msg("<%s> %s", cases[i].fact, f->holds ? "holds" : "does not hold");
		seen = json_string_value(json_array_get(f->seen, 0));
		if (!seen != !cases[i].seen || (seen && strcmp(seen, cases[i].seen) != 0))
			fail_msg("<%s>: seen is <%s>, not <%s>", cases[i].fact,
				 seen ? seen : "nothing",
				 cases[i].seen ? cases[i].seen : "nothing");
		facts_free(f, count);
		line_free(&l);
	}
}

static size_t seen_of(const struct fact *f)
{
	return json_array_size(f->seen) + f->unseen;
}

/* A dump that the kernel cut comes again, and what was seen before is forgotten. */
static void what_a_cut_dump_told_is_not_seen_twice(void **state)
{
	struct kernel n = a_node;
	struct line l;
	size_t count;
	struct fact *f = parse(&l, "link eth0 up route default address neighbour 10.0.0.9", &count);

	(void)state;
	for (n.cuts = 0; n.cuts < 4; n.cuts++) {
		assert_true(look(&n, f, count));
		assert_int_equal(seen_of(&f[0]), 1);
		assert_int_equal(seen_of(&f[1]), 3); /* the IPv4 ones */
		assert_int_equal(seen_of(&f[2]), 3); /* all but loopback */
		assert_int_equal(seen_of(&f[3]), 3);
	}
	n.cuts = 1000;
	assert_false(look(&n, f, count));
	assert_int_equal(errno, EINTR);
	facts_free(f, count);
	line_free(&l);
}

static void a_second_look_forgets_the_first(void **state)
{
	static const struct kernel empty = { .cuts = 0 };
	struct line l;
	size_t count;
	struct fact *f = parse(&l, "link eth0 up route default address neighbour 10.0.0.2", &count);

	(void)state;
	assert_true(look(&a_node, f, count));
	for (size_t i = 0; i < count; i++)
		assert_true(f[i].found);
	assert_true(look(&empty, f, count));
	for (size_t i = 0; i < count; i++) {
		assert_false(f[i].found);
		assert_int_equal(seen_of(&f[i]), 0);
	}
	facts_free(f, count);
	line_free(&l);
}

static void other_facts_do_not_need_the_kernel(void **state)
{
	static const char *const facts[] = { "ready", "exited x",      "listen 80",
					     "log x", "count 2 log x", "ping x" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
		struct line l;
		size_t count;
		struct fact *f = parse(&l, facts[i], &count);

		assert_false(facts_need_kernel(f, count));
		facts_free(f, count);
		line_free(&l);
	}
	assert_false(facts_need_kernel(NULL, 0));
}

/* ---- which messages concern a fact ----------------------------------------------------------- */

static struct nlmsghdr *message(char data[256], uint16_t type, const char *prefix)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(data);
	struct prefix p = prefix ? prefix_of(prefix) : (struct prefix){ 0 };

	nlh->nlmsg_type = type;
	if (type == RTM_NEWLINK || type == RTM_DELLINK) {
		mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	} else if (type == RTM_NEWROUTE || type == RTM_DELROUTE) {
		struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));

		rtm->rtm_family = (uint8_t)p.addr.family;
		rtm->rtm_dst_len = (uint8_t)p.len;
		rtm->rtm_table = RT_TABLE_MAIN;
		if (p.len)
			put_addr(nlh, RTA_DST, &p.addr);
	} else if (type == RTM_NEWNEIGH) {
		struct ndmsg *ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));

		ndm->ndm_family = (uint8_t)p.addr.family;
		put_addr(nlh, NDA_DST, &p.addr);
	} else if (type == RTM_NEWADDR || type == RTM_DELADDR) {
		struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));

		ifa->ifa_family = (uint8_t)p.addr.family;
		put_addr(nlh, IFA_ADDRESS, &p.addr);
	} else {
		mnl_nlmsg_put_extra_header(nlh, 8);
	}
	return nlh;
}

static void a_message_concerns_the_facts_it_may_change(void **state)
{
	static const struct {
		const char *facts;
		uint16_t type;
		const char *prefix;
		bool concerns;
	} cases[] = {
		{ "route 10.0.0.0/24", RTM_NEWROUTE, "10.0.0.0/24", true },
		{ "route 10.0.0.0/24", RTM_DELROUTE, "10.0.0.0/24", true },
		{ "route 10.0.0.0/24", RTM_NEWROUTE, "10.0.0.0/25", false },
		{ "route 10.0.0.0/24", RTM_NEWROUTE, "10.0.1.0/24", false },
		{ "route default", RTM_NEWROUTE, "0.0.0.0/0", true },
		{ "route default", RTM_NEWROUTE, "::/0", false },
		{ "route ::/0", RTM_NEWROUTE, "::/0", true },
		{ "link eth0 up", RTM_NEWROUTE, "10.0.0.0/24", false },
		{ "ready route 10.0.0.0/24", RTM_NEWROUTE, "10.0.0.0/24", true },
		/* a link or an address takes routes along, of which nothing is said */
		{ "route 10.0.0.0/24", RTM_NEWLINK, NULL, true },
		{ "route 10.0.0.0/24", RTM_DELADDR, "10.0.0.1", true },
		{ "route 10.0.0.0/24", RTM_DELNEXTHOP, NULL, true },
		{ "route 10.0.0.0/24", RTM_NEWNEXTHOP, NULL, true },
		{ "address", RTM_NEWADDR, "10.0.0.1", true },
		{ "link eth0 up", RTM_DELLINK, NULL, true },
		{ "neighbour 10.0.0.1", RTM_NEWNEIGH, "10.0.0.1", true },
		{ "route 10.0.0.0/24", RTM_NEWNEIGH, "10.0.0.1", false },
		{ "route 10.0.0.0/24", RTM_NEWRULE, NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char data[256] = { 0 };
		struct line l;
		size_t count;
		struct fact *f = parse(&l, cases[i].facts, &count);

		if (facts_concern(f, count, message(data, cases[i].type, cases[i].prefix)) !=
		    cases[i].concerns)
			fail_msg("<%s>: message %u about %s %s", cases[i].facts, cases[i].type,
				 cases[i].prefix ? cases[i].prefix : "something",
				 cases[i].concerns ? "concerns it" : "does not concern it");
		facts_free(f, count);
		line_free(&l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_of_a_fact_is_understood),
		cmocka_unit_test(facts_stand_one_behind_the_other),
		cmocka_unit_test(a_command_may_be_called_as_a_fact_is),
		cmocka_unit_test(a_fact_keeps_its_words),
		cmocka_unit_test(what_is_no_fact_is_refused_with_a_sentence),
		cmocka_unit_test(a_bad_regular_expression_is_refused),
		cmocka_unit_test(some_of_what_is_seen_is_kept_and_the_rest_counted),
		cmocka_unit_test(a_fact_holds_since_it_began_to),
		cmocka_unit_test(the_kernel_s_facts_are_found_in_its_dumps),
		cmocka_unit_test(what_a_cut_dump_told_is_not_seen_twice),
		cmocka_unit_test(a_second_look_forgets_the_first),
		cmocka_unit_test(other_facts_do_not_need_the_kernel),
		cmocka_unit_test(a_message_concerns_the_facts_it_may_change),
	};

	return cmocka_run_group_tests_name("fact", tests, NULL, NULL);
}
