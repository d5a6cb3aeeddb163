/* SPDX-License-Identifier: MIT */
/* What client.c and client_told.c share. */
#ifndef VETHLAB_ROUTEHUB_CLIENT_CORE_H
#define VETHLAB_ROUTEHUB_CLIENT_CORE_H

#include "client.h"

struct client_entry *entry_find(const struct client *c, uint32_t address);

/* entry_find_or_make() - a new one is nobody's: give it to somebody, or mark it as told */
struct client_entry *entry_find_or_make(struct client *c, uint32_t address, uint64_t now);

/* entry_give() - the entry belongs to another source now; the server hears what that means for it.
 * entry_give_up() - its source has gone: the server's word counts again, if there is one. An entry
 * that nobody has or tells of any more is freed. */
void entry_give(struct client *c, struct client_entry *e, enum client_source source);
void entry_give_up(struct client *c, struct client_entry *e);

/* client_take_signed() - is a datagram whose HMAC is right in order? */
enum hub_count client_take_signed(struct client *c, const uint8_t *data);

/* client_take_told() - what the server says, plain or extended; HUB_GOOD, or why it is dropped */
enum hub_count client_take_told(struct client *c, const struct hub_datagram *d, uint64_t now);

/* client_untell() - it is told no more; the entry may be freed */
void client_untell(struct client *c, struct client_entry *e);

/* client_forget_told() - what the server has told and this says no good of; NULL: all of it */
void client_forget_told(struct client *c,
			bool (*is_good)(const struct client *c, const struct client_entry *e));

#endif
