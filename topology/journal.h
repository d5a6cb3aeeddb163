/* SPDX-License-Identifier: MIT */
/*
 * What happened in a lab, as a file: ROOT/LAB/events, a JSON object a line, oldest first. Readers
 * (`events`, `wait`, `test`) follow the file, so that a slow one holds up nobody. Each event has a
 * number, from 1 and without a gap, and the nanoseconds since the lab began. The file is bounded:
 * when the newer half is full it becomes the older half, "events.1".
 */
#ifndef VETHLAB_JOURNAL_H
#define VETHLAB_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "topology/lab.h"

#define JOURNAL_FILE "events"

struct journal {
	char *path;
	int fd;
	uint64_t born_ns;
	uint64_t n;	/* of the last event */
	uint64_t lost;	/* events that a full disk took */
	bool lost_told; /* the event that says so is in `text` */
	off_t size;	/* of the file, up to the last whole line */
	char *text;	/* what is not written yet */
	size_t len;
};

/* journal_open() - born_ns: the monotonic clock at the lab's beginning */
void journal_open(struct journal *j, const char *dir, uint64_t born_ns);

/* journal_add() - an event of a node, or of the lab (NULL); takes over `fields`, an object or NULL.
 * It is on the disk after journal_flush(). */
void journal_add(struct journal *j, const struct node *node, const char *kind, const char *what,
		 json_t *fields);
void journal_flush(struct journal *j);
void journal_close(struct journal *j);

#endif
