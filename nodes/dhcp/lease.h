/* SPDX-License-Identifier: MIT */
/*
 * The leases that a server knows, in memory. Each address of a pool that was ever offered has a
 * lease, in one of the states below; so there are never more than addresses. Those whose time runs
 * are in one heap by its end; those that are free are in a heap of their subnet by how long they
 * have been.
 *
 * What shall be on disk is written by the caller, all changes of a turn at once: until then each
 * changed lease remembers what it was, and leases_undo() goes back there.
 */
#ifndef VETHLAB_DHCP_LEASE_H
#define VETHLAB_DHCP_LEASE_H

#include "config.h"
#include "heap.h"
#include "identity.h"
#include "port.h"

#define NEVER UINT64_MAX

enum lease_state {
	LEASE_FREE,	/* nobody has it, and the disk knows nothing else */
	LEASE_OFFERED,	/* to a client; not on disk */
	LEASE_BOUND,	/* acknowledged */
	LEASE_EXPIRED,	/* was bound; its client may come back */
	LEASE_RELEASED, /* given back */
	LEASE_DECLINED, /* somebody else uses it: in quarantine */
	LEASE_STATE_COUNT
};

/* What is known of an address, and written of it. */
struct record {
	enum lease_state state;
	uint64_t
		until; /* ms: the end of the lease, offer or quarantine; or since when it is free */
	uint32_t granted_s;    /* by the offer or the last acknowledgement */
	struct client *client; /* who has it or had it last; NULL: nobody yet */
	uint8_t mac[16], mac_len;
	char *name;	/* that the client gave itself, or NULL */
	uint8_t *relay; /* option 82 as it came */
	size_t relay_len;
};

struct lease {
	uint32_t address;
	bool is_in_pool, is_probed;
	struct record is, *was; /* `was`: before this turn, if that is not on disk yet; or NULL */
	struct subnet *subnet;
	struct port *port; /* where the client is, while it holds the address */
	struct lease *next_offer, **offer_at;
	struct heap_place place;
	struct heap *heap; /* that it is in */
};

struct leases;

struct leases *leases_new(const struct dhcp_config *config);
void leases_free(struct leases *ls);

/* leases_at() - or NULL; leases_of() - what the client has of the network, or had there last, or
 * NULL */
struct lease *leases_at(const struct leases *ls, uint32_t address);
struct lease *leases_of(const struct leases *ls, const struct network *n, const struct client *c);

/* leases_make() - the lease of an address, which may be there already */
struct lease *leases_make(struct leases *ls, struct subnet *s, uint32_t address);

/* leases_keep_back() - this address is given to nobody, even if a pool has it */
void leases_keep_back(struct leases *ls, struct subnet *s, uint32_t address);

/* leases_put() - what is known of an address from now on; takes over what `to` points to. A durable
 * change stands among leases_changes() until it is kept or undone. */
void leases_put(struct leases *ls, struct lease *l, struct record *to, bool durable);

/* leases_load() - what the disk says of an address; takes over what the record points to */
void leases_load(struct leases *ls, struct subnet *s, uint32_t address, struct record *r);

/* leases_put_state() - the same client, another state */
void leases_put_state(struct leases *ls, struct lease *l, enum lease_state state, uint64_t until,
		      bool durable);

/* leases_withdraw() - the address is free, and its client no longer found by it; not on disk */
void leases_withdraw(struct leases *ls, struct lease *l, uint64_t now);

/* leases_changes() - the leases with a durable change that is neither kept nor undone */
struct lease *const *leases_changes(const struct leases *ls, size_t *count);
void leases_keep(struct leases *ls); /* the changes are on disk */
void leases_undo(struct leases *ls); /* they are not */

/* leases_expire() - ends offers, leases and quarantines whose time is over; the time of the next
 * end, or NEVER */
uint64_t leases_expire(struct leases *ls, uint64_t now);

/* leases_fresh() - an address of the subnet's pools that nobody has had yet, or 0; the same again
 * until leases_make() makes a lease of it */
uint32_t leases_fresh(struct leases *ls, struct subnet *s);

/* leases_longest_free() - or NULL */
struct lease *leases_longest_free(struct leases *ls, const struct subnet *s);

/* leases_port() - where a message came from; lives as long as something is held there, or until the
 * next call */
struct port *leases_port(struct leases *ls, const struct network *n, const uint8_t *circuit,
			 size_t circuit_len);

/* lease_give_port() - it is held there, NULL: nowhere; a port that loses its last one may be
 * freed */
void lease_give_port(struct leases *ls, struct lease *l, struct port *p);

/* leases_walk() - in the order of addresses */
void leases_walk(const struct leases *ls, void (*fn)(void *arg, const struct lease *l), void *arg);

const char *lease_state_name(enum lease_state s);
bool lease_state_parse(enum lease_state *s, const char *name);
bool lease_is_free(const struct lease *l);  /* another client can have it */
uint64_t pool_size(const struct subnet *s); /* free or not */
void record_free(struct record *r);	    /* what it points to; it is empty then */

#endif
