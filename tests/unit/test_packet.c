/* SPDX-License-Identifier: MIT */
/* The peers' datagrams: the figure of packet.h, octet by octet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/chat/packet.h"
#include "nodes/common/compiler.h"

#define HEADER_REST                                                                               \
	0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0x00, 0x00, 0x01, 0x02, 0x00, 0x03, 0x04, \
		0x05, 0x80, 0x00, 0x00, 0x07

static const struct packet full = {
	.from = 0x12345678,
	.to = 0x9abcdef0,
	.seq = 0x00000102,
	.ack = 0x00030405,
	.client = 0x80000007,
};

static const struct golden {
	enum packet_type type;
	bool more;
	const char *text;
	size_t len;
	uint8_t data[40];
} golden[] = {
	{ PACKET_HELLO, false, "", 24, { 0x76, 0x70, 1, 0, HEADER_REST } },
	{ PACKET_TEXT, false, "hi", 26, { 0x76, 0x70, 2, 0, HEADER_REST, 'h', 'i' } },
	{ PACKET_TEXT, true, "hi", 26, { 0x76, 0x70, 2, 1, HEADER_REST, 'h', 'i' } },
	{ PACKET_TEXT, false, "", 24, { 0x76, 0x70, 2, 0, HEADER_REST } },
	{ PACKET_BYE, false, "", 24, { 0x76, 0x70, 3, 0, HEADER_REST } },
	{ PACKET_ACK, false, "", 24, { 0x76, 0x70, 4, 0, HEADER_REST } },
};

static void a_packet_is_written_as_the_figure_shows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(golden); i++) {
		const struct golden *g = &golden[i];
		struct packet p = full;
		uint8_t data[PACKET_MAX];

		p.type = g->type;
		p.more = g->more;
		p.text = (const uint8_t *)g->text;
		p.text_len = strlen(g->text);
		assert_int_equal(packet_encode(&p, data, sizeof(data)), g->len);
		assert_memory_equal(data, g->data, g->len);
	}
}

static void a_packet_is_read_as_the_figure_shows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(golden); i++) {
		const struct golden *g = &golden[i];
		struct packet p;

		assert_true(packet_decode(&p, g->data, g->len));
		assert_int_equal(p.type, g->type);
		assert_int_equal(p.more, g->more);
		assert_int_equal(p.from, full.from);
		assert_int_equal(p.to, full.to);
		assert_int_equal(p.seq, full.seq);
		assert_int_equal(p.ack, full.ack);
		assert_int_equal(p.client, full.client);
		assert_int_equal(p.text_len, strlen(g->text));
		assert_memory_equal(p.text, g->text, p.text_len);
		assert_ptr_equal(p.text, g->data + PACKET_HEADER_LEN);
	}
}

/* The manual page shows these octets. */
static void the_hello_of_the_manual_page_is_read(void **state)
{
	static const uint8_t data[] = { 0x76, 0x70, 0x01, 0x00, 0x24, 0x79, 0x7d, 0x40,
					0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
					0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x06 };
	struct packet p;

	(void)state;
	assert_true(packet_decode(&p, data, sizeof(data)));
	assert_int_equal(p.type, PACKET_HELLO);
	assert_int_equal(p.from, 0x24797d40);
	assert_int_equal(p.to, 0);
	assert_int_equal(p.client, 6);
}

static void a_packet_cut_in_its_header_is_none(void **state)
{
	(void)state;
	for (size_t len = 0; len <= 26; len++) {
		uint8_t *exact = malloc(len ? len : 1); /* the sanitizer sees each octet too much */
		struct packet p;

		memcpy(exact, golden[1].data, len);
		assert_int_equal(packet_decode(&p, exact, len), len >= PACKET_HEADER_LEN);
		if (len >= PACKET_HEADER_LEN)
			assert_int_equal(p.text_len, len - PACKET_HEADER_LEN);
		free(exact);
	}
}

static void all_texts_that_fit_survive_the_way(void **state)
{
	static uint8_t text[PACKET_TEXT_MAX], data[PACKET_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * 7);
	for (size_t len = 0; len <= PACKET_TEXT_MAX; len++) {
		struct packet in = full, out;

		in.type = PACKET_TEXT;
		in.text = text;
		in.text_len = len;
		assert_int_equal(packet_encode(&in, data, sizeof(data)), PACKET_HEADER_LEN + len);
		assert_true(packet_decode(&out, data, PACKET_HEADER_LEN + len));
		assert_int_equal(out.text_len, len);
		assert_memory_equal(out.text, text, len);
	}
}

static void what_does_not_fit_is_not_written(void **state)
{
	struct packet p = full;

	(void)state;
	p.type = PACKET_TEXT;
	p.text = (const uint8_t *)"hello";
	p.text_len = 5;
	for (size_t size = 0; size <= 29; size++) {
		uint8_t *exact = malloc(size ? size : 1);

		assert_int_equal(packet_encode(&p, exact, size), size < 29 ? 0 : 29);
		free(exact);
	}
}

static void what_is_longer_than_a_frame_is_no_packet(void **state)
{
	static uint8_t data[PACKET_MAX + 2];
	struct packet p;

	(void)state;
	memcpy(data, golden[1].data, PACKET_HEADER_LEN);
	assert_true(packet_decode(&p, data, PACKET_MAX));
	assert_false(packet_decode(&p, data, PACKET_MAX + 1));
	assert_false(packet_decode(&p, data, PACKET_MAX + 2));
}

static void what_no_peer_sends_is_no_packet(void **state)
{
	static const struct {
		size_t at;
		uint8_t octet;
	} changes[] = {
		{ 0, 0x77 }, { 1, 0x71 }, { 2, 0 },    { 2, 5 },
		{ 2, 255 },  { 3, 2 },	  { 3, 0x80 }, { 3, 3 },
	};
	uint8_t data[40];
	struct packet p;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		memcpy(data, golden[1].data, sizeof(data));
		data[changes[i].at] = changes[i].octet;
		assert_false(packet_decode(&p, data, 26));
	}
	memcpy(data, golden[1].data, sizeof(data));
	memset(data + 4, 0, 4); /* no session of the sender */
	assert_false(packet_decode(&p, data, 26));
	memcpy(data, golden[1].data, sizeof(data));
	memset(data + 8, 0, 4); /* none of the receiver: not heard of */
	assert_true(packet_decode(&p, data, 26));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_is_written_as_the_figure_shows),
		cmocka_unit_test(a_packet_is_read_as_the_figure_shows),
		cmocka_unit_test(the_hello_of_the_manual_page_is_read),
		cmocka_unit_test(a_packet_cut_in_its_header_is_none),
		cmocka_unit_test(all_texts_that_fit_survive_the_way),
		cmocka_unit_test(what_does_not_fit_is_not_written),
		cmocka_unit_test(what_is_longer_than_a_frame_is_no_packet),
		cmocka_unit_test(what_no_peer_sends_is_no_packet),
	};

	return cmocka_run_group_tests_name("packet", tests, NULL, NULL);
}
