/* SPDX-License-Identifier: MIT */
/* The end of a lab in memory: everything, so that a leak report means a leak. */
#include "nodes/common/mem.h"
#include "topology/action.h"
#include "topology/lab.h"

static void free_words(char **argv, size_t argc)
{
	for (size_t i = 0; i < argc; i++)
		free(argv[i]);
	free(argv);
}

static void command_free(struct command *c)
{
	free_words(c->argv, c->argc);
	free_words(c->ready_argv, c->ready_argc);
	free(c->name);
	free(c->program);
	free(c->after);
	free(c);
}

static void iface_free(struct iface *iface)
{
	free(iface->name);
	free(iface->addrs);
	free(iface->addr_at);
	free(iface);
}

static void settings_free(struct setting *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(list[i].key);
		free(list[i].value);
	}
	free(list);
}

static void node_free(struct node *node)
{
	for (size_t i = 0; i < node->iface_count; i++)
		iface_free(node->ifaces[i]);
	for (size_t i = 0; i < node->route_count; i++)
		free(node->routes[i].dev);
	for (size_t i = 0; i < node->file_count; i++) {
		free(node->files[i].path);
		free(node->files[i].text);
		free(node->files[i].from);
	}
	for (size_t i = 0; i < node->command_count; i++)
		command_free(node->commands[i]);
	settings_free(node->sysctls, node->sysctl_count);
	settings_free(node->env, node->env_count);
	free(node->ifaces);
	free(node->routes);
	free(node->files);
	free(node->commands);
	free(node->name);
	free(node->group);
	free(node);
}

static void scene_free(struct scene *scene)
{
	for (size_t i = 0; i < scene->action_count; i++)
		action_free(&scene->actions[i]);
	free(scene->actions);
	free(scene->name);
}

void lab_free(struct lab *lab)
{
	if (!lab)
		return;
	for (size_t i = 0; i < lab->node_count; i++)
		node_free(lab->nodes[i]);
	for (size_t i = 0; i < lab->wire_count; i++) {
		free(lab->wires[i]->name);
		free(lab->wires[i]->ports);
		free(lab->wires[i]);
	}
	scene_free(&lab->events);
	for (size_t i = 0; i < lab->scene_count; i++)
		scene_free(&lab->scenes[i]);
	free(lab->scenes);
	free(lab->nodes);
	free(lab->by_name);
	free(lab->wires);
	free(lab->commands);
	free(lab->name);
	free(lab->file);
	free(lab->picture);
	free(lab->source);
	yaml_free(lab->yaml);
	free(lab);
}
