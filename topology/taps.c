/* SPDX-License-Identifier: MIT */
#include "topology/taps.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

#include "nodes/common/mem.h"
#include "nodes/common/suggest.h"
#include "topology/build.h"
#include "topology/capture/pcapng.h"

#define NOT_ONE (-1)

struct taps {
	const struct lab *lab;
	bool both, whole;
	bool **chosen;	    /* of each node, of each of its interfaces */
	int *nodes, *wires; /* the number of the socket in there, or NOT_ONE */
	int socket_count;
};

/* ---- what is meant --------------------------------------------------------------------------- */

static void choose_node(struct taps *t, const struct node *n)
{
	for (size_t i = 0; i < n->iface_count; i++)
		t->chosen[n->index][i] = true;
}

/* place_of() - its number among the interfaces of its node */
static size_t place_of(const struct iface *iface)
{
	return iface_index(iface) - FIRST_INDEX;
}

static char *no_such(const struct lab *lab, const char *word)
{
	struct suggestion s = suggest_for(word);

	for (size_t i = 0; i < lab->node_count; i++)
		suggest_consider(&s, lab->nodes[i]->name);
	for (size_t i = 0; i < lab->wire_count; i++)
		if (lab->wires[i]->kind != WIRE_CABLE)
			suggest_consider(&s, lab->wires[i]->name);
	return xasprintf("lab '%s' has no node and no LAN '%s'%s", lab->name, word,
			 suggest_text(&s));
}

static char *no_such_iface(const struct node *n, const char *name)
{
	struct suggestion s = suggest_for(name);

	for (size_t i = 0; i < n->iface_count; i++)
		suggest_consider(&s, n->ifaces[i]->name);
	return xasprintf("node '%s' has no interface '%s'%s", n->name, name, suggest_text(&s));
}

/* choose() - one word; NULL, or why not */
static char *choose(struct taps *t, const char *word)
{
	const char *colon = strchr(word, ':');
	auto_free char *name = xstrndup(word, colon ? (size_t)(colon - word) : strlen(word));
	const struct node *node = lab_node(t->lab, name);
	const struct wire *lan = colon ? NULL : lab_lan(t->lab, name);
	const struct iface *iface = node && colon ? node_iface(node, colon + 1) : NULL;

	if (iface)
		t->chosen[node->index][place_of(iface)] = true;
	else if (node && colon)
		return no_such_iface(node, colon + 1);
	else if (node)
		choose_node(t, node);
	else if (colon && lab_lan(t->lab, name))
		return xasprintf("LAN '%s' has no interfaces of its own: name it alone", name);
	for (size_t i = 0; lan && i < lan->port_count; i++)
		t->chosen[lan->ports[i]->node->index][place_of(lan->ports[i])] = true;
	return node || lan ? NULL : no_such(t->lab, name);
}

/* far_end() - of a cable */
static const struct iface *far_end(const struct iface *iface)
{
	return iface->wire->ports[!iface->port];
}

/* number_sockets() - one in each namespace that has an end of what was chosen */
static void number_sockets(struct taps *t)
{
	for (size_t i = 0; i < t->lab->node_count; i++)
		t->nodes[i] = NOT_ONE;
	for (size_t i = 0; i < t->lab->wire_count; i++)
		t->wires[i] = NOT_ONE;
	for (size_t i = 0; i < t->lab->node_count; i++)
		for (size_t k = 0; k < t->lab->nodes[i]->iface_count; k++) {
			const struct iface *iface = t->lab->nodes[i]->ifaces[k];
			bool cable = iface->wire->kind == WIRE_CABLE;

			if (!t->chosen[i][k])
				continue;
			t->nodes[i] = 0;
			if (cable)
				t->nodes[far_end(iface)->node->index] = 0;
			else
				t->wires[iface->wire->index] = 0;
		}
	for (size_t i = 0; i < t->lab->node_count; i++)
		if (t->nodes[i] == 0)
			t->nodes[i] = t->socket_count++;
	for (size_t i = 0; i < t->lab->wire_count; i++)
		if (t->wires[i] == 0)
			t->wires[i] = t->socket_count++;
}

struct taps *taps_choose(const struct lab *lab, const char *const *words, size_t count, bool both,
			 char **why)
{
	struct taps *t = xcalloc(1, sizeof(*t));

	*t = (struct taps){ .lab = lab, .both = both, .whole = !count };
	t->chosen = xcalloc(lab->node_count, sizeof(*t->chosen));
	t->nodes = xcalloc(lab->node_count, sizeof(*t->nodes));
	t->wires = xcalloc(lab->wire_count + 1, sizeof(*t->wires));
	for (size_t i = 0; i < lab->node_count; i++) {
		t->chosen[i] = xcalloc(lab->nodes[i]->iface_count + 1, sizeof(bool));
		if (!count)
			choose_node(t, lab->nodes[i]);
	}
	*why = NULL;
	for (size_t i = 0; i < count && !*why; i++)
		*why = choose(t, words[i]);
	if (*why) {
		taps_free(t);
		return NULL;
	}
	number_sockets(t);
	return t;
}

void taps_free(struct taps *t)
{
	for (size_t i = 0; i < t->lab->node_count; i++)
		free(t->chosen[i]);
	free(t->chosen);
	free(t->nodes);
	free(t->wires);
	free(t);
}

/* ---- the sockets ----------------------------------------------------------------------------- */

/* open_in() - with protocol 0 it is on no list of the kernel's, and costs nobody anything yet */
static bool open_in(struct spaces *s, int net, int *fd)
{
	*fd = space_enter_net(s, net) ? socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) : -1;
	return *fd >= 0 || spaces_fail(s, "cannot make a packet socket");
}

bool taps_open(const struct taps *t, struct spaces *s, int **fds, size_t *count)
{
	const struct lab *lab = t->lab;
	bool good = true;

	*fds = NULL;
	*count = 0;
	for (size_t i = 0; i < lab->node_count && good; i++)
		if (t->nodes[i] != NOT_ONE)
			good = open_in(s, s->nodes[i].net, xappend(fds, count));
	for (size_t i = 0; i < lab->wire_count && good; i++)
		if (t->wires[i] != NOT_ONE)
			good = open_in(s, s->wires[i], xappend(fds, count));
	space_go_home(s);
	if (good)
		return true;
	for (size_t i = 0; i < *count; i++)
		cleanup_close(&(*fds)[i]);
	free(*fds);
	*fds = NULL;
	return false;
}

/* ---- what they see --------------------------------------------------------------------------- */

struct telling {
	const struct taps *taps;
	json_t *interfaces, *taps_list, *names;
	taps_addresses_fn *addresses;
	void *arg;
};

/* add_tap() - what the socket sees at this index is of the interface that was added last */
static void add_tap(struct telling *t, int socket, unsigned index, enum direction direction)
{
	json_array_append_new(t->taps_list,
			      json_pack("[i, i, i, i]", socket, (int)index,
					(int)json_array_size(t->interfaces) - 1, (int)direction));
}

/* add_port() - the switch's end of a wire, as an interface of its own */
static void add_port(struct telling *t, const struct iface *iface)
{
	auto_free char *name = xasprintf("%s:%s", iface->wire->name, iface->port_name);
	auto_free char *to = xasprintf("%s:%s", iface->node->name, iface->name);
	char mac[MAC_TEXT_LEN];

	json_array_append_new(t->interfaces,
			      json_pack("{s:s, s:s, s:s, s:[]}", "name", name, "mac",
					mac_format(&iface->port_mac, mac), "to", to, "addresses"));
	add_tap(t, t->taps->wires[iface->wire->index], port_index(iface), DIRECTION_UNKNOWN);
}

/* add_far_end() - what arrives there was sent here, and is shown as such; at a cable's far end that
 * is captured too, it is the inbound of that one */
static void add_far_end(struct telling *t, const struct iface *iface)
{
	const struct iface *far = far_end(iface);

	if (iface->wire->kind != WIRE_CABLE)
		add_tap(t, t->taps->wires[iface->wire->index], port_index(iface), DIRECTION_OUT);
	else if (!t->taps->chosen[far->node->index][place_of(far)])
		add_tap(t, t->taps->nodes[far->node->index], iface_index(far), DIRECTION_OUT);
}

/* far_name() - the LAN, or the cable's other end; to be freed */
static char *far_name(const struct iface *iface)
{
	if (iface->wire->kind != WIRE_CABLE)
		return xstrdup(iface->wire->name);
	return xasprintf("%s:%s", far_end(iface)->node->name, far_end(iface)->name);
}

static void add_interface(struct telling *t, const struct iface *iface, json_t *addresses)
{
	auto_free char *name = xasprintf("%s:%s", iface->node->name, iface->name);
	auto_free char *to = far_name(iface);
	char mac[MAC_TEXT_LEN];

	json_array_append_new(t->interfaces, json_pack("{s:s, s:s, s:s, s:O}", "name", name, "mac",
						       mac_format(&iface->mac, mac), "to", to,
						       "addresses", addresses));
	add_tap(t, t->taps->nodes[iface->node->index], iface_index(iface),
		t->taps->both ? DIRECTION_UNKNOWN : DIRECTION_IN);
}

/* is_seen() - it was chosen; or the far end of its cable was, and both ends are wanted */
static bool is_seen(const struct taps *t, const struct iface *iface)
{
	const struct iface *far = iface->wire->kind == WIRE_CABLE ? far_end(iface) : iface;

	return t->chosen[iface->node->index][place_of(iface)] ||
	       (t->both && t->chosen[far->node->index][place_of(far)]);
}

/* tell_iface() - as an interface, if it is seen; its addresses name its node in any case */
static void tell_iface(struct telling *t, const struct iface *iface)
{
	json_t *addresses = t->addresses(t->arg, iface), *address;
	size_t i;

	if (is_seen(t->taps, iface)) {
		add_interface(t, iface, addresses);
		if (!t->taps->both)
			add_far_end(t, iface);
		else if (iface->wire->kind != WIRE_CABLE)
			add_port(t, iface);
	}
	json_array_foreach (addresses, i, address) /* who is not captured is talked to */
		json_array_append_new(t->names, json_pack("[O, s]", address, iface->node->name));
	json_decref(addresses);
}

/* sockets_json() - in the order of number_sockets() and taps_open() */
static json_t *sockets_json(const struct taps *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->lab->node_count; i++)
		if (t->nodes[i] != NOT_ONE)
			json_array_append_new(list,
					      json_pack("[s, s]", "node", t->lab->nodes[i]->name));
	for (size_t i = 0; i < t->lab->wire_count; i++)
		if (t->wires[i] != NOT_ONE)
			json_array_append_new(list,
					      json_pack("[s, s]", "LAN", t->lab->wires[i]->name));
	return list;
}

json_t *taps_json(const struct taps *t, taps_addresses_fn *addresses, void *arg)
{
	struct telling telling = { t, json_array(), json_array(), json_array(), addresses, arg };

	for (size_t i = 0; i < t->lab->node_count; i++)
		for (size_t k = 0; k < t->lab->nodes[i]->iface_count; k++)
			tell_iface(&telling, t->lab->nodes[i]->ifaces[k]);
	return json_pack("{s:s, s:b, s:o, s:o, s:o, s:o}", "lab", t->lab->name, "whole", t->whole,
			 "sockets", sockets_json(t), "interfaces", telling.interfaces, "taps",
			 telling.taps_list, "names", telling.names);
}
