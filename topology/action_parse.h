/* SPDX-License-Identifier: MIT */
/* What the parsers of actions share. Each leaves its complaint in the words. */
#ifndef VETHLAB_ACTION_PARSE_H
#define VETHLAB_ACTION_PARSE_H

#include "topology/action.h"

/* A name of the lab; NULL with a complaint that names the nearest one. */
const struct node *find_node(struct words *w, const struct lab *lab, const char *name);
const struct wire *find_lan(struct words *w, const struct lab *lab, const char *name);
const struct iface *find_iface(struct words *w, const struct node *node, const char *name);

bool action_parse_link(struct words *w, struct action *a);
bool action_parse_partition(struct words *w, struct action *a);

#endif
