/* SPDX-License-Identifier: MIT */
/* One route server, a clock of ours, and clients A, B and C that the test plays. */
#ifndef VETHLAB_TESTS_HUB_SERVER_ONE_H
#define VETHLAB_TESTS_HUB_SERVER_ONE_H

#include "hub_side.h"
#include "nodes/routehub/server.h"

#define A  IP(10, 0, 0, 2)
#define B  IP(10, 0, 0, 3)
#define C  IP(10, 0, 0, 4)
#define ID 0x5e5e5e5e

static unused_too void on_send(void *arg, const struct hub_client *c, const uint8_t *data,
			       size_t len)
{
	log_sent(arg, c->address, c->port, data, len);
}

static unused_too struct one begin_with(struct server_config c)
{
	struct one o = one_new();
	struct server_io io = { log_install, on_send, log_is_ours, log_dropped, o.log };

	for (int i = 0; i < 3; i++)
		o.sessions[i].epoch_out = 100;
	c.interval_ms = INTERVAL;
	if (!c.max_clients)
		c.max_clients = 100;
	o.server = route_server_new(&c, &io, ID, 1000, o.now);
	return o;
}

static unused_too struct one begin(void)
{
	return begin_with((struct server_config){ .plain_only = false });
}

static unused_too void end(struct one *o)
{
	route_server_free(o->server);
	free(o->log);
}

static void input(struct one *o, const struct datagram_in *in)
{
	route_server_input(o->server, in, o->now);
}

static uint64_t work(struct one *o)
{
	return route_server_work(o->server, o->now);
}

static bool pump_some(struct one *o)
{
	return route_server_pump(o->server);
}

static unused_too void hear_signed(struct one *o, uint32_t from, uint8_t type, uint32_t field)
{
	struct hub_datagram d = { type, field };
	uint8_t data[HUB_SIGNED_LEN];

	hear_octets(o, from, data,
		    hub_encode(&d, &key_of_test, HUB_CLIENT, &o->sessions[from - A], data));
}

/* three() - A, B and C are known; what they were told is of no interest */
static unused_too struct one three(void)
{
	struct one o = begin();

	for (uint32_t from = A; from <= C; from++)
		hear(&o, from, HUB_DELETE, Y);
	o.log->count = 0;
	return o;
}

#endif
