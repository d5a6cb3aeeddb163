/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include <string.h>

void lines_add(struct lines *l, const char *data, size_t len)
{
	bytes_take(&l->bytes, l->begin);
	l->begin = 0;
	bytes_add(&l->bytes, data, len);
}

char *lines_next(struct lines *l, bool all, size_t *len)
{
	size_t left = l->bytes.len - l->begin;
	char *line, *end;

	if (!left)
		return NULL;
	line = l->bytes.data + l->begin;
	end = memchr(line, '\n', left);
	if (!end && !all)
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
	return l->begin == l->bytes.len;
}

void lines_free(struct lines *l)
{
	bytes_free(&l->bytes);
	l->begin = 0;
}
