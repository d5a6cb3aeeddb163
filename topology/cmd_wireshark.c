/* SPDX-License-Identifier: MIT */
/* vethlab wireshark: a lab in Wireshark's window; and Wireshark made to know labs. */
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/capture/plugins.h"
#include "topology/capture/subject.h"
#include "topology/capture/viewer.h"
#include "topology/client.h"
#include "topology/verbs.h"

static const char *lab_option;
static bool install, uninstall;
static struct capture_options o = { .buffer = CAPTURE_BUFFER, .quiet = true };

static const struct option_row options[] = {
	{ "lab", 'l', "LAB", OPTION_TEXT, &lab_option, "the lab; not needed where one runs", 0, 0 },
	{ "both", 'b', NULL, OPTION_FLAG, &o.both, "both ends of each wire", 0, 0 },
	{ "install", 0, NULL, OPTION_FLAG, &install,
	  "put labs into Wireshark's list of interfaces, with dissectors and a profile", 0, 0 },
	{ "uninstall", 0, NULL, OPTION_FLAG, &uninstall, "take that away again", 0, 0 },
};

static const struct program program = {
	.name = "vethlab wireshark",
	.usage = "[OPTION]... [NODE|NODE:INTERFACE|LAN]... [FILTER]",
	.about =
		"Shows a lab, or some of its wires, live in Wireshark. With --install running labs stand in\n"
		"Wireshark's own list of interfaces from then on: that needs no root, it is for this user.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.more = "examples:\n"
		"  vethlab wireshark\n"
		"  vethlab wireshark pc1 'udp port 67'\n"
		"  vethlab wireshark --install && tshark -D\n",
};

int cmd_wireshark(int argc, char **argv)
{
	int first = options_parse(&program, argc, argv), status;
	auto_free char *lab = NULL;
	struct listing listing;
	pid_t viewer;

	if ((install || uninstall) && (first < argc || install == uninstall))
		options_fail(&program, "--install and --uninstall stand alone");
	if (install)
		return plugins_install() ? EXIT_SUCCESS : EXIT_FAILURE;
	if (uninstall)
		return plugins_remove() ? EXIT_SUCCESS : EXIT_FAILURE;
	lab = lab_meant(lab_option);
	subject_ask(lab, (const char *const *)argv + first, (size_t)(argc - first), &o, &listing);
	viewer = viewer_begin(&o, VIEWER_WINDOW);
	status = capture_run(&o, &listing) | viewer_end(viewer);
	subject_free(&o, &listing);
	return status;
}
