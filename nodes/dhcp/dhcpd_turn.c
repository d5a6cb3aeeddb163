/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "dhcpd.h"
#include "icmp.h"

#define RETRY_MS 1000 /* after the disk has failed */

uint64_t dhcpd_now(const struct dhcpd *d)
{
	return (uint64_t)((int64_t)clock_ms() + d->clock_offset);
}

/* send_one() - it leaves with the next wire_flush(), and `o` must last until then */
static void send_one(struct dhcpd *d, const struct outgoing *o)
{
	struct wire *w = &d->wires[o->iface];
	static const uint8_t to_all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	switch (o->kind) {
	case TO_RELAY:
		wire_send_routed(&d->routed, o->src, o->dst, DHCP_SERVER_PORT, o->data, o->len);
		break;
	case TO_CIADDR:
		wire_send_routed(&d->routed, o->src, o->dst, DHCP_CLIENT_PORT, o->data, o->len);
		break;
	case TO_HARDWARE:
		wire_send_frame(w, o->hwaddr, o->src, o->dst, o->data, o->len);
		break;
	case TO_ALL:
		wire_send_frame(w, to_all, o->src, IP4_BROADCAST, o->data, o->len);
		break;
	case ASK_ARP:
		wire_ask_arp(w, o->dst);
		break;
	case ASK_ICMP:
		icmp_ask(d->icmp, o->dst);
		break;
	}
}

/* commit() - false: the changes are not on disk, and undone */
static bool commit(struct dhcpd *d)
{
	size_t count;
	struct lease *const *changes = leases_changes(d->leases, &count);

	if (!count)
		return true;
	if (store_write(d->store, changes, count)) {
		leases_keep(d->leases);
		return true;
	}
	log_limited(&d->trouble, "cannot write leases to %s: %s; nobody is answered", d->db_file,
		    store_error(d->store));
	leases_undo(d->leases);
	return false;
}

bool dhcpd_finish_turn(struct dhcpd *d)
{
	size_t count;
	const struct outgoing *out = server_output(d->server, &count);
	bool written = commit(d);

	for (size_t i = 0; written && i < count; i++)
		send_one(d, &out[i]);
	if (!written)
		d->counts.n[DROP_NOT_WRITTEN] += count;
	wire_flush(&d->routed);
	for (size_t i = 0; i < d->wire_count; i++)
		wire_flush(&d->wires[i]);
	server_output_done(d->server);
	return written;
}

/* has_news() - is there something to be written, or to be sent? */
static bool has_news(const struct dhcpd *d)
{
	size_t answers, changes;

	server_output(d->server, &answers);
	leases_changes(d->leases, &changes);
	return answers || changes;
}

void dhcpd_on_turn(void *arg)
{
	struct dhcpd *d = arg;
	uint64_t now = dhcpd_now(d), next;
	bool written;

	do {
		written = dhcpd_finish_turn(d);
		next = server_tick(d->server, now);
	} while (written && has_news(d));
	if (!written && next < now + RETRY_MS)
		next = now + RETRY_MS; /* what ends goes on ending: not until the disk is back */
	watch_stop(d->timer);
	if (next != NEVER)
		watch_start_in(d->timer, next > now ? next - now : 0);
}

void dhcpd_write_counts(struct dhcpd *d)
{
	if (memcmp(&d->counts, &d->written, sizeof(d->counts)) == 0)
		return;
	if (store_write_counts(d->store, &d->counts))
		d->written = d->counts;
}
