/* SPDX-License-Identifier: MIT */
/*
 * Is a lab a network that can work? Each case is a file and the faults it should have, by kind and
 * place; what they say is people's business, but for a word that must be in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "topology/lab.h"

#define FAULTS_MAX 6

struct wanted {
	enum fault_kind kind;
	unsigned line, column;
	const char *word; /* in its text; or NULL */
};

struct check_case {
	const char *file;
	struct wanted faults[FAULTS_MAX]; /* ends where the line is 0 */
};

#define ERROR(line, column, word)               \
	{                                       \
		FAULT_ERROR, line, column, word \
	}
#define WARNING(line, column, word)               \
	{                                         \
		FAULT_WARNING, line, column, word \
	}
#define NOTE(line, column)                     \
	{                                      \
		FAULT_NOTE, line, column, NULL \
	}

static void check(const struct check_case *c)
{
	struct faults f = { 0 };
	struct lab *lab = lab_parse("t.yml", c->file, strlen(c->file), NULL, NULL, &f);
	size_t wanted = 0, errors = 0, warnings = 0;
	bool good;

	faults_sort(&f);
	while (wanted < FAULTS_MAX && c->faults[wanted].line) {
		errors += c->faults[wanted].kind == FAULT_ERROR;
		warnings += c->faults[wanted].kind == FAULT_WARNING;
		wanted++;
	}
	good = f.count == wanted && f.errors == errors && f.warnings == warnings;
	for (size_t i = 0; good && i < wanted; i++) {
		const struct wanted *w = &c->faults[i];

		good = f.list[i].kind == w->kind && f.list[i].at.line == w->line &&
		       f.list[i].at.column == w->column &&
		       (!w->word || strstr(f.list[i].text, w->word));
	}
	if (!good) {
		faults_print(&f, stderr);
		for (size_t i = 0; i < wanted; i++)
			print_error("wanted: %u:%u %s\n", c->faults[i].line, c->faults[i].column,
				    fault_kind_name(c->faults[i].kind));
		fail_msg("not these faults:\n%s", c->file);
	}
	lab_free(lab);
	faults_free(&f);
}

static void check_all(const struct check_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(&cases[i]);
}

/* ---- addresses and subnets ------------------------------------------------------------------- */

static const struct check_case address_cases[] = {
	{ "lans: {a: 10.0.1.0/24}\nnodes:\n  x: {lan: a, ip: 10.0.1.5}\n"
	  "  y: {lan: a, ip: 10.0.1.5}\n",
	  { ERROR(4, 19, "10.0.1.5"), NOTE(3, 19) } },
	/* the second of the file is the fault, whichever is read first */
	{ "lans: {a: 10.0.1.0/24}\nnodes:\n  y: {lan: a, ip: 10.0.1.5}\n"
	  "  x: {lan: a, ip: 10.0.1.5}\n",
	  { ERROR(4, 19, "'y'"), NOTE(3, 19) } },
	{ "lans: {a: 'fd00::/64'}\nnodes:\n  x: {lan: a, ip: 'fd00::5'}\n"
	  "  y: {lan: a, ip: 'fd00:0::0005/64'}\n",
	  { ERROR(4, 20, "fd00::5"), NOTE(3, 20) } },
	/* on two LANs one address is no fault */
	{ "lans: {a: none, b: none}\nnodes:\n  x: {lan: a, ip: 10.0.0.1/24}\n"
	  "  y: {lan: b, ip: 10.0.0.1/24}\n  z: {interfaces: {e0: a, e1: b}}\n",
	  { { 0 } } },
	{ "lans: {a: 10.0.1.0/24}\nnodes:\n  x: {lan: a, ip: 10.0.2.5}\n",
	  { ERROR(3, 19, "outside") } },
	{ "lans: {a: 10.0.1.0/24}\nnodes:\n  x: {lan: a, ip: 'fd00::5'}\n",
	  { ERROR(3, 20, "outside") } },
	{ "lans: {a: 10.0.1.0/24}\nnodes:\n  x: {lan: a, ip: 10.0.1.0}\n",
	  { ERROR(3, 19, "10.0.1.0") } },
	{ "lans: {a: 10.0.1.0/24}\nnodes:\n  x: {lan: a, ip: 10.0.1.255}\n",
	  { ERROR(3, 19, "broadcast") } },
	/* RFC 3021: not in a /31 */
	{ "lans: {a: 10.0.1.4/31}\nnodes:\n  x: {lan: a, ip: 10.0.1.4}\n"
	  "  y: {lan: a, ip: 10.0.1.5}\n",
	  { { 0 } } },
	/* RFC 4291, 2.6.1: the subnet-router anycast address; all ones are nothing special there */
	{ "lans: {a: 'fd00::/64'}\nnodes:\n  x: {lan: a, ip: 'fd00::'}\n",
	  { ERROR(3, 20, "fd00::") } },
	{ "lans: {a: 'fd00::/64'}\nnodes:\n  x: {lan: a, ip: 'fd00::ffff:ffff:ffff:ffff'}\n",
	  { { 0 } } },
	{ "lans: {a: 10.0.1.0/24}\nnodes:\n  x: {lan: a, ip: 224.0.0.5}\n",
	  { ERROR(3, 19, "multicast") } },
	{ "lans: {a: none}\nnodes:\n  x: {lan: a, ip: 10.0.1.5}\n",
	  { ERROR(3, 19, "prefix length") } },
	{ "lans: {a: 10.0.1.0/24}\nnodes:\n  x: {lan: a, ip: 10.0.1.5/25}\n",
	  { WARNING(3, 19, NULL) } },
	/* full */
	{ "lans:\n  a: 10.0.1.0/30\nnodes:\n  x: {lan: a}\n  y: {lan: a}\n  z: {lan: a}\n",
	  { ERROR(6, 7, "no address left") } },
	{ "lans:\n  a: 10.0.1.0/31\nnodes:\n  pc: {count: 3, lan: a}\n",
	  { ERROR(4, 18, "no address left") } },
	{ "lans:\n  a: 10.0.1.1/32\nnodes:\n  pc: {count: 2, lan: a}\n",
	  { ERROR(4, 18, "no address left") } },
	/* at the very end of all addresses too */
	{ "lans:\n  a: 255.255.255.254/31\nnodes:\n  pc: {count: 3, lan: a}\n",
	  { ERROR(4, 18, "no address left") } },
};

static void addresses_are_one_host_s_of_their_subnet(void **state)
{
	(void)state;
	check_all(address_cases, ARRAY_SIZE(address_cases));
}

static const struct check_case subnet_cases[] = {
	{ "lans:\n  a: 10.0.1.0/24\n  b: 10.0.1.0/24\nnodes: {x: {interfaces: {e: a, f: b}}}\n",
	  { ERROR(3, 6, "overlaps"), NOTE(2, 6) } },
	{ "lans:\n  a: 10.0.1.128/25\n  b: 10.0.1.0/24\nnodes: {x: {interfaces: {e: a, f: b}}}\n",
	  { ERROR(3, 6, "overlaps"), NOTE(2, 6) } },
	{ "lans:\n  a: [10.0.1.0/24, 10.0.1.0/25]\nnodes: {x: {lan: a}}\n",
	  { ERROR(2, 20, "overlaps"), NOTE(2, 7) } },
	{ "lans:\n  a: 'fd00::/16'\n  b: 'fd00:1::/64'\nnodes: {x: {interfaces: {e: a, f: b}}}\n",
	  { ERROR(3, 7, "overlaps"), NOTE(2, 7) } },
	{ "lans:\n  a: 10.0.0.0/8\nnodes: {x: {lan: a}, y: }\nlinks:\n- [x:e, y:e, 10.9.0.0/30]\n",
	  { ERROR(5, 14, "overlaps"), NOTE(2, 6) } },
	{ "lans:\n  a: 10.0.0.0/16\n  b: 10.0.1.0/24\n  c: 10.0.2.0/24\n"
	  "nodes: {x: {interfaces: {e: a, f: b, g: c}}}\n",
	  { ERROR(3, 6, "overlaps"), NOTE(2, 6), ERROR(4, 6, "overlaps"), NOTE(2, 6) } },
	{ "lans:\n  a: 224.0.0.0/24\nnodes: {x: {lan: a}}\n", { ERROR(2, 6, "multicast") } },
	{ "lans:\n  a: 0.0.0.0/0\nnodes: {x: {lan: a}}\n", { ERROR(2, 6, NULL) } },
	{ "lans:\n  a: 10.0.1.5/24\nnodes: {x: {lan: a}}\n", { ERROR(2, 6, "10.0.1.0/24") } },
	{ "lans:\n  a: 10.0.1.0/33\nnodes: {x: {lan: a}}\n", { ERROR(2, 6, NULL) } },
};

static void subnets_are_apart_and_of_hosts(void **state)
{
	(void)state;
	check_all(subnet_cases, ARRAY_SIZE(subnet_cases));
}

/* ---- LANs, links, interfaces ----------------------------------------------------------------- */

static const struct check_case wire_cases[] = {
	{ "lans:\n  a:\n  b:\nnodes: {x: {lan: a}}\n", { WARNING(3, 3, "'b'") } },
	{ "lans:\n  a:\nnodes:\n  pc: {count: 1023, lan: a}\n", { { 0 } } },
	{ "lans:\n  a:\nnodes:\n  pc: {count: 1024, lan: a}\n", { ERROR(2, 3, "1023") } },
	{ "lans:\n  a:\nnodes:\n  x: {lan: b}\n", { ERROR(4, 12, "'b'") } },
	{ "lans:\n  a:\nnodes:\n  x:\n    interfaces:\n      e:\n",
	  { WARNING(2, 3, NULL), ERROR(6, 7, "'x:e'") } },
	{ "lans: {a: }\nnodes: {x: {lan: a}, y: {lan: a}}\nlinks:\n- [x:e, y:e]\n- [x:e, y:f]\n",
	  { ERROR(5, 4, "'x:e'"), NOTE(4, 4) } },
	{ "lans: {a: }\nnodes: {x: {lan: a}, y: {lan: a}}\nlinks:\n- [x:eth0, y:f]\n",
	  { ERROR(4, 4, "'x:eth0'"), NOTE(2, 13) } },
	{ "nodes: {x: }\nlinks:\n- [x:e, y:e]\n", { ERROR(3, 9, "'y'") } },
	{ "lans: {a: }\nnodes:\n  a: {lan: a}\n", { ERROR(3, 3, "'a'"), NOTE(1, 8) } },
	/* RFC 8200, 5: IPv6 needs 1280; RFC 791: IPv4 needs 68 */
	{ "lans:\n  a: {subnet: 'fd00::/64', mtu: 1279}\nnodes: {x: {lan: a}}\n",
	  { ERROR(2, 33, "1280") } },
	{ "lans:\n  a: {subnet: 'fd00::/64', mtu: 1280}\nnodes: {x: {lan: a}}\n", { { 0 } } },
	{ "lans:\n  a: {mtu: 68}\nnodes: {x: {lan: a}}\n", { { 0 } } },
	{ "lans:\n  a: {mtu: 67}\nnodes: {x: {lan: a}}\n", { ERROR(2, 12, "67") } },
	{ "lans:\n  a: {mtu: 65536}\nnodes: {x: {lan: a}}\n", { ERROR(2, 12, "65536") } },
	{ "lans: {a: }\nnodes:\n  x: {lan: a, mtu: 1400}\n", { WARNING(3, 20, "1400") } },
	/* MACs */
	{ "lans: {a: }\nnodes:\n  x: {lan: a, mac: '02:00:00:00:00:01'}\n"
	  "  y: {lan: a, mac: '02:00:00:00:00:01'}\n",
	  { ERROR(4, 21, "02:00:00:00:00:01"), NOTE(3, 21) } },
	{ "lans: {a: , b: }\nnodes:\n  x: {lan: a, mac: '02:00:00:00:00:01'}\n"
	  "  y: {lan: b, mac: '02:00:00:00:00:01'}\n",
	  { { 0 } } },
	{ "lans: {a: }\nnodes:\n  x: {lan: a, mac: '01:00:5e:00:00:01'}\n",
	  { ERROR(3, 21, "group") } },
	{ "lans: {a: }\nnodes:\n  x: {lan: a, mac: '00:00:00:00:00:00'}\n",
	  { ERROR(3, 21, NULL) } },
	{ "lans: {a: }\nnodes:\n  x: {lan: a, ip: dhcp}\n", { WARNING(3, 19, "'x'") } },
	{ "lans: {a: }\nnodes:\n  x: {lan: a}\n  y:\n", { WARNING(4, 3, "'y'") } },
};

static void what_is_on_a_wire_fits_it(void **state)
{
	(void)state;
	check_all(wire_cases, ARRAY_SIZE(wire_cases));
}

/* ---- routes ---------------------------------------------------------------------------------- */

#define A_AND_B "lans: {a: 10.0.1.0/24, b: [10.0.2.0/24, 'fd00:2::/64']}\nnodes:\n"
#define ROUTER                                                          \
	"  r: {forward: yes, interfaces: {e0: {lan: a, ip: 10.0.1.1}, " \
	"e1: {lan: b, ip: 10.0.2.1}}}\n"

static const struct check_case route_cases[] = {
	{ A_AND_B ROUTER "  x: {lan: a, gateway: 10.0.1.1}\n  y: {lan: b, gateway: r}\n",
	  { { 0 } } },
	{ A_AND_B ROUTER "  x: {lan: a, gateway: 10.0.2.1}\n", { ERROR(4, 24, "10.0.2.1") } },
	{ A_AND_B ROUTER "  x: {lan: a, gateway: 10.0.1.9}\n", { ERROR(4, 24, "10.0.1.9") } },
	{ A_AND_B ROUTER "  x: {lan: a, ip: 10.0.1.5, gateway: 10.0.1.5}\n",
	  { ERROR(4, 38, "itself") } },
	{ A_AND_B ROUTER "  x: {lan: a, gateway: ruoter}\n", { ERROR(4, 24, "'ruoter'") } },
	{ A_AND_B ROUTER "  x: {lan: a, gateway: y}\n  y: {lan: b, gateway: r}\n",
	  { ERROR(4, 24, "'y'") } },
	/* who does not forward is no good gateway, but may become one */
	{ A_AND_B "  x: {interfaces: {e0: a, e1: b}}\n  y: {lan: a, gateway: x}\n",
	  { WARNING(4, 24, "forward") } },
	{ A_AND_B ROUTER "  x: {lan: a, gateway: r, routes: {default: r}}\n",
	  { ERROR(4, 36, "second"), NOTE(4, 24) } },
	{ A_AND_B ROUTER "  x: {lan: b, routes: {'fd00:9::/48': r, 'fd00:9:0::/48': r}}\n",
	  { ERROR(4, 43, "second"), NOTE(4, 25) } },
	{ A_AND_B ROUTER
	  "  x: {lan: a, routes: {10.9.0.0/16: r, 10.8.0.0/16: {via: r, metric: 2}}}\n",
	  { { 0 } } },
	{ A_AND_B ROUTER "  x: {lan: a, routes: {10.9.0.1/16: r}}\n",
	  { ERROR(4, 24, "10.9.0.0/16") } },
	{ A_AND_B ROUTER "  x: {lan: b, routes: {'fd00:9::/48': 10.0.2.1}}\n",
	  { ERROR(4, 39, "family") } },
	{ A_AND_B ROUTER "  x: {lan: b, routes: {10.9.0.0/16: {dev: eth7}}}\n",
	  { ERROR(4, 43, "'eth7'") } },
	{ A_AND_B ROUTER "  x: {lan: b, routes: {10.9.0.0/16: {metric: 7}}}\n",
	  { ERROR(4, 24, NULL) } },
	/* a link-local next hop (RFC 4291, 2.5.6) is on every link: which one must be said */
	{ A_AND_B ROUTER "  x: {lan: b, routes: {'fd00:9::/48': {via: 'fe80::1', dev: eth0}}}\n",
	  { { 0 } } },
	{ A_AND_B ROUTER "  x: {lan: b, routes: {'fd00:9::/48': 'fe80::1'}}\n",
	  { ERROR(4, 40, "fe80::1") } },
};

static void next_hops_are_there(void **state)
{
	(void)state;
	check_all(route_cases, ARRAY_SIZE(route_cases));
}

/* Where the interface itself has its fault, a route that leads there is no end of the program. */
static void routes_of_what_is_not_connected_do_no_harm(void **state)
{
	static const char *const files[] = {
		"nodes: {x: {interfaces: {e: {ip: 10.0.0.1/24}}, routes: {10.9.0.0/16: 10.0.0.2}}}",
		"nodes: {x: {interfaces: {e0: {ip: 10.0.0.1/24, gateway: 10.0.0.2}}}}",
		"nodes: {x: {lan: typo, ip: 10.0.0.1/24, gateway: 10.0.0.2}}",
		"nodes: {x: {lan: typo, ip: 'fd00::1/64', gateway: [x, 'fd00::2']}}",
		"nodes: {x: {interfaces: {e0: {gateway: y}}}, y: {interfaces: {e0: {gateway: x}}}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct faults f = { 0 };
		struct lab *lab = lab_parse("t.yml", files[i], strlen(files[i]), NULL, NULL, &f);

		assert_true(f.errors > 0);
		lab_free(lab);
		faults_free(&f);
	}
}

/* ---- the file as a whole --------------------------------------------------------------------- */

static const struct check_case file_cases[] = {
	{ "", { ERROR(1, 1, "no nodes") } },
	{ "nodes: {}\n", { ERROR(1, 8, "no nodes") } },
	{ "lan: {a: }\nnodes: {x: }\n", { ERROR(1, 1, "'lans'") } },
	{ "lans: {a: }\nnodes:\n  x: {lan: a, fowrard: yes}\n", { ERROR(3, 15, "'forward'") } },
	{ "lans: {a: }\nnodes:\n  x: {lan: a, forward: maybe}\n", { ERROR(3, 24, "'maybe'") } },
	{ "lans: {A: }\nnodes: {x: }\n", { ERROR(1, 8, "'A'") } },
	{ "lans: {a: }\nnodes:\n  pc: {count: 2, lan: a}\n  pc2: {lan: a}\n",
	  { ERROR(4, 3, "'pc2'"), NOTE(3, 3) } },
	{ "lans: {a: }\nnodes:\n  pc: {count: 2, lan: a, ip: 10.0.1.1}\n", { ERROR(3, 30, NULL) } },
	{ "lans: {a: }\nnodes:\n  pc: {count: 0, lan: a}\n", { ERROR(3, 15, "10000") } },
	{ "lans: {a: }\nnodes:\n  pc: {count: 10001, lan: a}\n", { ERROR(3, 15, "10000") } },
	{ "lans: {a: }\nnodes:\n  x: {lan: a, run: \"echo 'a\"}\n", { ERROR(3, 21, "quote") } },
	{ "lans: {a: }\nnodes:\n  x: {lan: a, run: {command: e, after: y}}\n",
	  { ERROR(3, 40, "'y'") } },
	{ "lans: {a: }\nnodes:\n  x: {lan: a, run: {command: e, ready: 65536}}\n",
	  { ERROR(3, 40, "65535") } },
	{ "lans: {a: }\nnodes:\n  x: {lan: a, files: {../f: x}}\n", { ERROR(3, 23, "'../f'") } },
	{ "lans: {a: }\nnodes:\n  x: {lan: a, files: {/f: x}}\n", { ERROR(3, 23, "'/f'") } },
};

static void faults_of_the_file_have_their_place(void **state)
{
	(void)state;
	check_all(file_cases, ARRAY_SIZE(file_cases));
}

static void all_faults_of_a_file_are_told_at_once(void **state)
{
	static const struct check_case many = {
		"lans:\n  a: 10.0.1.0/33\n  b: {kind: hbu}\nnodes:\n  x: {lan: c}\n"
		"  y: {lan: b, mac: zz, ip: 1.2.3}\n",
		{ ERROR(2, 6, NULL), ERROR(3, 13, "'hub'"), ERROR(5, 12, "'c'"), ERROR(6, 20, "zz"),
		  ERROR(6, 28, "1.2.3") },
	};
	struct faults f = { 0 };
	struct lab *lab = lab_parse("t.yml", many.file, strlen(many.file), NULL, NULL, &f);
	size_t found = 0;

	(void)state;
	faults_sort(&f);
	for (size_t i = 0; i < f.count; i++)
		if (f.list[i].kind == FAULT_ERROR) {
			assert_true(found < 5);
			assert_int_equal(f.list[i].at.line, many.faults[found].line);
			assert_int_equal(f.list[i].at.column, many.faults[found].column);
			found++;
		}
	assert_int_equal(found, 5);
	lab_free(lab);
	faults_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_one_host_s_of_their_subnet),
		cmocka_unit_test(subnets_are_apart_and_of_hosts),
		cmocka_unit_test(what_is_on_a_wire_fits_it),
		cmocka_unit_test(next_hops_are_there),
		cmocka_unit_test(faults_of_the_file_have_their_place),
		cmocka_unit_test(all_faults_of_a_file_are_told_at_once),
		cmocka_unit_test(routes_of_what_is_not_connected_do_no_harm),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
