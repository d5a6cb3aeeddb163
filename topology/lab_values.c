/* SPDX-License-Identifier: MIT */
/* Values of a lab file: each reader takes one, or says at its place what it should have been. */
#include <string.h>

#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "nodes/common/suggest.h"
#include "topology/lab_read.h"

static const struct key *find_key(const struct key *keys, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

/* A key that begins with x- is the file's own: a place for anchors, as in compose files. */
static void report_unknown_keys(struct lab_reader *r, const struct yaml *map,
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
bool read_map(struct lab_reader *r, const struct yaml *map, const struct key *keys, size_t count,
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

bool read_text(struct lab_reader *r, const struct yaml *y, const char *what)
{
	if (y->kind == YAML_SCALAR && !yaml_is_empty(y))
		return true;
	fault_error(r->faults, y->at, "%s is %s; it should be text", what, yaml_kind_name(y));
	return false;
}

bool read_word(struct lab_reader *r, const struct yaml *y, const char *what,
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

bool read_bool(struct lab_reader *r, const struct yaml *y, const char *what, bool *to)
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

bool read_number(struct lab_reader *r, const struct yaml *y, const char *what, unsigned min,
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

bool name_is_good(const char *name)
{
	size_t len = strlen(name);
	bool letter = false;

	for (size_t i = 0; i < len; i++) {
		letter |= name[i] >= 'a' && name[i] <= 'z';
		if (!(name[i] >= 'a' && name[i] <= 'z') && !(name[i] >= '0' && name[i] <= '9') &&
		    name[i] != '-')
			return false;
	}
	return letter && name[0] != '-' && name[len - 1] != '-' && strcmp(name, "localhost") != 0;
}

bool read_name(struct lab_reader *r, const char *name, struct place at, const char *what)
{
	if (strlen(name) > NAME_MAX_LEN) {
		fault_error(r->faults, at,
			    "the name of a %s has at most %d characters, '%s' has %zu", what,
			    NAME_MAX_LEN, name, strlen(name));
		return false;
	}
	if (!name_is_good(name)) {
		bool hyphen = *name == '-' || (*name && name[strlen(name) - 1] == '-');

		fault_error(
			r->faults, at,
			"'%s' is no name for a %s: use a-z, 0-9 and '-', with a letter in it%s%s",
			name, what, hyphen ? " and no '-' at either end" : "",
			strcmp(name, "localhost") == 0 ? ", and not localhost" : "");
		return false;
	}
	return true;
}

void read_mtu(struct lab_reader *r, struct yaml *y, void *unsigned_mtu)
{
	read_number(r, y, "mtu", 68, 65535, unsigned_mtu); /* RFC 791: 68; a veth's most */
}

static void read_subnet(struct lab_reader *r, const struct yaml *y, struct wire *wire)
{
	const char *why;
	struct prefix p;
	struct addr first;
	char text[PREFIX_TEXT_LEN];

	if (!read_text(r, y, "a subnet"))
		return;
	if (!prefix_parse(&p, y->text, &why)) {
		fault_error(r->faults, y->at, "subnet '%s': %s", y->text, why);
		return;
	}
	first = prefix_first(&p);
	if (!addr_equal(&first, &p.addr)) {
		p.addr = first;
		fault_error(r->faults, y->at,
			    "'%s' has bits behind its prefix length; the subnet is %s", y->text,
			    prefix_format(&p, text));
	} else if (addr_is_multicast(&p.addr)) {
		fault_error(r->faults, y->at, "%s is multicast, not a subnet of hosts", y->text);
	} else if (addr_is_loopback(&p.addr)) {
		fault_error(r->faults, y->at, "%s is loopback, not a subnet of hosts", y->text);
	} else if (p.len == 0) {
		fault_error(r->faults, y->at, "%s is every address there is, not a subnet",
			    y->text);
	} else if (wire->subnet_count == SUBNETS_MAX) {
		fault_error(r->faults, y->at, "more than %d subnets", SUBNETS_MAX);
	} else {
		wire->subnet_at[wire->subnet_count] = y->at;
		wire->subnets[wire->subnet_count++] = p;
	}
}

void read_subnets(struct lab_reader *r, const struct yaml *y, struct wire *wire)
{
	if (y->kind == YAML_SCALAR && strcmp(y->text, "none") == 0)
		wire->unnumbered = true;
	else if (y->kind == YAML_LIST && !y->entries)
		fault_error(r->faults, y->at,
			    "the list of subnets is empty; write none, or leave it out");
	else if (y->kind == YAML_LIST)
		for (const struct yaml *e = y->entries; e; e = e->next)
			read_subnet(r, e, wire);
	else
		read_subnet(r, y, wire);
}
