/* SPDX-License-Identifier: MIT */
/* A command line of any octets: words, none longer than the line, or a reason. */
#include "fuzzer.h"
#include "topology/lab_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = strndup((const char *)data, size), **argv = NULL;
	const char *why = NULL;
	size_t argc = 0, octets = 0;

	if (!line)
		abort();
	if (words_split(line, &argv, &argc, &why)) {
		for (size_t i = 0; i < argc; i++)
			octets += strlen(argv[i]);
		if ((argc && !argv) || octets > strlen(line))
			abort();
	} else if (!why || !*why) {
		abort();
	}
	for (size_t i = 0; argv && i < argc; i++)
		free(argv[i]);
	free(argv);
	free(line);
	return 0;
}
