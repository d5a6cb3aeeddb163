/* SPDX-License-Identifier: MIT */
#include "room.h"

#include <limits.h>
#include <string.h>

#include "nodes/common/bytes.h"
#include "nodes/common/mem.h"
#include "text.h"

/*
 * How long readers that fall behind may slow the senders down. A burst must not cost a good reader
 * its place, so while somebody's queue is more than half full nothing is read; a reader that does
 * not read must not hold up anybody, so each gets this much of a pause, and the next only after its
 * queue has been empty.
 */
#define HOLD_MS 200

#define SPARE_ROOM 4096 /* for input: a burst is no reason to keep its room */

/* A line, said once. The last of the list is empty: it is where the next one will stand. */
struct line {
	struct line *next;
	unsigned cursors;  /* members that are here */
	unsigned from, to; /* numbers of members; 0: the room; all */
	size_t len;
	char *text;
};

struct member {
	struct room *room;
	struct member *next, **at;
	unsigned number;
	struct line *cursor;
	size_t offset;	 /* of the cursor's line: octets that are out */
	uint64_t passed; /* octets to all that the cursor is past */
	size_t own;	 /* of what is ahead: its own, which it does not get */
	size_t private;	 /* of what is ahead: to it alone */
	bool left, input_ended;
	struct line *end;   /* of one that has left: here its output ends */
	struct bytes input; /* not said yet */
	size_t scanned;	    /* octets of it that have no line end */
	uint64_t heard_ms, behind_since_ms;
	uint64_t paid_until_ns; /* the rate: the time up to which its lines are paid */
};

struct room {
	struct room_config config;
	struct line *first, *last;
	struct member *members;
	uint64_t count, said, offered; /* members; octets to all, since the beginning */
	uint64_t hold_until_ms;	       /* readers that have fallen behind get a pause */
	unsigned next_number;
};

static struct line *line_new(void)
{
	return xcalloc(1, sizeof(struct line));
}

struct room *room_new(const struct room_config *config)
{
	struct room *r = xcalloc(1, sizeof(*r));

	r->config = *config;
	r->first = r->last = line_new();
	r->next_number = 1;
	return r;
}

/* forget_read() - lines that every cursor has passed */
static void forget_read(struct room *r)
{
	while (r->first != r->last && r->first->cursors == 0) {
		struct line *next = r->first->next;

		free(r->first->text);
		free(r->first);
		r->first = next;
	}
}

void room_free(struct room *r)
{
	if (!r)
		return;
	while (r->members)
		member_free(r->members);
	forget_read(r);
	free(r->first);
	free(r);
}

/* say() - a line for all but `from`, or for `to` alone; takes over the text, which has its end */
static void say(struct room *r, struct member *from, struct member *to, char *text, size_t len)
{
	struct line *line = r->last;

	line->from = from ? from->number : 0;
	line->to = to ? to->number : 0;
	line->text = text;
	line->len = len;
	line->next = r->last = line_new();
	if (to) {
		to->private += len;
		return;
	}
	r->said += len;
	if (from)
		from->own += len;
}

/* say_text() - takes over the text */
static void say_text(struct room *r, struct member *from, struct member *to, char *text)
{
	say(r, from, to, text, strlen(text));
}

/* log_line() - frees the text */
static void log_line(const struct room *r, char *text)
{
	if (r->config.log)
		r->config.log(r->config.log_arg, text);
	free(text);
}

struct member *room_join(struct room *r, uint64_t now)
{
	struct member *m;

	if (r->count >= r->config.max_members)
		return NULL;
	m = xcalloc(1, sizeof(*m));
	m->room = r;
	m->number = r->next_number++;
	m->cursor = r->last;
	m->cursor->cursors++;
	m->passed = r->said;
	m->heard_ms = now;
	m->paid_until_ns = now * 1000000;
	m->next = r->members;
	m->at = &r->members;
	if (m->next)
		m->next->at = &m->next;
	r->members = m;
	r->count++;
	say_text(r, NULL, m, xasprintf("you are client %u\n", m->number));
	say_text(r, m, NULL, xasprintf("client %u joined\n", m->number));
	log_line(r, xasprintf("client %u joined", m->number));
	return m;
}

void member_free(struct member *m)
{
	if (!m)
		return;
	if (!m->left)
		room_leave(m, NULL);
	m->cursor->cursors--;
	forget_read(m->room);
	*m->at = m->next;
	if (m->next)
		m->next->at = m->at;
	bytes_free(&m->input);
	free(m);
}

unsigned member_number(const struct member *m)
{
	return m->number;
}

void room_leave(struct member *m, const char *why)
{
	struct room *r = m->room;

	if (m->left)
		return;
	m->left = true;
	m->end = r->last; /* its own leaving is news for the others only */
	r->count--;
	say_text(r, m, NULL,
		 why ? xasprintf("client %u left: %s\n", m->number, why)
		     : xasprintf("client %u left\n", m->number));
	log_line(r, why ? xasprintf("client %u left: %s", m->number, why)
			: xasprintf("client %u left", m->number));
}

bool room_has_left(const struct member *m)
{
	return m->left;
}

/* dismiss() - a last word to the member, which is taken over, and the reason for the others */
static void dismiss(struct member *m, char *word, const char *why)
{
	say_text(m->room, NULL, m, word);
	room_leave(m, why);
}

/* take_line() - what a member has said, for the others; "exit" is its leave */
static void take_line(struct member *m, char *text, size_t len)
{
	struct room *r = m->room;
	char *line;
	int head;

	len = text_clean(text, len);
	if (len == 4 && memcmp(text, "exit", 4) == 0) {
		room_leave(m, NULL);
		return;
	}
	line = xcalloc(1, len + 32);
	head = snprintf(line, 32, "client %u: ", m->number);
	memcpy(line + head, text, len);
	line[(size_t)head + len] = '\n';
	say(r, m, NULL, line, (size_t)head + len + 1);
}

/* The rate is a bucket that holds a second's worth of lines. Each line is paid with 1/rate of a
 * second, in advance: up to a second ahead of the clock. */
static uint64_t price_ns(const struct member *m)
{
	return 1000000000 / m->room->config.rate;
}

/* due_ms() - when the member may say its next line */
static uint64_t due_ms(const struct member *m)
{
	uint64_t ahead;

	if (!m->room->config.rate)
		return 0;
	ahead = (m->paid_until_ns + price_ns(m) + 999999) / 1000000;

	return ahead > 1000 ? ahead - 1000 : 0;
}

static bool is_due(const struct member *m, uint64_t now)
{
	return due_ms(m) <= now;
}

/* pay() - for a line; silence is no credit beyond the second that the bucket holds */
static void pay(struct member *m, uint64_t now)
{
	if (!m->room->config.rate)
		return;
	if (m->paid_until_ns < now * 1000000)
		m->paid_until_ns = now * 1000000;
	m->paid_until_ns += price_ns(m);
}

static void refuse_line(struct member *m)
{
	dismiss(m,
		xasprintf("your line is too long (more than %llu octets): goodbye\n",
			  (unsigned long long)m->room->config.max_line),
		"its line was too long");
}

/* content_len() - a line's length without the CR that some clients send in front of LF */
static size_t content_len(const char *line, size_t len)
{
	return len && line[len - 1] == '\r' ? len - 1 : len;
}

void room_go_on(struct member *m, uint64_t now)
{
	size_t begin = 0, max = (size_t)m->room->config.max_line;

	while (!m->left && begin < m->input.len && is_due(m, now)) {
		char *line = m->input.data + begin;
		size_t left = m->input.len - begin;
		char *end = memchr(line + m->scanned, '\n', left - m->scanned);
		size_t len = end ? (size_t)(end - line) : left;

		if (content_len(line, len) > max) {
			refuse_line(m);
			break;
		}
		if (!end && !m->input_ended) {
			m->scanned = len;
			break;
		}
		m->scanned = 0;
		begin += len + (end != NULL);
		pay(m, now);
		take_line(m, line, len);
	}
	bytes_take(&m->input, begin);
	if (!m->left && m->input_ended && !m->input.len)
		room_leave(m, NULL);
}

void room_input(struct member *m, const char *data, size_t len, uint64_t now)
{
	if (m->left)
		return;
	m->heard_ms = now;
	bytes_add(&m->input, data, len);
	room_go_on(m, now);
	if (!m->input.len && m->input.room > SPARE_ROOM)
		bytes_free(&m->input);
}

void room_input_ended(struct member *m, uint64_t now)
{
	m->input_ended = true;
	room_go_on(m, now);
}

/* is_behind() - more than half of what may wait for it does */
static bool is_behind(const struct member *m)
{
	return room_waiting(m) > m->room->config.queue / 2;
}

uint64_t room_wait(const struct member *m, uint64_t now)
{
	uint64_t hold = m->room->hold_until_ms, pause = hold > now ? hold - now : 0, due = 0;

	if (!is_due(m, now) && (m->input.len || m->input_ended))
		due = due_ms(m) - now;
	return due > pause ? due : pause;
}

void room_sweep(struct room *r, uint64_t now)
{
	struct member *next;

	for (struct member *m = r->members; m && r->config.idle_ms; m = next) {
		next = m->next;
		if (!m->left && now - m->heard_ms >= r->config.idle_ms)
			dismiss(m, xasprintf("you were silent for too long: goodbye\n"),
				"it was silent for too long");
	}
}

/* is_for() - is this line one that the member gets? */
static bool is_for(const struct member *m, const struct line *line)
{
	return line->to ? line->to == m->number : line->from != m->number;
}

/* pass() - the cursor goes over its line */
static void pass(struct member *m)
{
	struct line *line = m->cursor;

	if (line->to == m->number)
		m->private -= line->len;
	else if (!line->to)
		m->passed += line->len;
	if (!line->to && line->from == m->number)
		m->own -= line->len;
	line->cursors--;
	m->cursor = line->next;
	m->cursor->cursors++;
	m->offset = 0;
}

/* end_of() - the line behind its last one */
static const struct line *end_of(const struct member *m)
{
	return m->left ? m->end : m->room->last;
}

static void skip_others(struct member *m)
{
	while (m->cursor != end_of(m) && !is_for(m, m->cursor))
		pass(m);
}

size_t room_output(struct member *m, struct iovec *iov, size_t max)
{
	const struct line *line;
	size_t count = 0, offset;

	skip_others(m);
	offset = m->offset;
	for (line = m->cursor; line != end_of(m) && count < max; line = line->next) {
		if (!is_for(m, line))
			continue;
		iov[count].iov_base = line->text + offset;
		iov[count++].iov_len = line->len - offset;
		offset = 0;
	}
	forget_read(m->room);
	return count;
}

void room_sent(struct member *m, size_t n)
{
	for (;;) {
		skip_others(m);
		if (m->cursor == end_of(m) || m->cursor->len - m->offset > n)
			break;
		n -= m->cursor->len - m->offset;
		pass(m);
	}
	m->offset += n;
	forget_read(m->room);
}

size_t room_waiting(const struct member *m)
{
	size_t waiting = 0;

	if (!m->left)
		return (size_t)(m->room->said - m->passed) - m->own + m->private - m->offset;
	for (const struct line *line = m->cursor; line != m->end; line = line->next)
		waiting += is_for(m, line) ? line->len : 0;
	return waiting - m->offset;
}

bool room_check_reader(struct member *m, uint64_t now)
{
	size_t waiting = room_waiting(m);

	if (waiting == 0)
		m->behind_since_ms = 0;
	else if (!m->behind_since_ms && is_behind(m))
		m->behind_since_ms = now;
	return !m->left && waiting > m->room->config.queue && m->behind_since_ms &&
	       now - m->behind_since_ms >= HOLD_MS;
}

size_t room_unsent(const struct room *r)
{
	return (size_t)(r->said - r->offered);
}

void room_offered(struct room *r)
{
	r->offered = r->said;
	r->hold_until_ms = 0;
	for (const struct member *m = r->members; m; m = m->next)
		if (!m->left && m->behind_since_ms && is_behind(m) &&
		    m->behind_since_ms + HOLD_MS > r->hold_until_ms)
			r->hold_until_ms = m->behind_since_ms + HOLD_MS;
}
