/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <jansson.h>
#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "packet.h"

#define FORMAT_VERSION 1

struct row {
	uint32_t address;
	struct record r;
};

struct rows {
	struct row *list;
	size_t count;
	uint64_t now;
};

/* take_row() - takes over what the record points to */
static void take_row(void *arg, uint32_t address, struct record *r)
{
	struct rows *rows = arg;

	*xappend(&rows->list, &rows->count) = (struct row){ address, *r };
	*r = (struct record){ 0 };
}

static int by_address(const void *one, const void *other)
{
	const struct row *a = one, *b = other;

	return a->address < b->address ? -1 : a->address > b->address;
}

static bool has_time_left(const struct row *row, uint64_t now)
{
	return (row->r.state == LEASE_BOUND || row->r.state == LEASE_DECLINED) &&
	       row->r.until > now;
}

/* format_left() - "9m 58s": the two largest units */
static const char *format_left(const struct row *row, uint64_t now, char *text, size_t room)
{
	static const struct {
		uint64_t seconds;
		char unit;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	uint64_t left = (row->r.until - now) / 1000;
	size_t i = 0;

	if (!has_time_left(row, now))
		return "";
	if (row->r.until == NEVER)
		return "for ever";
	while (i < ARRAY_SIZE(units) - 1 && left < units[i].seconds)
		i++;
	if (i == ARRAY_SIZE(units) - 1)
		snprintf(text, room, "%us", (unsigned)left);
	else
		snprintf(text, room, "%u%c %u%c", (unsigned)(left / units[i].seconds),
			 units[i].unit, (unsigned)(left % units[i].seconds / units[i + 1].seconds),
			 units[i + 1].unit);
	return text;
}

static int print_table(const struct rows *rows)
{
	static const char *const columns[] = { "ADDRESS", "STATE", "CLIENT", "NAME", "LEFT" };
	struct libscols_table *table = scols_new_table();

	if (!table)
		mem_exhausted();
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		scols_table_new_column(table, columns[i], 0, 0);
	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->list[i];
		struct libscols_line *line = scols_table_new_line(table, NULL);
		char address[IP4_TEXT_LEN], client[CLIENT_TEXT_LEN] = "", left[32];

		if (row->r.client)
			client_format(row->r.client, client);
		scols_line_set_data(line, 0, ip4_format(row->address, address));
		scols_line_set_data(line, 1, lease_state_name(row->r.state));
		scols_line_set_data(line, 2, client);
		scols_line_set_data(line, 3, row->r.name ? row->r.name : "");
		scols_line_set_data(line, 4, format_left(row, rows->now, left, sizeof(left)));
	}
	scols_print_table(table);
	scols_unref_table(table);
	return fflush(stdout) == EOF ? EXIT_FAILURE : EXIT_SUCCESS;
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

static json_t *json_of(const struct row *row, uint64_t now)
{
	char address[IP4_TEXT_LEN], client[CLIENT_TEXT_LEN] = "", mac[3 * 16] = "", *to = mac;

	if (row->r.client)
		client_format(row->r.client, client);
	for (unsigned i = 0; i < row->r.mac_len; i++)
		to += sprintf(to, "%s%02x", i ? ":" : "", row->r.mac[i]);
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "address",
			 ip4_format(row->address, address), "state", lease_state_name(row->r.state),
			 "client", text_or_null(client), "mac", text_or_null(mac), "name",
			 text_or_null(row->r.name), "left_s",
			 has_time_left(row, now) && row->r.until != NEVER
				 ? json_integer((json_int_t)((row->r.until - now) / 1000))
				 : json_null());
}

/* print_json() - takes the answer; the exit status */
static int print_json(json_t *root)
{
	int status = json_dumpf(root, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER) < 0 ||
		     putchar('\n') == EOF || fflush(stdout) == EOF;

	json_decref(root);
	return status ? EXIT_FAILURE : EXIT_SUCCESS;
}

int report_leases(struct store *st, bool json)
{
	struct timespec t;
	struct rows rows = { 0 };
	json_t *list = json ? json_array() : NULL;
	int status;

	clock_gettime(CLOCK_REALTIME, &t);
	rows.now = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
	if (!store_read_leases(st, rows.now, take_row, &rows))
		fatal("cannot read the leases: %s", store_error(st));
	if (rows.count)
		qsort(rows.list, rows.count, sizeof(*rows.list), by_address);
	for (size_t i = 0; json && i < rows.count; i++)
		json_array_append_new(list, json_of(&rows.list[i], rows.now));
	status = json ? print_json(
				json_pack("{s:i, s:o}", "version", FORMAT_VERSION, "leases", list))
		      : print_table(&rows);
	for (size_t i = 0; i < rows.count; i++)
		record_free(&rows.list[i].r);
	free(rows.list);
	return status;
}

int report_counts(struct store *st, bool json)
{
	json_t *object = json ? json_object() : NULL;
	struct counts counts;

	if (!store_read_counts(st, &counts))
		fatal("cannot read the counts: %s", store_error(st));
	for (int i = 0; i < COUNT_COUNT; i++)
		if (json)
			json_object_set_new(object, count_name((enum count)i),
					    json_integer((json_int_t)counts.n[i]));
		else
			printf("%10llu  %s\n", (unsigned long long)counts.n[i],
			       count_name((enum count)i));
	if (json)
		return print_json(
			json_pack("{s:i, s:o}", "version", FORMAT_VERSION, "counts", object));
	return fflush(stdout) == EOF ? EXIT_FAILURE : EXIT_SUCCESS;
}
