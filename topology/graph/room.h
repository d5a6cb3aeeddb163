/* SPDX-License-Identifier: MIT */
/* The room on a drawing that boxes and labels have taken, so that a label that looks for its place asks
 * its neighbourhood alone. */
#ifndef VETHLAB_ROOM_H
#define VETHLAB_ROOM_H

#include "topology/graph/drawing.h"

struct room;

/* room_of() - what boxes and labels leave of this drawing; what is drawn later is told by
 * room_take() */
struct room *room_of(const struct drawing *d);
void room_free(struct room *r);

void room_take(struct room *r, const struct shape *place);
bool room_is_free(const struct room *r, const struct shape *place);

#endif
