/* SPDX-License-Identifier: MIT */
/*
 * Pipes for splice(2), lent out. A pipe is needed only while octets are in it: one is enough for a
 * thousand connections that flow, and a connection that stalls keeps one until it goes on.
 */
#ifndef VETHLAB_FORWARDER_PIPES_H
#define VETHLAB_FORWARDER_PIPES_H

#include <stdbool.h>
#include <stddef.h>

struct pipe {
	struct pipe *next;
	int in, out; /* write here, read there */
	size_t size;
};

struct pipes {
	struct pipe *free;
	size_t free_count;
};

/* pipes_take() - an empty pipe; NULL: no descriptors are left, try again later */
struct pipe *pipes_take(struct pipes *p);

/* pipes_give() - an empty pipe back; one with octets in it is closed, should they be unwanted */
void pipes_give(struct pipes *p, struct pipe *pipe, bool empty);

/* pipes_trim() - no more than `count` spare ones, but one */
void pipes_trim(struct pipes *p, size_t count);
void pipes_free(struct pipes *p);

#endif
