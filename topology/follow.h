/* SPDX-License-Identifier: MIT */
/*
 * Reading what init writes: a file of lines that grows, and whose newer half becomes "PATH.1"
 * when it is full (nodelog.c, journal.c). Whoever reads slowly holds up nobody, and may miss
 * what was forgotten meanwhile.
 */
#ifndef VETHLAB_FOLLOW_H
#define VETHLAB_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

struct follower;

/* A line without its end; it may be changed. */
typedef void follow_fn(void *arg, char *line);

/* follow_new() - of a file that need not be there yet. Ends the program if it cannot be watched. */
struct follower *follow_new(const char *path);

/* follow_unwatched() - the same, for who knows from elsewhere when to read: it has no
 * follow_fd() */
struct follower *follow_unwatched(const char *path);

/* follow_make() - makes the file if it is not there: its last lines are seen, even if they are its
 * first and the file is taken away right behind them */
void follow_make(struct follower *f);
void follow_free(struct follower *f);

/* follow_fd() - gets readable when there may be more to read */
int follow_fd(const struct follower *f);

/* follow_read() - each whole line that was not read yet, oldest first */
void follow_read(struct follower *f, follow_fn *fn, void *arg);

/* follow_last() - the same, but of what is wanted only the last n lines */
typedef bool follow_wanted_fn(const void *arg, const char *line);
void follow_last(struct follower *f, uint64_t n, follow_wanted_fn *wanted, follow_fn *fn,
		 void *arg);

/* follow_to_the_end() - all that comes until the lab ends; `turn` after each batch, or NULL */
void follow_to_the_end(struct follower *f, const char *lab, follow_fn *fn, void (*turn)(void),
		       void *arg);

#endif
