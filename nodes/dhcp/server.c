/* SPDX-License-Identifier: MIT */
/* A message comes in: who is it, which subnet is it in, and which part of RFC 2131 is about it? */
#include "server.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "server_core.h"

#define HOPS_MAX 16 /* RFC 1542, 4.1.1 */

bool server_owns(const struct server *s, uint32_t address)
{
	for (size_t i = 0; i < s->self.address_count; i++)
		if (s->self.addresses[i] == address)
			return true;
	return false;
}

/* keep_own_addresses() - they are given to nobody, even if a pool has them */
static void keep_own_addresses(struct server *s)
{
	for (size_t i = 0; i < s->self.address_count; i++) {
		uint32_t address = s->self.addresses[i];
		struct subnet *subnet = config_subnet(s->config, address);

		if (subnet)
			leases_keep_back(s->leases, subnet, address);
	}
}

struct server *server_new(const struct dhcp_config *c, struct leases *ls, struct server_self self,
			  struct counts *counts, struct server_log log)
{
	struct server *s = xcalloc(1, sizeof(*s));

	s->config = c;
	s->leases = ls;
	s->self = self;
	s->counts = counts;
	s->log = log;
	s->probes_end = &s->probes;
	s->exhausted_at = xcalloc(c->subnet_count, sizeof(*s->exhausted_at));
	s->out = xcalloc(OUTGOING_MAX, sizeof(*s->out));
	keep_own_addresses(s);
	return s;
}

void server_free(struct server *s)
{
	if (!s)
		return;
	while (s->probes) {
		struct probe *p = s->probes;

		s->probes = p->next;
		probe_free(p);
	}
	free(s->exhausted_at);
	free(s->out);
	free(s);
}

const struct outgoing *server_output(const struct server *s, size_t *count)
{
	*count = s->out_count;
	return s->out;
}

void server_output_done(struct server *s)
{
	s->out_count = 0;
}

struct outgoing *outgoing_new(struct server *s)
{
	return s->out_count < OUTGOING_MAX ? &s->out[s->out_count++] : NULL;
}

static void say(const struct server *s, const struct request *q, bool is_complaint, const char *fmt,
		va_list ap)
{
	char line[512], hwaddr[DHCP_HWADDR_TEXT_LEN];
	int n = snprintf(line, sizeof(line), "%s %s: ", q->at->name,
			 dhcp_format_hwaddr(q->m, hwaddr));

	vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
	s->log.fn(s->log.arg, line, is_complaint);
}

void server_say(const struct server *s, const struct request *q, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(s, q, false, fmt, ap);
	va_end(ap);
}

void server_complain(const struct server *s, const struct request *q, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(s, q, true, fmt, ap);
	va_end(ap);
}

/* ---- who, and where -------------------------------------------------------------------------- */

/* selected_address() - an address of the subnet that the client is in. A relay that cannot put
 * its own there says so in option 82 (RFC 3527); a client for somebody else, in option 118 (RFC
 * 3011). */
static uint32_t selected_address(const struct server *s, const struct request *q)
{
	const struct dhcp_message *m = q->m;
	struct reader link = suboption_of(message_option(m, OPT_RELAY_INFO), RELAY_LINK_SELECTION);
	const struct subnet *own = config_subnet(s->config, q->at->address);

	if (left(&link) == 4)
		return take_be32(&link);
	if (message_has(m, OPT_SUBNET_SELECTION))
		return message_u32(m, OPT_SUBNET_SELECTION);
	if (m->giaddr)
		return m->giaddr;
	/* a renewal comes straight from a client that a relay stood before (RFC 2131, 4.3.2) */
	if (m->ciaddr && q->to == q->at->address &&
	    (!own || (m->ciaddr & own->mask) != own->address))
		return m->ciaddr;
	return q->at->address;
}

/* find_client() - RFC 2131, 4.2: the identifier, or else the hardware address */
static void find_client(struct request *q)
{
	struct reader id = message_option(q->m, OPT_CLIENT_ID);
	size_t len = left(&id);

	q->client = &q->room.client;
	q->client->is_id = len > 0 && len < 256;
	if (q->client->is_id) {
		q->client->len = (uint8_t)len;
		memcpy(q->client->octets, id.at, len);
		return;
	}
	q->client->len = (uint8_t)(q->m->hlen + 1);
	q->client->octets[0] = q->m->htype;
	memcpy(q->client->octets + 1, q->m->chaddr, q->m->hlen);
}

static bool has_ethernet_address(const struct dhcp_message *m)
{
	return m->htype == DHCP_ETHERNET && m->hlen == 6;
}

static void find_binding(const struct server *s, struct request *q)
{
	const struct client *c = q->client;

	q->binding = config_binding_for(s->config, q->network, c->is_id ? c->octets : NULL, c->len,
					has_ethernet_address(q->m) ? q->m->chaddr : NULL);
}

/* server_id_of() - our address as the client can reach it; RFC 5107: as the relay wants it said */
static uint32_t server_id_of(const struct request *q)
{
	struct reader wanted = suboption_of(message_option(q->m, OPT_RELAY_INFO), RELAY_SERVER_ID);

	return left(&wanted) == 4 ? take_be32(&wanted) : q->at->address;
}

bool request_make(struct server *s, struct request *q, const struct dhcp_message *m, unsigned iface,
		  uint32_t to, uint64_t now)
{
	struct reader circuit = suboption_of(message_option(m, OPT_RELAY_INFO), RELAY_CIRCUIT_ID);

	*q = (struct request){
		.m = m, .at = &s->self.ifaces[iface], .iface = iface, .to = to, .now = now
	};
	q->subnet = config_subnet(s->config, selected_address(s, q));
	if (!q->subnet) {
		s->counts->n[DROP_NO_SUBNET]++;
		return false;
	}
	q->network = q->subnet->network;
	q->server_id = server_id_of(q);
	find_client(q);
	find_binding(s, q);
	q->port = leases_port(s->leases, q->network, circuit.at, left(&circuit));
	return true;
}

/* ---- what is not served at all --------------------------------------------------------------- */

/* is_too_fast() - more messages of one hardware address in this second than the configuration
 * lets */
static bool is_too_fast(struct server *s, const struct dhcp_message *m, uint64_t now)
{
	uint32_t hash = 2166136261u; /* FNV-1a */
	size_t slot;

	for (unsigned i = 0; i < m->hlen; i++)
		hash = (hash ^ m->chaddr[i]) * 16777619u;
	slot = hash % RATE_SLOTS;
	if (s->rate[slot].second != now / 1000) {
		s->rate[slot].second = now / 1000;
		s->rate[slot].count = 0;
	}
	return ++s->rate[slot].count > s->config->rate;
}

/* should_drop() - why; or COUNT_COUNT: it is to be served */
static enum count should_drop(struct server *s, const struct dhcp_message *m, uint64_t now)
{
	if (m->op != BOOTREQUEST)
		return DROP_NOT_A_REQUEST;
	if (m->hops > HOPS_MAX)
		return DROP_HOPS;
	if (m->type == DHCP_OFFER || m->type == DHCP_ACK || m->type == DHCP_NAK)
		return DROP_SERVER_MESSAGE;
	if (has_ethernet_address(m) && config_ignores(s->config, m->chaddr))
		return DROP_IGNORED;
	if (is_too_fast(s, m, now))
		return DROP_RATE;
	return COUNT_COUNT;
}

/* serve() - `data` is the message as it came: an offer that waits for a probe is made of it
 * again */
static void serve(struct server *s, struct request *q, const void *data, size_t len)
{
	static const enum count counted[] = {
		[DHCP_BOOTP] = COUNT_BOOTP,	[DHCP_DISCOVER] = COUNT_DISCOVER,
		[DHCP_REQUEST] = COUNT_REQUEST, [DHCP_DECLINE] = COUNT_DECLINE,
		[DHCP_RELEASE] = COUNT_RELEASE, [DHCP_INFORM] = COUNT_INFORM,
	};

	s->counts->n[counted[q->m->type]]++;
	switch (q->m->type) {
	case DHCP_BOOTP:
		serve_bootp(s, q);
		break;
	case DHCP_DISCOVER:
		serve_discover(s, q, data, len);
		break;
	case DHCP_REQUEST:
		serve_request(s, q);
		break;
	case DHCP_DECLINE:
		serve_decline(s, q);
		break;
	case DHCP_RELEASE:
		serve_release(s, q);
		break;
	case DHCP_INFORM:
		serve_inform(s, q);
		break;
	case DHCP_OFFER:
	case DHCP_ACK:
	case DHCP_NAK:
	case DHCP_TYPE_COUNT:
		break; /* dropped before */
	}
}

void server_receive(struct server *s, const void *data, size_t len, unsigned iface, uint32_t to,
		    uint64_t now)
{
	struct dhcp_message m;
	struct request q;
	const char *why;
	enum count drop;

	s->counts->n[COUNT_RECEIVED]++;
	leases_expire(s->leases, now);
	if (!dhcp_decode(&m, data, len, &why)) {
		s->counts->n[DROP_MALFORMED]++;
		q = (struct request){ .m = &m, .at = &s->self.ifaces[iface] };
		server_complain(s, &q, "malformed message dropped: %s", why);
		return;
	}
	drop = should_drop(s, &m, now);
	if (drop != COUNT_COUNT)
		s->counts->n[drop]++;
	else if (request_make(s, &q, &m, iface, to, now))
		serve(s, &q, data, len);
}
