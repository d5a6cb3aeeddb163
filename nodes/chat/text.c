/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "nodes/common/utf8.h"

static bool is_control(const uint8_t *s, size_t len)
{
	if (len == 1)
		return (s[0] < 0x20 && s[0] != '\t') || s[0] == 0x7f;
	return len == 2 && s[0] == 0xc2 && s[1] < 0xa0; /* C1: U+0080 to U+009F */
}

size_t text_clean(char *text, size_t len)
{
	uint8_t *from = (uint8_t *)text, *to = from, *end = from + len;

	if (len && end[-1] == '\r')
		end--;
	while (from < end) {
		size_t n = utf8_len(from, (size_t)(end - from));

		if (n == 0 || is_control(from, n)) {
			*to++ = '?';
			from += n ? n : 1;
		} else {
			memmove(to, from, n);
			to += n;
			from += n;
		}
	}
	return (size_t)(to - (uint8_t *)text);
}
