/* SPDX-License-Identifier: MIT */
/* The chat without sockets: what is said to whom, in which order, and when somebody has to go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/chat/room.h"
#include "nodes/common/compiler.h"

#define START 100000 /* no test depends on when the world began */

static const struct room_config plain = { .max_members = 10, .max_line = 100, .queue = 4096 };

/* What the log was told, one line each. */
struct journal {
	char text[65536];
	size_t len;
};

static void keep(void *arg, const char *line)
{
	struct journal *j = arg;

	j->len += (size_t)snprintf(j->text + j->len, sizeof(j->text) - j->len, "%s\n", line);
	assert_true(j->len < sizeof(j->text));
}

static struct room *room_of(struct room_config config)
{
	struct room *r = room_new(&config);

	assert_non_null(r);
	return r;
}

static struct member *join(struct room *r)
{
	struct member *m = room_join(r, START);

	assert_non_null(m);
	return m;
}

static void say_at(struct member *m, const char *text, uint64_t now)
{
	room_input(m, text, strlen(text), now);
}

static void say(struct member *m, const char *text)
{
	say_at(m, text, START);
}

/* pending() - a copy of all that waits for a member; nothing is taken off */
static char *pending(struct member *m, size_t *len)
{
	static struct iovec parts[100000];
	size_t count = room_output(m, parts, ARRAY_SIZE(parts)), at = 0;
	char *text;

	assert_true(count < ARRAY_SIZE(parts));
	*len = 0;
	for (size_t i = 0; i < count; i++)
		*len += parts[i].iov_len;
	text = malloc(*len + 1);
	assert_non_null(text);
	for (size_t i = 0; i < count; i++) {
		memcpy(text + at, parts[i].iov_base, parts[i].iov_len);
		at += parts[i].iov_len;
	}
	text[at] = '\0';
	return text;
}

/* hear() - all that waits for a member is sent; its length */
static size_t hear(struct member *m)
{
	size_t len;
	char *text = pending(m, &len);

	free(text);
	room_sent(m, len);
	return len;
}

/* expect_len() - this and nothing else waits for the member, and it is sent */
static void expect_len(struct member *m, const char *wanted, size_t wanted_len)
{
	size_t len, rest;
	size_t waiting = room_waiting(m);
	char *text = pending(m, &len), *none;

	assert_string_equal(text, wanted);
	assert_int_equal(len, wanted_len);
	assert_memory_equal(text, wanted, wanted_len);
	if (!room_has_left(m)) /* those have a test of their own */
		assert_int_equal(waiting, wanted_len);
	free(text);
	room_sent(m, len);
	none = pending(m, &rest);
	assert_int_equal(rest, 0);
	free(none);
}

static void expect(struct member *m, const char *wanted)
{
	expect_len(m, wanted, strlen(wanted));
}

/* ---- who hears what ------------------------------------------------------------------------- */

static void who_joins_is_greeted_and_announced(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r), *b = join(r), *c = join(r);

	(void)state;
	assert_int_equal(member_number(a), 1);
	assert_int_equal(member_number(b), 2);
	assert_int_equal(member_number(c), 3);
	expect(a, "you are client 1\nclient 2 joined\nclient 3 joined\n");
	expect(b, "you are client 2\nclient 3 joined\n");
	expect(c, "you are client 3\n");
	room_free(r);
}

static void a_line_reaches_all_but_its_sender(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r), *b = join(r), *c = join(r);

	(void)state;
	hear(a);
	hear(b);
	hear(c);
	say(b, "hello\n");
	expect(a, "client 2: hello\n");
	expect(b, "");
	expect(c, "client 2: hello\n");
	room_free(r);
}

static void all_hear_lines_in_the_order_in_which_they_were_said(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r), *b = join(r), *c = join(r);

	(void)state;
	hear(a);
	hear(b);
	hear(c);
	say(a, "1\n");
	say(b, "2\n3\n");
	say(a, "4\n");
	say(c, "5\n");
	expect(a, "client 2: 2\nclient 2: 3\nclient 3: 5\n");
	expect(b, "client 1: 1\nclient 1: 4\nclient 3: 5\n");
	expect(c, "client 1: 1\nclient 2: 2\nclient 2: 3\nclient 1: 4\n");
	room_free(r);
}

static void who_comes_late_hears_nothing_of_before(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r), *b;

	(void)state;
	say(a, "nobody is here yet\n");
	b = join(r);
	expect(b, "you are client 2\n");
	say(a, "now\n");
	expect(b, "client 1: now\n");
	room_free(r);
}

static void one_alone_may_talk_for_ever(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r);

	(void)state;
	hear(a);
	for (int i = 0; i < 10000; i++) {
		say(a, "is anybody there?\n");
		expect(a, "");
		assert_false(room_check_reader(a, START + i));
	}
	room_free(r);
}

/* ---- numbers -------------------------------------------------------------------------------- */

static void a_number_is_not_given_twice(void **state)
{
	struct room *r = room_of(plain);
	struct member *stays = join(r);

	(void)state;
	for (unsigned i = 2; i < 500; i++) {
		struct member *m = join(r);

		assert_int_equal(member_number(m), i);
		if (i % 2)
			room_leave(m, NULL);
		member_free(m);
		hear(stays);
	}
	room_free(r);
}

static void a_full_room_lets_nobody_in_until_somebody_has_gone(void **state)
{
	struct room_config config = plain;
	struct member *m[3];
	struct room *r;

	(void)state;
	config.max_members = 3;
	r = room_of(config);
	for (size_t i = 0; i < ARRAY_SIZE(m); i++)
		m[i] = join(r);
	hear(m[0]);
	assert_null(room_join(r, START));
	assert_null(room_join(r, START));
	expect(m[0], ""); /* who was refused is no news */
	member_free(m[1]);
	assert_non_null(room_join(r, START));
	assert_null(room_join(r, START));
	room_free(r);
}

static void a_place_is_free_as_soon_as_its_member_has_left(void **state)
{
	struct room_config config = plain;
	struct member *a, *b;
	struct room *r;

	(void)state;
	config.max_members = 1;
	r = room_of(config);
	a = join(r);
	say(a, "exit\n");
	b = join(r);
	assert_int_equal(member_number(b), 2);
	expect(a, "you are client 1\n");
	expect(b, "you are client 2\n");
	room_free(r);
}

/* ---- lines ---------------------------------------------------------------------------------- */

struct said {
	const char *what;
	const char *input;
	size_t len; /* 0: up to its NUL */
	const char *heard;
};

static const struct said sayings[] = {
	{ "a line", "hello\n", 0, "client 1: hello\n" },
	{ "lines in one packet", "a\nb\nc\n", 0, "client 1: a\nclient 1: b\nclient 1: c\n" },
	{ "CR LF", "a\r\nb\r\n", 0, "client 1: a\nclient 1: b\n" },
	{ "LF and CR LF in turns", "a\nb\r\nc\n", 0, "client 1: a\nclient 1: b\nclient 1: c\n" },
	{ "an empty line", "\n", 0, "client 1: \n" },
	{ "an empty line with CR", "\r\n", 0, "client 1: \n" },
	{ "one CR of two is text, and a control", "a\r\r\n", 0, "client 1: a?\n" },
	{ "a CR within a line", "a\rb\n", 0, "client 1: a?b\n" },
	{ "no line end", "hello", 0, "" },
	{ "a rest behind a line", "a\nrest", 0, "client 1: a\n" },
	{ "a tab stays", "a\tb\n", 0, "client 1: a\tb\n" },
	{ "blanks stay", "  a  b  \n", 0, "client 1:   a  b  \n" },
	{ "a terminal's escape", "\033[2J\007\010\n", 0, "client 1: ?[2J??\n" },
	{ "NUL", "a\0b\n", 4, "client 1: a?b\n" },
	{ "DEL", "a\177b\n", 0, "client 1: a?b\n" },
	{ "UTF-8", "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\n", 0,
	  "client 1: gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\n" },
	{ "a C1 control, CSI",
	  "a\xc2\x9b"
	  "2J\n",
	  0, "client 1: a?2J\n" },
	{ "not UTF-8",
	  "a\xff\xfe"
	  "b\n",
	  0, "client 1: a??b\n" },
	{ "a format", "%s%n%d\n", 0, "client 1: %s%n%d\n" },
	{ "exit in a sentence", "exit now\n", 0, "client 1: exit now\n" },
	{ "exit with a blank", " exit\n", 0, "client 1:  exit\n" },
	{ "exit with a blank behind", "exit \n", 0, "client 1: exit \n" },
	{ "EXIT", "EXIT\n", 0, "client 1: EXIT\n" },
	{ "exi", "exi\n", 0, "client 1: exi\n" },
	{ "exit twice in a line", "exitexit\n", 0, "client 1: exitexit\n" },
	{ "exit", "exit\n", 0, "client 1 left\n" },
	{ "exit with CR", "exit\r\n", 0, "client 1 left\n" },
	{ "a line, then exit", "bye\nexit\n", 0, "client 1: bye\nclient 1 left\n" },
	{ "what is behind exit is not read", "exit\nhello\nexit\n", 0, "client 1 left\n" },
	{ "exit without its line end is not said yet", "exit", 0, "" },
};

static void what_is_said_is_heard_however_it_is_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sayings); i++) {
		const struct said *s = &sayings[i];
		size_t len = s->len ? s->len : strlen(s->input);

		for (size_t step = 1; step <= len; step++) {
			struct room *r = room_of(plain);
			struct member *a = join(r), *b = join(r);

			hear(a);
			hear(b);
			for (size_t at = 0; at < len; at += step)
				room_input(a, s->input + at, len - at < step ? len - at : step,
					   START);
			expect(b, s->heard);
			expect(a, "");
			room_free(r);
		}
	}
}

static void an_empty_read_says_nothing(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r), *b = join(r);

	(void)state;
	hear(b);
	room_input(a, "", 0, START);
	expect(b, "");
	say(a, "x");
	room_input(a, "", 0, START);
	say(a, "\n");
	expect(b, "client 1: x\n");
	room_free(r);
}

static void a_last_line_without_its_end_is_a_line(void **state)
{
	static const struct said cases[] = {
		{ "text", "last words", 0, "client 1: last words\nclient 1 left\n" },
		{ "text and CR", "last words\r", 0, "client 1: last words\nclient 1 left\n" },
		{ "exit", "exit", 0, "client 1 left\n" },
		{ "two", "one\ntwo", 0, "client 1: one\nclient 1: two\nclient 1 left\n" },
		{ "nothing", "", 0, "client 1 left\n" },
		{ "whole lines", "one\n", 0, "client 1: one\nclient 1 left\n" },
		{ "half a character", "a\xe2\x82", 0, "client 1: a??\nclient 1 left\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct room *r = room_of(plain);
		struct member *a = join(r), *b = join(r);

		hear(b);
		if (cases[i].input[0])
			say(a, cases[i].input);
		room_input_ended(a, START);
		assert_true(room_has_left(a));
		expect(b, cases[i].heard);
		room_free(r);
	}
}

/* ---- the longest line ----------------------------------------------------------------------- */

static void a_line_as_long_as_the_limit_passes_and_one_longer_does_not(void **state)
{
	static const struct {
		size_t len;
		const char *end;
		bool good;
	} cases[] = {
		{ 99, "\n", true },    { 100, "\n", true },	{ 100, "\r\n", true },
		{ 101, "\n", false },  { 101, "\r\n", false },	{ 100, "\r\r\n", false },
		{ 5000, "\n", false }, { 100, "\rx\n", false }, { 101, "", false },
		{ 100000, "", false },
	};
	static const size_t steps[] = { 1, 2, 3, 7, 50, 99, 100, 101, 102, 103, 1000, 200000 };
	static char line[200000], wanted[400];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t len = cases[i].len + strlen(cases[i].end);

		memset(line, 'x', sizeof(line));
		strcpy(line + cases[i].len, cases[i].end);
		if (cases[i].good)
			snprintf(wanted, sizeof(wanted), "client 1: %.*s\n", (int)cases[i].len,
				 line);
		for (size_t k = 0; k < ARRAY_SIZE(steps); k++) {
			struct room *r = room_of(plain);
			struct member *a = join(r), *b = join(r);
			size_t said, step = steps[k];
			char *text;

			hear(a);
			hear(b);
			for (size_t at = 0; at < len; at += step)
				room_input(a, line + at, len - at < step ? len - at : step, START);
			assert_int_equal(room_has_left(a), !cases[i].good);
			if (cases[i].good) {
				expect(b, wanted);
				expect(a, "");
			} else {
				expect(a, "your line is too long (more than 100 octets): "
					  "goodbye\n");
				text = pending(b, &said);
				assert_memory_equal(text, "client 1 left", 13);
				assert_ptr_equal(strchr(text, '\n'), text + said - 1);
				free(text);
			}
			room_free(r);
		}
	}
}

static void a_line_that_is_too_long_is_noticed_before_it_ends(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r);

	(void)state;
	for (int i = 0; i < 100; i++) {
		say(a, "x");
		assert_false(room_has_left(a));
	}
	say(a, "x");
	assert_true(room_has_left(a));
	room_free(r);
}

static void what_was_said_before_a_line_too_long_is_heard(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r), *b = join(r);
	char input[200] = "good\n", *text;
	size_t len;

	(void)state;
	hear(b);
	memset(input + 5, 'y', 150);
	strcpy(input + 155, "\nnot read\n");
	say(a, input);
	text = pending(b, &len);
	assert_memory_equal(text, "client 1: good\nclient 1 left", 28);
	assert_null(strstr(text, "not read"));
	free(text);
	room_free(r);
}

static void a_last_line_without_its_end_may_be_too_long(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r);
	char input[120];

	(void)state;
	hear(a);
	memset(input, 'x', sizeof(input));
	input[100] = '\r';
	room_input(a, input, 101, START);
	assert_false(room_has_left(a)); /* an LF may follow */
	room_input_ended(a, START);
	assert_true(room_has_left(a));
	expect(a, ""); /* 100 octets and the CR of a line end */
	room_free(r);
}

static void the_limit_is_in_the_farewell(void **state)
{
	struct room_config config = plain;
	struct member *a;
	struct room *r;

	(void)state;
	config.max_line = 1;
	r = room_of(config);
	a = join(r);
	hear(a);
	say(a, "x\n");
	assert_false(room_has_left(a));
	say(a, "xy\n");
	expect(a, "your line is too long (more than 1 octets): goodbye\n");
	room_free(r);
}

/* ---- leaving -------------------------------------------------------------------------------- */

static void who_leaves_is_said_to_have_left(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r), *b = join(r), *c = join(r);

	(void)state;
	hear(a);
	room_leave(b, NULL);
	expect(a, "client 2 left\n");
	room_leave(c, "too slow");
	expect(a, "client 3 left: too slow\n");
	room_free(r);
}

static void who_leaves_twice_is_said_to_have_left_once(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r), *b = join(r);

	(void)state;
	hear(a);
	say(b, "exit\n");
	room_leave(b, "connection reset");
	room_input_ended(b, START);
	say(b, "I am a ghost\n");
	room_go_on(b, START);
	member_free(b);
	expect(a, "client 2 left\n");
	room_free(r);
}

static void a_member_that_is_freed_has_left(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r), *b = join(r);

	(void)state;
	hear(a);
	member_free(b);
	expect(a, "client 2 left\n");
	member_free(NULL);
	room_free(r);
}

static void who_has_left_gets_what_was_said_before_and_nothing_of_after(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r), *b = join(r), *c = join(r);

	(void)state;
	say(b, "for all\n");
	say(a, "exit\n");
	assert_true(room_has_left(a));
	assert_false(room_has_left(b));
	say(b, "too late\n");
	room_leave(c, NULL);
	expect(a, "you are client 1\nclient 2 joined\nclient 3 joined\nclient 2: for all\n");
	room_free(r);
}

/* room_waiting() is what room_output() gives, also for one that has left: else nobody knows when
 * its output is out. */
static void nothing_waits_for_one_that_has_left_and_has_had_all(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r), *b = join(r);

	(void)state;
	hear(a);
	room_leave(a, NULL);
	assert_int_equal(room_waiting(a), 0);
	say(b, "she has gone\n");
	assert_int_equal(room_waiting(a), 0);
	room_free(r);
}

static void the_log_says_who_joined_and_who_left_and_why(void **state)
{
	static struct journal j;
	struct room_config config = plain;
	struct member *a, *b, *c;
	struct room *r;

	(void)state;
	j = (struct journal){ .len = 0 };
	config.log = keep;
	config.log_arg = &j;
	r = room_of(config);
	a = join(r);
	b = join(r);
	c = join(r);
	say(a, "hello\nexit\n");
	room_leave(b, "too slow");
	member_free(c);
	assert_string_equal(j.text, "client 1 joined\nclient 2 joined\nclient 3 joined\n"
				    "client 1 left\nclient 2 left: too slow\nclient 3 left\n");
	room_free(r);
}

/* ---- output in parts ------------------------------------------------------------------------ */

/* fill() - a member for whom a few lines wait, with others in between that are not for it */
static struct member *fill(struct room *r)
{
	struct member *a = join(r), *b = join(r);

	say(b, "x\n");
	say(a, "own\n");
	say(b, "y\n");
	say(a, "own\n");
	return a;
}

static const char filled[] = "you are client 1\nclient 2 joined\nclient 2: x\nclient 2: y\n";

static void output_may_be_cut_in_any_two_places(void **state)
{
	size_t len = sizeof(filled) - 1;

	(void)state;
	for (size_t i = 0; i <= len; i++) {
		for (size_t k = i; k <= len; k++) {
			struct room *r = room_of(plain);
			struct member *a = fill(r);
			size_t left;
			char *text;

			room_sent(a, i);
			assert_int_equal(room_waiting(a), len - i);
			text = pending(a, &left);
			assert_string_equal(text, filled + i);
			free(text);
			room_sent(a, k - i);
			expect(a, filled + k);
			room_free(r);
		}
	}
}

static void output_comes_in_as_few_parts_as_are_asked_for(void **state)
{
	(void)state;
	for (size_t max = 1; max <= 5; max++) {
		struct room *r = room_of(plain);
		struct member *a = fill(r);
		struct iovec parts[6];
		size_t at = 0, count;

		while ((count = room_output(a, parts, max)) > 0) {
			assert_true(count <= max);
			for (size_t i = 0; i < count; i++) {
				assert_true(parts[i].iov_len > 0);
				assert_memory_equal(parts[i].iov_base, filled + at,
						    parts[i].iov_len);
				at += parts[i].iov_len;
			}
			size_t sum = 0;

			for (size_t i = 0; i < count; i++)
				sum += parts[i].iov_len;
			room_sent(a, sum);
		}
		assert_int_equal(at, sizeof(filled) - 1);
		room_free(r);
	}
}

static void output_goes_octet_by_octet_while_others_go_on(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r), *b = join(r);
	char heard[65536];
	size_t len = 0, wanted_len = 0;
	char wanted[65536];

	(void)state;
	hear(a);
	for (int i = 0; i < 200; i++) {
		char text[32];
		struct iovec part;

		snprintf(text, sizeof(text), "%d\n", i);
		say(b, text);
		wanted_len += (size_t)snprintf(wanted + wanted_len, sizeof(wanted) - wanted_len,
					       "client 2: %s", text);
		say(a, "mine\n");
		for (int k = 0; k < 5 && room_output(a, &part, 1); k++) {
			heard[len++] = *(char *)part.iov_base;
			room_sent(a, 1);
		}
		hear(b);
	}
	while (room_waiting(a)) {
		struct iovec part;

		assert_int_equal(room_output(a, &part, 1), 1);
		heard[len++] = *(char *)part.iov_base;
		room_sent(a, 1);
	}
	assert_int_equal(len, wanted_len);
	assert_memory_equal(heard, wanted, len);
	room_free(r);
}

static void a_thousand_members_share_the_memory_of_a_line(void **state)
{
	static struct member *m[1000];
	struct room_config config = plain;
	const void *shared = NULL;
	struct room *r;

	(void)state;
	config.max_members = 1000;
	config.queue = 1 << 20;
	r = room_of(config);
	for (size_t i = 0; i < ARRAY_SIZE(m); i++)
		m[i] = join(r);
	assert_null(room_join(r, START));
	for (size_t i = 0; i < ARRAY_SIZE(m); i++)
		hear(m[i]);
	say(m[500], "to all of you\n");
	for (size_t i = 0; i < ARRAY_SIZE(m); i++) {
		struct iovec parts[2];
		size_t count = room_output(m[i], parts, 2);

		assert_int_equal(count, i == 500 ? 0 : 1);
		if (i == 500)
			continue;
		assert_int_equal(parts[0].iov_len, strlen("client 501: to all of you\n"));
		if (!shared)
			shared = parts[0].iov_base;
		assert_ptr_equal(parts[0].iov_base, shared);
	}
	for (size_t i = 0; i < ARRAY_SIZE(m); i++)
		say(m[i], "me\n");
	for (size_t i = 0; i < ARRAY_SIZE(m); i++)
		assert_true(hear(m[i]) > 999 * strlen("client 1: me\n"));
	for (size_t i = 1; i < ARRAY_SIZE(m); i++)
		member_free(m[i]);
	assert_true(hear(m[0]) > 0);
	room_free(r);
}

static void what_is_said_is_counted_until_it_was_offered(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r);

	(void)state;
	join(r);
	room_offered(r);
	assert_int_equal(room_unsent(r), 0);
	say(a, "hello\n");
	assert_int_equal(room_unsent(r), strlen("client 1: hello\n"));
	say(a, "again\n");
	assert_int_equal(room_unsent(r), 2 * strlen("client 1: hello\n"));
	room_offered(r);
	assert_int_equal(room_unsent(r), 0);
	room_leave(a, NULL);
	assert_true(room_unsent(r) > 0);
	room_free(r);
}

/* ---- slow readers --------------------------------------------------------------------------- */

/* talk() - at least n octets for all the others */
static void talk(struct member *m, size_t n, uint64_t now)
{
	for (size_t i = 0; i < n; i += 60)
		say_at(m, "0123456789012345678901234567890123456789012345678\n", now);
}

static void a_reader_within_its_queue_is_never_too_slow(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r), *b = join(r);

	(void)state;
	hear(a);
	hear(b);
	talk(b, 4000, START);
	assert_true(room_waiting(a) <= 4096);
	for (uint64_t now = START; now < START + 100000; now += 50) {
		assert_false(room_check_reader(a, now));
		room_offered(r);
	}
	assert_int_equal(room_wait(b, START + 100000), 0); /* it holds up nobody for ever */
	room_free(r);
}

static void a_reader_over_its_queue_gets_a_moment_and_is_dropped_then(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r), *b = join(r);
	uint64_t wait;

	(void)state;
	hear(a);
	hear(b);
	room_offered(r);
	assert_int_equal(room_wait(b, START), 0);
	talk(b, 5000, START);
	assert_true(room_waiting(a) > 4096);
	assert_false(room_check_reader(a, START));
	room_offered(r);
	wait = room_wait(b, START);
	assert_in_range(wait, 1, 200);
	assert_in_range(room_wait(a, START), 1, 200);
	assert_false(room_check_reader(a, START + wait - 1));
	assert_true(room_check_reader(a, START + 200));
	room_leave(a, "too slow");
	room_offered(r);
	assert_int_equal(room_wait(b, START + 200), 0);
	room_free(r);
}

static void a_reader_that_catches_up_in_its_moment_stays(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r), *b = join(r);
	uint64_t now = START;

	(void)state;
	hear(a);
	hear(b);
	for (int i = 0; i < 100; i++) {
		talk(b, 5000, now);
		assert_false(room_check_reader(a, now));
		room_offered(r);
		assert_in_range(room_wait(b, now), 1, 200);
		hear(a);
		assert_false(room_check_reader(a, now + 150));
		room_offered(r);
		assert_int_equal(room_wait(b, now + 150), 0);
		now += 150;
	}
	room_free(r);
}

static void a_reader_that_does_not_read_costs_the_others_one_moment_only(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r), *b = join(r);
	uint64_t now = START, waited = 0;

	(void)state;
	hear(a);
	hear(b);
	for (int i = 0; i < 1000 && !room_has_left(a); i++) {
		uint64_t wait;

		say_at(b, "a line that is some forty octets long\n", now);
		room_check_reader(b, now);
		hear(b);
		if (room_check_reader(a, now))
			room_leave(a, "too slow");
		room_offered(r);
		wait = room_wait(b, now);
		waited += wait;
		now += wait + 1;
	}
	assert_true(room_has_left(a));
	assert_in_range(waited, 1, 200);
	room_free(r);
}

static void a_large_queue_of_one_is_no_burden_on_another(void **state)
{
	struct room *r = room_of(plain);
	struct member *slow = join(r), *b = join(r), *good = join(r);

	(void)state;
	talk(b, 20000, START);
	hear(good);
	assert_false(room_check_reader(good, START + 500));
	assert_false(room_check_reader(slow, START + 500)); /* seen for the first time */
	assert_true(room_check_reader(slow, START + 700));
	assert_false(room_check_reader(good, START + 700));
	room_free(r);
}

/* ---- the rate ------------------------------------------------------------------------------- */

/* lines_at() - how many lines another member hears now */
static size_t lines_at(struct member *m)
{
	size_t len, n = 0;
	char *text = pending(m, &len);

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	free(text);
	room_sent(m, len);
	return n;
}

static void a_second_s_worth_of_lines_is_said_at_once_and_no_more(void **state)
{
	static const uint64_t rates[] = { 1, 2, 3, 5, 7, 10, 99, 100, 333, 500, 600, 999, 1000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		struct room_config config = plain;
		struct member *a, *b;
		struct room *r;

		config.rate = rates[i];
		config.queue = 1 << 20;
		r = room_of(config);
		a = join(r);
		b = join(r);
		hear(b);
		for (int k = 0; k < 3000; k++)
			say(a, "x\n");
		assert_int_equal(lines_at(b), rates[i]);
		assert_true(room_wait(a, START) > 0);
		assert_int_equal(room_wait(b, START), 0);
		room_free(r);
	}
}

static void held_lines_come_at_the_rate_and_none_is_lost(void **state)
{
	static const uint64_t rates[] = { 1, 3, 7, 50, 300, 600, 999, 1000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		struct room_config config = plain;
		uint64_t now = START, total = rates[i] * 11;
		struct member *a, *b;
		struct room *r;
		size_t heard;

		config.rate = rates[i];
		config.queue = 1 << 30;
		r = room_of(config);
		a = join(r);
		b = join(r);
		hear(b);
		for (uint64_t k = 0; k < total; k++)
			say(a, "x\n");
		heard = lines_at(b);
		while (heard < total) {
			uint64_t wait = room_wait(a, now), seconds;

			assert_in_range(wait, 1, 1000);
			now += wait;
			room_go_on(a, now);
			heard += lines_at(b);
			seconds = (now - START) / 1000 + 1;
			assert_true(heard <= rates[i] * (seconds + 1));
		}
		assert_int_equal(heard, total);
		/* the first second's worth at once, the others in ten seconds */
		assert_in_range(now - START, 9900, 10100);
		room_free(r);
	}
}

static void who_pauses_may_say_a_second_s_worth_again_and_not_more(void **state)
{
	struct room_config config = plain;
	struct member *a, *b;
	struct room *r;

	(void)state;
	config.rate = 5;
	r = room_of(config);
	a = join(r);
	b = join(r);
	hear(b);
	say(a, "1\n2\n3\n4\n5\n");
	assert_int_equal(lines_at(b), 5);
	say_at(a, "1\n2\n3\n4\n5\n6\n7\n8\n", START + 60000);
	assert_int_equal(lines_at(b), 5);
	room_free(r);
}

static void the_end_of_a_stream_waits_for_the_lines_before_it(void **state)
{
	struct room_config config = plain;
	struct member *a, *b;
	uint64_t now = START;
	struct room *r;

	(void)state;
	config.rate = 1;
	r = room_of(config);
	a = join(r);
	b = join(r);
	hear(b);
	say(a, "1\n2\n3");
	room_input_ended(a, now);
	assert_false(room_has_left(a));
	expect(b, "client 1: 1\n");
	now += room_wait(a, now);
	room_go_on(a, now);
	expect(b, "client 1: 2\n");
	assert_false(room_has_left(a));
	now += room_wait(a, now);
	room_go_on(a, now);
	expect(b, "client 1: 3\nclient 1 left\n");
	assert_true(room_has_left(a));
	room_free(r);
}

static void exit_waits_for_its_turn_too(void **state)
{
	struct room_config config = plain;
	struct member *a, *b;
	uint64_t now = START;
	struct room *r;

	(void)state;
	config.rate = 1;
	r = room_of(config);
	a = join(r);
	b = join(r);
	hear(b);
	say(a, "1\nexit\n2\n");
	expect(b, "client 1: 1\n");
	assert_false(room_has_left(a));
	now += room_wait(a, now);
	room_go_on(a, now);
	expect(b, "client 1 left\n");
	room_free(r);
}

static void going_on_too_early_says_nothing(void **state)
{
	struct room_config config = plain;
	struct member *a, *b;
	struct room *r;
	uint64_t wait;

	(void)state;
	config.rate = 2;
	r = room_of(config);
	a = join(r);
	b = join(r);
	hear(b);
	say(a, "1\n2\n3\n");
	expect(b, "client 1: 1\nclient 1: 2\n");
	wait = room_wait(a, START);
	room_go_on(a, START + wait - 1);
	expect(b, "");
	room_go_on(a, START + wait);
	expect(b, "client 1: 3\n");
	assert_int_equal(room_wait(a, START + wait), 0);
	room_free(r);
}

/* ---- silence -------------------------------------------------------------------------------- */

static void who_is_silent_for_too_long_is_told_and_leaves(void **state)
{
	struct room_config config = plain;
	struct member *a, *b;
	struct room *r;
	size_t len;
	char *text;

	(void)state;
	config.idle_ms = 1000;
	r = room_of(config);
	a = join(r);
	b = join(r);
	hear(a);
	hear(b);
	say_at(b, "I am here\n", START + 500);
	hear(a);
	room_sweep(r, START + 999);
	assert_false(room_has_left(a));
	room_sweep(r, START + 1001);
	assert_true(room_has_left(a));
	assert_false(room_has_left(b));
	expect(a, "you were silent for too long: goodbye\n");
	text = pending(b, &len);
	assert_memory_equal(text, "client 1 left", 13);
	free(text);
	hear(b);
	room_sweep(r, START + 1001);
	expect(b, "");
	room_sweep(r, START + 1501);
	assert_true(room_has_left(b));
	room_free(r);
}

static void an_octet_is_a_sign_of_life(void **state)
{
	struct room_config config = plain;
	struct member *a;
	struct room *r;

	(void)state;
	config.idle_ms = 1000;
	r = room_of(config);
	a = join(r);
	for (uint64_t now = START; now < START + 50000; now += 900) {
		say_at(a, "x", now);
		room_sweep(r, now);
		assert_false(room_has_left(a));
	}
	room_free(r);
}

static void all_may_be_silent_at_once(void **state)
{
	struct room_config config = plain;
	struct member *m[5];
	struct room *r;

	(void)state;
	config.idle_ms = 10;
	r = room_of(config);
	for (size_t i = 0; i < ARRAY_SIZE(m); i++)
		m[i] = join(r);
	room_sweep(r, START + 11);
	for (size_t i = 0; i < ARRAY_SIZE(m); i++) {
		assert_true(room_has_left(m[i]));
		member_free(m[i]);
	}
	room_free(r);
}

static void without_a_limit_silence_may_last(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r);

	(void)state;
	room_sweep(r, START + (1ULL << 40));
	assert_false(room_has_left(a));
	room_free(r);
}

static void a_room_goes_with_all_that_are_in_it(void **state)
{
	struct room *r = room_of(plain);
	struct member *a = join(r), *b = join(r);

	(void)state;
	say(a, "half a line");
	say(b, "a whole one\n");
	room_leave(b, NULL);
	room_sent(a, 3);
	room_free(r); /* the sanitizers look for what is left */
	room_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_joins_is_greeted_and_announced),
		cmocka_unit_test(a_line_reaches_all_but_its_sender),
		cmocka_unit_test(all_hear_lines_in_the_order_in_which_they_were_said),
		cmocka_unit_test(who_comes_late_hears_nothing_of_before),
		cmocka_unit_test(one_alone_may_talk_for_ever),
		cmocka_unit_test(a_number_is_not_given_twice),
		cmocka_unit_test(a_full_room_lets_nobody_in_until_somebody_has_gone),
		cmocka_unit_test(a_place_is_free_as_soon_as_its_member_has_left),
		cmocka_unit_test(what_is_said_is_heard_however_it_is_cut),
		cmocka_unit_test(an_empty_read_says_nothing),
		cmocka_unit_test(a_last_line_without_its_end_is_a_line),
		cmocka_unit_test(a_line_as_long_as_the_limit_passes_and_one_longer_does_not),
		cmocka_unit_test(a_line_that_is_too_long_is_noticed_before_it_ends),
		cmocka_unit_test(what_was_said_before_a_line_too_long_is_heard),
		cmocka_unit_test(a_last_line_without_its_end_may_be_too_long),
		cmocka_unit_test(the_limit_is_in_the_farewell),
		cmocka_unit_test(who_leaves_is_said_to_have_left),
		cmocka_unit_test(who_leaves_twice_is_said_to_have_left_once),
		cmocka_unit_test(a_member_that_is_freed_has_left),
		cmocka_unit_test(who_has_left_gets_what_was_said_before_and_nothing_of_after),
		cmocka_unit_test(nothing_waits_for_one_that_has_left_and_has_had_all),
		cmocka_unit_test(the_log_says_who_joined_and_who_left_and_why),
		cmocka_unit_test(output_may_be_cut_in_any_two_places),
		cmocka_unit_test(output_comes_in_as_few_parts_as_are_asked_for),
		cmocka_unit_test(output_goes_octet_by_octet_while_others_go_on),
		cmocka_unit_test(a_thousand_members_share_the_memory_of_a_line),
		cmocka_unit_test(what_is_said_is_counted_until_it_was_offered),
		cmocka_unit_test(a_reader_within_its_queue_is_never_too_slow),
		cmocka_unit_test(a_reader_over_its_queue_gets_a_moment_and_is_dropped_then),
		cmocka_unit_test(a_reader_that_catches_up_in_its_moment_stays),
		cmocka_unit_test(a_reader_that_does_not_read_costs_the_others_one_moment_only),
		cmocka_unit_test(a_large_queue_of_one_is_no_burden_on_another),
		cmocka_unit_test(a_second_s_worth_of_lines_is_said_at_once_and_no_more),
		cmocka_unit_test(held_lines_come_at_the_rate_and_none_is_lost),
		cmocka_unit_test(who_pauses_may_say_a_second_s_worth_again_and_not_more),
		cmocka_unit_test(the_end_of_a_stream_waits_for_the_lines_before_it),
		cmocka_unit_test(exit_waits_for_its_turn_too),
		cmocka_unit_test(going_on_too_early_says_nothing),
		cmocka_unit_test(who_is_silent_for_too_long_is_told_and_leaves),
		cmocka_unit_test(an_octet_is_a_sign_of_life),
		cmocka_unit_test(all_may_be_silent_at_once),
		cmocka_unit_test(without_a_limit_silence_may_last),
		cmocka_unit_test(a_room_goes_with_all_that_are_in_it),
	};

	return cmocka_run_group_tests_name("room", tests, NULL, NULL);
}
