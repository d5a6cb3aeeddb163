/* SPDX-License-Identifier: MIT */
/*
 * RIP packets of any octets: the first octet chooses the keys. What is decoded is the same after a
 * round of encoding; what is taken for signed is so with one of the keys; what is signed is good.
 */
#include "fuzzer.h"
#include "nodes/rip/auth.h"
#include "nodes/rip/packet.h"

static const struct rip_key keys[] = {
	{ .kind = RIP_AUTH_MD5, .id = 1, .secret = "secret", .len = 6 },
	{ .kind = RIP_AUTH_SHA256, .id = 2, .secret = "another secret", .len = 14 },
	{ .kind = RIP_AUTH_PLAIN, .id = 0, .secret = "secret", .len = 6 }
};

static void check_packet(const uint8_t *data, size_t len)
{
	struct rip_packet p, q;
	uint8_t again[RIP_PACKET_MAX];
	enum rip_count why = rip_decode(data, len, &p);

	require(why <= RIP_GOOD && *rip_count_name(why));
	require(p.count <= RIP_ENTRIES);
	if (why != RIP_GOOD)
		return;
	require(len == 4 + 20 * p.count);
	require(rip_encode(&p, 0, again) == len);
	require(again[0] == data[0] && again[1] == data[1]);
	require(memcmp(again + 4, data + 4, len - 4) == 0);
	require(rip_decode(again, len, &q) == RIP_GOOD);
	for (size_t i = 0; i < p.count; i++) {
		int n = rip_prefix_len(p.entries[i].mask);

		require(n >= -1 && n <= 32);
		require(rip_natural_len(p.entries[i].address) <= 24);
	}
}

/* check_signing() - what we sign is good, and a digest is not when an octet has changed */
static void check_signing(const struct rip_key *k, const uint8_t *data, size_t len)
{
	uint8_t *packet = calloc(1, RIP_SIGNED_MAX);
	enum rip_auth kind;
	uint32_t sequence;
	size_t signed_len, unsigned_len;

	require(packet != NULL);
	if (len > RIP_PACKET_MAX - 8)
		len = RIP_PACKET_MAX - 8;
	if (len < 24)
		len = 24;
	else
		memcpy(packet, data, len);
	signed_len = unsigned_len = rip_sign(k, 7, packet, len);
	require(signed_len <= RIP_SIGNED_MAX);
	require(rip_verify(k, 1, packet, &unsigned_len, &kind, &sequence));
	require(unsigned_len == len);
	require(k->kind == RIP_AUTH_PLAIN || (sequence == 7 && kind == k->kind));
	packet[len - 1] ^= 1;
	require(k->kind == RIP_AUTH_PLAIN ||
		!rip_verify(k, 1, packet, &signed_len, &kind, &sequence));
	free(packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t count, len;
	enum rip_auth kind;
	uint32_t sequence;
	uint8_t *copy;

	if (!size)
		return 0;
	count = data[0] % 4;
	len = size - 1;
	copy = copy_of(data + 1, len);
	if (rip_verify(keys, count, copy, &len, &kind, &sequence)) {
		require(len <= size - 1);
		require(count || kind == RIP_AUTH_NONE);
		require(kind < RIP_AUTH_MD5 || len + 20 <= size - 1);
	}
	check_packet(copy, len);
	if (count)
		check_signing(&keys[count - 1], copy, size - 1);
	free(copy);
	return 0;
}
