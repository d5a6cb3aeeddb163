/* SPDX-License-Identifier: MIT */
/* An event of the journal in words, for people: `events` prints them, a capture has them between
 * its frames. */
#ifndef VETHLAB_EVENT_TEXT_H
#define VETHLAB_EVENT_TEXT_H

#include <jansson.h>
#include <stdio.h>

/* event_say() - what happened, without time, node and kind, and without a line's end */
void event_say(FILE *to, const json_t *e);

#endif
