/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_FILES_H
#define VETHLAB_FILES_H

#include "topology/init.h"

/* files_write() - what is on disk before a node starts: the lab's hosts, each node's `files`. On
 * false the spaces' error says which file and why. */
bool files_write(struct init *init);

#endif
