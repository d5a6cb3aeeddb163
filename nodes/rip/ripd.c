/* SPDX-License-Identifier: MIT */
#include "ripd.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nodes/common/mem.h"

/* ---- what the router wants done -------------------------------------------------------------- */

/* warn_of_key() - RFC 4822: who runs the network is told that the last key has run out */
static void warn_of_key(struct ripd *d, const struct rip_iface *i)
{
	const struct rip_settings *s = i->settings;
	uint32_t seconds = router_seconds(d->router, clock_ms());
	const struct rip_key *k = rip_signing_key(s->keys, s->key_count, seconds);

	if (k && !rip_key_holds(k, seconds))
		log_limited(&d->complaint, "%s: no key holds at this time; key %u goes on", i->name,
			    k->id);
}

/* send_packet() - from the first address of the interface; it waits for udp_flush() */
static void send_packet(void *arg, struct rip_iface *i, uint32_t to, uint16_t port,
			const uint8_t *data, size_t len)
{
	struct ripd *d = arg;

	warn_of_key(d, i);
	udp_queue(d->udp, i->index, i->networks[0].address, to, port, data, len);
}

/* install() - learned routes: connected and static ones the kernel has already, and what is only
 * announced has no way. What is in an aggregate and in no network of it is unreachable: a default
 * route would send it in a circle (RFC 4632, 5.1). */
static void install(void *arg, const struct rip_route *route)
{
	struct ripd *d = arg;
	struct fib_hop hops[FIB_HOPS_MAX] = { { .ifindex = 0 } };
	size_t count = 0;

	if (route->origin == ORIGIN_AGGREGATE && route->metric < RIP_INFINITY) {
		fib_set(d->fib, &route->prefix, &hops[0], 1);
		return;
	}
	if (route->origin != ORIGIN_LEARNED || route->metric >= RIP_INFINITY) {
		fib_remove(d->fib, &route->prefix);
		return;
	}
	for (const struct rip_path *p = route->paths; p && count < FIB_HOPS_MAX; p = p->next)
		hops[count++] = (struct fib_hop){ ip4_addr(p->next_hop), p->iface->index };
	fib_set(d->fib, &route->prefix, hops, count);
}

static bool is_busy(void *arg)
{
	return udp_waiting(((struct ripd *)arg)->udp) > RIPD_BUSY;
}

static void say_dropped(void *arg, const struct rip_iface *i, uint32_t from, enum rip_count why)
{
	struct ripd *d = arg;
	char text[IP4_TEXT_LEN];

	if (why != RIP_OWN)
		log_limited(&d->complaint, "%s %s: %s", i->name, ip4_format(from, text),
			    rip_count_name(why));
}

/* ---- what the kernel has --------------------------------------------------------------------- */

/* give_link() - an interface as it is now; RIP is not spoken at loopback, and where the
 * configuration has none */
static void give_link(struct ripd *d, const struct link *link)
{
	struct rip_iface is = { .index = link->index };

	memcpy(is.name, link->name, sizeof(is.name));
	is.settings = link->loopback ? NULL : rip_settings_for(d->config, link->name);
	for (size_t k = 0; k < link->addr_count; k++) {
		const struct link_addr *a = &link->addrs[k];

		*xappend(&is.networks, &is.network_count) =
			(struct network){ a->address, a->broadcast, a->network, a->len };
	}
	is.up = link->up && is.network_count > 0;
	if (is.settings && is.network_count)
		udp_join(d->udp, is.index);
	router_iface(d->router, &is, clock_ms());
	free(is.networks);
}

static bool is_there(const struct links *links, unsigned index)
{
	const struct link *link = links_all(links);

	while (link->index && link->index != index)
		link++;
	return link->index;
}

/* forget_gone() - interfaces that the kernel does not have any more */
static void forget_gone(struct ripd *d)
{
	struct rip_iface *i, *next;

	for (i = LIST_FIRST(&d->router->ifaces); i; i = next) {
		struct rip_iface gone = { .index = i->index };

		next = LIST_NEXT(i, entry);
		if (is_there(d->links, i->index))
			continue;
		udp_leave(d->udp, i->index);
		router_iface(d->router, &gone, clock_ms());
	}
}

/* give_one() - what no neighbour would take is not announced */
static void give_one(struct ripd *d, const struct rip_own *own)
{
	if (rip_is_announceable(&own->prefix))
		router_own(d->router, own);
}

/* own_networks() - of a link where RIP is spoken; with import: connected of every other one too */
static void own_networks(struct ripd *d, const struct link *link)
{
	bool ours = !link->loopback && rip_settings_for(d->config, link->name);

	if (!link->up || !(ours || (d->config->import_connected && !link->loopback)))
		return;
	for (size_t k = 0; k < link->addr_count; k++) {
		const struct link_addr *a = &link->addrs[k];
		struct rip_own own = { .origin = ORIGIN_CONNECTED,
				       .metric = 1,
				       .ifindex = link->index };

		own.prefix = (struct prefix){ ip4_addr(a->network & ip4_mask(a->len)), a->len };
		give_one(d, &own);
	}
}

static void own_announced(struct ripd *d)
{
	for (size_t k = 0; k < d->config->announced_count; k++) {
		const struct rip_announced *a = &d->config->announced[k];
		struct rip_own own = { .prefix = a->prefix,
				       .origin = ORIGIN_ANNOUNCED,
				       .metric = (uint8_t)a->metric,
				       .tag = (uint16_t)a->tag };

		give_one(d, &own);
	}
}

static void own_static(struct ripd *d)
{
	size_t count = 0;
	const struct imported *list = d->import ? import_all(d->import, &count) : NULL;

	for (size_t k = 0; k < count; k++) {
		struct rip_own own = { .prefix = list[k].prefix,
				       .origin = ORIGIN_STATIC,
				       .metric = 1,
				       .via = list[k].via,
				       .ifindex = list[k].ifindex };

		give_one(d, &own);
	}
}

/* give_own() - all that we announce of our own, as it is now. What was said counts before what is
 * there. */
static void give_own(struct ripd *d)
{
	router_begin_own(d->router);
	own_announced(d);
	for (const struct link *link = links_all(d->links); link->index; link++)
		own_networks(d, link);
	own_static(d);
	router_end_own(d->router, clock_ms());
}

static void on_links(void *arg)
{
	struct ripd *d = arg;

	give_own(d); /* first: who comes is greeted with all that there is */
	for (const struct link *link = links_all(d->links); link->index; link++)
		give_link(d, link);
	forget_gone(d);
}

static void on_static(void *arg)
{
	give_own(arg);
}

/* ---- the loop -------------------------------------------------------------------------------- */

static void on_packets(void *arg)
{
	struct ripd *d = arg;
	struct datagram_in list[DATAGRAMS_BATCH];
	size_t count = udp_receive(d->udp, list);
	uint64_t now = clock_ms();

	for (size_t k = 0; k < count; k++)
		router_input(d->router, list[k].ifindex, list[k].from, list[k].port, list[k].data,
			     list[k].len, now);
}

static void on_timer(void *arg)
{
	(void)arg; /* each turn looks at what time brings about */
}

/* on_turn() - after whatever has happened: what is due is said, and the next time is set */
static void on_turn(void *arg)
{
	struct ripd *d = arg;
	uint64_t now = clock_ms(), next = router_work(d->router, now);

	if (udp_flush(d->udp))
		next = now + 1;
	watch_start_in(d->timer, next > now ? next - now : 0);
}

/* on_sweep() - what an earlier run has left in the kernel had its time to be announced again */
static void on_sweep(void *arg)
{
	struct ripd *d = arg;

	fib_sweep(d->fib);
}

/* ---- begin and end --------------------------------------------------------------------------- */

static void watch_all(struct ripd *d)
{
	struct answers answers = { .tell = report_tell, .arg = d };

	d->asked = ask_serve(d->loop, "ripd", &answers);
	d->readable = loop_on_readable(d->loop, udp_fd(d->udp), on_packets, d);
	d->timer = loop_on_timer(d->loop, on_timer, d);
	d->sweep = loop_on_timer(d->loop, on_sweep, d);
	watch_start(d->readable);
	watch_start_in(d->sweep, d->config->timeout_ms);
	loop_on_turn(d->loop, on_turn, d);
}

void ripd_open(struct ripd *d)
{
	struct router_io io = { send_packet, install, is_busy, say_dropped, d };
	struct fib_config fib = { .protocol = RIPD_PROTOCOL, .metric = RIPD_METRIC };

	d->udp = udp_open();
	d->loop = loop_new();
	watch_all(d);
	d->fib = fib_new(d->loop, &fib);
	d->router = router_new(d->config, &io, clock_ms(), (uint32_t)time(NULL));
	d->links = links_open(d->loop, on_links, d);
	if (d->config->import_static)
		d->import = import_open(d->loop, on_static, d);
	on_links(d);
	router_all_told(d->router);
	on_turn(d);
}

void ripd_close(struct ripd *d)
{
	udp_discard(d->udp);
	router_stop(d->router, clock_ms());
	udp_flush_all(d->udp);
	fib_close(d->fib);
	ask_close(d->asked);
	import_close(d->import);
	links_close(d->links);
	router_free(d->router);
	watch_free(d->readable);
	watch_free(d->timer);
	watch_free(d->sweep);
	udp_close(d->udp);
	loop_free(d->loop);
	rip_config_free(d->config);
}
