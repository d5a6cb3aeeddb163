/* SPDX-License-Identifier: MIT */
/* What came, what was answered, and what was dropped for which reason. */
#ifndef VETHLAB_DHCP_COUNT_H
#define VETHLAB_DHCP_COUNT_H

#include <stddef.h>
#include <stdint.h>

enum count { /* the names stand in count.c */
	     COUNT_RECEIVED,
	     COUNT_DISCOVER,
	     COUNT_REQUEST,
	     COUNT_DECLINE,
	     COUNT_RELEASE,
	     COUNT_INFORM,
	     COUNT_BOOTP,
	     COUNT_OFFER,
	     COUNT_ACK,
	     COUNT_NAK,
	     COUNT_BOOTREPLY,
	     DROP_MALFORMED,
	     DROP_NOT_A_REQUEST,
	     DROP_HOPS,
	     DROP_NO_SUBNET,
	     DROP_IGNORED,
	     DROP_RATE,
	     DROP_EXHAUSTED,
	     DROP_LIMIT,
	     DROP_OTHER_SERVER,
	     DROP_UNKNOWN_CLIENT,
	     DROP_NOT_ITS_ADDRESS,
	     DROP_NO_ADDRESS,
	     DROP_SERVER_MESSAGE,
	     DROP_PROBING,
	     DROP_NOT_WRITTEN,
	     COUNT_CONFLICT,
	     COUNT_COUNT
};

struct counts {
	uint64_t n[COUNT_COUNT];
};

const char *count_name(enum count c);

#endif
