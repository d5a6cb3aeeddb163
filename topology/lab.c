/* SPDX-License-Identifier: MIT */
/*
 * The lab file as a whole: its parts are read in the order in which they lean on each other
 * (defaults, LANs, nodes, links), then the plan fills in what nobody wrote, then the check asks
 * whether it is a network. Each step reports its faults and goes on, so that one run shows all.
 */
#include "topology/lab.h"

#include <errno.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "topology/check.h"
#include "topology/lab_read.h"
#include "topology/plan.h"

const char *wire_kind_name(enum wire_kind kind)
{
	static const char *const names[] = {
		[WIRE_SWITCH] = "switch", [WIRE_HUB] = "hub", [WIRE_CABLE] = "cable"
	};

	return names[kind];
}

const char *ready_kind_name(enum ready_kind kind)
{
	static const char *const names[] = {
		[READY_STARTED] = "started", [READY_NOTIFY] = "notify", [READY_EXIT] = "exit",
		[READY_TCP] = "tcp",	     [READY_UDP] = "udp",	[READY_COMMAND] = "command",
	};

	return names[kind];
}

const char *restart_kind_name(enum restart_kind kind)
{
	static const char *const names[] = { [RESTART_NO] = "no",
					     [RESTART_ON_FAILURE] = "on-failure",
					     [RESTART_ALWAYS] = "always" };

	return names[kind];
}

static void read_lab_name(struct config_reader *r, struct yaml *y, void *lab)
{
	struct lab *l = lab;

	l->name_at = y->at;
	if (!read_text(r, y, "name") || !read_name(r, y->text, y->at, "lab"))
		return;
	free(l->name);
	l->name = xstrdup(y->text);
}

/* keep_defaults() - the lab's own are read now; the nodes' are remembered, for each
 * node to read them itself */
static void keep_defaults(struct config_reader *r, struct yaml *y, void *lab)
{
	if (yaml_is_empty(y))
		return;
	read_defaults(r, y, lab);
	if (y->kind == YAML_MAP)
		reading(r)->defaults = y;
}

/* name_from_file() - "labs/office.yml" is the lab office, where no name is written */
static char *name_from_file(const char *file)
{
	const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file;
	char *name = xstrndup(base, strcspn(base, "."));

	for (char *c = name; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
		else if (*c == '_' || *c == ' ')
			*c = '-';
	return name;
}

/* picture_of() - the lines of comment that the file begins with, without their marks */
static char *picture_of(const char *text)
{
	char *picture = xcalloc(1, strlen(text) + 1), *to = picture;

	while (*text == '#') {
		size_t len = strcspn(text, "\n");
		size_t skip = text[1] == ' ' ? 2 : 1;

		if (len >= skip) {
			memcpy(to, text + skip, len - skip);
			to += len - skip;
		}
		*to++ = '\n';
		text += len + (text[len] == '\n');
	}
	*to = '\0';
	return picture;
}

static int by_name(const void *one, const void *other)
{
	return strcmp((*(struct node *const *)one)->name, (*(struct node *const *)other)->name);
}

/* lab_node() - NULL also for as long as the nodes are being read: sort_nodes() makes it find */
struct node *lab_node(const struct lab *lab, const char *name)
{
	struct node key = { .name = (char *)name }, *k = &key, **found;

	if (!lab->by_name)
		return NULL;
	found = bsearch(&k, lab->by_name, lab->node_count, sizeof(*lab->by_name), by_name);
	return found ? *found : NULL;
}

struct wire *lab_lan(const struct lab *lab, const char *name)
{
	for (size_t i = 0; i < lab->wire_count; i++)
		if (lab->wires[i]->kind != WIRE_CABLE && strcmp(lab->wires[i]->name, name) == 0)
			return lab->wires[i];
	return NULL;
}

struct iface *node_iface(const struct node *node, const char *name)
{
	for (size_t i = 0; i < node->iface_count; i++)
		if (strcmp(node->ifaces[i]->name, name) == 0)
			return node->ifaces[i];
	return NULL;
}

struct command *node_command(const struct node *node, const char *name)
{
	for (size_t i = 0; i < node->command_count; i++)
		if (strcmp(node->commands[i]->name, name) == 0)
			return node->commands[i];
	return NULL;
}

struct scene *lab_scene(const struct lab *lab, const char *name)
{
	for (size_t i = 0; i < lab->scene_count; i++)
		if (strcmp(lab->scenes[i].name, name) == 0)
			return &lab->scenes[i];
	return NULL;
}

bool wire_has_family(const struct wire *w, int family)
{
	for (size_t i = 0; i < w->subnet_count; i++)
		if (w->subnets[i].addr.family == family)
			return true;
	return false;
}

bool iface_has_ipv6(const struct iface *iface)
{
	for (size_t i = 0; i < iface->addr_count; i++)
		if (iface->addrs[i].addr.family == AF_INET6)
			return true;
	return iface->wire && wire_has_family(iface->wire, AF_INET6);
}

void plug(struct iface *iface, struct wire *wire)
{
	iface->wire = wire;
	iface->port = (unsigned)wire->port_count;
	*xappend(&wire->ports, &wire->port_count) = iface;
}

/* sort_nodes() - makes lab_node() find; nodes of one name are faults, and both stay */
static void sort_nodes(struct lab *lab, struct faults *f)
{
	if (!lab->node_count)
		return;
	lab->by_name = xcalloc(lab->node_count, sizeof(*lab->by_name));
	memcpy(lab->by_name, lab->nodes, lab->node_count * sizeof(*lab->by_name));
	qsort(lab->by_name, lab->node_count, sizeof(*lab->by_name), by_name);
	for (size_t i = 1; i < lab->node_count; i++) {
		struct node *a = lab->by_name[i - 1], *b = lab->by_name[i];

		if (strcmp(a->name, b->name) != 0)
			continue;
		fault_error(f, b->index > a->index ? b->at : a->at, "node '%s' is there twice",
			    a->name);
		fault_note(f, b->index > a->index ? a->at : b->at, "the first one is here");
	}
}

/* read_nodes_and_sort() stands between nodes and links: the ends of links are found by name */
static void read_nodes_and_sort(struct config_reader *r, struct yaml *y, void *lab)
{
	read_nodes(r, y, lab);
	sort_nodes(lab, r->faults);
}

static const struct key lab_keys[] = {
	{ "name", read_lab_name },	  { "defaults", keep_defaults }, { "lans", read_lans },
	{ "nodes", read_nodes_and_sort }, { "links", read_links },	 { "events", read_events },
	{ "scenes", read_scenes },
};

struct lab *lab_parse(const char *file, const char *text, size_t len, const char *name,
		      const char *programs, struct faults *f)
{
	struct lab *lab = xcalloc(1, sizeof(*lab));
	struct reading reading = { .lab = lab };
	struct config_reader r = { .faults = f, .context = &reading };
	const struct yaml *nodes;

	f->file = file;
	f->source = text;
	lab->file = xstrdup(file);
	lab->name = name_from_file(file);
	lab->picture = picture_of(text);
	lab->yaml = yaml_parse(text, len, f);
	if (!lab->yaml)
		return lab;
	lab->default_mtu = 1500;
	read_map(&r, lab->yaml, lab_keys, ARRAY_SIZE(lab_keys), "the lab", lab);
	nodes = yaml_get(lab->yaml, "nodes");
	if (lab->yaml->kind == YAML_MAP && lab->node_count == 0 && !f->errors)
		fault_error(f, nodes ? nodes->at : lab->yaml->at, "the lab has no nodes");
	if (name) {
		free(lab->name);
		lab->name = xstrdup(name);
		read_name(&r, name, (struct place){ 0 }, "lab");
	} else if (!lab->name_at.line && !f->errors &&
		   (!name_is_good(lab->name) || strlen(lab->name) > NAME_MAX_LEN)) {
		fault_error(f, (struct place){ 0 },
			    "the file's name gives the lab no good name; write `name:`");
	}
	plan_make(lab, f);
	check_lab(lab, programs, f);
	return lab;
}

struct lab *lab_load(const char *file, const char *name, const char *programs, struct faults *f)
{
	size_t len;
	char *text = yaml_read_file(file, &len);
	struct lab *lab;

	f->file = file;
	if (!text) {
		fault_error(f, (struct place){ 0 }, "%s", strerror(errno));
		return NULL;
	}
	lab = lab_parse(file, text, len, name, programs, f);
	lab->source = text;
	return lab;
}
