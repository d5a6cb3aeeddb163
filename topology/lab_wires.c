/* SPDX-License-Identifier: MIT */
/* The wires of a lab file: `lans`, each a bridge, and `links`, each a cable between two nodes. */
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/suggest.h"
#include "topology/lab_read.h"

/* wire_new() - takes `name` over; MTU and offload are those of the
 * defaults, which are read before */
static struct wire *wire_new(struct config_reader *r, char *name, struct place at,
			     enum wire_kind kind)
{
	struct wire *w = xcalloc(1, sizeof(*w));

	w->name = name;
	w->at = at;
	w->kind = kind;
	w->mtu = reading(r)->lab->default_mtu;
	w->offload = reading(r)->lab->default_offload;
	w->index = reading(r)->lab->wire_count;
	*xappend(&reading(r)->lab->wires, &reading(r)->lab->wire_count) = w;
	return w;
}

static void read_lan_subnet(struct config_reader *r, struct yaml *y, void *wire)
{
	read_subnets(r, y, wire);
}

static void read_lan_kind(struct config_reader *r, struct yaml *y, void *wire)
{
	static const char *const kinds[] = { "switch", "hub" };
	unsigned kind;

	if (read_word(r, y, "kind", kinds, ARRAY_SIZE(kinds), &kind))
		((struct wire *)wire)->kind = kind;
}

static void read_wire_mtu(struct config_reader *r, struct yaml *y, void *wire)
{
	((struct wire *)wire)->mtu_at = y->at;
	read_mtu(r, y, &((struct wire *)wire)->mtu);
}

static void read_wire_offload(struct config_reader *r, struct yaml *y, void *wire)
{
	read_bool(r, y, "offload", &((struct wire *)wire)->offload);
}

static const struct key lan_keys[] = {
	{ "subnet", read_lan_subnet },
	{ "kind", read_lan_kind },
	{ "mtu", read_wire_mtu },
	{ "offload", read_wire_offload },
};

/* A LAN is its subnet, a list of them, a map, or nothing: then the plan numbers it. */
static void read_lan(struct config_reader *r, struct yaml *y)
{
	struct wire *wire = wire_new(r, xstrdup(y->key), y->key_at, WIRE_SWITCH);
	char what[64];

	read_device_name(r, y->key, y->key_at, "LAN");
	snprintf(what, sizeof(what), "LAN '%s'", y->key);
	if (y->kind == YAML_MAP)
		read_map(r, y, lan_keys, ARRAY_SIZE(lan_keys), what, wire);
	else if (!yaml_is_empty(y))
		read_subnets(r, y, wire);
}

void read_lans(struct config_reader *r, struct yaml *y, void *lab)
{
	(void)lab;
	if (yaml_is_empty(y))
		return;
	if (y->kind != YAML_MAP) {
		fault_error(r->faults, y->at, "'lans' is %s; it should be a map of LANs by name",
			    yaml_kind_name(y));
		return;
	}
	for (struct yaml *e = y->entries; e; e = e->next)
		read_lan(r, e);
}

/* node_of_end() - NULL with a fault that names the nearest */
static struct node *node_of_end(struct config_reader *r, const char *name, struct place at)
{
	struct node *node = lab_node(reading(r)->lab, name);
	struct suggestion s = suggest_for(name);

	if (node)
		return node;
	for (size_t i = 0; i < reading(r)->lab->node_count; i++)
		suggest_consider(&s, reading(r)->lab->nodes[i]->name);
	fault_error(r->faults, at, "node '%s' is not defined%s", name, suggest_text(&s));
	return NULL;
}

/* read_end() - "pc1:eth0", which must be free; a new interface if the node does not describe it */
static struct iface *read_end(struct config_reader *r, const struct yaml *y)
{
	const char *colon = y->kind == YAML_SCALAR ? strchr(y->text, ':') : NULL;
	auto_free char *name = colon ? xstrndup(y->text, (size_t)(colon - y->text)) : NULL;
	struct node *node;
	struct iface *iface;

	if (!colon || !colon[1]) {
		fault_error(r->faults, y->at, "an end of a link is NODE:INTERFACE, as in r1:eth0");
		return NULL;
	}
	node = node_of_end(r, name, y->at);
	if (!node)
		return NULL;
	iface = node_iface(node, colon + 1);
	if (!iface)
		return iface_new(r, node, colon + 1, y->at);
	if (iface->wire || iface->lan_unknown) {
		fault_error(r->faults, y->at, "interface '%s' is already connected", y->text);
		fault_note(r->faults, iface->at, "first connected here");
		return NULL;
	}
	iface->at = y->at;
	return iface;
}

/* A link is [A:IF, B:IF], with a subnet as a third part, or a map with `ends`. */
static void read_ends(struct config_reader *r, struct yaml *y, void *into)
{
	struct wire *wire = into;
	struct yaml *first = y->entries, *second = first ? first->next : NULL;
	struct iface *a, *b;

	if (y->kind != YAML_LIST || !second || second->next) {
		fault_error(r->faults, y->at, "a link has two ends, as in [r1:eth1, r2:eth1]");
		return;
	}
	a = read_end(r, first);
	b = read_end(r, second);
	if (a)
		plug(a, wire);
	if (b && b->wire)
		fault_error(r->faults, second->at, "both ends of the link are '%s'", second->text);
	else if (b)
		plug(b, wire);
	free(wire->name);
	wire->name = xasprintf("%.40s-%.40s", first->kind == YAML_SCALAR ? first->text : "?",
			       second->kind == YAML_SCALAR ? second->text : "?");
}

static const struct key link_keys[] = {
	{ "ends", read_ends },
	{ "subnet", read_lan_subnet },
	{ "mtu", read_wire_mtu },
	{ "offload", read_wire_offload },
};

/* read_short_link() - [A:IF, B:IF], and any number of subnets behind */
static void read_short_link(struct config_reader *r, struct yaml *y, struct wire *wire)
{
	struct yaml *second = y->entries ? y->entries->next : NULL;
	struct yaml *subnet = second ? second->next : NULL;

	if (subnet) {
		second->next = NULL; /* the ends are a list of two for a moment */
		read_ends(r, y, wire);
		second->next = subnet;
		for (; subnet; subnet = subnet->next)
			read_subnets(r, subnet, wire);
	} else {
		read_ends(r, y, wire);
	}
}

void read_links(struct config_reader *r, struct yaml *y, void *lab)
{
	(void)lab;
	if (yaml_is_empty(y))
		return;
	if (y->kind != YAML_LIST) {
		fault_error(r->faults, y->at, "'links' is %s; it should be a list of links",
			    yaml_kind_name(y));
		return;
	}
	for (struct yaml *e = y->entries; e; e = e->next) {
		struct wire *wire = wire_new(r, xstrdup("link"), e->at, WIRE_CABLE);

		if (e->kind != YAML_MAP)
			read_short_link(r, e, wire);
		else if (read_map(r, e, link_keys, ARRAY_SIZE(link_keys), "link", wire) &&
			 !yaml_get(e, "ends"))
			fault_error(r->faults, e->at, "the link has no 'ends'");
	}
}
