/* SPDX-License-Identifier: MIT */
/* What became of a packet or an entry: the reasons of `ripd show counts`. */
#ifndef VETHLAB_RIP_COUNTS_H
#define VETHLAB_RIP_COUNTS_H

enum rip_count {
	RIP_TRUNCATED,
	RIP_OVERSIZED,
	RIP_BAD_VERSION,
	RIP_BAD_COMMAND,
	RIP_NOT_ZERO,
	RIP_WRONG_PORT,
	RIP_WRONG_SOURCE,
	RIP_OWN,
	RIP_BAD_AUTH,
	RIP_REPLAYED,
	RIP_BAD_FAMILY,
	RIP_BAD_METRIC,
	RIP_BAD_PREFIX,
	RIP_BAD_REQUEST,
	RIP_TOO_MANY,
	RIP_TOO_BUSY,
	RIP_COUNT_COUNT,
	RIP_GOOD = RIP_COUNT_COUNT
};

const char *rip_count_name(enum rip_count c);

#endif
