/* SPDX-License-Identifier: MIT */
/*
 * Datagrams of anybody, to a pairing that talks: each input is a sequence of a length octet, a
 * clock octet and the datagram. Those whose length has the high bit come with a good header.
 */
#include "fuzzer.h"
#include "nodes/chat/packet.h"
#include "nodes/chat/pairing.h"
#include "nodes/common/reader.h"

#define SESSION 0x11223344u

static void on_send(void *arg, const uint8_t *data, size_t len)
{
	struct packet p;

	(void)arg;
	if (!packet_decode(&p, data, len) || p.from != SESSION)
		abort(); /* what we send is a packet */
}

static void on_line(void *arg, const char *text, size_t len)
{
	size_t *octets = arg;

	*octets += len + (size_t)(len && text[len - 1] == '\0');
	if (len > 65536)
		abort();
}

/* decode() - what is a packet is the same packet once more */
static void decode(const uint8_t *data, size_t len)
{
	uint8_t again[PACKET_MAX];
	struct packet p;

	if (packet_decode(&p, data, len) &&
	    (packet_encode(&p, again, sizeof(again)) != len || memcmp(again, data, len) != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	size_t octets = 0;
	struct pairing_calls calls = { on_send, on_line, &octets };
	struct pairing *p = pairing_new(&calls, SESSION);
	uint64_t now = 1000;

	decode(data, size);
	while (left(&r)) {
		uint8_t len = take_u8(&r);
		uint8_t datagram[256] = { 0x76, 0x70, 0, 0, 0, 0, 0, 1, 0x11, 0x22, 0x33, 0x44 };
		size_t have = len & 0x7f;
		struct reader part;

		now += take_u8(&r);
		part = take_part(&r, have < left(&r) ? have : left(&r));
		have = left(&part);
		if (len & 0x80 && have >= 3) {
			datagram[2] = take_u8(&part) % 6;
			datagram[3] = take_u8(&part) & 1;
			datagram[7] = take_u8(&part) % 4;
			if (left(&part))
				memcpy(datagram + 12, part.at, left(&part));
			pairing_input(p, datagram, 12 + left(&part), now);
		} else {
			memcpy(datagram, have ? part.at : datagram, have);
			decode(datagram, have);
			pairing_input(p, datagram, have, now);
		}
		if (len == 5)
			pairing_say(p, "hello", 5, now);
		if (len == 6)
			pairing_bye(p, now);
		if (pairing_tick(p, now) == 0)
			abort();
	}
	pairing_free(p);
	return 0;
}
