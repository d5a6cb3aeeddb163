/* SPDX-License-Identifier: MIT */
#include "packet.h"

#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <string.h>

#include "nodes/common/reader.h"
#include "nodes/common/writer.h"

#define MAGIC_CLIENT 0x5643
#define MAGIC_SERVER 0x5653
#define SIGNED_PART  19 /* what the HMAC covers */
#define HMAC_LEN     16

const char *hub_count_name(enum hub_count c)
{
	static const char *const names[HUB_COUNT_COUNT] = {
		[HUB_BAD_LENGTH] = "bad-length",   [HUB_UNKNOWN_TYPE] = "unknown-type",
		[HUB_BAD_ADDRESS] = "bad-address", [HUB_NOT_OWNER] = "not-owner",
		[HUB_BAD_AUTH] = "bad-auth",	   [HUB_REPLAYED] = "replayed",
		[HUB_UNSIGNED] = "unsigned",	   [HUB_TOO_MANY] = "too-many-clients",
	};

	return c < HUB_COUNT_COUNT ? names[c] : "good";
}

/* sign() - HMAC-SHA-256 (RFC 2104), the first 16 octets of it (section 5) */
static void sign(const struct hub_key *k, const uint8_t *data, uint8_t to[HMAC_LEN])
{
	struct hmac_sha256_ctx hmac;

	hmac_sha256_set_key(&hmac, k->len, k->secret);
	hmac_sha256_update(&hmac, SIGNED_PART, data);
	hmac_sha256_digest(&hmac, HMAC_LEN, to);
}

/* is_signed_by() - in this role, too: what we have said ourselves is nothing that we take */
static bool is_signed_by(const struct hub_key *k, enum hub_role sender, const uint8_t *data)
{
	struct reader magic = reader_of(data + HUB_PLAIN_LEN, 2);
	uint8_t right[HMAC_LEN];

	sign(k, data, right);
	return take_be16(&magic) == (sender == HUB_CLIENT ? MAGIC_CLIENT : MAGIC_SERVER) &&
	       memeql_sec(right, data + SIGNED_PART, HMAC_LEN);
}

static bool is_known(uint8_t type)
{
	return type == HUB_ADD || type == HUB_DELETE || (type >= HUB_HELLO && type <= HUB_BYE);
}

enum hub_count hub_decode(const uint8_t *data, size_t len, const struct hub_key *k,
			  enum hub_role sender, struct hub_datagram *to, bool *is_signed)
{
	struct reader r = reader_of(data, len);

	to->type = take_u8(&r);
	to->field = take_be32(&r);
	*is_signed = len == HUB_SIGNED_LEN && k->len;
	if (len != HUB_PLAIN_LEN && !*is_signed)
		return HUB_BAD_LENGTH;
	if (*is_signed && !is_signed_by(k, sender, data))
		return HUB_BAD_AUTH;
	return is_known(to->type) ? HUB_GOOD : HUB_UNKNOWN_TYPE;
}

enum hub_count hub_accept(struct hub_session *s, const uint8_t *data, bool *gap)
{
	struct reader r = reader_of(data + HUB_PLAIN_LEN + 2, 12);
	uint32_t epoch = take_be32(&r);
	uint64_t sequence = take_be32(&r);

	sequence = sequence << 32 | take_be32(&r);
	*gap = false;
	if (epoch < s->epoch_in)
		return HUB_REPLAYED;
	if (epoch > s->epoch_in)
		s->sequence_in = 0;
	else if (sequence <= s->sequence_in)
		return HUB_REPLAYED;
	*gap = sequence != s->sequence_in + 1;
	s->epoch_in = epoch;
	s->sequence_in = sequence;
	return HUB_GOOD;
}

size_t hub_encode(const struct hub_datagram *d, const struct hub_key *k, enum hub_role sender,
		  struct hub_session *s, uint8_t to[HUB_SIGNED_LEN])
{
	struct writer w = writer_of(to, HUB_SIGNED_LEN);

	put_u8(&w, d->type);
	put_be32(&w, d->field);
	if (!k)
		return written(&w);
	s->sequence_out++;
	put_be16(&w, sender == HUB_CLIENT ? MAGIC_CLIENT : MAGIC_SERVER);
	put_be32(&w, s->epoch_out);
	put_be32(&w, (uint32_t)(s->sequence_out >> 32));
	put_be32(&w, (uint32_t)s->sequence_out);
	sign(k, to, put(&w, HMAC_LEN));
	return written(&w);
}

uint32_t hub_hash(uint32_t address, uint32_t id)
{
	uint32_t x = address ^ id;

	x ^= x >> 16;
	x *= 0x85ebca6b;
	x ^= x >> 13;
	x *= 0xc2b2ae35;
	return x ^ x >> 16;
}
