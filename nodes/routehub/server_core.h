/* SPDX-License-Identifier: MIT */
/* What server.c, server_clients.c and server_extended.c share. */
#ifndef VETHLAB_ROUTEHUB_SERVER_CORE_H
#define VETHLAB_ROUTEHUB_SERVER_CORE_H

#include "server.h"

/* client_find() - or NULL; client_forget() - what it owns goes, and it is freed */
struct hub_client *client_find(const struct server *s, uint32_t address, uint16_t port);
struct hub_client *client_add(struct server *s, uint32_t address, uint16_t port, uint64_t now);
void client_forget(struct server *s, struct hub_client *c);

/* client_meet_again() - its session begins anew, at a later time */
void client_meet_again(struct server *s, struct hub_client *c, uint64_t now);

/* client_may_be() - a signed HELLO of this id may come from here: nobody else has it or had it, and
 * what was heard from here before is the older one */
bool client_may_be(const struct server *s, const struct datagram_in *in, uint32_t id,
		   struct hub_session *session);
void client_tell(struct hub_client *c, uint8_t type, uint32_t address);
void client_recount(const struct server *s, struct hub_client *c); /* both digests */
bool client_wants(const struct hub_client *c, const struct hub_entry *e);

/* owner_drop() - it is freed, and its entry with the last one; others hear what that means for
 * them */
void owner_drop(struct server *s, struct hub_owner *o);

/* server_take_extended() - a datagram of type 16 and above, of a client that is admitted; with a
 * BYE the client is freed */
enum hub_count server_take_extended(struct server *s, struct hub_client *c,
				    const struct hub_datagram *d, uint64_t now);

#endif
