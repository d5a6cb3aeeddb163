/* SPDX-License-Identifier: MIT */
/* Waiting for echo replies: a request at once, then after pauses that double. */
#include <string.h>
#include <unistd.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "topology/client.h"
#include "topology/pinger.h"
#include "topology/state.h"
#include "topology/waiter.h"

#define PING_FIRST_MS 10
#define PING_MAX_MS   200

struct ping {
	struct fact *fact;
	struct pinger pinger;
	struct watch *readable, *timer;
	uint64_t pause_ms;
};

/* on_echo() - one answer is enough: it holds from then on */
static void on_echo(void *arg)
{
	struct ping *p = arg;

	if (!pinger_receive(&p->pinger))
		return;
	p->fact->found = true;
	fact_judge(p->fact, clock_ns());
	watch_stop(p->readable);
	watch_stop(p->timer);
}

/* on_ping() - at once, then after pauses that double: what changes in the node begins it anew */
static void on_ping(void *arg)
{
	struct ping *p = arg;

	if (p->fact->found)
		return;
	pinger_send(&p->pinger);
	p->pause_ms = p->pause_ms ? 2 * p->pause_ms : PING_FIRST_MS;
	if (p->pause_ms > PING_MAX_MS)
		p->pause_ms = PING_MAX_MS;
	watch_start_in(p->timer, p->pause_ms);
}

/* planned_address() - of a node, from the lab's hosts; false: it has none */
static bool planned_address(const char *dir, const char *node, struct addr *a)
{
	auto_free char *path = xasprintf("%s/hosts", dir), *line = NULL;
	auto_fclose FILE *f = fopen(path, "re");
	size_t room = 0;

	while (f && getline(&line, &room, f) > 0) {
		char *rest = line, *address = strsep(&rest, " \t\n"), *name;

		while ((name = strsep(&rest, " \t\n")))
			if (strcmp(name, node) == 0 && addr_parse(a, address))
				return true;
	}
	return false;
}

/* live_address() - the first one that a node has just now, as by DHCP; false: it has none, or there
 * is no such node */
static bool live_address(const char *lab, const char *dir, const char *node, struct addr *a)
{
	auto_free char *folder = xasprintf("%s/nodes/%s", dir, node);
	json_t *answer, *iface;
	bool found = false;
	size_t i;

	if (access(folder, F_OK) < 0)
		return false;
	answer = ask_node(lab, "inspect", node, NULL);
	json_array_foreach (json_object_get(answer, "interfaces"), i, iface) {
		json_t *first = json_array_get(json_object_get(iface, "addresses"), 0);
		auto_free char *text = xstrdup(first ? json_string_value(first) : "");

		text[strcspn(text, "/")] = '\0';
		found = found || addr_parse(a, text);
	}
	json_decref(answer);
	return found;
}

void ping_find(struct fact *f, const char *lab)
{
	auto_free char *dir = state_dir(lab);

	if (addr_parse(&f->host, f->word) || planned_address(dir, f->word, &f->host) ||
	    live_address(lab, dir, f->word, &f->host))
		return;
	log_info("ping: '%s' is neither an address nor a node with one", f->word);
	exit(EXIT_NO_SUCH);
}

void pings_start(struct waiter *w)
{
	w->pings = xcalloc(w->wait->count, sizeof(*w->pings));
	for (size_t i = 0; i < w->wait->count; i++) {
		struct fact *f = &w->wait->facts[i];
		struct ping *p = &w->pings[w->ping_count];

		if (f->kind != FACT_PING)
			continue;
		w->ping_count++;
		*p = (struct ping){ .fact = f };
		if (!pinger_open(&p->pinger, &f->host))
			fatal_errno("cannot ping in node '%s'", w->wait->node);
		p->readable = loop_on_readable(w->loop, p->pinger.fd, on_echo, p);
		p->timer = loop_on_timer(w->loop, on_ping, p);
		fact_judge(f, clock_ns()); /* an answer takes its time */
		watch_start(p->readable);
		on_ping(p);
	}
}

void pings_hurry(struct waiter *w)
{
	for (size_t i = 0; i < w->ping_count; i++) {
		w->pings[i].pause_ms = 0;
		watch_start_in(w->pings[i].timer, 0);
	}
}

void pings_stop(struct waiter *w)
{
	for (size_t i = 0; i < w->ping_count; i++) {
		struct ping *p = &w->pings[i];

		if (!p->fact->holds)
			fact_saw(p->fact, xstrdup(*p->pinger.last ? p->pinger.last : "no answer"));
		watch_free(p->readable);
		watch_free(p->timer);
		pinger_close(&p->pinger);
	}
	free(w->pings);
}
