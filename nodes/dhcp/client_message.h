/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_DHCP_CLIENT_MESSAGE_H
#define VETHLAB_DHCP_CLIENT_MESSAGE_H

#include "client.h"

/* client_message() - with what each message of its type carries; DHCP_BOOTP is a BOOTREQUEST */
struct dhcp_message client_message(const struct client_config *c, enum dhcp_type type, uint32_t xid,
				   uint16_t secs);

#endif
