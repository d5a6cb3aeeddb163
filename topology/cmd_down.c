/* SPDX-License-Identifier: MIT */
/* vethlab down: a lab ends; when this returns, its last process is gone. */
#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/client.h"
#include "topology/state.h"
#include "topology/verbs.h"

static bool all, quiet;

static const struct option_row options[] = {
	{ "all", 'a', NULL, OPTION_FLAG, &all, "every lab of yours that runs", 0, 0 },
	{ "quiet", 'q', NULL, OPTION_FLAG, &quiet, "print nothing but errors", 0, 0 },
};

static const struct program program = {
	.name = "vethlab down",
	.usage = "[OPTION]... [LAB]...",
	.about = "Ends labs: SIGTERM to each command, those that started last first; what has not\n"
		 "ended after 5 seconds is killed. Without LAB: the only one that runs.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

static void down(const char *lab)
{
	uint64_t began = clock_ms();

	if (ask_down(lab) && !quiet)
		fprintf(stderr, "%s: down after %llu ms\n", lab,
			(unsigned long long)(clock_ms() - began));
}

static void down_named(const char *named)
{
	auto_free char *lab = lab_meant(named);

	down(lab);
}

static int report_missing(const char *lab)
{
	log_info("no lab '%s' is running", lab);
	return EXIT_NO_SUCH;
}

/* down_all() - those that run now; one that has ended by itself meanwhile is passed over */
static void down_all(void)
{
	size_t count;
	char **labs = state_list(&count);

	for (size_t i = 0; i < count; i++) {
		if (state_is_live(labs[i]))
			down(labs[i]);
		free(labs[i]);
	}
	free(labs);
}

int cmd_down(int argc, char **argv)
{
	int first = options_parse(&program, argc, argv), status = EXIT_SUCCESS;

	if (all && first < argc)
		options_fail(&program, "--all and '%s' are one too many", argv[first]);
	if (all)
		down_all();
	else if (first == argc)
		down_named(NULL);
	for (int i = first; i < argc; i++)
		if (state_is_live(argv[i]))
			down(argv[i]);
		else if (argc - first == 1)
			down_named(argv[i]); /* which says what is near */
		else
			status = report_missing(argv[i]);
	return status;
}
