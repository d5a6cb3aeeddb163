/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_LAUNCH_H
#define VETHLAB_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>

#include "topology/lab.h"

struct launch {
	const struct lab *lab;
	uint64_t timeout_ms;
	bool quiet;
	const char *capture; /* a file for all frames from the first one on; or NULL */
	bool tied;	     /* the lab ends with this process, however that ends */
	int tie;	     /* set by launch(): close it, and the lab goes down */
};

/* launch() - from a plan to a running lab: returns when every command is ready. Otherwise it has
 * said why on standard error, nothing is left, and the exit status is returned; 0 is success. */
int launch(struct launch *l);

/* own_programs() - the folder of vethlab's node programs: beside the launcher, or ../lib/vethlab */
const char *own_programs(void);

/* own_folder() - the one of the launcher itself */
const char *own_folder(void);

#endif
