/* SPDX-License-Identifier: MIT */
/* TCP sockets as every node needs them: listening, connecting, resetting. */
#ifndef VETHLAB_TCP_H
#define VETHLAB_TCP_H

#include <stdint.h>

#include "endpoint.h"

/* tcp_listen() - a non-blocking listening socket, or -1 with errno */
int tcp_listen(const struct endpoint *e);

/* tcp_connect() - a non-blocking socket on its way (writable when done), or -1 with errno */
int tcp_connect(const struct endpoint *e);

/* tcp_connect_wait() - a connected socket within `ms` of trying, or -1 with errno; ms 0: one try.
 * For a program that starts: a signal to end ends it. */
int tcp_connect_wait(const struct endpoint *e, uint64_t ms);

/* socket_error() - the error that waits on a socket, taken from it; 0: none */
int socket_error(int fd);

/* tcp_reset() - closes so that the other side reads ECONNRESET, not a clean end */
void tcp_reset(int fd);

/* raise_descriptor_limit() - as many descriptors as this process may have */
void raise_descriptor_limit(void);

void tcp_nodelay(int fd);

#endif
