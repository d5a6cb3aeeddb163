/* SPDX-License-Identifier: MIT */
/*
 * What a lab file leaves open is decided by the file alone: subnets, addresses, MACs, next hops,
 * the start order. Specification: vethlab-lab(5), PLAN and START ORDER.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "topology/lab.h"
#include "topology/plan.h"

static struct faults faults;

static struct lab *parse(const char *text)
{
	faults = (struct faults){ 0 };
	return lab_parse("test.yml", text, strlen(text), NULL, NULL, &faults);
}

static void drop(struct lab *lab)
{
	lab_free(lab);
	faults_free(&faults);
}

/* good() - a lab without an error */
static struct lab *good(const char *text)
{
	struct lab *lab = parse(text);

	if (!lab || faults.errors) {
		faults_print(&faults, stderr);
		fail_msg("this lab should be good:\n%.400s", text);
	}
	return lab;
}

/* ---- what a plan says, as text --------------------------------------------------------------- */

static void put_addresses(FILE *out, const struct lab *lab)
{
	for (size_t i = 0; i < lab->node_count; i++)
		for (size_t j = 0; j < lab->nodes[i]->iface_count; j++) {
			const struct iface *iface = lab->nodes[i]->ifaces[j];

			fprintf(out, "%s:%s", lab->nodes[i]->name, iface->name);
			for (size_t k = 0; k < iface->addr_count; k++) {
				char text[PREFIX_TEXT_LEN];

				fprintf(out, " %s", prefix_format(&iface->addrs[k], text));
			}
			fputc('\n', out);
		}
}

static void put_subnets(FILE *out, const struct lab *lab)
{
	for (size_t i = 0; i < lab->wire_count; i++) {
		fprintf(out, "%s", lab->wires[i]->name);
		for (size_t j = 0; j < lab->wires[i]->subnet_count; j++) {
			char text[PREFIX_TEXT_LEN];

			fprintf(out, " %s", prefix_format(&lab->wires[i]->subnets[j], text));
		}
		fputc('\n', out);
	}
}

static void put_routes(FILE *out, const struct lab *lab)
{
	for (size_t i = 0; i < lab->node_count; i++)
		for (size_t j = 0; j < lab->nodes[i]->route_count; j++) {
			const struct route *r = &lab->nodes[i]->routes[j];
			char to[PREFIX_TEXT_LEN], via[ADDR_TEXT_LEN] = "-";

			if (r->via.family)
				addr_format(&r->via, via);
			fprintf(out, "%s: %s via %s dev %s metric %u\n", lab->nodes[i]->name,
				prefix_format(&r->to, to), via, r->dev ? r->dev : "-", r->metric);
		}
}

static void put_order(FILE *out, const struct lab *lab)
{
	for (size_t i = 0; i < lab->command_count; i++) {
		assert_int_equal(lab->commands[i]->index, i);
		fprintf(out, "%u %s/%s\n", lab->commands[i]->level, lab->commands[i]->node->name,
			lab->commands[i]->name);
	}
}

/* put_all() - everything that is decided */
static void put_all(FILE *out, const struct lab *lab)
{
	fprintf(out, "lab %s\n", lab->name);
	put_subnets(out, lab);
	put_addresses(out, lab);
	put_routes(out, lab);
	put_order(out, lab);
	for (size_t i = 0; i < lab->wire_count; i++)
		fprintf(out, "%s %s mtu %u offload %d ports %zu\n", lab->wires[i]->name,
			wire_kind_name(lab->wires[i]->kind), lab->wires[i]->mtu,
			lab->wires[i]->offload, lab->wires[i]->port_count);
	for (size_t i = 0; i < lab->node_count; i++) {
		const struct node *node = lab->nodes[i];

		fprintf(out, "%s forward %d group %s\n", node->name, node->forward,
			node->group ? node->group : "-");
		for (size_t j = 0; j < node->iface_count; j++) {
			char mac[MAC_TEXT_LEN], port[MAC_TEXT_LEN];

			fprintf(out, " %s on %s as %s %s %s mtu %u\n", node->ifaces[j]->name,
				node->ifaces[j]->wire->name, node->ifaces[j]->port_name,
				mac_format(&node->ifaces[j]->mac, mac),
				mac_format(&node->ifaces[j]->port_mac, port), node->ifaces[j]->mtu);
		}
		for (size_t j = 0; j < node->sysctl_count; j++)
			fprintf(out, " sysctl %s=%s\n", node->sysctls[j].key,
				node->sysctls[j].value);
		for (size_t j = 0; j < node->env_count; j++)
			fprintf(out, " env %s=%s\n", node->env[j].key, node->env[j].value);
		for (size_t j = 0; j < node->file_count; j++)
			fprintf(out, " file %s=%s %o\n", node->files[j].path,
				node->files[j].text ? node->files[j].text : "-",
				node->files[j].mode);
		for (size_t j = 0; j < node->command_count; j++) {
			const struct command *c = node->commands[j];

			fprintf(out, " %s ready %s %u restart %s:", c->name,
				ready_kind_name(c->ready), c->ready_port,
				restart_kind_name(c->restart));
			for (size_t k = 0; k < c->argc; k++)
				fprintf(out, " <%s>", c->argv[k]);
			assert_null(c->argv[c->argc]);
			fputc('\n', out);
		}
	}
}

typedef void putter(FILE *out, const struct lab *lab);

static char *shown(const struct lab *lab, putter *put)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	put(out, lab);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void gives(const char *file, putter *put, const char *wanted)
{
	struct lab *lab = good(file);
	char *text = shown(lab, put);

	assert_string_equal(text, wanted);
	free(text);
	drop(lab);
}

/* same() - two files that mean the same */
static void same(const char *one, const char *other)
{
	struct lab *lab = good(one);
	char *text = shown(lab, put_all), *again;

	drop(lab);
	lab = good(other);
	again = shown(lab, put_all);
	assert_string_equal(text, again);
	drop(lab);
	free(text);
	free(again);
}

struct plan_case {
	const char *file, *plan;
};

static void all_give(const struct plan_case *cases, size_t count, putter *put)
{
	for (size_t i = 0; i < count; i++)
		gives(cases[i].file, put, cases[i].plan);
}

/* ---- subnets --------------------------------------------------------------------------------- */

static const struct plan_case subnets[] = {
	{ "lans: {a: , b: , c: }\nnodes: {x: {lan: a}}",
	  "a 10.0.1.0/24\nb 10.0.2.0/24\nc 10.0.3.0/24\n" },
	/* written ones are left out, wherever they stand */
	{ "lans: {a: , b: , c: 10.0.1.0/24}\nnodes: {x: {lan: a}}",
	  "a 10.0.2.0/24\nb 10.0.3.0/24\nc 10.0.1.0/24\n" },
	{ "lans: {a: , b: 10.0.2.7/32, c: }\nnodes: {x: {lan: a}}",
	  "a 10.0.1.0/24\nb 10.0.2.7/32\nc 10.0.3.0/24\n" },
	{ "lans: {a: 10.0.0.0/22, b: }\nnodes: {x: {lan: b}}", "a 10.0.0.0/22\nb 10.0.4.0/24\n" },
	{ "lans: {a: , b: [fd00::/64, 10.0.1.128/25]}\nnodes: {x: {lan: a}}",
	  "a 10.0.2.0/24\nb fd00::/64 10.0.1.128/25\n" },
	{ "lans: {a: 0.0.0.0/5, b: 192.168.0.0/16, c: }\nnodes: {x: {lan: a}}",
	  "a 0.0.0.0/5\nb 192.168.0.0/16\nc 10.0.1.0/24\n" },
	/* one that is written, of whatever family, is enough; none is none */
	{ "lans: {a: fd00::/64, b: none, c: }\nnodes: {x: {lan: a}}",
	  "a fd00::/64\nb\nc 10.0.1.0/24\n" },
	/* links get a /30 each */
	{ "nodes: {x: , y: }\nlinks: [[x:e0, y:e0], [x:e1, y:e1]]",
	  "x:e0-y:e0 10.255.0.0/30\nx:e1-y:e1 10.255.0.4/30\n" },
	{ "nodes: {x: , y: }\n"
	  "links: [[x:e0, y:e0], [x:e1, y:e1, 10.255.0.0/30], [x:e2, y:e2, none]]",
	  "x:e0-y:e0 10.255.0.4/30\nx:e1-y:e1 10.255.0.0/30\nx:e2-y:e2\n" },
	{ "lans: {a: 10.255.0.0/16}\nnodes: {x: {lan: a}, y: {lan: a}}", "a 10.255.0.0/16\n" },
};

static void subnets_are_the_next_that_are_free(void **state)
{
	(void)state;
	all_give(subnets, ARRAY_SIZE(subnets), put_subnets);
}

static void a_lan_is_as_wide_as_it_must_be(void **state)
{
	static const struct {
		unsigned count, len;
	} cases[] = { { 1, 24 }, { 254, 24 }, { 255, 23 }, { 510, 23 }, { 511, 22 }, { 1023, 21 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[200];
		struct lab *lab;
		const struct prefix *p;

		snprintf(text, sizeof(text),
			 "lans: {a: , b: }\nnodes:\n  pc: {count: %u, lan: a}\n"
			 "  x: {lan: b}\n",
			 cases[i].count);
		lab = good(text);
		p = &lab->wires[0]->subnets[0];
		assert_int_equal(p->len, cases[i].len);
		assert_false(prefix_overlaps(p, &lab->wires[1]->subnets[0]));
		for (size_t k = 0; k < lab->wires[0]->port_count; k++) {
			const struct iface *iface = lab->wires[0]->ports[k];

			assert_int_equal(iface->addr_count, 1);
			assert_true(prefix_is_host(p, &iface->addrs[0].addr));
			if (k)
				assert_true(
					addr_compare(&lab->wires[0]->ports[k - 1]->addrs[0].addr,
						     &iface->addrs[0].addr) < 0);
		}
		drop(lab);
	}
}

/* ---- addresses ------------------------------------------------------------------------------- */

static const struct plan_case addresses[] = {
	{ "lans: {a: 10.0.1.0/24}\nnodes: {x: {lan: a}, y: {lan: a}, z: {lan: a}}",
	  "x:eth0 10.0.1.1/24\ny:eth0 10.0.1.2/24\nz:eth0 10.0.1.3/24\n" },
	/* written ones are taken out first, so it does not matter where they stand */
	{ "lans: {a: 10.0.1.0/24}\nnodes: {x: {lan: a}, y: {lan: a, ip: 10.0.1.1}, z: {lan: a}}",
	  "x:eth0 10.0.1.2/24\ny:eth0 10.0.1.1/24\nz:eth0 10.0.1.3/24\n" },
	{ "lans: {a: 10.0.1.0/24}\nnodes: {x: {lan: a}, y: {lan: a, ip: [10.0.1.3, 10.0.1.1]},\n"
	  "  z: {lan: a}}",
	  "x:eth0 10.0.1.2/24\ny:eth0 10.0.1.3/24 10.0.1.1/24\nz:eth0 10.0.1.4/24\n" },
	{ "lans: {a: 10.0.1.0/24}\nnodes: {x: {lan: a, ip: 10.0.1.200}, y: {lan: a}}",
	  "x:eth0 10.0.1.200/24\ny:eth0 10.0.1.1/24\n" },
	/* all zeroes and all ones are nobody's, but in the smallest subnets (RFC 3021, RFC 6164) */
	{ "lans: {a: 10.0.1.4/30}\nnodes: {x: {lan: a}, y: {lan: a}}",
	  "x:eth0 10.0.1.5/30\ny:eth0 10.0.1.6/30\n" },
	{ "lans: {a: 10.0.1.4/31}\nnodes: {x: {lan: a}, y: {lan: a}}",
	  "x:eth0 10.0.1.4/31\ny:eth0 10.0.1.5/31\n" },
	{ "lans: {a: 10.0.1.4/32}\nnodes: {x: {lan: a}}", "x:eth0 10.0.1.4/32\n" },
	{ "lans: {a: fd00::/127}\nnodes: {x: {lan: a}, y: {lan: a}}",
	  "x:eth0 fd00::/127\ny:eth0 fd00::1/127\n" },
	{ "lans: {a: fd00::8/128}\nnodes: {x: {lan: a}}", "x:eth0 fd00::8/128\n" },
	/* each subnet on its own */
	{ "lans: {a: [10.0.1.0/24, fd00::/64]}\nnodes: {x: {lan: a}, y: {lan: a}}",
	  "x:eth0 10.0.1.1/24 fd00::1/64\ny:eth0 10.0.1.2/24 fd00::2/64\n" },
	{ "lans: {a: [10.0.1.0/24, fd00::/64]}\nnodes: {x: {lan: a, ip: 10.0.1.9}, y: {lan: a}}",
	  "x:eth0 10.0.1.9/24 fd00::1/64\ny:eth0 10.0.1.1/24 fd00::2/64\n" },
	{ "lans: {a: [10.0.1.0/24, 10.0.2.0/24]}\nnodes: {x: {lan: a}, y: {lan: a, ip: 10.0.2.1}}",
	  "x:eth0 10.0.1.1/24 10.0.2.2/24\ny:eth0 10.0.2.1/24 10.0.1.2/24\n" },
	/* dhcp: no planned IPv4 address; none: nothing at all */
	{ "lans: {a: [10.0.1.0/24, fd00::/64]}\n"
	  "nodes: {x: {lan: a, ip: dhcp, run: y}, y: {lan: a, ip: none}, z: {lan: a}}",
	  "x:eth0 fd00::1/64\ny:eth0\nz:eth0 10.0.1.1/24 fd00::2/64\n" },
	/* nodes in their order, then their interfaces */
	{ "lans: {a: 10.0.1.0/24, b: 10.0.2.0/24}\n"
	  "nodes: {x: {interfaces: {e1: b, e0: a}}, y: {interfaces: {e0: a, e1: a, e2: b}}}",
	  "x:e1 10.0.2.1/24\nx:e0 10.0.1.1/24\ny:e0 10.0.1.2/24\ny:e1 10.0.1.3/24\n"
	  "y:e2 10.0.2.2/24\n" },
	/* the ends of a link, in the order of the link */
	{ "nodes: {x: , y: }\nlinks: [[y:e0, x:e0], [x:e1, y:e1, 'fd00::/127']]",
	  "x:e0 10.255.0.2/30\nx:e1 fd00::/127\ny:e0 10.255.0.1/30\ny:e1 fd00::1/127\n" },
	{ "nodes: {x: {interfaces: {e0: {ip: 10.255.0.1}}}, y: }\nlinks: [[y:e0, x:e0]]",
	  "x:e0 10.255.0.1/30\ny:e0 10.255.0.2/30\n" },
	/* without a subnet there are only those that are written, with their length */
	{ "lans: {a: none}\nnodes: {x: {lan: a, ip: 10.9.0.1/24}, y: {lan: a}}",
	  "x:eth0 10.9.0.1/24\ny:eth0\n" },
};

static void addresses_are_the_lowest_that_are_free(void **state)
{
	(void)state;
	all_give(addresses, ARRAY_SIZE(addresses), put_addresses);
}

/* ---- MAC addresses --------------------------------------------------------------------------- */

static int by_mac(const void *one, const void *other)
{
	return memcmp(one, other, sizeof(struct mac));
}

static void macs_are_local_and_all_differ(void **state)
{
	struct lab *lab = good("lans: {a: none, b: none, c: none, d: none}\nnodes:\n"
			       "  pc: {count: 1000, interfaces: {e0: a, e1: b, e2: c, e3: d}}\n");
	struct mac *macs = calloc(8000, sizeof(*macs));
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < lab->node_count; i++)
		for (size_t j = 0; j < lab->nodes[i]->iface_count; j++) {
			macs[count++] = lab->nodes[i]->ifaces[j]->mac;
			macs[count++] = lab->nodes[i]->ifaces[j]->port_mac;
		}
	assert_int_equal(count, 8000);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(macs[i].bytes[0], 0x02); /* IEEE 802: local, of one station */
	qsort(macs, count, sizeof(*macs), by_mac);
	for (size_t i = 1; i < count; i++)
		assert_true(by_mac(&macs[i - 1], &macs[i]) < 0);
	free(macs);
	drop(lab);
}

static struct mac mac_of(const char *text, const char *node, const char *iface)
{
	struct lab *lab = good(text);
	struct mac mac;

	assert_non_null(lab_node(lab, node));
	assert_non_null(node_iface(lab_node(lab, node), iface));
	mac = node_iface(lab_node(lab, node), iface)->mac;
	drop(lab);
	return mac;
}

static void a_mac_stays_whatever_else_comes_and_goes(void **state)
{
	static const char *const labs[] = {
		"lans: {a: }\nnodes: {pc1: {lan: a}}",
		"lans: {a: }\nnodes: {pc1: {lan: a}, pc2: {lan: a}}",
		"lans: {a: }\nnodes: {pc2: {lan: a}, pc1: {lan: a}}",
		"name: other\nlans: {b: , a: 10.1.0.0/16}\nnodes: {z: {lan: b}, pc1: {lan: b}}",
		"lans: {a: }\nnodes: {pc: {lan: a, count: 3}}",
		"nodes: {x: , pc1: }\nlinks: [[x:eth0, pc1:eth0]]",
	};
	struct mac first = mac_of(labs[0], "pc1", "eth0");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(labs); i++) {
		struct mac mac = mac_of(labs[i], "pc1", "eth0");

		assert_memory_equal(&mac, &first, sizeof(mac));
	}
}

static void a_mac_depends_on_both_names(void **state)
{
	static const char *const names[] = { "a", "b", "ab", "eth0", "eth1", "pc1", "pc11", "1" };
	const size_t n = ARRAY_SIZE(names);
	struct mac macs[64];

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			struct mac again = plan_mac(names[i], names[k], 0);

			macs[i * n + k] = plan_mac(names[i], names[k], 0);
			assert_memory_equal(&macs[i * n + k], &again, sizeof(again));
		}
	qsort(macs, n * n, sizeof(macs[0]), by_mac);
	for (size_t i = 1; i < n * n; i++)
		assert_true(by_mac(&macs[i - 1], &macs[i]) < 0);
}

static void a_written_mac_stays_and_nobody_else_gets_it(void **state)
{
	struct mac planned = mac_of("lans: {a: }\nnodes: {x: {lan: a}}", "x", "eth0"), mac;
	char text[200], written[MAC_TEXT_LEN];

	(void)state;
	snprintf(text, sizeof(text), "lans: {a: }\nnodes: {y: {lan: a, mac: '%s'}, x: {lan: a}}",
		 mac_format(&planned, written));
	mac = mac_of(text, "y", "eth0");
	assert_memory_equal(&mac, &planned, sizeof(mac));
	mac = mac_of(text, "x", "eth0");
	assert_memory_not_equal(&mac, &planned, sizeof(mac));
	assert_int_equal(mac.bytes[0], 0x02);
}

/* ---- count ----------------------------------------------------------------------------------- */

static void count_makes_so_many_nodes_that_are_alike(void **state)
{
	struct lab *lab =
		good("lans: {a: 10.0.1.0/24}\n"
		     "nodes:\n  r: {lan: a}\n  pc: {count: 3, lan: a, env: {A: b}, run: x}\n");

	(void)state;
	assert_int_equal(lab->node_count, 4);
	for (size_t i = 1; i < 4; i++) {
		char name[8];

		snprintf(name, sizeof(name), "pc%zu", i);
		assert_string_equal(lab->nodes[i]->name, name);
		assert_ptr_equal(lab_node(lab, name), lab->nodes[i]);
		assert_string_equal(lab->nodes[i]->group, "pc");
		assert_int_equal(lab->nodes[i]->env_count, 1);
		assert_int_equal(lab->nodes[i]->command_count, 1);
	}
	assert_null(lab->nodes[0]->group);
	assert_null(lab_node(lab, "pc"));
	assert_null(lab_node(lab, "pc4"));
	drop(lab);
	lab = good("lans: {a: }\nnodes: {pc: {count: 1, lan: a}}");
	assert_string_equal(lab->nodes[0]->name, "pc1");
	drop(lab);
}

/* ---- next hops ------------------------------------------------------------------------------- */

#define ROUTERS "lans: {a: 10.0.1.0/24, b: [10.0.2.0/24, fd00:2::/64], c: fd00:3::/64}\n"

static const struct plan_case routes[] = {
	{ ROUTERS "nodes: {r: {lan: a, forward: yes}, x: {lan: a, gateway: r}}",
	  "x: 0.0.0.0/0 via 10.0.1.1 dev eth0 metric 0\n" },
	{ ROUTERS "nodes: {r: {lan: a, forward: yes}, x: {lan: a, gateway: 10.0.1.1}}",
	  "x: 0.0.0.0/0 via 10.0.1.1 dev eth0 metric 0\n" },
	/* a name is the IPv4 address if there is one, else the IPv6 one */
	{ ROUTERS "nodes: {r: {lan: b, forward: yes}, x: {lan: b, gateway: r}}",
	  "x: 0.0.0.0/0 via 10.0.2.1 dev eth0 metric 0\n" },
	{ ROUTERS "nodes: {r: {lan: c, forward: yes}, x: {lan: c, gateway: r}}",
	  "x: ::/0 via fd00:3::1 dev eth0 metric 0\n" },
	{ ROUTERS "nodes: {r: {lan: b, forward: yes}, x: {lan: b, gateway: [r, 'fd00:2::1']}}",
	  "x: 0.0.0.0/0 via 10.0.2.1 dev eth0 metric 0\n"
	  "x: ::/0 via fd00:2::1 dev eth0 metric 0\n" },
	/* its address on the same LAN, not elsewhere */
	{ ROUTERS "nodes: {r: {forward: yes, interfaces: {e0: a, e1: b}}, x: {lan: b, gateway: r}}",
	  "x: 0.0.0.0/0 via 10.0.2.1 dev eth0 metric 0\n" },
	{ "nodes: {x: {interfaces: {e0: {gateway: r}}}, r: {forward: yes}}\nlinks: [[x:e0, r:e0]]",
	  "x: 0.0.0.0/0 via 10.255.0.2 dev e0 metric 0\n" },
	/* routes: by address, by name, by device, with a metric; of the destination's family */
	{ ROUTERS "nodes: {r: {lan: b, forward: yes}, x: {lan: b, routes: {10.9.0.0/16: r,\n"
		  "  'fd00:9::/48': r, default: 10.0.2.1, 10.8.0.0/16: {via: r, metric: 5}}}}",
	  "x: 10.9.0.0/16 via 10.0.2.1 dev - metric 0\n"
	  "x: fd00:9::/48 via fd00:2::1 dev - metric 0\n"
	  "x: 0.0.0.0/0 via 10.0.2.1 dev - metric 0\n"
	  "x: 10.8.0.0/16 via 10.0.2.1 dev - metric 5\n" },
	{ ROUTERS "nodes: {x: {lan: a, routes: {10.9.0.0/16: {dev: eth0}}}}",
	  "x: 10.9.0.0/16 via - dev eth0 metric 0\n" },
	{ ROUTERS "nodes: {r: {lan: b, forward: yes}, x: {lan: b, routes: {'::/0': r}}}",
	  "x: ::/0 via fd00:2::1 dev - metric 0\n" },
};

static void next_hops_are_found_by_name(void **state)
{
	(void)state;
	all_give(routes, ARRAY_SIZE(routes), put_routes);
}

/* ---- the start order ------------------------------------------------------------------------- */

static const struct plan_case orders[] = {
	/* what has nothing to wait for starts at once, in the order of the file */
	{ "lans: {a: }\nnodes: {x: {lan: a, run: c}, y: {lan: a, run: b}, z: {lan: a, run: a}}",
	  "0 x/c\n0 y/b\n0 z/a\n" },
	/* a node: all its commands; forwards and backwards in the file */
	{ "lans: {a: }\nnodes:\n  x: {lan: a, run: {command: p, after: y}}\n"
	  "  y: {lan: a, run: {one: p, two: q}}\n",
	  "0 y/one\n0 y/two\n1 x/p\n" },
	/* a command of the same node comes before a node of that name */
	{ "lans: {a: }\nnodes:\n  y: {lan: a, run: {command: p, after: x}}\n"
	  "  x: {lan: a, run: {y: p, z: {command: q, after: y}}}\n",
	  "0 x/y\n1 x/z\n2 y/p\n" },
	/* NODE/COMMAND */
	{ "lans: {a: }\nnodes:\n  x: {lan: a, run: {one: p, two: {command: q, after: y/p}}}\n"
	  "  y: {lan: a, run: {command: p, after: x/one}}\n",
	  "0 x/one\n1 y/p\n2 x/two\n" },
	/* the name of nodes made by count: all commands of all of them */
	{ "lans: {a: }\nnodes:\n  x: {lan: a, run: {command: p, after: pc}}\n"
	  "  pc: {lan: a, count: 2, run: q}\n",
	  "0 pc1/q\n0 pc2/q\n1 x/p\n" },
	{ "lans: {a: }\nnodes:\n  x: {lan: a, run: {command: p, after: pc2}}\n"
	  "  pc: {lan: a, count: 2, run: {command: q, after: x2}}\n  x2: {lan: a, run: r}\n",
	  "0 x2/r\n1 pc1/q\n1 pc2/q\n2 x/p\n" },
	/* a list; the level is that of the longest way */
	{ "lans: {a: }\nnodes:\n  w: {lan: a, run: {command: p, after: [x, y, z]}}\n"
	  "  x: {lan: a, run: p}\n  y: {lan: a, run: {command: p, after: x}}\n"
	  "  z: {lan: a, run: {command: p, after: [y]}}\n",
	  "0 x/p\n1 y/p\n2 z/p\n3 w/p\n" },
	{ "lans: {a: }\nnodes:\n  w: {lan: a, run: {command: p, after: [x, x, x/p]}}\n"
	  "  x: {lan: a, run: p}\n",
	  "0 x/p\n1 w/p\n" },
};

static void commands_start_level_by_level(void **state)
{
	(void)state;
	all_give(orders, ARRAY_SIZE(orders), put_order);
}

static void a_long_chain_has_as_many_levels(void **state)
{
	static char text[100000];
	size_t len = (size_t)snprintf(text, sizeof(text), "lans: {a: }\nnodes:\n");
	struct lab *lab;

	(void)state;
	for (int i = 0; i < 1000; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"  n%d: {lan: a, run: {command: p, after: n%d}}\n", i,
					i + 1);
	snprintf(text + len, sizeof(text) - len, "  n1000: {lan: a, run: p}\n");
	lab = good(text);
	assert_int_equal(lab->command_count, 1001);
	for (size_t i = 0; i < lab->command_count; i++)
		assert_int_equal(lab->commands[i]->level, i);
	drop(lab);
}

static void circles_are_faults(void **state)
{
	static const char *const circles[] = {
		"lans: {a: }\nnodes: {x: {lan: a, run: {command: p, after: y}},\n"
		" y: {lan: a, run: {command: p, after: x}}}",
		"lans: {a: }\nnodes: {x: {lan: a, run: {one: {command: p, after: two},\n"
		" two: {command: q, after: three}, three: {command: r, after: one}}}}",
		"lans: {a: }\nnodes: {x: {lan: a, run: {command: p, after: x/p}}}",
		"lans: {a: }\nnodes: {pc: {lan: a, count: 3, run: {command: p, after: pc}}}",
		"lans: {a: }\nnodes: {w: {lan: a, run: {command: p, after: x}},\n"
		" x: {lan: a, run: {command: p, after: [y, z]}}, z: {lan: a, run: q},\n"
		" y: {lan: a, run: {command: p, after: x}}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(circles); i++) {
		struct lab *lab = parse(circles[i]);

		assert_int_equal(faults.errors, 1);
		assert_true(faults.list[0].at.line > 0);
		drop(lab);
	}
}

/* ---- defaults and short forms ---------------------------------------------------------------- */

static const struct {
	const char *what, *shortened, *full;
} forms[] = {
	{ "a LAN's subnet", "lans: {a: 10.0.1.0/24}\nnodes: {x: {lan: a}}",
	  "lans: {a: {subnet: 10.0.1.0/24}}\nnodes: {x: {lan: a}}" },
	{ "a LAN's subnets", "lans: {a: [10.0.1.0/24, 'fd00::/64']}\nnodes: {x: {lan: a}}",
	  "lans: {a: {subnet: [10.0.1.0/24, 'fd00::/64']}}\nnodes: {x: {lan: a}}" },
	{ "no subnet", "lans: {a: none}\nnodes: {x: {lan: a}}",
	  "lans: {a: {subnet: none}}\nnodes: {x: {lan: a}}" },
	{ "a LAN's defaults", "lans: {a: }\nnodes: {x: {lan: a}}",
	  "lans: {a: {kind: switch, mtu: 1500, offload: no}}\nnodes: {x: {lan: a}}" },
	{ "one interface", "lans: {a: }\nnodes: {x: {lan: a, ip: 10.0.1.9, mtu: 1500}}",
	  "lans: {a: }\nnodes: {x: {interfaces: {eth0: {lan: a, ip: 10.0.1.9, mtu: 1500}}}}" },
	{ "an interface's LAN", "lans: {a: }\nnodes: {x: {interfaces: {e: a}}}",
	  "lans: {a: }\nnodes: {x: {interfaces: {e: {lan: a}}}}" },
	{ "an end of a link", "nodes: {x: , y: }\nlinks: [[x:e, y:e]]",
	  "nodes: {x: {interfaces: {e: }}, y: {interfaces: {e: {}}}}\n"
	  "links: [{ends: [x:e, y:e]}]" },
	{ "a link's subnets", "nodes: {x: , y: }\nlinks: [[x:e, y:e, 10.9.0.0/30, 'fd00::/64']]",
	  "nodes: {x: , y: }\nlinks: [{ends: [x:e, y:e], subnet: [10.9.0.0/30, 'fd00::/64']}]" },
	{ "a route",
	  "lans: {a: }\nnodes: {r: {lan: a, forward: yes}, x: {lan: a, routes: {10.9.0.0/16: r}}}",
	  "lans: {a: }\nnodes: {r: {lan: a, forward: true},\n"
	  " x: {lan: a, routes: {10.9.0.0/16: {via: r, metric: 0}}}}" },
	{ "the default route",
	  "lans: {a: }\nnodes: {r: {lan: a, forward: yes}, x: {lan: a, routes: {default: r}}}",
	  "lans: {a: }\nnodes: {r: {lan: a, forward: yes}, x: {lan: a, routes: {0.0.0.0/0: r}}}" },
	{ "a file", "lans: {a: }\nnodes: {x: {lan: a, files: {f: hello}}}",
	  "lans: {a: }\nnodes: {x: {lan: a, files: {f: {text: hello, mode: 0644}}}}" },
	{ "a command as a line", "lans: {a: }\nnodes: {x: {lan: a, run: /bin/echo 'a b' c}}",
	  "lans: {a: }\nnodes: {x: {lan: a, run: [/bin/echo, a b, c]}}" },
	{ "a command's long form", "lans: {a: }\nnodes: {x: {lan: a, run: echo hi}}",
	  "lans: {a: }\n"
	  "nodes: {x: {lan: a, run: {command: echo hi, restart: no, ready: started}}}" },
	{ "a command by name", "lans: {a: }\nnodes: {x: {lan: a, run: /usr/bin/echo hi}}",
	  "lans: {a: }\nnodes: {x: {lan: a, run: {echo: /usr/bin/echo hi}}}" },
	{ "a TCP port", "lans: {a: }\nnodes: {x: {lan: a, run: {command: e, ready: 80}}}",
	  "lans: {a: }\nnodes: {x: {lan: a, run: {command: e, ready: {tcp: 80}}}}" },
	{ "quotes", "lans: {a: 10.0.1.0/24}\nnodes: {x: {lan: a, forward: yes, ip: 10.0.1.7}}",
	  "'lans': {\"a\": '10.0.1.0/24'}\n"
	  "nodes: {'x': {lan: 'a', forward: 'yes', ip: '10.0.1.7'}}" },
	{ "extensions", "lans: {a: }\nnodes: {x: {lan: a}}",
	  "x-mine: {any: thing}\nlans: {a: {x-colour: red}}\n"
	  "nodes: {x: {lan: a, x-y: [1], image: i}}" },
	/* defaults are as if they stood in each node; its own value counts */
	{ "forward",
	  "defaults: {forward: yes}\nlans: {a: }\nnodes: {x: {lan: a}, y: {lan: a, forward: no}}",
	  "lans: {a: }\nnodes: {x: {lan: a, forward: yes}, y: {lan: a}}" },
	{ "mtu and offload",
	  "defaults: {mtu: 1400, offload: yes}\nlans: {a: , b: {mtu: 1300, offload: no}}\n"
	  "nodes: {x: {lan: a}, y: {lan: b}}\nlinks: [[x:e, y:e]]",
	  "lans: {a: {mtu: 1400, offload: yes}, b: {mtu: 1300}}\n"
	  "nodes: {x: {lan: a}, y: {lan: b}}\n"
	  "links: [{ends: [x:e, y:e], mtu: 1400, offload: yes}]" },
	{ "run",
	  "defaults: {run: sleep 1}\nlans: {a: }\nnodes: {x: {lan: a}, y: {lan: a, run: cat}}",
	  "lans: {a: }\nnodes: {x: {lan: a, run: sleep 1}, y: {lan: a, run: cat}}" },
};

static void the_short_form_means_the_long_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		same(forms[i].shortened, forms[i].full);
}

static const char *setting(const struct setting *list, size_t count, const char *key)
{
	const char *found = NULL;

	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].key, key) == 0) {
			assert_null(found);
			found = list[i].value;
		}
	return found;
}

/* text_of_file() - files are written one after another: the last of a path counts */
static const char *text_of_file(const struct node *node, const char *path)
{
	const char *text = NULL;

	for (size_t i = 0; i < node->file_count; i++)
		if (strcmp(node->files[i].path, path) == 0)
			text = node->files[i].text;
	assert_non_null(text);
	return text;
}

static void a_node_s_own_setting_counts_more_than_the_default(void **state)
{
	struct lab *lab =
		good("defaults:\n  env: {A: d, B: d}\n  files: {f: d, g: d}\n"
		     "  sysctls: {net.ipv4.ip_default_ttl: 32}\n"
		     "lans: {a: }\nnodes:\n  x: {lan: a, env: {B: x, C: x}, files: {g: x},\n"
		     "    sysctls: {net.ipv4.ip_default_ttl: 64}}\n  y: {lan: a}\n");
	const struct node *x = lab_node(lab, "x"), *y = lab_node(lab, "y");

	(void)state;
	assert_string_equal(setting(x->env, x->env_count, "A"), "d");
	assert_string_equal(setting(x->env, x->env_count, "B"), "x");
	assert_string_equal(setting(x->env, x->env_count, "C"), "x");
	assert_string_equal(setting(y->env, y->env_count, "B"), "d");
	assert_int_equal(y->env_count, 2);
	assert_string_equal(text_of_file(x, "f"), "d");
	assert_string_equal(text_of_file(x, "g"), "x");
	assert_string_equal(text_of_file(y, "g"), "d");
	assert_int_equal(x->sysctl_count, 1);
	assert_string_equal(x->sysctls[0].value, "64");
	assert_string_equal(y->sysctls[0].value, "32");
	drop(lab);
}

static void the_name_comes_from_the_file_unless_it_is_written(void **state)
{
	static const struct {
		const char *file, *head, *name;
	} cases[] = {
		{ "office.yml", "", "office" },
		{ "a/b/Office.yml", "", "office" },
		{ "My_Lab 2.v1.yml", "", "my-lab-2" },
		{ "./x.y.z", "", "x" },
		{ "noext", "", "noext" },
		{ "office.yml", "name: other\n", "other" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct faults f = { 0 };
		char text[100];
		struct lab *lab;

		snprintf(text, sizeof(text), "%slans: {a: }\nnodes: {x: {lan: a}}\n",
			 cases[i].head);
		lab = lab_parse(cases[i].file, text, strlen(text), NULL, NULL, &f);
		assert_int_equal(f.errors, 0);
		assert_string_equal(lab->name, cases[i].name);
		lab_free(lab);
		faults_free(&f);
		lab = lab_parse(cases[i].file, text, strlen(text), "given", NULL, &f);
		assert_int_equal(f.errors, 0);
		assert_string_equal(lab->name, "given");
		lab_free(lab);
		faults_free(&f);
	}
}

static void ports_are_called_after_their_nodes_and_no_two_alike(void **state)
{
	struct lab *lab = good("lans: {a: , b: }\nnodes:\n"
			       "  fifteen-letters: {interfaces: {e0: a, e1: a, e2: b, e3: a}}\n"
			       "  fifteen-letterz: {interfaces: {e0: a, e1: a, e2: b, e3: a}}\n"
			       "  x: {lan: a}\n");

	(void)state;
	assert_string_equal(lab_node(lab, "x")->ifaces[0]->port_name, "x");
	assert_string_equal(lab_node(lab, "fifteen-letters")->ifaces[0]->port_name,
			    "fifteen-letters");
	assert_string_equal(lab_node(lab, "fifteen-letters")->ifaces[2]->port_name,
			    "fifteen-letters");
	for (size_t w = 0; w < lab->wire_count; w++) {
		struct wire *wire = lab->wires[w];

		for (size_t i = 0; i < wire->port_count; i++) {
			assert_int_equal(wire->ports[i]->port, i);
			assert_string_not_equal(wire->ports[i]->port_name, wire->name);
			for (size_t k = 0; k < i; k++)
				assert_string_not_equal(wire->ports[i]->port_name,
							wire->ports[k]->port_name);
		}
	}
	drop(lab);
}

static void the_picture_is_the_comment_at_the_head(void **state)
{
	struct lab *lab = good("# one\n#   two\nlans: {a: }\n# not this\nnodes: {x: {lan: a}}\n");

	(void)state;
	assert_non_null(strstr(lab->picture, "one"));
	assert_non_null(strstr(lab->picture, "  two"));
	assert_null(strchr(lab->picture, '#'));
	assert_null(strstr(lab->picture, "not this"));
	drop(lab);
	lab = good("lans: {a: }\nnodes: {x: {lan: a}}\n");
	assert_string_equal(lab->picture, "");
	drop(lab);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void the_same_file_gives_the_same_plan(void **state)
{
	static const char text[] =
		"name: all\ndefaults: {env: {A: b}}\n"
		"lans: {a: , b: [10.0.9.0/24, 'fd00::/64'], h: {kind: hub}}\n"
		"nodes:\n"
		"  r: {forward: yes, interfaces: {e0: a, e1: b, e2: h}}\n"
		"  pc: {count: 50, lan: a, gateway: r, run: {command: x, after: s}}\n"
		"  s: {lan: b, gateway: [r, 'fd00::1'], run: {o: y, two: {command: z, after: o}}}\n"
		"  t: {interfaces: {e0: h, e1: }, routes: {10.0.9.0/24: r}}\n"
		"links: [[t:e1, r:e3], [s:e1, t:e2, 'fd00:7::/127']]\n";

	(void)state;
	same(text, text);
}

static void nothing_overlaps_and_nobody_shares_in_a_large_lab(void **state)
{
	static char text[200000];
	size_t len = (size_t)snprintf(text, sizeof(text), "lans:\n");
	struct lab *lab;

	(void)state;
	for (int i = 0; i < 300; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "  l%d:\n", i);
	len += (size_t)snprintf(text + len, sizeof(text) - len, "nodes:\n");
	for (int i = 0; i < 300; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"  n%d: {interfaces: {e0: l%d, e1: l%d}}\n", i, i,
					(i + 1) % 300);
	len += (size_t)snprintf(text + len, sizeof(text) - len, "links:\n");
	for (int i = 0; i < 299; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "- [n%d:r, n%d:l]\n", i,
					i + 1);
	lab = good(text);
	assert_int_equal(lab->wire_count, 599);
	for (size_t i = 0; i < lab->wire_count; i++) {
		assert_int_equal(lab->wires[i]->subnet_count, 1);
		assert_int_equal(lab->wires[i]->port_count, 2);
		assert_false(addr_equal(&lab->wires[i]->ports[0]->addrs[0].addr,
					&lab->wires[i]->ports[1]->addrs[0].addr));
		for (size_t k = 0; k < i; k++)
			assert_false(prefix_overlaps(&lab->wires[i]->subnets[0],
						     &lab->wires[k]->subnets[0]));
	}
	drop(lab);
}

/* Planned subnets are of 10.0.0.0/8: where it is all written there is none left, and that is a
 * fault, found soon. A search that does not end is ended by SIGALRM. */
static void when_no_subnet_is_left_that_is_a_fault(void **state)
{
	static const char *const full[] = {
		"lans: {a: 10.0.0.0/8, b: }\nnodes: {x: {lan: b}}",
		"lans: {a: 10.0.0.0/8}\nnodes: {x: , y: }\nlinks: [[x:e, y:e]]",
		"lans: {a: 0.0.0.0/1}\nnodes: {x: , y: }\nlinks: [[x:e, y:e]]",
		"lans: {a: [0.0.0.0/1, 128.0.0.0/1], b: }\nnodes: {x: {lan: b}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(full); i++) {
		struct lab *lab;

		alarm(20);
		lab = parse(full[i]);
		alarm(0);
		assert_true(faults.errors > 0);
		drop(lab);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subnets_are_the_next_that_are_free),
		cmocka_unit_test(a_lan_is_as_wide_as_it_must_be),
		cmocka_unit_test(addresses_are_the_lowest_that_are_free),
		cmocka_unit_test(macs_are_local_and_all_differ),
		cmocka_unit_test(a_mac_stays_whatever_else_comes_and_goes),
		cmocka_unit_test(a_mac_depends_on_both_names),
		cmocka_unit_test(a_written_mac_stays_and_nobody_else_gets_it),
		cmocka_unit_test(count_makes_so_many_nodes_that_are_alike),
		cmocka_unit_test(next_hops_are_found_by_name),
		cmocka_unit_test(commands_start_level_by_level),
		cmocka_unit_test(a_long_chain_has_as_many_levels),
		cmocka_unit_test(circles_are_faults),
		cmocka_unit_test(the_short_form_means_the_long_one),
		cmocka_unit_test(a_node_s_own_setting_counts_more_than_the_default),
		cmocka_unit_test(the_name_comes_from_the_file_unless_it_is_written),
		cmocka_unit_test(ports_are_called_after_their_nodes_and_no_two_alike),
		cmocka_unit_test(the_picture_is_the_comment_at_the_head),
		cmocka_unit_test(the_same_file_gives_the_same_plan),
		cmocka_unit_test(nothing_overlaps_and_nobody_shares_in_a_large_lab),
		cmocka_unit_test(when_no_subnet_is_left_that_is_a_fault),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
