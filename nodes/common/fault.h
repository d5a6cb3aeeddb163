/* SPDX-License-Identifier: MIT */
/*
 * The faults of one file, collected while it is read to its end, then shown in the order of the
 * file: place, sentence, the line itself and a caret under the word.
 */
#ifndef VETHLAB_FAULT_H
#define VETHLAB_FAULT_H

#include <stdio.h>

#include "compiler.h"

struct place {
	unsigned line, column, len; /* from 1; line 0: the file as a whole */
};

enum fault_kind { FAULT_ERROR, FAULT_WARNING, FAULT_NOTE };

struct fault {
	enum fault_kind kind;
	struct place at;
	char *text;
	struct place shown_with; /* a note stands under its error, wherever it points */
};

struct faults {
	const char *file;
	const char *source; /* the file's text, for the line shown; or NULL */
	struct fault *list;
	size_t count;
	unsigned errors, warnings;
};

/* Where, and a sentence, which is copied; what a terminal would obey becomes a question mark. */
void fault_error(struct faults *f, struct place at, const char *fmt, ...) printf_like(3, 4);
void fault_warning(struct faults *f, struct place at, const char *fmt, ...) printf_like(3, 4);

/* fault_note() - belongs to the fault before it */
void fault_note(struct faults *f, struct place at, const char *fmt, ...) printf_like(3, 4);

const char *fault_kind_name(enum fault_kind kind);

/* faults_sort() - by place, notes behind their error; what was said of a place before is dropped,
 * and counts no more */
void faults_sort(struct faults *f);

/* faults_print() - sorts first; where there are very many, the rest is a number */
void faults_print(struct faults *f, FILE *out);
void faults_free(struct faults *f);

#endif
