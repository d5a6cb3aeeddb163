/* SPDX-License-Identifier: MIT */
/*
 * The frames of one network namespace: an unbound packet socket sees all its interfaces, and
 * puts them into a ring of blocks that the kernel shares with us (packet(7), TPACKET_V3). What
 * comes while the ring is full is dropped, and counted.
 */
#ifndef VETHLAB_RING_H
#define VETHLAB_RING_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring {
	int fd;
	uint8_t *map;
	uint32_t block_len, block_count;
	uint32_t block; /* the one that is read */
	uint32_t left;	/* frames in it that were not read; 0: it is not ours yet */
	const uint8_t *frame;
	uint64_t received, dropped; /* as of the last ring_count() */
};

struct ring_options {
	size_t octets;	     /* of the ring */
	unsigned timeout_ms; /* a block that is not full is ours after this time, or twice of it */
	bool outgoing;	     /* also what is sent here, not only what arrives */
	const struct sock_fprog *filter;
};

/* ring_start() - makes of a new packet socket, which sees nothing yet, a ring that fills. Takes
 * 15 ms and more, most of which is waiting: do several in parallel. 0, or errno; ring_stop() is
 * due anyway. */
int ring_start(struct ring *r, int fd, const struct ring_options *o);
void ring_stop(struct ring *r);

struct ring_frame {
	uint64_t ns; /* since 1970 */
	const uint8_t *data;
	uint32_t len, whole_len; /* of what was kept; on the wire */
	uint32_t ifindex;
	uint32_t vlan; /* TPID and TCI, where the kernel took a tag out of the frame, or 0 */
	bool outgoing;
};

/* ring_peek() - the next frame; false: there is none yet. ring_next() goes behind it, and
 * then its data may be gone. */
bool ring_peek(struct ring *r, struct ring_frame *f);
void ring_next(struct ring *r);

/* ring_count() - brings the counts up to date */
void ring_count(struct ring *r);

/* ring_blocks_ready() - how many blocks wait to be read: a measure of how near it is to dropping */
uint32_t ring_blocks_ready(const struct ring *r);

#endif
