/* SPDX-License-Identifier: MIT */
/*
 * Messages of anybody to a relay: the first octets choose its configuration and where the message
 * comes from. What is passed on is a message, not too long, and differs only in what RFC 1542 and
 * RFC 3046 say.
 */
#include "fuzzer.h"
#include "nodes/common/compiler.h"
#include "nodes/dhcp/relay.h"

#define SERVER 0x0a000202u

enum { AT_HOPS = 3, AT_GIADDR = 24, CHOICES = 4 };

static const struct relay_iface ifaces[] = {
	{ "eth0", 0x0a000101, { 2, 0, 0, 0, 0, 1 } },
	{ "eth1", 0x0a000301, { 2, 0, 0, 0, 0, 2 } },
};

/* compare() - all that is not the relay's business is as it was */
static void compare(const uint8_t *in, size_t len, const struct relayed *r, bool is_request)
{
	static struct dhcp_message before, after;
	const char *why;

	require(r->len >= DHCP_HEADER_LEN && r->len <= DHCP_MAX_LEN && len >= DHCP_HEADER_LEN);
	for (size_t i = 0; i < DHCP_HEADER_LEN; i++)
		if (r->data[i] != in[i])
			require(is_request &&
				(i == AT_HOPS || (i >= AT_GIADDR && i < AT_GIADDR + 4)));
	require(dhcp_decode(&before, in, len, &why));
	require(dhcp_decode(&after, r->data, r->len, &why));
	for (unsigned code = 1; code < 255; code++) {
		struct reader x = message_option(&before, (uint8_t)code);
		struct reader y = message_option(&after, (uint8_t)code);

		if (code == OPT_RELAY_INFO)
			continue;
		require(x.bad == y.bad && left(&x) == left(&y));
		require(!left(&x) || memcmp(x.at, y.at, left(&x)) == 0);
	}
	if (is_request)
		require(after.giaddr != 0 && after.hops == (uint8_t)(before.hops + 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t servers[] = { SERVER };
	struct relay_config c = { .ifaces = ifaces,
				  .iface_count = ARRAY_SIZE(ifaces),
				  .servers = servers,
				  .server_count = ARRAY_SIZE(servers) };
	struct relayed *r;
	enum relay_count count;
	uint8_t *copy;

	if (size < CHOICES)
		return 0;
	c.max_hops = 1 + data[0] % 16;
	c.agent = data[1] & 1;
	c.policy = (enum relay_policy)((data[1] >> 1) % 3);
	c.circuit_id = data[1] & 8 ? "circuit" : NULL;
	c.remote_id = data[1] & 16 ? "" : NULL;
	r = malloc(sizeof(*r));
	require(r != NULL);
	copy = copy_of(data + CHOICES, size - CHOICES);
	count = relay_request(&c, data[2] % ARRAY_SIZE(ifaces), copy, size - CHOICES, r);
	require(count < RELAY_COUNT_COUNT && count != RELAYED_REPLY && relay_count_name(count));
	if (count == RELAYED_REQUEST)
		compare(copy, size - CHOICES, r, true);
	count = relay_reply(&c, data[3] & 7 ? SERVER : 0x0a000203, copy, size - CHOICES, r);
	require(count < RELAY_COUNT_COUNT && count != RELAYED_REQUEST);
	if (count == RELAYED_REPLY) {
		require((data[3] & 7) != 0);
		require(r->iface < ARRAY_SIZE(ifaces));
		compare(copy, size - CHOICES, r, false);
	}
	free(copy);
	free(r);
	return 0;
}
