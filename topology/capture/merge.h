/* SPDX-License-Identifier: MIT */
/*
 * Blocks of many sources, in the order of their times. What a source adds is almost in order
 * already; merge_take() gives away what is old enough that nothing older can still come. The
 * memory is bounded: when it is used up, nothing can be added until something is taken and
 * released.
 *
 *   source 0  |1 4 6 9 ...        merge_take(until 6):  1 2 3 4 4 6
 *   source 1  |2 3 4 8 ...        what lies side by side in memory is one piece of the list
 */
#ifndef VETHLAB_MERGE_H
#define VETHLAB_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct merge;

/* merge_new() - in at most about `octets` of memory, of so many sources, the last of which is
 * the one whose blocks are not frames */
struct merge *merge_new(size_t sources, size_t octets);
void merge_free(struct merge *m);

/* merge_add() - room for a block of `len` octets and this time, to be written at once; NULL:
 * none is left, or len is nearly MERGE_BLOCK_MAX, of which a slab's header takes some. */
#define MERGE_BLOCK_MAX (1u << 20)
uint8_t *merge_add(struct merge *m, size_t source, uint64_t ns, uint32_t len);

size_t merge_count(const struct merge *m); /* blocks that were not taken */
uint64_t merge_oldest(
	const struct merge *m); /* the time of the first of them; UINT64_MAX: there is none */

/* A handful of blocks on their way out. */
#define BATCH_PIECES 1024
#define BATCH_BLOCKS 8192
#define BATCH_OCTETS (256u << 10) /* about; a full disk takes no more of what was written back */
struct batch {
	struct iovec pieces[BATCH_PIECES];
	size_t piece_count, octets;
	size_t piece_next; /* the first one that was not written */
	uint8_t *blocks[BATCH_BLOCKS];
	size_t block_count, frame_count;
	uint64_t last_ns; /* of its last block */
};

struct merge_limits {
	uint64_t until_ns; /* no block that is newer */
	uint64_t octets;   /* no more, but for the first block */
	uint64_t frames;
};

/* merge_take() - the oldest blocks, into an empty batch; false: there is none within the limits */
bool merge_take(struct merge *m, const struct merge_limits *limits, struct batch *b);

/* merge_release() - they are written: their memory is free again, the batch is empty */
void merge_release(struct merge *m, struct batch *b);

#endif
