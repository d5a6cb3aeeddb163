/* SPDX-License-Identifier: MIT */
/* The messages of a client (RFC 2131, table 5), and what it reads from a server's (4.4.1). */
#include "client_message.h"

#include <string.h>

#include "nodes/common/inet.h"

#define INFINITE UINT32_MAX

struct dhcp_message client_message(const struct client_config *c, enum dhcp_type type, uint32_t xid,
				   uint16_t secs)
{
	struct dhcp_message m = { .op = BOOTREQUEST,
				  .htype = DHCP_ETHERNET,
				  .hlen = 6,
				  .xid = xid,
				  .secs = secs,
				  .type = type,
				  .has_cookie = true };

	memcpy(m.chaddr, c->mac, sizeof(c->mac));
	if (type == DHCP_BOOTP)
		return m;
	message_put_u8(&m, OPT_MESSAGE_TYPE, type);
	if (c->client_id_len)
		message_put(&m, OPT_CLIENT_ID, c->client_id, c->client_id_len);
	if (type != DHCP_DISCOVER && type != DHCP_REQUEST)
		return m;
	if (c->hostname)
		message_put_text(&m, OPT_HOST_NAME, c->hostname);
	message_put_u16(&m, OPT_MAX_SIZE, c->max_size);
	message_put(&m, OPT_PARAMETER_LIST, c->wanted, c->wanted_len);
	return m;
}

/* is_mask() - ones, then zeroes */
static bool is_mask(uint32_t mask)
{
	uint32_t host = ~mask;

	return mask && (host & (host + 1)) == 0;
}

/* mask_of() - what the server says; else that of the address's class (RFC 950, 2.1) */
static uint32_t mask_of(const struct dhcp_message *m)
{
	uint32_t mask = message_u32(m, OPT_SUBNET_MASK);

	if (is_mask(mask))
		return mask;
	return ip4_mask(m->yiaddr < 0x80000000 ? 8 : m->yiaddr < 0xc0000000 ? 16 : 24);
}

/* set_times() - T1 and T2 as the server has them, if they make sense, else 4.4.5's fractions */
static void set_times(struct grant *g, uint64_t now)
{
	uint64_t lease = g->lease_s * 1000ull;
	uint64_t t1 = message_u32(&g->message, OPT_RENEWAL_TIME) * 1000ull;
	uint64_t t2 = message_u32(&g->message, OPT_REBINDING_TIME) * 1000ull;

	g->renew_at = g->rebind_at = g->end_at = UINT64_MAX;
	if (g->lease_s == INFINITE)
		return;
	if (!t1 || t1 >= t2 || t2 >= lease) {
		t1 = lease / 2;
		t2 = lease / 8 * 7;
	}
	g->renew_at = now + t1;
	g->rebind_at = now + t2;
	g->end_at = now + lease;
}

bool grant_from(struct grant *g, const struct dhcp_message *ack, uint64_t now)
{
	*g = (struct grant){ .address = ack->yiaddr,
			     .server = message_u32(ack, OPT_SERVER_ID),
			     .mask = mask_of(ack),
			     .lease_s = message_u32(ack, OPT_LEASE_TIME),
			     .message = *ack };
	if (ack->type == DHCP_BOOTP)
		g->lease_s = INFINITE;
	else if (!g->server || !g->lease_s)
		return false;
	set_times(g, now);
	return ip4_is_host(g->address);
}
