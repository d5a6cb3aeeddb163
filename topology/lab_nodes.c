/* SPDX-License-Identifier: MIT */
/* The nodes of a lab file: routes, settings, files. Interfaces: lab_ifaces.c; what runs:
 * lab_run.c. */
#include <ctype.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "nodes/common/suggest.h"
#include "topology/lab_read.h"

#define COUNT_MAX 10000
#define NODES_MAX 20000 /* of a lab: a machine has no more network namespaces to give */

static void read_forward(struct config_reader *r, struct yaml *y, void *into)
{
	read_bool(r, y, "forward", &((struct node *)into)->forward);
}

static void read_route_via(struct config_reader *r, struct yaml *y, void *into)
{
	if (!read_text(r, y, "via"))
		return;
	((struct route *)into)->via_yaml = y;
	((struct route *)into)->via_at = y->at;
}

static void read_route_dev(struct config_reader *r, struct yaml *y, void *into)
{
	struct route *route = into;

	if (!read_text(r, y, "dev"))
		return;
	route->dev = xstrdup(y->text);
	route->dev_at = y->at;
}

static void read_route_metric(struct config_reader *r, struct yaml *y, void *into)
{
	read_number(r, y, "metric", 0, 2147483647, &((struct route *)into)->metric);
}

static const struct key route_keys[] = {
	{ "via", read_route_via },
	{ "dev", read_route_dev },
	{ "metric", read_route_metric },
};

/* read_destination() - of a route, from its key; `default` is the one of
 * IPv4. False with a fault. */
static bool read_destination(struct config_reader *r, const struct yaml *y, struct prefix *to)
{
	char text[PREFIX_TEXT_LEN];
	struct addr first;
	const char *why;

	if (strcmp(y->key, "default") == 0) {
		*to = (struct prefix){ .addr.family = AF_INET };
		return true;
	}
	if (!prefix_parse(to, y->key, &why)) {
		struct suggestion s = suggest_for(y->key);

		suggest_consider(&s, "default");
		fault_error(r->faults, y->key_at, "route '%s': %s%s", y->key, why,
			    suggest_text(&s));
		return false;
	}
	first = prefix_first(to);
	if (addr_equal(&first, &to->addr))
		return true;
	to->addr = first;
	fault_error(r->faults, y->key_at,
		    "'%s' has bits behind its prefix length; the prefix is %s", y->key,
		    prefix_format(to, text));
	return false;
}

/* routes: PREFIX: NEXT-HOP, or a map with via, dev and metric */
static void read_routes(struct config_reader *r, struct yaml *y, void *into)
{
	struct node *node = into;

	if (y->kind != YAML_MAP) {
		fault_error(r->faults, y->at,
			    "'routes' is %s; it should be a map, as in 10.0.3.0/24: 10.0.1.1",
			    yaml_kind_name(y));
		return;
	}
	for (struct yaml *e = y->entries; e; e = e->next) {
		struct route route = { .at = e->key_at };

		if (!read_destination(r, e, &route.to))
			continue;
		if (e->kind == YAML_MAP)
			read_map(r, e, route_keys, ARRAY_SIZE(route_keys), "the route", &route);
		else if (e->kind == YAML_SCALAR)
			read_route_via(r, e, &route);
		else
			fault_error(r->faults, e->at, "a next hop is an address or a node, not %s",
				    yaml_kind_name(e));
		if (e->kind == YAML_MAP && !yaml_get(e, "via") && !yaml_get(e, "dev"))
			fault_error(r->faults, e->key_at, "the route has neither 'via' nor 'dev'");
		*xappend(&node->routes, &node->route_count) = route;
	}
}

/* set_setting() - a key's value; what stands in `defaults` is replaced by the node's own */
static void set_setting(struct setting **list, size_t *count, const struct yaml *e)
{
	struct setting *s = NULL;

	for (size_t i = 0; i < *count && !s; i++)
		if (strcmp((*list)[i].key, e->key) == 0)
			s = &(*list)[i];
	if (!s) {
		s = xappend(list, count);
		s->key = xstrdup(e->key);
	}
	free(s->value);
	s->value = xstrdup(e->text);
	s->at = e->key_at;
}

/* sysctl_is_good() - a name below net: only these belong to a network namespace */
static bool sysctl_is_good(const char *key)
{
	return (strncmp(key, "net.", 4) == 0 || strncmp(key, "net/", 4) == 0) &&
	       !strstr(key, "..") && !strstr(key, "//") && key[4] &&
	       !isspace((unsigned char)key[strcspn(key, " \t\n")]);
}

/* is_same_sysctl() - sysctl(8) takes a '/' for each '.', too */
static bool is_same_sysctl(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a == '/' ? '.' : *a) != (*b == '/' ? '.' : *b))
			return false;
	return *a == *b;
}

/* same_sysctl_before() - an earlier entry of the map that means the same; NULL: none */
static const struct yaml *same_sysctl_before(const struct yaml *map, const struct yaml *entry)
{
	for (const struct yaml *e = map->entries; e != entry; e = e->next)
		if (is_same_sysctl(e->key, entry->key))
			return e;
	return NULL;
}

static void read_sysctls(struct config_reader *r, struct yaml *y, void *into)
{
	struct node *node = into;

	if (y->kind != YAML_MAP) {
		fault_error(r->faults, y->at,
			    "'sysctls' is %s; it should be a map, as in net.ipv4.ip_forward: 1",
			    yaml_kind_name(y));
		return;
	}
	for (const struct yaml *e = y->entries; e; e = e->next) {
		const struct yaml *before = same_sysctl_before(y, e);

		if (before) {
			fault_error(r->faults, e->key_at, "sysctl '%s' stands twice", e->key);
			fault_note(r->faults, before->key_at, "the first one is here");
		} else if (!sysctl_is_good(e->key))
			fault_error(r->faults, e->key_at,
				    "sysctl '%s' is not below net., so it is not a node's to set",
				    e->key);
		else if (read_text(r, e, "a sysctl"))
			set_setting(&node->sysctls, &node->sysctl_count, e);
	}
}

/* env_name_is_good() - letters, digits and _, no digit first: what a shell takes */
static bool env_name_is_good(const char *name)
{
	if (isdigit((unsigned char)*name) || !*name)
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '_')
			return false;
	return true;
}

static void read_env(struct config_reader *r, struct yaml *y, void *into)
{
	struct node *node = into;

	if (y->kind != YAML_MAP) {
		fault_error(r->faults, y->at, "'env' is %s; it should be a map, as in LANG: C",
			    yaml_kind_name(y));
		return;
	}
	for (const struct yaml *e = y->entries; e; e = e->next) {
		if (!env_name_is_good(e->key))
			fault_error(r->faults, e->key_at, "'%s' is no name for a variable", e->key);
		else if (e->kind != YAML_SCALAR)
			fault_error(r->faults, e->at, "a variable is text, not %s",
				    yaml_kind_name(e));
		else
			set_setting(&node->env, &node->env_count, e);
	}
}

static void read_file_text(struct config_reader *r, struct yaml *y, void *into)
{
	struct node_file *file = into;

	if (y->kind != YAML_SCALAR) {
		fault_error(r->faults, y->at, "a file's text is %s", yaml_kind_name(y));
		return;
	}
	free(file->text);
	file->text = xstrdup(y->text);
}

static void read_file_from(struct config_reader *r, struct yaml *y, void *into)
{
	struct node_file *file = into;

	if (!read_text(r, y, "from"))
		return;
	file->from = xstrdup(y->text);
	file->from_at = y->at;
}

static void read_file_mode(struct config_reader *r, struct yaml *y, void *into)
{
	char *end;
	unsigned long mode;

	if (!read_text(r, y, "mode"))
		return;
	mode = strtoul(y->text, &end, 8);
	if (*end || mode > 0777 || !isdigit((unsigned char)*y->text))
		fault_error(r->faults, y->at, "mode is octal, as in 0755, not '%s'", y->text);
	else
		((struct node_file *)into)->mode = (unsigned)mode;
}

static const struct key file_keys[] = {
	{ "text", read_file_text },
	{ "from", read_file_from },
	{ "mode", read_file_mode },
};

/* path_stays_inside() - a relative path that does not climb out of the node's folder */
static bool path_stays_inside(const char *path)
{
	if (!*path || *path == '/' || path[strlen(path) - 1] == '/')
		return false;
	for (const char *part = path; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || !part[2]))
			return false;
		if (*part == '/' || (*part == '.' && (part[1] == '/' || !part[1])))
			return false;
	}
	return true;
}

/* read_files() - PATH: TEXT, or a map with text or from, and mode (0644 where none is written) */
static void read_files(struct config_reader *r, struct yaml *y, void *into)
{
	struct node *node = into;

	if (y->kind != YAML_MAP) {
		fault_error(r->faults, y->at, "'files' is %s; it should be a map of texts by path",
			    yaml_kind_name(y));
		return;
	}
	for (struct yaml *e = y->entries; e; e = e->next) {
		struct node_file *file;

		if (!path_stays_inside(e->key)) {
			fault_error(r->faults, e->key_at,
				    "'%s' is no path below the node's own folder", e->key);
			continue;
		}
		file = xappend(&node->files, &node->file_count);
		*file = (struct node_file){ .path = xstrdup(e->key),
					    .mode = 0644,
					    .at = e->key_at };
		if (e->kind == YAML_MAP)
			read_map(r, e, file_keys, ARRAY_SIZE(file_keys), "the file", file);
		else
			read_file_text(r, e, file);
		if (e->kind == YAML_MAP && !yaml_get(e, "text") == !yaml_get(e, "from"))
			fault_error(r->faults, e->key_at,
				    "the file needs 'text' or 'from', one of them");
	}
}

static void read_node_run(struct config_reader *r, struct yaml *y, void *into)
{
	read_run(r, y, into);
}

/* A node's keys; those that belong to its only interface, and those that defaults may have. */
static const struct key node_keys[] = {
	{ "interfaces", read_ifaces }, { "lan", NULL },		  { "ip", NULL },
	{ "gateway", NULL },	       { "mac", NULL },		  { "mtu", NULL },
	{ "forward", read_forward },   { "routes", read_routes }, { "sysctls", read_sysctls },
	{ "env", read_env },	       { "files", read_files },	  { "count", NULL },
	{ "run", read_node_run },      { "image", NULL }, /* for other engines; not ours */
};

static const struct key shared_keys[] = {
	{ "forward", read_forward }, { "routes", read_routes }, { "sysctls", read_sysctls },
	{ "env", read_env },	     { "files", read_files },	{ "run", read_node_run },
};

static void read_default_mtu(struct config_reader *r, struct yaml *y, void *lab)
{
	read_mtu(r, y, &((struct lab *)lab)->default_mtu);
}

static void read_default_offload(struct config_reader *r, struct yaml *y, void *lab)
{
	read_bool(r, y, "offload", &((struct lab *)lab)->default_offload);
}

/* The keys without a reader are the nodes': each node reads them for itself. */
static const struct key default_keys[] = {
	{ "mtu", read_default_mtu }, { "offload", read_default_offload },
	{ "forward", NULL },	     { "routes", NULL },
	{ "sysctls", NULL },	     { "env", NULL },
	{ "files", NULL },	     { "run", NULL },
};

void read_defaults(struct config_reader *r, struct yaml *y, void *lab)
{
	read_map(r, y, default_keys, ARRAY_SIZE(default_keys), "'defaults'", lab);
}

/* apply_defaults() - before the node's own keys, which replace or add; only a `run` of its own puts
 * that of the defaults aside */
static void apply_defaults(struct config_reader *r, const struct yaml *own, struct node *node)
{
	for (size_t i = 0; reading(r)->defaults && i < ARRAY_SIZE(shared_keys); i++) {
		struct yaml *y = yaml_get(reading(r)->defaults, shared_keys[i].name);

		if (y && !(strcmp(shared_keys[i].name, "run") == 0 && yaml_get(own, "run")))
			shared_keys[i].read(r, y, node);
	}
}

/* reject_written_addresses() - of a node in a group; they are forgotten, so that each is
 * one fault and not many */
static void reject_written_addresses(struct config_reader *r, const struct node *node)
{
	for (size_t i = 0; i < node->iface_count; i++) {
		struct iface *iface = node->ifaces[i];

		iface->addr_count = 0; /* so that they are not duplicates on top of it */
		if (iface->ip_kind == IP_WRITTEN)
			fault_error(r->faults, iface->ip_at,
				    "nodes made by 'count' cannot share an "
				    "address; leave 'ip' out and each gets its own");
		if (iface->mac_written)
			fault_error(r->faults, iface->mac_at,
				    "nodes made by 'count' cannot share a MAC");
		iface->mac_written = false;
	}
}

/* read_node() - one node; of a group the last one's name, which is the longest, is judged for
 * all */
static void read_node(struct config_reader *r, struct yaml *y, char *name, const char *group,
		      bool named)
{
	struct node *node = xcalloc(1, sizeof(*node));
	char what[64];

	node->name = name;
	node->group = group ? xstrdup(group) : NULL;
	node->at = y->key_at;
	node->index = reading(r)->lab->node_count;
	*xappend(&reading(r)->lab->nodes, &reading(r)->lab->node_count) = node;
	if (named && read_device_name(r, name, y->key_at, "node") &&
	    lab_lan(reading(r)->lab, name)) {
		fault_error(r->faults, y->key_at, "'%s' is a LAN's name too; name one of them anew",
			    name);
		fault_note(r->faults, lab_lan(reading(r)->lab, name)->at, "the LAN is here");
	}
	snprintf(what, sizeof(what), "node '%s'", y->key);
	apply_defaults(r, y, node);
	if (y->kind == YAML_MAP)
		read_only_iface(r, y, node);
	if (!yaml_is_empty(y))
		read_map(r, y, node_keys, ARRAY_SIZE(node_keys), what, node);
	if (group)
		reject_written_addresses(r, node);
}

/* read_nodes() - with `count: N` one entry makes the nodes NAME1 to NAMEN */
void read_nodes(struct config_reader *r, struct yaml *y, void *lab)
{
	(void)lab;
	if (y->kind != YAML_MAP) {
		fault_error(r->faults, y->at, "'nodes' is %s; it should be a map of nodes by name",
			    yaml_kind_name(y));
		return;
	}
	for (struct yaml *e = y->entries; e; e = e->next) {
		struct yaml *count = e->kind == YAML_MAP ? yaml_get(e, "count") : NULL;
		unsigned n = 0;

		if (!count || !read_number(r, count, "count", 1, COUNT_MAX, &n))
			read_node(r, e, xstrdup(e->key), NULL, true);
		if (reading(r)->lab->node_count + n > NODES_MAX) {
			fault_error(r->faults, e->key_at, "the lab has more than %d nodes",
				    NODES_MAX);
			return;
		}
		for (unsigned i = 1; i <= n; i++)
			read_node(r, e, xasprintf("%s%u", e->key, i), e->key, i == n);
	}
}
