/* SPDX-License-Identifier: MIT */
/* vethlab: a network lab on one machine. Every verb is one of a table (verbs.c). */
#include <string.h>

#include "nodes/common/log.h"
#include "nodes/common/options.h"
#include "nodes/common/suggest.h"
#include "topology/verbs.h"

static const struct program program = {
	.name = "vethlab",
	.usage = "VERB [OPTION]... [ARGUMENT]...",
	.about = "A network lab on one machine: nodes are network namespaces, LANs are bridges, "
		 "cables are\nveth pairs, and what runs in them is real.\n",
	.stop_at_operand = true,
};

static int help(void)
{
	printf("usage: %s %s\n\n%s\nverbs ('vethlab VERB --help' has more):\n", program.name,
	       program.usage, program.about);
	for (size_t i = 0; i < verb_count; i++)
		printf("%s  %-10s %s\n", verbs[i].first_of_group ? "\n" : "", verbs[i].name,
		       verbs[i].help);
	printf("\n%s",
	       "Start with:  vethlab up topology/labs/campus.yml\n"
	       "Manual:      vethlab(1), vethlab-lab(5)\n"
	       "Exit status: 0 done, 1 failed, 2 wrong use or faulty file, 3 no such lab or node;\n"
	       "             exec and run give the command's own.\n");
	return fflush(stdout) == EOF ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int unknown_verb(const char *name)
{
	struct suggestion s = suggest_for(name);

	for (size_t i = 0; i < verb_count; i++)
		suggest_consider(&s, verbs[i].name);
	log_info("unknown verb '%s'%s%s", name, suggest_text(&s),
		 *suggest_text(&s) ? "" : "; 'vethlab --help' lists them");
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	int first;

	log_open("vethlab");
	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
			  strcmp(argv[1], "help") == 0))
		return help();
	first = options_parse(&program, argc, argv); /* --version, and unknown options */
	if (first == argc) {
		help();
		return EXIT_USAGE;
	}
	if (verb_find(argv[first]))
		return verb_find(argv[first])->run(argc - first, argv + first);
	return unknown_verb(argv[first]);
}
