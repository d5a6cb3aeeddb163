/* SPDX-License-Identifier: MIT */
/* What the readers of a DHCP configuration share. */
#ifndef VETHLAB_DHCP_CONFIG_READ_H
#define VETHLAB_DHCP_CONFIG_READ_H

#include "config.h"

#define YEAR_MS (366ull * 86400 * 1000) /* the longest of times */

/* The keys that stand in a static binding, in a subnet, and at the top: `into` is a struct
 * settings. */
#define PARAMETER_KEYS                                                                      \
	{ "lease", read_lease }, { "router", read_router }, { "dns", read_dns },            \
		{ "ntp", read_ntp }, { "domain", read_domain }, { "mtu", read_mtu_option }, \
		{ "routes", read_routes },                                                  \
	{                                                                                   \
		"options", read_options                                                     \
	}

/* Those of a subnet, and of the top. */
#define SUBNET_KEYS                                                                   \
	PARAMETER_KEYS, { "renew", read_renew }, { "rebind", read_rebind },           \
		{ "limit", read_limit }, { "next-server", read_next_server },         \
		{ "boot-file", read_boot_file }, { "server-name", read_server_name }, \
	{                                                                             \
		"bootp", read_bootp                                                   \
	}

void read_lease(struct config_reader *r, struct yaml *y, void *settings);
void read_router(struct config_reader *r, struct yaml *y, void *settings);
void read_dns(struct config_reader *r, struct yaml *y, void *settings);
void read_ntp(struct config_reader *r, struct yaml *y, void *settings);
void read_domain(struct config_reader *r, struct yaml *y, void *settings);
void read_mtu_option(struct config_reader *r, struct yaml *y, void *settings);
void read_routes(struct config_reader *r, struct yaml *y, void *settings);
void read_options(struct config_reader *r, struct yaml *y, void *settings);

void read_renew(struct config_reader *r, struct yaml *y, void *settings);
void read_rebind(struct config_reader *r, struct yaml *y, void *settings);
void read_limit(struct config_reader *r, struct yaml *y, void *settings);
void read_next_server(struct config_reader *r, struct yaml *y, void *settings);
void read_boot_file(struct config_reader *r, struct yaml *y, void *settings);
void read_server_name(struct config_reader *r, struct yaml *y, void *settings);
void read_bootp(struct config_reader *r, struct yaml *y, void *settings);

/* parameter_new() - an option of the settings, empty, good until the next new one; a second one of
 * a code is a fault, and NULL */
struct parameter *parameter_new(struct config_reader *r, struct settings *s, uint8_t code,
				struct place at);

/* parameter_add() - a copy, behind what it has */
void parameter_add(struct parameter *p, const void *data, size_t len);

/* config_check() - are the parts, each good by itself, a network that can be served? */
void config_check(struct dhcp_config *c, struct faults *f);

void settings_free(struct settings *s);

/* settings_inherit() - what `inner` does not say, it has from `outer` */
void settings_inherit(struct settings *inner, const struct settings *outer);

#endif
