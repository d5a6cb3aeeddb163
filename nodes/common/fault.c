/* SPDX-License-Identifier: MIT */
#include "fault.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "mem.h"
#include "utf8.h"

#define SHOWN_FAULTS 200 /* of one file; the rest is a number */

static const char *const kind_name[] = {
	[FAULT_ERROR] = "error",
	[FAULT_WARNING] = "warning",
	[FAULT_NOTE] = "note",
};

const char *fault_kind_name(enum fault_kind kind)
{
	return kind_name[kind];
}

static struct fault *add(struct faults *f, enum fault_kind kind, struct place at, const char *fmt,
			 va_list ap)
{
	struct fault *fault = xappend(&f->list, &f->count);

	*fault = (struct fault){ .kind = kind, .at = at, .shown_with = at };
	if (vasprintf(&fault->text, fmt, ap) < 0)
		fault->text = xstrdup(fmt);
	return fault;
}

void fault_error(struct faults *f, struct place at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(f, FAULT_ERROR, at, fmt, ap);
	va_end(ap);
	f->errors++;
}

void fault_warning(struct faults *f, struct place at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(f, FAULT_WARNING, at, fmt, ap);
	va_end(ap);
	f->warnings++;
}

void fault_note(struct faults *f, struct place at, const char *fmt, ...)
{
	struct fault *note;
	va_list ap;

	va_start(ap, fmt);
	note = add(f, FAULT_NOTE, at, fmt, ap);
	va_end(ap);
	if (f->count > 1)
		note->shown_with = f->list[f->count - 2].shown_with;
}

static int by_place(const void *one, const void *other)
{
	const struct place *a = &((const struct fault *)one)->shown_with;
	const struct place *b = &((const struct fault *)other)->shown_with;

	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->column < b->column ? -1 : a->column > b->column;
}

/* merge() - two sorted runs into one; what is equal keeps its order, so notes stay in place */
static void merge(struct fault *list, size_t half, size_t count, struct fault *spare)
{
	size_t i = 0, j = half, n = 0;

	while (i < half && j < count)
		spare[n++] = by_place(&list[j], &list[i]) < 0 ? list[j++] : list[i++];
	while (i < half)
		spare[n++] = list[i++];
	while (j < count)
		spare[n++] = list[j++];
	memcpy(list, spare, count * sizeof(*list));
}

static void merge_sort(struct fault *list, size_t count, struct fault *spare)
{
	if (count < 2)
		return;
	merge_sort(list, count / 2, spare);
	merge_sort(list + count / 2, count - count / 2, spare);
	merge(list, count / 2, count, spare);
}

static bool is_same(const struct fault *a, const struct fault *b)
{
	const char *where = strstr(a->text, " in node '");
	size_t len = where ? (size_t)(where - a->text) : strlen(a->text) + 1;

	/* nodes that share an anchor's text have it for different names */
	return a->kind == b->kind && by_place(a, b) == 0 && a->at.line == b->at.line &&
	       a->at.column == b->at.column && strncmp(a->text, b->text, len) == 0;
}

/* is_repeated() - was the fault said before? Those of one place stand together. */
static bool is_repeated(const struct fault *list, size_t i)
{
	for (size_t j = i; j-- > 0 && by_place(&list[j], &list[i]) == 0;)
		if (is_same(&list[j], &list[i]))
			return true;
	return false;
}

/* drop_repeated() - a fault of `defaults` or of a node with a `count` is found once for each node */
static void drop_repeated(struct faults *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->count; i++) {
		struct fault *fault = &f->list[i];

		f->list[kept] = *fault;
		if (!is_repeated(f->list, kept)) {
			kept++;
			continue;
		}
		f->errors -= fault->kind == FAULT_ERROR;
		f->warnings -= fault->kind == FAULT_WARNING;
		free(fault->text);
	}
	f->count = kept;
}

void faults_sort(struct faults *f)
{
	auto_free struct fault *spare = xcalloc(f->count, sizeof(*spare));

	merge_sort(f->list, f->count, spare);
	drop_repeated(f);
}

/* line_end() - where a line ends: at LF, CR LF, or CR alone, as YAML 1.2, 5.4 has it */
static const char *line_end(const char *line)
{
	return line + strcspn(line, "\r\n");
}

/* line_of() - where line n of the source begins, and its length without the line end */
static const char *line_of(const char *source, unsigned n, int *len)
{
	const char *at = source;

	while (--n) {
		at = line_end(at);
		if (!*at)
			return NULL;
		at += at[0] == '\r' && at[1] == '\n' ? 2 : 1;
	}
	*len = (int)(line_end(at) - at);
	return at;
}

/* print_line() - the source line and, under the word, the caret; tabs and UTF-8 keep their width */
static void print_line(FILE *out, const char *line, int len, const struct place *at)
{
	unsigned column = 1;
	const char *p = line;

	fprintf(out, "%5u | ", at->line);
	for (int i = 0; i < len;) { /* what is no text is not for the reader's terminal */
		size_t n = utf8_len((const uint8_t *)line + i, (size_t)(len - i));
		bool shown = n && ((unsigned char)line[i] >= ' ' || line[i] == '\t');

		fprintf(out, "%.*s", shown ? (int)n : 1, shown ? line + i : "?");
		i += n ? (int)n : 1;
	}
	fputs("\n      | ", out);
	for (; p < line + len && column < at->column; p++) {
		if ((*p & 0xc0) == 0x80)
			continue;
		fputc(*p == '\t' ? '\t' : ' ', out);
		column++;
	}
	fputc('^', out);
	for (unsigned i = 1; i < at->len && ++p < line + len; i += (*p & 0xc0) != 0x80)
		if ((*p & 0xc0) != 0x80)
			fputc('~', out);
	fputc('\n', out);
}

void faults_print(struct faults *f, FILE *out)
{
	faults_sort(f);
	for (size_t i = 0; i < f->count; i++) {
		const struct fault *fault = &f->list[i];
		const char *line = NULL;
		int len = 0;

		if (i == SHOWN_FAULTS) {
			fprintf(out, "%s: and %zu more\n", f->file, f->count - i);
			break;
		}
		if (fault->at.line)
			fprintf(out, "%s:%u:%u: %s: %s\n", f->file, fault->at.line,
				fault->at.column, fault_kind_name(fault->kind), fault->text);
		else
			fprintf(out, "%s: %s: %s\n", f->file, fault_kind_name(fault->kind),
				fault->text);
		if (f->source && fault->at.line)
			line = line_of(f->source, fault->at.line, &len);
		if (line)
			print_line(out, line, len, &fault->at);
	}
}

void faults_free(struct faults *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->list[i].text);
	free(f->list);
	f->list = NULL;
	f->count = 0;
}
