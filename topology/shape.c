/* SPDX-License-Identifier: MIT */
/* Shapes: what a wire does to frames, as numbers. How the kernel is told is in qdisc.c. */
#include "topology/action.h"

void shape_clear(struct shape *s)
{
	*s = (struct shape){ -1, -1, -1, -1, -1, -1, -1 };
}

static void add(double *to, double later)
{
	if (later >= 0)
		*to = later;
}

void shape_add(struct shape *s, const struct shape *later)
{
	add(&s->rate, later->rate);
	add(&s->delay_ms, later->delay_ms);
	add(&s->jitter_ms, later->jitter_ms);
	add(&s->loss, later->loss);
	add(&s->duplicate, later->duplicate);
	add(&s->reorder, later->reorder);
	add(&s->corrupt, later->corrupt);
}

/* shape_equal() - field by field: to say 0 and to say nothing are two things */
bool shape_equal(const struct shape *a, const struct shape *b)
{
	return a->rate == b->rate && a->delay_ms == b->delay_ms && a->jitter_ms == b->jitter_ms &&
	       a->loss == b->loss && a->duplicate == b->duplicate && a->reorder == b->reorder &&
	       a->corrupt == b->corrupt;
}

/* shape_needs_netem() - it asks for more than a rate, for which tbf is enough */
bool shape_needs_netem(const struct shape *s)
{
	return s->delay_ms > 0 || s->jitter_ms > 0 || s->loss > 0 || s->duplicate > 0 ||
	       s->reorder > 0 || s->corrupt > 0;
}

bool shape_is_empty(const struct shape *s)
{
	return !(s->rate > 0) && !shape_needs_netem(s);
}
