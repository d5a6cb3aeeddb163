/* SPDX-License-Identifier: MIT */
/* vethlab link, partition and heal: what is broken on purpose between the nodes. */
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/client.h"
#include "topology/verbs.h"

static const char *lab_option, *lan_option, *name_option;

#define LAB_ROW                                                                                    \
	{                                                                                          \
		"lab", 'l', "LAB", OPTION_TEXT, &lab_option, "the lab; not needed where one runs", \
			0, 0                                                                       \
	}

static const struct option_row options[] = { LAB_ROW };

static const struct option_row partition_options[] = {
	LAB_ROW,
	{ "lan", 0, "LAN", OPTION_TEXT, &lan_option, "which, where the nodes share several", 0, 0 },
	{ "name", 'n', "NAME", OPTION_TEXT, &name_option, "the partition's name (the LAN's)", 0,
	  0 },
};

static const struct program link_program = {
	.name = "vethlab link",
	.usage = "[OPTION]... NODE:INTERFACE|LAN CHANGE...",
	.about =
		"Changes a link, or every link of a LAN. CHANGE is one or more of:\n"
		"  down               the far end goes down: the node's carrier is lost, as with a pulled\n"
		"                     cable, and its addresses stay\n"
		"  up                 it is mended; frames pass again when this returns\n"
		"  rate RATE|none     10mbit, 64kbit, 1gbit: in each direction\n"
		"  delay TIME [JITTER], loss P%, duplicate P%, reorder P%, corrupt P%\n"
		"                     where the kernel has netem\n"
		"  clear              no rate, no delay, no loss ...\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.more = "examples:\n"
		"  vethlab link r1:eth1 down\n"
		"  vethlab link office rate 1mbit\n",
};

static const struct program partition_program = {
	.name = "vethlab partition",
	.usage = "[OPTION]... NODE,... / NODE,... [/ NODE,...]...",
	.about =
		"Splits a LAN: the nodes of one side reach each other and nobody else. Whoever is named\n"
		"nowhere stays with the others who are not. No node sees its carrier change.\n",
	.options = partition_options,
	.option_count = ARRAY_SIZE(partition_options),
	.more = "example:\n"
		"  vethlab partition pc1,pc2 / pc3,router\n"
		"  vethlab heal\n",
};

static const struct program heal_program = {
	.name = "vethlab heal",
	.usage = "[OPTION]... [NAME]...",
	.about = "Makes a partitioned LAN whole again; without NAME all of them.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

/* run() - the options become words in front of the operands: init reads them as those of a lab
 * file. `missing` is what to ask for where there is no operand; NULL: it may be missing. */
static int run(const struct program *p, const char *verb, int argc, char **argv,
	       const char *missing)
{
	int first = options_parse(p, argc, argv);
	auto_free char *lab = NULL;
	auto_free const char **words = xcalloc((size_t)argc + 5, sizeof(*words));
	size_t count = 0;

	if (first == argc && missing)
		options_fail(p, "%s", missing);
	lab = lab_meant(lab_option);
	words[count++] = verb;
	if (lan_option) {
		words[count++] = "lan";
		words[count++] = lan_option;
	}
	if (name_option) {
		words[count++] = "name";
		words[count++] = name_option;
	}
	for (int i = first; i < argc; i++)
		words[count++] = argv[i];
	act(lab, words, count);
	return EXIT_SUCCESS;
}

int cmd_link(int argc, char **argv)
{
	return run(&link_program, "link", argc, argv, "which link? NODE:INTERFACE, or a LAN");
}

int cmd_partition(int argc, char **argv)
{
	return run(&partition_program, "partition", argc, argv, "which sides? As in a,b / c,d");
}

/* heal takes one name at a time, and so many times */
int cmd_heal(int argc, char **argv)
{
	int first = options_parse(&heal_program, argc, argv);
	auto_free char *lab = lab_meant(lab_option);

	for (int i = first; i < argc; i++)
		act(lab, (const char *const[]){ "heal", argv[i] }, 2);
	if (first == argc)
		act(lab, (const char *const[]){ "heal" }, 1);
	return EXIT_SUCCESS;
}
