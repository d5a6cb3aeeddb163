// SPDX-License-Identifier: MIT
/*
 * clock: writes the time of CLOCK_MONOTONIC into a file, then becomes the command. So that the
 * start of a competitor is taken by the process that becomes it, and nothing lies in between.
 */
#include "tool.h"

int main(int argc, char **argv)
{
	if (argc < 2)
		errx(2, "usage: clock FILE [COMMAND [ARGUMENT...]]");

	FILE *f = fopen(argv[1], "w");

	if (!f)
		err(1, "%s", argv[1]);
	if (fprintf(f, "%.6f\n", seconds(now_ns())) < 0 || fclose(f) != 0)
		err(1, "%s", argv[1]);
	if (argc == 2)
		return 0;
	execvp(argv[2], argv + 2);
	err(127, "%s", argv[2]);
}
