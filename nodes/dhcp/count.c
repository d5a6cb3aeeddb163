/* SPDX-License-Identifier: MIT */
#include "count.h"

#include <assert.h>

#include "nodes/common/compiler.h"

static const char *const names[] = {
	[COUNT_RECEIVED] = "received",
	[COUNT_DISCOVER] = "DISCOVER",
	[COUNT_REQUEST] = "REQUEST",
	[COUNT_DECLINE] = "DECLINE",
	[COUNT_RELEASE] = "RELEASE",
	[COUNT_INFORM] = "INFORM",
	[COUNT_BOOTP] = "BOOTREQUEST",
	[COUNT_OFFER] = "OFFER",
	[COUNT_ACK] = "ACK",
	[COUNT_NAK] = "NAK",
	[COUNT_BOOTREPLY] = "BOOTREPLY",
	[DROP_MALFORMED] = "dropped: malformed",
	[DROP_NOT_A_REQUEST] = "dropped: a reply",
	[DROP_HOPS] = "dropped: too many hops",
	[DROP_NO_SUBNET] = "dropped: from no subnet of ours",
	[DROP_IGNORED] = "dropped: ignored",
	[DROP_RATE] = "dropped: too many of one client",
	[DROP_EXHAUSTED] = "dropped: no address left",
	[DROP_LIMIT] = "dropped: its port has too many addresses",
	[DROP_OTHER_SERVER] = "dropped: for another server",
	[DROP_UNKNOWN_CLIENT] = "dropped: of a client that is not known",
	[DROP_NOT_ITS_ADDRESS] = "dropped: about an address of another client",
	[DROP_NO_ADDRESS] = "dropped: without an address",
	[DROP_SERVER_MESSAGE] = "dropped: a server's message",
	[DROP_PROBING] = "dropped: its address is being probed",
	[DROP_NOT_WRITTEN] = "dropped: its lease could not be written",
	[COUNT_CONFLICT] = "addresses in use by others",
};
static_assert(ARRAY_SIZE(names) == COUNT_COUNT, "a count has no name");

const char *count_name(enum count c)
{
	return names[c];
}
