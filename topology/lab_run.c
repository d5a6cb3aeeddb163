/* SPDX-License-Identifier: MIT */
/* What a node runs: `run` is a line, or a map of named commands. */
#include <ctype.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/lab_read.h"

/* word() - one word from *line on, quotes and backslashes taken off; NULL: a quote stays open */
static char *word(const char **line)
{
	char *w = xcalloc(1, strlen(*line) + 1), *to = w, quote = 0;
	const char *p = *line;

	for (; *p && (quote || !strchr(" \t\n", *p)); p++) {
		if (*p == '\\' && p[1] == '\n' && quote != '\'')
			p++; /* the line goes on */
		else if (quote ? *p == quote : *p == '"' || *p == '\'')
			quote = quote ? 0 : *p;
		else if (*p == '\\' && quote != '\'' && p[1] && (!quote || strchr("\\\"$`", p[1])))
			*to++ = *++p;
		else
			*to++ = *p;
	}
	*line = p;
	if (!quote)
		return w;
	free(w);
	return NULL;
}

bool words_split(const char *line, char ***argv, size_t *argc, const char **why)
{
	*argv = NULL;
	*argc = 0;
	for (;;) {
		char *w;

		line += strspn(line, " \t\n");
		if (line[0] == '\\' && line[1] == '\n') {
			line += 2;
			continue;
		}
		if (!*line)
			break;
		w = word(&line);
		if (!w) {
			*why = "a quote is not closed";
			return false;
		}
		*xappend(argv, argc) = w;
	}
	*why = "it is empty";
	return *argc > 0;
}

/* end_argv() - the NULL that execvp wants; it is not counted */
static void end_argv(char ***argv, size_t *argc)
{
	*xappend(argv, argc) = NULL;
	(*argc)--;
}

/* read_words() - a command as a line, or as a list of words */
static bool read_words(struct config_reader *r, const struct yaml *y, const char *what,
		       char ***argv, size_t *argc)
{
	const char *why = "it is empty";

	*argv = NULL;
	*argc = 0;
	if (y->kind == YAML_LIST) {
		for (const struct yaml *e = y->entries; e; e = e->next) {
			if (e->kind != YAML_SCALAR) {
				fault_error(r->faults, e->at, "a word of a command is text, not %s",
					    yaml_kind_name(e));
				return false;
			}
			*xappend(argv, argc) = xstrdup(e->text);
		}
	} else if (!read_text(r, y, what) || !words_split(y->text, argv, argc, &why)) {
		if (y->kind == YAML_SCALAR && !yaml_is_empty(y))
			fault_error(r->faults, y->at, "%s: %s", what, why);
		return false;
	}
	if (!*argc) {
		fault_error(r->faults, y->at, "%s: %s", what, why);
		return false;
	}
	end_argv(argv, argc);
	if (!*(*argv)[0])
		fault_error(r->faults, y->entries ? y->entries->at : y->at,
			    "%s: the name of the program is empty", what);
	return true;
}

static void read_command_line(struct config_reader *r, struct yaml *y, void *into)
{
	struct command *c = into;

	read_words(r, y, "command", &c->argv, &c->argc);
	c->at = y->at;
}

static void read_after(struct config_reader *r, struct yaml *y, void *into)
{
	if (y->kind == YAML_LIST) {
		for (const struct yaml *e = y->entries; e; e = e->next)
			if (!read_text(r, e, "after"))
				return;
	} else if (!read_text(r, y, "after")) {
		return;
	}
	((struct command *)into)->after_yaml = y; /* other nodes may not be read yet */
}

/* read_port() - sets what `ready` waits for; on a fault that stays as it was */
static void read_port(struct config_reader *r, const char *text, struct place at, struct command *c,
		      enum ready_kind kind)
{
	uint64_t port;

	if (!parse_number(&port, text) || port < 1 || port > 65535) {
		fault_error(r->faults, at, "ready: '%s' is not a port from 1 to 65535", text);
		return;
	}
	c->ready = kind;
	c->ready_port = (uint16_t)port;
}

static void read_ready_tcp(struct config_reader *r, struct yaml *y, void *into)
{
	if (read_text(r, y, "tcp"))
		read_port(r, y->text, y->at, into, READY_TCP);
}

static void read_ready_udp(struct config_reader *r, struct yaml *y, void *into)
{
	if (read_text(r, y, "udp"))
		read_port(r, y->text, y->at, into, READY_UDP);
}

static void read_ready_command(struct config_reader *r, struct yaml *y, void *into)
{
	struct command *c = into;

	c->ready_at = y->at;
	if (read_words(r, y, "ready command", &c->ready_argv, &c->ready_argc))
		c->ready = READY_COMMAND;
}

static const struct key ready_keys[] = {
	{ "tcp", read_ready_tcp },
	{ "udp", read_ready_udp },
	{ "command", read_ready_command },
};

/* ready: a word, a TCP port, {tcp: PORT}, {udp: PORT} or {command: LINE} */
static void read_ready(struct config_reader *r, struct yaml *y, void *into)
{
	static const char *const words[] = {
		[READY_STARTED] = "started", [READY_NOTIFY] = "notify", [READY_EXIT] = "exit"
	};
	struct command *c = into;
	unsigned kind;

	c->ready_written = true;
	c->ready_at = y->at;
	if (y->kind == YAML_MAP) {
		read_map(r, y, ready_keys, ARRAY_SIZE(ready_keys), "'ready'", c);
		if (yaml_count(y) != 1 || strncmp(y->entries->key, "x-", 2) == 0)
			fault_error(r->faults, y->at, "'ready' has one of tcp, udp and command");
	} else if (y->kind == YAML_SCALAR && *y->text >= '0' && *y->text <= '9') {
		read_port(r, y->text, y->at, c, READY_TCP);
	} else if (read_word(r, y, "ready", words, ARRAY_SIZE(words), &kind)) {
		c->ready = kind;
	}
}

/* restart: no, always, on-failure; `on-failure:3` gives up after three in a row */
static void read_restart(struct config_reader *r, struct yaml *y, void *into)
{
	static const char *const words[] = { [RESTART_NO] = "no",
					     [RESTART_ON_FAILURE] = "on-failure",
					     [RESTART_ALWAYS] = "always" };
	char *colon = y->kind == YAML_SCALAR ? strchr(y->text, ':') : NULL;
	struct command *c = into;
	struct yaml word = *y;
	auto_free char *text = colon ? xstrndup(y->text, (size_t)(colon - y->text)) : NULL;
	uint64_t limit = 0;
	unsigned kind;

	if (colon)
		word.text = text;
	if (!read_word(r, &word, "restart", words, ARRAY_SIZE(words), &kind))
		return;
	c->restart = kind;
	if (colon && (kind == RESTART_NO || !parse_number(&limit, colon + 1) || limit < 1 ||
		      limit > 1000000))
		fault_error(r->faults, y->at,
			    "restart: '%s' is not a limit, as in on-failure:3 or always:10",
			    y->text);
	c->restart_limit = (unsigned)limit;
}

static const struct key command_keys[] = {
	{ "command", read_command_line },
	{ "after", read_after },
	{ "ready", read_ready },
	{ "restart", read_restart },
};

static struct command *command_new(struct node *node, struct place at)
{
	struct command *c = xcalloc(1, sizeof(*c));

	c->node = node;
	c->at = at;
	*xappend(&node->commands, &node->command_count) = c;
	return c;
}

/* name_after_program() - the name of a command that has none: its program's, without folders */
static char *name_after_program(const struct command *c)
{
	const char *path = c->argc ? c->argv[0] : "command", *slash = strrchr(path, '/');

	char *name = xstrdup(slash && slash[1] ? slash + 1 : path);

	for (char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._+-", *p))
			*p = '-'; /* names stand between blanks, in logs and tables */
	return name;
}

static void read_command_map(struct config_reader *r, const struct yaml *y, struct command *c)
{
	char what[64];

	snprintf(what, sizeof(what), "command '%s'", c->name ? c->name : "run");
	if (read_map(r, y, command_keys, ARRAY_SIZE(command_keys), what, c) &&
	    !yaml_get(y, "command"))
		fault_error(r->faults, y->key ? y->key_at : y->at, "%s has no 'command'", what);
}

static void read_named_command(struct config_reader *r, struct yaml *y, struct node *node)
{
	struct command *c = command_new(node, y->at);

	c->name = xstrdup(y->key);
	read_name(r, y->key, y->key_at, "command");
	if (y->kind == YAML_MAP)
		read_command_map(r, y, c);
	else
		read_command_line(r, y, c);
}

/* is_one_command() - a map with `command` in it is the long form of a line, not a map of names */
static bool is_one_command(const struct yaml *y)
{
	const struct yaml *c = yaml_get(y, "command");

	return c && c->kind != YAML_MAP;
}

/* read_run() - a line, a list of words, a map that is one command, or a map of commands by name */
void read_run(struct config_reader *r, const struct yaml *y, struct node *node)
{
	struct command *c;

	if (yaml_is_empty(y)) {
		fault_error(r->faults, y->at, "'run' is empty");
		return;
	}
	if (y->kind == YAML_MAP && !y->entries) {
		fault_error(r->faults, y->at, "'run' is empty");
		return;
	}
	if (y->kind == YAML_MAP && !is_one_command(y)) {
		for (struct yaml *e = y->entries; e; e = e->next)
			read_named_command(r, e, node);
		return;
	}
	c = command_new(node, y->at);
	if (y->kind == YAML_MAP)
		read_command_map(r, y, c);
	else
		read_words(r, y, "run", &c->argv, &c->argc);
	c->name = name_after_program(c);
}
