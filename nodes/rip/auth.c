/* SPDX-License-Identifier: MIT */
#include "auth.h"

#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <string.h>

#include "nodes/common/reader.h"
#include "nodes/common/writer.h"

#define HEADER_LEN	 4
#define ENTRY_LEN	 20
#define TYPE_PLAIN	 2
#define TYPE_DIGEST	 3
#define TRAILER_HEAD_LEN 4 /* 0xffff, 1 */
#define MD5_KEY_LEN	 16

const char *rip_auth_name(enum rip_auth a)
{
	static const char *const names[] = { "none", "plain", "md5", "sha256" };

	return names[a];
}

size_t rip_auth_room(const struct rip_key *k)
{
	return k ? ENTRY_LEN : 0;
}

bool rip_key_holds(const struct rip_key *k, uint32_t seconds)
{
	return k->from <= seconds && (!k->until || seconds < k->until);
}

const struct rip_key *rip_signing_key(const struct rip_key *keys, size_t count, uint32_t seconds)
{
	const struct rip_key *last = NULL;

	for (size_t i = 0; i < count; i++) {
		if (rip_key_holds(&keys[i], seconds))
			return &keys[i];
		if (keys[i].from <= seconds && (!last || keys[i].until > last->until))
			last = &keys[i];
	}
	return last || !count ? last : keys;
}

static size_t digest_len(const struct rip_key *k)
{
	return k->kind == RIP_AUTH_MD5 ? MD5_DIGEST_SIZE : SHA256_DIGEST_SIZE;
}

/* RFC 2082, 3.2.1: MD5 over the packet, the trailer's head and the key, padded to 16 octets */
static void digest_md5(const struct rip_key *k, const uint8_t *data, size_t len, uint8_t *to)
{
	uint8_t padded[MD5_KEY_LEN] = { 0 };
	struct md5_ctx md5;

	memcpy(padded, k->secret, k->len < sizeof(padded) ? k->len : sizeof(padded));
	md5_init(&md5);
	md5_update(&md5, len, data);
	md5_update(&md5, sizeof(padded), padded);
	md5_digest(&md5, MD5_DIGEST_SIZE, to);
}

/* RFC 4822, section 2.5: HMAC over the packet, the trailer's head and Apad, in place of the digest.
 * A key that is longer than the digest is hashed first, which HMAC does only above its block. */
static void digest_sha256(const struct rip_key *k, const uint8_t *data, size_t len, uint8_t *to)
{
	static const uint8_t pad[4] = { 0x87, 0x8f, 0xe1, 0xf3 };
	uint8_t hashed[SHA256_DIGEST_SIZE];
	struct hmac_sha256_ctx hmac;
	struct sha256_ctx sha;

	if (k->len > SHA256_DIGEST_SIZE) {
		sha256_init(&sha);
		sha256_update(&sha, k->len, k->secret);
		sha256_digest(&sha, sizeof(hashed), hashed);
		hmac_sha256_set_key(&hmac, sizeof(hashed), hashed);
	} else
		hmac_sha256_set_key(&hmac, k->len, k->secret);
	hmac_sha256_update(&hmac, len, data);
	for (size_t i = 0; i < SHA256_DIGEST_SIZE / sizeof(pad); i++)
		hmac_sha256_update(&hmac, sizeof(pad), pad);
	hmac_sha256_digest(&hmac, SHA256_DIGEST_SIZE, to);
}

/* digest() - of this many octets of packet and trailer; `to` has room for digest_len() of them */
static void digest(const struct rip_key *k, const uint8_t *data, size_t len, uint8_t *to)
{
	if (k->kind == RIP_AUTH_MD5)
		digest_md5(k, data, len, to);
	else
		digest_sha256(k, data, len, to);
}

size_t rip_sign(const struct rip_key *k, uint32_t sequence, uint8_t packet[RIP_SIGNED_MAX],
		size_t len)
{
	struct writer w = writer_of(packet + HEADER_LEN, ENTRY_LEN);
	struct writer trailer = writer_of(packet + len, RIP_TRAILER_MAX);

	if (!k)
		return len;
	memset(packet + HEADER_LEN, 0, ENTRY_LEN);
	put_be16(&w, RIP_AFI_AUTH);
	if (k->kind == RIP_AUTH_PLAIN) {
		put_be16(&w, TYPE_PLAIN);
		put_part(&w, k->secret, k->len);
		return len;
	}
	put_be16(&w, TYPE_DIGEST);
	put_be16(&w, (uint16_t)len);
	put_u8(&w, k->id);
	put_u8(&w, (uint8_t)digest_len(k));
	put_be32(&w, sequence);
	put_be16(&trailer, RIP_AFI_AUTH);
	put_be16(&trailer, 1);
	digest(k, packet, len + TRAILER_HEAD_LEN, packet + len + TRAILER_HEAD_LEN);
	return len + TRAILER_HEAD_LEN + digest_len(k);
}

/* is_password() - RFC 2453, 4.1: 16 octets, zeroes behind a shorter one. Its time tells nothing of
 * the secret. */
static bool is_password(const struct rip_key *k, struct reader entry)
{
	uint8_t padded[ENTRY_LEN - 4] = { 0 };
	const uint8_t *sent = take(&entry, sizeof(padded));

	if (k->kind != RIP_AUTH_PLAIN || !sent)
		return false;
	memcpy(padded, k->secret, k->len < sizeof(padded) ? k->len : sizeof(padded));
	return memeql_sec(padded, sent, sizeof(padded));
}

/* What the first entry says of the trailer: RFC 4822, section 2.4 */
struct claim {
	size_t packet_len, digest_len;
	uint8_t id;
	uint32_t sequence;
};

static struct claim take_claim(struct reader entry)
{
	struct claim c = { .packet_len = take_be16(&entry) };

	c.id = take_u8(&entry);
	c.digest_len = take_u8(&entry);
	c.sequence = take_be32(&entry);
	return c;
}

/* is_digest() - some count the 4 octets of the trailer's head into the digest's length */
static bool is_digest(const struct rip_key *k, const struct claim *c, const uint8_t *packet,
		      size_t len)
{
	uint8_t right[SHA256_DIGEST_SIZE];
	struct reader head;

	if (k->kind == RIP_AUTH_PLAIN || k->id != c->id || c->packet_len < HEADER_LEN + ENTRY_LEN ||
	    len != c->packet_len + TRAILER_HEAD_LEN + digest_len(k) ||
	    (c->digest_len != digest_len(k) && c->digest_len != digest_len(k) + TRAILER_HEAD_LEN))
		return false;
	head = reader_of(packet + c->packet_len, TRAILER_HEAD_LEN);
	if (take_be16(&head) != RIP_AFI_AUTH || take_be16(&head) != 1)
		return false;
	digest(k, packet, c->packet_len + TRAILER_HEAD_LEN, right);
	return memeql_sec(right, packet + c->packet_len + TRAILER_HEAD_LEN, digest_len(k));
}

bool rip_verify(const struct rip_key *keys, size_t count, const uint8_t *packet, size_t *len,
		enum rip_auth *kind, uint32_t *sequence)
{
	struct reader r = reader_of(packet, *len);
	struct claim c;
	uint16_t family, type;

	*kind = RIP_AUTH_NONE;
	*sequence = 0;
	take(&r, HEADER_LEN);
	family = take_be16(&r);
	type = take_be16(&r);
	if (r.bad || family != RIP_AFI_AUTH)
		return count == 0;
	c = take_claim(r);
	for (size_t i = 0; i < count; i++) {
		if (type == TYPE_PLAIN && is_password(&keys[i], r))
			return true;
		if (type == TYPE_DIGEST && is_digest(&keys[i], &c, packet, *len)) {
			*kind = keys[i].kind;
			*len = c.packet_len;
			*sequence = c.sequence;
			return true;
		}
	}
	return false;
}
