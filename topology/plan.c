/* SPDX-License-Identifier: MIT */
/*
 * The plan: everything that a lab needs and its file leaves open. Numbers are given in the order of
 * the file and MACs come from names, so that two runs, and two people, see the same packets.
 */
#include "topology/plan.h"

#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/suggest.h"

/* Where planned subnets come from: LANs from 10.0.1.0 on, cables from 10.255.0.0 on (RFC 1918). */
#define LAN_POOL   0x0a000100u
#define CABLE_POOL 0x0aff0000u
#define POOL_END   0x0affffffu

/* prefix_v4() - `addr` is in host order */
static struct prefix prefix_v4(uint32_t addr, unsigned len)
{
	return (struct prefix){ { AF_INET,
				  { (uint8_t)(addr >> 24), (uint8_t)(addr >> 16),
				    (uint8_t)(addr >> 8), (uint8_t)addr } },
				len };
}

/* is_taken() - by a subnet that is written; planned ones of one pool do not
 * meet, it only goes forward */
static bool is_taken(const struct lab *lab, const struct prefix *p)
{
	for (size_t i = 0; i < lab->wire_count; i++) {
		const struct wire *w = lab->wires[i];

		for (size_t j = 0; j < w->subnet_count && !w->subnet_planned; j++)
			if (prefix_overlaps(&w->subnets[j], p))
				return true;
	}
	return false;
}

/* plan_subnet() - the next free subnet of a pool, wide enough for the wire's ports */
static void plan_subnet(struct lab *lab, struct wire *w, uint32_t *pool, struct faults *f)
{
	unsigned len = w->kind == WIRE_CABLE ? 30 : 24;
	uint32_t size, at;
	struct prefix p;

	while (len > 8 && (1u << (32 - len)) - 2 < w->port_count)
		len--;
	size = 1u << (32 - len);
	at = (*pool + size - 1) / size * size;
	for (p = prefix_v4(at, len); at <= POOL_END - size + 1 && is_taken(lab, &p);
	     p = prefix_v4(at, len))
		at += size;
	if (at > POOL_END - size + 1) {
		fault_error(f, w->at, "no subnet of 10.0.0.0/8 is left for %s '%s'",
			    wire_kind_name(w->kind), w->name);
		return;
	}
	*pool = at + size;
	w->subnets[0] = p;
	w->subnet_at[0] = w->at;
	w->subnet_count = 1;
	w->subnet_planned = true;
}

static void plan_subnets(struct lab *lab, struct faults *f)
{
	uint32_t lans = LAN_POOL, cables = CABLE_POOL;

	for (size_t i = 0; i < lab->wire_count; i++) {
		struct wire *w = lab->wires[i];

		if (!w->subnet_count && !w->unnumbered)
			plan_subnet(lab, w, w->kind == WIRE_CABLE ? &cables : &lans, f);
	}
}

static const struct prefix *subnet_with(const struct wire *w, const struct addr *a)
{
	for (size_t i = 0; i < w->subnet_count; i++)
		if (prefix_contains(&w->subnets[i], a))
			return &w->subnets[i];
	return NULL;
}

/* fit_address() - gives a written address its length, or says why it is not of this wire */
static void fit_address(const struct iface *iface, struct prefix *p, struct place at,
			struct faults *f)
{
	const struct wire *w = iface->wire;
	const struct prefix *subnet = subnet_with(w, &p->addr);
	char addr[ADDR_TEXT_LEN], text[PREFIX_TEXT_LEN];

	addr_format(&p->addr, addr);
	if (!subnet && w->subnet_count) {
		fault_error(f, at, "%s is outside its %s '%s' (%s)", addr,
			    w->kind == WIRE_CABLE ? "cable" : "LAN", w->name,
			    prefix_format(&w->subnets[0], text));
		return;
	}
	if (!subnet && p->len == LEN_OF_THE_WIRE) {
		fault_error(f, at, "%s needs its prefix length: '%s' has no subnet", addr, w->name);
		return;
	}
	if (p->len == LEN_OF_THE_WIRE)
		p->len = subnet->len;
	else if (subnet && p->len != subnet->len)
		fault_warning(f, at, "the prefix length is not that of %s",
			      prefix_format(subnet, text));
	if (!prefix_is_host(p, &p->addr))
		fault_error(f, at, "%s names %s of its subnet, so no host can have it", addr,
			    p->addr.family == AF_INET6 ||
					    prefix_first(p).bytes[3] == p->addr.bytes[3]
				    ? "the network"
				    : "the broadcast address");
}

static bool has_address_in(const struct iface *iface, const struct prefix *subnet)
{
	for (size_t i = 0; i < iface->addr_count; i++)
		if (prefix_contains(subnet, &iface->addrs[i].addr))
			return true;
	return false;
}

static int by_address(const void *one, const void *other)
{
	return addr_compare(one, other);
}

/* written_in() - the addresses of a subnet that the file gives away, sorted */
static struct addr *written_in(const struct wire *w, const struct prefix *subnet, size_t *count)
{
	struct addr *taken = NULL;

	*count = 0;
	for (size_t i = 0; i < w->port_count; i++)
		for (size_t j = 0; j < w->ports[i]->addr_count; j++)
			if (prefix_contains(subnet, &w->ports[i]->addrs[j].addr))
				*xappend(&taken, count) = w->ports[i]->addrs[j].addr;
	if (*count)
		qsort(taken, *count, sizeof(*taken), by_address);
	return taken;
}

/* number_ports() - the lowest free address for each port that has none in this subnet */
static void number_ports(const struct wire *w, const struct prefix *subnet, struct faults *f)
{
	size_t count, next = 0;
	auto_free struct addr *taken = written_in(w, subnet, &count);
	struct addr a = prefix_first(subnet);
	char text[PREFIX_TEXT_LEN];
	bool over = false;

	for (size_t i = 0; i < w->port_count; i++) {
		struct iface *iface = w->ports[i];
		size_t n = iface->addr_count;

		if (iface->ip_kind == IP_NONE || has_address_in(iface, subnet) ||
		    (iface->ip_kind == IP_DHCP && subnet->addr.family == AF_INET))
			continue;
		for (;; addr_add(&a, 1)) {
			while (next < count && addr_compare(&taken[next], &a) < 0)
				next++;
			if (!prefix_contains(subnet, &a) ||
			    (prefix_is_host(subnet, &a) &&
			     !(next < count && addr_equal(&taken[next], &a))))
				break;
		}
		if (over || !prefix_is_host(subnet, &a)) {
			fault_error(f, iface->at,
				    "%s '%s': %s has no address left for '%s'; widen "
				    "it, or take a node out",
				    w->kind == WIRE_CABLE ? "cable" : "LAN", w->name,
				    prefix_format(subnet, text), iface->node->name);
			return;
		}
		*xappend(&iface->addrs, &n) = (struct prefix){ a, subnet->len };
		*xappend(&iface->addr_at, &iface->addr_count) = iface->at;
		over = !addr_add(&a, 1); /* past the end of all addresses */
	}
}

/* plan_addresses() - of each subnet of its wire an interface gets one, unless it has one of it
 * already, wants none, or asks DHCP */
static void plan_addresses(struct lab *lab, struct faults *f)
{
	for (size_t i = 0; i < lab->wire_count; i++) {
		struct wire *w = lab->wires[i];

		for (size_t j = 0; j < w->port_count; j++)
			for (size_t k = 0; k < w->ports[j]->addr_count; k++)
				fit_address(w->ports[j], &w->ports[j]->addrs[k],
					    w->ports[j]->addr_at[k], f);
		for (size_t j = 0; j < w->subnet_count; j++)
			number_ports(w, &w->subnets[j], f);
	}
}

/* FNV-1a, 64 bits */
static uint64_t hash(uint64_t h, const char *text)
{
	do
		h = (h ^ (uint8_t)*text) * 0x100000001b3u;
	while (*text++);
	return h;
}

struct mac plan_mac(const char *node, const char *iface, unsigned salt)
{
	uint64_t h = hash(hash(0xcbf29ce484222325u + salt, node), iface);

	h ^= h >> 32;
	return (struct mac){ { 0x02, (uint8_t)(h >> 32), (uint8_t)(h >> 24), (uint8_t)(h >> 16),
			       (uint8_t)(h >> 8), (uint8_t)h } };
}

struct claim {
	struct mac *mac;
	const struct iface *iface;
	const char *end; /* what is hashed beside the node's name */
	unsigned salt;
};

static int by_mac(const void *one, const void *other)
{
	return memcmp(((const struct claim *)one)->mac, ((const struct claim *)other)->mac,
		      sizeof(struct mac));
}

/* part_equal_macs() - hashes that fell together get the next salt; written MACs stay */
static bool part_equal_macs(struct claim *claims, size_t count)
{
	bool all_differ = true;

	qsort(claims, count, sizeof(*claims), by_mac);
	for (size_t i = 1; i < count; i++) {
		struct claim *c = &claims[i];

		if (by_mac(&claims[i - 1], c) != 0)
			continue;
		if (!c->end)
			c = &claims[i - 1];
		if (!c->end)
			continue; /* both are written: the check's business */
		*c->mac = plan_mac(c->iface->node->name, c->end, ++c->salt);
		all_differ = false;
	}
	return all_differ;
}

/* plan_macs() - until no two in the lab are equal, but for written ones */
static void plan_macs(struct lab *lab)
{
	struct claim *claims = NULL;
	size_t count = 0;

	for (size_t i = 0; i < lab->node_count; i++)
		for (size_t j = 0; j < lab->nodes[i]->iface_count; j++) {
			struct iface *iface = lab->nodes[i]->ifaces[j];
			const char *end = iface->mac_written ? NULL : iface->name;

			*xappend(&claims, &count) = (struct claim){ &iface->mac, iface, end, 0 };
			*xappend(&claims, &count) =
				(struct claim){ &iface->port_mac, iface, "port of the LAN", 0 };
			if (end)
				iface->mac = plan_mac(iface->node->name, end, 0);
			iface->port_mac = plan_mac(iface->node->name, iface->name, 1000);
		}
	while (count && !part_equal_macs(claims, count))
		;
	free(claims);
}

/* A bridge's port is called after the node behind it; after the port's number too, where a node
 * hangs on the LAN twice (a node's name has no dot in it). */
static void plan_port_names(struct lab *lab)
{
	for (size_t i = 0; i < lab->node_count; i++)
		for (size_t j = 0; j < lab->nodes[i]->iface_count; j++) {
			struct iface *iface = lab->nodes[i]->ifaces[j];
			bool again = false;

			for (size_t k = 0; k < j; k++)
				again |= lab->nodes[i]->ifaces[k]->wire == iface->wire;
			snprintf(iface->port_name, sizeof(iface->port_name),
				 again ? "%.9s.%u" : "%.15s", iface->node->name, iface->port);
		}
}

/* address_towards() - the first address of this family that `node` has on
 * `wire`, borrowed; NULL: none */
static const struct addr *address_towards(const struct node *node, const struct wire *wire,
					  int family)
{
	for (size_t i = 0; i < node->iface_count; i++)
		for (size_t j = 0; node->ifaces[i]->wire == wire && j < node->ifaces[i]->addr_count;
		     j++)
			if (node->ifaces[i]->addrs[j].addr.family == family)
				return &node->ifaces[i]->addrs[j].addr;
	return NULL;
}

/* next_hop() - what `via` or `gateway` means on one interface: an address, or a node's name */
static bool next_hop(const struct lab *lab, const struct iface *iface, const struct yaml *y,
		     int family, struct addr *via)
{
	const struct node *node = lab_node(lab, y->text);
	const struct addr *a =
		node && iface->wire ? address_towards(node, iface->wire, family) : NULL;

	if (a)
		*via = *a;
	if (a || (!node && addr_parse(via, y->text)))
		return true;
	*via = (struct addr){ 0 };
	return false;
}

/* add_gateway() - a default route by way of this interface; where the node that is named has
 * both families, of IPv4 */
static void add_gateway(struct lab *lab, struct iface *iface, const struct yaml *y,
			struct faults *f)
{
	struct node *node = iface->node;
	struct route route = { .at = y->at, .via_at = y->at, .dev = xstrdup(iface->name) };
	struct suggestion s;

	if (y->kind == YAML_SCALAR && (next_hop(lab, iface, y, AF_INET, &route.via) ||
				       next_hop(lab, iface, y, AF_INET6, &route.via))) {
		route.to.addr.family = route.via.family;
		*xappend(&node->routes, &node->route_count) = route;
		return;
	}
	free(route.dev);
	if (y->kind != YAML_SCALAR) {
		fault_error(f, y->at, "a gateway is an address or a node, not %s",
			    yaml_kind_name(y));
	} else if (lab_node(lab, y->text)) {
		fault_error(f, y->at, "node '%s' has no address on '%s', so it is no gateway there",
			    y->text, iface->wire->name);
	} else {
		s = suggest_for(y->text);
		for (size_t i = 0; i < lab->node_count; i++)
			suggest_consider(&s, lab->nodes[i]->name);
		fault_error(f, y->at, "gateway '%s' is neither an address nor a node%s", y->text,
			    suggest_text(&s));
	}
}

/* resolve_route() - `via` becomes an address; a node's name is that of one
 * on a wire of this node's */
static void resolve_route(struct lab *lab, struct node *node, struct route *route, struct faults *f)
{
	const struct yaml *y = route->via_yaml;
	struct suggestion s;

	if (!y || addr_parse(&route->via, y->text))
		return;
	for (size_t i = 0; i < node->iface_count; i++)
		if (next_hop(lab, node->ifaces[i], y, route->to.addr.family, &route->via))
			return;
	route->via = (struct addr){ 0 };
	s = suggest_for(y->text);
	for (size_t i = 0; i < lab->node_count; i++)
		suggest_consider(&s, lab->nodes[i]->name);
	fault_error(f, y->at, "next hop '%s' is neither an address nor a node beside '%s'%s",
		    y->text, node->name, suggest_text(&s));
}

static void plan_routes(struct lab *lab, struct faults *f)
{
	for (size_t i = 0; i < lab->node_count; i++) {
		struct node *node = lab->nodes[i];

		for (size_t j = 0; j < node->route_count; j++)
			resolve_route(lab, node, &node->routes[j], f);
		for (size_t j = 0; j < node->iface_count; j++) {
			struct iface *iface = node->ifaces[j];
			struct yaml *y = iface->gateway_yaml;

			if (!iface->wire)
				continue; /* its LAN is a fault already */
			if (y && y->kind == YAML_LIST)
				for (y = y->entries; y; y = y->next)
					add_gateway(lab, iface, y, f);
			else if (y)
				add_gateway(lab, iface, y, f);
		}
	}
}

void plan_make(struct lab *lab, struct faults *f)
{
	plan_subnets(lab, f);
	plan_addresses(lab, f);
	plan_macs(lab);
	plan_port_names(lab);
	plan_routes(lab, f);
	plan_start_order(lab, f);
}
