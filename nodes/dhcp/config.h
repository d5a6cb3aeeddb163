/* SPDX-License-Identifier: MIT */
/*
 * What dhcp-server is told to do: a YAML file, read and checked, every fault with its place. What
 * stands at the top of the file holds for each subnet that says nothing else, and what a subnet
 * says for each static binding in it: when the file is read, every level has it all.
 */
#ifndef VETHLAB_DHCP_CONFIG_H
#define VETHLAB_DHCP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nodes/common/config.h"

struct parameter { /* an option, as it is sent */
	uint8_t code;
	uint8_t *data;
	size_t len;
};

struct settings {
	uint32_t lease_s, min_s, max_s; /* 0: not said */
	uint32_t renew_s, rebind_s;	/* 0: parts of the lease */
	uint32_t limit;			/* addresses of one port; 0: any number */
	uint32_t next_server;
	char *boot_file, *server_name;
	bool bootp, bootp_is_said, max_is_said; /* max_s is lease_s where nobody says it */
	struct parameter *params;
	size_t param_count;
	struct place lease_at;
};

struct range {
	uint32_t first, last;
	struct place at;
};

struct subnet {
	uint32_t address, mask;
	unsigned len;
	char text[PREFIX_TEXT_LEN];
	struct place at;
	struct range *pools;
	size_t pool_count;
	struct settings settings;
	struct network *network;
	size_t index;
};

/* A wire: the subnets that a host at it may be in, the first one first. */
struct network {
	char *name;
	struct subnet **subnets;
	size_t subnet_count;
};

/* A static binding. */
struct binding {
	char *name;
	struct place at;
	bool has_mac;
	struct mac mac;
	uint8_t *client_id; /* as option 61 carries it; NULL: any */
	size_t client_id_len;
	uint32_t address;
	struct subnet *subnet;
	struct settings settings;
	bool from_database;
};

struct dhcp_config {
	struct settings settings;
	struct subnet **subnets; /* sorted by address */
	size_t subnet_count;
	struct network **networks;
	size_t network_count;
	struct binding **bindings;     /* sorted by address */
	size_t binding_count, indexed; /* those that are found: all, but while they are added to */
	struct binding **by_mac, **by_client_id;
	size_t mac_count, client_id_count;
	struct mac *ignored;
	size_t ignored_count;
	uint64_t probe_ms, quarantine_ms;
	bool authoritative;
	unsigned rate;
};

/* config_parse() - never NULL; it can be used if `f` has no errors */
struct dhcp_config *config_parse(const char *file, const char *text, size_t len, struct faults *f);

/* config_load() - the same of a file; NULL with a fault: it cannot be read. `*source` is the text,
 * which the faults show lines of; the caller frees it. */
struct dhcp_config *config_load(const char *file, char **source, struct faults *f);
void config_free(struct dhcp_config *c);

/* config_bind() - takes over one more static binding, whose address and client are set; false, with
 * the binding freed: `*why` says what is wrong with it. It is found from the next config_index()
 * on. */
bool config_bind(struct dhcp_config *c, struct binding *b, const char **why);
void config_index(struct dhcp_config *c);

/* Which subnet an address is in, whose static binding it is; NULL: there is none. */
struct subnet *config_subnet(const struct dhcp_config *c, uint32_t address);
struct binding *config_binding_at(const struct dhcp_config *c, uint32_t address);
bool config_ignores(const struct dhcp_config *c, const uint8_t mac[6]);

/* config_binding_for() - of the client in this network; by its client identifier first, then by its
 * MAC; either may be NULL */
struct binding *config_binding_for(const struct dhcp_config *c, const struct network *n,
				   const uint8_t *client_id, size_t client_id_len,
				   const uint8_t *mac);

bool subnet_has_pool_address(const struct subnet *s, uint32_t address);
bool subnet_is_host(const struct subnet *s, uint32_t address);
const struct parameter *settings_parameter(const struct settings *s, uint8_t code);
void binding_free(struct binding *b);

/* client_id_parse() - "01:02:..", octets in hexadecimal, or else the text itself; never NULL, the
 * caller frees it */
void client_id_parse(const char *text, uint8_t **id, size_t *len);

#endif
