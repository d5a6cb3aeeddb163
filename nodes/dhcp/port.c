/* SPDX-License-Identifier: MIT */
#include "port.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "nodes/common/mem.h"

static int by_circuit(const void *one, const void *other)
{
	const struct port *a = one, *b = other;

	if (a->network != b->network)
		return a->network < b->network ? -1 : 1;
	if (a->circuit_len != b->circuit_len)
		return a->circuit_len < b->circuit_len ? -1 : 1;
	return a->circuit_len ? memcmp(a->circuit, b->circuit, a->circuit_len) : 0;
}

static void port_free(struct port *p)
{
	if (!p)
		return;
	free(p->circuit);
	free(p);
}

void ports_release(struct ports *ports, struct port *p)
{
	if (p->held || ports->idle == p)
		return;
	tdelete(p, &ports->tree, by_circuit);
	port_free(p);
}

struct port *ports_find(struct ports *ports, const struct network *n, const uint8_t *circuit,
			size_t circuit_len)
{
	struct port key = { .network = n,
			    .circuit = (uint8_t *)circuit,
			    .circuit_len = circuit_len };
	struct port **found, *old = ports->idle, *p;

	ports->idle = NULL;
	if (old)
		ports_release(ports, old);
	found = tfind(&key, &ports->tree, by_circuit);
	if (found)
		return ports->idle = *found;
	p = xcalloc(1, sizeof(*p));
	*p = key;
	p->circuit = xcalloc(1, circuit_len);
	if (circuit_len)
		memcpy(p->circuit, circuit, circuit_len);
	p->offers_end = &p->offers;
	if (!tsearch(p, &ports->tree, by_circuit))
		mem_exhausted();
	return ports->idle = p;
}

static void free_port(void *port)
{
	port_free(port);
}

void ports_free(struct ports *ports)
{
	tdestroy(ports->tree, free_port);
}
