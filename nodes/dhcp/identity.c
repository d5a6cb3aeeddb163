/* SPDX-License-Identifier: MIT */
#include "identity.h"

#include <string.h>

#include "nodes/common/mem.h"

struct client *client_new(bool is_id, const void *octets, size_t len)
{
	struct client *c = xcalloc(1, sizeof(*c) + len);

	c->is_id = is_id;
	c->len = (uint8_t)len;
	memcpy(c->octets, octets, len);
	return c;
}

struct client *client_copy(const struct client *c)
{
	return c ? client_new(c->is_id, c->octets, c->len) : NULL;
}

int client_compare(const struct client *a, const struct client *b)
{
	if (a->is_id != b->is_id)
		return a->is_id ? 1 : -1;
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(a->octets, b->octets, a->len);
}

bool client_is(const struct client *a, const struct client *b)
{
	return a && b && client_compare(a, b) == 0;
}
