/* SPDX-License-Identifier: MIT */
/* The journal of a lab: numbers without a gap, a bounded file, whole lines also on a full disk. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "nodes/common/loop.h"
#include "nodes/common/mem.h"
#include "topology/journal.h"

#define HALF_LEN (4u << 20) /* about so long is a half; two are kept */

struct folder {
	char path[32];
	struct journal journal;
};

static int make_folder(void **state)
{
	struct folder *f = xcalloc(1, sizeof(*f));

	strcpy(f->path, "/tmp/test_journal.XXXXXX");
	assert_non_null(mkdtemp(f->path));
	signal(SIGXFSZ, SIG_IGN);
	journal_open(&f->journal, f->path, clock_ns());
	*state = f;
	return 0;
}

static int remove_folder(void **state)
{
	struct folder *f = *state;
	DIR *d = opendir(f->path);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (*e->d_name != '.')
			unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	rmdir(f->path);
	free(f);
	return 0;
}

/* ---- what is in the file --------------------------------------------------------------------- */

struct record {
	json_t **events;
	size_t count;
};

/* read_half() - each line is an object, and the last one is whole */
static void read_half(struct record *r, const char *dir, const char *name)
{
	auto_free char *path = xasprintf("%s/%s", dir, name), *line = NULL;
	auto_fclose FILE *in = fopen(path, "re");
	size_t room = 0;
	ssize_t len;

	while (in && (len = getline(&line, &room, in)) > 0) {
		json_error_t why;
		json_t *event = json_loads(line, 0, &why);

		if (!event || line[len - 1] != '\n')
			fail_msg("%s: line <%s>: %s", name, line, event ? "it is cut" : why.text);
		*xappend(&r->events, &r->count) = event;
	}
}

static struct record record_of(const char *dir)
{
	struct record r = { 0 };

	read_half(&r, dir, JOURNAL_FILE ".1");
	read_half(&r, dir, JOURNAL_FILE);
	return r;
}

static void record_free(struct record *r)
{
	for (size_t i = 0; i < r->count; i++)
		json_decref(r->events[i]);
	free(r->events);
}

static json_int_t number(const json_t *event, const char *key)
{
	json_t *n = json_object_get(event, key);

	if (!json_is_integer(n))
		fail_msg("an event has no number '%s'", key);
	return json_integer_value(n);
}

static const char *text(const json_t *event, const char *key)
{
	return json_string_value(json_object_get(event, key));
}

static bool is_lost(const json_t *event)
{
	return strcmp(text(event, "kind"), "lost") == 0;
}

/* check_numbers() - from `first` on without a gap, but for events that a `lost` counts */
static void check_numbers(const struct record *r, json_int_t first)
{
	json_int_t wanted = first, t = 0;

	for (size_t i = 0; i < r->count; i++) {
		if (is_lost(r->events[i]))
			wanted += number(r->events[i], "count");
		if (number(r->events[i], "n") != wanted)
			fail_msg("event %zu has the number %lld, not %lld", i,
				 (long long)number(r->events[i], "n"), (long long)wanted);
		wanted++;
		assert_true(number(r->events[i], "t") >= t);
		t = number(r->events[i], "t");
	}
}

/* ---- events ---------------------------------------------------------------------------------- */

static void an_event_says_who_what_and_when(void **state)
{
	struct folder *f = *state;
	struct node r1 = { .name = "r1" };
	struct record r;

	journal_add(&f->journal, NULL, "lab", "up", NULL);
	journal_add(&f->journal, &r1, "link", "changed",
		    json_pack("{s:s, s:s}", "link", "eth0", "state", "up"));
	journal_add(&f->journal, &r1, "command", "line", json_pack("{s:s}", "text", "a\nb\"\x01"));
	journal_flush(&f->journal);
	r = record_of(f->path);
	assert_int_equal(r.count, 3);
	check_numbers(&r, 1);
	assert_true(json_is_null(json_object_get(r.events[0], "node")));
	assert_string_equal(text(r.events[0], "kind"), "lab");
	assert_string_equal(text(r.events[0], "what"), "up");
	assert_string_equal(text(r.events[1], "node"), "r1");
	assert_string_equal(text(r.events[1], "link"), "eth0");
	assert_string_equal(text(r.events[1], "state"), "up");
	assert_string_equal(text(r.events[2], "text"), "a\nb\"\x01");
	assert_true(number(r.events[0], "t") < 60000000000);
	record_free(&r);
	journal_close(&f->journal);
}

/* What an event says of itself is not to be said otherwise by its fields. */
static void fields_do_not_change_number_and_kind(void **state)
{
	struct folder *f = *state;
	struct record r;

	journal_add(&f->journal, NULL, "lab", "up",
		    json_pack("{s:i, s:s, s:s, s:s}", "n", 99, "kind", "x", "node", "y", "z", "z"));
	journal_flush(&f->journal);
	r = record_of(f->path);
	assert_int_equal(r.count, 1);
	check_numbers(&r, 1);
	assert_string_equal(text(r.events[0], "kind"), "lab");
	assert_string_equal(text(r.events[0], "z"), "z");
	record_free(&r);
	journal_close(&f->journal);
}

static void an_event_is_on_the_disk_when_it_was_flushed(void **state)
{
	struct folder *f = *state;
	struct record r;

	journal_flush(&f->journal); /* of nothing */
	for (size_t i = 1; i <= 3; i++) {
		journal_add(&f->journal, NULL, "lab", "up", NULL);
		journal_flush(&f->journal);
		r = record_of(f->path);
		assert_int_equal(r.count, i);
		check_numbers(&r, 1);
		record_free(&r);
	}
	journal_add(&f->journal, NULL, "lab", "up", NULL);
	journal_close(&f->journal);
	r = record_of(f->path);
	assert_int_equal(r.count, 4); /* the end is a flush */
	record_free(&r);
}

static void a_journal_is_its_user_s_alone(void **state)
{
	struct folder *f = *state;
	auto_free char *path = xasprintf("%s/" JOURNAL_FILE, f->path);
	struct stat st;

	journal_add(&f->journal, NULL, "lab", "up", NULL);
	journal_close(&f->journal);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* ---- length ---------------------------------------------------------------------------------- */

static void add_many(struct journal *j, size_t count, size_t len)
{
	auto_free char *long_text = xcalloc(1, len + 1);

	memset(long_text, 'x', len);
	for (size_t i = 0; i < count; i++) {
		journal_add(j, NULL, "command", "line", json_pack("{s:s}", "text", long_text));
		if (i % 100 == 99)
			journal_flush(j);
	}
	journal_flush(j);
}

static off_t size_of(const char *dir, const char *name)
{
	auto_free char *path = xasprintf("%s/%s", dir, name);
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : -1;
}

/* Some 20 MB: two halves of them stay, and the numbers go on from the one to the other. */
static void a_full_half_becomes_the_older_one(void **state)
{
	struct folder *f = *state;
	struct record r;
	off_t older, newer;

	add_many(&f->journal, 10000, 2000);
	older = size_of(f->path, JOURNAL_FILE ".1");
	newer = size_of(f->path, JOURNAL_FILE);
	assert_true(older >= (off_t)HALF_LEN && older <= (off_t)HALF_LEN * 5 / 4);
	assert_true(newer <= (off_t)HALF_LEN * 5 / 4);
	r = record_of(f->path);
	assert_true(r.count > 1000);
	check_numbers(&r, number(r.events[0], "n"));
	assert_int_equal(number(r.events[r.count - 1], "n"), 10000);
	record_free(&r);
	journal_close(&f->journal);
}

/* More than fits into memory goes to the disk without being asked. */
static void much_at_once_is_written_before_the_flush(void **state)
{
	struct folder *f = *state;
	struct record r;

	for (size_t i = 0; i < 5000; i++)
		journal_add(&f->journal, NULL, "command", "line",
			    json_pack("{s:s}", "text", "some text that is not so short any more"));
	assert_true(size_of(f->path, JOURNAL_FILE) > 0);
	journal_close(&f->journal);
	r = record_of(f->path);
	assert_int_equal(r.count, 5000);
	check_numbers(&r, 1);
	record_free(&r);
}

/* An event of any length is whole, or lost and counted; those beside it are there. */
static void an_event_of_any_length_leaves_no_gap(void **state)
{
	static const size_t lens[] = { 1000,	  65536,  (256 << 10) - 300, (256 << 10) - 1,
				       256 << 10, 1 << 20 };
	struct folder *f = *state;
	struct record r;

	for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
		journal_add(&f->journal, NULL, "lab", "before", NULL);
		add_many(&f->journal, 1, lens[i]);
	}
	journal_add(&f->journal, NULL, "lab", "last", NULL);
	journal_close(&f->journal);
	r = record_of(f->path);
	assert_string_equal(text(r.events[r.count - 1], "what"), "last");
	check_numbers(&r, 1);
	record_free(&r);
}

/* ---- a full disk ----------------------------------------------------------------------------- */

/* limit() - so large may files get: a disk that is full for us alone */
static void limit(rlim_t len)
{
	struct rlimit l;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
	l.rlim_cur = len < l.rlim_max ? len : l.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

/* flush_into() - with so much room left on the disk */
static void flush_into(struct folder *f, off_t room)
{
	off_t size = size_of(f->path, JOURNAL_FILE);

	limit((rlim_t)((size > 0 ? size : 0) + room));
	journal_flush(&f->journal);
	limit(RLIM_INFINITY);
}

static void a_line_that_fits_in_part_is_taken_back(void **state)
{
	struct folder *f = *state;

	for (off_t room = 0; room < 300; room++) {
		struct record r;
		off_t size;

		journal_add(&f->journal, NULL, "lab", "up", NULL);
		journal_flush(&f->journal);
		size = size_of(f->path, JOURNAL_FILE);
		for (int i = 0; i < 5; i++)
			journal_add(&f->journal, NULL, "lab", "up", NULL);
		flush_into(f, room);
		assert_true(size_of(f->path, JOURNAL_FILE) == size);
		r = record_of(f->path);
		check_numbers(&r, 1);
		record_free(&r);
	}
	journal_add(&f->journal, NULL, "lab", "last", NULL);
	journal_close(&f->journal);
}

static void what_a_full_disk_took_is_counted(void **state)
{
	struct folder *f = *state;
	struct record r;

	add_many(&f->journal, 10, 10);
	for (int i = 0; i < 7; i++)
		journal_add(&f->journal, NULL, "lab", "up", NULL);
	flush_into(f, 100);
	assert_int_equal(f->journal.lost, 7);
	journal_add(&f->journal, NULL, "lab", "again", NULL);
	journal_close(&f->journal);
	r = record_of(f->path);
	assert_int_equal(r.count, 12);
	check_numbers(&r, 1);
	assert_true(is_lost(r.events[10]));
	assert_string_equal(text(r.events[10], "what"), "disk");
	assert_int_equal(number(r.events[10], "count"), 7);
	assert_string_equal(text(r.events[11], "what"), "again");
	record_free(&r);
}

/* It stays full for a while: what was lost since it is full is counted, not since the last try. */
static void what_a_disk_took_that_stays_full_is_counted(void **state)
{
	struct folder *f = *state;
	struct record r;

	journal_add(&f->journal, NULL, "lab", "up", NULL);
	journal_flush(&f->journal);
	for (int i = 0; i < 20; i++) {
		journal_add(&f->journal, NULL, "lab", "up", NULL);
		flush_into(f, 10);
	}
	journal_add(&f->journal, NULL, "lab", "again", NULL);
	journal_close(&f->journal);
	r = record_of(f->path);
	assert_int_equal(r.count, 3);
	check_numbers(&r, 1);
	record_free(&r);
}

/* The folder is gone, or the file cannot be made: no harm, and it goes on when it can. */
static void without_a_folder_events_are_lost_and_told_later(void **state)
{
	struct folder *f = *state;
	struct record r;

	assert_int_equal(rmdir(f->path), 0);
	for (int i = 0; i < 4; i++)
		journal_add(&f->journal, NULL, "lab", "up", NULL);
	journal_flush(&f->journal);
	assert_int_equal(f->journal.lost, 4);
	assert_int_equal(mkdir(f->path, 0700), 0);
	journal_add(&f->journal, NULL, "lab", "again", NULL);
	journal_close(&f->journal);
	r = record_of(f->path);
	assert_int_equal(r.count, 2);
	check_numbers(&r, 1);
	record_free(&r);
}

static void a_device_that_is_always_full_does_no_harm(void **state)
{
	struct folder *f = *state;
	auto_free char *path = xasprintf("%s/" JOURNAL_FILE, f->path);

	assert_int_equal(symlink("/dev/full", path), 0);
	for (int i = 0; i < 50; i++)
		journal_add(&f->journal, NULL, "lab", "up", NULL);
	journal_flush(&f->journal);
	assert_int_equal(f->journal.lost, 50);
	journal_close(&f->journal);
}

int main(void)
{
#define test_in_folder(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		test_in_folder(an_event_says_who_what_and_when),
		test_in_folder(fields_do_not_change_number_and_kind),
		test_in_folder(an_event_is_on_the_disk_when_it_was_flushed),
		test_in_folder(a_journal_is_its_user_s_alone),
		test_in_folder(a_full_half_becomes_the_older_one),
		test_in_folder(much_at_once_is_written_before_the_flush),
		test_in_folder(an_event_of_any_length_leaves_no_gap),
		test_in_folder(a_line_that_fits_in_part_is_taken_back),
		test_in_folder(what_a_full_disk_took_is_counted),
		test_in_folder(what_a_disk_took_that_stays_full_is_counted),
		test_in_folder(without_a_folder_events_are_lost_and_told_later),
		test_in_folder(a_device_that_is_always_full_does_no_harm),
	};

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
