/* SPDX-License-Identifier: MIT */
/* A capture as text on standard output: tshark reads it from a pipe. */
#ifndef VETHLAB_CAPTURE_TEXT_H
#define VETHLAB_CAPTURE_TEXT_H

#include <sys/types.h>

#include "topology/capture/capture.h"

/* text_begin() - starts tshark, and makes a pipe to it the output. Ends the program if there is no
 * tshark. Its pid, for text_end(), which waits until it has shown all; 0, or 1 if it failed. */
pid_t text_begin(struct capture_options *o);
int text_end(pid_t reader);

#endif
