/* SPDX-License-Identifier: MIT */
/* What can be done to a lab, as words: which are understood and how, which are refused and why. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "line.h"
#include "nodes/common/compiler.h"
#include "topology/action.h"
#include "topology/lab_read.h"

/* Three PCs of a group on one LAN; routers that share two; a cable; a node on a LAN twice. */
static const char file[] = "name: t\n"
			   "lans: {office: 10.0.1.0/24, back: 10.0.2.0/24, ring: 10.0.3.0/24}\n"
			   "nodes:\n"
			   "  pc: {count: 3, lan: office}\n"
			   "  r1:\n"
			   "    interfaces: {eth0: office, eth1: back, eth2: ring}\n"
			   "    run: {ripd: sleep 1, ospfd: sleep 1}\n"
			   "  r2:\n"
			   "    interfaces: {eth0: office, eth1: back}\n"
			   "    run: sleep 1\n"
			   "  twice: {interfaces: {a: ring, b: ring}}\n"
			   "  far:\n"
			   "links: [['r1:wan', 'far:wan', 10.0.4.0/30]]\n";

static struct lab *lab_of(const char *text)
{
	struct faults f = { 0 };
	struct lab *lab = lab_parse("t.yml", text, strlen(text), NULL, NULL, &f);

	faults_print(&f, stderr);
	assert_int_equal(f.errors, 0);
	faults_free(&f);
	return lab;
}

static int make_lab(void **state)
{
	*state = lab_of(file);
	return 0;
}

static int free_lab(void **state)
{
	lab_free(*state);
	return 0;
}

/* ---- what is understood ---------------------------------------------------------------------- */

static void show_number(FILE *out, const char *name, double n)
{
	if (n >= 0)
		fprintf(out, " %s=%g", name, n);
}

static void show_sides(FILE *out, const struct action *a)
{
	fprintf(out, " %u:", a->side_count);
	for (size_t i = 0; i < a->lan->port_count; i++)
		fprintf(out, "%s%s=%u", i ? "," : "", a->lan->ports[i]->node->name, a->sides[i]);
}

/* show() - all that an action says, in one line */
static void show(FILE *out, const struct action *a)
{
	static const char *const kinds[] = {
		[ACTION_START] = "start", [ACTION_STOP] = "stop", [ACTION_RESTART] = "restart",
		[ACTION_KILL] = "kill",	  [ACTION_LINK] = "link", [ACTION_PARTITION] = "partition",
		[ACTION_HEAL] = "heal",
	};

	fprintf(out, "%s", kinds[a->kind]);
	if (a->iface)
		fprintf(out, " %s:%s", a->node->name, a->iface->name);
	else if (a->node)
		fprintf(out, " %s/%s", a->node->name, a->command ? a->command->name : "*");
	if (a->signal)
		fprintf(out, " %d", a->signal);
	if (a->lan)
		fprintf(out, " LAN %s", a->lan->name);
	fprintf(out, "%s%s",
		a->turn == TURN_KEEP ? ""
		: a->turn == TURN_UP ? " up"
				     : " down",
		a->clear ? " clear" : "");
	show_number(out, "rate", a->shape.rate);
	show_number(out, "delay", a->shape.delay_ms);
	show_number(out, "jitter", a->shape.jitter_ms);
	show_number(out, "loss", a->shape.loss);
	show_number(out, "duplicate", a->shape.duplicate);
	show_number(out, "reorder", a->shape.reorder);
	show_number(out, "corrupt", a->shape.corrupt);
	if (a->name)
		fprintf(out, " named %s", a->name);
	if (a->sides)
		show_sides(out, a);
}

static void means(const struct lab *lab, const char *text, const char *wanted)
{
	char *shown = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&shown, &len);
	struct action a;
	struct line l;

	assert_non_null(out);
	line_split(&l, text);
	if (!action_parse(&a, lab, &l.words))
		fail_msg("<%s>: %s", text, l.words.why);
	show(out, &a);
	fclose(out);
	if (strcmp(shown, wanted) != 0)
		fail_msg("<%s> means <%s>, not <%s>", text, shown, wanted);
	action_free(&a);
	line_free(&l);
	free(shown);
}

struct meaning {
	const char *text, *means;
};

static void mean(const struct lab *lab, const struct meaning *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		means(lab, cases[i].text, cases[i].means);
}

static void commands_are_started_stopped_and_killed(void **state)
{
	static const struct meaning cases[] = {
		{ "start r1", "start r1/*" },
		{ "start r1/ripd", "start r1/ripd" },
		{ "stop r1/ospfd", "stop r1/ospfd" },
		{ "stop r2", "stop r2/*" },
		{ "restart r2/sleep", "restart r2/sleep" }, /* named after its program */
		{ "kill r1", "kill r1/* 9" },
		{ "kill r1/ripd", "kill r1/ripd 9" },
		{ "kill r1/ripd TERM", "kill r1/ripd 15" },
		{ "kill r1/ripd SIGTERM", "kill r1/ripd 15" },
		{ "kill r1/ripd term", "kill r1/ripd 15" },
		{ "kill r1/ripd sigstop", "kill r1/ripd 19" },
		{ "kill r1/ripd 1", "kill r1/ripd 1" },
	};

	mean(*state, cases, ARRAY_SIZE(cases));
}

static void links_go_down_and_up_and_get_a_shape(void **state)
{
	static const struct meaning cases[] = {
		{ "link r1:eth1 down", "link r1:eth1 down" },
		{ "link r1:eth1 up", "link r1:eth1 up" },
		{ "link far:wan down", "link far:wan down" },
		{ "link pc2:eth0 down", "link pc2:eth0 down" },
		{ "link office down", "link LAN office down" },
		{ "link r1:eth1 rate 10mbit", "link r1:eth1 rate=1e+07" },
		{ "link r1:eth1 rate none", "link r1:eth1 rate=0" },
		{ "link r1:eth1 rate 1.5gbit", "link r1:eth1 rate=1.5e+09" },
		{ "link r1:eth1 rate 500kbit", "link r1:eth1 rate=500000" },
		{ "link r1:eth1 rate 9600bit", "link r1:eth1 rate=9600" },
		{ "link r1:eth1 rate 10MBit", "link r1:eth1 rate=1e+07" },
		{ "link r1:eth1 rate 1kbit", "link r1:eth1 rate=1000" },
		{ "link r1:eth1 rate 400gbit", "link r1:eth1 rate=4e+11" },
		{ "link office delay 20ms", "link LAN office delay=20 jitter=0" },
		{ "link office delay 20ms 5ms", "link LAN office delay=20 jitter=5" },
		{ "link office delay 1", "link LAN office delay=1000 jitter=0" },
		{ "link office delay 1 2", "link LAN office delay=1000 jitter=2000" },
		{ "link office delay 10s 2147ms", "link LAN office delay=10000 jitter=2147" },
		{ "link office delay 0ms 5ms", "link LAN office delay=0 jitter=5" },
		{ "link office delay 1h", "link LAN office delay=3.6e+06 jitter=0" },
		{ "link office delay 0ms", "link LAN office delay=0 jitter=0" },
		{ "link office loss 1%", "link LAN office loss=1" },
		{ "link office loss 0.5%", "link LAN office loss=0.5" },
		{ "link office loss 100", "link LAN office loss=100" },
		{ "link office loss 0%", "link LAN office loss=0" },
		{ "link office duplicate 2%", "link LAN office duplicate=2" },
		{ "link office corrupt 3%", "link LAN office corrupt=3" },
		{ "link office delay 10ms reorder 25%",
		  "link LAN office delay=10 jitter=0 reorder=25" },
		{ "link office reorder 25% delay 10ms",
		  "link LAN office delay=10 jitter=0 reorder=25" },
		{ "link office reorder 0%", "link LAN office reorder=0" },
		{ "link office clear", "link LAN office clear" },
		{ "link office clear rate 1mbit", "link LAN office clear rate=1e+06" },
		{ "link r1:eth0 up rate 1mbit delay 1ms 2ms loss 3% duplicate 4% reorder 5% "
		  "corrupt 6%",
		  "link r1:eth0 up rate=1e+06 delay=1 jitter=2 loss=3 duplicate=4 reorder=5 "
		  "corrupt=6" },
	};

	mean(*state, cases, ARRAY_SIZE(cases));
}

static void a_partition_says_who_is_on_which_side(void **state)
{
	static const struct meaning cases[] = {
		{ "partition pc1,pc2 / pc3",
		  "partition LAN office named office 2:pc1=1,pc2=1,pc3=2,r1=0,r2=0" },
		{ "partition pc1 , pc2/pc3",
		  "partition LAN office named office 2:pc1=1,pc2=1,pc3=2,r1=0,r2=0" },
		{ "partition 'pc1,pc2 / pc3'",
		  "partition LAN office named office 2:pc1=1,pc2=1,pc3=2,r1=0,r2=0" },
		{ "partition pc1 pc2 / pc3",
		  "partition LAN office named office 2:pc1=1,pc2=1,pc3=2,r1=0,r2=0" },
		/* a group is all of its nodes */
		{ "partition pc / r1",
		  "partition LAN office named office 2:pc1=1,pc2=1,pc3=1,r1=2,r2=0" },
		/* one side: apart from all who are not named */
		{ "partition pc1",
		  "partition LAN office named office 1:pc1=1,pc2=0,pc3=0,r1=0,r2=0" },
		{ "partition pc1/pc2/pc3/r1/r2",
		  "partition LAN office named office 5:pc1=1,pc2=2,pc3=3,r1=4,r2=5" },
		/* the LAN that all of them are on */
		{ "partition r1 / twice", "partition LAN ring named ring 2:r1=1,twice=2,twice=2" },
		{ "partition r1,pc1 / r2",
		  "partition LAN office named office 2:pc1=1,pc2=0,pc3=0,r1=1,r2=2" },
		{ "partition lan back r1 / r2", "partition LAN back named back 2:r1=1,r2=2" },
		{ "partition name split pc1 / pc2",
		  "partition LAN office named split 2:pc1=1,pc2=2,pc3=0,r1=0,r2=0" },
		{ "partition lan back name split r1 / r2",
		  "partition LAN back named split 2:r1=1,r2=2" },
		{ "partition name split lan back r1 / r2",
		  "partition LAN back named split 2:r1=1,r2=2" },
	};

	mean(*state, cases, ARRAY_SIZE(cases));
}

static void partitions_heal(void **state)
{
	static const struct meaning cases[] = {
		{ "heal", "heal" },
		{ "heal all", "heal" },
		{ "heal office", "heal named office" },
		{ "heal split", "heal named split" },
	};

	mean(*state, cases, ARRAY_SIZE(cases));
}

static void an_action_keeps_its_words(void **state)
{
	struct action a;
	struct line l;

	line_split(&l, "partition lan back  r1 /  r2");
	assert_true(action_parse(&a, *state, &l.words));
	assert_string_equal(a.text, "partition lan back r1 / r2");
	action_free(&a);
	line_free(&l);
}

/* ---- what is refused ------------------------------------------------------------------------- */

#define NO_SUCH true

struct refusal {
	const char *text, *why;
	size_t bad; /* the word that it is about */
	bool no_such;
};

static void refuse(const struct lab *lab, const struct refusal *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct refusal *c = &cases[i];
		struct action a;
		struct line l;

		line_split(&l, c->text);
		if (action_parse(&a, lab, &l.words))
			fail_msg("<%s> is an action", c->text);
		if (strcmp(l.words.why, c->why) != 0)
			fail_msg("<%s>: it says <%s>, not <%s>", c->text, l.words.why, c->why);
		if (l.words.bad != c->bad)
			fail_msg("<%s>: word %zu is the bad one, not %zu", c->text, c->bad,
				 l.words.bad);
		if (l.words.no_such != c->no_such)
			fail_msg("<%s>: it is about %s", c->text,
				 c->no_such ? "what the lab has not" : "the words");
		action_free(&a);
		line_free(&l);
	}
}

static void what_is_no_action_is_refused(void **state)
{
	static const struct refusal cases[] = {
		{ "", "what to do is missing", 0, false },
		{ "explode r1", "'explode' is nothing that can be done to a lab", 0, false },
		{ "''", "'' is nothing that can be done to a lab", 0, false },
		{ "start", "the node, or NODE/COMMAND, is missing", 0, false },
		{ "stop r3", "there is no node 'r3'; did you mean 'r1'?", 1, NO_SUCH },
		{ "stop zebra", "there is no node 'zebra'", 1, NO_SUCH },
		{ "stop ''", "there is no node ''", 1, NO_SUCH },
		{ "stop r3/ripd", "there is no node 'r3'; did you mean 'r1'?", 1, NO_SUCH },
		{ "stop /ripd", "there is no node ''", 1, NO_SUCH },
		/* a group is no node */
		{ "stop pc", "there is no node 'pc'; did you mean 'pc1'?", 1, NO_SUCH },
		{ "stop r1/rip", "node 'r1' has no command 'rip'; did you mean 'ripd'?", 1,
		  NO_SUCH },
		{ "stop r1/zebra", "node 'r1' has no command 'zebra'", 1, NO_SUCH },
		{ "stop r1/", "node 'r1' has no command ''", 1, NO_SUCH },
		{ "stop r1 r2", "'r2' is one too many", 2, false },
		{ "restart r1/ripd now", "'now' is one too many", 2, false },
		{ "kill", "the node, or NODE/COMMAND, is missing", 0, false },
		{ "kill r1/ripd FOO", "'FOO' is not a signal, as in KILL, TERM or 9", 2, false },
		{ "kill r1/ripd 0", "'0' is not a signal, as in KILL, TERM or 9", 2, false },
		{ "kill r1/ripd 65", "'65' is not a signal, as in KILL, TERM or 9", 2, false },
		{ "kill r1/ripd -9", "'-9' is not a signal, as in KILL, TERM or 9", 2, false },
		{ "kill r1/ripd SIG", "'SIG' is not a signal, as in KILL, TERM or 9", 2, false },
		{ "kill r1/ripd SIGSIGTERM", "'SIGSIGTERM' is not a signal, as in KILL, TERM or 9",
		  2, false },
		{ "kill r1/ripd TERM KILL", "'KILL' is one too many", 3, false },
		{ "heal a b", "'b' is one too many", 2, false },
		{ "heal all b", "'b' is one too many", 2, false },
	};

	refuse(*state, cases, ARRAY_SIZE(cases));
}

static void what_no_link_does_is_refused(void **state)
{
	static const struct refusal cases[] = {
		{ "link", "the link, NODE:INTERFACE or a LAN, is missing", 0, false },
		{ "link r1:eth1", "what the link shall do (up, down, rate ...) is missing", 1,
		  false },
		{ "link r1 down", "'r1' is a node: which link of it? Write r1:INTERFACE", 1,
		  false },
		{ "link offcie down", "there is no LAN 'offcie'; did you mean 'office'?", 1,
		  NO_SUCH },
		{ "link zebra down", "there is no LAN 'zebra'", 1, NO_SUCH },
		/* a cable has no name of its own */
		{ "link r3:eth1 down", "there is no node 'r3'; did you mean 'r1'?", 1, NO_SUCH },
		{ "link r1:eth9 down", "node 'r1' has no interface 'eth9'; did you mean 'eth0'?", 1,
		  NO_SUCH },
		{ "link r1: down", "node 'r1' has no interface ''", 1, NO_SUCH },
		{ "link :eth0 down", "there is no node ''", 1, NO_SUCH },
		{ "link r1:lo down", "node 'r1' has no interface 'lo'", 1, NO_SUCH },
		{ "link r1:wan:far down", "node 'r1' has no interface 'wan:far'", 1, NO_SUCH },
		{ "link r1:eth1 dwon", "'dwon' is nothing that a link does; did you mean 'down'?",
		  2, false },
		{ "link r1:eth1 explode",
		  "'explode' is nothing that a link does: up, down, rate, delay, loss, duplicate, "
		  "reorder, corrupt or clear",
		  2, false },
		{ "link r1:eth1 down fast",
		  "'fast' is nothing that a link does: up, down, rate, delay, loss, duplicate, "
		  "reorder, corrupt or clear",
		  3, false },
		{ "link r1:eth1 rate", "the rate is missing", 2, false },
		{ "link r1:eth1 rate fast",
		  "rate: 'fast' is not a rate, as in 64kbit, 10mbit or 1gbit", 3, false },
		{ "link r1:eth1 rate 10", "rate: '10' is not a rate, as in 64kbit, 10mbit or 1gbit",
		  3, false },
		{ "link r1:eth1 rate mbit",
		  "rate: 'mbit' is not a rate, as in 64kbit, 10mbit or 1gbit", 3, false },
		{ "link r1:eth1 rate 10mbits",
		  "rate: '10mbits' is not a rate, as in 64kbit, 10mbit or 1gbit", 3, false },
		{ "link r1:eth1 rate 999bit", "rate: 999bit is not between 1kbit and 400gbit", 3,
		  false },
		{ "link r1:eth1 rate 401gbit", "rate: 401gbit is not between 1kbit and 400gbit", 3,
		  false },
		{ "link r1:eth1 rate -1mbit", "rate: -1mbit is not between 1kbit and 400gbit", 3,
		  false },
		{ "link r1:eth1 rate nanmbit", "rate: nanmbit is not between 1kbit and 400gbit", 3,
		  false },
		{ "link r1:eth1 rate infmbit", "rate: infmbit is not between 1kbit and 400gbit", 3,
		  false },
		{ "link r1:eth1 delay", "delay is missing", 2, false },
		{ "link r1:eth1 delay soon", "delay: 'soon' is not a time up to 1h, as in 20ms", 3,
		  false },
		{ "link r1:eth1 delay -1ms", "delay: '-1ms' is not a time up to 1h, as in 20ms", 3,
		  false },
		{ "link r1:eth1 delay 61m", "delay: '61m' is not a time up to 1h, as in 20ms", 3,
		  false },
		{ "link r1:eth1 delay 1ms 2h",
		  "jitter: '2h' is not a time up to 2147ms, as in 20ms", 4, false },
		{ "link r1:eth1 delay 10s 2148ms",
		  "jitter: '2148ms' is not a time up to 2147ms, as in 20ms", 4, false },
		{ "link r1:eth1 loss", "loss is missing", 2, false },
		{ "link r1:eth1 loss much", "loss: 'much' is not a percentage, as in 1% or 0.5%", 3,
		  false },
		{ "link r1:eth1 loss 101%", "loss: '101%' is not a percentage, as in 1% or 0.5%", 3,
		  false },
		{ "link r1:eth1 loss -1%", "loss: '-1%' is not a percentage, as in 1% or 0.5%", 3,
		  false },
		{ "link r1:eth1 loss 1%%", "loss: '1%%' is not a percentage, as in 1% or 0.5%", 3,
		  false },
		{ "link r1:eth1 loss nan", "loss: 'nan' is not a percentage, as in 1% or 0.5%", 3,
		  false },
		{ "link r1:eth1 loss %", "loss: '%' is not a percentage, as in 1% or 0.5%", 3,
		  false },
		{ "link r1:eth1 duplicate x",
		  "duplicate: 'x' is not a percentage, as in 1% or 0.5%", 3, false },
		{ "link r1:eth1 reorder x", "reorder: 'x' is not a percentage, as in 1% or 0.5%", 3,
		  false },
		{ "link r1:eth1 corrupt x", "corrupt: 'x' is not a percentage, as in 1% or 0.5%", 3,
		  false },
		{ "link r1:eth1 reorder 5%",
		  "reorder needs a delay: what is not delayed overtakes the rest", 3, false },
		{ "link r1:eth1 delay 0ms reorder 5%",
		  "reorder needs a delay: what is not delayed overtakes the rest", 5, false },
	};

	refuse(*state, cases, ARRAY_SIZE(cases));
}

static void what_is_no_partition_is_refused(void **state)
{
	static const struct refusal cases[] = {
		{ "partition", "the sides are missing, as in: a,b / c,d", 0, false },
		{ "partition ,", "the sides are missing, as in: a,b / c,d", 1, false },
		{ "partition /", "a side of the partition is empty", 1, false },
		{ "partition pc1 /", "a side of the partition is empty", 2, false },
		{ "partition / pc1", "a side of the partition is empty", 1, false },
		{ "partition pc1 // pc2", "a side of the partition is empty", 2, false },
		{ "partition pc1 / , / pc2", "a side of the partition is empty", 4, false },
		{ "partition pc1 / pc9", "there is no node 'pc9'; did you mean 'pc1'?", 3,
		  NO_SUCH },
		{ "partition pc1,zebra / pc2", "there is no node 'zebra'", 1, NO_SUCH },
		{ "partition pc1 / pc1", "node 'pc1' stands there twice", 3, false },
		{ "partition pc / pc2", "node 'pc2' stands there twice", 3, false },
		{ "partition pc2,pc", "node 'pc2' stands there twice", 1, false },
		{ "partition r1 / r2", "these nodes share the LANs office and back: say which", 3,
		  false },
		{ "partition pc1 / twice", "no LAN has all of these nodes", 3, false },
		{ "partition r1 / far", "no LAN has all of these nodes", 3, false },
		{ "partition far", "no LAN has all of these nodes", 1, false },
		{ "partition lan", "the LAN is missing", 1, false },
		{ "partition name", "the name is missing", 1, false },
		{ "partition lan bakc r1 / r2", "there is no LAN 'bakc'; did you mean 'back'?", 2,
		  NO_SUCH },
		{ "partition lan back", "the sides are missing, as in: a,b / c,d", 2, false },
		{ "partition lan back r1 / pc1", "node 'pc1' is not on LAN 'back'", 5, false },
		{ "partition name Split pc1 / pc2", "'Split' is not a name: a-z, 0-9 and -", 2,
		  false },
		{ "partition name '' pc1 / pc2", "'' is not a name: a-z, 0-9 and -", 2, false },
	};

	refuse(*state, cases, ARRAY_SIZE(cases));
}

/* It is the node's word that is bad, wherever it stands. */
static void the_word_of_a_node_that_is_not_on_the_lan_is_told(void **state)
{
	static const struct refusal cases[] = {
		{ "partition lan back pc1 / r1", "node 'pc1' is not on LAN 'back'", 3, false },
		{ "partition lan back r1 pc1 / r2", "node 'pc1' is not on LAN 'back'", 4, false },
	};

	refuse(*state, cases, ARRAY_SIZE(cases));
}

/* Who names a command asks for one that is not there, also of a node that has none. */
static void a_command_of_a_node_without_any_is_not_there(void **state)
{
	static const char *const verbs[] = { "start", "stop", "restart", "kill" };

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		const char *const words[] = { verbs[i], "far/ripd" };
		struct words w = { .list = words, .count = 2 };
		struct action a;

		assert_false(action_parse(&a, *state, &w));
		if (!w.no_such || w.bad != 1)
			fail_msg("%s far/ripd: <%s> is about %s", verbs[i], w.why,
				 w.no_such ? "another word" : "the words");
		action_free(&a);
	}
}

/* `lan` and `name` are names as good as others: behind them stands what they are options for. */
static void a_node_may_be_called_as_an_option_is(void **state)
{
	static const struct meaning cases[] = {
		{ "partition lan office a / b",
		  "partition LAN office named office 2:lan=0,name=0,a=1,b=2" },
		{ "partition name split a / b",
		  "partition LAN office named split 2:lan=0,name=0,a=1,b=2" },
		{ "partition lan office name split lan / name",
		  "partition LAN office named split 2:lan=1,name=2,a=0,b=0" },
	};
	struct lab *lab = lab_of("name: t\nlans: {office: 10.0.1.0/24}\nnodes:\n"
				 "  lan: {lan: office}\n  name: {lan: office}\n"
				 "  a: {lan: office}\n  b: {lan: office}\n");

	(void)state;
	mean(lab, cases, ARRAY_SIZE(cases));
	lab_free(lab);
}

/* A lab of many nodes: SIDES_MAX sides are good, one more is not. */
static void a_partition_has_so_many_sides(void **state)
{
	struct lab *lab = lab_of("name: t\nlans: {lan: 10.0.0.0/24}\n"
				 "nodes: {n: {count: 40, lan: lan}}\n");
	char text[512];

	(void)state;
	for (unsigned sides = SIDES_MAX - 1; sides <= SIDES_MAX + 1; sides++) {
		size_t len = (size_t)snprintf(text, sizeof(text), "partition n1");
		struct action a;
		struct line l;
		bool good;

		for (unsigned i = 2; i <= sides; i++)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "/n%u", i);
		line_split(&l, text);
		good = action_parse(&a, lab, &l.words);
		if (good != (sides <= SIDES_MAX))
			fail_msg("%u sides are %s: %s", sides, good ? "good" : "refused",
				 l.words.why);
		if (good)
			assert_int_equal(a.side_count, sides);
		else
			assert_string_equal(l.words.why, "more than 32 sides");
		action_free(&a);
		line_free(&l);
	}
	lab_free(lab);
}

/* What the first word of three hundred octets does, and what a word of each length does. */
static void long_words_do_no_harm(void **state)
{
	static const char *const verbs[] = {
		"start",     "kill r1",	      "link", "link r1:eth1", "link r1:eth1 rate",
		"partition", "partition lan", "heal"
	};
	char word[3000], text[3100];

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		struct action a;
		struct line l;

		memset(word, 'a', sizeof(word) - 1);
		word[sizeof(word) - 1] = '\0';
		snprintf(text, sizeof(text), "%s %s", verbs[i], word);
		line_split(&l, text);
		if (!action_parse(&a, *state, &l.words))
			assert_true(strlen(l.words.why) < sizeof(l.words.why));
		action_free(&a);
		line_free(&l);
	}
}

/* ---- signals and shapes ---------------------------------------------------------------------- */

static void signals_have_names_and_numbers(void **state)
{
	static const struct {
		const char *text;
		int signal;
	} cases[] = {
		{ "KILL", SIGKILL },
		{ "SIGKILL", SIGKILL },
		{ "kill", SIGKILL },
		{ "SigKill", SIGKILL },
		{ "9", SIGKILL },
		{ "TERM", SIGTERM },
		{ "HUP", SIGHUP },
		{ "USR1", SIGUSR1 },
		{ "CONT", SIGCONT },
		{ "STOP", SIGSTOP },
		{ "1", 1 },
		{ "64", 64 },
		{ "65", 0 },
		{ "0", 0 },
		{ "", 0 },
		{ "SIG", 0 },
		{ "KILLL", 0 },
		{ "9x", 0 },
		{ "+9", 0 },
		{ " 9", 0 },
		{ "99999999999999999999", 0 },
		{ "4294967305", 0 }, /* 9, where only 32 bits are looked at */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (signal_parse(cases[i].text) != cases[i].signal)
			fail_msg("<%s> is signal %d, not %d", cases[i].text,
				 signal_parse(cases[i].text), cases[i].signal);
}

static void the_later_shape_wins_where_it_speaks(void **state)
{
	struct shape s, later;

	(void)state;
	shape_clear(&s);
	assert_true(shape_is_empty(&s));
	assert_false(shape_needs_netem(&s));
	shape_clear(&later);
	later.rate = 1e6;
	shape_add(&s, &later);
	assert_true(s.rate == 1e6 && s.loss < 0 && s.delay_ms < 0);
	assert_false(shape_is_empty(&s));
	assert_false(shape_needs_netem(&s));
	shape_clear(&later);
	later.loss = 5;
	shape_add(&s, &later);
	assert_true(s.rate == 1e6 && s.loss == 5);
	assert_true(shape_needs_netem(&s));
	later.loss = 0;
	shape_add(&s, &later);
	assert_true(s.rate == 1e6 && s.loss == 0);
	assert_false(shape_needs_netem(&s));
	shape_clear(&later);
	later.rate = 0; /* none */
	shape_add(&s, &later);
	assert_true(s.rate == 0);
	assert_true(shape_is_empty(&s));
}

static void each_of_netem_s_fields_needs_it(void **state)
{
	static const size_t fields[] = {
		offsetof(struct shape, delay_ms), offsetof(struct shape, jitter_ms),
		offsetof(struct shape, loss),	  offsetof(struct shape, duplicate),
		offsetof(struct shape, reorder),  offsetof(struct shape, corrupt)
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		struct shape s, sum;

		shape_clear(&s);
		shape_clear(&sum);
		*(double *)((char *)&s + fields[i]) = 1;
		shape_add(&sum, &s);
		assert_true(shape_needs_netem(&sum));
		assert_false(shape_is_empty(&sum));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_started_stopped_and_killed),
		cmocka_unit_test(links_go_down_and_up_and_get_a_shape),
		cmocka_unit_test(a_partition_says_who_is_on_which_side),
		cmocka_unit_test(partitions_heal),
		cmocka_unit_test(an_action_keeps_its_words),
		cmocka_unit_test(what_is_no_action_is_refused),
		cmocka_unit_test(what_no_link_does_is_refused),
		cmocka_unit_test(what_is_no_partition_is_refused),
		cmocka_unit_test(the_word_of_a_node_that_is_not_on_the_lan_is_told),
		cmocka_unit_test(a_command_of_a_node_without_any_is_not_there),
		cmocka_unit_test(a_node_may_be_called_as_an_option_is),
		cmocka_unit_test(a_partition_has_so_many_sides),
		cmocka_unit_test(long_words_do_no_harm),
		cmocka_unit_test(signals_have_names_and_numbers),
		cmocka_unit_test(the_later_shape_wins_where_it_speaks),
		cmocka_unit_test(each_of_netem_s_fields_needs_it),
	};

	return cmocka_run_group_tests_name("action", tests, make_lab, free_lab);
}
