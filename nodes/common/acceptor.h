/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_ACCEPTOR_H
#define VETHLAB_ACCEPTOR_H

#include "endpoint.h"
#include "loop.h"

/* An acceptor hands over each new connection: non-blocking, TCP_NODELAY set. Out of descriptors it
 * rests, and looks again after 100 ms or at acceptor_resume(), which is cheap to call. */
struct acceptor;
typedef void accept_fn(void *arg, int fd, const struct endpoint *peer);

/* acceptor_new() - takes over `listening`, which has to be non-blocking; `fn` owns the descriptor
 * that it is handed */
struct acceptor *acceptor_new(struct loop *l, int listening, accept_fn *fn, void *arg);
void acceptor_resume(struct acceptor *a);
void acceptor_free(struct acceptor *a); /* and the listening socket */

#endif
