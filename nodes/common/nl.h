/* SPDX-License-Identifier: MIT */
/*
 * Netlink in batches: a message is described once, as data, with a label that says in people's
 * words what it is; hundreds leave by one send. No acknowledgement is asked for: rtnetlink does its
 * work inside send(), so what it refused waits in the socket right behind it.
 */
#ifndef VETHLAB_NL_H
#define VETHLAB_NL_H

#include <libmnl/libmnl.h>
#include <stdbool.h>

#include "compiler.h"
#include "inet.h"

struct nl_batch;

/* nl_open() - a NETLINK_ROUTE socket of the network namespace we are in; -1 with errno */
int nl_open(void);

/* nl_hear() - what happens to links, addresses, routes, neighbours and nexthop objects comes to
 * this socket, a new one, from now on; more of it fits than usual, as far as the machine allows.
 * False with errno. */
bool nl_hear(int fd);

/* nl_join() - the same for some groups of linux/rtnetlink.h; one that this kernel lacks is left
 * out */
bool nl_join(int fd, const int *groups, size_t count);

/* nl_ignore() - what the socket of this number has caused does not come to `fd` */
void nl_ignore(int fd, uint32_t port);

/* nl_port() - the number of a socket, which is bound for that if it was not; 0: it cannot be */
uint32_t nl_port(int fd);

/* nl_batch_new() - without a socket as yet; nl_batch_free() - what waits is not sent */
struct nl_batch *nl_batch_new(void);
void nl_batch_free(struct nl_batch *b);

/* nl_batch_use() - sends what waits, then works on another socket. The batch does not own it. */
void nl_batch_use(struct nl_batch *b, int fd);

/* nl_batch_add() - a new message of `extra` octets of header behind nlmsghdr, zeroed; NLM_F_REQUEST
 * is set. Attributes are put behind it: with them it has at most NL_MESSAGE_MAX octets. */
#define NL_MESSAGE_MAX 2048
struct nlmsghdr *nl_batch_add(struct nl_batch *b, uint16_t type, uint16_t flags, size_t extra,
			      const char *label, ...) printf_like(5, 6);

/* nl_batch_on_refusal() - this batch's messages are told apart by a pointer instead of a label,
 * and `fn` is called for each that was refused, with its type and the kernel's words or NULL;
 * about NULL: some, nobody knows which, because there were too many. */
typedef void nl_refused_fn(void *arg, void *about, uint16_t type, int error, const char *words);
void nl_batch_on_refusal(struct nl_batch *b, nl_refused_fn *fn, void *arg);
struct nlmsghdr *nl_batch_add_about(struct nl_batch *b, uint16_t type, uint16_t flags, size_t extra,
				    void *about);

/* nl_batch_flush() - sends what waits; false when a message, this one or earlier, was refused. It
 * is always true where nl_batch_on_refusal() hears of that. */
bool nl_batch_flush(struct nl_batch *b);

/* nl_batch_error() - "LABEL: the kernel's words", of the first message that was refused */
const char *nl_batch_error(const struct nl_batch *b);

/* nl_dump() - asks, and hands each answer to `fn`; a dump that was interrupted is asked again,
 * after `restart` was called. False with errno. */
typedef void nl_answer_fn(void *arg, const struct nlmsghdr *nlh);
bool nl_dump(int fd, uint16_t type, int family, nl_answer_fn *fn, void (*restart)(void *arg),
	     void *arg);

/* nl_dump_routes() - the same for the routes of one protocol, 0: any, in one table, chosen by the
 * kernel; a table that does not exist is empty */
bool nl_dump_routes(int fd, int family, uint8_t protocol, uint32_t table, nl_answer_fn *fn,
		    void (*restart)(void *arg), void *arg);

/* nl_sync_link() - asks for one link, and does nothing with the answer. The kernel answers when the
 * change of links that is under way is over, with all that follows from it; since Linux 6.8 it also
 * brings the link's carrier up to date first, instead of when its link watch gets round to it. */
void nl_sync_link(int fd, unsigned index);

/* nl_put_addr() - 4 octets, or 16, by its family */
void nl_put_addr(struct nlmsghdr *nlh, uint16_t type, const struct addr *a);

#endif
