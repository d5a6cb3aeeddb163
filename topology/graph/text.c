/* SPDX-License-Identifier: MIT */
/* A picture in characters, for a terminal; what does not fit there, and what makes a circle, as
 * a list. */
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "topology/graph/drawing.h"

#define CELL_LEN  5 /* octets of a UTF-8 character, and its end */
#define LINES_MAX 400
#define INDENT	  4

/* What a cell shows: directions in which a thin line leaves it, and whether a thick one runs
 * through. */
enum { UP = 1, DOWN = 2, LEFT = 4, RIGHT = 8, BAR = 16, SPINE = 32 };

struct cell {
	unsigned char lines;
	enum look look;
	char text[CELL_LEN];
};

struct grid {
	struct cell *cells;
	int width, height;
};

static struct cell *at(const struct grid *g, int x, int y)
{
	return &g->cells[y * g->width + x];
}

/* put_text() - a character a cell; what reaches beyond the right edge is cut */
static void put_text(const struct grid *g, int x, int y, const char *text, enum look look)
{
	for (; *text && x < g->width; x++) {
		struct cell *c = at(g, x, y);
		size_t n = 1;

		while ((text[n] & 0xc0) == 0x80)
			n++;
		snprintf(c->text, sizeof(c->text), "%.*s", (int)n, text);
		c->look = look;
		text += n;
	}
}

/* put_line() - straight down: a tree has no other */
static void put_line(const struct grid *g, const struct shape *s)
{
	int x = (int)s->x, from = (int)s->y, to = (int)(s->y + s->h);

	for (int y = from; y <= to; y++) {
		struct cell *c = at(g, x, y);

		c->lines |= (unsigned char)((y > from ? UP : 0) | (y < to ? DOWN : 0));
		if (s->look)
			c->look = s->look;
	}
}

static void put_bar(const struct grid *g, const struct shape *s)
{
	for (int x = (int)s->x; x <= (int)(s->x + s->w); x++)
		for (int y = (int)s->y; y <= (int)(s->y + s->h); y++) {
			struct cell *c = at(g, x, y);

			c->lines |= s->h > 0 ? SPINE : BAR;
			c->look = s->look;
		}
}

static void put_box(const struct grid *g, const struct shape *s)
{
	int x = (int)s->x, y = (int)s->y, right = x + (int)s->w - 1, bottom = y + (int)s->h - 1;
	int len = (int)text_columns(s->text);

	for (int i = x; i <= right; i++) {
		unsigned char sides = (unsigned char)((i > x ? LEFT : 0) | (i < right ? RIGHT : 0));

		at(g, i, y)->lines |= sides;
		at(g, i, bottom)->lines |= sides;
		at(g, i, y)->look = at(g, i, bottom)->look = s->look;
	}
	for (int i = y; i <= bottom; i++) {
		unsigned char sides = (unsigned char)((i > y ? UP : 0) | (i < bottom ? DOWN : 0));

		at(g, x, i)->lines |= sides;
		at(g, right, i)->lines |= sides;
		at(g, x, i)->look = at(g, right, i)->look = s->look;
	}
	put_text(g, x + ((int)s->w - len) / 2, y + (int)s->h / 2, s->text, s->look);
}

static void put_shape(const struct grid *g, const struct shape *s)
{
	switch (s->kind) {
	case SHAPE_BOX:
		put_box(g, s);
		break;
	case SHAPE_BAR:
		put_bar(g, s);
		break;
	case SHAPE_LINE:
		put_line(g, s);
		break;
	case SHAPE_LABEL:
		put_text(g, (int)s->x, (int)s->y, s->text, s->look);
		break;
	}
}

/* ---- characters ------------------------------------------------------------------------------ */

/* glyph() - of what runs through a cell; in ASCII a crossing is '+' */
static const char *glyph(unsigned char lines, bool utf8)
{
	static const char *const thin[16] = { " ", "│", "│", "│", "─", "┘", "┐", "┤",
					      "─", "└", "┌", "├", "─", "┴", "┬", "┼" };
	static const char *const thick[4] = { "═", "╧", "╤", "╪" };

	if (lines & SPINE)
		return utf8 ? "║" : "#";
	if (lines & BAR)
		return utf8 ? thick[lines & (UP | DOWN)] : lines & (UP | DOWN) ? "+" : "=";
	if (utf8)
		return thin[lines & 15];
	return !(lines & 15)		   ? " "
	       : !(lines & (LEFT | RIGHT)) ? "|"
	       : !(lines & (UP | DOWN))	   ? "-"
					   : "+";
}

/* speaks_utf8() - as the locale says */
static bool speaks_utf8(void)
{
	setlocale(LC_CTYPE, "");
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* put_look() - what follows is in this colour */
static void put_look(FILE *to, enum look look)
{
	static const char *const codes[] = {
		[LOOK_PLAIN] = "0", [LOOK_GOOD] = "32", [LOOK_WAITING] = "33", [LOOK_BAD] = "31"
	};

	fprintf(to, "\033[%sm", codes[look]);
}

/* print_row() - without the blanks at its end */
static void print_row(FILE *to, const struct grid *g, int y, bool utf8, bool colors)
{
	enum look look = LOOK_PLAIN;
	int end = g->width;

	while (end && !at(g, end - 1, y)->lines && !*at(g, end - 1, y)->text)
		end--;
	for (int x = 0; x < end; x++) {
		const struct cell *c = at(g, x, y);

		if (colors && c->look != look)
			put_look(to, c->look);
		look = c->look;
		fputs(*c->text ? c->text : glyph(c->lines, utf8), to);
	}
	if (colors && look)
		put_look(to, LOOK_PLAIN);
	fputc('\n', to);
}

/* print_drawing() - without the empty rows at its end */
static void print_drawing(FILE *to, const struct drawing *d, bool colors)
{
	struct grid g = { .width = (int)d->width + 1, .height = (int)d->height + 1 };
	bool utf8 = speaks_utf8();
	int rows = g.height;

	g.cells = xcalloc((size_t)g.width * (size_t)g.height, sizeof(*g.cells));
	for (size_t i = 0; i < d->count; i++)
		put_shape(&g, &d->shapes[i]);
	while (rows) {
		int x = 0;

		while (x < g.width && !at(&g, x, rows - 1)->lines && !*at(&g, x, rows - 1)->text)
			x++;
		if (x < g.width)
			break;
		rows--;
	}
	for (int y = 0; y < rows; y++)
		print_row(to, &g, y, utf8, colors);
	free(g.cells);
}

/* ---- lists ----------------------------------------------------------------------------------- */

/* A list is pieces with blanks between; a line that is full goes on below, indented. */
struct list {
	FILE *to;
	size_t columns, column;
	bool colors;
};

/* put_piece() - as a whole where that can be, else word by word */
static void put_piece(struct list *l, const char *piece, enum look look)
{
	size_t len = strlen(piece), room = l->columns - INDENT;
	const char *blank = strchr(piece, ' ');
	bool fits = l->column + (l->column > 0) + len <= l->columns;

	if (!fits && blank && len > room) {
		auto_free char *word = xstrndup(piece, (size_t)(blank - piece));

		put_piece(l, word, look);
		put_piece(l, blank + 1, look);
		return;
	}
	if (!fits && l->column)
		l->column = (size_t)fprintf(l->to, "\n%*s", INDENT - 1, "") - 1;
	if (l->column)
		l->column += (size_t)fprintf(l->to, " ");
	if (l->colors && look)
		put_look(l->to, look);
	l->column += (size_t)fprintf(l->to, "%s", piece);
	if (l->colors && look)
		put_look(l->to, LOOK_PLAIN);
}

static void end_line(struct list *l)
{
	fputc('\n', l->to);
	l->column = 0;
}

/* end_text() - "pc1:eth0 .7" and what stands behind it; to be freed */
static char *end_text(const struct picture *p, const struct end *e, const char *behind)
{
	return xasprintf("%s:%s%s%s%s", p->nodes[e->node].name, e->iface, *e->address ? " " : "",
			 e->address, behind);
}

/* end_look() - of the cable, if it is cut; else of the node */
static enum look end_look(const struct picture *p, const struct end *e)
{
	return e->look ? e->look : p->nodes[e->node].look;
}

/* print_wire() - "office 10.0.1.0/24: pc1:eth0 .7, pc2:eth0 .8"; a cable is its two ends */
static void print_wire(struct list *l, const struct picture *p, const struct picture_wire *w)
{
	bool cable = w->kind == WIRE_CABLE;
	auto_free char *head = xasprintf("%s%s%s%s", w->name, *w->subnets ? " " : "", w->subnets,
					 w->end_count ? ":" : "");

	if (!cable)
		put_piece(l, head, w->split ? LOOK_BAD : LOOK_PLAIN);
	for (size_t i = 0; i < w->end_count; i++) {
		const struct end *e = &p->ends[w->ends[i]];
		const char *behind = i + 1 == w->end_count ? "" : cable ? " --" : ",";
		auto_free char *text = end_text(p, e, behind);

		put_piece(l, text, end_look(p, e));
	}
	end_line(l);
}

/* print_list() - each wire with all that hangs on it, then the nodes that hang nowhere */
static void print_list(struct list *l, const struct picture *p)
{
	const struct picture_node *last = NULL; /* of those that hang nowhere */

	for (size_t i = 0; i < p->wire_count; i++)
		print_wire(l, p, &p->wires[i]);
	for (size_t i = 0; i < p->node_count; i++) {
		auto_free char *text = last ? xasprintf("%s,", last->name) : NULL;

		if (p->nodes[i].end_count)
			continue;
		if (text)
			put_piece(l, text, last->look);
		last = &p->nodes[i];
	}
	if (last) {
		put_piece(l, last->name, last->look);
		end_line(l);
	}
}

/* print_left_out() - what makes a circle with the drawing; a cable is told once, not at each end */
static void print_left_out(struct list *l, const struct picture *p, const size_t *ends,
			   size_t count)
{
	bool *told = xcalloc(p->wire_count + 1, sizeof(*told));

	for (size_t i = 0; i < count; i++) {
		const struct end *e = &p->ends[ends[i]];
		const struct picture_wire *w = &p->wires[e->wire];
		auto_free char *text = end_text(p, e, " --");

		if (w->kind == WIRE_CABLE && told[e->wire])
			continue;
		told[e->wire] = true;
		put_piece(l, "and", LOOK_PLAIN);
		if (w->kind == WIRE_CABLE) {
			print_wire(l, p, w);
			continue;
		}
		put_piece(l, text, end_look(p, e));
		put_piece(l, w->name, w->split ? LOOK_BAD : LOOK_PLAIN);
		end_line(l);
	}
	free(told);
}

/* show_text() - the drawing; the list where that is too wide, too long, or would leave out more
 * than a quarter of the ends */
void show_text(FILE *to, const struct picture *p, unsigned columns, bool colors)
{
	struct list list = { .to = to, .columns = columns, .colors = colors };
	size_t *left_out, count;
	struct drawing *d = tree_layout(p, columns, true, &left_out, &count);

	if (d->width > columns || d->height > LINES_MAX || count > p->end_count / 4) {
		print_list(&list, p);
	} else {
		print_drawing(to, d, colors);
		print_left_out(&list, p, left_out, count);
	}
	drawing_free(d);
	free(left_out);
}
