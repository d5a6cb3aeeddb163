/* SPDX-License-Identifier: MIT */
/*
 * A client's table, without sockets and clock. An address is there because this node announces it,
 * because a local sender does, or because the server has told of it; the first two are announced to
 * the server, and nothing that came from the server ever goes back to it.
 */
#ifndef VETHLAB_ROUTEHUB_CLIENT_H
#define VETHLAB_ROUTEHUB_CLIENT_H

#include "feed.h"
#include "nodes/common/datagrams.h"
#include "nodes/common/prefix_map.h"
#include "whole.h"

enum client_source { FROM_NOBODY, FROM_LOCAL, FROM_SENDER, FROM_SERVER };

struct client_entry {
	struct prefix prefix;
	enum client_source source; /* who has the entry */
	bool by_server;	 /* the server has told of it, whoever has the entry, if anybody has */
	bool repeats;	 /* its sender does: it may age */
	uint32_t sender; /* of FROM_SENDER */
	uint16_t sender_port;
	uint32_t mentioned; /* by which replay of the server, whole.h */
	uint64_t made;
	uint64_t heard; /* from the sender, or the server */
};

struct client_io {
	/* the route to this address, by way of next_hop; 0: there is none any more */
	void (*install)(void *arg, uint32_t address, uint32_t next_hop);
	void (*send)(void *arg, const uint8_t *data, size_t len); /* to the server */
	bool (*is_ours)(void *arg, uint32_t address); /* of this machine, or a broadcast address */
	void (*dropped)(void *arg, uint32_t from, enum hub_count why);
	void *arg;
};

struct client_config {
	uint32_t server;
	uint16_t server_port;
	uint64_t interval_ms;
	bool plain_only;
	struct hub_key key;
};

struct client {
	struct client_config config;
	struct client_io io;
	struct prefix_map *table;
	uint32_t id;	    /* of our HELLO */
	uint32_t server_id; /* of the server's; 0: it has said none, and is plain */
	bool server_repeats;
	uint64_t server_heard, next_round;
	unsigned errors; /* it was unreachable, so often since it was heard */
	uint64_t error_at;
	uint32_t up;	    /* digest of what we announce */
	uint32_t down;	    /* digest of what the server has told */
	struct whole whole; /* what its replays say */
	struct feed feed;
	struct hub_session session;
	uint64_t received, sent, counts[HUB_COUNT_COUNT];
};

/* route_client_open() - `id` is not 0 and new at each start; `epoch` is the time of day in
 * seconds */
struct client *route_client_open(const struct client_config *c, const struct client_io *io,
				 uint32_t id, uint32_t epoch, uint64_t now);
void route_client_close(struct client *c);

/* route_client_announce(), route_client_withdraw() - by this node itself; false: no address of a
 * host, or none that it has announced */
bool route_client_announce(struct client *c, uint32_t address, uint64_t now);
bool route_client_withdraw(struct client *c, uint32_t address, uint64_t now);

/* route_client_input() - a datagram of the server, or of anybody else, who is a local sender */
void route_client_input(struct client *c, const struct datagram_in *in, uint64_t now);
void route_client_lost(struct client *c); /* datagrams were dropped on their way to us */
void route_client_unreachable(struct client *c,
			      uint64_t now); /* nobody listens at the server's port (ICMP) */

/* route_client_work() - what is due; the time of the next one */
uint64_t route_client_work(struct client *c, uint64_t now);

/* route_client_pump() - sends a little; true: there is more */
bool route_client_pump(struct client *c);
void route_client_stop(struct client *c); /* the server is told that all is withdrawn */

/* route_client_reinstall() - each route once more: the links have changed */
void route_client_reinstall(struct client *c);

#endif
