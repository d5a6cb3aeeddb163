/* SPDX-License-Identifier: MIT */
/* What the kernel says of an interface of this name. */
#ifndef VETHLAB_IFACE_H
#define VETHLAB_IFACE_H

#include <net/if.h>
#include <stdbool.h>

#include "options.h"

/* iface_ask() - an ioctl of netdevice(7), as SIOCGIFMTU; false with errno */
bool iface_ask(const char *name, unsigned long what, struct ifreq *answer);

/* iface_operand() - a word of the command line that no interface can be called is wrong use */
const char *iface_operand(const struct program *p, const char *name);

#endif
