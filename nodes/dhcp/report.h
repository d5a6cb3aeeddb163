/* SPDX-License-Identifier: MIT */
/* What `dhcp-server --leases` and `--stats` print of a database. */
#ifndef VETHLAB_DHCP_REPORT_H
#define VETHLAB_DHCP_REPORT_H

#include <stdbool.h>

#include "store.h"

/* Each prints on standard output; the program's status. */
int report_leases(struct store *st, bool json);
int report_counts(struct store *st, bool json);

#endif
