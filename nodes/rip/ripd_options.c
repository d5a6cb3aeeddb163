/* SPDX-License-Identifier: MIT */
/* The command line of ripd. */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "nodes/common/iface.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "ripd.h"
#include "settings_text.h"

#define HOUR_MS UINT64_C(3600000)

static const char *config_file, *triggered, *receive, *send_how, *split;
static bool check_only, as_json;
static uint64_t update_ms, timeout_ms, garbage_ms, metric_in, metric_out = UINT64_MAX, paths;
static struct option_list auths, announced, imports, neighbours, passives;

static const struct option_row options[] = {
	{ "announce", 'a', "NETWORK", OPTION_LIST, &announced,
	  "announce PREFIX[,METRIC[,TAG]] too; may be repeated", 0, 0 },
	{ "auth", 'A', "KIND:SECRET", OPTION_LIST, &auths,
	  "plain:SECRET, md5:ID:SECRET or sha256:ID:SECRET", 0, 0 },
	{ "check", 'C', NULL, OPTION_FLAG, &check_only, "check the configuration, end", 0, 0 },
	{ "config", 'c', "FILE", OPTION_TEXT, &config_file, "read a configuration", 0, 0 },
	{ "garbage", 'g', "TIME", OPTION_TIME, &garbage_ms, "announce what is lost so long (120s)",
	  100, 24 * HOUR_MS },
	{ "import", 'i', "WHAT", OPTION_LIST, &imports,
	  "announce the kernel's connected or static routes", 0, 0 },
	{ "json", 'j', NULL, OPTION_FLAG, &as_json, "with show: as JSON", 0, 0 },
	{ "metric-in", 'm', "N", OPTION_NUMBER, &metric_in, "add to what is learned (1)", 1, 15 },
	{ "metric-out", 'M', "N", OPTION_NUMBER, &metric_out, "add to what is announced (0)", 0,
	  15 },
	{ "neighbour", 'n', "ADDRESS", OPTION_LIST, &neighbours,
	  "send to this router too; may be repeated", 0, 0 },
	{ "passive", 'P', "INTERFACE", OPTION_LIST, &passives,
	  "listen there, but do not speak; may be repeated", 0, 0 },
	{ "paths", 0, "N", OPTION_NUMBER, &paths, "next hops of equal metric a route may have (1)",
	  1, 16 },
	{ "receive", 'r', "VERSIONS", OPTION_TEXT, &receive, "1, 2, both or none (both)", 0, 0 },
	{ "send", 's', "VERSION", OPTION_TEXT, &send_how, "2, 2-broadcast, 1 or none (2)", 0, 0 },
	{ "split-horizon", 'S', "HOW", OPTION_TEXT, &split, "poison, simple or off (poison)", 0,
	  0 },
	{ "timeout", 't', "TIME", OPTION_TIME, &timeout_ms,
	  "what is not announced so long is lost (180s)", 100, 24 * HOUR_MS },
	{ "triggered", 'T', "MIN-MAX", OPTION_TEXT, &triggered,
	  "pause between updates by changes, or off (1s-5s)", 0, 0 },
	{ "update", 'u', "TIME", OPTION_TIME, &update_ms, "announce all so often (30s)", 100,
	  HOUR_MS },
};

static const struct program program = {
	.name = "ripd",
	.usage = "[OPTION]... [INTERFACE]...\n"
		 "       ripd show [--json] routes|neighbours|interfaces|counts",
	.about = "Routes by RIP, versions 1 and 2, at each INTERFACE, or at all that have an IPv4\n"
		 "address.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.more = "Example: ripd --update 5s --timeout 30s --announce 0.0.0.0/0 eth0 eth1\n",
};

/* ---- show ------------------------------------------------------------------------------------ */

_Noreturn static void show(const char *what)
{
	char question[64];

	snprintf(question, sizeof(question), "%s", what ? what : "routes");
	if (!report_knows(question))
		options_fail(&program, "'%s' is not routes, neighbours, interfaces or counts",
			     what);
	exit(report_print(question, ask_daemon("ripd", question), as_json));
}

/* ---- the configuration ----------------------------------------------------------------------- */

/* load_file() - its faults are printed; errors end the program with status 2 */
static void load_file(struct rip_config *c)
{
	struct faults faults = { 0 };
	auto_free char *source = NULL;
	bool bad;

	if (config_file)
		rip_config_load(c, config_file, &source, &faults);
	bad = faults.errors;
	faults_print(&faults, stderr);
	faults_free(&faults);
	if (bad)
		exit(EXIT_USAGE);
}

/* word_of() - its place among the words; any other is wrong use */
static unsigned word_of(const char *option, const char *text, const char *const *words,
			size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, words[i]) == 0)
			return (unsigned)i;
	options_fail(&program, "%s: it cannot be '%s'", option, text);
}

static void take_numbers(struct rip_config *c)
{
	if (update_ms)
		c->update_ms = update_ms;
	if (timeout_ms)
		c->timeout_ms = timeout_ms;
	if (garbage_ms)
		c->garbage_ms = garbage_ms;
	if (paths)
		c->paths = (unsigned)paths;
	if (metric_in)
		c->all.metric_in = (unsigned)metric_in;
	if (metric_out != UINT64_MAX)
		c->all.metric_out = (unsigned)metric_out;
	if (triggered && !rip_parse_triggered(c, triggered))
		options_fail(&program, "--triggered: '%s' is no range, as in 1s-5s, or off",
			     triggered);
}

static void take_words(struct rip_config *c)
{
	if (receive)
		c->all.receive = (enum rip_receive)word_of("--receive", receive, rip_receive_names,
							   ARRAY_SIZE(rip_receive_names));
	if (send_how)
		c->all.send = (enum rip_send)word_of("--send", send_how, rip_send_names,
						     ARRAY_SIZE(rip_send_names));
	if (split)
		c->all.split = (enum rip_split)word_of("--split-horizon", split, rip_split_names,
						       ARRAY_SIZE(rip_split_names));
	for (size_t i = 0; i < imports.count; i++) {
		static const char *const words[] = { "connected", "static" };

		*(word_of("--import", imports.texts[i], words, 2) == 0 ? &c->import_connected
								       : &c->import_static) = true;
	}
}

static void take_announced(struct rip_config *c)
{
	for (size_t i = 0; i < announced.count; i++) {
		struct rip_announced a;
		const char *why = rip_parse_announced(&a, announced.texts[i]);

		if (why)
			options_fail(&program, "--announce %s: %s", announced.texts[i], why);
		*xappend(&c->announced, &c->announced_count) = a;
	}
}

static void take_auths(struct rip_config *c)
{
	if (auths.count) /* in place of the file's */
		c->all.key_count = 0;
	for (size_t i = 0; i < auths.count; i++) {
		struct rip_key k;
		const char *why = rip_parse_auth(&k, auths.texts[i]);

		if (why) /* the secret is not repeated */
			options_fail(&program, "--auth: %s", why);
		*xappend(&c->all.keys, &c->all.key_count) = k;
	}
}

static void take_neighbours(struct rip_config *c)
{
	for (size_t i = 0; i < neighbours.count; i++) {
		uint32_t address;

		if (!ip4_parse(&address, neighbours.texts[i]) || !ip4_is_host(address))
			options_fail(&program, "--neighbour: '%s' is no IPv4 address of a router",
				     neighbours.texts[i]);
		*xappend(&c->all.neighbours, &c->all.neighbour_count) = address;
	}
}

/* take_interfaces() - those that are named; a passive one alone does not exclude the others */
static void take_interfaces(struct rip_config *c, char **names, int count)
{
	c->others = !count && !c->named_count;
	for (int i = 0; i < count; i++)
		rip_settings_add(c, iface_operand(&program, names[i]));
	for (size_t i = 0; i < passives.count; i++) {
		const char *name = iface_operand(&program, passives.texts[i]);
		struct rip_settings *s = rip_settings_add(c, name);
		s->passive = true;
		s->said |= SAID_PASSIVE;
	}
}

static void free_lists(void)
{
	free(auths.texts);
	free(announced.texts);
	free(imports.texts);
	free(neighbours.texts);
	free(passives.texts);
}

struct rip_config *ripd_options(int argc, char **argv)
{
	struct rip_config *c;
	int first = options_parse(&program, argc, argv);

	if (first < argc && strcmp(argv[first], "show") == 0) {
		if (argc - first > 2)
			options_fail(&program, "'%s' is too much", argv[first + 2]);
		show(argv[first + 1]);
	}
	c = rip_config_new();
	load_file(c);
	take_numbers(c);
	take_words(c);
	take_announced(c);
	take_auths(c);
	take_neighbours(c);
	take_interfaces(c, argv + first, argc - first);
	rip_config_finish(c);
	free_lists();
	if (!check_only)
		return c;
	rip_config_free(c);
	exit(EXIT_SUCCESS);
}
