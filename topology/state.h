/* SPDX-License-Identifier: MIT */
/*
 * What the verbs know of a lab from outside: a folder under the state root, with a lock that init
 * holds for as long as it lives. A folder whose lock is free is what a crash left: whoever meets it
 * takes it away.
 *
 *   ROOT/LAB/lock       held by init; its pid, as text
 *   ROOT/LAB/control    the socket on which init answers
 *   ROOT/LAB/hosts      /etc/hosts of every node
 *   ROOT/LAB/logs/NODE  what the node's commands print
 *   ROOT/LAB/nodes/NODE the node's own folder: its `files`, its resolv.conf
 */
#ifndef VETHLAB_STATE_H
#define VETHLAB_STATE_H

#include <stdbool.h>
#include <sys/types.h>

/* state_root() - $VETHLAB_STATE_DIR, or /run/vethlab for root, or $XDG_RUNTIME_DIR/vethlab, or
 * /tmp/vethlab-UID. Made with mode 0700 if need be; a folder that is not ours ends the program. */
const char *state_root(void);

/* state_dir() - the folder of a lab; to be freed */
char *state_dir(const char *lab);

/* state_claim() - makes the lab's folder and takes its lock: the descriptor, or -1. -1 with
 * errno EBUSY: the lab is running. What a crash left there is taken away first. */
int state_claim(const char *lab);

/* state_is_live() - does a process hold the lab's lock? If none does, what is left of the lab is
 * taken away here. What is no good name (lab.h) is no lab, and leads nowhere. */
bool state_is_live(const char *lab);

/* state_remove() - the folder and, for root, the links in /run/netns that point into `init`; what
 * is to be kept (keep.h) is copied before. The caller holds the lock. */
void state_remove(const char *lab, pid_t init);

/* state_list() - the names of the labs that run, sorted; what crashed ones left is removed.
 * Names and list to be freed. */
char **state_list(size_t *count);

/* state_init_pid() - the process 1 of a running lab as we see it, or 0 */
pid_t state_init_pid(const char *lab);

#define NETNS_DIR "/run/netns"

#endif
