/* SPDX-License-Identifier: MIT */
#include "topology/fact.h"

#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "nodes/common/suggest.h"

#define SEEN_MAX 6

/* The words that are not read yet; what is wrong with them is told once. */
struct words {
	char *const *at, *const *end;
	char **why;
};

static const char *peek(const struct words *w)
{
	return w->at < w->end ? *w->at : NULL;
}

static bool take(struct words *w, const char *word)
{
	const char *next = peek(w);

	if (!next || strcmp(next, word) != 0)
		return false;
	w->at++;
	return true;
}

static bool printf_like(2, 3) fail(struct words *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (!*w->why && vasprintf(w->why, fmt, ap) < 0)
		mem_exhausted();
	va_end(ap);
	return false;
}

/* take_any() - the next word, whatever it is; NULL with a complaint: there is none */
static const char *take_any(struct words *w, const char *what)
{
	if (w->at < w->end)
		return *w->at++;
	fail(w, "%s is missing at the end", what);
	return NULL;
}

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
	enum fact_kind kind;
	bool (*parse)(struct words *w, struct fact *f);
	bool can_be_negated;
} keywords[] = {
	{ "ready", FACT_READY, parse_command, false },
	{ "exited", FACT_EXITED, parse_command, false },
	{ "route", FACT_ROUTE, parse_route, true },
	{ "address", FACT_ADDRESS, parse_address, true },
	{ "link", FACT_LINK, parse_link, false },
	{ "neighbour", FACT_NEIGHBOUR, parse_neighbour, true },
	{ "neighbor", FACT_NEIGHBOUR, parse_neighbour, true },
	{ "listen", FACT_LISTEN, parse_listen, true },
	{ "log", FACT_LOG, parse_log, false },
	{ "count", FACT_LOG, parse_count, false },
	{ "ping", FACT_PING, parse_ping, false },
};

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
	const char *word = peek(w);

	return word && !keyword_find(word) && strcmp(word, "and") != 0 && strcmp(word, "no") != 0;
}

/* ready [COMMAND], exited [COMMAND] */
static bool parse_command(struct words *w, struct fact *f)
{
	if (at_operand(w))
		f->word = *w->at++;
	return true;
}

/* take_addr() - the address that stands behind `via`, `neighbour` ... */
static bool take_addr(struct words *w, const char *what, struct addr *a)
{
	const char *word = take_any(w, what);

	if (word && !addr_parse(a, word))
		return fail(w, "%s: '%s' is not an address", what, word);
	return word != NULL;
}

static bool take_dev(struct words *w, struct fact *f)
{
	if (take(w, "dev"))
		return (f->dev = take_any(w, "the interface behind 'dev'")) != NULL;
	return true;
}

/* take_prefix() - an address alone is the prefix that holds nothing else */
static bool take_prefix(struct words *w, struct fact *f, const char *what)
{
	const char *word = take_any(w, what), *reason;

	if (!word)
		return false;
	f->has_prefix = true;
	f->len_written = strchr(word, '/');
	if (f->len_written)
		return prefix_parse(&f->prefix, word, &reason) ||
		       fail(w, "%s: '%s': %s", what, word, reason);
	if (!addr_parse(&f->prefix.addr, word))
		return fail(w, "%s: '%s' is not an address", what, word);
	f->prefix.len = addr_bits(&f->prefix.addr);
	return true;
}

/* route PREFIX|default [via A] [dev IF] */
static bool parse_route(struct words *w, struct fact *f)
{
	if (take(w, "default")) {
		f->has_prefix = true;
		f->prefix = (struct prefix){ { .family = AF_INET }, 0 };
	} else if (!take_prefix(w, f, "the prefix of 'route'")) {
		return false;
	}
	f->prefix.addr = prefix_first(&f->prefix);
	if (take(w, "via") && !take_addr(w, "via", &f->via))
		return false;
	return take_dev(w, f);
}

/* address [A[/LEN]] [dev IF] */
static bool parse_address(struct words *w, struct fact *f)
{
	if (at_operand(w) && strcmp(peek(w), "dev") != 0 && !take_prefix(w, f, "address"))
		return false;
	if (f->negated && !f->has_prefix)
		return fail(w, "'no address' needs one to miss");
	return take_dev(w, f);
}

/* link IF up|down */
static bool parse_link(struct words *w, struct fact *f)
{
	f->word = take_any(w, "the interface of 'link'");
	if (!f->word)
		return false;
	f->negated = take(w, "down");
	if (f->negated || take(w, "up"))
		return true;
	return fail(w, "link %s: 'up' or 'down'%s%s%s", f->word, peek(w) ? ", not '" : "?",
		    peek(w) ? peek(w) : "", peek(w) ? "'" : "");
}

/* neighbour A [dev IF] */
static bool parse_neighbour(struct words *w, struct fact *f)
{
	if (!take_prefix(w, f, "neighbour"))
		return false;
	if (f->len_written)
		return fail(w, "neighbour: an address, not a prefix");
	return take_dev(w, f);
}

/* listen [tcp|udp] PORT */
static bool parse_listen(struct words *w, struct fact *f)
{
	const char *word;
	uint64_t port;

	f->udp = take(w, "udp");
	if (!f->udp)
		take(w, "tcp");
	word = take_any(w, "the port of 'listen'");
	if (!word)
		return false;
	if (!parse_number(&port, word) || port < 1 || port > 65535)
		return fail(w, "listen: '%s' is not a port (1 to 65535)", word);
	f->port = (uint16_t)port;
	return true;
}

/* log REGEX */
static bool parse_log(struct words *w, struct fact *f)
{
	const char *word = take_any(w, "the regular expression of 'log'");
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
	return fail(w, "log: '%s': %s", word, reason);
}

/* count N log REGEX */
static bool parse_count(struct words *w, struct fact *f)
{
	const char *word = take_any(w, "the number behind 'count'");

	if (!word)
		return false;
	if (!parse_number(&f->wanted, word) || f->wanted < 1) {
		f->wanted = 0;
		return fail(w, "count: '%s' is not a number from 1 on", word);
	}
	if (take(w, "log"))
		return parse_log(w, f);
	f->wanted = 0;
	return fail(w, "count %s: 'log REGEX' must follow", word);
}

/* ping ADDR|NODE */
static bool parse_ping(struct words *w, struct fact *f)
{
	f->word = take_any(w, "the address behind 'ping'");
	return f->word != NULL;
}

static bool unknown(struct words *w, const char *word)
{
	struct suggestion s = suggest_for(word);

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		suggest_consider(&s, keywords[i].word);
	return fail(w, "'%s' is no fact%s%s", word, suggest_text(&s),
		    *suggest_text(&s) ? ""
				      : "; there are ready, exited, route, address, link, "
					"neighbour, listen, log, count and ping");
}

static char *join(char *const *from, char *const *to)
{
	char *text = xstrdup("");

	for (; from < to; from++) {
		char *longer = xasprintf("%s%s%s", text, *text ? " " : "", *from);

		free(text);
		text = longer;
	}
	return text;
}

static bool parse_fact(struct words *w, struct fact *f)
{
	char *const *first = w->at;
	const char *word;
	const struct keyword *k;

	f->negated = take(w, "no");
	word = take_any(w, "a fact");
	k = keyword_find(word);
	if (!word)
		return false;
	if (!k)
		return unknown(w, word);
	if (f->negated && !k->can_be_negated)
		return fail(w, "'no %s' cannot be waited for", word);
	f->kind = k->kind;
	f->seen = json_array();
	if (!k->parse(w, f))
		return false;
	f->text = join(first, w->at);
	return true;
}

bool facts_parse(char *const *words, size_t count, struct fact **facts, size_t *fact_count,
		 char **why)
{
	struct words w = { words, words + count, why };
	bool good = true;

	*facts = NULL;
	*fact_count = 0;
	*why = NULL;
	while (good && (w.at < w.end || !*fact_count)) {
		good = parse_fact(&w, xappend(facts, fact_count));
		if (good && take(&w, "and") && w.at == w.end)
			good = fail(&w, "a fact must follow 'and'");
	}
	if (good)
		return true;
	facts_free(*facts, *fact_count);
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
		json_array_append_new(f->seen, json_string(text));
	else
		f->unseen++;
	free(text);
}

void fact_saw_near(struct fact *f, char *text)
{
	json_array_insert_new(f->seen, 0, json_string(text));
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
