/* SPDX-License-Identifier: MIT */
/*
 * The daemon around the server's core. In each turn of its loop what waits is read and served, in
 * memory; then all leases that have changed are written by one transaction; then the answers leave.
 * If the disk does not take them, nothing has happened: memory goes back to where it was, and
 * clients ask again.
 */
#ifndef VETHLAB_DHCP_DHCPD_H
#define VETHLAB_DHCP_DHCPD_H

#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "server.h"
#include "store.h"
#include "wire.h"

struct dhcpd {
	const char *db_file;
	struct loop *loop;
	struct dhcp_config *config;
	struct leases *leases;
	struct store *store;
	struct server *server;
	struct wire *wires;
	struct server_iface *ifaces;
	size_t wire_count;
	uint32_t *addresses; /* of this machine */
	size_t address_count;
	struct wire_watch *watches;
	struct wire routed; /* to relays, and to clients behind them */
	int icmp;
	struct watch *icmp_readable, *timer, *counts_timer, *hangup, *usr1;
	struct counts counts, written;
	int64_t clock_offset; /* of Unix time to the monotonic clock, in ms */
	struct log_limit talk, complaint, trouble;
};

/* ---- dhcpd_turn.c ---- */

/* dhcpd_now() - Unix time as it was at the start, in ms, and from there on by a clock that nobody
 * sets */
uint64_t dhcpd_now(const struct dhcpd *d);

/* dhcpd_finish_turn() - RFC 2131, 2.1: what is acknowledged is on stable storage. False: it could
 * not be written, and nobody is answered. */
bool dhcpd_finish_turn(struct dhcpd *d);

/* dhcpd_on_turn() - writes, sends and does what is due, until nothing is left; sets the timer */
void dhcpd_on_turn(void *dhcpd);

/* dhcpd_write_counts() - if they have changed */
void dhcpd_write_counts(struct dhcpd *d);

/* ---- dhcpd_wires.c ---- */

/* dhcpd_open_wires() - ends the program where one cannot be opened */
void dhcpd_open_wires(struct dhcpd *d, char **names, size_t count);
void dhcpd_watch_wires(struct dhcpd *d);
void dhcpd_close_wires(struct dhcpd *d);

#endif
