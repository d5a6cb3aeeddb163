/* SPDX-License-Identifier: MIT */
/* What is so where nothing is said, and how words of a configuration or a command line are read. */
#include "settings.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "settings_text.h"

const char *const rip_send_names[4] = { "2", "2-broadcast", "1", "none" };
const char *const rip_receive_names[4] = { "both", "1", "2", "none" };
const char *const rip_split_names[3] = { "poison", "simple", "off" };

struct rip_config *rip_config_new(void)
{
	struct rip_config *c = xcalloc(1, sizeof(*c));

	/* RFC 2453, 3.8 and 3.10.1 */
	c->update_ms = 30000;
	c->timeout_ms = 180000;
	c->garbage_ms = 120000;
	c->trigger_min_ms = 1000;
	c->trigger_max_ms = 5000;
	c->paths = 1;
	c->all.metric_in = 1;
	return c;
}

/* settings_free() - but for the lists that the lender, or NULL, has lent */
static void settings_free(struct rip_settings *s, const struct rip_settings *lender)
{
	if (!lender || s->neighbours != lender->neighbours)
		free(s->neighbours);
	if (!lender || s->keys != lender->keys)
		free(s->keys);
}

void rip_config_free(struct rip_config *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->named_count; i++)
		settings_free(&c->named[i], &c->all);
	settings_free(&c->all, NULL);
	free(c->named);
	free(c->announced);
	free(c->aggregates);
	free(c);
}

struct rip_settings *rip_settings_add(struct rip_config *c, const char *name)
{
	struct rip_settings *s;

	for (size_t i = 0; i < c->named_count; i++)
		if (strcmp(c->named[i].name, name) == 0)
			return &c->named[i];
	s = xappend(&c->named, &c->named_count);
	snprintf(s->name, sizeof(s->name), "%s", name);
	return s;
}

const struct rip_settings *rip_settings_for(const struct rip_config *c, const char *name)
{
	for (size_t i = 0; i < c->named_count; i++)
		if (strcmp(c->named[i].name, name) == 0)
			return &c->named[i];
	return c->named_count && !c->others ? NULL : &c->all;
}

static void inherit(struct rip_settings *s, const struct rip_settings *all)
{
	unsigned said = s->said;

	if (!(said & SAID_SEND))
		s->send = all->send;
	if (!(said & SAID_RECEIVE))
		s->receive = all->receive;
	if (!(said & SAID_SPLIT))
		s->split = all->split;
	if (!(said & SAID_METRIC_IN))
		s->metric_in = all->metric_in;
	if (!(said & SAID_METRIC_OUT))
		s->metric_out = all->metric_out;
	if (!(said & SAID_PASSIVE))
		s->passive = all->passive;
	if (!(said & SAID_NEIGHBOURS)) {
		s->neighbours = all->neighbours;
		s->neighbour_count = all->neighbour_count;
	}
	if (!(said & SAID_KEYS)) {
		s->keys = all->keys;
		s->key_count = all->key_count;
	}
}

void rip_config_finish(struct rip_config *c)
{
	for (size_t i = 0; i < c->named_count; i++)
		inherit(&c->named[i], &c->all);
}

/* ---- words ----------------------------------------------------------------------------------- */

bool rip_parse_triggered(struct rip_config *c, const char *text)
{
	auto_free char *min = xstrdup(text);
	char *max = strchr(min, '-');
	uint64_t from, to;

	c->no_triggered = strcmp(text, "off") == 0;
	if (c->no_triggered)
		return true;
	if (max)
		*max++ = '\0';
	if (!parse_time(&from, min) || !parse_time(&to, max ? max : min) || from > to ||
	    to > 3600000)
		return false;
	c->trigger_min_ms = from;
	c->trigger_max_ms = to;
	return true;
}

bool rip_is_announceable(const struct prefix *p)
{
	if (p->addr.family != AF_INET)
		return false;
	return p->len == 0 ? ip4_of(&p->addr) == 0 : ip4_is_host(ip4_of(&p->addr));
}

const char *rip_parse_network(struct prefix *p, const char *text)
{
	const char *why;
	struct addr first;

	if (!prefix_parse(p, text, &why))
		return why;
	first = prefix_first(p);
	if (!rip_is_announceable(p))
		return "not an IPv4 network of hosts";
	if (!addr_equal(&first, &p->addr))
		return "it has bits behind its prefix length";
	return NULL;
}

static bool parse_upto(unsigned *to, const char *text, unsigned min, unsigned max)
{
	uint64_t n;

	if (!parse_number(&n, text) || n < min || n > max)
		return false;
	*to = (unsigned)n;
	return true;
}

const char *rip_parse_announced(struct rip_announced *a, const char *text)
{
	auto_free char *words = xstrdup(text);
	char *rest = words, *prefix = strsep(&rest, ","), *metric = strsep(&rest, ",");
	const char *why = rip_parse_network(&a->prefix, prefix);

	a->metric = 1;
	a->tag = 0;
	if (why)
		return why;
	if (metric && !parse_upto(&a->metric, metric, 1, RIP_INFINITY - 1))
		return "the metric is 1 to 15";
	if (rest && !parse_upto(&a->tag, rest, 0, UINT16_MAX))
		return "the tag is 0 to 65535";
	return NULL;
}

const char *rip_set_secret(struct rip_key *k, const char *secret)
{
	size_t max = k->kind == RIP_AUTH_SHA256 ? RIP_KEY_MAX : 16;

	k->len = strlen(secret);
	if (!k->len || k->len > max)
		return max == 16 ? "the secret has 1 to 16 octets"
				 : "the secret has 1 to 64 octets";
	memcpy(k->secret, secret, k->len);
	return NULL;
}

bool rip_parse_auth_kind(enum rip_auth *kind, const char *text)
{
	for (*kind = RIP_AUTH_PLAIN; *kind <= RIP_AUTH_SHA256; (*kind)++)
		if (strcmp(text, rip_auth_name(*kind)) == 0)
			return true;
	return false;
}

bool rip_parse_moment(uint32_t *seconds, const char *text)
{
	struct tm tm = { .tm_isdst = -1 };
	const char *rest = strptime(text, "%Y-%m-%d%t%H:%M", &tm);
	time_t t;

	if (rest && *rest == ':')
		rest = strptime(rest, ":%S", &tm);
	if (!rest || (*rest && strcmp(rest, "Z") != 0))
		return false;
	t = *rest ? timegm(&tm) : mktime(&tm);
	*seconds = (uint32_t)t;
	return t > 0 && t <= UINT32_MAX;
}

const char *rip_parse_auth(struct rip_key *k, const char *text)
{
	auto_free char *words = xstrdup(text);
	char *rest = words, *kind = strsep(&rest, ":"), *id;
	unsigned n;

	*k = (struct rip_key){ 0 };
	if (!rip_parse_auth_kind(&k->kind, kind) || !rest)
		return "it should be plain:SECRET, md5:ID:SECRET or sha256:ID:SECRET";
	if (k->kind != RIP_AUTH_PLAIN) {
		id = strsep(&rest, ":");
		if (!rest || !parse_upto(&n, id, 0, 255))
			return "it should be plain:SECRET, md5:ID:SECRET or sha256:ID:SECRET, with an "
			       "ID of 0 to 255";
		k->id = (uint8_t)n;
	}
	return rip_set_secret(k, rest);
}
