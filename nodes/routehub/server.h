/* SPDX-License-Identifier: MIT */
/*
 * The server's table and its clients, without sockets and clock. It keeps every owner of every
 * address, and tells each client exactly when the answer to "does somebody else own it" changes for
 * that client: so a refused deletion goes nowhere, a second owner counts when the first one leaves,
 * and nothing is echoed.
 */
#ifndef VETHLAB_ROUTEHUB_SERVER_H
#define VETHLAB_ROUTEHUB_SERVER_H

#include <sys/queue.h>

#include "feed.h"
#include "nodes/common/datagrams.h"
#include "nodes/common/prefix_map.h"
#include "whole.h"

enum hub_speech { SPEAKS_PLAIN, SPEAKS_EXTENDED, SPEAKS_AUTHENTICATED };

struct hub_owner {
	LIST_ENTRY(hub_owner) of_client;
	struct hub_owner *next; /* of the same address */
	struct hub_client *client;
	struct hub_entry *entry;
	uint64_t heard;
	uint32_t mentioned; /* by which replay of the client, whole.h */
};

struct hub_entry {
	struct prefix prefix;
	bool barred;		  /* of this machine itself: it is remembered, and nothing more */
	struct hub_owner *owners; /* the first one is the next hop */
	uint64_t made;
};

struct hub_client {
	LIST_ENTRY(hub_client) entry;
	uint32_t address, ours; /* its own; that which it speaks to, 0: any */
	uint16_t port;
	bool is_signed, is_extended;
	bool repeats; /* a plain one that says its additions again: they may age */
	uint32_t id;  /* of its HELLO; 0: none */
	uint64_t heard;
	LIST_HEAD(, hub_owner) owned;
	size_t owned_count;
	uint32_t up;	    /* digest of what it owns */
	uint32_t down;	    /* digest of what it should have been told */
	struct whole whole; /* what its replays say */
	unsigned new_ids;   /* in this interval */
	unsigned errors;    /* unreachable, so often since it was heard */
	uint64_t error_at, probe_at;
	unsigned unheard; /* HELLOs in a row without a sign that it hears us */
	struct feed feed;
	struct hub_session session;
};

/* What is remembered of a signed client that has gone, so that nobody brings its datagrams
 * again. */
struct hub_past {
	uint32_t id, address;
	uint16_t port;
	struct hub_session session;
};
#define HUB_PAST_COUNT 4096

struct server_io {
	/* the route to this address, by way of next_hop; 0: there is none any more */
	void (*install)(void *arg, uint32_t address, uint32_t next_hop);
	void (*send)(void *arg, const struct hub_client *c, const uint8_t *data, size_t len);
	bool (*is_ours)(void *arg, uint32_t address); /* of this machine, or a broadcast address */
	void (*dropped)(void *arg, uint32_t from, enum hub_count why);
	void *arg;
};

struct server_config {
	uint64_t interval_ms;
	bool plain_only;
	size_t max_clients;
	struct hub_key key;
};

struct server {
	struct server_config config;
	struct server_io io;
	struct prefix_map *table;
	LIST_HEAD(, hub_client) clients;
	struct hub_client **by_address; /* sorted */
	size_t client_count;
	uint32_t id;
	uint32_t epoch, begun_s; /* of the latest session; the time of day at the start */
	uint64_t begun;
	struct hub_past *past; /* the last HUB_PAST_COUNT of them */
	uint64_t past_count;
	uint64_t next_round;
	uint64_t received, sent, counts[HUB_COUNT_COUNT];
};

/* route_server_new() - `id` is not 0 and new at each start; `epoch` is the time of day in
 * seconds */
struct server *route_server_new(const struct server_config *c, const struct server_io *io,
				uint32_t id, uint32_t epoch, uint64_t now);
void route_server_free(struct server *s);

/* route_server_input() - a datagram that came to the address `to` */
void route_server_input(struct server *s, const struct datagram_in *in, uint64_t now);

/* route_server_unreachable() - the network said that nobody listens there (ICMP) */
void route_server_unreachable(struct server *s, uint32_t address, uint16_t port, uint64_t now);

/* route_server_lost() - datagrams were dropped on their way to us: everybody is asked at once */
void route_server_lost(struct server *s);

/* route_server_work() - what is due; the time of the next one */
uint64_t route_server_work(struct server *s, uint64_t now);

/* route_server_pump() - sends a little to each client; true: there is more */
bool route_server_pump(struct server *s);

/* route_server_stop() - each client is told that nothing is reached by way of us any more */
void route_server_stop(struct server *s);

void route_server_reinstall(struct server *s); /* each route once more: the links have changed */

#endif
