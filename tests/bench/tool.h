/* SPDX-License-Identifier: MIT */
/* What the programs of the benchmark share: a clock, and one way to give up. */
#ifndef VETHLAB_BENCH_TOOL_H
#define VETHLAB_BENCH_TOOL_H

#include <err.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* now_ns() - CLOCK_MONOTONIC, which all programs of a machine share */
static inline uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static inline double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

/* number() - a word of the command line that has to be a number from 1 to max */
static inline unsigned number(const char *text, unsigned max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end || n < 1 || n > max)
		errx(2, "'%s' is not a number from 1 to %u", text, max);
	return (unsigned)n;
}

#endif
