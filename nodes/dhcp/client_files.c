/* SPDX-License-Identifier: MIT */
#include "client_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nodes/common/inet.h"
#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "nodes/common/yaml.h"
#include "option.h"

#define NAME_SERVERS_MAX 3 /* resolv.conf(5) */

/* ---- the lease ------------------------------------------------------------------------------- */

/* write_grant() - true: the file is on the disk */
static bool write_grant(const char *file, const struct grant *g, uint64_t end)
{
	auto_fclose FILE *f = fopen(file, "we");
	char address[IP4_TEXT_LEN], server[IP4_TEXT_LEN];

	if (!f)
		return false;
	fprintf(f, "address: %s\nserver: %s\n", ip4_format(g->address, address),
		ip4_format(g->server, server));
	if (end)
		fprintf(f, "end: %" PRIu64 "\n", end);
	return fflush(f) == 0 && fsync(fileno(f)) == 0;
}

/* A new file, synced, then put in the place of the old one: a reader sees either. */
void remember_grant(const char *file, const struct grant *g, uint64_t end)
{
	auto_free char *fresh = xasprintf("%s.new", file);

	if (write_grant(fresh, g, end) && rename(fresh, file) == 0)
		return;
	log_errno("cannot write %s", file);
	unlink(fresh);
}

void forget_grant(const char *file)
{
	if (unlink(file) < 0 && errno != ENOENT)
		log_errno("cannot remove %s", file);
}

/* value() - the text of a key, which the tree owns; "" where there is none */
static const char *value(const struct yaml *map, const char *key)
{
	const struct yaml *y = map && map->kind == YAML_MAP ? yaml_get(map, key) : NULL;

	return y && y->kind == YAML_SCALAR ? y->text : "";
}

uint32_t recall_address(const char *file, uint64_t now)
{
	struct faults faults = { 0 };
	uint64_t end = 0;
	uint32_t address;
	size_t len;
	auto_free char *text = yaml_read_file(file, &len);
	struct yaml *y = text ? yaml_parse(text, len, &faults) : NULL;
	bool good = ip4_parse(&address, value(y, "address")) && ip4_is_host(address);

	if (*value(y, "end"))
		good &= parse_number(&end, value(y, "end")) && end > now;
	if (text && !good && !end)
		log_info("%s holds no lease that can be read; it is left alone", file);
	yaml_free(y);
	faults_free(&faults);
	return good ? address : 0;
}

/* ---- resolv.conf ----------------------------------------------------------------------------- */

/* write_file() - in place: the node's own is mounted over the machine's, and cannot be renamed */
static void write_file(const char *file, const char *text, size_t len)
{
	auto_close int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		log_errno("cannot write %s", file);
}

/* is_domain() - what stands behind `search`: it comes from the network */
static bool is_domain(const char *text)
{
	return *text &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") ==
		       strlen(text);
}

void resolv_conf_write(struct resolv_conf *r, const struct grant *g)
{
	struct reader servers = message_option(&g->message, OPT_DNS);
	char text[1024], domain[256], address[IP4_TEXT_LEN];
	size_t len = 0;

	if (!r->file)
		return;
	if (left(&servers) < 4) {
		resolv_conf_restore(r);
		return;
	}
	if (!r->before)
		r->before = yaml_read_file(r->file, &r->len);
	if (!r->before) {
		r->before = xstrdup("");
		r->len = 0;
	}
	option_format(OPT_DOMAIN, message_option(&g->message, OPT_DOMAIN), domain, sizeof(domain));
	if (is_domain(domain))
		len += (size_t)snprintf(text, sizeof(text), "search %s\n", domain);
	for (int i = 0; i < NAME_SERVERS_MAX && left(&servers) >= 4; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "nameserver %s\n",
					ip4_format(take_be32(&servers), address));
	write_file(r->file, text, len);
}

void resolv_conf_restore(struct resolv_conf *r)
{
	if (!r->file || !r->before)
		return;
	write_file(r->file, r->before, r->len);
	free(r->before);
	r->before = NULL;
}
