/* SPDX-License-Identifier: MIT */
/*
 * Configurations of any octets: read to their end with faults, or good. With what is good a server
 * can be made, and each address that it would give is a host's.
 */
#include "fuzzer.h"
#include "nodes/dhcp/config.h"
#include "nodes/dhcp/lease.h"

const char *__lsan_default_suppressions(void);

/* libfyaml 0.7.12 itself forgets some memory of files that are not YAML. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml";
}

static void check_settings(const struct settings *s)
{
	require(s->lease_s && s->min_s <= s->lease_s && s->lease_s <= s->max_s);
	for (size_t i = 0; i < s->param_count; i++) {
		require(s->params[i].code >= 1 && s->params[i].code <= 254);
		require(settings_parameter(s, s->params[i].code) == &s->params[i]);
	}
}

static void check_subnet(const struct dhcp_config *c, struct subnet *s)
{
	struct leases *ls;
	uint32_t fresh;

	check_settings(&s->settings);
	require(s->network && (s->address & s->mask) == s->address);
	require(config_subnet(c, s->address) == s && config_subnet(c, s->address | ~s->mask) == s);
	for (size_t i = 0; i < s->pool_count; i++) {
		require(s->pools[i].first <= s->pools[i].last);
		require(subnet_is_host(s, s->pools[i].first) &&
			subnet_is_host(s, s->pools[i].last));
		require(subnet_has_pool_address(s, s->pools[i].first));
	}
	ls = leases_new(c);
	fresh = leases_fresh(ls, s);
	require(!fresh || (subnet_has_pool_address(s, fresh) && !config_binding_at(c, fresh)));
	leases_free(ls);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct faults f = { .file = "fuzz.yml" };
	char *text = malloc(size + 1);
	struct dhcp_config *c;
	FILE *out = fopen("/dev/null", "w");

	require(text && out);
	memcpy(text, data, size);
	text[size] = '\0';
	f.source = text;
	c = config_parse("fuzz.yml", text, size, &f);
	require(c != NULL);
	for (size_t i = 0; !f.errors && i < c->subnet_count; i++)
		check_subnet(c, c->subnets[i]);
	for (size_t i = 0; !f.errors && i < c->binding_count; i++) {
		const struct binding *b = c->bindings[i];

		check_settings(&b->settings);
		require(b->has_mac || b->client_id);
		require(b->subnet && subnet_is_host(b->subnet, b->address));
		require(config_binding_at(c, b->address) == b);
	}
	faults_print(&f, out);
	config_free(c);
	faults_free(&f);
	free(text);
	fclose(out);
	return 0;
}
