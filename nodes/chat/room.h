/* SPDX-License-Identifier: MIT */
/*
 * The chat itself, without sockets and without a clock: bytes and `now` go in, lines for each
 * member come out.
 *
 * All that is said stands once, in one list; each member has a cursor into it and skips what is not
 * for it. So a line costs one buffer however many read it, and a member's queue is the distance
 * from its cursor to the end.
 */
#ifndef VETHLAB_CHAT_ROOM_H
#define VETHLAB_CHAT_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct room;
struct member;

struct room_config {
	uint64_t max_members;
	uint64_t max_line;			  /* octets, without the line end */
	uint64_t queue;				  /* octets that may wait for one member */
	uint64_t idle_ms;			  /* silence allowed; 0: any */
	uint64_t rate;				  /* lines a second from one member; 0: any */
	void (*log)(void *arg, const char *line); /* joined, left and why */
	void *log_arg;
};

struct room *room_new(const struct room_config *config);
void room_free(struct room *r);

/* room_join() - a new member, greeted and announced; NULL: the room is full */
struct member *room_join(struct room *r, uint64_t now);

/* member_free() - forgets a member that has left or leaves now without a word */
void member_free(struct member *m);
unsigned member_number(const struct member *m);

/* room_input() - what a member sent. Whole lines are said at once, or later where a rate is set. */
void room_input(struct member *m, const char *data, size_t len, uint64_t now);

/* room_input_ended() - nothing more comes; what came without a line end is a line too */
void room_input_ended(struct member *m, uint64_t now);

/* room_go_on() - says what the rate held back and is due; call it when room_wait() is over */
void room_go_on(struct member *m, uint64_t now);

/* room_wait() - how long to read nothing from this member, in ms: its rate, or the room's readers
 * that need a moment; 0: go on reading */
uint64_t room_wait(const struct member *m, uint64_t now);

/* room_sweep() - members that were silent for too long leave */
void room_sweep(struct room *r, uint64_t now);

/* room_leave() - it is gone: `why` is for the others and the log, or NULL */
void room_leave(struct member *m, const char *why);

/* room_has_left() - the member has left: once its output is out, close */
bool room_has_left(const struct member *m);

/* room_output() - what waits for a member, as at most `max` parts, which are the room's; how many.
 * room_sent() takes n octets off, and the parts with them. */
size_t room_output(struct member *m, struct iovec *iov, size_t max);
void room_sent(struct member *m, size_t n);

/* room_check_reader() - after output was offered: true, it does not keep up and is to be dropped */
bool room_check_reader(struct member *m, uint64_t now);

/* room_waiting() - octets that wait for a member */
size_t room_waiting(const struct member *m);

/* room_unsent() - octets said since room_offered(), which ends a round of output to all members:
 * time for the next one, should it be much */
size_t room_unsent(const struct room *r);
void room_offered(struct room *r);

#endif
