/* SPDX-License-Identifier: MIT */
/*
 * Two pairings and a wire between them that loses, repeats and reorders as a seeded generator says:
 *
 *   anna ---- wire ---- bert        both tick when they said that they would, or after input
 *
 * The clock is a number. Whatever the wire does, each line arrives once and in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nodes/chat/packet.h"
#include "nodes/chat/pairing.h"
#include "nodes/common/compiler.h"

#define START	   100000
#define WINDOW	   32
#define LINES_MAX  20000
#define FLIGHT_MAX 4096

struct flight {
	uint64_t at; /* when it arrives */
	unsigned to;
	size_t len;
	uint8_t data[PACKET_MAX];
};

struct side {
	struct pairing *pairing;
	struct world *world;
	unsigned index;
	uint64_t tick_at;
	char *heard[LINES_MAX];
	size_t heard_len[LINES_MAX];
	size_t heard_count;
	size_t sent[PACKET_ACK + 1]; /* datagrams by type */
	uint32_t highest_text;
};

struct world {
	uint64_t now;
	uint32_t random;
	unsigned loss, repeat; /* percent */
	uint64_t delay_max;    /* ms; more than 0 reorders */
	bool cut;	       /* nothing comes through */
	unsigned lose_byes;    /* so many BYEs yet */
	unsigned lose_acks;    /* so many ACKs yet */
	struct flight *flights;
	size_t flight_count;
	struct side sides[2];
};

static uint32_t draw(struct world *w, uint32_t below)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 17;
	w->random ^= w->random << 5;
	return w->random % below;
}

static void depart(struct world *w, unsigned to, const uint8_t *data, size_t len)
{
	struct flight *f;

	if (w->flight_count == FLIGHT_MAX)
		return; /* the wire's own queue is full */
	f = &w->flights[w->flight_count++];
	f->at = w->now + (w->delay_max ? draw(w, (uint32_t)w->delay_max + 1) : 0);
	f->to = to;
	f->len = len;
	memcpy(f->data, data, len);
}

static void on_send(void *arg, const uint8_t *data, size_t len)
{
	struct side *s = arg;
	struct world *w = s->world;
	struct packet p;

	assert_true(len <= PACKET_MAX);
	assert_true(packet_decode(&p, data, len));
	s->sent[p.type]++;
	if (p.type == PACKET_HELLO || p.type == PACKET_ACK)
		assert_int_equal(p.seq, 0);
	if (p.type == PACKET_TEXT && p.seq > s->highest_text)
		s->highest_text = p.seq;
	if (p.type == PACKET_BYE && w->lose_byes) {
		w->lose_byes--;
		return;
	}
	if (p.type == PACKET_ACK && w->lose_acks) {
		w->lose_acks--;
		return;
	}
	if (w->cut || draw(w, 100) < w->loss)
		return;
	depart(w, !s->index, data, len);
	if (draw(w, 100) < w->repeat)
		depart(w, !s->index, data, len);
}

static void on_line(void *arg, const char *text, size_t len)
{
	struct side *s = arg;

	assert_true(s->heard_count < LINES_MAX);
	s->heard[s->heard_count] = malloc(len + 1);
	memcpy(s->heard[s->heard_count], text, len);
	s->heard[s->heard_count][len] = '\0';
	s->heard_len[s->heard_count++] = len;
}

static void side_start(struct world *w, unsigned index, uint32_t session)
{
	struct side *s = &w->sides[index];
	struct pairing_calls calls = { on_send, on_line, s };

	s->world = w;
	s->index = index;
	s->pairing = pairing_new(&calls, session);
	s->tick_at = w->now;
	s->highest_text = 0;
	memset(s->sent, 0, sizeof(s->sent));
}

static void side_stop(struct side *s)
{
	pairing_free(s->pairing);
	s->pairing = NULL;
	for (size_t i = 0; i < s->heard_count; i++)
		free(s->heard[i]);
	s->heard_count = 0;
}

static struct world *world_new(uint32_t seed)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->random = seed * 2654435761u | 1;
	w->now = START;
	w->flights = calloc(FLIGHT_MAX, sizeof(*w->flights));
	side_start(w, 0, 0xa0000000 + seed);
	side_start(w, 1, 0xb0000000 + seed);
	return w;
}

static void world_free(struct world *w)
{
	for (size_t i = 0; i < 2; i++)
		side_stop(&w->sides[i]);
	free(w->flights);
	free(w);
}

static void tick(struct world *w, struct side *s)
{
	uint64_t next;

	if (!s->pairing)
		return;
	next = pairing_tick(s->pairing, w->now);
	assert_in_range(next, 1, 60000);
	s->tick_at = w->now + next;
}

/* arrive() - all datagrams whose time has come */
static void arrive(struct world *w)
{
	for (size_t i = 0; i < w->flight_count;) {
		struct side *s = &w->sides[w->flights[i].to];
		struct flight f = w->flights[i];

		if (f.at > w->now) {
			i++;
			continue;
		}
		w->flight_count--;
		memmove(&w->flights[i], &w->flights[i + 1],
			(w->flight_count - i) * sizeof(w->flights[0]));
		if (!s->pairing)
			continue;
		pairing_input(s->pairing, f.data, f.len, w->now);
		tick(w, s);
		i = 0; /* what was sent just now may arrive at once */
	}
}

/* run() - lets ms pass */
static void run(struct world *w, uint64_t ms)
{
	uint64_t end = w->now + ms;

	for (; w->now < end; w->now++) {
		for (size_t i = 0; i < 2; i++)
			if (w->now >= w->sides[i].tick_at)
				tick(w, &w->sides[i]);
		arrive(w);
	}
}

static void say(struct side *s, const char *text)
{
	assert_true(pairing_say(s->pairing, text, strlen(text), s->world->now));
}

static void expect(struct side *s, const char *const *lines, size_t count)
{
	assert_int_equal(s->heard_count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(s->heard[i], lines[i]);
}

#define EXPECT(side, ...)                                  \
	expect(side, (const char *const[]){ __VA_ARGS__ }, \
	       ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ })))

/* number() - lines that tell where they belong; every tenth fills several datagrams */
static size_t number(char *text, size_t size, unsigned side, unsigned i)
{
	size_t len = (size_t)snprintf(text, size, "%u of %u ", i, side);

	if (i % 10 == 9) {
		memset(text + len, 'a' + (int)(i % 26), 3000 + i);
		len += 3000 + i;
	}
	return len;
}

static void expect_numbered(struct side *s, unsigned of, unsigned count)
{
	static char text[70000];

	assert_int_equal(s->heard_count, count);
	for (unsigned i = 0; i < count; i++) {
		size_t len = number(text, sizeof(text), of, i);

		assert_int_equal(s->heard_len[i], len);
		assert_memory_equal(s->heard[i], text, len);
	}
}

/* ---- meeting -------------------------------------------------------------------------------- */

static void two_meet_and_talk(void **state)
{
	struct world *w = world_new(1);
	struct side *anna = &w->sides[0], *bert = &w->sides[1];

	(void)state;
	assert_false(pairing_has_peer(anna->pairing));
	run(w, 1000);
	assert_true(pairing_has_peer(anna->pairing));
	assert_true(pairing_has_peer(bert->pairing));
	say(anna, "hello");
	say(anna, "");
	say(bert, "hello yourself");
	run(w, 5);
	EXPECT(bert, "hello", "");
	EXPECT(anna, "hello yourself");
	run(w, 5000);
	assert_int_equal(anna->heard_count + bert->heard_count, 3);
	assert_false(pairing_peer_left(anna->pairing));
	assert_false(pairing_is_over(anna->pairing));
	world_free(w);
}

static void what_was_said_before_the_peer_came_is_told_to_it(void **state)
{
	struct world *w = world_new(2);
	struct side *anna = &w->sides[0], *bert = &w->sides[1];

	(void)state;
	side_stop(bert);
	say(anna, "one");
	say(anna, "two");
	run(w, 30000);
	assert_int_equal(anna->sent[PACKET_TEXT], 0); /* nobody is there to hear it */
	say(anna, "three");
	side_start(w, 1, 77);
	run(w, 1500);
	EXPECT(bert, "one", "two", "three");
	world_free(w);
}

static void numbers_at_the_server_are_exchanged(void **state)
{
	struct world *w = world_new(3);
	struct side *anna = &w->sides[0], *bert = &w->sides[1];

	(void)state;
	run(w, 1000);
	assert_int_equal(pairing_peer_client(anna->pairing), 0);
	pairing_set_client(bert->pairing, 0x80000001);
	tick(w, bert);
	run(w, 5);
	assert_int_equal(pairing_peer_client(anna->pairing), 0x80000001);
	assert_int_equal(pairing_peer_client(bert->pairing), 0);
	world_free(w);
}

/* peer(1): HELLO every 200 ms until the peer and its number are known, then every second */
static void hello_is_said_often_at_first_and_seldom_later(void **state)
{
	struct world *w = world_new(4);
	struct side *anna = &w->sides[0], *bert = &w->sides[1];

	(void)state;
	w->cut = true;
	run(w, 10000);
	assert_in_range(anna->sent[PACKET_HELLO], 49, 52);
	w->cut = false;
	run(w, 1000);
	pairing_set_client(anna->pairing, 1);
	pairing_set_client(bert->pairing, 2);
	tick(w, anna);
	tick(w, bert);
	run(w, 2000);
	anna->sent[PACKET_HELLO] = 0;
	run(w, 10000);
	assert_in_range(anna->sent[PACKET_HELLO], 9, 11);
	world_free(w);
}

/* ---- bad wires ------------------------------------------------------------------------------ */

static void lines_arrive_once_and_in_order_over_any_wire(void **state)
{
	static const struct {
		unsigned loss, repeat;
		uint64_t delay_max;
	} wires[] = {
		{ 0, 0, 0 },  { 0, 0, 1 },   { 0, 100, 0 }, { 10, 0, 0 },   { 50, 0, 0 },
		{ 0, 0, 30 }, { 0, 30, 80 }, { 20, 20, 5 }, { 40, 40, 40 }, { 5, 50, 400 },
	};
	static char text[70000];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wires); i++) {
		for (uint32_t seed = 1; seed <= 2; seed++) {
			struct world *w = world_new(seed);
			unsigned said[2] = { 0, 0 }, count = 100;

			w->loss = wires[i].loss;
			w->repeat = wires[i].repeat;
			w->delay_max = wires[i].delay_max;
			for (uint64_t ms = 0; ms < 300000; ms++) {
				for (unsigned k = 0; k < 2; k++) {
					size_t len = number(text, sizeof(text), k, said[k]);

					if (said[k] < count && draw(w, 10) == 0 &&
					    pairing_say(w->sides[k].pairing, text, len, w->now))
						said[k]++;
				}
				run(w, 1);
				if (w->sides[0].heard_count >= count &&
				    w->sides[1].heard_count >= count)
					break;
			}
			run(w, 3000); /* anything twice? */
			expect_numbered(&w->sides[0], 1, count);
			expect_numbered(&w->sides[1], 0, count);
			world_free(w);
		}
	}
}

static void what_was_said_while_the_wire_was_cut_arrives_afterwards(void **state)
{
	struct world *w = world_new(5);
	struct side *anna = &w->sides[0], *bert = &w->sides[1];
	char text[70000];

	(void)state;
	run(w, 1000);
	w->cut = true;
	for (unsigned i = 0; i < 500; i++) {
		assert_true(
			pairing_say(anna->pairing, text, number(text, sizeof(text), 0, i), w->now));
		run(w, 20);
	}
	assert_int_equal(bert->heard_count, 0);
	w->cut = false;
	run(w, 5000);
	expect_numbered(bert, 0, 500);
	world_free(w);
}

static void lost_acknowledgements_make_no_line_appear_twice(void **state)
{
	struct world *w = world_new(6);
	struct side *anna = &w->sides[0], *bert = &w->sides[1];

	(void)state;
	run(w, 1000);
	w->lose_acks = 20;
	say(anna, "one");
	say(anna, "two");
	run(w, 20000);
	assert_true(w->lose_acks < 20);
	assert_true(anna->sent[PACKET_TEXT] > 2); /* said again, until a HELLO acknowledged it */
	EXPECT(bert, "one", "two");
	world_free(w);
}

/* ---- the window ----------------------------------------------------------------------------- */

static void no_more_than_a_window_is_on_its_way(void **state)
{
	struct world *w = world_new(7);
	struct side *anna = &w->sides[0], *bert = &w->sides[1];

	(void)state;
	run(w, 1000);
	w->cut = true;
	for (int i = 0; i < 200; i++)
		say(anna, "x");
	run(w, 10000);
	assert_int_equal(anna->highest_text, WINDOW - 1);
	w->cut = false;
	run(w, 2000);
	assert_int_equal(bert->heard_count, 200);
	world_free(w);
}

/* peer(1): after 50 ms, which doubles up to 300 ms; progress makes it 50 ms again */
static void the_pause_before_a_repetition_doubles(void **state)
{
	static const uint64_t pauses[] = { 50, 100, 200, 300, 300, 300, 300, 300 };
	struct world *w = world_new(8);
	struct side *anna = &w->sides[0];

	(void)state;
	for (int round = 0; round < 2; round++) {
		run(w, 1500);
		w->cut = true;
		anna->sent[PACKET_TEXT] = 0;
		say(anna, "is anybody there?");
		tick(w, anna);
		assert_int_equal(anna->sent[PACKET_TEXT], 1);
		for (size_t i = 0; i < ARRAY_SIZE(pauses); i++) {
			run(w, pauses[i] - 2);
			assert_int_equal(anna->sent[PACKET_TEXT], i + 1);
			run(w, 2);
			tick(w, anna);
			assert_int_equal(anna->sent[PACKET_TEXT], i + 2);
		}
		w->cut = false;
	}
	world_free(w);
}

static void a_silent_peer_is_not_flooded(void **state)
{
	struct world *w = world_new(9);
	struct side *anna = &w->sides[0];

	(void)state;
	run(w, 1000);
	w->cut = true;
	for (int i = 0; i < 1000; i++)
		say(anna, "x");
	run(w, 5000);
	memset(anna->sent, 0, sizeof(anna->sent));
	run(w, 60000);
	assert_in_range(anna->sent[PACKET_TEXT], 1, 202);
	assert_true(anna->sent[PACKET_HELLO] <= 301);
	world_free(w);
}

static void what_waits_is_bounded(void **state)
{
	struct world *w = world_new(10);
	struct side *anna = &w->sides[0], *bert = &w->sides[1];
	unsigned said = 0;

	(void)state;
	assert_false(pairing_is_full(anna->pairing));
	while (pairing_say(anna->pairing, "x", 1, w->now))
		assert_true(++said <= 4096);
	assert_int_equal(said, 4096);
	assert_true(pairing_is_full(anna->pairing));
	run(w, 5000);
	assert_false(pairing_is_full(anna->pairing));
	assert_int_equal(bert->heard_count, 4096);
	say(anna, "again");
	run(w, 1);
	assert_string_equal(bert->heard[4096], "again");
	world_free(w);
}

/* ---- long lines ----------------------------------------------------------------------------- */

static void lines_of_all_lengths_pass_and_what_is_too_much_is_cut(void **state)
{
	static const size_t lens[] = { 0,    1,	   1447,  1448,	 1449,	2895,	2896,
				       2897, 5000, 65535, 65536, 65537, 131072, 200000 };
	static char text[200000];
	struct world *w = world_new(11);
	struct side *anna = &w->sides[0], *bert = &w->sides[1];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i % 23);
	run(w, 1000);
	w->loss = 10;
	for (size_t i = 0; i < ARRAY_SIZE(lens); i++)
		assert_true(pairing_say(anna->pairing, text, lens[i], w->now));
	say(anna, "end");
	run(w, 60000);
	assert_int_equal(bert->heard_count, ARRAY_SIZE(lens) + 1);
	for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
		assert_int_equal(bert->heard_len[i], lens[i] < 65536 ? lens[i] : 65536);
		assert_memory_equal(bert->heard[i], text, bert->heard_len[i]);
	}
	assert_string_equal(bert->heard[ARRAY_SIZE(lens)], "end");
	world_free(w);
}

/* ---- the end -------------------------------------------------------------------------------- */

static void a_goodbye_comes_after_all_that_was_said(void **state)
{
	struct world *w = world_new(12);
	struct side *anna = &w->sides[0], *bert = &w->sides[1];
	char text[70000];

	(void)state;
	run(w, 1000);
	w->loss = 30;
	w->delay_max = 20;
	for (unsigned i = 0; i < 300; i++)
		assert_true(
			pairing_say(anna->pairing, text, number(text, sizeof(text), 0, i), w->now));
	pairing_bye(anna->pairing, w->now);
	assert_false(pairing_say(anna->pairing, "too late", 8, w->now));
	for (int i = 0; i < 300000 && !pairing_peer_left(bert->pairing); i++) {
		assert_false(pairing_is_over(anna->pairing)); /* bert has not got it */
		run(w, 1);
	}
	assert_true(pairing_peer_left(bert->pairing));
	expect_numbered(bert, 0, 300);
	run(w, 10000);
	assert_true(pairing_is_over(anna->pairing));
	assert_false(pairing_is_over(bert->pairing));
	assert_false(pairing_peer_left(anna->pairing));
	say(bert, "I may still talk");
	run(w, 10000);
	EXPECT(anna, "I may still talk");
	pairing_bye(bert->pairing, w->now);
	run(w, 10000);
	assert_true(pairing_is_over(bert->pairing));
	assert_true(pairing_peer_left(anna->pairing));
	expect_numbered(bert, 0, 300);
	world_free(w);
}

static void a_goodbye_arrives_however_often_it_is_lost(void **state)
{
	(void)state;
	for (unsigned lost = 0; lost <= 20; lost++) {
		for (int acks = 0; acks < 2; acks++) {
			struct world *w = world_new(13 + lost);
			struct side *anna = &w->sides[0], *bert = &w->sides[1];

			run(w, 1000);
			w->lose_byes = acks ? 0 : lost;
			w->lose_acks = acks ? lost : 0;
			pairing_bye(anna->pairing, w->now);
			pairing_bye(anna->pairing, w->now); /* says no more than one */
			run(w, 100 + 1000 * (uint64_t)lost);
			assert_true(pairing_is_over(anna->pairing));
			assert_true(pairing_peer_left(bert->pairing));
			run(w, 5000);
			assert_int_equal(anna->highest_text, 0);
			world_free(w);
		}
	}
}

static void both_may_say_goodbye_at_once(void **state)
{
	struct world *w = world_new(14);

	(void)state;
	run(w, 1000);
	pairing_bye(w->sides[0].pairing, w->now);
	pairing_bye(w->sides[1].pairing, w->now);
	run(w, 10);
	for (size_t i = 0; i < 2; i++) {
		assert_true(pairing_is_over(w->sides[i].pairing));
		assert_true(pairing_peer_left(w->sides[i].pairing));
	}
	world_free(w);
}

static void one_that_is_alone_is_never_over(void **state)
{
	struct world *w = world_new(15);

	(void)state;
	w->cut = true;
	pairing_bye(w->sides[0].pairing, w->now);
	run(w, 60000);
	assert_false(pairing_is_over(w->sides[0].pairing));
	world_free(w);
}

/* ---- restarts ------------------------------------------------------------------------------- */

static void a_restarted_peer_gets_what_the_one_before_had_not(void **state)
{
	struct world *w = world_new(16);
	struct side *anna = &w->sides[0], *bert = &w->sides[1];

	(void)state;
	run(w, 1000);
	say(anna, "for the first");
	run(w, 100);
	EXPECT(bert, "for the first");
	side_stop(bert);
	say(anna, "one");
	say(anna, "two");
	run(w, 3000);
	side_start(w, 1, 99);
	pairing_set_client(bert->pairing, 9);
	say(bert, "I am new");
	run(w, 3000);
	EXPECT(bert, "one", "two");
	EXPECT(anna, "I am new");
	assert_int_equal(pairing_peer_client(anna->pairing), 9);
	world_free(w);
}

static void restarts_on_a_bad_wire_end_with_all_in_order(void **state)
{
	(void)state;
	for (uint32_t seed = 20; seed < 30; seed++) {
		struct world *w = world_new(seed);
		struct side *anna = &w->sides[0], *bert = &w->sides[1];

		w->loss = 20;
		w->repeat = 20;
		w->delay_max = 150;
		for (unsigned life = 0; life < 5; life++) {
			char text[32];

			for (unsigned i = 0; i < 50; i++) {
				snprintf(text, sizeof(text), "%u.%u", life, i);
				say(anna, text);
				say(bert, text);
				run(w, 7);
			}
			run(w, 60000);
			assert_true(bert->heard_count >= 50);
			/* each life hears its own lines whole and in order; nothing of another */
			for (unsigned i = 0; i < 50; i++) {
				snprintf(text, sizeof(text), "%u.%u", life, i);
				assert_string_equal(bert->heard[bert->heard_count - 50 + i], text);
				assert_string_equal(anna->heard[life * 50 + i], text);
			}
			assert_int_equal(bert->heard_count, 50);
			assert_int_equal(anna->heard_count, life * 50 + 50);
			side_stop(bert);
			run(w, 10);
			side_start(w, 1, 1000 + life);
		}
		world_free(w);
	}
}

/* A line of several datagrams, of which the one before had acknowledged the first: the new one
 * hears the line or nothing of it, but no rest of a line. */
static void a_restarted_peer_hears_no_rest_of_a_line(void **state)
{
	static char text[4000];
	struct world *w = world_new(17);
	struct side *anna = &w->sides[0], *bert = &w->sides[1];

	(void)state;
	memset(text, 'b', sizeof(text));
	memset(text, 'a', PACKET_TEXT_MAX);
	run(w, 1000);
	/* the first datagram is heard and acknowledged, then the peer is gone */
	assert_true(pairing_say(anna->pairing, text, sizeof(text), w->now));
	assert_true(w->flight_count >= 3);
	w->flight_count = 1;
	arrive(w);
	side_stop(bert);
	w->flight_count = 0;
	side_start(w, 1, 4711);
	say(anna, "next");
	run(w, 5000);
	assert_true(bert->heard_count > 0);
	if (bert->heard_count == 2)
		assert_int_equal(bert->heard_len[0], sizeof(text));
	assert_string_equal(bert->heard[bert->heard_count - 1], "next");
	assert_true(bert->heard_count <= 2);
	world_free(w);
}

/* make() - a datagram as somebody might send it */
static size_t make(uint8_t *data, struct packet p)
{
	return packet_encode(&p, data, PACKET_MAX);
}

static void late_datagrams_of_an_earlier_life_change_nothing(void **state)
{
	static const enum packet_type types[] = { PACKET_HELLO, PACKET_TEXT, PACKET_BYE,
						  PACKET_ACK };
	struct world *w = world_new(18);
	struct side *anna = &w->sides[0], *bert = &w->sides[1];
	uint8_t data[PACKET_MAX];

	(void)state;
	run(w, 1000);
	side_stop(bert);
	side_start(w, 1, 4711);
	run(w, 1000);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct packet p = {
			.type = types[i], .from = 0xb0000000 + 18, .to = 0xa0000000 + 18, .ack = 1
		};

		assert_false(pairing_input(anna->pairing, data, make(data, p), w->now));
	}
	assert_false(pairing_peer_left(anna->pairing));
	say(anna, "to the living");
	say(bert, "from the living");
	run(w, 5);
	EXPECT(bert, "to the living");
	EXPECT(anna, "from the living");
	world_free(w);
}

/* As above, but the HELLO is of the life before the last: the wire delays as long as it likes. */
static void a_very_late_hello_does_not_shut_the_peer_out(void **state)
{
	struct world *w = world_new(19);
	struct side *anna = &w->sides[0], *bert = &w->sides[1];
	struct packet late = { .type = PACKET_HELLO, .from = 0xb0000000 + 19 };
	uint8_t data[PACKET_MAX];

	(void)state;
	run(w, 1000);
	for (uint32_t life = 1; life <= 2; life++) {
		side_stop(bert);
		side_start(w, 1, life);
		run(w, 1500);
	}
	pairing_input(anna->pairing, data, make(data, late), w->now);
	run(w, 10000);
	say(anna, "are you there?");
	say(bert, "I am");
	run(w, 10000);
	EXPECT(bert, "are you there?");
	EXPECT(anna, "I am");
	world_free(w);
}

/* ---- what is not the peer's ----------------------------------------------------------------- */

static void garbage_is_dropped(void **state)
{
	struct world *w = world_new(40);
	struct side *anna = &w->sides[0];
	uint8_t data[2000];

	(void)state;
	run(w, 1000);
	memset(anna->sent, 0, sizeof(anna->sent));
	for (int i = 0; i < 20000; i++) {
		size_t len = draw(w, 60);

		for (size_t k = 0; k < len; k++)
			data[k] = (uint8_t)draw(w, 256);
		if (len > 1 && data[0] == 0x76 && data[1] == 0x70)
			continue;
		assert_false(pairing_input(anna->pairing, data, len, w->now));
	}
	for (size_t len = 0; len < PACKET_HEADER_LEN; len++) {
		make(data, (struct packet){ .type = PACKET_HELLO, .from = 5 });
		assert_false(pairing_input(anna->pairing, data, len, w->now));
	}
	assert_int_equal(anna->sent[PACKET_HELLO] + anna->sent[PACKET_TEXT] +
				 anna->sent[PACKET_BYE] + anna->sent[PACKET_ACK],
			 0);
	assert_int_equal(anna->heard_count, 0);
	world_free(w);
}

static void our_own_datagrams_are_not_the_peer_s(void **state)
{
	struct world *w = world_new(41);
	struct side *anna = &w->sides[0];
	uint8_t data[PACKET_MAX];
	struct packet p = { .type = PACKET_HELLO, .from = 0xa0000000 + 41 };

	(void)state;
	assert_false(pairing_input(anna->pairing, data, make(data, p), w->now));
	assert_false(pairing_has_peer(anna->pairing));
	world_free(w);
}

/* peer(1): only a HELLO begins a session; what is meant for another session is not taken */
static void only_a_hello_begins_a_session(void **state)
{
	static const enum packet_type types[] = { PACKET_TEXT, PACKET_BYE, PACKET_ACK };
	struct world *w = world_new(42);
	struct side *anna = &w->sides[0];
	uint8_t data[PACKET_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct packet p = { .type = types[i], .from = 7, .to = 0xa0000000 + 42 };

		assert_false(pairing_input(anna->pairing, data, make(data, p), w->now));
	}
	assert_false(pairing_has_peer(anna->pairing));
	run(w, 1000);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct packet stranger = { .type = types[i], .from = 7, .to = 0xa0000000 + 42 };
		struct packet other = { .type = types[i], .from = 0xb0000000 + 42, .to = 7 };

		assert_false(pairing_input(anna->pairing, data, make(data, stranger), w->now));
		pairing_input(anna->pairing, data, make(data, other), w->now);
	}
	assert_false(pairing_peer_left(anna->pairing));
	assert_int_equal(anna->heard_count, 0);
	world_free(w);
}

static void what_was_never_sent_cannot_be_acknowledged(void **state)
{
	static const uint32_t acks[] = { 1, 5, 32, 33, 1000, 0x7fffffff, 0x80000000, 0xffffffff };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(acks); i++) {
		struct world *w = world_new(43);
		struct side *anna = &w->sides[0], *bert = &w->sides[1];
		struct packet p = { .type = PACKET_ACK,
				    .from = 0xb0000000 + 43,
				    .to = 0xa0000000 + 43,
				    .ack = acks[i] };
		uint8_t data[PACKET_MAX];

		run(w, 1000);
		pairing_input(anna->pairing, data, make(data, p), w->now);
		for (int k = 0; k < 100; k++)
			say(anna, "x");
		run(w, 3000);
		assert_int_equal(bert->heard_count, 100);
		world_free(w);
	}
}

static void text_and_goodbye_are_answered_whatever_their_number(void **state)
{
	static const enum packet_type types[] = { PACKET_TEXT, PACKET_BYE };
	static const uint32_t seqs[] = { 1, 2, 31, 32, 0x80000000, 0xffffffff };
	struct world *w = world_new(44);
	struct side *anna = &w->sides[0];
	uint8_t data[PACKET_MAX];
	size_t wanted = 0;

	(void)state;
	run(w, 1000);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(seqs); k++) {
			struct packet p = { .type = types[i],
					    .from = 0xb0000000 + 44,
					    .to = 0xa0000000 + 44,
					    .seq = seqs[k] };

			assert_true(pairing_input(anna->pairing, data, make(data, p), w->now));
			assert_int_equal(anna->sent[PACKET_ACK], ++wanted);
		}
	}
	assert_int_equal(anna->heard_count, 0);
	assert_false(pairing_peer_left(anna->pairing));
	world_free(w);
}

static void what_is_not_over_is_freed(void **state)
{
	struct world *w = world_new(45);

	(void)state;
	run(w, 1000);
	w->cut = true;
	for (int i = 0; i < 100; i++)
		say(&w->sides[0], "never heard");
	pairing_free(NULL);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_meet_and_talk),
		cmocka_unit_test(what_was_said_before_the_peer_came_is_told_to_it),
		cmocka_unit_test(numbers_at_the_server_are_exchanged),
		cmocka_unit_test(hello_is_said_often_at_first_and_seldom_later),
		cmocka_unit_test(lines_arrive_once_and_in_order_over_any_wire),
		cmocka_unit_test(what_was_said_while_the_wire_was_cut_arrives_afterwards),
		cmocka_unit_test(lost_acknowledgements_make_no_line_appear_twice),
		cmocka_unit_test(no_more_than_a_window_is_on_its_way),
		cmocka_unit_test(the_pause_before_a_repetition_doubles),
		cmocka_unit_test(a_silent_peer_is_not_flooded),
		cmocka_unit_test(what_waits_is_bounded),
		cmocka_unit_test(lines_of_all_lengths_pass_and_what_is_too_much_is_cut),
		cmocka_unit_test(a_goodbye_comes_after_all_that_was_said),
		cmocka_unit_test(a_goodbye_arrives_however_often_it_is_lost),
		cmocka_unit_test(both_may_say_goodbye_at_once),
		cmocka_unit_test(one_that_is_alone_is_never_over),
		cmocka_unit_test(a_restarted_peer_gets_what_the_one_before_had_not),
		cmocka_unit_test(restarts_on_a_bad_wire_end_with_all_in_order),
		cmocka_unit_test(a_restarted_peer_hears_no_rest_of_a_line),
		cmocka_unit_test(late_datagrams_of_an_earlier_life_change_nothing),
		cmocka_unit_test(a_very_late_hello_does_not_shut_the_peer_out),
		cmocka_unit_test(garbage_is_dropped),
		cmocka_unit_test(our_own_datagrams_are_not_the_peer_s),
		cmocka_unit_test(only_a_hello_begins_a_session),
		cmocka_unit_test(what_was_never_sent_cannot_be_acknowledged),
		cmocka_unit_test(text_and_goodbye_are_answered_whatever_their_number),
		cmocka_unit_test(what_is_not_over_is_freed),
	};

	return cmocka_run_group_tests_name("pairing", tests, NULL, NULL);
}
