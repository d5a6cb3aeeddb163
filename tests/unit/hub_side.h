/* SPDX-License-Identifier: MIT */
/* What is done to one side of the hub, a client or a server: it hears, and its time passes. */
#ifndef VETHLAB_TESTS_HUB_SIDE_H
#define VETHLAB_TESTS_HUB_SIDE_H

#include "hub_one.h"
#include "nodes/common/datagrams.h"

struct one {
	struct client *client; /* one of the two */
	struct server *server;
	struct hub_log *log;
	uint64_t now;
	struct hub_session sessions[3]; /* of the server's clients A, B and C, with the key */
};

/* What hub_client_one.h and hub_server_one.h define of theirs. */
static void input(struct one *o, const struct datagram_in *in);
static uint64_t work(struct one *o);
static bool pump_some(struct one *o);

static unused_too struct one one_new(void)
{
	struct one o = { .now = START, .log = calloc(1, sizeof(*o.log)) };

	assert_non_null(o.log);
	o.log->ours_too = true;
	return o;
}

static unused_too void pump(struct one *o)
{
	while (pump_some(o))
		;
}

static unused_too void hear_octets(struct one *o, uint32_t from, const uint8_t *data, size_t len)
{
	struct datagram_in in = {
		.from = from, .to = IP(10, 0, 0, 1), .port = HUB_PORT, .data = data, .len = len
	};

	o->log->dropped = HUB_GOOD;
	input(o, &in);
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
		uint64_t next = work(o);

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

#endif
