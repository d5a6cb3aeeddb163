/* SPDX-License-Identifier: MIT */
/* A file of lines that grows and begins anew: whoever follows it gets each line, whole, once. */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "nodes/common/mem.h"
#include "topology/follow.h"

#define ROOM 65536 /* longer lines come in pieces */

struct world {
	char dir[32], path[64], older[64];
	struct follower *follower;
	char *got; /* each line with a '|' behind it; of a long one its length */
	size_t count;
	char letter; /* that a wanted line has */
};

static int make_world(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	strcpy(w->dir, "/tmp/test_follow.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->path, sizeof(w->path), "%s/log", w->dir);
	snprintf(w->older, sizeof(w->older), "%s/log.1", w->dir);
	w->follower = follow_new(w->path);
	w->got = xstrdup("");
	*state = w;
	return 0;
}

static int remove_world(void **state)
{
	struct world *w = *state;

	follow_free(w->follower);
	unlink(w->path);
	unlink(w->older);
	rmdir(w->dir);
	free(w->got);
	free(w);
	return 0;
}

static void put_octets(struct world *w, const char *octets, size_t len)
{
	auto_close int fd = open(w->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, octets, len), len);
}

static void put(struct world *w, const char *text)
{
	put_octets(w, text, strlen(text));
}

static void put_long(struct world *w, char octet, size_t len)
{
	auto_free char *text = xcalloc(1, len + 1);

	memset(text, octet, len);
	put(w, text);
}

static void rotate(struct world *w)
{
	assert_int_equal(rename(w->path, w->older), 0);
}

static void on_line(void *arg, char *line)
{
	struct world *w = arg;
	size_t len = strlen(line);
	char *longer = len > 100 ? xasprintf("%s%c*%zu|", w->got, *line, len)
				 : xasprintf("%s%s|", w->got, line);

	free(w->got);
	w->got = longer;
	w->count++;
	memset(line, 'X', len); /* it may be changed */
}

static void is_got(struct world *w, const char *wanted)
{
	if (strcmp(w->got, wanted) != 0)
		fail_msg("read is <%s>, not <%s>", w->got, wanted);
	*w->got = '\0';
	w->count = 0;
}

static void reads(struct world *w, const char *wanted)
{
	follow_read(w->follower, on_line, w);
	is_got(w, wanted);
}

/* ---- growth ---------------------------------------------------------------------------------- */

static void each_line_is_read_once(void **state)
{
	struct world *w = *state;

	reads(w, ""); /* it is not there yet */
	put(w, "");
	reads(w, "");
	put(w, "a\n");
	reads(w, "a|");
	reads(w, "");
	put(w, "b\nc\n");
	put(w, "d\n");
	reads(w, "b|c|d|");
	put(w, "\n\ne\n");
	reads(w, "||e|");
}

static void what_was_there_before_is_read_too(void **state)
{
	struct world *w = *state;

	put(w, "a\nb\n");
	reads(w, "a|b|");
}

static void a_line_is_read_when_it_is_whole(void **state)
{
	struct world *w = *state;

	put(w, "one\ntw");
	reads(w, "one|");
	reads(w, "");
	put(w, "o");
	reads(w, "");
	put(w, "\nthree");
	reads(w, "two|");
	put(w, "\n");
	reads(w, "three|");
	for (const char *p = "slow\nly\n"; *p; p++) {
		put_octets(w, p, 1);
		follow_read(w->follower, on_line, w);
	}
	is_got(w, "slow|ly|");
}

static void a_long_line_comes_in_pieces(void **state)
{
	static const struct {
		size_t len;
		const char *wanted;
	} cases[] = {
		{ ROOM - 2, "x*65534|end|" },
		{ ROOM - 1, "x*65535|end|" },
		{ ROOM, "x*65536||end|" },
		{ ROOM + 1, "x*65536|x|end|" },
		{ 2 * ROOM, "x*65536|x*65536||end|" },
		{ 3 * ROOM + 200, "x*65536|x*65536|x*65536|x*200|end|" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		put_long(w, 'x', cases[i].len);
		put(w, "\nend\n");
		reads(w, cases[i].wanted);
	}
	/* as it grows, the same */
	put_long(w, 'y', ROOM - 1);
	reads(w, "");
	put_long(w, 'y', 2);
	reads(w, "y*65536|");
	put(w, "\n");
	reads(w, "y|");
}

static void many_lines_come_in_order(void **state)
{
	struct world *w = *state;
	char text[32];

	for (int i = 0; i < 3000; i++) {
		snprintf(text, sizeof(text), "line %d\n", i);
		put(w, text);
		if (i % 1000 == 999)
			follow_read(w->follower, on_line, w);
	}
	assert_int_equal(w->count, 3000);
	assert_memory_equal(w->got, "line 0|line 1|line 2|", 21);
	assert_non_null(strstr(w->got, "line 2998|line 2999|"));
}

/* ---- a new half ------------------------------------------------------------------------------ */

static void it_begins_with_the_older_half(void **state)
{
	struct world *w = *state;

	put(w, "a\nb\n");
	rotate(w);
	put(w, "c\n");
	reads(w, "a|b|c|");
	reads(w, "");
	put(w, "d\n");
	reads(w, "d|");
}

static void there_may_be_the_older_half_alone(void **state)
{
	struct world *w = *state;

	put(w, "a\n");
	rotate(w);
	reads(w, "a|");
	reads(w, "");
	put(w, "b\n");
	reads(w, "b|");
}

static void a_new_half_follows_the_end_of_the_old_one(void **state)
{
	struct world *w = *state;

	put(w, "a\n");
	reads(w, "a|");
	put(w, "b\n");
	rotate(w);
	reads(w, "b|"); /* the new one is not there yet */
	put(w, "c\n");
	reads(w, "c|");
	put(w, "d\n");
	rotate(w);
	put(w, "e\n");
	reads(w, "d|e|");
	rotate(w);
	put(w, "f\n");
	reads(w, "f|");
}

static void a_line_does_not_go_on_in_a_new_half(void **state)
{
	struct world *w = *state;

	put(w, "a\nhal");
	reads(w, "a|");
	rotate(w);
	put(w, "f\nb\n");
	reads(w, "f|b|");
}

/* What became the older half while nobody read is not forgotten: it is there to be read. */
static void a_half_that_was_not_read_yet_is_not_left_out(void **state)
{
	struct world *w = *state;

	put(w, "a\n");
	reads(w, "a|");
	put(w, "b\n");
	rotate(w);
	put(w, "c\n");
	rotate(w);
	put(w, "d\n");
	reads(w, "b|c|d|");
}

/* A full disk: a line that was written in part is taken back (journal.c), the next is whole. */
static void what_is_taken_back_was_never_there(void **state)
{
	struct world *w = *state;

	put(w, "a\n");
	reads(w, "a|");
	put(w, "{\"n\":2,\"text\":\"this is cut he");
	reads(w, "");
	assert_int_equal(truncate(w->path, 2), 0);
	reads(w, "");
	put(w, "{\"n\":3,\"text\":\"this line is written later, and whole\"}\n");
	reads(w, "{\"n\":3,\"text\":\"this line is written later, and whole\"}|");
}

/* ---- being told ------------------------------------------------------------------------------ */

static bool is_readable(const struct world *w)
{
	struct pollfd p = { .fd = follow_fd(w->follower), .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void it_tells_when_there_may_be_more(void **state)
{
	struct world *w = *state;

	assert_false(is_readable(w));
	put(w, "a\n");
	assert_true(is_readable(w));
	reads(w, "a|");
	assert_false(is_readable(w));
	put(w, "b");
	assert_true(is_readable(w));
	reads(w, "");
	assert_false(is_readable(w));
	rotate(w);
	put(w, "c\n");
	assert_true(is_readable(w));
	reads(w, "c|");
	assert_false(is_readable(w));
}

/* ---- the last lines -------------------------------------------------------------------------- */

/* The world is the argument of both: is the line wanted, and here it is. */
static bool is_wanted(const void *arg, const char *line)
{
	return strchr(line, ((const struct world *)arg)->letter) != NULL;
}

static void the_last_of_the_wanted_lines_are_shown(void **state)
{
	static const struct {
		uint64_t n;
		char letter;
		const char *wanted;
	} cases[] = {
		{ 0, 'a', "" },		 { 1, 'a', "a5|" },	   { 2, 'a', "a3|a5|" },
		{ 3, 'a', "a1|a3|a5|" }, { 99, 'a', "a1|a3|a5|" }, { UINT64_MAX, 'b', "b2|b4|" },
		{ 1, 'z', "" },
	};
	struct world *w = *state;

	put(w, "a1\nb2\n");
	rotate(w);
	put(w, "a3\nb4\na5\n");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct follower *f = follow_new(w->path);

		w->letter = cases[i].letter;
		follow_last(f, cases[i].n, is_wanted, on_line, w);
		is_got(w, cases[i].wanted);
		follow_free(f);
	}
}

int main(void)
{
#define test_in_world(f) cmocka_unit_test_setup_teardown(f, make_world, remove_world)
	const struct CMUnitTest tests[] = {
		test_in_world(each_line_is_read_once),
		test_in_world(what_was_there_before_is_read_too),
		test_in_world(a_line_is_read_when_it_is_whole),
		test_in_world(a_long_line_comes_in_pieces),
		test_in_world(many_lines_come_in_order),
		test_in_world(it_begins_with_the_older_half),
		test_in_world(there_may_be_the_older_half_alone),
		test_in_world(a_new_half_follows_the_end_of_the_old_one),
		test_in_world(a_line_does_not_go_on_in_a_new_half),
		test_in_world(a_half_that_was_not_read_yet_is_not_left_out),
		test_in_world(what_is_taken_back_was_never_there),
		test_in_world(it_tells_when_there_may_be_more),
		test_in_world(the_last_of_the_wanted_lines_are_shown),
	};

	return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
