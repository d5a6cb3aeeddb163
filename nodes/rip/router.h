/* SPDX-License-Identifier: MIT */
/*
 * A RIP router without sockets and clock: packets, interfaces and `now` in milliseconds come in;
 * what is to be sent and what the kernel should have goes out by struct router_io. RFC 2453.
 */
#ifndef VETHLAB_RIP_ROUTER_H
#define VETHLAB_RIP_ROUTER_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "auth.h"
#include "counts.h"
#include "nodes/common/inet.h"
#include "nodes/common/prefix_map.h"
#include "settings.h"

#define NEVER UINT64_MAX

struct router;

/* ---- interfaces and neighbours --------------------------------------------------------------- */

struct network {
	uint32_t address, broadcast; /* ours in it */
	uint32_t network; /* an address in it: the other end's, on a point-to-point link */
	unsigned len;
};

struct rip_iface {
	unsigned index;
	char name[IFNAMSIZ];
	bool up; /* with a carrier and an address */
	struct network *networks;
	size_t network_count;
	const struct rip_settings *settings;
	uint64_t ask_again; /* a neighbour may have been deaf to the first request; NEVER */
	unsigned asked;	    /* so often since it came up */
	uint64_t sent, received;
	LIST_ENTRY(rip_iface) entry;
};

struct rip_neighbour {
	struct prefix address; /* /32 */
	unsigned ifindex;
	uint64_t bit; /* its own in rip_route.alive_at; 0: there are too many of them */
	uint8_t version;
	uint64_t heard;
	uint64_t bad_packets, bad_entries;
	uint32_t sequence; /* of RFC 4822, the last one */
};

/* ---- routes ---------------------------------------------------------------------------------- */

enum rip_origin {
	ORIGIN_LEARNED,
	ORIGIN_CONNECTED,
	ORIGIN_STATIC,
	ORIGIN_ANNOUNCED,
	ORIGIN_AGGREGATE
};

/* One way of a learned route: who announced it, and who gets the packets. */
struct rip_path {
	TAILQ_ENTRY(rip_path) timeouts;
	struct rip_path *next;
	struct rip_route *route;
	struct rip_iface *iface;
	uint32_t next_hop, from;
	uint64_t expires;
};

struct rip_route {
	struct prefix prefix;
	enum rip_origin origin;
	uint8_t metric; /* 16: lost, announced as that until it is garbage */
	uint16_t tag;
	uint32_t via;		/* of a static route */
	unsigned ifindex;	/* of a connected or static route */
	struct rip_path *paths; /* of a learned one, all of this metric */
	size_t path_count;
	uint64_t garbage_at;
	TAILQ_ENTRY(rip_route) garbage, changes;
	bool is_garbage, is_changed, is_urgent;
	uint64_t alive_at;     /* neighbours who have said that they reach it */
	uint32_t pause;	       /* the one in which it has lately gone ahead */
	uint8_t losses, gains; /* how often it has, in that one */
	uint32_t originated;   /* in which round */
};

/* What one neighbour shall hear at once. */
struct rip_answer {
	struct prefix prefix;
	unsigned ifindex;
};

TAILQ_HEAD(rip_routes, rip_route);
TAILQ_HEAD(rip_paths, rip_path);

/* ---- the router ------------------------------------------------------------------------------ */

struct router_io {
	void (*send)(void *arg, struct rip_iface *i, uint32_t to, uint16_t port,
		     const uint8_t *data, size_t len);
	void (*install)(void *arg, const struct rip_route *route); /* learned or lost */
	bool (*is_busy)(void *arg); /* many packets wait to be sent; NULL: never */
	void (*dropped)(void *arg, const struct rip_iface *i, uint32_t from, enum rip_count why);
	void *arg;
};

struct router {
	const struct rip_config *config;
	struct router_io io;
	struct prefix_map *routes, *neighbours;
	LIST_HEAD(, rip_iface) ifaces;
	struct rip_paths timeouts;  /* the next one to expire first */
	struct rip_routes garbage;  /* likewise */
	struct rip_routes changed;  /* not yet announced */
	struct rip_answer *answers; /* to neighbours that have lost what we reach */
	size_t answer_count;
	bool urgent;	     /* one of them does not wait */
	bool aggregates_due; /* something has changed that may be in an aggregate */
	uint64_t update_at, pause_until, forget_at;
	uint64_t bits;	       /* of neighbours, in use */
	uint32_t pause, round; /* which one */
	uint64_t random;
	uint64_t begun;	  /* in the time of `now` */
	uint32_t begun_s; /* the same in seconds since 1970 */
	uint64_t received, sent, counts[RIP_COUNT_COUNT];
};

/* router_new() - `seconds` is the time of day, in seconds since 1970: the begin of the sequence
 * numbers of RFC 4822, 2.4 */
struct router *router_new(const struct rip_config *c, const struct router_io *io, uint64_t now,
			  uint32_t seconds);
void router_free(struct router *r);

/* router_seconds() - the time of day, in seconds since 1970: which keys hold, and RFC 4822's
 * sequence numbers (2.4), which are never less than before, nor after a restart */
uint32_t router_seconds(const struct router *r, uint64_t now);

/* router_iface() - this interface is so from now on; the networks are copied. Without settings it
 * is none of ours. */
void router_iface(struct router *r, const struct rip_iface *is, uint64_t now);
struct rip_iface *router_find_iface(const struct router *r, unsigned index);

/* What the router announces of its own comes in rounds: what a round does not have is lost. */
struct rip_own {
	struct prefix prefix;
	enum rip_origin origin;
	uint8_t metric;
	uint16_t tag;
	uint32_t via;
	unsigned ifindex;
};
void router_begin_own(struct router *r);

/* router_all_told() - at the start: each interface was greeted with all that there is */
void router_all_told(struct router *r);
void router_own(struct router *r, const struct rip_own *own);
void router_end_own(struct router *r, uint64_t now);

/* router_input() - a packet, from this address and port, at this interface; not for one that is
 * down, or none of ours */
void router_input(struct router *r, unsigned ifindex, uint32_t from, uint16_t port,
		  const uint8_t *data, size_t len, uint64_t now);

/* router_work() - what is due is done; when the next thing is */
uint64_t router_work(struct router *r, uint64_t now);

/* router_stop() - all neighbours hear that nothing is reached by way of us any more; only
 * router_free() may follow */
void router_stop(struct router *r, uint64_t now);

#endif
