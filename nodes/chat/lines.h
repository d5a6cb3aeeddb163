/* SPDX-License-Identifier: MIT */
/* Bytes in, whole lines out: what a terminal, a pipe or a server sends comes in pieces. */
#ifndef VETHLAB_CHAT_LINES_H
#define VETHLAB_CHAT_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "nodes/common/bytes.h"

struct lines {
	struct bytes bytes;
	size_t begin; /* of the next line */
};

void lines_add(struct lines *l, const char *data, size_t len);

/* lines_next() - the next whole line, without its end and a CR in front of that, as text; NULL:
 * none yet. With `all` what is left counts as a line. Valid until the next lines_add(). */
char *lines_next(struct lines *l, bool all, size_t *len);
bool lines_empty(const struct lines *l);
void lines_free(struct lines *l);

#endif
