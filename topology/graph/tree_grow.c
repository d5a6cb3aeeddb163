/* SPDX-License-Identifier: MIT */
/* The tree of a picture: who hangs on whom, and what makes a circle and is in no tree. */
#include <stdlib.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "topology/graph/tree_core.h"

#define FOLD_FROM 9 /* so many that are alike */

/* adopt() - `end` is the child's own; `far_end` is the parent's, where a
 * cable joins them, else -1 */
static void adopt(struct element *parent, struct element *child, int end, int far_end)
{
	child->parent = parent;
	child->end = end;
	child->far_end = far_end;
	*xappend(&parent->children, &parent->count) = child;
}

/* adopt_nodes_of_lan() - but for those of another tree, or higher up in this one. The ends of
 * folded nodes are in it too, by the box that stands for them. */
static void adopt_nodes_of_lan(struct tree *t, struct element *lan)
{
	const struct picture_wire *w = &t->p->wires[lan->index];

	for (size_t i = 0; i < w->end_count; i++) {
		size_t node = t->p->ends[w->ends[i]].node;

		if (t->hidden[node])
			t->used[w->ends[i]] = true;
		if (t->seen_nodes[node])
			continue;
		t->seen_nodes[node] = t->used[w->ends[i]] = true;
		adopt(lan, &t->nodes[node], (int)w->ends[i], -1);
	}
}

/* adopt_of_node() - its LANs, and the nodes at its cables' other ends, as far as
 * they are in no tree yet */
static void adopt_of_node(struct tree *t, struct element *node)
{
	const struct picture_node *n = &t->p->nodes[node->index];

	for (size_t i = 0; i < n->end_count; i++) {
		size_t wire = t->p->ends[n->ends[i]].wire;
		const struct end *far = other_end(t->p, n->ends[i]);
		size_t far_number = (size_t)(far - t->p->ends);

		if (t->p->wires[wire].kind != WIRE_CABLE) {
			if (t->seen_lans[wire])
				continue;
			t->seen_lans[wire] = t->used[n->ends[i]] = true;
			adopt(node, &t->lans[wire], (int)n->ends[i], -1);
		} else if (!t->seen_nodes[far->node]) {
			t->seen_nodes[far->node] = true;
			t->used[n->ends[i]] = t->used[far_number] = true;
			adopt(node, &t->nodes[far->node], (int)far_number, (int)n->ends[i]);
		}
	}
}

/* lower_end() - of a node with two interfaces, the one at this LAN; -1: it has none there */
static int lower_end(const struct picture *p, size_t node, size_t wire)
{
	const struct picture_node *n = &p->nodes[node];

	for (size_t i = 0; n->end_count == 2 && i < n->end_count; i++)
		if (p->ends[n->ends[i]].wire == wire)
			return (int)n->ends[i];
	return -1;
}

/* form_group() - of those children that hang on this other LAN too, if there are several */
static void form_group(struct tree *t, struct element *lan, size_t wire)
{
	size_t count = 0, rest = 0;
	struct element *group;

	for (size_t i = 0; i < lan->count; i++)
		count += lan->children[i]->kind == ELEMENT_NODE &&
			 lower_end(t->p, lan->children[i]->index, wire) >= 0;
	if (count < 2)
		return;
	group = xcalloc(1, sizeof(*group));
	*group = (struct element){ .kind = ELEMENT_GROUP, .parent = lan, .end = -1, .far_end = -1 };
	*xappend(&t->groups, &t->group_count) = group;
	for (size_t i = 0; i < lan->count; i++) {
		struct element *c = lan->children[i];
		int end = c->kind == ELEMENT_NODE ? lower_end(t->p, c->index, wire) : -1;

		if (end < 0) {
			lan->children[rest++] = c;
			continue;
		}
		c->far_end = end;
		t->used[end] = true;
		*xappend(&group->children, &group->count) = c;
	}
	lan->count = rest;
	*xappend(&lan->children, &lan->count) = group;
	t->seen_lans[wire] = true;
	group->lower = &t->lans[wire];
	group->lower->parent = group;
	group->lower->end = group->lower->far_end = -1;
}

/* form_groups() - for each LAN that is in no tree yet */
static void form_groups(struct tree *t, struct element *lan)
{
	for (size_t i = 0; i < t->p->wire_count; i++)
		if (t->p->wires[i].kind != WIRE_CABLE && !t->seen_lans[i])
			form_group(t, lan, i);
}

void tree_grow(struct tree *t, struct element *root)
{
	struct element **queue = NULL;
	size_t count = 0;

	root->end = root->far_end = -1;
	*xappend(&queue, &count) = root;
	for (size_t i = 0; i < count; i++) {
		struct element *e = queue[i];

		if (e->kind == ELEMENT_LAN) {
			adopt_nodes_of_lan(t, e);
			form_groups(t, e);
		} else {
			adopt_of_node(t, e);
		}
		for (size_t k = 0; k < e->count; k++)
			*xappend(&queue, &count) =
				e->children[k]->lower ? e->children[k]->lower : e->children[k];
	}
	free(queue);
}

/* routers_of() - nodes on this LAN that lead elsewhere */
static size_t routers_of(const struct picture *p, const struct picture_wire *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->end_count; i++)
		n += p->nodes[p->ends[w->ends[i]].node].end_count > 1;
	return n;
}

struct element *tree_find_root(struct tree *t)
{
	struct element *best = NULL;
	size_t most = 0;

	for (size_t i = 0; i < t->p->wire_count; i++) {
		const struct picture_wire *w = &t->p->wires[i];

		if (w->kind == WIRE_CABLE || t->seen_lans[i] ||
		    (best && routers_of(t->p, w) <= most))
			continue;
		most = routers_of(t->p, w);
		best = &t->lans[i];
	}
	if (best) {
		t->seen_lans[best->index] = true;
		return best;
	}
	for (size_t i = 0; i < t->p->node_count; i++) {
		if (t->seen_nodes[i] || (best && t->p->nodes[i].end_count <= most))
			continue;
		most = t->p->nodes[i].end_count;
		best = &t->nodes[i];
	}
	if (best)
		t->seen_nodes[best->index] = true;
	return best;
}

/* follows() - is the node behind this one alike, but for its number, which is the next? */
static bool follows(const struct picture *p, size_t i)
{
	const struct picture_node *a = &p->nodes[i], *b = a + 1;
	const struct end *at_a, *at_b;

	if (i + 1 == p->node_count || !a->group || !b->group || strcmp(a->group, b->group) != 0 ||
	    a->end_count != 1 || b->end_count != 1 || a->look != b->look)
		return false;
	at_a = &p->ends[a->ends[0]];
	at_b = &p->ends[b->ends[0]];
	return at_a->wire == at_b->wire && at_a->look == at_b->look &&
	       strtoul(a->name + strlen(a->group), NULL, 10) + 1 ==
		       strtoul(b->name + strlen(b->group), NULL, 10);
}

void tree_fold(struct tree *t)
{
	const struct picture *p = t->p;
	size_t last;

	for (size_t i = 0; i < p->node_count; i = last + 1) {
		last = i;
		while (follows(p, last))
			last++;
		if (last - i + 1 < FOLD_FROM)
			continue;
		for (size_t k = i + 1; k <= last; k++)
			t->hidden[k] = t->seen_nodes[k] = true;
		t->nodes[i].text = xasprintf("%s .. %s", p->nodes[i].name, p->nodes[last].name);
		*xappend(&t->d->texts, &t->d->text_count) = (char *)t->nodes[i].text;
	}
}
