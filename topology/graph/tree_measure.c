/* SPDX-License-Identifier: MIT */
/* Each element of the tree, measured with all that is below it: beside each other there is a
 * gap, and nothing of one reaches into another. */
#include <stdlib.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "topology/graph/tree_core.h"

#define GAP	2 /* columns between neighbours */
#define BAR_MIN 8
#define SPINE_W 3 /* columns that a bar of several rows has at its left */

static int larger(int a, int b)
{
	return a > b ? a : b;
}

/* label_len() - in columns; 0 where there is no end (-1) */
static int label_len(const struct tree *t, int end)
{
	auto_free char *text = end < 0 ? NULL : end_label(&t->p->ends[end]);

	return text ? (int)text_columns(text) : 0;
}

char *lan_label(const struct picture_wire *w)
{
	return xasprintf("%s%s%s%s", w->name, *w->subnets ? " " : "", w->subnets,
			 w->kind == WIRE_HUB ? " (hub)" : "");
}

int lower_label(const struct element *child)
{
	return child->kind == ELEMENT_LAN ? child->end : child->far_end;
}

/* measure_node() - its box is as wide as what hangs below it is apart: each wire is one of its
 * own */
static void measure_node(struct tree *t, struct element *e, int columns)
{
	int x = 0, top = e->parent ? 1 : 0, first = 0, last = 0, below = 0;

	e->box_w = (int)text_columns(e->text) + 4;
	for (size_t i = 0; i < e->count; i++) {
		struct element *c = e->children[i];

		tree_measure(t, c, columns);
		c->w = larger(c->w, c->anchor + 2 + label_len(t, lower_label(c)));
		c->dx = x;
		c->dy = top + BOX_H + 1;
		x += c->w + GAP;
		last = c->dx + c->anchor;
		if (i == 0)
			first = last;
		below = larger(below, c->h);
	}
	if (e->count)
		e->box_w = larger(e->box_w, last - first + 5);
	e->box_x = e->count ? (first + last) / 2 - e->box_w / 2 : 0;
	if (e->box_x < 0) {
		for (size_t i = 0; i < e->count; i++)
			e->children[i]->dx -= e->box_x;
		x -= e->box_x;
		e->box_x = 0;
	}
	e->anchor = e->box_x + e->box_w / 2;
	e->w = larger(e->box_x + e->box_w, e->anchor + 2 + label_len(t, e->end));
	e->w = larger(e->w, x - GAP);
	e->h = top + BOX_H + (e->count ? 1 + below : 0);
}

/* measure_group() - its nodes side by side, the LAN below them with its name at its end */
static void measure_group(struct tree *t, struct element *e, int columns)
{
	struct element *lan = e->lower;
	int x = 1;

	for (size_t i = 0; i < e->count; i++) {
		struct element *n = e->children[i];
		int labels = larger(label_len(t, n->end), label_len(t, n->far_end));

		n->dx = x;
		n->box_w = (int)text_columns(n->text) + 4;
		n->anchor = n->box_w / 2;
		n->w = larger(n->box_w, n->anchor + 2 + labels);
		x += n->w + GAP;
		e->anchor = n->dx + n->anchor;
	}
	tree_measure(t, lan, columns);
	lan->dy = 1 + BOX_H + 1;
	e->w = larger(x - GAP, lan->w);
	e->h = lan->dy + lan->h;
}

/* is_host() - nothing hangs below it */
static bool is_host(const struct element *e)
{
	return e->kind == ELEMENT_NODE && !e->count;
}

/* hosts_width() - of all hosts of the root beside each other */
static int hosts_width(const struct element *e)
{
	int w = 1;

	for (size_t i = 0; i < e->count; i++)
		if (is_host(e->children[i]))
			w += e->children[i]->w + GAP;
	return w;
}

/* place_upper() - the hosts above the bar of the root */
static void place_upper(struct element *e)
{
	int x = 1;

	for (size_t i = 0; i < e->count; i++) {
		struct element *c = e->children[i];

		if (!is_host(c))
			continue;
		c->above = true;
		c->dx = x;
		c->dy = 0;
		x += c->w + GAP;
	}
}

/* add_bar() - in row y of the LAN's own */
static void add_bar(struct element *e, int y)
{
	size_t count = (size_t)e->bars;

	*xappend(&e->bars_at, &count) = (struct bar){ .y = y, .w = BAR_MIN };
	e->bars = (int)count;
}

/* widen() - the last bar, so that it reaches a little beyond column x */
static void widen(struct element *e, int x)
{
	struct bar *bar = &e->bars_at[e->bars - 1];

	bar->w = larger(bar->w, x + 1);
}

/* lower_width() - of all that is below the bar, in one row */
static int lower_width(const struct element *e)
{
	int w = 1;

	for (size_t i = 0; i < e->count; i++)
		if (!e->children[i]->above)
			w += e->children[i]->w + GAP;
	return w - GAP;
}

/* place_lower() - in rows, each below a bar of its own; hosts first. The height of all. */
static int place_lower(struct element *e, int first_columns, int columns, int y)
{
	int x = lower_width(e) > first_columns ? SPINE_W : 1, row_h = 0;

	for (int leads = 0; leads <= 1; leads++)
		for (size_t i = 0; i < e->count; i++) {
			struct element *c = e->children[i];
			int limit = e->bars == 1 ? first_columns : columns;

			if (c->above || is_host(c) == leads)
				continue;
			if (x + c->w > limit && (x > SPINE_W || limit < columns)) {
				y += larger(row_h, 1) + 1;
				add_bar(e, y);
				x = SPINE_W;
				row_h = 0;
			}
			c->dx = x;
			c->dy = y + 1;
			widen(e, x + c->anchor + 1);
			x += c->w + GAP;
			row_h = larger(row_h, c->h);
		}
	return y + 1 + row_h;
}

/* measure_lan() - the root with hosts above its bar has its name at the bar's end; any other LAN
 * has it above the bar, left of the line that comes in */
static void measure_lan(struct tree *t, struct element *e, int columns)
{
	auto_free char *label = lan_label(&t->p->wires[e->index]);
	int len = (int)text_columns(label), y = 0, hosts = 0;

	for (size_t i = 0; i < e->count; i++) {
		tree_measure(t, e->children[i], columns - SPINE_W);
		hosts += is_host(e->children[i]);
	}
	e->label_at_end = !e->parent && hosts && hosts_width(e) <= columns - len - 2;
	if (e->parent && e->parent->kind == ELEMENT_GROUP) {
		e->label_at_end = true;
	} else if (e->label_at_end) {
		place_upper(e);
		y = HOST_H;
	} else if (!e->parent) {
		y = 1;
	}
	add_bar(e, y);
	if (e->parent && e->parent->kind == ELEMENT_GROUP)
		widen(e, e->parent->anchor + 1); /* of the last of its nodes */
	else if (e->label_at_end)
		widen(e, hosts_width(e) - GAP);
	else
		widen(e, len + 3);
	e->h = place_lower(e, e->label_at_end ? columns - len - 2 : columns, columns, y);
	e->anchor = larger(e->bars_at[0].w / 2, len + 2);
	e->w = e->bars_at[0].w + (e->label_at_end ? 1 + len : 0);
	for (int i = 0; i < e->bars; i++)
		e->w = larger(e->w, e->bars_at[i].w);
	for (size_t i = 0; i < e->count; i++)
		e->w = larger(e->w, e->children[i]->dx + e->children[i]->w);
}

void tree_measure(struct tree *t, struct element *e, int columns)
{
	switch (e->kind) {
	case ELEMENT_NODE:
		measure_node(t, e, columns);
		break;
	case ELEMENT_LAN:
		measure_lan(t, e, columns);
		break;
	case ELEMENT_GROUP:
		measure_group(t, e, columns);
		break;
	}
}
