/* SPDX-License-Identifier: MIT */
/*
 * A message as octets. Options that do not fit into their field go into `file` and `sname`; those
 * that are longer than 255 octets are cut into pieces.
 */
#include <string.h>

#include "nodes/common/writer.h"
#include "packet.h"

#define PIECE_MAX 255

/* encoded_len() - RFC 3396, 7: pieces of at most 255 octets, each with its code and length */
static size_t encoded_len(size_t len)
{
	size_t pieces = len ? (len + PIECE_MAX - 1) / PIECE_MAX : 1;

	return len + 2 * pieces;
}

/* put_option() - all its pieces; false: they do not fit, and none is there */
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

/* put_options() - each into the first area that has room for it; the number of those that fit
 * nowhere */
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
 * Option 52 stands behind the message type, where old clients look for it. */
static unsigned encode_overloaded(const struct dhcp_message *m, struct writer *options, uint8_t *to)
{
	struct area areas[3] = { { .w = *options } };
	unsigned count = 1, overload = 0, left_out;
	uint8_t *place = NULL;
	struct dhcp_message rest = *m;

	if (!m->file[0])
		areas[count++] =
			(struct area){ writer_of(to + 108, 127), DHCP_OVERLOAD_FILE, false };
	if (!m->sname[0])
		areas[count++] =
			(struct area){ writer_of(to + 44, 63), DHCP_OVERLOAD_SNAME, false };
	if (count > 1 && message_has(m, OPT_MESSAGE_TYPE) && options->end - options->at >= 3 + 3 &&
	    put_option(&areas[0].w, m, OPT_MESSAGE_TYPE)) {
		message_drop(&rest, OPT_MESSAGE_TYPE);
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
	if (place)
		memcpy(place, (uint8_t[]){ OPT_OVERLOAD, 1, (uint8_t)overload }, 3);
	if (place && !overload) /* nothing did fit there: three octets of PAD */
		memset(place, OPT_PAD, 3);
	options->at = areas[0].w.at;
	return left_out;
}

/* pad() - up to this length, with PAD */
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

		put_be32(&w, DHCP_MAGIC_COOKIE);
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
