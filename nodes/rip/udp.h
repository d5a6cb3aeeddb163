/* SPDX-License-Identifier: MIT */
/* RIP's socket: what comes to port 520 at any interface, and what leaves by one of them. */
#ifndef VETHLAB_RIP_UDP_H
#define VETHLAB_RIP_UDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nodes/common/datagrams.h"

struct udp;

struct udp *udp_open(void); /* ends the program if the port is taken */
void udp_close(struct udp *u);
int udp_fd(const struct udp *u);

/* udp_join() - the routers' group is heard at this interface; udp_leave() - no longer */
void udp_join(struct udp *u, unsigned ifindex);
void udp_leave(struct udp *u, unsigned ifindex);

/* udp_receive() - what has come, without waiting; good until the next call */
size_t udp_receive(struct udp *u, struct datagram_in to[DATAGRAMS_BATCH]);

/* udp_queue() - a packet that leaves from this interface with this source address */
void udp_queue(struct udp *u, unsigned ifindex, uint32_t source, uint32_t to, uint16_t port,
	       const uint8_t *data, size_t len);

/* udp_flush() - sends a few of those that wait, so that a big table is no flood; true: there are
 * more, for a millisecond later */
bool udp_flush(struct udp *u);
void udp_flush_all(struct udp *u); /* takes its time, but not more than a second */

size_t udp_waiting(const struct udp *u);
void udp_discard(struct udp *u); /* what waits */

#endif
