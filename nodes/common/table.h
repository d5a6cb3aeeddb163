/* SPDX-License-Identifier: MIT */
/* A daemon's answer in JSON, printed as it is or as a table for people. */
#ifndef VETHLAB_TABLE_H
#define VETHLAB_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "compiler.h"

enum table_kind {
	TABLE_TEXT,   /* text, a truth as yes or no, or a list of texts */
	TABLE_NUMBER, /* to the right */
	TABLE_TIME    /* milliseconds, shown as 3m 20s; null: nothing */
};

struct table_column {
	const char *title, *key;
	enum table_kind kind;
};

/* What an answer looks like: under `key` a list of objects. Without columns it is the whole object,
 * whose numbers are listed by their names. */
struct table_shape {
	const char *key;
	const struct table_column *columns;
	size_t count;
};

const struct table_shape *table_shape_of(const struct table_shape *shapes, size_t count,
					 const char *key); /* or NULL */

/* table_show() - to standard output; takes the answer. The exit status. */
int table_show(const struct table_shape *shape, json_t *answer, bool as_json);

#endif
