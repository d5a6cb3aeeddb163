/* SPDX-License-Identifier: MIT */
/* "partition a,b / c,d": who is on which side of which LAN. */
#include <string.h>

#include "nodes/common/mem.h"
#include "topology/action_parse.h"

/* A side as it is written, before it is known which LAN is meant. */
struct member {
	const struct node *node;
	unsigned side;
	size_t word; /* that names it */
};

struct members {
	struct member *list;
	size_t count;
	unsigned sides;
};

/* add_member() - to the side that is read just now; the word taken last is the one that names it */
static bool add_member(struct words *w, struct members *m, const struct node *node)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->list[i].node == node)
			return words_complain(w, "node '%s' stands there twice", node->name);
	*xappend(&m->list, &m->count) = (struct member){ node, m->sides, w->at - 1 };
	return true;
}

/* add_named() - a node, or all nodes of a group (`pc` of pc1, pc2 ...) */
static bool add_named(struct words *w, const struct lab *lab, struct members *m, const char *name)
{
	bool any = false;

	if (lab_node(lab, name))
		return add_member(w, m, lab_node(lab, name));
	for (size_t i = 0; i < lab->node_count; i++) {
		const struct node *node = lab->nodes[i];

		if (!node->group || strcmp(node->group, name) != 0)
			continue;
		any = true;
		if (!add_member(w, m, node))
			return false;
	}
	return any || find_node(w, lab, name);
}

/* take_sides() - "a,b / c,d", in as many words as it was typed in */
static bool take_sides(struct words *w, const struct lab *lab, struct members *m)
{
	bool empty = true;

	m->sides = 1;
	while (words_peek(w)) {
		const char *p = words_take(w, "");

		while (*p) {
			size_t len = strcspn(p, ",/ \t");
			auto_free char *name = xstrndup(p, len);

			if (len && !add_named(w, lab, m, name))
				return false;
			empty &= !len;
			p += len;
			if (*p == '/') {
				if (empty)
					return words_complain(w,
							      "a side of the partition is empty");
				m->sides++;
				empty = true;
			}
			p += *p != '\0';
		}
	}
	if (empty)
		return words_complain(w, m->count ? "a side of the partition is empty"
						  : "the sides are missing, as in: a,b / c,d");
	if (m->sides > SIDES_MAX)
		return words_complain(w, "more than %d sides", SIDES_MAX);
	return true;
}

static bool is_on(const struct node *node, const struct wire *lan)
{
	for (size_t i = 0; i < node->iface_count; i++)
		if (node->ifaces[i]->wire == lan)
			return true;
	return false;
}

static bool holds_all(const struct members *m, const struct wire *lan)
{
	for (size_t i = 0; i < m->count; i++)
		if (!is_on(m->list[i].node, lan))
			return false;
	return true;
}

/* the_lan() - the only one that all of the named nodes are on */
static const struct wire *the_lan(struct words *w, const struct lab *lab, const struct members *m)
{
	const struct wire *found = NULL;

	for (size_t i = 0; i < lab->wire_count; i++) {
		const struct wire *lan = lab->wires[i];

		if (lan->kind == WIRE_CABLE || !holds_all(m, lan))
			continue;
		if (found) {
			words_complain(w, "these nodes share the LANs %s and %s: say which",
				       found->name, lan->name);
			return NULL;
		}
		found = lan;
	}
	if (!found)
		words_complain(w, "no LAN has all of these nodes");
	return found;
}

/* divide() - the sides by port: of a node that hangs on the LAN twice both ports are on its side.
 * The partition is called after the LAN where nobody named it. */
static bool divide(struct words *w, struct action *a, const struct members *m)
{
	if (!a->lan)
		a->lan = the_lan(w, a->lab, m);
	if (!a->lan)
		return false;
	a->side_count = m->sides;
	a->sides = xcalloc(a->lan->port_count, 1);
	for (size_t i = 0; i < m->count; i++) {
		if (!is_on(m->list[i].node, a->lan) && (w->at = m->list[i].word + 1))
			return words_complain(w, "node '%s' is not on LAN '%s'",
					      m->list[i].node->name, a->lan->name);
		for (size_t p = 0; p < a->lan->port_count; p++)
			if (a->lan->ports[p]->node == m->list[i].node)
				a->sides[p] = (uint8_t)m->list[i].side;
	}
	if (!a->name)
		a->name = xstrdup(a->lan->name);
	return true;
}

/* at_option() - is it `lan LAN` or `name NAME`? A node may be called lan or name: then it is an
 * option if what follows can be its value, and no part of a side */
static bool at_option(const struct words *w, const struct lab *lab)
{
	const char *word = words_peek(w);
	const char *value = w->at + 1 < w->count ? w->list[w->at + 1] : NULL;

	if (!word || (strcmp(word, "lan") != 0 && strcmp(word, "name") != 0))
		return false;
	if (!lab_node(lab, word))
		return true;
	if (*word == 'l')
		return value && lab_lan(lab, value);
	return value && name_is_good(value) && !lab_node(lab, value) && w->at + 2 < w->count;
}

/* take_option() - at_option() has seen one; of two of a kind the later counts */
static bool take_option(struct words *w, struct action *a)
{
	bool is_lan = words_accept(w, "lan") || !words_accept(w, "name");
	const char *value = words_take(w, is_lan ? "the LAN" : "the name");

	if (!value)
		return false;
	if (is_lan)
		return (a->lan = find_lan(w, a->lab, value)) != NULL;
	if (!name_is_good(value))
		return words_complain(w, "'%s' is not a name: a-z, 0-9 and -", value);
	free(a->name);
	a->name = xstrdup(value);
	return true;
}

/* partition [lan LAN] [name NAME] SIDE / SIDE ... */
bool action_parse_partition(struct words *w, struct action *a)
{
	struct members m = { 0 };
	bool good;

	while (at_option(w, a->lab))
		if (!take_option(w, a))
			return false;
	good = take_sides(w, a->lab, &m) && divide(w, a, &m);
	free(m.list);
	return good;
}
