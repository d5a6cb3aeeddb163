/* SPDX-License-Identifier: MIT */
/* Memory that is there, or the end of the program with a sentence that says so. */
#ifndef VETHLAB_MEM_H
#define VETHLAB_MEM_H

#include <stddef.h>

#include "compiler.h"

/* mem_on_exhaustion() - who is told first; it may end the program in its own way */
void mem_on_exhaustion(void (*fn)(void));

/* mem_exhausted() - there is no memory: the end, for who allocates by other means than these */
_Noreturn void mem_exhausted(void);

/* Never NULL, not even of nothing; the caller frees it. */
void *xcalloc(size_t n, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);
char *xasprintf(const char *fmt, ...) printf_like(1, 2);

/* xgrow() - `array` with room for one more than `count` elements; doubles as it fills. */
void *xgrow(void *array, size_t count, size_t size);

/* xappend() - adds a zeroed element to an array of structs and gives its address */
#define xappend(array, count) \
	(*(array) = xgrow(*(array), *(count), sizeof(**(array))), &(*(array))[(*(count))++])

#endif
