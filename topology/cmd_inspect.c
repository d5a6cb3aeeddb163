/* SPDX-License-Identifier: MIT */
/* vethlab inspect: a lab as it was planned, or one node as its kernel sees it now. */
#include <string.h>
#include <time.h>

#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/client.h"
#include "topology/table.h"
#include "topology/verbs.h"

static bool as_json;
static const char *lab_option;

static const struct option_row options[] = {
	{ "lab", 'l', "LAB", OPTION_TEXT, &lab_option, "the lab; not needed where one runs", 0, 0 },
	{ "json", 0, NULL, OPTION_FLAG, &as_json, "as JSON", 0, 0 },
};

static const struct program program = {
	.name = "vethlab inspect",
	.usage = "[OPTION]... [NODE]",
	.about = "Without NODE: the lab, its LANs and where each interface hangs. With NODE: its\n"
		 "interfaces, addresses and routes as the kernel has them now, and its commands.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

/* joined() - the texts of a list with blanks between; to be freed */
static char *joined(const json_t *list)
{
	char *text = xstrdup("");
	const json_t *each;
	size_t i;

	json_array_foreach (list, i, each) {
		char *longer = xasprintf("%s%s%s", text, *text ? " " : "", json_string_value(each));

		free(text);
		text = longer;
	}
	return text;
}

static void show_lans(const json_t *lans)
{
	static const struct column columns[] = {
		{ "LAN", 0 }, { "KIND", 0 }, { "SUBNETS", 0 }, { "PORTS", SCOLS_FL_RIGHT }
	};
	struct libscols_table *t = table_new(columns, ARRAY_SIZE(columns));
	const json_t *lan;
	size_t i;

	json_array_foreach (lans, i, lan) {
		auto_free char *subnets = joined(json_object_get(lan, "subnets"));
		auto_free char *ports =
			xasprintf("%lld", json_integer_value(json_object_get(lan, "ports")));
		const char *cells[] = { text_of(lan, "name"), text_of(lan, "kind"), subnets,
					ports };

		table_line(t, cells, ARRAY_SIZE(cells));
	}
	table_print(t);
}

static void show_interfaces(const json_t *nodes)
{
	static const struct column columns[] = {
		{ "INTERFACE", 0 }, { "ON", 0 }, { "ADDRESSES", 0 }, { "MAC", 0 }
	};
	struct libscols_table *t = table_new(columns, ARRAY_SIZE(columns));
	const json_t *node, *iface;
	size_t i, j;

	json_array_foreach (nodes, i, node)
		json_array_foreach (json_object_get(node, "interfaces"), j, iface) {
			auto_free char *addresses = joined(json_object_get(iface, "addresses"));
			auto_free char *name =
				xasprintf("%s:%s", text_of(node, "name"), text_of(iface, "name"));
			const char *lan = text_of(iface, "lan");
			const char *cells[] = { name, *lan ? lan : text_of(iface, "peer"),
						addresses, text_of(iface, "mac") };

			table_line(t, cells, ARRAY_SIZE(cells));
		}
	table_print(t);
}

static void show_lab(const json_t *status)
{
	time_t since = (time_t)json_real_value(json_object_get(status, "since"));
	char text[64];
	struct tm tm;

	localtime_r(&since, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	printf("lab %s, %s since %s, ready after %lld ms\nfile %s\n\n", text_of(status, "lab"),
	       text_of(status, "state"), text,
	       json_integer_value(json_object_get(status, "ready_after_ms")),
	       text_of(status, "file"));
	if (json_array_size(json_object_get(status, "lans"))) {
		show_lans(json_object_get(status, "lans"));
		putchar('\n');
	}
	show_interfaces(json_object_get(status, "nodes"));
}

static void show_live_interfaces(const json_t *ifaces)
{
	static const struct column columns[] = {
		{ "INTERFACE", 0 }, { "STATE", 0 }, { "MTU", 0 }, { "MAC", 0 }, { "ADDRESSES", 0 }
	};
	struct libscols_table *t = table_new(columns, ARRAY_SIZE(columns));
	const json_t *iface;
	size_t i;

	json_array_foreach (ifaces, i, iface) {
		auto_free char *addresses = joined(json_object_get(iface, "addresses"));
		auto_free char *mtu =
			xasprintf("%lld", json_integer_value(json_object_get(iface, "mtu")));
		const char *cells[] = { text_of(iface, "name"), text_of(iface, "state"), mtu,
					text_of(iface, "mac"), addresses };

		table_line(t, cells, ARRAY_SIZE(cells));
	}
	table_print(t);
}

static void show_routes(const json_t *routes)
{
	static const struct column columns[] = {
		{ "ROUTE", 0 }, { "VIA", 0 }, { "DEV", 0 }, { "PROTOCOL", 0 }
	};
	struct libscols_table *t = table_new(columns, ARRAY_SIZE(columns));
	const json_t *route;
	size_t i;

	json_array_foreach (routes, i, route) {
		const char *via = text_of(route, "via");
		const char *cells[] = { text_of(route, "to"), *via ? via : "-",
					text_of(route, "dev"), text_of(route, "protocol") };

		table_line(t, cells, ARRAY_SIZE(cells));
	}
	table_print(t);
}

/* show_node() - the table wants a lab: the node is put into one that has no other */
static void show_node(json_t *node)
{
	const json_t *live = json_object_get(node, "live");
	json_t *as_lab = json_pack("{s:[O]}", "nodes", node);

	printf("node %s of lab %s%s\n\n", text_of(node, "name"), text_of(node, "lab"),
	       json_is_true(json_object_get(node, "forward")) ? ", forwards" : "");
	show_live_interfaces(json_object_get(live, "interfaces"));
	putchar('\n');
	show_routes(json_object_get(live, "routes"));
	putchar('\n');
	table_of_nodes(as_lab);
	json_decref(as_lab);
}

int cmd_inspect(int argc, char **argv)
{
	int first = options_parse(&program, argc, argv);
	auto_free char *lab = NULL;
	json_t *json;

	if (first + 1 < argc)
		options_fail(&program, "'%s' is one too many", argv[first + 1]);
	lab = lab_meant(lab_option);
	json = first < argc ? ask_node(lab, "inspect", argv[first], NULL)
			    : ask(lab, json_pack("{s:s}", "do", "status"));
	if (as_json) {
		print_json(json);
		return EXIT_SUCCESS;
	}
	if (first < argc)
		show_node(json);
	else
		show_lab(json);
	json_decref(json);
	return EXIT_SUCCESS;
}
