/* SPDX-License-Identifier: MIT */
/* The configuration of ripd: what each key means, who inherits what, and where a fault is.
 * ripd(1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/rip/config.h"
#include "nodes/rip/settings_text.h"

static struct rip_config *good(const char *text)
{
	struct faults f = { 0 };
	struct rip_config *c = rip_config_new();

	rip_config_parse(c, "rip.yml", text, strlen(text), &f);
	if (f.count)
		fail_msg("line %u: %s", f.list[0].at.line, f.list[0].text);
	faults_free(&f);
	rip_config_finish(c);
	return c;
}

static void nothing_said_is_as_the_rfc_has_it(void **state)
{
	struct rip_config *c = good("{}");
	const struct rip_settings *s = rip_settings_for(c, "eth0");

	(void)state;
	assert_true(c->update_ms == 30000 && c->timeout_ms == 180000 && c->garbage_ms == 120000);
	assert_true(c->trigger_min_ms == 1000 && c->trigger_max_ms == 5000 && !c->no_triggered);
	assert_int_equal(c->paths, 1);
	assert_false(c->import_connected || c->import_static);
	assert_int_equal(c->announced_count + c->aggregate_count, 0);
	assert_non_null(s); /* all that there are */
	assert_int_equal(s->send, SEND_2);
	assert_int_equal(s->receive, RECEIVE_BOTH);
	assert_int_equal(s->split, SPLIT_POISON);
	assert_int_equal(s->metric_in, 1);
	assert_int_equal(s->metric_out, 0);
	assert_false(s->passive);
	assert_int_equal(s->neighbour_count + s->key_count, 0);
	rip_config_free(c);
}

static void times_have_units(void **state)
{
	struct rip_config *c =
		good("update: 500ms\ntimeout: 3m\ngarbage: 40\ntriggered: 10ms-2s\n");

	(void)state;
	assert_true(c->update_ms == 500 && c->timeout_ms == 180000 && c->garbage_ms == 40000);
	assert_true(c->trigger_min_ms == 10 && c->trigger_max_ms == 2000);
	rip_config_free(c);
	c = good("triggered: off");
	assert_true(c->no_triggered);
	rip_config_free(c);
	c = good("triggered: 3s");
	assert_true(c->trigger_min_ms == 3000 && c->trigger_max_ms == 3000);
	rip_config_free(c);
}

/* The example of the manual, with what each line of it means. */
static void the_example_of_the_manual_is_good(void **state)
{
	struct rip_config *c = good("update: 10s\n"
				    "timeout: 60s\n"
				    "garbage: 40s\n"
				    "triggered: 1s-5s\n"
				    "paths: 4\n"
				    "import: [static, connected]\n"
				    "announce:\n"
				    "  - 10.9.0.1/32\n"
				    "  - {prefix: 0.0.0.0/0, metric: 5, tag: 77}\n"
				    "aggregate: [10.1.0.0/16]\n"
				    "split-horizon: poison\n"
				    "interfaces:\n"
				    "  eth0:\n"
				    "  eth1: {passive: yes}\n"
				    "  eth2:\n"
				    "    send: 2-broadcast\n"
				    "    receive: both\n"
				    "    metric-in: 2\n"
				    "    neighbours: [10.0.2.9]\n"
				    "    auth:\n"
				    "      - {type: sha256, id: 2, key: the newer secret}\n"
				    "      - {type: md5, id: 1, key: the older one}\n");
	const struct rip_settings *s = rip_settings_for(c, "eth2");

	(void)state;
	assert_int_equal(c->paths, 4);
	assert_true(c->import_static && c->import_connected);
	assert_int_equal(c->announced_count, 2);
	assert_int_equal(c->announced[0].prefix.len, 32);
	assert_int_equal(ip4_of(&c->announced[0].prefix.addr), 0x0a090001);
	assert_int_equal(c->announced[0].metric, 1);
	assert_int_equal(c->announced[1].metric, 5);
	assert_int_equal(c->announced[1].tag, 77);
	assert_int_equal(c->aggregate_count, 1);
	assert_int_equal(c->aggregates[0].len, 16);
	assert_int_equal(c->named_count, 3);
	assert_null(rip_settings_for(c, "eth3"));
	assert_true(rip_settings_for(c, "eth1")->passive);
	assert_false(s->passive);
	assert_int_equal(s->send, SEND_2_BROADCAST);
	assert_int_equal(s->metric_in, 2);
	assert_int_equal(s->neighbour_count, 1);
	assert_int_equal(s->neighbours[0], 0x0a000209);
	assert_int_equal(s->key_count, 2);
	assert_int_equal(s->keys[0].kind, RIP_AUTH_SHA256);
	assert_int_equal(s->keys[0].id, 2);
	assert_memory_equal(s->keys[0].secret, "the newer secret", s->keys[0].len);
	assert_int_equal(s->keys[1].kind, RIP_AUTH_MD5);
	assert_int_equal(s->keys[1].len, strlen("the older one"));
	rip_config_free(c);
}

static void a_key_holds_between_two_times(void **state)
{
	struct rip_config *c;
	const struct rip_key *k;

	(void)state;
	setenv("TZ", "XST-2", true); /* two hours ahead of UTC */
	tzset();
	c = good(
		"auth:\n"
		"  - {type: md5, id: 1, key: k, from: 2026-11-21 22:00, until: 2026-11-21 20:00:30Z}\n"
		"  - {type: md5, id: 2, key: k}\n");
	k = c->all.keys;
	assert_int_equal(k[0].from, 1795291200);
	assert_int_equal(k[0].until, 1795291230);
	assert_true(!k[1].from && !k[1].until);
	rip_config_free(c);
}

static void each_word_is_what_it_says(void **state)
{
	char text[64];

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct rip_config *c;

		snprintf(text, sizeof(text), "send: %s\nreceive: %s\n", rip_send_names[i],
			 rip_receive_names[i]);
		c = good(text);
		assert_int_equal(c->all.send, i);
		assert_int_equal(c->all.receive, i);
		rip_config_free(c);
	}
	for (unsigned i = 0; i < 3; i++) {
		struct rip_config *c;

		snprintf(text, sizeof(text), "split-horizon: %s\n", rip_split_names[i]);
		c = good(text);
		assert_int_equal(c->all.split, i);
		rip_config_free(c);
	}
}

static void an_interface_takes_what_it_does_not_say_from_the_top(void **state)
{
	struct rip_config *c =
		good("interfaces:\n"
		     "  eth0:\n"
		     "  eth1: {send: 2, receive: both, split-horizon: poison, metric-in: 1,\n"
		     "         metric-out: 0, passive: no, neighbours: [], auth: []}\n"
		     "send: 1\nreceive: none\nsplit-horizon: off\nmetric-in: 3\nmetric-out: 15\n"
		     "passive: yes\nneighbours: [10.0.0.7, 10.0.0.8]\n"
		     "auth: {type: plain, key: word}\n");
	const struct rip_settings *a = rip_settings_for(c, "eth0"),
				  *b = rip_settings_for(c, "eth1");

	(void)state;
	assert_true(a->send == SEND_1 && a->receive == RECEIVE_NONE && a->split == SPLIT_OFF);
	assert_true(a->metric_in == 3 && a->metric_out == 15 && a->passive);
	assert_int_equal(a->neighbour_count, 2);
	assert_int_equal(a->key_count, 1);
	assert_true(b->send == SEND_2 && b->receive == RECEIVE_BOTH && b->split == SPLIT_POISON);
	assert_true(b->metric_in == 1 && b->metric_out == 0 && !b->passive);
	assert_int_equal(b->neighbour_count + b->key_count, 0);
	rip_config_free(c);
}

static void interfaces_may_be_a_list(void **state)
{
	struct rip_config *c = good("interfaces: [eth0, eth1]\nmetric-in: 4\n");

	(void)state;
	assert_int_equal(c->named_count, 2);
	assert_int_equal(rip_settings_for(c, "eth1")->metric_in, 4);
	assert_null(rip_settings_for(c, "eth2"));
	rip_config_free(c);
}

static void keys_that_begin_with_x_are_the_files_own(void **state)
{
	rip_config_free(good("x-note: anything\n"));
	(void)state;
}

/* ---- faults ---------------------------------------------------------------------------------- */

static const struct bad_case {
	const char *text;
	unsigned line, column;
	const char *word;
} bad_cases[] = {
	{ "update: never\n", 1, 9, "never" },
	{ "update: 99ms\n", 1, 9, "short" },
	{ "update: 2h\n", 1, 9, "long" },
	{ "timeout: 1d1\n", 1, 10, "1d1" },
	{ "garbage: [1s]\n", 1, 10, "" },
	{ "triggered: 5s-1s\n", 1, 12, "5s-1s" },
	{ "triggered: on\n", 1, 12, "off" },
	{ "paths: 0\n", 1, 8, "1 to 16" },
	{ "paths: 17\n", 1, 8, "17" },
	{ "import: [static,\n         ospf]\n", 2, 10, "ospf" },
	{ "announce: 10.1.0.1/16\n", 1, 11, "prefix length" },
	{ "announce: [10.1.0.0/16, 224.0.0.0/4]\n", 1, 25, "hosts" },
	{ "announce: 127.0.0.0/8\n", 1, 11, "hosts" },
	{ "announce: 0.0.0.0/8\n", 1, 11, "hosts" },
	{ "announce: 240.0.0.0/4\n", 1, 11, "hosts" },
	{ "announce: fd00::/8\n", 1, 11, "IPv4" },
	{ "announce: {metric: 3}\n", 1, 11, "prefix" },
	{ "announce: {prefix: 10.0.0.0/8, metric: 16}\n", 1, 40, "16" },
	{ "announce: {prefix: 10.0.0.0/8, metric: 0}\n", 1, 40, "0" },
	{ "announce: {prefix: 10.0.0.0/8, tag: 65536}\n", 1, 37, "65536" },
	{ "aggregate: [10.0.0.0/8, here]\n", 1, 25, "here" },
	{ "send: 3\n", 1, 7, "2-broadcast" },
	{ "receive: all\n", 1, 10, "both" },
	{ "split-horizon: poisoned\n", 1, 16, "poison" },
	{ "metric-in: 0\n", 1, 12, "1 to 15" },
	{ "metric-in: 16\n", 1, 12, "16" },
	{ "metric-out: 16\n", 1, 13, "0 to 15" },
	{ "passive: maybe\n", 1, 10, "maybe" },
	{ "neighbours: 224.0.0.9\n", 1, 13, "224.0.0.9" },
	{ "neighbours: [10.0.0.1, router]\n", 1, 24, "router" },
	{ "auth: {type: sha1, id: 1, key: k}\n", 1, 14, "sha1" },
	{ "auth: {id: 1, key: k}\n", 1, 7, "type" },
	{ "auth: {type: md5, key: k}\n", 1, 7, "id" },
	{ "auth: {type: md5, id: 1}\n", 1, 7, "key" },
	{ "auth: {type: md5, id: 256, key: k}\n", 1, 23, "256" },
	{ "auth: {type: md5, id: 1, key: 12345678901234567}\n", 1, 31, "16" },
	{ "auth: {type: plain, key: 12345678901234567}\n", 1, 26, "16" },
	{ "auth: {type: plain, id: 1, kee: k}\n", 1, 28, "key" },
	{ "auth: {type: plain, key: k, from: tomorrow}\n", 1, 35, "tomorrow" },
	{ "auth: {type: plain, key: k, until: 2026-12-31 24:61}\n", 1, 36, "until is a time" },
	{ "auth: {type: plain, key: k, until: 2026-12-31 23:59z}\n", 1, 36, "23:59z" },
	{ "auth: {type: plain, key: k, from: 2026-12-31 23:59, until: 2026-12-31 23:59}\n", 1, 7,
	  "before it begins" },
	{ "interfaces:\n  eth0: {sned: 2}\n", 2, 10, "send" },
	{ "interfaces:\n  a-name-of-sixteen: {}\n", 2, 3, "a-name-of-sixteen" },
	{ "interfaces: [a/b]\n", 1, 14, "a/b" },
	{ "interfaces:\n  eth0: 7\n", 2, 9, "map" },
	{ "upadte: 30s\n", 1, 1, "update" },
	{ "- update\n", 1, 1, "map" },
};

static void each_fault_has_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad_cases); i++) {
		const struct bad_case *b = &bad_cases[i];
		struct faults f = { 0 };
		struct rip_config *c = rip_config_new();

		rip_config_parse(c, "rip.yml", b->text, strlen(b->text), &f);
		if (f.count != 1 || f.errors != 1)
			fail_msg("%s: %zu faults", b->text, f.count);
		if (f.list[0].at.line != b->line || f.list[0].at.column != b->column ||
		    !strstr(f.list[0].text, b->word))
			fail_msg("%s: %u:%u: %s", b->text, f.list[0].at.line, f.list[0].at.column,
				 f.list[0].text);
		faults_free(&f);
		rip_config_free(c);
	}
}

static void a_file_is_read_to_its_end(void **state)
{
	static const char text[] = "update: x\npaths: x\nsend: x\ninterfaces: {eth0: {auth: x}}\n";
	struct faults f = { 0 };
	struct rip_config *c = rip_config_new();

	(void)state;
	rip_config_parse(c, "rip.yml", text, strlen(text), &f);
	assert_int_equal(f.errors, 4);
	faults_free(&f);
	rip_config_free(c);
}

static void a_timeout_that_is_not_longer_than_update_is_warned_of(void **state)
{
	static const char text[] = "update: 30s\ntimeout: 30s\n";
	struct faults f = { 0 };
	struct rip_config *c = rip_config_new();

	(void)state;
	rip_config_parse(c, "rip.yml", text, strlen(text), &f);
	assert_int_equal(f.errors, 0);
	assert_int_equal(f.warnings, 1);
	faults_free(&f);
	rip_config_free(c);
}

static void a_file_that_is_not_there_is_a_fault(void **state)
{
	struct faults f = { 0 };
	struct rip_config *c = rip_config_new();
	char *source;

	(void)state;
	rip_config_load(c, "/nowhere/rip.yml", &source, &f);
	assert_int_equal(f.errors, 1);
	faults_free(&f);
	free(source);
	rip_config_free(c);
}

/* ---- words of options ------------------------------------------------------------------------ */

static void announced_networks_are_read_with_metric_and_tag(void **state)
{
	static const char *const bad[] = { "10.9.0.1/32,0",	  "10.9.0.1/32,16",
					   "10.9.0.1/32,5,65536", "10.9.0.1/32,",
					   "10.9.0.1/32,5,",	  "10.9.0.1/24",
					   "10.9.0.1/32,5,7,9",	  "" };
	struct rip_announced a;

	(void)state;
	assert_null(rip_parse_announced(&a, "10.9.0.1/32"));
	assert_true(a.metric == 1 && a.tag == 0 && a.prefix.len == 32);
	assert_null(rip_parse_announced(&a, "0.0.0.0/0,5"));
	assert_true(a.metric == 5 && a.tag == 0 && a.prefix.len == 0);
	assert_null(rip_parse_announced(&a, "10.0.0.0/8,15,65535"));
	assert_true(a.metric == 15 && a.tag == 65535);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (!rip_parse_announced(&a, bad[i]))
			fail_msg("'%s' was taken", bad[i]);
}

static void keys_are_read_with_kind_and_id(void **state)
{
	static const char *const bad[] = { "plain",
					   "plain:",
					   "md5:secret",
					   "md5:256:secret",
					   "md5::secret",
					   "sha1:1:x",
					   "none:x",
					   "md5:1:",
					   "md5:-1:secret",
					   "",
					   "plain:12345678901234567" };
	struct rip_key k;

	(void)state;
	assert_null(rip_parse_auth(&k, "plain:a:b"));
	assert_true(k.kind == RIP_AUTH_PLAIN && k.len == 3 && memcmp(k.secret, "a:b", 3) == 0);
	assert_null(rip_parse_auth(&k, "md5:0:secret"));
	assert_true(k.kind == RIP_AUTH_MD5 && k.id == 0 && k.len == 6);
	assert_null(rip_parse_auth(&k, "sha256:255:a:b"));
	assert_true(k.kind == RIP_AUTH_SHA256 && k.id == 255 && k.len == 3);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (!rip_parse_auth(&k, bad[i]))
			fail_msg("'%s' was taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_said_is_as_the_rfc_has_it),
		cmocka_unit_test(times_have_units),
		cmocka_unit_test(the_example_of_the_manual_is_good),
		cmocka_unit_test(a_key_holds_between_two_times),
		cmocka_unit_test(each_word_is_what_it_says),
		cmocka_unit_test(an_interface_takes_what_it_does_not_say_from_the_top),
		cmocka_unit_test(interfaces_may_be_a_list),
		cmocka_unit_test(keys_that_begin_with_x_are_the_files_own),
		cmocka_unit_test(each_fault_has_its_place),
		cmocka_unit_test(a_file_is_read_to_its_end),
		cmocka_unit_test(a_timeout_that_is_not_longer_than_update_is_warned_of),
		cmocka_unit_test(a_file_that_is_not_there_is_a_fault),
		cmocka_unit_test(announced_networks_are_read_with_metric_and_tag),
		cmocka_unit_test(keys_are_read_with_kind_and_id),
	};

	return cmocka_run_group_tests_name("rip config", tests, NULL, NULL);
}
