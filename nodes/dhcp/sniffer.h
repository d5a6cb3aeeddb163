/* SPDX-License-Identifier: MIT */
/* Packet sockets for datagrams that a UDP socket does not get: those of hosts without an
 * address. */
#ifndef VETHLAB_DHCP_SNIFFER_H
#define VETHLAB_DHCP_SNIFFER_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"

/* sniffer_open() - frames of this protocol at the interface that pass the filter, NULL: all; ends
 * the program where that is not allowed. The filter is there before the first frame can come. */
int sniffer_open(const char *name, unsigned index, uint16_t protocol, struct sock_filter *filter,
		 size_t count);

/* socket_filter() - what does not pass it never arrives */
void socket_filter(int fd, struct sock_filter *filter, size_t count);

enum sniffed { SNIFFED_NOTHING, SNIFFED_OTHER, SNIFFED_UDP };

/* sniffer_receive() - the next frame: there is none; something else; a datagram for this host or
 * for all, `u` points into `frame` */
enum sniffed sniffer_receive(int fd, struct udp_frame *u, uint8_t frame[FRAME_MAX_LEN]);

#endif
