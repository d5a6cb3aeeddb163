/* SPDX-License-Identifier: MIT */
/* vethlab ls: the labs that run. */
#include <string.h>
#include <time.h>

#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/client.h"
#include "topology/state.h"
#include "topology/status.h"
#include "topology/table.h"
#include "topology/verbs.h"

static bool as_json;

static const struct option_row options[] = {
	{ "json", 0, NULL, OPTION_FLAG, &as_json, "as JSON", 0, 0 },
};

static const struct program program = {
	.name = "vethlab ls",
	.usage = "[OPTION]...",
	.about = "Lists the labs of this user that run.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

enum { LAB, STATE, NODES, UP_FOR, FILE_NAME, COLUMNS };

/* age() - of what began so many seconds after 1970, by its two largest units; to be freed */
static char *age(double since)
{
	long s = (long)(time(NULL) - (time_t)since);

	if (s < 60)
		return xasprintf("%lds", s);
	if (s < 3600)
		return xasprintf("%ldm %lds", s / 60, s % 60);
	return xasprintf("%ldh %ldm", s / 3600, s / 60 % 60);
}

static void add_line(struct libscols_table *t, const json_t *status)
{
	auto_free char *nodes = xasprintf("%zu", json_array_size(json_object_get(status, "nodes")));
	auto_free char *up_for = age(json_real_value(json_object_get(status, "since")));
	const char *cells[COLUMNS] = { text_of(status, "lab"), text_of(status, "state"), nodes,
				       up_for, text_of(status, "file") };

	table_line(t, cells, COLUMNS);
}

/* brief() - what --json has of the answer to "status", and how many nodes there are; to be freed */
static json_t *brief(const json_t *status)
{
	json_t *json =
		json_pack("{s:i}", "nodes", (int)json_array_size(json_object_get(status, "nodes")));
	static const char *const kept[] = { "lab", "file", "state", "since" };

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		json_object_set(json, kept[i], json_object_get(status, kept[i]));
	return json;
}

int cmd_ls(int argc, char **argv)
{
	static const struct column columns[COLUMNS] = {
		{ "LAB", 0 },
		{ "STATE", 0 },
		{ "NODES", SCOLS_FL_RIGHT },
		{ "UP FOR", SCOLS_FL_RIGHT },
		{ "FILE", 0 },
	};
	int first = options_parse(&program, argc, argv);
	json_t *list = json_array();
	struct libscols_table *t;
	size_t count;
	char **labs;

	if (first < argc)
		options_fail(&program, "'%s' is one too many", argv[first]);
	labs = state_list(&count);
	t = table_new(columns, COLUMNS);
	for (size_t i = 0; i < count; i++) {
		json_t *status = ask_if_there(labs[i], json_pack("{s:s}", "do", "status"));

		if (status) {
			add_line(t, status);
			json_array_append_new(list, brief(status));
		}
		json_decref(status);
		free(labs[i]);
	}
	free(labs);
	if (as_json) {
		print_json(json_pack("{s:i, s:o}", "version", STATUS_VERSION, "labs", list));
		scols_unref_table(t);
	} else {
		json_decref(list);
		table_print(t);
	}
	return EXIT_SUCCESS;
}
