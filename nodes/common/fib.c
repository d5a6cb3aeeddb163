/* SPDX-License-Identifier: MIT */
/*
 * The FIB writer. A route has what is wanted and what the kernel has, both a set of next hops
 * (fib_hops.c); where they differ it stands in a queue, and settle() makes them equal:
 *
 *   nothing -> set     RTM_NEWROUTE with NLM_F_EXCL: another's of this prefix and metric stays
 *   set -> nothing     RTM_DELROUTE with our protocol and metric: only ours can be meant
 *   set -> other set   the new one is put behind the old one, and then the old one goes. These are
 *                      two messages where NLM_F_REPLACE is one, but that one looks at prefix and
 *                      metric alone, and would take another's route that has come meanwhile. At no
 *                      moment is there no route, unless the new one is refused: the old one goes
 *                      all the same, nobody wants it. Was the old one gone, another's may have
 *                      taken its place, and ours stand behind it: then it goes, and comes as a new
 *                      one does. (IPv6 would make one route of both: it goes before it comes.)
 *
 * No message asks for an acknowledgement; what is refused comes back with its route.
 */
#include "fib.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "fib_core.h"
#include "mem.h"

#define PORTION	     4096 /* routes in one turn of the loop, about 12 ms */
#define OBJECT_USERS 64	  /* from so many routes on a nexthop object pays */

/* ---- what was refused ------------------------------------------------------------------------ */

/* say_refused() - `words` are the kernel's own, if it had any; else those of the error */
static void say_refused(struct fib *f, const struct route *r, int error, const char *words)
{
	char text[PREFIX_TEXT_LEN];

	if (error == EEXIST)
		words = "there is another's route with the same metric";
	log_limited(&f->complaint, "route %s: %s", prefix_format(&r->prefix, text),
		    words && *words ? words : strerror(error));
}

/* on_refused() - `about` is the route that did not come to be, or whose predecessor was not there;
 * or the writer itself: then it was something that should be gone, and is (ESRCH) */
static void on_refused(void *arg, void *about, uint16_t type, int error, const char *words)
{
	struct fib *f = arg;
	struct route *r = about;

	if (!about)
		f->look = true; /* more was refused than fits */
	if (!about || about == f || (r->changing && error == EEXIST))
		return;
	if (type == RTM_DELROUTE) {
		r->behind = r->have != NULL;
		fib_mark(f, r);
		return;
	}
	route_have(f, r, NULL, 0);
	if (!r->refused)
		f->refused++;
	r->refused = true;
	say_refused(f, r, error, words);
}

/* ---- the queue ------------------------------------------------------------------------------- */

void fib_schedule(struct fib *f)
{
	uint64_t now = clock_ms();

	if (f->dirty || (f->look && f->next_look_ms <= now))
		watch_start_in(f->timer, 0);
	else if (f->look)
		watch_start_in(f->timer, f->next_look_ms - now);
}

void fib_mark(struct fib *f, struct route *r)
{
	bool first = !f->dirty;

	if (r->dirty)
		return;
	r->dirty = true;
	r->next_dirty = NULL;
	*f->dirty_end = r;
	f->dirty_end = &r->next_dirty;
	if (first)
		fib_schedule(f);
}

/* use_object() - the id of an object that a route to these hops shall name, or 0 */
static uint32_t use_object(struct fib *f, struct hops *h)
{
	if (h->object || f->config.plain || h->no_object || h->count > 1 || !h->hop[0].via.family ||
	    h->wanted < OBJECT_USERS)
		return h->object;
	if (!kernel_make_object(f, h)) {
		h->no_object = true;
		return 0;
	}
	*xappend(&f->objects, &f->object_count) = h;
	return h->object;
}

/* put_new() - what is wanted of `r`; with `behind`, after whatever has its prefix and metric
 * already */
static void put_new(struct fib *f, struct route *r, bool behind)
{
	uint16_t flags = NLM_F_CREATE | (behind ? NLM_F_APPEND : NLM_F_EXCL);
	uint32_t object = use_object(f, r->want);

	r->changing = behind;
	kernel_put(f, RTM_NEWROUTE, flags, r, r->want, object, r);
	route_have(f, r, r->want, object);
}

/* put_change() - from one set of next hops to another */
static void put_change(struct fib *f, struct route *r)
{
	bool v4 = r->prefix.addr.family == AF_INET;
	uint32_t object = r->object;
	struct hops *before = r->have;

	before->users++; /* so that it outlives the route's leaving it */
	if (v4)
		put_new(f, r, true);
	kernel_put(f, RTM_DELROUTE, 0, r, before, object, v4 ? (void *)r : f);
	if (!v4)
		put_new(f, r, false);
	before->users--;
	hops_release(f, before);
}

/* settle() - puts what makes the kernel's route the one that is wanted. A route that nobody wants
 * is freed. */
static void settle(struct fib *f, struct route *r)
{
	if (route_is_lost(r))
		route_have(f, r, NULL, 0);
	if (r->behind && r->have) {
		kernel_put(f, RTM_DELROUTE, 0, r, r->have, r->object, f);
		route_have(f, r, NULL, 0);
	}
	r->behind = false;
	if (r->want && !r->have)
		put_new(f, r, false);
	else if (r->want && r->want != r->have)
		put_change(f, r);
	else if (r->have && !r->want) {
		kernel_put(f, RTM_DELROUTE, 0, r, NULL, 0, f);
		route_have(f, r, NULL, 0);
	}
	if (!r->want) {
		f->refused -= r->refused;
		prefix_map_remove(f->routes, r);
	}
}

/* drop_idle_objects() - those that nobody wants; all their routes go with them, unless one of them
 * is still to be changed to other next hops */
static void drop_idle_objects(struct fib *f)
{
	for (size_t i = f->object_count; i-- > 0;) {
		struct hops *h = f->objects[i];

		if (!f->swept || h->wanted || h->leaving < h->named)
			continue;
		kernel_drop_object(f, h->object, f);
		hops_forget_object(f, h);
	}
}

/* settle_some() - at most `budget` routes; when it returns the kernel has taken or refused them */
static void settle_some(struct fib *f, size_t budget)
{
	drop_idle_objects(f);
	while (f->dirty && budget-- > 0) {
		struct route *r = f->dirty;

		f->dirty = r->next_dirty;
		if (!f->dirty)
			f->dirty_end = &f->dirty;
		r->dirty = false;
		settle(f, r);
	}
	if (!f->dirty)
		drop_idle_objects(f);
	nl_batch_flush(f->batch);
}

static void on_timer(void *arg)
{
	struct fib *f = arg;

	if (f->look && f->next_look_ms <= clock_ms())
		look_now(f);
	settle_some(f, PORTION);
	fib_schedule(f);
}

/* ---- what others call ------------------------------------------------------------------------ */

struct fib *fib_new(struct loop *l, const struct fib_config *c)
{
	struct fib *f = xcalloc(1, sizeof(*f));

	f->loop = l;
	f->config = *c;
	if (!f->config.table)
		f->config.table = RT_TABLE_MAIN;
	f->dirty_end = &f->dirty;
	f->routes = prefix_map_new(sizeof(struct route));
	f->batch = nl_batch_new();
	nl_batch_on_refusal(f->batch, on_refused, f);
	f->timer = loop_on_timer(l, on_timer, f);
	look_open(f);
	look_now(f);
	return f;
}

void fib_set(struct fib *f, const struct prefix *p, const struct fib_hop *hops, size_t count)
{
	struct route *r = prefix_map_add(f->routes, p);
	struct hops *h = hops_get(f, p->addr.family, hops, count);

	if (r->want == h)
		return;
	route_want(f, r, h);
	if (r->have != h || r->refused)
		fib_mark(f, r);
}

void fib_remove(struct fib *f, const struct prefix *p)
{
	struct route *r = prefix_map_find(f->routes, p);

	if (!r || !r->want)
		return;
	route_want(f, r, NULL);
	fib_mark(f, r);
}

void fib_remove_all(struct fib *f)
{
	for (struct route *r = NULL; (r = prefix_map_next(f->routes, r));) {
		route_want(f, r, NULL);
		fib_mark(f, r);
	}
}

void fib_sweep(struct fib *f)
{
	f->swept = true;
	for (struct route *r = NULL; (r = prefix_map_next(f->routes, r));)
		if (!r->want)
			fib_mark(f, r);
	watch_start_in(f->timer, 0); /* for objects that no route names */
}

void fib_flush(struct fib *f)
{
	do
		settle_some(f, PORTION); /* with nothing to settle, idle objects still go */
	while (f->dirty);
}

bool fib_has(const struct fib *f, const struct prefix *p)
{
	const struct route *r = prefix_map_find(f->routes, p);

	return r && r->want && r->want == r->have && !route_is_lost(r);
}

void fib_close(struct fib *f)
{
	if (!f)
		return;
	f->swept = true;
	fib_remove_all(f);
	fib_flush(f);
	watch_free(f->timer);
	watch_free(f->readable);
	close(f->fd);
	close(f->ask);
	close(f->events);
	nl_batch_free(f->batch);
	prefix_map_free(f->routes);
	free(f->objects);
	free(f);
}
