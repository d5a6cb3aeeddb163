/* SPDX-License-Identifier: MIT */
/*
 * What shall happen in a lab by itself: `events`, from the moment it is ready, and `scenes` that
 * somebody plays. Each entry becomes the words that a person would type (action.h), so that both
 * are understood, and refused, by the same parser.
 */
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "nodes/common/suggest.h"
#include "topology/action.h"
#include "topology/lab_read.h"

#define AT_MAX_MS 86400000

/* The keys of an entry: what is done, and what goes with that. */
static const struct entry_key {
	const char *name;
	const char *verb; /* that it belongs to; NULL: it is one */
	const char *word; /* in front of its value; NULL: none */
} entry_keys[] = {
	{ "link", NULL, "link" },	  { "start", NULL, "start" },
	{ "stop", NULL, "stop" },	  { "restart", NULL, "restart" },
	{ "kill", NULL, "kill" },	  { "partition", NULL, "partition" },
	{ "heal", NULL, "heal" },	  { "state", "link", NULL },
	{ "rate", "link", "rate" },	  { "delay", "link", "delay" },
	{ "loss", "link", "loss" },	  { "duplicate", "link", "duplicate" },
	{ "reorder", "link", "reorder" }, { "corrupt", "link", "corrupt" },
	{ "signal", "kill", NULL },	  { "lan", "partition", "lan" },
	{ "name", "partition", "name" },
};

/* The words of an entry, each with its place. */
struct line {
	char **words;
	struct place *places;
	size_t count, place_count;
};

static void line_add(struct line *l, const char *text, size_t len, struct place at)
{
	*xappend(&l->words, &l->count) = xstrndup(text, len);
	*xappend(&l->places, &l->place_count) = at;
}

static void line_free(struct line *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->words[i]);
	free(l->words);
	free(l->places);
}

/* line_add_text() - the words of a scalar: "a,b / c,d" has three */
static void line_add_text(struct line *l, const struct yaml *y)
{
	const char *p = y->text;

	while (*(p += strspn(p, " \t"))) {
		size_t len = strcspn(p, " \t");

		line_add(l, p, len, y->at);
		p += len;
	}
}

/* line_add_sides() - [[a, b], [c, d]]: the names of each side, and strokes between the sides */
static void line_add_sides(struct config_reader *r, struct line *l, const struct yaml *y)
{
	for (const struct yaml *side = y->entries; side; side = side->next) {
		if (side != y->entries)
			line_add(l, "/", 1, side->at);
		if (side->kind == YAML_SCALAR)
			line_add_text(l, side);
		if (side->kind == YAML_MAP)
			fault_error(r->faults, side->at, "a side is a list of nodes, not %s",
				    yaml_kind_name(side));
		for (const struct yaml *e = side->entries; e; e = e->next) {
			if (read_text(r, e, "a node of a side"))
				line_add_text(l, e);
		}
	}
}

/* line_add_value() - as words; the values of `partition` and `delay` alone may be several */
static void line_add_value(struct config_reader *r, struct line *l, const struct yaml *y)
{
	if (y->kind == YAML_LIST && strcmp(y->key, "partition") == 0)
		line_add_sides(r, l, y);
	else if ((strcmp(y->key, "heal") == 0 && yaml_is_empty(y)) || !read_text(r, y, y->key))
		return; /* `heal:` alone is all of them */
	else if (strcmp(y->key, "partition") == 0 || strcmp(y->key, "delay") == 0)
		line_add_text(l, y); /* "a,b / c,d", "20ms 5ms" */
	else
		line_add(l, y->text, strlen(y->text), y->at);
}

static const struct entry_key *find_key(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(entry_keys); i++)
		if (strcmp(entry_keys[i].name, name) == 0)
			return &entry_keys[i];
	return NULL;
}

static void report_unknown(struct config_reader *r, const struct yaml *e)
{
	struct suggestion s = suggest_for(e->key);

	for (size_t i = 0; i < ARRAY_SIZE(entry_keys); i++)
		suggest_consider(&s, entry_keys[i].name);
	suggest_consider(&s, "at");
	fault_error(r->faults, e->key_at, "unknown key '%s' in an event%s", e->key,
		    suggest_text(&s));
}

/* find_verb() - the key that says what is done; NULL with a fault: there is none, or two */
static const struct yaml *find_verb(struct config_reader *r, const struct yaml *y)
{
	const struct yaml *verb = NULL;
	unsigned errors = r->faults->errors;

	for (const struct yaml *e = y->entries; e; e = e->next) {
		const struct entry_key *k = find_key(e->key);

		if (!k && strcmp(e->key, "at") != 0 && strncmp(e->key, "x-", 2) != 0)
			report_unknown(r, e);
		if (!k || k->verb)
			continue;
		if (verb) {
			fault_error(r->faults, e->key_at,
				    "an event does one thing: '%s' and '%s' are two", verb->key,
				    e->key);
			return NULL;
		}
		verb = e;
	}
	if (!verb && r->faults->errors == errors)
		fault_error(r->faults, y->at,
			    "what shall happen? An event has one of link, start, stop, restart, "
			    "kill, partition and heal");
	return verb;
}

/* to_words() - "link r1:eth1 down": the options of `partition` stand before its sides */
static bool to_words(struct config_reader *r, const struct yaml *y, const struct yaml *verb,
		     struct line *l)
{
	bool sides_last = strcmp(verb->key, "partition") == 0, good = true;

	line_add(l, verb->key, strlen(verb->key), verb->key_at);
	if (!sides_last)
		line_add_value(r, l, verb);
	for (const struct yaml *e = y->entries; e; e = e->next) {
		const struct entry_key *k = find_key(e->key);

		if (!k || !k->verb)
			continue;
		if (strcmp(k->verb, verb->key) != 0) {
			fault_error(r->faults, e->key_at, "'%s' does not go with '%s'", e->key,
				    verb->key);
			good = false;
			continue;
		}
		if (k->word)
			line_add(l, k->word, strlen(k->word), e->key_at);
		line_add_value(r, l, e);
	}
	if (sides_last)
		line_add_value(r, l, verb);
	return good;
}

/* read_at() - in ms; 0 where none is written, and that is well unless it is
 * required. False with a fault. */
static bool read_at(struct config_reader *r, const struct yaml *y, bool required, uint64_t *at_ms)
{
	const struct yaml *at = yaml_get(y, "at");

	*at_ms = 0;
	if (!at && required)
		fault_error(r->faults, y->at, "when? 'at' is missing, as in at: 5s");
	if (!at || !read_text(r, at, "at"))
		return !at && !required;
	if (parse_time(at_ms, at->text) && *at_ms <= AT_MAX_MS)
		return true;
	fault_error(r->faults, at->at, "at: '%s' is not a time up to 24h, as in 500ms, 5s or 2m",
		    at->text);
	return false;
}

/* insert() - by time; of the same time in the order of the file */
static void insert(struct scene *scene, struct action *a)
{
	size_t i = scene->action_count;

	*xappend(&scene->actions, &scene->action_count) = *a;
	for (; i > 0 && scene->actions[i - 1].at_ms > a->at_ms; i--)
		scene->actions[i] = scene->actions[i - 1];
	scene->actions[i] = *a;
}

/* read_action() - a complaint about a word is a fault at that word's place */
static void read_action(struct config_reader *r, const struct yaml *y, struct scene *scene,
			bool at_required)
{
	const struct yaml *verb = find_verb(r, y);
	struct line line = { 0 };
	struct words words;
	struct action a;
	uint64_t at_ms;
	unsigned errors;

	read_at(r, y, at_required, &at_ms);
	errors = r->faults->errors;
	if (!verb || !to_words(r, y, verb, &line) || r->faults->errors > errors) {
		line_free(&line);
		return;
	}
	words = (struct words){ .list = (const char *const *)line.words, .count = line.count };
	if (action_parse(&a, reading(r)->lab, &words)) {
		a.at_ms = at_ms;
		insert(scene, &a);
	} else {
		fault_error(r->faults, words.bad ? line.places[words.bad] : verb->at, "%s",
			    words.why);
		action_free(&a);
	}
	line_free(&line);
}

static void read_list(struct config_reader *r, const struct yaml *y, struct scene *scene,
		      bool at_required)
{
	if (y->kind != YAML_LIST) {
		fault_error(r->faults, y->at, "'%s' is %s; it should be a list of events", y->key,
			    yaml_kind_name(y));
		return;
	}
	for (const struct yaml *e = y->entries; e; e = e->next) {
		if (e->kind == YAML_MAP)
			read_action(r, e, scene, at_required);
		else
			fault_error(
				r->faults, e->at,
				"an event is a map, as in {at: 5s, link: pc1:eth0, state: down}");
	}
}

void read_events(struct config_reader *r, struct yaml *y, void *lab)
{
	if (!yaml_is_empty(y))
		read_list(r, y, &((struct lab *)lab)->events, true);
}

void read_scenes(struct config_reader *r, struct yaml *y, void *lab)
{
	struct lab *l = lab;

	if (yaml_is_empty(y))
		return;
	if (y->kind != YAML_MAP) {
		fault_error(r->faults, y->at, "'scenes' is %s; it should be a map of lists",
			    yaml_kind_name(y));
		return;
	}
	for (const struct yaml *e = y->entries; e; e = e->next) {
		struct scene *scene = xappend(&l->scenes, &l->scene_count);

		scene->name = xstrdup(e->key);
		scene->at = e->key_at;
		read_name(r, e->key, e->key_at, "scene");
		read_list(r, e, scene, false);
	}
}
