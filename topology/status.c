/* SPDX-License-Identifier: MIT */
#include "topology/status.h"

#include <string.h>
#include <sys/wait.h>

#include "nodes/common/mem.h"
#include "topology/damage.h"
#include "topology/live.h"

json_t *status_text(const char *text)
{
	json_t *json = json_string(text);
	auto_free char *plain = NULL;

	if (json)
		return json;
	plain = xstrdup(text);
	for (char *c = plain; *c; c++)
		if (*c & 0x80)
			*c = '?';
	return json_string(plain);
}

json_t *status_addresses(struct init *init, const struct iface *iface)
{
	json_t *list;
	char text[PREFIX_TEXT_LEN];

	if (iface->ip_kind == IP_DHCP)
		return live_addresses(&init->spaces, iface);
	list = json_array();
	for (size_t i = 0; i < iface->addr_count; i++)
		json_array_append_new(list, json_string(prefix_format(&iface->addrs[i], text)));
	return list;
}

static const struct iface *far_end(const struct iface *iface)
{
	const struct wire *w = iface->wire;

	return w->ports[0] == iface ? w->ports[1] : w->ports[0];
}

/* put_number() - what is 0, or was never spoken of, is left out */
static void put_number(json_t *json, const char *key, double value)
{
	if (value > 0)
		json_object_set_new(json, key, json_real(value));
}

/* put_damage() - what was done to a link on purpose */
static void put_damage(json_t *json, const struct wire_damage *damage, unsigned port)
{
	const struct port_damage *p = damage->ports ? &damage->ports[port] : NULL;

	if (p && p->cut)
		json_object_set_new(json, "cut", json_true());
	if (!p || shape_is_empty(&p->shape))
		return;
	put_number(json, "rate_bps", p->shape.rate);
	put_number(json, "delay_ms", p->shape.delay_ms);
	put_number(json, "jitter_ms", p->shape.jitter_ms);
	put_number(json, "loss_percent", p->shape.loss);
	put_number(json, "duplicate_percent", p->shape.duplicate);
	put_number(json, "reorder_percent", p->shape.reorder);
	put_number(json, "corrupt_percent", p->shape.corrupt);
}

static json_t *iface_json(struct init *init, const struct iface *iface)
{
	char mac[MAC_TEXT_LEN];
	json_t *json = json_pack("{s:s, s:s, s:i, s:o, s:b}", "name", iface->name, "mac",
				 mac_format(&iface->mac, mac), "mtu",
				 (int)(iface->mtu ? iface->mtu : iface->wire->mtu), "addresses",
				 status_addresses(init, iface), "dhcp", iface->ip_kind == IP_DHCP);

	if (iface->wire->kind == WIRE_CABLE) {
		auto_free char *peer =
			xasprintf("%s:%s", far_end(iface)->node->name, far_end(iface)->name);

		json_object_set_new(json, "peer", json_string(peer));
	} else {
		json_object_set_new(json, "lan", json_string(iface->wire->name));
	}
	put_damage(json, &init->damage->wires[iface->wire->index], iface->port);
	return json;
}

static json_t *argv_json(const struct command *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->argc; i++)
		json_array_append_new(list, status_text(c->argv[i]));
	return list;
}

/* task_json() - "ready_after_ms" is of its present life: it is left out until that is ready */
static json_t *task_json(const struct task *t)
{
	const struct command *c = t->command;
	json_t *json =
		json_pack("{s:s, s:o, s:s, s:s, s:s, s:i}", "name", c->name, "argv", argv_json(c),
			  "state", task_state_name(t->state), "ready", ready_kind_name(c->ready),
			  "restart", restart_kind_name(c->restart), "restarts", (int)t->restarts);

	if (t->pid)
		json_object_set_new(json, "pid", json_integer(t->pid));
	if (t->was_ready && t->ready_ms >= t->started_ms)
		json_object_set_new(json, "ready_after_ms",
				    json_integer((json_int_t)(t->ready_ms - t->started_ms)));
	if (t->state == TASK_EXITED || t->state == TASK_FAILED)
		json_object_set_new(json, WIFSIGNALED(t->status) ? "signal" : "exit_status",
				    json_integer(WIFSIGNALED(t->status) ? WTERMSIG(t->status)
									: WEXITSTATUS(t->status)));
	if (t->text[0])
		json_object_set_new(json, "status", status_text(t->text));
	return json;
}

/* commands_of() - in the order of the file, where status_of_commands() has the start order */
static json_t *commands_of(struct init *init, const struct node *node)
{
	json_t *commands = json_array();

	for (size_t i = 0; i < node->command_count; i++)
		json_array_append_new(commands, task_json(&init->tasks[node->commands[i]->index]));
	return commands;
}

json_t *status_of_commands(struct init *init, const struct node *node)
{
	json_t *commands = json_array();

	for (size_t i = 0; i < init->lab->command_count; i++)
		if (init->lab->commands[i]->node == node)
			json_array_append_new(commands, task_json(&init->tasks[i]));
	return json_pack("{s:o}", "commands", commands);
}

static json_t *node_json(struct init *init, const struct node *node)
{
	json_t *ifaces = json_array();

	for (size_t i = 0; i < node->iface_count; i++)
		json_array_append_new(ifaces, iface_json(init, node->ifaces[i]));
	return json_pack("{s:s, s:b, s:o, s:o}", "name", node->name, "forward", node->forward,
			 "interfaces", ifaces, "commands", commands_of(init, node));
}

/* partition_json() - its name and its sides; the last is of those whom nobody named */
static json_t *partition_json(const struct wire *w, const struct wire_damage *damage)
{
	json_t *sides = json_array(), *rest;

	for (unsigned i = 0; i <= damage->sides; i++)
		json_array_append_new(sides, json_array());
	for (size_t i = 0; i < w->port_count; i++) {
		unsigned side = damage->ports[i].side;

		json_array_append_new(json_array_get(sides, side ? side - 1 : damage->sides),
				      json_string(w->ports[i]->node->name));
	}
	rest = json_array_get(sides, damage->sides);
	if (!json_array_size(rest))
		json_array_remove(sides, damage->sides);
	return json_pack("{s:s, s:o}", "name", damage->partition, "sides", sides);
}

static json_t *lan_json(struct init *init, const struct wire *w)
{
	const struct wire_damage *damage = &init->damage->wires[w->index];
	json_t *subnets = json_array(), *json;
	char text[PREFIX_TEXT_LEN];

	for (size_t i = 0; i < w->subnet_count; i++)
		json_array_append_new(subnets, json_string(prefix_format(&w->subnets[i], text)));
	json = json_pack("{s:s, s:s, s:o, s:i}", "name", w->name, "kind", wire_kind_name(w->kind),
			 "subnets", subnets, "ports", (int)w->port_count);
	if (damage->partition)
		json_object_set_new(json, "partition", partition_json(w, damage));
	return json;
}

json_t *status_of_node(struct init *init, const struct node *node)
{
	json_t *json = node_json(init, node);

	json_object_set_new(json, "version", json_integer(STATUS_VERSION));
	json_object_set_new(json, "lab", json_string(init->lab->name));
	json_object_set_new(json, "live", live_of_node(&init->spaces, node));
	return json;
}

json_t *status_of_lab(struct init *init)
{
	json_t *nodes = json_array(), *lans = json_array(), *scenes = json_array();
	const char *state = init->stopping ? "stopping" : !init->up ? "starting" : "running";

	for (size_t i = 0; i < init->lab->wire_count; i++)
		if (init->lab->wires[i]->kind != WIRE_CABLE)
			json_array_append_new(lans, lan_json(init, init->lab->wires[i]));
	for (size_t i = 0; i < init->lab->node_count; i++)
		json_array_append_new(nodes, node_json(init, init->lab->nodes[i]));
	for (size_t i = 0; i < init->lab->scene_count; i++)
		json_array_append_new(scenes, json_string(init->lab->scenes[i].name));
	return json_pack(
		"{s:i, s:s, s:o, s:s, s:f, s:I, s:I, s:o, s:o, s:o}", "version", STATUS_VERSION,
		"lab", init->lab->name, "file", status_text(init->lab->file), "state", state,
		"since", (double)init->born.tv_sec + (double)init->born.tv_nsec / 1e9,
		"ready_after_ms", (json_int_t)init->ready_after_ms, "log_lines_lost",
		(json_int_t)init->log_lost, "lans", lans, "scenes", scenes, "nodes", nodes);
}
