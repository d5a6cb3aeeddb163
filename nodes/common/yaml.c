/* SPDX-License-Identifier: MIT */
/*
 * libfyaml's events become a tree by a stack of the containers that are open. An alias is a copy of
 * what its anchor names, so that every entry has its own place in the tree; the copies are counted,
 * because a few lines of aliases can mean a billion values.
 */
#include "yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <libfyaml.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "mem.h"
#include "utf8.h"

#define VALUES_MAX   500000
#define DEPTH_MAX    32
#define FILE_LEN_MAX (16u << 20)

struct anchor {
	char *name;
	const struct yaml *value;
};

struct builder {
	struct faults *faults;
	struct yaml *root;
	struct yaml *open[DEPTH_MAX]; /* containers, outermost first */
	unsigned depth;
	char *key; /* read, and waiting for its value */
	struct place key_at;
	struct anchor *anchors;
	size_t anchor_count, values;
	bool failed;
};

/* place_of() - libfyaml counts from 0; what ends in another line is shown as one column */
static struct place place_of(const struct fy_mark *start, const struct fy_mark *end)
{
	struct place at = { 1, 1, 1 };

	if (start) {
		at.line = (unsigned)start->line + 1;
		at.column = (unsigned)start->column + 1;
	}
	if (start && end && end->line == start->line && end->column > start->column)
		at.len = (unsigned)(end->column - start->column);
	return at;
}

/* new_value() - one more, which the caller attaches or frees; one too many is a fault, and ends the
 * reading */
static struct yaml *new_value(struct builder *b, enum yaml_kind kind, struct place at)
{
	struct yaml *y = xcalloc(1, sizeof(*y));

	y->kind = kind;
	y->at = at;
	if (++b->values == VALUES_MAX)
		fault_error(b->faults, at, "the file means more than %d values", VALUES_MAX);
	b->failed |= b->values >= VALUES_MAX;
	return y;
}

static void too_deep(struct builder *b, struct place at)
{
	fault_error(b->faults, at, "nested more than %d deep", DEPTH_MAX);
	b->failed = true;
}

/* copy() - what an alias means, where it stands: `depth` levels down */
static struct yaml *copy(struct builder *b, const struct yaml *from, struct place at,
			 unsigned depth)
{
	struct yaml *y = new_value(b, from->kind, at);

	if (from->entries && depth >= DEPTH_MAX)
		too_deep(b, at);

	y->text = from->text ? xstrdup(from->text) : NULL;
	y->quoted = from->quoted;
	for (const struct yaml *e = from->entries; e && !b->failed; e = e->next) {
		struct yaml *c = copy(b, e, e->at, depth + 1);

		c->key = e->key ? xstrdup(e->key) : NULL;
		c->key_at = e->key_at;
		*(y->last ? &y->last->next : &y->entries) = c;
		y->last = c;
	}
	return y;
}

static void append(struct yaml *container, struct yaml *y)
{
	*(container->last ? &container->last->next : &container->entries) = y;
	container->last = y;
}

/* attach() - puts a value where it belongs: the root, a list's end, or behind the waiting key */
static void attach(struct builder *b, struct yaml *y)
{
	struct yaml *into = b->depth ? b->open[b->depth - 1] : NULL;

	if (!into) {
		b->root = y;
		return;
	}
	if (into->kind == YAML_LIST && yaml_is_empty(y))
		y->at = into->at; /* nothing is written: the list is where to look */
	if (into->kind == YAML_MAP) {
		y->key = b->key;
		y->key_at = b->key_at;
		b->key = NULL;
		if (yaml_is_empty(y)) /* nothing is written: its key is where to look */
			y->at = y->key_at;
	}
	append(into, y);
}

static bool key_is_expected(const struct builder *b)
{
	return b->depth && b->open[b->depth - 1]->kind == YAML_MAP && !b->key;
}

static void remember_anchor(struct builder *b, struct fy_token *token, const struct yaml *value)
{
	if (token)
		*xappend(&b->anchors, &b->anchor_count) =
			(struct anchor){ xstrdup(fy_token_get_text0(token)), value };
}

/* on_scalar() - a value; or a key, which waits in b->key for its value */
static void on_scalar(struct builder *b, struct fy_event *e, struct place at)
{
	size_t len = 0;
	const char *text = e->scalar.value ? fy_token_get_text(e->scalar.value, &len) : "";
	char *copied = xstrndup(text ? text : "", len);
	struct yaml *y;

	if (strlen(copied) < len)
		fault_error(b->faults, at, "a NUL byte stands in the text");
	if (key_is_expected(b)) {
		b->key = copied;
		b->key_at = at;
		return;
	}
	y = new_value(b, YAML_SCALAR, at);
	y->text = copied;
	y->quoted = e->scalar.value && fy_token_scalar_style(e->scalar.value) != FYSS_PLAIN;
	attach(b, y);
	remember_anchor(b, e->scalar.anchor, y);
}

static void key_is_no_text(struct builder *b, struct place at)
{
	fault_error(b->faults, at, "a key is one word or line of text");
	b->failed = true;
}

static void on_open(struct builder *b, enum yaml_kind kind, struct fy_token *anchor,
		    struct place at)
{
	struct yaml *y;

	if (key_is_expected(b)) {
		key_is_no_text(b, at);
		return;
	}
	y = new_value(b, kind, at);
	attach(b, y);
	remember_anchor(b, anchor, y);
	if (b->depth == DEPTH_MAX) {
		too_deep(b, at);
		return;
	}
	b->open[b->depth++] = y;
}

/* merge_from() - the merge key: entries of `from` that the map has not got itself */
static void merge_from(struct builder *b, struct yaml *map, const struct yaml *from)
{
	for (const struct yaml *e = from->entries; e && !b->failed; e = e->next) {
		struct yaml *c;

		if (yaml_get(map, e->key))
			continue;
		c = copy(b, e, e->at, b->depth + 1);
		c->key = xstrdup(e->key);
		c->key_at = e->key_at;
		c->merged = true;
		append(map, c);
	}
}

/* resolve_merges() - what `<<` names is copied in at the end; what the map says itself counts
 * more */
static void resolve_merges(struct builder *b, struct yaml *map)
{
	struct yaml **at = &map->entries, *merges = NULL, *next;

	map->last = NULL;
	while (*at) { /* take them out first, so that a merge never meets itself */
		struct yaml *e = *at;

		if (strcmp(e->key, "<<") != 0) {
			map->last = e;
			at = &e->next;
			continue;
		}
		*at = e->next;
		e->next = merges;
		merges = e;
	}
	for (; merges; merges = next) {
		const struct yaml *from = merges->kind == YAML_LIST ? merges->entries : merges;

		next = merges->next;
		merges->next = NULL;
		for (; from; from = from->next) {
			if (from->kind == YAML_MAP)
				merge_from(b, map, from);
			else
				fault_error(b->faults, from->at,
					    "'<<' takes a map, or a list of maps");
		}
		yaml_free(merges);
	}
}

static int by_key(const void *one, const void *other)
{
	const struct yaml *a = *(struct yaml *const *)one, *b = *(struct yaml *const *)other;
	int order = strcmp(a->key, b->key);

	if (order)
		return order;
	if (a->key_at.line != b->key_at.line)
		return a->key_at.line < b->key_at.line ? -1 : 1;
	return a->key_at.column < b->key_at.column ? -1 : 1;
}

/* mark_twice() - keys that a map has more than once; sorted, they stand side by side */
static void mark_twice(struct builder *b, struct yaml *map)
{
	size_t count = yaml_count(map), n = 0;
	auto_free struct yaml **sorted = xcalloc(count, sizeof(struct yaml *));
	const struct yaml *first = NULL;

	for (struct yaml *e = map->entries; e; e = e->next)
		sorted[n++] = e;
	qsort(sorted, count, sizeof(struct yaml *), by_key);
	for (n = 0; n < count; n++) {
		if (!first || strcmp(first->key, sorted[n]->key) != 0) {
			first = sorted[n];
		} else if (strcmp(first->key, "<<") != 0) {
			fault_error(b->faults, sorted[n]->key_at, "key '%s' stands twice",
				    sorted[n]->key);
			fault_note(b->faults, first->key_at, "the first one is here");
			sorted[n]->twice = true;
		}
	}
}

static void on_close(struct builder *b)
{
	struct yaml *y = b->depth ? b->open[--b->depth] : NULL;

	if (!y || y->kind != YAML_MAP)
		return;
	mark_twice(b, y);
	if (yaml_get(y, "<<"))
		resolve_merges(b, y);
}

/* take_alias() - a key, where one is expected, or a value */
static void take_alias(struct builder *b, const struct yaml *value, struct place at)
{
	if (!key_is_expected(b)) {
		attach(b, copy(b, value, at, b->depth));
	} else if (value->kind == YAML_SCALAR) {
		b->key = xstrdup(value->text);
		b->key_at = at;
	} else {
		key_is_no_text(b, at);
	}
}

/* on_alias() - the last anchor of this name is meant: YAML 1.2, 7.1 */
static void on_alias(struct builder *b, struct fy_event *e, struct place at)
{
	const char *name = fy_token_get_text0(e->alias.anchor);

	for (size_t i = b->anchor_count; i-- > 0;) {
		const struct yaml *value = b->anchors[i].value;

		if (strcmp(b->anchors[i].name, name) != 0)
			continue;
		for (unsigned d = 0; d < b->depth; d++)
			if (b->open[d] == value) {
				fault_error(b->faults, at, "'*%s' stands inside itself", name);
				b->failed = true;
				return;
			}
		take_alias(b, value, at);
		return;
	}
	fault_error(b->faults, at, "nothing has the anchor '&%s'", name);
	b->failed = true;
}

static void on_event(struct builder *b, struct fy_event *e)
{
	struct place at = place_of(fy_event_start_mark(e), fy_event_end_mark(e));

	switch (e->type) {
	case FYET_SCALAR:
		on_scalar(b, e, at);
		break;
	case FYET_MAPPING_START:
		on_open(b, YAML_MAP, e->mapping_start.anchor, at);
		break;
	case FYET_SEQUENCE_START:
		on_open(b, YAML_LIST, e->sequence_start.anchor, at);
		break;
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END:
		on_close(b);
		break;
	case FYET_ALIAS:
		on_alias(b, e, at);
		break;
	case FYET_DOCUMENT_START:
		if (b->root) {
			fault_error(b->faults, at, "a second document begins here; there is one");
			b->failed = true;
		}
		break;
	default:
		break; /* streams, ends of documents */
	}
}

/* take_syntax_errors() - libfyaml's, as faults; there is one afterwards, whatever it has said */
static void take_syntax_errors(struct builder *b, struct fy_diag *diag)
{
	struct fy_diag_error *e;
	void *iterator = NULL;

	while ((e = fy_diag_errors_iterate(diag, &iterator)))
		if (e->type == FYET_ERROR)
			fault_error(b->faults,
				    (struct place){ (unsigned)e->line, (unsigned)e->column, 1 },
				    "%s", e->msg);
	if (!b->faults->errors)
		fault_error(b->faults, (struct place){ 0 }, "this is not YAML");
}

/* collecting_diag() - keeps the errors instead of printing them; NULL: no memory */
static struct fy_diag *collecting_diag(void)
{
	struct fy_diag_cfg cfg;
	struct fy_diag *diag;

	fy_diag_cfg_default(&cfg);
	cfg.fp = NULL;
	diag = fy_diag_create(&cfg);
	if (diag)
		fy_diag_set_collect_errors(diag, true);
	return diag;
}

/* prune() - takes out what stands twice: its fault is told, and others would follow from it */
static void prune(struct yaml *container)
{
	struct yaml **at = &container->entries;

	while (*at) {
		struct yaml *e = *at;

		prune(e);
		if (!e->twice) {
			at = &e->next;
			continue;
		}
		*at = e->next;
		e->next = NULL;
		yaml_free(e);
	}
}

/* is_text() - UTF-8 without NUL; libfyaml passes some of the rest on, and hangs at some */
static bool is_text(const char *text, size_t len, struct faults *f)
{
	struct place at = { 1, 1, 1 };

	for (size_t i = 0; i < len;) {
		size_t n = utf8_len((const uint8_t *)text + i, len - i);

		if (n == 0 || text[i] == '\0') {
			fault_error(f, at,
				    n ? "a NUL byte stands in the text"
				      : "this octet is not UTF-8");
			return false;
		}
		at.column = text[i] == '\n' ? 1 : at.column + 1;
		at.line += text[i] == '\n';
		i += n;
	}
	return true;
}

struct yaml *yaml_parse(const char *text, size_t len, struct faults *f)
{
	struct builder b = { .faults = f };
	struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG };
	struct fy_parser *parser;
	struct fy_diag *diag;
	struct fy_event *e;
	bool ended = false;

	if (!is_text(text, len, f))
		return NULL;
	diag = cfg.diag = collecting_diag();
	parser = fy_parser_create(&cfg);
	b.failed = !diag || !parser || fy_parser_set_string(parser, text, len);
	if (b.failed)
		fault_error(f, (struct place){ 0 }, "cannot read YAML: out of memory");
	while (!b.failed && !ended && (e = fy_parser_parse(parser))) {
		ended = e->type == FYET_STREAM_END;
		on_event(&b, e);
		fy_parser_event_free(parser, e);
	}
	if (!ended && !b.failed)
		take_syntax_errors(&b, diag);
	if (!b.root && ended)
		b.root = new_value(&b, YAML_MAP, (struct place){ 1, 1, 1 });
	for (size_t i = 0; i < b.anchor_count; i++)
		free(b.anchors[i].name);
	free(b.anchors);
	free(b.key);
	if (parser)
		fy_parser_destroy(parser);
	if (diag)
		fy_diag_destroy(diag);
	if (ended && !b.failed) {
		prune(b.root);
		return b.root;
	}
	yaml_free(b.root);
	return NULL;
}

void yaml_free(struct yaml *y)
{
	while (y) {
		struct yaml *next = y->next;

		yaml_free(y->entries);
		free(y->text);
		free(y->key);
		free(y);
		y = next;
	}
}

struct yaml *yaml_get(const struct yaml *map, const char *key)
{
	for (struct yaml *e = map->entries; e; e = e->next)
		if (e->key && strcmp(e->key, key) == 0)
			return e;
	return NULL;
}

const char *yaml_kind_name(const struct yaml *y)
{
	static const char *const names[] = {
		[YAML_SCALAR] = "text", [YAML_LIST] = "a list", [YAML_MAP] = "a map"
	};

	return yaml_is_empty(y) ? "nothing" : names[y->kind];
}

bool yaml_is_empty(const struct yaml *y)
{
	return y->kind == YAML_SCALAR && !y->quoted &&
	       (!*y->text || strcmp(y->text, "~") == 0 || strcmp(y->text, "null") == 0);
}

size_t yaml_count(const struct yaml *y)
{
	size_t n = 0;

	for (const struct yaml *e = y->entries; e; e = e->next)
		n++;
	return n;
}

char *yaml_read_file(const char *path, size_t *len)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t room = 0;
	ssize_t n = 0;
	char *text = NULL;

	if (fd < 0 || fstat(fd, &st) < 0)
		return NULL;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return NULL;
	}
	*len = 0;
	do { /* to its end, whatever its size says: it may be a pipe */
		*len += (size_t)n;
		if (*len + 1 >= room) {
			room = room ? 2 * room : 65536;
			text = realloc(text, room);
		}
		n = text && *len <= FILE_LEN_MAX ? read(fd, text + *len, room - *len - 1) : -1;
	} while (n > 0);
	if (n == 0) {
		text[*len] = '\0';
		return text;
	}
	if (*len > FILE_LEN_MAX)
		errno = EFBIG;
	free(text);
	return NULL;
}
