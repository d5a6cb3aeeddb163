/* SPDX-License-Identifier: MIT */
/* Is somebody there? An echo request (RFC 792), and who has answered. */
#ifndef VETHLAB_DHCP_ICMP_H
#define VETHLAB_DHCP_ICMP_H

#include <stdbool.h>
#include <stdint.h>

/* icmp_open() - a socket for echo requests; ends the program where that is not allowed */
int icmp_open(void);
void icmp_ask(int fd, uint32_t address);

/* icmp_receive() - false: there is no more; else *address has answered, or is 0: something else
 * came */
bool icmp_receive(int fd, uint32_t *address);

#endif
