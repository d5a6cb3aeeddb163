/* SPDX-License-Identifier: MIT */
/*
 * RFC 2453, 4.1, RFC 2082 and RFC 4822. The packets are constants that were computed with hashlib
 * and hmac of Python from the texts: MD5 over the packet, the trailer's head and the key, padded to
 * 16 octets; HMAC-SHA-256 over the packet, the trailer's head and Apad, eight times 878FE1F3, with
 * a key above 32 octets hashed first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/rip/auth.h"

/* A response of version 2 with the network 10.1.0.0/16, tag 7, metric 3, each time. */
static const uint8_t plain_packet[] = {
	0x02, 0x02, 0x00, 0x00, 0xff, 0xff, 0x00, 0x02, 0x73, 0x65, 0x63, 0x72, 0x65, 0x74, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x07, 0x0a, 0x01,
	0x00, 0x00, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03,
};

static const uint8_t md5_packet[] = {
	0x02, 0x02, 0x00, 0x00, 0xff, 0xff, 0x00, 0x03, 0x00, 0x2c, 0x01, 0x10, 0x60,
	0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
	0x00, 0x07, 0x0a, 0x01, 0x00, 0x00, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x03, 0xff, 0xff, 0x00, 0x01, 0x16, 0x08, 0xbe, 0xfb,
	0x1c, 0xd1, 0x0c, 0xfc, 0x37, 0x2f, 0x40, 0x42, 0xd3, 0x99, 0x32, 0xe2,
};

static const uint8_t md5_long_packet[] = {
	0x02, 0x02, 0x00, 0x00, 0xff, 0xff, 0x00, 0x03, 0x00, 0x2c, 0xff, 0x10, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
	0x00, 0x07, 0x0a, 0x01, 0x00, 0x00, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x03, 0xff, 0xff, 0x00, 0x01, 0xc2, 0x22, 0xd4, 0x75,
	0x8b, 0xdc, 0xba, 0xef, 0x5a, 0x6a, 0xca, 0x9a, 0x9a, 0xd1, 0xe9, 0xe2,
};

static const uint8_t sha256_packet[] = {
	0x02, 0x02, 0x00, 0x00, 0xff, 0xff, 0x00, 0x03, 0x00, 0x2c, 0x02, 0x20, 0x60, 0x00,
	0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x07,
	0x0a, 0x01, 0x00, 0x00, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x03, 0xff, 0xff, 0x00, 0x01, 0x11, 0x64, 0x7c, 0x21, 0x0f, 0x1d, 0xb4, 0xca,
	0x36, 0x58, 0xdf, 0xa3, 0x27, 0xb8, 0x3e, 0x7d, 0x1e, 0x8a, 0xc8, 0xe3, 0x2a, 0x99,
	0xe2, 0x8a, 0xd8, 0x88, 0x71, 0x58, 0x63, 0x70, 0xaf, 0x23,
};

static const uint8_t sha256_40_packet[] = {
	0x02, 0x02, 0x00, 0x00, 0xff, 0xff, 0x00, 0x03, 0x00, 0x2c, 0x03, 0x20, 0x00, 0x00,
	0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x07,
	0x0a, 0x01, 0x00, 0x00, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x03, 0xff, 0xff, 0x00, 0x01, 0xd0, 0x44, 0x92, 0x70, 0x85, 0xd9, 0x1a, 0x16,
	0x93, 0x21, 0xc7, 0xfb, 0xea, 0x4a, 0x1a, 0x2f, 0x51, 0x23, 0xb9, 0x38, 0x2c, 0x6a,
	0xbf, 0x7f, 0x3a, 0x88, 0x8e, 0x0b, 0x76, 0xc2, 0x3d, 0x05,
};

static const uint8_t sha256_64_packet[] = {
	0x02, 0x02, 0x00, 0x00, 0xff, 0xff, 0x00, 0x03, 0x00, 0x2c, 0x04, 0x20, 0x00, 0x00,
	0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x07,
	0x0a, 0x01, 0x00, 0x00, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x03, 0xff, 0xff, 0x00, 0x01, 0x92, 0x86, 0xf5, 0x9a, 0x79, 0x11, 0x35, 0xe3,
	0xd5, 0x83, 0x30, 0xd8, 0x9f, 0x94, 0xa3, 0x89, 0x0e, 0x49, 0xb1, 0xa6, 0x63, 0xcd,
	0x3c, 0xa0, 0x57, 0x0d, 0xb2, 0xb6, 0x9d, 0x6b, 0xae, 0x9a,
};

static const uint8_t md5_20_digest[] = { 0xf3, 0x90, 0xa4, 0x96, 0x3c, 0x4a, 0x37, 0x4f,
					 0xdd, 0x0d, 0x58, 0x56, 0x95, 0x93, 0x1c, 0x0d };

static struct rip_key key(enum rip_auth kind, uint8_t id, const char *secret)
{
	struct rip_key k = { .kind = kind, .id = id, .len = strlen(secret) };

	memcpy(k.secret, secret, k.len);
	return k;
}

#define FORTY	   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SIXTY_FOUR "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"

static struct vector {
	const uint8_t *packet;
	size_t len;
	enum rip_auth kind;
	uint8_t id;
	const char *secret;
	uint32_t sequence;
} vectors[] = {
	{ plain_packet, sizeof(plain_packet), RIP_AUTH_PLAIN, 0, "secret", 0 },
	{ md5_packet, sizeof(md5_packet), RIP_AUTH_MD5, 1, "secret", 0x60000001 },
	{ md5_long_packet, sizeof(md5_long_packet), RIP_AUTH_MD5, 255, "0123456789abcdef", 0 },
	{ sha256_packet, sizeof(sha256_packet), RIP_AUTH_SHA256, 2, "another secret", 0x60000002 },
	{ sha256_40_packet, sizeof(sha256_40_packet), RIP_AUTH_SHA256, 3, FORTY, 3 },
	{ sha256_64_packet, sizeof(sha256_64_packet), RIP_AUTH_SHA256, 4, SIXTY_FOUR, 4 },
};

/* verify() - in memory of the packet's own length */
static bool verify(const struct rip_key *keys, size_t count, const uint8_t *packet, size_t *len,
		   uint32_t *sequence)
{
	uint8_t *copy = malloc(*len ? *len : 1);
	enum rip_auth kind;
	bool good;

	assert_non_null(copy);
	memcpy(copy, packet, *len);
	good = rip_verify(keys, count, copy, len, &kind, sequence);
	free(copy);
	return good;
}

static bool is_good(const struct rip_key *keys, size_t count, const uint8_t *packet, size_t len)
{
	uint32_t sequence;

	return verify(keys, count, packet, &len, &sequence);
}

static void what_is_signed_is_as_the_rfc_computes_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		const struct vector *v = &vectors[i];
		struct rip_key k = key(v->kind, v->id, v->secret);
		uint8_t packet[RIP_SIGNED_MAX];
		size_t len;

		memset(packet, 0xaa, sizeof(packet));
		memcpy(packet, v->packet, 4);
		assert_int_equal(rip_auth_room(&k), 20);
		memcpy(packet + 24, v->packet + 24, 20);
		len = rip_sign(&k, v->sequence, packet, 44);
		assert_int_equal(len, v->len);
		assert_memory_equal(packet, v->packet, len);
	}
}

static void what_the_rfc_computes_is_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		const struct vector *v = &vectors[i];
		struct rip_key k = key(v->kind, v->id, v->secret);
		size_t len = v->len;
		uint32_t sequence = 99;

		assert_true(verify(&k, 1, v->packet, &len, &sequence));
		assert_int_equal(len, 44); /* without its trailer */
		assert_int_equal(sequence, v->sequence);
	}
}

static void each_octet_and_the_length_are_covered(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		const struct vector *v = &vectors[i];
		struct rip_key k = key(v->kind, v->id, v->secret);
		uint8_t packet[RIP_SIGNED_MAX] = { 0 };
		size_t from = v->kind == RIP_AUTH_PLAIN ? 4 : 0,
		       to = v->kind == RIP_AUTH_PLAIN ? 24 : v->len;

		memcpy(packet, v->packet, v->len);
		for (size_t at = from; at < to; at++) {
			packet[at] ^= 0x10;
			if (is_good(&k, 1, packet, v->len))
				fail_msg("packet %zu is good though octet %zu is another", i, at);
			packet[at] ^= 0x10;
		}
		for (size_t len = 0; len < v->len && v->kind != RIP_AUTH_PLAIN; len++)
			assert_false(is_good(&k, 1, packet, len));
		for (size_t len = 4; len < 24; len++)
			assert_false(is_good(&k, 1, packet, len));
		if (v->kind != RIP_AUTH_PLAIN)
			assert_false(is_good(&k, 1, packet, v->len + 1));
	}
}

static void another_secret_id_or_kind_is_another_key(void **state)
{
	const struct rip_key others[] = {
		key(RIP_AUTH_MD5, 1, "Secret"),	   key(RIP_AUTH_MD5, 2, "secret"),
		key(RIP_AUTH_SHA256, 1, "secret"), key(RIP_AUTH_PLAIN, 1, "secret"),
		key(RIP_AUTH_MD5, 1, "secret\1"),  key(RIP_AUTH_MD5, 1, "secre"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_false(is_good(&others[i], 1, md5_packet, sizeof(md5_packet)));
}

/* Keys are changed while both are taken: RFC 4822, section 4. */
static void each_of_several_keys_is_good(void **state)
{
	const struct rip_key keys[] = { key(RIP_AUTH_SHA256, 2, "another secret"),
					key(RIP_AUTH_MD5, 1, "secret"),
					key(RIP_AUTH_PLAIN, 0, "secret") };

	(void)state;
	assert_true(is_good(keys, 3, sha256_packet, sizeof(sha256_packet)));
	assert_true(is_good(keys, 3, md5_packet, sizeof(md5_packet)));
	assert_true(is_good(keys, 3, plain_packet, sizeof(plain_packet)));
	assert_false(is_good(keys, 2, plain_packet, sizeof(plain_packet)));
	assert_false(is_good(keys, 3, md5_long_packet, sizeof(md5_long_packet)));
}

/* signing_at() - the id of the key that signs then; -1: none */
static int signing_at(const struct rip_key *keys, size_t count, uint32_t seconds)
{
	const struct rip_key *k = rip_signing_key(keys, count, seconds);

	return k ? k->id : -1;
}

static void the_first_key_that_holds_signs(void **state)
{
	struct rip_key keys[] = { key(RIP_AUTH_MD5, 1, "one"), key(RIP_AUTH_MD5, 2, "two"),
				  key(RIP_AUTH_MD5, 3, "three") };

	(void)state;
	keys[0].until = 1000;
	keys[1].from = 900;
	keys[1].until = 2000;
	keys[2].from = 1500;
	keys[2].until = 1600;
	assert_int_equal(signing_at(keys, 3, 0), 1);
	assert_int_equal(signing_at(keys, 3, 999), 1);
	assert_int_equal(signing_at(keys, 3, 1000), 2);
	assert_int_equal(signing_at(keys, 3, 1550), 2);
	assert_true(rip_key_holds(&keys[2], 1500) && rip_key_holds(&keys[2], 1599));
	assert_false(rip_key_holds(&keys[2], 1499) || rip_key_holds(&keys[2], 1600));
	assert_int_equal(signing_at(keys, 3, 2000), 2); /* the last to run out goes on */
	assert_int_equal(signing_at(keys, 3, UINT32_MAX), 2);
	assert_int_equal(signing_at(keys + 2, 1, 0), 3); /* none has begun */
	assert_int_equal(signing_at(keys + 1, 2, 0), 2);
	assert_int_equal(signing_at(NULL, 0, 0), -1);
}

/* RFC 2453, 4.1 and 5.2 */
static void signed_and_unsigned_do_not_meet(void **state)
{
	static const uint8_t bare[] = { 2,   2,	  0, 0, 0, 2, 0, 0, 10, 1, 0, 0,
					255, 255, 0, 0, 0, 0, 0, 0, 0,	0, 0, 3 };
	struct rip_key k = key(RIP_AUTH_PLAIN, 0, "secret");
	size_t len = sizeof(bare);
	uint32_t sequence = 7;

	(void)state;
	assert_true(verify(NULL, 0, bare, &len, &sequence));
	assert_int_equal(len, sizeof(bare));
	assert_int_equal(sequence, 0);
	assert_false(is_good(&k, 1, bare, sizeof(bare)));
	assert_false(is_good(NULL, 0, plain_packet, sizeof(plain_packet)));
	assert_false(is_good(NULL, 0, md5_packet, sizeof(md5_packet)));
	assert_false(is_good(&k, 1, bare, 4));
	assert_true(is_good(NULL, 0, bare, 4));
	len = 44;
	assert_int_equal(rip_sign(NULL, 1, (uint8_t[RIP_SIGNED_MAX]){ 0 }, 44), 44);
	assert_int_equal(rip_auth_room(NULL), 0);
}

/* Some count the four octets of the trailer's head into the length of the digest. */
static void a_digest_length_with_the_head_of_the_trailer_is_taken(void **state)
{
	struct rip_key k = key(RIP_AUTH_MD5, 1, "secret");
	uint8_t packet[RIP_SIGNED_MAX];
	size_t len;

	(void)state;
	memcpy(packet, md5_packet, sizeof(md5_packet));
	len = rip_sign(&k, 1, packet, 44);
	assert_true(is_good(&k, 1, packet, len));
	packet[11] = 17;
	assert_false(is_good(&k, 1, packet, len));
	packet[11] = 20;
	assert_false(is_good(&k, 1, packet, len)); /* the digest covers it */
	memcpy(packet + 48, md5_20_digest, sizeof(md5_20_digest));
	assert_true(is_good(&k, 1, packet, len));
}

static void a_full_packet_can_be_signed(void **state)
{
	struct rip_key k = key(RIP_AUTH_SHA256, 9, SIXTY_FOUR);
	uint8_t *packet = calloc(1, RIP_SIGNED_MAX);
	size_t len;

	(void)state;
	assert_non_null(packet);
	packet[0] = packet[1] = 2;
	len = rip_sign(&k, UINT32_MAX, packet, 504);
	assert_int_equal(len, 504 + 36);
	assert_true(is_good(&k, 1, packet, len));
	free(packet);
}

static void kinds_have_names(void **state)
{
	(void)state;
	assert_string_equal(rip_auth_name(RIP_AUTH_NONE), "none");
	assert_string_equal(rip_auth_name(RIP_AUTH_PLAIN), "plain");
	assert_string_equal(rip_auth_name(RIP_AUTH_MD5), "md5");
	assert_string_equal(rip_auth_name(RIP_AUTH_SHA256), "sha256");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_signed_is_as_the_rfc_computes_it),
		cmocka_unit_test(what_the_rfc_computes_is_good),
		cmocka_unit_test(each_octet_and_the_length_are_covered),
		cmocka_unit_test(another_secret_id_or_kind_is_another_key),
		cmocka_unit_test(each_of_several_keys_is_good),
		cmocka_unit_test(the_first_key_that_holds_signs),
		cmocka_unit_test(signed_and_unsigned_do_not_meet),
		cmocka_unit_test(a_digest_length_with_the_head_of_the_trailer_is_taken),
		cmocka_unit_test(a_full_packet_can_be_signed),
		cmocka_unit_test(kinds_have_names),
	};

	return cmocka_run_group_tests_name("rip auth", tests, NULL, NULL);
}
