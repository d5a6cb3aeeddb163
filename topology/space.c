/* SPDX-License-Identifier: MIT */
#include "topology/space.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"

static const struct space nowhere = { -1, -1, -1 };

void spaces_init(struct spaces *s, const struct lab *lab, const char *dir)
{
	*s = (struct spaces){ .lab = lab, .dir = dir, .home = nowhere };
	s->nodes = xcalloc(lab->node_count, sizeof(*s->nodes));
	s->wires = xcalloc(lab->wire_count, sizeof(*s->wires));
	for (size_t i = 0; i < lab->node_count; i++)
		s->nodes[i] = nowhere;
	for (size_t i = 0; i < lab->wire_count; i++)
		s->wires[i] = -1;
}

static void space_close(struct space *s)
{
	cleanup_close(&s->net);
	cleanup_close(&s->mnt);
	cleanup_close(&s->uts);
}

void spaces_free(struct spaces *s)
{
	/* LANs first: with a bridge all of its veth pairs go at once, not one by one */
	for (size_t i = 0; i < s->lab->wire_count; i++)
		cleanup_close(&s->wires[i]);
	for (size_t i = 0; i < s->lab->node_count; i++)
		space_close(&s->nodes[i]);
	space_close(&s->home);
	free(s->nodes);
	free(s->wires);
	free(s->error);
}

bool spaces_fail(struct spaces *s, const char *fmt, ...)
{
	int err = errno;
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!s->error)
		s->error = err ? xasprintf("%s: %s", text, strerror(err)) : xstrdup(text);
	return false;
}

void spaces_forgive(struct spaces *s)
{
	free(s->error);
	s->error = NULL;
}

/* open_ns() - of the namespace of this kind that we are in; -1 with errno */
static int open_ns(const char *kind)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	return open(path, O_RDONLY | O_CLOEXEC);
}

bool space_enter_net(struct spaces *s, int net)
{
	if (setns(net, CLONE_NEWNET) < 0)
		return spaces_fail(s, "cannot enter a network namespace");
	return true;
}

void space_go_home(struct spaces *s)
{
	if (setns(s->home.net, CLONE_NEWNET) < 0)
		fatal_errno("cannot return to the lab's own namespace");
}

int space_new_net(struct spaces *s)
{
	int fd = unshare(CLONE_NEWNET) < 0 ? -1 : open_ns("net");

	if (fd < 0 && errno == ENOSPC)
		spaces_fail(s, "cannot make a network namespace (the limit is sysctl "
			       "user.max_net_namespaces)");
	else if (fd < 0)
		spaces_fail(s, "cannot make a network namespace");
	return fd;
}

/* show_file_at() - shows `file` at `path`; a machine without that path goes without */
static bool show_file_at(struct spaces *s, const char *file, const char *path)
{
	if (mount(file, path, NULL, MS_BIND, NULL) < 0 && errno != ENOENT)
		return spaces_fail(s, "cannot show %s as %s", file, path);
	return true;
}

bool space_prepare(struct spaces *s)
{
	auto_free char *hosts = xasprintf("%s/hosts", s->dir);

	/* slave: what the machine unmounts goes here too, what we mount stays here */
	if (mount("none", "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return spaces_fail(s, "cannot make the lab's mounts its own");
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return spaces_fail(s, "cannot mount the lab's /proc");
	if (!show_file_at(s, hosts, "/etc/hosts"))
		return false;
	s->home.net = open_ns("net");
	s->home.mnt = open_ns("mnt");
	s->home.uts = open_ns("uts");
	if (s->home.net < 0 || s->home.mnt < 0 || s->home.uts < 0)
		return spaces_fail(s, "cannot open the lab's namespaces");
	return true;
}

char *node_folder(const char *dir, const struct node *node)
{
	return xasprintf("%s/nodes/%s", dir, node->name);
}

/* furnish() - in the new mount namespace: what is the node's own */
static bool furnish(struct spaces *s, const struct node *node, const char *folder)
{
	auto_free char *resolv = xasprintf("%s/resolv.conf", folder);
	auto_close int fd = -1;

	if (mkdir(folder, 0755) < 0 && errno != EEXIST)
		return spaces_fail(s, "node %s: cannot make %s", node->name, folder);
	fd = open(resolv, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return spaces_fail(s, "node %s: cannot make %s", node->name, resolv);
	if (sethostname(node->name, strlen(node->name)) < 0)
		return spaces_fail(s, "node %s: cannot set its hostname", node->name);
	if (mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return spaces_fail(s, "node %s: cannot mount its /sys", node->name);
	return show_file_at(s, resolv, "/etc/resolv.conf");
}

bool space_complete(struct spaces *s, const struct node *node)
{
	struct space *space = &s->nodes[node->index];
	auto_free char *folder = node_folder(s->dir, node);
	bool good;

	if (space->mnt >= 0)
		return true;
	if (setns(space->net, CLONE_NEWNET) < 0 || unshare(CLONE_NEWNS | CLONE_NEWUTS) < 0) {
		spaces_fail(s, "node %s: cannot make its namespaces", node->name);
		space_go_home(s);
		return false;
	}
	good = furnish(s, node, folder);
	if (good) {
		space->mnt = open_ns("mnt");
		space->uts = open_ns("uts");
		good = space->mnt >= 0 && space->uts >= 0;
		if (!good)
			spaces_fail(s, "node %s: cannot open its namespaces", node->name);
	}
	if (setns(s->home.mnt, CLONE_NEWNS) < 0 || setns(s->home.uts, CLONE_NEWUTS) < 0)
		fatal_errno("cannot return to the lab's own namespace");
	space_go_home(s);
	return good;
}

int space_join(const struct space *s)
{
	if (setns(s->net, CLONE_NEWNET) < 0 || setns(s->uts, CLONE_NEWUTS) < 0 ||
	    setns(s->mnt, CLONE_NEWNS) < 0)
		return -errno;
	return 0;
}
