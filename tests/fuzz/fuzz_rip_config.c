/* SPDX-License-Identifier: MIT */
/*
 * Configurations of ripd of any octets: read to their end with faults, or good; what is good is in
 * its bounds. Each line is read as a word of an option too.
 */
#include "fuzzer.h"
#include "nodes/rip/config.h"
#include "nodes/rip/settings_text.h"

const char *__lsan_default_suppressions(void);

/* libfyaml 0.7.12 itself forgets some memory of files that are not YAML. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml";
}

static void check_key(const struct rip_key *k)
{
	require(k->kind > RIP_AUTH_NONE && k->kind <= RIP_AUTH_SHA256);
	require(k->len >= 1 && k->len <= (k->kind == RIP_AUTH_SHA256 ? 64 : 16));
}

static void check_settings(const struct rip_settings *s)
{
	require(s->send <= SEND_NONE && s->receive <= RECEIVE_NONE && s->split <= SPLIT_OFF);
	require(s->metric_in >= 1 && s->metric_in <= 15 && s->metric_out <= 15);
	require(memchr(s->name, '\0', sizeof(s->name)) != NULL);
	for (size_t i = 0; i < s->neighbour_count; i++)
		require(ip4_is_host(s->neighbours[i]));
	for (size_t i = 0; i < s->key_count; i++)
		check_key(&s->keys[i]);
}

static void check_network(const struct prefix *p)
{
	uint32_t a = ip4_of(&p->addr);

	require(p->addr.family == AF_INET && p->len <= 32);
	require(!(a & ~ip4_mask(p->len)));
	require((!p->len && !a) || ip4_is_host(a));
}

static void check_config(const struct rip_config *c)
{
	require(c->update_ms >= 100 && c->timeout_ms >= 100 && c->garbage_ms >= 100);
	require(c->trigger_min_ms <= c->trigger_max_ms && c->trigger_max_ms <= 3600000);
	require(c->paths >= 1 && c->paths <= 16);
	check_settings(&c->all);
	for (size_t i = 0; i < c->named_count; i++) {
		check_settings(&c->named[i]);
		require(rip_settings_for(c, c->named[i].name) == &c->named[i]);
	}
	for (size_t i = 0; i < c->announced_count; i++) {
		check_network(&c->announced[i].prefix);
		require(c->announced[i].metric >= 1 && c->announced[i].metric <= 15);
		require(c->announced[i].tag <= 65535);
	}
	for (size_t i = 0; i < c->aggregate_count; i++)
		check_network(&c->aggregates[i]);
}

static void read_words(const char *text)
{
	struct rip_config *c = rip_config_new();
	struct rip_announced a;
	struct rip_key k;

	if (!rip_parse_announced(&a, text))
		check_network(&a.prefix);
	if (!rip_parse_auth(&k, text))
		check_key(&k);
	if (rip_parse_triggered(c, text))
		require(c->trigger_min_ms <= c->trigger_max_ms);
	rip_config_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct faults f = { .file = "fuzz.yml" };
	struct rip_config *c = rip_config_new();
	char *text = malloc(size + 1);
	FILE *out = fopen("/dev/null", "w");

	require(text && out);
	memcpy(text, data, size);
	text[size] = '\0';
	rip_config_parse(c, "fuzz.yml", text, size, &f);
	rip_config_finish(c);
	if (!f.errors)
		check_config(c);
	faults_print(&f, out);
	rip_config_free(c);
	faults_free(&f);
	text[strcspn(text, "\n")] = '\0';
	read_words(text);
	free(text);
	fclose(out);
	return 0;
}
