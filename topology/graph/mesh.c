/* SPDX-License-Identifier: MIT */
/*
 * A picture of what has circles. Elements are the nodes, and LANs, which are short bars here;
 * stress.c finds their places. The plane is then stretched until all labels have room.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nodes/common/compiler.h"
#include "nodes/common/mem.h"
#include "topology/graph/mesh_core.h"
#include "topology/graph/plane.h"

#define STRETCH	       1.06
#define STRETCHES      60 /* then it is doubled, until there is room */
#define STRETCHES_MAX  100
#define STEPS_A_COLUMN 2   /* places that are tried for a label */
#define ASIDE	       1.5 /* columns: so far from the middle is the outermost of several lines */
#define LOOP_H	       3.0 /* rows from a box's middle to the top of a loop */

/* place_of() - in characters: `at` is in columns both ways, and a row is ASPECT columns high */
static struct point place_of(const struct mesh *m, size_t element, double stretch)
{
	return (struct point){ m->at[element].x * stretch, m->at[element].y * stretch / ASPECT };
}

static void draw_element(const struct mesh *m, struct drawing *d, size_t e, double stretch)
{
	struct point at = place_of(m, e, stretch);
	double w = box_width(m, e);
	struct shape *s;

	if (e < m->node_count) {
		const struct picture_node *n = &m->p->nodes[e];

		s = drawing_add(d, SHAPE_BOX, at.x - w / 2, at.y - BOX_H / 2.0, w, BOX_H,
				xstrdup(n->name));
		s->look = n->look;
		s->round = n->end_count < 2;
	} else {
		const struct picture_wire *wire = &m->p->wires[m->lan_of[e - m->node_count]];
		char *text =
			xasprintf("%s%s%s", wire->name, *wire->subnets ? " " : "", wire->subnets);
		double len = (double)text_columns(text);

		drawing_add(d, SHAPE_BAR, at.x - w / 2, at.y, w, 0, NULL);
		s = drawing_add(d, SHAPE_LABEL, at.x - len / 2, at.y + 0.4, len, 1, text);
		s->strong = true;
	}
}

static double limited(double v, double low, double high)
{
	return v < low ? low : v > high ? high : v;
}

/* border() - where the line from `from`, which is in the box of `e`, to `to` leaves it; a LAN's
 * bar is met straight from above or below, where it is long enough */
static struct point border(const struct mesh *m, size_t e, struct point from, struct point to,
			   double stretch)
{
	struct point at = place_of(m, e, stretch);
	double w = box_width(m, e) / 2, h = (BOX_H - 1) / 2.0, dx = to.x - from.x,
	       dy = to.y - from.y, part;

	if (e >= m->node_count)
		return (struct point){ limited(to.x, at.x - w, at.x + w), at.y };
	part = fmin(fabs(dx) > 1e-9 ? (copysign(w, dx) + at.x - from.x) / dx : 1e9,
		    fabs(dy) > 1e-9 ? (copysign(h, dy) + at.y - from.y) / dy : 1e9);
	part = fmin(part, 1);
	return (struct point){ from.x + dx * part, from.y + dy * part };
}

/* put_end_label() - on the line or beside it, as near to its node as there is room; false: there
 * is none on its half */
static bool put_end_label(struct drawing *d, struct plane *plane, const struct end *e,
			  struct point from, struct point to)
{
	char *text = end_label(e);
	double len = (double)text_columns(text);
	const struct point beside[] = {
		{ 0, 0 }, { len / 2 + 1, 0 }, { -len / 2 - 1, 0 }, { 0, -1.05 }, { 0, 1.05 }
	};
	double dx = to.x - from.x, dy = to.y - from.y, way = hypot(dx, dy * ASPECT);
	int steps = (int)(fmax(way * 0.6, 2) * STEPS_A_COLUMN);

	for (int step = STEPS_A_COLUMN; step < steps; step++)
		for (size_t k = 0; k < ARRAY_SIZE(beside); k++) {
			double part = step / way / STEPS_A_COLUMN;
			struct shape label = { .x = from.x + dx * part - len / 2 + beside[k].x,
					       .y = from.y + dy * part - 0.5 + beside[k].y,
					       .w = len,
					       .h = 1 };

			if (!plane_is_free(plane, &label))
				continue;
			plane_take(plane, &label);
			drawing_add(d, SHAPE_LABEL, label.x, label.y, len, 1, text)->by_dhcp =
				e->by_dhcp;
			return true;
		}
	free(text);
	return false;
}

struct segment {
	struct point from, to;
	const struct end *end, *far; /* far: of a cable */
};

static void draw_line(struct drawing *d, const struct segment *s)
{
	bool bad = s->end->look == LOOK_BAD || (s->far && s->far->look == LOOK_BAD);

	drawing_add(d, SHAPE_LINE, s->from.x, s->from.y, s->to.x - s->from.x, s->to.y - s->from.y,
		    NULL)
		->look = bad ? LOOK_BAD : LOOK_PLAIN;
}

static bool put_labels(struct drawing *d, const struct segment *list, size_t count)
{
	struct plane *plane = plane_of(d);
	bool good = true;

	for (const struct segment *s = list; s < list + count && good; s++)
		good = put_end_label(d, plane, s->end, s->from, s->to) &&
		       (!s->far || put_end_label(d, plane, s->far, s->to, s->from));
	plane_free(plane);
	return good;
}

/* aside() - several lines between the same two elements are side by side: how far from the
 * middle this end's line is */
static struct point aside(const struct mesh *m, size_t end)
{
	const struct end *e = &m->p->ends[end], *other;
	size_t far = other_side(m, end), low = e->node < far ? e->node : far, before = 0, all = 0;
	double dx = m->at[e->node + far - low].x - m->at[low].x,
	       dy = m->at[e->node + far - low].y - m->at[low].y, by;

	for (size_t i = 0; i < degree(m, e->node); i++) {
		size_t number = m->p->nodes[e->node].ends[i];

		other = &m->p->ends[number];
		if (other_side(m, number) != far)
			continue;
		all++;
		before += other->wire < e->wire || (other->wire == e->wire && number < end);
	}
	if (all < 2)
		return (struct point){ 0, 0 };
	by = ASIDE * (2 * (double)before / (double)(all - 1) - 1) /
	     fmax(sqrt(dx * dx + dy * dy), 1e-9);
	return (struct point){ -dy * by, dx * by / ASPECT };
}

static struct point moved(struct point p, struct point by)
{
	return (struct point){ p.x + by.x, p.y + by.y };
}

/* loop() - a cable from a node to itself: two lines that meet above its box */
static void loop(const struct mesh *m, const struct picture_wire *w, size_t node, double stretch,
		 struct segment *list)
{
	struct point at = place_of(m, node, stretch), top = { at.x, at.y - LOOP_H * stretch };
	double quarter = box_width(m, node) / 4, y = at.y - (BOX_H - 1) / 2.0;

	list[0] = (struct segment){ { at.x - quarter, y }, top, &m->p->ends[w->ends[0]], NULL };
	list[1] = (struct segment){ { at.x + quarter, y }, top, &m->p->ends[w->ends[1]], NULL };
}

/* segment() - the line of this end, to its LAN or to its cable's other end */
static struct segment segment(const struct mesh *m, size_t end, double stretch)
{
	const struct end *e = &m->p->ends[end];
	const struct picture_wire *w = &m->p->wires[e->wire];
	bool cable = w->kind == WIRE_CABLE;
	size_t far = other_side(m, end);
	struct point by = aside(m, end), from = moved(place_of(m, e->node, stretch), by),
		     to = moved(place_of(m, far, stretch), by),
		     met = border(m, far, to, from, stretch);

	return (struct segment){ border(m, e->node, from, cable ? to : met, stretch), met, e,
				 cable ? &m->p->ends[w->ends[1]] : NULL };
}

/* segments() - a line for each end at a LAN, and for each cable; their number */
static size_t segments(const struct mesh *m, double stretch, struct segment *list)
{
	size_t count = 0;

	for (size_t i = 0; i < m->p->end_count; i++) {
		const struct end *e = &m->p->ends[i];
		const struct picture_wire *w = &m->p->wires[e->wire];

		if (w->kind == WIRE_CABLE && (w->end_count < 2 || w->ends[0] != i))
			continue;
		if (other_side(m, i) == e->node) {
			loop(m, w, e->node, stretch, &list[count]);
			count += 2;
		} else {
			list[count++] = segment(m, i, stretch);
		}
	}
	return count;
}

/* draw() - at this size; false: labels or boxes have no room */
static bool draw(const struct mesh *m, struct drawing *d, double stretch)
{
	auto_free struct segment *list = xcalloc(m->p->end_count + 1, sizeof(*list));
	size_t count = segments(m, stretch, list);
	const struct shape *a, *b;

	for (size_t i = 0; i < count; i++)
		draw_line(d, &list[i]);
	for (size_t i = 0; i < m->count; i++)
		draw_element(m, d, i, stretch);
	return !drawing_overlap(d, &a, &b) && put_labels(d, list, count);
}

/* to_origin() - everything right of and below (0, 0) */
static void to_origin(struct drawing *d)
{
	double left = 0, top = 0, right = 0, bottom = 0;

	for (size_t i = 0; i < d->count; i++) {
		const struct shape *s = &d->shapes[i];

		left = fmin(left, fmin(s->x, s->x + s->w));
		top = fmin(top, fmin(s->y, s->y + s->h));
		right = fmax(right, fmax(s->x, s->x + s->w));
		bottom = fmax(bottom, fmax(s->y, s->y + s->h));
	}
	for (size_t i = 0; i < d->count; i++) {
		d->shapes[i].x -= left;
		d->shapes[i].y -= top;
	}
	d->width = right - left;
	d->height = bottom - top;
}

/* mesh_begin() - numbers the elements; distances and places are still 0 */
static void mesh_begin(struct mesh *m, const struct picture *p)
{
	*m = (struct mesh){ .p = p, .count = p->node_count, .node_count = p->node_count };
	m->lan_of = xcalloc(p->wire_count + 1, sizeof(*m->lan_of));
	m->element_of = xcalloc(p->wire_count + 1, sizeof(*m->element_of));
	for (size_t i = 0; i < p->wire_count; i++)
		if (p->wires[i].kind != WIRE_CABLE) {
			m->lan_of[m->count - m->node_count] = i;
			m->element_of[i] = m->count++;
		}
	m->distance = xcalloc(m->count * m->count + 1, sizeof(*m->distance));
	m->at = xcalloc(m->count + 1, sizeof(*m->at));
}

static void mesh_end(struct mesh *m)
{
	free(m->lan_of);
	free(m->element_of);
	free(m->distance);
	free(m->at);
}

struct drawing *mesh_layout(const struct picture *p)
{
	struct drawing *d = drawing_new();
	double stretch = 1;
	struct mesh m;

	mesh_begin(&m, p);
	mesh_settle(&m);
	for (int i = 0; i < STRETCHES_MAX && !draw(&m, d, stretch); i++) {
		drawing_free(d);
		d = drawing_new();
		stretch *= i < STRETCHES ? STRETCH : 2;
	}
	to_origin(d);
	mesh_end(&m);
	return d;
}
