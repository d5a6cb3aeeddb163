/* SPDX-License-Identifier: MIT */
/* What both sides of the hub are tried with: sixteen hosts, the routes to them, and datagrams. */
#ifndef VETHLAB_TESTS_HUB_WORLD_H
#define VETHLAB_TESTS_HUB_WORLD_H

#include "fuzzer.h"
#include "nodes/common/compiler.h"
#include "nodes/common/inet.h"
#include "nodes/common/prefix_map.h"
#include "nodes/common/reader.h"
#include "nodes/routehub/packet.h"

#define HOST_0	 0x0a010000u
#define HOSTS	 16 /* 10.1.0.0 to 10.1.0.15; the last one is ours */
#define INTERVAL 5000u

/* install_in() - `via` has the next hop to each host; 0: none */
static inline void install_in(uint32_t via[HOSTS], uint32_t address, uint32_t next_hop)
{
	require(ip4_is_host(address));
	if (address - HOST_0 < HOSTS)
		via[address - HOST_0] = next_hop;
}

/* check_installed() - no host has a route that the table does not know of */
static inline void check_installed(const uint32_t via[HOSTS], const struct prefix_map *table)
{
	for (unsigned i = 0; i < HOSTS; i++) {
		struct prefix p = { ip4_addr(HOST_0 + i), 32 };

		require(!via[i] || prefix_map_find(table, &p));
	}
}

static inline bool on_is_ours(void *arg, uint32_t address)
{
	(void)arg;
	return address == HOST_0 + HOSTS - 1;
}

static inline void on_dropped(void *arg, uint32_t from, enum hub_count why)
{
	(void)arg;
	(void)from;
	require(why < HUB_COUNT_COUNT && *hub_count_name(why));
}

/* take_datagram() - of a known type, most often about one of the hosts, and who says it */
static inline struct hub_datagram take_datagram(struct reader *r, uint8_t *who)
{
	static const uint8_t types[] = { 1, 1, 1, 2, 2, 16, 17, 18, 19, 20, 21, 3 };
	uint8_t type = types[take_u8(r) % ARRAY_SIZE(types)], field;

	*who = take_u8(r);
	field = take_u8(r);
	if (type > HUB_DELETE)
		return (struct hub_datagram){ type, field };
	return (struct hub_datagram){ type, field & 0x80 ? take_be32(r)
							 : HOST_0 + (field & (HOSTS - 1)) };
}

#endif
