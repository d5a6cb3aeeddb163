/* SPDX-License-Identifier: MIT */
/* A capture that is looked at while it runs: tshark or Wireshark reads it from a pipe. */
#ifndef VETHLAB_CAPTURE_VIEWER_H
#define VETHLAB_CAPTURE_VIEWER_H

#include <sys/types.h>

#include "topology/capture/capture.h"

enum viewer { VIEWER_TEXT, VIEWER_WINDOW };

/* viewer_begin() - starts it, with the dissectors for vethlab's own protocols, and makes a pipe
 * to it the output. Ends the program if it is not there. Its pid, for viewer_end(), which waits
 * for its end: 0, or 1 if it failed. */
pid_t viewer_begin(struct capture_options *o, enum viewer which);
int viewer_end(pid_t pid);

#endif
