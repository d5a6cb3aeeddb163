/* SPDX-License-Identifier: MIT */
/*
 * A picture of what has circles, by stress majorization: distances on the plane are to be as those in hops. Each
 * step moves a point to where all others would have it (Gansner, Koren and North, Graph Drawing 2004);
 * it begins from a circle, so that the same lab gives the same picture. Then the plane is stretched
 * until no box and no label covers another.
 *
 * Elements are the nodes, and LANs, which are short bars here.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nodes/common/compiler.h"
#include "nodes/common/mem.h"
#include "topology/graph/drawing.h"

#define HOP	      10.0 /* the distance of neighbours to begin with, in columns */
#define ASPECT	      2.2  /* rows to a column: a character is so much higher than wide */
#define STEPS_MAX     300
#define GOOD_ENOUGH   1e-5
#define STRETCH	      1.06
#define STRETCHES     60 /* then it is doubled, until there is room */
#define STRETCHES_MAX 100
#define BOX_H	      3
#define APART	      5.0 /* columns between boxes, and as much up and down */
#define PASSES	      100
#define PASSES_MAX    1000
#define ASIDE	      1.5 /* columns: so far from the middle is the outermost of several lines */
#define LOOP_H	      3.0 /* rows from a box's middle to the top of a loop */

struct point {
	double x, y;
};

struct mesh {
	const struct picture *p;
	size_t count, node_count; /* elements: first the nodes, then the LANs */
	size_t *lan_of;		  /* of an element behind the nodes */
	size_t *element_of;	  /* of a wire that is a LAN */
	double *distance;	  /* in hops, count * count */
	struct point *at;	  /* in columns, both ways */
};

/* ---- distances ---------------------------------------------------------------------------------------- */

static size_t other_side(const struct mesh *m, size_t end)
{
	const struct end *e = &m->p->ends[end];
	const struct picture_wire *w = &m->p->wires[e->wire];

	if (w->kind != WIRE_CABLE)
		return m->element_of[e->wire];
	if (w->end_count < 2)
		return e->node;
	return m->p->ends[w->ends[w->ends[0] == end]].node;
}

static size_t neighbour(const struct mesh *m, size_t element, size_t i)
{
	if (element < m->node_count)
		return other_side(m, m->p->nodes[element].ends[i]);
	return m->p->ends[m->p->wires[m->lan_of[element - m->node_count]].ends[i]].node;
}

static size_t degree(const struct mesh *m, size_t element)
{
	return element < m->node_count ? m->p->nodes[element].end_count
				       : m->p->wires[m->lan_of[element - m->node_count]].end_count;
}

/* measure_from() - breadth first; what cannot be reached is far away */
static void measure_from(struct mesh *m, size_t from, size_t *queue)
{
	double *d = &m->distance[from * m->count];
	size_t head = 0, tail = 0;

	for (size_t i = 0; i < m->count; i++)
		d[i] = -1;
	d[from] = 0;
	queue[tail++] = from;
	while (head < tail) {
		size_t e = queue[head++];

		for (size_t i = 0; i < degree(m, e); i++) {
			size_t n = neighbour(m, e, i);

			if (d[n] < 0) {
				d[n] = d[e] + 1;
				queue[tail++] = n;
			}
		}
	}
	for (size_t i = 0; i < m->count; i++)
		if (d[i] < 0)
			d[i] = sqrt((double)m->count) + 2;
}

/* ---- stress ------------------------------------------------------------------------------------------- */

/* move() - point i to where the others would have it; how far that was */
static double move(struct mesh *m, size_t i)
{
	struct point sum = { 0, 0 }, before = m->at[i];
	double weights = 0;

	for (size_t k = 0; k < m->count; k++) {
		double wanted = m->distance[i * m->count + k] * HOP, dx, dy, d, weight;

		if (k == i)
			continue;
		dx = before.x - m->at[k].x;
		dy = before.y - m->at[k].y;
		d = sqrt(dx * dx + dy * dy);
		weight = 1 / (wanted * wanted);
		if (d < 1e-9)
			d = 1e-9;
		sum.x += weight * (m->at[k].x + wanted * dx / d);
		sum.y += weight * (m->at[k].y + wanted * dy / d);
		weights += weight;
	}
	if (weights > 0)
		m->at[i] = (struct point){ sum.x / weights, sum.y / weights };
	return fabs(m->at[i].x - before.x) + fabs(m->at[i].y - before.y);
}

static void settle(struct mesh *m)
{
	double radius = HOP * (double)m->count / (2 * M_PI), moved = 1;

	for (size_t i = 0; i < m->count; i++) {
		double angle = 2 * M_PI * (double)i / (double)m->count;

		m->at[i] = (struct point){ radius * cos(angle), radius * sin(angle) };
	}
	for (int step = 0; step < STEPS_MAX && moved > GOOD_ENOUGH * HOP * (double)m->count;
	     step++) {
		moved = 0;
		for (size_t i = 0; i < m->count; i++)
			moved += move(m, i);
	}
}

/* lie_down() - turned so that it is wider than high, as paper and screens are: its longest axis is the x axis */
static void lie_down(struct mesh *m)
{
	double xx = 0, xy = 0, yy = 0, angle, c, s;
	struct point middle = { 0, 0 };

	for (size_t i = 0; i < m->count; i++) {
		middle.x += m->at[i].x / (double)m->count;
		middle.y += m->at[i].y / (double)m->count;
	}
	for (size_t i = 0; i < m->count; i++) {
		double x = m->at[i].x - middle.x, y = m->at[i].y - middle.y;

		xx += x * x;
		xy += x * y;
		yy += y * y;
	}
	angle = atan2(2 * xy, xx - yy) / 2;
	c = cos(angle);
	s = sin(angle);
	for (size_t i = 0; i < m->count; i++) {
		double x = m->at[i].x - middle.x, y = m->at[i].y - middle.y;

		m->at[i] = (struct point){ c * x + s * y, c * y - s * x };
	}
}

static double box_width(const struct mesh *m, size_t element);

/* push_apart() - two elements that are too near, along the way that is shorter; true: they were */
static bool push_apart(struct mesh *m, size_t a, size_t b)
{
	double dx = m->at[b].x - m->at[a].x, dy = m->at[b].y - m->at[a].y;
	double x = (box_width(m, a) + box_width(m, b)) / 2 + APART - fabs(dx);
	double y = (BOX_H + APART / ASPECT) * ASPECT - fabs(dy);

	if (x <= 0 || y <= 0)
		return false;
	if (x < y) {
		m->at[a].x -= copysign(x / 2, dx);
		m->at[b].x += copysign(x / 2, dx);
	} else {
		m->at[a].y -= copysign(y / 2, dy);
		m->at[b].y += copysign(y / 2, dy);
	}
	return true;
}

/* spread() - until no box is near another; when that takes long there is no room, and all is stretched */
static void spread(struct mesh *m)
{
	bool near = true;

	for (int pass = 0; pass < PASSES_MAX && near; pass++) {
		near = false;
		for (size_t a = 0; a < m->count; a++)
			for (size_t b = a + 1; b < m->count; b++)
				near |= push_apart(m, a, b);
		for (size_t i = 0; pass >= PASSES && i < m->count; i++) {
			m->at[i].x *= STRETCH;
			m->at[i].y *= STRETCH;
		}
	}
}

/* ---- drawing ------------------------------------------------------------------------------------------ */

static double box_width(const struct mesh *m, size_t element)
{
	if (element < m->node_count)
		return (double)text_columns(m->p->nodes[element].name) + 4;
	return 6 + 2 * (double)m->p->wires[m->lan_of[element - m->node_count]].end_count;
}

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

/* border() - where the line from `from`, which is in the box of `e`, to `to` leaves it; a LAN's bar is met
 * straight from above or below, where it is long enough */
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

static bool is_free(const struct drawing *d, const struct shape *label)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct shape *s = &d->shapes[i];

		if ((s->kind == SHAPE_BOX || s->kind == SHAPE_LABEL) &&
		    s->x < label->x + label->w && label->x < s->x + s->w &&
		    s->y < label->y + label->h && label->y < s->y + s->h)
			return false;
	}
	return true;
}

/* put_end_label() - on the line or beside it, as near to its node as there is room; false: there is none on
 * its half */
static bool put_end_label(struct drawing *d, const struct end *e, struct point from,
			  struct point to)
{
	char *text = end_label(e);
	double len = (double)text_columns(text);
	const struct point beside[] = {
		{ 0, 0 }, { len / 2 + 1, 0 }, { -len / 2 - 1, 0 }, { 0, -1.05 }, { 0, 1.05 }
	};
	double dx = to.x - from.x, dy = (to.y - from.y) * ASPECT, way = sqrt(dx * dx + dy * dy);
	struct shape label = { .w = len, .h = 1 };

	for (double along = 1; along < fmax(way * 0.6, 2); along += 0.5)
		for (size_t k = 0; k < ARRAY_SIZE(beside); k++) {
			label.x = from.x + dx * along / way - len / 2 + beside[k].x;
			label.y = from.y + (to.y - from.y) * along / way - 0.5 + beside[k].y;
			if (!is_free(d, &label))
				continue;
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

static bool put_labels(struct drawing *d, const struct segment *s)
{
	return put_end_label(d, s->end, s->from, s->to) &&
	       (!s->far || put_end_label(d, s->far, s->to, s->from));
}

/* aside() - several lines between the same two elements are side by side: how far from the middle this end's
 * line is */
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
	bool good = true;

	for (size_t i = 0; i < count; i++)
		draw_line(d, &list[i]);
	for (size_t i = 0; i < m->count; i++)
		draw_element(m, d, i, stretch);
	if (drawing_overlap(d, &a, &b))
		return false;
	for (size_t i = 0; i < count && good; i++)
		good = put_labels(d, &list[i]);
	return good;
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
	size_t *queue;

	mesh_begin(&m, p);
	queue = xcalloc(m.count + 1, sizeof(*queue));
	for (size_t i = 0; i < m.count; i++)
		measure_from(&m, i, queue);
	free(queue);
	settle(&m);
	lie_down(&m);
	spread(&m);
	for (int i = 0; i < STRETCHES_MAX && !draw(&m, d, stretch); i++) {
		drawing_free(d);
		d = drawing_new();
		stretch *= i < STRETCHES ? STRETCH : 2;
	}
	to_origin(d);
	mesh_end(&m);
	return d;
}
