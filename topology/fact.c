/* SPDX-License-Identifier: MIT */
#include "topology/fact.h"

#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "nodes/common/suggest.h"
#include "topology/status.h"

#define SEEN_MAX 6

static bool parse_command(struct words *w, struct fact *f);
static bool parse_route(struct words *w, struct fact *f);
static bool parse_address(struct words *w, struct fact *f);
static bool parse_link(struct words *w, struct fact *f);
static bool parse_neighbour(struct words *w, struct fact *f);
static bool parse_listen(struct words *w, struct fact *f);
static bool parse_log(struct words *w, struct fact *f);
static bool parse_count(struct words *w, struct fact *f);
static bool parse_ping(struct words *w, struct fact *f);

static const struct keyword {
	const char *word;
	bool (*parse)(struct words *w, struct fact *f);
	enum fact_kind kind;
	bool can_be_negated;
} keywords[] = {
	{ "ready", parse_command, FACT_READY, false },
	{ "exited", parse_command, FACT_EXITED, false },
	{ "route", parse_route, FACT_ROUTE, true },
	{ "address", parse_address, FACT_ADDRESS, true },
	{ "link", parse_link, FACT_LINK, false },
	{ "neighbour", parse_neighbour, FACT_NEIGHBOUR, true },
	{ "neighbor", parse_neighbour, FACT_NEIGHBOUR, true },
	{ "listen", parse_listen, FACT_LISTEN, true },
	{ "log", parse_log, FACT_LOG, false },
	{ "count", parse_count, FACT_LOG, false },
	{ "ping", parse_ping, FACT_PING, false },
};

/* keyword_find() - NULL: no fact begins like that, or `word` is NULL */
static const struct keyword *keyword_find(const char *word)
{
	for (size_t i = 0; word && i < ARRAY_SIZE(keywords); i++)
		if (strcmp(word, keywords[i].word) == 0)
			return &keywords[i];
	return NULL;
}

/* at_operand() - does a word follow that belongs to this fact, and does not begin the next one? */
static bool at_operand(const struct words *w)
{
	const char *word = words_peek(w);

	return word && !keyword_find(word) && strcmp(word, "and") != 0 && strcmp(word, "no") != 0;
}

/* at_command_named_as_fact() - `ready ping`: no fact can be so short, so it is a command's name */
static bool at_command_named_as_fact(const struct words *w)
{
	static const char *const whole[] = { "ready", "exited", "address", "and", "no" };
	const char *word = words_peek(w);
	bool is_last = w->at + 1 >= w->count || strcmp(w->list[w->at + 1], "and") == 0;

	for (size_t i = 0; word && i < ARRAY_SIZE(whole); i++)
		if (strcmp(word, whole[i]) == 0)
			return false;
	return word && is_last;
}

/* ready [COMMAND], exited [COMMAND] */
static bool parse_command(struct words *w, struct fact *f)
{
	if (at_operand(w) || at_command_named_as_fact(w))
		f->word = w->list[w->at++];
	return true;
}

/* take_addr() - the address that stands behind `via`, `neighbour` ... */
static bool take_addr(struct words *w, const char *what, struct addr *a)
{
	const char *word = words_take(w, what);

	if (word && !addr_parse(a, word))
		return words_complain(w, "%s: '%s' is not an address", what, word);
	return word != NULL;
}

/* take_dev() - [dev IF]; true where there is none */
static bool take_dev(struct words *w, struct fact *f)
{
	if (words_accept(w, "dev"))
		return (f->dev = words_take(w, "the interface behind 'dev'")) != NULL;
	return true;
}

/* take_prefix() - an address alone is the prefix that holds nothing else */
static bool take_prefix(struct words *w, struct fact *f, const char *what)
{
	const char *word = words_take(w, what), *reason;

	if (!word)
		return false;
	f->has_prefix = true;
	f->len_written = strchr(word, '/');
	if (f->len_written)
		return prefix_parse(&f->prefix, word, &reason) ||
		       words_complain(w, "%s: '%s': %s", what, word, reason);
	if (!addr_parse(&f->prefix.addr, word))
		return words_complain(w, "%s: '%s' is not an address", what, word);
	f->prefix.len = addr_bits(&f->prefix.addr);
	return true;
}

/* route PREFIX|default [via A] [dev IF] */
static bool parse_route(struct words *w, struct fact *f)
{
	if (words_accept(w, "default")) {
		f->has_prefix = true;
		f->prefix = (struct prefix){ { .family = AF_INET }, 0 };
	} else if (!take_prefix(w, f, "the prefix of 'route'")) {
		return false;
	}
	f->prefix.addr = prefix_first(&f->prefix);
	if (words_accept(w, "via") && !take_addr(w, "via", &f->via))
		return false;
	return take_dev(w, f);
}

/* address [A[/LEN]] [dev IF] */
static bool parse_address(struct words *w, struct fact *f)
{
	if (at_operand(w) && strcmp(words_peek(w), "dev") != 0 && !take_prefix(w, f, "address"))
		return false;
	if (f->negated && !f->has_prefix)
		return words_complain(w, "'no address' needs one to miss");
	return take_dev(w, f);
}

/* link IF up|down */
static bool parse_link(struct words *w, struct fact *f)
{
	f->word = words_take(w, "the interface of 'link'");
	if (!f->word)
		return false;
	f->negated = words_accept(w, "down");
	if (f->negated || words_accept(w, "up"))
		return true;
	return words_complain(w, "link %s: 'up' or 'down'%s%s%s", f->word,
			      words_peek(w) ? ", not '" : "?", words_peek(w) ? words_peek(w) : "",
			      words_peek(w) ? "'" : "");
}

/* neighbour A [dev IF] */
static bool parse_neighbour(struct words *w, struct fact *f)
{
	if (!take_prefix(w, f, "neighbour"))
		return false;
	if (f->len_written)
		return words_complain(w, "neighbour: an address, not a prefix");
	return take_dev(w, f);
}

/* listen [tcp|udp] PORT */
static bool parse_listen(struct words *w, struct fact *f)
{
	const char *word;
	uint64_t port;

	f->udp = words_accept(w, "udp");
	if (!f->udp)
		words_accept(w, "tcp");
	word = words_take(w, "the port of 'listen'");
	if (!word)
		return false;
	if (!parse_number(&port, word) || port < 1 || port > 65535)
		return words_complain(w, "listen: '%s' is not a port (1 to 65535)", word);
	f->port = (uint16_t)port;
	return true;
}

/* log REGEX */
static bool parse_log(struct words *w, struct fact *f)
{
	const char *word = words_take(w, "the regular expression of 'log'");
	char reason[128];
	int err;

	if (!word)
		return false;
	if (!f->wanted)
		f->wanted = 1;
	err = regcomp(&f->regex, word, REG_EXTENDED | REG_NOSUB);
	if (!err)
		return true;
	regerror(err, &f->regex, reason, sizeof(reason));
	f->wanted = 0; /* there is nothing to free */
	return words_complain(w, "log: '%s': %s", word, reason);
}

/* count N log REGEX */
static bool parse_count(struct words *w, struct fact *f)
{
	const char *word = words_take(w, "the number behind 'count'");

	if (!word)
		return false;
	if (!parse_number(&f->wanted, word) || f->wanted < 1) {
		f->wanted = 0;
		return words_complain(w, "count: '%s' is not a number from 1 on", word);
	}
	if (words_accept(w, "log"))
		return parse_log(w, f);
	f->wanted = 0;
	return words_complain(w, "count %s: 'log REGEX' must follow", word);
}

/* ping ADDR|NODE */
static bool parse_ping(struct words *w, struct fact *f)
{
	f->word = words_take(w, "the address behind 'ping'");
	return f->word != NULL;
}

/* unknown() - a complaint with the nearest keyword, or with all of them; false, to be returned */
static bool unknown(struct words *w, const char *word)
{
	struct suggestion s = suggest_for(word);

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		suggest_consider(&s, keywords[i].word);
	return words_complain(w, "'%s' is no fact%s%s", word, suggest_text(&s),
			      *suggest_text(&s)
				      ? ""
				      : "; there are ready, exited, route, address, link, "
					"neighbour, listen, log, count and ping");
}

/* parse_fact() - [no] KEYWORD and what belongs to it, into a zeroed fact, which is to
 * be freed also on false */
static bool parse_fact(struct words *w, struct fact *f)
{
	size_t first = w->at;
	const char *word;
	const struct keyword *k;

	f->negated = words_accept(w, "no");
	word = words_take(w, "a fact");
	k = keyword_find(word);
	if (!word)
		return false;
	if (!k)
		return unknown(w, word);
	if (f->negated && !k->can_be_negated)
		return words_complain(w, "'no %s' cannot be waited for", word);
	f->kind = k->kind;
	f->seen = json_array();
	if (!k->parse(w, f))
		return false;
	f->text = words_join(w, first, w->at);
	return true;
}

bool facts_parse(struct words *w, struct fact **facts, size_t *count)
{
	bool good = true;

	*facts = NULL;
	*count = 0;
	while (good && (words_peek(w) || !*count)) {
		good = parse_fact(w, xappend(facts, count));
		if (good && words_accept(w, "and") && !words_peek(w))
			good = words_complain(w, "a fact must follow 'and'");
	}
	if (good)
		return true;
	facts_free(*facts, *count);
	*facts = NULL;
	return false;
}

void facts_free(struct fact *facts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (facts[i].kind == FACT_LOG && facts[i].wanted)
			regfree(&facts[i].regex);
		json_decref(facts[i].seen);
		free(facts[i].text);
	}
	free(facts);
}

void fact_forget(struct fact *f)
{
	f->found = false;
	f->unseen = 0;
	json_array_clear(f->seen);
}

void fact_saw(struct fact *f, char *text)
{
	if (json_array_size(f->seen) < SEEN_MAX)
		json_array_append_new(f->seen, status_text(text));
	else
		f->unseen++;
	free(text);
}

void fact_saw_near(struct fact *f, char *text)
{
	json_array_insert_new(f->seen, 0, status_text(text));
	free(text);
}

void fact_judge(struct fact *f, uint64_t now_ns)
{
	bool holds = f->found != f->negated;

	if (holds && !f->holds) {
		f->since_ns = now_ns;
		f->at_once = !f->judged;
	}
	f->judged = true;
	f->holds = holds;
}
