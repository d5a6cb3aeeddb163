/* SPDX-License-Identifier: MIT */
/* One route server, a clock of ours, and clients A, B and C that the test plays. */
#ifndef VETHLAB_TESTS_HUB_SERVER_ONE_H
#define VETHLAB_TESTS_HUB_SERVER_ONE_H

#include "hub_one.h"
#include "nodes/routehub/server.h"

#define A  IP(10, 0, 0, 2)
#define B  IP(10, 0, 0, 3)
#define C  IP(10, 0, 0, 4)
#define ID 0x5e5e5e5e

struct one {
	struct server *server;
	struct hub_log *log;
	uint64_t now;
	struct hub_session sessions[3]; /* of A, B and C, with the key */
};

static unused_too void on_send(void *arg, const struct hub_client *c, const uint8_t *data,
			       size_t len)
{
	log_sent(arg, c->address, c->port, data, len);
}

static unused_too struct one begin_with(struct server_config c)
{
	struct one o = { .now = START, .log = calloc(1, sizeof(*o.log)) };
	struct server_io io = { log_install, on_send, log_is_ours, log_dropped, o.log };

	assert_non_null(o.log);
	o.log->ours_too = true;
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

static unused_too void pump(struct one *o)
{
	while (route_server_pump(o->server))
		;
}

static unused_too void hear_octets(struct one *o, uint32_t from, const uint8_t *data, size_t len)
{
	struct datagram_in in = {
		.from = from, .to = IP(10, 0, 0, 1), .port = HUB_PORT, .data = data, .len = len
	};

	o->log->dropped = HUB_GOOD;
	route_server_input(o->server, &in, o->now);
	pump(o);
}

static unused_too void hear(struct one *o, uint32_t from, uint8_t type, uint32_t field)
{
	struct hub_datagram d = { type, field };
	uint8_t data[HUB_SIGNED_LEN];

	hear_octets(o, from, data, hub_encode(&d, NULL, HUB_CLIENT, NULL, data));
}

static unused_too void hear_signed(struct one *o, uint32_t from, uint8_t type, uint32_t field)
{
	struct hub_datagram d = { type, field };
	uint8_t data[HUB_SIGNED_LEN];

	hear_octets(o, from, data,
		    hub_encode(&d, &key_of_test, HUB_CLIENT, &o->sessions[from - A], data));
}

static unused_too void run_for(struct one *o, uint64_t ms)
{
	for (uint64_t until = o->now + ms;;) {
		uint64_t next = route_server_work(o->server, o->now);

		pump(o);
		if (next > until) {
			o->now = until;
			return;
		}
		assert_true(next > o->now);
		o->now = next;
	}
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

static unused_too uint32_t via(const struct one *o, uint32_t address)
{
	return o->log->via[address & 0xffff];
}

#endif
