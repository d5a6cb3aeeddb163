/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include <string.h>

#include "nodes/common/mem.h"

void lines_add(struct lines *l, const char *data, size_t len)
{
	if (l->begin) {
		l->len -= l->begin;
		memmove(l->data, l->data + l->begin, l->len);
		l->begin = 0;
	}
	if (l->len + len + 1 > l->room) { /* one octet more: a last line needs its NUL */
		char *larger;

		l->room = 2 * (l->len + len + 1);
		larger = xcalloc(1, l->room);
		memcpy(larger, l->data ? l->data : "", l->data ? l->len : 0);
		free(l->data);
		l->data = larger;
	}
	if (l->data && len)
		memcpy(l->data + l->len, data, len);
	l->len += len;
}

char *lines_next(struct lines *l, bool all, size_t *len)
{
	size_t left = l->len - l->begin;
	char *line = l->data ? l->data + l->begin : NULL;
	char *end = left ? memchr(line, '\n', left) : NULL;

	if (!end && !(all && left))
		return NULL;
	*len = end ? (size_t)(end - line) : left;
	l->begin += *len + (end != NULL);
	if (*len && line[*len - 1] == '\r')
		--*len;
	line[*len] = '\0';
	return line;
}

bool lines_empty(const struct lines *l)
{
	return l->begin == l->len;
}

void lines_free(struct lines *l)
{
	free(l->data);
	*l = (struct lines){ 0 };
}
