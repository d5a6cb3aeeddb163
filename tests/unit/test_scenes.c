/* SPDX-License-Identifier: MIT */
/* Events and scenes of a lab file: the words that a person would type, in the order of their
 * times. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "topology/action.h"
#include "topology/lab.h"

/* Eleven lines in front of what a case adds. */
#define LAB                                 \
	"name: t\n"                         \
	"lans: {office: 10.0.1.0/24}\n"     \
	"nodes:\n"                          \
	"  pc: {count: 3, lan: office}\n"   \
	"  r1:\n"                           \
	"    lan: office\n"                 \
	"    run:\n"                        \
	"      ripd: sleep 1\n"             \
	"      ospfd: {command: sleep 1}\n" \
	"  far:\n"                          \
	"links: [['r1:wan', 'far:wan', 10.0.4.0/30]]\n"

/* show() - "5000 link r1:wan down": an action a line */
static void show(FILE *out, const struct scene *s)
{
	for (size_t i = 0; i < s->action_count; i++)
		fprintf(out, "%s%llu %s", i ? "|" : "", (unsigned long long)s->actions[i].at_ms,
			s->actions[i].text);
}

static struct lab *lab_of(const char *text)
{
	struct faults f = { 0 };
	struct lab *lab = lab_parse("t.yml", text, strlen(text), NULL, NULL, &f);

	faults_print(&f, stderr);
	if (f.errors)
		fail_msg("these are faults:\n%s", text);
	faults_free(&f);
	return lab;
}

static void is_scene(const struct scene *s, const char *wanted, const char *file)
{
	char *shown = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&shown, &len);

	assert_non_null(out);
	assert_non_null(s);
	show(out, s);
	fclose(out);
	if (strcmp(shown, wanted) != 0)
		fail_msg("%s\nis <%s>,\nnot <%s>", file, shown, wanted);
	free(shown);
}

/* ---- words ----------------------------------------------------------------------------------- */

struct scene_case {
	const char *file, *wanted;
};

static void events_are(const struct scene_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct lab *lab = lab_of(cases[i].file);

		is_scene(&lab->events, cases[i].wanted, cases[i].file);
		lab_free(lab);
	}
}

static void an_entry_becomes_the_words_of_a_person(void **state)
{
	static const struct scene_case cases[] = {
		{ LAB, "" },
		{ LAB "events:\n", "" },
		{ LAB "events: []\n", "" },
		{ LAB "events: [{at: 5s, link: 'r1:wan', state: down}]\n",
		  "5000 link r1:wan down" },
		{ LAB "events: [{at: 5s, link: office, rate: 1mbit}]\n",
		  "5000 link office rate 1mbit" },
		{ LAB "events: [{at: 5s, link: office, rate: none, state: up}]\n",
		  "5000 link office rate none up" },
		{ LAB "events:\n- {at: 5s, link: office, delay: 20ms 5ms, loss: 1%, duplicate: 2%,"
		      " reorder: 3%, corrupt: 4%}\n",
		  "5000 link office delay 20ms 5ms loss 1% duplicate 2% reorder 3% corrupt 4%" },
		{ LAB "events: [{at: 5s, link: office, state: clear}]\n",
		  "5000 link office clear" },
		{ LAB "events: [{at: 5s, start: r1}]\n", "5000 start r1" },
		{ LAB "events: [{at: 5s, stop: r1/ripd}]\n", "5000 stop r1/ripd" },
		{ LAB "events: [{at: 5s, restart: r1/ospfd}]\n", "5000 restart r1/ospfd" },
		{ LAB "events: [{at: 5s, kill: r1/ripd}]\n", "5000 kill r1/ripd" },
		{ LAB "events: [{at: 5s, kill: r1/ripd, signal: TERM}]\n",
		  "5000 kill r1/ripd TERM" },
		{ LAB "events: [{at: 5s, signal: 15, kill: r1/ripd}]\n", "5000 kill r1/ripd 15" },
		{ LAB "events: [{at: 5s, partition: [[pc1, pc2], [pc3]]}]\n",
		  "5000 partition pc1 pc2 / pc3" },
		{ LAB "events: [{at: 5s, partition: [pc1, pc2, r1]}]\n",
		  "5000 partition pc1 / pc2 / r1" },
		{ LAB "events: [{at: 5s, partition: [[pc], [r1]], lan: office, name: split}]\n",
		  "5000 partition lan office name split pc / r1" },
		{ LAB "events: [{at: 5s, partition: 'pc1,pc2 / pc3', name: split}]\n",
		  "5000 partition name split pc1,pc2 / pc3" },
		{ LAB "events: [{at: 5s, heal: split}]\n", "5000 heal split" },
		{ LAB "events: [{at: 5s, heal: }]\n", "5000 heal" },
		{ LAB "events: [{at: 5s, heal: all}]\n", "5000 heal all" },
		{ LAB "events: [{at: 5s, x-why: because, stop: r1}]\n", "5000 stop r1" },
	};

	(void)state;
	events_are(cases, ARRAY_SIZE(cases));
}

static void an_entry_is_parsed_against_the_lab(void **state)
{
	struct lab *lab = lab_of(LAB "events:\n"
				     "- {at: 1s, kill: r1/ripd, signal: HUP}\n"
				     "- {at: 2s, partition: [[pc1], [pc2]]}\n"
				     "- {at: 3s, link: 'far:wan', state: down, rate: 1mbit}\n");
	const struct action *a = lab->events.actions;

	(void)state;
	assert_int_equal(lab->events.action_count, 3);
	assert_int_equal(a[0].kind, ACTION_KILL);
	assert_int_equal(a[0].signal, SIGHUP);
	assert_ptr_equal(a[0].command, node_command(lab_node(lab, "r1"), "ripd"));
	assert_int_equal(a[1].kind, ACTION_PARTITION);
	assert_ptr_equal(a[1].lan, lab_lan(lab, "office"));
	assert_int_equal(a[1].side_count, 2);
	assert_int_equal(a[2].kind, ACTION_LINK);
	assert_ptr_equal(a[2].iface, node_iface(lab_node(lab, "far"), "wan"));
	assert_int_equal(a[2].turn, TURN_DOWN);
	assert_true(a[2].shape.rate == 1e6);
	lab_free(lab);
}

/* Keys may stand in any order, also events in front of the nodes that they are about. */
static void events_may_stand_in_front_of_the_nodes(void **state)
{
	struct lab *lab = lab_of("events: [{at: 1s, link: 'a:eth0', state: down}]\n"
				 "scenes: {s: [{link: lan, state: down}]}\n"
				 "name: t\nnodes: {a: {lan: lan}, b: {lan: lan}}\n"
				 "lans: {lan: 10.0.0.0/24}\n");

	(void)state;
	is_scene(&lab->events, "1000 link a:eth0 down", "events");
	is_scene(lab_scene(lab, "s"), "0 link lan down", "s");
	lab_free(lab);
}

/* ---- times ----------------------------------------------------------------------------------- */

static void times_are_those_of_everywhere(void **state)
{
	static const struct scene_case cases[] = {
		{ LAB "events: [{at: 0, stop: r1}]\n", "0 stop r1" },
		{ LAB "events: [{at: 0s, stop: r1}]\n", "0 stop r1" },
		{ LAB "events: [{at: 7, stop: r1}]\n", "7000 stop r1" },
		{ LAB "events: [{at: 500ms, stop: r1}]\n", "500 stop r1" },
		{ LAB "events: [{at: 2m, stop: r1}]\n", "120000 stop r1" },
		{ LAB "events: [{at: 24h, stop: r1}]\n", "86400000 stop r1" },
	};

	(void)state;
	events_are(cases, ARRAY_SIZE(cases));
}

static void what_happens_first_stands_first(void **state)
{
	static const struct scene_case cases[] = {
		{ LAB
		  "events:\n- {at: 3s, stop: r1}\n- {at: 1s, start: r1}\n- {at: 2s, kill: r1}\n",
		  "1000 start r1|2000 kill r1|3000 stop r1" },
		/* of one time: as they stand there */
		{ LAB "events:\n- {at: 2s, stop: r1}\n- {at: 1s, start: r1}\n- {at: 2s, kill: r1}\n"
		      "- {at: 1s, restart: r1}\n- {at: 2000ms, heal: }\n",
		  "1000 start r1|1000 restart r1|2000 stop r1|2000 kill r1|2000 heal" },
		{ LAB "scenes:\n  s:\n  - {at: 1s, stop: r1}\n", "" },
	};

	(void)state;
	events_are(cases, ARRAY_SIZE(cases));
}

/* ---- scenes ---------------------------------------------------------------------------------- */

static void scenes_have_names_and_need_no_times(void **state)
{
	static const char file[] = LAB "events: [{at: 5s, stop: r1}]\n"
				       "scenes:\n"
				       "  pull-the-plug:\n"
				       "  - {at: 500ms, link: 'r1:wan', state: up}\n"
				       "  - {link: 'r1:wan', state: down}\n"
				       "  two: [{stop: r1/ripd}, {start: r1/ripd}]\n"
				       "  nothing: []\n";
	struct lab *lab = lab_of(file);

	(void)state;
	assert_int_equal(lab->scene_count, 3);
	is_scene(&lab->events, "5000 stop r1", file);
	is_scene(lab_scene(lab, "pull-the-plug"), "0 link r1:wan down|500 link r1:wan up", file);
	is_scene(lab_scene(lab, "two"), "0 stop r1/ripd|0 start r1/ripd", file);
	is_scene(lab_scene(lab, "nothing"), "", file);
	assert_null(lab_scene(lab, "tow"));
	assert_null(lab_scene(lab, ""));
	assert_string_equal(lab_scene(lab, "two")->name, "two");
	lab_free(lab);
}

static void entries_may_be_shared_by_an_anchor(void **state)
{
	static const char file[] = LAB "x-all: &all\n"
				       "- {at: 1s, stop: r1}\n"
				       "- {at: 2s, start: r1}\n"
				       "events: *all\n"
				       "scenes: {s: *all}\n";
	struct lab *lab = lab_of(file);

	(void)state;
	is_scene(&lab->events, "1000 stop r1|2000 start r1", file);
	is_scene(lab_scene(lab, "s"), "1000 stop r1|2000 start r1", file);
	lab_free(lab);
}

/* ---- faults ---------------------------------------------------------------------------------- */

/* Each fault is where it is seen: at the word, or at the entry where a word is missing. */
static void a_fault_has_its_place_and_says_why(void **state)
{
	static const struct {
		const char *file;
		unsigned line, column;
		const char *why;
	} cases[] = {
		{ LAB "events:\n- {at: 1s, stop: r2}\n", 13, 18,
		  "there is no node 'r2'; did you mean 'r1'?" },
		{ LAB "events:\n- {at: 1s, stop: r1/rip}\n", 13, 18,
		  "node 'r1' has no command 'rip'; did you mean 'ripd'?" },
		{ LAB "events:\n- {at: 1s, link: 'r1:eth9', state: down}\n", 13, 19,
		  "node 'r1' has no interface 'eth9'; did you mean 'eth0'?" },
		{ LAB "events:\n- {at: 1s, link: offcie, state: down}\n", 13, 18,
		  "there is no LAN 'offcie'; did you mean 'office'?" },
		{ LAB "events:\n- {at: 1s, link: office, state: dwon}\n", 13, 33,
		  "'dwon' is nothing that a link does; did you mean 'down'?" },
		{ LAB "events:\n- {at: 1s, link: office, rate: fast}\n", 13, 32,
		  "rate: 'fast' is not a rate, as in 64kbit, 10mbit or 1gbit" },
		{ LAB "events:\n- {at: 1s, kill: r1, signal: TREM}\n", 13, 30,
		  "'TREM' is not a signal, as in KILL, TERM or 9; did you mean 'TERM'?" },
		{ LAB "events:\n- {at: 1s, partition: [[pc1], [pc9]]}\n", 13, 32,
		  "there is no node 'pc9'; did you mean 'pc1'?" },
		{ LAB "events:\n- {at: 1s, partition: [[pc1], [pc2]], lan: ofice}\n", 13, 44,
		  "there is no LAN 'ofice'; did you mean 'office'?" },
		{ LAB "events:\n- {at: 1s, strat: r1}\n", 13, 12,
		  "unknown key 'strat' in an event; did you mean 'start'?" },
		{ LAB "events:\n- {at: 1s, stop: r1, sgnal: TERM}\n", 13, 22,
		  "unknown key 'sgnal' in an event; did you mean 'signal'?" },
		{ LAB "events:\n- {stop: r1}\n", 13, 3, "when? 'at' is missing, as in at: 5s" },
		{ LAB "events:\n- {at: soon, stop: r1}\n", 13, 8,
		  "at: 'soon' is not a time up to 24h, as in 500ms, 5s or 2m" },
		{ LAB "events:\n- {at: 25h, stop: r1}\n", 13, 8,
		  "at: '25h' is not a time up to 24h, as in 500ms, 5s or 2m" },
		{ LAB "events:\n- {at: 1s, stop: r1, start: r1}\n", 13, 22,
		  "an event does one thing: 'stop' and 'start' are two" },
		{ LAB "events:\n- {at: 1s, stop: r1, signal: TERM}\n", 13, 22,
		  "'signal' does not go with 'stop'" },
		{ LAB "scenes:\n  Big: []\n", 13, 3, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct faults f = { 0 };
		struct lab *lab =
			lab_parse("t.yml", cases[i].file, strlen(cases[i].file), NULL, NULL, &f);
		bool good = f.errors == 1 && f.list[0].at.line == cases[i].line &&
			    f.list[0].at.column == cases[i].column &&
			    (!cases[i].why || strcmp(f.list[0].text, cases[i].why) == 0);

		if (!good) {
			faults_print(&f, stderr);
			fail_msg("not at %u:%u <%s> alone", cases[i].line, cases[i].column,
				 cases[i].why ? cases[i].why : "any");
		}
		lab_free(lab);
		faults_free(&f);
	}
}

/* A side is a list of nodes, or one node; a map is neither. */
static void a_side_is_no_map(void **state)
{
	static const char file[] = LAB "events:\n- {at: 1s, partition: [[pc1], {x: pc2}]}\n";
	struct faults f = { 0 };
	struct lab *lab = lab_parse("t.yml", file, strlen(file), NULL, NULL, &f);

	(void)state;
	assert_int_equal(f.errors, 1);
	lab_free(lab);
	faults_free(&f);
}

/* The others of a list are read although one is bad. */
static void all_faults_are_told_at_once(void **state)
{
	static const char file[] = LAB "events:\n"
				       "- {at: 1s, stop: r2}\n"
				       "- {at: x, stop: r3}\n"
				       "- 5\n"
				       "- {at: 1s, stop: r1}\n"
				       "scenes: {s: [{link: office}], t: {}}\n";
	struct faults f = { 0 };
	struct lab *lab = lab_parse("t.yml", file, strlen(file), NULL, NULL, &f);

	(void)state;
	if (f.errors != 6) {
		faults_print(&f, stderr);
		fail_msg("%u errors, not 6", f.errors);
	}
	lab_free(lab);
	faults_free(&f);
}

/* ---- restart --------------------------------------------------------------------------------- */

#define RUN(value) "lans: {l: }\nnodes:\n  a: {lan: l, run: {command: x, restart: " value "}}\n"

static void a_restart_may_have_a_limit(void **state)
{
	static const struct {
		const char *file;
		enum restart_kind kind;
		unsigned limit; /* 0: none */
	} cases[] = {
		{ "lans: {l: }\nnodes:\n  a: {lan: l, run: x}\n", RESTART_NO, 0 },
		{ RUN("no"), RESTART_NO, 0 },
		{ RUN("always"), RESTART_ALWAYS, 0 },
		{ RUN("on-failure"), RESTART_ON_FAILURE, 0 },
		{ RUN("on-failure:1"), RESTART_ON_FAILURE, 1 },
		{ RUN("on-failure:3"), RESTART_ON_FAILURE, 3 },
		{ RUN("'on-failure:3'"), RESTART_ON_FAILURE, 3 },
		{ RUN("always:10"), RESTART_ALWAYS, 10 },
		{ RUN("always:1000000"), RESTART_ALWAYS, 1000000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct lab *lab = lab_of(cases[i].file);
		const struct command *c = lab_node(lab, "a")->commands[0];

		if (c->restart != cases[i].kind || c->restart_limit != cases[i].limit)
			fail_msg("%s: %s with limit %u, not %s with %u", cases[i].file,
				 restart_kind_name(c->restart), c->restart_limit,
				 restart_kind_name(cases[i].kind), cases[i].limit);
		lab_free(lab);
	}
}

static void what_is_no_limit_is_a_fault(void **state)
{
	static const char *const bad[] = {
		RUN("no:3"),
		RUN("on-failure:0"),
		RUN("on-failure:-1"),
		RUN("on-failure:x"),
		RUN("on-failure:3x"),
		RUN("on-failure:1000001"),
		RUN("'on-failure:'"),
		RUN("on-failure:3:4"),
		RUN("on-faliure:3"),
		RUN("':3'"),
		RUN("'on-failure: 3'"),
		RUN("on-failure:4294967297"),
		RUN("{on-failure: 3}"),
		RUN("3"),
		RUN("[always]"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct faults f = { 0 };
		struct lab *lab = lab_parse("t.yml", bad[i], strlen(bad[i]), NULL, NULL, &f);

		if (f.errors != 1 || f.list[0].at.line != 3 || f.list[0].at.column < 42 ||
		    f.list[0].at.column > 43) {
			faults_print(&f, stderr);
			fail_msg("not one error at the limit:\n%s", bad[i]);
		}
		lab_free(lab);
		faults_free(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_becomes_the_words_of_a_person),
		cmocka_unit_test(an_entry_is_parsed_against_the_lab),
		cmocka_unit_test(events_may_stand_in_front_of_the_nodes),
		cmocka_unit_test(times_are_those_of_everywhere),
		cmocka_unit_test(what_happens_first_stands_first),
		cmocka_unit_test(scenes_have_names_and_need_no_times),
		cmocka_unit_test(entries_may_be_shared_by_an_anchor),
		cmocka_unit_test(a_fault_has_its_place_and_says_why),
		cmocka_unit_test(a_side_is_no_map),
		cmocka_unit_test(all_faults_are_told_at_once),
		cmocka_unit_test(a_restart_may_have_a_limit),
		cmocka_unit_test(what_is_no_limit_is_a_fault),
	};

	return cmocka_run_group_tests_name("scenes", tests, NULL, NULL);
}
