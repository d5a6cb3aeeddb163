/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "nodes/common/config.h"
#include "nodes/common/mem.h"
#include "nodes/common/yaml.h"
#include "settings_text.h"

#define HOUR_MS UINT64_C(3600000)

/* ---- what an interface may say, and the top for all of them ---------------------------------- */

static void read_send(struct config_reader *r, struct yaml *y, void *settings)
{
	struct rip_settings *s = settings;
	unsigned n;

	if (read_word(r, y, "send", rip_send_names, ARRAY_SIZE(rip_send_names), &n))
		s->send = (enum rip_send)n;
	s->said |= SAID_SEND;
}

static void read_receive(struct config_reader *r, struct yaml *y, void *settings)
{
	struct rip_settings *s = settings;
	unsigned n;

	if (read_word(r, y, "receive", rip_receive_names, ARRAY_SIZE(rip_receive_names), &n))
		s->receive = (enum rip_receive)n;
	s->said |= SAID_RECEIVE;
}

static void read_split(struct config_reader *r, struct yaml *y, void *settings)
{
	struct rip_settings *s = settings;
	unsigned n;

	/* YAML's `off` is a word here */
	if (read_word(r, y, "split-horizon", rip_split_names, ARRAY_SIZE(rip_split_names), &n))
		s->split = (enum rip_split)n;
	s->said |= SAID_SPLIT;
}

static void read_metric_in(struct config_reader *r, struct yaml *y, void *settings)
{
	struct rip_settings *s = settings;

	read_number(r, y, "metric-in", 1, RIP_INFINITY - 1, &s->metric_in);
	s->said |= SAID_METRIC_IN;
}

static void read_metric_out(struct config_reader *r, struct yaml *y, void *settings)
{
	struct rip_settings *s = settings;

	read_number(r, y, "metric-out", 0, RIP_INFINITY - 1, &s->metric_out);
	s->said |= SAID_METRIC_OUT;
}

static void read_passive(struct config_reader *r, struct yaml *y, void *settings)
{
	struct rip_settings *s = settings;

	read_bool(r, y, "passive", &s->passive);
	s->said |= SAID_PASSIVE;
}

/* read_neighbour() - one more that packets are sent to by itself, besides the group */
static void read_neighbour(struct config_reader *r, struct yaml *y, void *settings)
{
	struct rip_settings *s = settings;
	uint32_t address;

	if (!read_ip4(r, y, "a neighbour", &address))
		return;
	if (!ip4_is_host(address))
		fault_error(r->faults, y->at, "%s is no address of a router", y->text);
	else
		*xappend(&s->neighbours, &s->neighbour_count) = address;
}

static void read_neighbours(struct config_reader *r, struct yaml *y, void *settings)
{
	read_each(r, y, read_neighbour, settings);
	((struct rip_settings *)settings)->said |= SAID_NEIGHBOURS;
}

/* ---- auth ------------------------------------------------------------------------------------ */

struct auth_words {
	struct rip_key key;
	const struct yaml *secret;
	bool has_id;
};

static void read_auth_type(struct config_reader *r, struct yaml *y, void *words)
{
	struct auth_words *a = words;

	if (read_text(r, y, "type") && !rip_parse_auth_kind(&a->key.kind, y->text))
		fault_error(r->faults, y->at, "type is plain, md5 or sha256, not '%s'", y->text);
}

static void read_auth_id(struct config_reader *r, struct yaml *y, void *words)
{
	struct auth_words *a = words;
	unsigned id = 0;

	a->has_id = read_number(r, y, "id", 0, 255, &id);
	a->key.id = (uint8_t)id;
}

static void read_auth_key(struct config_reader *r, struct yaml *y, void *words)
{
	if (read_text(r, y, "key"))
		((struct auth_words *)words)->secret = y;
}

/* read_moment() - a time of day, in seconds since 1970 */
static void read_moment(struct config_reader *r, struct yaml *y, const char *what, uint32_t *to)
{
	if (read_text(r, y, what) && !rip_parse_moment(to, y->text))
		fault_error(
			r->faults, y->at,
			"%s is a time as 2026-12-31 23:59:59, with a Z behind it in UTC, not '%s'",
			what, y->text);
}

static void read_auth_from(struct config_reader *r, struct yaml *y, void *words)
{
	read_moment(r, y, "from", &((struct auth_words *)words)->key.from);
}

static void read_auth_until(struct config_reader *r, struct yaml *y, void *words)
{
	read_moment(r, y, "until", &((struct auth_words *)words)->key.until);
}

/* read_auth_one() - a key, which counts if all of it is good */
static void read_auth_one(struct config_reader *r, struct yaml *y, void *settings)
{
	static const struct key keys[] = { { "type", read_auth_type },
					   { "id", read_auth_id },
					   { "key", read_auth_key },
					   { "from", read_auth_from },
					   { "until", read_auth_until } };
	struct rip_settings *s = settings;
	struct auth_words a = { 0 };
	unsigned errors = r->faults->errors;
	const char *why;

	if (!read_map(r, y, keys, ARRAY_SIZE(keys), "auth", &a) || r->faults->errors > errors)
		return;
	if (a.key.kind == RIP_AUTH_NONE)
		fault_error(r->faults, y->at, "auth has no type: plain, md5 or sha256");
	else if (!a.secret)
		fault_error(r->faults, y->at, "auth has no key");
	else if (a.key.kind != RIP_AUTH_PLAIN && !a.has_id)
		fault_error(r->faults, y->at, "auth has no id, which %s needs: 0 to 255",
			    rip_auth_name(a.key.kind));
	else if (a.key.until && a.key.until <= a.key.from)
		fault_error(r->faults, y->at, "auth ends before it begins");
	else if ((why = rip_set_secret(&a.key, a.secret->text)))
		fault_error(r->faults, a.secret->at, "%s", why);
	else
		*xappend(&s->keys, &s->key_count) = a.key;
}

static void read_auth(struct config_reader *r, struct yaml *y, void *settings)
{
	read_each(r, y, read_auth_one, settings);
	((struct rip_settings *)settings)->said |= SAID_KEYS;
}

#define SETTINGS_KEYS                                                                              \
	{ "auth", read_auth }, { "metric-in", read_metric_in }, { "metric-out", read_metric_out }, \
		{ "neighbours", read_neighbours }, { "passive", read_passive },                    \
		{ "receive", read_receive }, { "send", read_send },                                \
	{                                                                                          \
		"split-horizon", read_split                                                        \
	}

/* ---- interfaces ------------------------------------------------------------------------------ */

static bool check_name(struct config_reader *r, const char *name, struct place at)
{
	if (*name && strlen(name) < IFNAMSIZ && !strchr(name, '/'))
		return true;
	fault_error(r->faults, at, "no interface can be called '%s'", name);
	return false;
}

static void read_interface_name(struct config_reader *r, struct yaml *y, void *config)
{
	if (read_text(r, y, "an interface") && check_name(r, y->text, y->at))
		rip_settings_add(config, y->text);
}

/* read_interfaces() - [eth0, eth1], or {eth0: {passive: yes}}. They are the whole configuration's,
 * not of the settings that are being read. */
static void read_interfaces(struct config_reader *r, struct yaml *y, void *settings)
{
	static const struct key keys[] = { SETTINGS_KEYS };
	char what[64];

	(void)settings;
	if (y->kind != YAML_MAP) {
		read_each(r, y, read_interface_name, r->context);
		return;
	}
	for (struct yaml *e = y->entries; e; e = e->next) {
		if (!check_name(r, e->key, e->key_at))
			continue;
		snprintf(what, sizeof(what), "interface '%s'", e->key);
		if (yaml_is_empty(e))
			rip_settings_add(r->context, e->key);
		else
			read_map(r, e, keys, ARRAY_SIZE(keys), what,
				 rip_settings_add(r->context, e->key));
	}
}

/* ---- networks -------------------------------------------------------------------------------- */

static bool read_network(struct config_reader *r, const struct yaml *y, struct prefix *p)
{
	const char *why;

	if (!read_text(r, y, "a network"))
		return false;
	why = rip_parse_network(p, y->text);
	if (why)
		fault_error(r->faults, y->at, "network '%s': %s", y->text, why);
	return !why;
}

struct announced_words {
	struct rip_announced a;
	bool has_prefix;
};

static void read_announced_prefix(struct config_reader *r, struct yaml *y, void *words)
{
	struct announced_words *w = words;

	w->has_prefix = read_network(r, y, &w->a.prefix);
}

static void read_announced_metric(struct config_reader *r, struct yaml *y, void *words)
{
	read_number(r, y, "metric", 1, RIP_INFINITY - 1,
		    &((struct announced_words *)words)->a.metric);
}

static void read_announced_tag(struct config_reader *r, struct yaml *y, void *words)
{
	read_number(r, y, "tag", 0, UINT16_MAX, &((struct announced_words *)words)->a.tag);
}

/* read_announced() - a prefix alone, or {prefix, metric, tag} */
static void read_announced(struct config_reader *r, struct yaml *y, void *config)
{
	static const struct key keys[] = { { "prefix", read_announced_prefix },
					   { "metric", read_announced_metric },
					   { "tag", read_announced_tag } };
	struct rip_config *c = config;
	struct announced_words w = { .a.metric = 1 };
	unsigned errors = r->faults->errors;

	if (y->kind != YAML_MAP)
		w.has_prefix = read_network(r, y, &w.a.prefix);
	else if (read_map(r, y, keys, ARRAY_SIZE(keys), "announce", &w) && !yaml_get(y, "prefix"))
		fault_error(r->faults, y->at, "announce has no prefix");
	if (w.has_prefix && r->faults->errors == errors)
		*xappend(&c->announced, &c->announced_count) = w.a;
}

static void read_announce(struct config_reader *r, struct yaml *y, void *settings)
{
	(void)settings;
	read_each(r, y, read_announced, r->context);
}

static void read_one_aggregate(struct config_reader *r, struct yaml *y, void *config)
{
	struct rip_config *c = config;
	struct prefix p;

	if (read_network(r, y, &p))
		*xappend(&c->aggregates, &c->aggregate_count) = p;
}

static void read_aggregate(struct config_reader *r, struct yaml *y, void *settings)
{
	(void)settings;
	read_each(r, y, read_one_aggregate, r->context);
}

/* ---- the whole file -------------------------------------------------------------------------- */

static void read_update(struct config_reader *r, struct yaml *y, void *settings)
{
	(void)settings;
	read_time(r, y, "update", 100, HOUR_MS, &((struct rip_config *)r->context)->update_ms);
}

static void read_timeout(struct config_reader *r, struct yaml *y, void *settings)
{
	(void)settings;
	read_time(r, y, "timeout", 100, 24 * HOUR_MS,
		  &((struct rip_config *)r->context)->timeout_ms);
}

static void read_garbage(struct config_reader *r, struct yaml *y, void *settings)
{
	(void)settings;
	read_time(r, y, "garbage", 100, 24 * HOUR_MS,
		  &((struct rip_config *)r->context)->garbage_ms);
}

static void read_triggered(struct config_reader *r, struct yaml *y, void *settings)
{
	(void)settings;
	if (read_text(r, y, "triggered") && !rip_parse_triggered(r->context, y->text))
		fault_error(r->faults, y->at, "triggered is a range, as in 1s-5s, or off, not '%s'",
			    y->text);
}

static void read_paths(struct config_reader *r, struct yaml *y, void *settings)
{
	(void)settings;
	read_number(r, y, "paths", 1, 16, &((struct rip_config *)r->context)->paths);
}

static void read_one_import(struct config_reader *r, struct yaml *y, void *config)
{
	static const char *const words[] = { "connected", "static" };
	struct rip_config *c = config;
	unsigned n;

	if (read_word(r, y, "import", words, ARRAY_SIZE(words), &n))
		*(n == 0 ? &c->import_connected : &c->import_static) = true;
}

static void read_import(struct config_reader *r, struct yaml *y, void *settings)
{
	(void)settings;
	read_each(r, y, read_one_import, r->context);
}

void rip_config_parse(struct rip_config *c, const char *file, const char *text, size_t len,
		      struct faults *f)
{
	static const struct key keys[] = {
		SETTINGS_KEYS,
		{ "aggregate", read_aggregate },
		{ "announce", read_announce },
		{ "garbage", read_garbage },
		{ "import", read_import },
		{ "interfaces", read_interfaces },
		{ "paths", read_paths },
		{ "timeout", read_timeout },
		{ "triggered", read_triggered },
		{ "update", read_update },
	};
	struct config_reader r = { .faults = f, .context = c };
	struct yaml *y;

	f->file = file;
	f->source = text;
	y = yaml_parse(text, len, f);
	if (!y)
		return;
	read_map(&r, y, keys, ARRAY_SIZE(keys), "the configuration", &c->all);
	if (!f->errors && c->timeout_ms <= c->update_ms)
		fault_warning(f, y->at,
			      "timeout is not longer than update: routes will come and go");
	yaml_free(y);
}

void rip_config_load(struct rip_config *c, const char *file, char **source, struct faults *f)
{
	size_t len;

	f->file = file;
	*source = yaml_read_file(file, &len);
	if (*source)
		rip_config_parse(c, file, *source, len, f);
	else
		fault_error(f, (struct place){ 0 }, "%s", strerror(errno));
}
