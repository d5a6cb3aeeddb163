/* SPDX-License-Identifier: MIT */
/*
 * A script of messages, times, conflicts and carriers to a client: the first octet chooses its
 * configuration, each further step is an octet and what belongs to it. It never gives more orders
 * than there is room for, what it sends is a message, time always brings it on, and it is
 * configured in the states in which it has a lease.
 */
#include "fuzzer.h"
#include "nodes/common/compiler.h"
#include "nodes/common/reader.h"
#include "nodes/dhcp/client.h"

#define START	1000000u
#define ADDRESS 0x0a000164u
#define SERVER	0x0a000101u
#define TICKS	200 /* that one step may take to come to rest */
#define DAY_MS	86400000ull

struct world {
	struct dhcp_client *client;
	uint64_t now;
	uint32_t xid;	     /* of its last message */
	uint32_t configured; /* the address that the interface has */
	enum dhcp_type sent;
	bool stopped;
};

/* check_message() - RFC 2131, table 5 */
static void check_message(struct world *w, const struct order *o)
{
	static struct dhcp_message m;
	const char *why;

	require(o->len >= DHCP_MIN_LEN && o->len <= DHCP_MAX_LEN);
	require(dhcp_decode(&m, o->data, o->len, &why));
	require(m.op == BOOTREQUEST && !m.yiaddr && !m.giaddr && !m.hops);
	require(m.type != DHCP_OFFER && m.type != DHCP_ACK && m.type != DHCP_NAK);
	require(o->kind == ORDER_BROADCAST || (o->address && m.ciaddr));
	switch (m.type) {
	case DHCP_DISCOVER:
		require(!m.ciaddr && !message_has(&m, OPT_SERVER_ID));
		break;
	case DHCP_REQUEST: /* table 4: it names an address in one way or in the other */
		require(!m.ciaddr == message_has(&m, OPT_REQUESTED_IP));
		require(!m.ciaddr || !message_has(&m, OPT_SERVER_ID));
		break;
	case DHCP_DECLINE:
		require(!m.ciaddr && message_has(&m, OPT_REQUESTED_IP) &&
			message_has(&m, OPT_SERVER_ID));
		break;
	case DHCP_RELEASE:
		require(m.ciaddr && message_has(&m, OPT_SERVER_ID) &&
			!message_has(&m, OPT_REQUESTED_IP));
		break;
	default:
		break;
	}
	if (m.type != DHCP_RELEASE && m.type != DHCP_DECLINE)
		w->xid = m.xid;
	w->sent = m.type;
}

static void obey(struct world *w, const struct order *o)
{
	switch (o->kind) {
	case ORDER_BROADCAST:
	case ORDER_UNICAST:
	case ORDER_RELEASE:
		check_message(w, o);
		break;
	case ORDER_PROBE:
	case ORDER_ANNOUNCE:
		require(o->address != 0);
		break;
	case ORDER_CONFIGURE:
		require(o->reason && dhcp_client_grant(w->client)->address);
		w->configured = dhcp_client_grant(w->client)->address;
		break;
	case ORDER_WITHDRAW:
		require(o->reason != NULL);
		w->configured = 0;
		break;
	case ORDER_LOG:
		require(memchr(o->line, '\0', sizeof(o->line)) && *o->line);
		break;
	case ORDER_REMEMBER:
	case ORDER_FORGET:
	case ORDER_TELL:
		break;
	}
}

/* take_orders() - all that there are; none is left */
static void take_orders(struct world *w)
{
	size_t count;
	const struct order *o = dhcp_client_orders(w->client, &count);

	require(count <= ORDERS_MAX);
	for (size_t i = 0; i < count; i++)
		obey(w, &o[i]);
	dhcp_client_orders_done(w->client);
	dhcp_client_orders(w->client, &count);
	require(count == 0);
}

/* has_lease() - RFC 2131, figure 5: where there is one, the interface has it */
static bool has_lease(enum client_state s)
{
	return s == STATE_BOUND || s == STATE_RENEWING || s == STATE_REBINDING;
}

/* rest() - all that is due now is done, in few steps */
static uint64_t rest(struct world *w)
{
	uint64_t next;
	unsigned ticks = 0;

	take_orders(w);
	while ((next = dhcp_client_tick(w->client, w->now)) <= w->now) {
		take_orders(w);
		require(ticks++ < TICKS);
	}
	take_orders(w);
	require(*client_state_name(dhcp_client_state(w->client)));
	if (has_lease(dhcp_client_state(w->client)))
		require(w->configured && w->configured == dhcp_client_grant(w->client)->address);
	return next;
}

/* ---- steps ----------------------------------------------------------------------------------- */

/* answer() - as a server would, more or less: four octets say what is in it */
static struct dhcp_message answer(struct world *w, struct reader *r)
{
	static const uint32_t leases[] = { 0, 1, 2, 10, 60, 600, 86400, UINT32_MAX, 0x7fffffff };
	uint8_t what = take_u8(r), lease = take_u8(r), times = take_u8(r), other = take_u8(r);
	static const enum dhcp_type types[] = { DHCP_OFFER, DHCP_ACK, DHCP_NAK, DHCP_BOOTP };
	struct dhcp_message m = { .op = BOOTREPLY,
				  .htype = DHCP_ETHERNET,
				  .hlen = 6,
				  .xid = w->xid + (other & 1),
				  .chaddr = { 2, 0, 0, 0, 0, 7 },
				  .yiaddr = other & 2 ? 0 : ADDRESS + ((other >> 2) & 1),
				  .has_cookie = true,
				  .type = types[what & 3] };

	if (m.type)
		message_put_u8(&m, OPT_MESSAGE_TYPE, (uint8_t)m.type);
	if (!(what & 4))
		message_put_u32(&m, OPT_SERVER_ID, what & 8 ? SERVER + 1 : SERVER);
	if (!(what & 16))
		message_put_u32(&m, OPT_LEASE_TIME, leases[lease % ARRAY_SIZE(leases)]);
	if (times & 1)
		message_put_u32(&m, OPT_RENEWAL_TIME,
				leases[(times >> 1 & 15) % ARRAY_SIZE(leases)]);
	if (times & 32)
		message_put_u32(&m, OPT_REBINDING_TIME, leases[(times >> 5) % ARRAY_SIZE(leases)]);
	message_put_u32(&m, OPT_SUBNET_MASK, other & 8 ? 0 : 0xffffff00);
	message_put_u32(&m, OPT_ROUTER, SERVER);
	return m;
}

static void hear(struct world *w, const uint8_t *data, size_t len)
{
	static const uint8_t from[6] = { 0x02, 0, 0, 0, 0xff, 0x01 };
	uint8_t *copy = copy_of(data, len);

	dhcp_client_receive(w->client, copy, len, from, w->now);
	free(copy);
}

static void step(struct world *w, struct reader *r, uint64_t next)
{
	uint8_t what = take_u8(r), to[DHCP_MAX_LEN];
	struct dhcp_message m;
	struct reader raw;
	unsigned left_out;
	size_t len;

	switch (what & 7) {
	case 0:
	case 1:
	case 2:
		m = answer(w, r);
		len = dhcp_encode(&m, to, sizeof(to), &left_out);
		hear(w, to, len);
		break;
	case 3: /* until something is due */
		if (next != UINT64_MAX && next < w->now + 50000 * DAY_MS)
			w->now = next;
		break;
	case 4:
		w->now += (uint64_t)take_u8(r) << (what >> 3);
		break;
	case 5:
		dhcp_client_conflict(w->client, what & 8 ? ADDRESS : w->configured, w->now);
		break;
	case 6:
		len = take_be16(r) % 1600;
		raw = take_part(r, len < left(r) ? len : left(r));
		hear(w, raw.at, left(&raw));
		break;
	case 7:
		if (what & 8)
			dhcp_client_link_down(w->client);
		else if (what & 16)
			dhcp_client_link_up(w->client, w->now);
		else if (what & 32)
			dhcp_client_renew(w->client, w->now);
		else if (what == (7 | 64)) {
			dhcp_client_stop(w->client, true, w->now);
			w->stopped = true;
		}
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t wanted[] = { 1, 3, 6, 121 };
	struct reader r = reader_of(data, size);
	uint8_t choice = take_u8(&r);
	struct client_config c = { .mac = { 2, 0, 0, 0, 0, 7 },
				   .hostname = choice & 1 ? "pc1" : NULL,
				   .client_id = (const uint8_t *)"\1id",
				   .client_id_len = choice & 2 ? 3 : 0,
				   .wanted = wanted,
				   .wanted_len = choice & 4 ? 0 : sizeof(wanted),
				   .probe_ms = choice & 8 ? 0 : 200,
				   .bootp = (choice & 0x70) == 0x70,
				   .seed = choice,
				   .max_size = DHCP_MAX_LEN };
	struct world w = { .client = dhcp_client_new(&c), .now = START };
	uint64_t next;

	dhcp_client_start(w.client, choice & 0x80 ? ADDRESS : 0, w.now);
	next = rest(&w);
	while (left(&r) && !w.stopped) {
		step(&w, &r, next);
		next = rest(&w);
	}
	if (w.stopped)
		require(dhcp_client_state(w.client) == STATE_STOPPED && next == UINT64_MAX);
	dhcp_client_free(w.client);
	return 0;
}
