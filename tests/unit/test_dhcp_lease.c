/* SPDX-License-Identifier: MIT */
/* The leases in memory: states, who is found by what, what ends when, ports, and the way back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/dhcp/lease.h"

#define START 1700000000000u
#define POOL  0x0a000164u /* 10.0.1.100 to .103, and 10.0.1.110 */
#define FIXED 0x0a000107u
#define FAR   0x0a00020au

struct lab {
	struct dhcp_config *config;
	struct leases *leases;
	struct subnet *near, *far;
};

static struct lab *lab_new(void)
{
	static const char text[] = "subnets:\n"
				   "  10.0.1.0/24: {pool: [10.0.1.100-10.0.1.103, 10.0.1.110]}\n"
				   "  10.0.2.0/24: {pool: 10.0.2.10-10.0.2.11}\n"
				   "static: {a: {mac: '02:00:00:00:00:07', address: 10.0.1.7},\n"
				   "         b: {mac: '02:00:00:00:00:08', address: 10.0.1.101}}\n";
	struct lab *l = calloc(1, sizeof(*l));
	struct faults f = { .file = "dhcp.yml" };

	assert_non_null(l);
	l->config = config_parse("dhcp.yml", text, strlen(text), &f);
	assert_int_equal(f.errors, 0);
	faults_free(&f);
	l->leases = leases_new(l->config);
	l->near = config_subnet(l->config, POOL);
	l->far = config_subnet(l->config, FAR);
	return l;
}

static void lab_free(struct lab *l)
{
	leases_free(l->leases);
	config_free(l->config);
	free(l);
}

static struct client *client(unsigned who)
{
	uint8_t octets[] = { 1, 2, 0, 0, 0, (uint8_t)(who >> 8), (uint8_t)who };

	return client_new(false, octets, sizeof(octets));
}

static struct lease *put_at(struct lab *l, struct subnet *s, uint32_t address, unsigned who,
			    enum lease_state state, uint64_t until, bool durable)
{
	struct lease *lease = leases_make(l->leases, s, address);
	struct record r = { .state = state, .until = until, .client = who ? client(who) : NULL };

	leases_put(l->leases, lease, &r, durable);
	assert_null(r.client); /* it has been taken over */
	return lease;
}

static struct lease *put(struct lab *l, uint32_t address, unsigned who, enum lease_state state,
			 uint64_t until)
{
	return put_at(l, l->near, address, who, state, until, state != LEASE_OFFERED);
}

static struct lease *of(const struct lab *l, const struct subnet *s, unsigned who)
{
	struct client *c = client(who);
	struct lease *found = leases_of(l->leases, s->network, c);

	free(c);
	return found;
}

/* ---- names, clients -------------------------------------------------------------------------- */

static void states_have_names(void **state)
{
	enum lease_state s;

	(void)state;
	for (unsigned i = 0; i < LEASE_STATE_COUNT; i++) {
		assert_true(lease_state_parse(&s, lease_state_name((enum lease_state)i)));
		assert_int_equal(s, i);
	}
	assert_string_equal(lease_state_name(LEASE_BOUND), "bound");
	assert_false(lease_state_parse(&s, "bond"));
	assert_false(lease_state_parse(&s, ""));
}

static void clients_are_told_apart(void **state)
{
	struct client *a = client_new(true, "\1\2", 2), *b = client_new(false, "\1\2", 2);
	struct client *c = client_new(true, "\1\2\0", 3), *d = client_copy(a);

	(void)state;
	assert_true(client_is(a, d));
	assert_int_equal(client_compare(a, d), 0);
	assert_false(client_is(a, b));
	assert_false(client_is(a, c));
	assert_false(client_is(a, NULL) || client_is(NULL, a) || client_is(NULL, NULL));
	assert_true((client_compare(a, b) < 0) == (client_compare(b, a) > 0));
	assert_true((client_compare(a, c) < 0) == (client_compare(c, a) > 0));
	assert_null(client_copy(NULL));
	free(a);
	free(b);
	free(c);
	free(d);
}

/* ---- who is found ---------------------------------------------------------------------------- */

static void a_lease_is_found_by_address_and_by_client(void **state)
{
	struct lab *l = lab_new();
	struct lease *lease = put(l, POOL, 1, LEASE_BOUND, START + 1000);

	(void)state;
	assert_ptr_equal(leases_at(l->leases, POOL), lease);
	assert_null(leases_at(l->leases, POOL + 2));
	assert_ptr_equal(of(l, l->near, 1), lease);
	assert_null(of(l, l->near, 2));
	assert_null(of(l, l->far, 1));
	assert_ptr_equal(leases_make(l->leases, l->near, POOL), lease);
	lab_free(l);
}

static void a_client_may_have_an_address_of_each_network(void **state)
{
	struct lab *l = lab_new();
	struct lease *near = put(l, POOL, 1, LEASE_BOUND, START + 1000);
	struct lease *far = put_at(l, l->far, FAR, 1, LEASE_BOUND, START + 1000, true);

	(void)state;
	assert_ptr_equal(of(l, l->near, 1), near);
	assert_ptr_equal(of(l, l->far, 1), far);
	lab_free(l);
}

static void who_was_last_is_found(void **state)
{
	struct lab *l = lab_new();

	(void)state;
	put(l, POOL, 1, LEASE_BOUND, START + 1000);
	put(l, POOL, 2, LEASE_BOUND, START + 1000);
	assert_null(of(l, l->near, 1));
	assert_non_null(of(l, l->near, 2));
	put(l, POOL, 2, LEASE_RELEASED, START);
	assert_non_null(of(l, l->near, 2));
	put(l, POOL, 2, LEASE_DECLINED, START + 1000); /* it must not have that again */
	assert_null(of(l, l->near, 2));
	lab_free(l);
}

static void what_is_free_does_not_hide_what_is_held(void **state)
{
	struct lab *l = lab_new();
	struct lease *held = put(l, POOL + 2, 1, LEASE_BOUND, START + 1000);

	(void)state;
	put(l, POOL, 1, LEASE_EXPIRED, START);
	assert_ptr_equal(of(l, l->near, 1), held);
	lab_free(l);
}

static void states_are_free_or_held(void **state)
{
	struct lab *l = lab_new();

	(void)state;
	assert_true(lease_is_free(put(l, POOL, 1, LEASE_FREE, START)));
	assert_false(lease_is_free(put(l, POOL, 1, LEASE_OFFERED, START)));
	assert_false(lease_is_free(put(l, POOL, 1, LEASE_BOUND, START)));
	assert_true(lease_is_free(put(l, POOL, 1, LEASE_EXPIRED, START)));
	assert_true(lease_is_free(put(l, POOL, 1, LEASE_RELEASED, START)));
	assert_false(lease_is_free(put(l, POOL, 1, LEASE_DECLINED, START)));
	lab_free(l);
}

/* ---- what ends ------------------------------------------------------------------------------- */

static void what_runs_ends_at_its_time(void **state)
{
	struct lab *l = lab_new();

	(void)state;
	put(l, POOL, 1, LEASE_BOUND, START + 3000);
	put(l, POOL + 1, 2, LEASE_OFFERED, START + 1000);
	put(l, POOL + 2, 3, LEASE_DECLINED, START + 2000);
	put(l, POOL + 3, 4, LEASE_BOUND, NEVER);
	put(l, FIXED, 5, LEASE_BOUND, START + 4000);
	leases_keep(l->leases);
	assert_true(leases_expire(l->leases, START) == START + 1000);
	assert_true(leases_expire(l->leases, START + 999) == START + 1000);
	assert_int_equal(leases_at(l->leases, POOL + 1)->is.state, LEASE_OFFERED);
	assert_true(leases_expire(l->leases, START + 1000) == START + 2000);
	assert_int_equal(leases_at(l->leases, POOL + 1)->is.state, LEASE_FREE);
	assert_true(leases_expire(l->leases, START + 2000) == START + 3000);
	assert_int_equal(leases_at(l->leases, POOL + 2)->is.state, LEASE_FREE);
	assert_true(leases_expire(l->leases, START + 3000) == START + 4000);
	assert_int_equal(leases_at(l->leases, POOL)->is.state, LEASE_EXPIRED);
	assert_non_null(of(l, l->near, 1));
	assert_true(leases_expire(l->leases, START + 4000) == NEVER);
	assert_int_equal(leases_at(l->leases, FIXED)->is.state, LEASE_EXPIRED);
	assert_true(leases_expire(l->leases, NEVER - 1) == NEVER);
	assert_int_equal(leases_at(l->leases, POOL + 3)->is.state, LEASE_BOUND);
	lab_free(l);
}

static void an_expired_lease_is_a_change(void **state)
{
	struct lab *l = lab_new();
	size_t count;

	(void)state;
	put(l, POOL, 1, LEASE_BOUND, START + 1000);
	put(l, POOL + 2, 2, LEASE_OFFERED, START + 1000);
	leases_keep(l->leases);
	leases_expire(l->leases, START + 1000);
	assert_int_equal(leases_changes(l->leases, &count)[0]->address, POOL);
	assert_int_equal(count, 1); /* the offer was never on disk */
	lab_free(l);
}

/* ---- which is given next --------------------------------------------------------------------- */

static void fresh_addresses_come_in_order_without_static_ones(void **state)
{
	static const uint32_t expected[] = { POOL, POOL + 2, POOL + 3, POOL + 10, 0, 0 };
	struct lab *l = lab_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		uint32_t a = leases_fresh(l->leases, l->near);

		assert_int_equal(a, expected[i]);
		if (a)
			put(l, a, (unsigned)i + 1, LEASE_OFFERED, START + 1000);
	}
	assert_int_equal(leases_fresh(l->leases, l->far), FAR);
	lab_free(l);
}

static void an_address_that_was_chosen_is_not_fresh(void **state)
{
	struct lab *l = lab_new();

	(void)state;
	put(l, POOL + 2, 1, LEASE_BOUND, START + 1000);
	put(l, POOL, 2, LEASE_RELEASED, START);
	assert_int_equal(leases_fresh(l->leases, l->near), POOL + 3);
	lab_free(l);
}

static void the_longest_free_comes_first(void **state)
{
	struct lab *l = lab_new();

	(void)state;
	assert_null(leases_longest_free(l->leases, l->near));
	put(l, POOL, 1, LEASE_RELEASED, START + 30);
	put(l, POOL + 2, 2, LEASE_EXPIRED, START + 10);
	put(l, POOL + 3, 3, LEASE_RELEASED, START + 20);
	put(l, FIXED, 4, LEASE_RELEASED, START);    /* not of the pool */
	put(l, POOL + 1, 5, LEASE_RELEASED, START); /* somebody's own */
	put_at(l, l->far, FAR, 6, LEASE_RELEASED, START, true);
	assert_int_equal(leases_longest_free(l->leases, l->near)->address, POOL + 2);
	put(l, POOL + 2, 2, LEASE_BOUND, START + 1000);
	assert_int_equal(leases_longest_free(l->leases, l->near)->address, POOL + 3);
	put(l, POOL + 3, 2, LEASE_DECLINED, START + 1000);
	assert_int_equal(leases_longest_free(l->leases, l->near)->address, POOL);
	put(l, POOL, 2, LEASE_OFFERED, START + 1000);
	assert_null(leases_longest_free(l->leases, l->near));
	assert_int_equal(leases_longest_free(l->leases, l->far)->address, FAR);
	lab_free(l);
}

/* What the server has itself, although somebody had it earlier. */
static void what_is_kept_back_is_given_to_nobody(void **state)
{
	struct lab *l = lab_new();

	(void)state;
	put(l, POOL, 1, LEASE_EXPIRED, START);
	put(l, POOL + 2, 2, LEASE_RELEASED, START + 10);
	leases_keep_back(l->leases, l->near, POOL);
	leases_keep_back(l->leases, l->near, POOL + 3); /* nobody had it */
	assert_int_equal(leases_longest_free(l->leases, l->near)->address, POOL + 2);
	put(l, POOL + 2, 2, LEASE_BOUND, START + 1000);
	assert_null(leases_longest_free(l->leases, l->near));
	put(l, POOL, 1, LEASE_EXPIRED, START + 20);
	assert_null(leases_longest_free(l->leases, l->near));
	assert_int_not_equal(leases_fresh(l->leases, l->near), POOL + 3);
	lab_free(l);
}

static void a_pool_has_a_size(void **state)
{
	struct lab *l = lab_new();

	(void)state;
	assert_true(pool_size(l->near) == 5 || pool_size(l->near) == 4);
	assert_true(pool_size(l->far) == 2);
	lab_free(l);
}

/* ---- keep and undo --------------------------------------------------------------------------- */

static void what_is_kept_stays(void **state)
{
	struct lab *l = lab_new();
	size_t count;

	(void)state;
	put(l, POOL, 1, LEASE_OFFERED, START + 1000);
	leases_changes(l->leases, &count);
	assert_int_equal(count, 0);
	put(l, POOL, 1, LEASE_BOUND, START + 2000);
	put(l, POOL, 1, LEASE_BOUND, START + 3000); /* once more in this turn: one change */
	leases_changes(l->leases, &count);
	assert_int_equal(count, 1);
	leases_keep(l->leases);
	leases_changes(l->leases, &count);
	assert_int_equal(count, 0);
	leases_undo(l->leases); /* of nothing */
	assert_int_equal(leases_at(l->leases, POOL)->is.state, LEASE_BOUND);
	assert_true(leases_at(l->leases, POOL)->is.until == START + 3000);
	lab_free(l);
}

static void what_is_undone_is_as_it_was_before_the_turn(void **state)
{
	struct lab *l = lab_new();
	size_t count;

	(void)state;
	put(l, POOL, 1, LEASE_BOUND, START + 1000);
	leases_keep(l->leases);
	put(l, POOL, 1, LEASE_RELEASED, START + 1);
	put(l, POOL, 2, LEASE_BOUND, START + 5000);
	put(l, POOL + 2, 1, LEASE_BOUND, START + 5000);
	leases_undo(l->leases);
	leases_changes(l->leases, &count);
	assert_int_equal(count, 0);
	assert_int_equal(leases_at(l->leases, POOL)->is.state, LEASE_BOUND);
	assert_true(leases_at(l->leases, POOL)->is.until == START + 1000);
	assert_ptr_equal(of(l, l->near, 1), leases_at(l->leases, POOL));
	assert_null(of(l, l->near, 2));
	assert_int_equal(leases_at(l->leases, POOL + 2)->is.state, LEASE_FREE);
	assert_int_equal(leases_longest_free(l->leases, l->near)->address, POOL + 2);
	assert_true(leases_expire(l->leases, START) == START + 1000);
	lab_free(l);
}

/* Many changes at random, kept or undone: after each turn all is found where it should be. */
static void a_thousand_turns_are_kept_or_undone(void **state)
{
	struct lab *l = lab_new();
	struct {
		enum lease_state state;
		uint64_t until;
		unsigned who;
	} disk[5] = { 0 }, turn[5];
	static const uint32_t addresses[] = { POOL, POOL + 2, POOL + 3, POOL + 10, FIXED };

	(void)state;
	srand(9);
	for (unsigned round = 0; round < 3000; round++) {
		memcpy(turn, disk, sizeof(turn));
		for (unsigned n = (unsigned)rand() % 6; n; n--) {
			static const enum lease_state states[] = { LEASE_BOUND, LEASE_EXPIRED,
								   LEASE_RELEASED, LEASE_DECLINED };
			unsigned i = (unsigned)rand() % 5;

			turn[i].state = states[rand() % 4];
			turn[i].who = 1 + (unsigned)rand() % 3;
			turn[i].until = START + (uint64_t)rand() % 1000;
			put(l, addresses[i], turn[i].who, turn[i].state, turn[i].until);
		}
		if (rand() % 2) {
			leases_keep(l->leases);
			memcpy(disk, turn, sizeof(disk));
		} else {
			leases_undo(l->leases);
		}
		for (unsigned i = 0; i < 5; i++) {
			struct lease *lease = leases_at(l->leases, addresses[i]);
			struct client *c = client(disk[i].who);

			if (lease && disk[i].who) {
				assert_int_equal(lease->is.state, disk[i].state);
				assert_true(lease->is.until == disk[i].until);
				assert_true(client_is(lease->is.client, c));
				assert_null(lease->was);
				if (lease->heap)
					assert_ptr_equal(lease->heap->places[lease->place.at],
							 &lease->place);
			}
			free(c);
		}
	}
	lab_free(l);
}

static void what_is_withdrawn_is_free_and_not_on_disk(void **state)
{
	struct lab *l = lab_new();
	size_t count;

	(void)state;
	put(l, POOL, 1, LEASE_OFFERED, START + 1000);
	leases_withdraw(l->leases, leases_at(l->leases, POOL), START + 5);
	assert_int_equal(leases_at(l->leases, POOL)->is.state, LEASE_FREE);
	assert_null(of(l, l->near, 1));
	leases_changes(l->leases, &count);
	assert_int_equal(count, 0);
	assert_int_equal(leases_longest_free(l->leases, l->near)->address, POOL);
	lab_free(l);
}

static void another_state_leaves_the_rest(void **state)
{
	struct lab *l = lab_new();
	struct lease *lease = leases_make(l->leases, l->near, POOL);
	struct record r = { .state = LEASE_BOUND,
			    .until = START + 1000,
			    .granted_s = 77,
			    .client = client(1),
			    .mac = { 1, 2, 3 },
			    .mac_len = 3,
			    .name = strdup("pc1"),
			    .relay = calloc(1, 4),
			    .relay_len = 4 };

	(void)state;
	leases_put(l->leases, lease, &r, true);
	leases_put_state(l->leases, lease, LEASE_RELEASED, START + 1, true);
	assert_int_equal(lease->is.state, LEASE_RELEASED);
	assert_true(lease->is.until == START + 1);
	assert_int_equal(lease->is.granted_s, 77);
	assert_int_equal(lease->is.mac_len, 3);
	assert_string_equal(lease->is.name, "pc1");
	assert_int_equal(lease->is.relay_len, 4);
	assert_ptr_equal(of(l, l->near, 1), lease);
	lab_free(l);
}

/* ---- ports ----------------------------------------------------------------------------------- */

static struct port *port(struct lab *l, const char *circuit)
{
	return leases_port(l->leases, l->near->network, (const uint8_t *)circuit,
			   circuit ? strlen(circuit) : 0);
}

static void a_port_counts_what_is_held_there(void **state)
{
	struct lab *l = lab_new();
	struct lease *a = put(l, POOL, 1, LEASE_OFFERED, START + 1000);
	struct lease *b = put(l, POOL + 2, 2, LEASE_OFFERED, START + 1000);
	struct port *p = port(l, "one");

	(void)state;
	assert_int_equal(p->held, 0);
	lease_give_port(l->leases, a, p);
	lease_give_port(l->leases, b, p);
	assert_int_equal(p->held, 2);
	assert_int_equal(p->offered, 2);
	assert_ptr_equal(p->offers, a); /* the oldest */
	assert_ptr_equal(port(l, "one"), p);
	assert_ptr_not_equal(port(l, "two"), p);
	assert_ptr_not_equal(port(l, NULL), p);
	put(l, POOL, 1, LEASE_BOUND, START + 2000);
	assert_int_equal(p->held, 2);
	assert_int_equal(p->offered, 1);
	assert_ptr_equal(p->offers, b);
	put(l, POOL, 1, LEASE_RELEASED, START);
	assert_int_equal(p->held, 1);
	assert_null(a->port);
	leases_withdraw(l->leases, b, START);
	assert_null(b->port);
	assert_int_equal(port(l, "one")->held, 0);
	lab_free(l);
}

static void a_lease_moves_from_port_to_port(void **state)
{
	struct lab *l = lab_new();
	struct lease *a = put(l, POOL, 1, LEASE_OFFERED, START + 1000);

	(void)state;
	lease_give_port(l->leases, a, port(l, "one"));
	lease_give_port(l->leases, a, port(l, "two"));
	assert_int_equal(port(l, "one")->held, 0);
	assert_int_equal(port(l, "two")->held, 1);
	assert_int_equal(port(l, "two")->offered, 1);
	lease_give_port(l->leases, a, NULL);
	assert_int_equal(port(l, "two")->held, 0);
	lab_free(l);
}

static void ports_of_two_networks_are_two(void **state)
{
	struct lab *l = lab_new();
	struct lease *a = put(l, POOL, 1, LEASE_BOUND, START + 1000);

	(void)state;
	lease_give_port(l->leases, a, port(l, "one"));
	assert_int_equal(leases_port(l->leases, l->far->network, (const uint8_t *)"one", 3)->held,
			 0);
	assert_int_equal(port(l, "one")->held, 1);
	lab_free(l);
}

static void an_undone_lease_is_at_its_port_again(void **state)
{
	struct lab *l = lab_new();
	struct lease *lease = leases_make(l->leases, l->near, POOL);
	struct record r = { .state = LEASE_BOUND, .until = START + 1000, .client = client(1) };

	(void)state;
	r.relay = memcpy(calloc(1, 5), "\1\3one", 5);
	r.relay_len = 5;
	leases_put(l->leases, lease, &r, true);
	lease_give_port(l->leases, lease, port(l, "one"));
	leases_keep(l->leases);
	leases_put_state(l->leases, lease, LEASE_RELEASED, START, true);
	assert_int_equal(port(l, "one")->held, 0);
	leases_undo(l->leases);
	assert_int_equal(port(l, "one")->held, 1);
	lab_free(l);
}

/* ---- load ------------------------------------------------------------------------------------ */

static void what_the_disk_says_is_no_change(void **state)
{
	struct lab *l = lab_new();
	struct record r = { .state = LEASE_BOUND, .until = START + 1000, .client = client(1) };
	size_t count;

	(void)state;
	r.relay = memcpy(calloc(1, 5), "\1\3one", 5);
	r.relay_len = 5;
	leases_load(l->leases, l->near, POOL, &r);
	leases_changes(l->leases, &count);
	assert_int_equal(count, 0);
	assert_ptr_equal(of(l, l->near, 1), leases_at(l->leases, POOL));
	assert_int_equal(port(l, "one")->held, 1);
	assert_true(leases_expire(l->leases, START) == START + 1000);
	assert_int_equal(leases_fresh(l->leases, l->near), POOL + 2);
	lab_free(l);
}

static void count_lease(void *arg, const struct lease *l)
{
	uint32_t *last = arg;

	assert_true(l->address > *last);
	*last = l->address;
}

static void a_walk_is_in_the_order_of_addresses(void **state)
{
	static const uint32_t addresses[] = { POOL + 3, FAR, FIXED, POOL, POOL + 10 };
	struct lab *l = lab_new();
	uint32_t last = 0;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(addresses); i++)
		put_at(l, config_subnet(l->config, addresses[i]), addresses[i], i + 1, LEASE_BOUND,
		       START, true);
	leases_walk(l->leases, count_lease, &last);
	assert_int_equal(last, FAR);
	lab_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_have_names),
		cmocka_unit_test(clients_are_told_apart),
		cmocka_unit_test(a_lease_is_found_by_address_and_by_client),
		cmocka_unit_test(a_client_may_have_an_address_of_each_network),
		cmocka_unit_test(who_was_last_is_found),
		cmocka_unit_test(what_is_free_does_not_hide_what_is_held),
		cmocka_unit_test(states_are_free_or_held),
		cmocka_unit_test(what_runs_ends_at_its_time),
		cmocka_unit_test(an_expired_lease_is_a_change),
		cmocka_unit_test(fresh_addresses_come_in_order_without_static_ones),
		cmocka_unit_test(an_address_that_was_chosen_is_not_fresh),
		cmocka_unit_test(the_longest_free_comes_first),
		cmocka_unit_test(what_is_kept_back_is_given_to_nobody),
		cmocka_unit_test(a_pool_has_a_size),
		cmocka_unit_test(what_is_kept_stays),
		cmocka_unit_test(what_is_undone_is_as_it_was_before_the_turn),
		cmocka_unit_test(a_thousand_turns_are_kept_or_undone),
		cmocka_unit_test(what_is_withdrawn_is_free_and_not_on_disk),
		cmocka_unit_test(another_state_leaves_the_rest),
		cmocka_unit_test(a_port_counts_what_is_held_there),
		cmocka_unit_test(a_lease_moves_from_port_to_port),
		cmocka_unit_test(ports_of_two_networks_are_two),
		cmocka_unit_test(an_undone_lease_is_at_its_port_again),
		cmocka_unit_test(what_the_disk_says_is_no_change),
		cmocka_unit_test(a_walk_is_in_the_order_of_addresses),
	};

	return cmocka_run_group_tests_name("dhcp lease", tests, NULL, NULL);
}
