/* SPDX-License-Identifier: MIT */
/*
 * A drawing: boxes, bars, lines and labels at their places, whoever shows them how. The unit is a
 * character of a terminal, one wide and one high; the origin is the upper left.
 */
#ifndef VETHLAB_DRAWING_H
#define VETHLAB_DRAWING_H

#include "topology/graph/picture.h"

enum shape_kind {
	SHAPE_BOX,   /* a node; its text in the middle */
	SHAPE_BAR,   /* a LAN: a thick line from (x, y) to the right, or down */
	SHAPE_LINE,  /* from (x, y) to (x + w, y + h) */
	SHAPE_LABEL, /* text, from x to x + w, one high */
};

struct shape {
	enum shape_kind kind;
	double x, y, w, h;
	const char *text; /* of the drawing's own; NULL: none */
	enum look look;
	bool round;   /* a box: a host, not a router */
	bool by_dhcp; /* a label */
	bool strong;  /* a label: of a LAN */
};

struct drawing {
	struct shape *shapes;
	size_t count;
	double width, height;
	char **texts;
	size_t text_count;
};

struct drawing *drawing_new(void);
void drawing_free(struct drawing *d);

/* drawing_add() - a shape with a text of its own, taken over; NULL: none. It lives until the
 * next one. */
struct shape *drawing_add(struct drawing *d, enum shape_kind kind, double x, double y, double w,
			  double h, char *text);

bool shape_covers_space(const struct shape *s); /* a box or a label */

/* shape_covers() - part of the other one, by more than rounding; what touches does not */
bool shape_covers(const struct shape *a, const struct shape *b);

/* drawing_overlap() - two boxes or labels that cover each other; false: there are none */
bool drawing_overlap(const struct drawing *d, const struct shape **a, const struct shape **b);

/* end_label() - "eth0 .1", to be freed */
char *end_label(const struct end *e);

/* text_columns() - that a UTF-8 text takes on a terminal */
size_t text_columns(const char *text);

/* ---- layouts --------------------------------------------------------------------------------- */

/* tree_layout() - the textbook's picture: LANs as bars, hosts hanging off them, routers between
 * them; at most `columns` wide where that can be. With `fold` many hosts that are alike are one.
 * What makes a circle is left out: *left_out gets the numbers of those ends, to be freed. */
struct drawing *tree_layout(const struct picture *p, unsigned columns, bool fold, size_t **left_out,
			    size_t *left_out_count);

/* mesh_layout() - of whatever has circles: nodes at distances that are as their hops */
struct drawing *mesh_layout(const struct picture *p);

/* drawing_of() - the one that suits */
struct drawing *drawing_of(const struct picture *p);

/* ---- forms ----------------------------------------------------------------------------------- */

#include <stdio.h>

void show_svg(FILE *to, const struct picture *p);
void show_text(FILE *to, const struct picture *p, unsigned columns, bool colors);
void show_dot(FILE *to, const struct picture *p);
void show_mermaid(FILE *to, const struct picture *p);
void show_json(FILE *to, const struct picture *p);

#endif
