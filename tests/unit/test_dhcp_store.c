/* SPDX-License-Identifier: MIT */
/* Leases, bindings and counts on disk: what is written is read, whatever happens in between. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "nodes/common/compiler.h"
#include "nodes/dhcp/store.h"
#include "nodes/dhcp/store_text.h"

#define START 1700000000000u
#define POOL  0x0a000164u

struct lab {
	char folder[64], path[96];
	struct dhcp_config *config;
	struct leases *leases;
	struct store *store;
	unsigned rows;
};

static struct store *open_store(struct lab *l)
{
	char *why = NULL;
	struct store *st = store_open(l->path, &why);

	if (!st)
		fail_msg("%s", why);
	return st;
}

static struct dhcp_config *config_of(const char *more)
{
	char text[1024];
	struct faults f = { .file = "dhcp.yml" };
	struct dhcp_config *c;

	snprintf(text, sizeof(text), "subnets:\n  10.0.1.0/24: {pool: 10.0.1.100-10.0.1.199}\n%s",
		 more);
	c = config_parse("dhcp.yml", text, strlen(text), &f);
	assert_int_equal(f.errors, 0);
	faults_free(&f);
	return c;
}

static int make_lab(void **state)
{
	struct lab *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	snprintf(l->folder, sizeof(l->folder), "/tmp/vethlab-store.XXXXXX");
	assert_non_null(mkdtemp(l->folder));
	snprintf(l->path, sizeof(l->path), "%s/leases.db", l->folder);
	l->config = config_of("");
	l->leases = leases_new(l->config);
	l->store = open_store(l);
	*state = l;
	return 0;
}

static int free_lab(void **state)
{
	static const char *const names[] = { "leases.db",      "leases.db-wal", "leases.db-shm",
					     "leases.db.lock", "copy.db",	"copy.db-wal",
					     "copy.db-shm",    "copy.db.lock" };
	struct lab *l = *state;

	store_close(l->store);
	leases_free(l->leases);
	config_free(l->config);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/%s", l->folder, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(l->folder), 0);
	free(l);
	return 0;
}

static void put(struct lab *l, uint32_t address, struct client *c, enum lease_state state,
		uint64_t until, const char *name, const char *relay)
{
	struct record r = { .state = state,
			    .until = until,
			    .client = c,
			    .mac = { 2, 0, 0, 0, 0, 7 },
			    .mac_len = 6,
			    .name = name ? strdup(name) : NULL,
			    .relay_len = relay ? strlen(relay) : 0 };

	if (relay)
		r.relay = (uint8_t *)strdup(relay);
	leases_put(l->leases, leases_make(l->leases, config_subnet(l->config, address), address),
		   &r, true);
}

static void write_all(struct lab *l)
{
	size_t count;
	struct lease *const *changes = leases_changes(l->leases, &count);

	if (!store_write(l->store, changes, count))
		fail_msg("%s", store_error(l->store));
	leases_keep(l->leases);
}

static struct client *hardware(unsigned who)
{
	return client_new(false, (uint8_t[]){ 1, 2, 0, 0, 0, 0, (uint8_t)who }, 7);
}

static void take_row(void *arg, uint32_t address, struct record *r)
{
	struct lab *l = arg;

	l->rows++;
	leases_load(l->leases, config_subnet(l->config, address), address, r);
}

/* read_anew() - what somebody finds who begins now */
static void read_anew(struct lab *l, struct store *st, uint64_t now)
{
	leases_free(l->leases);
	l->leases = leases_new(l->config);
	l->rows = 0;
	assert_true(store_read_leases(st, now, take_row, l));
}

static void restart(struct lab *l)
{
	store_close(l->store);
	l->store = open_store(l);
	read_anew(l, l->store, START);
}

/* ---- leases ---------------------------------------------------------------------------------- */

static void what_is_written_is_read(void **state)
{
	struct lab *l = *state;
	const struct lease *lease;
	struct client *c = hardware(7);

	put(l, POOL, hardware(7), LEASE_BOUND, START + 60000, "pc1", "\1\3one");
	write_all(l);
	restart(l);
	assert_int_equal(l->rows, 1);
	lease = leases_at(l->leases, POOL);
	assert_int_equal(lease->is.state, LEASE_BOUND);
	assert_true(lease->is.until == START + 60000);
	assert_true(client_is(lease->is.client, c));
	assert_int_equal(lease->is.mac_len, 6);
	assert_memory_equal(lease->is.mac, "\2\0\0\0\0\7", 6);
	assert_string_equal(lease->is.name, "pc1");
	assert_int_equal(lease->is.relay_len, 5);
	assert_memory_equal(lease->is.relay, "\1\3one", 5);
	free(c);
}

static void each_state_is_read_as_it_was(void **state)
{
	static const enum lease_state states[] = { LEASE_BOUND, LEASE_EXPIRED, LEASE_RELEASED,
						   LEASE_DECLINED };
	struct lab *l = *state;

	for (uint32_t i = 0; i < ARRAY_SIZE(states); i++)
		put(l, POOL + i, hardware(i), states[i],
		    lease_state_name(states[i])[0] == 'b' ? START + 5000 : START - 5000, NULL,
		    NULL);
	put(l, POOL + 9, NULL, LEASE_DECLINED, START + 9000, NULL, NULL); /* a probe's: nobody's */
	write_all(l);
	restart(l);
	assert_int_equal(l->rows, 5);
	for (uint32_t i = 0; i < ARRAY_SIZE(states); i++)
		assert_int_equal(leases_at(l->leases, POOL + i)->is.state, states[i]);
	assert_null(leases_at(l->leases, POOL + 9)->is.client);
}

static void a_lease_for_ever_has_no_end(void **state)
{
	struct lab *l = *state;

	put(l, POOL, hardware(7), LEASE_BOUND, NEVER, NULL, NULL);
	write_all(l);
	restart(l);
	assert_true(leases_at(l->leases, POOL)->is.until == NEVER);
}

static void the_later_change_is_what_stays(void **state)
{
	struct lab *l = *state;

	for (unsigned i = 1; i <= 10; i++) {
		put(l, POOL, hardware(i), LEASE_BOUND, START + i * 1000, NULL, NULL);
		write_all(l);
	}
	put(l, POOL, hardware(10), LEASE_RELEASED, START, NULL, NULL);
	write_all(l);
	restart(l);
	assert_int_equal(l->rows, 1);
	assert_int_equal(leases_at(l->leases, POOL)->is.state, LEASE_RELEASED);
}

static void every_kind_of_client_comes_back(void **state)
{
	struct lab *l = *state;
	uint8_t octets[255];
	struct client *clients[6];

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)i;
	clients[0] = client_new(true, octets, 255);
	clients[1] = client_new(true, "\0", 1);
	clients[2] = client_new(true, "printer", 7);
	clients[3] = hardware(1);
	clients[4] = client_new(false, octets, 17); /* htype 0, and 16 octets */
	clients[5] = client_new(false, "\6\1\2", 3);
	for (uint32_t i = 0; i < ARRAY_SIZE(clients); i++)
		put(l, POOL + i, client_copy(clients[i]), LEASE_BOUND, START + 1000, NULL, NULL);
	write_all(l);
	restart(l);
	for (uint32_t i = 0; i < ARRAY_SIZE(clients); i++) {
		char text[CLIENT_TEXT_LEN];
		struct client *again;

		assert_true(client_is(leases_at(l->leases, POOL + i)->is.client, clients[i]));
		client_format(clients[i], text);
		assert_true(strlen(text) < sizeof(text));
		again = client_parse(text);
		assert_true(client_is(again, clients[i]));
		free(again);
		free(clients[i]);
	}
}

static void clients_are_text_that_people_read(void **state)
{
	static const char *const bad[] = { "",		"mac",	   "mac ",     "id",
					   "id ",	"id 1",	   "id 0g",    "id 01:",
					   "mac 02:00", "x 01:02", "id 01 02", "id 01:02 ",
					   " id 01:02", "id 001",  "01:02" };
	struct client *c = hardware(7), *i = client_new(true, "\1\2", 2);
	char text[CLIENT_TEXT_LEN];

	(void)state;
	client_format(c, text);
	assert_string_equal(text, "mac 02:00:00:00:00:07");
	client_format(i, text);
	assert_string_equal(text, "id 01:02");
	free(c);
	free(i);
	for (size_t n = 0; n < ARRAY_SIZE(bad); n++) {
		c = client_parse(bad[n]);
		if (c && strncmp(bad[n], "mac 02", 6) != 0)
			fail_msg("<%s> is a client", bad[n]);
		free(c);
	}
}

static void ten_thousand_leases_are_written_at_once(void **state)
{
	struct lab *l = *state;

	leases_free(l->leases);
	config_free(l->config);
	{
		static const char text[] = "subnets: {10.0.0.0/16: {pool: 10.0.0.1-10.0.255.254}}";
		struct faults f = { .file = "dhcp.yml" };

		l->config = config_parse("dhcp.yml", text, strlen(text), &f);
		assert_int_equal(f.errors, 0);
	}
	l->leases = leases_new(l->config);
	for (uint32_t i = 0; i < 10000; i++) {
		uint8_t octets[] = { 1, 2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i };

		put(l, 0x0a000001 + i, client_new(false, octets, sizeof(octets)), LEASE_BOUND,
		    START + 1000, NULL, NULL);
	}
	write_all(l);
	restart(l);
	assert_int_equal(l->rows, 10000);
}

/* ---- who else is there ----------------------------------------------------------------------- */

static void expect_refused(const char *path, const char *word)
{
	char *why = NULL;
	struct store *st = store_open(path, &why);

	if (st)
		fail_msg("it was opened; %s was expected", word);
	assert_non_null(why);
	if (!strstr(why, word) || !strstr(why, path))
		fail_msg("%s", why);
	free(why);
}

static void a_running_server_holds_it_alone(void **state)
{
	struct lab *l = *state;
	char *why = NULL;
	struct store *reader;

	expect_refused(l->path, "in use by another dhcp-server");
	put(l, POOL, hardware(7), LEASE_BOUND, START + 1000, NULL, NULL);
	write_all(l);
	reader = store_open_to_read(l->path, &why);
	if (!reader)
		fail_msg("%s", why);
	read_anew(l, reader, START);
	assert_int_equal(l->rows, 1);
	store_close(reader);
}

static void what_is_not_there_cannot_be_read(void **state)
{
	struct lab *l = *state;
	char path[128], *why = NULL;

	snprintf(path, sizeof(path), "%s/copy.db", l->folder);
	assert_null(store_open_to_read(path, &why));
	assert_non_null(why);
	free(why);
	assert_int_equal(access(path, F_OK), -1);
	expect_refused("/nowhere/at/all.db", "cannot");
}

static void write_file(const char *path, const void *data, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static char *read_file(const char *path, size_t *len)
{
	char *data = malloc(1 << 22);
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_non_null(data);
	*len = fread(data, 1, 1 << 22, f);
	fclose(f);
	return data;
}

/* man: "A database that is damaged or was made by a newer version is refused, and not touched." */
static void garbage_is_refused_and_not_touched(void **state)
{
	struct lab *l = *state;
	char path[128], text[8192], *after;
	size_t len;

	snprintf(path, sizeof(path), "%s/copy.db", l->folder);
	memset(text, 'x', sizeof(text));
	write_file(path, text, sizeof(text));
	expect_refused(path, "cannot be read");
	after = read_file(path, &len);
	assert_int_equal(len, sizeof(text));
	assert_memory_equal(after, text, len);
	free(after);
}

static void execute(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	char *why = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	sqlite3_close(db);
}

static void a_newer_version_is_refused(void **state)
{
	struct lab *l = *state;

	put(l, POOL, hardware(7), LEASE_BOUND, START + 1000, NULL, NULL);
	write_all(l);
	store_close(l->store);
	l->store = NULL;
	execute(l->path, "pragma user_version = 99");
	expect_refused(l->path, "99");
	execute(l->path, "pragma user_version = 1");
	l->store = open_store(l);
	read_anew(l, l->store, START);
	assert_int_equal(l->rows, 1);
}

static void another_program_s_database_is_refused(void **state)
{
	struct lab *l = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/copy.db", l->folder);
	execute(path, "create table cookies(name text); insert into cookies values('x')");
	expect_refused(path, "something else");
	execute(path, "select name from cookies");
}

/* A page in the middle that is overwritten. */
static void a_damaged_database_is_refused(void **state)
{
	struct lab *l = *state;
	char zeros[4096] = { 0 };
	FILE *f;

	for (uint32_t i = 0; i < 100; i++)
		put(l, POOL + i, hardware(i), LEASE_BOUND, START + 1000, "a name that is long",
		    "relay");
	write_all(l);
	store_close(l->store);
	l->store = NULL;
	f = fopen(l->path, "r+");
	assert_non_null(f);
	fseek(f, 4096, SEEK_SET);
	memset(zeros, 0x5a, sizeof(zeros));
	assert_int_equal(fwrite(zeros, 1, sizeof(zeros), f), sizeof(zeros));
	fclose(f);
	expect_refused(l->path, "cannot be read");
}

/* What is on disk while the server runs is what is left when it is killed: the file and its log. */
static void a_killed_server_has_lost_nothing(void **state)
{
	static const char *const ends[] = { "", "-wal" };
	struct lab *l = *state;
	struct store *copy;
	char *why = NULL;

	for (uint32_t i = 0; i < 50; i++) {
		put(l, POOL + i, hardware(i), LEASE_BOUND, START + 1000, NULL, NULL);
		write_all(l);
	}
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		char from[128], to[128], *data;
		size_t len;

		snprintf(from, sizeof(from), "%s%s", l->path, ends[i]);
		snprintf(to, sizeof(to), "%s/copy.db%s", l->folder, ends[i]);
		data = read_file(from, &len);
		write_file(to, data, len);
		free(data);
	}
	snprintf(l->path, sizeof(l->path), "%s/copy.db", l->folder);
	copy = store_open(l->path, &why);
	if (!copy)
		fail_msg("%s", why);
	read_anew(l, copy, START);
	assert_int_equal(l->rows, 50);
	store_close(copy);
}

/* Rows that people have put in by hand, and what they may have got wrong. */
static void odd_rows_do_no_harm(void **state)
{
	struct lab *l = *state;

	store_close(l->store);
	execute(l->path,
		"insert into lease values('10.0.1.100', 'bound', 'id 01:02', NULL, 1700000060, NULL, NULL);"
		"insert into lease values('10.0.1.101', 'bound', 'nonsense', 'x', 1700000060, NULL, 'zz');"
		"insert into lease values('not an address', 'bound', 'id 01', NULL, 1, NULL, NULL);"
		"insert into lease values('10.0.1.102', 'odd', 'id 01:03', NULL, 1, NULL, NULL);"
		"insert into lease values('10.0.1.103', 'bound', 'id 01:04', NULL, -5, NULL, NULL);"
		"insert into lease values('10.0.1.104', 'bound', 'id 01:05', NULL, 9223372036854775807,"
		" NULL, NULL);"
		"insert into lease values('10.0.1.105', 'bound', 'id 01:06', NULL, 'soon', NULL, NULL);");
	l->store = open_store(l);
	read_anew(l, l->store, START);
	assert_int_equal(leases_at(l->leases, POOL)->is.state, LEASE_BOUND);
	assert_true(leases_at(l->leases, POOL)->is.until == START + 60000);
	leases_expire(l->leases, START);
}

static void nothing_is_written_by_a_reader(void **state)
{
	struct lab *l = *state;
	size_t count;
	char *why;
	struct store *reader = store_open_to_read(l->path, &why);
	struct lease *const *changes;

	assert_non_null(reader);
	put(l, POOL, hardware(1), LEASE_BOUND, START, NULL, NULL);
	changes = leases_changes(l->leases, &count);
	assert_false(store_write(reader, changes, count));
	assert_true(*store_error(reader));
	store_close(reader);
}

/* ---- bindings and counts --------------------------------------------------------------------- */

static char complaints[1024];

static void note(const char *name, const char *why)
{
	size_t len = strlen(complaints);

	snprintf(complaints + len, sizeof(complaints) - len, "%s: %s\n", name ? name : "-", why);
}

static void bindings_of_the_database_are_added(void **state)
{
	struct lab *l = *state;
	struct binding *b;

	*complaints = '\0';
	execute(l->path,
		"insert into static(address, mac, name) values('10.0.1.7', '02:00:00:00:00:07', 'printer');"
		"insert into static(address, client_id, name) values('10.0.1.8', '01:02', 'door');");
	assert_true(store_bindings(l->store, l->config, note));
	config_index(l->config);
	assert_string_equal(complaints, "");
	b = config_binding_at(l->config, 0x0a000107);
	assert_non_null(b);
	assert_true(b->has_mac && b->from_database);
	assert_string_equal(b->name, "printer");
	b = config_binding_at(l->config, 0x0a000108);
	assert_non_null(b);
	assert_int_equal(b->client_id_len, 2);
}

static void a_binding_that_cannot_be_used_is_told(void **state)
{
	struct lab *l = *state;

	*complaints = '\0';
	execute(l->path,
		"insert into static(address, mac, name) values('10.9.9.9', '02:00:00:00:00:07', 'far');"
		"insert into static(address, mac, name) values('10.0.1.9', 'xx', 'no mac');"
		"insert into static(address, name) values('10.0.1.10', 'nobody');"
		"insert into static(address, mac, name) values('here', '02:00:00:00:00:08', 'nowhere');"
		"insert into static(address, mac, name) values('10.0.1.11', '02:00:00:00:00:09', 'good');");
	assert_true(store_bindings(l->store, l->config, note));
	config_index(l->config);
	assert_non_null(strstr(complaints, "10.9.9.9: "));
	assert_non_null(strstr(complaints, "10.0.1.9: "));
	assert_non_null(strstr(complaints, "10.0.1.10: "));
	assert_null(strstr(complaints, "10.0.1.11"));
	assert_non_null(config_binding_at(l->config, 0x0a00010b));
	assert_null(config_binding_at(l->config, 0x0a000109));
	assert_int_equal(l->config->binding_count, 1);
}

static int count_row(void *arg, int columns, char **values, char **names)
{
	(void)columns;
	(void)names;
	*(int *)arg = atoi(values[0]);
	return 0;
}

static int rows_of(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	int n = -1;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, count_row, &n, NULL), SQLITE_OK);
	sqlite3_close(db);
	return n;
}

/* man: "Those of the configuration have the origin file and are written anew each time it is
 * read." */
static void bindings_of_the_file_are_written_anew(void **state)
{
	struct lab *l = *state;
	struct dhcp_config *c =
		config_of("static: {a: {mac: '02:00:00:00:00:01', address: 10.0.1.21},\n"
			  "         b: {client-id: door, address: 10.0.1.22}}\n");

	assert_true(store_bindings(l->store, c, note));
	assert_int_equal(rows_of(l->path, "select count(*) from static where origin = 'file'"), 2);
	config_free(c);
	c = config_of("static: {b: {client-id: door, address: 10.0.1.22}}\n");
	assert_true(store_bindings(l->store, c, note));
	assert_int_equal(rows_of(l->path, "select count(*) from static where origin = 'file'"), 1);
	config_free(c);
}

static void counts_are_written_and_read(void **state)
{
	struct lab *l = *state;
	struct counts counts, again = { 0 };

	for (unsigned i = 0; i < COUNT_COUNT; i++)
		counts.n[i] = i * 1000003ull;
	assert_true(store_write_counts(l->store, &counts));
	assert_true(store_write_counts(l->store, &counts));
	assert_true(store_read_counts(l->store, &again));
	assert_memory_equal(&counts, &again, sizeof(counts));
	for (unsigned i = 0; i < COUNT_COUNT; i++)
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(count_name((enum count)i),
						count_name((enum count)j));
}

/* ---- octets as text -------------------------------------------------------------------------- */

static void octets_are_text_and_back(void **state)
{
	uint8_t octets[64], again[64];
	char text[3 * 64 + 1], *hex;

	(void)state;
	srand(4);
	for (size_t len = 0; len <= sizeof(octets); len++) {
		size_t n;
		uint8_t *back;

		for (size_t i = 0; i < len; i++)
			octets[i] = (uint8_t)rand();
		octets_format(octets, len, text);
		assert_int_equal(strlen(text), len ? 3 * len - 1 : 0);
		assert_int_equal(octets_parse(text, again, sizeof(again)), len);
		assert_memory_equal(octets, again, len);
		hex = hex_format(octets, len);
		if (!len) {
			assert_null(hex);
			continue;
		}
		assert_int_equal(strlen(hex), 2 * len);
		back = hex_parse(hex, &n);
		assert_int_equal(n, len);
		assert_memory_equal(back, octets, len);
		free(back);
		free(hex);
	}
}

static void what_is_no_octets_is_refused(void **state)
{
	static const char *const bad[] = { "",	  "0",	  "0g",	   "00:",    ":00", "00::00",
					   "000", "00:0", "00 00", "00:00 ", "+1",  "0x" };
	uint8_t octets[8];
	size_t len;

	(void)state;
	assert_int_equal(octets_parse(NULL, octets, sizeof(octets)), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (octets_parse(bad[i], octets, sizeof(octets)) != 0)
			fail_msg("<%s> is octets", bad[i]);
	assert_int_equal(octets_parse("00:01:02", octets, 2), 0); /* no room */
	assert_int_equal(octets_parse("0a:ff", octets, 2), 2);
	assert_memory_equal(octets, "\12\377", 2);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		uint8_t *p;

		p = hex_parse(bad[i], &len); /* what is good of it, or nothing */
		assert_true(len <= strlen(bad[i]) / 2);
		free(p);
	}
	len = 7;
	assert_null(hex_parse(NULL, &len));
	assert_int_equal(len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_written_is_read, make_lab, free_lab),
		cmocka_unit_test_setup_teardown(each_state_is_read_as_it_was, make_lab, free_lab),
		cmocka_unit_test_setup_teardown(a_lease_for_ever_has_no_end, make_lab, free_lab),
		cmocka_unit_test_setup_teardown(the_later_change_is_what_stays, make_lab, free_lab),
		cmocka_unit_test_setup_teardown(every_kind_of_client_comes_back, make_lab,
						free_lab),
		cmocka_unit_test_setup_teardown(clients_are_text_that_people_read, make_lab,
						free_lab),
		cmocka_unit_test_setup_teardown(ten_thousand_leases_are_written_at_once, make_lab,
						free_lab),
		cmocka_unit_test_setup_teardown(a_running_server_holds_it_alone, make_lab,
						free_lab),
		cmocka_unit_test_setup_teardown(what_is_not_there_cannot_be_read, make_lab,
						free_lab),
		cmocka_unit_test_setup_teardown(garbage_is_refused_and_not_touched, make_lab,
						free_lab),
		cmocka_unit_test_setup_teardown(a_newer_version_is_refused, make_lab, free_lab),
		cmocka_unit_test_setup_teardown(another_program_s_database_is_refused, make_lab,
						free_lab),
		cmocka_unit_test_setup_teardown(a_damaged_database_is_refused, make_lab, free_lab),
		cmocka_unit_test_setup_teardown(a_killed_server_has_lost_nothing, make_lab,
						free_lab),
		cmocka_unit_test_setup_teardown(odd_rows_do_no_harm, make_lab, free_lab),
		cmocka_unit_test_setup_teardown(nothing_is_written_by_a_reader, make_lab, free_lab),
		cmocka_unit_test_setup_teardown(bindings_of_the_database_are_added, make_lab,
						free_lab),
		cmocka_unit_test_setup_teardown(a_binding_that_cannot_be_used_is_told, make_lab,
						free_lab),
		cmocka_unit_test_setup_teardown(bindings_of_the_file_are_written_anew, make_lab,
						free_lab),
		cmocka_unit_test_setup_teardown(counts_are_written_and_read, make_lab, free_lab),
		cmocka_unit_test_setup_teardown(octets_are_text_and_back, make_lab, free_lab),
		cmocka_unit_test_setup_teardown(what_is_no_octets_is_refused, make_lab, free_lab),
	};

	return cmocka_run_group_tests_name("dhcp store", tests, NULL, NULL);
}
