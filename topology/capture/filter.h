/* SPDX-License-Identifier: MIT */
/*
 * What the kernel lets through to a packet socket: the frames of some interfaces, and of these the
 * ones that a filter in libpcap's language wants (pcap-filter(7)).
 */
#ifndef VETHLAB_CAPTURE_FILTER_H
#define VETHLAB_CAPTURE_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filter {
	struct sock_filter *code; /* NULL: everything */
	size_t count;
	bool unable; /* it did not compile, and not because of its grammar */
};

/* filter_compile() - false: `*why`, to be freed, says what is wrong with the text. VLAN tags
 * cannot be filtered by: the kernel takes them out of a frame before a filter sees it. */
bool filter_compile(struct filter *f, const char *text, char **why);
void filter_free(struct filter *f);

/* filter_for() - the same for a few interfaces alone; `indices` is sorted here. The result's
 * code is to be freed. */
struct sock_fprog filter_for(const struct filter *f, uint32_t *indices, size_t count);

#endif
