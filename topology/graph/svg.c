/* SPDX-License-Identifier: MIT */
/* A drawing as SVG: light or dark, as the reader's screen is. Colours come from classes, and
 * there is no script. */
#include <string.h>

#include "nodes/common/compiler.h"
#include "topology/graph/drawing.h"

#define CELL_W 8.0 /* pixels of a column and of a row */
#define CELL_H 18.0
#define MARGIN 14.0

static const char style[] =
	"<style>\n"
	"svg { font: 13px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace }\n"
	"text { fill: #1c2733; text-anchor: middle }\n"
	".page { fill: #fff } .ground { fill: #fff; opacity: 0.85 }\n"
	".box { fill: #f3f6fa; stroke: #5b6b7c; stroke-width: 1.5 }\n"
	".router { fill: #dbe7f5; stroke: #2f5f94 }\n"
	".name { font-weight: 600 }\n"
	".bar { stroke: #2f5f94; stroke-width: 6; stroke-linecap: round }\n"
	".line { stroke: #5b6b7c; stroke-width: 1.5 }\n"
	".end { font-size: 12px; fill: #46566a }\n"
	".lan { font-weight: 600; fill: #2f5f94 }\n"
	".dhcp { font-style: italic; fill: #7a4b9c }\n"
	".good { stroke: #2c8a4b } .waiting { stroke: #b7791f } .bad { stroke: #c53030 }\n"
	".line.bad, .bar.bad { stroke-dasharray: 5 5; stroke-width: 2.5 }\n"
	"@media (prefers-color-scheme: dark) {\n"
	".page { fill: #12181f } text { fill: #e3e9f0 } .ground { fill: #12181f }\n"
	".box { fill: #1d2732; stroke: #8496a9 } .router { fill: #1c3450; stroke: #79aee6 }\n"
	".bar { stroke: #79aee6 } .line { stroke: #8496a9 } .end { fill: #b3c0ce }\n"
	".lan { fill: #9cc6f2 } .dhcp { fill: #cfa5ee }\n"
	".good { stroke: #5cc982 } .waiting { stroke: #e5b454 } .bad { stroke: #ff7b7b }\n"
	"}\n"
	"</style>\n";

static const char *look_class(enum look look)
{
	static const char *const classes[] = { [LOOK_PLAIN] = "",
					       [LOOK_GOOD] = " good",
					       [LOOK_WAITING] = " waiting",
					       [LOOK_BAD] = " bad" };

	return classes[look];
}

static double px(double x)
{
	return MARGIN + x * CELL_W;
}

static double py(double y)
{
	return MARGIN + y * CELL_H;
}

static void put_escaped(FILE *to, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '<':
			fputs("&lt;", to);
			break;
		case '>':
			fputs("&gt;", to);
			break;
		case '&':
			fputs("&amp;", to);
			break;
		case '"':
			fputs("&quot;", to);
			break;
		default:
			fputc(*text, to);
		}
}

/* put_ground() - under a label, so that a line does not run through its words */
static void put_ground(FILE *to, const struct shape *s)
{
	fprintf(to,
		"<rect class=\"ground\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
		px(s->x), py(s->y) + 1, s->w * CELL_W, CELL_H - 2);
}

static void put_text(FILE *to, const struct shape *s, const char *class)
{
	fprintf(to, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, px(s->x + s->w / 2),
		py(s->y + s->h / 2) + 4.5);
	put_escaped(to, s->text);
	fputs("</text>\n", to);
}

static void put_box(FILE *to, const struct shape *s)
{
	fprintf(to,
		"<rect class=\"box%s%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
		"rx=\"%d\"/>\n",
		s->round ? "" : " router", look_class(s->look), px(s->x), py(s->y) + CELL_H / 2,
		s->w * CELL_W, (s->h - 1) * CELL_H, s->round ? 10 : 3);
	put_text(to, s, "name");
}

static void put_line(FILE *to, const struct shape *s, const char *class)
{
	fprintf(to, "<line class=\"%s%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
		class, look_class(s->look), px(s->x), py(s->y), px(s->x + s->w), py(s->y + s->h));
}

static void put_shape(FILE *to, const struct shape *s)
{
	switch (s->kind) {
	case SHAPE_BOX:
		put_box(to, s);
		break;
	case SHAPE_BAR:
		put_line(to, s, "bar");
		break;
	case SHAPE_LINE:
		put_line(to, s, "line");
		break;
	case SHAPE_LABEL:
		put_ground(to, s);
		put_text(to, s, s->strong ? "lan" : s->by_dhcp ? "end dhcp" : "end");
		break;
	}
}

/* put_all() - lines first, so that everything else lies on them */
static void put_all(FILE *to, const struct drawing *d)
{
	static const enum shape_kind order[] = { SHAPE_LINE, SHAPE_BAR, SHAPE_BOX, SHAPE_LABEL };

	for (size_t k = 0; k < ARRAY_SIZE(order); k++)
		for (size_t i = 0; i < d->count; i++)
			if (d->shapes[i].kind == order[k])
				put_shape(to, &d->shapes[i]);
}

void show_svg(FILE *to, const struct picture *p)
{
	struct drawing *d = drawing_of(p);
	double w = d->width * CELL_W + 2 * MARGIN, h = d->height * CELL_H + 2 * MARGIN;

	fprintf(to,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
		"viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n<title>",
		w, h, w, h);
	put_escaped(to, p->lab);
	fprintf(to, "</title>\n%s<rect class=\"page\" width=\"100%%\" height=\"100%%\"/>\n", style);
	put_all(to, d);
	fputs("</svg>\n", to);
	drawing_free(d);
}
