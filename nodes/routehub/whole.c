/* SPDX-License-Identifier: MIT */
#include "whole.h"

#define SERIES_MAX 6 /* replays that count together */

void whole_begin(struct whole *w)
{
	w->open = true;
	w->number++;
	w->sum = 0;
	if (w->first && w->number - w->first < SERIES_MAX)
		return;
	w->first = w->number;
	w->series_sum = 0;
}

/* is_in_series() - was it mentioned by one of the replays that count together? */
static bool is_in_series(const struct whole *w, uint32_t last)
{
	return last && w->first && last >= w->first;
}

void whole_mention(struct whole *w, uint32_t *last, uint32_t hash)
{
	if (!w->open || *last == w->number)
		return;
	w->sum += hash;
	if (!is_in_series(w, *last))
		w->series_sum += hash;
	*last = w->number;
}

void whole_unmention(struct whole *w, uint32_t last, uint32_t hash)
{
	if (w->open && last == w->number)
		w->sum -= hash;
	if (is_in_series(w, last))
		w->series_sum -= hash;
}

bool whole_end(struct whole *w, uint32_t digest)
{
	if (!w->open)
		return false;
	w->open = false;
	if (w->sum == digest)
		w->first = w->number; /* this one alone says all */
	else if (w->series_sum != digest)
		return false;
	return true;
}

bool whole_was_mentioned(const struct whole *w, uint32_t last)
{
	return is_in_series(w, last);
}
