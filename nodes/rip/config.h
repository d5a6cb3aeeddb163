/* SPDX-License-Identifier: MIT */
/* The configuration file of ripd. */
#ifndef VETHLAB_RIP_CONFIG_H
#define VETHLAB_RIP_CONFIG_H

#include "nodes/common/fault.h"
#include "settings.h"

/* rip_config_parse() - into `c`; every fault is reported in `f` with its place */
void rip_config_parse(struct rip_config *c, const char *file, const char *text, size_t len,
		      struct faults *f);

/* rip_config_load() - from a file, whose text the caller frees after he has shown the faults */
void rip_config_load(struct rip_config *c, const char *file, char **source, struct faults *f);

#endif
