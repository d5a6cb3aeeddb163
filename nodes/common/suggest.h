/* SPDX-License-Identifier: MIT */
/* "did you mean": the nearest of the words that would have been right */
#ifndef VETHLAB_SUGGEST_H
#define VETHLAB_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

struct suggestion {
	const char *word; /* what was written */
	const char *best; /* the nearest candidate so far, or NULL */
	unsigned distance;
	char text[128];
};

/* suggest_for() - a new search; the word, and what suggest_consider() is given, have to last as
 * long */
struct suggestion suggest_for(const char *word);

/* suggest_is_nearer() - than the best so far; for candidates that do not live long */
bool suggest_is_nearer(const struct suggestion *s, const char *candidate);
void suggest_consider(struct suggestion *s, const char *candidate);

/* suggest_text() - "; did you mean 'x'?", or "" where nothing is near; lives as long as `s` */
const char *suggest_text(struct suggestion *s);

#endif
