/* SPDX-License-Identifier: MIT */
/*
 * A bounded cursor over bytes somebody sent us. A read past the end gives zeroes and marks the
 * reader bad, so that a decoder reads like the RFC's figure and asks once, at its end.
 */
#ifndef VETHLAB_READER_H
#define VETHLAB_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct reader {
	const uint8_t *at, *end;
	bool bad;
};

static inline struct reader reader_of(const void *data, size_t len)
{
	/* of nothing there is no end to point to: not even 0 is added to NULL */
	return (struct reader){ .at = data, .end = len ? (const uint8_t *)data + len : data };
}

static inline size_t left(const struct reader *r)
{
	return (size_t)(r->end - r->at);
}

/* take() - the next n bytes, or NULL: the only function of the project that moves `at` */
static inline const uint8_t *take(struct reader *r, size_t n)
{
	const uint8_t *p = r->at;

	if (r->bad || left(r) < n) {
		r->bad = true;
		r->at = r->end;
		return NULL;
	}
	r->at += n;
	return p;
}

static inline uint8_t take_u8(struct reader *r)
{
	const uint8_t *p = take(r, 1);

	return p ? p[0] : 0;
}

static inline uint16_t take_be16(struct reader *r)
{
	const uint8_t *p = take(r, 2);

	return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint32_t take_be32(struct reader *r)
{
	uint32_t high = take_be16(r);

	return high << 16 | take_be16(r);
}

/* take_part() - the next n bytes as a reader of their own; empty and bad when there are fewer */
static inline struct reader take_part(struct reader *r, size_t n)
{
	const uint8_t *p = take(r, n);

	if (!p)
		return (struct reader){ .at = r->end, .end = r->end, .bad = true };
	return reader_of(p, n);
}

#endif
