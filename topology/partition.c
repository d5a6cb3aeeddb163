/* SPDX-License-Identifier: MIT */
/*
 * A LAN in two or more parts: each side gets a bridge of its own beside the LAN's, in the same
 * namespace, and its ports move there. The ports stay up all the while, so that no node's carrier
 * changes: only the frames of the others stay away.
 */
#include <linux/rtnetlink.h>

#include "nodes/common/mem.h"
#include "nodes/common/nl.h"
#include "topology/build.h"
#include "topology/damage.h"
#include "topology/init.h"

static void move_port(struct nl_batch *b, const struct spaces *s, const struct iface *iface,
		      unsigned side)
{
	struct nlmsghdr *nlh = nl_batch_add(b, RTM_NEWLINK, 0, sizeof(struct ifinfomsg),
					    "the port of %s:%s", iface->node->name, iface->name);
	struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	ifi->ifi_index = (int)wire_far_end(s, iface).index;
	mnl_attr_put_u32(nlh, IFLA_MASTER, bridge_index(iface->wire, side));
}

static void remove_bridge(struct nl_batch *b, const struct wire *lan, unsigned side)
{
	struct nlmsghdr *nlh = nl_batch_add(b, RTM_DELLINK, 0, sizeof(struct ifinfomsg),
					    "LAN %s: the bridge of side %u", lan->name, side);
	struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	ifi->ifi_index = (int)bridge_index(lan, side);
}

/* divide() - from the sides that there are to the new ones; `sides` is by port, NULL: one LAN
 * again */
static bool divide(struct damage *d, const struct wire *lan, const uint8_t *sides, unsigned count,
		   char **error)
{
	struct wire_damage *wd = damage_of_wire(d, lan);
	struct spaces *s = &d->init->spaces;
	struct damage_batch db;

	if (!damage_batch_begin(d, &db, s->wires[lan->index], error))
		return false;
	for (unsigned side = wd->sides + 1; side <= count; side++)
		build_bridge(db.b, lan, side);
	for (size_t i = 0; i < lan->port_count; i++) {
		uint8_t side = sides ? sides[i] : 0;

		if (wd->ports[i].side != side)
			move_port(db.b, s, lan->ports[i], side);
		wd->ports[i].side = side;
	}
	for (unsigned side = wd->sides; side > count; side--)
		remove_bridge(db.b, lan, side);
	wd->sides = count;
	return damage_batch_end(d, &db, error);
}

/* partition_make() - also where the LAN is divided already: ports move from the
 * old sides to the new ones */
bool partition_make(struct damage *d, const struct action *a, char **error)
{
	struct wire_damage *wd = damage_of_wire(d, a->lan);

	if (!divide(d, a->lan, a->sides, a->side_count, error))
		return false;
	free(wd->partition);
	wd->partition = xstrdup(a->name);
	return true;
}

bool partition_heal(struct damage *d, const struct wire *lan, char **error)
{
	struct wire_damage *wd = damage_of_wire(d, lan);

	if (!divide(d, lan, NULL, 0, error))
		return false;
	free(wd->partition);
	wd->partition = NULL;
	return true;
}
