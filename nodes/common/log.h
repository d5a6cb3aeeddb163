/* SPDX-License-Identifier: MIT */
/* One line an event, on standard error, the subject first. Whoever reads it adds the time. */
#ifndef VETHLAB_LOG_H
#define VETHLAB_LOG_H

#include <stdint.h>

#include "compiler.h"

/* log_open() - the name in front of each line. First of all: it fills standard descriptors that are
 * closed. */
void log_open(const char *program);
void log_info(const char *fmt, ...) printf_like(1, 2);

/* log_errno() - an event that ends in the system's words for errno */
void log_errno(const char *fmt, ...) printf_like(1, 2);

/* fatal() - says why and ends the program with status 1: a failure at work, not wrong use */
_Noreturn void fatal(const char *fmt, ...) printf_like(1, 2);
_Noreturn void fatal_errno(const char *fmt, ...) printf_like(1, 2);

/* A line that peers can cause: at most `burst` of them a second (0: five), the rest are counted. */
struct log_limit {
	uint64_t second;
	unsigned said, held_back, burst;
};

void log_limited(struct log_limit *limit, const char *fmt, ...) printf_like(2, 3);

#endif
