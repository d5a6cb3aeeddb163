/* SPDX-License-Identifier: MIT */
/*
 * Decoding takes two walks over the option areas. The first finds each piece and adds up how long an
 * option is, over all its pieces; then each has its place, and the second copies the pieces there:
 * linear however a message is cut up.
 */
#include "packet.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "nodes/common/compiler.h"
#include "nodes/common/writer.h"
#include "option.h"

#define MAGIC_COOKIE 0x63825363u /* RFC 2131, 3: 99, 130, 83, 99 */
#define PIECE_MAX    255

enum { OVERLOAD_FILE = 1, OVERLOAD_SNAME = 2 }; /* RFC 2132, 9.3 */

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

/* ---- options of a message ---------------------------------------------------------------------- */

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

/* open_option() - a place for `len` octets of an option, in which they are put */
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

/* ---- decode ------------------------------------------------------------------------------------ */

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

static void measure_piece(struct dhcp_message *m, uint8_t code, struct reader piece)
{
	if (!m->option[code].is_there)
		m->order[m->count++] = code;
	m->option[code].is_there = true;
	m->option[code].len = (uint16_t)(m->option[code].len + left(&piece));
}

/* place_options() - in the order in which they came; a copy of their pieces fits, for a message does */
static void place_options(struct dhcp_message *m)
{
	for (unsigned i = 0; i < m->count; i++) {
		uint8_t code = m->order[i];

		m->option[code].at = (uint16_t)m->data_len;
		m->data_len += m->option[code].len;
		m->option[code].len = 0; /* the second walk counts again */
	}
}

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
		m->data[0] |= take_u8(&piece) & (OVERLOAD_FILE | OVERLOAD_SNAME);
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
		if (!walk(m, options, fn) || ((overload & OVERLOAD_FILE) && !walk(m, file, fn)) ||
		    ((overload & OVERLOAD_SNAME) && !walk(m, sname, fn)))
			return false;
	}
	if (overload & OVERLOAD_FILE)
		memset(m->file, 0, sizeof(m->file));
	if (overload & OVERLOAD_SNAME)
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
	/* RFC 951, 3: the vendor field is 64 octets of anybody's choice; with the cookie, options */
	if (left(&r) < 4 || take_be32(&r) != MAGIC_COOKIE)
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

/* ---- encode ------------------------------------------------------------------------------------ */

/* encoded_len() - RFC 3396, 7: pieces of at most 255 octets, each with its code and length */
static size_t encoded_len(size_t len)
{
	size_t pieces = len ? (len + PIECE_MAX - 1) / PIECE_MAX : 1;

	return len + 2 * pieces;
}

static bool put_option(struct writer *w, const struct dhcp_message *m, uint8_t code)
{
	struct reader r = message_option(m, code);

	if ((size_t)(w->end - w->at) < encoded_len(left(&r)))
		return false;
	do {
		size_t len = left(&r) < PIECE_MAX ? left(&r) : PIECE_MAX;

		put_u8(w, code);
		put_u8(w, (uint8_t)len);
		put_part(w, take(&r, len), len);
	} while (left(&r));
	return true;
}

/* An area that options can be put into: its last octet is kept for END. */
struct area {
	struct writer w;
	unsigned flag; /* what option 52 says of it; 0: the option field */
	bool used;
};

/* put_options() - each into the first area that has room for it; the number of those that fit nowhere */
static unsigned put_options(const struct dhcp_message *m, struct area *areas, unsigned count)
{
	unsigned left_out = 0;

	for (unsigned i = 0; i < m->count; i++) {
		bool done = m->order[i] == OPT_RELAY_INFO;

		for (unsigned a = 0; a < count && !done; a++) {
			done = put_option(&areas[a].w, m, m->order[i]);
			areas[a].used |= done;
		}
		left_out += !done;
	}
	return left_out;
}

static size_t all_options_len(const struct dhcp_message *m)
{
	size_t len = 0;

	for (unsigned i = 0; i < m->count; i++)
		len += encoded_len(m->option[m->order[i]].len);
	return len;
}

static void encode_header(struct writer *w, const struct dhcp_message *m)
{
	put_u8(w, m->op);
	put_u8(w, m->htype);
	put_u8(w, m->hlen);
	put_u8(w, m->hops);
	put_be32(w, m->xid);
	put_be16(w, m->secs);
	put_be16(w, m->flags);
	put_be32(w, m->ciaddr);
	put_be32(w, m->yiaddr);
	put_be32(w, m->siaddr);
	put_be32(w, m->giaddr);
	put_part(w, m->chaddr, DHCP_HWADDR_LEN);
	put_part(w, m->sname, 64);
	put_part(w, m->file, 128);
}

/* encode_overloaded() - RFC 2131, 4.1: the option field first, then what of file and sname is free.
 * Option 52 stands behind the first option, the message type, where old clients look for it. */
static unsigned encode_overloaded(const struct dhcp_message *m, struct writer *options, uint8_t *to)
{
	struct area areas[3] = { { .w = *options } };
	unsigned count = 1, overload = 0, left_out;
	uint8_t *place = options->at;
	struct dhcp_message rest = *m;

	if (!m->file[0])
		areas[count++] = (struct area){ writer_of(to + 108, 127), OVERLOAD_FILE, false };
	if (!m->sname[0])
		areas[count++] = (struct area){ writer_of(to + 44, 63), OVERLOAD_SNAME, false };
	if (count > 1 && m->count && put_option(&areas[0].w, m, m->order[0])) {
		message_drop(&rest, m->order[0]);
		place = put(&areas[0].w, 3);
	} else {
		count = 1;
	}
	left_out = put_options(&rest, areas, count);
	for (unsigned a = 1; a < count; a++)
		if (areas[a].used) {
			overload |= areas[a].flag;
			*areas[a].w.at = OPT_END;
		}
	if (count > 1 && place)
		memcpy(place, (uint8_t[]){ OPT_OVERLOAD, 1, (uint8_t)overload }, 3);
	if (count > 1 && place && !overload) /* everything did fit: three octets of PAD */
		memset(place, OPT_PAD, 3);
	options->at = areas[0].w.at;
	return left_out;
}

static void pad(struct writer *w, size_t len)
{
	size_t missing = written(w) < len ? len - written(w) : 0;
	uint8_t *p = put(w, missing);

	if (p)
		memset(p, OPT_PAD, missing);
}

size_t dhcp_encode(const struct dhcp_message *m, uint8_t *to, size_t room, unsigned *left_out)
{
	struct writer w = writer_of(to, room);
	size_t relay =
		message_has(m, OPT_RELAY_INFO) ? encoded_len(m->option[OPT_RELAY_INFO].len) : 0;
	bool relay_fits = DHCP_HEADER_LEN + 4 + relay + 1 <= room;

	encode_header(&w, m);
	*left_out = relay && !relay_fits;
	if (m->has_cookie) {
		size_t kept = (relay_fits ? relay : 0) + 1; /* behind the others, and END */

		put_be32(&w, MAGIC_COOKIE);
		w.end -= kept;
		if (m->type == DHCP_BOOTP || all_options_len(m) - relay <= (size_t)(w.end - w.at)) {
			struct area whole = { .w = w };

			*left_out += put_options(m, &whole, 1);
			w.at = whole.w.at;
		} else {
			*left_out += encode_overloaded(m, &w, to);
		}
		w.end += kept;
		if (relay && relay_fits)
			put_option(&w, m, OPT_RELAY_INFO);
		put_u8(&w, OPT_END);
	}
	pad(&w, DHCP_MIN_LEN);
	return written(&w);
}
