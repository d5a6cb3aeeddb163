/* SPDX-License-Identifier: MIT */
/*
 * What a person types, of any octets, as facts and as an action against a lab: it is understood,
 * and can be shown and freed, or there is a sentence that says why not and a word that it is about.
 * The lab's file becomes the same words, so its events are tried too.
 */
#include <stdio.h>

#include "fuzzer.h"
#include "topology/action.h"
#include "topology/fact.h"
#include "topology/lab_read.h"

const char *__lsan_default_suppressions(void);

static const char file[] =
	"name: t\n"
	"lans: {office: , back: , ring: }\n"
	"nodes:\n"
	"  pc: {count: 3, lan: office}\n"
	"  r1: {interfaces: {eth0: office, eth1: back}, run: {ripd: x, log: x}}\n"
	"  r2: {interfaces: {eth0: office, eth1: back}, run: x}\n"
	"  twice: {interfaces: {a: ring, b: ring}}\n"
	"  far:\n"
	"links: [['r1:wan', 'far:wan']]\n";

/* libfyaml 0.7.12 itself forgets some memory of files that are not YAML. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml";
}

/* the_lab() - read once; it is never freed */
static struct lab *the_lab(void)
{
	static struct lab *lab;
	static struct faults faults;

	if (!lab)
		lab = lab_parse("t.yml", file, sizeof(file) - 1, NULL, NULL, &faults);
	require(faults.errors == 0);
	return lab;
}

/* check_refusal() - a sentence in one piece, about a word that there is */
static void check_refusal(const struct words *w)
{
	require(*w->why && memchr(w->why, '\0', sizeof(w->why)));
	require(w->bad < w->count || (w->bad == 0 && w->count == 0));
}

/* check_facts() - understood in whole, or refused with a sentence; each can be shown */
static void check_facts(const char *const *list, size_t count)
{
	struct words w = { .list = list, .count = count };
	struct fact *facts;
	size_t fact_count;

	if (!facts_parse(&w, &facts, &fact_count)) {
		require(!facts && !w.no_such);
		check_refusal(&w);
		return;
	}
	require(fact_count > 0 && w.at == count && !*w.why);
	for (size_t i = 0; i < fact_count; i++) {
		struct fact *f = &facts[i];

		require(f->text && *f->text && f->seen);
		require(!f->has_prefix || f->prefix.len <= addr_bits(&f->prefix.addr));
		require((f->kind == FACT_LISTEN) == (f->port != 0));
		require((f->kind == FACT_LOG) == (f->wanted != 0));
		fact_saw(f, strdup("a"));
		fact_forget(f);
	}
	facts_need_kernel(facts, fact_count);
	facts_free(facts, fact_count);
}

static void check_shape(const struct shape *s)
{
	require(s->rate <= 0 || (s->rate >= 1000 && s->rate <= 400e9));
	require(s->delay_ms <= 3600000 && s->jitter_ms <= 3600000);
	require(s->loss <= 100 && s->duplicate <= 100 && s->reorder <= 100 && s->corrupt <= 100);
	require(s->reorder <= 0 || s->delay_ms > 0);
}

/* check_sides() - of a partition: ports are of sides that there are, and no side can be without */
static void check_sides(const struct action *a)
{
	size_t named = 0;

	require(a->lan && a->name && a->sides && a->side_count >= 1 && a->side_count <= SIDES_MAX);
	for (size_t i = 0; i < a->lan->port_count; i++) {
		require(a->sides[i] <= a->side_count);
		named += a->sides[i] != 0;
	}
	require(named >= a->side_count);
}

static void check_action(const char *const *list, size_t count)
{
	struct words w = { .list = list, .count = count };
	struct action a;

	if (action_parse(&a, the_lab(), &w)) {
		require(w.at == count && !*w.why && a.text);
		check_shape(&a.shape);
		require(a.kind != ACTION_LINK || !a.iface == !!a.lan);
		require(a.kind != ACTION_KILL || (a.signal > 0 && a.signal <= 64));
		require(a.kind > ACTION_KILL || a.node);
		if (a.kind == ACTION_PARTITION)
			check_sides(&a);
	} else {
		check_refusal(&w);
	}
	action_free(&a);
}

/* check_event() - the same line, as the value of an event in a lab file */
static void check_event(const char *verb, const char *line)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct faults faults = { 0 };
	struct lab *lab;

	require(out != NULL);
	fprintf(out, "%sevents: [{at: 1s, %s: '", file, verb);
	for (; *line; line++)
		if (*line != '\'' && *line != '\n')
			fputc(*line, out);
	fprintf(out, "'}]\n");
	require(fclose(out) == 0);
	lab = lab_parse("t.yml", text, len, NULL, NULL, &faults);
	require(lab && (faults.errors || lab->events.action_count == 1));
	lab_free(lab);
	faults_free(&faults);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const verbs[] = { "link", "start", "kill", "partition", "heal" };
	char *line = strndup((const char *)data, size), **argv = NULL;
	const char *why;
	size_t argc = 0;

	require(line != NULL);
	if (words_split(line, &argv, &argc, &why) || !argc) {
		check_facts((const char *const *)argv, argc);
		check_action((const char *const *)argv, argc);
	}
	if (size % 16 == 0 && size)
		check_event(verbs[data[0] % 5], line);
	for (size_t i = 0; i < argc; i++)
		free(argv[i]);
	free(argv);
	free(line);
	return 0;
}
