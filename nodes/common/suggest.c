/* SPDX-License-Identifier: MIT */
#include "suggest.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define WORD_MAX 64 /* longer words are not compared */

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* distance() - Damerau-Levenshtein, adjacent transpositions: edits that make `a` into `b` */
static unsigned distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	unsigned rows[3][WORD_MAX + 1], *before = rows[0], *last = rows[1], *row = rows[2];

	if (la > WORD_MAX || lb > WORD_MAX)
		return UINT_MAX;
	for (size_t j = 0; j <= lb; j++)
		last[j] = (unsigned)j;
	for (size_t i = 1; i <= la; i++) {
		unsigned *oldest = before;

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= lb; j++) {
			unsigned change = a[i - 1] != b[j - 1];

			row[j] = min3(last[j] + 1, row[j - 1] + 1, last[j - 1] + change);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		before = last;
		last = row;
		row = oldest;
	}
	return last[lb];
}

struct suggestion suggest_for(const char *word)
{
	return (struct suggestion){ .word = word, .distance = UINT_MAX };
}

bool suggest_is_nearer(const struct suggestion *s, const char *candidate)
{
	return distance(s->word, candidate) < s->distance;
}

void suggest_consider(struct suggestion *s, const char *candidate)
{
	unsigned d = distance(s->word, candidate);

	if (d < s->distance) {
		s->best = candidate;
		s->distance = d;
	}
}

/* Near enough: a third of the word may be wrong, and one letter of a short word. */
const char *suggest_text(struct suggestion *s)
{
	size_t len = strlen(s->word), allowed = len / 3;

	s->text[0] = '\0';
	if (s->best && len > 1 && s->distance <= (allowed ? allowed : 1))
		snprintf(s->text, sizeof(s->text), "; did you mean '%s'?", s->best);
	return s->text;
}
