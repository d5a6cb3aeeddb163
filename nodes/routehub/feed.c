/* SPDX-License-Identifier: MIT */
#include "feed.h"

#include <stdlib.h>
#include <string.h>

#include "nodes/common/compiler.h"
#include "nodes/common/mem.h"

#define SMALL	 256 /* addresses that may be repeated as often as it is asked for */
#define ROOM_MIN 16u
#define ROOM_MAX (1u << 20)

void feed_free(struct feed *f)
{
	free(f->ring);
}

/* grow() - twice the room, the first one in front */
static void grow(struct feed *f)
{
	uint32_t room = f->room ? f->room * 2 : ROOM_MIN;
	struct hub_datagram *ring = xcalloc(room, sizeof(*ring));

	for (uint32_t i = 0; i < f->count; i++)
		ring[i] = f->ring[(f->first + i) & (f->room - 1)];
	free(f->ring);
	f->ring = ring;
	f->room = room;
	f->first = 0;
}

void feed_push(struct feed *f, uint8_t type, uint32_t field)
{
	if (f->count == f->room && f->room == ROOM_MAX) {
		/* more than it can be told one by one */
		f->count = 0;
		f->again = true;
	}
	if (f->count == f->room)
		grow(f);
	f->ring[(f->first + f->count++) & (f->room - 1)] = (struct hub_datagram){ type, field };
}

void feed_push_ahead(struct feed *f, uint8_t type, uint32_t field)
{
	if (f->ahead_count < ARRAY_SIZE(f->ahead))
		f->ahead[f->ahead_count++] = (struct hub_datagram){ type, field };
}

void feed_clear(struct feed *f)
{
	f->count = f->ahead_count = 0;
	f->again = false;
	f->state = FEED_UPDATES;
}

void feed_whole(struct feed *f, bool marks)
{
	f->marks = marks;
	f->again = false;
	f->state = FEED_BEGIN;
}

bool feed_is_idle(const struct feed *f)
{
	return !f->count && f->state == FEED_UPDATES && !f->again;
}

bool feed_may_repeat(struct feed *f, size_t count, uint64_t now, uint64_t interval_ms)
{
	if (!feed_is_idle(f) || (count > SMALL && now - f->whole_at < interval_ms / 2))
		return false;
	f->whole_at = now;
	return true;
}

static bool take_ahead(struct feed *f, struct hub_datagram *to)
{
	if (!f->ahead_count)
		return false;
	*to = f->ahead[0];
	memmove(f->ahead, f->ahead + 1, --f->ahead_count * sizeof(*f->ahead));
	return true;
}

static bool take_update(struct feed *f, struct hub_datagram *to)
{
	if (!f->count)
		return false;
	*to = f->ring[f->first];
	f->first = (f->first + 1) & (f->room - 1);
	f->count--;
	return true;
}

/* take_whole() - the set's next piece: its begin, an address, its end */
static bool take_whole(struct feed *f, feed_next_fn *next, void *arg, uint32_t digest,
		       struct hub_datagram *to)
{
	if (f->state == FEED_UPDATES && f->again)
		feed_whole(f, f->marks);
	if (f->state == FEED_BEGIN) {
		f->state = FEED_WHOLE;
		f->cursor = 0;
		if (f->marks) {
			*to = (struct hub_datagram){ HUB_SYNC_BEGIN, 0 };
			return true;
		}
	}
	if (f->state == FEED_WHOLE) {
		to->type = HUB_ADD;
		if (next(arg, &f->cursor, &to->field))
			return true;
		f->state = FEED_UPDATES;
		if (f->marks) {
			*to = (struct hub_datagram){ HUB_SYNC_END, digest };
			return true;
		}
	}
	return false;
}

bool feed_take(struct feed *f, feed_next_fn *next, void *arg, uint32_t digest,
	       struct hub_datagram *to)
{
	return take_ahead(f, to) || take_update(f, to) || take_whole(f, next, arg, digest, to);
}
