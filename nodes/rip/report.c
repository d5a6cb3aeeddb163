/* SPDX-License-Identifier: MIT */
/* What `ripd show` shows: the daemon tells it as JSON, the one who asked makes a table of it. */
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/table.h"
#include "ripd.h"

#define FORMAT_VERSION 1

/* ---- the daemon tells ------------------------------------------------------------------------ */

static json_t *text_of_ip(uint32_t address)
{
	char text[IP4_TEXT_LEN];

	return json_string(ip4_format(address, text));
}

static const char *state_of(const struct rip_route *route)
{
	static const char *const names[] = { "learned", "connected", "static", "announced",
					     "aggregate" };

	return route->metric >= RIP_INFINITY ? "lost" : names[route->origin];
}

static const char *name_of(const struct router *r, unsigned ifindex)
{
	const struct rip_iface *i = router_find_iface(r, ifindex);

	return i ? i->name : NULL;
}

/* deadline_of() - when the route times out, or is garbage; NEVER */
static uint64_t deadline_of(const struct rip_route *route)
{
	uint64_t last = 0;

	if (route->metric >= RIP_INFINITY)
		return route->garbage_at;
	for (const struct rip_path *p = route->paths; p; p = p->next)
		if (p->expires > last)
			last = p->expires;
	return last ? last : NEVER;
}

/* tell_time_left() - in ms; null: it has no end */
static json_t *tell_time_left(uint64_t deadline)
{
	uint64_t now = clock_ms();

	if (deadline == NEVER)
		return json_null();
	return json_integer(deadline > now ? (json_int_t)(deadline - now) : 0);
}

/* is_in_kernel() - who put it there, we or somebody before us */
static bool is_in_kernel(const struct ripd *d, const struct rip_route *route)
{
	return route->origin == ORIGIN_CONNECTED || route->origin == ORIGIN_STATIC ||
	       fib_has(d->fib, &route->prefix);
}

static json_t *tell_route(const struct ripd *d, const struct rip_route *route)
{
	json_t *hops = json_array(), *ifaces = json_array();
	char prefix[PREFIX_TEXT_LEN];
	const char *name = name_of(d->router, route->ifindex);

	for (const struct rip_path *p = route->paths; p; p = p->next) {
		json_array_append_new(hops, text_of_ip(p->next_hop));
		json_array_append_new(ifaces, json_string(p->iface->name));
	}
	if (route->via)
		json_array_append_new(hops, text_of_ip(route->via));
	if (name)
		json_array_append_new(ifaces, json_string(name));
	return json_pack("{s:s, s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:b}", "prefix",
			 prefix_format(&route->prefix, prefix), "state", state_of(route), "metric",
			 route->metric, "tag", route->tag, "next_hops", hops, "interfaces", ifaces,
			 "from", route->paths ? text_of_ip(route->paths->from) : json_null(),
			 "expires_ms", tell_time_left(deadline_of(route)), "in_kernel",
			 is_in_kernel(d, route));
}

static json_t *tell_routes(const struct ripd *d)
{
	json_t *list = json_array();
	struct rip_route **routes = (struct rip_route **)prefix_map_sorted(d->router->routes);

	for (size_t k = 0; k < prefix_map_count(d->router->routes); k++)
		json_array_append_new(list, tell_route(d, routes[k]));
	free(routes);
	return list;
}

static size_t count_routes_from(const struct router *r, uint32_t from)
{
	size_t count = 0;
	const struct rip_path *p;

	TAILQ_FOREACH (p, &r->timeouts, timeouts)
		count += p->from == from;
	return count;
}

static json_t *tell_neighbours(const struct ripd *d)
{
	json_t *list = json_array();
	struct rip_neighbour **all =
		(struct rip_neighbour **)prefix_map_sorted(d->router->neighbours);

	for (size_t k = 0; k < prefix_map_count(d->router->neighbours); k++) {
		const struct rip_neighbour *n = all[k];
		uint32_t address = ip4_of(&n->address.addr);
		const char *name = name_of(d->router, n->ifindex);

		json_array_append_new(list,
				      json_pack("{s:o, s:s, s:i, s:I, s:I, s:I, s:I}", "address",
						text_of_ip(address), "interface", name ? name : "-",
						"version", n->version, "routes",
						(json_int_t)count_routes_from(d->router, address),
						"heard_ms_ago", (json_int_t)(clock_ms() - n->heard),
						"bad_packets", (json_int_t)n->bad_packets,
						"bad_entries", (json_int_t)n->bad_entries));
	}
	free(all);
	return list;
}

/* tell_key() - of what signs now: NULL where nothing does, or it has no id */
static json_t *tell_key(const struct rip_key *k)
{
	return k && k->kind != RIP_AUTH_PLAIN ? json_integer(k->id) : json_null();
}

static json_t *tell_iface(const struct rip_iface *i, uint32_t seconds)
{
	const struct rip_settings *s = i->settings;
	const struct rip_key *k = rip_signing_key(s->keys, s->key_count, seconds);
	char text[PREFIX_TEXT_LEN];
	json_t *address = json_null();

	if (i->network_count) {
		struct prefix p = { ip4_addr(i->networks[0].address), i->networks[0].len };

		address = json_string(prefix_format(&p, text));
	}
	return json_pack("{s:s, s:i, s:b, s:o, s:b, s:s, s:s, s:s, s:s, s:o, s:b, s:I, s:I}",
			 "name", i->name, "index", (int)i->index, "up", i->up, "address", address,
			 "passive", s->passive, "send", rip_send_names[s->send], "receive",
			 rip_receive_names[s->receive], "split_horizon", rip_split_names[s->split],
			 "auth", rip_auth_name(k ? k->kind : RIP_AUTH_NONE), "key_id", tell_key(k),
			 "key_holds", !k || rip_key_holds(k, seconds), "sent", (json_int_t)i->sent,
			 "received", (json_int_t)i->received);
}

static json_t *tell_ifaces(const struct ripd *d, uint64_t now)
{
	uint32_t seconds = router_seconds(d->router, now);
	json_t *list = json_array();
	const struct rip_iface *i;

	LIST_FOREACH (i, &d->router->ifaces, entry)
		json_array_insert_new(list, 0,
				      tell_iface(i, seconds)); /* the list has the last one first */
	return list;
}

static json_t *tell_counts(const struct router *r)
{
	json_t *dropped = json_object();

	for (int k = 0; k < RIP_COUNT_COUNT; k++)
		json_object_set_new(dropped, rip_count_name((enum rip_count)k),
				    json_integer((json_int_t)r->counts[k]));
	return json_pack("{s:i, s:I, s:I, s:o}", "version", FORMAT_VERSION, "received",
			 (json_int_t)r->received, "sent", (json_int_t)r->sent, "dropped", dropped);
}

json_t *report_tell(void *ripd, const char *question)
{
	const struct ripd *d = ripd;
	json_t *list = NULL;

	if (strcmp(question, "counts") == 0)
		return tell_counts(d->router);
	if (strcmp(question, "routes") == 0)
		list = tell_routes(d);
	else if (strcmp(question, "neighbours") == 0)
		list = tell_neighbours(d);
	else if (strcmp(question, "interfaces") == 0)
		list = tell_ifaces(d, clock_ms());
	return list ? json_pack("{s:i, s:o}", "version", FORMAT_VERSION, question, list) : NULL;
}

/* ---- who asked prints ------------------------------------------------------------------------ */

static const struct table_column route_columns[] = {
	{ "PREFIX", "prefix", TABLE_TEXT },
	{ "STATE", "state", TABLE_TEXT },
	{ "METRIC", "metric", TABLE_NUMBER },
	{ "VIA", "next_hops", TABLE_TEXT },
	{ "INTERFACE", "interfaces", TABLE_TEXT },
	{ "FROM", "from", TABLE_TEXT },
	{ "TAG", "tag", TABLE_NUMBER },
	{ "EXPIRES", "expires_ms", TABLE_TIME },
	{ "KERNEL", "in_kernel", TABLE_TEXT },
};

static const struct table_column neighbour_columns[] = {
	{ "ADDRESS", "address", TABLE_TEXT },
	{ "INTERFACE", "interface", TABLE_TEXT },
	{ "VERSION", "version", TABLE_NUMBER },
	{ "ROUTES", "routes", TABLE_NUMBER },
	{ "HEARD", "heard_ms_ago", TABLE_TIME },
	{ "BAD PACKETS", "bad_packets", TABLE_NUMBER },
	{ "BAD ENTRIES", "bad_entries", TABLE_NUMBER },
};

static const struct table_column iface_columns[] = {
	{ "NAME", "name", TABLE_TEXT },
	{ "UP", "up", TABLE_TEXT },
	{ "ADDRESS", "address", TABLE_TEXT },
	{ "PASSIVE", "passive", TABLE_TEXT },
	{ "SEND", "send", TABLE_TEXT },
	{ "RECEIVE", "receive", TABLE_TEXT },
	{ "SPLIT HORIZON", "split_horizon", TABLE_TEXT },
	{ "AUTH", "auth", TABLE_TEXT },
	{ "KEY", "key_id", TABLE_NUMBER },
	{ "SENT", "sent", TABLE_NUMBER },
	{ "RECEIVED", "received", TABLE_NUMBER },
};

static const struct table_shape shapes[] = {
	{ "routes", route_columns, ARRAY_SIZE(route_columns) },
	{ "neighbours", neighbour_columns, ARRAY_SIZE(neighbour_columns) },
	{ "interfaces", iface_columns, ARRAY_SIZE(iface_columns) },
	{ "counts", NULL, 0 },
};

bool report_knows(const char *question)
{
	return table_shape_of(shapes, ARRAY_SIZE(shapes), question);
}

int report_print(const char *question, json_t *answer, bool as_json)
{
	return table_show(table_shape_of(shapes, ARRAY_SIZE(shapes), question), answer, as_json);
}
