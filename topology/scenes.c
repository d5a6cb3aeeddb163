/* SPDX-License-Identifier: MIT */
#include "topology/scenes.h"

#include "nodes/common/mem.h"
#include "topology/action.h"
#include "topology/damage.h"
#include "topology/init.h"

struct playing {
	struct scenes *scenes;
	const struct scene *scene;
	uint64_t number, began_ms;
	size_t next; /* action */
	unsigned failed;
	struct watch *timer;
	struct playing *older;
};

struct scenes {
	struct init *init;
	uint64_t count;
	struct playing *playing;
};

struct scenes *scenes_new(struct init *init)
{
	struct scenes *s = xcalloc(1, sizeof(*s));

	s->init = init;
	return s;
}

static void playing_free(struct playing *p)
{
	struct playing **at = &p->scenes->playing;

	while (*at != p)
		at = &(*at)->older;
	*at = p->older;
	watch_free(p->timer);
	free(p);
}

void scenes_free(struct scenes *s)
{
	while (s && s->playing)
		playing_free(s->playing);
	free(s);
}

static void tell(struct playing *p, const char *what)
{
	journal_add(&p->scenes->init->journal, NULL, "scene", what,
		    json_pack("{s:s, s:I, s:i}", "scene",
			      p->scene->name ? p->scene->name : "events", "number",
			      (json_int_t)p->number, "failed", (int)p->failed));
}

static void perform(struct playing *p, const struct action *a)
{
	char *error, *note;

	if (!damage_do(p->scenes->init->damage, a, &error, &note))
		p->failed++;
	free(error);
	free(note);
}

/* on_time() - all that is due; then the time of the next, or the end */
static void on_time(void *arg)
{
	struct playing *p = arg;
	uint64_t now = clock_ms() - p->began_ms;

	while (p->next < p->scene->action_count && p->scene->actions[p->next].at_ms <= now)
		perform(p, &p->scene->actions[p->next++]);
	if (p->next < p->scene->action_count) {
		watch_start_in(p->timer, p->scene->actions[p->next].at_ms - now);
		return;
	}
	tell(p, "done");
	playing_free(p);
}

uint64_t scene_play(struct scenes *s, const struct scene *scene)
{
	struct playing *p = xcalloc(1, sizeof(*p));
	uint64_t number = ++s->count;

	*p = (struct playing){ .scenes = s,
			       .scene = scene,
			       .number = number,
			       .began_ms = clock_ms(),
			       .older = s->playing };
	s->playing = p;
	p->timer = loop_on_timer(s->init->loop, on_time, p);
	tell(p, "begins");
	on_time(p);
	return number;
}
