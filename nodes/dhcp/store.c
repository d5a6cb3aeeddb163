/* SPDX-License-Identifier: MIT */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "nodes/common/mem.h"
#include "store_text.h"

#define VERSION_OF_TABLES "1"
#define APPLICATION_ID	  "1986359394" /* "vetb" */
#define LOG_LEN		  (8 << 20)    /* as many pages as come between two checkpoints */
#define BUSY_MS		  200	       /* how long somebody else may hold the database */

struct store {
	sqlite3 *db;
	sqlite3_stmt *put, *count;
	int lock;
	char error[256]; /* of the last transaction that failed */
};

/* "expires" is when a lease or a quarantine ends, or when an address became free: Unix time. */
static const char tables[] =
	"begin;"
	"create table lease(address text primary key, state text not null, client text, mac text,"
	" expires integer, name text, relay text) without rowid;"
	/* address stands first in the key: SQLite 3.40's quick_check takes it for NULL elsewhere */
	"create table static(address text not null, mac text, client_id text, name text,"
	" origin text not null default 'database', primary key(address, origin)) without rowid;"
	"create table counter(name text primary key, count integer not null) without rowid;"
	"pragma application_id = " APPLICATION_ID ";"
	"pragma user_version = " VERSION_OF_TABLES ";"
	"commit;";

/* The log of changes takes the sync: a checkpoint of it comes seldom. Little is kept in memory, for
 * the leases are there already. */
static const char habits[] = "pragma journal_mode = wal;"
			     "pragma synchronous = full;"
			     "pragma wal_autocheckpoint = 2000;"
			     "pragma cache_size = -256;";

const char *store_error(const struct store *st)
{
	return st->error[0] ? st->error : sqlite3_errmsg(st->db);
}

static bool run(struct store *st, const char *sql)
{
	return sqlite3_exec(st->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* prepare() - NULL: the database does not do it */
static sqlite3_stmt *prepare(struct store *st, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	return sqlite3_prepare_v2(st->db, sql, -1, &stmt, NULL) == SQLITE_OK ? stmt : NULL;
}

/* end() - commits what went well; else undoes it, and keeps the words for why */
static bool end(struct store *st, bool good)
{
	if (good && run(st, "commit"))
		return true;
	snprintf(st->error, sizeof(st->error), "%s", sqlite3_errmsg(st->db));
	if (!sqlite3_get_autocommit(st->db))
		run(st, "rollback");
	return false;
}

/* ---- open ------------------------------------------------------------------------------------ */

/* value_of() - the one value that a statement gives, as a line of text that the caller frees; or
 * NULL */
static char *value_of(struct store *st, const char *sql)
{
	sqlite3_stmt *stmt = prepare(st, sql);
	char *text = NULL;

	if (stmt && sqlite3_step(stmt) == SQLITE_ROW)
		text = xstrdup((const char *)sqlite3_column_text(stmt, 0) ?: "");
	sqlite3_finalize(stmt);
	for (char *c = text; c && *c; c++)
		if (*c == '\n')
			*c = ' ';
	return text;
}

/* judge() - is it a database of ours, and whole? An empty one is: it was made just now. NULL: yes;
 * else why not, for the caller to free. */
static char *judge(struct store *st, const char *path, bool *empty)
{
	auto_free char *check = value_of(st, "pragma quick_check(1)");
	auto_free char *id = check ? value_of(st, "pragma application_id") : NULL;
	auto_free char *version = id ? value_of(st, "pragma user_version") : NULL;
	auto_free char *any = version ? value_of(st, "select count(*) from sqlite_schema") : NULL;

	if (!any || strcmp(check, "ok") != 0)
		return xasprintf(
			"%s cannot be read as a database of leases: %s; put back a copy of "
			"it, or move it away: then a new one is begun",
			path, any ? check : store_error(st));
	*empty = strcmp(any, "0") == 0;
	if (*empty && strcmp(version, "0") == 0)
		return NULL;
	if (strcmp(id, APPLICATION_ID) != 0)
		return xasprintf(
			"%s is a database of something else; choose another file with --db", path);
	if (strcmp(version, VERSION_OF_TABLES) != 0)
		return xasprintf(
			"%s has tables of version %s, this dhcp-server knows version %s; use a "
			"newer one, or another file with --db",
			path, version, VERSION_OF_TABLES);
	return NULL;
}

/* lengthen_log() - SQLite's log of changes gets its length at once. Where each commit made it
 * longer, its sync would wait for the file system's journal, and not for its own octets alone:
 * measured, a millisecond and more instead of a tenth. In memory there is nothing to gain. */
static void lengthen_log(const char *path)
{
	static const char zeroes[65536];
	auto_free char *name = xasprintf("%s-wal", path);
	auto_close int fd = open(name, O_WRONLY | O_CLOEXEC);
	struct statfs fs;
	off_t at = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);

	if (fd < 0 || at < 0 || fstatfs(fd, &fs) < 0 || fs.f_type == TMPFS_MAGIC)
		return;
	for (; at < LOG_LEN; at += (off_t)sizeof(zeroes))
		if (pwrite(fd, zeroes, sizeof(zeroes), at) < 0)
			return; /* no room is no fault: what is written later says so itself */
	fsync(fd);
}

/* open_database() - NULL; or why not, for the caller to free */
static char *open_database(struct store *st, const char *path, int flags)
{
	char *why = NULL;
	bool empty = false;

	if (sqlite3_open_v2(path, &st->db, flags, NULL) != SQLITE_OK)
		return xasprintf("cannot open %s: %s", path, store_error(st));
	sqlite3_busy_timeout(st->db, BUSY_MS);
	why = judge(st, path, &empty);
	if (why || (flags & SQLITE_OPEN_READONLY))
		return why;
	if ((empty && !run(st, tables)) || !run(st, habits))
		return xasprintf("cannot prepare %s: %s", path, store_error(st));
	st->put = prepare(st, "insert or replace into lease values(?, ?, ?, ?, ?, ?, ?)");
	st->count = prepare(st, "insert or replace into counter values(?, ?)");
	if (!st->put || !st->count)
		return xasprintf("cannot use %s: %s", path, store_error(st));
	lengthen_log(path);
	return NULL;
}

/* lock() - a file of its own: a lock on the database itself would get in SQLite's way. NULL, or why
 * not. */
static char *lock(struct store *st, const char *path)
{
	auto_free char *name = xasprintf("%s.lock", path);

	st->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (st->lock < 0)
		return xasprintf("cannot make %s: %s", name, strerror(errno));
	if (flock(st->lock, LOCK_EX | LOCK_NB) == 0)
		return NULL;
	return errno == EWOULDBLOCK ? xasprintf("%s is in use by another dhcp-server", path)
				    : xasprintf("cannot lock %s: %s", name, strerror(errno));
}

struct store *store_open(const char *path, char **why)
{
	struct store *st = xcalloc(1, sizeof(*st));

	st->lock = -1;
	*why = lock(st, path);
	if (!*why)
		*why = open_database(st, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	if (!*why)
		return st;
	store_close(st);
	return NULL;
}

struct store *store_open_to_read(const char *path, char **why)
{
	struct store *st = xcalloc(1, sizeof(*st));

	st->lock = -1;
	*why = open_database(st, path, SQLITE_OPEN_READONLY);
	if (!*why)
		return st;
	store_close(st);
	return NULL;
}

void store_close(struct store *st)
{
	if (!st)
		return;
	sqlite3_finalize(st->put);
	sqlite3_finalize(st->count);
	sqlite3_close(st->db);
	cleanup_close(&st->lock);
	free(st);
}

/* ---- write ----------------------------------------------------------------------------------- */

static void bind_text(sqlite3_stmt *stmt, int column, const char *text)
{
	if (text)
		sqlite3_bind_text(stmt, column, text, -1, SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(stmt, column);
}

/* step() - of a statement that gives no rows, which is ready for its next values then */
static bool step(sqlite3_stmt *stmt)
{
	bool done = sqlite3_step(stmt) == SQLITE_DONE;

	return sqlite3_reset(stmt) == SQLITE_OK && done;
}

/* put_lease() - times are rounded up: nothing ends earlier on the disk */
static bool put_lease(struct store *st, const struct lease *l)
{
	char address[IP4_TEXT_LEN], client[CLIENT_TEXT_LEN] = "", mac[3 * 16 + 1];
	auto_free char *relay = hex_format(l->is.relay, l->is.relay_len);

	bind_text(st->put, 1, ip4_format(l->address, address));
	bind_text(st->put, 2, lease_state_name(l->is.state));
	if (l->is.client)
		client_format(l->is.client, client);
	bind_text(st->put, 3, *client ? client : NULL);
	octets_format(l->is.mac, l->is.mac_len, mac);
	bind_text(st->put, 4, *mac ? mac : NULL);
	if (l->is.until == NEVER)
		sqlite3_bind_null(st->put, 5);
	else
		sqlite3_bind_int64(st->put, 5, (sqlite3_int64)((l->is.until + 999) / 1000));
	bind_text(st->put, 6, l->is.name);
	bind_text(st->put, 7, relay);
	return step(st->put);
}

/* An offer, and an address that nobody had, are no news for the disk. */
bool store_write(struct store *st, struct lease *const *changes, size_t count)
{
	bool good = run(st, "begin immediate");

	for (size_t i = 0; good && i < count; i++)
		if (changes[i]->is.state != LEASE_OFFERED && changes[i]->is.state != LEASE_FREE)
			good = put_lease(st, changes[i]);
	return end(st, good);
}

bool store_write_counts(struct store *st, const struct counts *counts)
{
	bool good = run(st, "begin immediate");

	for (int i = 0; good && i < COUNT_COUNT; i++) {
		bind_text(st->count, 1, count_name((enum count)i));
		sqlite3_bind_int64(st->count, 2, (sqlite3_int64)counts->n[i]);
		good = step(st->count);
	}
	return end(st, good);
}

/* ---- read ------------------------------------------------------------------------------------ */

/* column() - as text, good until the next row; NULL: nothing is there */
static const char *column(sqlite3_stmt *stmt, int i)
{
	return (const char *)sqlite3_column_text(stmt, i);
}

bool store_read_counts(struct store *st, struct counts *counts)
{
	sqlite3_stmt *stmt = prepare(st, "select name, count from counter");
	int result = stmt ? SQLITE_ROW : SQLITE_ERROR;

	*counts = (struct counts){ 0 };
	while (stmt && (result = sqlite3_step(stmt)) == SQLITE_ROW)
		for (int i = 0; i < COUNT_COUNT; i++)
			if (strcmp(count_name((enum count)i), column(stmt, 0) ?: "") == 0)
				counts->n[i] = (uint64_t)sqlite3_column_int64(stmt, 1);
	sqlite3_finalize(stmt);
	return result == SQLITE_DONE;
}

/* take_row() - a lease that has ended meanwhile has expired; false: a row that makes no sense is
 * left alone. The caller frees the record either way. */
static bool take_row(sqlite3_stmt *stmt, uint64_t now, uint32_t *address, struct record *r)
{
	const char *client = column(stmt, 2);

	*r = (struct record){ .until = NEVER };
	if (!ip4_parse(address, column(stmt, 0) ?: "") ||
	    !lease_state_parse(&r->state, column(stmt, 1) ?: ""))
		return false;
	if (sqlite3_column_type(stmt, 4) != SQLITE_NULL)
		r->until = (uint64_t)sqlite3_column_int64(stmt, 4) * 1000;
	r->client = client ? client_parse(client) : NULL;
	r->mac_len = (uint8_t)octets_parse(column(stmt, 3), r->mac, sizeof(r->mac));
	r->name = column(stmt, 5) ? xstrdup(column(stmt, 5)) : NULL;
	r->relay = hex_parse(column(stmt, 6), &r->relay_len);
	if (r->state == LEASE_BOUND && r->until <= now)
		r->state = LEASE_EXPIRED;
	return true;
}

bool store_read_leases(struct store *st, uint64_t now, store_lease_fn *fn, void *arg)
{
	sqlite3_stmt *stmt = prepare(st, "select address, state, client, mac, expires, name, relay"
					 " from lease");
	int result = stmt ? SQLITE_ROW : SQLITE_ERROR;

	while (stmt && (result = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct record r;
		uint32_t address;

		if (take_row(stmt, now, &address, &r))
			fn(arg, address, &r);
		record_free(&r);
	}
	sqlite3_finalize(stmt);
	return result == SQLITE_DONE;
}

/* ---- static bindings ------------------------------------------------------------------------- */

/* binding_from() - a row; NULL: `*why` */
static struct binding *binding_from(sqlite3_stmt *stmt, const char **why)
{
	struct binding *b = xcalloc(1, sizeof(*b));
	const char *mac = column(stmt, 1), *id = column(stmt, 2), *name = column(stmt, 3);

	*why = NULL;
	b->name = xstrdup(name ? name : column(stmt, 0) ?: "");
	if (!ip4_parse(&b->address, column(stmt, 0) ?: ""))
		*why = "its address is no IPv4 address";
	b->has_mac = mac && mac_parse(&b->mac, mac);
	if (mac && !b->has_mac)
		*why = "its mac is no MAC address";
	if (id && strlen(id) <= 255)
		client_id_parse(id, &b->client_id, &b->client_id_len);
	if (!*why)
		return b;
	binding_free(b);
	return NULL;
}

static bool read_bindings(struct store *st, struct dhcp_config *c,
			  void (*log)(const char *name, const char *why))
{
	sqlite3_stmt *stmt = prepare(st, "select address, mac, client_id, name from static"
					 " where origin = 'database'");
	int result = stmt ? SQLITE_ROW : SQLITE_ERROR;

	while (stmt && (result = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *why;
		struct binding *b = binding_from(stmt, &why);

		if (!b || !config_bind(c, b, &why))
			log(column(stmt, 0) ?: "", why);
	}
	sqlite3_finalize(stmt);
	config_index(c);
	return result == SQLITE_DONE;
}

static bool write_binding(sqlite3_stmt *stmt, const struct binding *b)
{
	char address[IP4_TEXT_LEN], mac[MAC_TEXT_LEN], id[3 * 256];

	bind_text(stmt, 1, ip4_format(b->address, address));
	bind_text(stmt, 2, b->has_mac ? mac_format(&b->mac, mac) : NULL);
	if (b->client_id)
		octets_format(b->client_id, b->client_id_len, id);
	bind_text(stmt, 3, b->client_id ? id : NULL);
	bind_text(stmt, 4, b->name);
	return step(stmt);
}

/* write_bindings() - those of the file, in place of those of an earlier one */
static bool write_bindings(struct store *st, const struct dhcp_config *c)
{
	sqlite3_stmt *stmt = prepare(st, "insert into static values(?, ?, ?, ?, 'file')");
	bool good = stmt && run(st, "begin immediate; delete from static where origin = 'file'");

	for (size_t i = 0; good && i < c->binding_count; i++)
		if (!c->bindings[i]->from_database)
			good = write_binding(stmt, c->bindings[i]);
	sqlite3_finalize(stmt);
	return end(st, good);
}

bool store_bindings(struct store *st, struct dhcp_config *c,
		    void (*log)(const char *name, const char *why))
{
	return read_bindings(st, c, log) && write_bindings(st, c);
}
