/* SPDX-License-Identifier: MIT */
/* What comes from others: RFC 2453, 3.9, with the checks of each packet and each entry. */
#include "router_core.h"

#define NEIGHBOURS_MAX 4096

/* ---- who sent it ----------------------------------------------------------------------------- */

bool iface_has_network(const struct rip_iface *i, uint32_t address)
{
	for (size_t k = 0; k < i->network_count; k++) {
		uint32_t mask = ip4_mask(i->networks[k].len);

		if (!((address ^ i->networks[k].network) & mask))
			return true;
	}
	return false;
}

bool router_has_address(const struct router *r, uint32_t address)
{
	const struct rip_iface *i;

	LIST_FOREACH (i, &r->ifaces, entry)
		for (size_t k = 0; k < i->network_count; k++)
			if (i->networks[k].address == address)
				return true;
	return false;
}

static struct rip_neighbour *find_neighbour(const struct router *r, uint32_t from)
{
	struct prefix p = { ip4_addr(from), 32 };

	return prefix_map_find(r->neighbours, &p);
}

/* neighbour_of() - who has sent something good, a new one too; NULL: there are too many */
static struct rip_neighbour *neighbour_of(struct router *r, const struct rip_iface *i,
					  uint32_t from, uint64_t now)
{
	struct prefix p = { ip4_addr(from), 32 };
	struct rip_neighbour *n = find_neighbour(r, from);

	if (!n && prefix_map_count(r->neighbours) < NEIGHBOURS_MAX)
		n = prefix_map_add(r->neighbours, &p);
	if (!n)
		return NULL;
	if (!n->bit && ~r->bits) {
		n->bit = ~r->bits & -~r->bits; /* the lowest that is free */
		r->bits |= n->bit;
	}
	n->ifindex = i->index;
	n->heard = now;
	return n;
}

/* drop() - counts a packet that is of no use, at its neighbour too, if that is known */
static void drop(struct router *r, const struct rip_iface *i, uint32_t from, enum rip_count why)
{
	struct rip_neighbour *n = find_neighbour(r, from);

	r->counts[why]++;
	if (n)
		n->bad_packets++;
	r->io.dropped(r->io.arg, i, from, why);
}

/* ---- entries --------------------------------------------------------------------------------- */

/* RFC 2453, 3.9.2 and 4.3; where there is no mask it is guessed as RFC 1058, 3.2, has it */
int entry_len(const struct rip_iface *i, const struct rip_entry *e)
{
	unsigned natural = rip_natural_len(e->address);

	if (e->mask)
		return rip_prefix_len(e->mask);
	if (e->address == 0)
		return 0;
	for (size_t k = 0; k < i->network_count; k++) {
		const struct network *n = &i->networks[k];

		/* a subnet of a network that we are in has our mask, if there are no host bits */
		if (!((n->network ^ e->address) & ip4_mask(natural)) && n->len >= natural)
			return e->address & ~ip4_mask(n->len) ? 32 : (int)n->len;
	}
	return e->address & ~ip4_mask(natural) ? 32 : (int)natural;
}

/* check_entry() - RFC 2453, 3.9.2: "is the destination address valid, is the metric valid" */
static enum rip_count check_entry(const struct rip_iface *i, const struct rip_entry *e, int *len)
{
	if (e->family != RIP_AFI_INET)
		return RIP_BAD_FAMILY;
	if (e->metric < 1 || e->metric > RIP_INFINITY)
		return RIP_BAD_METRIC;
	*len = entry_len(i, e);
	if (*len < 0 || e->address & ~ip4_mask((unsigned)*len))
		return RIP_BAD_PREFIX;
	if (e->address == 0 && *len == 0)
		return RIP_GOOD; /* the default route */
	return ip4_is_host(e->address) && *len > 0 ? RIP_GOOD : RIP_BAD_PREFIX;
}

/* is_host_of() - of one of the interface's networks */
static bool is_host_of(const struct rip_iface *i, uint32_t address)
{
	for (size_t k = 0; k < i->network_count; k++) {
		const struct network *n = &i->networks[k];
		uint32_t mask = ip4_mask(n->len), host = address & ~mask;

		if (!((address ^ n->network) & mask))
			return n->len >= 31 || (host && host != ~mask);
	}
	return false;
}

/* next_hop_of() - RFC 2453, 4.4: one that is not directly reachable is as none; 0: it is
 * ourselves */
static uint32_t next_hop_of(const struct router *r, const struct rip_iface *i, uint32_t from,
			    const struct rip_entry *e)
{
	if (!e->next_hop || !is_host_of(i, e->next_hop))
		return from;
	return router_has_address(r, e->next_hop) ? 0 : e->next_hop;
}

/* take_entry() - an entry of a response: to the RIB, or dropped alone (RFC 2453, 3.9.2) */
static void take_entry(struct router *r, struct rip_iface *i, struct rip_neighbour *n,
		       uint32_t from, const struct rip_entry *e, uint64_t now)
{
	int len;
	enum rip_count why = check_entry(i, e, &len);
	struct rip_news news = { .iface = i, .from = from, .neighbour = n->bit };
	unsigned metric = e->metric + i->settings->metric_in;

	if (why != RIP_GOOD) {
		r->counts[why]++;
		n->bad_entries++;
		r->io.dropped(r->io.arg, i, from, why);
		return;
	}
	news.next_hop = next_hop_of(r, i, from, e);
	if (!news.next_hop) /* its way leads through us: it has none for us */
		metric = RIP_INFINITY;
	news.prefix = (struct prefix){ ip4_addr(e->address), (unsigned)len };
	news.metric = (uint8_t)(metric > RIP_INFINITY ? RIP_INFINITY : metric);
	news.tag = e->tag;
	rib_learn(r, &news, now);
}

/* ---- packets --------------------------------------------------------------------------------- */

/* is_received() - RFC 2453, 5.1: the receive switch; a version above 2 goes with 2 */
static bool is_received(const struct rip_iface *i, uint8_t version)
{
	switch (i->settings->receive) {
	case RECEIVE_BOTH:
		return true;
	case RECEIVE_1:
		return version == 1;
	case RECEIVE_2:
		return version >= 2;
	case RECEIVE_NONE:
		break;
	}
	return false;
}

/* is_signed() - rip_verify() with the keys that hold, or with the one that goes on in their
 * place */
static bool is_signed(const struct rip_settings *s, uint32_t seconds, const uint8_t *data,
		      size_t *len, enum rip_auth *kind, uint32_t *sequence)
{
	const struct rip_key *signing = rip_signing_key(s->keys, s->key_count, seconds);

	if (!signing)
		return rip_verify(NULL, 0, data, len, kind, sequence);
	for (const struct rip_key *k = s->keys; k < s->keys + s->key_count; k++)
		if ((k == signing || rip_key_holds(k, seconds)) &&
		    rip_verify(k, 1, data, len, kind, sequence))
			return true;
	return false;
}

/* check_auth() - RFC 4822, 3: signed, and not older than what we had. Version 1 cannot be. */
static enum rip_count check_auth(const struct router *r, const struct rip_iface *i, uint32_t from,
				 const uint8_t *data, size_t *len, uint32_t *sequence, uint64_t now)
{
	const struct rip_settings *s = i->settings;
	const struct rip_neighbour *n;
	enum rip_auth kind;

	*sequence = 0;
	if (*len < 4)
		return RIP_TRUNCATED;
	if (data[1] == 1)
		return s->key_count ? RIP_BAD_AUTH : RIP_GOOD;
	if (!is_signed(s, router_seconds(r, now), data, len, &kind, sequence))
		return RIP_BAD_AUTH;
	n = kind >= RIP_AUTH_MD5 ? find_neighbour(r, from) : NULL;
	return n && *sequence < n->sequence ? RIP_REPLAYED : RIP_GOOD;
}

/* RFC 2453, 3.9.1 */
static enum rip_count take_request(struct router *r, struct rip_iface *i, uint32_t from,
				   uint16_t port, struct rip_packet *p, uint64_t now)
{
	struct rip_asker asker = { i, from, port, p->version };

	/* 4.6: who sends version 2 alone does not answer version 1 */
	if (p->version == 1 && i->settings->send == SEND_2)
		return RIP_BAD_VERSION;

	if (i->settings->send == SEND_NONE)
		return RIP_GOOD; /* 5.1: it sends nothing */
	if (p->count == 0)
		return RIP_BAD_REQUEST;
	if (router_is_busy(r))
		return RIP_TOO_BUSY;
	if (p->count == 1 && p->entries[0].family == 0 && p->entries[0].metric == RIP_INFINITY)
		output_table(r, &asker, now);
	else
		output_answer(r, &asker, p, now);
	return RIP_GOOD;
}

/* RFC 2453, 3.9.2 */
static enum rip_count take_response(struct router *r, struct rip_iface *i, uint32_t from,
				    uint16_t port, const struct rip_packet *p, uint32_t sequence,
				    uint64_t now)
{
	struct rip_neighbour *n;

	if (port != RIP_PORT)
		return RIP_WRONG_PORT;
	if (!iface_has_network(i, from))
		return RIP_WRONG_SOURCE;
	n = neighbour_of(r, i, from, now);
	if (!n)
		return RIP_TOO_MANY;
	n->version = p->version;
	n->sequence = sequence;
	i->ask_again = NEVER;
	for (size_t k = 0; k < p->count; k++)
		take_entry(r, i, n, from, &p->entries[k], now);
	return RIP_GOOD;
}

/* take_packet() - RIP_GOOD, or why all of it is dropped */
static enum rip_count take_packet(struct router *r, struct rip_iface *i, uint32_t from,
				  uint16_t port, const uint8_t *data, size_t len, uint64_t now)
{
	struct rip_packet p;
	enum rip_count why;
	uint32_t sequence;

	if (len >= 2 && data[1] && !is_received(i, data[1]))
		return RIP_BAD_VERSION;
	why = check_auth(r, i, from, data, &len, &sequence, now);
	if (why == RIP_GOOD)
		why = rip_decode(data, len, &p);
	if (why != RIP_GOOD)
		return why;
	if (p.version >= 2 && p.count && p.entries[0].family == RIP_AFI_AUTH) {
		p.count--; /* it was judged */
		for (size_t k = 0; k < p.count; k++)
			p.entries[k] = p.entries[k + 1];
	}
	if (p.command == RIP_REQUEST)
		return take_request(r, i, from, port, &p, now);
	return take_response(r, i, from, port, &p, sequence, now);
}

void router_input(struct router *r, unsigned ifindex, uint32_t from, uint16_t port,
		  const uint8_t *data, size_t len, uint64_t now)
{
	struct rip_iface *i = router_find_iface(r, ifindex);
	enum rip_count why;

	if (!i || !i->up)
		return;
	r->received++;
	i->received++;
	why = router_has_address(r, from) ? RIP_OWN : take_packet(r, i, from, port, data, len, now);
	if (why != RIP_GOOD)
		drop(r, i, from, why);
}
