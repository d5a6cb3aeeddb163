/* SPDX-License-Identifier: MIT */
/* What the showing verbs put on a terminal: tables without frames, nothing cut in a pipe. */
#ifndef VETHLAB_TABLE_H
#define VETHLAB_TABLE_H

#include <jansson.h>
#include <libsmartcols.h>

struct column {
	const char *name;
	int flags; /* SCOLS_FL_RIGHT ... */
};

struct libscols_table *table_new(const struct column *columns, size_t count);
struct libscols_line *table_line(struct libscols_table *t, const char *const *cells, size_t count);
void table_print(struct libscols_table *t); /* and its end */

/* table_of_nodes() - the table of `ps`: a line a command, or a node without one */
void table_of_nodes(const json_t *status);

/* print_json() - on standard output, and its end; a full disk ends the program with status 1 */
void print_json(json_t *json);

const char *text_of(const json_t *object, const char *key);

#endif
