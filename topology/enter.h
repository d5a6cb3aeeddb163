/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_ENTER_H
#define VETHLAB_ENTER_H

#include <stdbool.h>

/* enter_node() - runs argv in a node, as a child on our own terminal, and waits for it. The exit
 * status as a shell gives it: the command's own, 126 or 127 when it cannot be run, 128 + signal.
 * typed: the words are those of our own command line. in_folder: in the node's folder, and not in
 * ours. */
int enter_node(const char *lab, const char *node, char *const argv[], bool typed, bool in_folder);

/* enter_network() - this process, for good, in the node's network namespace alone */
void enter_network(const char *lab, const char *node);

#endif
