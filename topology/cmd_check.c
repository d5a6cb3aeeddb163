/* SPDX-License-Identifier: MIT */
/* vethlab check: every fault of a lab file, and nothing started. */
#include <jansson.h>

#include "nodes/common/options.h"
#include "topology/launch.h"
#include "topology/load.h"
#include "topology/status.h"
#include "topology/table.h"
#include "topology/verbs.h"

static bool as_json;

static const struct option_row options[] = {
	{ "json", 0, NULL, OPTION_FLAG, &as_json, "the faults as JSON, on standard output", 0, 0 },
};

static const struct program program = {
	.name = "vethlab check",
	.usage = "[OPTION]... FILE...",
	.about =
		"Reads, plans and checks lab files. Exit status 0: a lab can be made of each; 2: not.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

/* faults_json() - in the order of the file; line 0 is the file as a whole */
static json_t *faults_json(struct faults *f)
{
	json_t *list = json_array();

	faults_sort(f);
	for (size_t i = 0; i < f->count; i++) {
		const struct fault *fault = &f->list[i];

		json_array_append_new(
			list,
			json_pack("{s:s, s:i, s:i, s:i, s:o}", "kind", fault_kind_name(fault->kind),
				  "line", (int)fault->at.line, "column", (int)fault->at.column,
				  "length", (int)fault->at.len, "text", status_text(fault->text)));
	}
	return list;
}

static void tell_good(const struct lab *lab, const struct faults *f)
{
	size_t lans = 0;

	for (size_t i = 0; i < lab->wire_count; i++)
		lans += lab->wires[i]->kind != WIRE_CABLE;
	printf("%s: lab '%s' is good: %zu node%s, %zu LAN%s, %zu cable%s, %zu command%s\n", f->file,
	       lab->name, lab->node_count, plural(lab->node_count), lans, plural(lans),
	       lab->wire_count - lans, plural(lab->wire_count - lans), lab->command_count,
	       plural(lab->command_count));
}

/* check_file() - its faults, printed or added to `files`; true: none is an error */
static bool check_file(const char *path, json_t *files)
{
	struct faults f = { 0 };
	struct lab *lab = lab_load(path, NULL, own_programs(), &f);
	bool good = !f.errors;

	if (as_json) {
		json_array_append_new(files, json_pack("{s:o, s:b, s:o}", "file", status_text(path),
						       "good", good, "faults", faults_json(&f)));
	} else {
		faults_print(&f, stderr);
		if (good)
			tell_good(lab, &f);
		else
			faults_summary(&f);
	}
	faults_free(&f);
	lab_free(lab);
	return good;
}

int cmd_check(int argc, char **argv)
{
	int first = options_parse(&program, argc, argv);
	json_t *files = json_array();
	bool good = true;

	if (first == argc)
		options_fail(&program, "which file?");
	for (int i = first; i < argc; i++)
		good &= check_file(argv[i], files);
	if (as_json)
		print_json(json_pack("{s:i, s:o}", "version", STATUS_VERSION, "files", files));
	else
		json_decref(files);
	return good ? EXIT_SUCCESS : EXIT_USAGE;
}
