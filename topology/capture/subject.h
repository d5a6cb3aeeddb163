/* SPDX-License-Identifier: MIT */
/* What a person wants to have captured: names of a lab's nodes, interfaces and LANs, then a
 * filter. */
#ifndef VETHLAB_CAPTURE_SUBJECT_H
#define VETHLAB_CAPTURE_SUBJECT_H

#include "topology/capture/capture.h"

/* subject_ask() - the first word that is no name of the lab begins the filter, which goes into
 * the options; its init is asked for the rest, and attended. What is wrong ends the program: 2 a
 * filter, 3 a name. */
void subject_ask(const char *lab, const char *const *words, size_t count, struct capture_options *o,
		 struct listing *l);

/* subject_ask_names() - the same without a filter among them; that of `o` may be set already */
void subject_ask_names(const char *lab, const char *const *names, size_t count,
		       struct capture_options *o, struct listing *l);

void subject_free(struct capture_options *o, struct listing *l);

#endif
