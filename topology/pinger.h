/* SPDX-License-Identifier: MIT */
/* ICMP echo to one address until it answers (RFC 792, RFC 4443). */
#ifndef VETHLAB_PINGER_H
#define VETHLAB_PINGER_H

#include <stdbool.h>

#include "nodes/common/inet.h"

struct pinger {
	struct addr to;
	int fd;
	uint16_t id, seq;
	bool answered;
	char last[160]; /* what came instead of an answer, in words; or "" */
};

/* pinger_open() - in the network namespace we are in; false with errno */
bool pinger_open(struct pinger *p, const struct addr *to);

/* pinger_send() - one more request; that it cannot leave is kept in `last` */
void pinger_send(struct pinger *p);

/* pinger_receive() - what has come in on fd; true: the answer */
bool pinger_receive(struct pinger *p);
void pinger_close(struct pinger *p);

#endif
