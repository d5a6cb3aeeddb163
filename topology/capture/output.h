/* SPDX-License-Identifier: MIT */
/*
 * Where a capture is written: a file, a row of files that follow each other, or a pipe. A pipe
 * whose reader is slow is not waited for; a disk that is full leaves a file of whole blocks.
 */
#ifndef VETHLAB_OUTPUT_H
#define VETHLAB_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "topology/capture/merge.h"

struct output_options {
	const char *path;   /* "-": standard output */
	uint64_t size_max;  /* octets of one file, then comes the next; 0: no limit */
	uint64_t time_max;  /* milliseconds of one file */
	uint64_t files_max; /* the oldest is removed when there would be more */
	bool at_once;	    /* a FIFO's reader is there already, or it is an error */
};

struct output;

/* output_open() - with several files PATH is x.pcapng, and they are
 * x_00001_20261231235959.pcapng and so on. NULL: it was said why not. */
struct output *output_open(const struct output_options *o);

/* output_close() - false: what was written is not whole */
bool output_close(struct output *o);

const char *output_path(const struct output *o); /* of the file that is written now */
int output_fd(const struct output *o);
bool output_has_failed(const struct output *o);

/* output_add() - octets that leave before the next batch does */
void output_add(struct output *o, const void *data, size_t len);
bool output_has_more(const struct output *o); /* of them, which an empty batch takes along */

enum output_result {
	OUTPUT_DONE,
	OUTPUT_LATER, /* the pipe is full: the same again when it can be written */
	OUTPUT_GONE,  /* nobody reads any more */
	OUTPUT_FAILED /* it was said why */
};

/* output_write() - all of the batch, over as many calls as it takes. An empty one: what was
 * added. */
enum output_result output_write(struct output *o, struct batch *b);

/* output_write_last() - the same, with patience for a pipe's reader */
enum output_result output_write_last(struct output *o, struct batch *b, uint64_t patience_ms);

/* output_room() - octets until this file is full */
uint64_t output_room(const struct output *o);

/* output_is_due() - is it time for the next file? output_next() begins it; false: it was said
 * why not */
bool output_is_due(const struct output *o);
bool output_next(struct output *o);

#endif
