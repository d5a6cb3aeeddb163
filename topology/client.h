/* SPDX-License-Identifier: MIT */
/* The asking side of control.h: which lab is meant, and what its init answers. */
#ifndef VETHLAB_CLIENT_H
#define VETHLAB_CLIENT_H

#include <jansson.h>
#include <stdbool.h>

#include "topology/control.h"

#define EXIT_NO_SUCH 3 /* lab or node */

/* lab_meant() - the lab that was named (NULL: $VETHLAB_LAB, or the only one that runs). If there is
 * none or several, says so and ends the program. To be freed. */
char *lab_meant(const char *named);

/* ask() - one request, which is taken over; the answer, to be freed. Ends the
 * program when there is none. */
json_t *ask(const char *lab, json_t *request);

/* ask_if_there() - the same; NULL: the lab has ended meanwhile */
json_t *ask_if_there(const char *lab, json_t *request);

/* ask_at_once() - the same, of a lab that answers within a second; NULL: this one does not */
json_t *ask_at_once(const char *lab, json_t *request);

/* ask_node() - the same about a node: that there is no such node ends the program with status 3.
 * fds, if not NULL, has room for ENTER_COUNT descriptors; it is left alone if not so many came. */
json_t *ask_node(const char *lab, const char *verb, const char *node, int *fds);

/* ask_taps() - the packet sockets of a capture, and what they are (taps.h); words: NODE, NODE:IF
 * and LAN. What is not there ends the program. The descriptors are to be closed, their list to
 * be freed. */
json_t *ask_taps(const char *lab, const char *const *words, size_t count, bool both, int **fds,
		 size_t *fd_count);

/* receive_taps() - the same, from a socket that `up` shares with init; NULL: there is no answer */
json_t *receive_taps(int fd, int **fds, size_t *count);

/* attend() - a connection that gets readable when the lab is about to end: all commands have
 * ended, and its wires are still there. init waits for its being closed, a little. -1: the lab
 * has just ended. Where too many attend already the program ends with status 1. */
int attend(const char *lab);

/* act() - something is done to the lab: the words of action.h. What there was not to do is noted on
 * standard error; what could not be done ends the program. */
void act(const char *lab, const char *const *words, size_t count);

/* check_answer() - an answer that is an error ends the program: status 1 it failed, 2 wrong use,
 * 3 of something that is not there */
void check_answer(const json_t *answer);

/* ask_down() - asks the lab to end and waits until its last process is gone; false: it was not
 * there any more */
bool ask_down(const char *lab);

#endif
