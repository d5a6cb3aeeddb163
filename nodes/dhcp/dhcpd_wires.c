/* SPDX-License-Identifier: MIT */
/* What comes at each interface is read, as long as there is room for answers, and served. */
#include <string.h>

#include "dhcpd.h"
#include "icmp.h"
#include "nodes/common/mem.h"

/* What a callback of an interface needs. */
struct wire_watch {
	struct dhcpd *d;
	unsigned iface;
	struct watch *udp, *frames, *nobody;
};

static void on_datagrams(void *arg)
{
	const struct wire_watch *w = arg;
	struct dhcpd *d = w->d;
	struct datagram list[WIRE_BATCH];
	uint64_t now = dhcpd_now(d);
	size_t waiting, count;

	server_output(d->server, &waiting);
	count = wire_receive(&d->wires[w->iface], list, OUTGOING_MAX - waiting);
	for (size_t i = 0; i < count; i++)
		server_receive(d->server, list[i].data, list[i].len, w->iface, list[i].to, now);
}

/* is_for_us() - what a UDP socket would get: an address of this machine's, or the subnet's
 * broadcast */
static bool is_for_us(const struct dhcpd *d, unsigned iface, uint32_t to)
{
	const struct subnet *s = config_subnet(d->config, d->wires[iface].address);

	for (size_t i = 0; i < d->address_count; i++)
		if (d->addresses[i] == to)
			return true;
	return s && to == (s->address | ~s->mask);
}

static void on_datagram_from_nobody(void *arg)
{
	const struct wire_watch *w = arg;
	struct dhcpd *d = w->d;
	struct datagram in;
	size_t waiting;

	server_output(d->server, &waiting);
	if (waiting < OUTGOING_MAX && wire_receive_from_nobody(&d->wires[w->iface], &in) &&
	    in.len && is_for_us(d, w->iface, in.to))
		server_receive(d->server, in.data, in.len, w->iface, in.to, dhcpd_now(d));
}

/* on_arp() - as long as there is room for what the server says to it; on_icmp() likewise */
static void on_arp(void *arg)
{
	const struct wire_watch *w = arg;
	struct dhcpd *d = w->d;
	uint32_t address;
	size_t waiting;

	do {
		if (!wire_receive_arp(&d->wires[w->iface], &address))
			return;
		if (address)
			server_heard(d->server, address, dhcpd_now(d));
		server_output(d->server, &waiting);
	} while (waiting < OUTGOING_MAX);
}

static void on_icmp(void *arg)
{
	struct dhcpd *d = arg;
	uint32_t address;
	size_t waiting;

	do {
		if (!icmp_receive(d->icmp, &address))
			return;
		if (address)
			server_heard(d->server, address, dhcpd_now(d));
		server_output(d->server, &waiting);
	} while (waiting < OUTGOING_MAX);
}

void dhcpd_open_wires(struct dhcpd *d, char **names, size_t count)
{
	d->wires = xcalloc(count, sizeof(*d->wires));
	d->ifaces = xcalloc(count, sizeof(*d->ifaces));
	d->watches = xcalloc(count, sizeof(*d->watches));
	for (size_t i = 0; i < count; i++) {
		struct wire *w = &d->wires[i];

		wire_open(w, names[i]);
		d->ifaces[i] = (struct server_iface){ .index = w->index, .address = w->address };
		memcpy(d->ifaces[i].name, w->name, sizeof(w->name));
		memcpy(d->ifaces[i].mac, w->mac, sizeof(w->mac));
	}
	d->wire_count = count;
	wire_open_routed(&d->routed);
	d->icmp = icmp_open();
}

void dhcpd_watch_wires(struct dhcpd *d)
{
	for (size_t i = 0; i < d->wire_count; i++) {
		struct wire_watch *w = &d->watches[i];

		*w = (struct wire_watch){ .d = d, .iface = (unsigned)i };
		w->udp = loop_on_readable(d->loop, d->wires[i].udp, on_datagrams, w);
		w->frames = loop_on_readable(d->loop, d->wires[i].frames, on_arp, w);
		w->nobody =
			loop_on_readable(d->loop, d->wires[i].nobody, on_datagram_from_nobody, w);
		watch_start(w->nobody);
		watch_start(w->udp);
		watch_start(w->frames);
	}
	d->icmp_readable = loop_on_readable(d->loop, d->icmp, on_icmp, d);
	watch_start(d->icmp_readable);
}

void dhcpd_close_wires(struct dhcpd *d)
{
	for (size_t i = 0; i < d->wire_count; i++) {
		watch_free(d->watches[i].udp);
		watch_free(d->watches[i].frames);
		watch_free(d->watches[i].nobody);
		wire_close(&d->wires[i]);
	}
	watch_free(d->icmp_readable);
	wire_close(&d->routed);
	close(d->icmp);
	free(d->wires);
	free(d->ifaces);
	free(d->watches);
}
