/* SPDX-License-Identifier: MIT */
#include "topology/event_text.h"

#include <string.h>

/* word() - a text of the event, or "" */
static const char *word(const json_t *e, const char *key)
{
	const char *text = json_string_value(json_object_get(e, key));

	return text ? text : "";
}

/* number() - of the event; 0 where it has none */
static long long number(const json_t *e, const char *key)
{
	return json_integer_value(json_object_get(e, key));
}

static void say_command(FILE *to, const json_t *e)
{
	const char *what = word(e, "what"), *name = word(e, "command");

	if (strcmp(what, "started") == 0)
		fprintf(to, "%s started (pid %lld)", name, number(e, "pid"));
	else if (strcmp(what, "ready") == 0)
		fprintf(to, "%s ready after %lld ms", name, number(e, "after_ms"));
	else if (strcmp(what, "exited") == 0)
		fprintf(to, "%s exited with status %lld", name, number(e, "status"));
	else if (strcmp(what, "killed") == 0)
		fprintf(to, "%s was ended by signal %lld (%s)", name, number(e, "signal"),
			strsignal((int)number(e, "signal")));
	else if (strcmp(what, "restarting") == 0)
		fprintf(to, "%s starts again in %lld ms", name, number(e, "in_ms"));
	else if (strcmp(what, "failed") == 0)
		fprintf(to, "%s cannot start: %s", name, word(e, "why"));
	else
		fprintf(to, "%s %s", name, what);
}

static void say_list(FILE *to, const json_t *e, const char *key)
{
	const json_t *entry;
	size_t i;

	json_array_foreach (json_object_get(e, key), i, entry)
		fprintf(to, "%s%s", i ? "," : " ", json_string_value(entry));
}

static void say_route(FILE *to, const json_t *e)
{
	fprintf(to, "%s", word(e, "prefix"));
	if (json_object_get(e, "via"))
		fprintf(to, " via");
	say_list(to, e, "via");
	if (json_object_get(e, "dev"))
		fprintf(to, " dev");
	say_list(to, e, "dev");
	if (json_object_get(e, "metric"))
		fprintf(to, " metric %lld", number(e, "metric"));
	fprintf(to, " %s", word(e, "what"));
}

static void say_neighbour(FILE *to, const json_t *e)
{
	const char *state = word(e, "state"), *what = word(e, "what");

	fprintf(to, "%s on %s ", word(e, "address"), word(e, "dev"));
	if (strcmp(what, "removed") == 0)
		fprintf(to, "gone");
	else if (strcmp(state, "known") == 0)
		fprintf(to, "is %s", word(e, "mac"));
	else
		fprintf(to, "%s", state);
}

static void say_lost(FILE *to, const json_t *e)
{
	const char *what = word(e, "what");

	if (strcmp(what, "overrun") == 0)
		fprintf(to,
			"the kernel told more than could be heard: what is different now follows");
	else if (strcmp(what, "disk") == 0)
		fprintf(to, "%lld events for want of space on the disk", number(e, "count"));
	else
		fprintf(to, "a look at the node failed: %s", word(e, "why"));
}

void event_say(FILE *to, const json_t *e)
{
	const char *kind = word(e, "kind"), *what = word(e, "what");

	if (strcmp(kind, "link") == 0)
		fprintf(to, "%s %s", word(e, "link"), word(e, "state"));
	else if (strcmp(kind, "address") == 0)
		fprintf(to, "%s on %s %s%s", word(e, "address"), word(e, "dev"), what,
			json_is_true(json_object_get(e, "tentative")) ? " (tentative)" : "");
	else if (strcmp(kind, "route") == 0)
		say_route(to, e);
	else if (strcmp(kind, "neighbour") == 0)
		say_neighbour(to, e);
	else if (strcmp(kind, "command") == 0)
		say_command(to, e);
	else if (strcmp(kind, "fault") == 0)
		fprintf(to, "%s%s%s", what, *word(e, "error") ? ": failed: " : "",
			word(e, "error"));
	else if (strcmp(kind, "scene") == 0)
		fprintf(to, "%s %s", word(e, "scene"), what);
	else if (strcmp(kind, "lost") == 0)
		say_lost(to, e);
	else if (strcmp(what, "up") == 0)
		fprintf(to, "up after %lld ms", number(e, "after_ms"));
	else
		fprintf(to, "%s", what);
}
