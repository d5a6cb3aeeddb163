/* SPDX-License-Identifier: MIT */
#include "topology/capture/report.h"

#include <stdlib.h>
#include <string.h>

#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "nodes/common/mem.h"
#include "topology/progress.h"

#define PLACES_MAX 5 /* that are told one by one */

void report_new(struct report *r, const struct listing *l, const char *filter, uint64_t begun_ns)
{
	*r = (struct report){ .listing = l, .filter = filter, .begun_ns = begun_ns };
	r->ifaces = xcalloc(l->iface_count + 1, sizeof(*r->ifaces));
}

void report_free(struct report *r)
{
	free(r->ifaces);
}

/* ---- blocks ---------------------------------------------------------------------------------- */

static void add_interface(const struct report *r, const struct listed_iface *i, struct bytes *to)
{
	auto_free char *description = xasprintf("lab %s, to %s", r->listing->lab, i->to);

	pcapng_interface(to, &(struct pcapng_iface){ i->name, description, r->filter, i->mac,
						     i->addrs, i->addr_count });
}

void report_begin(const struct report *r, struct bytes *to)
{
	auto_free char *comment = xasprintf("lab %s", r->listing->lab);

	pcapng_section(to, "vethlab " VERSION, comment);
	for (size_t i = 0; i < r->listing->iface_count; i++)
		add_interface(r, &r->listing->ifaces[i], to);
	for (size_t i = 0; i < r->listing->name_count; i++)
		pcapng_name(to, &r->listing->names[i].addr, r->listing->names[i].name);
}

/* losses_at() - what was dropped where this interface is the one to tell of it; *words names the
 * places, to be freed, or is NULL */
static uint64_t losses_at(const struct report *r, const struct rings *rings, size_t iface,
			  char **words)
{
	uint64_t dropped = 0;

	*words = NULL;
	for (size_t i = 0; i < rings->count; i++) {
		const struct listed_socket *s = &r->listing->sockets[i];
		char *longer;

		if (s->first_iface != (int)iface || !rings->list[i].dropped)
			continue;
		longer = xasprintf("%s%s%llu dropped at all interfaces of %s", *words ? *words : "",
				   *words ? ", " : "", (unsigned long long)rings->list[i].dropped,
				   s->label);
		free(*words);
		*words = longer;
		dropped += rings->list[i].dropped;
	}
	return dropped;
}

void report_end(const struct report *r, const struct rings *rings, struct bytes *to)
{
	uint64_t now = clock_wall_ns();

	for (size_t i = 0; i < r->listing->iface_count; i++) {
		auto_free char *words = NULL;
		struct pcapng_counts counts = {
			.begun_ns = r->begun_ns,
			.ended_ns = now,
			.received = r->ifaces[i],
			.dropped = losses_at(r, rings, i, &words),
		};

		counts.comment = words;
		pcapng_statistics(to, (uint32_t)i, &counts);
	}
}

/* ---- words ----------------------------------------------------------------------------------- */

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* octets_text() - 1234567 as "1.2 MB" */
static const char *octets_text(uint64_t n, char text[24])
{
	static const char *const units[] = { "octets", "kB", "MB", "GB", "TB" };
	double value = (double)n;
	size_t unit = 0;

	for (; value >= 1000 && unit + 1 < ARRAY_SIZE(units); unit++)
		value /= 1000;
	snprintf(text, 24, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
	return text;
}

void report_progress(struct report *r, const struct rings *rings, bool lines)
{
	uint64_t rate = r->frames - r->shown_frames, dropped = rings_dropped(rings);
	char octets[24];

	octets_text(r->octets, octets);
	r->shown_frames = r->frames;
	if (lines)
		log_info("%llu frames, %llu/s, %s, %llu dropped", (unsigned long long)r->frames,
			 (unsigned long long)rate, octets, (unsigned long long)dropped);
	else
		progress_show("%s: %llu frames, %s, %llu dropped; Ctrl-C ends it", r->listing->lab,
			      (unsigned long long)r->frames, octets, (unsigned long long)dropped);
}

/* say_losses() - where and why, the first few places one by one; nothing where nothing was lost */
static void say_losses(const struct report *r, const struct rings *rings)
{
	size_t places = 0;

	for (size_t i = 0; i < rings->count; i++) {
		const struct ring *ring = &rings->list[i];

		places += ring->dropped > 0;
		if (ring->dropped && places <= PLACES_MAX)
			log_info("%s: %llu of %llu frames dropped", r->listing->sockets[i].label,
				 (unsigned long long)ring->dropped,
				 (unsigned long long)ring->received);
	}
	if (places > PLACES_MAX)
		log_info("frames were dropped in %zu more places; capinfos(1) shows them",
			 places - PLACES_MAX);
	if (r->unwritten)
		log_info("frames dropped because %s: %llu",
			 r->write_failed ? "they could not be written" : "nobody read them",
			 (unsigned long long)r->unwritten);
	if (r->cut)
		log_info("frames without their end: %llu; with a larger --buffer they are whole",
			 (unsigned long long)r->cut);
	if (r->told_lost)
		log_info("lines of nodes and events dropped: %llu",
			 (unsigned long long)r->told_lost);
}

int report_say(const struct report *r, const struct rings *rings, const char *path, bool quiet)
{
	uint64_t dropped = rings_dropped(rings) + r->unwritten;
	char octets[24];

	say_losses(r, rings);
	if (!quiet)
		log_info("%s: %llu frame%s of %zu interface%s, %s, %llu dropped", path,
			 (unsigned long long)r->frames, plural(r->frames), r->listing->iface_count,
			 plural(r->listing->iface_count), octets_text(r->octets, octets),
			 (unsigned long long)dropped);
	return dropped || r->told_lost ? EXIT_FAILURE : EXIT_SUCCESS;
}
