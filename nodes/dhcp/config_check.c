/* SPDX-License-Identifier: MIT */
/* Are the parts of a configuration, each good by itself, something that can be served? */
#include <stdlib.h>
#include <string.h>

#include "config_read.h"
#include "nodes/common/mem.h"
#include "packet.h"

/* ---- find ------------------------------------------------------------------------------------ */

struct subnet *config_subnet(const struct dhcp_config *c, uint32_t address)
{
	size_t low = 0, high = c->subnet_count;

	while (low < high) { /* the last one that begins at the address, or before */
		size_t middle = (low + high) / 2;

		if (c->subnets[middle]->address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || (address & c->subnets[low - 1]->mask) != c->subnets[low - 1]->address)
		return NULL;
	return c->subnets[low - 1];
}

static int compare_u32(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static int subnets_by_address(const void *one, const void *other)
{
	return compare_u32((*(struct subnet *const *)one)->address,
			   (*(struct subnet *const *)other)->address);
}

static int bindings_by_address(const void *one, const void *other)
{
	return compare_u32((*(struct binding *const *)one)->address,
			   (*(struct binding *const *)other)->address);
}

static int bindings_by_mac(const void *one, const void *other)
{
	return memcmp(&(*(struct binding *const *)one)->mac,
		      &(*(struct binding *const *)other)->mac, sizeof(struct mac));
}

static int bindings_by_client_id(const void *one, const void *other)
{
	const struct binding *a = *(struct binding *const *)one;
	const struct binding *b = *(struct binding *const *)other;

	if (a->client_id_len != b->client_id_len)
		return a->client_id_len < b->client_id_len ? -1 : 1;
	return memcmp(a->client_id, b->client_id, a->client_id_len);
}

/* by_network() - those of one client stand side by side where they are on one wire */
static int by_network(const void *one, const void *other)
{
	uintptr_t a = (uintptr_t)(*(struct binding *const *)one)->subnet->network;
	uintptr_t b = (uintptr_t)(*(struct binding *const *)other)->subnet->network;

	return a < b ? -1 : a > b;
}

static int bindings_by_mac_and_network(const void *one, const void *other)
{
	int order = bindings_by_mac(one, other);

	return order ? order : by_network(one, other);
}

static int bindings_by_client_id_and_network(const void *one, const void *other)
{
	int order = bindings_by_client_id(one, other);

	return order ? order : by_network(one, other);
}

static int macs_compare(const void *one, const void *other)
{
	return memcmp(one, other, sizeof(struct mac));
}

bool config_ignores(const struct dhcp_config *c, const uint8_t mac[6])
{
	return c->ignored_count &&
	       bsearch(mac, c->ignored, c->ignored_count, sizeof(*c->ignored), macs_compare);
}

struct binding *config_binding_at(const struct dhcp_config *c, uint32_t address)
{
	struct binding key = { .address = address }, *k = &key, **found;

	if (!c->indexed)
		return NULL;
	found = bsearch(&k, c->bindings, c->indexed, sizeof(struct binding *), bindings_by_address);
	return found ? *found : NULL;
}

/* in_network() - the one of several equal ones, side by side around `found`, that is on this
 * wire */
static struct binding *in_network(struct binding **list, size_t count, struct binding **found,
				  const struct network *n,
				  int (*compare)(const void *one, const void *other))
{
	if (!found)
		return NULL;
	while (found > list && compare(found - 1, found) == 0)
		found--;
	for (struct binding **b = found; b < list + count && compare(b, found) == 0; b++)
		if ((*b)->subnet->network == n)
			return *b;
	return NULL;
}

struct binding *config_binding_for(const struct dhcp_config *c, const struct network *n,
				   const uint8_t *client_id, size_t client_id_len,
				   const uint8_t *mac)
{
	struct binding key = { .client_id = (uint8_t *)client_id, .client_id_len = client_id_len };
	struct binding *k = &key, *b = NULL;

	if (client_id && c->client_id_count)
		b = in_network(c->by_client_id, c->client_id_count,
			       bsearch(&k, c->by_client_id, c->client_id_count,
				       sizeof(struct binding *), bindings_by_client_id),
			       n, bindings_by_client_id);
	if (b || !mac || !c->mac_count)
		return b;
	memcpy(&key.mac, mac, sizeof(key.mac));
	return in_network(
		c->by_mac, c->mac_count,
		bsearch(&k, c->by_mac, c->mac_count, sizeof(struct binding *), bindings_by_mac), n,
		bindings_by_mac);
}

void config_index(struct dhcp_config *c)
{
	free(c->by_mac);
	free(c->by_client_id);
	c->by_mac = xcalloc(c->binding_count, sizeof(struct binding *));
	c->by_client_id = xcalloc(c->binding_count, sizeof(struct binding *));
	c->mac_count = c->client_id_count = 0;
	c->indexed = c->binding_count;
	for (size_t i = 0; i < c->binding_count; i++) {
		if (c->bindings[i]->has_mac)
			c->by_mac[c->mac_count++] = c->bindings[i];
		if (c->bindings[i]->client_id)
			c->by_client_id[c->client_id_count++] = c->bindings[i];
	}
	if (!c->binding_count)
		return;
	qsort(c->bindings, c->binding_count, sizeof(struct binding *), bindings_by_address);
	qsort(c->by_mac, c->mac_count, sizeof(struct binding *), bindings_by_mac_and_network);
	qsort(c->by_client_id, c->client_id_count, sizeof(struct binding *),
	      bindings_by_client_id_and_network);
}

/* ---- check ----------------------------------------------------------------------------------- */

/* check_overlaps() - they are sorted: where some overlap, two neighbours do */
static void check_overlaps(struct dhcp_config *c, struct faults *f)
{
	for (size_t i = 1; i < c->subnet_count; i++) {
		struct subnet *a = c->subnets[i - 1], *b = c->subnets[i];

		if ((b->address & a->mask) != a->address)
			continue;
		fault_error(f, b->at, "subnet %s overlaps with %s", b->text, a->text);
		fault_note(f, a->at, "which is here");
	}
}

static int ranges_by_first(const void *one, const void *other)
{
	return compare_u32(((const struct range *)one)->first,
			   ((const struct range *)other)->first);
}

static bool range_has(const struct range *range, uint32_t address)
{
	return address >= range->first && address <= range->last;
}

/* check_routers() - who gets the router's address would take the network down */
static void check_routers(const struct subnet *s, const struct range *range, struct faults *f)
{
	const struct parameter *p = settings_parameter(&s->settings, OPT_ROUTER);
	struct reader r = reader_of(p ? p->data : NULL, p ? p->len : 0);
	char text[IP4_TEXT_LEN];

	while (left(&r) >= 4) {
		uint32_t router = take_be32(&r);

		if (range_has(range, router))
			fault_error(f, range->at, "the pool holds %s, the address of a router",
				    ip4_format(router, text));
	}
}

/* check_pools() - sorted by their first address: as with subnets, two neighbours overlap where any
 * do */
static void check_pools(const struct subnet *s, struct faults *f)
{
	char text[IP4_TEXT_LEN];

	for (size_t i = 0; i < s->pool_count; i++) {
		const struct range *range = &s->pools[i];

		if (!subnet_is_host(s, range->first) || !subnet_is_host(s, range->last))
			fault_error(f, range->at, "%s is no address of a host in %s",
				    ip4_format(subnet_is_host(s, range->first) ? range->last
									       : range->first,
					       text),
				    s->text);
		else if (i && range->first <= s->pools[i - 1].last)
			fault_error(f, range->at, "%s is in two pools",
				    ip4_format(range->first, text));
		check_routers(s, range, f);
	}
}

/* check_times() - when all is inherited; fills in max_s where nobody has said it */
static void check_times(struct settings *s, struct faults *f)
{
	if (!s->max_is_said)
		s->max_s = s->lease_s;
	if (s->min_s > s->lease_s || s->lease_s > s->max_s)
		fault_error(f, s->lease_at,
			    "the default lease of %u s is not between min, %u s, and max, %u s",
			    s->lease_s, s->min_s, s->max_s);
	if (s->renew_s && s->rebind_s && s->renew_s >= s->rebind_s)
		fault_error(f, s->lease_at, "renew, %u s, is not before rebind, %u s", s->renew_s,
			    s->rebind_s);
	if (s->rebind_s >= s->lease_s || s->renew_s >= s->lease_s)
		fault_error(f, s->lease_at, "renew and rebind are not before the lease's end, %u s",
			    s->lease_s);
}

/* check_twice() - those that are equal stand side by side in a sorted list */
static void check_twice(struct binding **sorted, size_t count,
			int (*compare)(const void *one, const void *other), const char *what,
			struct faults *f)
{
	for (size_t i = 1; i < count; i++) {
		struct binding *a = sorted[i - 1], *b = sorted[i];

		if (compare(&a, &b) != 0)
			continue;
		if (a->at.line > b->at.line) {
			a = sorted[i];
			b = sorted[i - 1];
		}
		fault_error(f, b->at, "'%s' and '%s' have the same %s", a->name, b->name, what);
		fault_note(f, a->at, "the other one is here");
	}
}

/* bad_address() - why nobody can have the address; NULL: it is good, and *subnet has it */
static const char *bad_address(const struct dhcp_config *c, uint32_t address,
			       struct subnet **subnet)
{
	*subnet = config_subnet(c, address);
	if (!*subnet)
		return "it is in none of the subnets";
	if (!subnet_is_host(*subnet, address))
		return "it is the subnet's own, or its broadcast address";
	return NULL;
}

/* check_bindings() - each gets its subnet, and inherits from it; when all are good they are
 * indexed */
static void check_bindings(struct dhcp_config *c, struct faults *f)
{
	unsigned errors = f->errors;
	char text[IP4_TEXT_LEN];

	for (size_t i = 0; i < c->binding_count; i++) {
		struct binding *b = c->bindings[i];
		const char *why = bad_address(c, b->address, &b->subnet);

		if (why) {
			fault_error(f, b->at, "address %s of '%s': %s",
				    ip4_format(b->address, text), b->name, why);
			continue;
		}
		settings_inherit(&b->settings, &b->subnet->settings);
		check_times(&b->settings, f);
	}
	if (f->errors > errors)
		return;
	config_index(c);
	check_twice(c->bindings, c->binding_count, bindings_by_address, "address", f);
	check_twice(c->by_mac, c->mac_count, bindings_by_mac_and_network, "MAC", f);
	check_twice(c->by_client_id, c->client_id_count, bindings_by_client_id_and_network,
		    "client identifier", f);
}

void config_check(struct dhcp_config *c, struct faults *f)
{
	if (c->subnet_count)
		qsort(c->subnets, c->subnet_count, sizeof(struct subnet *), subnets_by_address);
	if (c->ignored_count)
		qsort(c->ignored, c->ignored_count, sizeof(*c->ignored), macs_compare);
	check_overlaps(c, f);
	for (size_t i = 0; i < c->subnet_count; i++) {
		struct subnet *s = c->subnets[i];

		if (s->pool_count)
			qsort(s->pools, s->pool_count, sizeof(*s->pools), ranges_by_first);
		s->index = i;
		settings_inherit(&s->settings, &c->settings);
		check_times(&s->settings, f);
		check_pools(s, f);
	}
	check_bindings(c, f);
}

/* is_client_of() - one client, in one network */
static bool is_client_of(const struct binding *a, const struct binding *b)
{
	return a->subnet->network == b->subnet->network &&
	       ((a->has_mac && b->has_mac && bindings_by_mac(&a, &b) == 0) ||
		(a->client_id && b->client_id && bindings_by_client_id(&a, &b) == 0));
}

/* clash_with_late() - with one that was added after the last config_index(): in which way, or
 * NULL */
static const char *clash_with_late(const struct dhcp_config *c, const struct binding *b)
{
	for (size_t i = c->indexed; i < c->binding_count; i++) {
		if (c->bindings[i]->address == b->address)
			return "another static binding has the address";
		if (is_client_of(c->bindings[i], b))
			return "another static binding has the client";
	}
	return NULL;
}

bool config_bind(struct dhcp_config *c, struct binding *b, const char **why)
{
	*why = bad_address(c, b->address, &b->subnet);
	if (!*why && !b->has_mac && !b->client_id)
		*why = "it has neither mac nor client_id";
	if (!*why && config_binding_at(c, b->address))
		*why = "another static binding has the address";
	if (!*why && config_binding_for(c, b->subnet->network, b->client_id, b->client_id_len,
					b->has_mac ? b->mac.bytes : NULL))
		*why = "another static binding has the client";
	if (!*why)
		*why = clash_with_late(c, b);
	if (*why) {
		binding_free(b);
		return false;
	}
	b->from_database = true;
	settings_inherit(&b->settings, &b->subnet->settings);
	*xappend(&c->bindings, &c->binding_count) = b;
	return true;
}
