/* SPDX-License-Identifier: MIT */
/* Good configurations of the DHCP server: what each key means, and who inherits what. The bad ones
 * are in tests/bad-dhcp. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/dhcp/config.h"
#include "nodes/dhcp/packet.h"

static struct dhcp_config *good(const char *text)
{
	struct faults f = { .file = "dhcp.yml" };
	struct dhcp_config *c = config_parse("dhcp.yml", text, strlen(text), &f);

	if (f.count)
		fail_msg("line %u: %s", f.list[0].at.line, f.list[0].text);
	faults_free(&f);
	return c;
}

static void expect_parameter(const struct settings *s, uint8_t code, const void *data, size_t len)
{
	const struct parameter *p = settings_parameter(s, code);

	if (!p)
		fail_msg("option %u is not there", code);
	assert_int_equal(p->len, len);
	assert_memory_equal(p->data, data, len);
}

static void a_subnet_alone_has_all_defaults(void **state)
{
	struct dhcp_config *c = good("subnets: {10.0.1.0/24: {}}");
	const struct subnet *s = c->subnets[0];

	(void)state;
	assert_int_equal(c->subnet_count, 1);
	assert_int_equal(s->address, 0x0a000100);
	assert_int_equal(s->mask, 0xffffff00);
	assert_int_equal(s->len, 24);
	assert_string_equal(s->text, "10.0.1.0/24");
	assert_int_equal(s->settings.lease_s, 3600);
	assert_int_equal(s->settings.min_s, 1);
	assert_int_equal(s->settings.max_s, 3600);
	assert_int_equal(s->settings.limit, 0);
	assert_false(s->settings.bootp);
	assert_true(c->probe_ms == 200);
	assert_true(c->quarantine_ms == 3600000);
	assert_int_equal(c->rate, 20);
	assert_false(c->authoritative);
	assert_int_equal(s->network->subnet_count, 1);
	config_free(c);
}

static void what_stands_nearer_is_used(void **state)
{
	struct dhcp_config *c =
		good("lease: 1h\ndns: 10.0.0.1\ndomain: outer\nlimit: 3\nbootp: yes\n"
		     "subnets:\n"
		     "  10.0.1.0/24: {lease: 2h, dns: 10.0.1.1, bootp: no}\n"
		     "  10.0.2.0/24: {}\n"
		     "static:\n"
		     "  a: {client-id: a, address: 10.0.1.7, lease: 3h, domain: inner}\n"
		     "  b: {client-id: b, address: 10.0.1.8}\n");
	const struct settings *one = &c->subnets[0]->settings, *two = &c->subnets[1]->settings;
	const struct settings *a = &config_binding_at(c, 0x0a000107)->settings;
	const struct settings *b = &config_binding_at(c, 0x0a000108)->settings;

	(void)state;
	assert_int_equal(one->lease_s, 7200);
	assert_int_equal(two->lease_s, 3600);
	assert_int_equal(a->lease_s, 10800);
	assert_int_equal(b->lease_s, 7200);
	expect_parameter(one, OPT_DNS, "\12\0\1\1", 4);
	expect_parameter(two, OPT_DNS, "\12\0\0\1", 4);
	expect_parameter(a, OPT_DNS, "\12\0\1\1", 4);
	expect_parameter(one, OPT_DOMAIN, "outer", 5);
	expect_parameter(a, OPT_DOMAIN, "inner", 5);
	expect_parameter(b, OPT_DOMAIN, "outer", 5);
	assert_int_equal(one->limit, 3);
	assert_false(one->bootp);
	assert_true(two->bootp);
	config_free(c);
}

/* man: "max is the default if that is all there is, so that no client gets more" */
static void a_lease_has_bounds(void **state)
{
	static const struct {
		const char *text;
		uint32_t lease, min, max;
	} cases[] = {
		{ "10m", 600, 1, 600 },
		{ "600", 600, 1, 600 },
		{ "{default: 10m}", 600, 1, 600 },
		{ "{default: 10m, min: 1m}", 600, 60, 600 },
		{ "{default: 10m, max: 1h}", 600, 1, 3600 },
		{ "{default: 10m, min: 1m, max: 1h}", 600, 60, 3600 },
		{ "{min: 1m, max: 2h}", 3600, 60, 7200 },
		{ "1d", 86400, 1, 86400 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[128];
		struct dhcp_config *c;
		const struct settings *s;

		snprintf(text, sizeof(text), "subnets: {10.0.1.0/24: {lease: %s}}", cases[i].text);
		c = good(text);
		s = &c->subnets[0]->settings;
		if (s->lease_s != cases[i].lease || s->min_s != cases[i].min ||
		    s->max_s != cases[i].max)
			fail_msg("%s: %u from %u to %u", cases[i].text, s->lease_s, s->min_s,
				 s->max_s);
		config_free(c);
	}
}

static void parameters_are_options_as_they_are_sent(void **state)
{
	struct dhcp_config *c = good("subnets:\n"
				     "  10.0.1.0/24:\n"
				     "    router: [10.0.1.1, 10.0.1.2]\n"
				     "    dns: 10.0.1.3\n"
				     "    ntp: 10.0.1.4\n"
				     "    domain: lab.example\n"
				     "    mtu: 1400\n"
				     "    routes: {10.9.0.0/16: 10.0.1.7, 0.0.0.0/0: 10.0.1.1}\n"
				     "    options:\n"
				     "      150: 10.0.1.5\n"
				     "      66: tftp.example\n"
				     "      224: {hex: '0a 0B 0c'}\n"
				     "      225: {text: x}\n"
				     "      226: {address: [10.0.1.1, 10.0.1.2]}\n"
				     "      227: {u8: [1, 255]}\n"
				     "      228: {u16: 258}\n"
				     "      229: {u32: [1, 4294967295]}\n");
	const struct settings *s = &c->subnets[0]->settings;

	(void)state;
	expect_parameter(s, OPT_ROUTER, "\12\0\1\1\12\0\1\2", 8);
	expect_parameter(s, OPT_DNS, "\12\0\1\3", 4);
	expect_parameter(s, OPT_NTP, "\12\0\1\4", 4);
	expect_parameter(s, OPT_DOMAIN, "lab.example", 11);
	expect_parameter(s, OPT_MTU, "\5\170", 2);
	expect_parameter(s, OPT_ROUTES, "\20\12\11\12\0\1\7\0\12\0\1\1", 12);
	expect_parameter(s, 150, "\12\0\1\5", 4);
	expect_parameter(s, 66, "tftp.example", 12);
	expect_parameter(s, 224, "\12\13\14", 3);
	expect_parameter(s, 225, "x", 1);
	expect_parameter(s, 226, "\12\0\1\1\12\0\1\2", 8);
	expect_parameter(s, 227, "\1\377", 2);
	expect_parameter(s, 228, "\1\2", 2);
	expect_parameter(s, 229, "\0\0\0\1\377\377\377\377", 8);
	assert_null(settings_parameter(s, 230));
	config_free(c);
}

static void boot_fields_and_times_are_settings(void **state)
{
	struct dhcp_config *c = good("subnets:\n"
				     "  10.0.1.0/24:\n"
				     "    lease: 1h\n"
				     "    next-server: 10.0.1.9\n"
				     "    boot-file: boot.img\n"
				     "    server-name: boot\n"
				     "    renew: 10m\n"
				     "    rebind: 20m\n");
	const struct settings *s = &c->subnets[0]->settings;

	(void)state;
	assert_int_equal(s->next_server, 0x0a000109);
	assert_string_equal(s->boot_file, "boot.img");
	assert_string_equal(s->server_name, "boot");
	assert_int_equal(s->renew_s, 600);
	assert_int_equal(s->rebind_s, 1200);
	config_free(c);
}

static void the_whole_server_has_keys_of_its_own(void **state)
{
	struct dhcp_config *c = good("subnets: {10.0.1.0/24: {}}\nprobe: 1s\nquarantine: 2h\n"
				     "authoritative: yes\nrate: 7\n"
				     "ignore: ['02:00:00:00:00:66', '02:00:00:00:00:05']\n");

	(void)state;
	assert_true(c->probe_ms == 1000);
	assert_true(c->quarantine_ms == 7200000);
	assert_true(c->authoritative);
	assert_int_equal(c->rate, 7);
	assert_true(config_ignores(c, (uint8_t[]){ 2, 0, 0, 0, 0, 0x66 }));
	assert_true(config_ignores(c, (uint8_t[]){ 2, 0, 0, 0, 0, 5 }));
	assert_false(config_ignores(c, (uint8_t[]){ 2, 0, 0, 0, 0, 6 }));
	config_free(c);
}

static void no_probe_may_be_said_in_several_ways(void **state)
{
	static const char *const words[] = { "no", "0", "0s", "0ms" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		char text[64];
		struct dhcp_config *c;

		snprintf(text, sizeof(text), "probe: %s\nsubnets: {10.0.1.0/24: {}}\n", words[i]);
		c = good(text);
		assert_true(c->probe_ms == 0);
		config_free(c);
	}
}

static void subnets_are_found_by_address(void **state)
{
	struct dhcp_config *c =
		good("subnets: {10.0.3.0/25: {}, 10.0.1.0/24: {}, 192.0.2.0/30: {}}");

	(void)state;
	assert_int_equal(config_subnet(c, 0x0a000100)->address, 0x0a000100);
	assert_int_equal(config_subnet(c, 0x0a0001ff)->address, 0x0a000100);
	assert_null(config_subnet(c, 0x0a000200));
	assert_null(config_subnet(c, 0x0a0000ff));
	assert_int_equal(config_subnet(c, 0x0a00037f)->address, 0x0a000300);
	assert_null(config_subnet(c, 0x0a000380));
	assert_int_equal(config_subnet(c, 0xc0000203)->address, 0xc0000200);
	assert_null(config_subnet(c, 0));
	assert_null(config_subnet(c, 0xffffffff));
	config_free(c);
}

static void pools_hold_what_they_say(void **state)
{
	struct dhcp_config *c =
		good("subnets: {10.0.1.0/24: {pool: [10.0.1.30, 10.0.1.10-10.0.1.19]}}");
	const struct subnet *s = c->subnets[0];

	(void)state;
	for (uint32_t i = 0; i < 256; i++)
		assert_int_equal(subnet_has_pool_address(s, 0x0a000100 + i),
				 i == 30 || (i >= 10 && i <= 19));
	assert_false(subnet_is_host(s, 0x0a000100));
	assert_true(subnet_is_host(s, 0x0a000101));
	assert_true(subnet_is_host(s, 0x0a0001fe));
	assert_false(subnet_is_host(s, 0x0a0001ff));
	assert_false(subnet_is_host(s, 0x0a000201));
	config_free(c);
}

static void shared_wires_are_one_network(void **state)
{
	struct dhcp_config *c =
		good("subnets: {10.0.1.0/24: {}, 10.0.2.0/24: {}, 10.0.3.0/24: {}}\n"
		     "shared: {wire: [10.0.3.0/24, 10.0.1.0/24]}\n");
	const struct network *n = config_subnet(c, 0x0a000101)->network;

	(void)state;
	assert_ptr_equal(n, config_subnet(c, 0x0a000301)->network);
	assert_ptr_not_equal(n, config_subnet(c, 0x0a000201)->network);
	assert_string_equal(n->name, "wire");
	assert_int_equal(n->subnet_count, 2);
	assert_int_equal(n->subnets[0]->address, 0x0a000300); /* the first one first */
	assert_int_equal(c->network_count, 2);
	config_free(c);
}

static void bindings_are_found_by_identifier_first(void **state)
{
	struct dhcp_config *c =
		good("subnets: {10.0.1.0/24: {}, 10.0.2.0/24: {}}\n"
		     "static:\n"
		     "  a: {mac: '02:00:00:00:00:07', address: 10.0.1.7}\n"
		     "  b: {client-id: '01:02', address: 10.0.1.8}\n"
		     "  c: {client-id: door, mac: '02:00:00:00:00:09', address: 10.0.1.9}\n"
		     "  d: {mac: '02:00:00:00:00:07', address: 10.0.2.7}\n");
	const struct network *n = config_subnet(c, 0x0a000101)->network;
	const struct network *far = config_subnet(c, 0x0a000201)->network;
	static const uint8_t mac[] = { 2, 0, 0, 0, 0, 7 }, other[] = { 2, 0, 0, 0, 0, 9 };

	(void)state;
	assert_string_equal(config_binding_for(c, n, NULL, 0, mac)->name, "a");
	assert_string_equal(config_binding_for(c, far, NULL, 0, mac)->name, "d");
	assert_string_equal(config_binding_for(c, n, (const uint8_t *)"\1\2", 2, mac)->name, "b");
	assert_string_equal(config_binding_for(c, n, (const uint8_t *)"door", 4, NULL)->name, "c");
	assert_string_equal(config_binding_for(c, n, NULL, 0, other)->name, "c");
	assert_string_equal(config_binding_for(c, n, (const uint8_t *)"x", 1, mac)->name, "a");
	assert_null(config_binding_for(c, n, (const uint8_t *)"doo", 3, NULL));
	assert_null(config_binding_for(c, n, NULL, 0, NULL));
	assert_null(config_binding_for(c, far, (const uint8_t *)"door", 4, NULL));
	config_free(c);
}

static void a_client_identifier_is_octets_or_text(void **state)
{
	static const struct {
		const char *text, *id;
		size_t len;
	} cases[] = {
		{ "01:02:00:00:00:00:07", "\1\2\0\0\0\0\7", 7 },
		{ "ff:0A", "\377\12", 2 },
		{ "door-1", "door-1", 6 },
		{ "01:2", "01:2", 4 },
		{ "01:02:", "01:02:", 6 },
		{ "0102", "0102", 4 },
		{ "a", "a", 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t *id;
		size_t len;

		client_id_parse(cases[i].text, &id, &len);
		if (len != cases[i].len || memcmp(id, cases[i].id, len) != 0)
			fail_msg("%s", cases[i].text);
		free(id);
	}
}

static struct binding *binding_of(const char *mac, uint32_t address)
{
	struct binding *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->name = strdup("late");
	b->has_mac = mac && mac_parse(&b->mac, mac);
	b->address = address;
	b->from_database = true;
	return b;
}

static void a_late_binding_is_checked_like_the_others(void **state)
{
	static const struct {
		const char *mac;
		uint32_t address;
		bool good;
	} cases[] = {
		{ "02:00:00:00:00:01", 0x0a000109, true },
		{ "02:00:00:00:00:02", 0x0a000209, false }, /* of no subnet */
		{ "02:00:00:00:00:02", 0x0a0001ff, false }, /* the broadcast address */
		{ "02:00:00:00:00:02", 0x0a000107, false }, /* another's */
		{ "02:00:00:00:00:07", 0x0a00010a, false }, /* another's */
		{ NULL, 0x0a00010b, false },		    /* nobody's */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct dhcp_config *c =
			good("subnets: {10.0.1.0/24: {lease: 2h}}\n"
			     "static: {a: {mac: '02:00:00:00:00:07', address: 10.0.1.7}}\n");
		const char *why = NULL;
		bool bound = config_bind(c, binding_of(cases[i].mac, cases[i].address), &why);

		if (bound != cases[i].good)
			fail_msg("%zu: %s", i, why ? why : "it is bound");
		assert_true(bound || (why && *why));
		config_index(c);
		if (bound) {
			assert_string_equal(config_binding_at(c, cases[i].address)->name, "late");
			assert_int_equal(config_binding_at(c, cases[i].address)->settings.lease_s,
					 7200);
		}
		assert_string_equal(config_binding_at(c, 0x0a000107)->name, "a");
		config_free(c);
	}
}

static void thousands_of_bindings_are_found(void **state)
{
	struct dhcp_config *c = good("subnets: {10.0.0.0/16: {}}\n");
	const char *why;

	(void)state;
	for (uint32_t i = 20000; i; i--) {
		char mac[MAC_TEXT_LEN];

		snprintf(mac, sizeof(mac), "02:00:00:00:%02x:%02x", i >> 8, i & 255);
		assert_true(config_bind(c, binding_of(mac, 0x0a000000 + i), &why));
	}
	config_index(c);
	for (uint32_t i = 1; i <= 20000; i++) {
		uint8_t mac[] = { 2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i };

		assert_int_equal(config_binding_for(c, c->networks[0], NULL, 0, mac)->address,
				 0x0a000000 + i);
	}
	config_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_subnet_alone_has_all_defaults),
		cmocka_unit_test(what_stands_nearer_is_used),
		cmocka_unit_test(a_lease_has_bounds),
		cmocka_unit_test(parameters_are_options_as_they_are_sent),
		cmocka_unit_test(boot_fields_and_times_are_settings),
		cmocka_unit_test(the_whole_server_has_keys_of_its_own),
		cmocka_unit_test(no_probe_may_be_said_in_several_ways),
		cmocka_unit_test(subnets_are_found_by_address),
		cmocka_unit_test(pools_hold_what_they_say),
		cmocka_unit_test(shared_wires_are_one_network),
		cmocka_unit_test(bindings_are_found_by_identifier_first),
		cmocka_unit_test(a_client_identifier_is_octets_or_text),
		cmocka_unit_test(a_late_binding_is_checked_like_the_others),
		cmocka_unit_test(thousands_of_bindings_are_found),
	};

	return cmocka_run_group_tests_name("dhcp config", tests, NULL, NULL);
}
