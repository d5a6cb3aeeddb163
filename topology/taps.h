/* SPDX-License-Identifier: MIT */
/*
 * Where a capture listens: init makes a packet socket in each network namespace that matters, and
 * says what the frames of its interfaces are to be called. Whoever reads them needs no privilege.
 *
 *   pc1:eth0 ----- port pc1 of office      in at pc1:eth0    is "pc1:eth0, inbound"
 *                                          in at the port    is "pc1:eth0, outbound"
 *
 * So each crossing of a wire is seen once, where it arrives; also the frame of a sender that goes
 * around its own packet sockets (PACKET_QDISC_BYPASS). With `both` each end is an interface of its
 * own, with what arrives and what is sent.
 */
#ifndef VETHLAB_TAPS_H
#define VETHLAB_TAPS_H

#include <jansson.h>

#include "topology/init.h"

struct taps;

/* taps_choose() - of NODE, NODE:INTERFACE and LAN; none: everything. NULL: *why, to be freed, says
 * which of them there is not. */
struct taps *taps_choose(const struct lab *lab, const char *const *words, size_t count, bool both,
			 char **why);
void taps_free(struct taps *t);

/* taps_open() - the sockets, which see nothing until their reader binds them: *fds, to be closed
 * and freed. False: spaces' error says why. */
bool taps_open(const struct taps *t, struct spaces *s, int **fds, size_t *count);

/* taps_json() - what the sockets are, in their order, and what is seen by them:
 *   sockets     [["node", "pc1"], ["LAN", "office"]]
 *   interfaces  [{"name": "pc1:eth0", "mac":, "to": "office", "addresses": [...]}]
 *   taps        [[socket, index, interface, direction of pcapng.h; 0: what each frame says]]
 *   names       [["10.0.1.1", "router"]]
 *   whole       is it all of the lab?
 * addresses: of an interface, as they are now. */
typedef json_t *taps_addresses_fn(void *arg, const struct iface *iface);
json_t *taps_json(const struct taps *t, taps_addresses_fn *addresses, void *arg);

#endif
