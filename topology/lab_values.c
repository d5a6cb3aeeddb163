/* SPDX-License-Identifier: MIT */
/* Values of a lab file: each reader takes one, or says at its place what it should have been. */
#include <string.h>

#include "topology/lab_read.h"

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

bool read_name(struct config_reader *r, const char *name, struct place at, const char *what)
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

bool read_device_name(struct config_reader *r, const char *name, struct place at, const char *what)
{
	if (!read_name(r, name, at, what))
		return false;
	if (strcmp(name, "lo") != 0 && strcmp(name, "all") != 0 && strcmp(name, "default") != 0)
		return true;
	fault_error(r->faults, at, "'%s' is no name for a %s: the kernel uses it among its devices",
		    name, what);
	return false;
}

void read_mtu(struct config_reader *r, struct yaml *y, void *unsigned_mtu)
{
	read_number(r, y, "mtu", 68, 65535, unsigned_mtu); /* RFC 791: 68; a veth's most */
}

static void read_wire_subnet(struct config_reader *r, const struct yaml *y, struct wire *wire)
{
	struct prefix p;

	if (!read_text(r, y, "a subnet") || !read_subnet(r, y->text, y->at, &p))
		return;
	if (wire->subnet_count == SUBNETS_MAX) {
		fault_error(r->faults, y->at, "more than %d subnets", SUBNETS_MAX);
	} else {
		wire->subnet_at[wire->subnet_count] = y->at;
		wire->subnets[wire->subnet_count++] = p;
	}
}

void read_subnets(struct config_reader *r, const struct yaml *y, struct wire *wire)
{
	if (y->kind == YAML_SCALAR && strcmp(y->text, "none") == 0)
		wire->unnumbered = true;
	else if (y->kind == YAML_LIST && !y->entries)
		fault_error(r->faults, y->at,
			    "the list of subnets is empty; write none, or leave it out");
	else if (y->kind == YAML_LIST)
		for (const struct yaml *e = y->entries; e; e = e->next)
			read_wire_subnet(r, e, wire);
	else
		read_wire_subnet(r, y, wire);
}
