/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_LEN  1024
#define LIMITED_BURST 5 /* lines a second of one kind */

static const char *program_name = "vethlab";

/* hold_std() - a program that is started with one of its standard descriptors closed would open a
 * socket in its place, and take that for its input */
static void hold_std(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

void log_open(const char *program)
{
	hold_std();
	program_name = program;
}

/* say() - the whole line by one write, so that lines of several processes never mix */
static void say(const char *fmt, va_list ap, int err)
{
	char line[LINE_MAX_LEN];
	int n = snprintf(line, sizeof(line), "%s: ", program_name);

	n += vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
	if (n < (int)sizeof(line) && err)
		n += snprintf(line + n, sizeof(line) - (size_t)n, ": %s", strerror(err));
	if (n > (int)sizeof(line) - 1)
		n = (int)sizeof(line) - 1;
	line[n] = '\n';
	if (write(STDERR_FILENO, line, (size_t)n + 1) < 0)
		return; /* a log that nobody reads is no reason to stop */
}

void log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap, 0);
	va_end(ap);
}

void log_errno(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap, err);
	va_end(ap);
	errno = err;
}

void fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap, 0);
	va_end(ap);
	exit(EXIT_FAILURE);
}

void fatal_errno(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap, err);
	va_end(ap);
	exit(EXIT_FAILURE);
}

void log_limited(struct log_limit *limit, const char *fmt, ...)
{
	struct timespec t;
	va_list ap;

	clock_gettime(CLOCK_MONOTONIC, &t);
	if ((uint64_t)t.tv_sec != limit->second) {
		if (limit->held_back)
			log_info("%u more lines like the last were left out", limit->held_back);
		*limit = (struct log_limit){ .second = (uint64_t)t.tv_sec, .burst = limit->burst };
	}
	if (limit->said >= (limit->burst ? limit->burst : LIMITED_BURST)) {
		limit->held_back++;
		return;
	}
	limit->said++;
	va_start(ap, fmt);
	say(fmt, ap, 0);
	va_end(ap);
}
