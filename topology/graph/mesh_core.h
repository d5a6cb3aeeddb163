/* SPDX-License-Identifier: MIT */
/* What the two parts of the mesh layout share: stress.c finds places, mesh.c draws. */
#ifndef VETHLAB_MESH_CORE_H
#define VETHLAB_MESH_CORE_H

#include "topology/graph/drawing.h"

#define ASPECT 2.2 /* rows to a column: a character is so much higher than wide */
#define BOX_H  3

struct point {
	double x, y;
};

struct mesh {
	const struct picture *p;
	size_t count, node_count; /* elements: first the nodes, then the LANs */
	size_t *lan_of;		  /* of an element behind the nodes */
	size_t *element_of;	  /* of a wire that is a LAN */
	double *distance;	  /* in hops, count * count */
	struct point *at;	  /* in columns, both ways */
};

/* mesh_settle() - a place for each element: neighbours are near, and no box is on another. The
 * same mesh gets the same places. */
void mesh_settle(struct mesh *m);

/* other_side() - the element that this end leads to */
size_t other_side(const struct mesh *m, size_t end);

/* degree() - how many ends an element has */
size_t degree(const struct mesh *m, size_t element);

double box_width(const struct mesh *m, size_t element);

#endif
