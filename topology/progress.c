/* SPDX-License-Identifier: MIT */
#include "topology/progress.h"

#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>

#include "nodes/common/loop.h"

#define PLAIN_MS 1000

static bool shown;

bool use_color(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(no && *no) && term && strcmp(term, "dumb") != 0 && isatty(fd);
}

/* can_update() - a terminal on which a line can be written anew */
static bool can_update(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
}

static int columns(void)
{
	struct winsize w;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col ? w.ws_col : 80;
}

void progress_show(const char *fmt, ...)
{
	static uint64_t last;
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (can_update()) {
		fprintf(stderr, "\r\033[K%.*s", columns() - 1, text);
		shown = true;
	} else if (last == 0) {
		last = clock_ms(); /* what is done within a second needs no line */
	} else if (clock_ms() - last >= PLAIN_MS) {
		last = clock_ms();
		fprintf(stderr, "%s\n", text);
	}
}

/* progress_clear() - due before anything else goes to standard error */
void progress_clear(void)
{
	if (shown)
		fputs("\r\033[K", stderr);
	shown = false;
}
