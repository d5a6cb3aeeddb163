/* SPDX-License-Identifier: MIT */
/* What makes a lab a network: addresses that are one host's, gateways that are there. */
#include "topology/check.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "nodes/common/mem.h"
#include "nodes/common/suggest.h"
#include "topology/plan.h"

#define IPV6_MTU_MIN 1280 /* RFC 8200, 5 */

/* Who has an address, on which wire: sorted, so that each question is a search. */
struct owner {
	const struct wire *wire;
	struct addr addr;
	const struct iface *iface;
	struct place at;
};

struct owners {
	struct owner *list;
	size_t count;
};

/* by_wire_and_address() - wires stand as they lie in memory: what matters is
 * that each stands together */
static int by_wire_and_address(const void *one, const void *other)
{
	const struct owner *a = one, *b = other;

	if (a->wire != b->wire)
		return (uintptr_t)a->wire < (uintptr_t)b->wire ? -1 : 1;
	return addr_compare(&a->addr, &b->addr);
}

/* owners_of() - of all addresses, written and planned; the list is to be freed */
static struct owners owners_of(const struct lab *lab)
{
	struct owners o = { 0 };

	for (size_t i = 0; i < lab->wire_count; i++)
		for (size_t j = 0; j < lab->wires[i]->port_count; j++) {
			const struct iface *iface = lab->wires[i]->ports[j];

			for (size_t k = 0; k < iface->addr_count; k++)
				*xappend(&o.list, &o.count) =
					(struct owner){ lab->wires[i], iface->addrs[k].addr, iface,
							iface->addr_at[k] };
		}
	if (o.count)
		qsort(o.list, o.count, sizeof(*o.list), by_wire_and_address);
	return o;
}

/* owner_of() - NULL: nobody on this wire has it; of several who have, any */
static const struct owner *owner_of(const struct owners *o, const struct wire *w,
				    const struct addr *a)
{
	struct owner key = { .wire = w, .addr = *a };

	if (!o->count)
		return NULL;
	return bsearch(&key, o->list, o->count, sizeof(*o->list), by_wire_and_address);
}

static bool is_before(struct place a, struct place b)
{
	return a.line != b.line ? a.line < b.line : a.column < b.column;
}

/* check_duplicate_addresses() - one address twice on one wire: at fault is
 * the later one of the file */
static void check_duplicate_addresses(const struct owners *o, struct faults *f)
{
	char text[ADDR_TEXT_LEN];

	for (size_t i = 1; i < o->count; i++) {
		const struct owner *a = &o->list[i - 1], *b = &o->list[i];

		if (by_wire_and_address(a, b) != 0)
			continue;
		if (is_before(b->at, a->at)) {
			const struct owner *first = b;

			b = a;
			a = first;
		}
		fault_error(f, b->at, "%s is the address of '%s' already",
			    addr_format(&b->addr, text), a->iface->node->name);
		fault_note(f, a->at, "it is given away here");
	}
}

struct subnet {
	const struct wire *wire;
	struct prefix prefix;
	struct addr first, last;
	struct place at;
};

/* by_first_address() - of those that begin alike the wider one is the first */
static int by_first_address(const void *one, const void *other)
{
	const struct subnet *a = one, *b = other;
	int order = addr_compare(&a->first, &b->first);

	return order ? order : (a->prefix.len > b->prefix.len) - (a->prefix.len < b->prefix.len);
}

/* report_overlap() - at fault is the later one of the file, whichever is wider */
static void report_overlap(const struct subnet *a, const struct subnet *b, struct faults *f)
{
	char one[PREFIX_TEXT_LEN], other[PREFIX_TEXT_LEN];

	if (is_before(b->at, a->at)) {
		const struct subnet *first = b;

		b = a;
		a = first;
	}
	fault_error(f, b->at, "subnet %s overlaps %s of '%s'", prefix_format(&b->prefix, one),
		    prefix_format(&a->prefix, other), a->wire->name);
	fault_note(f, a->at, "which is here");
}

/* Sorted by first address, a subnet overlaps an earlier one if it begins before the farthest
 * end. */
static void check_overlapping_subnets(const struct lab *lab, struct faults *f)
{
	struct subnet *list = NULL, *farthest = NULL;
	size_t count = 0;

	for (size_t i = 0; i < lab->wire_count; i++)
		for (size_t j = 0; j < lab->wires[i]->subnet_count; j++) {
			const struct wire *w = lab->wires[i];

			*xappend(&list, &count) =
				(struct subnet){ w, w->subnets[j], prefix_first(&w->subnets[j]),
						 prefix_last(&w->subnets[j]), w->subnet_at[j] };
		}
	if (count)
		qsort(list, count, sizeof(*list), by_first_address);
	for (size_t i = 0; i < count; i++) {
		if (farthest && addr_compare(&list[i].first, &farthest->last) <= 0)
			report_overlap(farthest, &list[i], f);
		if (!farthest || addr_compare(&list[i].last, &farthest->last) > 0)
			farthest = &list[i];
	}
	free(list);
}

/* by_mac() - of equal ones that which stands first in the file */
static int by_mac(const void *one, const void *other)
{
	const struct iface *a = *(struct iface *const *)one, *b = *(struct iface *const *)other;
	int order = memcmp(&a->mac, &b->mac, sizeof(a->mac));

	return order ? order : is_before(b->mac_at, a->mac_at) - is_before(a->mac_at, b->mac_at);
}

/* check_duplicate_macs() - on one wire, which has a port at least; elsewhere
 * the same MAC does no harm */
static void check_duplicate_macs(const struct wire *w, struct faults *f)
{
	struct iface **ports = xcalloc(w->port_count, sizeof(struct iface *));
	char text[MAC_TEXT_LEN];

	memcpy(ports, w->ports, w->port_count * sizeof(struct iface *));
	qsort(ports, w->port_count, sizeof(struct iface *), by_mac);
	for (size_t i = 1; i < w->port_count; i++) {
		if (memcmp(&ports[i - 1]->mac, &ports[i]->mac, sizeof(struct mac)) != 0)
			continue;
		fault_error(f, ports[i]->mac_at, "MAC %s is that of '%s' already",
			    mac_format(&ports[i]->mac, text), ports[i - 1]->node->name);
		fault_note(f, ports[i - 1]->mac_at, "it is given away here");
	}
	free(ports);
}

/* check_wire() - its MTUs, its MACs, how many ports; that it has none is no news where
 * faults may be the reason */
static void check_wire(const struct wire *w, struct faults *f)
{
	const char *kind = w->kind == WIRE_CABLE ? "cable" : "LAN";

	if (w->kind != WIRE_CABLE && w->port_count > LAN_PORTS_MAX)
		fault_error(f, w->at, "LAN '%s' has %zu ports; a bridge takes at most %d", w->name,
			    w->port_count, LAN_PORTS_MAX);
	if (w->kind != WIRE_CABLE && w->port_count == 0 && !f->errors)
		fault_warning(f, w->at, "nothing hangs on LAN '%s'", w->name);
	for (size_t i = 0; i < w->port_count && w->mtu < IPV6_MTU_MIN; i++)
		if (iface_has_ipv6(w->ports[i])) {
			fault_error(f, w->mtu_at.line ? w->mtu_at : w->at,
				    "%s '%s': IPv6 needs an mtu of 1280 (RFC 8200, 5)", kind,
				    w->name);
			break;
		}
	for (size_t i = 0; i < w->port_count; i++) {
		const struct iface *iface = w->ports[i];

		if (!iface->mtu || iface->mtu == w->mtu)
			continue;
		if (iface->mtu < IPV6_MTU_MIN && w->mtu >= IPV6_MTU_MIN && iface_has_ipv6(iface))
			fault_error(f, iface->mtu_at,
				    "mtu %u: IPv6 needs an mtu of 1280 (RFC 8200, 5)", iface->mtu);
		fault_warning(f, iface->mtu_at,
			      "mtu %u, where the %s has %u: larger packets will vanish", iface->mtu,
			      kind, w->mtu);
	}
	if (w->port_count)
		check_duplicate_macs(w, f);
}

static void check_iface(const struct iface *iface, struct faults *f)
{
	if (!iface->wire) {
		if (!iface->lan_unknown) /* that is a fault already */
			fault_error(f, iface->at,
				    "nothing is connected to '%s:%s': give it a lan, "
				    "or a link",
				    iface->node->name, iface->name);
		return;
	}
	if (iface->ip_kind == IP_DHCP && !iface->node->command_count)
		fault_warning(f, iface->ip_at, "'%s' runs nothing that would ask for an address",
			      iface->node->name);
}

/* iface_towards() - the interface whose own subnet has the address: where ARP would ask for it */
static const struct iface *iface_towards(const struct node *node, const struct route *route)
{
	for (size_t i = 0; i < node->iface_count; i++)
		for (size_t j = 0; node->ifaces[i]->wire && j < node->ifaces[i]->addr_count; j++)
			if (prefix_contains(&node->ifaces[i]->addrs[j], &route->via) &&
			    (!route->dev || strcmp(route->dev, node->ifaces[i]->name) == 0))
				return node->ifaces[i];
	return NULL;
}

/* may_have_more() - subnets that are not known yet: by DHCP, or behind a fault */
static bool may_have_more(const struct node *node)
{
	for (size_t i = 0; i < node->iface_count; i++)
		if (node->ifaces[i]->ip_kind == IP_DHCP || !node->ifaces[i]->wire)
			return true;
	return false;
}

/* check_next_hop() - somebody on the wire must have it, and forward; what DHCP or a fault hides is
 * given the benefit of the doubt */
static void check_next_hop(const struct owners *o, const struct node *node,
			   const struct route *route, struct faults *f)
{
	const struct iface *iface = iface_towards(node, route);
	const struct owner *owner;
	char text[ADDR_TEXT_LEN];

	addr_format(&route->via, text);
	if (route->via.family != route->to.addr.family) {
		fault_error(f, route->via_at, "next hop %s is not of the route's family", text);
		return;
	}
	if (!iface) {
		/* a link-local next hop (fe80::/10) is on every link; `dev` says which */
		bool local = route->via.family == AF_INET6 && route->via.bytes[0] == 0xfe &&
			     (route->via.bytes[1] & 0xc0) == 0x80;

		if (local && !route->dev)
			fault_error(
				f, route->via_at,
				"next hop %s is link-local: write its interface, as in {via: %s, "
				"dev: eth0}",
				text, text);
		else if (!local && !may_have_more(node))
			fault_error(f, route->via_at,
				    "next hop %s is on none of the node's subnets", text);
		return;
	}
	owner = owner_of(o, iface->wire, &route->via);
	if (!owner)
		fault_error(f, route->via_at, "nobody on '%s' has the address %s",
			    iface->wire->name, text);
	else if (owner->iface->node == node)
		fault_error(f, route->via_at, "next hop %s is the node itself", text);
	else if (!owner->iface->node->forward)
		fault_warning(f, route->via_at,
			      "'%s' (%s) does not forward; it needs 'forward: yes'",
			      owner->iface->node->name, text);
}

static void report_no_iface(const struct node *node, const struct route *route, struct faults *f)
{
	struct suggestion s = suggest_for(route->dev);

	for (size_t i = 0; i < node->iface_count; i++)
		suggest_consider(&s, node->ifaces[i]->name);
	fault_error(f, route->dev_at, "the node has no interface '%s'%s", route->dev,
		    suggest_text(&s));
}

static void check_route(const struct owners *o, const struct node *node, const struct route *route,
			struct faults *f)
{
	if (route->dev && !node_iface(node, route->dev))
		report_no_iface(node, route, f);
	else if (route->via.family)
		check_next_hop(o, node, route, f);
}

static bool is_default(const struct route *route, int family)
{
	return route->to.len == 0 && route->to.addr.family == family;
}

/* check_one_default() - two routes to one prefix, the default above all, with one metric: the
 * kernel would refuse the second */
static void check_one_default(const struct node *node, struct faults *f)
{
	for (size_t i = 0; i < node->route_count; i++)
		for (size_t j = 0; j < i; j++) {
			bool later = is_before(node->routes[j].at, node->routes[i].at);
			const struct route *a = &node->routes[later ? j : i];
			const struct route *b = &node->routes[later ? i : j];

			if (a->metric == b->metric && a->to.len == b->to.len &&
			    addr_equal(&a->to.addr, &b->to.addr)) {
				fault_error(f, b->at,
					    is_default(b, AF_INET) || is_default(b, AF_INET6)
						    ? "a second default route"
						    : "a second route to the same prefix");
				fault_note(f, a->at, "the first one is here");
			}
		}
}

static bool is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && path[len] == '/';
}

/* check_paths() - a path cannot be a file and a folder */
static void check_paths(const struct node *node, struct faults *f)
{
	for (size_t i = 0; i < node->file_count; i++)
		for (size_t j = 0; j < node->file_count; j++)
			if (is_below(node->files[i].path, node->files[j].path)) {
				fault_error(f, node->files[i].at,
					    "'%s' is a file, and a folder here",
					    node->files[j].path);
				fault_note(f, node->files[j].at, "the file is here");
			}
}

/* can_read() - a file that may be read; false with errno */
static bool can_read(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0 || access(path, R_OK) < 0)
		return false;
	errno = EISDIR;
	return !S_ISDIR(st.st_mode);
}

/* check_files() - each `from` is written as seen from the lab file's folder, and becomes a path
 * from our own; the file must be readable */
static void check_files(const struct lab *lab, const struct node *node, struct faults *f)
{
	const char *slash = strrchr(lab->file, '/');
	int dir = slash ? (int)(slash - lab->file) + 1 : 0;

	for (size_t i = 0; i < node->file_count; i++) {
		struct node_file *file = &node->files[i];
		auto_free char *path = NULL;

		if (!file->from)
			continue;
		path = file->from[0] == '/' ? xstrdup(file->from)
					    : xasprintf("%.*s%s", dir, lab->file, file->from);
		if (!can_read(path))
			fault_error(f, file->from_at, "cannot read %s: %s", path, strerror(errno));
		free(file->from);
		file->from = path;
		path = NULL;
	}
}

static void check_node(const struct lab *lab, const struct owners *o, const struct node *node,
		       struct faults *f)
{
	if (!node->iface_count && !f->errors)
		fault_warning(f, node->at, "node '%s' has no interface", node->name);
	for (size_t i = 0; i < node->iface_count; i++)
		check_iface(node->ifaces[i], f);
	for (size_t i = 0; i < node->route_count; i++)
		check_route(o, node, &node->routes[i], f);
	check_one_default(node, f);
	check_paths(node, f);
	check_files(lab, node, f);
}

void check_lab(struct lab *lab, const char *programs, struct faults *f)
{
	struct owners o = owners_of(lab);

	check_duplicate_addresses(&o, f);
	check_overlapping_subnets(lab, f);
	for (size_t i = 0; i < lab->wire_count; i++)
		check_wire(lab->wires[i], f);
	for (size_t i = 0; i < lab->node_count; i++)
		check_node(lab, &o, lab->nodes[i], f);
	if (programs)
		check_programs(lab, programs, f);
	free(o.list);
}
