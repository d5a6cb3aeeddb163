/* SPDX-License-Identifier: MIT */
#include "hubd.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "nodes/common/mem.h"
#include "nodes/common/notify.h"

#define GOODBYE_MS 1500 /* SIGTERM ends a node within two seconds */
#define FULL_MS	   5	/* until a full socket is tried again */
#define TURN_MOST  8192 /* datagrams that are read in one turn */

/* ---- what happens ---------------------------------------------------------------------------- */

/* on_datagrams() - as good as all that wait: the kernel may keep the turn's routes waiting for a
 * second, and what comes meanwhile needs the whole socket */
static void on_datagrams(void *arg)
{
	struct hubd *h = arg;
	struct datagram_in list[DATAGRAMS_BATCH];
	uint64_t now = clock_ms();
	size_t count, all = 0;
	uint32_t address;
	uint16_t port;

	do {
		count = hub_udp_receive(h->udp, list);
		for (size_t i = 0; i < count; i++)
			h->core.input(h->core.core, &list[i], now);
		all += count;
	} while (count == DATAGRAMS_BATCH && all < TURN_MOST);
	while (hub_udp_unreachable(h->udp, &address, &port))
		h->core.unreachable(h->core.core, address, port, now);
}

static void on_timer(void *arg)
{
	struct hubd *h = arg;

	if (hub_udp_lost(h->udp))
		h->core.lost(h->core.core);
}

/* on_turn() - after whatever has happened: what is due is sent, and the next time is set */
static void on_turn(void *arg)
{
	struct hubd *h = arg;
	uint64_t now = clock_ms(), next = h->core.work(h->core.core, now);

	hub_udp_flush(h->udp); /* what has found no room */
	if (hub_udp_is_full(h->udp))
		next = now + FULL_MS;
	else if (h->core.pump(h->core.core))
		next = now + 1; /* a little at a time, so that a big table is no flood */
	hub_udp_flush(h->udp);
	if (next != UINT64_MAX)
		watch_start_in(h->timer, next > now ? next - now : 0);
}

static void on_sweep(void *arg)
{
	struct hubd *h = arg;

	fib_sweep(h->fib);
}

static void on_links(void *arg)
{
	struct hubd *h = arg;

	h->core.reinstall(h->core.core);
}

/* ---- what the core wants done ---------------------------------------------------------------- */

/* hubd_install() - no route to what we have ourselves, to who is the next hop himself, or where the
 * next hop is not at a wire of ours */
void hubd_install(void *hubd, uint32_t address, uint32_t next_hop)
{
	struct hubd *h = hubd;
	struct prefix p = { ip4_addr(address), 32 };
	const struct link *link = next_hop ? links_towards(h->links, next_hop) : NULL;
	struct fib_hop hop = { ip4_addr(next_hop), link ? link->index : 0 };

	if (!link || link->loopback || address == next_hop || hubd_is_ours(h, address))
		fib_remove(h->fib, &p);
	else
		fib_set(h->fib, &p, &hop, 1);
}

bool hubd_is_ours(void *hubd, uint32_t address)
{
	const struct hubd *h = hubd;

	return links_own(h->links, address) || links_broadcast(h->links, address);
}

bool hubd_has_route(const struct hubd *h, uint32_t address)
{
	struct prefix p = { ip4_addr(address), 32 };

	return fib_has(h->fib, &p);
}

void hubd_dropped(void *hubd, uint32_t from, enum hub_count why)
{
	struct hubd *h = hubd;
	char text[IP4_TEXT_LEN];

	log_limited(&h->complaint, "%s: %s", ip4_format(from, text), hub_count_name(why));
}

/* ---- begin and end --------------------------------------------------------------------------- */

void hubd_open(struct hubd *h, uint32_t address, uint16_t port)
{
	struct fib_config fib = { .protocol = HUB_PROTOCOL, .metric = HUB_METRIC };

	h->udp = hub_udp_open(address, port);
	h->loop = loop_new_for_files();
	h->fib = fib_new(h->loop, &fib);
	h->links = links_open(h->loop, on_links, h);
}

void hubd_start(struct hubd *h, const char *name, const struct answers *answers)
{
	h->asked = ask_serve(h->loop, name, answers);
	h->readable = loop_on_readable(h->loop, hub_udp_fd(h->udp), on_datagrams, h);
	h->timer = loop_on_timer(h->loop, on_timer, h);
	h->sweep = loop_on_timer(h->loop, on_sweep, h);
	watch_start(h->readable);
	watch_start_in(h->sweep, h->sweep_ms);
	loop_on_turn(h->loop, on_turn, h);
	on_turn(h);
}

int hubd_run(struct hubd *h)
{
	notify_routes(HUB_PROTOCOL, HUB_METRIC);
	notify_ready();
	return loop_run(h->loop);
}

void hubd_close(struct hubd *h)
{
	static const struct timespec moment = { .tv_nsec = 1000000 };
	uint64_t deadline = clock_ms() + GOODBYE_MS;

	h->core.stop(h->core.core);
	while (clock_ms() < deadline && (hub_udp_is_full(h->udp) || h->core.pump(h->core.core))) {
		hub_udp_flush(h->udp);
		nanosleep(&moment, NULL);
	}
	hub_udp_flush(h->udp);
	fib_close(h->fib);
	ask_close(h->asked);
	links_close(h->links);
	watch_free(h->readable);
	watch_free(h->timer);
	watch_free(h->sweep);
	hub_udp_close(h->udp);
	loop_free(h->loop);
}

uint32_t hubd_new_id(void)
{
	uint32_t id = 0;

	while (!id)
		if (getrandom(&id, sizeof(id), 0) != sizeof(id))
			id = (uint32_t)clock_ns() | 1;
	return id;
}

/* ---- the key --------------------------------------------------------------------------------- */

/* read_first_line() - without its end, for the caller to free; ends the program where there is
 * none */
static char *read_first_line(const char *file)
{
	auto_fclose FILE *f = fopen(file, "re");
	char *line = NULL;
	size_t room = 0;

	if (!f || getline(&line, &room, f) < 0)
		fatal("%s: %s", file, f ? "there is no key" : strerror(errno));
	line[strcspn(line, "\n")] = '\0';
	return line;
}

struct hub_key hubd_key(const struct program *p, const char *text, const char *file)
{
	auto_free char *line = file ? read_first_line(file) : NULL;
	struct hub_key k = { .len = 0 };

	if (text && file)
		options_fail(p, "--key and --key-file exclude each other");
	if (file)
		text = line;
	if (!text)
		return k;
	k.len = strlen(text);
	if (!k.len || k.len > sizeof(k.secret))
		options_fail(p, "a key has 1 to %d octets", HUB_KEY_MAX);
	memcpy(k.secret, text, k.len);
	return k;
}

json_t *hubd_counts(uint64_t received, uint64_t sent, const uint64_t counts[HUB_COUNT_COUNT])
{
	json_t *dropped = json_object();

	for (int i = 0; i < HUB_COUNT_COUNT; i++)
		json_object_set_new(dropped, hub_count_name((enum hub_count)i),
				    json_integer((json_int_t)counts[i]));
	return json_pack("{s:i, s:I, s:I, s:o}", "version", 1, "received", (json_int_t)received,
			 "sent", (json_int_t)sent, "dropped", dropped);
}

_Noreturn void hubd_show(const struct program *p, const struct table_shape *shapes, size_t count,
			 int argc, char **argv, bool as_json)
{
	const char *what = argc > 1 ? argv[1] : shapes[0].key;
	const struct table_shape *shape = table_shape_of(shapes, count, what);

	if (!shape || argc > 2)
		options_fail(p, "show: '%s' is none of the things that are shown", argv[argc - 1]);
	exit(table_show(shape, ask_daemon(p->name, what), as_json));
}
