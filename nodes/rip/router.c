/* SPDX-License-Identifier: MIT */
/*
 * The router as a whole: its interfaces, and when it speaks. Regularly, the whole table (RFC 2453,
 * 3.8); after a change, what has changed, at once, and then not before a pause is over (3.10.1).
 * What was lost, and what is reachable again, does not wait for the pause, a few times in each: a
 * wave of these crosses a network in the time of its packets, while what flaps still waits.
 */
#include "router_core.h"

#include <stdlib.h>
#include <string.h>

#include "nodes/common/mem.h"

#define ASK_SOON_MS  100 /* the neighbour's end may come up a little later */
#define ASK_AGAIN_MS 400
#define BUSY_MS	     10 /* until many packets that wait are fewer */

/* xorshift64*: for times that must not march in step, nothing more */
static uint64_t random_below(struct router *r, uint64_t n)
{
	r->random ^= r->random >> 12;
	r->random ^= r->random << 25;
	r->random ^= r->random >> 27;
	return n ? (r->random * UINT64_C(0x2545f4914f6cdd1d) >> 16) % n : 0;
}

struct router *router_new(const struct rip_config *c, const struct router_io *io, uint64_t now,
			  uint32_t seconds)
{
	struct router *r = xcalloc(1, sizeof(*r));

	r->config = c;
	r->io = *io;
	r->routes = prefix_map_new(sizeof(struct rip_route));
	r->neighbours = prefix_map_new(sizeof(struct rip_neighbour));
	LIST_INIT(&r->ifaces);
	TAILQ_INIT(&r->timeouts);
	TAILQ_INIT(&r->garbage);
	TAILQ_INIT(&r->changed);
	r->pause = 1;
	r->random = (uint64_t)seconds << 32 | (uint32_t)(uintptr_t)r | 1;
	r->begun = now;
	r->begun_s = seconds;
	r->update_at = now + 1 + random_below(r, c->update_ms / 6);
	r->forget_at = now + c->timeout_ms;
	return r;
}

bool router_is_busy(const struct router *r)
{
	return r->io.is_busy && r->io.is_busy(r->io.arg);
}

uint32_t router_seconds(const struct router *r, uint64_t now)
{
	return r->begun_s + (uint32_t)((now - r->begun) / 1000);
}

/* ---- interfaces ------------------------------------------------------------------------------ */

struct rip_iface *router_find_iface(const struct router *r, unsigned index)
{
	struct rip_iface *i;

	LIST_FOREACH (i, &r->ifaces, entry)
		if (i->index == index)
			return i;
	return NULL;
}

/* path_is_good() - its interface still leads to its next hop */
static bool path_is_good(const struct rip_path *p)
{
	return p->iface->up && iface_has_network(p->iface, p->next_hop);
}

/* is_as() - nothing of it has changed; of one without networks that is not said */
static bool is_as(const struct rip_iface *i, const struct rip_iface *is)
{
	return i->up == is->up && i->settings == is->settings && strcmp(i->name, is->name) == 0 &&
	       i->network_count == is->network_count && is->network_count > 0 &&
	       memcmp(i->networks, is->networks, i->network_count * sizeof(*i->networks)) == 0;
}

/* iface_new() - down, without networks, in the list */
static struct rip_iface *iface_new(struct router *r, unsigned index)
{
	struct rip_iface *i = xcalloc(1, sizeof(*i));

	i->index = index;
	i->ask_again = NEVER;
	LIST_INSERT_HEAD(&r->ifaces, i, entry);
	return i;
}

static void iface_free(struct rip_iface *i)
{
	LIST_REMOVE(i, entry);
	free(i->networks);
	free(i);
}

static void iface_set(struct rip_iface *i, const struct rip_iface *is)
{
	free(i->networks);
	i->networks = xcalloc(is->network_count + 1, sizeof(*i->networks));
	if (is->network_count)
		memcpy(i->networks, is->networks, is->network_count * sizeof(*i->networks));
	i->network_count = is->network_count;
	i->settings = is->settings;
	i->up = is->up;
	memcpy(i->name, is->name, sizeof(i->name));
}

/* speak_up() - at an interface that has just come: who is there tells us all, and hears all */
static void speak_up(struct router *r, struct rip_iface *i, uint64_t now)
{
	output_request(r, i, now);
	output_greeting(r, i, now);
	i->asked = 1;
	i->ask_again = now + ASK_SOON_MS;
}

void router_iface(struct router *r, const struct rip_iface *is, uint64_t now)
{
	struct rip_iface *i = router_find_iface(r, is->index);
	bool comes;

	if (!i && !is->settings)
		return;
	if (!i)
		i = iface_new(r, is->index);
	else if (is->settings && is_as(i, is))
		return;
	comes = is->settings && is->up && !i->up;
	if (is->settings)
		iface_set(i, is);
	else
		i->up = false;
	rib_drop_paths(r, path_is_good, now);
	if (comes)
		speak_up(r, i, now);
	if (!is->settings)
		iface_free(i);
}

/* ---- time ------------------------------------------------------------------------------------ */

static void sooner(uint64_t *next, uint64_t at)
{
	if (at < *next)
		*next = at;
}

/* clear_changed() - all of it has been said, or is not to be */
static void clear_changed(struct router *r)
{
	struct rip_route *route;

	while ((route = TAILQ_FIRST(&r->changed))) {
		TAILQ_REMOVE(&r->changed, route, changes);
		route->is_changed = route->is_urgent = false;
	}
	r->urgent = false;
}

void router_all_told(struct router *r)
{
	clear_changed(r);
}

/* update_all() - RFC 2453, 3.8: the whole table. The next one comes up to a sixth of the period
 * sooner or later, so that routers do not fall into step. */
static void update_all(struct router *r, uint64_t now)
{
	uint64_t period = r->config->update_ms, sixth = period / 6;

	if (router_is_busy(r)) {
		r->update_at = now + BUSY_MS;
		return;
	}
	output_everywhere(r, true, now);
	clear_changed(r);
	r->update_at = now + period - sixth + random_below(r, 2 * sixth + 1);
}

/* send_urgent() - of what has changed, that which does not wait; the rest stays */
static void send_urgent(struct router *r, uint64_t now)
{
	struct rip_routes rest = TAILQ_HEAD_INITIALIZER(rest);
	struct rip_route *route, *next;

	for (route = TAILQ_FIRST(&r->changed); route; route = next) {
		next = TAILQ_NEXT(route, changes);
		if (route->is_urgent)
			continue;
		TAILQ_REMOVE(&r->changed, route, changes);
		TAILQ_INSERT_TAIL(&rest, route, changes);
	}
	output_everywhere(r, false, now);
	clear_changed(r);
	TAILQ_CONCAT(&r->changed, &rest, changes);
}

/* send_changes() - RFC 2453, 3.10.1: triggered updates. `*next`: when to look again, if that is
 * sooner. */
static void send_changes(struct router *r, uint64_t now, uint64_t *next)
{
	const struct rip_config *c = r->config;

	if (c->no_triggered)
		clear_changed(r);
	if (TAILQ_EMPTY(&r->changed))
		return;
	if (router_is_busy(r)) {
		sooner(next, now + BUSY_MS);
		return;
	}
	if (r->pause_until <= now) {
		output_everywhere(r, false, now);
		clear_changed(r);
		r->pause++;
		r->pause_until = now + c->trigger_min_ms +
				 random_below(r, c->trigger_max_ms - c->trigger_min_ms + 1);
	} else if (r->urgent)
		send_urgent(r, now);
	if (!TAILQ_EMPTY(&r->changed))
		sooner(next, r->pause_until);
}

/* ask_again() - at an interface that has just come, twice more, until somebody has answered */
static void ask_again(struct router *r, uint64_t now, uint64_t *next)
{
	struct rip_iface *i;

	LIST_FOREACH (i, &r->ifaces, entry) {
		if (i->ask_again <= now) {
			i->ask_again = i->asked++ == 1 ? now + ASK_AGAIN_MS : NEVER;
			output_request(r, i, now);
		}
		sooner(next, i->ask_again);
	}
}

/* forget_neighbours() - who was silent for the timeout; his bit may be the next one's */
static void forget_neighbours(struct router *r, uint64_t now)
{
	for (struct rip_neighbour *n = NULL; (n = prefix_map_next(r->neighbours, n));)
		if (n->heard + r->config->timeout_ms <= now) {
			r->bits &= ~n->bit;
			prefix_map_remove(r->neighbours, n);
		}
	r->forget_at = now + r->config->timeout_ms / 4 + 1;
}

uint64_t router_work(struct router *r, uint64_t now)
{
	uint64_t next = rib_expire(r, now);

	output_aggregates(r, now);
	if (r->update_at <= now)
		update_all(r, now);
	send_changes(r, now, &next);
	output_answers(r, now);
	ask_again(r, now, &next);
	if (r->forget_at <= now)
		forget_neighbours(r, now);
	sooner(&next, r->update_at);
	sooner(&next, r->forget_at);
	return next;
}

/* ---- the end --------------------------------------------------------------------------------- */

void router_stop(struct router *r, uint64_t now)
{
	for (struct rip_route *route = NULL; (route = prefix_map_next(r->routes, route));)
		route->metric = RIP_INFINITY;
	output_everywhere(r, true, now);
}

void router_free(struct router *r)
{
	if (!r)
		return;
	rib_free(r);
	while (!LIST_EMPTY(&r->ifaces))
		iface_free(LIST_FIRST(&r->ifaces));
	prefix_map_free(r->neighbours);
	free(r->answers);
	free(r);
}
