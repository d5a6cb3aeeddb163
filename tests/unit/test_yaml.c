/* SPDX-License-Identifier: MIT */
/* A configuration file as a tree: texts, places, anchors, the merge key, files that mean harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/common/yaml.h"

/* show() - the tree in one line: maps in {}, lists in [], quoted text in '' */
static void show(FILE *out, const struct yaml *y)
{
	const char *gap = "";

	if (y->kind == YAML_SCALAR) {
		fprintf(out, y->quoted ? "'%s'" : "%s", y->text);
		return;
	}
	fputc(y->kind == YAML_MAP ? '{' : '[', out);
	for (const struct yaml *e = y->entries; e; e = e->next) {
		fprintf(out, "%s", gap);
		if (y->kind == YAML_MAP)
			fprintf(out, "%s%s=", e->merged ? "+" : "", e->key);
		show(out, e);
		gap = " ";
	}
	fputc(y->kind == YAML_MAP ? '}' : ']', out);
}

static void means(const char *text, const char *wanted)
{
	struct faults f = { .file = "f" };
	struct yaml *y = yaml_parse(text, strlen(text), &f);
	char *shown = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&shown, &len);

	assert_non_null(out);
	if (!y || f.count)
		fail_msg("<%s>: %s", text, f.count ? f.list[0].text : "no tree");
	show(out, y);
	fclose(out);
	assert_string_equal(shown, wanted);
	free(shown);
	yaml_free(y);
	faults_free(&f);
}

/* fails() - at least one error, of which the first (in the file's order) stands there; line 0:
 * anywhere */
static void fails(const char *text, size_t len, unsigned line, unsigned column)
{
	struct faults f = { .file = "f" };
	struct yaml *y = yaml_parse(text, len, &f);

	if (!f.errors)
		fail_msg("<%.60s> has a fault", text);
	faults_sort(&f);
	if (line) {
		assert_int_equal(f.list[0].at.line, line);
		assert_int_equal(f.list[0].at.column, column);
	}
	yaml_free(y);
	faults_free(&f);
}

/* ---- values --------------------------------------------------------------------------------- */

static void yaml_becomes_a_tree(void **state)
{
	static const struct {
		const char *text, *tree;
	} cases[] = {
		{ "", "{}" },
		{ "# a comment alone\n", "{}" },
		{ "---\n", "" },
		{ "a: b\n", "{a=b}" },
		{ "a: b", "{a=b}" },
		{ "a:\n  b: c\n  d: [e, f]\n", "{a={b=c d=[e f]}}" },
		{ "- a\n- b: c\n- [d]\n-\n", "[a {b=c} [d] ]" },
		{ "{a: {b: c}, d: []}", "{a={b=c} d=[]}" },
		{ "a: {}\n", "{a={}}" },
		/* values stay what is written */
		{ "a: yes\nb: 010\nc: 1e3\nd: 0x1f\ne: 1.0\n", "{a=yes b=010 c=1e3 d=0x1f e=1.0}" },
		{ "a: 10.0.1.0/24\nb: fd00::1\nc: 02:00:00:00:00:01\n",
		  "{a=10.0.1.0/24 b=fd00::1 c=02:00:00:00:00:01}" },
		{ "a: \"x\\ty\"\nb: 'it''s'\n", "{a='x\ty' b='it's'}" },
		{ "a: |\n  one\n  two\nb: >\n  one\n  two\n", "{a='one\ntwo\n' b='one two\n'}" },
		{ "a: one\n  two\n", "{a=one two}" },
		{ "a: b # c\n", "{a=b}" },
		{ "gr\xc3\xbc\xc3\x9f: \xe2\x82\xac\n", "{gr\xc3\xbc\xc3\x9f=\xe2\x82\xac}" },
		/* a line ends with LF, CR LF or CR (YAML 1.2, 5.4) */
		{ "a: b\r\nc:\r\n  - d\r\n", "{a=b c=[d]}" },
		{ "a: |\r\n  one\r\n  two\r\n", "{a='one\ntwo\n'}" },
		{ "--- \na: b\n...\n", "{a=b}" },
		{ "%YAML 1.2\n---\na: b\n", "{a=b}" },
		{ "\xef\xbb\xbf"
		  "a: b\n",
		  "{a=b}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		means(cases[i].text, cases[i].tree);
}

static void nothing_is_told_from_empty_text(void **state)
{
	const char *text = "a:\nb: ~\nc: null\nd: ''\ne: \"\"\nf: '~'\ng: x\nh: []\n";
	static const bool empty[] = { true, true, true, false, false, false, false, false };
	static const char *const kinds[] = { "nothing", "nothing", "nothing", "text",
					     "text",	"text",	   "text",    "a list" };
	struct faults f = { .file = "f" };
	struct yaml *y = yaml_parse(text, strlen(text), &f);
	size_t i = 0;

	(void)state;
	assert_non_null(y);
	assert_int_equal(yaml_count(y), 8);
	for (struct yaml *e = y->entries; e; e = e->next, i++) {
		assert_int_equal(yaml_is_empty(e), empty[i]);
		assert_string_equal(yaml_kind_name(e), kinds[i]);
	}
	assert_string_equal(yaml_kind_name(y), "a map");
	yaml_free(y);
}

static void entries_are_found_by_their_key(void **state)
{
	const char *text = "a: 1\nb: 2\n";
	struct faults f = { .file = "f" };
	struct yaml *y = yaml_parse(text, strlen(text), &f);

	(void)state;
	assert_string_equal(yaml_get(y, "b")->text, "2");
	assert_string_equal(yaml_get(y, "a")->text, "1");
	assert_null(yaml_get(y, "c"));
	assert_null(yaml_get(y, ""));
	yaml_free(y);
	yaml_free(NULL);
}

/* ---- places --------------------------------------------------------------------------------- */

static void is_at(struct place p, unsigned line, unsigned column, unsigned len)
{
	assert_int_equal(p.line, line);
	assert_int_equal(p.column, column);
	assert_int_equal(p.len, len);
}

static void keys_and_values_know_their_places(void **state)
{
	/*			     1	       2	  3	     4		 5 */
	const char *text =
		"first: abc\n  \nsecond:\n  - x\n  - {in: 'quoted', \xc3\xbc: \xe2\x82\xac}\n"
		"third: b\n";
	struct faults f = { .file = "f" };
	struct yaml *y = yaml_parse(text, strlen(text), &f), *second, *in;

	(void)state;
	assert_non_null(y);
	is_at(yaml_get(y, "first")->key_at, 1, 1, 5);
	is_at(yaml_get(y, "first")->at, 1, 8, 3);
	second = yaml_get(y, "second");
	is_at(second->key_at, 3, 1, 6);
	assert_int_equal(second->at.line, 4);
	assert_int_equal(second->at.column, 3);
	is_at(second->entries->at, 4, 5, 1);
	in = second->entries->next;
	assert_int_equal(in->at.line, 5);
	assert_int_equal(in->at.column, 5);
	is_at(in->entries->key_at, 5, 6, 2);
	is_at(in->entries->at, 5, 11, 6);	    /* what is between the quotes */
	is_at(in->entries->next->key_at, 5, 20, 1); /* characters, not octets */
	is_at(in->entries->next->at, 5, 23, 1);
	is_at(yaml_get(y, "third")->at, 6, 8, 1);
	yaml_free(y);
}

static void places_are_the_same_with_cr_lf(void **state)
{
	const char *text = "a: b\r\nc:\r\n  d: efg\r\n";
	struct faults f = { .file = "f" };
	struct yaml *y = yaml_parse(text, strlen(text), &f);

	(void)state;
	assert_non_null(y);
	is_at(yaml_get(y, "a")->at, 1, 4, 1);
	is_at(yaml_get(y, "c")->key_at, 2, 1, 1);
	is_at(yaml_get(y, "c")->entries->at, 3, 6, 3);
	yaml_free(y);
}

static void a_value_that_is_not_there_is_where_its_key_is(void **state)
{
	const char *text = "a: b\nempty:\nc: d\n";
	struct faults f = { .file = "f" };
	struct yaml *y = yaml_parse(text, strlen(text), &f);

	(void)state;
	is_at(yaml_get(y, "empty")->at, 2, 1, 5);
	yaml_free(y);
}

/* ---- keys ----------------------------------------------------------------------------------- */

static void a_key_that_stands_twice_is_a_fault_at_the_second(void **state)
{
	const char *text = "a: 1\nb: {x: 1, y: 2, x: 3}\na: 2\n";
	struct faults f = { .file = "f" };
	struct yaml *y = yaml_parse(text, strlen(text), &f);

	(void)state;
	faults_sort(&f);
	assert_int_equal(f.errors, 2);
	assert_int_equal(f.count, 4);
	is_at(f.list[0].at, 2, 17, 1);
	is_at(f.list[1].at, 2, 5, 1);
	is_at(f.list[2].at, 3, 1, 1);
	is_at(f.list[3].at, 1, 1, 1);
	yaml_free(y);
	faults_free(&f);
}

static void the_same_key_in_two_maps_is_none(void **state)
{
	(void)state;
	means("a: {x: 1}\nb: {x: 1}\nc: [{x: 1}, {x: 1}]\n", "{a={x=1} b={x=1} c=[{x=1} {x=1}]}");
}

static void a_key_is_text(void **state)
{
	static const char *const bad[] = {
		"? [a]\n: b\n",	     "? {a: b}\n: c\n",	    "{[a]: b}",
		"a: &x b\n*x : c\n", "a: &x [b]\n*x : c\n", "{&x a: b, *x : c}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad) - 3; i++)
		fails(bad[i], strlen(bad[i]), 0, 0);
	/* an alias as a key is text or a fault, and never the end of the program */
	for (size_t i = ARRAY_SIZE(bad) - 3; i < ARRAY_SIZE(bad); i++) {
		struct faults f = { .file = "f" };
		struct yaml *y = yaml_parse(bad[i], strlen(bad[i]), &f);

		assert_true(y || f.errors);
		yaml_free(y);
		faults_free(&f);
	}
}

/* ---- anchors, aliases, merges --------------------------------------------------------------- */

static void an_alias_is_what_its_anchor_names(void **state)
{
	static const struct {
		const char *text, *tree;
	} cases[] = {
		{ "a: &x b\nc: *x\n", "{a=b c=b}" },
		{ "a: &x {b: [c]}\nd: *x\ne: [*x, *x]\n",
		  "{a={b=[c]} d={b=[c]} e=[{b=[c]} {b=[c]}]}" },
		{ "a: &x 'b'\nc: *x\n", "{a='b' c='b'}" },
		/* YAML 1.2, 7.1: the latest anchor of a name counts */
		{ "a: &x 1\nb: *x\nc: &x 2\nd: *x\n", "{a=1 b=1 c=2 d=2}" },
		{ "a: &x\nb: *x\n", "{a= b=}" },
		{ "a: &x {b: &y c}\nd: *y\n", "{a={b=c} d=c}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		means(cases[i].text, cases[i].tree);
}

static void an_alias_without_an_anchor_is_a_fault(void **state)
{
	static const char *const bad[] = { "a: *x\n", "a: *x\nb: &x c\n", "a: [*]\n" };

	(void)state;
	fails(bad[0], strlen(bad[0]), 1, 5);
	for (size_t i = 1; i < ARRAY_SIZE(bad); i++)
		fails(bad[i], strlen(bad[i]), 0, 0);
}

static void an_alias_within_itself_is_a_fault(void **state)
{
	static const char *const bad[] = { "a: &x [*x]\n", "a: &x {b: *x}\n",
					   "&x a: {b: &y [*y]}\n", "&x [[[*x]]]\n",
					   "a: &x {<<: *x}\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		fails(bad[i], strlen(bad[i]), 0, 0);
}

/* The merge key of YAML 1.1 (yaml.org/type/merge.html): own keys win, earlier maps before later. */
static void the_merge_key_adds_what_is_not_there(void **state)
{
	static const struct {
		const char *text, *tree;
	} cases[] = {
		{ "x: &x {a: 1, b: 2}\ny: {<<: *x}\n", "{x={a=1 b=2} y={+a=1 +b=2}}" },
		{ "x: &x {a: 1, b: 2}\ny: {<<: *x, a: 3}\n", "{x={a=1 b=2} y={a=3 +b=2}}" },
		{ "x: &x {a: 1, b: 2}\ny: {a: 3, <<: *x}\n", "{x={a=1 b=2} y={a=3 +b=2}}" },
		{ "x: &x {a: 1}\nz: &z {a: 2, b: 2}\ny: {<<: [*x, *z], c: 3}\n",
		  "{x={a=1} z={a=2 b=2} y={c=3 +a=1 +b=2}}" },
		{ "y: {<<: {a: 1}, b: 2}\n", "{y={b=2 +a=1}}" },
		{ "x: &x {a: {b: 1, c: 2}}\ny: {<<: *x, a: {b: 3}}\n",
		  "{x={a={b=1 c=2}} y={a={b=3}}}" },
		{ "x: &x {a: 1}\ny: &y {<<: *x, b: 2}\nz: {<<: *y}\n",
		  "{x={a=1} y={b=2 +a=1} z={+b=2 +a=1}}" },
		{ "y: {<<: {}}\n", "{y={}}" },
		{ "y: {<<: []}\n", "{y={}}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		means(cases[i].text, cases[i].tree);
}

static void merged_entries_know_where_they_were_written(void **state)
{
	const char *text = "x: &x\n  abc: def\ny:\n  <<: *x\n";
	struct faults f = { .file = "f" };
	struct yaml *y = yaml_parse(text, strlen(text), &f), *e;

	(void)state;
	e = yaml_get(yaml_get(y, "y"), "abc");
	assert_non_null(e);
	assert_true(e->merged);
	is_at(e->key_at, 2, 3, 3);
	is_at(e->at, 2, 8, 3);
	yaml_free(y);
}

static void only_maps_can_be_merged(void **state)
{
	static const char *const bad[] = { "a: {<<: b}\n", "a: {<<: [b]}\n",
					   "a: {<<: [[{b: c}]]}\n", "a: {<<: }\n", "<<: 1\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		fails(bad[i], strlen(bad[i]), 0, 0);
}

/* ---- bad files ------------------------------------------------------------------------------ */

static void what_is_not_yaml_is_a_fault_where_it_is(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
	} bad[] = {
		{ "a: [b\n", 0 },	{ "a: {b\n", 0 },     { "a: 'b\n", 0 },
		{ "a: \"b\n", 0 },	{ "a: b: c\n", 1 },   { "a: b\n\tc: d\n", 0 },
		{ "a: b\n c: d\n", 0 }, { "a: @b\n", 1 },     { "a: b\n]\n", 2 },
		{ "a: \"\\q\"\n", 1 },	{ "- a\nb: c\n", 2 }, { "a: !\n- b: [\n", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct faults f = { .file = "f" };
		struct yaml *y = yaml_parse(bad[i].text, strlen(bad[i].text), &f);

		if (!f.errors)
			fail_msg("<%s> is not YAML", bad[i].text);
		if (bad[i].line)
			assert_int_equal(f.list[0].at.line, bad[i].line);
		assert_null(y);
		faults_free(&f);
	}
}

static void a_second_document_is_a_fault(void **state)
{
	const char *text = "a: b\n---\nc: d\n";

	(void)state;
	fails(text, strlen(text), 2, 1);
}

/* What is behind it must not be left out without a word. */
static void a_nul_is_a_fault(void **state)
{
	(void)state;
	fails("a: b\n\0c: d\n", 11, 0, 0);
	fails("a: b\n# \0\nc: d\n", 14, 0, 0);
	fails("a: b\0c\n", 7, 0, 0);
	fails("a: \"b\\0c\"\n", 10, 0, 0);
	fails("a\0b: c\n", 7, 0, 0);
	fails("\0", 1, 0, 0);
}

/* YAML 1.2, 5.1 and 5.2: a stream is of printable characters, here in UTF-8. libfyaml 0.7.12 reads
 * for ever when a directive is not: so a hang here ends the test by SIGALRM. */
static void what_is_not_utf_8_is_a_fault(void **state)
{
	static const char *const bad[] = { "a: \xff\n",		  "a: b\xc3\n",
					   "\xfe\xff: b\n",	  "# \xc0\xaf\na: b\n",
					   "a: '\xed\xa0\x80'\n", "a: b\n# f\xfcr\nc: d\n",
					   "%a\xff\n---\na: b\n", "%a\xff" };

	(void)state;
	alarm(20);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		fails(bad[i], strlen(bad[i]), 0, 0);
	alarm(0);
}

/* vethlab-lab(5): at most 500,000 values and 32 levels */
static void a_bomb_of_aliases_is_a_fault_and_no_explosion(void **state)
{
	static char text[4000];
	size_t len = 0;

	(void)state;
	len += (size_t)snprintf(text + len, sizeof(text) - len,
				"a0: &a0 [x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 12; i++)
		len += (size_t)snprintf(
			text + len, sizeof(text) - len,
			"a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1,
			i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	alarm(20);
	fails(text, len, 0, 0);
	len = (size_t)snprintf(text, sizeof(text), "a0: &a0 {k0: 1}\n");
	for (int i = 1; i < 25; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"a%d: &a%d {l: *a%d, r: *a%d}\n", i, i, i - 1, i - 1);
	fails(text, len, 0, 0);
	alarm(0);
}

static void too_many_levels_are_a_fault(void **state)
{
	char text[200];

	(void)state;
	for (size_t depth = 1; depth < 60; depth++) {
		struct faults f = { .file = "f" };
		struct yaml *y;

		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		y = yaml_parse(text, 2 * depth, &f);
		assert_int_equal(f.errors != 0, depth > 32);
		assert_int_equal(y == NULL, depth > 32);
		yaml_free(y);
		faults_free(&f);
	}
}

static void levels_made_by_aliases_count_too(void **state)
{
	static char text[20000];
	size_t len = (size_t)snprintf(text, sizeof(text), "a0: &a0 [[[[[[[[[[x]]]]]]]]]]\n");

	(void)state;
	for (int i = 1; i < 6; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"a%d: &a%d [[[[[[[[[[*a%d]]]]]]]]]]\n", i, i, i - 1);
	fails(text, len, 0, 0);
}

static void a_map_may_be_large(void **state)
{
	const size_t count = 10000;
	size_t len = 0, room = count * 16;
	char *text = malloc(room);
	struct faults f = { .file = "f" };
	struct yaml *y;

	(void)state;
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(text + len, room - len, "k%zu: x\n", i);
	y = yaml_parse(text, len, &f);
	assert_non_null(y);
	assert_int_equal(yaml_count(y), count);
	yaml_free(y);
	free(text);
}

static void a_file_is_read_whole(void **state)
{
	char path[] = "/tmp/test-yaml.XXXXXX";
	int fd = mkstemp(path);
	static char data[200000];
	size_t len = 0;
	char *text;

	(void)state;
	assert_true(fd >= 0);
	memset(data, 'x', sizeof(data));
	assert_int_equal(write(fd, data, sizeof(data)), sizeof(data));
	text = yaml_read_file(path, &len);
	assert_non_null(text);
	assert_int_equal(len, sizeof(data));
	assert_memory_equal(text, data, len);
	assert_int_equal(text[len], 0);
	free(text);
	assert_int_equal(ftruncate(fd, 0), 0);
	text = yaml_read_file(path, &len);
	assert_non_null(text);
	assert_int_equal(len, 0);
	free(text);
	assert_int_equal(ftruncate(fd, (16 << 20) + 1), 0);
	assert_null(yaml_read_file(path, &len));
	assert_int_equal(ftruncate(fd, 16 << 20), 0);
	text = yaml_read_file(path, &len);
	assert_non_null(text);
	assert_int_equal(len, 16 << 20);
	free(text);
	close(fd);
	unlink(path);
	assert_null(yaml_read_file(path, &len));
	assert_null(yaml_read_file("/tmp", &len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(yaml_becomes_a_tree),
		cmocka_unit_test(nothing_is_told_from_empty_text),
		cmocka_unit_test(entries_are_found_by_their_key),
		cmocka_unit_test(keys_and_values_know_their_places),
		cmocka_unit_test(places_are_the_same_with_cr_lf),
		cmocka_unit_test(a_value_that_is_not_there_is_where_its_key_is),
		cmocka_unit_test(a_key_that_stands_twice_is_a_fault_at_the_second),
		cmocka_unit_test(the_same_key_in_two_maps_is_none),
		cmocka_unit_test(an_alias_is_what_its_anchor_names),
		cmocka_unit_test(an_alias_without_an_anchor_is_a_fault),
		cmocka_unit_test(an_alias_within_itself_is_a_fault),
		cmocka_unit_test(the_merge_key_adds_what_is_not_there),
		cmocka_unit_test(merged_entries_know_where_they_were_written),
		cmocka_unit_test(only_maps_can_be_merged),
		cmocka_unit_test(what_is_not_yaml_is_a_fault_where_it_is),
		cmocka_unit_test(a_second_document_is_a_fault),
		cmocka_unit_test(a_nul_is_a_fault),
		cmocka_unit_test(a_bomb_of_aliases_is_a_fault_and_no_explosion),
		cmocka_unit_test(too_many_levels_are_a_fault),
		cmocka_unit_test(levels_made_by_aliases_count_too),
		cmocka_unit_test(a_map_may_be_large),
		cmocka_unit_test(a_file_is_read_whole),
		cmocka_unit_test(a_key_is_text),
		cmocka_unit_test(what_is_not_utf_8_is_a_fault),
	};

	return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
