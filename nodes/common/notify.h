/* SPDX-License-Identifier: MIT */
/* Readiness, as sd_notify(3) says it: a datagram to $NOTIFY_SOCKET; nothing where it is unset. */
#ifndef VETHLAB_NOTIFY_H
#define VETHLAB_NOTIFY_H

#include "compiler.h"

void notify_ready(void);
void notify_status(const char *fmt, ...) printf_like(1, 2);

#endif
