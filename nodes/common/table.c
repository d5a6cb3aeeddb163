/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <libsmartcols/libsmartcols.h>
#include <string.h>

#include "mem.h"

#define CELL_LEN 256

const struct table_shape *table_shape_of(const struct table_shape *shapes, size_t count,
					 const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(shapes[i].key, key) == 0)
			return &shapes[i];
	return NULL;
}

/* format_time() - its two largest units; below ten seconds with a decimal */
static void format_time(json_int_t ms, char text[CELL_LEN])
{
	long long s = ms / 1000;

	if (ms < 10000)
		snprintf(text, CELL_LEN, "%lld.%llds", s, (long long)ms % 1000 / 100);
	else if (s < 60)
		snprintf(text, CELL_LEN, "%llds", s);
	else if (s < 3600)
		snprintf(text, CELL_LEN, "%lldm %llds", s / 60, s % 60);
	else
		snprintf(text, CELL_LEN, "%lldh %lldm", s / 3600, s % 3600 / 60);
}

/* format_list() - its texts with commas between, as many as a cell holds */
static void format_list(const json_t *list, char text[CELL_LEN])
{
	size_t at = 0, i;
	json_t *one;

	json_array_foreach (list, i, one) {
		int n = snprintf(text + at, CELL_LEN - at, "%s%s", i ? ", " : "",
				 json_string_value(one));

		if (n < 0 || at + (size_t)n >= CELL_LEN)
			break;
		at += (size_t)n;
	}
}

static void format_cell(const json_t *value, enum table_kind kind, char text[CELL_LEN])
{
	*text = '\0';
	if (json_is_integer(value) && kind == TABLE_TIME)
		format_time(json_integer_value(value), text);
	else if (json_is_integer(value))
		snprintf(text, CELL_LEN, "%lld", (long long)json_integer_value(value));
	else if (json_is_boolean(value))
		snprintf(text, CELL_LEN, "%s", json_is_true(value) ? "yes" : "no");
	else if (json_is_array(value))
		format_list(value, text);
	else if (json_is_string(value))
		snprintf(text, CELL_LEN, "%s", json_string_value(value));
}

static void print_rows(struct libscols_table *table, const struct table_shape *shape,
		       const json_t *rows)
{
	size_t i;
	json_t *row;

	for (size_t k = 0; k < shape->count; k++)
		scols_table_new_column(table, shape->columns[k].title, 0,
				       shape->columns[k].kind == TABLE_NUMBER ? SCOLS_FL_RIGHT : 0);
	json_array_foreach (rows, i, row) {
		struct libscols_line *line = scols_table_new_line(table, NULL);

		for (size_t k = 0; k < shape->count; k++) {
			const struct table_column *c = &shape->columns[k];
			char text[CELL_LEN];

			format_cell(json_object_get(row, c->key), c->kind, text);
			scols_line_set_data(line, k, text);
		}
	}
}

/* add_numbers() - a line for each number of the object, and of the objects inside of it */
static void add_numbers(struct libscols_table *table, json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach (object, key, value) {
		char text[CELL_LEN];
		struct libscols_line *line;

		if (json_is_object(value)) {
			add_numbers(table, value);
			continue;
		}
		if (strcmp(key, "version") == 0)
			continue;
		line = scols_table_new_line(table, NULL);
		format_cell(value, TABLE_NUMBER, text);
		scols_line_set_data(line, 0, key);
		scols_line_set_data(line, 1, text);
	}
}

static void print_table(const struct table_shape *shape, json_t *answer)
{
	struct libscols_table *table = scols_new_table();

	if (!table)
		mem_exhausted();
	if (shape->columns)
		print_rows(table, shape, json_object_get(answer, shape->key));
	else {
		scols_table_new_column(table, "WHAT", 0, 0);
		scols_table_new_column(table, "COUNT", 0, SCOLS_FL_RIGHT);
		add_numbers(table, answer);
	}
	scols_print_table(table);
	scols_unref_table(table);
}

int table_show(const struct table_shape *shape, json_t *answer, bool as_json)
{
	bool bad = false;

	if (as_json)
		bad = json_dumpf(answer, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER) < 0 ||
		      putchar('\n') == EOF;
	else
		print_table(shape, answer);
	json_decref(answer);
	return bad || fflush(stdout) == EOF ? EXIT_FAILURE : EXIT_SUCCESS;
}
