/* SPDX-License-Identifier: MIT */
/* DHCP messages, octet by octet: RFC 2131's figure 1, RFC 2132, RFC 3396, and every way to be
 * wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/common/writer.h"
#include "nodes/dhcp/packet.h"

enum { AT_HLEN = 2, AT_SNAME = 44, AT_FILE = 108, AT_COOKIE = 236, AT_OPTIONS = 240 };

/* A message that is written by hand. */
struct wire {
	uint8_t data[4096];
	struct writer options;
};

static struct wire *wire_new(void)
{
	static const uint8_t head[] = { 1,  1, 6, 3, 0x11, 0x22, 0x33, 0x44, 0x01, 0x02, 0x80, 0x00,
					10, 0, 0, 1, 10,   0,	 0,    2,    10,   0,	 0,    3,
					10, 0, 0, 4, 0x02, 0x00, 0x00, 0x00, 0x00, 0x07 };
	static const uint8_t cookie[] = { 99, 130, 83, 99 };
	struct wire *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	memcpy(w->data, head, sizeof(head));
	memcpy(w->data + AT_COOKIE, cookie, sizeof(cookie));
	w->options = writer_of(w->data + AT_OPTIONS, sizeof(w->data) - AT_OPTIONS);
	return w;
}

static void option(struct writer *w, uint8_t code, const void *data, size_t len)
{
	put_u8(w, code);
	put_u8(w, (uint8_t)len);
	put_part(w, data, len);
}

static void type(struct writer *w, uint8_t t)
{
	option(w, OPT_MESSAGE_TYPE, &t, 1);
}

/* in_field() - a writer of `sname` or of `file` */
static struct writer in_field(struct wire *w, size_t at)
{
	return writer_of(w->data + at, at == AT_SNAME ? 64 : 128);
}

/* is_decoded() - from memory of its own length, so that a sanitizer sees who reads further */
static bool is_decoded(struct dhcp_message *m, const uint8_t *data, size_t len)
{
	const char *why = NULL;
	uint8_t *copy = malloc(len ? len : 1);
	bool good;

	assert_non_null(copy);
	memcpy(copy, data, len);
	good = dhcp_decode(m, copy, len, &why);
	free(copy);
	if (!good)
		assert_true(why && *why);
	return good;
}

/* decoded() - a message of `w` and what was written to its options; frees it */
static struct dhcp_message *decoded(struct wire *w)
{
	struct dhcp_message *m = malloc(sizeof(*m));

	assert_non_null(m);
	assert_true(is_decoded(m, w->data, AT_OPTIONS + written(&w->options)));
	free(w);
	return m;
}

static void expect_malformed(struct wire *w)
{
	struct dhcp_message *m = malloc(sizeof(*m));

	assert_non_null(m);
	assert_false(is_decoded(m, w->data, AT_OPTIONS + written(&w->options)));
	free(m);
	free(w);
}

static void expect_option(const struct dhcp_message *m, uint8_t code, const void *data, size_t len)
{
	struct reader r = message_option(m, code);

	if (!message_has(m, code) || r.bad)
		fail_msg("option %u is not there", code);
	assert_int_equal(left(&r), len);
	if (len)
		assert_memory_equal(r.at, data, len);
}

static void expect_text(const struct dhcp_message *m, uint8_t code, const char *text)
{
	expect_option(m, code, text, strlen(text));
}

/* ---- in -------------------------------------------------------------------------------------- */

static void the_header_is_read_as_the_figure_shows(void **state)
{
	struct wire *w = wire_new();
	struct dhcp_message *m;

	(void)state;
	strcpy((char *)w->data + AT_SNAME, "boot");
	strcpy((char *)w->data + AT_FILE, "boot.img");
	type(&w->options, DHCP_DISCOVER);
	put_u8(&w->options, OPT_END);
	m = decoded(w);
	assert_int_equal(m->op, BOOTREQUEST);
	assert_int_equal(m->htype, DHCP_ETHERNET);
	assert_int_equal(m->hlen, 6);
	assert_int_equal(m->hops, 3);
	assert_int_equal(m->xid, 0x11223344);
	assert_int_equal(m->secs, 0x0102);
	assert_int_equal(m->flags, DHCP_BROADCAST);
	assert_int_equal(m->ciaddr, 0x0a000001);
	assert_int_equal(m->yiaddr, 0x0a000002);
	assert_int_equal(m->siaddr, 0x0a000003);
	assert_int_equal(m->giaddr, 0x0a000004);
	assert_memory_equal(m->chaddr, "\2\0\0\0\0\7\0\0\0\0\0\0\0\0\0", 16);
	assert_string_equal(m->sname, "boot");
	assert_string_equal(m->file, "boot.img");
	assert_int_equal(m->type, DHCP_DISCOVER);
	assert_true(m->has_cookie);
	free(m);
}

static void names_that_fill_their_fields_end(void **state)
{
	struct wire *w = wire_new();
	struct dhcp_message *m;

	(void)state;
	memset(w->data + AT_SNAME, 's', 64);
	memset(w->data + AT_FILE, 'f', 128);
	put_u8(&w->options, OPT_END);
	m = decoded(w);
	assert_int_equal(strlen(m->sname), 64);
	assert_int_equal(strlen(m->file), 128);
	free(m);
}

/* RFC 951 has no options: what stands in the vendor area without the cookie says nothing. */
static void without_the_cookie_there_are_no_options(void **state)
{
	struct wire *w = wire_new();
	struct dhcp_message *m;

	(void)state;
	type(&w->options, DHCP_DISCOVER);
	put_u8(&w->options, OPT_END);
	w->data[AT_COOKIE] = 98;
	m = decoded(w);
	assert_false(m->has_cookie);
	assert_int_equal(m->type, DHCP_BOOTP);
	assert_int_equal(m->count, 0);
	assert_false(message_has(m, OPT_MESSAGE_TYPE));
	free(m);
}

static void a_bare_header_is_bootp(void **state)
{
	struct wire *w = wire_new();
	struct dhcp_message m;

	(void)state;
	for (size_t len = 0; len < DHCP_HEADER_LEN; len++)
		if (is_decoded(&m, w->data, len))
			fail_msg("%zu octets are a message", len);
	assert_true(is_decoded(&m, w->data, DHCP_HEADER_LEN));
	assert_false(m.has_cookie);
	free(w);
}

static void a_message_without_type_is_bootp(void **state)
{
	struct wire *w = wire_new();
	struct dhcp_message *m;

	(void)state;
	option(&w->options, OPT_HOST_NAME, "pc1", 3);
	put_u8(&w->options, OPT_END);
	m = decoded(w);
	assert_true(m->has_cookie);
	assert_int_equal(m->type, DHCP_BOOTP);
	expect_text(m, OPT_HOST_NAME, "pc1");
	free(m);
}

static void octets_of_padding_are_passed_over_and_end_ends(void **state)
{
	struct wire *w = wire_new();
	struct dhcp_message *m;

	(void)state;
	put_u8(&w->options, OPT_PAD);
	type(&w->options, DHCP_REQUEST);
	put_u8(&w->options, OPT_PAD);
	put_u8(&w->options, OPT_PAD);
	option(&w->options, OPT_HOST_NAME, "pc1", 3);
	put_u8(&w->options, OPT_END);
	option(&w->options, OPT_DOMAIN, "no", 2);
	put_u8(&w->options, OPT_ROUTER); /* cut: nobody reads so far */
	m = decoded(w);
	assert_int_equal(m->type, DHCP_REQUEST);
	assert_int_equal(m->count, 2);
	assert_int_equal(m->order[0], OPT_MESSAGE_TYPE);
	assert_int_equal(m->order[1], OPT_HOST_NAME);
	expect_text(m, OPT_HOST_NAME, "pc1");
	assert_false(message_has(m, OPT_DOMAIN));
	free(m);
}

static void options_keep_their_order(void **state)
{
	struct wire *w = wire_new();
	struct dhcp_message *m;

	(void)state;
	type(&w->options, DHCP_REQUEST);
	for (unsigned code = 200; code > 190; code--)
		option(&w->options, (uint8_t)code, "x", 1);
	put_u8(&w->options, OPT_END);
	m = decoded(w);
	assert_int_equal(m->count, 11);
	for (unsigned i = 1; i < m->count; i++)
		assert_int_equal(m->order[i], 201 - i);
	free(m);
}

static const uint8_t octets[] = { 1, 2, 3, 4 };

/* len_of() - of a good value: what has a fixed length is malformed with another */
static size_t len_of(unsigned code)
{
	for (size_t len = 1; len <= sizeof(octets); len++) {
		struct wire *w = wire_new();
		struct dhcp_message m;
		const char *why;
		bool good;

		option(&w->options, (uint8_t)code, octets, len);
		put_u8(&w->options, OPT_END);
		good = dhcp_decode(&m, w->data, AT_OPTIONS + written(&w->options), &why);
		free(w);
		if (good)
			return len;
	}
	fail_msg("option %u has no good length", code);
	return 0;
}

static void every_code_may_be_there_at_once(void **state)
{
	struct wire *w = wire_new();
	struct dhcp_message *m;
	size_t len[255];

	(void)state;
	for (unsigned code = 1; code < 255; code++) {
		len[code] = len_of(code);
		if (code != OPT_OVERLOAD)
			option(&w->options, (uint8_t)code, octets, len[code]);
	}
	put_u8(&w->options, OPT_END);
	m = decoded(w);
	assert_int_equal(m->count, 253);
	for (unsigned code = 1; code < 255; code++)
		if (code != OPT_OVERLOAD)
			expect_option(m, (uint8_t)code, octets, len[code]);
	free(m);
}

static void an_option_may_be_empty(void **state)
{
	struct wire *w = wire_new();
	struct dhcp_message *m;

	(void)state;
	option(&w->options, OPT_HOST_NAME, "", 0);
	put_u8(&w->options, OPT_END);
	m = decoded(w);
	expect_option(m, OPT_HOST_NAME, "", 0);
	free(m);
}

/* ---- malformed ------------------------------------------------------------------------------- */

static void a_message_that_is_neither_request_nor_reply_is_malformed(void **state)
{
	(void)state;
	for (unsigned op = 0; op < 256; op++) {
		struct wire *w = wire_new();
		struct dhcp_message m;

		w->data[0] = (uint8_t)op;
		put_u8(&w->options, OPT_END);
		assert_int_equal(is_decoded(&m, w->data, AT_OPTIONS + 1), op == 1 || op == 2);
		free(w);
	}
}

static void a_hardware_address_of_more_than_its_field_is_malformed(void **state)
{
	(void)state;
	for (unsigned hlen = 0; hlen < 256; hlen++) {
		struct wire *w = wire_new();
		struct dhcp_message m;

		w->data[AT_HLEN] = (uint8_t)hlen;
		put_u8(&w->options, OPT_END);
		assert_int_equal(is_decoded(&m, w->data, AT_OPTIONS + 1), hlen <= DHCP_HWADDR_LEN);
		free(w);
	}
}

static void an_option_cut_anywhere_is_malformed(void **state)
{
	struct wire *w = wire_new();
	struct dhcp_message m;
	size_t whole;

	(void)state;
	type(&w->options, DHCP_DISCOVER);
	option(&w->options, OPT_HOST_NAME, "a name", 6);
	whole = AT_OPTIONS + written(&w->options);
	for (size_t len = AT_OPTIONS + 4; len < whole; len++)
		if (is_decoded(&m, w->data, len))
			fail_msg("%zu of %zu octets are a message", len, whole);
	assert_false(is_decoded(&m, w->data, AT_OPTIONS + 1));
	assert_false(is_decoded(&m, w->data, AT_OPTIONS + 2));
	free(w);
}

static void an_option_longer_than_its_field_is_malformed(void **state)
{
	static const struct {
		size_t at;
		uint8_t overload;
	} fields[] = { { AT_FILE, 1 }, { AT_SNAME, 2 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		size_t room = fields[i].at == AT_FILE ? 128 : 64;

		for (size_t len = room - 4; len <= room; len++) {
			struct wire *w = wire_new();
			struct writer f = in_field(w, fields[i].at);
			struct dhcp_message *m;

			option(&w->options, OPT_OVERLOAD, &fields[i].overload, 1);
			put_u8(&w->options, OPT_END);
			put_u8(&f, OPT_HOST_NAME);
			put_u8(&f, (uint8_t)len);
			memset(f.at, 'x', room - 2);
			if (len < room - 2) {
				f.at[len] = OPT_END;
				m = decoded(w);
				assert_int_equal(m->option[OPT_HOST_NAME].len, len);
				free(m);
			} else if (len > room - 2) {
				expect_malformed(w);
			} else {
				free(w); /* it fits, and no END: not what this is about */
			}
		}
	}
}

static void a_type_that_is_none_is_malformed(void **state)
{
	(void)state;
	for (unsigned len = 0; len < 4; len++) {
		struct wire *w = wire_new();

		if (len == 1)
			w->options.at[2] = 0;
		option(&w->options, OPT_MESSAGE_TYPE, len == 1 ? "\0\0\0" : "\1\1\1", len);
		put_u8(&w->options, OPT_END);
		expect_malformed(w);
	}
	for (unsigned t = 1; t < 256; t++) {
		struct wire *w = wire_new();
		struct dhcp_message m;
		bool good;

		type(&w->options, (uint8_t)t);
		put_u8(&w->options, OPT_END);
		good = is_decoded(&m, w->data, AT_OPTIONS + written(&w->options));
		if (t < DHCP_TYPE_COUNT)
			assert_true(good && m.type == (enum dhcp_type)t);
		else
			assert_false(good);
		free(w);
	}
}

/* RFC 2132, 9.3 has 1, 2 and 3. */
static void an_overload_that_is_none_opens_no_field(void **state)
{
	static const char *const values[] = { "\0", "\4", "\374" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct wire *w = wire_new();
		struct dhcp_message *m;

		strcpy((char *)w->data + AT_FILE, "boot.img");
		strcpy((char *)w->data + AT_SNAME, "boot");
		option(&w->options, OPT_OVERLOAD, values[i], 1);
		put_u8(&w->options, OPT_END);
		m = decoded(w);
		assert_string_equal(m->file, "boot.img");
		assert_string_equal(m->sname, "boot");
		assert_int_equal(m->count, 0);
		free(m);
	}
}

static void an_option_of_the_wrong_length_is_malformed(void **state)
{
	static const struct {
		uint8_t code;
		unsigned good; /* a bit a length */
	} cases[] = {
		{ OPT_SUBNET_MASK, 1 << 4 },	   { OPT_ROUTER, 1 << 4 | 1 << 8 },
		{ OPT_DNS, 1 << 4 | 1 << 8 },	   { OPT_MTU, 1 << 2 },
		{ OPT_BROADCAST_ADDRESS, 1 << 4 }, { OPT_REQUESTED_IP, 1 << 4 },
		{ OPT_LEASE_TIME, 1 << 4 },	   { OPT_SERVER_ID, 1 << 4 },
		{ OPT_MAX_SIZE, 1 << 2 },	   { OPT_RENEWAL_TIME, 1 << 4 },
		{ OPT_REBINDING_TIME, 1 << 4 },	   { OPT_SUBNET_SELECTION, 1 << 4 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (size_t len = 0; len < 10; len++) {
			struct wire *w = wire_new();
			struct dhcp_message m;

			option(&w->options, cases[i].code, "\1\1\1\1\1\1\1\1\1", len);
			put_u8(&w->options, OPT_END);
			if (is_decoded(&m, w->data, AT_OPTIONS + written(&w->options)) !=
			    (cases[i].good >> len & 1))
				fail_msg("option %u of %zu octets", cases[i].code, len);
			free(w);
		}
}

/* ---- overload: RFC 2131, 4.1 and RFC 2132, 9.3 ----------------------------------------------- */

static void options_may_stand_in_file_and_in_sname(void **state)
{
	(void)state;
	for (uint8_t overload = 1; overload <= 3; overload++) {
		struct wire *w = wire_new();
		struct writer file = in_field(w, AT_FILE), sname = in_field(w, AT_SNAME);
		struct dhcp_message *m;

		type(&w->options, DHCP_OFFER);
		option(&w->options, OPT_OVERLOAD, &overload, 1);
		put_u8(&w->options, OPT_END);
		option(&file, OPT_DOMAIN, "file", 4);
		put_u8(&file, OPT_END);
		option(&sname, OPT_HOST_NAME, "sname", 5);
		put_u8(&sname, OPT_END);
		m = decoded(w);
		assert_int_equal(message_has(m, OPT_DOMAIN), overload & 1);
		assert_int_equal(message_has(m, OPT_HOST_NAME), overload >> 1);
		assert_int_equal(*m->file != '\0', !(overload & 1));
		assert_int_equal(*m->sname != '\0', !(overload & 2));
		if (overload & 1)
			expect_text(m, OPT_DOMAIN, "file");
		if (overload & 2)
			expect_text(m, OPT_HOST_NAME, "sname");
		free(m);
	}
}

/* RFC 2131, 4.1: "the options in the 'options' field MUST be interpreted first, so that any 'option
 * overload' options may be interpreted": one that stands in `file` opens no other field. */
static void an_overload_within_file_is_ignored(void **state)
{
	struct wire *w = wire_new();
	struct writer file = in_field(w, AT_FILE), sname = in_field(w, AT_SNAME);
	struct dhcp_message *m;

	(void)state;
	option(&w->options, OPT_OVERLOAD, "\1", 1);
	put_u8(&w->options, OPT_END);
	option(&file, OPT_OVERLOAD, "\2", 1);
	option(&file, OPT_DOMAIN, "file", 4);
	put_u8(&file, OPT_END);
	option(&sname, OPT_HOST_NAME, "sname", 5);
	put_u8(&sname, OPT_END);
	m = decoded(w);
	expect_text(m, OPT_DOMAIN, "file");
	assert_false(message_has(m, OPT_HOST_NAME));
	free(m);
}

static void padding_in_file_is_passed_over(void **state)
{
	struct wire *w = wire_new();
	struct writer file = in_field(w, AT_FILE);
	struct dhcp_message *m;

	(void)state;
	option(&w->options, OPT_OVERLOAD, "\1", 1);
	put_u8(&w->options, OPT_END);
	put_u8(&file, OPT_PAD);
	option(&file, OPT_DOMAIN, "file", 4);
	put_u8(&file, OPT_PAD);
	option(&file, OPT_HOST_NAME, "pc", 2);
	put_u8(&file, OPT_END);
	put_u8(&file, OPT_HOST_NAME);
	put_u8(&file, 255);
	m = decoded(w);
	expect_text(m, OPT_DOMAIN, "file");
	expect_text(m, OPT_HOST_NAME, "pc");
	free(m);
}

/* ---- RFC 3396 -------------------------------------------------------------------------------- */

static void parts_of_an_option_are_joined(void **state)
{
	struct wire *w = wire_new();
	struct dhcp_message *m;

	(void)state;
	type(&w->options, DHCP_ACK);
	option(&w->options, OPT_DOMAIN, "exam", 4);
	option(&w->options, OPT_HOST_NAME, "pc1", 3);
	option(&w->options, OPT_DOMAIN, "", 0);
	option(&w->options, OPT_DOMAIN, "ple.", 4);
	option(&w->options, OPT_DOMAIN, "org", 3);
	put_u8(&w->options, OPT_END);
	m = decoded(w);
	expect_text(m, OPT_DOMAIN, "example.org");
	expect_text(m, OPT_HOST_NAME, "pc1");
	assert_int_equal(m->count, 3);
	free(m);
}

/* RFC 3396, 5: the options field, then `file`, then `sname`, although `sname` stands first. */
static void parts_are_joined_options_first_then_file_then_sname(void **state)
{
	struct wire *w = wire_new();
	struct writer file = in_field(w, AT_FILE), sname = in_field(w, AT_SNAME);
	struct dhcp_message *m;

	(void)state;
	option(&w->options, OPT_DOMAIN, "one", 3);
	option(&w->options, OPT_OVERLOAD, "\3", 1);
	option(&w->options, OPT_DOMAIN, "two", 3);
	put_u8(&w->options, OPT_END);
	option(&file, OPT_DOMAIN, "three", 5);
	put_u8(&file, OPT_END);
	option(&sname, OPT_DOMAIN, "four", 4);
	put_u8(&sname, OPT_END);
	m = decoded(w);
	expect_text(m, OPT_DOMAIN, "onetwothreefour");
	free(m);
}

static void parts_of_255_octets_are_joined(void **state)
{
	struct wire *w = wire_new();
	struct dhcp_message *m;
	uint8_t data[700];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)i;
	option(&w->options, 224, data, 255);
	option(&w->options, 224, data + 255, 255);
	option(&w->options, OPT_HOST_NAME, "pc1", 3);
	option(&w->options, 224, data + 510, sizeof(data) - 510);
	put_u8(&w->options, OPT_END);
	m = decoded(w);
	expect_option(m, 224, data, sizeof(data));
	expect_text(m, OPT_HOST_NAME, "pc1");
	free(m);
}

/* ---- what is put ----------------------------------------------------------------------------- */

static struct dhcp_message *message_new(enum dhcp_type t)
{
	struct dhcp_message *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	m->op = BOOTREPLY;
	m->htype = DHCP_ETHERNET;
	m->hlen = 6;
	m->xid = 0x11223344;
	m->has_cookie = true;
	m->type = t;
	if (t)
		message_put_u8(m, OPT_MESSAGE_TYPE, (uint8_t)t);
	return m;
}

static void what_is_not_there_is_empty_and_bad(void **state)
{
	struct dhcp_message *m = message_new(DHCP_ACK);
	struct reader r = message_option(m, OPT_DOMAIN);

	(void)state;
	assert_false(message_has(m, OPT_DOMAIN));
	assert_true(r.bad);
	assert_int_equal(left(&r), 0);
	assert_int_equal(message_u32(m, OPT_LEASE_TIME), 0);
	assert_int_equal(message_u16(m, OPT_MAX_SIZE), 0);
	free(m);
}

static void numbers_are_put_in_network_order(void **state)
{
	struct dhcp_message *m = message_new(DHCP_ACK);

	(void)state;
	message_put_u32(m, OPT_LEASE_TIME, 0x01020304);
	message_put_u16(m, OPT_MTU, 0x0506);
	message_put_text(m, OPT_DOMAIN, "example.org");
	expect_option(m, OPT_LEASE_TIME, "\1\2\3\4", 4);
	expect_option(m, OPT_MTU, "\5\6", 2);
	expect_option(m, OPT_MESSAGE_TYPE, "\5", 1);
	expect_text(m, OPT_DOMAIN, "example.org");
	assert_int_equal(message_u32(m, OPT_LEASE_TIME), 0x01020304);
	assert_int_equal(message_u16(m, OPT_MTU), 0x0506);
	free(m);
}

static void a_second_value_replaces_the_first(void **state)
{
	struct dhcp_message *m = message_new(DHCP_ACK);
	char text[32];

	(void)state;
	for (unsigned i = 0; i < 50; i++) {
		memset(text, 'a' + (int)i % 26, sizeof(text));
		assert_true(message_put(m, OPT_DOMAIN, text, i % sizeof(text)));
		expect_option(m, OPT_DOMAIN, text, i % sizeof(text));
		expect_option(m, OPT_MESSAGE_TYPE, "\5", 1);
		assert_int_equal(m->count, 2);
	}
	free(m);
}

static void what_is_dropped_is_gone(void **state)
{
	struct dhcp_message *m = message_new(DHCP_ACK);

	(void)state;
	message_put_text(m, OPT_DOMAIN, "a");
	message_put_text(m, OPT_HOST_NAME, "b");
	message_drop(m, OPT_DOMAIN);
	message_drop(m, OPT_ROUTER); /* was never there */
	assert_false(message_has(m, OPT_DOMAIN));
	expect_text(m, OPT_HOST_NAME, "b");
	assert_int_equal(m->count, 2);
	assert_int_equal(m->order[0], OPT_MESSAGE_TYPE);
	assert_int_equal(m->order[1], OPT_HOST_NAME);
	message_put_text(m, OPT_DOMAIN, "c");
	expect_text(m, OPT_DOMAIN, "c");
	assert_int_equal(m->count, 3);
	free(m);
}

static void a_message_takes_no_more_than_it_has_room_for(void **state)
{
	struct dhcp_message *m = message_new(DHCP_ACK);
	uint8_t data[DHCP_MAX_LEN] = { 0 };
	unsigned put = 0;

	(void)state;
	for (uint8_t code = 100; code < 250; code++)
		put += message_put(m, code, data, 100);
	assert_in_range(put, 10, 14);
	assert_int_equal(m->count, put + 1);
	assert_false(message_put(m, OPT_DOMAIN, data, sizeof(data)));
	assert_false(message_has(m, OPT_DOMAIN));
	free(m);
}

static void suboptions_are_found(void **state)
{
	static const uint8_t info[] = {
		1, 4, 'e', 't', 'h', '0', 2, 0, 5, 4, 10, 0, 2, 0, 9, 3, 'x'
	};
	struct reader r = reader_of(info, sizeof(info)), part;

	(void)state;
	part = suboption_of(r, RELAY_CIRCUIT_ID);
	assert_int_equal(left(&part), 4);
	assert_memory_equal(part.at, "eth0", 4);
	part = suboption_of(r, RELAY_REMOTE_ID);
	assert_false(part.bad);
	assert_int_equal(left(&part), 0);
	part = suboption_of(r, RELAY_LINK_SELECTION);
	assert_int_equal(take_be32(&part), 0x0a000200);
	assert_false(part.bad);
	part = suboption_of(r, 9); /* cut */
	assert_true(part.bad);
	assert_int_equal(left(&part), 0);
	part = suboption_of(r, RELAY_SERVER_ID);
	assert_true(part.bad);
	assert_int_equal(left(&part), 0);
	part = suboption_of(message_option(&(struct dhcp_message){ 0 }, OPT_RELAY_INFO), 1);
	assert_true(part.bad);
}

static void hardware_addresses_are_shown(void **state)
{
	struct dhcp_message *m = message_new(DHCP_ACK);
	char text[DHCP_HWADDR_TEXT_LEN];

	(void)state;
	memcpy(m->chaddr, "\2\0\0\0\0\7\xff\1\2\3\4\5\6\7\x8\x9", 16);
	assert_string_equal(dhcp_format_hwaddr(m, text), "02:00:00:00:00:07");
	m->hlen = 16;
	assert_string_equal(dhcp_format_hwaddr(m, text),
			    "02:00:00:00:00:07:ff:01:02:03:04:05:06:07:08:09");
	m->hlen = 1;
	assert_string_equal(dhcp_format_hwaddr(m, text), "02");
	m->hlen = 0;
	assert_string_equal(dhcp_format_hwaddr(m, text), "");
	free(m);
}

static void types_have_their_names(void **state)
{
	static const char *const names[] = { "DISCOVER", "OFFER", "REQUEST", "DECLINE",
					     "ACK",	 "NAK",	  "RELEASE", "INFORM" };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		assert_non_null(strstr(dhcp_type_name((enum dhcp_type)(i + 1)), names[i]));
	assert_non_null(dhcp_type_name(DHCP_BOOTP));
}

/* ---- out ------------------------------------------------------------------------------------- */

/* encoded() - into memory of that size; the number of octets */
static size_t encoded(const struct dhcp_message *m, uint8_t *to, size_t room, unsigned *left_out)
{
	uint8_t *exact = malloc(room);
	size_t len;

	assert_non_null(exact);
	memset(exact, 0xee, room);
	*left_out = 77;
	len = dhcp_encode(m, exact, room, left_out);
	assert_in_range(len, DHCP_MIN_LEN, room);
	memcpy(to, exact, len);
	free(exact);
	return len;
}

static void a_short_message_is_padded_to_300_octets(void **state)
{
	struct dhcp_message *m = message_new(DHCP_OFFER);
	uint8_t to[DHCP_MAX_LEN];
	unsigned left_out;
	size_t len;

	(void)state;
	message_put_u32(m, OPT_LEASE_TIME, 600);
	len = encoded(m, to, sizeof(to), &left_out);
	assert_int_equal(len, DHCP_MIN_LEN);
	assert_int_equal(left_out, 0);
	assert_memory_equal(to + AT_COOKIE, "\x63\x82\x53\x63\x35\1\2\x33\4\0\0\x2\x58\xff", 14);
	for (size_t i = AT_COOKIE + 14; i < len; i++)
		assert_int_equal(to[i], OPT_PAD);
	free(m);
}

static void the_header_is_written_as_the_figure_shows(void **state)
{
	struct wire *w = wire_new();
	struct dhcp_message *m;
	uint8_t to[DHCP_MAX_LEN], before[DHCP_HEADER_LEN];
	unsigned left_out;

	(void)state;
	strcpy((char *)w->data + AT_SNAME, "boot");
	memset(w->data + AT_FILE, 'f', 128);
	put_u8(&w->options, OPT_END);
	memcpy(before, w->data, sizeof(before));
	m = decoded(w);
	encoded(m, to, sizeof(to), &left_out);
	assert_memory_equal(to, before, sizeof(before));
	free(m);
}

static void the_relay_s_information_leaves_last(void **state)
{
	struct dhcp_message *m = message_new(DHCP_OFFER);
	uint8_t to[DHCP_MAX_LEN];
	unsigned left_out;

	(void)state;
	message_put(m, OPT_RELAY_INFO, "\1\1x", 3);
	message_put_text(m, OPT_HOST_NAME, "a");
	message_put_text(m, OPT_DOMAIN, "b");
	encoded(m, to, sizeof(to), &left_out);
	assert_memory_equal(to + AT_OPTIONS, "\x35\1\2\xc\1a\xf\1b\x52\3\1\1x\xff", 15);
	free(m);
}

static void a_long_option_is_split(void **state)
{
	struct dhcp_message *m = message_new(DHCP_OFFER);
	uint8_t to[DHCP_MAX_LEN], data[600];
	unsigned left_out;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	assert_true(message_put(m, 224, data, sizeof(data)));
	len = encoded(m, to, sizeof(to), &left_out);
	assert_int_equal(left_out, 0);
	assert_int_equal(len, AT_OPTIONS + 3 + 600 + 3 * 2 + 1);
	assert_memory_equal(to + AT_OPTIONS + 3, "\xe0\xff", 2);
	assert_memory_equal(to + AT_OPTIONS + 5, data, 255);
	assert_memory_equal(to + AT_OPTIONS + 260, "\xe0\xff", 2);
	assert_memory_equal(to + AT_OPTIONS + 262, data + 255, 255);
	assert_memory_equal(to + AT_OPTIONS + 517, "\xe0\x5a", 2);
	assert_memory_equal(to + AT_OPTIONS + 519, data + 510, 90);
	assert_int_equal(to[len - 1], OPT_END);
	free(m);
}

static void an_empty_option_leaves_and_comes_back(void **state)
{
	struct dhcp_message *m = message_new(DHCP_OFFER);
	uint8_t to[DHCP_MAX_LEN];
	unsigned left_out;

	(void)state;
	assert_true(message_put(m, 80, "", 0)); /* rapid commit, RFC 4039: it has no value */
	encoded(m, to, sizeof(to), &left_out);
	assert_memory_equal(to + AT_OPTIONS, "\x35\1\2\x50\0\xff", 6);
	free(m);
}

/* fill() - options of so many octets each, headers and all */
static void fill(struct dhcp_message *m, unsigned count, size_t len)
{
	uint8_t data[255];

	for (unsigned i = 0; i < count; i++) {
		memset(data, (int)i + 1, sizeof(data));
		assert_true(message_put(m, (uint8_t)(128 + i), data, len - 2));
	}
}

/* RFC 2131, 4.1: `file` first. Option 52 stands right behind the type, where a client that reads no
 * further finds it. */
static void what_does_not_fit_goes_into_file_and_sname(void **state)
{
	struct dhcp_message *m = message_new(DHCP_OFFER), *again = calloc(1, sizeof(*again));
	uint8_t to[DHCP_MAX_LEN];
	unsigned left_out;
	size_t len;

	(void)state;
	fill(m, 10, 20); /* 200 octets where 57 fit */
	len = encoded(m, to, DHCP_MIN_LEN, &left_out);
	assert_int_equal(len, DHCP_MIN_LEN);
	assert_int_equal(left_out, 0);
	assert_memory_equal(to + AT_OPTIONS, "\x35\1\2\x34\1\3", 6);
	assert_true(is_decoded(again, to, len));
	for (uint8_t code = 128; code < 138; code++) {
		uint8_t data[18];

		memset(data, code - 127, sizeof(data));
		expect_option(again, code, data, sizeof(data));
	}
	free(again);
	free(m);
}

static void file_alone_is_used_where_that_is_enough(void **state)
{
	struct dhcp_message *m = message_new(DHCP_OFFER);
	uint8_t to[DHCP_MAX_LEN];
	unsigned left_out;

	(void)state;
	fill(m, 5, 20);
	encoded(m, to, DHCP_MIN_LEN, &left_out);
	assert_int_equal(left_out, 0);
	assert_memory_equal(to + AT_OPTIONS, "\x35\1\2\x34\1\1", 6);
	for (size_t i = 0; i < 64; i++)
		assert_int_equal(to[AT_SNAME + i], 0);
	free(m);
}

static void fields_that_are_in_use_are_not_overloaded(void **state)
{
	struct dhcp_message *m = message_new(DHCP_OFFER), *again = calloc(1, sizeof(*again));
	uint8_t to[DHCP_MAX_LEN];
	unsigned left_out;
	size_t len;

	(void)state;
	strcpy(m->file, "boot.img");
	fill(m, 10, 20);
	len = encoded(m, to, DHCP_MIN_LEN, &left_out);
	assert_memory_equal(to + AT_OPTIONS, "\x35\1\2\x34\1\2", 6);
	assert_string_equal((char *)to + AT_FILE, "boot.img");
	assert_true(left_out > 0);
	assert_true(is_decoded(again, to, len));
	assert_int_equal(again->count + left_out, m->count);
	strcpy(m->sname, "boot");
	len = encoded(m, to, DHCP_MIN_LEN, &left_out);
	assert_true(is_decoded(again, to, len));
	assert_string_equal(again->file, "boot.img");
	assert_string_equal(again->sname, "boot");
	assert_int_equal(again->count + left_out, m->count);
	free(again);
	free(m);
}

static void where_all_fits_nothing_is_overloaded(void **state)
{
	(void)state;
	for (size_t len = 3; len < 255; len++) {
		struct dhcp_message *m = message_new(DHCP_OFFER),
				    *again = calloc(1, sizeof(*again));
		uint8_t to[DHCP_MAX_LEN];
		unsigned left_out;
		size_t room = AT_OPTIONS + 3 + len + 1;

		fill(m, 1, len);
		room = room < DHCP_MIN_LEN ? DHCP_MIN_LEN : room;
		assert_int_equal(encoded(m, to, room, &left_out), room);
		assert_int_equal(left_out, 0);
		assert_int_equal(to[AT_OPTIONS + 3], 128);
		assert_int_equal(to[AT_FILE], 0);
		assert_int_equal(to[AT_SNAME], 0);
		assert_true(is_decoded(again, to, room));
		free(again);
		free(m);
	}
}

/* RFC 951 knows nothing of option 52. */
static void bootp_is_never_overloaded(void **state)
{
	struct dhcp_message *m = message_new(DHCP_BOOTP), *again = calloc(1, sizeof(*again));
	uint8_t to[DHCP_MAX_LEN];
	unsigned left_out;
	size_t len;

	(void)state;
	fill(m, 10, 20);
	len = encoded(m, to, DHCP_MIN_LEN, &left_out);
	assert_true(is_decoded(again, to, len));
	for (size_t i = AT_SNAME; i < AT_COOKIE; i++)
		assert_int_equal(to[i], 0);
	assert_int_equal(again->count, 2);
	assert_int_equal(left_out, 8);
	free(again);
	free(m);
}

/* An answer must carry what the relay said: other options give way. */
static void the_relay_s_information_is_not_what_is_left_out(void **state)
{
	(void)state;
	for (size_t len = 3; len < 50; len++) {
		struct dhcp_message *m = message_new(DHCP_OFFER),
				    *again = calloc(1, sizeof(*again));
		uint8_t to[DHCP_MAX_LEN], info[50];
		unsigned left_out;
		size_t size;

		memset(info, 7, sizeof(info));
		assert_true(message_put(m, OPT_RELAY_INFO, info, len));
		fill(m, 20, 20);
		size = encoded(m, to, DHCP_MIN_LEN, &left_out);
		assert_true(is_decoded(again, to, size));
		expect_option(again, OPT_RELAY_INFO, info, len);
		expect_option(again, OPT_MESSAGE_TYPE, "\2", 1);
		free(again);
		free(m);
	}
}

/* Also where it was put first; and the type is there, and behind it option 52. */
static void the_relay_s_information_leaves_once(void **state)
{
	(void)state;
	for (size_t len = 0; len < 60; len++) {
		struct dhcp_message *m = calloc(1, sizeof(*m)), *again = calloc(1, sizeof(*again));
		uint8_t to[DHCP_MAX_LEN], info[60];
		unsigned left_out;
		size_t size;

		m->op = BOOTREPLY;
		m->has_cookie = true;
		m->type = DHCP_OFFER;
		memset(info, 7, sizeof(info));
		assert_true(message_put(m, OPT_RELAY_INFO, info, len));
		message_put_u8(m, OPT_MESSAGE_TYPE, DHCP_OFFER);
		fill(m, 10, 30);
		size = encoded(m, to, DHCP_MIN_LEN, &left_out);
		assert_true(is_decoded(again, to, size));
		assert_int_equal(again->count, m->count - left_out);
		if (message_has(again, OPT_RELAY_INFO))
			expect_option(again, OPT_RELAY_INFO, info, len);
		if (*again->file || *again->sname)
			fail_msg("%zu octets: options stand where nobody looks", len);
		free(again);
		free(m);
	}
}

/* Messages at random, into rooms of every size: what leaves comes back, but what was left out. */
static void what_leaves_comes_back(void **state)
{
	struct dhcp_message *m = calloc(1, sizeof(*m)), *again = calloc(1, sizeof(*again));
	uint8_t to[DHCP_MAX_LEN], data[400];

	(void)state;
	srand(11);
	for (unsigned round = 0; round < 4000; round++) {
		size_t room = DHCP_MIN_LEN + (size_t)(round % (DHCP_MAX_LEN - DHCP_MIN_LEN + 1));
		unsigned left_out, missing = 0, options = (unsigned)rand() % 30;
		size_t len;

		free(m);
		m = message_new((enum dhcp_type)(rand() % DHCP_TYPE_COUNT));
		m->secs = (uint16_t)rand();
		m->yiaddr = (uint32_t)rand();
		if (rand() % 3 == 0)
			strcpy(m->file, "boot.img");
		if (rand() % 3 == 0)
			strcpy(m->sname, "boot");
		for (unsigned i = 0; i < options; i++) {
			uint8_t code = (uint8_t)(160 + rand() % 80); /* of any length */

			for (size_t j = 0; j < sizeof(data); j++)
				data[j] = (uint8_t)rand();
			if (rand() % 20 == 0)
				code = OPT_RELAY_INFO;
			message_put(m, code, data,
				    code == OPT_RELAY_INFO
					    ? (size_t)rand() % 50
					    : (size_t)rand() % (rand() % 8 ? 20 : sizeof(data)));
		}
		len = encoded(m, to, room, &left_out);
		assert_true(is_decoded(again, to, len));
		for (unsigned i = 0; i < m->count; i++) {
			struct reader r = message_option(m, m->order[i]);

			if (message_has(again, m->order[i]))
				expect_option(again, m->order[i], r.at, left(&r));
			else
				missing++;
		}
		assert_int_equal(missing, left_out);
		assert_int_equal(again->count, m->count - missing);
		assert_int_equal(again->type, m->type);
		assert_int_equal(again->xid, m->xid);
		assert_int_equal(again->secs, m->secs);
		assert_int_equal(again->yiaddr, m->yiaddr);
		assert_string_equal(again->file, m->file);
		assert_string_equal(again->sname, m->sname);
	}
	free(again);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_is_read_as_the_figure_shows),
		cmocka_unit_test(names_that_fill_their_fields_end),
		cmocka_unit_test(without_the_cookie_there_are_no_options),
		cmocka_unit_test(a_bare_header_is_bootp),
		cmocka_unit_test(a_message_without_type_is_bootp),
		cmocka_unit_test(octets_of_padding_are_passed_over_and_end_ends),
		cmocka_unit_test(options_keep_their_order),
		cmocka_unit_test(every_code_may_be_there_at_once),
		cmocka_unit_test(an_option_may_be_empty),
		cmocka_unit_test(a_message_that_is_neither_request_nor_reply_is_malformed),
		cmocka_unit_test(a_hardware_address_of_more_than_its_field_is_malformed),
		cmocka_unit_test(an_option_cut_anywhere_is_malformed),
		cmocka_unit_test(an_option_longer_than_its_field_is_malformed),
		cmocka_unit_test(a_type_that_is_none_is_malformed),
		cmocka_unit_test(an_overload_that_is_none_opens_no_field),
		cmocka_unit_test(an_option_of_the_wrong_length_is_malformed),
		cmocka_unit_test(options_may_stand_in_file_and_in_sname),
		cmocka_unit_test(an_overload_within_file_is_ignored),
		cmocka_unit_test(padding_in_file_is_passed_over),
		cmocka_unit_test(parts_of_an_option_are_joined),
		cmocka_unit_test(parts_are_joined_options_first_then_file_then_sname),
		cmocka_unit_test(parts_of_255_octets_are_joined),
		cmocka_unit_test(what_is_not_there_is_empty_and_bad),
		cmocka_unit_test(numbers_are_put_in_network_order),
		cmocka_unit_test(a_second_value_replaces_the_first),
		cmocka_unit_test(what_is_dropped_is_gone),
		cmocka_unit_test(a_message_takes_no_more_than_it_has_room_for),
		cmocka_unit_test(suboptions_are_found),
		cmocka_unit_test(hardware_addresses_are_shown),
		cmocka_unit_test(types_have_their_names),
		cmocka_unit_test(a_short_message_is_padded_to_300_octets),
		cmocka_unit_test(the_header_is_written_as_the_figure_shows),
		cmocka_unit_test(the_relay_s_information_leaves_last),
		cmocka_unit_test(a_long_option_is_split),
		cmocka_unit_test(an_empty_option_leaves_and_comes_back),
		cmocka_unit_test(what_does_not_fit_goes_into_file_and_sname),
		cmocka_unit_test(file_alone_is_used_where_that_is_enough),
		cmocka_unit_test(fields_that_are_in_use_are_not_overloaded),
		cmocka_unit_test(where_all_fits_nothing_is_overloaded),
		cmocka_unit_test(bootp_is_never_overloaded),
		cmocka_unit_test(the_relay_s_information_is_not_what_is_left_out),
		cmocka_unit_test(the_relay_s_information_leaves_once),
		cmocka_unit_test(what_leaves_comes_back),
	};

	return cmocka_run_group_tests_name("dhcp packet", tests, NULL, NULL);
}
