/* SPDX-License-Identifier: MIT */
/* What a node's kernel says of itself, by dumps: links, addresses, routes. */
#include "topology/live.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/nl.h"
#include "topology/build.h"
#include "topology/object.h"

struct dump {
	json_t *ifaces; /* by index */
	json_t *routes;
	unsigned only; /* addresses of this index alone; 0: of all */
};

/* iface_at() - the object of this index, borrowed; a new one where it is not there yet */
static json_t *iface_at(struct dump *d, unsigned index)
{
	char key[16];
	json_t *iface;

	snprintf(key, sizeof(key), "%u", index);
	iface = json_object_get(d->ifaces, key);
	if (!iface) {
		iface = json_pack("{s:[]}", "addresses");
		json_object_set_new(d->ifaces, key, iface);
	}
	return iface;
}

static void on_link(const struct object *o, json_t *iface)
{
	char text[MAC_TEXT_LEN];

	json_object_set_new(iface, "name", json_string(o->name));
	json_object_set_new(iface, "state", json_string(link_state_name(o->state)));
	json_object_set_new(iface, "mtu", json_integer(o->mtu));
	json_object_set_new(iface, "mac", json_string(mac_format(&o->mac, text)));
}

static void on_address(const struct object *o, json_t *iface)
{
	char text[PREFIX_TEXT_LEN];

	json_array_append_new(json_object_get(iface, "addresses"),
			      json_string(prefix_format(&o->prefix, text)));
}

/* hop_json() - {"via": ..., "dev": ...}, each where there is one */
static json_t *hop_json(struct dump *d, const struct hop *hop)
{
	json_t *json = json_object(), *name = NULL;
	char text[ADDR_TEXT_LEN];

	if (hop->via.family)
		json_object_set_new(json, "via", json_string(addr_format(&hop->via, text)));
	if (hop->index)
		name = json_object_get(iface_at(d, hop->index), "name");
	if (name)
		json_object_set(json, "dev", name);
	return json;
}

/* on_route() - via and dev of the first next hop, and all of them as "nexthops"
 * where there are several */
static void on_route(const struct object *o, struct dump *d)
{
	char text[PREFIX_TEXT_LEN], number[8];
	json_t *route = hop_json(d, &o->hops[0]);

	json_object_set_new(route, "to", json_string(prefix_format(&o->prefix, text)));
	json_object_set_new(route, "protocol",
			    json_string(route_protocol_name(o->protocol, number)));
	if (o->metric)
		json_object_set_new(route, "metric", json_integer(o->metric));
	if (o->hop_count > 1) {
		json_t *hops = json_array();

		for (unsigned i = 0; i < o->hop_count; i++)
			json_array_append_new(hops, hop_json(d, &o->hops[i]));
		json_object_set_new(route, "nexthops", hops);
	}
	json_array_append_new(d->routes, route);
}

static void on_object(void *arg, const struct nlmsghdr *nlh)
{
	struct dump *d = arg;
	struct object o;

	if (!object_decode(&o, nlh))
		return;
	switch (o.kind) {
	case OBJECT_LINK:
		on_link(&o, iface_at(d, o.index));
		break;
	case OBJECT_ADDRESS:
		if (!d->only || (o.index == d->only && !o.link_scope))
			on_address(&o, iface_at(d, o.index));
		break;
	case OBJECT_ROUTE:
		on_route(&o, d);
		break;
	case OBJECT_NEIGHBOUR:
		break;
	}
}

/* An interrupted dump comes again as a whole: what it brought so far is forgotten. */
static void forget_addresses(void *arg)
{
	const char *key;
	json_t *iface;

	json_object_foreach (((struct dump *)arg)->ifaces, key, iface)
		json_array_clear(json_object_get(iface, "addresses"));
}

static void forget_links(void *arg)
{
	json_object_clear(((struct dump *)arg)->ifaces);
}

static void forget_routes(void *arg)
{
	json_array_clear(((struct dump *)arg)->routes);
}

/* open_in() - a netlink socket of the node's namespace; we are home again. -1: there is none. */
static int open_in(struct spaces *s, const struct node *node)
{
	int fd = space_enter_net(s, s->nodes[node->index].net) ? nl_open() : -1;

	space_go_home(s);
	return fd;
}

json_t *live_of_node(struct spaces *s, const struct node *node)
{
	struct dump d = { json_object(), json_array(), 0 };
	auto_close int fd = open_in(s, node);
	json_t *list = json_array(), *iface;
	const char *key;
	bool good = fd >= 0 && nl_dump(fd, RTM_GETLINK, AF_UNSPEC, on_object, forget_links, &d) &&
		    nl_dump(fd, RTM_GETADDR, AF_UNSPEC, on_object, forget_addresses, &d) &&
		    nl_dump(fd, RTM_GETROUTE, AF_UNSPEC, on_object, forget_routes, &d);
	json_t *live;

	json_object_foreach (d.ifaces, key, iface)
		json_array_append(list, iface);
	json_decref(d.ifaces);
	live = json_pack("{s:o, s:o}", "interfaces", list, "routes", d.routes);
	if (!good)
		json_object_set_new(live, "error", json_string(strerror(errno)));
	return live;
}

json_t *live_addresses(struct spaces *s, const struct iface *iface)
{
	struct dump d = { json_object(), NULL, iface_index(iface) };
	auto_close int fd = open_in(s, iface->node);
	json_t *list;

	if (fd >= 0)
		nl_dump(fd, RTM_GETADDR, AF_UNSPEC, on_object, forget_addresses, &d);
	list = json_incref(json_object_get(iface_at(&d, d.only), "addresses"));
	json_decref(d.ifaces);
	return list;
}
