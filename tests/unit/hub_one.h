/* SPDX-License-Identifier: MIT */
/* One side of the hub, a clock of ours, and peers that the test plays: what is sent is kept, and
 * which routes there are. */
#ifndef VETHLAB_TESTS_HUB_ONE_H
#define VETHLAB_TESTS_HUB_ONE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/common/compiler.h"
#include "nodes/common/inet.h"
#include "nodes/routehub/packet.h"

#define unused_too __attribute__((unused))
#define IP(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
#define X	 IP(10, 1, 0, 10)
#define Y	 IP(10, 1, 0, 11)
#define OURS	 IP(10, 1, 0, 99) /* an address of this machine */
#define INTERVAL 5000u
#define START	 1000000u
#define KEPT_MAX 20000
#define HOSTS	 65536 /* 10.1.0.0/16 */

struct kept {
	uint32_t to;
	uint16_t port;
	struct hub_datagram d;
	uint8_t data[HUB_SIGNED_LEN];
	size_t len;
};

/* What the core has wanted done. */
struct hub_log {
	struct kept kept[KEPT_MAX];
	size_t count;
	uint32_t via[HOSTS]; /* the next hop to 10.1.x.y; 0: none */
	enum hub_count dropped;
	bool ours_too; /* OURS is an address of this machine now */
};

static unused_too void log_install(void *arg, uint32_t address, uint32_t next_hop)
{
	struct hub_log *l = arg;

	assert_int_equal(address >> 16, 0x0a01);
	l->via[address & 0xffff] = next_hop;
}

static unused_too bool log_is_ours(void *arg, uint32_t address)
{
	return address == OURS && ((struct hub_log *)arg)->ours_too;
}

static unused_too void log_dropped(void *arg, uint32_t from, enum hub_count why)
{
	(void)from;
	((struct hub_log *)arg)->dropped = why;
}

static unused_too void log_sent(struct hub_log *l, uint32_t to, uint16_t port, const uint8_t *data,
				size_t len)
{
	struct kept *k = &l->kept[l->count++];

	assert_true(l->count < KEPT_MAX);
	assert_true(len == HUB_PLAIN_LEN || len == HUB_SIGNED_LEN);
	*k = (struct kept){ .to = to, .port = port, .len = len };
	memcpy(k->data, data, len);
	k->d.type = data[0];
	k->d.field = IP(data[1], data[2], data[3], data[4]);
}

/* sent_times() - how often this went to this peer; 0: to any */
static unused_too unsigned sent_times(const struct hub_log *l, uint32_t to, uint8_t type,
				      uint32_t field)
{
	unsigned count = 0;

	for (size_t i = 0; i < l->count; i++)
		count += (!to || l->kept[i].to == to) && l->kept[i].d.type == type &&
			 l->kept[i].d.field == field;
	return count;
}

static unused_too unsigned sent_type(const struct hub_log *l, uint32_t to, uint8_t type)
{
	unsigned count = 0;

	for (size_t i = 0; i < l->count; i++)
		count += (!to || l->kept[i].to == to) && l->kept[i].d.type == type;
	return count;
}

/* last_field() - of the last datagram of this type to this peer */
static unused_too uint32_t last_field(const struct hub_log *l, uint32_t to, uint8_t type)
{
	for (size_t i = l->count; i-- > 0;)
		if ((!to || l->kept[i].to == to) && l->kept[i].d.type == type)
			return l->kept[i].d.field;
	fail_msg("none of type %u was sent", type);
	return 0;
}

static unused_too const struct hub_key key_of_test = { .secret = "the key", .len = 7 };

#endif
