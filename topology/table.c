/* SPDX-License-Identifier: MIT */
#include "topology/table.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "topology/progress.h"

/* table_new() - for table_line() and then table_print(), which frees it */
struct libscols_table *table_new(const struct column *columns, size_t count)
{
	struct libscols_table *t = scols_new_table();

	if (!t)
		fatal("out of memory");
	for (size_t i = 0; i < count; i++)
		scols_table_new_column(t, columns[i].name, 0, columns[i].flags);
	scols_table_enable_colors(t, use_color(STDOUT_FILENO));
	return t;
}

/* table_line() - the cells are copied, NULL is empty; the line is the table's own */
struct libscols_line *table_line(struct libscols_table *t, const char *const *cells, size_t count)
{
	struct libscols_line *line = scols_table_new_line(t, NULL);

	for (size_t i = 0; line && i < count; i++)
		scols_line_set_data(line, i, cells[i] ? cells[i] : "");
	if (!line)
		fatal("out of memory");
	return line;
}

void table_print(struct libscols_table *t)
{
	scols_print_table(t);
	scols_unref_table(t);
}

void print_json(json_t *json)
{
	if (json_dumpf(json, stdout, JSON_INDENT(2)) < 0 || putchar('\n') == EOF ||
	    fflush(stdout) == EOF)
		fatal_errno("cannot write");
	json_decref(json);
}

/* text_of() - of an object, lives as long as that; "" where there is none */
const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* join() - takes `list` over; the longer one is to be freed */
static char *join(char *list, const char *separator, const char *word)
{
	char *longer = xasprintf("%s%s%s", list, *list ? separator : "", word);

	free(list);
	return longer;
}

/* addresses() - all addresses of a node, without prefix lengths */
static char *addresses(const json_t *node)
{
	char *list = xstrdup("");
	const json_t *iface, *address;
	size_t i, j;

	json_array_foreach (json_object_get(node, "interfaces"), i, iface) {
		const json_t *its = json_object_get(iface, "addresses");

		json_array_foreach (its, j, address) {
			auto_free char *bare = xstrdup(json_string_value(address));

			bare[strcspn(bare, "/")] = '\0';
			list = join(list, " ", bare);
		}
		if (!json_array_size(its) && json_is_true(json_object_get(iface, "dhcp")))
			list = join(list, " ", "(dhcp)");
	}
	return *list ? list : join(list, "", "-");
}

/* command_line() - as a person types it, in one line of at most 60 octets; to be freed */
static char *command_line(const json_t *command)
{
	char *line = xstrdup("");
	const json_t *word;
	size_t i;

	json_array_foreach (json_object_get(command, "argv"), i, word) {
		const char *text = json_string_value(word);
		auto_free char *quoted = xasprintf("'%s'", text);
		bool plain = *text && !text[strcspn(text, " \t\n\"'\\$&;|<>()*?[]#~`!{}")];

		line = join(line, " ", plain ? text : quoted);
	}
	for (char *c = line; *c; c++) /* a script in the lab file has its own lines */
		if ((unsigned char)*c < ' ')
			*c = ' ';
	if (strlen(line) > 60)
		memcpy(line + 57, "...", 4);
	return line;
}

/* state() - with what ended it and how often it was started again; to be freed */
static char *state(const json_t *command)
{
	const char *name = text_of(command, "state");
	const json_t *status = json_object_get(command, "exit_status");
	const json_t *signal = json_object_get(command, "signal");
	json_int_t restarts = json_integer_value(json_object_get(command, "restarts"));
	char *text = signal ? xasprintf("%s (%s)", name, strsignal((int)json_integer_value(signal)))
		     : status && json_integer_value(status)
			     ? xasprintf("%s (%d)", name, (int)json_integer_value(status))
			     : xstrdup(name);

	if (restarts) {
		auto_free char *times =
			xasprintf("%lld restart%s", (long long)restarts, restarts == 1 ? "" : "s");

		text = join(text, ", ", times);
	}
	return text;
}

static const char *state_color(const char *name)
{
	if (strcmp(name, "ready") == 0)
		return "green";
	if (strcmp(name, "failed") == 0)
		return "red";
	return strcmp(name, "exited") == 0 ? NULL : "yellow";
}

enum { NODE, ADDRESS, COMMAND, STATE, PID, COLUMNS };

static void add_command(struct libscols_table *t, const char *node, const char *address,
			const json_t *command)
{
	auto_free char *line = command_line(command), *its_state = state(command);
	json_int_t pid = json_integer_value(json_object_get(command, "pid"));
	auto_free char *number = pid ? xasprintf("%lld", (long long)pid) : xstrdup("-");
	const char *cells[COLUMNS] = { node, address, line, its_state, number };
	struct libscols_line *row = table_line(t, cells, COLUMNS);
	const char *color = state_color(text_of(command, "state"));

	if (color)
		scols_cell_set_color(scols_line_get_cell(row, STATE), color);
}

void table_of_nodes(const json_t *status)
{
	static const struct column columns[COLUMNS] = {
		{ "NODE", 0 },	{ "ADDRESS", 0 },	   { "COMMAND", 0 },
		{ "STATE", 0 }, { "PID", SCOLS_FL_RIGHT },
	};
	struct libscols_table *t = table_new(columns, COLUMNS);
	const json_t *node, *command;
	size_t i, j;

	json_array_foreach (json_object_get(status, "nodes"), i, node) {
		const json_t *commands = json_object_get(node, "commands");
		auto_free char *address = addresses(node);
		const char *cells[COLUMNS] = { text_of(node, "name"), address, "-", "-", "-" };

		if (!json_array_size(commands))
			table_line(t, cells, COLUMNS);
		json_array_foreach (commands, j, command)
			add_command(t, j ? "" : cells[NODE], j ? "" : address, command);
	}
	table_print(t);
}
