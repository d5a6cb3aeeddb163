/* SPDX-License-Identifier: MIT */
/* route-client: the client (client.c) between its server, local senders, people and the kernel. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "client.h"
#include "hubd.h"
#include "nodes/common/bytes.h"
#include "nodes/common/endpoint.h"
#include "nodes/common/mem.h"

#define LINE_MAX_LEN 256

static const char *server_at, *key, *key_file;
static struct option_list announced;
static uint64_t interval_ms = 5000, port = HUB_PORT;
static bool plain_only, as_json;

static const struct option_row options[] = {
	{ "announce", 'a', "ADDRESS", OPTION_LIST, &announced,
	  "announce this address; may be repeated", 0, 0 },
	{ "interval", 'i', "TIME", OPTION_TIME, &interval_ms, "repeat or compare so often (5s)",
	  100, 3600000 },
	{ "json", 'j', NULL, OPTION_FLAG, &as_json, "with show: as JSON", 0, 0 },
	{ "key", 'k', "TEXT", OPTION_TEXT, &key, "the key of the authenticated form", 0, 0 },
	{ "key-file", 'K', "FILE", OPTION_TEXT, &key_file, "the same, from a file's first line", 0,
	  0 },
	{ "plain-only", 'P', NULL, OPTION_FLAG, &plain_only, "nothing but additions and deletions",
	  0, 0 },
	{ "port", 'p', "PORT", OPTION_NUMBER, &port, "speak from this port; 0: any (5500)", 0,
	  65535 },
	{ "server", 's', "ADDRESS[:PORT]", OPTION_TEXT, &server_at, "the server", 0, 0 },
};

static const struct program program = {
	.name = "route-client",
	.usage = "[OPTION]... --server ADDRESS[:PORT]\n"
		 "       route-client add|del ADDRESS...\n"
		 "       route-client show [--json] [table|counts]",
	.about = "Announces addresses to a route-server, and puts what it learns from it into the\n"
		 "kernel.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.more = "Lines 'add ADDRESS' and 'del ADDRESS' on standard input do the same.\n",
};

struct daemon {
	struct hubd hub;
	struct client *client;
	struct watch *input;
	struct bytes line;
};

/* ---- between the loop and the core ----------------------------------------------------------- */

static void on_input(void *core, const struct datagram_in *in, uint64_t now)
{
	route_client_input(core, in, now);
}

static void on_unreachable(void *core, uint32_t address, uint16_t to_port, uint64_t now)
{
	(void)address; /* it speaks to nobody but the server */
	(void)to_port;
	route_client_unreachable(core, now);
}

static void on_lost(void *core)
{
	route_client_lost(core);
}

static uint64_t on_work(void *core, uint64_t now)
{
	return route_client_work(core, now);
}

static bool on_pump(void *core)
{
	return route_client_pump(core);
}

static void on_stop(void *core)
{
	route_client_stop(core);
}

static void on_reinstall(void *core)
{
	route_client_reinstall(core);
}

static void send_to_server(void *arg, const uint8_t *data, size_t len)
{
	struct daemon *d = arg;
	const struct client_config *c = &d->client->config;

	hub_udp_send(d->hub.udp, 0, c->server, c->server_port, data, len);
}

static void install(void *arg, uint32_t address, uint32_t next_hop)
{
	hubd_install(&((struct daemon *)arg)->hub, address, next_hop);
}

static bool is_ours(void *arg, uint32_t address)
{
	return hubd_is_ours(&((struct daemon *)arg)->hub, address);
}

static void dropped(void *arg, uint32_t from, enum hub_count why)
{
	hubd_dropped(&((struct daemon *)arg)->hub, from, why);
}

/* ---- orders: add and del, on standard input or by another process ---------------------------- */

/* obey() - "add 10.1.0.1"; false: it is no order. Why it was not done is in `why`. */
static bool obey(void *arg, const char *order, char *why, size_t room)
{
	struct daemon *d = arg;
	bool is_add = strncmp(order, "add ", 4) == 0;
	uint32_t address;

	*why = '\0';
	if (!is_add && strncmp(order, "del ", 4) != 0)
		return false;
	if (!ip4_parse(&address, order + 4) || !ip4_is_host(address))
		snprintf(why, room, "'%s' is no IPv4 address of a host", order + 4);
	else if (is_add)
		route_client_announce(d->client, address, clock_ms());
	else if (!route_client_withdraw(d->client, address, clock_ms()))
		snprintf(why, room, "%s is not announced here", order + 4);
	return true;
}

static void obey_line(struct daemon *d, const char *line)
{
	char why[LINE_MAX_LEN];

	if (!*line)
		return;
	if (!obey(d, line, why, sizeof(why)))
		log_info("'%s' is neither 'add ADDRESS' nor 'del ADDRESS'", line);
	else if (*why)
		log_info("%s", why);
}

/* obey_lines() - the whole ones; a beginning stays for what comes */
static void obey_lines(struct daemon *d)
{
	char *end;

	while (d->line.len && (end = memchr(d->line.data, '\n', d->line.len))) {
		*end = '\0';
		obey_line(d, d->line.data);
		bytes_take(&d->line, (size_t)(end - d->line.data) + 1);
	}
	if (d->line.len > LINE_MAX_LEN) {
		log_info("a line of standard input is too long");
		bytes_take(&d->line, d->line.len);
	}
}

static void on_stdin(void *arg)
{
	struct daemon *d = arg;
	char data[65536];
	ssize_t n = read(STDIN_FILENO, data, sizeof(data));

	if (n > 0) {
		bytes_add(&d->line, data, (size_t)n);
		obey_lines(d);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		watch_stop(d->input);
		bytes_add(&d->line, "\n", 1); /* the last line's end may be missing */
		obey_lines(d);
	}
}

/* order() - `add ADDRESS...`: told to the daemon that runs here one after another, up to the first
 * that it refuses */
_Noreturn static void order(int argc, char **argv)
{
	char text[LINE_MAX_LEN];

	if (argc < 2)
		options_fail(&program, "%s: an ADDRESS is missing", argv[0]);
	for (int i = 1; i < argc; i++) {
		uint32_t address;

		if (!ip4_parse(&address, argv[i]) || !ip4_is_host(address))
			options_fail(&program, "'%s' is no IPv4 address of a host", argv[i]);
	}
	for (int i = 1; i < argc; i++) {
		snprintf(text, sizeof(text), "%s %s", argv[0], argv[i]);
		json_decref(ask_daemon(program.name, text));
	}
	exit(EXIT_SUCCESS);
}

/* ---- show ------------------------------------------------------------------------------------ */

static json_t *tell_from(const struct client *c, const struct client_entry *e)
{
	uint32_t from = e->source == FROM_SERVER ? c->config.server : e->sender;
	uint16_t from_port = e->source == FROM_SERVER ? c->config.server_port : e->sender_port;
	char address[IP4_TEXT_LEN], text[IP4_TEXT_LEN + 8];

	if (e->source == FROM_LOCAL)
		return json_pack("[s]", "local");
	snprintf(text, sizeof(text), "%s:%u", ip4_format(from, address), from_port);
	return json_pack("[s]", text);
}

static json_t *tell_next_hop(const struct client *c, const struct client_entry *e)
{
	char text[IP4_TEXT_LEN];

	if (e->source == FROM_LOCAL)
		return json_null();
	return json_string(
		ip4_format(e->source == FROM_SERVER ? c->config.server : e->sender, text));
}

static json_t *tell_table(const struct daemon *d)
{
	struct client_entry **all = (struct client_entry **)prefix_map_sorted(d->client->table);
	json_t *list = json_array();

	for (size_t i = 0; i < prefix_map_count(d->client->table); i++) {
		const struct client_entry *e = all[i];
		char address[ADDR_TEXT_LEN];

		if (e->source == FROM_NOBODY)
			continue;

		json_array_append_new(list,
				      json_pack("{s:s, s:o, s:o, s:I, s:b}", "destination",
						addr_format(&e->prefix.addr, address), "next_hop",
						tell_next_hop(d->client, e), "from",
						tell_from(d->client, e), "age_ms",
						(json_int_t)(clock_ms() - e->made), "in_kernel",
						hubd_has_route(&d->hub, ip4_of(&e->prefix.addr))));
	}
	free(all);
	return json_pack("{s:i, s:o}", "version", 1, "table", list);
}

static json_t *tell(void *arg, const char *question)
{
	const struct daemon *d = arg;

	if (strcmp(question, "table") == 0)
		return tell_table(d);
	if (strcmp(question, "counts") == 0)
		return hubd_counts(d->client->received, d->client->sent, d->client->counts);
	return NULL;
}

static const struct table_column columns[] = {
	{ "DESTINATION", "destination", TABLE_TEXT },
	{ "NEXT HOP", "next_hop", TABLE_TEXT },
	{ "FROM", "from", TABLE_TEXT },
	{ "AGE", "age_ms", TABLE_TIME },
	{ "KERNEL", "in_kernel", TABLE_TEXT },
};

static const struct table_shape shapes[] = {
	{ "table", columns, ARRAY_SIZE(columns) },
	{ "counts", NULL, 0 },
};

/* ---- begin ----------------------------------------------------------------------------------- */

static struct client_config configure(void)
{
	struct client_config c = { .server_port = HUB_PORT,
				   .interval_ms = interval_ms,
				   .plain_only = plain_only,
				   .key = hubd_key(&program, key, key_file) };
	auto_free char *text = NULL;
	char *colon;
	uint64_t n;

	if (!server_at)
		options_fail(&program, "--server ADDRESS is missing");
	text = xstrdup(server_at);
	colon = strchr(text, ':');
	if (colon)
		*colon++ = '\0';
	if (!ip4_parse(&c.server, text) || !ip4_is_host(c.server) ||
	    (colon && (!parse_number(&n, colon) || n < 1 || n > 65535)))
		options_fail(&program, "--server: '%s' is not ADDRESS or ADDRESS:PORT", server_at);
	if (colon)
		c.server_port = (uint16_t)n;
	return c;
}

static void announce_all(struct daemon *d)
{
	for (size_t i = 0; i < announced.count; i++) {
		uint32_t address;

		if (!ip4_parse(&address, announced.texts[i]) || !ip4_is_host(address))
			options_fail(&program, "--announce: '%s' is no IPv4 address of a host",
				     announced.texts[i]);
		route_client_announce(d->client, address, clock_ms());
	}
	free(announced.texts);
}

static void open_client(struct daemon *d)
{
	struct client_config config = configure();
	struct client_io io = { .install = install,
				.send = send_to_server,
				.is_ours = is_ours,
				.dropped = dropped,
				.arg = d };

	hubd_open(&d->hub, 0, (uint16_t)port);
	d->client =
		route_client_open(&config, &io, hubd_new_id(), (uint32_t)time(NULL), clock_ms());
	announce_all(d);
	d->hub.sweep_ms = interval_ms * 4;
	d->hub.core = (struct hub_core){ on_input, on_unreachable, on_lost,	 on_work,
					 on_pump,  on_stop,	   on_reinstall, d->client };
}

static void watch_stdin(struct daemon *d)
{
	d->input = loop_on_readable(d->hub.loop, STDIN_FILENO, on_stdin, d);
	watch_start(d->input);
}

int main(int argc, char **argv)
{
	struct daemon d = { 0 };
	struct answers answers = { tell, obey, &d };
	int first, status;

	log_open(program.name);
	first = options_parse(&program, argc, argv);
	if (first < argc && strcmp(argv[first], "show") == 0)
		hubd_show(&program, shapes, ARRAY_SIZE(shapes), argc - first, argv + first,
			  as_json);
	if (first < argc && (strcmp(argv[first], "add") == 0 || strcmp(argv[first], "del") == 0))
		order(argc - first, argv + first);
	options_operands(&program, first, argc, argv, 0, "");
	open_client(&d);
	watch_stdin(&d);
	hubd_start(&d.hub, program.name, &answers);
	status = hubd_run(&d.hub);
	watch_free(d.input);
	hubd_close(&d.hub);
	route_client_close(d.client);
	bytes_free(&d.line);
	return status;
}
