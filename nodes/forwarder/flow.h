/* SPDX-License-Identifier: MIT */
/*
 * One direction of a forwarded connection, as a core without sockets: bytes come from a source into
 * a pipe, and from the pipe go to a sink. The end of the source becomes the end of the sink once
 * the pipe is empty. What to do next is always one thing.
 */
#ifndef VETHLAB_FORWARDER_FLOW_H
#define VETHLAB_FORWARDER_FLOW_H

#include <stdbool.h>
#include <stddef.h>

struct flow {
	size_t held; /* octets in the pipe */
	bool ended;  /* the source has said that nothing more comes */
	bool closed; /* and the sink was told so */
};

enum flow_step {
	FLOW_READ,  /* from the source into the empty pipe */
	FLOW_WRITE, /* from the pipe to the sink; nothing is read before it is empty */
	FLOW_CLOSE, /* half-close the sink */
	FLOW_DONE,
};

static inline enum flow_step flow_next(const struct flow *f)
{
	if (f->held)
		return FLOW_WRITE;
	if (!f->ended)
		return FLOW_READ;
	return f->closed ? FLOW_DONE : FLOW_CLOSE;
}

/* flow_moved() - a step was done with n octets; reading none is the end of the source */
void flow_moved(struct flow *f, enum flow_step step, size_t n);

#endif
