/* SPDX-License-Identifier: MIT */
/* IPv4 datagrams, as many as have come with one call, and where each came from and to. */
#ifndef VETHLAB_DATAGRAMS_H
#define VETHLAB_DATAGRAMS_H

#include <stddef.h>
#include <stdint.h>

#define DATAGRAMS_BATCH 64

struct datagram_in {
	uint32_t from, to; /* the sender's address; ours, that it was sent to; host order */
	uint16_t port;	   /* the sender's */
	unsigned ifindex;  /* where it came */
	const uint8_t *data;
	size_t len; /* of a longer one than fits: what does */
};

/* datagrams_ask() - the socket says of each datagram where it came */
void datagrams_ask(int fd);

/* datagrams_receive() - what has come, without waiting: into DATAGRAMS_BATCH buffers of `room`
 * octets, one behind the other, which hold the data until the next call. How many; 0 for an error,
 * too. */
size_t datagrams_receive(int fd, uint8_t *buffers, size_t room,
			 struct datagram_in to[DATAGRAMS_BATCH]);

#endif
