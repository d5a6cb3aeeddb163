/* SPDX-License-Identifier: MIT */
/* Routes that a router has left in its node's kernel because it was killed. */
#ifndef VETHLAB_ORPHANS_H
#define VETHLAB_ORPHANS_H

#include "topology/init.h"

/* orphans_remove() - those that the task's process has said it writes: X_ROUTES=PROTOCOL METRIC
 * beside its READY=1. Only called where nobody takes them over. */
void orphans_remove(const struct task *t);

#endif
