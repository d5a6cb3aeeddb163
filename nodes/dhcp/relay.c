/* SPDX-License-Identifier: MIT */
#include "relay.h"

#include <assert.h>
#include <string.h>

#include "nodes/common/compiler.h"
#include "nodes/common/writer.h"

/* Where the fields that a relay changes stand (RFC 2131, figure 1). */
enum { AT_HOPS = 3, AT_GIADDR = 24, AT_OPTIONS = DHCP_HEADER_LEN + 4 };

const char *relay_count_name(enum relay_count c)
{
	static const char *const names[] = {
		[RELAYED_REQUEST] = "requests relayed",
		[RELAYED_REPLY] = "replies relayed",
		[RELAY_DROP_MALFORMED] = "dropped: malformed",
		[RELAY_DROP_HOPS] = "dropped: too many hops",
		[RELAY_DROP_LOOP] = "dropped: has come round",
		[RELAY_DROP_CLIENT_AGENT] = "dropped: a client with option 82",
		[RELAY_DROP_OTHER_AGENT] = "dropped: another relay's option 82",
		[RELAY_DROP_STRANGER] = "dropped: from no server of ours",
		[RELAY_DROP_NOT_OURS] = "dropped: not for this relay",
	};

	static_assert(ARRAY_SIZE(names) == RELAY_COUNT_COUNT, "a count has no name");
	return names[c];
}

/* ---- option 82 ------------------------------------------------------------------------------- */

/* agent_option() - ours, code and length included (RFC 3046, 2.0, 3.1, 3.2); its length */
static size_t agent_option(const struct relay_config *c, unsigned iface, uint8_t *to, size_t room)
{
	const struct relay_iface *i = &c->ifaces[iface];
	const char *circuit = c->circuit_id ? c->circuit_id : i->name;
	size_t remote_len = c->remote_id ? strlen(c->remote_id) : sizeof(i->mac);
	struct writer w = writer_of(to, room);

	put_u8(&w, OPT_RELAY_INFO);
	put_u8(&w, (uint8_t)(4 + strlen(circuit) + remote_len));
	put_u8(&w, RELAY_CIRCUIT_ID);
	put_u8(&w, (uint8_t)strlen(circuit));
	put_part(&w, circuit, strlen(circuit));
	put_u8(&w, RELAY_REMOTE_ID);
	put_u8(&w, (uint8_t)remote_len);
	put_part(&w, c->remote_id ? (const void *)c->remote_id : i->mac, remote_len);
	return w.full ? 0 : written(&w);
}

/* copy_options() - all but option 82, and without END: `w` goes on behind. With `ours` only an
 * option 82 that is equal to it is left out. */
static void copy_options(struct writer *w, struct reader r, const uint8_t *ours, size_t ours_len)
{
	while (left(&r)) {
		const uint8_t *start = r.at;
		uint8_t code = take_u8(&r);
		size_t len;

		if (code == OPT_END)
			return;
		if (code == OPT_PAD) {
			put_u8(w, OPT_PAD);
			continue;
		}
		len = take_u8(&r);
		take(&r, len);
		if (code == OPT_RELAY_INFO &&
		    (!ours || (ours_len == len + 2 && memcmp(start, ours, ours_len) == 0)))
			continue;
		put_part(w, start, len + 2);
	}
}

/* finish() - END and padding; false: it has become too long */
static bool finish(struct writer *w, struct relayed *r)
{
	put_u8(w, OPT_END);
	while (written(w) < DHCP_MIN_LEN)
		put_u8(w, OPT_PAD);
	r->len = written(w);
	return !w->full;
}

/* put_agent_option() - as the last option (RFC 3046, 2.1), in place of what was there. A message
 * that has no room for it goes without. */
static void put_agent_option(const struct relay_config *c, unsigned iface, const uint8_t *data,
			     size_t len, struct relayed *r)
{
	uint8_t option[2 + 255];
	size_t option_len = agent_option(c, iface, option, sizeof(option));
	struct writer w = writer_of(r->data, sizeof(r->data));

	w.at += AT_OPTIONS;
	copy_options(&w, reader_of(data + AT_OPTIONS, len - AT_OPTIONS), NULL, 0);
	put_part(&w, option, option_len);
	if (finish(&w, r))
		return;
	memcpy(r->data + AT_OPTIONS, data + AT_OPTIONS, len - AT_OPTIONS);
	r->len = len;
}

/* strip_agent_option() - ours goes no further than we brought it (RFC 3046, 2.1) */
static void strip_agent_option(const struct relay_config *c, unsigned iface, const uint8_t *data,
			       size_t len, struct relayed *r)
{
	uint8_t option[2 + 255];
	size_t option_len = agent_option(c, iface, option, sizeof(option));
	struct writer w = writer_of(r->data, sizeof(r->data));

	w.at += AT_OPTIONS;
	copy_options(&w, reader_of(data + AT_OPTIONS, len - AT_OPTIONS), option, option_len);
	finish(&w, r);
}

/* ---- to the servers -------------------------------------------------------------------------- */

/* is_own() - is it the address of an interface of ours with clients? `*iface` is which. */
static bool is_own(const struct relay_config *c, uint32_t address, unsigned *iface)
{
	for (size_t i = 0; i < c->iface_count; i++)
		if (c->ifaces[i].address == address) {
			*iface = (unsigned)i;
			return true;
		}
	return false;
}

static void store_be32(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 24);
	at[1] = (uint8_t)(v >> 16);
	at[2] = (uint8_t)(v >> 8);
	at[3] = (uint8_t)v;
}

/* why_not() - a request that is not passed on; or RELAYED_REQUEST */
static enum relay_count why_not(const struct relay_config *c, const struct dhcp_message *m)
{
	bool has_agent = message_has(m, OPT_RELAY_INFO);
	unsigned iface;

	if (m->hops > c->max_hops) /* RFC 1542, 4.1.1 */
		return RELAY_DROP_HOPS;
	if (is_own(c, m->giaddr, &iface))
		return RELAY_DROP_LOOP;
	if (has_agent && !m->giaddr) /* RFC 3046, 2.1: nobody that we trust has put it there */
		return RELAY_DROP_CLIENT_AGENT;
	if (has_agent && c->policy == POLICY_DROP)
		return RELAY_DROP_OTHER_AGENT;
	return RELAYED_REQUEST;
}

enum relay_count relay_request(const struct relay_config *c, unsigned iface, const void *data,
			       size_t len, struct relayed *r)
{
	struct dhcp_message m;
	const char *bad;
	enum relay_count why;
	bool replace;

	if (!dhcp_decode(&m, data, len, &bad) || m.op != BOOTREQUEST)
		return RELAY_DROP_MALFORMED;
	why = why_not(c, &m);
	if (why != RELAYED_REQUEST)
		return why;
	*r = (struct relayed){ .len = len };
	memcpy(r->data, data, len);
	r->data[AT_HOPS]++;
	if (!m.giaddr)
		store_be32(r->data + AT_GIADDR, c->ifaces[iface].address);
	replace = m.giaddr && message_has(&m, OPT_RELAY_INFO) && c->policy == POLICY_REPLACE;
	if (m.has_cookie && c->agent && (!m.giaddr || replace))
		put_agent_option(c, iface, data, len, r);
	return RELAYED_REQUEST;
}

/* ---- to the client --------------------------------------------------------------------------- */

static bool is_server(const struct relay_config *c, uint32_t address)
{
	for (size_t i = 0; i < c->server_count; i++)
		if (c->servers[i] == address)
			return true;
	return false;
}

/* find_client() - RFC 1542, 4.1.2: all, if the client wants that or has no address yet that we
 * could write on a frame; else its hardware */
static void find_client(struct relayed *r, const struct dhcp_message *m)
{
	uint32_t address = m->yiaddr ? m->yiaddr : m->ciaddr;

	r->broadcast = (m->flags & DHCP_BROADCAST) || !address || m->htype != DHCP_ETHERNET ||
		       m->hlen != 6;
	r->to = r->broadcast ? IP4_BROADCAST : address;
	memset(r->hwaddr, 0xff, sizeof(r->hwaddr));
	if (!r->broadcast)
		memcpy(r->hwaddr, m->chaddr, sizeof(r->hwaddr));
}

enum relay_count relay_reply(const struct relay_config *c, uint32_t from, const void *data,
			     size_t len, struct relayed *r)
{
	struct dhcp_message m;
	const char *bad;

	*r = (struct relayed){ .len = len };
	if (!is_server(c, from))
		return RELAY_DROP_STRANGER;
	if (!dhcp_decode(&m, data, len, &bad) || m.op != BOOTREPLY)
		return RELAY_DROP_MALFORMED;
	if (!is_own(c, m.giaddr, &r->iface))
		return RELAY_DROP_NOT_OURS;
	memcpy(r->data, data, len);
	if (m.has_cookie && c->agent && message_has(&m, OPT_RELAY_INFO))
		strip_agent_option(c, r->iface, data, len, r);
	find_client(r, &m);
	return RELAYED_REPLY;
}
