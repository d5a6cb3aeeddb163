/* SPDX-License-Identifier: MIT */
/* What the parts of the router share: router.c, rib.c, input.c and output.c. */
#ifndef VETHLAB_RIP_ROUTER_CORE_H
#define VETHLAB_RIP_ROUTER_CORE_H

#include "router.h"

enum change { CHANGE_OTHER, CHANGE_LOSS, CHANGE_GAIN };

void route_mark(struct router *r, struct rip_route *route, enum change how);

/* rib_learn() - a checked entry of a response, its metric with the interface's cost: RFC 2453,
 * 3.9.2 */
struct rip_news {
	struct prefix prefix;
	struct rip_iface *iface;
	uint32_t from, next_hop;
	uint64_t neighbour; /* its bit */
	uint8_t metric;
	uint16_t tag;
};
void rib_learn(struct router *r, const struct rip_news *news, uint64_t now);

/* rib_drop_paths() - those of which this is false are lost */
void rib_drop_paths(struct router *r, bool (*is_good)(const struct rip_path *p), uint64_t now);
uint64_t rib_expire(struct router *r, uint64_t now);			 /* the next deadline */
void rib_disown(struct router *r, const struct prefix *p, uint64_t now); /* an aggregate */
void rib_free(struct router *r);

bool iface_has_network(const struct rip_iface *i, uint32_t address);
bool router_has_address(const struct router *r, uint32_t address);

/* entry_len() - the length of an entry's prefix, -1 where it has none */
int entry_len(const struct rip_iface *i, const struct rip_entry *e);
bool router_is_busy(const struct router *r);

/* output.c */
struct rip_asker {
	struct rip_iface *iface;
	uint32_t address;
	uint16_t port;
	uint8_t version;
};

/* output_table() - RFC 2453, 3.9.1: all, to who has asked, with split horizon */
void output_table(struct router *r, const struct rip_asker *to, uint64_t now);
void output_answer(struct router *r, const struct rip_asker *to, struct rip_packet *request,
		   uint64_t now);
void output_greeting(struct router *r, struct rip_iface *i, uint64_t now); /* the table */
void output_answers(struct router *r, uint64_t now); /* to who has lost something */

/* output_request() - asks the group, and each named neighbour, for all they have */
void output_request(struct router *r, struct rip_iface *i, uint64_t now);
void output_everywhere(struct router *r, bool all, uint64_t now); /* else what is in r->changed */
void output_aggregates(struct router *r, uint64_t now);

#endif
