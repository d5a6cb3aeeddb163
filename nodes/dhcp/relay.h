/* SPDX-License-Identifier: MIT */
/*
 * The relay agent's core (RFC 1542, 4; RFC 3046): a message in, the message to pass on out. It
 * changes what those RFCs say, octet by octet, and leaves everything else as the client or the
 * server wrote it. No socket, and no state: a reply finds its way by giaddr.
 */
#ifndef VETHLAB_DHCP_RELAY_H
#define VETHLAB_DHCP_RELAY_H

#include "packet.h"

enum relay_policy { POLICY_KEEP, POLICY_REPLACE, POLICY_DROP };

struct relay_iface {
	const char *name;
	uint32_t address;
	uint8_t mac[6];
};

struct relay_config {
	const struct relay_iface *ifaces; /* those that have clients */
	size_t iface_count;
	const uint32_t *servers;
	size_t server_count;
	unsigned max_hops;
	bool agent; /* adds option 82 */
	enum relay_policy policy;
	const char *circuit_id, *remote_id; /* NULL: the interface's name; its hardware address */
};

enum relay_count {
	RELAYED_REQUEST,
	RELAYED_REPLY,
	RELAY_DROP_MALFORMED,
	RELAY_DROP_HOPS,
	RELAY_DROP_LOOP,
	RELAY_DROP_CLIENT_AGENT,
	RELAY_DROP_OTHER_AGENT,
	RELAY_DROP_STRANGER,
	RELAY_DROP_NOT_OURS,
	RELAY_COUNT_COUNT
};

const char *relay_count_name(enum relay_count c);

/* What is passed on. */
struct relayed {
	size_t len;
	uint8_t data[DHCP_MAX_LEN];
	unsigned iface; /* of a reply: where its client is, and how it is reached */
	bool broadcast;
	uint32_t to;
	uint8_t hwaddr[6];
};

/* relay_request() - from a client, or from another relay, at interface `iface`; RELAYED_REQUEST:
 * `r` goes to each server. Else why it was dropped. */
enum relay_count relay_request(const struct relay_config *c, unsigned iface, const void *data,
			       size_t len, struct relayed *r);

/* relay_reply() - from whoever `from` is; RELAYED_REPLY: `r` goes to the client */
enum relay_count relay_reply(const struct relay_config *c, uint32_t from, const void *data,
			     size_t len, struct relayed *r);

#endif
