/* SPDX-License-Identifier: MIT */
#include "topology/capture/capture.h"

#include <string.h>

#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "nodes/common/mem.h"
#include "topology/capture/report.h"
#include "topology/capture/rings.h"
#include "topology/capture/told.h"
#include "topology/progress.h"
#include "topology/state.h"

#define SLACK_NS       5000000ull
#define RINGS_SHARE(n) ((n) / 2) /* of the memory; the rest is for what waits for its turn */
#define SECOND_MS      1000
#define GRACE_MS       5000 /* for the reader of a pipe, at the end */
#define GRACE_NS       (GRACE_MS * 1000000ull)
#define HURRY_BLOCKS   4 /* so many full ones, and a ring may overflow soon */

struct capture {
	const struct capture_options *options;
	struct listing *listing;
	struct rings rings;
	struct merge *merge;
	struct batch *batch; /* on its way out */
	struct output *output;
	struct told *told;
	struct report report;
	struct loop *loop;
	struct watch *tick, *frames_come, *told_comes, *can_write, *lab_ends, *deadline, *second;
	uint64_t end_ns;  /* what is newer is not wanted any more; UINT64_MAX: not known yet */
	bool full;	  /* of what waits */
	size_t first;	  /* the ring to begin with */
	uint64_t left_ns; /* full: the oldest frame that is still in its ring */
	int status;
};

/* hold_ns() - so long a frame may be on its way from a ring to us */
static uint64_t hold_ns(const struct capture *c)
{
	return 2 * (uint64_t)c->rings.timeout_ms * 1000000 + SLACK_NS;
}

/* ---- in -------------------------------------------------------------------------------------- */

/* take_frame() - from its ring to where it waits; false: there is no room */
static bool take_frame(struct capture *c, size_t ring, const struct ring_frame *f)
{
	const struct tap *tap = listing_tap(&c->listing->sockets[ring], f->ifindex);
	struct pcapng_frame frame;
	uint8_t *to;

	if (!tap)
		return true;
	frame = (struct pcapng_frame){
		.ns = f->ns,
		.iface = (uint32_t)tap->iface,
		.direction = tap->direction ? tap->direction
			     : f->outgoing  ? DIRECTION_OUT
					    : DIRECTION_IN,
		.data = f->data,
		.len = f->len,
		.whole_len = f->whole_len,
		.vlan = f->vlan,
	};
	to = merge_add(c->merge, ring, f->ns, pcapng_frame_size(&frame));
	if (!to)
		return false;
	pcapng_frame_put(to, &frame);
	c->report.ifaces[tap->iface]++;
	c->report.cut += f->len < f->whole_len;
	return true;
}

/* look_behind() - there was no room for all: which ring has the oldest of what is left? */
static void look_behind(struct capture *c)
{
	c->left_ns = UINT64_MAX;
	for (size_t i = 0; i < c->rings.count; i++) {
		struct ring_frame f;

		if (ring_peek(&c->rings.list[i], &f) && f.ns < c->left_ns) {
			c->left_ns = f.ns;
			c->first = i;
		}
	}
}

/* drain() - true: a ring was so full that there is hurry */
static bool drain(struct capture *c)
{
	bool hurry = false;

	c->full = false;
	for (size_t k = 0; k < c->rings.count && !c->full; k++) {
		size_t i = (c->first + k) % c->rings.count;
		struct ring *r = &c->rings.list[i];
		struct ring_frame f;

		hurry |= ring_blocks_ready(r) >= HURRY_BLOCKS;
		while (!c->full && ring_peek(r, &f)) {
			c->full = !take_frame(c, i, &f);
			if (!c->full)
				ring_next(r);
		}
	}
	if (c->full)
		look_behind(c);
	return hurry;
}

/* add_told() - a block among the frames, at this time */
static void add_told(struct capture *c, uint64_t ns, const struct bytes *block)
{
	uint8_t *to = merge_add(c->merge, c->rings.count, ns, (uint32_t)block->len);

	if (to)
		memcpy(to, block->data, block->len);
	else
		c->report.told_lost++;
}

/* on_telling() - a journal has microseconds. What comes after its time was written stands at the
 * end, so that the file is in order, and says itself when it was. */
static void on_telling(void *arg, const struct telling *t)
{
	struct capture *c = arg;
	uint64_t ns = t->ns - t->ns % 1000, written = c->report.written_ns;
	struct bytes entry = { 0 }, block = { 0 };
	struct prefix p;
	const char *why;

	if (!listing_has_node(c->listing, t->node))
		return;
	if (ns < written)
		ns = written + 999 - (written + 999) % 1000;
	told_entry(&entry, t, ns);
	pcapng_journal(&block, entry.data, entry.len);
	if (t->address && prefix_parse(&p, t->address, &why) && !addr_is_loopback(&p.addr))
		pcapng_name(&block, &p.addr, t->name);
	add_told(c, ns, &block);
	bytes_free(&entry);
	bytes_free(&block);
}

/* ---- out ------------------------------------------------------------------------------------- */

/* begin_file() - its head waits in the output, and leaves with the next batch */
static void begin_file(struct capture *c)
{
	struct bytes head = { 0 };

	report_begin(&c->report, &head);
	output_add(c->output, head.data, head.len);
	bytes_free(&head);
}

/* end_file() - its statistics, behind all that was written */
static void end_file(struct capture *c)
{
	struct bytes tail = { 0 };

	rings_count(&c->rings);
	report_end(&c->report, &c->rings, &tail);
	output_add(c->output, tail.data, tail.len);
	bytes_free(&tail);
}

/* stop() - a failure stays the status; what is left to do is finish()'s, when the loop has ended */
static void stop(struct capture *c, int status)
{
	if (status)
		c->status = status;
	loop_stop(c->loop, 0);
}

/* next_file() - false: it cannot be written */
static bool next_file(struct capture *c)
{
	end_file(c);
	if (output_write(c->output, c->batch) == OUTPUT_DONE && output_next(c->output)) {
		begin_file(c);
		return true;
	}
	stop(c, EXIT_FAILURE);
	return false;
}

/* account() - all of the batch is written: it counts, and its memory is free */
static void account(struct capture *c)
{
	c->report.written_ns = c->batch->last_ns;
	c->report.frames += c->batch->frame_count;
	c->report.octets += c->batch->octets;
	merge_release(c->merge, c->batch);
}

/* frames_left() - of those that are wanted; UINT64_MAX: no limit */
static uint64_t frames_left(const struct capture *c)
{
	return c->options->count ? c->options->count - c->report.frames : UINT64_MAX;
}

/* write_batch() - false: no more of it now */
static bool write_batch(struct capture *c)
{
	switch (output_write(c->output, c->batch)) {
	case OUTPUT_DONE:
		account(c);
		return true;
	case OUTPUT_LATER:
		watch_start(c->can_write);
		return false;
	case OUTPUT_GONE:
		stop(c, EXIT_SUCCESS);
		return false;
	case OUTPUT_FAILED:
		stop(c, EXIT_FAILURE);
		return false;
	}
	return false;
}

/* has_more() - of what is on its way out */
static bool has_more(const struct capture *c)
{
	return c->batch->block_count || output_has_more(c->output);
}

/* take_batch() - the oldest blocks, and a file for them: what comes when a file's time is over
 * is in the next one. False: there is none as old as that, or it failed. */
static bool take_batch(struct capture *c, uint64_t until_ns)
{
	struct merge_limits limits = { until_ns, UINT64_MAX, frames_left(c) };

	if (has_more(c))
		return true;
	if (merge_count(c->merge) && output_is_due(c->output) && !next_file(c))
		return false;
	limits.octets = output_room(c->output);
	return merge_take(c->merge, &limits, c->batch);
}

/* emit() - all that is as old as that */
static void emit(struct capture *c, uint64_t until_ns)
{
	while (take_batch(c, until_ns) && write_batch(c))
		;
}

/* ---- turns ----------------------------------------------------------------------------------- */

/* ripe_ns() - what is as old as that can be written: nothing older comes behind it, unless there
 * is no other way to make room */
static uint64_t ripe_ns(const struct capture *c, uint64_t now)
{
	uint64_t until = now - hold_ns(c) < c->end_ns ? now - hold_ns(c) : c->end_ns;

	return c->full && merge_oldest(c->merge) <= c->left_ns && c->left_ns < until ? c->left_ns
										     : until;
}

/* is_over() - all that was wanted is written, or a pipe's reader had its time */
static bool is_over(const struct capture *c, uint64_t now)
{
	if (c->end_ns == UINT64_MAX || now <= c->end_ns + hold_ns(c))
		return false;
	return !has_more(c) || now > c->end_ns + GRACE_NS;
}

static void say_unread(const struct capture *c)
{
	log_info("%s: nobody has read its end", output_path(c->output));
}

/* turn() - while frames are on their way we look again after a time, and are not woken by them:
 * a ring stays readable for as long as one of its blocks is ours */
static void turn(struct capture *c)
{
	uint64_t now = clock_wall_ns();
	bool hurry = drain(c);
	size_t count;

	told_read(c->told, on_telling, c);
	count = merge_count(c->merge);
	emit(c, ripe_ns(c, now));
	hurry &= !c->full || merge_count(c->merge) < count;
	if (!frames_left(c) || is_over(c, now)) {
		if (has_more(c))
			say_unread(c);
		stop(c, has_more(c) ? EXIT_FAILURE : EXIT_SUCCESS);
		return;
	}
	if (merge_count(c->merge) || has_more(c) || c->end_ns != UINT64_MAX || hurry) {
		watch_stop(c->frames_come);
		watch_start_in(c->tick, hurry ? 0 : c->rings.timeout_ms);
	} else {
		watch_start(c->frames_come);
	}
}

static void on_turn(void *arg)
{
	turn(arg);
}

static void on_can_write(void *arg)
{
	struct capture *c = arg;

	watch_stop(c->can_write);
	turn(c);
}

/* end() - what has happened by now is still written */
static void end(struct capture *c)
{
	if (c->end_ns == UINT64_MAX)
		c->end_ns = clock_wall_ns();
	turn(c);
}

static void on_end(void *arg)
{
	struct capture *c = arg;

	if (c->end_ns != UINT64_MAX)
		stop(c, EXIT_SUCCESS); /* told twice: at once */
	else
		end(c);
}

static void on_lab_end(void *arg)
{
	struct capture *c = arg;

	watch_stop(c->lab_ends);
	end(c);
}

static void on_second(void *arg)
{
	struct capture *c = arg;

	rings_count(&c->rings);
	report_progress(&c->report, &c->rings, c->options->stats);
	watch_start_in(c->second, SECOND_MS);
}

/* ---- beginning and end ----------------------------------------------------------------------- */

static void watch_all(struct capture *c)
{
	bool shows = c->options->stats || (!c->options->quiet && isatty(STDERR_FILENO));

	c->loop = loop_new();
	loop_on_end(c->loop, on_end, c);
	c->tick = loop_on_timer(c->loop, on_turn, c);
	c->frames_come = loop_on_readable(c->loop, c->rings.ready, on_turn, c);
	c->told_comes = loop_on_readable(c->loop, told_fd(c->told), on_turn, c);
	c->can_write = loop_on_writable(c->loop, output_fd(c->output), on_can_write, c);
	c->lab_ends = loop_on_readable(c->loop, c->options->attend, on_lab_end, c);
	c->deadline = loop_on_timer(c->loop, on_end, c);
	c->second = loop_on_timer(c->loop, on_second, c);
	watch_start(c->frames_come);
	watch_start(c->told_comes);
	watch_start(c->lab_ends);
	if (c->options->duration_ms)
		watch_start_in(c->deadline, c->options->duration_ms);
	if (shows)
		watch_start_in(c->second, SECOND_MS);
}

static void unwatch_all(struct capture *c)
{
	struct watch *all[] = { c->tick,     c->frames_come, c->told_comes, c->can_write,
				c->lab_ends, c->deadline,    c->second };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		watch_free(all[i]);
	loop_free(c->loop);
}

/* give_up() - what nobody has read by now is counted, and free */
static void give_up(struct capture *c)
{
	struct merge_limits limits = { c->end_ns, UINT64_MAX, frames_left(c) };

	c->report.write_failed = output_has_failed(c->output);
	do {
		c->report.unwritten += c->batch->frame_count;
		limits.frames -= c->batch->frame_count;
		merge_release(c->merge, c->batch);
		if (!merge_count(c->merge) && c->end_ns != UINT64_MAX)
			drain(c);
	} while (merge_take(c->merge, &limits, c->batch));
}

/* finish() - the statistics, unless half a block stands in front of them */
static void finish(struct capture *c)
{
	bool whole = !has_more(c) && c->status == EXIT_SUCCESS;

	rings_count(&c->rings);
	if (!whole) {
		give_up(c);
		return;
	}
	end_file(c);
	switch (output_write_last(c->output, c->batch, GRACE_MS)) {
	case OUTPUT_LATER:
		say_unread(c);
		c->status = EXIT_FAILURE;
		break;
	case OUTPUT_FAILED:
		c->status = EXIT_FAILURE;
		break;
	case OUTPUT_DONE:
	case OUTPUT_GONE:
		break;
	}
}

/* begin() - false: *why, to be freed, says why not; NULL: that was said already */
static bool begin(struct capture *c, char **why)
{
	auto_free char *dir = state_dir(c->listing->lab);
	const struct capture_options *o = c->options;

	c->told =
		told_new(dir, c->listing->lab, c->listing->born_ns, o->whole ? 0 : clock_wall_ns());
	report_new(&c->report, c->listing, o->filter_text, clock_wall_ns());
	if (!rings_start(&c->rings, c->listing, &o->filter, o->both, RINGS_SHARE(o->buffer), why))
		return false;
	c->merge = merge_new(c->rings.count + 1, o->buffer - RINGS_SHARE(o->buffer));
	c->batch = xcalloc(1, sizeof(*c->batch));
	c->output = output_open(&o->output);
	return c->output != NULL;
}

int capture_run(const struct capture_options *o, struct listing *l)
{
	struct capture c = {
		.options = o, .listing = l, .end_ns = UINT64_MAX, .rings = { .ready = -1 }
	};
	char *why = NULL;

	if (begin(&c, &why)) {
		begin_file(&c);
		watch_all(&c);
		write_batch(&c); /* the head of the file alone */
		if (o->begun)
			o->begun(o->begun_arg);
		loop_run(c.loop);
		progress_clear();
		finish(&c);
		unwatch_all(&c);
		c.status |= report_say(&c.report, &c.rings, output_path(c.output), o->quiet);
		c.status |= output_close(c.output) ? EXIT_SUCCESS : EXIT_FAILURE;
		close(o->attend); /* the lab need not wait for what follows, which takes longer */
	} else {
		if (why)
			log_info("%s", why);
		c.status = EXIT_FAILURE;
	}
	free(why);
	rings_stop(&c.rings);
	if (c.merge)
		merge_free(c.merge);
	free(c.batch);
	told_free(c.told);
	report_free(&c.report);
	return c.status;
}
