/* SPDX-License-Identifier: MIT */
/*
 * A bounded builder of a packet. What does not fit is left out whole and marks the writer full:
 * an encoder writes its fields one after another and asks once, at its end.
 */
#ifndef VETHLAB_WRITER_H
#define VETHLAB_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct writer {
	uint8_t *start, *at, *end;
	bool full;
};

static inline struct writer writer_of(void *data, size_t len)
{
	return (struct writer){ .start = data, .at = data, .end = (uint8_t *)data + len };
}

static inline size_t written(const struct writer *w)
{
	return (size_t)(w->at - w->start);
}

/* put() - room for the next n bytes, or NULL: the only function of the project that moves `at` */
static inline uint8_t *put(struct writer *w, size_t n)
{
	uint8_t *p = w->at;

	if (w->full || (size_t)(w->end - w->at) < n) {
		w->full = true;
		return NULL;
	}
	w->at += n;
	return p;
}

static inline void put_u8(struct writer *w, uint8_t v)
{
	uint8_t *p = put(w, 1);

	if (p)
		p[0] = v;
}

static inline void put_be16(struct writer *w, uint16_t v)
{
	uint8_t *p = put(w, 2);

	if (p) {
		p[0] = (uint8_t)(v >> 8);
		p[1] = (uint8_t)v;
	}
}

static inline void put_be32(struct writer *w, uint32_t v)
{
	uint8_t *p = put(w, 4);

	if (p) {
		p[0] = (uint8_t)(v >> 24);
		p[1] = (uint8_t)(v >> 16);
		p[2] = (uint8_t)(v >> 8);
		p[3] = (uint8_t)v;
	}
}

static inline void put_part(struct writer *w, const void *data, size_t len)
{
	uint8_t *p = put(w, len);

	if (p && len)
		memcpy(p, data, len);
}

#endif
