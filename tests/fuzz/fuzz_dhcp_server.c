/* SPDX-License-Identifier: MIT */
/*
 * A script of messages, times and answered probes to a server: the first octet chooses its
 * configuration, each further step is an octet and what belongs to it. After each step the leases
 * have to be what they should be, and no address that somebody was given may be given to somebody
 * else.
 */
#include "fuzzer.h"
#include "nodes/common/compiler.h"
#include "nodes/common/reader.h"
#include "nodes/dhcp/server.h"

#define START	  1700000000000u
#define OUR_NET	  0x0a000100u /* 10.0.1.0/24; relays are at 10.0.2.1 and 10.0.4.1 */
#define OURS	  (OUR_NET + 1)
#define ADDRESSES 1024 /* 10.0.1.0 to 10.0.4.255: all that there is */
#define NOT_SEEN  0
#define FOR_EVER  UINT64_MAX

static const char *const settings[] = {
	"probe: 0\nlease: 100s\n", "probe: 200ms\nlease: {default: 60s, min: 10s, max: 100s}\n",
	"probe: 0\nlimit: 2\nbootp: yes\nrate: 1000000\n",
	"probe: 50ms\nauthoritative: yes\nquarantine: 20s\n"
	"renew: 5s\nrebind: 10s\nlease: 30s\n"
};

static const char subnets[] = "subnets:\n"
			      "  10.0.1.0/24:\n"
			      "    pool: [10.0.1.10-10.0.1.13, 10.0.1.20]\n"
			      "    router: 10.0.1.1\n"
			      "    next-server: 10.0.1.1\n"
			      "    boot-file: boot.img\n"
			      "    options: {224: {hex: '0a 0b'}}\n"
			      "  10.0.2.0/24:\n"
			      "    pool: 10.0.2.10-10.0.2.12\n"
			      "    bootp: yes\n"
			      "  10.0.3.0/24: {pool: 10.0.3.10-10.0.3.11}\n"
			      "  10.0.4.0/24: {router: 10.0.4.1}\n"
			      "shared: {two: [10.0.2.0/24, 10.0.3.0/24]}\n"
			      "static:\n"
			      "  printer: {mac: '02:00:00:00:00:07', address: 10.0.1.7}\n"
			      "  camera: {client-id: '05:06', address: 10.0.1.11, lease: 15s}\n"
			      "  far: {mac: '02:00:00:00:00:01', address: 10.0.4.9}\n"
			      "ignore: ['02:00:00:00:00:06']\n";

/* Who an address was given to, as the wire has seen it. */
struct holder {
	uint64_t until;
	uint8_t mac[6], id[8], id_len;
};

struct world {
	const struct dhcp_config *config;
	struct leases *leases;
	struct server *server;
	struct counts counts;
	struct holder holders[ADDRESSES];
	struct dhcp_message asked; /* by the message of this step */
	uint64_t now;
};

static void ignore_line(void *arg, const char *line, bool is_complaint)
{
	(void)arg;
	(void)is_complaint;
	require(line && *line && !strchr(line, '\n'));
}

/* config_of() - read once: a server does not change it */
static const struct dhcp_config *config_of(uint8_t choice)
{
	static struct dhcp_config *known[ARRAY_SIZE(settings)];
	struct dhcp_config **c = &known[choice % ARRAY_SIZE(settings)];
	struct faults f = { .file = "fuzz.yml" };
	char text[2048];
	int len;

	if (*c)
		return *c;
	len = snprintf(text, sizeof(text), "%s%s", settings[choice % ARRAY_SIZE(settings)],
		       subnets);
	*c = config_parse("fuzz.yml", text, (size_t)len, &f);
	faults_print(&f, stderr);
	require(!f.errors);
	faults_free(&f);
	return *c;
}

/* ---- what is always true --------------------------------------------------------------------- */

/* check_heap() - it is in the heap of its state, where it says, and not before what is earlier */
static void check_heap(const struct lease *l, uint64_t now)
{
	const struct heap *h = l->heap;

	if (!h) {
		require(lease_is_free(l) ? !l->is_in_pool : l->is.until == NEVER);
		return;
	}
	require(l->place.at < h->count && h->places[l->place.at] == &l->place);
	require(l->place.time == l->is.until);
	require(!l->place.at || h->places[(l->place.at - 1) / 2]->time <= l->place.time);
	require(lease_is_free(l) || l->is.until > now);
}

/* check_port() - leases that are held alone have one, and its list and counts agree */
static void check_port(const struct lease *l)
{
	const struct port *p = l->port;
	const struct lease *o;
	unsigned offered = 0;
	bool found = false;

	if (!p)
		return;
	require(l->is.state == LEASE_OFFERED || l->is.state == LEASE_BOUND);
	for (o = p->offers; o; o = o->next_offer) {
		offered++;
		found |= o == l;
		require(o->port == p && *o->offer_at == o && o->is.state == LEASE_OFFERED);
		require(o->next_offer || p->offers_end == &o->next_offer);
	}
	require(offered == p->offered && offered <= p->held);
	require(found == (l->is.state == LEASE_OFFERED));
}

static void check_lease(void *arg, const struct lease *l)
{
	struct world *w = arg;
	bool is_taken = l->is.state == LEASE_OFFERED || l->is.state == LEASE_BOUND;

	require(l->is.state < LEASE_STATE_COUNT && !l->was);
	require(subnet_has_pool_address(l->subnet, l->address) ||
		config_binding_at(w->config, l->address) || l->address == OURS);
	if (is_taken)
		require(l->address != OURS && l->is.client);
	check_heap(l, w->now);
	check_port(l);
}

/* ---- what has been given --------------------------------------------------------------------- */

static struct holder *holder_of(struct world *w, uint32_t address)
{
	require(address - OUR_NET < ADDRESSES);
	return &w->holders[address - OUR_NET];
}

/* is_asking() - has it been given to who asks now? A binding knows a host by its MAC, whoever
 * speaks */
static bool is_asking(const struct world *w, const struct holder *h, bool by_mac)
{
	struct reader id = message_option(&w->asked, OPT_CLIENT_ID);
	size_t len = left(&id) < sizeof(h->id) ? left(&id) : sizeof(h->id);

	if (by_mac && memcmp(h->mac, w->asked.chaddr, 6) == 0)
		return true;
	if (len != h->id_len || (len && memcmp(h->id, id.at, len) != 0))
		return false;
	return len || memcmp(h->mac, w->asked.chaddr, 6) == 0;
}

/* note_asked() - who gives an address back, or declines it, has it no more */
static void note_asked(struct world *w)
{
	uint32_t address = w->asked.type == DHCP_RELEASE ? w->asked.ciaddr
							 : message_u32(&w->asked, OPT_REQUESTED_IP);

	if ((w->asked.type != DHCP_RELEASE && w->asked.type != DHCP_DECLINE) ||
	    address - OUR_NET >= ADDRESSES)
		return;
	if (is_asking(w, holder_of(w, address), config_binding_at(w->config, address)))
		holder_of(w, address)->until = NOT_SEEN;
}

/* note_left() - a client has one address of a network: what it had there before is free */
static void note_left(struct world *w, const struct network *n)
{
	for (uint32_t i = 0; i < ADDRESSES; i++)
		if (w->holders[i].until > w->now && is_asking(w, &w->holders[i], false) &&
		    config_subnet(w->config, OUR_NET + i)->network == n)
			w->holders[i].until = NOT_SEEN;
}

/* note_given() - an address that somebody has goes to nobody else */
static void note_given(struct world *w, const struct dhcp_message *m)
{
	struct holder *h = holder_of(w, m->yiaddr);
	struct reader id = message_option(&w->asked, OPT_CLIENT_ID);
	const struct subnet *s = config_subnet(w->config, m->yiaddr);
	uint32_t seconds = message_u32(m, OPT_LEASE_TIME);

	require(s &&
		(subnet_has_pool_address(s, m->yiaddr) || config_binding_at(w->config, m->yiaddr)));
	require(h->until <= w->now || is_asking(w, h, config_binding_at(w->config, m->yiaddr)));
	if (m->type == DHCP_OFFER)
		return;
	require(m->type == DHCP_BOOTP || seconds);
	note_left(w, s->network);
	h->until = m->type == DHCP_BOOTP || seconds == UINT32_MAX ? FOR_EVER
								  : w->now + seconds * 1000ull;
	memcpy(h->mac, w->asked.chaddr, 6);
	h->id_len = (uint8_t)(left(&id) < sizeof(h->id) ? left(&id) : sizeof(h->id));
	if (h->id_len)
		memcpy(h->id, id.at, h->id_len);
}

/* check_reply() - RFC 2131, table 3 */
static void check_reply(struct world *w, const struct outgoing *o)
{
	static struct dhcp_message m;
	const char *why;

	require(o->len >= DHCP_MIN_LEN && o->len <= DHCP_MAX_LEN);
	require(dhcp_decode(&m, o->data, o->len, &why));
	require(m.op == BOOTREPLY && m.type != DHCP_DISCOVER && m.type != DHCP_REQUEST);
	require(m.type == DHCP_BOOTP || message_has(&m, OPT_SERVER_ID));
	require(!message_has(&m, OPT_REQUESTED_IP) && !message_has(&m, OPT_PARAMETER_LIST) &&
		!message_has(&m, OPT_MAX_SIZE));
	if (m.type == DHCP_NAK)
		require(!m.yiaddr && !message_has(&m, OPT_LEASE_TIME));
	else if (m.yiaddr && w->asked.xid == m.xid)
		note_given(w, &m);
}

/* turn() - the messages leave when the leases are on disk; not at all if that fails */
static void turn(struct world *w, bool disk_fails)
{
	size_t count, changes;
	uint64_t next = server_tick(w->server, w->now);
	const struct outgoing *out = server_output(w->server, &count);

	require(count <= OUTGOING_MAX);
	require(next > w->now || count == OUTGOING_MAX);
	if (disk_fails) {
		leases_undo(w->leases);
	} else {
		leases_changes(w->leases, &changes);
		leases_keep(w->leases);
		for (size_t i = 0; i < count; i++)
			if (out[i].kind < ASK_ARP)
				check_reply(w, &out[i]);
	}
	server_output_done(w->server);
	server_output(w->server, &count);
	require(count == 0);
	if (disk_fails) /* what was undone may have ended long ago */
		leases_expire(w->leases, w->now);
	leases_keep(w->leases);
	leases_walk(w->leases, check_lease, w);
}

/* ---- steps ----------------------------------------------------------------------------------- */

static const uint32_t addresses[] = { 0,	  0x0a00010a, 0x0a00010b, 0x0a00010c,
				      0x0a00010d, 0x0a000114, 0x0a000107, 0x0a00020a,
				      0x0a00020b, 0x0a00020c, 0x0a00030a, 0x0a00030b,
				      0x0a000409, 0x0a000105, 0x0b000001, 0xffffffff };

static uint32_t some_address(uint8_t choice)
{
	return addresses[choice % ARRAY_SIZE(addresses)];
}

static void put_relay(struct dhcp_message *m, uint8_t choice)
{
	uint8_t info[] = { 1, 1, choice & 3, 5, 4, 10, 0, 3, 0, 11, 4, 10, 0, 2, 1 };
	static const size_t lengths[] = { 3, 9, 15, 2 };

	m->giaddr = choice & 8 ? 0x0a000401 : 0x0a000201;
	if (choice & 16)
		message_put(m, OPT_RELAY_INFO, info, lengths[(choice >> 5) & 3]);
}

/* build() - a message as clients send them, more or less: five octets say what is in it */
static struct dhcp_message build(struct reader *r, uint32_t xid)
{
	static const uint32_t servers[] = { 0, OURS, 0x0a000102, 0x0a000201 };
	uint8_t what = take_u8(r), who = take_u8(r), where = take_u8(r), wish = take_u8(r);
	uint8_t more = take_u8(r);
	struct dhcp_message m = { .op = BOOTREQUEST,
				  .htype = DHCP_ETHERNET,
				  .hlen = 6,
				  .xid = xid,
				  .chaddr = { 2, 0, 0, 0, 0, who & 7 },
				  .has_cookie = true,
				  .type = (enum dhcp_type)(what % DHCP_TYPE_COUNT) };

	if (m.type)
		message_put_u8(&m, OPT_MESSAGE_TYPE, (uint8_t)m.type);
	if (who & 16)
		message_put(&m, OPT_CLIENT_ID, (uint8_t[]){ 5, who >> 5 }, 2);
	if (where & 4)
		put_relay(&m, where);
	m.flags = what & 16 ? DHCP_BROADCAST : 0;
	m.ciaddr = what & 32 ? some_address(wish) : 0;
	if (what & 64)
		message_put_u32(&m, OPT_REQUESTED_IP, some_address(wish));
	if (servers[(wish >> 4) & 3])
		message_put_u32(&m, OPT_SERVER_ID, servers[(wish >> 4) & 3]);
	if (more & 1)
		message_put_u32(&m, OPT_LEASE_TIME, more & 2 ? UINT32_MAX : more);
	if (more & 4)
		message_put(&m, OPT_PARAMETER_LIST, "\1\3\6\17\171\340\72\73", 8);
	if (more & 8)
		message_put_u16(&m, OPT_MAX_SIZE, more & 16 ? 300 : 1500);
	if (more & 32)
		message_put_u32(&m, OPT_SUBNET_SELECTION, 0x0a000300);
	if (more & 64)
		message_put_text(&m, OPT_HOST_NAME, "pc$1");
	return m;
}

static void receive(struct world *w, const uint8_t *data, size_t len, uint32_t to)
{
	uint8_t *copy = copy_of(data, len);
	const char *why;

	if (!dhcp_decode(&w->asked, copy, len, &why))
		memset(&w->asked, 0, sizeof(w->asked));
	note_asked(w);
	server_receive(w->server, copy, len, 0, to, w->now);
	free(copy);
}

static void step(struct world *w, struct reader *r, uint32_t xid)
{
	uint8_t what = take_u8(r), to[DHCP_MAX_LEN];
	uint32_t dst = what & 8 ? OURS : IP4_BROADCAST;
	struct dhcp_message m;
	struct reader raw;
	unsigned left_out;
	size_t len;

	w->asked = (struct dhcp_message){ 0 };
	switch (what & 7) {
	default:
		m = build(r, xid);
		len = dhcp_encode(&m, to, sizeof(to), &left_out);
		receive(w, to, len, dst);
		break;
	case 4:
		w->now += take_u8(r) * (what & 16 ? 1000ull : 10ull);
		break;
	case 5:
		server_heard(w->server, some_address(take_u8(r)), w->now);
		break;
	case 6:
		len = take_be16(r) % 1600;
		raw = take_part(r, len < left(r) ? len : left(r));
		receive(w, raw.at, left(&raw), dst);
		break;
	case 7:
		w->now += (uint64_t)take_u8(r) << (what >> 3 & 15);
		break;
	}
	turn(w, what >= 0xf0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct server_iface iface = { "eth0", 2, OURS, { 2, 0, 0, 0, 1, 1 } };
	static const uint32_t own[] = { OURS, 0x7f000001 };
	struct reader r = reader_of(data, size);
	struct world *w = calloc(1, sizeof(*w));
	struct server_self self = { &iface, 1, own, ARRAY_SIZE(own) };

	require(w != NULL);
	w->now = START;
	w->config = config_of(take_u8(&r));
	w->leases = leases_new(w->config);
	w->server = server_new(w->config, w->leases, self, &w->counts,
			       (struct server_log){ ignore_line, NULL });
	for (uint32_t xid = 1; left(&r); xid++)
		step(w, &r, xid);
	server_free(w->server);
	leases_free(w->leases);
	free(w);
	return 0;
}
