/* SPDX-License-Identifier: MIT */
/* Bytes that come at one end and go at the other: what a stream has sent and nobody has taken. */
#ifndef VETHLAB_BYTES_H
#define VETHLAB_BYTES_H

#include <stddef.h>

struct bytes {
	char *data; /* len of them; NULL while there were none */
	size_t len, room;
};

/* bytes_add() - a copy of them, and a NUL behind the last one, which bytes_take() does not keep */
void bytes_add(struct bytes *b, const void *data, size_t len);
void bytes_take(struct bytes *b, size_t len); /* the first ones, off */
void bytes_free(struct bytes *b);

#endif
