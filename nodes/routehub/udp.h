/* SPDX-License-Identifier: MIT */
/* The hub's socket: datagrams in batches, what the network said of those that did not arrive, and
 * how many were dropped before they could be read. */
#ifndef VETHLAB_ROUTEHUB_UDP_H
#define VETHLAB_ROUTEHUB_UDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nodes/common/datagrams.h"

struct hub_udp;

struct hub_udp *hub_udp_open(uint32_t address, uint16_t port); /* ends the program if it is taken */
void hub_udp_close(struct hub_udp *u);
int hub_udp_fd(const struct hub_udp *u);

size_t hub_udp_receive(struct hub_udp *u, struct datagram_in to[DATAGRAMS_BATCH]);

/* hub_udp_unreachable() - where a datagram of ours met no listener; false: no more of them */
bool hub_udp_unreachable(struct hub_udp *u, uint32_t *address, uint16_t *port);

/* hub_udp_lost() - datagrams were dropped since the last call, because we were too slow */
bool hub_udp_lost(struct hub_udp *u);

/* Datagrams leave at hub_udp_flush(), or when there are many. */
void hub_udp_send(struct hub_udp *u, uint32_t ours, uint32_t to, uint16_t port, const uint8_t *data,
		  size_t len); /* from this address of ours; 0: any */
void hub_udp_flush(struct hub_udp *u);

/* hub_udp_is_full() - the socket takes no more for the moment: a neighbour does not answer */
bool hub_udp_is_full(const struct hub_udp *u);

#endif
