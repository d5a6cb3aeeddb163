/* SPDX-License-Identifier: MIT */
/*
 * One RIP router, a clock of ours, and neighbours that the test plays: what the router sends is
 * kept decoded, and what it wants in the kernel.
 */
#ifndef VETHLAB_TESTS_RIP_ONE_H
#define VETHLAB_TESTS_RIP_ONE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/rip/packet.h"
#include "nodes/rip/router.h"

#define unused_too __attribute__((unused))
#define IP(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* It is 10.0.1.1/24 at interface 1, 10.0.2.1/24 at interface 2. */
#define NEIGHBOUR IP(10, 0, 1, 2)
#define ANOTHER	  IP(10, 0, 1, 3)
#define FAR_ONE	  IP(10, 0, 2, 2)
#define START	  1000000u
#define SENT_MAX  4096

struct sent {
	unsigned ifindex;
	uint32_t to;
	uint16_t port;
	uint64_t at;
	struct rip_packet packet; /* as if it were not signed */
	uint8_t data[RIP_SIGNED_MAX];
	size_t len;
};

struct one {
	struct rip_config *config;
	struct router *router;
	uint64_t now;
	struct sent *sent;
	size_t sent_count;
	unsigned installs; /* since the last look at it */
	enum rip_count dropped;
};

static void on_send(void *arg, struct rip_iface *i, uint32_t to, uint16_t port, const uint8_t *data,
		    size_t len)
{
	struct one *o = arg;
	struct sent *s = &o->sent[o->sent_count++];

	assert_true(o->sent_count < SENT_MAX);
	*s = (struct sent){ .ifindex = i->index, .to = to, .port = port, .at = o->now, .len = len };
	assert_true(len <= sizeof(s->data));
	memcpy(s->data, data, len);
	if (!i->settings->key_count)
		assert_int_equal(rip_decode(data, len, &s->packet), RIP_GOOD);
}

static void on_install(void *arg, const struct rip_route *route)
{
	struct one *o = arg;

	assert_true((route->metric < RIP_INFINITY) ==
		    (route->paths != NULL || route->origin != ORIGIN_LEARNED));
	o->installs++;
}

static void on_dropped(void *arg, const struct rip_iface *i, uint32_t from, enum rip_count why)
{
	(void)i;
	(void)from;
	((struct one *)arg)->dropped = why;
}

/* ---- begin and end --------------------------------------------------------------------------- */

static void iface_is(struct one *o, unsigned index, bool up)
{
	struct network n = { IP(10, 0, index, 1), IP(10, 0, index, 255), IP(10, 0, index, 1), 24 };
	struct rip_iface i = {
		.index = index, .up = up, .networks = &n, .network_count = 1, .settings = NULL
	};

	snprintf(i.name, sizeof(i.name), "eth%u", index);
	i.settings = rip_settings_for(o->config, i.name);
	router_iface(o->router, &i, o->now);
}

/* forget_sent() - what was sent until now is of no interest */
static unused_too void forget_sent(struct one *o)
{
	o->sent_count = 0;
}

/* begin() - a router whose settings the test may change before start() */
static unused_too struct one begin(void)
{
	return (struct one){ .config = rip_config_new(),
			     .now = START,
			     .dropped = RIP_GOOD,
			     .sent = calloc(SENT_MAX, sizeof(struct sent)) };
}

static unused_too void start(struct one *o)
{
	struct router_io io = { on_send, on_install, NULL, on_dropped, o };

	rip_config_finish(o->config);
	o->router = router_new(o->config, &io, o->now, 1700000000);
	iface_is(o, 1, true);
	iface_is(o, 2, true);
	forget_sent(o);
}

static unused_too void end(struct one *o)
{
	router_free(o->router);
	rip_config_free(o->config);
	free(o->sent);
}

/* ---- time ------------------------------------------------------------------------------------ */

/* run_until() - this time, with all that is due on the way */
static unused_too void run_until(struct one *o, uint64_t until)
{
	for (;;) {
		uint64_t next = router_work(o->router, o->now);

		if (next <= o->now)
			fail_msg("the next thing is due at %llu, and now it is %llu",
				 (unsigned long long)next, (unsigned long long)o->now);
		if (next > until)
			break;
		o->now = next;
	}
	o->now = until;
}

static unused_too void run_for(struct one *o, uint64_t ms)
{
	run_until(o, o->now + ms);
}

/* ---- packets --------------------------------------------------------------------------------- */

struct says {
	uint32_t address;
	unsigned len, metric;
	uint32_t next_hop;
	uint16_t tag;
};

static void hear_octets(struct one *o, unsigned ifindex, uint32_t from, uint16_t port,
			const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, data, len);
	o->dropped = RIP_GOOD;
	router_input(o->router, ifindex, from, port, copy, len, o->now);
	free(copy);
}

static unused_too void hear_packet(struct one *o, unsigned ifindex, uint32_t from, uint16_t port,
				   const struct rip_packet *p)
{
	uint8_t data[RIP_PACKET_MAX];

	hear_octets(o, ifindex, from, port, data, rip_encode(p, 0, data));
}

/* hear_of() - a response with one entry, from whichever network the neighbour is in; and what it
 * causes */
static unused_too void hear_of(struct one *o, uint32_t from, struct says s)
{
	struct rip_packet p = { .command = RIP_RESPONSE, .version = 2, .count = 1 };

	p.entries[0] = (struct rip_entry){ .family = RIP_AFI_INET,
					   .tag = s.tag,
					   .address = s.address,
					   .mask = ip4_mask(s.len),
					   .next_hop = s.next_hop,
					   .metric = s.metric };
	hear_packet(o, from >> 8 & 255, from, RIP_PORT, &p);
	router_work(o->router, o->now);
}

static unused_too void hear(struct one *o, uint32_t from, uint32_t address, unsigned len,
			    unsigned metric)
{
	hear_of(o, from, (struct says){ address, len, metric, 0, 0 });
}

/* ---- facts ----------------------------------------------------------------------------------- */

static unused_too struct rip_route *route(const struct one *o, uint32_t address, unsigned len)
{
	struct prefix p = { ip4_addr(address), len };

	return prefix_map_find(o->router->routes, &p);
}

/* metric_of() - 0: there is no such route */
static unused_too unsigned metric_of(const struct one *o, uint32_t address, unsigned len)
{
	const struct rip_route *r = route(o, address, len);

	return r ? r->metric : 0;
}

/* via_of() - the next hop of the first path, 0: none */
static unused_too uint32_t via_of(const struct one *o, uint32_t address, unsigned len)
{
	const struct rip_route *r = route(o, address, len);

	return r && r->paths ? r->paths->next_hop : 0;
}

/* announced() - the last that was said of a network at this interface; or NULL */
static unused_too const struct rip_entry *announced(const struct one *o, unsigned ifindex,
						    uint32_t address, unsigned len)
{
	const struct rip_entry *found = NULL;

	for (size_t i = 0; i < o->sent_count; i++) {
		const struct sent *s = &o->sent[i];

		if (s->ifindex != ifindex || s->packet.command != RIP_RESPONSE)
			continue;
		for (size_t k = 0; k < s->packet.count; k++) {
			const struct rip_entry *e = &s->packet.entries[k];

			if (e->address == address &&
			    (s->packet.version == 1 || e->mask == ip4_mask(len)))
				found = e;
		}
	}
	return found;
}

/* said() - its metric; 0: nothing was said of it */
static unused_too unsigned said(const struct one *o, unsigned ifindex, uint32_t address,
				unsigned len)
{
	const struct rip_entry *e = announced(o, ifindex, address, len);

	return e ? e->metric : 0;
}

static unused_too void own(struct one *o, uint32_t address, unsigned len, unsigned metric)
{
	struct rip_own x = { .prefix = { ip4_addr(address), len },
			     .origin = ORIGIN_ANNOUNCED,
			     .metric = (uint8_t)metric };

	router_own(o->router, &x);
}

#endif
