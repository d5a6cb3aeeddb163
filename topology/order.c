/* SPDX-License-Identifier: MIT */
/*
 * Who starts after whom. `after` names a command of the same node, a node (all its commands), a
 * node's command as NODE/COMMAND, or a group of `count` nodes. Levels come from the longest chain:
 * what has nothing to wait for is level 0, and all of a level may start at once.
 */
#include <limits.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/suggest.h"
#include "topology/plan.h"

#define UNPLACED  UINT_MAX
#define LOOK_BACK 64
#define AFTER_MAX 1000000 /* of a lab: two groups of a thousand, one after the other */

/* add_after() - twice the same does no harm: it is looked for among the first ones only */
static void add_after(struct command *c, struct command *other)
{
	for (size_t i = 0; i < c->after_count && i < LOOK_BACK; i++)
		if (c->after[i] == other)
			return;
	*xappend(&c->after, &c->after_count) = other;
}

/* add_after_node() - all of its commands but `c` itself; how many */
static size_t add_after_node(struct command *c, const struct node *node)
{
	size_t added = 0;

	for (size_t i = 0; i < node->command_count; i++)
		if (node->commands[i] != c) {
			add_after(c, node->commands[i]);
			added++;
		}
	return added;
}

/* report_undefined() - names the nearest of all nodes, of the node's own commands, and of
 * NODE/COMMAND where NODE is there */
static void report_undefined(const struct lab *lab, const struct command *c, const char *text,
			     struct place at, struct faults *f)
{
	auto_free char *name = xstrndup(text, strcspn(text, "/"));
	const struct node *node = strchr(text, '/') ? lab_node(lab, name) : NULL;
	struct suggestion s = suggest_for(text);
	char full[128], best[128] = "";

	for (size_t i = 0; i < lab->node_count; i++)
		suggest_consider(&s, lab->nodes[i]->name);
	for (size_t i = 0; i < c->node->command_count; i++)
		suggest_consider(&s, c->node->commands[i]->name);
	for (size_t i = 0; node && i < node->command_count; i++) {
		snprintf(full, sizeof(full), "%s/%s", node->name, node->commands[i]->name);
		if (suggest_is_nearer(&s, full))
			snprintf(best, sizeof(best), "%s", full);
	}
	if (*best)
		suggest_consider(&s, best);
	fault_error(f, at, "after '%s': no such node or command%s", text, suggest_text(&s));
}

/* resolve() - one name of `after` */
static void resolve(struct lab *lab, struct command *c, const struct yaml *y, struct faults *f)
{
	const char *slash = strchr(y->text, '/');
	auto_free char *name = xstrndup(y->text, strcspn(y->text, "/"));
	struct node *node = lab_node(lab, name);
	struct command *other =
		slash ? (node ? node_command(node, slash + 1) : NULL) : node_command(c->node, name);
	bool group = false;

	if (other == c && node && node != c->node)
		other = NULL; /* it is the node that is meant */
	if (other == c) {
		fault_error(f, y->at, "'%s' cannot start after itself", c->name);
	} else if (other) {
		add_after(c, other);
	} else if (node && !slash) {
		if (!add_after_node(c, node))
			fault_error(f, y->at, "after '%s': that node runs nothing%s", name,
				    node == c->node ? " else" : "");
	} else {
		for (size_t i = 0; i < lab->node_count && !slash; i++)
			if (lab->nodes[i]->group && strcmp(lab->nodes[i]->group, name) == 0) {
				group = true;
				add_after_node(c, lab->nodes[i]);
			}
		if (!group)
			report_undefined(lab, c, y->text, y->at, f);
	}
}

static void resolve_all(struct lab *lab, struct command *c, struct faults *f)
{
	const struct yaml *y = c->after_yaml;

	if (y && y->kind == YAML_LIST)
		for (y = y->entries; y; y = y->next)
			resolve(lab, c, y, f);
	else if (y)
		resolve(lab, c, y, f);
}

/* stuck_before() - what a command in a circle waits for; it is in a circle too, or leads to one */
static struct command *stuck_before(const struct command *c)
{
	for (size_t i = 0; i < c->after_count; i++)
		if (c->after[i]->level == UNPLACED)
			return c->after[i];
	return NULL; /* it would not be stuck */
}

/* report_cycle() - from a stuck command, as many steps as there are lead into its circle, whose
 * commands then count as placed: the next circle is another one */
static void report_cycle(struct command *from, size_t steps, struct faults *f)
{
	struct command *first = from, *c;
	char path[256] = "";
	size_t len = 0;

	for (size_t i = 0; i < steps; i++)
		first = stuck_before(first);
	c = first;
	do {
		struct command *before = stuck_before(c);

		if (len < sizeof(path) - 80)
			len += (size_t)snprintf(path + len, sizeof(path) - len, "%s/%s after ",
						c->node->name, c->name);
		c->level = 0;
		c = before;
	} while (c && c != first);
	fault_error(f, first->after_yaml->at, "'after' goes in a circle: %s%s/%s", path,
		    first->node->name, first->name);
}

/* by_level() - within a level in the order of the file */
static int by_level(const void *one, const void *other)
{
	const struct command *a = *(struct command *const *)one;
	const struct command *b = *(struct command *const *)other;

	if (a->level != b->level)
		return a->level < b->level ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* place() - the level of a command whose predecessors all have theirs; false: not yet */
static bool place(struct command *c)
{
	unsigned level = 0;

	if (c->level != UNPLACED)
		return true;
	for (size_t i = 0; i < c->after_count; i++) {
		if (c->after[i]->level == UNPLACED)
			return false;
		if (c->after[i]->level >= level)
			level = c->after[i]->level + 1;
	}
	c->level = level;
	return true;
}

/* collect() - all commands, in the order of the file, and whom they come after */
static void collect(struct lab *lab, struct faults *f)
{
	size_t afters = 0;
	bool told = false;

	for (size_t i = 0; i < lab->node_count; i++)
		for (size_t j = 0; j < lab->nodes[i]->command_count; j++) {
			struct command *c = lab->nodes[i]->commands[j];

			c->index = lab->command_count;
			c->level = UNPLACED;
			*xappend(&lab->commands, &lab->command_count) = c;
			if (afters <= AFTER_MAX)
				resolve_all(lab, c, f);
			afters += c->after_count;
			if (afters > AFTER_MAX && c->after_count && !told) {
				fault_error(f, c->after_yaml->at,
					    "more than %d commands stand behind 'after'",
					    AFTER_MAX);
				told = true;
			}
		}
}

void plan_start_order(struct lab *lab, struct faults *f)
{
	struct command **left;
	size_t waiting, before;

	collect(lab, f);
	if (!lab->command_count)
		return;
	left = xcalloc(lab->command_count, sizeof(*left));
	waiting = lab->command_count;
	memcpy(left, lab->commands, waiting * sizeof(*left));
	do { /* each round places a level, or breaks a circle */
		before = waiting;
		waiting = 0;
		for (size_t i = 0; i < before; i++)
			if (!place(left[i]))
				left[waiting++] = left[i];
		if (waiting && waiting == before)
			report_cycle(left[0], waiting, f);
	} while (waiting);
	free(left);
	qsort(lab->commands, lab->command_count, sizeof(*lab->commands), by_level);
	for (size_t i = 0; i < lab->command_count; i++)
		lab->commands[i]->index = i;
}
