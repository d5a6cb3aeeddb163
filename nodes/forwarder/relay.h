/* SPDX-License-Identifier: MIT */
/* A forwarded connection: a client's socket, an upstream socket, a flow each way. */
#ifndef VETHLAB_FORWARDER_RELAY_H
#define VETHLAB_FORWARDER_RELAY_H

#include "nodes/common/loop.h"
#include "pipes.h"

struct relay;

struct relay_owner {
	struct loop *loop;
	struct pipes pipes;
	struct relay *relays;
	size_t count;
	void (*ended)(void *arg, const char *why); /* why: NULL when both sides closed in peace */
	void *arg;
};

/* relays_prepare() - a pipe in reserve, so that connections go on when no descriptor is left */
bool relays_prepare(struct relay_owner *o);

/* relay_new() - takes over both sockets; upstream may still be connecting, for at most wait_ms */
void relay_new(struct relay_owner *o, int client, int upstream, bool connecting, uint64_t wait_ms);
void relays_free(struct relay_owner *o);

#endif
