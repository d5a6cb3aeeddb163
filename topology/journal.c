/* SPDX-License-Identifier: MIT */
#include "topology/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "nodes/common/loop.h"
#include "nodes/common/mem.h"

#define HALF_LEN   (4u << 20)
#define BUFFER_LEN (256u << 10) /* so much waits for journal_flush(), no more */

void journal_open(struct journal *j, const char *dir, uint64_t born_ns)
{
	*j = (struct journal){ .fd = -1, .born_ns = born_ns };
	j->path = xasprintf("%s/" JOURNAL_FILE, dir);
}

/* open_file() - unless it is open; false: it cannot be made */
static bool open_file(struct journal *j)
{
	if (j->fd < 0) {
		j->fd = open(j->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
		j->size = 0;
	}
	return j->fd >= 0;
}

/* begin_new_half() - the older half so far is forgotten; the newer one is made when
 * there is something to write */
static void begin_new_half(struct journal *j)
{
	auto_free char *older = xasprintf("%s.1", j->path);

	rename(j->path, older);
	close(j->fd);
	j->fd = -1;
}

/* keep() - a line without its end, shorter than BUFFER_LEN, into the buffer; if that is
 * full, it is flushed first */
static void keep(struct journal *j, const char *line, size_t len)
{
	if (j->len + len + 1 > BUFFER_LEN)
		journal_flush(j);
	if (!j->text)
		j->text = xcalloc(1, BUFFER_LEN);
	memcpy(j->text + j->len, line, len);
	j->text[j->len + len] = '\n';
	j->len += len + 1;
}

/* add() - takes `fields` over; one that is called like a field of every event is left out */
static void add(struct journal *j, const struct node *node, const char *kind, const char *what,
		json_t *fields)
{
	json_t *event = json_pack("{s:I, s:I, s:s?, s:s, s:s}", "n", (json_int_t)++j->n, "t",
				  (json_int_t)(clock_ns() - j->born_ns), "node",
				  node ? node->name : NULL, "kind", kind, "what", what);
	char *text;

	if (fields)
		json_object_update_missing(event, fields);
	json_decref(fields);
	text = json_dumps(event, JSON_COMPACT);
	json_decref(event);
	if (text && strlen(text) < BUFFER_LEN)
		keep(j, text, strlen(text));
	else
		j->n--; /* no event can be as long as that: it has none of ours */
	free(text);
}

void journal_add(struct journal *j, const struct node *node, const char *kind, const char *what,
		 json_t *fields)
{
	if (j->lost && !j->lost_told) {
		add(j, NULL, "lost", "disk", json_pack("{s:I}", "count", (json_int_t)j->lost));
		j->lost_told = true;
	}
	add(j, node, kind, what, fields);
}

static uint64_t count_lines(const char *text, size_t len)
{
	uint64_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += text[i] == '\n';
	return count;
}

/* journal_flush() - a full disk loses whole events, told when there is room again: a line that was
 * written in part is taken back */
void journal_flush(struct journal *j)
{
	ssize_t n;

	if (!j->len)
		return;
	n = open_file(j) ? write(j->fd, j->text, j->len) : -1;
	if (n == (ssize_t)j->len) {
		j->size += n;
		if (j->lost_told) /* it is on the disk, with all that it counts */
			j->lost = 0;
	} else {
		j->lost += count_lines(j->text, j->len) - j->lost_told;
		j->n -= j->lost_told; /* lost events leave a gap; it is told later */
		if (n > 0 && ftruncate(j->fd, j->size) < 0)
			begin_new_half(j);
	}
	j->lost_told = false;
	j->len = 0;
	if (j->size >= HALF_LEN && j->fd >= 0)
		begin_new_half(j);
}

void journal_close(struct journal *j)
{
	journal_flush(j);
	cleanup_close(&j->fd);
	free(j->path);
	free(j->text);
}
