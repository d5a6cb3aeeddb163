/* SPDX-License-Identifier: MIT */
/*
 * Leases, static bindings and counts on disk: an SQLite database, which people read with sqlite3(1)
 * while the server runs. A change is on disk when store_write() says so: SQLite syncs its log once
 * for all changes of a call.
 */
#ifndef VETHLAB_DHCP_STORE_H
#define VETHLAB_DHCP_STORE_H

#include <stdbool.h>

#include "count.h"
#include "lease.h"

struct store;

/* store_open() - makes the database if it is not there; NULL: `*why` says what is wrong, and what
 * helps. The caller frees that. A server that runs holds it alone. */
struct store *store_open(const char *path, char **why);

/* store_open_to_read() - while a server may be using it */
struct store *store_open_to_read(const char *path, char **why);
void store_close(struct store *st);

/* Each is false when the database does not do it, for the reason of store_error(). */
const char *store_error(const struct store *st);

/* store_write() - all of them by one transaction, or none; true: they are on the disk */
bool store_write(struct store *st, struct lease *const *changes, size_t count);
bool store_write_counts(struct store *st, const struct counts *counts);
bool store_read_counts(struct store *st, struct counts *counts);

/* store_read_leases() - each row to `fn`, which may take over what the record points to. Times are
 * those of `now`'s clock: Unix time in milliseconds. */
typedef void store_lease_fn(void *arg, uint32_t address, struct record *r);
bool store_read_leases(struct store *st, uint64_t now, store_lease_fn *fn, void *arg);

/* store_bindings() - adds those of the database to the configuration, and writes those of the file
 * into the database. What cannot be used of the database is said to `log`. */
bool store_bindings(struct store *st, struct dhcp_config *c,
		    void (*log)(const char *address, const char *why));

/* client_format() - "mac 02:00:00:00:00:07", "id 01:02": who a client is, as text */
#define CLIENT_TEXT_LEN (3 * 256 + 8)
void client_format(const struct client *c, char text[CLIENT_TEXT_LEN]);
struct client *client_parse(const char *text); /* for the caller to free; NULL: it is none */

#endif
