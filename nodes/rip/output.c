/* SPDX-License-Identifier: MIT */
/* What goes to others: tables, changes, requests, answers. RFC 2453, 3.9.1, 3.10 and 4. */
#include <string.h>

#include "router_core.h"

/* A packet that is being filled for somebody; full ones leave by themselves. */
struct update {
	struct router *r;
	struct rip_iface *iface;
	uint32_t to;
	uint16_t port;
	uint64_t now;
	const struct rip_key *key;
	size_t room; /* entries */
	struct rip_packet packet;
};

/* update_begin() - a response, empty; signed by the first key, where version and settings allow
 * it */
static struct update update_begin(struct router *r, struct rip_iface *i, uint32_t to, uint16_t port,
				  uint8_t version, uint64_t now)
{
	const struct rip_settings *s = i->settings;
	struct update u = { .r = r, .iface = i, .to = to, .port = port, .now = now };

	if (version > 1)
		u.key = rip_signing_key(s->keys, s->key_count, router_seconds(r, now));
	u.room = u.key ? RIP_ENTRIES - 1 : RIP_ENTRIES;
	u.packet.command = RIP_RESPONSE;
	u.packet.version = version > 2 ? 2 : version;
	return u;
}

/* update_send() - what was gathered leaves; more can be added afterwards */
static void update_send(struct update *u)
{
	uint8_t data[RIP_SIGNED_MAX];
	size_t len = rip_encode(&u->packet, rip_auth_room(u->key), data);

	len = rip_sign(u->key, router_seconds(u->r, u->now), data, len);
	u->r->io.send(u->r->io.arg, u->iface, u->to, u->port, data, len);
	u->r->sent++;
	u->iface->sent++;
	u->packet.count = 0;
}

static void update_end(struct update *u)
{
	if (u->packet.count)
		update_send(u);
}

/* update_add() - a copy; in version 1 those fields must be zero that it has not (RFC 1058, 3.1) */
static void update_add(struct update *u, const struct rip_entry *e)
{
	struct rip_entry *to;

	if (u->packet.count == u->room)
		update_send(u);
	to = &u->packet.entries[u->packet.count++];
	*to = *e;
	if (u->packet.version == 1)
		to->tag = 0, to->mask = to->next_hop = 0;
}

/* ---- one route ------------------------------------------------------------------------------- */

static bool was_learned_at(const struct rip_route *route, const struct rip_iface *i)
{
	for (const struct rip_path *p = route->paths; p; p = p->next)
		if (p->iface == i)
			return true;
	return false;
}

/* is_covered() - an aggregate is announced in its place */
static bool is_covered(const struct rip_config *c, const struct rip_route *route)
{
	if (route->origin == ORIGIN_AGGREGATE)
		return false;
	for (size_t k = 0; k < c->aggregate_count; k++)
		if (c->aggregates[k].len < route->prefix.len &&
		    prefix_contains(&c->aggregates[k], &route->prefix.addr))
			return true;
	return false;
}

/* metric_at() - what is said of the route at this interface: RFC 2453, 3.4.3, split horizon; 0:
 * nothing */
static unsigned metric_at(const struct router *r, const struct rip_route *route,
			  const struct rip_iface *i)
{
	unsigned metric = route->metric + i->settings->metric_out;

	if (is_covered(r->config, route))
		return 0;
	if (metric >= RIP_INFINITY)
		return RIP_INFINITY;
	if (i->settings->split == SPLIT_OFF)
		return metric;
	if (route->origin == ORIGIN_CONNECTED && route->ifindex == i->index)
		return 0; /* who hears it is in it */
	if (!was_learned_at(route, i))
		return metric;
	return i->settings->split == SPLIT_POISON ? RIP_INFINITY : 0;
}

/* next_hop_at() - RFC 2453, 4.4: where the packets would go back into the same network, who should
 * get them at once; 0: us */
static uint32_t next_hop_at(const struct rip_route *route, const struct rip_iface *i)
{
	if (route->origin == ORIGIN_STATIC && route->ifindex == i->index &&
	    iface_has_network(i, route->via))
		return route->via;
	if (route->paths && route->paths->iface == i)
		return route->paths->next_hop;
	return 0;
}

/* add_route() - as it is said at this interface, or not at all */
static void add_route(struct update *u, const struct rip_route *route)
{
	unsigned metric = metric_at(u->r, route, u->iface);
	struct rip_entry e = { .family = RIP_AFI_INET,
			       .tag = route->tag,
			       .address = ip4_of(&route->prefix.addr),
			       .mask = ip4_mask(route->prefix.len),
			       .metric = metric };

	if (!metric)
		return;
	if (metric < RIP_INFINITY)
		e.next_hop = next_hop_at(route, u->iface);
	update_add(u, &e);
}

/* ---- for routers of version 1 ---------------------------------------------------------------- */

/* RFC 1058, 3.2, and RFC 2453, 4.3: who guesses masks must not be told what it would guess
 * wrong. */
enum sight { SIGHT_GOOD, SIGHT_BY_CLASS, SIGHT_NONE };

/* sight_inside() - of the network that the interface is in: what has its mask, and a host, whose
 * address must not look like a subnet's */
static enum sight sight_inside(const struct network *n, uint32_t address, unsigned len)
{
	bool is_host = len == 32 && address & ~ip4_mask(n->len);

	return len == n->len || is_host ? SIGHT_GOOD : SIGHT_NONE;
}

static enum sight sight_of_version_1(const struct rip_iface *i, const struct prefix *p)
{
	uint32_t address = ip4_of(&p->addr);
	unsigned natural = rip_natural_len(address);

	if (p->len == natural)
		return SIGHT_GOOD; /* the default route too */
	if (p->len < natural || natural == 0)
		return SIGHT_NONE;
	for (size_t k = 0; k < i->network_count; k++)
		if (!((i->networks[k].network ^ address) & ip4_mask(natural)))
			return sight_inside(&i->networks[k], address, p->len);
	return SIGHT_BY_CLASS; /* what is inside of a network is not told outside */
}

struct class_network {
	struct prefix prefix;
	unsigned metric; /* the least of its subnets; from 1 */
};

/* add_to_class() - the network of its class has the least metric of what is inside */
static void add_to_class(struct update *u, struct prefix_map *classes,
			 const struct rip_route *route)
{
	unsigned metric = metric_at(u->r, route, u->iface);
	struct prefix p = { .len = rip_natural_len(ip4_of(&route->prefix.addr)) };
	struct class_network *c;

	if (!metric)
		return;
	p.addr = ip4_addr(ip4_of(&route->prefix.addr) & ip4_mask(p.len));
	c = prefix_map_add(classes, &p);
	if (!c->metric || metric < c->metric)
		c->metric = metric;
}

static void add_route_version_1(struct update *u, struct prefix_map *classes,
				const struct rip_route *route)
{
	switch (sight_of_version_1(u->iface, &route->prefix)) {
	case SIGHT_GOOD:
		add_route(u, route);
		break;
	case SIGHT_BY_CLASS:
		add_to_class(u, classes, route);
		break;
	case SIGHT_NONE:
		break;
	}
}

/* add_classes() - but those that are in the table as a route of their own */
static void add_classes(struct update *u, struct prefix_map *classes)
{
	for (struct class_network *c = NULL; (c = prefix_map_next(classes, c));) {
		struct rip_entry e = { .family = RIP_AFI_INET,
				       .address = ip4_of(&c->prefix.addr),
				       .mask = ip4_mask(c->prefix.len),
				       .metric = c->metric };

		if (!prefix_map_find(u->r->routes, &c->prefix))
			update_add(u, &e);
	}
}

/* ---- tables ---------------------------------------------------------------------------------- */

/* add_routes() - all of them, or those that have changed */
static void add_routes(struct update *u, bool all, bool for_version_1)
{
	struct router *r = u->r;
	struct prefix_map *classes =
		for_version_1 ? prefix_map_new(sizeof(struct class_network)) : NULL;
	struct rip_route *route = NULL;

	/* a class network's metric needs all of its subnets */
	all |= for_version_1;
	while ((route = all	? prefix_map_next(r->routes, route)
			: route ? TAILQ_NEXT(route, changes)
				: TAILQ_FIRST(&r->changed)))
		if (classes)
			add_route_version_1(u, classes, route);
		else
			add_route(u, route);
	if (classes)
		add_classes(u, classes);
	prefix_map_free(classes);
}

void output_table(struct router *r, const struct rip_asker *to, uint64_t now)
{
	struct update u = update_begin(r, to->iface, to->address, to->port, to->version, now);

	add_routes(&u, true, to->version == 1);
	update_end(&u);
}

/* output_answer() - RFC 2453, 3.9.1: the entries as they were asked for, with our metrics; split
 * horizon has no part in it */
void output_answer(struct router *r, const struct rip_asker *to, struct rip_packet *request,
		   uint64_t now)
{
	struct update u = update_begin(r, to->iface, to->address, to->port, to->version, now);

	for (size_t k = 0; k < request->count; k++) {
		struct rip_entry *e = &request->entries[k];
		int len = e->family == RIP_AFI_INET ? entry_len(to->iface, e) : -1;
		struct prefix p = { ip4_addr(e->address), (unsigned)len };
		const struct rip_route *route = len < 0 ? NULL : prefix_map_find(r->routes, &p);
		e->metric = route ? route->metric : RIP_INFINITY;
		e->tag = route ? route->tag : e->tag;
		e->next_hop = 0;
		update_add(&u, e);
	}
	update_end(&u);
}

/* broadcast_of() - of its first network; where that has none, everybody at the wire */
static uint32_t broadcast_of(const struct rip_iface *i)
{
	return i->networks[0].broadcast ? i->networks[0].broadcast : 0xffffffffu;
}

/* RFC 2453, 3.9.1: one entry of no family with metric 16 asks for all */
static void send_request(struct router *r, struct rip_iface *i, uint32_t to, uint8_t version,
			 uint64_t now)
{
	struct update u = update_begin(r, i, to, RIP_PORT, version, now);

	u.packet.command = RIP_REQUEST;
	update_add(&u, &(struct rip_entry){ .metric = RIP_INFINITY });
	update_send(&u);
}

static uint8_t version_of(const struct rip_iface *i)
{
	return i->settings->send == SEND_1 ? 1 : 2;
}

static uint32_t group_of(const struct rip_iface *i)
{
	return i->settings->send == SEND_2 ? RIP_GROUP : broadcast_of(i);
}

/* is_silent() - nothing is said there unasked: it is down or passive, or sends nothing at all */
static bool is_silent(const struct rip_iface *i)
{
	return !i->up || i->settings->passive || i->settings->send == SEND_NONE;
}

void output_request(struct router *r, struct rip_iface *i, uint64_t now)
{
	const struct rip_settings *s = i->settings;

	if (is_silent(i))
		return;
	send_request(r, i, group_of(i), version_of(i), now);
	for (size_t k = 0; k < s->neighbour_count; k++)
		if (iface_has_network(i, s->neighbours[k]))
			send_request(r, i, s->neighbours[k], version_of(i), now);
}

/* send_routes() - who hears a broadcast may be of version 1, and guess masks */
static void send_routes(struct router *r, struct rip_iface *i, uint32_t to, bool all, uint64_t now)
{
	struct update u = update_begin(r, i, to, RIP_PORT, version_of(i), now);

	add_routes(&u, all, i->settings->send != SEND_2);
	update_end(&u);
}

/* send_at() - to the group, and to each named neighbour that is in a network of the interface */
static void send_at(struct router *r, struct rip_iface *i, bool all, uint64_t now)
{
	const struct rip_settings *s = i->settings;

	if (is_silent(i))
		return;
	send_routes(r, i, group_of(i), all, now);
	for (size_t k = 0; k < s->neighbour_count; k++)
		if (iface_has_network(i, s->neighbours[k]))
			send_routes(r, i, s->neighbours[k], all, now);
}

void output_everywhere(struct router *r, bool all, uint64_t now)
{
	struct rip_iface *i;

	LIST_FOREACH (i, &r->ifaces, entry)
		send_at(r, i, all, now);
}

void output_greeting(struct router *r, struct rip_iface *i, uint64_t now)
{
	send_at(r, i, true, now);
}

/* output_answers() - each interface hears what was asked for there by a loss, in as few packets as
 * possible; the answers are in the order of the packets that asked */
void output_answers(struct router *r, uint64_t now)
{
	for (size_t k = 0; k < r->answer_count;) {
		struct rip_iface *i = router_find_iface(r, r->answers[k].ifindex);
		struct update u;

		if (!i || is_silent(i)) {
			k++;
			continue;
		}
		u = update_begin(r, i, group_of(i), RIP_PORT, version_of(i), now);
		for (; k < r->answer_count && r->answers[k].ifindex == i->index; k++) {
			const struct rip_route *route =
				prefix_map_find(r->routes, &r->answers[k].prefix);

			if (route && (i->settings->send == SEND_2 ||
				      sight_of_version_1(i, &route->prefix) == SIGHT_GOOD))
				add_route(&u, route);
		}
		update_end(&u);
	}
	r->answer_count = 0;
}

/* ---- aggregates ------------------------------------------------------------------------------ */

/* least_metric_inside() - of all that is longer than the aggregate; 16: nothing of it is reached */
static unsigned least_metric_inside(const struct router *r, const struct prefix *aggregate)
{
	unsigned least = RIP_INFINITY;

	for (const struct rip_route *route = NULL; (route = prefix_map_next(r->routes, route));)
		if (route->origin != ORIGIN_AGGREGATE && route->metric < least &&
		    route->prefix.len > aggregate->len &&
		    prefix_contains(aggregate, &route->prefix.addr))
			least = route->metric;
	return least;
}

/* output_aggregates() - each has the least metric of what is inside of it, or is lost with the last
 * of them */
void output_aggregates(struct router *r, uint64_t now)
{
	if (!r->aggregates_due)
		return;
	for (size_t k = 0; k < r->config->aggregate_count; k++) {
		struct rip_own own = { .prefix = r->config->aggregates[k],
				       .origin = ORIGIN_AGGREGATE };

		own.metric = (uint8_t)least_metric_inside(r, &own.prefix);
		if (own.metric < RIP_INFINITY)
			router_own(r, &own);
		else
			rib_disown(r, &own.prefix, now);
	}
	r->aggregates_due = false;
}
