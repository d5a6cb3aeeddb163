/* SPDX-License-Identifier: MIT */
/* Words of a configuration file or a command line, read into settings. Those that return text say
 * what is wrong, or NULL. */
#ifndef VETHLAB_RIP_SETTINGS_TEXT_H
#define VETHLAB_RIP_SETTINGS_TEXT_H

#include "settings.h"

bool rip_parse_triggered(struct rip_config *c, const char *text); /* "1s-5s", "off" */

/* rip_parse_network() - without host bits, and announceable */
const char *rip_parse_network(struct prefix *p, const char *text);
const char *rip_parse_announced(struct rip_announced *a, const char *text); /* PREFIX,METRIC,TAG */
const char *rip_parse_auth(struct rip_key *k, const char *text);	    /* KIND:ID:SECRET */
bool rip_parse_auth_kind(enum rip_auth *kind, const char *text);

/* rip_parse_moment() - "2026-12-31 23:59:59", in local time, or with a Z behind it in UTC; seconds
 * may be left out */
bool rip_parse_moment(uint32_t *seconds, const char *text);
const char *rip_set_secret(struct rip_key *k, const char *secret); /* k->kind is set */

/* rip_settings_add() - of this interface, found or new */
struct rip_settings *rip_settings_add(struct rip_config *c, const char *name);

#endif
