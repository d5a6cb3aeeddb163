/* SPDX-License-Identifier: MIT */
/* What a subnet, a static binding, or the top of the file says: times, bounds, fields of the
 * header. */
#include <stdlib.h>
#include <string.h>

#include "config_read.h"
#include "nodes/common/mem.h"

/* read_seconds() - a second to a year; parts of one are rounded up */
static bool read_seconds(struct config_reader *r, struct yaml *y, const char *what, uint32_t *to)
{
	uint64_t ms;

	if (!read_time(r, y, what, 1000, YEAR_MS, &ms))
		return false;
	*to = (uint32_t)((ms + 999) / 1000);
	return true;
}

static void read_lease_default(struct config_reader *r, struct yaml *y, void *settings)
{
	read_seconds(r, y, "default", &((struct settings *)settings)->lease_s);
}

static void read_lease_min(struct config_reader *r, struct yaml *y, void *settings)
{
	read_seconds(r, y, "min", &((struct settings *)settings)->min_s);
}

static void read_lease_max(struct config_reader *r, struct yaml *y, void *settings)
{
	struct settings *s = settings;

	s->max_is_said = read_seconds(r, y, "max", &s->max_s);
}

void read_lease(struct config_reader *r, struct yaml *y, void *settings)
{
	static const struct key keys[] = {
		{ "default", read_lease_default },
		{ "min", read_lease_min },
		{ "max", read_lease_max },
	};
	struct settings *s = settings;

	s->lease_at = y->at;
	if (y->kind == YAML_MAP)
		read_map(r, y, keys, ARRAY_SIZE(keys), "lease", s);
	else
		read_seconds(r, y, "lease", &s->lease_s);
}

void read_renew(struct config_reader *r, struct yaml *y, void *settings)
{
	read_seconds(r, y, "renew", &((struct settings *)settings)->renew_s);
}

void read_rebind(struct config_reader *r, struct yaml *y, void *settings)
{
	read_seconds(r, y, "rebind", &((struct settings *)settings)->rebind_s);
}

void read_limit(struct config_reader *r, struct yaml *y, void *settings)
{
	read_number(r, y, "limit", 1, 1 << 24, &((struct settings *)settings)->limit);
}

void read_next_server(struct config_reader *r, struct yaml *y, void *settings)
{
	read_ip4(r, y, "next-server", &((struct settings *)settings)->next_server);
}

/* read_name_field() - a text of the header, which has a size of its own */
static void read_name_field(struct config_reader *r, struct yaml *y, size_t max, char **to)
{
	if (!read_text(r, y, y->key))
		return;
	if (strlen(y->text) > max) {
		fault_error(r->faults, y->at, "%s has at most %zu octets", y->key, max);
		return;
	}
	free(*to);
	*to = xstrdup(y->text);
}

void read_boot_file(struct config_reader *r, struct yaml *y, void *settings)
{
	read_name_field(r, y, 127, &((struct settings *)settings)->boot_file);
}

void read_server_name(struct config_reader *r, struct yaml *y, void *settings)
{
	read_name_field(r, y, 63, &((struct settings *)settings)->server_name);
}

void read_bootp(struct config_reader *r, struct yaml *y, void *settings)
{
	struct settings *s = settings;

	s->bootp_is_said = read_bool(r, y, "bootp", &s->bootp);
}

/* A lease that is longer than what stands further out lets clients have is meant so. */
static void inherit_lease(struct settings *inner, const struct settings *outer)
{
	bool own = inner->lease_s;

	if (!own)
		inner->lease_s = outer->lease_s;
	if (!inner->lease_at.line)
		inner->lease_at = outer->lease_at;
	if (!inner->min_s)
		inner->min_s = own && inner->lease_s < outer->min_s ? inner->lease_s : outer->min_s;
	if (inner->max_is_said || !outer->max_is_said)
		return;
	inner->max_s = own && inner->lease_s > outer->max_s ? inner->lease_s : outer->max_s;
	inner->max_is_said = true;
}

void settings_inherit(struct settings *inner, const struct settings *outer)
{
	inherit_lease(inner, outer);
	if (!inner->renew_s)
		inner->renew_s = outer->renew_s;
	if (!inner->rebind_s)
		inner->rebind_s = outer->rebind_s;
	if (!inner->limit)
		inner->limit = outer->limit;
	if (!inner->next_server)
		inner->next_server = outer->next_server;
	if (!inner->boot_file && outer->boot_file)
		inner->boot_file = xstrdup(outer->boot_file);
	if (!inner->server_name && outer->server_name)
		inner->server_name = xstrdup(outer->server_name);
	if (!inner->bootp_is_said)
		inner->bootp = outer->bootp;
	for (size_t i = 0; i < outer->param_count; i++) {
		const struct parameter *from = &outer->params[i];
		struct parameter *p;

		if (settings_parameter(inner, from->code))
			continue;
		p = xappend(&inner->params, &inner->param_count);
		p->code = from->code;
		parameter_add(p, from->data, from->len);
	}
}

const struct parameter *settings_parameter(const struct settings *s, uint8_t code)
{
	for (size_t i = 0; i < s->param_count; i++)
		if (s->params[i].code == code)
			return &s->params[i];
	return NULL;
}

void settings_free(struct settings *s)
{
	for (size_t i = 0; i < s->param_count; i++)
		free(s->params[i].data);
	free(s->params);
	free(s->boot_file);
	free(s->server_name);
}
