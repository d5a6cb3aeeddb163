/* SPDX-License-Identifier: MIT */
#include "fault.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "mem.h"
#include "utf8.h"

#define SHOWN_FAULTS  200 /* of one file; the rest is a number */
#define SHOWN_COLUMNS 160 /* of a line */
#define LOOK_BACK     64

static const char *const kind_name[] = {
	[FAULT_ERROR] = "error",
	[FAULT_WARNING] = "warning",
	[FAULT_NOTE] = "note",
};

const char *fault_kind_name(enum fault_kind kind)
{
	return kind_name[kind];
}

/* put_character() - one character, n octets; what a terminal would obey, and what is no text, as
 * '?' */
static void put_character(FILE *out, const char *s, size_t n)
{
	unsigned char first = (unsigned char)*s;
	bool control = first < ' ' ? first != '\t' : first == 0x7f;

	if (n == 2 && first == 0xc2) /* C1: U+0080 to U+009F */
		control = (unsigned char)s[1] < 0xa0;
	fprintf(out, "%.*s", n && !control ? (int)n : 1, n && !control ? s : "?");
}

/* printable() - a text without what a terminal would obey: names come from the file */
static char *printable(char *text)
{
	size_t left = strlen(text), size;
	char *safe = NULL;
	FILE *f = open_memstream(&safe, &size);

	if (!f)
		return text;
	for (const char *s = text; left;) {
		size_t n = utf8_len((const uint8_t *)s, left);

		put_character(f, s, n);
		s += n ? n : 1;
		left -= n ? n : 1;
	}
	if (fclose(f) == EOF || !safe)
		return text;
	free(text);
	return safe;
}

/* add() - the new fault, which is where it is until the next one is added */
static struct fault *add(struct faults *f, enum fault_kind kind, struct place at, const char *fmt,
			 va_list ap)
{
	struct fault *fault = xappend(&f->list, &f->count);

	*fault = (struct fault){ .kind = kind, .at = at, .shown_with = at };
	if (vasprintf(&fault->text, fmt, ap) < 0)
		fault->text = xstrdup(fmt);
	fault->text = printable(fault->text);
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

/* merge_sort() - stable, as qsort(3) is not; `spare` has room for as many */
static void merge_sort(struct fault *list, size_t count, struct fault *spare)
{
	if (count < 2)
		return;
	merge_sort(list, count / 2, spare);
	merge_sort(list + count / 2, count - count / 2, spare);
	merge(list, count / 2, count, spare);
}

/* is_same() - the same sentence about the same place, but for the name of a node */
static bool is_same(const struct fault *a, const struct fault *b)
{
	const char *where = strstr(a->text, " in node '");
	bool same_text = where ? strncmp(a->text, b->text, (size_t)(where - a->text)) == 0
			       : strcmp(a->text, b->text) == 0;

	/* nodes that share an anchor's text have it for different names */
	return a->kind == b->kind && by_place(a, b) == 0 && a->at.line == b->at.line &&
	       a->at.column == b->at.column && same_text;
}

/* is_repeated() - was the fault said before? Those of one place stand together; so many are looked
 * at. */
static bool is_repeated(const struct fault *list, size_t i)
{
	for (size_t j = i; j-- > 0 && i - j < LOOK_BACK && by_place(&list[j], &list[i]) == 0;)
		if (is_same(&list[j], &list[i]))
			return true;
	return false;
}

/* drop_repeated() - a fault of `defaults` or of a node with a `count` is found once for each
 * node */
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

/* print_line() - the source line and, under the word, the caret: at most SHOWN_COLUMNS of it, with
 * the word in sight. Tabs and UTF-8 keep their width. */
static void print_line(FILE *out, const char *line, int len, const struct place *at)
{
	unsigned first = at->column + 20 > SHOWN_COLUMNS ? at->column - SHOWN_COLUMNS / 2 : 1;
	unsigned last = first + SHOWN_COLUMNS - 1, column = 1, end = at->column + at->len;
	char under[SHOWN_COLUMNS + 2] = "", *to = under;

	fprintf(out, "%5u | ", at->line);
	for (int i = 0; i < len && column <= last; column++) {
		size_t n = utf8_len((const uint8_t *)line + i, (size_t)(len - i));

		if (column >= first) {
			put_character(out, line + i, n);
			*to++ = column > at->column && column < end ? '~'
				: column == at->column		    ? '^'
				: column > at->column		    ? '\0'
				: line[i] == '\t'		    ? '\t'
								    : ' ';
		}
		i += n ? (int)n : 1;
	}
	if (column <= at->column && column <= last)
		*to++ = '^'; /* behind the line's end: something is missing there */
	*to = '\0';
	fprintf(out, "\n      | %s\n", under);
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
