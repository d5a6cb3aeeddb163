/* SPDX-License-Identifier: MIT */
#include "topology/graph/drawing.h"

#include <stdlib.h>
#include <string.h>

#include "nodes/common/mem.h"

#define SVG_COLUMNS 150
#define ROUNDING    1e-6

struct drawing *drawing_new(void)
{
	return xcalloc(1, sizeof(struct drawing));
}

void drawing_free(struct drawing *d)
{
	for (size_t i = 0; i < d->text_count; i++)
		free(d->texts[i]);
	free(d->texts);
	free(d->shapes);
	free(d);
}

struct shape *drawing_add(struct drawing *d, enum shape_kind kind, double x, double y, double w,
			  double h, char *text)
{
	struct shape *s = xappend(&d->shapes, &d->count);

	*s = (struct shape){ .kind = kind, .x = x, .y = y, .w = w, .h = h, .text = text };
	if (text)
		*xappend(&d->texts, &d->text_count) = text;
	if (x + w > d->width)
		d->width = x + w;
	if (y + h > d->height)
		d->height = y + h;
	return s;
}

bool shape_covers_space(const struct shape *s)
{
	return s->kind == SHAPE_BOX || s->kind == SHAPE_LABEL;
}

/* overlap() - of two spans, by more than rounding */
static bool overlap(double a, double a_len, double b, double b_len)
{
	return a < b + b_len - ROUNDING && b < a + a_len - ROUNDING;
}

bool shape_covers(const struct shape *a, const struct shape *b)
{
	return overlap(a->x, a->w, b->x, b->w) && overlap(a->y, a->h, b->y, b->h);
}

bool drawing_overlap(const struct drawing *d, const struct shape **a, const struct shape **b)
{
	for (size_t i = 0; i < d->count; i++)
		for (size_t k = i + 1; shape_covers_space(&d->shapes[i]) && k < d->count; k++)
			if (shape_covers_space(&d->shapes[k]) &&
			    shape_covers(&d->shapes[i], &d->shapes[k])) {
				*a = &d->shapes[i];
				*b = &d->shapes[k];
				return true;
			}
	return false;
}

char *end_label(const struct end *e)
{
	return xasprintf("%s%s%s", e->iface, *e->address ? " " : "", e->address);
}

size_t text_columns(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

struct drawing *drawing_of(const struct picture *p)
{
	size_t *left_out, count;
	struct drawing *d = tree_layout(p, SVG_COLUMNS, false, &left_out, &count);
	bool has_lan = false;

	free(left_out);
	for (size_t i = 0; i < p->wire_count; i++)
		has_lan |= p->wires[i].kind != WIRE_CABLE;
	if (has_lan && !count)
		return d;
	drawing_free(d);
	return mesh_layout(p);
}
