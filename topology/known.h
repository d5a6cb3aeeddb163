/* SPDX-License-Identifier: MIT */
/*
 * What is known of one node's kernel: its objects by name. A message of the kernel changes it, and
 * a look (a dump) finds out what changed without a message: IPv4 routes go with their link, their
 * address or their nexthop object, and the kernel says nothing of it.
 */
#ifndef VETHLAB_KNOWN_H
#define VETHLAB_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "topology/object.h"

struct known {
	void *tree;		/* of tsearch(3) */
	uint32_t look;		/* number of the look under way, or of the last */
	struct gone_link *gone; /* the last ones, a ring; NULL: none has gone yet */
	unsigned gone_count;
};

enum change { CHANGE_NONE, CHANGE_ADDED, CHANGE_CHANGED, CHANGE_REMOVED };

/* known_note() - the object is there, or it is gone: what that changes in what was known */
enum change known_note(struct known *k, const struct object *o, bool gone);

/* known_note_untold() - it was found before anybody was told of anything. Either it was there all
 * along, or the message that says so is on its way; if that comes before known_all_told(), then it
 * tells of something new. */
void known_note_untold(struct known *k, const struct object *o);
void known_all_told(struct known *k);

/* known_find() - what is known under the name of this object, or NULL */
const struct object *known_find(const struct known *k, const struct object *name);

/* A look: begin, note all that is seen, end. known_end_look() forgets the objects that
 * were not seen, of the kinds that `kinds` has a bit for (1 << OBJECT_...), and tells
 * each before it is gone. */
typedef void known_fn(void *arg, const struct object *o);
void known_begin_look(struct known *k);
void known_end_look(struct known *k, unsigned kinds, known_fn *forgotten, void *arg);
#define KINDS_ALL (~0u)

/* known_link_name() - of an index, also of a link that has gone a moment ago: its routes may be missed
 * after it. Of one never heard of `text`, as "if7". */
const char *known_link_name(const struct known *k, unsigned index, char text[16]);

void known_free(struct known *k);

#endif
