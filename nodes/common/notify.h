/* SPDX-License-Identifier: MIT */
/* Readiness, as sd_notify(3) says it: a datagram to $NOTIFY_SOCKET; nothing where it is unset. */
#ifndef VETHLAB_NOTIFY_H
#define VETHLAB_NOTIFY_H

#include "compiler.h"

void notify_ready(void);
/* notify_routes() - which routes the program writes into the kernel: who has started it removes
 * them when it is killed */
void notify_routes(unsigned protocol, unsigned metric);
void notify_status(const char *fmt, ...) printf_like(1, 2);

#endif
