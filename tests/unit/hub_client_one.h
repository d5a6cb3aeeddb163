/* SPDX-License-Identifier: MIT */
/* One route client, a clock of ours, and a server and local senders that the test plays. */
#ifndef VETHLAB_TESTS_HUB_CLIENT_ONE_H
#define VETHLAB_TESTS_HUB_CLIENT_ONE_H

#include "hub_one.h"
#include "nodes/routehub/client.h"

#define SERVER	  IP(10, 0, 0, 1)
#define SENDER	  IP(10, 0, 0, 7)
#define OTHER	  IP(10, 0, 0, 8)
#define ID	  0xc1c1c1c1
#define SERVER_ID 0x5e5e5e5e

struct one {
	struct client *client;
	struct hub_log *log;
	uint64_t now;
};

static unused_too void on_send(void *arg, const uint8_t *data, size_t len)
{
	log_sent(arg, SERVER, HUB_PORT, data, len);
}

static unused_too struct one begin_with(struct client_config c)
{
	struct one o = { .now = START, .log = calloc(1, sizeof(*o.log)) };
	struct client_io io = { log_install, on_send, log_is_ours, log_dropped, o.log };

	assert_non_null(o.log);
	o.log->ours_too = true;
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

static unused_too void pump(struct one *o)
{
	while (route_client_pump(o->client))
		;
}

static unused_too void hear_octets(struct one *o, uint32_t from, const uint8_t *data, size_t len)
{
	struct datagram_in in = { .from = from, .port = HUB_PORT, .data = data, .len = len };

	o->log->dropped = HUB_GOOD;
	route_client_input(o->client, &in, o->now);
	pump(o);
}

static unused_too void hear(struct one *o, uint32_t from, uint8_t type, uint32_t field)
{
	struct hub_datagram d = { type, field };
	uint8_t data[HUB_SIGNED_LEN];

	hear_octets(o, from, data, hub_encode(&d, NULL, HUB_CLIENT, NULL, data));
}

static unused_too void run_for(struct one *o, uint64_t ms)
{
	for (uint64_t until = o->now + ms;;) {
		uint64_t next = route_client_work(o->client, o->now);

		pump(o);
		if (next > until) {
			o->now = until;
			return;
		}
		assert_true(next > o->now);
		o->now = next;
	}
}

static unused_too uint32_t via(const struct one *o, uint32_t address)
{
	return o->log->via[address & 0xffff];
}

static unused_too unsigned told(const struct one *o, uint8_t type, uint32_t field)
{
	return sent_times(o->log, 0, type, field);
}

#endif
