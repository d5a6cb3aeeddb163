/* SPDX-License-Identifier: MIT */
/* What long work is at: one line that is updated on a terminal, a line a second elsewhere. */
#ifndef VETHLAB_PROGRESS_H
#define VETHLAB_PROGRESS_H

#include <stdbool.h>

#include "nodes/common/compiler.h"

void progress_show(const char *fmt, ...) printf_like(1, 2);
void progress_clear(void);

/* use_color() - a terminal that shows colours, and nobody who does not want them (NO_COLOR) */
bool use_color(int fd);

#endif
