/* SPDX-License-Identifier: MIT */
/* vethlab wait: until facts about a node hold, and how long that took. */
#include <string.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "nodes/common/suggest.h"
#include "topology/client.h"
#include "topology/table.h"
#include "topology/verbs.h"
#include "topology/wait.h"

#define TIMEOUT_MS   30000
#define WAIT_VERSION 1

static const char *lab_option;
static uint64_t timeout_ms = TIMEOUT_MS;
static bool quiet, as_json;

static const struct option_row options[] = {
	{ "lab", 'l', "LAB", OPTION_TEXT, &lab_option, "the lab; not needed where one runs", 0, 0 },
	{ "timeout", 't', "TIME", OPTION_TIME, &timeout_ms, "give up after so long (30s)", 0,
	  86400000 },
	{ "quiet", 'q', NULL, OPTION_FLAG, &quiet, "print nothing but errors", 0, 0 },
	{ "json", 0, NULL, OPTION_FLAG, &as_json, "as JSON, also when time is up", 0, 0 },
};

static const struct program program = {
	.name = "vethlab wait",
	.usage = "[OPTION]... NODE FACT [and] [FACT]...",
	.about =
		"Waits until all facts hold at once, and prints how long each took. Facts:\n"
		"  ready [COMMAND]              exited [COMMAND]         link IF up|down\n"
		"  [no] route PREFIX [via A] [dev IF]                    [no] neighbour A [dev IF]\n"
		"  [no] address [A[/LEN]] [dev IF]                       [no] listen [tcp|udp] PORT\n"
		"  log REGEX                    count N log REGEX        ping ADDRESS|NODE\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.more = "examples:\n"
		"  vethlab wait r1 route 10.0.3.0/24 via 10.0.2.2 --timeout 5s\n"
		"  vethlab wait pc1 address and ping chat\n"
		"  vethlab wait chat count 3 log 'joined'\n"
		"Exit status 1: time is up, and what was seen last is told.\n",
};

/* require_command() - a command that the node has not is never ready */
static void require_command(const struct wait *w, const char *name)
{
	json_t *answer = ask_node(w->lab, "commands", w->node, NULL);
	struct suggestion s = suggest_for(name);
	const json_t *c;
	size_t i;

	json_array_foreach (json_object_get(answer, "commands"), i, c) {
		suggest_consider(&s, text_of(c, "name"));
		if (strcmp(text_of(c, "name"), name) == 0) {
			json_decref(answer);
			return;
		}
	}
	log_info("node '%s' has no command '%s'%s", w->node, name, suggest_text(&s));
	exit(EXIT_NO_SUCH);
}

/* ms_until() - since the wait began; 0 for what was so before */
static double ms_until(const struct wait *w, uint64_t ns)
{
	return ns > w->began_ns ? (double)(ns - w->began_ns) / 1e6 : 0;
}

static void print_held(const struct wait *w)
{
	for (size_t i = 0; i < w->count; i++) {
		const struct fact *f = &w->facts[i];

		if (f->at_once)
			printf("%s at once\n", f->text);
		else
			printf("%s after %.1f ms\n", f->text, ms_until(w, f->since_ns));
	}
}

static void print_missing(const struct wait *w)
{
	for (size_t i = 0; i < w->count; i++) {
		const struct fact *f = &w->facts[i];
		const json_t *seen;
		size_t j;

		if (f->holds)
			continue;
		log_info("node %s: after %.1f s still not: %s", w->node, (double)w->took_ns / 1e9,
			 f->text);
		if (f->kind == FACT_LOG)
			fprintf(stderr,
				"    %llu of %llu lines match; the last that were printed:\n",
				(unsigned long long)f->count, (unsigned long long)f->wanted);
		json_array_foreach (f->seen, j, seen)
			fprintf(stderr, "    %s\n", json_string_value(seen));
		if (f->unseen)
			fprintf(stderr, "    and %zu more\n", f->unseen);
		if (!json_array_size(f->seen))
			fprintf(stderr, "    nothing of the kind is there\n");
	}
}

static void print_as_json(const struct wait *w, bool held)
{
	json_t *facts = json_array();

	for (size_t i = 0; i < w->count; i++) {
		const struct fact *f = &w->facts[i];
		json_t *fact = json_pack("{s:s, s:b, s:O}", "fact", f->text, "held", f->holds,
					 "seen", f->seen);

		if (f->holds)
			json_object_set_new(fact, "after_ms",
					    json_real(f->at_once ? 0 : ms_until(w, f->since_ns)));
		json_array_append_new(facts, fact);
	}
	print_json(json_pack("{s:i, s:s, s:s, s:b, s:f, s:o}", "version", WAIT_VERSION, "lab",
			     w->lab, "node", w->node, "held", held, "took_ms",
			     (double)w->took_ns / 1e6, "facts", facts));
}

/* report() - what it came to, in words or as JSON. 0: all hold, 1: time is
 * up, 3: the lab has ended. */
static int report(const struct wait *w, enum wait_end end)
{
	if (end == WAIT_LAB_ENDED) {
		log_info("lab '%s' ended meanwhile", w->lab);
		return EXIT_NO_SUCH;
	}
	if (as_json)
		print_as_json(w, end == WAIT_HELD);
	else if (end == WAIT_TIME_UP)
		print_missing(w);
	else if (!quiet)
		print_held(w);
	if (fflush(stdout) == EOF)
		return EXIT_FAILURE;
	return end == WAIT_HELD ? EXIT_SUCCESS : EXIT_FAILURE;
}

int cmd_wait(int argc, char **argv)
{
	int first = options_parse(&program, argc, argv), status;
	auto_free char *lab = NULL;
	struct words words = { .count = (size_t)argc, .at = (size_t)first + 1 };
	struct wait w = { 0 };

	if (first == argc)
		options_fail(&program, "for which node?");
	if (first + 1 == argc)
		options_fail(&program, "for which fact?");
	words.list = (const char *const *)argv;
	if (!facts_parse(&words, &w.facts, &w.count))
		options_fail(&program, "%s", words.why);
	w.lab = lab = lab_meant(lab_option);
	w.node = argv[first];
	w.timeout_ms = timeout_ms;
	json_decref(ask_node(lab, "commands", w.node, NULL)); /* is there such a node? */
	for (size_t i = 0; i < w.count; i++) {
		if ((w.facts[i].kind == FACT_READY || w.facts[i].kind == FACT_EXITED) &&
		    w.facts[i].word)
			require_command(&w, w.facts[i].word);
		if (w.facts[i].kind == FACT_PING)
			ping_find(&w.facts[i], lab);
	}
	status = report(&w, wait_for_facts(&w));
	facts_free(w.facts, w.count);
	return status;
}
