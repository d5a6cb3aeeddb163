/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_SETTLE_H
#define VETHLAB_SETTLE_H

#include <stdbool.h>
#include <stdint.h>

/* settle() - waits until a command (NULL: each of the node) is ready, or until it does not run any
 * more. False: it ended before it was ready, or time is up; that is told, with its last lines. */
enum settled { SETTLED_READY, SETTLED_STOPPED };
bool settle(const char *lab, const char *node, const char *command, enum settled wanted,
	    uint64_t timeout_ms);

#endif
