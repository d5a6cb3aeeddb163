/* SPDX-License-Identifier: MIT */
/* Which ports listen. The kernel has no event for one that opens: whoever waits looks again. */
#ifndef VETHLAB_LISTENING_H
#define VETHLAB_LISTENING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define LISTENING_AGAIN_MS 10

/* listening_open() - a socket that knows the ports of the network namespace we are in; -1 with
 * errno */
int listening_open(void);

/* is_listening() - does a socket listen on `port`; UDP: is one bound to it, and not connected? */
bool is_listening(int fd, bool udp, uint16_t port);

/* listening_ports() - all of them, as texts "tcp 5000", each once */
json_t *listening_ports(int fd);

#endif
