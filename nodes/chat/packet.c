/* SPDX-License-Identifier: MIT */
#include "packet.h"

#include "nodes/common/reader.h"
#include "nodes/common/writer.h"

size_t packet_encode(const struct packet *p, uint8_t *data, size_t size)
{
	struct writer w = writer_of(data, size);

	put_be16(&w, PACKET_MAGIC);
	put_u8(&w, (uint8_t)p->type);
	put_u8(&w, p->more ? PACKET_MORE : 0);
	put_be32(&w, p->from);
	put_be32(&w, p->to);
	put_be32(&w, p->seq);
	put_be32(&w, p->ack);
	put_be32(&w, p->client);
	put_part(&w, p->text, p->text_len);
	return w.full ? 0 : written(&w);
}

bool packet_decode(struct packet *p, const uint8_t *data, size_t len)
{
	struct reader r = reader_of(data, len);
	uint16_t magic = take_be16(&r);
	uint8_t type = take_u8(&r), flags = take_u8(&r);

	p->type = (enum packet_type)type;
	p->more = flags & PACKET_MORE;
	p->from = take_be32(&r);
	p->to = take_be32(&r);
	p->seq = take_be32(&r);
	p->ack = take_be32(&r);
	p->client = take_be32(&r);
	p->text_len = left(&r);
	p->text = take(&r, p->text_len);
	return !r.bad && magic == PACKET_MAGIC && type >= PACKET_HELLO && type <= PACKET_ACK &&
	       !(flags & ~PACKET_MORE) && p->from && p->text_len <= PACKET_TEXT_MAX;
}
