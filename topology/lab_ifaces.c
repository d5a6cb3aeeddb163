/* SPDX-License-Identifier: MIT */
/* The interfaces of a node: by name, or the only one in the node's short form. */
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/suggest.h"
#include "topology/lab_read.h"
#include "topology/plan.h"

/* iface_name_is_good() - lo is there already; all and default are folders beside the
 * interfaces' in /proc/sys/net */
static bool iface_name_is_good(const char *name)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return name[0] && strspn(name, allowed) == strlen(name) && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0 && strcmp(name, "lo") != 0 && strcmp(name, "all") != 0 &&
	       strcmp(name, "default") != 0;
}

struct iface *iface_new(struct config_reader *r, struct node *node, const char *name,
			struct place at)
{
	struct iface *iface, *before = node_iface(node, name);

	if (before) {
		fault_error(r->faults, at, "interface '%s' is there twice", name);
		fault_note(r->faults, before->at, "the first one is here");
		return NULL;
	}
	if (strlen(name) > NAME_MAX_LEN)
		fault_error(r->faults, at,
			    "the name of an interface has at most %d characters, '%s' has %zu",
			    NAME_MAX_LEN, name, strlen(name));
	else if (!iface_name_is_good(name))
		fault_error(r->faults, at, "'%s' is no name for an interface", name);
	iface = xcalloc(1, sizeof(*iface));
	iface->name = xstrdup(name);
	iface->at = at;
	iface->node = node;
	*xappend(&node->ifaces, &node->iface_count) = iface;
	return iface;
}

/* read_iface_lan() - of a LAN that is not there one fault is enough: lan_unknown keeps
 * the check from another */
static void read_iface_lan(struct config_reader *r, struct yaml *y, void *into)
{
	struct iface *iface = into;
	struct wire *wire;
	struct suggestion s;

	iface->lan_unknown = true;
	if (!read_text(r, y, "lan"))
		return;
	wire = lab_lan(reading(r)->lab, y->text);
	if (wire) {
		iface->lan_unknown = false;
		plug(iface, wire);
		return;
	}
	s = suggest_for(y->text);
	for (size_t i = 0; i < reading(r)->lab->wire_count; i++)
		suggest_consider(&s, reading(r)->lab->wires[i]->name);
	fault_error(r->faults, y->at, "LAN '%s' is not defined%s", y->text, suggest_text(&s));
}

static void add_address(struct iface *iface, struct prefix p, struct place at)
{
	size_t count = iface->addr_count;

	*xappend(&iface->addrs, &count) = p;
	*xappend(&iface->addr_at, &iface->addr_count) = at;
}

/* read_address() - one without prefix length gets that of its wire's subnet from the plan */
static void read_address(struct config_reader *r, const struct yaml *y, struct iface *iface)
{
	struct prefix p = { .len = LEN_OF_THE_WIRE };
	const char *why = "not an address";

	if (!read_text(r, y, "ip"))
		return;
	if (strcmp(y->text, "dhcp") == 0 || strcmp(y->text, "none") == 0) {
		fault_error(r->faults, y->at, "ip '%s' stands alone, not in a list", y->text);
		return;
	}
	if (strchr(y->text, '/') ? !prefix_parse(&p, y->text, &why)
				 : !addr_parse(&p.addr, y->text)) {
		struct suggestion s = suggest_for(y->text);

		suggest_consider(&s, "dhcp");
		suggest_consider(&s, "none");
		fault_error(r->faults, y->at, "ip '%s': %s%s", y->text, why, suggest_text(&s));
	} else if (addr_is_multicast(&p.addr)) {
		fault_error(r->faults, y->at, "%s is multicast, no address of a host", y->text);
	} else if (addr_is_unspecified(&p.addr)) {
		fault_error(r->faults, y->at, "%s is no address of a host", y->text);
	} else {
		add_address(iface, p, y->at);
	}
}

/* ip: an address, a list of them, `dhcp` (a client in the node will ask), or `none` */
static void read_iface_ip(struct config_reader *r, struct yaml *y, void *into)
{
	struct iface *iface = into;

	iface->ip_at = y->at;
	if (y->kind == YAML_SCALAR && strcmp(y->text, "dhcp") == 0) {
		iface->ip_kind = IP_DHCP;
	} else if (y->kind == YAML_SCALAR && strcmp(y->text, "none") == 0) {
		iface->ip_kind = IP_NONE;
	} else {
		iface->ip_kind = IP_WRITTEN;
		if (y->kind == YAML_LIST && !y->entries)
			fault_error(r->faults, y->at,
				    "the list of addresses is empty; write none, or leave it out");
		if (y->kind != YAML_LIST)
			read_address(r, y, iface);
		else
			for (const struct yaml *e = y->entries; e; e = e->next)
				read_address(r, e, iface);
	}
}

static void read_iface_gateway(struct config_reader *r, struct yaml *y, void *into)
{
	(void)r;
	((struct iface *)into)->gateway_yaml = y; /* the plan knows addresses and nodes */
}

static void read_iface_mac(struct config_reader *r, struct yaml *y, void *into)
{
	struct iface *iface = into;
	static const struct mac zero;

	if (!read_text(r, y, "mac"))
		return;
	if (!mac_parse(&iface->mac, y->text))
		fault_error(r->faults, y->at, "'%s' is not a MAC, as in 02:00:00:00:00:01",
			    y->text);
	else if (memcmp(&iface->mac, &zero, sizeof(zero)) == 0)
		fault_error(r->faults, y->at, "%s is zero, no interface's MAC", y->text);
	else if (iface->mac.bytes[0] & 1)
		fault_error(r->faults, y->at, "%s is a group's MAC: its first octet is odd",
			    y->text);
	else
		iface->mac_written = true;
	iface->mac_at = y->at;
}

static void read_iface_mtu(struct config_reader *r, struct yaml *y, void *into)
{
	((struct iface *)into)->mtu_at = y->at;
	read_mtu(r, y, &((struct iface *)into)->mtu);
}

static const struct key iface_keys[] = {
	{ "lan", read_iface_lan }, { "ip", read_iface_ip },   { "gateway", read_iface_gateway },
	{ "mac", read_iface_mac }, { "mtu", read_iface_mtu },
};

void read_ifaces(struct config_reader *r, struct yaml *y, void *into)
{
	struct node *node = into;

	if (y->kind != YAML_MAP) {
		fault_error(r->faults, y->at,
			    "'interfaces' is %s; it should be a map of interfaces by name",
			    yaml_kind_name(y));
		return;
	}
	for (struct yaml *e = y->entries; e; e = e->next) {
		struct iface *iface = iface_new(r, node, e->key, e->key_at);
		char what[64];

		if (!iface)
			continue;
		snprintf(what, sizeof(what), "interface '%s'", e->key);
		if (e->kind == YAML_SCALAR && !yaml_is_empty(e))
			read_iface_lan(r, e, iface); /* eth0: office */
		else if (!yaml_is_empty(e) &&
			 !read_map(r, e, iface_keys, ARRAY_SIZE(iface_keys), what, iface))
			iface->lan_unknown = true;
	}
}

/* The short form: `pc: {lan: office}` has one interface, eth0 */
void read_only_iface(struct config_reader *r, const struct yaml *y, struct node *node)
{
	const struct yaml *lan = yaml_get(y, "lan"), *ifaces = yaml_get(y, "interfaces");
	struct iface *iface;

	for (size_t i = 0; i < ARRAY_SIZE(iface_keys); i++) {
		const struct yaml *e = yaml_get(y, iface_keys[i].name);

		if (e && ifaces)
			fault_error(r->faults, e->key_at,
				    "'%s' stands beside 'interfaces': write it "
				    "under the interface that it is for",
				    e->key);
		else if (e && !lan)
			fault_error(r->faults, e->key_at, "'%s' needs 'lan' beside it", e->key);
	}
	if (!lan || ifaces)
		return;
	iface = iface_new(r, node, "eth0", lan->key_at);
	for (size_t i = 0; i < ARRAY_SIZE(iface_keys); i++) {
		struct yaml *e = yaml_get(y, iface_keys[i].name);

		if (e)
			iface_keys[i].read(r, e, iface);
	}
}
