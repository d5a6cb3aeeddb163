/* SPDX-License-Identifier: MIT */
#include "topology/action.h"

#include <signal.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "nodes/common/suggest.h"
#include "topology/action_parse.h"

const struct node *find_node(struct words *w, const struct lab *lab, const char *name)
{
	struct suggestion s = suggest_for(name);
	const struct node *node = lab_node(lab, name);

	if (node)
		return node;
	for (size_t i = 0; i < lab->node_count; i++)
		suggest_consider(&s, lab->nodes[i]->name);
	w->no_such = true;
	words_complain(w, "there is no node '%s'%s", name, suggest_text(&s));
	return NULL;
}

const struct wire *find_lan(struct words *w, const struct lab *lab, const char *name)
{
	struct suggestion s = suggest_for(name);
	const struct wire *lan = lab_lan(lab, name);

	if (lan)
		return lan;
	for (size_t i = 0; i < lab->wire_count; i++)
		if (lab->wires[i]->kind != WIRE_CABLE)
			suggest_consider(&s, lab->wires[i]->name);
	w->no_such = true;
	words_complain(w, "there is no LAN '%s'%s", name, suggest_text(&s));
	return NULL;
}

/* find_iface() - one without a wire is none: there is nothing that could be done to it */
const struct iface *find_iface(struct words *w, const struct node *node, const char *name)
{
	struct suggestion s = suggest_for(name);
	const struct iface *iface = node_iface(node, name);

	if (iface && iface->wire)
		return iface;
	for (size_t i = 0; i < node->iface_count; i++)
		suggest_consider(&s, node->ifaces[i]->name);
	w->no_such = true;
	words_complain(w, "node '%s' has no interface '%s'%s", node->name, name, suggest_text(&s));
	return NULL;
}

/* take_target() - NODE or NODE/COMMAND */
static bool take_target(struct words *w, struct action *a)
{
	const char *word = words_take(w, "the node, or NODE/COMMAND,");
	auto_free char *node = word ? xstrndup(word, strcspn(word, "/")) : NULL;
	const char *name = word ? strchr(word, '/') : NULL;
	struct suggestion s = suggest_for(name ? name + 1 : "");

	if (!word)
		return false;
	a->node = find_node(w, a->lab, node);
	if (!a->node)
		return false;
	if (!a->node->command_count && !name)
		return words_complain(w, "node '%s' has no command", node);
	a->command = name ? node_command(a->node, name + 1) : NULL;
	if (!name || a->command)
		return true;
	for (size_t i = 0; i < a->node->command_count; i++)
		suggest_consider(&s, a->node->commands[i]->name);
	w->no_such = true;
	return words_complain(w, "node '%s' has no command '%s'%s", node, name + 1,
			      suggest_text(&s));
}

int signal_parse(const char *text)
{
	uint64_t number;

	if (parse_number(&number, text))
		return number > 0 && number < NSIG ? (int)number : 0;
	if (strncasecmp(text, "SIG", 3) == 0)
		text += 3;
	for (int sig = 1; sig < NSIG; sig++) {
		const char *name = sigabbrev_np(sig);

		if (name && strcasecmp(name, text) == 0)
			return sig;
	}
	return 0;
}

/* refuse_signal() - a complaint with the nearest name; false, to be returned */
static bool refuse_signal(struct words *w, const char *word)
{
	struct suggestion s = suggest_for(strncasecmp(word, "SIG", 3) == 0 ? word + 3 : word);

	for (int sig = 1; sig < NSIG; sig++)
		if (sigabbrev_np(sig))
			suggest_consider(&s, sigabbrev_np(sig));
	return words_complain(w, "'%s' is not a signal, as in KILL, TERM or 9%s", word,
			      suggest_text(&s));
}

/* parse_kill() - NODE[/COMMAND] [SIGNAL]; KILL where none is named */
static bool parse_kill(struct words *w, struct action *a)
{
	const char *word;

	if (!take_target(w, a))
		return false;
	a->signal = SIGKILL;
	if (!words_peek(w))
		return true;
	word = words_take(w, "a signal");
	a->signal = signal_parse(word);
	return a->signal || refuse_signal(w, word);
}

/* parse_heal() - [all|NAME], no name is all; whether there is such a partition
 * shows when it is healed */
static bool parse_heal(struct words *w, struct action *a)
{
	if (!words_accept(w, "all") && words_peek(w))
		a->name = xstrdup(words_take(w, ""));
	return true;
}

static const struct {
	const char *word;
	enum action_kind kind;
	bool (*parse)(struct words *w, struct action *a);
} actions[] = {
	{ "start", ACTION_START, take_target },
	{ "stop", ACTION_STOP, take_target },
	{ "restart", ACTION_RESTART, take_target },
	{ "kill", ACTION_KILL, parse_kill },
	{ "link", ACTION_LINK, action_parse_link },
	{ "partition", ACTION_PARTITION, action_parse_partition },
	{ "heal", ACTION_HEAL, parse_heal },
};

bool action_parse(struct action *a, const struct lab *lab, struct words *w)
{
	size_t first = w->at;
	const char *word = words_take(w, "what to do");

	*a = (struct action){ .lab = lab, .text = words_join(w, first, w->count) };
	shape_clear(&a->shape);
	for (size_t i = 0; word && i < ARRAY_SIZE(actions); i++) {
		if (strcmp(word, actions[i].word) != 0)
			continue;
		a->kind = actions[i].kind;
		if (!actions[i].parse(w, a))
			return false;
		word = words_peek(w);
		if (!word)
			return true;
		w->at++;
		return words_complain(w, "'%s' is one too many", word);
	}
	return words_complain(w, "'%s' is nothing that can be done to a lab", word ? word : "");
}

void action_free(struct action *a)
{
	free(a->text);
	free(a->name);
	free(a->sides);
}
