/* SPDX-License-Identifier: MIT */
#include "topology/capture/pcapng.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "nodes/common/mem.h"

enum block {
	BLOCK_INTERFACE = 1,
	BLOCK_NAMES = 4,
	BLOCK_STATISTICS = 5,
	BLOCK_FRAME = 6,
	BLOCK_JOURNAL = 9,
	BLOCK_SECTION = 0x0a0d0d0a,
};

/* Options: the first two are every block's. */
enum option {
	OPT_END = 0,
	OPT_COMMENT = 1,
	SHB_OS = 3,
	SHB_APPLICATION = 4,
	IF_NAME = 2,
	IF_DESCRIPTION = 3,
	IF_IPV4_ADDR = 4,
	IF_IPV6_ADDR = 5,
	IF_MAC = 6,
	IF_TIME_RESOLUTION = 9,
	IF_FILTER = 11,
	EPB_FLAGS = 2,
	ISB_BEGUN = 2,
	ISB_ENDED = 3,
	ISB_RECEIVED = 4,
	ISB_DROPPED = 5,
};

#define BYTE_ORDER_MAGIC  0x1a2b3c4d
#define LINKTYPE_ETHERNET 1
#define NANOSECONDS	  9
#define FILTER_IS_TEXT	  0
#define NAME_IPV4	  1
#define NAME_IPV6	  2
#define NAME_LEN_MAX	  255
#define FRAME_HEADER_LEN  28
#define FRAME_OPTIONS_LEN 12 /* the flags, and the end of options */
#define MACS_LEN	  12
#define VLAN_TAG_LEN	  4

static uint32_t padded(uint32_t len)
{
	return (len + 3) & ~3u;
}

/* ---- what every block has -------------------------------------------------------------------- */

static void add_u16(struct bytes *to, uint16_t v)
{
	bytes_add(to, &v, sizeof(v));
}

static void add_u32(struct bytes *to, uint32_t v)
{
	bytes_add(to, &v, sizeof(v));
}

/* add_padded() - with zeroes up to a multiple of 32 bits */
static void add_padded(struct bytes *to, const void *data, size_t len)
{
	static const char zeroes[4];

	bytes_add(to, data, len);
	bytes_add(to, zeroes, padded((uint32_t)len) - len);
}

/* begin() - a block's type, and room for its length, which end() puts there; where it begins */
static size_t begin(struct bytes *to, enum block type)
{
	size_t at = to->len;

	add_u32(to, type);
	add_u32(to, 0);
	return at;
}

/* end() - its length, which stands at both ends of a block */
static void end(struct bytes *to, size_t at)
{
	uint32_t len = (uint32_t)(to->len - at + sizeof(len));

	add_u32(to, len);
	memcpy(to->data + at + sizeof(uint32_t), &len, sizeof(len));
}

/* add_option() - `len` is what the option says, without the padding */
static void add_option(struct bytes *to, enum option code, const void *data, size_t len)
{
	add_u16(to, (uint16_t)code);
	add_u16(to, (uint16_t)len);
	add_padded(to, data, len);
}

/* add_text() - nothing for NULL and ""; what is longer than an option can be is cut */
static void add_text(struct bytes *to, enum option code, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (len)
		add_option(to, code, text, len < UINT16_MAX ? len : UINT16_MAX);
}

static void add_count(struct bytes *to, enum option code, uint64_t count)
{
	add_option(to, code, &count, sizeof(count));
}

/* ---- blocks ---------------------------------------------------------------------------------- */

void pcapng_section(struct bytes *to, const char *application, const char *comment)
{
	static const int64_t length_unknown = -1;
	size_t at = begin(to, BLOCK_SECTION);
	struct utsname os;
	char text[sizeof(os.sysname) + sizeof(os.release)];

	add_u32(to, BYTE_ORDER_MAGIC);
	add_u16(to, 1); /* version 1.0 */
	add_u16(to, 0);
	bytes_add(to, &length_unknown, sizeof(length_unknown));
	add_text(to, OPT_COMMENT, comment);
	if (uname(&os) == 0) {
		snprintf(text, sizeof(text), "%s %s", os.sysname, os.release);
		add_text(to, SHB_OS, text);
	}
	add_text(to, SHB_APPLICATION, application);
	add_option(to, OPT_END, NULL, 0);
	end(to, at);
}

/* add_address() - IPv4 with its mask, IPv6 with its prefix length */
static void add_address(struct bytes *to, const struct prefix *p)
{
	uint8_t data[17];

	if (p->addr.family == AF_INET) {
		uint32_t mask = htonl(ip4_mask(p->len));

		memcpy(data, p->addr.bytes, 4);
		memcpy(data + 4, &mask, 4);
		add_option(to, IF_IPV4_ADDR, data, 8);
	} else {
		memcpy(data, p->addr.bytes, 16);
		data[16] = (uint8_t)p->len;
		add_option(to, IF_IPV6_ADDR, data, 17);
	}
}

/* add_filter() - an octet that says that it is text, then the text */
static void add_filter(struct bytes *to, const char *filter)
{
	auto_free char *option = xasprintf("%c%s", FILTER_IS_TEXT, filter);
	size_t len = 1 + strlen(filter);

	add_option(to, IF_FILTER, option, len < UINT16_MAX ? len : UINT16_MAX);
}

void pcapng_interface(struct bytes *to, const struct pcapng_iface *i)
{
	static const uint8_t resolution = NANOSECONDS;
	size_t at = begin(to, BLOCK_INTERFACE);

	add_u16(to, LINKTYPE_ETHERNET);
	add_u16(to, 0);
	add_u32(to, 0); /* no limit of a frame's length */
	add_text(to, IF_NAME, i->name);
	add_text(to, IF_DESCRIPTION, i->description);
	for (size_t k = 0; k < i->addr_count; k++)
		add_address(to, &i->addrs[k]);
	add_option(to, IF_MAC, i->mac.bytes, sizeof(i->mac.bytes));
	add_option(to, IF_TIME_RESOLUTION, &resolution, 1);
	if (i->filter)
		add_filter(to, i->filter);
	add_option(to, OPT_END, NULL, 0);
	end(to, at);
}

void pcapng_name(struct bytes *to, const struct addr *a, const char *name)
{
	size_t at = begin(to, BLOCK_NAMES), address_len = addr_bits(a) / 8;
	size_t len = strnlen(name, NAME_LEN_MAX);
	uint8_t record[16 + NAME_LEN_MAX + 1] = { 0 };

	memcpy(record, a->bytes, address_len);
	memcpy(record + address_len, name, len); /* the 0 behind it belongs to the record */
	add_option(to, a->family == AF_INET ? NAME_IPV4 : NAME_IPV6, record, address_len + len + 1);
	add_option(to, OPT_END, NULL, 0); /* of the records; there are no options */
	end(to, at);
}

/* add_time() - in two halves, the upper one first */
static void add_time(struct bytes *to, uint64_t ns)
{
	add_u32(to, (uint32_t)(ns >> 32));
	add_u32(to, (uint32_t)ns);
}

static void add_time_option(struct bytes *to, enum option code, uint64_t ns)
{
	uint32_t halves[2] = { (uint32_t)(ns >> 32), (uint32_t)ns };

	add_option(to, code, halves, sizeof(halves));
}

void pcapng_statistics(struct bytes *to, uint32_t iface, const struct pcapng_counts *c)
{
	size_t at = begin(to, BLOCK_STATISTICS);

	add_u32(to, iface);
	add_time(to, c->ended_ns);
	add_text(to, OPT_COMMENT, c->comment);
	add_time_option(to, ISB_BEGUN, c->begun_ns);
	add_time_option(to, ISB_ENDED, c->ended_ns);
	add_count(to, ISB_RECEIVED, c->received);
	add_count(to, ISB_DROPPED, c->dropped);
	add_option(to, OPT_END, NULL, 0);
	end(to, at);
}

void pcapng_journal(struct bytes *to, const char *entry, size_t len)
{
	size_t at = begin(to, BLOCK_JOURNAL);

	add_padded(to, entry, len);
	end(to, at);
}

/* ---- frames ---------------------------------------------------------------------------------- */

/* tag_len() - of the VLAN tag that is put back; a frame without room for both MACs gets none */
static uint32_t tag_len(const struct pcapng_frame *f)
{
	return f->vlan && f->len >= MACS_LEN ? VLAN_TAG_LEN : 0;
}

uint32_t pcapng_frame_size(const struct pcapng_frame *f)
{
	return FRAME_HEADER_LEN + padded(f->len + tag_len(f)) + FRAME_OPTIONS_LEN + 4;
}

/* store_u32() - in this machine's order, aligned or not; where the next one goes */
static uint8_t *store_u32(uint8_t *to, uint32_t v)
{
	memcpy(to, &v, sizeof(v));
	return to + sizeof(v);
}

static uint8_t *store(uint8_t *to, const void *data, uint32_t len)
{
	memcpy(to, data, len);
	return to + len;
}

/* store_tagged() - the kernel took the VLAN tag out of the header (IEEE 802.1Q): back to its
 * place */
static uint8_t *store_tagged(uint8_t *to, const struct pcapng_frame *f)
{
	uint32_t tag = htonl(f->vlan);

	to = store(to, f->data, MACS_LEN);
	to = store(to, &tag, sizeof(tag));
	return store(to, f->data + MACS_LEN, f->len - MACS_LEN);
}

void pcapng_frame_put(uint8_t *to, const struct pcapng_frame *f)
{
	uint32_t size = pcapng_frame_size(f), tag = tag_len(f), len = f->len + tag;

	to = store_u32(to, BLOCK_FRAME);
	to = store_u32(to, size);
	to = store_u32(to, f->iface);
	to = store_u32(to, (uint32_t)(f->ns >> 32));
	to = store_u32(to, (uint32_t)f->ns);
	to = store_u32(to, len);
	to = store_u32(to, f->whole_len + tag);
	to = tag ? store_tagged(to, f) : store(to, f->data, f->len);
	to = store(to, "\0\0\0", padded(len) - len);
	to = store_u32(to, EPB_FLAGS | sizeof(uint32_t) << 16);
	to = store_u32(to, f->direction);
	to = store_u32(to, OPT_END);
	store_u32(to, size);
}
