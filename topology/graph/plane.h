/* SPDX-License-Identifier: MIT */
/* The places on a drawing that boxes and labels have taken, so that a label that looks for its
 * place asks its neighbourhood alone. */
#ifndef VETHLAB_PLANE_H
#define VETHLAB_PLANE_H

#include "topology/graph/drawing.h"

struct plane;

/* plane_of() - what boxes and labels leave of this drawing; what is drawn later is told by
 * plane_take() */
struct plane *plane_of(const struct drawing *d);
void plane_free(struct plane *p);

void plane_take(struct plane *p, const struct shape *place);
bool plane_is_free(const struct plane *p, const struct shape *place);

#endif
