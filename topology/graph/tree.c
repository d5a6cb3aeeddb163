/* SPDX-License-Identifier: MIT */
/*
 * The textbook's picture. LANs and nodes are the elements of a tree: below a LAN hang its nodes, below a node
 * its other LANs, and the nodes at the other ends of its cables. Each element is measured with all that is
 * below it, then placed: nothing can cover anything else.
 *
 *        | eth0 .2  <- a node: how it hangs on what is above     ====+======  office  <- a LAN: its bar, as
 *     +--+---+         its box                                       |                   often as it takes
 *     |  r1  |                                                   ||==+======             for all to hang there
 *     +--+---+         how what is below hangs on it                 |
 *        | eth1 .1
 *
 * Nodes that hang on the same two LANs stand side by side between the bars: a group.
 */
#include <stdlib.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "topology/graph/drawing.h"

#define GAP	      2 /* columns between neighbours */
#define BOX_H	      3
#define BAR_MIN	      8
#define SPINE_W	      3 /* columns that a bar of several rows has at its left */
#define HOST_H	      (1 + BOX_H)
#define FOLD_FROM     9 /* so many that are alike */
#define BETWEEN_TREES 2

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

/* ---- the tree --------------------------------------------------------------------------------------- */

static void adopt(struct element *parent, struct element *child, int end, int far_end)
{
	child->parent = parent;
	child->end = end;
	child->far_end = far_end;
	*xappend(&parent->children, &parent->count) = child;
}

static const struct end *other_end(const struct picture *p, size_t end)
{
	const struct picture_wire *w = &p->wires[p->ends[end].wire];

	if (w->end_count != 2)
		return &p->ends[end];
	return &p->ends[w->ends[0] == end ? w->ends[1] : w->ends[0]];
}

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

static void form_groups(struct tree *t, struct element *lan)
{
	for (size_t i = 0; i < t->p->wire_count; i++)
		if (t->p->wires[i].kind != WIRE_CABLE && !t->seen_lans[i])
			form_group(t, lan, i);
}

/* grow() - breadth first, so that each element is as near to the root as it can be */
static void grow(struct tree *t, struct element *root)
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

/* find_root() - the LAN with the most routers, the first of them; without LANs the node with the most cables;
 * NULL: all is in a tree */
static struct element *find_root(struct tree *t)
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

/* fold() - hosts of a LAN that `count` has made are one box, "pc1 .. pc200" */
static void fold(struct tree *t)
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

/* ---- measuring -------------------------------------------------------------------------------------- */

static int larger(int a, int b)
{
	return a > b ? a : b;
}

static int label_len(const struct tree *t, int end)
{
	auto_free char *text = end < 0 ? NULL : end_label(&t->p->ends[end]);

	return text ? (int)text_columns(text) : 0;
}

/* lan_label() - its name, then its subnets; to be freed */
static char *lan_label(const struct picture_wire *w)
{
	return xasprintf("%s%s%s%s", w->name, *w->subnets ? " " : "", w->subnets,
			 w->kind == WIRE_HUB ? " (hub)" : "");
}

static void measure(struct tree *t, struct element *e, int columns);

/* lower_label() - the parent's end of what hangs below a node */
static int lower_label(const struct element *child)
{
	return child->kind == ELEMENT_LAN ? child->end : child->far_end;
}

/* measure_node() - its box is as wide as what hangs below it is apart: each wire is one of its own */
static void measure_node(struct tree *t, struct element *e, int columns)
{
	int x = 0, top = e->parent ? 1 : 0, first = 0, last = 0, below = 0;

	e->box_w = (int)text_columns(e->text) + 4;
	for (size_t i = 0; i < e->count; i++) {
		struct element *c = e->children[i];

		measure(t, c, columns);
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
	measure(t, lan, columns);
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

/* measure_lan() - the root with hosts above its bar has its name at the bar's end; any other LAN has it
 * above the bar, left of the line that comes in */
static void measure_lan(struct tree *t, struct element *e, int columns)
{
	auto_free char *label = lan_label(&t->p->wires[e->index]);
	int len = (int)text_columns(label), y = 0, hosts = 0;

	for (size_t i = 0; i < e->count; i++) {
		measure(t, e->children[i], columns - SPINE_W);
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

static void measure(struct tree *t, struct element *e, int columns)
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

/* ---- placing ---------------------------------------------------------------------------------------- */

static void put_label(struct tree *t, int end, int x, int y)
{
	char *text = end < 0 ? NULL : end_label(&t->p->ends[end]);
	struct shape *s;

	if (!text)
		return;
	s = drawing_add(t->d, SHAPE_LABEL, x, y, (double)text_columns(text), 1, text);
	s->by_dhcp = t->p->ends[end].by_dhcp;
}

/* line_look() - of a cable that of the end which is cut, whichever it is */
static enum look line_look(const struct picture *p, size_t end)
{
	const struct end *e = &p->ends[end];

	if (e->look == LOOK_PLAIN && p->wires[e->wire].kind == WIRE_CABLE)
		return other_end(p, end)->look;
	return e->look;
}

/* put_line() - down column x, from the middle of one row to that of another */
static void put_line(struct tree *t, int end, int x, int from, int to)
{
	struct shape *s = drawing_add(t->d, SHAPE_LINE, x + 0.5, from + 0.5, 0, to - from, NULL);

	s->look = end < 0 ? LOOK_PLAIN : line_look(t->p, (size_t)end);
}

static void place(struct tree *t, struct element *e, int x, int y);

static void put_box(struct tree *t, const struct element *e, int x, int y)
{
	const struct picture_node *n = &t->p->nodes[e->index];
	struct shape *s =
		drawing_add(t->d, SHAPE_BOX, x + e->box_x, y, e->box_w, BOX_H, xstrdup(e->text));

	s->look = n->look;
	s->round = n->end_count < 2;
}

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
		place(t, c, x + c->dx, y + c->dy);
	}
}

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
	place(t, e->lower, x, y + e->lower->dy);
}

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
		place(t, c, x + c->dx, y + c->dy);
	}
}

static void place(struct tree *t, struct element *e, int x, int y)
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

/* ---- all of it -------------------------------------------------------------------------------------- */

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
		fold(&t);
	while ((root = find_root(&t))) {
		grow(&t, root);
		measure(&t, root, (int)columns);
		place(&t, root, 0, y);
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
