/* SPDX-License-Identifier: MIT */
#include "topology/keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "nodes/common/mem.h"
#include "topology/journal.h"

#define FOLDERS_MAX 1000

/* copy() - what can be read, as far as it can be written; `to` must not be
 * there yet. It says nothing. */
static void copy(const char *from, const char *to)
{
	auto_close int in = open(from, O_RDONLY | O_CLOEXEC);
	auto_close int out = -1;

	if (in < 0)
		return;
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	while (out >= 0 && sendfile(out, in, NULL, 1 << 20) > 0)
		;
}

static void copy_named(const char *from, const char *to, const char *name)
{
	auto_free char *source = xasprintf("%s/%s", from, name);
	auto_free char *target = xasprintf("%s/%s", to, name);

	copy(source, target);
}

static void copy_logs(const char *dir, const char *to)
{
	auto_free char *from = xasprintf("%s/logs", dir), *logs = xasprintf("%s/logs", to);
	DIR *d = opendir(from);
	struct dirent *e;

	mkdir(logs, 0700);
	while (d && (e = readdir(d)))
		if (*e->d_name != '.')
			copy_named(from, logs, e->d_name);
	if (d)
		closedir(d);
}

/* new_folder() - LAB, or LAB-2 ...: one name may have several lives; to be freed, or NULL */
static char *new_folder(const char *root, const char *lab)
{
	for (int i = 1; i < FOLDERS_MAX; i++) {
		char *to = i == 1 ? xasprintf("%s/%s", root, lab)
				  : xasprintf("%s/%s-%d", root, lab, i);

		if (mkdir(to, 0700) == 0)
			return to;
		free(to);
		if (errno != EEXIST)
			break;
	}
	return NULL;
}

void keep_records(const char *lab, const char *dir)
{
	const char *root = getenv("VETHLAB_KEEP");
	auto_free char *to = NULL, *events = xasprintf("%s/" JOURNAL_FILE, dir);

	if (!root || *root != '/' || access(events, F_OK) < 0)
		return;
	to = new_folder(root, lab);
	if (!to)
		return;
	copy_named(dir, to, JOURNAL_FILE);
	copy_named(dir, to, JOURNAL_FILE ".1");
	copy_logs(dir, to);
}
