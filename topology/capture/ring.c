/* SPDX-License-Identifier: MIT */
#include "topology/capture/ring.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nodes/common/compiler.h"

#define BLOCKS	      16
#define BLOCK_LEN_MIN 4096u
#define BLOCK_LEN_MAX (4u << 20)

/* block_len() - a power of two, so that BLOCKS of them are at most `octets` */
static uint32_t block_len(size_t octets)
{
	uint32_t len = BLOCK_LEN_MIN;

	while (len < BLOCK_LEN_MAX && (size_t)len * 2 * BLOCKS <= octets)
		len *= 2;
	return len;
}

/* set() - an option of a packet socket; 0, or errno */
static int set(int fd, int option, int value)
{
	return setsockopt(fd, SOL_PACKET, option, &value, sizeof(value)) < 0 ? errno : 0;
}

/* set_ring() - as many blocks as there are to be, smaller ones if memory is short; 0, or errno */
static int set_ring(struct ring *r, const struct ring_options *o)
{
	struct tpacket_req3 req = { 0 };

	r->block_count = BLOCKS;
	for (r->block_len = block_len(o->octets);; r->block_len /= 2) {
		req = (struct tpacket_req3){
			.tp_block_size = r->block_len,
			.tp_block_nr = r->block_count,
			.tp_frame_size = r->block_len,
			.tp_frame_nr = r->block_count,
			.tp_retire_blk_tov = o->timeout_ms,
		};
		if (setsockopt(r->fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)) == 0)
			return 0;
		/* memory in pieces of this size may be short where smaller ones are there */
		if (errno != ENOMEM || r->block_len == BLOCK_LEN_MIN)
			return errno;
	}
}

int ring_start(struct ring *r, int fd, const struct ring_options *o)
{
	struct sockaddr_ll all = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int err = 0;

	*r = (struct ring){ .fd = fd };
	if (!o->outgoing)
		err = set(fd, PACKET_IGNORE_OUTGOING, 1);
	if (!err)
		err = set(fd, PACKET_VERSION, TPACKET_V3);
	if (!err)
		err = set_ring(r, o);
	if (err)
		return err;
	r->map = mmap(NULL, (size_t)r->block_len * r->block_count, PROT_READ | PROT_WRITE,
		      MAP_SHARED, fd, 0);
	if (r->map == MAP_FAILED) {
		r->map = NULL;
		return errno;
	}
	if (o->filter &&
	    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, o->filter, sizeof(*o->filter)) < 0)
		return errno;
	return bind(fd, (struct sockaddr *)&all, sizeof(all)) < 0 ? errno : 0;
}

void ring_stop(struct ring *r)
{
	if (r->map)
		munmap(r->map, (size_t)r->block_len * r->block_count);
	cleanup_close(&r->fd);
	r->map = NULL;
}

static struct tpacket_hdr_v1 *block_at(const struct ring *r, uint32_t i)
{
	return &((struct tpacket_block_desc *)(r->map + (size_t)i * r->block_len))->hdr.bh1;
}

/* is_ours() - acquire: what the kernel wrote into the block before it gave it to us is seen */
static bool is_ours(const struct tpacket_hdr_v1 *h)
{
	return __atomic_load_n(&h->block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER;
}

/* give_back() - release: all of the block was read. Its frames must not be touched any more. */
static void give_back(struct ring *r)
{
	__atomic_store_n(&block_at(r, r->block)->block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	r->block = (r->block + 1) % r->block_count;
}

/* open_block() - the next one that has frames, if the kernel is done with it */
static bool open_block(struct ring *r)
{
	for (uint32_t i = 0; i < r->block_count; i++) {
		const struct tpacket_hdr_v1 *h = block_at(r, r->block);

		if (!is_ours(h))
			return false;
		r->left = h->num_pkts;
		r->frame = (const uint8_t *)h - offsetof(struct tpacket_block_desc, hdr) +
			   h->offset_to_first_pkt;
		if (r->left)
			return true;
		give_back(r);
	}
	return false;
}

bool ring_peek(struct ring *r, struct ring_frame *f)
{
	const struct tpacket3_hdr *h;
	const struct sockaddr_ll *from;

	if (!r->left && !open_block(r))
		return false;
	h = (const void *)r->frame;
	from = (const void *)(r->frame + TPACKET_ALIGN(sizeof(*h)));
	*f = (struct ring_frame){
		.ns = (uint64_t)h->tp_sec * 1000000000 + h->tp_nsec,
		.data = r->frame + h->tp_mac,
		.len = h->tp_snaplen,
		.whole_len = h->tp_len,
		.ifindex = (uint32_t)from->sll_ifindex,
		.outgoing = from->sll_pkttype == PACKET_OUTGOING,
	};
	if (h->tp_status & TP_STATUS_VLAN_VALID)
		f->vlan = (h->tp_status & TP_STATUS_VLAN_TPID_VALID ? h->hv1.tp_vlan_tpid
								    : (uint32_t)ETH_P_8021Q)
				  << 16 |
			  h->hv1.tp_vlan_tci;
	return true;
}

void ring_next(struct ring *r)
{
	const struct tpacket3_hdr *h = (const void *)r->frame;

	r->frame += h->tp_next_offset;
	if (!--r->left)
		give_back(r);
}

void ring_count(struct ring *r)
{
	struct tpacket_stats_v3 stats;
	socklen_t len = sizeof(stats);

	if (!r->map || getsockopt(r->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) < 0)
		return;
	r->received += stats.tp_packets; /* reading sets them back to 0 */
	r->dropped += stats.tp_drops;
}

uint32_t ring_blocks_ready(const struct ring *r)
{
	uint32_t count = 0;

	while (count < r->block_count && is_ours(block_at(r, (r->block + count) % r->block_count)))
		count++;
	return count;
}
