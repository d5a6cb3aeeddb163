/* SPDX-License-Identifier: MIT */
/*
 * Places on a plane by stress majorization: distances are to be as those in hops. Each step
 * moves a point to where all others would have it (Gansner, Koren and North, Graph Drawing
 * 2004). It begins from a circle. What then still lies on another is pushed apart.
 */
#include <math.h>
#include <stdlib.h>

#include "nodes/common/compiler.h"
#include "nodes/common/mem.h"
#include "topology/graph/mesh_core.h"

#define HOP	    10.0 /* the distance of neighbours to begin with, in columns */
#define STEPS_MAX   300
#define GOOD_ENOUGH 1e-5
#define APART	    5.0 /* columns between boxes, and as much up and down */
#define PASSES	    100
#define PASSES_MAX  1000
#define STRETCH	    1.06

/* ---- distances ------------------------------------------------------------------------------- */

size_t other_side(const struct mesh *m, size_t end)
{
	const struct end *e = &m->p->ends[end];
	const struct picture_wire *w = &m->p->wires[e->wire];

	if (w->kind != WIRE_CABLE)
		return m->element_of[e->wire];
	if (w->end_count < 2)
		return e->node;
	return m->p->ends[w->ends[w->ends[0] == end]].node;
}

/* neighbour() - the element at the other side of its i-th end */
static size_t neighbour(const struct mesh *m, size_t element, size_t i)
{
	if (element < m->node_count)
		return other_side(m, m->p->nodes[element].ends[i]);
	return m->p->ends[m->p->wires[m->lan_of[element - m->node_count]].ends[i]].node;
}

size_t degree(const struct mesh *m, size_t element)
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

/* ---- stress ---------------------------------------------------------------------------------- */

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

/* settle() - from a circle, until hardly anything moves or enough steps are
 * done; no chance is involved */
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

/* lie_down() - turned so that it is wider than high, as paper and screens are: its longest axis
 * is the x axis */
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

double box_width(const struct mesh *m, size_t element)
{
	if (element < m->node_count)
		return (double)text_columns(m->p->nodes[element].name) + 4;
	return 6 + 2 * (double)m->p->wires[m->lan_of[element - m->node_count]].end_count;
}

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

/* spread() - until no box is near another; when that takes long there is no room, and all is
 * stretched */
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

void mesh_settle(struct mesh *m)
{
	auto_free size_t *queue = xcalloc(m->count + 1, sizeof(*queue));

	for (size_t i = 0; i < m->count; i++)
		measure_from(m, i, queue);
	settle(m);
	lie_down(m);
	spread(m);
}
