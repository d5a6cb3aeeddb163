/* SPDX-License-Identifier: MIT */
/* "link r1:eth1 down", "link office rate 10mbit delay 20ms 5ms": which wire, and what it shall
 * do. */
#include <stdlib.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "nodes/common/suggest.h"
#include "topology/action_parse.h"

/* take_wire() - NODE:IF or LAN */
static bool take_wire(struct words *w, struct action *a)
{
	const char *word = words_take(w, "the link, NODE:INTERFACE or a LAN,");
	const char *colon = word ? strchr(word, ':') : NULL;
	auto_free char *name = colon ? xstrndup(word, (size_t)(colon - word)) : NULL;

	if (!word)
		return false;
	if (!colon && lab_node(a->lab, word) && !lab_lan(a->lab, word))
		return words_complain(w, "'%s' is a node: which link of it? Write %s:INTERFACE",
				      word, word);
	if (!colon)
		return (a->lan = find_lan(w, a->lab, word)) != NULL;
	a->node = find_node(w, a->lab, name);
	a->iface = a->node ? find_iface(w, a->node, colon + 1) : NULL;
	return a->iface != NULL;
}

/* take_rate() - "10mbit", "1.5gbit", "64kbit", "9600bit", or "none" */
static bool take_rate(struct words *w, double *bits)
{
	static const struct {
		const char *unit;
		double bits;
	} units[] = { { "bit", 1 }, { "kbit", 1e3 }, { "mbit", 1e6 }, { "gbit", 1e9 } };
	const char *word = words_take(w, "the rate");
	char *end;

	if (!word)
		return false;
	*bits = 0;
	if (strcmp(word, "none") == 0)
		return true;
	*bits = strtod(word, &end);
	for (size_t i = 0; end != word && i < ARRAY_SIZE(units); i++)
		if (strcasecmp(end, units[i].unit) == 0) {
			*bits *= units[i].bits;
			if (*bits >= 1000 && *bits <= 400e9)
				return true;
			return words_complain(w, "rate: %s is not between 1kbit and 400gbit", word);
		}
	return words_complain(w, "rate: '%s' is not a rate, as in 64kbit, 10mbit or 1gbit", word);
}

static bool is_time(const char *word)
{
	uint64_t ms;

	return word && parse_time(&ms, word);
}

#define DELAY_MAX  3600000 /* an hour */
#define JITTER_MAX 2147	   /* 31 bits of nanoseconds: netem takes no more, and does not say so */

/* take_ms() - a time of at most `max` milliseconds, which `max_text` says in words; `what`
 * names it in complaints */
static bool take_ms(struct words *w, const char *what, unsigned max, const char *max_text,
		    double *to)
{
	const char *word = words_take(w, what);
	uint64_t ms;

	if (!word)
		return false;
	if (!parse_time(&ms, word) || ms > max)
		return words_complain(w, "%s: '%s' is not a time up to %s, as in 20ms", what, word,
				      max_text);
	*to = (double)ms;
	return true;
}

/* take_percent() - 0 to 100, with or without its sign */
static bool take_percent(struct words *w, const char *what, double *to)
{
	const char *word = words_take(w, what);
	char *end;

	if (!word)
		return false;
	*to = strtod(word, &end);
	if (end == word || (strcmp(end, "%") != 0 && *end) || !(*to >= 0 && *to <= 100))
		return words_complain(w, "%s: '%s' is not a percentage, as in 1%% or 0.5%%", what,
				      word);
	return true;
}

/* take_delay() - TIME [JITTER]; without jitter it is 0, and takes away an earlier one */
static bool take_delay(struct words *w, struct shape *s)
{
	if (!take_ms(w, "delay", DELAY_MAX, "1h", &s->delay_ms))
		return false;
	s->jitter_ms = 0;
	return !is_time(words_peek(w)) || take_ms(w, "jitter", JITTER_MAX, "2147ms", &s->jitter_ms);
}

/* take_change() - one thing that the link shall do; `word` names it */
static bool take_change(struct words *w, struct action *a, const char *word)
{
	static const char *const words[] = { "up",	  "down",    "rate",	"delay", "loss",
					     "duplicate", "reorder", "corrupt", "clear" };
	struct suggestion s = suggest_for(word);

	if (strcmp(word, "up") == 0 || strcmp(word, "down") == 0) {
		enum turn turn = *word == 'u' ? TURN_UP : TURN_DOWN;

		if (a->turn != TURN_KEEP && a->turn != turn)
			return words_complain(w, "a link goes up or down, not both");
		a->turn = turn;
		return true;
	}
	if (strcmp(word, "clear") == 0)
		return a->clear = true;
	if (strcmp(word, "rate") == 0)
		return take_rate(w, &a->shape.rate);
	if (strcmp(word, "delay") == 0)
		return take_delay(w, &a->shape);
	if (strcmp(word, "loss") == 0)
		return take_percent(w, word, &a->shape.loss);
	if (strcmp(word, "duplicate") == 0)
		return take_percent(w, word, &a->shape.duplicate);
	if (strcmp(word, "reorder") == 0)
		return take_percent(w, word, &a->shape.reorder);
	if (strcmp(word, "corrupt") == 0)
		return take_percent(w, word, &a->shape.corrupt);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		suggest_consider(&s, words[i]);
	return words_complain(w, "'%s' is nothing that a link does%s%s", word, suggest_text(&s),
			      *suggest_text(&s)
				      ? ""
				      : ": up, down, rate, delay, loss, duplicate, reorder, "
					"corrupt or clear");
}

/* action_parse_link() - one change at least. `reorder` needs its delay among the same words: what
 * is in force already is not known here. */
bool action_parse_link(struct words *w, struct action *a)
{
	if (!take_wire(w, a))
		return false;
	do {
		const char *word = words_take(w, "what the link shall do (up, down, rate ...)");

		if (!word || !take_change(w, a, word))
			return false;
	} while (words_peek(w));
	if (a->shape.reorder > 0 && !(a->shape.delay_ms > 0))
		return words_complain(
			w, "reorder needs a delay: what is not delayed overtakes the rest");
	return true;
}
