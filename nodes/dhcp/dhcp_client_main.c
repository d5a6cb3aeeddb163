/* SPDX-License-Identifier: MIT */
/*
 * dhcp-client: the core (client.c) between sockets, the kernel's tables, a few files and a script.
 * What comes is handed to the core; after each turn of the loop its orders are carried out.
 */
#include <linux/rtnetlink.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

#include "client.h"
#include "client_apply.h"
#include "client_files.h"
#include "client_script.h"
#include "config.h"
#include "nodes/common/iface.h"
#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "nodes/common/mem.h"
#include "nodes/common/nl.h"
#include "nodes/common/notify.h"
#include "nodes/common/options.h"
#include "raw.h"

#define SCRIPT_END_MS 1500 /* within the 2 s that a node program has to leave */
#define WANTED_MAX    64

struct daemon {
	struct loop *loop;
	struct raw raw;
	struct dhcp_client *client;
	struct applied *applied;
	struct script *script;
	struct resolv_conf resolv;
	char *lease_file;
	int link;
	bool carrier, ready;
	bool adopted; /* the remembered address is there, from a client before us */
	struct watch *frames, *arp, *link_news, *timer, *deadline, *child, *usr1;
};

static const char *hostname, *client_id, *lease_file, *resolv_file = "/etc/resolv.conf";
static const char *script_file, *wanted_text = "121,3,6,15,26,28,42";
static uint64_t probe_ms = 200, metric, timeout_ms;
static bool bootp, keep_lease, once;

static const struct option_row options[] = {
	{ "bootp", 'b', NULL, OPTION_FLAG, &bootp, "speak BOOTP", 0, 0 },
	{ "hostname", 'H', "NAME", OPTION_TEXT, &hostname, "option 12 (the node's name)", 0, 0 },
	{ "client-id", 'i', "ID", OPTION_TEXT, &client_id, "option 61: text, or 01:02:.. (none)", 0,
	  0 },
	{ "keep", 'k', NULL, OPTION_FLAG, &keep_lease, "do not release the lease at the end", 0,
	  0 },
	{ "lease-file", 'l', "FILE", OPTION_TEXT, &lease_file,
	  "where it is remembered (INTERFACE.lease)", 0, 0 },
	{ "metric", 'm', "N", OPTION_NUMBER, &metric, "of routes (0)", 0, UINT32_MAX },
	{ "once", '1', NULL, OPTION_FLAG, &once, "end when there is a lease, and leave it", 0, 0 },
	{ "probe", 'p', "TIME", OPTION_TIME, &probe_ms,
	  "how long an answer to an ARP probe is waited for (200ms; 0: no probe)", 0, 60000 },
	{ "request", 'R', "N,...", OPTION_TEXT, &wanted_text,
	  "options to ask for (121,3,6,15,26,28,42)", 0, 0 },
	{ "resolv-conf", 'r', "FILE", OPTION_TEXT, &resolv_file,
	  "for name servers (/etc/resolv.conf); none", 0, 0 },
	{ "script", 's', "FILE", OPTION_TEXT, &script_file, "run it at each change", 0, 0 },
	{ "timeout", 't', "TIME", OPTION_TIME, &timeout_ms,
	  "end with status 1 if there is no lease by then (never)", 1, 0 },
};

static const struct program program = {
	.name = "dhcp-client",
	.usage = "[OPTION]... INTERFACE",
	.about =
		"Gets an address for INTERFACE by DHCP or BOOTP, configures it, and keeps it for as\n"
		"long as the server lets it.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

static uint64_t unix_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec;
}

/* ---- orders ---------------------------------------------------------------------------------- */

static void configure(struct daemon *d, const struct order *o)
{
	const struct grant *g = dhcp_client_grant(d->client);

	apply_grant(d->applied, g);
	d->adopted = false;
	resolv_conf_write(&d->resolv, g);
	script_run(d->script, o->reason, "new_", g);
	watch_stop(d->deadline);
	if (!d->ready)
		notify_ready();
	d->ready = true;
	if (once)
		loop_stop(d->loop, EXIT_SUCCESS);
}

static void withdraw(struct daemon *d, const struct order *o)
{
	apply_withdraw(d->applied);
	resolv_conf_restore(&d->resolv);
	script_run(d->script, o->reason, "old_", dhcp_client_gone(d->client));
}

static void remember(struct daemon *d)
{
	const struct grant *g = dhcp_client_grant(d->client);

	remember_grant(d->lease_file, g, g->lease_s == UINT32_MAX ? 0 : unix_time() + g->lease_s);
}

static void obey(struct daemon *d, const struct order *o)
{
	switch (o->kind) {
	case ORDER_BROADCAST:
		raw_broadcast(&d->raw, o->data, o->len);
		break;
	case ORDER_UNICAST:
		raw_unicast(&d->raw, o->address, o->data, o->len);
		break;
	case ORDER_RELEASE:
		raw_unicast_to(&d->raw, dhcp_client_grant(d->client)->server_mac,
			       dhcp_client_grant(d->client)->address, o->address, o->data, o->len);
		break;
	case ORDER_PROBE:
		raw_arp(&d->raw, o->address, false);
		break;
	case ORDER_ANNOUNCE:
		raw_arp(&d->raw, o->address, true);
		break;
	case ORDER_CONFIGURE:
		configure(d, o);
		break;
	case ORDER_WITHDRAW:
		withdraw(d, o);
		break;
	case ORDER_REMEMBER:
		remember(d);
		break;
	case ORDER_FORGET:
		forget_grant(d->lease_file);
		if (d->adopted)
			apply_withdraw(d->applied);
		d->adopted = false;
		break;
	case ORDER_TELL:
		script_run(d->script, o->reason, NULL, NULL);
		break;
	case ORDER_LOG:
		log_info("%s: %s", d->raw.name, o->line);
		break;
	}
}

/* obey_all() - in order; how many there were */
static size_t obey_all(struct daemon *d)
{
	size_t count;
	const struct order *orders = dhcp_client_orders(d->client, &count);

	for (size_t i = 0; i < count; i++)
		obey(d, &orders[i]);
	dhcp_client_orders_done(d->client);
	return count;
}

/* on_turn() - orders, and what time brings about, until no more orders follow */
static void on_turn(void *arg)
{
	struct daemon *d = arg;
	uint64_t next, now;

	do {
		obey_all(d);
		now = clock_ms();
		next = dhcp_client_tick(d->client, now);
	} while (obey_all(d));
	watch_stop(d->timer);
	if (next != UINT64_MAX)
		watch_start_in(d->timer, next > now ? next - now : 0);
}

static void on_timer(void *arg)
{
	(void)arg; /* each turn looks at what time brings about */
}

/* ---- what comes ------------------------------------------------------------------------------ */

static void on_frames(void *arg)
{
	struct daemon *d = arg;
	uint8_t data[DHCP_MAX_LEN], from[6];
	long len = raw_receive(&d->raw, data, sizeof(data), from);

	if (len > 0)
		dhcp_client_receive(d->client, data, (size_t)len, from, clock_ms());
}

static void on_arp(void *arg)
{
	struct daemon *d = arg;
	uint32_t address;

	if (raw_receive_arp(&d->raw, &address) && address)
		dhcp_client_conflict(d->client, address, clock_ms());
}

static bool has_carrier(const struct daemon *d)
{
	struct ifreq answer;

	return iface_ask(d->raw.name, SIOCGIFFLAGS, &answer) && (answer.ifr_flags & IFF_RUNNING);
}

static void on_link_news(void *arg)
{
	struct daemon *d = arg;
	char scrap[8192];
	bool carrier;

	while (recv(d->link, scrap, sizeof(scrap), MSG_DONTWAIT) > 0)
		; /* what it says is asked for instead: nothing is missed so */
	carrier = has_carrier(d);
	if (carrier == d->carrier)
		return;
	d->carrier = carrier;
	if (carrier)
		dhcp_client_link_up(d->client, clock_ms());
	else
		dhcp_client_link_down(d->client);
}

static void on_deadline(void *arg)
{
	struct daemon *d = arg;

	log_info("%s: no lease in time", d->raw.name);
	script_run(d->script, "FAIL", NULL, NULL);
	loop_stop(d->loop, EXIT_FAILURE);
}

static void on_child(void *arg)
{
	script_reap(((struct daemon *)arg)->script);
}

static void on_usr1(void *arg)
{
	dhcp_client_renew(((struct daemon *)arg)->client, clock_ms());
}

/* ---- begin and end --------------------------------------------------------------------------- */

/* parse_wanted() - "3,6,15": the parameter request list; the mask is asked for first */
static size_t parse_wanted(uint8_t *list)
{
	const char *p = wanted_text;
	size_t count = 0;

	list[count++] = OPT_SUBNET_MASK;
	while (*p) {
		char *end;
		unsigned long code = strtoul(p, &end, 10);

		if (end == p || code < 1 || code > 254 || (*end && *end != ',') ||
		    count == WANTED_MAX)
			options_fail(&program,
				     "--request: '%s' is no list of options, as 3,6,15 is",
				     wanted_text);
		if (code != OPT_SUBNET_MASK)
			list[count++] = (uint8_t)code;
		p = end + (*end == ',');
	}
	return count;
}

/* client_config() - what it points to is static: there is one client in the process */
static struct client_config client_config(const struct daemon *d)
{
	static uint8_t wanted[WANTED_MAX + 1], *id;
	static char name[64];
	struct client_config c = { .probe_ms = probe_ms, .bootp = bootp, .max_size = 1500 };

	memcpy(c.mac, d->raw.mac, sizeof(c.mac));
	c.wanted = wanted;
	c.wanted_len = parse_wanted(wanted);
	if (!hostname && gethostname(name, sizeof(name) - 1) == 0)
		hostname = name;
	c.hostname = hostname && *hostname ? hostname : NULL;
	if (client_id) {
		client_id_parse(client_id, &id, &c.client_id_len);
		c.client_id = id;
	}
	if (c.client_id_len > 255)
		options_fail(&program, "--client-id has more than 255 octets");
	if (getrandom(&c.seed, sizeof(c.seed), GRND_NONBLOCK) != sizeof(c.seed))
		c.seed = (uint32_t)clock_ns() ^ (uint32_t)getpid();
	return c;
}

static int open_link_news(void)
{
	int fd = nl_open(), group = RTNLGRP_LINK;
	struct sockaddr_nl here = { .nl_family = AF_NETLINK };

	if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0 ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		fatal_errno("cannot listen to what happens to links");
	return fd;
}

static void open_all(struct daemon *d, const char *name)
{
	struct client_config c;

	raw_open(&d->raw, name);
	c = client_config(d);
	d->client = dhcp_client_new(&c);
	d->applied = applied_new(name, d->raw.index, (uint32_t)metric);
	d->script = script_new(script_file, d->raw.name);
	d->resolv.file = strcmp(resolv_file, "none") == 0 ? NULL : resolv_file;
	d->lease_file = lease_file ? xstrdup(lease_file) : xasprintf("%s.lease", name);
	d->link = open_link_news();
}

static void watch_all(struct daemon *d)
{
	d->loop = loop_new();
	d->frames = loop_on_readable(d->loop, d->raw.frames, on_frames, d);
	d->arp = loop_on_readable(d->loop, d->raw.arp, on_arp, d);
	d->link_news = loop_on_readable(d->loop, d->link, on_link_news, d);
	d->timer = loop_on_timer(d->loop, on_timer, d);
	d->deadline = loop_on_timer(d->loop, on_deadline, d);
	d->child = loop_on_signal(d->loop, SIGCHLD, on_child, d);
	d->usr1 = loop_on_signal(d->loop, SIGUSR1, on_usr1, d);
	watch_start(d->frames);
	watch_start(d->arp);
	watch_start(d->link_news);
	if (timeout_ms)
		watch_start_in(d->deadline, timeout_ms);
	loop_on_turn(d->loop, on_turn, d);
}

static void start(struct daemon *d)
{
	uint32_t remembered = recall_address(d->lease_file, unix_time());

	apply_up(d->applied);
	raw_start(&d->raw);
	d->carrier = has_carrier(d);
	d->adopted = remembered && apply_adopt(d->applied, remembered);
	dhcp_client_start(d->client, remembered, clock_ms());
	if (!d->carrier)
		dhcp_client_link_down(d->client);
	on_turn(d);
}

static void daemon_free(struct daemon *d)
{
	watch_free(d->frames);
	watch_free(d->arp);
	watch_free(d->link_news);
	watch_free(d->timer);
	watch_free(d->deadline);
	watch_free(d->child);
	watch_free(d->usr1);
	loop_free(d->loop);
	dhcp_client_free(d->client);
	applied_free(d->applied);
	script_free(d->script);
	free(d->resolv.before);
	free(d->lease_file);
	close(d->link);
	raw_close(&d->raw);
}

int main(int argc, char **argv)
{
	struct daemon d = { 0 };
	int first, status;

	log_open(program.name);
	first = options_parse(&program, argc, argv);
	options_operands(&program, first, argc, argv, 1, "INTERFACE");
	open_all(&d, iface_operand(&program, argv[first]));
	watch_all(&d);
	start(&d);
	status = loop_run(d.loop);
	dhcp_client_stop(d.client, !keep_lease && !(once && d.ready), clock_ms());
	obey_all(&d);
	script_finish(d.script, SCRIPT_END_MS);
	daemon_free(&d);
	return status;
}
