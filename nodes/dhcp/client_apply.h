/* SPDX-License-Identifier: MIT */
/* A lease, made true at the interface by netlink: address, routes, MTU; and taken back. */
#ifndef VETHLAB_DHCP_CLIENT_APPLY_H
#define VETHLAB_DHCP_CLIENT_APPLY_H

#include "client.h"

struct applied; /* what is there because of us */

struct applied *applied_new(const char *name, unsigned index, uint32_t metric);
void applied_free(struct applied *a); /* what is there stays */

/* apply_up() - brings the interface up */
void apply_up(struct applied *a);

/* apply_grant() - the same address again gets its new time; routes that are no longer said go. What
 * the kernel refuses is logged. */
void apply_grant(struct applied *a, const struct grant *g);
void apply_withdraw(struct applied *a);

/* apply_adopt() - the interface has this address from a client before us, if it has it: from now on
 * that is our business. False: it has it not. */
bool apply_adopt(struct applied *a, uint32_t address);

#endif
