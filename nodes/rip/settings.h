/* SPDX-License-Identifier: MIT */
/* How a RIP router is set up: as its configuration and its options say. */
#ifndef VETHLAB_RIP_SETTINGS_H
#define VETHLAB_RIP_SETTINGS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth.h"
#include "nodes/common/inet.h"

enum rip_send { SEND_2, SEND_2_BROADCAST, SEND_1, SEND_NONE }; /* RFC 2453, 5.1 */
enum rip_receive { RECEIVE_BOTH, RECEIVE_1, RECEIVE_2, RECEIVE_NONE };
enum rip_split { SPLIT_POISON, SPLIT_SIMPLE, SPLIT_OFF }; /* RFC 2453, 3.4.3 */

extern const char *const rip_send_names[4], *const rip_receive_names[4], *const rip_split_names[3];

/* What may differ from interface to interface. */
struct rip_settings {
	char name[IFNAMSIZ]; /* "": of all others */
	enum rip_send send;
	enum rip_receive receive;
	enum rip_split split;
	unsigned metric_in, metric_out;
	bool passive;
	uint32_t *neighbours;
	size_t neighbour_count;
	struct rip_key *keys; /* the first one that holds signs */
	size_t key_count;
	unsigned said; /* which of them were said here: bits of SAID_x */
};

enum {
	SAID_SEND = 1,
	SAID_RECEIVE = 2,
	SAID_SPLIT = 4,
	SAID_METRIC_IN = 8,
	SAID_METRIC_OUT = 16,
	SAID_PASSIVE = 32,
	SAID_NEIGHBOURS = 64,
	SAID_KEYS = 128
};

struct rip_announced {
	struct prefix prefix;
	unsigned metric, tag;
};

struct rip_config {
	struct rip_settings all;    /* what is said for all of them */
	struct rip_settings *named; /* interfaces; none: all that there are */
	bool others;		    /* those that are not named as well */
	size_t named_count;
	uint64_t update_ms, timeout_ms, garbage_ms, trigger_min_ms, trigger_max_ms;
	bool no_triggered;
	unsigned paths;
	bool import_connected, import_static;
	struct rip_announced *announced;
	size_t announced_count;
	struct prefix *aggregates;
	size_t aggregate_count;
};

struct rip_config *rip_config_new(void);
void rip_config_free(struct rip_config *c);

/* rip_is_announceable() - a network of hosts, or the default route */
bool rip_is_announceable(const struct prefix *p);

/* rip_settings_for() - of an interface of this name; NULL: RIP is not spoken there */
const struct rip_settings *rip_settings_for(const struct rip_config *c, const char *name);

/* rip_config_finish() - each interface takes what it does not say from what is said for all; lists
 * are lent to it, so `all` stays as it is from now on */
void rip_config_finish(struct rip_config *c);

#endif
