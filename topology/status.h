/* SPDX-License-Identifier: MIT */
/* A running lab as JSON: what `ps`, `ls` and `inspect` show. */
#ifndef VETHLAB_STATUS_H
#define VETHLAB_STATUS_H

#include <jansson.h>

#include "topology/init.h"

#define STATUS_VERSION 1

json_t *status_of_lab(struct init *init);

/* status_of_node() - one node, with what its kernel says now */
json_t *status_of_node(struct init *init, const struct node *node);

/* status_of_commands() - the commands of one node, and their states, in start order */
json_t *status_of_commands(struct init *init, const struct node *node);

/* status_addresses() - a list of texts: the planned ones; where a DHCP client decides, what the
 * kernel has now */
json_t *status_addresses(struct init *init, const struct iface *iface);

/* status_text() - a JSON string; octets that are not UTF-8 become '?' */
json_t *status_text(const char *text);

#endif
