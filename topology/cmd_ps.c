/* SPDX-License-Identifier: MIT */
/* vethlab ps: the nodes of a lab and what they run. */
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/client.h"
#include "topology/table.h"
#include "topology/verbs.h"

static bool as_json;
static const char *lab_option;

static const struct option_row options[] = {
	{ "lab", 'l', "LAB", OPTION_TEXT, &lab_option, "the lab; not needed where one runs", 0, 0 },
	{ "json", 0, NULL, OPTION_FLAG, &as_json, "as JSON, with all there is to know", 0, 0 },
};

static const struct program program = {
	.name = "vethlab ps",
	.usage = "[OPTION]... [LAB]",
	.about =
		"Shows the nodes of a lab: addresses, commands, their states and pids. The pid is the\n"
		"one that the lab's own processes see.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

int cmd_ps(int argc, char **argv)
{
	int first = options_parse(&program, argc, argv);
	auto_free char *lab = NULL;
	json_t *status;

	if (first + 1 < argc)
		options_fail(&program, "'%s' is one too many", argv[first + 1]);
	lab = lab_meant(first < argc ? argv[first] : lab_option);
	status = ask(lab, json_pack("{s:s}", "do", "status"));
	if (as_json) {
		print_json(status);
	} else {
		table_of_nodes(status);
		json_decref(status);
	}
	return EXIT_SUCCESS;
}
