/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* sequence_len() - octets of the UTF-8 character at `s`, 0: not one (RFC 3629, 4's grammar) */
static size_t sequence_len(const uint8_t *s, size_t left)
{
	uint8_t low = 0x80, high = 0xbf; /* bounds of the second octet */
	size_t len;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (s[0] == 0xe0)
		low = 0xa0; /* shorter forms exist */
	else if (s[0] == 0xed)
		high = 0x9f; /* surrogates */
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f; /* past U+10FFFF */
	if (left < len || s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

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
		size_t n = sequence_len(from, (size_t)(end - from));

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
