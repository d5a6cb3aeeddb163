/* SPDX-License-Identifier: MIT */
/* What C lacks: the length of an array, and clean-up that is written once. */
#ifndef VETHLAB_COMPILER_H
#define VETHLAB_COMPILER_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ARRAY_SIZE(a)	       (sizeof(a) / sizeof((a)[0]))
#define printf_like(fmt, args) __attribute__((format(printf, fmt, args)))
#define auto_close	       __attribute__((cleanup(cleanup_close)))
#define auto_free	       __attribute__((cleanup(cleanup_free)))
#define auto_fclose	       __attribute__((cleanup(cleanup_fclose)))

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

#endif
