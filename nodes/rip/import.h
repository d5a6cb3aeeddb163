/* SPDX-License-Identifier: MIT */
/* The routes that an administrator, or the start of the system, has put into the kernel. */
#ifndef VETHLAB_RIP_IMPORT_H
#define VETHLAB_RIP_IMPORT_H

#include <stddef.h>

#include "nodes/common/inet.h"
#include "nodes/common/loop.h"

struct import;

struct imported {
	struct prefix prefix;
	uint32_t via; /* 0: on the link */
	unsigned ifindex;
};

/* import_open() - `changed` is called when they may have changed, but not for those at the start */
struct import *import_open(struct loop *l, loop_fn *changed, void *arg);
void import_close(struct import *i);

/* import_all() - good until `changed` is called */
const struct imported *import_all(const struct import *i, size_t *count);

#endif
