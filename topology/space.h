/* SPDX-License-Identifier: MIT */
/*
 * The namespaces of a lab, as descriptors that init holds and nothing else does: one network
 * namespace a LAN and a node, and for a node that runs something, a mount and a UTS namespace too.
 */
#ifndef VETHLAB_SPACE_H
#define VETHLAB_SPACE_H

#include <stdbool.h>

#include "topology/lab.h"

struct space {
	int net, mnt, uts; /* -1: not made */
};

struct spaces {
	const struct lab *lab;
	const char *dir;   /* the lab's state folder */
	struct space home; /* init's own */
	struct space *nodes;
	int *wires; /* network namespaces of LANs */
	char *error;
};

void spaces_init(struct spaces *s, const struct lab *lab, const char *dir);
void spaces_free(struct spaces *s);

/* spaces_fail() - keeps the first error, with errno's words; always false */
bool spaces_fail(struct spaces *s, const char *fmt, ...) printf_like(2, 3);

/* spaces_forgive() - what failed before is told: the next failure is one of its own */
void spaces_forgive(struct spaces *s);

/* Enter and come home again. Failing to come home ends the process: nothing right could follow. */
bool space_enter_net(struct spaces *s, int net);
void space_go_home(struct spaces *s);

/* space_new_net() - a new network namespace, and we are in it; its descriptor, or -1 */
int space_new_net(struct spaces *s);

/* space_prepare() - init's own mounts: its /proc, the lab's /etc/hosts */
bool space_prepare(struct spaces *s);

/* space_complete() - a node's mount and UTS namespace, made when it first runs something: its
 * hostname, /sys of its own network, /etc/resolv.conf of its own */
bool space_complete(struct spaces *s, const struct node *node);

/* space_join() - for good, in a child: all of the node's namespaces. 0 or -errno. */
int space_join(const struct space *s);

/* node_folder() - where the node's `files` are, and where its commands start; to be freed */
char *node_folder(const char *dir, const struct node *node);

#endif
