/* SPDX-License-Identifier: MIT */
/* One route client, a clock of ours, and a server and local senders that the test plays. */
#ifndef VETHLAB_TESTS_HUB_CLIENT_ONE_H
#define VETHLAB_TESTS_HUB_CLIENT_ONE_H

#include "hub_side.h"
#include "nodes/routehub/client.h"

#define SERVER	  IP(10, 0, 0, 1)
#define SENDER	  IP(10, 0, 0, 7)
#define OTHER	  IP(10, 0, 0, 8)
#define ID	  0xc1c1c1c1
#define SERVER_ID 0x5e5e5e5e

static unused_too void on_send(void *arg, const uint8_t *data, size_t len)
{
	log_sent(arg, SERVER, HUB_PORT, data, len);
}

static unused_too struct one begin_with(struct client_config c)
{
	struct one o = one_new();
	struct client_io io = { log_install, on_send, log_is_ours, log_dropped, o.log };

	c.server = SERVER;
	c.server_port = HUB_PORT;
	c.interval_ms = INTERVAL;
	o.client = route_client_open(&c, &io, ID, 1000, o.now);
	return o;
}

static unused_too struct one begin(void)
{
	return begin_with((struct client_config){ .plain_only = false });
}

static unused_too void end(struct one *o)
{
	route_client_close(o->client);
	free(o->log);
}

static void input(struct one *o, const struct datagram_in *in)
{
	route_client_input(o->client, in, o->now);
}

static uint64_t work(struct one *o)
{
	return route_client_work(o->client, o->now);
}

static bool pump_some(struct one *o)
{
	return route_client_pump(o->client);
}

static unused_too unsigned told(const struct one *o, uint8_t type, uint32_t field)
{
	return sent_times(o->log, 0, type, field);
}

#endif
