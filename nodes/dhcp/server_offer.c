/* SPDX-License-Identifier: MIT */
/*
 * Which address a client is offered (RFC 2131, 4.3.1), and whether somebody else has it already: an
 * address that this client has not had just now is asked for on its wire first, and the offer waits
 * for nobody to answer. Other clients do not wait.
 */
#include <stdlib.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "server_core.h"

#define OFFER_MS	10000
#define EXHAUSTED_MS	60000
#define PROBES_MAX	1024 /* at a time; offers beyond go out without */
#define PROBE_TRIES	8    /* addresses, one after another, that others turn out to use */
#define OFFERS_MIN	8    /* of a port, however small the pool */
#define OFFERS_FRACTION 4

/* ---- which address --------------------------------------------------------------------------- */

/* is_same_host() - the client, or one that the same static binding identifies: a boot ROM and the
 * system that it loads say different things of the host that they are */
static bool is_same_host(const struct request *q, const struct lease *l)
{
	const struct binding *b = q->binding;
	const struct client *c = l->is.client;

	if (client_is(c, q->client))
		return true;
	if (!b || b->address != l->address || !c)
		return false;
	return (b->has_mac && l->is.mac_len == 6 && memcmp(b->mac.bytes, l->is.mac, 6) == 0) ||
	       (b->client_id && c->is_id && c->len == b->client_id_len &&
		memcmp(c->octets, b->client_id, c->len) == 0);
}

/* is_held_by_other() - offered or leased to another host, or in quarantine */
static bool is_held_by_other(const struct request *q, const struct lease *l)
{
	return l && !lease_is_free(l) && (l->is.state == LEASE_DECLINED || !is_same_host(q, l));
}

bool request_is_on_wire(const struct request *q, uint32_t address)
{
	for (size_t i = 0; i < q->network->subnet_count; i++)
		if (subnet_is_host(q->network->subnets[i], address))
			return true;
	return false;
}

bool request_may_have(const struct server *s, const struct request *q, uint32_t address)
{
	const struct binding *reserved = config_binding_at(s->config, address);
	const struct subnet *subnet = config_subnet(s->config, address);

	if (!subnet || !request_is_on_wire(q, address) ||
	    is_held_by_other(q, leases_at(s->leases, address)))
		return false;
	if (reserved)
		return reserved == q->binding;
	if (server_owns(s, address) || !subnet_has_pool_address(subnet, address))
		return false;
	/* whoever has a static binding is sent there as soon as it is free */
	return !q->binding || is_held_by_other(q, leases_at(s->leases, q->binding->address));
}

static struct lease *lease_of_address(struct server *s, uint32_t address)
{
	return leases_make(s->leases, config_subnet(s->config, address), address);
}

static uint64_t network_size(const struct network *n)
{
	uint64_t size = 0;

	for (size_t i = 0; i < n->subnet_count; i++)
		size += pool_size(n->subnets[i]);
	return size;
}

/* make_room_at_port() - a port has so many addresses and no more; its oldest offer, which nobody
 * has taken, makes way. A flood of made-up clients goes round among its own offers so. False: all
 * it has are leases. */
static bool make_room_at_port(struct server *s, const struct request *q)
{
	uint64_t offers = network_size(q->network) / OFFERS_FRACTION;
	uint32_t limit = q->subnet->settings.limit;
	bool full = limit && q->port->held >= limit;

	if (offers < OFFERS_MIN)
		offers = OFFERS_MIN;
	if (!full && q->port->offered < offers)
		return true;
	if (q->port->offers)
		leases_withdraw(s->leases, q->port->offers, q->now);
	else if (full)
		return false;
	return true;
}

/* from_pools() - an address that nobody has had yet, or the one that is free for the longest
 * time */
static struct lease *from_pools(struct server *s, const struct request *q)
{
	struct lease *oldest = NULL;

	for (size_t i = 0; i < q->network->subnet_count; i++) {
		struct subnet *subnet = q->network->subnets[i];
		uint32_t fresh = leases_fresh(s->leases, subnet);

		if (fresh)
			return leases_make(s->leases, subnet, fresh);
	}
	for (size_t i = 0; i < q->network->subnet_count; i++) {
		struct lease *l = leases_longest_free(s->leases, q->network->subnets[i]);

		if (l && (!oldest || l->is.until < oldest->is.until))
			oldest = l;
	}
	return oldest;
}

/* say_exhausted() - counted each time, said once in a while for each subnet */
static void say_exhausted(struct server *s, const struct request *q)
{
	uint64_t *at = &s->exhausted_at[q->subnet->index];

	s->counts->n[DROP_EXHAUSTED]++;
	if (*at && q->now - *at < EXHAUSTED_MS)
		return;
	*at = q->now;
	server_say(s, q, "no address is left in %s", q->network->name);
}

/* choose() - RFC 2131, 4.3.1, with the static binding in front; NULL: there is none, which is
 * said */
static struct lease *choose(struct server *s, const struct request *q)
{
	uint32_t wanted = message_u32(q->m, OPT_REQUESTED_IP);
	struct lease *l = leases_of(s->leases, q->network, q->client);

	if (q->binding && request_may_have(s, q, q->binding->address))
		return lease_of_address(s, q->binding->address);
	if (l && !lease_is_free(l) && request_may_have(s, q, l->address))
		return l;
	if (!make_room_at_port(s, q)) {
		s->counts->n[DROP_LIMIT]++;
		return NULL;
	}
	if (l && request_may_have(s, q, l->address))
		return l;
	if (wanted && request_may_have(s, q, wanted))
		return lease_of_address(s, wanted);
	l = from_pools(s, q);
	if (!l)
		say_exhausted(s, q);
	return l;
}

/* ---- hold it --------------------------------------------------------------------------------- */

/* is_asked_anew() - 4.3.1: a client that has a lease, asks for any address, and for no time, is
 * told the end that its lease has already */
static bool is_asked_anew(const struct request *q, const struct lease *l)
{
	return l->is.state == LEASE_BOUND && l->is.until != NEVER && is_same_host(q, l) &&
	       (q->m->type == DHCP_DISCOVER || message_has(q->m, OPT_SERVER_ID));
}

static uint32_t seconds_left(const struct lease *l, uint64_t now)
{
	return l->is.until > now ? (uint32_t)((l->is.until - now + 999) / 1000) : 1;
}

uint32_t request_seconds(const struct server *s, const struct request *q, const struct lease *l)
{
	const struct settings *set = &l->subnet->settings;
	const struct lease *own = NULL;
	uint32_t wanted = message_u32(q->m, OPT_LEASE_TIME), seconds;

	if (q->binding && q->binding->address == l->address)
		set = &q->binding->settings;
	else if (q->binding)
		own = leases_at(s->leases, q->binding->address);
	seconds = set->lease_s;
	if (!wanted && l->is.state == LEASE_OFFERED)
		seconds = l->is.granted_s; /* 4.3.1: what the offer said */
	else if (!wanted && is_asked_anew(q, l))
		seconds = seconds_left(l, q->now);
	else if (wanted)
		seconds = wanted < set->min_s	? set->min_s
			  : wanted > set->max_s ? set->max_s
						: wanted;
	/* its static address comes free then: until then, and no longer */
	if (own && own->is.until != NEVER && seconds_left(own, q->now) < seconds)
		seconds = seconds_left(own, q->now);
	return seconds;
}

/* client_name() - option 12, without what a file, a terminal or a shell should not meet; or NULL */
static char *client_name(const struct dhcp_message *m)
{
	struct reader r = message_option(m, OPT_HOST_NAME);
	size_t len = left(&r) < 63 ? left(&r) : 63;
	char *name;

	if (!len)
		return NULL;
	name = xstrndup((const char *)r.at, len);
	for (char *c = name; *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._",
			    *c))
			*c = '?';
	return name;
}

void request_hold(struct server *s, const struct request *q, struct lease *l,
		  enum lease_state state, uint64_t until, uint32_t seconds)
{
	struct reader relay = message_option(q->m, OPT_RELAY_INFO);
	bool is_renewed = l->is.state == LEASE_BOUND && client_is(l->is.client, q->client);
	struct record r = { .state = state,
			    .until = until,
			    .granted_s = seconds,
			    .client = client_copy(q->client),
			    .mac_len = q->m->hlen,
			    .relay_len = left(&relay),
			    .name = client_name(q->m) };

	memcpy(r.mac, q->m->chaddr, sizeof(r.mac));
	if (!r.relay_len && is_renewed) { /* straight to us: it is where it was */
		relay = reader_of(l->is.relay, l->is.relay_len);
		r.relay_len = l->is.relay_len;
	}
	if (r.relay_len)
		r.relay = memcpy(xcalloc(1, r.relay_len), relay.at, r.relay_len);
	if (!r.name && q->binding && q->binding->address == l->address)
		r.name = xstrdup(q->binding->name);
	if (state == LEASE_OFFERED && lease_is_free(l))
		l->is_probed = false;
	leases_put(s->leases, l, &r, state != LEASE_OFFERED);
	if (!is_renewed || q->m->giaddr)
		lease_give_port(s->leases, l, q->port);
}

/* ---- offer it -------------------------------------------------------------------------------- */

/* offer() - of an address that the client does not have yet it is held from now on */
static void offer(struct server *s, const struct request *q, struct lease *l)
{
	uint32_t seconds = request_seconds(s, q, l);

	if (l->is.state != LEASE_BOUND)
		request_hold(s, q, l, LEASE_OFFERED, q->now + OFFER_MS, seconds);
	reply_offer(s, q, l->address, seconds);
}

static struct probe *find_probe(const struct server *s, uint32_t address)
{
	for (struct probe *p = s->probes; p; p = p->next)
		if (p->address == address)
			return p;
	return NULL;
}

/* ask() - whoever has the address: at our wire by ARP, behind a relay by ICMP; false: there is no
 * room */
static bool ask(struct server *s, const struct request *q, uint32_t address)
{
	struct outgoing *o = outgoing_new(s);

	if (!o)
		return false;
	o->kind = q->m->giaddr ? ASK_ICMP : ASK_ARP;
	o->iface = q->iface;
	o->src = q->at->address;
	o->dst = address;
	o->len = 0;
	return true;
}

/* start_probe() - false: the offer goes out now */
static bool start_probe(struct server *s, const struct request *q, struct lease *l,
			const void *data, size_t len, unsigned tries)
{
	struct probe *p;

	if (!s->config->probe_ms || l->is.state == LEASE_BOUND || l->is_probed ||
	    s->probe_count >= PROBES_MAX || !ask(s, q, l->address))
		return false;
	p = xcalloc(1, sizeof(*p));
	p->address = l->address;
	p->until = q->now + s->config->probe_ms;
	p->iface = q->iface;
	p->to = q->to;
	p->tries = tries;
	p->len = len;
	p->data = memcpy(xcalloc(1, len), data, len);
	*s->probes_end = p;
	s->probes_end = &p->next;
	s->probe_count++;
	return true;
}

void probe_free(struct probe *p)
{
	free(p->data);
	free(p);
}

/* probe_take() - out of the list */
static void probe_take(struct server *s, struct probe *p)
{
	struct probe **at = &s->probes;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	if (!*at)
		s->probes_end = at;
	s->probe_count--;
}

/* discover() - `tries`: which address this is that is asked for, one after another */
static void discover(struct server *s, struct request *q, const void *data, size_t len,
		     unsigned tries)
{
	struct lease *l = choose(s, q);
	struct probe *p;

	if (!l)
		return;
	p = l->is.state == LEASE_OFFERED && !l->is_probed ? find_probe(s, l->address) : NULL;
	if (p) { /* it asks again: the answer is under way, to what it has said last */
		s->counts->n[DROP_PROBING]++;
		free(p->data);
		p->data = memcpy(xcalloc(1, len), data, len);
		p->len = len;
		return;
	}
	if (l->is.state != LEASE_BOUND)
		request_hold(s, q, l, LEASE_OFFERED, q->now + OFFER_MS, request_seconds(s, q, l));
	if (!start_probe(s, q, l, data, len, tries))
		offer(s, q, l);
}

void serve_discover(struct server *s, struct request *q, const void *data, size_t len)
{
	discover(s, q, data, len, 1);
}

/* remake() - the request of a probe, as it is by now; false: it has become void */
static bool remake(struct server *s, const struct probe *p, struct dhcp_message *m,
		   struct request *q, uint64_t now)
{
	const char *why;

	return dhcp_decode(m, p->data, p->len, &why) && request_make(s, q, m, p->iface, p->to, now);
}

/* finish_probe() - nobody has answered: the offer goes out, if it is still that client's */
static void finish_probe(struct server *s, struct probe *p, uint64_t now)
{
	struct lease *l = leases_at(s->leases, p->address);
	struct dhcp_message m;
	struct request q;

	if (!remake(s, p, &m, &q, now) || l->is.state != LEASE_OFFERED ||
	    !client_is(l->is.client, q.client))
		return;
	l->is_probed = true;
	offer(s, &q, l);
}

void server_heard(struct server *s, uint32_t address, uint64_t now)
{
	struct probe *p = find_probe(s, address);
	struct lease *l = p ? leases_at(s->leases, address) : NULL;
	struct record r = { .state = LEASE_DECLINED, .until = now + s->config->quarantine_ms };
	struct dhcp_message m;
	struct request q;
	char text[IP4_TEXT_LEN];

	if (!p || l->is.state != LEASE_OFFERED) /* or it is the client itself, who has it by now */
		return;
	probe_take(s, p);
	s->counts->n[COUNT_CONFLICT]++;
	leases_put(s->leases, l, &r, true);
	if (remake(s, p, &m, &q, now)) {
		server_say(s, &q, "%s is in use by somebody else", ip4_format(address, text));
		if (p->tries < PROBE_TRIES)
			discover(s, &q, p->data, p->len, p->tries + 1);
	}
	probe_free(p);
}

uint64_t server_tick(struct server *s, uint64_t now)
{
	uint64_t next = leases_expire(s->leases, now);

	while (s->probes && s->probes->until <= now && s->out_count < OUTGOING_MAX) {
		struct probe *p = s->probes;

		probe_take(s, p);
		finish_probe(s, p, now);
		probe_free(p);
	}
	return s->probes && s->probes->until < next ? s->probes->until : next;
}

/* ---- BOOTP ----------------------------------------------------------------------------------- */

/* RFC 1534, 2 and RFC 951: an address for ever; from the pool only where the configuration says
 * so */
void serve_bootp(struct server *s, struct request *q)
{
	bool is_static = q->binding && request_may_have(s, q, q->binding->address);
	const char *name = q->subnet->settings.server_name;
	struct lease *had = leases_of(s->leases, q->network, q->client), *l;

	if (q->m->sname[0] && name && strcmp(q->m->sname, name) != 0) { /* RFC 951, 7.3 */
		s->counts->n[DROP_OTHER_SERVER]++;
		return;
	}
	if (!is_static && !q->subnet->settings.bootp) {
		s->counts->n[DROP_UNKNOWN_CLIENT]++;
		return;
	}
	l = choose(s, q);
	if (!l)
		return;
	if (had && had != l && had->is.state == LEASE_BOUND) /* it would be held for ever */
		leases_put_state(s->leases, had, LEASE_RELEASED, q->now, true);
	request_hold(s, q, l, LEASE_BOUND, NEVER, UINT32_MAX);
	reply_bootp(s, q, l->address);
}
