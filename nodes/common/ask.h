/* SPDX-License-Identifier: MIT */
/*
 * A daemon that can be asked: a question is one line to an abstract Unix socket, which is seen in
 * the daemon's own network namespace alone; the answer is JSON. A child with the table as it was at
 * that moment writes it, so that neither a big answer nor a slow reader keeps the daemon from its
 * work.
 */
#ifndef VETHLAB_ASK_H
#define VETHLAB_ASK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "loop.h"

struct asked;

/* What a daemon does with a question. */
struct answers {
	/* a new reference to what is to be said, or NULL: there is no such question. In a child. */
	json_t *(*tell)(void *arg, const char *question);
	/* an order: done, or why not in `why`; false: it is no order. In the daemon, at once. */
	bool (*obey)(void *arg, const char *order, char *why, size_t room);
	void *arg;
};

/* ask_serve() - questions to this name are answered; another daemon of this name here ends the
 * program */
struct asked *ask_serve(struct loop *l, const char *name, const struct answers *a);
void ask_close(struct asked *a);

/* ask_daemon() - the answer, a new reference; nobody there, or a refusal, ends the program with
 * status 1 */
json_t *ask_daemon(const char *name, const char *question);

#endif
