/* SPDX-License-Identifier: MIT */
/* CPU time of all processes of a network namespace, so that a figure holds on a busy machine
 * too. */
#ifndef VETHLAB_BENCH_CPU_H
#define VETHLAB_BENCH_CPU_H

#include <ctype.h>
#include <dirent.h>
#include <sys/stat.h>

#include "tool.h"

/* cpu_of() - ticks of the process with its ended children, of /proc/PID/stat */
static inline uint64_t cpu_of(const char *pid)
{
	char path[64], text[1024];
	unsigned long user = 0, system = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fgets(text, sizeof(text), f) && strrchr(text, ')'))
		sscanf(strrchr(text, ')'), ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
		       &user, &system);
	fclose(f);
	return user + system;
}

/* cpu_in() - of all processes of a network namespace, in seconds; 0 if none is named */
static inline double cpu_in(const char *netns)
{
	struct stat wanted, s;
	uint64_t ticks = 0;
	char path[64];
	DIR *d;

	if (!netns)
		return 0;
	if (stat(netns, &wanted) < 0)
		err(1, "%s", netns);
	d = opendir("/proc");
	for (struct dirent *e; d && (e = readdir(d));) {
		snprintf(path, sizeof(path), "/proc/%.20s/ns/net", e->d_name);
		if (isdigit((unsigned char)e->d_name[0]) && stat(path, &s) == 0 &&
		    s.st_ino == wanted.st_ino && s.st_dev == wanted.st_dev)
			ticks += cpu_of(e->d_name);
	}
	if (d)
		closedir(d);
	return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

#endif
