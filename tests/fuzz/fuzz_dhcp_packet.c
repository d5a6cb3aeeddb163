/* SPDX-License-Identifier: MIT */
/*
 * Octets of anybody as a DHCP message. What is decoded can be shown, and encoded into any room;
 * what leaves is a message, and says what came, but for the options that are told to be left out.
 */
#include "fuzzer.h"
#include "nodes/common/compiler.h"
#include "nodes/dhcp/option.h"
#include "nodes/dhcp/packet.h"

static bool is_same_option(const struct dhcp_message *a, const struct dhcp_message *b, uint8_t code)
{
	struct reader x = message_option(a, code), y = message_option(b, code);

	return left(&x) == left(&y) && (!left(&x) || memcmp(x.at, y.at, left(&x)) == 0);
}

static void check_header(const struct dhcp_message *a, const struct dhcp_message *b)
{
	require(a->op == b->op && a->htype == b->htype && a->hlen == b->hlen && a->hops == b->hops);
	require(a->xid == b->xid && a->secs == b->secs && a->flags == b->flags);
	require(a->ciaddr == b->ciaddr && a->yiaddr == b->yiaddr && a->siaddr == b->siaddr &&
		a->giaddr == b->giaddr);
	require(memcmp(a->chaddr, b->chaddr, sizeof(a->chaddr)) == 0);
	require(strcmp(a->sname, b->sname) == 0 && strcmp(a->file, b->file) == 0);
	require(a->type == b->type && a->has_cookie == b->has_cookie);
}

/* show() - into a room that is too small, too: what is written ends with NUL */
static void show(const struct dhcp_message *m)
{
	char text[DHCP_HWADDR_TEXT_LEN], small[7], large[8192];
	struct reader relay = message_option(m, OPT_RELAY_INFO);

	require(strlen(dhcp_format_hwaddr(m, text)) < sizeof(text));
	require(dhcp_type_name(m->type) != NULL);
	require(m->count <= ARRAY_SIZE(m->order) && m->data_len <= sizeof(m->data));
	options_have_good_lengths(m);
	for (unsigned i = 0; i < m->count; i++) {
		uint8_t code = m->order[i];
		struct reader r = message_option(m, code);

		require(message_has(m, code) && !r.bad);
		option_format(code, r, small, sizeof(small));
		require(memchr(small, '\0', sizeof(small)) != NULL);
		option_format(code, r, large, sizeof(large));
		require(memchr(large, '\0', sizeof(large)) != NULL);
		for (unsigned j = 0; j < i; j++)
			require(m->order[j] != code);
	}
	for (unsigned code = 0; code < 256; code++)
		suboption_of(relay, (uint8_t)code);
}

/* encode() - what leaves is read again: all of it is there, but what was told to be left out */
static void encode(const struct dhcp_message *m, size_t room)
{
	static struct dhcp_message again;
	uint8_t *to = malloc(room);
	unsigned left_out, missing = 0;
	const char *why;
	size_t len;

	require(to != NULL);
	len = dhcp_encode(m, to, room, &left_out);
	require(len >= DHCP_MIN_LEN && len <= room);
	require(dhcp_decode(&again, to, len, &why));
	for (unsigned i = 0; i < m->count; i++) {
		uint8_t code = m->order[i];

		if (!message_has(&again, code))
			missing++;
		else
			require(is_same_option(m, &again, code));
	}
	require(missing == left_out);
	require(again.count + missing == m->count);
	if (!left_out)
		check_header(m, &again);
	free(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dhcp_message m;
	const char *why = NULL;

	if (size < 2)
		return 0;
	if (!dhcp_decode(&m, data + 2, size - 2, &why)) {
		require(why && *why);
		return 0;
	}
	show(&m);
	encode(&m, DHCP_MAX_LEN);
	encode(&m, DHCP_DEFAULT_LEN);
	encode(&m, DHCP_MIN_LEN);
	encode(&m, DHCP_MIN_LEN + (size_t)(data[0] << 8 | data[1]) % (DHCP_MAX_LEN - DHCP_MIN_LEN));
	return 0;
}
