/* SPDX-License-Identifier: MIT */
#include "topology/graph/picture.h"

#include <stdlib.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "topology/table.h"

/* ---- what both kinds share ------------------------------------------------------------------- */

static struct picture *picture_new(const char *lab)
{
	struct picture *p = xcalloc(1, sizeof(*p));

	p->lab = xstrdup(lab);
	return p;
}

/* stem() - of nodes that `count` has numbered: "pc12" is one of "pc"; NULL: it has no number */
static char *stem(const char *name)
{
	size_t len = strlen(name);

	while (len && name[len - 1] >= '0' && name[len - 1] <= '9')
		len--;
	return len && name[len] ? xstrndup(name, len) : NULL;
}

/* add_node() - valid until the next one */
static struct picture_node *add_node(struct picture *p, const char *name, bool forwards)
{
	struct picture_node *n = xappend(&p->nodes, &p->node_count);

	n->name = xstrdup(name);
	n->group = stem(name);
	n->forwards = forwards;
	return n;
}

/* add_wire() - takes `subnets` over */
static void add_wire(struct picture *p, const char *name, enum wire_kind kind, char *subnets)
{
	*xappend(&p->wires, &p->wire_count) =
		(struct picture_wire){ .name = xstrdup(name), .kind = kind, .subnets = subnets };
}

/* shorten() - an address as the textbook writes it: in a LAN of /24 or longer its last number,
 * elsewhere without its prefix length */
static char *shorten(const struct prefix *p, bool on_lan)
{
	char text[ADDR_TEXT_LEN];

	if (on_lan && p->addr.family == AF_INET && p->len >= 24)
		return xasprintf(".%u", p->addr.bytes[3]);
	return xstrdup(addr_format(&p->addr, text));
}

/* add_end() - its node and its wire know of it; valid until the next one. Its
 * address is still missing. */
static struct end *add_end(struct picture *p, size_t node, size_t wire, const char *iface)
{
	struct end *e = xappend(&p->ends, &p->end_count);
	size_t number = p->end_count - 1;

	*e = (struct end){ .node = node, .wire = wire, .iface = xstrdup(iface) };
	*xappend(&p->nodes[node].ends, &p->nodes[node].end_count) = number;
	*xappend(&p->wires[wire].ends, &p->wires[wire].end_count) = number;
	return e;
}

/* join() - takes `list` over; the longer one is to be freed */
static char *join(char *list, const char *word)
{
	char *longer = xasprintf("%s%s%s", list, *list ? " " : "", word);

	free(list);
	return longer;
}

void picture_free(struct picture *p)
{
	for (size_t i = 0; i < p->node_count; i++) {
		free(p->nodes[i].name);
		free(p->nodes[i].group);
		free(p->nodes[i].ends);
	}
	for (size_t i = 0; i < p->wire_count; i++) {
		free(p->wires[i].name);
		free(p->wires[i].subnets);
		free(p->wires[i].ends);
	}
	for (size_t i = 0; i < p->end_count; i++) {
		free(p->ends[i].iface);
		free(p->ends[i].address);
	}
	free(p->nodes);
	free(p->wires);
	free(p->ends);
	free(p->lab);
	free(p);
}

/* ---- of a file ------------------------------------------------------------------------------- */

/* address_of() - of the first one, as it is drawn; to be freed */
static char *address_of(const struct iface *iface)
{
	bool on_lan = iface->wire->kind != WIRE_CABLE && iface->wire->subnet_count;

	if (iface->ip_kind == IP_DHCP)
		return xstrdup("dhcp");
	return iface->addr_count ? shorten(&iface->addrs[0], on_lan) : xstrdup("");
}

struct picture *picture_of_lab(const struct lab *lab)
{
	struct picture *p = picture_new(lab->name);

	for (size_t i = 0; i < lab->wire_count; i++) {
		const struct wire *w = lab->wires[i];
		char *subnets = xstrdup(""), text[PREFIX_TEXT_LEN];

		for (size_t k = 0; k < w->subnet_count; k++)
			subnets = join(subnets, prefix_format(&w->subnets[k], text));
		add_wire(p, w->name, w->kind, subnets);
	}
	for (size_t i = 0; i < lab->node_count; i++) {
		const struct node *n = lab->nodes[i];

		add_node(p, n->name, n->forward);
		for (size_t k = 0; k < n->iface_count; k++) {
			struct end *e =
				add_end(p, i, n->ifaces[k]->wire->index, n->ifaces[k]->name);

			e->by_dhcp = n->ifaces[k]->ip_kind == IP_DHCP;
			e->address = address_of(n->ifaces[k]);
		}
	}
	return p;
}

/* ---- of a lab that runs ---------------------------------------------------------------------- */

/* look_of() - the worst of its commands: one that failed or was stopped, before
 * one that is on its way */
static enum look look_of(const json_t *commands)
{
	enum look look = LOOK_PLAIN;
	const json_t *c;
	size_t i;

	json_array_foreach (commands, i, c) {
		const char *state = text_of(c, "state");

		if (strcmp(state, "failed") == 0 || strcmp(state, "stopped") == 0)
			return LOOK_BAD;
		if (strcmp(state, "ready") != 0 && strcmp(state, "exited") != 0)
			look = LOOK_WAITING;
		else if (look == LOOK_PLAIN)
			look = LOOK_GOOD;
	}
	return look;
}

/* find_wire() - its number; wire_count: there is none of that name */
static size_t find_wire(const struct picture *p, const char *name)
{
	size_t i = 0;

	while (i < p->wire_count && strcmp(p->wires[i].name, name) != 0)
		i++;
	return i;
}

/* wire_of() - the LAN; or the cable, which is made when its first end comes, and is called after
 * it. In the second end's words that is its peer. */
static size_t wire_of(struct picture *p, const char *node, const json_t *iface)
{
	const char *lan = text_of(iface, "lan"), *peer = text_of(iface, "peer");
	auto_free char *own = xasprintf("%s:%s", node, text_of(iface, "name"));
	size_t i;

	if (*lan)
		return find_wire(p, lan);
	i = find_wire(p, peer);
	if (i == p->wire_count)
		add_wire(p, own, WIRE_CABLE, xstrdup(""));
	return i;
}

/* add_iface() - one whose wire is unknown is left out */
static void add_iface(struct picture *p, size_t node, const json_t *iface)
{
	size_t wire = wire_of(p, p->nodes[node].name, iface);
	const char *first = json_string_value(
			   json_array_get(json_object_get(iface, "addresses"), 0)),
		   *why;
	struct end *e;
	struct prefix prefix;

	if (wire == p->wire_count)
		return;
	e = add_end(p, node, wire, text_of(iface, "name"));
	e->by_dhcp = json_is_true(json_object_get(iface, "dhcp"));
	if (first && prefix_parse(&prefix, first, &why))
		e->address = shorten(&prefix, p->wires[wire].kind != WIRE_CABLE);
	else
		e->address = xstrdup(e->by_dhcp ? "dhcp" : "");
	if (json_is_true(json_object_get(iface, "cut")))
		e->look = LOOK_BAD;
}

static void add_lan(struct picture *p, const json_t *lan)
{
	char *subnets = xstrdup("");
	const json_t *subnet;
	size_t i;

	json_array_foreach (json_object_get(lan, "subnets"), i, subnet)
		subnets = join(subnets, json_string_value(subnet));
	add_wire(p, text_of(lan, "name"),
		 strcmp(text_of(lan, "kind"), "hub") == 0 ? WIRE_HUB : WIRE_SWITCH, subnets);
	p->wires[p->wire_count - 1].split = json_object_get(lan, "partition") != NULL;
}

struct picture *picture_of_status(const json_t *status)
{
	struct picture *p = picture_new(text_of(status, "lab"));
	const json_t *each, *iface;
	size_t i, k;

	json_array_foreach (json_object_get(status, "lans"), i, each)
		add_lan(p, each);
	json_array_foreach (json_object_get(status, "nodes"), i, each) {
		add_node(p, text_of(each, "name"), json_is_true(json_object_get(each, "forward")));
		p->nodes[i].look = look_of(json_object_get(each, "commands"));
		json_array_foreach (json_object_get(each, "interfaces"), k, iface)
			add_iface(p, i, iface);
	}
	return p;
}

const struct end *other_end(const struct picture *p, size_t end)
{
	const struct picture_wire *w = &p->wires[p->ends[end].wire];

	if (w->kind != WIRE_CABLE || w->end_count != 2)
		return &p->ends[end];
	return &p->ends[w->ends[0] == end ? w->ends[1] : w->ends[0]];
}

enum look line_look(const struct picture *p, size_t end)
{
	enum look look = p->ends[end].look;

	return look ? look : other_end(p, end)->look;
}
