/* SPDX-License-Identifier: MIT */
#include "topology/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "nodes/common/mem.h"

/* fail() - says in the spaces' error which path and why; false, to be returned */
static bool fail(struct init *init, const char *path)
{
	return spaces_fail(&init->spaces, "cannot write %s", path);
}

/* write_all() - over as many calls as it takes; false with errno */
static bool write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* write_file() - anew, and with exactly this mode, whatever the umask */
static bool write_file(struct init *init, const char *path, const char *data, size_t len,
		       unsigned mode)
{
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	if (fd < 0 || !write_all(fd, data, len) || fchmod(fd, mode) < 0)
		return fail(init, path);
	return true;
}

/* make_folders() - those in front of the last part of `path`, below `skip` octets of it */
static bool make_folders(struct init *init, char *path, size_t skip)
{
	for (char *slash = strchr(path + skip, '/'); slash; slash = strchr(slash + 1, '/')) {
		bool made;

		*slash = '\0';
		made = mkdir(path, 0755) == 0 || errno == EEXIST;
		*slash = '/';
		if (!made)
			return fail(init, path);
	}
	return true;
}

/* write_node_file() - its text, or a copy of `from`: a path from our own
 * folder since check_files() */
static bool write_node_file(struct init *init, const struct node *node,
			    const struct node_file *file)
{
	auto_free char *folder = node_folder(init->dir, node);
	auto_free char *path = xasprintf("%s/%s", folder, file->path);
	auto_free char *copied = NULL;
	const char *text = file->text;
	size_t len = text ? strlen(text) : 0;

	if (mkdir(folder, 0755) < 0 && errno != EEXIST)
		return fail(init, folder);
	if (!make_folders(init, path, strlen(folder) + 1))
		return false;
	if (!text) {
		copied = yaml_read_file(file->from, &len);
		if (!copied)
			return spaces_fail(&init->spaces, "node %s: cannot read %s", node->name,
					   file->from);
		text = copied;
	}
	return write_file(init, path, text, len, file->mode);
}

/* write_hosts() - every node's name at each of its addresses, NODE.IF at those of one interface */
static bool write_hosts(struct init *init)
{
	auto_free char *path = xasprintf("%s/hosts", init->dir), *text = NULL;
	char addr[ADDR_TEXT_LEN];
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return fail(init, path);
	fputs("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n", f);
	for (size_t i = 0; i < init->lab->node_count; i++) {
		const struct node *node = init->lab->nodes[i];

		for (size_t j = 0; j < node->iface_count; j++)
			for (size_t k = 0; k < node->ifaces[j]->addr_count; k++)
				fprintf(f, "%s\t%s %s.%s\n",
					addr_format(&node->ifaces[j]->addrs[k].addr, addr),
					node->name, node->name, node->ifaces[j]->name);
	}
	if (fclose(f) == EOF)
		return fail(init, path);
	return write_file(init, path, text, len, 0644);
}

bool files_write(struct init *init)
{
	auto_free char *nodes = xasprintf("%s/nodes", init->dir);

	if (mkdir(nodes, 0700) < 0 && errno != EEXIST)
		return fail(init, nodes);
	for (size_t i = 0; i < init->lab->node_count; i++)
		for (size_t j = 0; j < init->lab->nodes[i]->file_count; j++)
			if (!write_node_file(init, init->lab->nodes[i],
					     &init->lab->nodes[i]->files[j]))
				return false;
	return write_hosts(init);
}
