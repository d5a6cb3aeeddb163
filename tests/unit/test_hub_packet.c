/* SPDX-License-Identifier: MIT */
/* The hub's datagrams: route-server(1), PROTOCOL. The signed ones are constants that were computed
 * with hmac of Python. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/routehub/packet.h"

static const uint8_t client_datagram[] = { 0x01, 0x0a, 0x01, 0x00, 0x07, 0x56, 0x43, 0x65, 0x00,
					   0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
					   0x07, 0x55, 0xa8, 0x05, 0x8f, 0xfc, 0x3b, 0xb8, 0x71,
					   0x08, 0xe5, 0x11, 0x6b, 0x46, 0xcd, 0x51, 0x60 };
static const uint8_t server_datagram[] = { 0x01, 0x0a, 0x01, 0x00, 0x07, 0x56, 0x53, 0x65, 0x00,
					   0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
					   0x02, 0x06, 0x88, 0x93, 0xa3, 0xbc, 0x5f, 0x91, 0xba,
					   0x3e, 0xb7, 0xaa, 0xdb, 0xac, 0xc8, 0x56, 0x58 };

static const struct hub_key no_key = { .len = 0 }, key = { .secret = "the key", .len = 7 };

static enum hub_count decode(const uint8_t *data, size_t len, const struct hub_key *k,
			     enum hub_role sender, struct hub_datagram *d, bool *is_signed)
{
	uint8_t *copy = malloc(len ? len : 1);
	enum hub_count why;

	assert_non_null(copy);
	memcpy(copy, data, len);
	why = hub_decode(copy, len, k, sender, d, is_signed);
	free(copy);
	return why;
}

static void the_plain_form_has_five_octets(void **state)
{
	static const uint8_t plain[40] = { 1, 10, 1, 0, 7 };
	struct hub_datagram d;
	bool is_signed;

	(void)state;
	for (size_t len = 0; len <= sizeof(plain); len++)
		assert_int_equal(decode(plain, len, &no_key, HUB_CLIENT, &d, &is_signed),
				 len == 5 ? HUB_GOOD : HUB_BAD_LENGTH);
	assert_int_equal(decode(plain, 5, &no_key, HUB_SERVER, &d, &is_signed), HUB_GOOD);
	assert_int_equal(d.type, HUB_ADD);
	assert_int_equal(d.field, 0x0a010007);
	assert_false(is_signed);
}

static void types_are_as_in_the_manual(void **state)
{
	static const uint8_t known[] = { 1, 2, 16, 17, 18, 19, 20, 21 };
	uint8_t data[5] = { 0, 10, 1, 0, 7 };
	struct hub_datagram d;
	bool is_signed;

	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		data[0] = (uint8_t)type;
		assert_int_equal(decode(data, 5, &no_key, HUB_CLIENT, &d, &is_signed),
				 memchr(known, (int)type, sizeof(known)) ? HUB_GOOD
									 : HUB_UNKNOWN_TYPE);
	}
}

static void what_is_encoded_is_as_in_the_manual(void **state)
{
	struct hub_session s = { .epoch_out = 0x65000000, .sequence_out = 6 };
	struct hub_datagram d = { HUB_ADD, 0x0a010007 };
	uint8_t data[HUB_SIGNED_LEN];

	(void)state;
	assert_int_equal(hub_encode(&d, NULL, HUB_CLIENT, &s, data), 5);
	assert_memory_equal(data, client_datagram, 5);
	assert_int_equal(s.sequence_out, 6);
	assert_int_equal(hub_encode(&d, &key, HUB_CLIENT, &s, data), 35);
	assert_memory_equal(data, client_datagram, 35);
	assert_int_equal(s.sequence_out, 7);
	s.sequence_out = 0x100000001;
	assert_int_equal(hub_encode(&d, &key, HUB_SERVER, &s, data), 35);
	assert_memory_equal(data, server_datagram, 35);
}

static void what_the_manual_computes_is_good(void **state)
{
	struct hub_datagram d;
	bool is_signed;

	(void)state;
	assert_int_equal(decode(client_datagram, 35, &key, HUB_CLIENT, &d, &is_signed), HUB_GOOD);
	assert_true(is_signed);
	assert_int_equal(d.field, 0x0a010007);
	assert_int_equal(decode(server_datagram, 35, &key, HUB_SERVER, &d, &is_signed), HUB_GOOD);
}

static void a_role_is_signed_with(void **state)
{
	struct hub_datagram d;
	bool is_signed;

	(void)state;
	assert_int_equal(decode(client_datagram, 35, &key, HUB_SERVER, &d, &is_signed),
			 HUB_BAD_AUTH);
	assert_int_equal(decode(server_datagram, 35, &key, HUB_CLIENT, &d, &is_signed),
			 HUB_BAD_AUTH);
}

static void each_octet_is_covered(void **state)
{
	uint8_t data[36] = { 0 };
	struct hub_datagram d;
	bool is_signed;

	(void)state;
	memcpy(data, client_datagram, 35);
	for (size_t at = 0; at < 35; at++) {
		data[at] ^= 4;
		assert_int_equal(decode(data, 35, &key, HUB_CLIENT, &d, &is_signed), HUB_BAD_AUTH);
		data[at] ^= 4;
	}
	for (size_t len = 0; len <= 36; len++)
		if (len != 5 && len != 35)
			assert_int_equal(decode(data, len, &key, HUB_CLIENT, &d, &is_signed),
					 HUB_BAD_LENGTH);
}

static void without_a_key_nothing_signed_is_taken(void **state)
{
	struct hub_datagram d;
	bool is_signed;

	(void)state;
	assert_int_equal(decode(client_datagram, 35, &no_key, HUB_CLIENT, &d, &is_signed),
			 HUB_BAD_LENGTH);
}

/* ---- order ----------------------------------------------------------------------------------- */

static enum hub_count accept_at(struct hub_session *s, uint32_t epoch, uint64_t sequence, bool *gap)
{
	struct hub_session from = { .epoch_out = epoch, .sequence_out = sequence - 1 };
	struct hub_datagram d = { HUB_ADD, 0x0a010007 };
	uint8_t data[HUB_SIGNED_LEN];

	hub_encode(&d, &key, HUB_CLIENT, &from, data);
	return hub_accept(s, data, gap);
}

static void a_datagram_is_taken_once_and_none_before_it(void **state)
{
	struct hub_session s = { 0 };
	bool gap;

	(void)state;
	assert_int_equal(accept_at(&s, 7, 1, &gap), HUB_GOOD);
	assert_false(gap);
	assert_int_equal(accept_at(&s, 7, 1, &gap), HUB_REPLAYED);
	assert_int_equal(accept_at(&s, 7, 2, &gap), HUB_GOOD);
	assert_false(gap);
	assert_int_equal(accept_at(&s, 7, 5, &gap), HUB_GOOD);
	assert_true(gap);
	assert_int_equal(accept_at(&s, 7, 4, &gap), HUB_REPLAYED);
	assert_int_equal(accept_at(&s, 6, 100, &gap), HUB_REPLAYED);
	assert_int_equal(accept_at(&s, 8, 1, &gap), HUB_GOOD); /* it has begun anew */
	assert_false(gap);
	assert_int_equal(accept_at(&s, 7, 6, &gap), HUB_REPLAYED);
	assert_int_equal(accept_at(&s, 8, 1ull << 32, &gap), HUB_GOOD);
	assert_int_equal(accept_at(&s, 8, (1ull << 32) - 1, &gap), HUB_REPLAYED);
	assert_int_equal(accept_at(&s, 9, 3, &gap), HUB_GOOD);
	assert_true(gap);
}

/* ---- digests and names ----------------------------------------------------------------------- */

static void the_hash_is_that_of_the_manual(void **state)
{
	(void)state;
	assert_int_equal(hub_hash(0x0a010007, 0x00000000), 0xc2c56d34);
	assert_int_equal(hub_hash(0x0a010007, 0xdeadbeef), 0x541bd197);
	assert_int_equal(hub_hash(0xc0a80001, 0x00000001), 0x6f87dcd7);
	assert_int_equal(hub_hash(0x00000001, 0x00000001), 0x00000000);
	assert_int_equal(hub_hash(0xffffffff, 0x00000000), 0x81f16f39);
}

static void reasons_have_names(void **state)
{
	(void)state;
	for (int i = 0; i < HUB_COUNT_COUNT; i++) {
		assert_true(*hub_count_name((enum hub_count)i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(hub_count_name((enum hub_count)i),
						hub_count_name((enum hub_count)k));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_plain_form_has_five_octets),
		cmocka_unit_test(types_are_as_in_the_manual),
		cmocka_unit_test(what_is_encoded_is_as_in_the_manual),
		cmocka_unit_test(what_the_manual_computes_is_good),
		cmocka_unit_test(a_role_is_signed_with),
		cmocka_unit_test(each_octet_is_covered),
		cmocka_unit_test(without_a_key_nothing_signed_is_taken),
		cmocka_unit_test(a_datagram_is_taken_once_and_none_before_it),
		cmocka_unit_test(the_hash_is_that_of_the_manual),
		cmocka_unit_test(reasons_have_names),
	};

	return cmocka_run_group_tests_name("hub packet", tests, NULL, NULL);
}
