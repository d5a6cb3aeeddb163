/* SPDX-License-Identifier: MIT */
/* Where a command's program is: among vethlab's own node programs first, then in PATH. */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "nodes/common/mem.h"
#include "nodes/common/suggest.h"
#include "topology/check.h"

static bool is_executable(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* find_in() - a path to be freed; NULL: no such program */
static char *find_in(const char *dir, size_t dir_len, const char *name)
{
	char *path = xasprintf("%.*s/%s", (int)dir_len, dir, name);

	if (is_executable(path))
		return path;
	free(path);
	return NULL;
}

/* find_in_path() - an empty entry, which is the current folder to a shell, is
 * skipped; to be freed, or NULL */
static char *find_in_path(const char *path, const char *name)
{
	char *found = NULL;

	for (; path && *path && !found; path += *path == ':') {
		size_t len = strcspn(path, ":");

		if (len)
			found = find_in(path, len, name);
		path += len;
	}
	return found;
}

/* A path with a slash is from the node's own folder, where its `files` are written first. */
static bool is_own_file(const struct node *node, const char *path)
{
	if (strncmp(path, "./", 2) == 0)
		path += 2;
	for (size_t i = 0; i < node->file_count; i++)
		if (strcmp(node->files[i].path, path) == 0)
			return node->files[i].mode & 0111;
	return false;
}

static void suggest_programs(struct suggestion *s, const char *dir, size_t dir_len, char **best)
{
	auto_free char *path = xstrndup(dir, dir_len);
	DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		unsigned distance = s->distance;

		suggest_consider(s, e->d_name);
		if (s->distance < distance) { /* it outlives the folder's listing */
			free(*best);
			*best = xstrdup(e->d_name);
			s->best = *best;
		}
	}
	if (d)
		closedir(d);
}

/* report_path() - a path is not searched for: it is there and can be executed, or not */
static void report_path(const struct node *node, const char *path, struct place at,
			struct faults *f)
{
	const char *own = strncmp(path, "./", 2) == 0 ? path + 2 : path;

	for (size_t i = 0; i < node->file_count; i++)
		if (strcmp(node->files[i].path, own) == 0) {
			fault_error(f, at,
				    "'%s' is a file that cannot be executed; give it a mode, as in "
				    "mode: 0755",
				    path);
			return;
		}
	if (path[0] == '/' && access(path, F_OK) == 0)
		fault_error(f, at, "'%s' is not an executable program", path);
	else
		fault_error(f, at, "no such program: '%s'", path);
}

static void report_missing(const char *name, struct place at, const char *programs,
			   struct faults *f)
{
	struct suggestion s = suggest_for(name);
	const char *path = getenv("PATH");
	char *best = NULL;

	suggest_programs(&s, programs, strlen(programs), &best);
	for (; path && *path; path += *path == ':') {
		size_t len = strcspn(path, ":");

		suggest_programs(&s, path, len, &best);
		path += len;
	}
	fault_error(f, at, "no such program: '%s'%s", name, suggest_text(&s));
	free(best);
}

static void report_program(const struct node *node, const char *name, struct place at,
			   const char *programs, struct faults *f)
{
	if (!*name)
		return; /* that is a fault already */
	if (strchr(name, '/'))
		report_path(node, name, at, f);
	else
		report_missing(name, at, programs, f);
}

/* find_program() - argv[0] as a path that can be executed, to be freed, or NULL; *own:
 * it is one of vethlab's */
static char *find_program(const struct node *node, const char *name, const char *programs,
			  bool *own)
{
	char *found;

	*own = false;
	if (strchr(name, '/'))
		return is_own_file(node, name) || (name[0] == '/' && is_executable(name))
			       ? xstrdup(name)
			       : NULL;
	found = find_in(programs, strlen(programs), name);
	*own = found && strcmp(name, "vethlab") != 0;
	return found ? found : find_in_path(getenv("PATH"), name);
}

/* check_ready_command() - a `ready` command that is not there would be waited for in vain */
static void check_ready_command(const struct command *c, const char *programs, struct faults *f)
{
	auto_free char *found = NULL;
	bool own;

	if (c->ready != READY_COMMAND || !c->ready_argc)
		return;
	found = find_program(c->node, c->ready_argv[0], programs, &own);
	if (!found)
		report_program(c->node, c->ready_argv[0], c->ready_at, programs, f);
}

/* vethlab's own programs say when they are ready, unless the file has another idea. */
void check_programs(struct lab *lab, const char *programs, struct faults *f)
{
	const char *last_name = NULL, *last_found = NULL;
	bool own = false;

	for (size_t i = 0; i < lab->command_count; i++) {
		struct command *c = lab->commands[i];
		bool same;

		check_ready_command(c, programs, f);
		if (!c->argc)
			continue;
		same = last_name && strcmp(last_name, c->argv[0]) == 0 && last_found &&
		       !strchr(last_name, '/');
		c->program = same ? xstrdup(last_found)
				  : find_program(c->node, c->argv[0], programs, &own);
		if (!c->program)
			report_program(c->node, c->argv[0], c->at, programs, f);
		else if (own && !c->ready_written)
			c->ready = READY_NOTIFY;
		last_name = c->argv[0];
		last_found = c->program;
	}
}
