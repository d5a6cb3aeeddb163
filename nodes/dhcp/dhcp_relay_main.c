/* SPDX-License-Identifier: MIT */
/* dhcp-relay: the core (relay.c) between the clients' wires and the servers. */
#include <signal.h>
#include <string.h>

#include "nodes/common/iface.h"
#include "nodes/common/inet.h"
#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "nodes/common/mem.h"
#include "nodes/common/notify.h"
#include "nodes/common/options.h"
#include "relay.h"
#include "wire.h"

#define ID_MAX 100 /* octets of a circuit or remote id: both fit into option 82 */

struct daemon {
	struct loop *loop;
	struct relay_config config;
	struct relay_iface *ifaces;
	struct wire *wires; /* those that have clients, those that have servers, and any */
	size_t wire_count;
	struct wire *anywhere; /* the last one */
	struct wire_watch *watches;
	struct watch *usr1;
	uint64_t counts[RELAY_COUNT_COUNT];
	struct log_limit complaint;
};

/* What a callback of an interface needs. */
struct wire_watch {
	struct daemon *d;
	unsigned iface;
	struct watch *readable;
};

static const char *circuit_id, *remote_id, *policy_name = "keep";
static struct option_list servers, upstreams;
static bool agent;
static uint64_t max_hops = 16;

static const struct option_row options[] = {
	{ "agent", 'a', NULL, OPTION_FLAG, &agent, "add option 82, and take it off replies", 0, 0 },
	{ "circuit-id", 'c', "TEXT", OPTION_TEXT, &circuit_id, "in option 82 (the interface)", 0,
	  0 },
	{ "max-hops", 'm', "N", OPTION_NUMBER, &max_hops,
	  "drop what has passed more relays than that (16)", 1, 16 },
	{ "policy", 'p', "POLICY", OPTION_TEXT, &policy_name,
	  "for another relay's option 82: keep, replace or drop (keep)", 0, 0 },
	{ "remote-id", 'r', "TEXT", OPTION_TEXT, &remote_id, "in option 82 (the MAC)", 0, 0 },
	{ "server", 's', "ADDRESS", OPTION_LIST, &servers, "a server; may be repeated", 0, 0 },
	{ "upstream", 'u', "INTERFACE", OPTION_LIST, &upstreams,
	  "where replies come from; may be repeated (anywhere)", 0, 0 },
};

static const struct program program = {
	.name = "dhcp-relay",
	.usage = "[OPTION]... --server ADDRESS INTERFACE...",
	.about =
		"Takes what DHCP and BOOTP clients at each INTERFACE broadcast to the servers, and the\n"
		"servers' replies back.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

/* ---- messages -------------------------------------------------------------------------------- */

/* count_drop() - counts what was passed on too, but says nothing of that */
static void count_drop(struct daemon *d, const char *name, uint32_t from, enum relay_count why)
{
	char text[IP4_TEXT_LEN];

	d->counts[why]++;
	if (why != RELAYED_REQUEST && why != RELAYED_REPLY)
		log_limited(&d->complaint, "%s %s: %s", name, ip4_format(from, text),
			    relay_count_name(why));
}

static void pass_request(struct daemon *d, unsigned iface, const struct datagram *in)
{
	struct relayed r;
	enum relay_count why = relay_request(&d->config, iface, in->data, in->len, &r);

	count_drop(d, d->wires[iface].name, in->from, why);
	if (why != RELAYED_REQUEST)
		return;
	for (size_t i = 0; i < d->config.server_count; i++)
		wire_send_udp(d->anywhere, 0, d->config.servers[i], DHCP_SERVER_PORT, r.data,
			      r.len);
	wire_flush(d->anywhere);
}

static void pass_reply(struct daemon *d, unsigned iface, const struct datagram *in)
{
	struct relayed r;
	enum relay_count why = relay_reply(&d->config, in->from, in->data, in->len, &r);
	struct wire *w;

	count_drop(d, d->wires[iface].name, in->from, why);
	if (why != RELAYED_REPLY)
		return;
	w = &d->wires[r.iface];
	wire_send_frame(w, r.hwaddr, w->address, r.to, r.data, r.len);
	wire_flush(w);
}

static void on_datagrams(void *arg)
{
	const struct wire_watch *watch = arg;
	struct daemon *d = watch->d;
	struct datagram list[WIRE_BATCH];
	size_t count = wire_receive(&d->wires[watch->iface], list, WIRE_BATCH);

	if (upstreams.count && &d->wires[watch->iface] == d->anywhere)
		return; /* the servers are elsewhere, it was said */
	for (size_t i = 0; i < count; i++)
		if (list[i].len && list[i].data[0] == BOOTREPLY)
			pass_reply(d, watch->iface, &list[i]);
		else if (watch->iface < d->config.iface_count)
			pass_request(d, watch->iface, &list[i]);
}

static void on_usr1(void *arg)
{
	const struct daemon *d = arg;

	for (int i = 0; i < RELAY_COUNT_COUNT; i++)
		log_info("%s: %llu", relay_count_name((enum relay_count)i),
			 (unsigned long long)d->counts[i]);
}

/* ---- begin and end --------------------------------------------------------------------------- */

static enum relay_policy parse_policy(void)
{
	static const char *const names[] = { "keep", "replace", "drop" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(policy_name, names[i]) == 0)
			return (enum relay_policy)i;
	options_fail(&program, "--policy: '%s' is not keep, replace or drop", policy_name);
}

/* parse_servers() - the caller frees the list */
static uint32_t *parse_servers(void)
{
	uint32_t *list = xcalloc(servers.count, sizeof(*list));

	for (size_t i = 0; i < servers.count; i++)
		if (!ip4_parse(&list[i], servers.texts[i]) || !ip4_is_host(list[i]))
			options_fail(&program, "--server: '%s' is no IPv4 address of a host",
				     servers.texts[i]);
	return list;
}

static void check_id(const char *option, const char *id)
{
	if (id && (!*id || strlen(id) > ID_MAX))
		options_fail(&program, "%s has 1 to %d octets", option, ID_MAX);
}

/* configure() - what the command line says */
static void configure(struct daemon *d, size_t iface_count)
{
	check_id("--circuit-id", circuit_id);
	check_id("--remote-id", remote_id);
	if (!servers.count)
		options_fail(&program, "--server ADDRESS is missing");
	if (!iface_count)
		options_fail(&program, "an INTERFACE is missing");
	d->config = (struct relay_config){ .iface_count = iface_count,
					   .servers = parse_servers(),
					   .server_count = servers.count,
					   .max_hops = (unsigned)max_hops,
					   .agent = agent,
					   .policy = parse_policy(),
					   .circuit_id = circuit_id,
					   .remote_id = remote_id };
}

/* open_wires() - the one for all interfaces first: it finds out whether the port is taken */
static void open_wires(struct daemon *d, char **names)
{
	size_t count = d->config.iface_count;

	d->wire_count = count + upstreams.count + 1;
	d->wires = xcalloc(d->wire_count, sizeof(*d->wires));
	d->ifaces = xcalloc(count, sizeof(*d->ifaces));
	d->anywhere = &d->wires[d->wire_count - 1];
	wire_open_anywhere(d->anywhere);
	for (size_t i = 0; i < count; i++) {
		struct wire *w = &d->wires[i];

		wire_open_shared(w, iface_operand(&program, names[i]));
		d->ifaces[i].name = w->name;
		d->ifaces[i].address = w->address;
		memcpy(d->ifaces[i].mac, w->mac, sizeof(w->mac));
	}
	for (size_t i = 0; i < upstreams.count; i++)
		wire_open_shared(&d->wires[count + i], iface_operand(&program, upstreams.texts[i]));
	d->config.ifaces = d->ifaces;
}

static void watch_all(struct daemon *d)
{
	d->loop = loop_new();
	d->watches = xcalloc(d->wire_count, sizeof(*d->watches));
	for (size_t i = 0; i < d->wire_count; i++) {
		struct wire_watch *w = &d->watches[i];

		*w = (struct wire_watch){ .d = d, .iface = (unsigned)i };
		w->readable = loop_on_readable(d->loop, d->wires[i].udp, on_datagrams, w);
		watch_start(w->readable);
	}
	d->usr1 = loop_on_signal(d->loop, SIGUSR1, on_usr1, d);
}

static void say_interfaces(const struct daemon *d)
{
	char address[IP4_TEXT_LEN], server[IP4_TEXT_LEN];

	for (size_t i = 0; i < d->config.iface_count; i++)
		for (size_t s = 0; s < d->config.server_count; s++)
			log_info("%s %s to %s", d->wires[i].name,
				 ip4_format(d->wires[i].address, address),
				 ip4_format(d->config.servers[s], server));
}

static void daemon_free(struct daemon *d)
{
	for (size_t i = 0; i < d->wire_count; i++) {
		watch_free(d->watches[i].readable);
		wire_close(&d->wires[i]);
	}
	watch_free(d->usr1);
	loop_free(d->loop);
	free((void *)d->config.servers);
	free(servers.texts);
	free(upstreams.texts);
	free(d->watches);
	free(d->ifaces);
	free(d->wires);
}

int main(int argc, char **argv)
{
	struct daemon d = { 0 };
	int first, status;

	log_open(program.name);
	first = options_parse(&program, argc, argv);
	configure(&d, (size_t)(argc - first));
	open_wires(&d, argv + first);
	watch_all(&d);
	say_interfaces(&d);
	notify_ready();
	status = loop_run(d.loop);
	daemon_free(&d);
	return status;
}
