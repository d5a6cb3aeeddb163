/* SPDX-License-Identifier: MIT */
/* route-server: the hub (server.c) between its clients and the kernel. */
#include <string.h>
#include <time.h>

#include "hubd.h"
#include "server.h"

static const char *listen_at, *key, *key_file;
static uint64_t interval_ms = 5000, port = HUB_PORT, max_clients = 1000;
static bool plain_only, as_json;

static const struct option_row options[] = {
	{ "interval", 'i', "TIME", OPTION_TIME, &interval_ms, "repeat or compare so often (5s)",
	  100, 3600000 },
	{ "json", 'j', NULL, OPTION_FLAG, &as_json, "with show: as JSON", 0, 0 },
	{ "key", 'k', "TEXT", OPTION_TEXT, &key, "the key of the authenticated form", 0, 0 },
	{ "key-file", 'K', "FILE", OPTION_TEXT, &key_file, "the same, from a file's first line", 0,
	  0 },
	{ "listen", 'l', "ADDRESS", OPTION_TEXT, &listen_at, "listen at this address (all)", 0, 0 },
	{ "max-clients", 'm', "N", OPTION_NUMBER, &max_clients, "at one time (1000)", 1, 100000 },
	{ "plain-only", 'P', NULL, OPTION_FLAG, &plain_only, "nothing but additions and deletions",
	  0, 0 },
	{ "port", 'p', "PORT", OPTION_NUMBER, &port, "listen at this port (5500)", 1, 65535 },
};

static const struct program program = {
	.name = "route-server",
	.usage = "[OPTION]...\n       route-server show [--json] [table|clients|counts]",
	.about = "Passes route updates on to all clients, and puts what they announce into the\n"
		 "kernel.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.more = "Example: route-server --interval 1s\n",
};

struct daemon {
	struct hubd hub;
	struct server *server;
};

/* ---- between the loop and the core ----------------------------------------------------------- */

static void on_input(void *core, const struct datagram_in *in, uint64_t now)
{
	route_server_input(core, in, now);
}

static void on_unreachable(void *core, uint32_t address, uint16_t to_port, uint64_t now)
{
	route_server_unreachable(core, address, to_port, now);
}

static void on_lost(void *core)
{
	route_server_lost(core);
}

static uint64_t on_work(void *core, uint64_t now)
{
	return route_server_work(core, now);
}

static bool on_pump(void *core)
{
	return route_server_pump(core);
}

static void on_stop(void *core)
{
	route_server_stop(core);
}

static void on_reinstall(void *core)
{
	route_server_reinstall(core);
}

static void send_to(void *arg, const struct hub_client *c, const uint8_t *data, size_t len)
{
	struct hubd *h = arg;

	hub_udp_send(h->udp, c->ours, c->address, c->port, data, len);
}

/* ---- show ------------------------------------------------------------------------------------ */

static const char *name_of(const struct hub_client *c, char text[IP4_TEXT_LEN + 8])
{
	char address[IP4_TEXT_LEN];

	snprintf(text, IP4_TEXT_LEN + 8, "%s:%u", ip4_format(c->address, address), c->port);
	return text;
}

static json_t *tell_entry(const struct daemon *d, const struct hub_entry *e)
{
	char address[ADDR_TEXT_LEN], hop[IP4_TEXT_LEN], name[IP4_TEXT_LEN + 8];
	json_t *from = json_array();

	for (const struct hub_owner *o = e->owners; o; o = o->next)
		json_array_append_new(from, json_string(name_of(o->client, name)));
	return json_pack("{s:s, s:s, s:o, s:I, s:b}", "destination",
			 addr_format(&e->prefix.addr, address), "next_hop",
			 ip4_format(e->owners ? e->owners->client->address : 0, hop), "from", from,
			 "age_ms", (json_int_t)(clock_ms() - e->made), "in_kernel",
			 hubd_has_route(&d->hub, ip4_of(&e->prefix.addr)));
}

static json_t *tell_table(const struct daemon *d)
{
	struct hub_entry **all = (struct hub_entry **)prefix_map_sorted(d->server->table);
	json_t *list = json_array();

	for (size_t i = 0; i < prefix_map_count(d->server->table); i++)
		if (!all[i]->barred)
			json_array_append_new(list, tell_entry(d, all[i]));
	free(all);
	return json_pack("{s:i, s:o}", "version", 1, "table", list);
}

static json_t *tell_clients(const struct server *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->client_count; i++) {
		const struct hub_client *c = s->by_address[i];
		char name[IP4_TEXT_LEN + 8];

		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:I, s:I}", "address", name_of(c, name),
						"speaks",
						c->is_signed	 ? "authenticated"
						: c->is_extended ? "extended"
								 : "plain",
						"owns", (json_int_t)c->owned_count, "heard_ms_ago",
						(json_int_t)(clock_ms() - c->heard)));
	}
	return json_pack("{s:i, s:o}", "version", 1, "clients", list);
}

static json_t *tell(void *arg, const char *question)
{
	const struct daemon *d = arg;

	if (strcmp(question, "table") == 0)
		return tell_table(d);
	if (strcmp(question, "clients") == 0)
		return tell_clients(d->server);
	if (strcmp(question, "counts") == 0)
		return hubd_counts(d->server->received, d->server->sent, d->server->counts);
	return NULL;
}

static const struct table_column table_columns[] = {
	{ "DESTINATION", "destination", TABLE_TEXT },
	{ "NEXT HOP", "next_hop", TABLE_TEXT },
	{ "FROM", "from", TABLE_TEXT },
	{ "AGE", "age_ms", TABLE_TIME },
	{ "KERNEL", "in_kernel", TABLE_TEXT },
};

static const struct table_column client_columns[] = {
	{ "CLIENT", "address", TABLE_TEXT },
	{ "SPEAKS", "speaks", TABLE_TEXT },
	{ "OWNS", "owns", TABLE_NUMBER },
	{ "HEARD", "heard_ms_ago", TABLE_TIME },
};

static const struct table_shape shapes[] = {
	{ "table", table_columns, ARRAY_SIZE(table_columns) },
	{ "clients", client_columns, ARRAY_SIZE(client_columns) },
	{ "counts", NULL, 0 },
};

/* ---- begin ----------------------------------------------------------------------------------- */

static uint32_t parse_listen(void)
{
	uint32_t address = 0;

	if (listen_at && !ip4_parse(&address, listen_at))
		options_fail(&program, "--listen: '%s' is no IPv4 address", listen_at);
	return address;
}

static struct server *open_server(struct daemon *d)
{
	struct server_config config = { .interval_ms = interval_ms,
					.plain_only = plain_only,
					.max_clients = max_clients,
					.key = hubd_key(&program, key, key_file) };
	struct server_io io = { .install = hubd_install,
				.send = send_to,
				.is_ours = hubd_is_ours,
				.dropped = hubd_dropped,
				.arg = &d->hub };

	return route_server_new(&config, &io, hubd_new_id(), (uint32_t)time(NULL), clock_ms());
}

int main(int argc, char **argv)
{
	struct daemon d = { 0 };
	struct answers answers = { .tell = tell, .arg = &d };
	int first, status;

	log_open(program.name);
	first = options_parse(&program, argc, argv);
	if (first < argc && strcmp(argv[first], "show") == 0)
		hubd_show(&program, shapes, ARRAY_SIZE(shapes), argc - first, argv + first,
			  as_json);
	options_operands(&program, first, argc, argv, 0, "");
	d.server = open_server(&d);
	hubd_open(&d.hub, parse_listen(), (uint16_t)port);
	d.hub.sweep_ms = interval_ms * 4;
	d.hub.core = (struct hub_core){ on_input, on_unreachable, on_lost,	on_work,
					on_pump,  on_stop,	  on_reinstall, d.server };
	hubd_start(&d.hub, program.name, &answers);
	status = hubd_run(&d.hub);
	hubd_close(&d.hub);
	route_server_free(d.server);
	return status;
}
