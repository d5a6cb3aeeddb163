/* SPDX-License-Identifier: MIT */
/*
 * The event loop: libevent behind a few calls. Callbacks get their argument alone; a watch knows
 * its descriptor, a timer its loop. SIGTERM and SIGINT end loop_run(), and so does SIGHUP, when the
 * terminal goes, unless nohup(1) ignores it or the program has another use for it.
 */
#ifndef VETHLAB_LOOP_H
#define VETHLAB_LOOP_H

#include <stdint.h>

struct loop;
struct watch;

typedef void loop_fn(void *arg);

struct loop *loop_new(void);

/* loop_new_for_files() - one that also watches regular files, as standard input may be one */
struct loop *loop_new_for_files(void);
void loop_free(struct loop *l);

/* loop_run() - until loop_stop() or a signal to end (status 0); the status */
int loop_run(struct loop *l);

/* loop_stop() - after the callback that runs, and the turn's end; of several the first status
 * counts */
void loop_stop(struct loop *l, int status);

/* loop_on_end() - what SIGTERM, SIGINT and SIGHUP do instead of ending the loop */
void loop_on_end(struct loop *l, loop_fn *fn, void *arg);

/* loop_on_turn() - `fn` runs after the callbacks of each turn: where output is gathered */
void loop_on_turn(struct loop *l, loop_fn *fn, void *arg);

/* clock_ms() - milliseconds of the monotonic clock: the `now` that protocol cores are handed */
uint64_t clock_ms(void);
uint64_t clock_ns(void);      /* the same clock, in nanoseconds */
uint64_t clock_wall_ns(void); /* nanoseconds since 1970: what people and captures call time */

/* Watches and timers are made at rest, but for signals; they are freed before their loop. */
struct watch *loop_on_readable(struct loop *l, int fd, loop_fn *fn, void *arg);
struct watch *loop_on_writable(struct loop *l, int fd, loop_fn *fn, void *arg);
struct watch *loop_on_timer(struct loop *l, loop_fn *fn, void *arg);

/* loop_on_signal() - one for SIGHUP is in place of the end that it means otherwise */
struct watch *loop_on_signal(struct loop *l, int signal, loop_fn *fn, void *arg);
void watch_start(struct watch *w);
void watch_start_in(struct watch *w, uint64_t ms); /* a timer: once, so many ms from now */
void watch_stop(struct watch *w);
void watch_free(struct watch *w);

#endif
