/* SPDX-License-Identifier: MIT */
/* What is known of a node's kernel: what a message changes, and what a look finds gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "topology/known.h"

static struct object link_of(unsigned index, const char *name, enum link_state state)
{
	struct object o;

	memset(&o, 0, sizeof(o));
	o.kind = OBJECT_LINK;
	o.index = index;
	o.state = state;
	snprintf(o.name, sizeof(o.name), "%s", name);
	return o;
}

static struct object thing(enum object_kind kind, unsigned index, const char *prefix)
{
	struct object o;
	const char *why;

	memset(&o, 0, sizeof(o));
	o.kind = kind;
	o.index = index;
	assert_true(prefix_parse(&o.prefix, prefix, &why));
	return o;
}

static struct object route(const char *prefix, unsigned metric, const char *via, unsigned index)
{
	struct object o = thing(OBJECT_ROUTE, 0, prefix);

	o.metric = metric;
	o.hop_count = 1;
	o.hops[0].index = index;
	if (via)
		assert_true(addr_parse(&o.hops[0].via, via));
	return o;
}

static const char *change_name(enum change change)
{
	static const char *const names[] = { [CHANGE_NONE] = "none",
					     [CHANGE_ADDED] = "added",
					     [CHANGE_CHANGED] = "changed",
					     [CHANGE_REMOVED] = "removed" };

	return names[change];
}

static void notes(struct known *k, struct object o, bool gone, enum change wanted)
{
	enum change change = known_note(k, &o, gone);
	char text[PREFIX_TEXT_LEN];

	if (change != wanted)
		fail_msg("%s %s: %s, not %s", gone ? "gone" : "there",
			 o.kind == OBJECT_LINK ? o.name : prefix_format(&o.prefix, text),
			 change_name(change), change_name(wanted));
}

/* ---- messages -------------------------------------------------------------------------------- */

static void what_is_new_is_added_and_what_is_known_is_no_news(void **state)
{
	struct known k = { 0 };

	(void)state;
	notes(&k, link_of(2, "eth0", LINK_UP), false, CHANGE_ADDED);
	notes(&k, link_of(2, "eth0", LINK_UP), false, CHANGE_NONE);
	notes(&k, link_of(2, "eth0", LINK_NO_CARRIER), false, CHANGE_CHANGED);
	notes(&k, link_of(2, "eth0", LINK_NO_CARRIER), false, CHANGE_NONE);
	notes(&k, link_of(2, "wan", LINK_NO_CARRIER), false, CHANGE_CHANGED); /* renamed */
	notes(&k, link_of(3, "wan", LINK_NO_CARRIER), false, CHANGE_ADDED);
	notes(&k, link_of(2, "wan", LINK_DOWN), true, CHANGE_REMOVED); /* whatever it says then */
	notes(&k, link_of(2, "wan", LINK_DOWN), true, CHANGE_NONE);
	notes(&k, link_of(2, "eth0", LINK_UP), false, CHANGE_ADDED);
	known_free(&k);
}

static void an_address_is_one_of_its_link_and_length(void **state)
{
	struct object tentative = thing(OBJECT_ADDRESS, 2, "fd00::1/64");
	struct known k = { 0 };

	(void)state;
	tentative.tentative = true;
	notes(&k, tentative, false, CHANGE_ADDED);
	notes(&k, thing(OBJECT_ADDRESS, 2, "fd00::1/64"), false, CHANGE_CHANGED);
	notes(&k, thing(OBJECT_ADDRESS, 3, "fd00::1/64"), false, CHANGE_ADDED);
	notes(&k, thing(OBJECT_ADDRESS, 2, "fd00::1/128"), false, CHANGE_ADDED);
	notes(&k, thing(OBJECT_NEIGHBOUR, 2, "fd00::1/128"), false, CHANGE_ADDED);
	notes(&k, thing(OBJECT_ADDRESS, 2, "fd00::1/64"), true, CHANGE_REMOVED);
	notes(&k, thing(OBJECT_ADDRESS, 3, "fd00::1/64"), false, CHANGE_NONE);
	notes(&k, thing(OBJECT_ADDRESS, 2, "fd00::1/128"), false, CHANGE_NONE);
	notes(&k, thing(OBJECT_NEIGHBOUR, 2, "fd00::1/128"), false, CHANGE_NONE);
	known_free(&k);
}

static void a_route_is_one_of_its_prefix_and_metric(void **state)
{
	struct object two = route("10.2.0.0/16", 0, "10.0.0.1", 2);
	struct known k = { 0 };

	(void)state;
	two.hop_count = 2;
	two.hops[1] = (struct hop){ { .family = AF_INET, .bytes = { 10, 0, 0, 9 } }, 3 };
	notes(&k, route("10.2.0.0/16", 0, "10.0.0.1", 2), false, CHANGE_ADDED);
	notes(&k, route("10.2.0.0/16", 0, "10.0.0.2", 2), false, CHANGE_CHANGED);
	notes(&k, route("10.2.0.0/16", 0, "10.0.0.2", 3), false, CHANGE_CHANGED);
	notes(&k, route("10.2.0.0/16", 7, "10.0.0.2", 3), false, CHANGE_ADDED);
	notes(&k, route("10.2.0.0/17", 0, "10.0.0.2", 3), false, CHANGE_ADDED);
	notes(&k, two, false, CHANGE_CHANGED);
	notes(&k, two, false, CHANGE_NONE);
	notes(&k, route("10.2.0.0/16", 0, "10.0.0.1", 2), false, CHANGE_CHANGED);
	notes(&k, two, false, CHANGE_CHANGED);
	notes(&k, route("10.2.0.0/16", 0, "10.0.0.1", 2), true,
	      CHANGE_NONE); /* the one before it */
	notes(&k, two, true, CHANGE_REMOVED);
	notes(&k, route("10.2.0.0/16", 7, "10.0.0.2", 3), false, CHANGE_NONE);
	known_free(&k);
}

static void what_is_kept_is_a_copy(void **state)
{
	struct object o = route("10.2.0.0/16", 0, "10.0.0.1", 2);
	struct known k = { 0 };

	(void)state;
	notes(&k, o, false, CHANGE_ADDED);
	memset(&o, 0x5a, sizeof(o));
	notes(&k, route("10.2.0.0/16", 0, "10.0.0.1", 2), false, CHANGE_NONE);
	known_free(&k);
}

/* ---- looks ----------------------------------------------------------------------------------- */

struct gone {
	const struct known *known;
	char text[4096]; /* what was told, each with a ';' */
	size_t count;
};

static void on_gone(void *arg, const struct object *o)
{
	struct gone *g = arg;
	char text[PREFIX_TEXT_LEN], name[16];
	size_t len = strlen(g->text);

	g->count++;
	if (len < sizeof(g->text) / 2)
		snprintf(g->text + len, sizeof(g->text) - len, "%s on %s;",
			 o->kind == OBJECT_LINK ? o->name : prefix_format(&o->prefix, text),
			 known_link_name(g->known, o->index, name));
}

static void ends_look(struct known *k, unsigned kinds, const char *wanted)
{
	struct gone g = { .known = k };

	known_end_look(k, kinds, on_gone, &g);
	if (strcmp(g.text, wanted) != 0)
		fail_msg("gone are <%s>, not <%s>", g.text, wanted);
}

static void what_a_look_does_not_see_is_gone(void **state)
{
	struct known k = { 0 };

	(void)state;
	known_begin_look(&k);
	notes(&k, link_of(2, "eth0", LINK_UP), false, CHANGE_ADDED);
	notes(&k, thing(OBJECT_NEIGHBOUR, 2, "10.0.0.2/32"), false, CHANGE_ADDED);
	notes(&k, thing(OBJECT_NEIGHBOUR, 2, "10.0.0.3/32"), false, CHANGE_ADDED);
	ends_look(&k, KINDS_ALL, "");
	known_begin_look(&k);
	notes(&k, link_of(2, "eth0", LINK_UP), false, CHANGE_NONE);
	notes(&k, thing(OBJECT_NEIGHBOUR, 2, "10.0.0.3/32"), false, CHANGE_NONE);
	ends_look(&k, KINDS_ALL, "10.0.0.2/32 on eth0;");
	known_begin_look(&k);
	notes(&k, link_of(2, "eth0", LINK_UP), false, CHANGE_NONE);
	notes(&k, thing(OBJECT_NEIGHBOUR, 2, "10.0.0.2/32"), false, CHANGE_ADDED); /* again */
	ends_look(&k, KINDS_ALL, "10.0.0.3/32 on eth0;");
	known_free(&k);
}

/* Routes that the kernel takes away in silence are found by a look at routes alone. */
static void a_look_at_some_kinds_leaves_the_others(void **state)
{
	struct known k = { 0 };

	(void)state;
	notes(&k, link_of(2, "eth0", LINK_UP), false, CHANGE_ADDED);
	notes(&k, thing(OBJECT_ADDRESS, 2, "10.0.0.1/24"), false, CHANGE_ADDED);
	notes(&k, route("10.0.0.0/24", 0, NULL, 2), false, CHANGE_ADDED);
	notes(&k, route("10.2.0.0/16", 0, "10.0.0.2", 2), false, CHANGE_ADDED);
	known_begin_look(&k);
	notes(&k, route("10.0.0.0/24", 0, NULL, 2), false, CHANGE_NONE);
	ends_look(&k, 1u << OBJECT_ROUTE, "10.2.0.0/16 on if0;");
	known_begin_look(&k);
	ends_look(&k, 1u << OBJECT_NEIGHBOUR, "");
	known_begin_look(&k);
	ends_look(&k, 1u << OBJECT_ADDRESS, "10.0.0.1/24 on eth0;");
	known_free(&k);
}

/* What a message brings while the look goes on is seen, and what it takes is not told twice. */
static void messages_may_come_while_a_look_goes_on(void **state)
{
	struct known k = { 0 };

	(void)state;
	notes(&k, thing(OBJECT_NEIGHBOUR, 2, "10.0.0.2/32"), false, CHANGE_ADDED);
	notes(&k, thing(OBJECT_NEIGHBOUR, 2, "10.0.0.3/32"), false, CHANGE_ADDED);
	known_begin_look(&k);
	notes(&k, thing(OBJECT_NEIGHBOUR, 2, "10.0.0.4/32"), false, CHANGE_ADDED);
	notes(&k, thing(OBJECT_NEIGHBOUR, 2, "10.0.0.2/32"), true, CHANGE_REMOVED);
	ends_look(&k, KINDS_ALL, "10.0.0.3/32 on if2;");
	known_free(&k);
}

/* A dump that was cut is asked for again: each object comes twice. */
static void what_is_seen_twice_is_there_once(void **state)
{
	struct known k = { 0 };

	(void)state;
	known_begin_look(&k);
	for (int i = 0; i < 2; i++) {
		notes(&k, route("10.0.0.0/24", 0, NULL, 2), false, i ? CHANGE_NONE : CHANGE_ADDED);
		notes(&k, route("10.0.1.0/24", 0, NULL, 2), false, i ? CHANGE_NONE : CHANGE_ADDED);
	}
	ends_look(&k, KINDS_ALL, "");
	known_begin_look(&k);
	ends_look(&k, KINDS_ALL, "10.0.0.0/24 on if0;10.0.1.0/24 on if0;");
	known_begin_look(&k);
	ends_look(&k, KINDS_ALL, "");
	known_free(&k);
}

/* What is on a link is told with the link's name, also when the link itself is gone. */
static void what_goes_with_its_link_is_told_with_its_name(void **state)
{
	struct known k = { 0 };
	struct gone g = { .known = &k };

	(void)state;
	notes(&k, link_of(2, "eth0", LINK_UP), false, CHANGE_ADDED);
	notes(&k, thing(OBJECT_ADDRESS, 2, "10.0.0.1/24"), false, CHANGE_ADDED);
	known_begin_look(&k);
	known_end_look(&k, KINDS_ALL, on_gone, &g);
	if (g.count != 2 || !strstr(g.text, "10.0.0.1/24 on eth0;"))
		fail_msg("gone are <%s>", g.text);
	known_free(&k);
}

/* ---- names ----------------------------------------------------------------------------------- */

static void links_have_names(void **state)
{
	struct known k = { 0 };
	char text[16];

	(void)state;
	assert_string_equal(known_link_name(&k, 7, text), "if7");
	notes(&k, link_of(7, "eth0", LINK_UP), false, CHANGE_ADDED);
	assert_string_equal(known_link_name(&k, 7, text), "eth0");
	notes(&k, link_of(7, "abcdefghijklmno", LINK_UP), false, CHANGE_CHANGED);
	assert_string_equal(known_link_name(&k, 7, text), "abcdefghijklmno");
	assert_string_equal(known_link_name(&k, 4294967295u, text), "if4294967295");
	notes(&k, link_of(7, "abcdefghijklmno", LINK_UP), true, CHANGE_REMOVED);
	assert_string_equal(known_link_name(&k, 7, text), "abcdefghijklmno"); /* for a while */
	notes(&k, link_of(7, "eth1", LINK_UP), false, CHANGE_ADDED);
	assert_string_equal(known_link_name(&k, 7, text), "eth1");
	for (unsigned i = 100; i < 116; i++) {
		notes(&k, link_of(i, "tun0", LINK_UP), false, CHANGE_ADDED);
		notes(&k, link_of(i, "tun0", LINK_UP), true, CHANGE_REMOVED);
	}
	assert_string_equal(known_link_name(&k, 115, text), "tun0");
	assert_string_equal(known_link_name(&k, 100, text), "tun0");
	assert_string_equal(known_link_name(&k, 7, text), "eth1");
	notes(&k, link_of(7, "eth1", LINK_UP), true, CHANGE_REMOVED);
	assert_string_equal(known_link_name(&k, 100, text), "if100"); /* too many since */
	known_free(&k);
}

/* ---- many ------------------------------------------------------------------------------------ */

#define MANY 20000

static struct object nth(unsigned i)
{
	struct object o = route("10.0.0.0/32", 0, "10.0.0.1", 2);

	o.prefix.addr.bytes[1] = (uint8_t)(i >> 16);
	o.prefix.addr.bytes[2] = (uint8_t)(i >> 8);
	o.prefix.addr.bytes[3] = (uint8_t)i;
	return o;
}

static void many_objects_are_no_burden(void **state)
{
	struct known k = { 0 };
	struct gone g = { .known = &k };

	(void)state;
	known_begin_look(&k);
	for (unsigned i = 0; i < MANY; i++) /* in some order */
		notes(&k, nth(i * 7919u % MANY), false, CHANGE_ADDED);
	known_end_look(&k, KINDS_ALL, on_gone, &g);
	assert_int_equal(g.count, 0);
	known_begin_look(&k);
	for (unsigned i = 0; i < MANY; i += 2)
		notes(&k, nth(i), false, CHANGE_NONE);
	known_end_look(&k, KINDS_ALL, on_gone, &g);
	assert_int_equal(g.count, MANY / 2);
	for (unsigned i = 0; i < MANY; i++)
		notes(&k, nth(i), true, i % 2 ? CHANGE_NONE : CHANGE_REMOVED);
	assert_null(k.tree);
	known_free(&k);
}

/* ---- found before anybody was told ----------------------------------------------------------- */

static void what_was_found_silently_is_news_when_its_message_comes_yet(void **state)
{
	struct object r = route("10.9.0.0/24", 0, "10.0.0.2", 2), l = link_of(2, "eth0", LINK_UP);
	struct known k = { 0 };

	(void)state;
	notes(&k, route("10.7.0.0/24", 0, NULL, 2), false, CHANGE_ADDED);
	known_begin_look(&k);
	known_note_untold(&k, &l);
	known_note_untold(&k, &r);
	known_note_untold(&k, &r); /* the dump came twice */
	notes(&k, r, false, CHANGE_ADDED);
	notes(&k, r, false, CHANGE_NONE);
	notes(&k, l, false, CHANGE_CHANGED);
	notes(&k, route("10.7.0.0/24", 0, NULL, 2), false, CHANGE_NONE);
	known_free(&k);
}

static void what_was_found_silently_was_there_all_along(void **state)
{
	struct object r = route("10.9.0.0/24", 0, "10.0.0.2", 2);
	struct known k = { 0 };

	(void)state;
	known_begin_look(&k);
	known_note_untold(&k, &r);
	known_all_told(&k);
	notes(&k, r, false, CHANGE_NONE);
	notes(&k, r, true, CHANGE_REMOVED);
	known_free(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_new_is_added_and_what_is_known_is_no_news),
		cmocka_unit_test(an_address_is_one_of_its_link_and_length),
		cmocka_unit_test(a_route_is_one_of_its_prefix_and_metric),
		cmocka_unit_test(what_is_kept_is_a_copy),
		cmocka_unit_test(what_a_look_does_not_see_is_gone),
		cmocka_unit_test(a_look_at_some_kinds_leaves_the_others),
		cmocka_unit_test(messages_may_come_while_a_look_goes_on),
		cmocka_unit_test(what_is_seen_twice_is_there_once),
		cmocka_unit_test(what_goes_with_its_link_is_told_with_its_name),
		cmocka_unit_test(links_have_names),
		cmocka_unit_test(many_objects_are_no_burden),
		cmocka_unit_test(what_was_found_silently_is_news_when_its_message_comes_yet),
		cmocka_unit_test(what_was_found_silently_was_there_all_along),
	};

	return cmocka_run_group_tests_name("known", tests, NULL, NULL);
}
