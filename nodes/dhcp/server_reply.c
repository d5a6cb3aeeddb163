/* SPDX-License-Identifier: MIT */
/*
 * What an answer holds (RFC 2131, table 3) and where it goes (4.1). The order of options is one
 * that every client reads: type, server, lease, mask, then what it asked for in its own order.
 */
#include <string.h>

#include "server_core.h"

#define INFINITE UINT32_MAX /* RFC 2131, 3.3 */

/* ---- options --------------------------------------------------------------------------------- */

/* subnet_of() - that of its wire which the address is in; else the one that it asked from */
static const struct subnet *subnet_of(const struct request *q, uint32_t address)
{
	for (size_t i = 0; i < q->network->subnet_count; i++)
		if ((address & q->network->subnets[i]->mask) == q->network->subnets[i]->address)
			return q->network->subnets[i];
	return q->subnet;
}

/* settings_of() - a static binding's count for its own address alone */
static const struct settings *settings_of(const struct request *q, uint32_t address)
{
	if (q->binding && q->binding->address == address)
		return &q->binding->settings;
	return &subnet_of(q, address)->settings;
}

/* What goes into an answer besides what the protocol itself says. */
struct content {
	const struct settings *settings;
	const struct subnet *subnet;
	uint32_t seconds;    /* of the lease; 0: there is none */
	bool is_own_address; /* the binding's: its name is the client's */
};

/* renewal_time() and rebinding_time() - RFC 2131, 4.4.5: a half, and seven eighths */
static uint32_t renewal_time(const struct content *c)
{
	uint32_t said = c->settings->renew_s;

	return said && said < c->seconds ? said : c->seconds / 2;
}

static uint32_t rebinding_time(const struct content *c)
{
	uint32_t said = c->settings->rebind_s;

	return said && said < c->seconds && said > renewal_time(c)
		       ? said
		       : (uint32_t)((uint64_t)c->seconds * 7 / 8);
}

/* put_wanted() - one option, if we have something to say about it */
static void put_wanted(struct dhcp_message *out, const struct request *q, const struct content *c,
		       uint8_t code)
{
	const struct parameter *p = settings_parameter(c->settings, code);

	if (message_has(out, code))
		return;
	if (p)
		message_put(out, code, p->data, p->len);
	else if (code == OPT_SUBNET_MASK)
		message_put_u32(out, code, c->subnet->mask);
	else if (code == OPT_BROADCAST_ADDRESS && c->subnet->len < 31)
		message_put_u32(out, code, c->subnet->address | ~c->subnet->mask);
	else if (code == OPT_HOST_NAME && q->binding && c->is_own_address)
		message_put_text(out, code, q->binding->name);
	else if (code == OPT_RENEWAL_TIME && c->seconds && c->seconds != INFINITE)
		message_put_u32(out, code, renewal_time(c));
	else if (code == OPT_REBINDING_TIME && c->seconds && c->seconds != INFINITE)
		message_put_u32(out, code, rebinding_time(c));
}

/* echo() - an option that goes back as it came */
static void echo(struct dhcp_message *out, const struct dhcp_message *in, uint8_t code)
{
	struct reader r = message_option(in, code);

	if (!r.bad)
		message_put(out, code, r.at, left(&r));
}

/* echo_identity() - before what the client asks for, which may not all fit: RFC 6842, 3, and RFC
 * 3011, 2, want these back whatever else there is */
static void echo_identity(struct dhcp_message *out, const struct dhcp_message *in)
{
	if (out->type == DHCP_BOOTP)
		return;
	echo(out, in, OPT_CLIENT_ID);
	echo(out, in, OPT_SUBNET_SELECTION);
}

/* put_parameters() - RFC 2131, 4.3.1: what the client asks for; all there is, if it does not ask.
 * The mask is always there, and before the routers (RFC 2132, 3.3). */
static void put_parameters(struct dhcp_message *out, const struct request *q,
			   const struct content *c)
{
	struct reader list = message_option(q->m, OPT_PARAMETER_LIST);

	put_wanted(out, q, c, OPT_SUBNET_MASK);
	echo_identity(out, q->m);
	if (message_has(q->m, OPT_PARAMETER_LIST))
		while (left(&list)) {
			uint8_t code = take_u8(&list);

			if (code != OPT_PAD && code != OPT_END)
				put_wanted(out, q, c, code);
		}
	else
		for (size_t i = 0; i < c->settings->param_count; i++)
			put_wanted(out, q, c, c->settings->params[i].code);
	put_wanted(out, q, c, OPT_RENEWAL_TIME);
	put_wanted(out, q, c, OPT_REBINDING_TIME);
}

/* ---- the message ----------------------------------------------------------------------------- */

/* begin() - an answer with what it repeats of the request, and says of itself (table 3) */
static struct dhcp_message begin(const struct request *q, enum dhcp_type type)
{
	const struct dhcp_message *in = q->m;
	struct dhcp_message out = { .op = BOOTREPLY,
				    .htype = in->htype,
				    .hlen = in->hlen,
				    .xid = in->xid,
				    .flags = in->flags,
				    .giaddr = in->giaddr,
				    .type = type,
				    .has_cookie = in->has_cookie };

	memcpy(out.chaddr, in->chaddr, sizeof(out.chaddr));
	if (type == DHCP_BOOTP)
		return out;
	message_put_u8(&out, OPT_MESSAGE_TYPE, type);
	message_put_u32(&out, OPT_SERVER_ID, q->server_id);
	return out;
}

static void put_boot_fields(struct dhcp_message *out, const struct settings *s)
{
	out->siaddr = s->next_server;
	if (s->boot_file)
		strncpy(out->file, s->boot_file, sizeof(out->file) - 1);
	if (s->server_name)
		strncpy(out->sname, s->server_name, sizeof(out->sname) - 1);
}

/* room_for() - RFC 2131, 2: 576 octets of an IP datagram, or what the client says that it takes */
static size_t room_for(const struct dhcp_message *in)
{
	size_t max = message_u16(in, OPT_MAX_SIZE);

	if (in->type == DHCP_BOOTP)
		return DHCP_MIN_LEN;
	if (max < 576)
		return DHCP_DEFAULT_LEN;
	return max - 28 < DHCP_MAX_LEN ? max - 28 : DHCP_MAX_LEN;
}

/* is_on_wire() - the client's address is of our wire, and its hardware is known: there is no
 * need to ask by ARP for what may be made up */
static bool is_on_wire(const struct server *s, const struct request *q)
{
	const struct subnet *own = config_subnet(s->config, q->at->address);
	const struct subnet *its = config_subnet(s->config, q->m->ciaddr);

	return own && its && own->network == its->network && q->m->htype == DHCP_ETHERNET &&
	       q->m->hlen == 6;
}

/* RFC 2131, 4.1: the relay; all, for who is refused; the address that the client has; all, if it
 * says that it hears nothing else; or its hardware */
static void address_to(const struct server *s, struct outgoing *o, const struct request *q,
		       const struct dhcp_message *out)
{
	const struct dhcp_message *in = q->m;

	o->iface = q->iface;
	o->src = server_owns(s, q->to) ? q->to : q->at->address; /* as it was asked */
	o->dst = IP4_BROADCAST;
	if (in->giaddr) {
		o->kind = TO_RELAY;
		o->dst = in->giaddr;
	} else if (in->ciaddr && out->type != DHCP_NAK) {
		o->kind = is_on_wire(s, q) ? TO_HARDWARE : TO_CIADDR;
		o->dst = in->ciaddr;
		memcpy(o->hwaddr, in->chaddr, sizeof(o->hwaddr));
	} else if (out->type == DHCP_NAK || (in->flags & DHCP_BROADCAST) ||
		   in->htype != DHCP_ETHERNET || in->hlen != 6) {
		o->kind = TO_ALL;
	} else {
		o->kind = TO_HARDWARE;
		o->dst = out->yiaddr;
		memcpy(o->hwaddr, in->chaddr, sizeof(o->hwaddr));
	}
}

/* send_reply() - counted; where there is no room for one more, it is as if it were lost */
static void send_reply(struct server *s, const struct request *q, struct dhcp_message *out,
		       enum count counted)
{
	struct outgoing *o = outgoing_new(s);
	unsigned left_out;

	if (!o)
		return;
	echo(out, q->m, OPT_RELAY_INFO); /* RFC 3046, 2.2 */
	address_to(s, o, q, out);
	o->len = dhcp_encode(out, o->data, room_for(q->m), &left_out);
	s->counts->n[counted]++;
	if (left_out && out->type != DHCP_BOOTP)
		server_say(s, q, "%u options did not fit into its %zu octets", left_out,
			   room_for(q->m));
}

static void reply_lease(struct server *s, const struct request *q, enum dhcp_type type,
			uint32_t address, uint32_t seconds)
{
	struct dhcp_message out = begin(q, type);
	struct content c = { .settings = settings_of(q, address),
			     .subnet = subnet_of(q, address),
			     .seconds = seconds,
			     .is_own_address = q->binding && q->binding->address == address };

	out.yiaddr = address;
	if (type == DHCP_ACK)
		out.ciaddr = q->m->ciaddr;
	put_boot_fields(&out, c.settings);
	message_put_u32(&out, OPT_LEASE_TIME, seconds);
	put_parameters(&out, q, &c);
	send_reply(s, q, &out, type == DHCP_ACK ? COUNT_ACK : COUNT_OFFER);
}

void reply_offer(struct server *s, const struct request *q, uint32_t address, uint32_t seconds)
{
	char text[IP4_TEXT_LEN];

	server_say(s, q, "DISCOVER, OFFER %s", ip4_format(address, text));
	reply_lease(s, q, DHCP_OFFER, address, seconds);
}

void reply_ack(struct server *s, const struct request *q, uint32_t address, uint32_t seconds)
{
	char text[IP4_TEXT_LEN];

	server_say(s, q, "REQUEST, ACK %s for %u s", ip4_format(address, text), seconds);
	reply_lease(s, q, DHCP_ACK, address, seconds);
}

/* RFC 2131, table 3: type, server, a message and the client's identifier, and nothing else. Through
 * a relay the broadcast bit is set (4.3.2): the client may not hear its address. */
void reply_nak(struct server *s, const struct request *q, const char *why)
{
	struct dhcp_message out = begin(q, DHCP_NAK);

	server_say(s, q, "REQUEST, NAK: %s", why);
	if (out.giaddr)
		out.flags |= DHCP_BROADCAST;
	message_put_text(&out, OPT_MESSAGE, why);
	echo(&out, q->m, OPT_CLIENT_ID);
	send_reply(s, q, &out, COUNT_NAK);
}

/* RFC 2131, 4.3.5: to ciaddr, no lease, no yiaddr */
void reply_inform(struct server *s, const struct request *q)
{
	struct dhcp_message out = begin(q, DHCP_ACK);
	struct content c = { .settings = settings_of(q, q->m->ciaddr),
			     .subnet = subnet_of(q, q->m->ciaddr),
			     .is_own_address = q->binding && q->binding->address == q->m->ciaddr };
	char text[IP4_TEXT_LEN];

	server_say(s, q, "INFORM, ACK to %s", ip4_format(q->m->ciaddr, text));
	out.ciaddr = q->m->ciaddr;
	put_boot_fields(&out, c.settings);
	put_parameters(&out, q, &c);
	send_reply(s, q, &out, COUNT_ACK);
}

/* RFC 1534, 2: as much of the options as a BOOTP reply of 300 octets holds, and none of DHCP's
 * own */
void reply_bootp(struct server *s, const struct request *q, uint32_t address)
{
	struct dhcp_message out = begin(q, DHCP_BOOTP);
	struct content c = { .settings = settings_of(q, address),
			     .subnet = subnet_of(q, address),
			     .is_own_address = q->binding && q->binding->address == address };
	char text[IP4_TEXT_LEN];

	server_say(s, q, "BOOTREQUEST, BOOTREPLY %s", ip4_format(address, text));
	out.yiaddr = address;
	out.ciaddr = q->m->ciaddr;
	put_boot_fields(&out, c.settings);
	put_parameters(&out, q, &c);
	send_reply(s, q, &out, COUNT_BOOTREPLY);
}
