/* SPDX-License-Identifier: MIT */
/* Pictures of labs: nothing covers anything, nothing is lost, and the same lab gives the same
 * picture. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/common/mem.h"
#include "topology/graph/drawing.h"
#include "topology/lab.h"

#define SEEDS 400

static struct picture *picture_of(const char *text)
{
	struct faults faults = { 0 };
	struct lab *lab = lab_parse("test.yml", text, strlen(text), NULL, NULL, &faults);
	struct picture *p;

	if (!lab || faults.errors) {
		faults_print(&faults, stderr);
		fail_msg("this lab should be good:\n%.2000s", text);
	}
	p = picture_of_lab(lab);
	lab_free(lab);
	faults_free(&faults);
	return p;
}

/* ---- labs at random -------------------------------------------------------------------------- */

static uint32_t seed;

static unsigned below(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % n;
}

struct writer {
	char *text;
	size_t len;
	FILE *to;
	unsigned ifaces[100]; /* of each node */
	const char *name;     /* of nodes, with a %u */
};

static void write_end(struct writer *w, unsigned node)
{
	fputc('"', w->to);
	fprintf(w->to, w->name, node);
	fprintf(w->to, ":eth%u\"", w->ifaces[node]++);
}

static void write_lans(struct writer *w, unsigned count)
{
	static const char *const values[] = { "10.%u.0.0/16", "10.%u.0.0/24",
					      "[10.%u.0.0/24, fd00:1:2:%u::/64]",
					      "fd00:1:2:%u::/64", "{subnet: none, kind: hub}" };

	if (count)
		fputs("lans:\n", w->to);
	for (unsigned i = 0; i < count; i++) {
		fprintf(w->to, "  lan%u: ", i);
		fprintf(w->to, values[below(ARRAY_SIZE(values))], i, i);
		fputc('\n', w->to);
	}
}

static void write_nodes(struct writer *w, unsigned count, unsigned lans)
{
	fputs("nodes:\n", w->to);
	for (unsigned i = 0; i < count; i++) {
		unsigned on = lans ? below(6) : 0;

		fputs("  ", w->to);
		fprintf(w->to, w->name, i);
		fputs(": {interfaces: {", w->to);
		for (unsigned k = 0; k < (on < 4 ? 1 : on - 2) && lans; k++)
			fprintf(w->to, "%seth%u: lan%u", k ? ", " : "", w->ifaces[i]++,
				below(lans));
		fputs("}}\n", w->to);
	}
	if (lans && below(3) == 0)
		fprintf(w->to, "  pc: {count: %u, lan: lan%u}\n", 1 + below(40), below(lans));
}

static void write_links(struct writer *w, unsigned nodes, unsigned count)
{
	if (count)
		fputs("links:\n", w->to);
	for (unsigned i = 0; i < count; i++) {
		fputs("  - [", w->to);
		write_end(w, below(nodes));
		fputs(", ", w->to);
		write_end(w, below(nodes));
		fputs("]\n", w->to);
	}
}

/* any_lab() - LANs, nodes and cables in numbers that this seed gives; to be freed */
static char *any_lab(uint32_t number)
{
	static const char *const names[] = { "n%u", "node-%u", "a-name-so-lo%03u" };
	unsigned nodes, lans;
	struct writer w = { 0 };

	seed = number * 2654435761u + 1;
	below(2);
	w.name = names[below(ARRAY_SIZE(names))];
	w.to = open_memstream(&w.text, &w.len);
	lans = below(8);
	nodes = 1 + below(30);
	fputs("name: any\n", w.to);
	write_lans(&w, lans);
	write_nodes(&w, nodes, lans);
	write_links(&w, nodes, below(3) ? 0 : below(nodes + 1));
	fclose(w.to);
	return w.text;
}

/* ---- what is there --------------------------------------------------------------------------- */

static size_t count_of(const struct drawing *d, enum shape_kind kind, const char *text)
{
	size_t count = 0;

	for (size_t i = 0; i < d->count; i++)
		count += d->shapes[i].kind == kind &&
			 (!text || (d->shapes[i].text && strcmp(d->shapes[i].text, text) == 0));
	return count;
}

static void nothing_overlaps(const struct drawing *d)
{
	const struct shape *a, *b;

	if (drawing_overlap(d, &a, &b))
		fail_msg("'%s' at %.1f,%.1f and '%s' at %.1f,%.1f overlap", a->text, a->x, a->y,
			 b->text, b->x, b->y);
}

static void all_is_inside(const struct drawing *d)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct shape *s = &d->shapes[i];
		double left = fmin(s->x, s->x + s->w), top = fmin(s->y, s->y + s->h);

		if (!(left > -0.01 && top > -0.01 && left + fabs(s->w) < d->width + 0.01 &&
		      top + fabs(s->h) < d->height + 0.01))
			fail_msg("'%s' at %.1f,%.1f, %.1f by %.1f, is not in %.1f by %.1f",
				 s->text ? s->text : "line", s->x, s->y, s->w, s->h, d->width,
				 d->height);
	}
}

static void each_node_is_there(const struct drawing *d, const struct picture *p)
{
	for (size_t i = 0; i < p->node_count; i++)
		if (count_of(d, SHAPE_BOX, p->nodes[i].name) != 1)
			fail_msg("%zu boxes of %s", count_of(d, SHAPE_BOX, p->nodes[i].name),
				 p->nodes[i].name);
	assert_int_equal(count_of(d, SHAPE_BOX, NULL), p->node_count);
}

/* each_lan_is_there() - a label begins with its name; no interface is called so */
static void each_lan_is_there(const struct drawing *d, const struct picture *p)
{
	for (size_t i = 0; i < p->wire_count; i++) {
		size_t len = strlen(p->wires[i].name), found = 0;

		for (size_t k = 0; k < d->count; k++) {
			const struct shape *s = &d->shapes[k];

			found += s->kind == SHAPE_LABEL &&
				 strncmp(s->text, p->wires[i].name, len) == 0 &&
				 (s->text[len] == ' ' || !s->text[len]);
		}
		if (p->wires[i].kind != WIRE_CABLE && found != 1)
			fail_msg("%zu labels of %s", found, p->wires[i].name);
	}
}

/* each_end_is_there() - but for these; as often as ends have this label */
static void each_end_is_there(const struct drawing *d, const struct picture *p,
			      const size_t *left_out, size_t count)
{
	size_t labels = p->end_count - count;

	for (size_t i = 0; i < p->wire_count; i++)
		labels += p->wires[i].kind != WIRE_CABLE;
	assert_int_equal(count_of(d, SHAPE_LABEL, NULL), labels);
	for (size_t i = 0; i < p->end_count; i++) {
		auto_free char *label = end_label(&p->ends[i]);
		size_t wanted = 0;

		for (size_t k = 0; k < p->end_count; k++) {
			auto_free char *other = end_label(&p->ends[k]);

			wanted += strcmp(label, other) == 0;
		}
		for (size_t k = 0; k < count; k++) {
			auto_free char *other = end_label(&p->ends[left_out[k]]);

			wanted -= strcmp(label, other) == 0;
		}
		if (count_of(d, SHAPE_LABEL, label) != wanted)
			fail_msg("%zu times '%s', not %zu", count_of(d, SHAPE_LABEL, label), label,
				 wanted);
	}
}

static void is_good(const struct drawing *d, const struct picture *p, const size_t *left_out,
		    size_t count)
{
	nothing_overlaps(d);
	all_is_inside(d);
	each_node_is_there(d, p);
	each_lan_is_there(d, p);
	each_end_is_there(d, p, left_out, count);
}

static void are_the_same(struct drawing *a, struct drawing *b)
{
	assert_int_equal(a->count, b->count);
	assert_true(a->width == b->width && a->height == b->height);
	for (size_t i = 0; i < a->count; i++) {
		const struct shape *s = &a->shapes[i], *t = &b->shapes[i];

		assert_true(s->kind == t->kind && s->x == t->x && s->y == t->y && s->w == t->w &&
			    s->h == t->h);
		assert_true(!s->text == !t->text && (!s->text || strcmp(s->text, t->text) == 0));
	}
	drawing_free(a);
	drawing_free(b);
}

static void tree_is_good(const struct picture *p, unsigned columns)
{
	size_t *left_out, count;
	struct drawing *d = tree_layout(p, columns, false, &left_out, &count);

	is_good(d, p, left_out, count);
	free(left_out);
	drawing_free(d);
}

static void mesh_is_good(const struct picture *p)
{
	struct drawing *d = mesh_layout(p);

	is_good(d, p, NULL, 0);
	drawing_free(d);
}

/* ---- overlap --------------------------------------------------------------------------------- */

struct place_of {
	enum shape_kind kind;
	double x, y, w, h;
};

static bool overlap_of(struct place_of one, struct place_of other)
{
	struct drawing *d = drawing_new();
	const struct shape *a = NULL, *b = NULL;
	bool found;

	drawing_add(d, one.kind, one.x, one.y, one.w, one.h, NULL);
	drawing_add(d, SHAPE_LINE, 0, 0, 100, 100, NULL);
	drawing_add(d, other.kind, other.x, other.y, other.w, other.h, NULL);
	found = drawing_overlap(d, &a, &b);
	if (found)
		assert_true(a == &d->shapes[0] && b == &d->shapes[2]);
	drawing_free(d);
	return found;
}

static void what_covers_something_is_found(void **state)
{
	const struct place_of box = { SHAPE_BOX, 10, 10, 8, 3 };

	(void)state;
	assert_true(overlap_of(box, box));
	assert_true(overlap_of(box, (struct place_of){ SHAPE_LABEL, 12, 11, 2, 1 })); /* inside */
	assert_true(overlap_of(box, (struct place_of){ SHAPE_LABEL, 0, 11, 40, 1 })); /* through */
	assert_true(overlap_of(box, (struct place_of){ SHAPE_BOX, 17.9, 12.9, 8, 3 }));
	assert_true(overlap_of(box, (struct place_of){ SHAPE_BOX, 2.1, 7.1, 8, 3 }));
}

static void what_touches_something_does_not_cover_it(void **state)
{
	const struct place_of box = { SHAPE_BOX, 10, 10, 8, 3 };

	(void)state;
	assert_false(overlap_of(box, (struct place_of){ SHAPE_BOX, 18, 10, 8, 3 }));
	assert_false(overlap_of(box, (struct place_of){ SHAPE_BOX, 2, 10, 8, 3 }));
	assert_false(overlap_of(box, (struct place_of){ SHAPE_LABEL, 10, 13, 8, 1 }));
	assert_false(overlap_of(box, (struct place_of){ SHAPE_LABEL, 10, 9, 8, 1 }));
	assert_false(overlap_of(box, (struct place_of){ SHAPE_BOX, 18, 13, 8, 3 }));
}

static void lines_and_bars_cover_nothing(void **state)
{
	const struct place_of box = { SHAPE_BOX, 10, 10, 8, 3 };

	(void)state;
	assert_false(overlap_of(box, (struct place_of){ SHAPE_LINE, 0, 0, 100, 100 }));
	assert_false(overlap_of(box, (struct place_of){ SHAPE_BAR, 0, 11, 40, 0 }));
	assert_false(overlap_of((struct place_of){ SHAPE_BAR, 0, 11, 40, 1 }, box));
}

static void a_drawing_is_as_large_as_what_is_in_it(void **state)
{
	struct drawing *d = drawing_new();
	const struct shape *a, *b;

	(void)state;
	assert_false(drawing_overlap(d, &a, &b));
	drawing_add(d, SHAPE_LABEL, 5, 7, 4, 1, xstrdup("pc1"));
	drawing_add(d, SHAPE_LINE, 2, 3, 0, 9, NULL);
	assert_true(d->width == 9 && d->height == 12);
	drawing_free(d);
}

static void columns_are_characters(void **state)
{
	(void)state;
	assert_int_equal(text_columns(""), 0);
	assert_int_equal(text_columns("eth0 .1"), 7);
	assert_int_equal(text_columns("caf\303\251"), 4);
}

/* ---- labs ------------------------------------------------------------------------------------ */

static void trees_of_any_lab(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < SEEDS; i++) {
		auto_free char *text = any_lab(i);
		struct picture *p = picture_of(text);

		tree_is_good(p, 100);
		tree_is_good(p, 150);
		tree_is_good(p, 40);
		picture_free(p);
	}
}

static void meshes_of_any_lab(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < SEEDS; i++) {
		auto_free char *text = any_lab(i);
		struct picture *p = picture_of(text);

		mesh_is_good(p);
		picture_free(p);
	}
}

static void the_same_lab_gives_the_same_picture(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < SEEDS; i += 10) {
		auto_free char *text = any_lab(i);
		struct picture *p = picture_of(text), *q = picture_of(text);

		are_the_same(mesh_layout(p), mesh_layout(q));
		are_the_same(drawing_of(p), drawing_of(q));
		picture_free(p);
		picture_free(q);
	}
}

/* What a tree leaves out is in the drawing that suits: that is no tree then. */
static void the_drawing_that_suits_has_all(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < SEEDS; i++) {
		auto_free char *text = any_lab(i);
		struct picture *p = picture_of(text);
		struct drawing *d = drawing_of(p);

		is_good(d, p, NULL, 0);
		drawing_free(d);
		picture_free(p);
	}
}

/* routers() - a lab without LANs; links: pairs of numbers; to be freed */
static char *routers(unsigned nodes, unsigned cables, unsigned (*next)(unsigned n, unsigned i))
{
	struct writer w = { .name = "r%u" };

	w.to = open_memstream(&w.text, &w.len);
	fputs("name: routers\nnodes:\n", w.to);
	for (unsigned i = 0; i < nodes; i++)
		fprintf(w.to, "  r%u: {}\n", i);
	fputs("links:\n", w.to);
	for (unsigned i = 0; i < 2 * cables; i++) {
		fputs(i % 2 ? ", " : "  - [", w.to);
		write_end(&w, next(nodes, i));
		fputs(i % 2 ? "]\n" : "", w.to);
	}
	fclose(w.to);
	return w.text;
}

static void mesh_of_routers_is_good(unsigned nodes, unsigned cables,
				    unsigned (*next)(unsigned n, unsigned i))
{
	auto_free char *text = routers(nodes, cables, next);
	struct picture *p = picture_of(text);

	mesh_is_good(p);
	picture_free(p);
}

static unsigned at_random(unsigned n, unsigned i)
{
	(void)i;
	return below(n);
}

static unsigned in_a_ring(unsigned n, unsigned i)
{
	return (i + 1) / 2 % n;
}

static unsigned in_turn(unsigned n, unsigned i)
{
	return i % n;
}

static unsigned to_the_first(unsigned n, unsigned i)
{
	return i % 2 ? 1 + i / 2 % (n - 1) : 0;
}

static void meshes_of_40_routers(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 20; i++) {
		seed = i;
		mesh_of_routers_is_good(40, 60, at_random);
		mesh_of_routers_is_good(40, 100, at_random);
	}
}

static void rings_stars_and_single_routers(void **state)
{
	(void)state;
	mesh_of_routers_is_good(40, 40, in_a_ring);
	mesh_of_routers_is_good(2, 1, in_a_ring);
	mesh_of_routers_is_good(60, 59, to_the_first);
}

/* However many there are: no room is no reason for an empty picture. */
static void many_cables_between_two_routers(void **state)
{
	(void)state;
	mesh_of_routers_is_good(2, 12, in_turn);
	mesh_of_routers_is_good(2, 150, in_turn);
}

/* lines_apart() - no two lines are the same */
static void lines_are_apart(const struct drawing *d)
{
	for (size_t i = 0; i < d->count; i++)
		for (size_t k = i + 1; k < d->count; k++) {
			const struct shape *a = &d->shapes[i], *b = &d->shapes[k];

			if (a->kind == SHAPE_LINE && b->kind == SHAPE_LINE)
				assert_false(fabs(a->x - b->x) + fabs(a->y - b->y) < 0.1 &&
					     fabs(a->x + a->w - b->x - b->w) +
							     fabs(a->y + a->h - b->y - b->h) <
						     0.1);
		}
}

static void lines_between_the_same_two_are_side_by_side(void **state)
{
	static const char *const labs[] = {
		"nodes: {a: {}, b: {}}\nlinks: [[\"a:x\", \"b:x\"], [\"b:y\", \"a:y\"], [\"a:z\", \"b:z\"]]\n",
		"lans: {l: 10.0.0.0/24}\nnodes: {a: {interfaces: {x: l, y: l, z: l}}, b: {lan: l}}\n",
		"lans: {l: 10.0.0.0/24}\nnodes: {a: {lan: l}, b: {interfaces: {x: l, y: l}}, c: {interfaces: {x: l, y: l}}}\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(labs); i++) {
		struct picture *p = picture_of(labs[i]);
		struct drawing *d = mesh_layout(p);

		is_good(d, p, NULL, 0);
		lines_are_apart(d);
		drawing_free(d);
		picture_free(p);
	}
}

static void a_cable_from_a_node_to_itself_is_a_loop(void **state)
{
	struct picture *p = picture_of("lans: {l: 10.0.0.0/24}\nnodes: {a: {lan: l}, b: {lan: l}}\n"
				       "links: [[\"a:x\", \"a:y\"]]\n");
	struct drawing *d = drawing_of(p);

	(void)state;
	is_good(d, p, NULL, 0);
	assert_int_equal(count_of(d, SHAPE_LINE, NULL), 4); /* two of it, two to the LAN */
	drawing_free(d);
	picture_free(p);
}

/* ---- hosts that are alike are one box -------------------------------------------------------- */

/* boxes_are() - the texts of all boxes of the folded tree, in order */
static void boxes_are(const char *lab, const char *wanted)
{
	struct picture *p = picture_of(lab);
	size_t *left_out, count, len = 0;
	struct drawing *d = tree_layout(p, 100, true, &left_out, &count);
	char text[4096] = "";

	for (size_t i = 0; i < d->count && len < sizeof(text); i++)
		if (d->shapes[i].kind == SHAPE_BOX)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
						len ? ", " : "", d->shapes[i].text);
	if (strcmp(text, wanted) != 0)
		fail_msg("boxes are <%s>, not <%s>", text, wanted);
	nothing_overlaps(d);
	assert_int_equal(count, 0);
	free(left_out);
	drawing_free(d);
	picture_free(p);
}

static void many_that_are_alike_are_one(void **state)
{
	(void)state;
	boxes_are("lans: {l: 10.0.0.0/24}\nnodes: {pc: {count: 200, lan: l}}\n", "pc1 .. pc200");
	boxes_are("lans: {l: 10.0.0.0/24}\nnodes: {pc: {count: 9, lan: l}}\n", "pc1 .. pc9");
	boxes_are("lans: {l: 10.0.0.0/24}\nnodes: {pc: {count: 4, lan: l}}\n",
		  "pc1, pc2, pc3, pc4");
	boxes_are(
		"lans: {l: 10.0.0.0/24}\nnodes: {a: {lan: l}, pc: {count: 9, lan: l}, b: {lan: l}}\n",
		"a, pc1 .. pc9, b");
}

/* Names that only look as if they were some of many stand for themselves. */
static void what_is_between_them_is_not_swallowed(void **state)
{
	(void)state;
	boxes_are(
		"lans: {k: 10.0.0.0/24, l: 10.1.0.0/24}\n"
		"nodes: {r: {interfaces: {eth0: k, eth1: l}}, a: {count: 5, lan: k}, a6: {lan: l}, "
		"a7: {lan: k}, a8: {lan: k}, a9: {lan: k}, a10: {lan: k}, a11: {lan: k}}\n",
		"r, a6, a1, a2, a3, a4, a5, a7, a8, a9, a10, a11");
	boxes_are(
		"lans: {k: 10.0.0.0/24}\nnodes: {h1: {lan: k}, h3: {lan: k}, h5: {lan: k}, h7: {lan: k}, "
		"h9: {lan: k}, h11: {lan: k}, h13: {lan: k}, h15: {lan: k}, h17: {lan: k}}\n",
		"h1, h3, h5, h7, h9, h11, h13, h15, h17");
}

static void who_is_down_is_not_swallowed(void **state)
{
	struct picture *p =
		picture_of("lans: {l: 10.0.0.0/24}\nnodes: {pc: {count: 30, lan: l}}\n");
	size_t *left_out, count, bad = 0;
	struct drawing *d;

	(void)state;
	p->nodes[14].look = LOOK_BAD;
	d = tree_layout(p, 100, true, &left_out, &count);
	assert_int_equal(count_of(d, SHAPE_BOX, "pc1 .. pc14"), 1);
	assert_int_equal(count_of(d, SHAPE_BOX, "pc15"), 1);
	assert_int_equal(count_of(d, SHAPE_BOX, "pc16 .. pc30"), 1);
	for (size_t i = 0; i < d->count; i++)
		bad += d->shapes[i].kind == SHAPE_BOX && d->shapes[i].look == LOOK_BAD;
	assert_int_equal(bad, 1);
	free(left_out);
	drawing_free(d);
	picture_free(p);
}

/* bad_lines() - of a drawing that is not needed any more */
static size_t bad_lines(struct drawing *d)
{
	size_t bad = 0;

	for (size_t i = 0; i < d->count; i++)
		bad += d->shapes[i].kind == SHAPE_LINE && d->shapes[i].look == LOOK_BAD;
	drawing_free(d);
	return bad;
}

static void a_cable_is_cut_at_whichever_end(void **state)
{
	struct picture *p =
		picture_of("lans: {l: 10.0.0.0/24}\nnodes: {a: {lan: l}, b: {lan: l}, c: {}}\n"
			   "links: [[\"a:eth1\", \"c:eth0\"]]\n");

	(void)state;
	for (size_t i = 0; i < p->end_count; i++) {
		size_t *left_out, count;

		p->ends[i].look = LOOK_BAD;
		assert_int_equal(bad_lines(tree_layout(p, 100, false, &left_out, &count)), 1);
		assert_int_equal(bad_lines(mesh_layout(p)), 1);
		p->ends[i].look = LOOK_PLAIN;
	}
	picture_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_covers_something_is_found),
		cmocka_unit_test(what_touches_something_does_not_cover_it),
		cmocka_unit_test(lines_and_bars_cover_nothing),
		cmocka_unit_test(a_drawing_is_as_large_as_what_is_in_it),
		cmocka_unit_test(columns_are_characters),
		cmocka_unit_test(trees_of_any_lab),
		cmocka_unit_test(meshes_of_any_lab),
		cmocka_unit_test(the_same_lab_gives_the_same_picture),
		cmocka_unit_test(the_drawing_that_suits_has_all),
		cmocka_unit_test(meshes_of_40_routers),
		cmocka_unit_test(rings_stars_and_single_routers),
		cmocka_unit_test(many_cables_between_two_routers),
		cmocka_unit_test(lines_between_the_same_two_are_side_by_side),
		cmocka_unit_test(a_cable_from_a_node_to_itself_is_a_loop),
		cmocka_unit_test(many_that_are_alike_are_one),
		cmocka_unit_test(what_is_between_them_is_not_swallowed),
		cmocka_unit_test(who_is_down_is_not_swallowed),
		cmocka_unit_test(a_cable_is_cut_at_whichever_end),
	};

	return cmocka_run_group_tests_name("graph", tests, NULL, NULL);
}
