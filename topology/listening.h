/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_LISTENING_H
#define VETHLAB_LISTENING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* is_listening() - does a socket listen on `port` (UDP: is one bound to it) in the network namespace
 * of process `pid`? 0: in our own. The kernel has no event for that: whoever waits looks again. */
bool is_listening(pid_t pid, bool udp, uint16_t port);

/* listening_ports() - those of our own network namespace, as texts "tcp 5000", each once */
json_t *listening_ports(void);

#define LISTENING_AGAIN_MS 10

#endif
