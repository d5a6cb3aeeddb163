// SPDX-License-Identifier: MIT
/*
 * fibwatch: prints the time and how many routes the main table has, more than BASE, whenever that
 * has changed; ends when there are ROUTES of them, or after SECONDS (status 1). It looks again
 * after four times as long as it took to look, so that it takes a fifth of a processor, and a
 * millisecond at least.
 */
#include "fibcount.h"

int main(int argc, char **argv)
{
	if (argc != 4)
		errx(2, "usage: fibwatch BASE ROUTES SECONDS");

	long base = atol(argv[1]), wanted = atol(argv[2]), count = -1;
	uint64_t end = now_ns() + (uint64_t)(atof(argv[3]) * 1e9);

	setlinebuf(stdout);
	for (;;) {
		uint64_t looked = now_ns();
		long now = fib_count() - base;

		if (now != count)
			printf("%.6f %ld\n", seconds(now_ns()), now);
		count = now;
		if (count == wanted)
			return 0;
		if (looked > end)
			return 1;

		uint64_t pause = (now_ns() - looked) * 4;

		usleep(pause < 1000000 ? 1000 : (useconds_t)(pause / 1000));
	}
}
