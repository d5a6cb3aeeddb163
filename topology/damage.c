/* SPDX-License-Identifier: MIT */
#include "topology/damage.h"

#include <errno.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/nl.h"
#include "topology/init.h"
#include "topology/status.h"

struct damage *damage_new(struct init *init)
{
	struct damage *d = xcalloc(1, sizeof(*d));

	d->init = init;
	d->wires = xcalloc(init->lab->wire_count, sizeof(*d->wires));
	return d;
}

void damage_free(struct damage *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->init->lab->wire_count; i++) {
		free(d->wires[i].ports);
		free(d->wires[i].partition);
	}
	free(d->wires);
	free(d);
}

struct wire_damage *damage_of_wire(struct damage *d, const struct wire *w)
{
	struct wire_damage *wd = &d->wires[w->index];

	if (wd->ports)
		return wd;
	wd->ports = xcalloc(w->port_count, sizeof(*wd->ports));
	for (size_t i = 0; i < w->port_count; i++)
		shape_clear(&wd->ports[i].shape);
	return wd;
}

bool damage_batch_begin(struct damage *d, struct damage_batch *db, int net, char **error)
{
	struct spaces *s = &d->init->spaces;

	*db = (struct damage_batch){ NULL, space_enter_net(s, net) ? nl_open() : -1 };
	space_go_home(s);
	if (db->fd < 0) {
		*error = xasprintf("cannot open a netlink socket: %s", strerror(errno));
		return false;
	}
	db->b = nl_batch_new();
	nl_batch_use(db->b, db->fd);
	return true;
}

bool damage_batch_end(struct damage *d, struct damage_batch *db, char **error)
{
	bool good = nl_batch_flush(db->b);

	(void)d;
	if (!good && error)
		*error = xstrdup(nl_batch_error(db->b));
	nl_batch_free(db->b);
	close(db->fd);
	return good;
}

/* ---- commands -------------------------------------------------------------------------------- */

/* append_note() - takes `note` over, which may be NULL */
static void append_note(char **notes, char *note)
{
	char *longer;

	if (!note)
		return;
	longer = *notes ? xasprintf("%s; %s", *notes, note) : xstrdup(note);
	free(note);
	free(*notes);
	*notes = longer;
}

/* send_signal() - false: it does not run; *error, which may say something
 * already, says that instead */
static bool send_signal(struct task *t, int signal, char **error)
{
	if (task_is_running(t) && t->pid) {
		task_signal(t, signal);
		return true;
	}
	free(*error);
	*error = xasprintf("%s/%s does not run", t->command->node->name, t->command->name);
	return false;
}

/* order_task() - a false one is a signal to what does not run; orders to start or to
 * stop leave at most a note */
static bool order_task(struct task *t, const struct action *a, char **error, char **notes)
{
	char *note = NULL;

	switch (a->kind) {
	case ACTION_START:
		order_start(t, &note);
		break;
	case ACTION_STOP:
		order_stop(t, &note);
		break;
	case ACTION_RESTART:
		order_restart(t, &note);
		break;
	case ACTION_KILL:
		return send_signal(t, a->signal, error);
	case ACTION_LINK:
	case ACTION_PARTITION:
	case ACTION_HEAL:
		break;
	}
	append_note(notes, note);
	return true;
}

/* order_tasks() - of a node in its start order, or against it where they stop. A signal to all of
 * them needs one that runs. */
static bool order_tasks(struct damage *d, const struct action *a, char **error, char **notes)
{
	const struct node *node = a->node;
	size_t good = 0;

	if (a->command)
		return order_task(&d->init->tasks[a->command->index], a, error, notes);
	for (size_t i = 0; i < d->init->lab->command_count; i++) {
		size_t at = a->kind == ACTION_STOP ? d->init->lab->command_count - 1 - i : i;

		if (d->init->tasks[at].command->node == node)
			good += order_task(&d->init->tasks[at], a, error, notes);
	}
	if (good) {
		free(*error);
		*error = NULL;
	}
	return good > 0;
}

/* ---- links and LANs -------------------------------------------------------------------------- */

/* shape_iface() - what is in force, with what the action says on top. What the kernel
 * refuses is taken back. */
static bool shape_iface(struct damage *d, const struct action *a, const struct iface *iface,
			char **error)
{
	struct port_damage *p = &damage_of_wire(d, iface->wire)->ports[iface->port];
	struct shape before = p->shape, after = p->shape;

	if (a->clear)
		shape_clear(&after);
	shape_add(&after, &a->shape);
	if (shape_equal(&before, &after))
		return true;
	p->shape = after;
	/* a cable is one wire, whichever end somebody names */
	if (iface->wire->kind == WIRE_CABLE)
		damage_of_wire(d, iface->wire)->ports[!iface->port].shape = after;
	if (shape_port(d, iface, &after, error))
		return true;
	p->shape = before;
	if (iface->wire->kind == WIRE_CABLE)
		damage_of_wire(d, iface->wire)->ports[!iface->port].shape = before;
	shape_port(d, iface, &before, NULL);
	return false;
}

/* change_link() - shapes first, then up or down: what comes up is shaped from its first frame on */
static bool change_link(struct damage *d, const struct action *a, char **error)
{
	bool down = a->turn == TURN_DOWN;

	for (size_t i = 0; a->lan && i < a->lan->port_count; i++)
		if (!shape_iface(d, a, a->lan->ports[i], error))
			return false;
	if (a->iface && !shape_iface(d, a, a->iface, error))
		return false;
	if (a->turn == TURN_KEEP)
		return true;
	return a->lan ? cut_lan(d, a->lan, down, error) : cut_port(d, a->iface, down, error);
}

/* is_free_name() - no other LAN's partition has it; its own may be divided anew */
static bool is_free_name(struct damage *d, const struct action *a, char **error)
{
	for (size_t i = 0; i < d->init->lab->wire_count; i++) {
		const struct wire_damage *wd = &d->wires[i];

		if (wd->partition && i != a->lan->index && strcmp(wd->partition, a->name) == 0) {
			*error = xasprintf("partition '%s' is one of LAN '%s' already", a->name,
					   d->init->lab->wires[i]->name);
			return false;
		}
	}
	return true;
}

/* heal() - one by its name or its LAN's, or all */
static bool heal(struct damage *d, const char *name, char **error, char **note)
{
	size_t healed = 0;

	for (size_t i = 0; i < d->init->lab->wire_count; i++) {
		const struct wire *lan = d->init->lab->wires[i];
		const struct wire_damage *wd = &d->wires[i];

		if (!wd->partition ||
		    (name && strcmp(wd->partition, name) != 0 && strcmp(lan->name, name) != 0))
			continue;
		if (!partition_heal(d, lan, error))
			return false;
		healed++;
	}
	if (!healed && name) {
		*error = xasprintf("there is no partition '%s'", name);
		return false;
	}
	if (!healed)
		*note = xstrdup("no LAN is partitioned");
	return true;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static bool perform(struct damage *d, const struct action *a, char **error, char **note)
{
	switch (a->kind) {
	case ACTION_START:
	case ACTION_STOP:
	case ACTION_RESTART:
	case ACTION_KILL:
		return order_tasks(d, a, error, note);
	case ACTION_LINK:
		return change_link(d, a, error);
	case ACTION_PARTITION:
		return is_free_name(d, a, error) && partition_make(d, a, error);
	case ACTION_HEAL:
		return heal(d, a->name, error, note);
	}
	return false;
}

bool damage_do(struct damage *d, const struct action *a, char **error, char **note)
{
	bool good;

	*error = *note = NULL;
	spaces_forgive(&d->init->spaces);
	journal_add(&d->init->journal, a->node, "fault", a->text, NULL);
	good = perform(d, a, error, note);
	if (!good) /* told twice: what follows from an action stands behind it */
		journal_add(&d->init->journal, a->node, "fault", a->text,
			    json_pack("{s:o}", "error", status_text(*error ? *error : "?")));
	return good;
}
