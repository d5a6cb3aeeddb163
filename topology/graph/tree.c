/* SPDX-License-Identifier: MIT */
/*
 * The textbook's picture. LANs and nodes are the elements of a tree: below a LAN hang its nodes,
 * below a node its other LANs, and the nodes at the other ends of its cables. Each element is
 * measured with all that is below it, then placed: nothing can cover anything else.
 *
 *      | eth0 .2  <- a node: how it hangs on what is above    ===+====  office  <- a LAN: its bar,
 *   +--+---+         its box                                     |                 as often as
 *   |  r1  |                                                 ||==+====             it takes for
 *   +--+---+         how what is below hangs on it               |                 all to hang
 *      | eth1 .1                                                                   there
 *
 * Nodes that hang on the same two LANs stand side by side between the bars: a group.
 */
#include <stdlib.h>

#include "nodes/common/mem.h"
#include "topology/graph/tree_core.h"

#define BETWEEN_TREES 2

static void tree_begin(struct tree *t, const struct picture *p)
{
	*t = (struct tree){ .p = p, .d = drawing_new() };
	t->nodes = xcalloc(p->node_count + 1, sizeof(*t->nodes));
	t->lans = xcalloc(p->wire_count + 1, sizeof(*t->lans));
	t->seen_nodes = xcalloc(p->node_count + 1, sizeof(bool));
	t->hidden = xcalloc(p->node_count + 1, sizeof(bool));
	t->seen_lans = xcalloc(p->wire_count + 1, sizeof(bool));
	t->used = xcalloc(p->end_count + 1, sizeof(bool));
	for (size_t i = 0; i < p->node_count; i++)
		t->nodes[i] = (struct element){ .index = i, .text = p->nodes[i].name };
	for (size_t i = 0; i < p->wire_count; i++)
		t->lans[i] = (struct element){ .kind = ELEMENT_LAN, .index = i };
}

/* tree_end() - all but the drawing */
static void tree_end(struct tree *t)
{
	for (size_t i = 0; i < t->p->node_count; i++)
		free(t->nodes[i].children);
	for (size_t i = 0; i < t->p->wire_count; i++) {
		free(t->lans[i].children);
		free(t->lans[i].bars_at);
	}
	for (size_t i = 0; i < t->group_count; i++) {
		free(t->groups[i]->children);
		free(t->groups[i]);
	}
	free(t->groups);
	free(t->nodes);
	free(t->lans);
	free(t->seen_nodes);
	free(t->seen_lans);
	free(t->hidden);
	free(t->used);
}

struct drawing *tree_layout(const struct picture *p, unsigned columns, bool folded,
			    size_t **left_out, size_t *left_out_count)
{
	struct element *root;
	struct tree t;
	int y = 0;

	tree_begin(&t, p);
	if (folded)
		tree_fold(&t);
	while ((root = tree_find_root(&t))) {
		tree_grow(&t, root);
		tree_measure(&t, root, (int)columns);
		tree_place(&t, root, 0, y);
		y += root->h + BETWEEN_TREES - 1;
	}
	*left_out = NULL;
	*left_out_count = 0;
	for (size_t i = 0; i < p->end_count; i++)
		if (!t.used[i])
			*xappend(left_out, left_out_count) = i;
	tree_end(&t);
	return t.d;
}
