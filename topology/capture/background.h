/* SPDX-License-Identifier: MIT */
/* A capture that begins before the lab's first frame, and ends with the lab. */
#ifndef VETHLAB_CAPTURE_BACKGROUND_H
#define VETHLAB_CAPTURE_BACKGROUND_H

/* background_begin() - a process of its own, which waits for the taps of a lab that is about to
 * be built. Its socket, for init: taps go in, an octet comes out when all is seen; or the end,
 * if it failed, which it has said. Ends the program if there can be no process. */
int background_begin(const char *path);

#endif
