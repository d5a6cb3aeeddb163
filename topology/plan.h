/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_PLAN_H
#define VETHLAB_PLAN_H

#include "topology/lab.h"

#define LEN_OF_THE_WIRE 255 /* an address written without its prefix length */

/* plan_make() - decides all that nobody wrote: subnets, addresses, MACs, names of bridge ports,
 * next hops, start order. Pure: the same file gives the same plan. What cannot be is a fault. */
void plan_make(struct lab *lab, struct faults *f);

/* plan_mac() - a MAC of the locally administered range (IEEE 802, 02:...), from a name */
struct mac plan_mac(const char *node, const char *iface, unsigned salt);

/* The start order alone: who comes after whom, in levels; a cycle is a fault. */
void plan_start_order(struct lab *lab, struct faults *f);

#endif
