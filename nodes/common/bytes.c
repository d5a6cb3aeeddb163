/* SPDX-License-Identifier: MIT */
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

void bytes_add(struct bytes *b, const void *data, size_t len)
{
	if (b->len + len + 1 > b->room) {
		size_t room = 2 * (b->len + len + 1);
		char *larger = xcalloc(1, room);

		if (b->len)
			memcpy(larger, b->data, b->len);
		free(b->data);
		b->data = larger;
		b->room = room;
	}
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void bytes_take(struct bytes *b, size_t len)
{
	b->len -= len;
	if (len && b->len)
		memmove(b->data, b->data + len, b->len);
}

void bytes_free(struct bytes *b)
{
	free(b->data);
	*b = (struct bytes){ 0 };
}
