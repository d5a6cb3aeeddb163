/* SPDX-License-Identifier: MIT */
/*
 * The routes. A route is our own, or learned by way of one or more paths of one metric, or lost:
 * metric 16, still announced as that, gone when it is garbage (RFC 2453, 3.8). A path expires when
 * its neighbour has not announced it for the timeout; the two times are the same for all, so that
 * each queue is in the order of its deadlines by itself.
 */
#include <stdlib.h>

#include "nodes/common/mem.h"
#include "router_core.h"

#define ROUTES_MAX 2000000
#define AHEAD_MAX  3 /* in one pause */

/* ---- changes --------------------------------------------------------------------------------- */

/* goes_ahead() - a loss and a gain do not wait for the end of the pause between triggered updates,
 * a few times in each */
static bool goes_ahead(const struct router *r, struct rip_route *route, enum change how)
{
	if (route->pause != r->pause) {
		route->pause = r->pause;
		route->losses = route->gains = 0;
	}
	if (how == CHANGE_LOSS)
		return route->losses < AHEAD_MAX && ++route->losses;
	return how == CHANGE_GAIN && route->gains < AHEAD_MAX && ++route->gains;
}

/* route_mark() - this is to be announced */
void route_mark(struct router *r, struct rip_route *route, enum change how)
{
	r->aggregates_due = true;
	if (goes_ahead(r, route, how))
		route->is_urgent = r->urgent = true;
	if (route->is_changed)
		return;
	route->is_changed = true;
	TAILQ_INSERT_TAIL(&r->changed, route, changes);
}

static void leave_garbage(struct router *r, struct rip_route *route)
{
	if (route->is_garbage)
		TAILQ_REMOVE(&r->garbage, route, garbage);
	route->is_garbage = false;
}

/* forget() - the route is freed */
static void forget(struct router *r, struct rip_route *route)
{
	leave_garbage(r, route);
	if (route->is_changed)
		TAILQ_REMOVE(&r->changed, route, changes);
	prefix_map_remove(r->routes, route);
}

/* lose() - the route has no way any more: RFC 2453, 3.8, "deletion process" */
static void lose(struct router *r, struct rip_route *route, uint64_t now)
{
	route->metric = RIP_INFINITY;
	route->origin = ORIGIN_LEARNED;
	route->via = route->ifindex = 0;
	route->garbage_at = now + r->config->garbage_ms;
	leave_garbage(r, route);
	route->is_garbage = true;
	TAILQ_INSERT_TAIL(&r->garbage, route, garbage);
	r->io.install(r->io.arg, route);
	route_mark(r, route, CHANGE_LOSS);
}

/* ---- paths ----------------------------------------------------------------------------------- */

/* path_free() - out of its route and its queue; what the route is without it is the caller's
 * business */
static void path_free(struct router *r, struct rip_path *p)
{
	struct rip_path **at = &p->route->paths;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	p->route->path_count--;
	TAILQ_REMOVE(&r->timeouts, p, timeouts);
	free(p);
}

static void free_paths(struct router *r, struct rip_route *route)
{
	while (route->paths)
		path_free(r, route->paths);
}

/* path_lost() - one way less, or none */
static void path_lost(struct router *r, struct rip_path *p, uint64_t now)
{
	struct rip_route *route = p->route;

	path_free(r, p);
	if (!route->paths)
		lose(r, route, now);
	else
		r->io.install(r->io.arg, route);
}

/* path_refresh() - from the end of the queue on: so that stays in the order of deadlines */
static void path_refresh(struct router *r, struct rip_path *p, uint64_t now)
{
	p->expires = now + r->config->timeout_ms;
	TAILQ_REMOVE(&r->timeouts, p, timeouts);
	TAILQ_INSERT_TAIL(&r->timeouts, p, timeouts);
}

/* path_add() - behind the others, whose metric it has; the kernel gets it too */
static void path_add(struct router *r, struct rip_route *route, const struct rip_news *news,
		     uint64_t now)
{
	struct rip_path *p = xcalloc(1, sizeof(*p)), **end = &route->paths;

	*p = (struct rip_path){ .route = route,
				.iface = news->iface,
				.next_hop = news->next_hop,
				.from = news->from,
				.expires = now + r->config->timeout_ms };
	while (*end)
		end = &(*end)->next;
	*end = p;
	route->path_count++;
	TAILQ_INSERT_TAIL(&r->timeouts, p, timeouts);
	r->io.install(r->io.arg, route);
}

/* find_path() - the way by the neighbour that says this, at this interface; or NULL */
static struct rip_path *find_path(const struct rip_route *route, const struct rip_news *news)
{
	for (struct rip_path *p = route->paths; p; p = p->next)
		if (p->from == news->from && p->iface == news->iface)
			return p;
	return NULL;
}

/* ---- learning: RFC 2453, 3.9.2 --------------------------------------------------------------- */

/* take_over() - the route is as this neighbour says, and only so */
static void take_over(struct router *r, struct rip_route *route, const struct rip_news *news,
		      uint64_t now)
{
	bool is_better = news->metric < route->metric;

	free_paths(r, route);
	leave_garbage(r, route);
	route->origin = ORIGIN_LEARNED;
	route->metric = news->metric;
	route->tag = news->tag;
	path_add(r, route, news, now);
	route_mark(r, route, is_better ? CHANGE_GAIN : CHANGE_OTHER);
}

/* heard_again() - from a neighbour whose way we use */
static void heard_again(struct router *r, struct rip_path *p, const struct rip_news *news,
			uint64_t now)
{
	struct rip_route *route = p->route;

	if (news->metric > route->metric && route->path_count > 1) {
		path_lost(r, p, now); /* the other ways are better now */
		return;
	}
	if (news->metric >= RIP_INFINITY) {
		path_lost(r, p, now);
		return;
	}
	if (news->metric != route->metric) {
		take_over(r, route, news, now);
		return;
	}
	path_refresh(r, p, now);
	if (p->next_hop != news->next_hop) {
		p->next_hop = news->next_hop;
		r->io.install(r->io.arg, route);
	}
	if (route->tag != news->tag) {
		route->tag = news->tag;
		route_mark(r, route, CHANGE_OTHER);
	}
}

/* half_expired() - RFC 2453, 3.9.2: an equal way may replace one that is about to expire */
static bool half_expired(const struct router *r, const struct rip_path *p, uint64_t now)
{
	return p->expires < now + r->config->timeout_ms / 2;
}

/* heard_of_lost() - a neighbour has lost what we reach another way: that it hears of ours now,
 * instead of with the next regular update, is what heals a ring at once. One that has never reached
 * it says 16 for ever: poisoned reverse. */
static void heard_of_lost(struct router *r, struct rip_route *route, const struct rip_news *news)
{
	if (!route || !(route->alive_at & news->neighbour))
		return;
	route->alive_at &= ~news->neighbour;
	if (route->metric < RIP_INFINITY && !r->config->no_triggered)
		*xappend(&r->answers, &r->answer_count) =
			(struct rip_answer){ route->prefix, news->iface->index };
}

void rib_learn(struct router *r, const struct rip_news *news, uint64_t now)
{
	struct rip_route *route = prefix_map_find(r->routes, &news->prefix);
	struct rip_path *p = route ? find_path(route, news) : NULL;

	if (p) {
		if (news->metric >= RIP_INFINITY)
			route->alive_at &= ~news->neighbour;
		heard_again(r, p, news, now);
		return;
	}
	if (news->metric >= RIP_INFINITY) {
		heard_of_lost(r, route, news);
		return;
	}
	if (!route) {
		if (prefix_map_count(r->routes) >= ROUTES_MAX) {
			r->counts[RIP_TOO_MANY]++;
			return;
		}
		route = prefix_map_add(r->routes, &news->prefix);
		route->metric = RIP_INFINITY;
	}
	route->alive_at |= news->neighbour;
	if (route->origin != ORIGIN_LEARNED || news->metric > route->metric)
		return; /* what is our own is nearer */
	if (news->metric == route->metric && route->path_count < r->config->paths)
		path_add(r, route, news, now);
	else if (news->metric < route->metric ||
		 (route->path_count == 1 && half_expired(r, route->paths, now)))
		take_over(r, route, news, now);
}

void rib_drop_paths(struct router *r, bool (*is_good)(const struct rip_path *p), uint64_t now)
{
	struct rip_path *p, *next;

	for (p = TAILQ_FIRST(&r->timeouts); p; p = next) {
		next = TAILQ_NEXT(p, timeouts);
		if (!is_good(p))
			path_lost(r, p, now);
	}
}

uint64_t rib_expire(struct router *r, uint64_t now)
{
	struct rip_route *route;
	struct rip_path *p;
	uint64_t next = NEVER;

	while ((p = TAILQ_FIRST(&r->timeouts)) && p->expires <= now)
		path_lost(r, p, now);
	while ((route = TAILQ_FIRST(&r->garbage)) && route->garbage_at <= now)
		forget(r, route);
	if (p)
		next = p->expires;
	if (route && route->garbage_at < next)
		next = route->garbage_at;
	return next;
}

/* ---- our own --------------------------------------------------------------------------------- */

void router_begin_own(struct router *r)
{
	r->round++;
}

static bool is_same(const struct rip_route *route, const struct rip_own *own)
{
	return route->origin == own->origin && route->metric == own->metric &&
	       route->tag == own->tag && route->via == own->via && route->ifindex == own->ifindex;
}

/* router_own() - of several own reasons for a network the first one of a round counts */
void router_own(struct router *r, const struct rip_own *own)
{
	struct rip_route *route = prefix_map_find(r->routes, &own->prefix);
	bool is_new = !route;

	if (route && route->origin != ORIGIN_LEARNED && route->origin != ORIGIN_AGGREGATE &&
	    route->originated == r->round)
		return;
	if (!route) {
		route = prefix_map_add(r->routes, &own->prefix);
		route->metric = RIP_INFINITY;
	}
	route->originated = r->round;
	if (!is_new && is_same(route, own))
		return;
	is_new = route->metric >= RIP_INFINITY;
	free_paths(r, route);
	leave_garbage(r, route);
	route->origin = own->origin;
	route->metric = own->metric;
	route->tag = own->tag;
	route->via = own->via;
	route->ifindex = own->ifindex;
	r->io.install(r->io.arg, route);
	route_mark(r, route, is_new ? CHANGE_GAIN : CHANGE_OTHER);
}

/* was_ours() - of those that come in rounds: an aggregate does not */
static bool was_ours(const struct rip_route *route)
{
	return route->origin == ORIGIN_CONNECTED || route->origin == ORIGIN_STATIC ||
	       route->origin == ORIGIN_ANNOUNCED;
}

void router_end_own(struct router *r, uint64_t now)
{
	for (struct rip_route *route = NULL; (route = prefix_map_next(r->routes, route));)
		if (was_ours(route) && route->originated != r->round)
			lose(r, route, now);
}

void rib_disown(struct router *r, const struct prefix *p, uint64_t now)
{
	struct rip_route *route = prefix_map_find(r->routes, p);

	if (route && route->origin == ORIGIN_AGGREGATE && route->metric < RIP_INFINITY)
		lose(r, route, now);
}

void rib_free(struct router *r)
{
	for (struct rip_route *route = NULL; (route = prefix_map_next(r->routes, route));)
		free_paths(r, route);
	prefix_map_free(r->routes);
}
