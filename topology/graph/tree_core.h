/* SPDX-License-Identifier: MIT */
/* What the parts of the tree layout share; nobody else includes it. */
#ifndef VETHLAB_TREE_CORE_H
#define VETHLAB_TREE_CORE_H

#include "topology/graph/drawing.h"

#define BOX_H  3
#define HOST_H (1 + BOX_H) /* how it hangs, and its box */

enum element_kind { ELEMENT_NODE, ELEMENT_LAN, ELEMENT_GROUP };

struct element {
	enum element_kind kind;
	size_t index;			    /* of the node or wire */
	const char *text;		    /* what the box says */
	struct element *parent, **children; /* of a group: its nodes */
	struct element *lower;		    /* of a group: the LAN below it */
	size_t count;
	int end;     /* how it hangs on its parent: the node's end, or -1 */
	int far_end; /* of a cable the parent's end; of a group's node its end at the lower LAN */
	int w, h, anchor; /* of it with all below; the column where the line from above comes in */
	int dx, dy;	  /* in its parent */
	bool above;	  /* a host on the upper side of the root's bar */
	struct bar {
		int y, w;
	} * bars_at; /* of a LAN */
	int bars;
	bool label_at_end;
	int box_x, box_w;
};

struct tree {
	const struct picture *p;
	struct drawing *d;
	struct element *nodes, *lans; /* by index */
	bool *seen_nodes, *seen_lans, *hidden;
	bool *used; /* ends that are in the tree */
	struct element **groups;
	size_t group_count;
};

/* ---- tree_grow.c: who hangs on whom ---------------------------------------------------------- */

/* tree_find_root() - where the next tree begins: the LAN with the most routers, the first of
 * them; without LANs the node with the most cables; NULL: all is in a tree */
struct element *tree_find_root(struct tree *t);

/* tree_grow() - breadth first, so that each element is as near to the root as it can be */
void tree_grow(struct tree *t, struct element *root);

/* tree_fold() - hosts that are alike become one box, "pc1 .. pc200" */
void tree_fold(struct tree *t);

/* ---- tree_measure.c: how much room each needs ------------------------------------------------ */

/* tree_measure() - an element with all that is below it: its size, and where its children are in
 * it */
void tree_measure(struct tree *t, struct element *e, int columns);

/* lan_label() - its name, then its subnets; to be freed */
char *lan_label(const struct picture_wire *w);

/* lower_label() - the parent's end of what hangs below a node */
int lower_label(const struct element *child);

/* ---- tree_place.c: shapes at their places ---------------------------------------------------- */

void tree_place(struct tree *t, struct element *e, int x, int y);

#endif
