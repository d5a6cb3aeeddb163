/* SPDX-License-Identifier: MIT */
/*
 * Values come from whoever answers on the wire, and a script may be careless with them: they are in
 * its environment, never on a command line, and text has no character that a shell would obey.
 */
#include "client_script.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "nodes/common/inet.h"
#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "option.h"

#define WAITING_MAX 16
#define VALUE_LEN   1024

extern char **environ;

struct run {
	char **env; /* ended by NULL */
	size_t count;
};

struct script {
	const char *file, *interface;
	struct run waiting[WAITING_MAX]; /* the first one may be running */
	size_t count;
	pid_t pid; /* 0: none runs */
};

struct script *script_new(const char *file, const char *interface)
{
	struct script *s = xcalloc(1, sizeof(*s));

	s->file = file;
	s->interface = interface;
	return s;
}

/* ---- environment ----------------------------------------------------------------------------- */

/* run_free() - what it points to */
static void run_free(struct run *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->env[i]);
	free(r->env);
}

/* harmless() - what is left of a text when a shell has nothing to obey in it, and no words to
 * split */
static void harmless(char *text)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789._-/:@,+=";

	for (; *text; text++)
		if (!strchr(good, *text))
			*text = '?';
}

static void add(struct run *r, const char *prefix, const char *name, const char *value)
{
	*xappend(&r->env, &r->count) = xasprintf("%s%s=%s", prefix, name, value);
}

/* add_option() - under the name of dhclient-script(8), or as unknown_N */
static void add_option(struct run *r, const char *prefix, const struct dhcp_message *m,
		       uint8_t code)
{
	const struct option_def *def = option_def_of(code);
	char value[VALUE_LEN], name[32];

	option_format(code, message_option(m, code), value, sizeof(value));
	if (def && def->kind == VALUE_TEXT)
		harmless(value);
	snprintf(name, sizeof(name), "unknown_%u", code);
	add(r, prefix, def ? def->name : name, value);
}

static void add_grant(struct run *r, const char *prefix, const struct grant *g)
{
	char text[IP4_TEXT_LEN];

	add(r, prefix, "ip_address", ip4_format(g->address, text));
	add(r, prefix, "network_number", ip4_format(g->address & g->mask, text));
	if (!message_has(&g->message, OPT_SUBNET_MASK))
		add(r, prefix, "subnet_mask", ip4_format(g->mask, text));
	for (unsigned i = 0; i < g->message.count; i++)
		add_option(r, prefix, &g->message, g->message.order[i]);
}

/* ---- run ------------------------------------------------------------------------------------- */

/* start_next() - the first that waits, unless one runs; one that cannot be run is dropped with a
 * line */
static void start_next(struct script *s)
{
	while (s->count && !s->pid) {
		char *argv[] = { (char *)s->file, NULL };
		int err = posix_spawn(&s->pid, s->file, NULL, NULL, argv, s->waiting[0].env);

		if (!err)
			return;
		log_info("cannot run %s: %s", s->file, strerror(err));
		s->pid = 0;
		run_free(&s->waiting[0]);
		memmove(s->waiting, s->waiting + 1, --s->count * sizeof(*s->waiting));
	}
}

void script_run(struct script *s, const char *reason, const char *prefix, const struct grant *g)
{
	struct run r = { 0 };

	if (!s->file)
		return;
	if (s->count == WAITING_MAX) {
		log_info("%s is too slow: it is not told of %s", s->file, reason);
		return;
	}
	for (char **e = environ; *e; e++)
		*xappend(&r.env, &r.count) = xstrdup(*e);
	add(&r, "", "interface", s->interface);
	add(&r, "", "reason", reason);
	if (prefix)
		add_grant(&r, prefix, g);
	*xappend(&r.env, &r.count) = NULL;
	s->waiting[s->count++] = r;
	start_next(s);
}

void script_reap(struct script *s)
{
	int status;

	if (!s->pid || waitpid(s->pid, &status, WNOHANG) != s->pid)
		return;
	if (status)
		log_info("%s ended with status %d", s->file,
			 WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	s->pid = 0;
	run_free(&s->waiting[0]);
	memmove(s->waiting, s->waiting + 1, --s->count * sizeof(*s->waiting));
	start_next(s);
}

void script_finish(struct script *s, unsigned ms)
{
	for (unsigned waited = 0; s->count && waited < ms; waited += 10) {
		script_reap(s);
		if (s->count)
			poll(NULL, 0, 10);
	}
}

void script_free(struct script *s)
{
	for (size_t i = 0; i < s->count; i++)
		run_free(&s->waiting[i]);
	free(s);
}
