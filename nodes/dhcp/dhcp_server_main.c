/* SPDX-License-Identifier: MIT */
/* dhcp-server: what it is told, what it starts with, and how it ends. dhcpd.h has what it does. */
#include <signal.h>
#include <string.h>
#include <time.h>

#include "dhcpd.h"
#include "nodes/common/iface.h"
#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/notify.h"
#include "nodes/common/options.h"
#include "report.h"

#define COUNTS_MS 1000

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

/* clock_offset() - what is added to clock_ms() for Unix time, in ms */
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

/* ---- counts ---------------------------------------------------------------------------------- */

static void on_counts(void *arg)
{
	struct dhcpd *d = arg;

	dhcpd_write_counts(d);
	watch_start_in(d->counts_timer, COUNTS_MS);
}

static void on_usr1(void *arg)
{
	const struct dhcpd *d = arg;

	for (int i = 0; i < COUNT_COUNT; i++)
		log_info("%s: %llu", count_name((enum count)i), (unsigned long long)d->counts.n[i]);
}

static void on_timer(void *arg)
{
	(void)arg; /* each turn looks at what time brings about */
}

/* ---- start, and start again ------------------------------------------------------------------ */

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

/* on_loaded() - takes over what the record points to, if its address is still in a subnet */
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
	if (!store_read_leases(d->store, dhcpd_now(d), on_loaded, &loading)) {
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

	dhcpd_finish_turn(d); /* what was decided by the old one, first */
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

static void watch_all(struct dhcpd *d)
{
	dhcpd_watch_wires(d);
	d->timer = loop_on_timer(d->loop, on_timer, d);
	d->counts_timer = loop_on_timer(d->loop, on_counts, d);
	d->hangup = loop_on_signal(d->loop, SIGHUP, on_hangup, d);
	d->usr1 = loop_on_signal(d->loop, SIGUSR1, on_usr1, d);
	watch_start_in(d->counts_timer, COUNTS_MS);
	loop_on_turn(d->loop, dhcpd_on_turn, d);
}

static void dhcpd_free(struct dhcpd *d)
{
	dhcpd_write_counts(d);
	dhcpd_close_wires(d);
	watch_free(d->timer);
	watch_free(d->counts_timer);
	watch_free(d->hangup);
	watch_free(d->usr1);
	server_free(d->server);
	leases_free(d->leases);
	store_close(d->store);
	config_free(d->config);
	loop_free(d->loop);
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
	for (int i = first; i < argc; i++)
		iface_operand(&program, argv[i]);
	d.db_file = db_file;
	d.clock_offset = clock_offset();
	open_store(&d);
	dhcpd_open_wires(&d, argv + first, (size_t)(argc - first));
	if (!adopt(&d, config))
		fatal("cannot use %s: %s", db_file, store_error(d.store));
	say_interfaces(&d);
	d.loop = loop_new();
	watch_all(&d);
	dhcpd_on_turn(&d);
	notify_ready();
	status = loop_run(d.loop);
	dhcpd_free(&d);
	return status;
}
