/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "options.h"
#include "suggest.h"

static const struct key *find_key(const struct key *keys, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

/* A key that begins with x- is the file's own: a place for anchors, as in compose files. */
static void report_unknown_keys(struct config_reader *r, const struct yaml *map,
				const struct key *keys, size_t count, const char *what)
{
	for (const struct yaml *e = map->entries; e; e = e->next) {
		struct suggestion s = suggest_for(e->key);

		if (find_key(keys, count, e->key) || strncmp(e->key, "x-", 2) == 0)
			continue;
		for (size_t i = 0; i < count; i++)
			suggest_consider(&s, keys[i].name);
		fault_error(r->faults, e->key_at, "unknown key '%s' in %s%s", e->key, what,
			    suggest_text(&s));
	}
}

/* The table's order is the order of reading: LANs before the interfaces that hang on them. */
bool read_map(struct config_reader *r, const struct yaml *map, const struct key *keys, size_t count,
	      const char *what, void *into)
{
	if (map->kind != YAML_MAP) {
		fault_error(r->faults, map->at, "%s is %s; it should be a map", what,
			    yaml_kind_name(map));
		return false;
	}
	report_unknown_keys(r, map, keys, count, what);
	for (size_t i = 0; i < count; i++) {
		struct yaml *e = yaml_get(map, keys[i].name);

		if (e && keys[i].read)
			keys[i].read(r, e, into);
	}
	return true;
}

bool read_text(struct config_reader *r, const struct yaml *y, const char *what)
{
	if (y->kind == YAML_SCALAR && !yaml_is_empty(y))
		return true;
	fault_error(r->faults, y->at, "%s is %s; it should be text", what, yaml_kind_name(y));
	return false;
}

bool read_word(struct config_reader *r, const struct yaml *y, const char *what,
	       const char *const *words, size_t count, unsigned *to)
{
	char list[256] = "";
	struct suggestion s;

	if (!read_text(r, y, what))
		return false;
	s = suggest_for(y->text);
	for (size_t i = 0, len = 0; i < count; i++) {
		if (strcmp(y->text, words[i]) == 0) {
			*to = (unsigned)i;
			return true;
		}
		suggest_consider(&s, words[i]);
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
					i == 0		 ? ""
					: i == count - 1 ? " or "
							 : ", ",
					words[i]);
	}
	fault_error(r->faults, y->at, "%s is %s, not '%s'%s", what, list, y->text,
		    suggest_text(&s));
	return false;
}

bool read_bool(struct config_reader *r, const struct yaml *y, const char *what, bool *to)
{
	static const char *const words[] = { "no", "yes", "false", "true" };
	unsigned word;

	if (y->kind == YAML_SCALAR && !read_word(r, y, what, words, ARRAY_SIZE(words), &word))
		return false;
	if (y->kind != YAML_SCALAR) {
		fault_error(r->faults, y->at, "%s is yes or no, not %s", what, yaml_kind_name(y));
		return false;
	}
	*to = word % 2;
	return true;
}

bool read_number(struct config_reader *r, const struct yaml *y, const char *what, unsigned min,
		 unsigned max, unsigned *to)
{
	uint64_t n;

	if (!read_text(r, y, what))
		return false;
	if (!parse_number(&n, y->text) || n < min || n > max) {
		fault_error(r->faults, y->at, "%s is a number from %u to %u, not '%s'", what, min,
			    max, y->text);
		return false;
	}
	*to = (unsigned)n;
	return true;
}

bool read_time(struct config_reader *r, const struct yaml *y, const char *what, uint64_t min_ms,
	       uint64_t max_ms, uint64_t *ms)
{
	uint64_t n;

	if (!read_text(r, y, what))
		return false;
	if (!parse_time(&n, y->text)) {
		fault_error(r->faults, y->at, "%s is a time, as in 500ms, 10s or 5m, not '%s'",
			    what, y->text);
		return false;
	}
	if (n < min_ms || n > max_ms) {
		fault_error(r->faults, y->at, "%s: %s is too %s", what, y->text,
			    n < min_ms ? "short" : "long");
		return false;
	}
	*ms = n;
	return true;
}

bool read_ip4(struct config_reader *r, const struct yaml *y, const char *what, uint32_t *to)
{
	if (!read_text(r, y, what))
		return false;
	if (ip4_parse(to, y->text))
		return true;
	fault_error(r->faults, y->at, "%s is an IPv4 address, not '%s'", what, y->text);
	return false;
}

bool read_mac(struct config_reader *r, const struct yaml *y, const char *what, struct mac *to)
{
	if (!read_text(r, y, what))
		return false;
	if (mac_parse(to, y->text))
		return true;
	fault_error(r->faults, y->at, "%s is a MAC address, as in 02:00:00:00:00:07, not '%s'",
		    what, y->text);
	return false;
}

bool read_subnet(struct config_reader *r, const char *text, struct place at, struct prefix *p)
{
	const char *why;
	struct addr first;
	char right[PREFIX_TEXT_LEN];

	if (!prefix_parse(p, text, &why)) {
		fault_error(r->faults, at, "subnet '%s': %s", text, why);
		return false;
	}
	first = prefix_first(p);
	if (!addr_equal(&first, &p->addr)) {
		p->addr = first;
		fault_error(r->faults, at,
			    "'%s' has bits behind its prefix length; the subnet is %s", text,
			    prefix_format(p, right));
	} else if (addr_is_multicast(&p->addr)) {
		fault_error(r->faults, at, "%s is multicast, not a subnet of hosts", text);
	} else if (addr_is_loopback(&p->addr)) {
		fault_error(r->faults, at, "%s is loopback, not a subnet of hosts", text);
	} else if (p->len == 0) {
		fault_error(r->faults, at, "%s is every address there is, not a subnet", text);
	} else {
		return true;
	}
	return false;
}

void read_each(struct config_reader *r, struct yaml *y,
	       void (*read)(struct config_reader *r, struct yaml *value, void *into), void *into)
{
	if (y->kind != YAML_LIST)
		read(r, y, into);
	else
		for (struct yaml *e = y->entries; e; e = e->next)
			read(r, e, into);
}
