/* SPDX-License-Identifier: MIT */
/* Text and descriptors over a Unix stream socket: a line of JSON, and what comes with its first
 * octets. */
#ifndef VETHLAB_HANDOVER_H
#define VETHLAB_HANDOVER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* handover_send() - some of the text: while there are descriptors, an octet with as many of them
 * as go into one message, which *count then is. Returns as send(2) does. */
ssize_t handover_send(int fd, const char *text, size_t len, const int *fds, size_t *count);

/* handover_all() - a line of JSON, and all of these; false: the other side is gone */
bool handover_all(int fd, const json_t *json, const int *fds, size_t count);

/* The descriptors that came: to be closed, and the list to be freed. */
struct gift {
	int *fds;
	size_t count;
};

/* handover_receive() - some of the text; what comes with it is added. Returns as recv(2) does;
 * -1 with EMFILE: not all of the descriptors found room. */
ssize_t handover_receive(int fd, char *data, size_t len, struct gift *gift);

#endif
