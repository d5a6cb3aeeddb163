/* SPDX-License-Identifier: MIT */
/* What each fuzzer has: a function that libFuzzer calls, and facts that have to hold. */
#ifndef VETHLAB_TESTS_FUZZER_H
#define VETHLAB_TESTS_FUZZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void require(bool fact)
{
	if (!fact)
		abort();
}

/* copy_of() - in memory of its own length, so that a sanitizer sees who reads further; the caller
 * frees it */
static inline uint8_t *copy_of(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	require(copy != NULL);
	if (len)
		memcpy(copy, data, len);
	return copy;
}

#endif
