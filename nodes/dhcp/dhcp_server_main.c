/* SPDX-License-Identifier: MIT */
/*
 * dhcp-server: the core (server.c) between sockets and a database. In each turn of the loop what
 * waits is read and served, in memory; then all leases that have changed are written by one
 * transaction; then the answers leave. If the disk does not take them, nothing has happened: memory
 * goes back to where it was, and clients ask again.
 */
#include <signal.h>
#include <string.h>
#include <time.h>

#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "nodes/common/mem.h"
#include "nodes/common/notify.h"
#include "nodes/common/options.h"
#include "report.h"
#include "server.h"
#include "store.h"
#include "wire.h"

#define COUNTS_MS 1000
#define RETRY_MS  1000

struct dhcpd {
	struct loop *loop;
	struct dhcp_config *config;
	struct leases *leases;
	struct store *store;
	struct server *server;
	struct wire *wires;
	struct server_iface *ifaces;
	size_t wire_count;
	uint32_t *addresses; /* of this machine */
	size_t address_count;
	struct wire_watch *watches;
	struct wire routed; /* to relays, and to clients behind them */
	int icmp;
	struct watch *icmp_readable, *timer, *counts_timer, *hangup, *usr1;
	struct counts counts, written;
	int64_t clock_offset; /* of Unix time to the monotonic clock, in ms */
	struct log_limit talk, complaint, trouble;
};

/* What a callback of an interface needs. */
struct wire_watch {
	struct dhcpd *d;
	unsigned iface;
	struct watch *udp, *frames, *nobody;
};

static const char *config_file, *db_file = "leases.db";
static bool check_only, show_leases, show_stats, as_json;

static const struct option_row options[] = {
	{ "config", 'c', "FILE", OPTION_TEXT, &config_file, "the configuration", 0, 0 },
	{ "check", 0, NULL, OPTION_FLAG, &check_only, "read the configuration, say its faults, end",
	  0, 0 },
	{ "db", 'd', "FILE", OPTION_TEXT, &db_file, "the database (leases.db)", 0, 0 },
	{ "leases", 0, NULL, OPTION_FLAG, &show_leases, "print the leases, end", 0, 0 },
	{ "stats", 0, NULL, OPTION_FLAG, &show_stats, "print what came and was dropped, end", 0,
	  0 },
	{ "json", 0, NULL, OPTION_FLAG, &as_json, "print it as JSON", 0, 0 },
};

static const struct program program = {
	.name = "dhcp-server",
	.usage = "[OPTION]... --config FILE INTERFACE...",
	.about =
		"Gives addresses to the hosts behind each INTERFACE, and behind relays. A lease is on\n"
		"disk before it is acknowledged.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.more = "example of a configuration:\n"
		"  subnets:\n"
		"    10.0.1.0/24: {pool: 10.0.1.100-10.0.1.199, router: 10.0.1.1, lease: 10m}\n"
		"  static:\n"
		"    printer: {mac: \"02:00:00:00:00:07\", address: 10.0.1.7}\n"
		"sqlite3 leases.db 'select * from lease' shows what it has given.\n",
};

/* now_ms() - Unix time as it was at the start, and from there on by a clock that nobody sets */
static uint64_t now_ms(const struct dhcpd *d)
{
	return (uint64_t)((int64_t)clock_ms() + d->clock_offset);
}

static int64_t clock_offset(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 - (int64_t)clock_ms();
}

static void on_server_line(void *arg, const char *line, bool is_complaint)
{
	struct dhcpd *d = arg;

	log_limited(is_complaint ? &d->complaint : &d->talk, "%s", line);
}

/* ---- a turn ------------------------------------------------------------------------------------ */

static void send_one(struct dhcpd *d, const struct outgoing *o)
{
	struct wire *w = &d->wires[o->iface];
	static const uint8_t to_all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	switch (o->kind) {
	case TO_RELAY:
		wire_send_routed(&d->routed, o->src, o->dst, DHCP_SERVER_PORT, o->data, o->len);
		break;
	case TO_CIADDR:
		wire_send_routed(&d->routed, o->src, o->dst, DHCP_CLIENT_PORT, o->data, o->len);
		break;
	case TO_HARDWARE:
		wire_send_frame(w, o->hwaddr, o->src, o->dst, o->data, o->len);
		break;
	case TO_ALL:
		wire_send_frame(w, to_all, o->src, IP4_BROADCAST, o->data, o->len);
		break;
	case ASK_ARP:
		wire_ask_arp(w, o->dst);
		break;
	case ASK_ICMP:
		icmp_ask(d->icmp, o->dst);
		break;
	}
}

/* commit() - false: the changes are not on disk, and undone */
static bool commit(struct dhcpd *d)
{
	size_t count;
	struct lease *const *changes = leases_changes(d->leases, &count);

	if (!count)
		return true;
	if (store_write(d->store, changes, count)) {
		leases_keep(d->leases);
		return true;
	}
	log_limited(&d->trouble, "cannot write leases to %s: %s; nobody is answered", db_file,
		    store_error(d->store));
	leases_undo(d->leases);
	return false;
}

/* finish_turn() - RFC 2131, 2.1: what is acknowledged is on stable storage. False: it could not be
 * written, and nobody is answered. */
static bool finish_turn(struct dhcpd *d)
{
	size_t count;
	const struct outgoing *out = server_output(d->server, &count);
	bool written = commit(d);

	for (size_t i = 0; written && i < count; i++)
		send_one(d, &out[i]);
	if (!written)
		d->counts.n[DROP_NOT_WRITTEN] += count;
	wire_flush(&d->routed);
	for (size_t i = 0; i < d->wire_count; i++)
		wire_flush(&d->wires[i]);
	server_output_done(d->server);
	return written;
}

static bool has_news(const struct dhcpd *d)
{
	size_t answers, changes;

	server_output(d->server, &answers);
	leases_changes(d->leases, &changes);
	return answers || changes;
}

static void on_turn(void *arg)
{
	struct dhcpd *d = arg;
	uint64_t now = now_ms(d), next;
	bool written;

	do {
		written = finish_turn(d);
		next = server_tick(d->server, now);
	} while (written && has_news(d));
	if (!written && next < now + RETRY_MS)
		next = now + RETRY_MS; /* what ends goes on ending: not until the disk is back */
	watch_stop(d->timer);
	if (next != NEVER)
		watch_start_in(d->timer, next > now ? next - now : 0);
}

static void on_timer(void *arg)
{
	(void)arg; /* each turn looks at what time brings about */
}

static void on_datagrams(void *arg)
{
	const struct wire_watch *w = arg;
	struct dhcpd *d = w->d;
	struct datagram list[WIRE_BATCH];
	uint64_t now = now_ms(d);
	size_t waiting, count;

	server_output(d->server, &waiting);
	count = wire_receive(&d->wires[w->iface], list, OUTGOING_MAX - waiting);
	for (size_t i = 0; i < count; i++)
		server_receive(d->server, list[i].data, list[i].len, w->iface, list[i].to, now);
}

/* is_for_us() - what a UDP socket would get: an address of this machine's, or the subnet's broadcast */
static bool is_for_us(const struct dhcpd *d, unsigned iface, uint32_t to)
{
	const struct subnet *s = config_subnet(d->config, d->wires[iface].address);

	for (size_t i = 0; i < d->address_count; i++)
		if (d->addresses[i] == to)
			return true;
	return s && to == (s->address | ~s->mask);
}

static void on_datagram_from_nobody(void *arg)
{
	const struct wire_watch *w = arg;
	struct dhcpd *d = w->d;
	struct datagram in;
	size_t waiting;

	server_output(d->server, &waiting);
	if (waiting < OUTGOING_MAX && wire_receive_from_nobody(&d->wires[w->iface], &in) &&
	    in.len && is_for_us(d, w->iface, in.to))
		server_receive(d->server, in.data, in.len, w->iface, in.to, now_ms(d));
}

static void on_arp(void *arg)
{
	const struct wire_watch *w = arg;
	struct dhcpd *d = w->d;
	uint32_t address;
	size_t waiting;

	do {
		if (!wire_receive_arp(&d->wires[w->iface], &address))
			return;
		if (address)
			server_heard(d->server, address, now_ms(d));
		server_output(d->server, &waiting);
	} while (waiting < OUTGOING_MAX);
}

static void on_icmp(void *arg)
{
	struct dhcpd *d = arg;
	uint32_t address;
	size_t waiting;

	do {
		if (!icmp_receive(d->icmp, &address))
			return;
		if (address)
			server_heard(d->server, address, now_ms(d));
		server_output(d->server, &waiting);
	} while (waiting < OUTGOING_MAX);
}

/* ---- counts ------------------------------------------------------------------------------------ */

static void write_counts(struct dhcpd *d)
{
	if (memcmp(&d->counts, &d->written, sizeof(d->counts)) == 0)
		return;
	if (store_write_counts(d->store, &d->counts))
		d->written = d->counts;
}

static void on_counts(void *arg)
{
	struct dhcpd *d = arg;

	write_counts(d);
	watch_start_in(d->counts_timer, COUNTS_MS);
}

static void on_usr1(void *arg)
{
	const struct dhcpd *d = arg;

	for (int i = 0; i < COUNT_COUNT; i++)
		log_info("%s: %llu", count_name((enum count)i), (unsigned long long)d->counts.n[i]);
}

/* ---- start, and start again -------------------------------------------------------------------- */

/* load_config() - NULL: it has faults, which have been printed */
static struct dhcp_config *load_config(void)
{
	struct faults faults = { 0 };
	auto_free char *source = NULL;
	struct dhcp_config *c = config_load(config_file, &source, &faults);
	bool bad = faults.errors;

	faults_print(&faults, stderr);
	faults_free(&faults);
	if (!bad)
		return c;
	config_free(c);
	return NULL;
}

static void on_bad_binding(const char *name, const char *why)
{
	log_info("static binding %s of %s is left out: %s", name, db_file, why);
}

struct loading {
	const struct dhcp_config *config;
	struct leases *leases;
	size_t outside;
};

static void on_loaded(void *arg, uint32_t address, struct record *r)
{
	struct loading *l = arg;
	struct subnet *s = config_subnet(l->config, address);

	if (s)
		leases_load(l->leases, s, address, r);
	else
		l->outside++;
}

/* adopt() - serves by this configuration from now on; false: the database does not take part */
static bool adopt(struct dhcpd *d, struct dhcp_config *c)
{
	struct server_self self = { .ifaces = d->ifaces, .iface_count = d->wire_count };
	struct loading loading = { .config = c };

	if (!store_bindings(d->store, c, on_bad_binding))
		return false;
	loading.leases = leases_new(c);
	if (!store_read_leases(d->store, now_ms(d), on_loaded, &loading)) {
		leases_free(loading.leases);
		return false;
	}
	if (loading.outside)
		log_info("%zu leases of %s are in no subnet, and rest", loading.outside, db_file);
	server_free(d->server);
	leases_free(d->leases);
	config_free(d->config);
	d->config = c;
	d->leases = loading.leases;
	free(d->addresses);
	self.addresses = d->addresses = own_addresses(&d->address_count);
	self.address_count = d->address_count;
	d->server = server_new(c, d->leases, self, &d->counts,
			       (struct server_log){ on_server_line, d });
	return true;
}

static void on_hangup(void *arg)
{
	struct dhcpd *d = arg;
	struct dhcp_config *c = load_config();

	finish_turn(d); /* what was decided by the old one, first */
	if (!c)
		log_info("%s has faults: the configuration stays as it was", config_file);
	else if (adopt(d, c))
		log_info("%s is read again", config_file);
	else {
		log_info("%s: %s; the configuration stays as it was", db_file,
			 store_error(d->store));
		config_free(c);
	}
}

/* say_interfaces() - what each of them serves; one without a subnet has relays alone */
static void say_interfaces(const struct dhcpd *d)
{
	for (size_t i = 0; i < d->wire_count; i++) {
		const struct subnet *s = config_subnet(d->config, d->wires[i].address);
		char text[IP4_TEXT_LEN];

		ip4_format(d->wires[i].address, text);
		if (s)
			log_info("%s %s: %s, %llu addresses", d->wires[i].name, text, s->text,
				 (unsigned long long)pool_size(s));
		else
			log_info("%s %s is in no subnet of the configuration: relays alone are "
				 "served there",
				 d->wires[i].name, text);
	}
}

static void open_wires(struct dhcpd *d, char **names, size_t count)
{
	d->wires = xcalloc(count, sizeof(*d->wires));
	d->ifaces = xcalloc(count, sizeof(*d->ifaces));
	d->watches = xcalloc(count, sizeof(*d->watches));
	for (size_t i = 0; i < count; i++) {
		struct wire *w = &d->wires[i];

		wire_open(w, names[i]);
		d->ifaces[i] = (struct server_iface){ .index = w->index, .address = w->address };
		memcpy(d->ifaces[i].name, w->name, sizeof(w->name));
		memcpy(d->ifaces[i].mac, w->mac, sizeof(w->mac));
	}
	d->wire_count = count;
	wire_open_routed(&d->routed);
	d->icmp = icmp_open();
}

static void watch_all(struct dhcpd *d)
{
	for (size_t i = 0; i < d->wire_count; i++) {
		struct wire_watch *w = &d->watches[i];

		*w = (struct wire_watch){ .d = d, .iface = (unsigned)i };
		w->udp = loop_on_readable(d->loop, d->wires[i].udp, on_datagrams, w);
		w->frames = loop_on_readable(d->loop, d->wires[i].frames, on_arp, w);
		w->nobody =
			loop_on_readable(d->loop, d->wires[i].nobody, on_datagram_from_nobody, w);
		watch_start(w->nobody);
		watch_start(w->udp);
		watch_start(w->frames);
	}
	d->icmp_readable = loop_on_readable(d->loop, d->icmp, on_icmp, d);
	d->timer = loop_on_timer(d->loop, on_timer, d);
	d->counts_timer = loop_on_timer(d->loop, on_counts, d);
	d->hangup = loop_on_signal(d->loop, SIGHUP, on_hangup, d);
	d->usr1 = loop_on_signal(d->loop, SIGUSR1, on_usr1, d);
	watch_start(d->icmp_readable);
	watch_start_in(d->counts_timer, COUNTS_MS);
	loop_on_turn(d->loop, on_turn, d);
}

static void dhcpd_free(struct dhcpd *d)
{
	write_counts(d);
	for (size_t i = 0; i < d->wire_count; i++) {
		watch_free(d->watches[i].udp);
		watch_free(d->watches[i].frames);
		watch_free(d->watches[i].nobody);
		wire_close(&d->wires[i]);
	}
	watch_free(d->icmp_readable);
	watch_free(d->timer);
	watch_free(d->counts_timer);
	watch_free(d->hangup);
	watch_free(d->usr1);
	wire_close(&d->routed);
	close(d->icmp);
	server_free(d->server);
	leases_free(d->leases);
	store_close(d->store);
	config_free(d->config);
	loop_free(d->loop);
	free(d->wires);
	free(d->ifaces);
	free(d->watches);
	free(d->addresses);
}

static int report(void)
{
	auto_free char *why = NULL;
	struct store *st = store_open_to_read(db_file, &why);
	int status;

	if (!st)
		fatal("%s", why);
	status = show_leases ? report_leases(st, as_json) : report_counts(st, as_json);
	store_close(st);
	return status;
}

static void open_store(struct dhcpd *d)
{
	auto_free char *why = NULL;

	d->store = store_open(db_file, &why);
	if (!d->store)
		fatal("%s", why);
}

int main(int argc, char **argv)
{
	struct dhcpd d = { .talk.burst = 1000 };
	struct dhcp_config *config;
	int first, status;

	log_open(program.name);
	first = options_parse(&program, argc, argv);
	if (show_leases || show_stats)
		return report();
	if (!config_file)
		options_fail(&program, "--config FILE is missing");
	config = load_config();
	if (!config)
		return EXIT_USAGE;
	if (check_only) {
		config_free(config);
		return EXIT_SUCCESS;
	}
	if (first == argc)
		options_fail(&program, "an INTERFACE is missing");
	d.clock_offset = clock_offset();
	open_store(&d);
	open_wires(&d, argv + first, (size_t)(argc - first));
	if (!adopt(&d, config))
		fatal("cannot use %s: %s", db_file, store_error(d.store));
	say_interfaces(&d);
	d.loop = loop_new();
	watch_all(&d);
	on_turn(&d);
	notify_ready();
	status = loop_run(d.loop);
	dhcpd_free(&d);
	return status;
}
