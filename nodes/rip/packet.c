/* SPDX-License-Identifier: MIT */
#include "packet.h"

#include "nodes/common/inet.h"
#include "nodes/common/reader.h"
#include "nodes/common/writer.h"

#define HEADER_LEN 4
#define ENTRY_LEN  20ul

const char *rip_count_name(enum rip_count c)
{
	static const char *const names[RIP_COUNT_COUNT] = {
		[RIP_TRUNCATED] = "truncated",	     [RIP_OVERSIZED] = "oversized",
		[RIP_BAD_VERSION] = "bad-version",   [RIP_BAD_COMMAND] = "bad-command",
		[RIP_NOT_ZERO] = "not-zero",	     [RIP_WRONG_PORT] = "wrong-port",
		[RIP_WRONG_SOURCE] = "wrong-source", [RIP_OWN] = "own",
		[RIP_BAD_AUTH] = "bad-auth",	     [RIP_REPLAYED] = "replayed",
		[RIP_BAD_FAMILY] = "bad-family",     [RIP_BAD_METRIC] = "bad-metric",
		[RIP_BAD_PREFIX] = "bad-prefix",     [RIP_BAD_REQUEST] = "bad-request",
		[RIP_TOO_MANY] = "too-many",	     [RIP_TOO_BUSY] = "too-busy",
	};

	return c < RIP_COUNT_COUNT ? names[c] : "good";
}

/* RFC 2453, section 4: command, version, must be zero; then entries of 20 octets */
enum rip_count rip_decode(const uint8_t *data, size_t len, struct rip_packet *to)
{
	struct reader r = reader_of(data, len);
	uint16_t unused;

	*to = (struct rip_packet){ .command = take_u8(&r), .version = take_u8(&r) };
	unused = take_be16(&r);
	if (r.bad || left(&r) % ENTRY_LEN)
		return RIP_TRUNCATED;
	if (left(&r) > RIP_ENTRIES * ENTRY_LEN)
		return RIP_OVERSIZED;
	if (to->version == 0)
		return RIP_BAD_VERSION;
	if (to->command != RIP_REQUEST && to->command != RIP_RESPONSE)
		return RIP_BAD_COMMAND;
	for (; left(&r); to->count++) {
		struct rip_entry *e = &to->entries[to->count];

		e->family = take_be16(&r);
		e->tag = take_be16(&r);
		e->address = take_be32(&r);
		e->mask = take_be32(&r);
		e->next_hop = take_be32(&r);
		e->metric = take_be32(&r);
		/* RFC 1058, section 3.1: a message of version 1 with such a field is ignored */
		if (to->version == 1 && (e->tag || e->mask || e->next_hop))
			return RIP_NOT_ZERO;
	}
	return to->version == 1 && unused ? RIP_NOT_ZERO : RIP_GOOD;
}

size_t rip_encode(const struct rip_packet *p, size_t first, uint8_t to[RIP_PACKET_MAX])
{
	struct writer w = writer_of(to, RIP_PACKET_MAX);

	put_u8(&w, p->command);
	put_u8(&w, p->version);
	put_be16(&w, 0);
	put(&w, first);
	for (size_t i = 0; i < p->count; i++) {
		const struct rip_entry *e = &p->entries[i];

		put_be16(&w, e->family);
		put_be16(&w, e->tag);
		put_be32(&w, e->address);
		put_be32(&w, e->mask);
		put_be32(&w, e->next_hop);
		put_be32(&w, e->metric);
	}
	return written(&w);
}

int rip_prefix_len(uint32_t mask)
{
	int len = 0;

	while (len < 32 && mask & 0x80000000u >> len)
		len++;
	return mask == ip4_mask((unsigned)len) ? len : -1;
}

unsigned rip_natural_len(uint32_t address)
{
	if (address == 0)
		return 0;
	if (!(address & 0x80000000u))
		return 8;
	return address & 0x40000000u ? 24 : 16;
}
