/* SPDX-License-Identifier: MIT */
/* Scenes at work in a running lab: actions, each when its time has come. */
#ifndef VETHLAB_SCENES_H
#define VETHLAB_SCENES_H

#include <stdint.h>

#include "topology/lab.h"

struct init;
struct scenes;

struct scenes *scenes_new(struct init *init);
void scenes_free(struct scenes *s);

/* scene_play() - begins now, and does what is due at once; its number, by which the
 * journal tells when it is done */
uint64_t scene_play(struct scenes *s, const struct scene *scene);

#endif
