/* SPDX-License-Identifier: MIT */
/* vethlab capture: the frames of a lab's wires in one file, or as text on the terminal. */
#include <string.h>

#include "nodes/common/log.h"
#include "nodes/common/options.h"
#include "topology/capture/subject.h"
#include "topology/capture/viewer.h"
#include "topology/client.h"
#include "topology/verbs.h"

static const char *lab_option;
static struct capture_options o = { .buffer = CAPTURE_BUFFER };

static const struct option_row options[] = {
	{ "lab", 'l', "LAB", OPTION_TEXT, &lab_option, "the lab; not needed where one runs", 0, 0 },
	{ "write", 'w', "FILE", OPTION_TEXT, &o.output.path,
	  "a pcapng file, - for standard output; without it tshark shows the frames as text", 0,
	  0 },
	{ "both", 'b', NULL, OPTION_FLAG, &o.both,
	  "both ends of each wire: a frame that is lost on it shows at one only", 0, 0 },
	{ "count", 'c', "N", OPTION_NUMBER, &o.count, "end after N frames", 1, 0 },
	{ "duration", 'd', "TIME", OPTION_TIME, &o.duration_ms, "end after this time", 1, 0 },
	{ "max-size", 0, "SIZE", OPTION_SIZE, &o.output.size_max,
	  "begin a new file when one has this size", 1, 0 },
	{ "max-time", 0, "TIME", OPTION_TIME, &o.output.time_max,
	  "begin a new file after this time", 1, 0 },
	{ "files", 0, "N", OPTION_NUMBER, &o.output.files_max,
	  "keep only the last N of these files", 1, 0 },
	{ "buffer", 0, "SIZE", OPTION_SIZE, &o.buffer,
	  "memory for frames that wait to be written (64M)", 1 << 20, 1ull << 40 },
	{ "stats", 's', NULL, OPTION_FLAG, &o.stats, "a line a second about how it goes", 0, 0 },
	{ "quiet", 'q', NULL, OPTION_FLAG, &o.quiet, "say nothing but what went wrong", 0, 0 },
};

static const struct program program = {
	.name = "vethlab capture",
	.usage = "[OPTION]... [NODE|NODE:INTERFACE|LAN]... [FILTER]",
	.about =
		"Captures a lab in one pcapng file: an interface for each cable end, all frames in the order\n"
		"of their times, and between them what the nodes print and what happens in the lab. Each\n"
		"frame is seen once, where it arrives. FILTER is libpcap's, as tcpdump takes it: its first\n"
		"word is none of the lab's names. Ends with the lab, or by Ctrl-C; with status 1 if anything\n"
		"was dropped.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.more = "examples:\n"
		"  vethlab capture\n"
		"  vethlab capture -w all.pcapng\n"
		"  vethlab capture pc1 office -w some.pcapng 'udp port 67 or arp'\n"
		"  vethlab capture -w - | wireshark -k -i -\n",
};

static void check_options(void)
{
	bool rotates = o.output.size_max || o.output.time_max;

	if (rotates && (!o.output.path || strcmp(o.output.path, "-") == 0))
		options_fail(&program, "--max-size and --max-time need a file: -w FILE");
	if (o.output.files_max && !rotates)
		options_fail(&program, "--files needs --max-size or --max-time");
	if (o.output.path && strcmp(o.output.path, "-") == 0 && isatty(STDOUT_FILENO))
		options_fail(&program,
			     "a capture is nothing for a terminal: -w FILE, or without -w");
}

static void say_begun(void *arg)
{
	const struct listing *l = arg;

	if (!o.quiet)
		log_info("capturing %zu interface%s of lab %s", l->iface_count,
			 l->iface_count == 1 ? "" : "s", l->lab);
}

int cmd_capture(int argc, char **argv)
{
	int first = options_parse(&program, argc, argv), status;
	auto_free char *lab = NULL;
	struct listing listing;
	pid_t viewer = 0;

	check_options();
	lab = lab_meant(lab_option);
	subject_ask(lab, (const char *const *)argv + first, (size_t)(argc - first), &o, &listing);
	if (!o.output.path)
		viewer = viewer_begin(&o, VIEWER_TEXT);
	o.begun = say_begun;
	o.begun_arg = &listing;
	status = capture_run(&o, &listing);
	if (viewer)
		status |= viewer_end(viewer);
	subject_free(&o, &listing);
	return status;
}
