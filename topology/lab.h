/* SPDX-License-Identifier: MIT */
/*
 * A lab, as its file describes it and the plan completes it. lab_load() gives one in which every
 * name, address, MAC and start order is decided, or the faults that stand in the way. Nothing here
 * touches the machine.
 */
#ifndef VETHLAB_LAB_H
#define VETHLAB_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nodes/common/fault.h"
#include "nodes/common/inet.h"
#include "nodes/common/yaml.h"

#define NAME_MAX_LEN  15   /* an interface's name has IFNAMSIZ octets with its NUL */
#define LAN_PORTS_MAX 1023 /* the bridge's own limit */
#define SUBNETS_MAX   4	   /* of one LAN or cable */

/* A LAN is a bridge, a cable is two ends: both are a wire with subnets. */
enum wire_kind { WIRE_SWITCH, WIRE_HUB, WIRE_CABLE };

struct wire {
	char *name; /* of a cable "a:eth0-b:eth1" */
	size_t index;
	struct place at;
	enum wire_kind kind;
	struct prefix subnets[SUBNETS_MAX];
	struct place subnet_at[SUBNETS_MAX];
	size_t subnet_count;
	bool subnet_planned; /* nobody wrote one */
	bool unnumbered;     /* `none` is written */
	unsigned mtu;
	struct place mtu_at;
	bool offload;
	struct iface **ports;
	size_t port_count;
};

enum ip_kind { IP_PLANNED, IP_WRITTEN, IP_DHCP, IP_NONE };

struct iface {
	char *name;
	struct place at;
	struct node *node;
	struct wire *wire;
	unsigned port; /* its place among the wire's ports */
	char port_name[NAME_MAX_LEN + 1];
	enum ip_kind ip_kind;
	struct place ip_at;
	struct prefix *addrs;
	struct place *addr_at;
	size_t addr_count;
	struct mac mac, port_mac; /* its own; the far end's, where that is a bridge's port */
	bool mac_written;
	struct place mac_at;
	unsigned mtu; /* 0: the wire's */
	struct place mtu_at;
	bool lan_unknown; /* it is plugged in, nobody knows where */
	struct yaml *gateway_yaml;
};

struct route {
	struct prefix to;
	struct addr via; /* family 0: none */
	char *dev;	 /* or NULL */
	unsigned metric;
	struct place at, via_at, dev_at;
	struct yaml *via_yaml;
};

struct setting { /* of sysctls and env */
	char *key, *value;
	struct place at;
};

struct node_file {
	char *path;	   /* below the node's folder */
	char *text, *from; /* either the text, or the file beside the lab that has it */
	struct place from_at;
	unsigned mode;
	struct place at;
};

enum ready_kind { READY_STARTED, READY_NOTIFY, READY_EXIT, READY_TCP, READY_UDP, READY_COMMAND };
enum restart_kind { RESTART_NO, RESTART_ON_FAILURE, RESTART_ALWAYS };

struct command {
	char *name;
	struct node *node;
	struct place at;
	char **argv; /* ends with NULL */
	size_t argc;
	char *program; /* what argv[0] is, found */
	enum ready_kind ready;
	bool ready_written;
	struct place ready_at;
	uint16_t ready_port;
	char **ready_argv;
	size_t ready_argc;
	enum restart_kind restart;
	unsigned restart_limit; /* restarts in a row; 0: no limit */
	struct yaml *after_yaml;
	struct command **after; /* what must be ready before it starts */
	size_t after_count;
	unsigned level; /* 0 starts first; one more than the deepest it comes after */
	size_t index;	/* in the lab's start order */
};

struct node {
	char *name;
	struct place at;
	char *group; /* of `count` nodes: the name without its number; or NULL */
	size_t index;
	struct iface **ifaces;
	size_t iface_count;
	bool forward;
	struct route *routes;
	size_t route_count;
	struct setting *sysctls, *env;
	size_t sysctl_count, env_count;
	struct node_file *files;
	size_t file_count;
	struct command **commands;
	size_t command_count;
};

/* A scene is actions in the order of their times, from the moment it is played. The lab's events
 * are one without a name, played when the lab is ready. */
struct action;
struct scene {
	char *name;
	struct place at;
	struct action *actions;
	size_t action_count;
};

struct lab {
	char *name;
	struct place name_at;
	char *file;
	char *picture; /* the comment at the head of the file, without its marks; or "" */
	struct wire **wires;
	size_t wire_count;
	struct node **nodes; /* in the order of the file */
	size_t node_count;
	struct node **by_name;	   /* the same, sorted */
	struct command **commands; /* in start order */
	size_t command_count;
	struct scene events, *scenes;
	size_t scene_count;
	unsigned default_mtu;
	bool default_offload;
	char *source; /* the file's text */
	struct yaml *yaml;
};

/* lab_load() - reads, plans and checks; NULL when the file cannot be read at all. The lab is good
 * if f->errors is 0. `name` is used instead of the file's where it is not NULL. */
struct lab *lab_load(const char *file, const char *name, const char *programs, struct faults *f);

/* lab_parse() - the same from text in memory; takes over neither. `programs` is the folder that
 * commands are looked up in first; NULL: commands are not looked up. */
struct lab *lab_parse(const char *file, const char *text, size_t len, const char *name,
		      const char *programs, struct faults *f);
void lab_free(struct lab *lab);

/* Each by its name, borrowed; NULL: there is none. A cable is no LAN. */
struct node *lab_node(const struct lab *lab, const char *name);
struct wire *lab_lan(const struct lab *lab, const char *name);
struct iface *node_iface(const struct node *node, const char *name);
struct command *node_command(const struct node *node, const char *name);

struct scene *lab_scene(const struct lab *lab, const char *name);

bool wire_has_family(const struct wire *w, int family);

/* iface_has_ipv6() - its wire has an IPv6 subnet, or an address of its own was written */
bool iface_has_ipv6(const struct iface *iface);

/* name_is_good() - a name of labs, LANs, nodes and commands: [a-z0-9-], with a letter in it, no '-'
 * at its ends, and not localhost; how long it is does not matter here */
bool name_is_good(const char *name);
const char *wire_kind_name(enum wire_kind kind);
const char *ready_kind_name(enum ready_kind kind);
const char *restart_kind_name(enum restart_kind kind);

#endif
