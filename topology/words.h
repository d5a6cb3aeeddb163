/* SPDX-License-Identifier: MIT */
/* Words that a person typed, read one by one: what facts and actions are parsed from. */
#ifndef VETHLAB_WORDS_H
#define VETHLAB_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "nodes/common/compiler.h"

struct words {
	const char *const *list;
	size_t count, at;
	char why[512]; /* the first complaint, or "" */
	size_t bad;    /* the word that it is about */
	bool no_such;  /* it is about something that the lab has not; else about the words */
};

/* words_peek() - the next word, or NULL */
const char *words_peek(const struct words *w);

/* words_take() - the next word; NULL with a complaint that `what` is missing */
const char *words_take(struct words *w, const char *what);

/* words_accept() - takes the next word if it is this one */
bool words_accept(struct words *w, const char *word);

/* words_complain() - about the word that was taken last; false, to be returned */
bool words_complain(struct words *w, const char *fmt, ...) printf_like(2, 3);

/* words_join() - those from one place to another, with blanks between; to be freed */
char *words_join(const struct words *w, size_t from, size_t to);

#endif
