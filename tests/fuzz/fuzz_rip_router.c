/* SPDX-License-Identifier: MIT */
/*
 * A script of packets, changes of interfaces and time to a RIP router: the first octet chooses its
 * settings, each further step is an octet and what belongs to it. After each step the routes are
 * what they should be, what was sent can be read, and time brings it on without a storm.
 */
#include "fuzzer.h"
#include "nodes/common/compiler.h"
#include "nodes/common/reader.h"
#include "nodes/rip/packet.h"
#include "nodes/rip/router_core.h"

#define START	   1000000u
#define IFACES	   3
#define WORKS	   300 /* that one step may take to come to rest */
#define NETS	   0x0a000000u
#define NOT_SO_FAR 500000000000u

struct world {
	struct rip_config *config;
	struct router *router;
	uint64_t now;
	bool stopped;
};

/* ---- what goes out --------------------------------------------------------------------------- */

static void on_send(void *arg, struct rip_iface *i, uint32_t to, uint16_t port, const uint8_t *data,
		    size_t len)
{
	const struct world *w = arg;
	const struct rip_settings *s = i->settings;
	struct rip_packet p;
	enum rip_auth kind;
	uint32_t sequence;
	bool is_signed = s->key_count && data[1] > 1;

	(void)to;
	(void)port;
	require(i->up && len <= RIP_SIGNED_MAX);
	require(rip_verify(s->keys, is_signed ? s->key_count : 0, data, &len, &kind, &sequence));
	require(len <= 504 && rip_decode(data, len, &p) == RIP_GOOD && p.count);
	for (size_t k = is_signed; k < p.count && p.command == RIP_RESPONSE; k++)
		require(p.entries[k].metric >= 1 && p.entries[k].metric <= RIP_INFINITY);
	require(!w->router || w->now >= START);
}

static void on_install(void *arg, const struct rip_route *route)
{
	(void)arg;
	if (route->origin == ORIGIN_LEARNED)
		require((route->metric < RIP_INFINITY) == (route->path_count > 0));
}

static void on_dropped(void *arg, const struct rip_iface *i, uint32_t from, enum rip_count why)
{
	(void)arg;
	(void)i;
	(void)from;
	require(why < RIP_COUNT_COUNT);
}

/* ---- what is always true --------------------------------------------------------------------- */

static void check_paths(const struct world *w, const struct rip_route *r)
{
	size_t count = 0;

	for (const struct rip_path *p = r->paths; p; p = p->next, count++) {
		require(p->route == r && p->expires > w->now);
		require(p->iface->up && iface_has_network(p->iface, p->next_hop));
		require(!router_has_address(w->router, p->next_hop));
		for (const struct rip_path *q = p->next; q; q = q->next)
			require(p->from != q->from || p->iface != q->iface);
	}
	require(count == r->path_count && count <= w->config->paths);
}

static void check_route(const struct world *w, const struct rip_route *r)
{
	uint32_t a = ip4_of(&r->prefix.addr);

	require(r->prefix.len <= 32 && !(a & ~ip4_mask(r->prefix.len)));
	require((!a && !r->prefix.len) || ip4_is_host(a));
	require(r->metric >= 1 && r->metric <= RIP_INFINITY);
	check_paths(w, r);
	if (r->metric == RIP_INFINITY)
		require(r->is_garbage && !r->paths && r->garbage_at > w->now);
	else
		require(!r->is_garbage && (r->paths != NULL) == (r->origin == ORIGIN_LEARNED));
}

static void check(const struct world *w)
{
	const struct rip_path *p;
	uint64_t last = 0;

	for (const struct rip_route *r = NULL; (r = prefix_map_next(w->router->routes, r));)
		check_route(w, r);
	TAILQ_FOREACH (p, &w->router->timeouts, timeouts) {
		require(p->expires >= last);
		last = p->expires;
	}
}

/* rest() - all that is due is done, in few steps; the next time */
static uint64_t rest(struct world *w)
{
	uint64_t next;

	for (unsigned works = 0; (next = router_work(w->router, w->now)) <= w->now; works++)
		require(works < WORKS);
	check(w);
	return next;
}

/* ---- steps ----------------------------------------------------------------------------------- */

/* set_iface() - the bits of `how`: it is up, it is not ours, a second network, and that a /31 */
static void set_iface(struct world *w, unsigned index, uint8_t how)
{
	struct network nets[2] = {
		{ NETS + (index << 8) + 1, NETS + (index << 8) + 255, NETS + (index << 8) + 1, 24 },
		{ 0xc0a80001u + (index << 8), 0, 0xc0a80001u + (index << 8), how & 8 ? 31 : 30 }
	};
	struct rip_iface i = { .index = index,
			       .up = how & 1,
			       .networks = nets,
			       .network_count = how & 4 ? 2 : 1,
			       .settings = how & 2 ? NULL : &w->config->all };

	snprintf(i.name, sizeof(i.name), "eth%u", index);
	router_iface(w->router, &i, w->now);
}

static uint32_t some_address(uint8_t n)
{
	static const uint32_t odd[] = { 0,	    0x7f000001, 0xe0000009, 0xf0000001,
					0xffffffff, 0x0a000101, 0xc0a80102, 0x0a0001ff };

	return n & 0x80 ? odd[n & 7]
			: 0x0a000000u + ((n & 0x60u) << 11) + ((n & 3u) << 8) + (n >> 2 & 7);
}

static void hear(struct world *w, unsigned index, uint32_t from, uint16_t port, const uint8_t *data,
		 size_t len)
{
	uint8_t *copy = copy_of(data, len);

	router_input(w->router, index, from, port, copy, len, w->now);
	free(copy);
}

/* hear_built() - a packet as routers send them, more or less */
static void hear_built(struct world *w, struct reader *r, unsigned index)
{
	static const uint32_t masks[] = { 0,	      0xffffff00, 0xffff0000, 0xff000000,
					  0xffffffff, 0xfffffffe, 0xff00ff00, 0x80000000 };
	uint8_t what = take_u8(r), who = take_u8(r);
	struct rip_packet p = { .command = what & 1 ? RIP_REQUEST : RIP_RESPONSE,
				.version = what & 2 ? 1 : 2,
				.count = what >> 2 & 7 };
	uint8_t data[RIP_SIGNED_MAX] = { 0 };
	const struct rip_key *k = what & 0x20 && p.version == 2 ? w->config->all.keys : NULL;
	uint32_t from = NETS + (index << 8) + 1 + (who & 15);
	size_t len;

	for (size_t i = 0; i < p.count; i++) {
		struct rip_entry *e = &p.entries[i];
		uint8_t net = take_u8(r), more = take_u8(r);

		*e = (struct rip_entry){ .family = RIP_AFI_INET,
					 .address = some_address(net),
					 .metric = 1 + more % 17 };
		e->mask = p.version == 1 ? 0 : masks[more >> 5];
		if (more & 0x10 || !e->mask)
			e->address &= e->mask ? e->mask : 0xffffff00;
		if (what & 0x40 && p.version == 2) {
			e->next_hop = some_address(take_u8(r));
			e->tag = net;
		}
		if (p.command == RIP_REQUEST && p.count == 1 && more & 8)
			*e = (struct rip_entry){ .metric = RIP_INFINITY };
	}
	len = rip_encode(&p, rip_auth_room(k), data);
	len = rip_sign(k, router_seconds(w->router, w->now) - (who >> 6), data, len);
	hear(w, index, from, what & 0x80 ? 4000 : RIP_PORT, data, len);
}

/* originate() - a round of our own: four networks, each if its bit is set */
static void originate(struct world *w, uint8_t what)
{
	router_begin_own(w->router);
	for (unsigned i = 0; i < 4; i++) {
		struct rip_own own = { .prefix = { ip4_addr(0x0a640000u + (i << 8)), 24 },
				       .origin = i & 1 ? ORIGIN_ANNOUNCED : ORIGIN_STATIC,
				       .metric = (uint8_t)(1 + (what & 7)),
				       .via = i ? 0 : NETS + 256 + 9,
				       .ifindex = i ? 0 : 1 };

		if (what & 0x10 << i)
			router_own(w->router, &own);
	}
	router_end_own(w->router, w->now);
}

static void step(struct world *w, struct reader *r, uint64_t next)
{
	uint8_t what = take_u8(r);
	unsigned index = 1 + (what >> 3) % IFACES;
	struct reader raw;
	size_t len;

	switch (what & 7) {
	case 0:
		set_iface(w, index, take_u8(r));
		break;
	case 1:
		if (next < NOT_SO_FAR)
			w->now = next;
		break;
	case 2:
		w->now += (uint64_t)take_u8(r) << (what >> 3 & 15);
		break;
	case 3:
		originate(w, take_u8(r));
		break;
	case 4:
		len = take_u8(r) * 3u;
		raw = take_part(r, len < left(r) ? len : left(r));
		hear(w, index, NETS + (index << 8) + 2, RIP_PORT, raw.at, left(&raw));
		break;
	default:
		hear_built(w, r, index);
	}
}

static struct rip_config *configure(uint8_t choice)
{
	struct rip_config *c = rip_config_new();

	c->all.split = (enum rip_split)(choice % 3);
	c->all.send = choice & 4 ? SEND_2_BROADCAST : choice & 8 ? SEND_1 : SEND_2;
	c->paths = choice & 16 ? 3 : 1;
	c->no_triggered = choice & 32;
	if (choice & 64) {
		c->all.keys = calloc(1, sizeof(struct rip_key));
		require(c->all.keys != NULL);
		*c->all.keys = (struct rip_key){
			.kind = RIP_AUTH_MD5, .id = 1, .secret = "secret", .len = 6
		};
		c->all.key_count = 1;
	}
	if (choice & 128) {
		c->aggregates = calloc(2, sizeof(struct prefix));
		require(c->aggregates != NULL);
		c->aggregates[0] = (struct prefix){ ip4_addr(0x0a000000), 8 };
		c->aggregates[1] = (struct prefix){ ip4_addr(0x0a000000), 16 };
		c->aggregate_count = 2;
	}
	rip_config_finish(c);
	return c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	struct world w = { .config = configure(take_u8(&r)), .now = START };
	struct router_io io = { on_send, on_install, NULL, on_dropped, &w };
	uint64_t next;

	w.router = router_new(w.config, &io, w.now, 1700000000);
	for (unsigned i = 1; i <= IFACES; i++)
		set_iface(&w, i, 1);
	next = rest(&w);
	for (unsigned steps = 0; left(&r) && steps < 400; steps++) {
		step(&w, &r, next);
		next = rest(&w);
	}
	router_stop(w.router, w.now);
	router_free(w.router);
	rip_config_free(w.config);
	return 0;
}
