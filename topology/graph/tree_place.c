/* SPDX-License-Identifier: MIT */
/* What was measured, as shapes at their places. */
#include <stdlib.h>

#include "nodes/common/mem.h"
#include "topology/graph/tree_core.h"

/* put_label() - nothing where there is no end (-1) */
static void put_label(struct tree *t, int end, int x, int y)
{
	char *text = end < 0 ? NULL : end_label(&t->p->ends[end]);
	struct shape *s;

	if (!text)
		return;
	s = drawing_add(t->d, SHAPE_LABEL, x, y, (double)text_columns(text), 1, text);
	s->by_dhcp = t->p->ends[end].by_dhcp;
}

/* put_line() - down column x, from the middle of one row to that of another */
static void put_line(struct tree *t, int end, int x, int from, int to)
{
	struct shape *s = drawing_add(t->d, SHAPE_LINE, x + 0.5, from + 0.5, 0, to - from, NULL);

	s->look = end < 0 ? LOOK_PLAIN : line_look(t->p, (size_t)end);
}

static void put_box(struct tree *t, const struct element *e, int x, int y)
{
	const struct picture_node *n = &t->p->nodes[e->index];
	struct shape *s =
		drawing_add(t->d, SHAPE_BOX, x + e->box_x, y, e->box_w, BOX_H, xstrdup(e->text));

	s->look = n->look;
	s->round = n->end_count < 2;
}

/* place_node() - its box, and a line to each child; the line from above is drawn there */
static void place_node(struct tree *t, struct element *e, int x, int y)
{
	int box_y = y + (e->parent && !e->above), bottom = box_y + BOX_H - 1;

	put_box(t, e, x, box_y);
	if (e->above)
		put_label(t, e->end, x + e->anchor + 2, bottom + 1);
	else if (e->parent)
		put_label(t, e->end, x + e->anchor + 2, y);
	for (size_t i = 0; i < e->count; i++) {
		struct element *c = e->children[i];
		int at = x + c->dx + c->anchor;

		put_line(t, lower_label(c), at, bottom, y + c->dy + (c->kind == ELEMENT_NODE));
		put_label(t, lower_label(c), at + 2, bottom + 1);
		tree_place(t, c, x + c->dx, y + c->dy);
	}
}

/* put_bars() - with the LAN's name, and a spine where they are several */
static void put_bars(struct tree *t, const struct element *e, int x, int y)
{
	const struct picture_wire *w = &t->p->wires[e->index];
	const struct bar *first = &e->bars_at[0], *last = &e->bars_at[e->bars - 1];
	char *label = lan_label(w);
	struct shape *s;

	for (const struct bar *bar = first; bar <= last; bar++) {
		s = drawing_add(t->d, SHAPE_BAR, x + 0.5, y + bar->y + 0.5, bar->w - 1, 0, NULL);
		s->look = w->split ? LOOK_BAD : LOOK_PLAIN;
	}
	if (e->bars > 1)
		drawing_add(t->d, SHAPE_BAR, x + 0.5, y + first->y + 0.5, 0, last->y - first->y,
			    NULL);
	s = drawing_add(t->d, SHAPE_LABEL, e->label_at_end ? x + first->w + 1 : x,
			y + first->y - !e->label_at_end, (double)text_columns(label), 1, label);
	s->strong = true;
}

/* place_group() - the LAN above draws no lines to it: it does not know where its nodes are */
static void place_group(struct tree *t, struct element *e, int x, int y)
{
	for (size_t i = 0; i < e->count; i++) {
		const struct element *n = e->children[i];
		int at = x + n->dx + n->anchor;

		put_line(t, n->end, at, y - 1, y + 1);
		put_label(t, n->end, at + 2, y);
		put_box(t, n, x + n->dx, y + 1);
		put_line(t, n->far_end, at, y + BOX_H, y + e->lower->dy);
		put_label(t, n->far_end, at + 2, y + 1 + BOX_H);
	}
	tree_place(t, e->lower, x, y + e->lower->dy);
}

/* place_lan() - its bars, and a line to each node; a group draws the lines to its own */
static void place_lan(struct tree *t, struct element *e, int x, int y)
{
	put_bars(t, e, x, y);
	for (size_t i = 0; i < e->count; i++) {
		struct element *c = e->children[i];
		int at = x + c->dx + c->anchor;

		if (c->above)
			put_line(t, c->end, at, y + BOX_H - 1, y + e->bars_at[0].y);
		else if (c->kind == ELEMENT_NODE)
			put_line(t, c->end, at, y + c->dy - 1, y + c->dy + 1);
		tree_place(t, c, x + c->dx, y + c->dy);
	}
}

/* tree_place() - all that is below it too; (x, y) is the upper left of what was measured */
void tree_place(struct tree *t, struct element *e, int x, int y)
{
	switch (e->kind) {
	case ELEMENT_NODE:
		place_node(t, e, x, y);
		break;
	case ELEMENT_LAN:
		place_lan(t, e, x, y);
		break;
	case ELEMENT_GROUP:
		place_group(t, e, x, y);
		break;
	}
}
