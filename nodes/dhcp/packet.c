/* SPDX-License-Identifier: MIT */
/*
 * Decoding takes two walks over the option areas. The first finds each piece and adds up how long
 * an option is, over all its pieces; then each has its place, and the second copies the pieces
 * there: linear however a message is cut up.
 */
#include "packet.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "nodes/common/compiler.h"
#include "option.h"

const char *dhcp_type_name(enum dhcp_type type)
{
	static const char *const names[] = {
		[DHCP_BOOTP] = "BOOTREQUEST", [DHCP_DISCOVER] = "DISCOVER",
		[DHCP_OFFER] = "OFFER",	      [DHCP_REQUEST] = "REQUEST",
		[DHCP_DECLINE] = "DECLINE",   [DHCP_ACK] = "ACK",
		[DHCP_NAK] = "NAK",	      [DHCP_RELEASE] = "RELEASE",
		[DHCP_INFORM] = "INFORM",
	};

	static_assert(ARRAY_SIZE(names) == DHCP_TYPE_COUNT, "a message type has no name");
	return names[type];
}

/* ---- options of a message -------------------------------------------------------------------- */

bool message_has(const struct dhcp_message *m, uint8_t code)
{
	return m->option[code].is_there;
}

struct reader message_option(const struct dhcp_message *m, uint8_t code)
{
	struct reader r = reader_of(m->data + m->option[code].at, m->option[code].len);

	r.bad = !message_has(m, code);
	return r;
}

uint32_t message_u32(const struct dhcp_message *m, uint8_t code)
{
	struct reader r = message_option(m, code);

	return take_be32(&r);
}

uint16_t message_u16(const struct dhcp_message *m, uint8_t code)
{
	struct reader r = message_option(m, code);

	return take_be16(&r);
}

struct reader suboption_of(struct reader relay, uint8_t code)
{
	while (left(&relay)) {
		uint8_t suboption = take_u8(&relay);
		struct reader value = take_part(&relay, take_u8(&relay));

		if (suboption == code && !value.bad)
			return value;
	}
	return (struct reader){ .bad = true };
}

/* open_option() - a place for `len` octets of an option; NULL: there is no room. What the option
 * had before still takes up its own. */
static uint8_t *open_option(struct dhcp_message *m, uint8_t code, size_t len)
{
	uint8_t *place = m->data + m->data_len;

	if (len > sizeof(m->data) - m->data_len)
		return NULL;
	if (!m->option[code].is_there)
		m->order[m->count++] = code;
	m->option[code].is_there = true;
	m->option[code].at = (uint16_t)m->data_len;
	m->option[code].len = (uint16_t)len;
	m->data_len += len;
	return place;
}

bool message_put(struct dhcp_message *m, uint8_t code, const void *data, size_t len)
{
	uint8_t *place = open_option(m, code, len);

	if (place && len)
		memcpy(place, data, len);
	return place;
}

void message_put_u8(struct dhcp_message *m, uint8_t code, uint8_t v)
{
	message_put(m, code, &v, 1);
}

void message_put_u16(struct dhcp_message *m, uint8_t code, uint16_t v)
{
	uint8_t octets[] = { (uint8_t)(v >> 8), (uint8_t)v };

	message_put(m, code, octets, sizeof(octets));
}

void message_put_u32(struct dhcp_message *m, uint8_t code, uint32_t v)
{
	uint8_t octets[] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8),
			     (uint8_t)v };

	message_put(m, code, octets, sizeof(octets));
}

void message_put_text(struct dhcp_message *m, uint8_t code, const char *text)
{
	message_put(m, code, text, strlen(text));
}

void message_drop(struct dhcp_message *m, uint8_t code)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < m->count; i++)
		if (m->order[i] != code)
			m->order[kept++] = m->order[i];
	m->count = kept;
	m->option[code].is_there = false;
}

const char *dhcp_format_hwaddr(const struct dhcp_message *m, char text[DHCP_HWADDR_TEXT_LEN])
{
	char *to = text;

	*to = '\0';
	for (unsigned i = 0; i < m->hlen && i < DHCP_HWADDR_LEN; i++)
		to += sprintf(to, "%s%02x", i ? ":" : "", m->chaddr[i]);
	return text;
}

/* ---- decode ---------------------------------------------------------------------------------- */

typedef void piece_fn(struct dhcp_message *m, uint8_t code, struct reader piece);

/* walk() - RFC 2132, 2: a code, a length, the value; PAD and END are the code alone */
static bool walk(struct dhcp_message *m, struct reader area, piece_fn *fn)
{
	while (left(&area)) {
		uint8_t code = take_u8(&area);
		struct reader piece;

		if (code == OPT_END)
			break;
		if (code == OPT_PAD)
			continue;
		piece = take_part(&area, take_u8(&area));
		if (piece.bad)
			return false;
		fn(m, code, piece);
	}
	return true;
}

/* measure_piece() - the first walk: which options there are, in their order, and how long */
static void measure_piece(struct dhcp_message *m, uint8_t code, struct reader piece)
{
	if (!m->option[code].is_there)
		m->order[m->count++] = code;
	m->option[code].is_there = true;
	m->option[code].len = (uint16_t)(m->option[code].len + left(&piece));
}

/* place_options() - in the order in which they came; a copy of their pieces fits, for a message
 * does */
static void place_options(struct dhcp_message *m)
{
	for (unsigned i = 0; i < m->count; i++) {
		uint8_t code = m->order[i];

		m->option[code].at = (uint16_t)m->data_len;
		m->data_len += m->option[code].len;
		m->option[code].len = 0; /* the second walk counts again */
	}
}

/* copy_piece() - the second walk: behind what is there of its option */
static void copy_piece(struct dhcp_message *m, uint8_t code, struct reader piece)
{
	size_t len = left(&piece);

	if (len)
		memcpy(m->data + m->option[code].at + m->option[code].len, take(&piece, len), len);
	m->option[code].len = (uint16_t)(m->option[code].len + len);
}

/* find_overload() - option 52, of the option field alone: it says nothing of itself elsewhere */
static void find_overload(struct dhcp_message *m, uint8_t code, struct reader piece)
{
	if (code == OPT_OVERLOAD)
		m->data[0] |= take_u8(&piece) & (DHCP_OVERLOAD_FILE | DHCP_OVERLOAD_SNAME);
}

/* decode_options() - RFC 3396, 5: the areas in the order options, file, sname make one */
static bool decode_options(struct dhcp_message *m, struct reader options)
{
	struct reader file = reader_of(m->file, 128), sname = reader_of(m->sname, 64);
	unsigned overload;

	m->data[0] = 0;
	if (!walk(m, options, find_overload))
		return false;
	overload = m->data[0];
	for (int second = 0; second < 2; second++) {
		piece_fn *fn = second ? copy_piece : measure_piece;

		if (second)
			place_options(m);
		if (!walk(m, options, fn) ||
		    ((overload & DHCP_OVERLOAD_FILE) && !walk(m, file, fn)) ||
		    ((overload & DHCP_OVERLOAD_SNAME) && !walk(m, sname, fn)))
			return false;
	}
	if (overload & DHCP_OVERLOAD_FILE)
		memset(m->file, 0, sizeof(m->file));
	if (overload & DHCP_OVERLOAD_SNAME)
		memset(m->sname, 0, sizeof(m->sname));
	message_drop(m, OPT_OVERLOAD);
	return true;
}

static void take_into(struct reader *r, void *to, size_t len)
{
	const uint8_t *p = take(r, len);

	if (p)
		memcpy(to, p, len);
}

/* decode_header() - RFC 2131, figure 1 */
static bool decode_header(struct dhcp_message *m, struct reader *r)
{
	m->op = take_u8(r);
	m->htype = take_u8(r);
	m->hlen = take_u8(r);
	m->hops = take_u8(r);
	m->xid = take_be32(r);
	m->secs = take_be16(r);
	m->flags = take_be16(r);
	m->ciaddr = take_be32(r);
	m->yiaddr = take_be32(r);
	m->siaddr = take_be32(r);
	m->giaddr = take_be32(r);
	take_into(r, m->chaddr, DHCP_HWADDR_LEN);
	take_into(r, m->sname, 64);
	take_into(r, m->file, 128);
	return !r->bad;
}

bool dhcp_decode(struct dhcp_message *m, const void *data, size_t len, const char **why)
{
	struct reader r = reader_of(data, len);

	memset(m, 0, offsetof(struct dhcp_message, data));
	m->data_len = 0;
	if (len > DHCP_MAX_LEN || !decode_header(m, &r)) {
		*why = len > DHCP_MAX_LEN ? "too long" : "too short";
		return false;
	}
	if (m->hlen > DHCP_HWADDR_LEN || (m->op != BOOTREQUEST && m->op != BOOTREPLY)) {
		*why = m->hlen > DHCP_HWADDR_LEN ? "hlen above 16" : "op is neither 1 nor 2";
		return false;
	}
	/* RFC 951, 3: the vendor field is 64 octets of anybody's choice; with the cookie,
	 * options */
	if (left(&r) < 4 || take_be32(&r) != DHCP_MAGIC_COOKIE)
		return true;
	m->has_cookie = true;
	if (!decode_options(m, r)) {
		*why = "an option reaches past its end";
		return false;
	}
	if (!options_have_good_lengths(m)) {
		*why = "an option has the wrong length";
		return false;
	}
	if (message_has(m, OPT_MESSAGE_TYPE)) {
		r = message_option(m, OPT_MESSAGE_TYPE);
		m->type = take_u8(&r);
		if (m->type == DHCP_BOOTP || m->type >= DHCP_TYPE_COUNT) {
			*why = "no such message type";
			return false;
		}
	}
	return true;
}
