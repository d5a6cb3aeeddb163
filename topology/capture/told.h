/* SPDX-License-Identifier: MIT */
/*
 * What a lab tells while it is captured: the lines that the nodes' programs print, and the
 * events of the journal. Each has its time, and becomes an entry of a systemd journal in the
 * capture.
 */
#ifndef VETHLAB_TOLD_H
#define VETHLAB_TOLD_H

#include <stdint.h>

#include "nodes/common/bytes.h"

struct told;

/* told_new() - of the lab in this state folder, whose monotonic clock was born_ns at its beginning;
 * from since_ns on, in nanoseconds since 1970. Ends the program if the folder cannot be watched. */
struct told *told_new(const char *dir, const char *lab, uint64_t born_ns, uint64_t since_ns);
void told_free(struct told *t);

int told_fd(const struct told *t); /* readable when there may be more */

struct telling {
	uint64_t ns;	  /* since 1970 */
	const char *node; /* or the lab's name */
	const char *who;  /* the command, or "vethlab" */
	const char *kind; /* of an event; NULL: a printed line */
	const char *text;
	const char *address, *name; /* an event from which the address is the node's; or NULL */
};

/* told_read() - all that came meanwhile; of one source in the order of their times */
typedef void told_fn(void *arg, const struct telling *t);
void told_read(struct told *t, told_fn *fn, void *arg);

/* told_entry() - as it stands in a capture at the time `ns`: in the form of systemd's Journal
 * Export Format */
void told_entry(struct bytes *to, const struct telling *t, uint64_t ns);

#endif
