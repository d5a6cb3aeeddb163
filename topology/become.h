/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_BECOME_H
#define VETHLAB_BECOME_H

/* become() - this process becomes the command; if it cannot, it says why and ends as a shell does:
 * 127 there is no such program, 126 it cannot be run */
_Noreturn void become(char *const argv[]);

/* wait_for() - the status of a child as a shell gives it: its own, or 128 + signal. What the
 * keyboard sends is the child's alone; SIGTERM and SIGHUP are passed on to it. */
int wait_for(int pid);

#endif
