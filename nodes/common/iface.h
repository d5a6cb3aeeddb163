/* SPDX-License-Identifier: MIT */
/* What the kernel says of an interface of this name. */
#ifndef VETHLAB_IFACE_H
#define VETHLAB_IFACE_H

#include <net/if.h>
#include <stdbool.h>

/* iface_ask() - an ioctl of netdevice(7), as SIOCGIFMTU; false with errno */
bool iface_ask(const char *name, unsigned long what, struct ifreq *answer);

#endif
