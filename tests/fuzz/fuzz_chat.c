/* SPDX-License-Identifier: MIT */
/*
 * A room driven by octets: join, say, read a little, fall silent, leave, in any order. What comes
 * out is for a terminal: whole lines of known beginnings, without control octets but tab and line
 * feed.
 */
#include <stdio.h>

#include "fuzzer.h"
#include "nodes/chat/room.h"
#include "nodes/common/reader.h"

#define SEATS 5

struct seat {
	struct member *member;
	char line[256]; /* of its output, as far as it came */
	size_t len, lines;
};

static bool begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* check_line() - the first one is the greeting */
static void check_line(struct seat *s)
{
	s->line[s->len] = '\0';
	require(strlen(s->line) == s->len);
	if (s->lines++ == 0) {
		unsigned number;

		require(sscanf(s->line, "you are client %u", &number) == 1 &&
			number == member_number(s->member));
	} else {
		require(begins(s->line, "client ") || begins(s->line, "your line is too long") ||
			begins(s->line, "you were silent for too long: goodbye"));
	}
	s->len = 0;
}

/* hear() - at most so many parts and octets of what waits */
static void hear(struct seat *s, size_t parts, size_t octets)
{
	struct iovec iov[4];
	size_t count = room_output(s->member, iov, parts), sent = 0;

	require(count <= parts);
	for (size_t i = 0; i < count; i++) {
		const uint8_t *at = iov[i].iov_base;

		require(iov[i].iov_len > 0);
		for (size_t k = 0; k < iov[i].iov_len && sent < octets; k++, sent++) {
			require(at[k] >= 0x20 || at[k] == '\t' || at[k] == '\n');
			require(at[k] != 0x7f);
			if (at[k] == '\n')
				check_line(s);
			else
				s->line[s->len++] = (char)at[k];
			require(s->len < sizeof(s->line));
		}
	}
	require(sent <= room_waiting(s->member));
	room_sent(s->member, sent);
}

static void hear_all(struct seat *s)
{
	struct iovec part;

	while (room_output(s->member, &part, 1))
		hear(s, 4, SIZE_MAX);
	require(s->len == 0); /* whole lines */
	require(room_waiting(s->member) == 0 || room_has_left(s->member));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	uint8_t knobs = take_u8(&r);
	struct room_config config = { .max_members = SEATS - 1,
				      .max_line = 1 + (knobs & 15) * 4,
				      .queue = 200,
				      .idle_ms = knobs & 16 ? 500 : 0,
				      .rate = knobs & 32 ? knobs >> 6 : 0 };
	struct room *room = room_new(&config);
	struct seat seats[SEATS] = { 0 }, *s;
	uint64_t now = 1000;

	while (left(&r)) {
		uint8_t code = take_u8(&r);
		struct reader part;

		s = &seats[code % SEATS];
		if (!s->member) {
			*s = (struct seat){ .member = room_join(room, now) };
			continue;
		}
		switch (code / SEATS % 10) {
		case 0:
		case 1:
		case 2:
			part = take_part(&r, code / SEATS / 10 % 4 * 7 + 1);
			if (left(&part))
				room_input(s->member, (const char *)part.at, left(&part), now);
			break;
		case 3:
			hear(s, 1 + (code & 3), take_u8(&r));
			break;
		case 4:
			hear_all(s);
			break;
		case 5:
			now += take_u8(&r);
			room_go_on(s->member, now);
			break;
		case 6:
			room_sweep(room, now);
			break;
		case 7:
			room_input_ended(s->member, now);
			break;
		case 8:
			if (room_check_reader(s->member, now))
				room_leave(s->member, "too slow");
			room_offered(room);
			require(room_unsent(room) == 0);
			require(room_wait(s->member, now) <= 1000);
			break;
		case 9:
			room_leave(s->member, code & 64 ? NULL : "because");
			hear_all(s);
			member_free(s->member);
			s->member = NULL;
			break;
		}
	}
	for (s = seats; s < seats + SEATS; s++)
		if (s->member)
			hear_all(s);
	room_free(room);
	return 0;
}
