/* SPDX-License-Identifier: MIT */
#include "topology/words.h"

#include <stdarg.h>
#include <string.h>

#include "nodes/common/mem.h"

const char *words_peek(const struct words *w)
{
	return w->at < w->count ? w->list[w->at] : NULL;
}

const char *words_take(struct words *w, const char *what)
{
	if (w->at < w->count)
		return w->list[w->at++];
	words_complain(w, "%s is missing", what);
	return NULL;
}

bool words_accept(struct words *w, const char *word)
{
	const char *next = words_peek(w);

	if (!next || strcmp(next, word) != 0)
		return false;
	w->at++;
	return true;
}

bool words_complain(struct words *w, const char *fmt, ...)
{
	va_list ap;

	if (*w->why)
		return false;
	w->bad = w->at ? w->at - 1 : 0;
	va_start(ap, fmt);
	vsnprintf(w->why, sizeof(w->why), fmt, ap);
	va_end(ap);
	return false;
}

char *words_join(const struct words *w, size_t from, size_t to)
{
	char *text = xstrdup("");

	for (size_t i = from; i < to; i++) {
		char *longer = xasprintf("%s%s%s", text, *text ? " " : "", w->list[i]);

		free(text);
		text = longer;
	}
	return text;
}
