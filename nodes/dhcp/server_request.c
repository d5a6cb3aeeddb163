/* SPDX-License-Identifier: MIT */
/* RFC 2131, 4.3.2 to 4.3.5: what a client says about an address that it has been offered, or
 * has. */
#include "server_core.h"

/* is_ours() - does option 54 name us? */
static bool is_ours(const struct server *s, const struct request *q)
{
	uint32_t id = message_u32(q->m, OPT_SERVER_ID);

	return id == q->server_id || server_owns(s, id);
}

/* give_back() - an address of this client is free again */
static void give_back(struct server *s, struct lease *l, uint64_t now)
{
	if (l->is.state == LEASE_BOUND)
		leases_put_state(s->leases, l, LEASE_RELEASED, now, true);
	else if (l->is.state == LEASE_OFFERED)
		leases_withdraw(s->leases, l, now);
}

/* bind_lease() - the lease is the client's; another address of the network that it had is free */
static void bind_lease(struct server *s, struct request *q, uint32_t address)
{
	struct lease *had = leases_of(s->leases, q->network, q->client);
	struct lease *l = leases_make(s->leases, config_subnet(s->config, address), address);
	uint32_t seconds = request_seconds(s, q, l);

	if (had && had != l)
		give_back(s, had, q->now);
	request_hold(s, q, l, LEASE_BOUND, q->now + seconds * 1000ull, seconds);
	reply_ack(s, q, address, seconds);
}

/* may_bind() - is the address one that the client can be given, and has its port room for one more?
 * What it holds already it keeps, or gives back for this one. */
static bool may_bind(const struct server *s, const struct request *q, uint32_t address)
{
	const struct lease *had = leases_of(s->leases, q->network, q->client);
	uint32_t limit = q->subnet->settings.limit;

	if (!request_may_have(s, q, address))
		return false;
	return !limit || q->port->held < limit || (had && !lease_is_free(had)) ||
	       (q->binding && q->binding->address == address);
}

/* SELECTING: an answer to an offer. Another server's was taken: ours is free at once (3.1, step
 * 4). */
static void serve_selecting(struct server *s, struct request *q)
{
	uint32_t wanted = message_u32(q->m, OPT_REQUESTED_IP);
	struct lease *l = leases_of(s->leases, q->network, q->client);

	if (!is_ours(s, q)) {
		if (l && l->is.state == LEASE_OFFERED)
			give_back(s, l, q->now);
		s->counts->n[DROP_OTHER_SERVER]++;
	} else if (!wanted) {
		s->counts->n[DROP_NO_ADDRESS]++;
	} else if (may_bind(s, q, wanted)) {
		bind_lease(s, q, wanted);
	} else {
		reply_nak(s, q, "the address is not available");
	}
}

/* is_known() - the client's own, by a lease that still runs, or that has run out and is still
 * there */
static bool is_known(const struct lease *l, const struct request *q, uint32_t address)
{
	return l && l->address == address && client_is(l->is.client, q->client) &&
	       (l->is.state == LEASE_BOUND || l->is.state == LEASE_EXPIRED ||
		l->is.state == LEASE_OFFERED);
}

/* serve_known_address() - INIT-REBOOT, RENEWING and REBINDING: the client has the address, it says.
 * A wrong network is refused, and the use of another client's address; a client that is not known
 * may be another server's, so it gets no answer (4.3.2), unless the configuration says that there
 * is none. */
static void serve_known_address(struct server *s, struct request *q, uint32_t address)
{
	const struct lease *l = leases_of(s->leases, q->network, q->client);
	const struct lease *there = leases_at(s->leases, address);
	bool is_static = q->binding && q->binding->address == address;

	if (!request_is_on_wire(q, address))
		reply_nak(s, q, "the address is of another network");
	else if (is_known(l, q, address) || is_static)
		if (may_bind(s, q, address))
			bind_lease(s, q, address);
		else
			reply_nak(s, q, "the address is no longer available");
	else if (l && l->is.state == LEASE_BOUND)
		reply_nak(s, q, "the client has another address");
	else if (q->m->ciaddr && there && there->is.state == LEASE_BOUND)
		reply_nak(s, q, "the address is another client's");
	else if (s->config->authoritative)
		reply_nak(s, q, "the client is not known");
	else
		s->counts->n[DROP_UNKNOWN_CLIENT]++;
}

/* Table 4 tells the states of the client apart. */
void serve_request(struct server *s, struct request *q)
{
	uint32_t wanted = message_u32(q->m, OPT_REQUESTED_IP);

	if (message_has(q->m, OPT_SERVER_ID))
		serve_selecting(s, q);
	else if (wanted && !q->m->ciaddr)
		serve_known_address(s, q, wanted);
	else if (q->m->ciaddr)
		serve_known_address(s, q, q->m->ciaddr);
	else
		s->counts->n[DROP_NO_ADDRESS]++;
}

/* own_lease() - the lease that the message is about, if it is this client's, from us; NULL:
 * counted */
static struct lease *own_lease(struct server *s, const struct request *q, uint32_t address)
{
	struct lease *l = leases_at(s->leases, address);

	if (message_has(q->m, OPT_SERVER_ID) && !is_ours(s, q)) {
		s->counts->n[DROP_OTHER_SERVER]++;
		return NULL;
	}
	if (l && (l->is.state == LEASE_BOUND || l->is.state == LEASE_OFFERED) &&
	    client_is(l->is.client, q->client))
		return l;
	s->counts->n[DROP_NOT_ITS_ADDRESS]++;
	return NULL;
}

/* RFC 2131, 4.3.3: somebody else uses the address */
void serve_decline(struct server *s, struct request *q)
{
	uint32_t address = message_u32(q->m, OPT_REQUESTED_IP);
	struct lease *l = own_lease(s, q, address);
	char text[IP4_TEXT_LEN];

	if (!l)
		return;
	server_say(s, q, "DECLINE %s: somebody else uses it", ip4_format(address, text));
	s->counts->n[COUNT_CONFLICT]++;
	leases_put_state(s->leases, l, LEASE_DECLINED, q->now + s->config->quarantine_ms, true);
}

/* RFC 2131, 4.3.4: the address is free, and remembered as this client's */
void serve_release(struct server *s, struct request *q)
{
	struct lease *l = own_lease(s, q, q->m->ciaddr);
	char text[IP4_TEXT_LEN];

	if (!l)
		return;
	server_say(s, q, "RELEASE %s", ip4_format(l->address, text));
	give_back(s, l, q->now);
}

void serve_inform(struct server *s, struct request *q)
{
	if (q->m->ciaddr)
		reply_inform(s, q);
	else
		s->counts->n[DROP_NO_ADDRESS]++;
}
