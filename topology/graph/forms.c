/* SPDX-License-Identifier: MIT */
/* A picture for other programs: Graphviz, Mermaid, and whoever reads JSON. They lay it out
 * themselves, but for JSON, which has our own layout. */
#include <math.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "topology/graph/drawing.h"

#define JSON_VERSION 1

static const struct end *ends_of(const struct picture *p, const struct picture_wire *w, size_t i)
{
	return &p->ends[w->ends[i]];
}

/* color_of() - of a state; NULL: it has none */
static const char *color_of(enum look look)
{
	static const char *const colors[] = {
		[LOOK_GOOD] = "#2c8a4b", [LOOK_WAITING] = "#b7791f", [LOOK_BAD] = "#c53030"
	};

	return colors[look];
}

static const char *look_name(enum look look)
{
	static const char *const names[] = { "plain", "good", "waiting", "bad" };

	return names[look];
}

/* ---- Graphviz -------------------------------------------------------------------------------- */

static void dot_color(FILE *to, enum look look, const char *before)
{
	if (look)
		fprintf(to, "%scolor=\"%s\"", before, color_of(look));
}

static void dot_node(FILE *to, const struct picture_node *n)
{
	fprintf(to, "\t\"%s\" [style=%s", n->name, n->end_count > 1 ? "solid" : "rounded");
	dot_color(to, n->look, ", ");
	fputs("];\n", to);
}

void show_dot(FILE *to, const struct picture *p)
{
	fprintf(to, "graph \"%s\" {\n\tnode [shape=box];\n", p->lab);
	for (size_t i = 0; i < p->node_count; i++)
		dot_node(to, &p->nodes[i]);
	for (size_t i = 0; i < p->wire_count; i++) {
		const struct picture_wire *w = &p->wires[i];

		if (w->kind == WIRE_CABLE && w->end_count == 2) {
			auto_free char *a = end_label(ends_of(p, w, 0)),
				       *b = end_label(ends_of(p, w, 1));

			fprintf(to, "\t\"%s\" -- \"%s\" [taillabel=\"%s\", headlabel=\"%s\"",
				p->nodes[ends_of(p, w, 0)->node].name,
				p->nodes[ends_of(p, w, 1)->node].name, a, b);
			dot_color(to, line_look(p, w->ends[0]), ", ");
			fputs("];\n", to);
			continue;
		}
		fprintf(to, "\t\"LAN %s\" [shape=plaintext, label=\"%s\\n%s\"", w->name, w->name,
			w->subnets);
		dot_color(to, w->split ? LOOK_BAD : LOOK_PLAIN, ", font");
		fputs("];\n", to);
		for (size_t k = 0; k < w->end_count; k++) {
			auto_free char *label = end_label(ends_of(p, w, k));

			fprintf(to, "\t\"LAN %s\" -- \"%s\" [headlabel=\"%s\"", w->name,
				p->nodes[ends_of(p, w, k)->node].name, label);
			dot_color(to, line_look(p, w->ends[k]), ", ");
			fputs("];\n", to);
		}
	}
	fputs("}\n", to);
}

/* ---- Mermaid --------------------------------------------------------------------------------- */

/* mermaid_color() - `what` is a node, or, numbered as they were put, a link */
static void mermaid_color(FILE *to, const char *what, size_t number, enum look look)
{
	if (look)
		fprintf(to, "  %s%zu stroke:%s\n", what, number, color_of(look));
}

/* Mermaid has words of its own ("end"), so that names of its own stand for ours. */
void show_mermaid(FILE *to, const struct picture *p)
{
	size_t links = 0;

	fputs("graph TD\n", to);
	for (size_t i = 0; i < p->node_count; i++) {
		fprintf(to, p->nodes[i].end_count > 1 ? "  n%zu[\"%s\"]\n" : "  n%zu(\"%s\")\n", i,
			p->nodes[i].name);
		mermaid_color(to, "style n", i, p->nodes[i].look);
	}
	for (size_t i = 0; i < p->wire_count; i++) {
		const struct picture_wire *w = &p->wires[i];

		if (w->kind == WIRE_CABLE && w->end_count == 2) {
			auto_free char *a = end_label(ends_of(p, w, 0)),
				       *b = end_label(ends_of(p, w, 1));

			fprintf(to, "  n%zu ---|\"%s, %s\"| n%zu\n", ends_of(p, w, 0)->node, a, b,
				ends_of(p, w, 1)->node);
			mermaid_color(to, "linkStyle ", links++, line_look(p, w->ends[0]));
			continue;
		}
		fprintf(to, "  w%zu[[\"%s %s\"]]\n", i, w->name, w->subnets);
		mermaid_color(to, "style w", i, w->split ? LOOK_BAD : LOOK_PLAIN);
		for (size_t k = 0; k < w->end_count; k++) {
			auto_free char *label = end_label(ends_of(p, w, k));

			fprintf(to, "  w%zu ---|\"%s\"| n%zu\n", i, label, ends_of(p, w, k)->node);
			mermaid_color(to, "linkStyle ", links++, line_look(p, w->ends[k]));
		}
	}
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static double rounded(double v)
{
	return round(v * 100) / 100;
}

static json_t *shape_json(const struct shape *s)
{
	static const char *const kinds[] = { "box", "bar", "line", "label" };
	json_t *json = json_pack("{s:s, s:f, s:f, s:f, s:f, s:s}", "kind", kinds[s->kind], "x",
				 rounded(s->x), "y", rounded(s->y), "w", rounded(s->w), "h",
				 rounded(s->h), "look", look_name(s->look));

	if (s->text)
		json_object_set_new(json, "text", json_string(s->text));
	return json;
}

static json_t *nodes_json(const struct picture *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->node_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:b, s:s}", "name", p->nodes[i].name,
						      "forward", p->nodes[i].forwards, "look",
						      look_name(p->nodes[i].look)));
	return list;
}

static json_t *wires_json(const struct picture *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->wire_count; i++) {
		const struct picture_wire *w = &p->wires[i];
		json_t *ends = json_array();

		for (size_t k = 0; k < w->end_count; k++) {
			const struct end *e = ends_of(p, w, k);

			json_array_append_new(ends, json_pack("{s:s, s:s, s:s, s:s}", "node",
							      p->nodes[e->node].name, "interface",
							      e->iface, "address", e->address,
							      "look", look_name(e->look)));
		}
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:b, s:o}", "name", w->name,
						      "kind", wire_kind_name(w->kind), "subnets",
						      w->subnets, "split", w->split, "ends", ends));
	}
	return list;
}

void show_json(FILE *to, const struct picture *p)
{
	struct drawing *d = drawing_of(p);
	json_t *shapes = json_array(), *json;

	for (size_t i = 0; i < d->count; i++)
		json_array_append_new(shapes, shape_json(&d->shapes[i]));
	json = json_pack("{s:i, s:s, s:o, s:o, s:f, s:f, s:o}", "version", JSON_VERSION, "lab",
			 p->lab, "nodes", nodes_json(p), "wires", wires_json(p), "width",
			 rounded(d->width), "height", rounded(d->height), "shapes", shapes);
	json_dumpf(json, to, JSON_INDENT(2));
	fputc('\n', to);
	json_decref(json);
	drawing_free(d);
}
