/* SPDX-License-Identifier: MIT */
/* The files of a client: the lease that it remembers, and the node's resolv.conf. */
#ifndef VETHLAB_DHCP_CLIENT_FILES_H
#define VETHLAB_DHCP_CLIENT_FILES_H

#include "client.h"

/* remember_grant() - whole, or as it was before; `end` is Unix time in s, 0: never */
void remember_grant(const char *file, const struct grant *g, uint64_t end);
void forget_grant(const char *file);

/* recall_address() - of a lease that still runs at Unix time `now`; 0: there is none */
uint32_t recall_address(const char *file, uint64_t now);

/* What resolv.conf held before we wrote it. */
struct resolv_conf {
	const char *file; /* NULL: none is written */
	char *before;	  /* NULL: not written yet */
	size_t len;
};

/* resolv_conf_write() - the name servers of the grant; where it has none, what was there before
 * us */
void resolv_conf_write(struct resolv_conf *r, const struct grant *g);

/* resolv_conf_restore() - what was there before us; nothing, if we have written none */
void resolv_conf_restore(struct resolv_conf *r);

#endif
