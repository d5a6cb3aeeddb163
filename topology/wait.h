/* SPDX-License-Identifier: MIT */
/*
 * Waiting for facts about a node. Each kind of fact has a source that tells when to look: the
 * node's kernel (netlink), the lab's journal (commands), the node's log, echo replies. Only for a
 * port that opens the kernel has no event.
 */
#ifndef VETHLAB_WAIT_H
#define VETHLAB_WAIT_H

#include "topology/fact.h"

enum wait_end { WAIT_HELD, WAIT_TIME_UP, WAIT_LAB_ENDED };

struct wait {
	const char *lab, *node;
	struct fact *facts;
	size_t count;
	uint64_t timeout_ms;
	uint64_t began_ns, took_ns;
};

/* wait_for_facts() - until all of them hold at once. This process is in the node's network
 * afterwards. */
enum wait_end wait_for_facts(struct wait *w);

/* ping_find() - the host of a `ping`: an address, or a node's, planned or as it is by DHCP just
 * now; if there is none, that ends the program with status 3 */
void ping_find(struct fact *f, const char *lab);

#endif
