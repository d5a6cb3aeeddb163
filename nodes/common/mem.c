/* SPDX-License-Identifier: MIT */
#include "mem.h"

#include <stdarg.h>
#include <string.h>

static void (*on_exhaustion)(void);

void mem_on_exhaustion(void (*fn)(void))
{
	on_exhaustion = fn;
}

void mem_exhausted(void)
{
	if (on_exhaustion)
		on_exhaustion();
	fputs("out of memory\n", stderr); /* not buffered, so it needs no memory */
	_exit(EXIT_FAILURE);
}

static void *or_die(void *p)
{
	if (!p)
		mem_exhausted();
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	return or_die(calloc(n ? n : 1, size));
}

char *xstrdup(const char *s)
{
	return or_die(strdup(s));
}

char *xstrndup(const char *s, size_t len)
{
	return or_die(strndup(s, len));
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	va_end(ap);
	return or_die(s);
}

/* The room doubles at 0, 4, 8, 16 ...: the count alone tells when it is full. */
void *xgrow(void *array, size_t count, size_t size)
{
	if (count == 0 || (count >= 4 && (count & (count - 1)) == 0)) {
		size_t room = count ? 2 * count : 4;

		array = or_die(reallocarray(array, room, size));
	}
	memset((char *)array + count * size, 0, size);
	return array;
}
