/* SPDX-License-Identifier: MIT */
/*
 * vethlab completion SHELL: a script that lets the shell ask `vethlab __complete WORD...`, which
 * answers with a candidate a line: verbs, options, running labs, their nodes, interfaces, commands.
 * No answer means: files.
 */
#include <string.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/client.h"
#include "topology/state.h"
#include "topology/table.h"
#include "topology/verbs.h"

/* The bash script takes off what stands before a colon, because bash has split the word there. */
static const char bash[] =
	"_vethlab() {\n"
	"\tlocal line=${COMP_LINE:0:COMP_POINT} cur word\n"
	"\tlocal -a words\n"
	"\tread -ra words <<<\"$line\"\n"
	"\t[[ $line == *[[:space:]] ]] && words+=('')\n"
	"\tcur=${words[-1]}\n"
	"\tCOMPREPLY=()\n"
	"\twhile IFS= read -r word; do\n"
	"\t\t[[ $word == \"$cur\"* ]] || continue\n"
	"\t\t[[ $cur == *:* ]] && word=${word#\"${cur%:*}:\"}\n"
	"\t\tCOMPREPLY+=(\"$word\")\n"
	"\tdone < <(vethlab __complete \"${words[@]:1}\" 2>/dev/null)\n"
	"\t[[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
	"}\n"
	"complete -o default -F _vethlab vethlab\n";

static const char zsh[] =
	"#compdef vethlab\n"
	"_vethlab() {\n"
	"\tlocal -a found\n"
	"\tfound=(\"${(@f)$(vethlab __complete \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
	"\tfound=(\"${(@)found:#}\")\n"
	"\tif (( ${#found} )); then compadd -Q -- \"${found[@]}\"; else _files; fi\n"
	"}\n"
	"compdef _vethlab vethlab\n";

static const char fish[] = "function __vethlab_complete\n"
			   "\tset -l words (commandline -opc) (commandline -ct)\n"
			   "\tvethlab __complete $words[2..-1] 2>/dev/null\n"
			   "end\n"
			   "complete -c vethlab -n '__vethlab_complete | count >/dev/null' -f\n"
			   "complete -c vethlab -a '(__vethlab_complete)'\n";

static const struct {
	const char *name, *script;
} shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };

static const struct program program = {
	.name = "vethlab completion",
	.usage = "bash|zsh|fish",
	.about =
		"Prints a script that completes verbs, options, running labs, nodes, interfaces and\n"
		"commands.\n",
	.more = "to use it:\n"
		"  bash:  vethlab completion bash >~/.local/share/bash-completion/completions/vethlab\n"
		"  zsh:   vethlab completion zsh >~/.zfunc/_vethlab     (~/.zfunc is in $fpath)\n"
		"  fish:  vethlab completion fish >~/.config/fish/completions/vethlab.fish\n",
};

int cmd_completion(int argc, char **argv)
{
	int first = options_parse(&program, argc, argv);

	options_operands(&program, first, argc, argv, 1, "the shell, bash, zsh or fish,");
	for (size_t i = 0; i < ARRAY_SIZE(shells); i++)
		if (strcmp(shells[i].name, argv[first]) == 0) {
			fputs(shells[i].script, stdout);
			return fflush(stdout) == EOF ? EXIT_FAILURE : EXIT_SUCCESS;
		}
	options_fail(&program, "'%s' is not bash, zsh or fish", argv[first]);
}

/* ---- what the scripts ask -------------------------------------------------------------------- */

/* What stands on the command line, as far as it matters. */
struct line {
	const struct verb *verb;
	const char *lab;      /* behind -l, or NULL */
	const char *operand;  /* the first one */
	size_t operand_count; /* before the word that is completed */
	const char *current, *previous;
};

static void print_words(const char *const *words)
{
	for (; *words; words++)
		puts(*words);
}

static void print_labs(void)
{
	size_t count;
	char **labs = state_list(&count);

	for (size_t i = 0; i < count; i++)
		puts(labs[i]);
}

/* status_of() - of the lab that is meant; NULL, and no word: there is none, or several */
static json_t *status_of(const struct line *l)
{
	const char *named = l->lab ? l->lab : getenv("VETHLAB_LAB");
	size_t count;
	char **labs = state_list(&count);

	if (named && !*named)
		named = NULL;
	if (named && !state_is_live(named))
		return NULL;
	if (!named && count != 1)
		return NULL;
	return ask(named ? named : labs[0], json_pack("{s:s}", "do", "status"));
}

static void print_nodes(const struct line *l, bool with_commands)
{
	json_t *status = status_of(l), *node, *command;
	size_t i, j;

	json_array_foreach (json_object_get(status, "nodes"), i, node) {
		puts(text_of(node, "name"));
		if (with_commands)
			json_array_foreach (json_object_get(node, "commands"), j, command)
				printf("%s/%s\n", text_of(node, "name"), text_of(command, "name"));
	}
	json_decref(status);
}

static void print_links(const struct line *l)
{
	json_t *status = status_of(l), *lan, *node, *iface;
	size_t i, j;

	json_array_foreach (json_object_get(status, "lans"), i, lan)
		puts(text_of(lan, "name"));
	json_array_foreach (json_object_get(status, "nodes"), i, node)
		json_array_foreach (json_object_get(node, "interfaces"), j, iface)
			printf("%s:%s\n", text_of(node, "name"), text_of(iface, "name"));
	json_decref(status);
}

static void print_partitions(const struct line *l)
{
	json_t *status = status_of(l), *lan;
	size_t i;

	json_array_foreach (json_object_get(status, "lans"), i, lan)
		if (json_object_get(lan, "partition"))
			puts(text_of(json_object_get(lan, "partition"), "name"));
	json_decref(status);
}

static void print_scenes(const struct line *l)
{
	json_t *status = status_of(l), *scene;
	size_t i;

	json_array_foreach (json_object_get(status, "scenes"), i, scene)
		puts(json_string_value(scene));
	json_decref(status);
}

/* print_interfaces() - of the node that the line names */
static void print_interfaces(const struct line *l)
{
	json_t *status = status_of(l), *node, *iface;
	size_t i, j;

	json_array_foreach (json_object_get(status, "nodes"), i, node)
		if (strcmp(text_of(node, "name"), l->operand) == 0)
			json_array_foreach (json_object_get(node, "interfaces"), j, iface)
				puts(text_of(iface, "name"));
	json_decref(status);
}

/* print_facts() - what may stand behind the previous word: an interface, a node, or a keyword */
static void print_facts(const struct line *l)
{
	static const char *const facts[] = { "ready", "exited",	   "route",  "no",  "address",
					     "link",  "neighbour", "listen", "log", "count",
					     "ping",  "and",	   NULL };

	if (strcmp(l->previous, "link") == 0 || strcmp(l->previous, "dev") == 0)
		print_interfaces(l);
	else if (strcmp(l->previous, "ping") == 0)
		print_nodes(l, false);
	else
		print_words(facts);
}

static void print_operands(const struct line *l)
{
	static const char *const changes[] = { "up",	    "down",    "rate",	  "delay", "loss",
					       "duplicate", "reorder", "corrupt", "clear", NULL };
	static const char *const shell_names[] = { "bash", "zsh", "fish", NULL };

	switch (l->verb->operand) {
	case OPERAND_NONE:
	case OPERAND_FILE:
		break;
	case OPERAND_LAB:
		print_labs();
		break;
	case OPERAND_NODE:
		if (!l->operand_count)
			print_nodes(l, false);
		break;
	case OPERAND_COMMAND:
		print_nodes(l, true);
		break;
	case OPERAND_FACT:
		l->operand_count ? print_facts(l) : print_nodes(l, false);
		break;
	case OPERAND_LINK:
		l->operand_count ? print_words(changes) : print_links(l);
		break;
	case OPERAND_WIRES:
		print_nodes(l, false);
		print_links(l);
		break;
	case OPERAND_SIDES:
		print_nodes(l, false);
		break;
	case OPERAND_PARTITION:
		print_partitions(l);
		break;
	case OPERAND_SCENE:
		print_scenes(l);
		break;
	case OPERAND_SHELL:
		print_words(shell_names);
		break;
	}
}

static void print_verbs(void)
{
	for (size_t i = 0; i < verb_count; i++)
		puts(verbs[i].name);
}

/* read_line() - VERB [OPTION]... OPERAND... and the word that is completed, which may be empty */
static struct line read_line(int argc, char **argv)
{
	struct line l = { .verb = verb_find(argv[1]),
			  .current = argv[argc - 1],
			  .previous = argv[argc - 2] };

	for (int i = 2; i < argc - 1; i++) {
		bool is_lab = strcmp(argv[i], "-l") == 0 || strcmp(argv[i], "--lab") == 0;

		if (is_lab && i + 1 < argc - 1)
			l.lab = argv[++i];
		else if (strncmp(argv[i], "--lab=", 6) == 0)
			l.lab = argv[i] + 6;
		else if (*argv[i] != '-' && !l.operand_count++)
			l.operand = argv[i];
	}
	return l;
}

/* cmd_complete() - argv[1] is the verb, the last one the word that is
 * completed, which may be empty */
int cmd_complete(int argc, char **argv)
{
	struct line l;

	if (argc <= 2) {
		print_verbs();
		return EXIT_SUCCESS;
	}
	l = read_line(argc, argv);
	if (!l.verb)
		return EXIT_SUCCESS;
	if (strcmp(l.previous, "-l") == 0 || strcmp(l.previous, "--lab") == 0)
		print_labs();
	else if (*l.current == '-')
		l.verb->run(2, (char *[]){ argv[1], (char *)OPTIONS_COMPLETE, NULL });
	else
		print_operands(&l);
	return EXIT_SUCCESS;
}
