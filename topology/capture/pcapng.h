/* SPDX-License-Identifier: MIT */
/*
 * The pcapng file format, the blocks that a capture of a lab needs (draft-ietf-opsawg-pcapng;
 * the numbers of sections are those of its version 2). All fields are in this machine's byte
 * order, which the section header tells. What is written once goes to the end of `struct bytes`;
 * a frame goes to where the caller has room for it.
 */
#ifndef VETHLAB_PCAPNG_H
#define VETHLAB_PCAPNG_H

#include <stdint.h>

#include "nodes/common/bytes.h"
#include "nodes/common/inet.h"

/* pcapng_section() - the beginning of a file: a Section Header Block (4.1) */
void pcapng_section(struct bytes *to, const char *application, const char *comment);

/* An interface of Ethernet frames with times in nanoseconds. */
struct pcapng_iface {
	const char *name, *description;
	const char *filter; /* or NULL */
	struct mac mac;
	const struct prefix *addrs;
	size_t addr_count;
};

/* pcapng_interface() - an Interface Description Block (4.2); the first has the number 0 */
void pcapng_interface(struct bytes *to, const struct pcapng_iface *i);

/* pcapng_name() - a Name Resolution Block (4.5) with one record */
void pcapng_name(struct bytes *to, const struct addr *a, const char *name);

/* What became of an interface's frames. */
struct pcapng_counts {
	uint64_t begun_ns, ended_ns;
	uint64_t received, dropped;
	const char *comment; /* or NULL */
};

/* pcapng_statistics() - an Interface Statistics Block (4.6) */
void pcapng_statistics(struct bytes *to, uint32_t iface, const struct pcapng_counts *c);

/* pcapng_journal() - a systemd Journal Export Block (4.7): an entry of "NAME=VALUE" lines */
void pcapng_journal(struct bytes *to, const char *entry, size_t len);

enum direction { DIRECTION_UNKNOWN, DIRECTION_IN, DIRECTION_OUT };

struct pcapng_frame {
	uint64_t ns; /* since 1970 */
	uint32_t iface;
	enum direction direction;
	const uint8_t *data;
	uint32_t len, whole_len; /* octets at `data`; of the frame on the wire */
	uint32_t vlan;		 /* TPID and TCI of a tag to be put back into the header, or 0 */
};

/* pcapng_frame_size() - octets of an Enhanced Packet Block (4.3); pcapng_frame_put() writes so
 * many */
uint32_t pcapng_frame_size(const struct pcapng_frame *f);
void pcapng_frame_put(uint8_t *to, const struct pcapng_frame *f);

#endif
