/* SPDX-License-Identifier: MIT */
/* How many IPv4 routes this network namespace has in its main table, and the ones that are
 * measured. */
#ifndef VETHLAB_BENCH_FIBCOUNT_H
#define VETHLAB_BENCH_FIBCOUNT_H

#include <sys/resource.h>

#include "tool.h"

/* Route number i is to the host 20.0.0.0 + i. */
#define FIRST_DESTINATION 0x14000000u
#define MOST_ROUTES	  10000000u

/* fib_count() - the kernel counts for itself, and holds up nobody who writes meanwhile */
static inline long fib_count(void)
{
	char line[128];
	long count = -1;
	FILE *f = fopen("/proc/self/net/fib_triestat", "re");

	if (!f)
		err(1, "/proc/self/net/fib_triestat");
	while (count < 0 && fgets(line, sizeof(line), f))
		sscanf(line, " Prefixes: %ld", &count);
	fclose(f);
	if (count < 0)
		errx(1, "/proc/self/net/fib_triestat has no prefixes");
	return count;
}

/* fib_expect() - ends the program where the table is not as it should be */
static inline void fib_expect(long wanted, const char *when)
{
	long count = fib_count();

	if (count != wanted)
		errx(1, "%ld routes %s, and there should be %ld", count, when, wanted);
}

/* cpu_ns() - of this process, kernel and all */
static inline uint64_t cpu_ns(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000 +
	       (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000;
}

#endif
