/* SPDX-License-Identifier: MIT */
#include "topology/capture/listing.h"

#include <string.h>

#include "nodes/common/compiler.h"
#include "nodes/common/mem.h"
#include "topology/table.h"

#define INDEX_MAX 65536

/* read_iface() - into a zeroed one; what is no address is left out */
static void read_iface(struct listed_iface *i, const json_t *json)
{
	const json_t *text;
	const char *why;
	size_t k;

	i->name = xstrdup(text_of(json, "name"));
	i->to = xstrdup(text_of(json, "to"));
	mac_parse(&i->mac, text_of(json, "mac"));
	json_array_foreach (json_object_get(json, "addresses"), k, text) {
		struct prefix p;

		if (prefix_parse(&p, json_string_value(text), &why))
			*xappend(&i->addrs, &i->addr_count) = p;
	}
}

static void read_name(struct listing *l, const json_t *pair)
{
	const char *text = json_string_value(json_array_get(pair, 0));
	const char *name = json_string_value(json_array_get(pair, 1)), *why;
	struct prefix p;

	if (text && name && prefix_parse(&p, text, &why))
		*xappend(&l->names, &l->name_count) = (struct listed_name){ p.addr, xstrdup(name) };
}

static int number_at(const json_t *list, size_t i)
{
	return (int)json_integer_value(json_array_get(list, i));
}

/* read_tap() - [socket, index, interface, direction] */
static bool read_tap(struct listing *l, const json_t *tap)
{
	int socket = number_at(tap, 0), index = number_at(tap, 1), iface = number_at(tap, 2);
	struct listed_socket *s;

	if (socket < 0 || (size_t)socket >= l->socket_count || index < 0 || index >= INDEX_MAX ||
	    iface < 0 || (size_t)iface >= l->iface_count)
		return false;
	s = &l->sockets[socket];
	while (s->tap_count <= (uint32_t)index) {
		uint32_t count = s->tap_count;
		size_t so_far = count;

		*xappend(&s->taps, &so_far) = (struct tap){ .iface = -1 };
		s->tap_count = count + 1;
	}
	s->taps[index] = (struct tap){ iface, (enum direction)number_at(tap, 3) };
	*xappend(&s->indices, &s->index_count) = (uint32_t)index;
	if (s->first_iface < 0)
		s->first_iface = iface;
	return true;
}

bool listing_read(struct listing *l, const json_t *answer, int *fds, size_t fd_count)
{
	const json_t *sockets = json_object_get(answer, "sockets"), *each;
	bool good = json_array_size(sockets) == fd_count;
	size_t i;

	*l = (struct listing){ .lab = xstrdup(text_of(answer, "lab")) };
	l->whole = json_is_true(json_object_get(answer, "whole"));
	l->born_ns = (uint64_t)json_integer_value(json_object_get(answer, "born"));
	for (i = 0; i < fd_count; i++) {
		const json_t *pair = json_array_get(sockets, i);
		const char *kind = json_string_value(json_array_get(pair, 0));
		const char *name = json_string_value(json_array_get(pair, 1));
		struct listed_socket *s = xappend(&l->sockets, &l->socket_count);

		s->fd = fds[i];
		s->first_iface = -1;
		s->label = xasprintf("%s %s", kind ? kind : "?", name ? name : "?");
	}
	free(fds);
	json_array_foreach (json_object_get(answer, "interfaces"), i, each)
		read_iface(xappend(&l->ifaces, &l->iface_count), each);
	json_array_foreach (json_object_get(answer, "taps"), i, each)
		good = good && read_tap(l, each);
	json_array_foreach (json_object_get(answer, "names"), i, each)
		read_name(l, each);
	return good;
}

bool listing_has_node(const struct listing *l, const char *node)
{
	size_t len = strlen(node);

	for (size_t i = 0; i < l->iface_count && !l->whole; i++)
		if (strncmp(l->ifaces[i].name, node, len) == 0 && l->ifaces[i].name[len] == ':')
			return true;
	return l->whole || strcmp(node, l->lab) == 0;
}

void listing_free(struct listing *l)
{
	for (size_t i = 0; i < l->socket_count; i++) {
		cleanup_close(&l->sockets[i].fd);
		free(l->sockets[i].label);
		free(l->sockets[i].indices);
		free(l->sockets[i].taps);
	}
	for (size_t i = 0; i < l->iface_count; i++) {
		free(l->ifaces[i].name);
		free(l->ifaces[i].to);
		free(l->ifaces[i].addrs);
	}
	for (size_t i = 0; i < l->name_count; i++)
		free(l->names[i].name);
	free(l->sockets);
	free(l->ifaces);
	free(l->names);
	free(l->lab);
}
