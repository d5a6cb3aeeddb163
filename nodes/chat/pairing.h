/* SPDX-License-Identifier: MIT */
/*
 * Lines between two peers over a wire that loses, repeats and reorders: each arrives once and in
 * order. No sockets and no clock: datagrams and `now` go in, datagrams and lines come out.
 */
#ifndef VETHLAB_CHAT_PAIRING_H
#define VETHLAB_CHAT_PAIRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pairing;

struct pairing_calls {
	void (*send)(void *arg, const uint8_t *data, size_t len);
	void (*line)(void *arg, const char *text, size_t len);
	void *arg;
};

/* pairing_new() - session is random and not 0: it tells a restarted peer from the one before */
struct pairing *pairing_new(const struct pairing_calls *calls, uint32_t session);
void pairing_free(struct pairing *p);

/* pairing_say() - a line for the peer; false: too much waits already, say it again later */
bool pairing_say(struct pairing *p, const char *text, size_t len, uint64_t now);
bool pairing_is_full(const struct pairing *p);

/* pairing_bye() - after what was said: the end. It is over when the peer has it:
 * pairing_is_over() */
void pairing_bye(struct pairing *p, uint64_t now);

/* pairing_input() - a datagram of the peer; false: it is not one, and dropped */
bool pairing_input(struct pairing *p, const uint8_t *data, size_t len, uint64_t now);

/* pairing_tick() - sends again what is due; how long until the next time, in ms */
uint64_t pairing_tick(struct pairing *p, uint64_t now);

/* Our own number at the chat server, and the peer's as it told us; 0: not known. */
void pairing_set_client(struct pairing *p, uint32_t number);
uint32_t pairing_peer_client(const struct pairing *p);

size_t pairing_waiting(const struct pairing *p); /* datagrams that have not arrived */
bool pairing_has_peer(const struct pairing *p);
bool pairing_peer_left(const struct pairing *p); /* its BYE came */
bool pairing_is_over(const struct pairing *p);	 /* ours arrived */

#endif
