/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config_read.h"
#include "nodes/common/mem.h"
#include "option.h"

#define DEFAULT_LEASE_S	      3600
#define DEFAULT_PROBE_MS      200
#define DEFAULT_RATE	      20
#define DEFAULT_QUARANTINE_MS 3600000

/* ---- subnets --------------------------------------------------------------------------------- */

/* parse_range() - "10.0.1.100-10.0.1.199", or one address */
static bool parse_range(struct range *range, const char *text)
{
	const char *hyphen = strchr(text, '-');
	char first[IP4_TEXT_LEN];
	size_t len = hyphen ? (size_t)(hyphen - text) : strlen(text);

	while (len && text[len - 1] == ' ')
		len--;
	if (len >= sizeof(first))
		return false;
	memcpy(first, text, len);
	first[len] = '\0';
	return ip4_parse(&range->first, first) &&
	       ip4_parse(&range->last, hyphen ? hyphen + 1 + strspn(hyphen + 1, " ") : first);
}

static void read_range(struct config_reader *r, struct yaml *y, void *subnet)
{
	struct subnet *s = subnet;
	struct range range = { .at = y->at };

	if (!read_text(r, y, "pool"))
		return;
	if (!parse_range(&range, y->text))
		fault_error(r->faults, y->at,
			    "pool '%s': it should be an address or a range, as in "
			    "10.0.1.100-10.0.1.199",
			    y->text);
	else if (range.first > range.last)
		fault_error(r->faults, y->at, "pool '%s' ends before it begins", y->text);
	else
		*xappend(&s->pools, &s->pool_count) = range;
}

/* read_pool() - `settings` are those of the subnet that gets it */
static void read_pool(struct config_reader *r, struct yaml *y, void *settings)
{
	read_each(r, y, read_range, (char *)settings - offsetof(struct subnet, settings));
}

static void read_one_subnet(struct config_reader *r, struct yaml *y, struct dhcp_config *c)
{
	static const struct key keys[] = { { "pool", read_pool }, SUBNET_KEYS };
	struct prefix p;
	struct subnet *s;
	char what[64];

	if (!read_subnet(r, y->key, y->key_at, &p))
		return;
	if (p.addr.family != AF_INET) {
		fault_error(r->faults, y->key_at, "%s is IPv6; DHCP here is that of IPv4", y->key);
		return;
	}
	s = xcalloc(1, sizeof(*s));
	*xappend(&c->subnets, &c->subnet_count) = s;
	s->address = ip4_of(&p.addr);
	s->mask = ip4_mask(p.len);
	s->len = p.len;
	s->at = y->key_at;
	prefix_format(&p, s->text);
	snprintf(what, sizeof(what), "subnet %s", s->text);
	if (!yaml_is_empty(y))
		read_map(r, y, keys, ARRAY_SIZE(keys), what, &s->settings);
}

static void read_subnets(struct config_reader *r, struct yaml *y, void *settings)
{
	(void)settings;
	if (y->kind != YAML_MAP) {
		fault_error(r->faults, y->at,
			    "subnets are a map, as in {10.0.1.0/24: {pool: "
			    "10.0.1.100-10.0.1.199}}, not %s",
			    yaml_kind_name(y));
		return;
	}
	if (!y->entries)
		fault_error(r->faults, y->at, "there are no subnets");
	for (struct yaml *e = y->entries; e; e = e->next)
		read_one_subnet(r, e, r->context);
}

bool subnet_has_pool_address(const struct subnet *s, uint32_t address)
{
	for (size_t i = 0; i < s->pool_count; i++)
		if (address >= s->pools[i].first && address <= s->pools[i].last)
			return true;
	return false;
}

/* RFC 3021: in a /31 every address is a host's */
bool subnet_is_host(const struct subnet *s, uint32_t address)
{
	if ((address & s->mask) != s->address)
		return false;
	return s->len >= 31 || (address != s->address && address != (s->address | ~s->mask));
}

/* ---- static bindings ------------------------------------------------------------------------- */

/* binding_of() - the static binding that these settings are part of */
static struct binding *binding_of(void *settings)
{
	return (struct binding *)((char *)settings - offsetof(struct binding, settings));
}

static void read_binding_mac(struct config_reader *r, struct yaml *y, void *settings)
{
	struct binding *b = binding_of(settings);

	b->has_mac = read_mac(r, y, "mac", &b->mac);
}

static void read_binding_address(struct config_reader *r, struct yaml *y, void *settings)
{
	struct binding *b = binding_of(settings);

	b->at = y->at;
	read_ip4(r, y, "address", &b->address);
}

static void read_binding_client_id(struct config_reader *r, struct yaml *y, void *settings)
{
	struct binding *b = binding_of(settings);

	if (!read_text(r, y, "client-id"))
		return;
	if (!*y->text || strlen(y->text) > 255) {
		fault_error(r->faults, y->at, "a client identifier has 1 to 255 octets");
		return;
	}
	free(b->client_id);
	client_id_parse(y->text, &b->client_id, &b->client_id_len);
}

/* read_binding() - into the configuration, if all of it is good */
static void read_binding(struct config_reader *r, struct yaml *y, struct dhcp_config *c)
{
	static const struct key keys[] = {
		{ "mac", read_binding_mac },
		{ "address", read_binding_address },
		{ "client-id", read_binding_client_id },
		PARAMETER_KEYS,
		{ "renew", read_renew },
		{ "rebind", read_rebind },
		{ "next-server", read_next_server },
		{ "boot-file", read_boot_file },
		{ "server-name", read_server_name },
	};
	struct binding *b = xcalloc(1, sizeof(*b));
	unsigned errors = r->faults->errors;
	char what[96];

	b->name = xstrdup(y->key);
	b->at = y->key_at;
	snprintf(what, sizeof(what), "static binding '%.64s'", y->key);
	if (read_map(r, y, keys, ARRAY_SIZE(keys), what, &b->settings) &&
	    r->faults->errors == errors) {
		if (!b->address)
			fault_error(r->faults, y->key_at, "%s has no address", what);
		if (!b->has_mac && !b->client_id)
			fault_error(r->faults, y->key_at, "%s has neither mac nor client-id", what);
	}
	if (r->faults->errors > errors)
		binding_free(b);
	else
		*xappend(&c->bindings, &c->binding_count) = b;
}

static void read_static(struct config_reader *r, struct yaml *y, void *settings)
{
	(void)settings;
	if (y->kind != YAML_MAP && !yaml_is_empty(y)) {
		fault_error(r->faults, y->at,
			    "static bindings are a map by name, as in {pc1: {mac: "
			    "\"02:00:00:00:00:01\", address: 10.0.1.7}}, not %s",
			    yaml_kind_name(y));
		return;
	}
	for (struct yaml *e = y->entries; e; e = e->next)
		read_binding(r, e, r->context);
}

void binding_free(struct binding *b)
{
	if (!b)
		return;
	settings_free(&b->settings);
	free(b->client_id);
	free(b->name);
	free(b);
}

/* ---- shared networks ------------------------------------------------------------------------- */

static struct network *network_new(struct dhcp_config *c, const char *name)
{
	struct network *n = xcalloc(1, sizeof(*n));

	n->name = xstrdup(name);
	*xappend(&c->networks, &c->network_count) = n;
	return n;
}

/* find_subnet() - by its text, as "10.0.1.0/24" */
static struct subnet *find_subnet(const struct dhcp_config *c, const char *text)
{
	for (size_t i = 0; i < c->subnet_count; i++)
		if (strcmp(c->subnets[i]->text, text) == 0)
			return c->subnets[i];
	return NULL;
}

static void read_shared_subnet(struct config_reader *r, struct yaml *y, void *network)
{
	struct network *n = network;
	struct subnet *s;

	if (!read_text(r, y, "a shared subnet"))
		return;
	s = find_subnet(r->context, y->text);
	if (!s)
		fault_error(r->faults, y->at, "there is no subnet %s", y->text);
	else if (s->network)
		fault_error(r->faults, y->at, "subnet %s is on a shared wire already", s->text);
	else
		*xappend(&n->subnets, &n->subnet_count) = s;
	if (s)
		s->network = n;
}

static void read_shared(struct config_reader *r, struct yaml *y, void *settings)
{
	(void)settings;
	if (y->kind != YAML_MAP && !yaml_is_empty(y)) {
		fault_error(r->faults, y->at,
			    "shared wires are a map of lists, as in {wire: [10.0.1.0/24, "
			    "10.0.2.0/24]}, not %s",
			    yaml_kind_name(y));
		return;
	}
	for (struct yaml *e = y->entries; e; e = e->next)
		read_each(r, e, read_shared_subnet, network_new(r->context, e->key));
}

/* ---- the whole file -------------------------------------------------------------------------- */

static void read_ignored(struct config_reader *r, struct yaml *y, void *config)
{
	struct dhcp_config *c = config;
	struct mac mac;

	if (read_mac(r, y, "ignore", &mac))
		*xappend(&c->ignored, &c->ignored_count) = mac;
}

static void read_ignore(struct config_reader *r, struct yaml *y, void *settings)
{
	(void)settings;
	if (!yaml_is_empty(y))
		read_each(r, y, read_ignored, r->context);
}

static void read_probe(struct config_reader *r, struct yaml *y, void *settings)
{
	struct dhcp_config *c = r->context;

	(void)settings;
	if (y->kind == YAML_SCALAR && strcmp(y->text, "no") == 0)
		c->probe_ms = 0;
	else
		read_time(r, y, "probe", 0, 10000, &c->probe_ms);
}

static void read_quarantine(struct config_reader *r, struct yaml *y, void *settings)
{
	(void)settings;
	read_time(r, y, "quarantine", 0, YEAR_MS,
		  &((struct dhcp_config *)r->context)->quarantine_ms);
}

static void read_authoritative(struct config_reader *r, struct yaml *y, void *settings)
{
	(void)settings;
	read_bool(r, y, "authoritative", &((struct dhcp_config *)r->context)->authoritative);
}

static void read_rate(struct config_reader *r, struct yaml *y, void *settings)
{
	(void)settings;
	read_number(r, y, "rate", 1, 1000000, &((struct dhcp_config *)r->context)->rate);
}

/* The order is that of reading: `shared` finds the subnets. */
static const struct key config_keys[] = {
	SUBNET_KEYS,
	{ "subnets", read_subnets },
	{ "static", read_static },
	{ "shared", read_shared },
	{ "ignore", read_ignore },
	{ "probe", read_probe },
	{ "quarantine", read_quarantine },
	{ "authoritative", read_authoritative },
	{ "rate", read_rate },
};

/* give_networks() - a subnet that shares its wire with no other is on one of its own */
static void give_networks(struct dhcp_config *c)
{
	for (size_t i = 0; i < c->subnet_count; i++) {
		struct subnet *s = c->subnets[i];

		if (s->network)
			continue;
		s->network = network_new(c, s->text);
		*xappend(&s->network->subnets, &s->network->subnet_count) = s;
	}
}

struct dhcp_config *config_parse(const char *file, const char *text, size_t len, struct faults *f)
{
	static const struct settings last_resort = { .lease_s = DEFAULT_LEASE_S, .min_s = 1 };
	struct dhcp_config *c = xcalloc(1, sizeof(*c));
	struct config_reader r = { .faults = f, .context = c };
	struct yaml *yaml;

	f->file = file;
	f->source = text;
	c->probe_ms = DEFAULT_PROBE_MS;
	c->quarantine_ms = DEFAULT_QUARANTINE_MS;
	c->rate = DEFAULT_RATE;
	yaml = yaml_parse(text, len, f);
	if (!yaml)
		return c;
	if (read_map(&r, yaml, config_keys, ARRAY_SIZE(config_keys), "the configuration",
		     &c->settings) &&
	    !yaml_get(yaml, "subnets"))
		fault_error(f, yaml->at, "there are no subnets");
	yaml_free(yaml);
	settings_inherit(&c->settings, &last_resort);
	give_networks(c);
	config_check(c, f);
	return c;
}

struct dhcp_config *config_load(const char *file, char **source, struct faults *f)
{
	size_t len;

	f->file = file;
	*source = yaml_read_file(file, &len);
	if (*source)
		return config_parse(file, *source, len, f);
	fault_error(f, (struct place){ 0 }, "%s", strerror(errno));
	return NULL;
}

void config_free(struct dhcp_config *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->subnet_count; i++) {
		settings_free(&c->subnets[i]->settings);
		free(c->subnets[i]->pools);
		free(c->subnets[i]);
	}
	for (size_t i = 0; i < c->network_count; i++) {
		free(c->networks[i]->subnets);
		free(c->networks[i]->name);
		free(c->networks[i]);
	}
	for (size_t i = 0; i < c->binding_count; i++)
		binding_free(c->bindings[i]);
	settings_free(&c->settings);
	free(c->subnets);
	free(c->networks);
	free(c->bindings);
	free(c->by_mac);
	free(c->by_client_id);
	free(c->ignored);
	free(c);
}
