/* SPDX-License-Identifier: MIT */
#include "topology/known.h"

#include <search.h>
#include <string.h>

#include "nodes/common/mem.h"

#define GONE_MAX 16

struct gone_link {
	unsigned index;
	char name[16];
};

static int by_name(const void *a, const void *b)
{
	return object_compare_names(a, b);
}

/* find() - of `name` the fields that make the name are looked at, and no other */
static struct object *find(const struct known *k, const struct object *name)
{
	struct object **found = tfind(name, &k->tree, by_name);

	return found ? *found : NULL;
}

/* remember() - a copy as long as the object needs: most have one hop or none */
static void remember(struct known *k, const struct object *o)
{
	struct object *copy = xcalloc(1, object_size(o));

	memcpy(copy, o, object_size(o));
	copy->look = k->look;
	if (!tsearch(copy, &k->tree, by_name))
		mem_exhausted();
}

static void forget(struct known *k, struct object *o)
{
	tdelete(o, &k->tree, by_name);
	free(o);
}

/* forget_gone() - the name of a link is kept for a while */
static void forget_gone(struct known *k, struct object *o)
{
	struct gone_link *g;

	if (o->kind == OBJECT_LINK) {
		if (!k->gone)
			k->gone = xcalloc(GONE_MAX, sizeof(*k->gone));
		g = &k->gone[k->gone_count++ % GONE_MAX];
		g->index = o->index;
		memcpy(g->name, o->name, sizeof(g->name));
	}
	forget(k, o);
}

const struct object *known_find(const struct known *k, const struct object *name)
{
	return find(k, name);
}

/* is_of_another() - the kernel can have two IPv4 routes of one name: a router puts the new one
 * behind the old one, and then the old one goes, which takes nothing from the new one */
static bool is_of_another(const struct object *known, const struct object *gone)
{
	return gone->kind == OBJECT_ROUTE && gone->prefix.addr.family == AF_INET &&
	       !object_says_the_same(known, gone);
}

enum change known_note(struct known *k, const struct object *o, bool gone)
{
	struct object *before = find(k, o);

	if (gone) {
		if (!before || is_of_another(before, o))
			return CHANGE_NONE;
		forget_gone(k, before);
		return CHANGE_REMOVED;
	}
	if (before && object_says_the_same(before, o)) {
		bool news = before->untold;

		before->look = k->look;
		before->untold = false;
		return !news ? CHANGE_NONE : o->kind == OBJECT_LINK ? CHANGE_CHANGED : CHANGE_ADDED;
	}
	if (before)
		forget(k, before);
	remember(k, o);
	return before ? CHANGE_CHANGED : CHANGE_ADDED;
}

void known_note_untold(struct known *k, const struct object *o)
{
	const struct object *before = find(k, o);
	bool untold = !before || before->untold;

	known_note(k, o, false);
	find(k, o)->untold = untold;
}

static void call_told(const void *node, VISIT visit, void *arg)
{
	(void)arg;
	if (visit == postorder || visit == leaf)
		(*(struct object *const *)node)->untold = false;
}

void known_all_told(struct known *k)
{
	twalk_r(k->tree, call_told, NULL);
}

void known_begin_look(struct known *k)
{
	k->look++;
}

struct unseen {
	const struct known *known;
	unsigned kinds;
	struct object **list;
	size_t count;
};

/* collect_unseen() - a visit of twalk_r(3), during which the tree must not change */
static void collect_unseen(const void *node, VISIT visit, void *arg)
{
	struct unseen *u = arg;
	struct object *o = *(struct object *const *)node;

	if ((visit == postorder || visit == leaf) && o->look != u->known->look &&
	    (u->kinds & (1u << o->kind)))
		*xappend(&u->list, &u->count) = o;
}

/* forget_unseen() - links last, because the others are told with their names */
static void forget_unseen(struct unseen *u, struct known *k, bool links, known_fn *forgotten,
			  void *arg)
{
	for (size_t i = 0; i < u->count; i++) {
		struct object *o = u->list[i];

		if (!o || (o->kind == OBJECT_LINK) != links)
			continue;
		forgotten(arg, o);
		forget_gone(k, o);
		u->list[i] = NULL;
	}
}

void known_end_look(struct known *k, unsigned kinds, known_fn *forgotten, void *arg)
{
	struct unseen u = { .known = k, .kinds = kinds };

	twalk_r(k->tree, collect_unseen, &u);
	forget_unseen(&u, k, false, forgotten, arg);
	forget_unseen(&u, k, true, forgotten, arg);
	free(u.list);
}

const char *known_link_name(const struct known *k, unsigned index, char text[16])
{
	struct object link = { .kind = OBJECT_LINK, .index = index };
	struct object *o = find(k, &link);

	if (o)
		return o->name;
	for (unsigned i = k->gone_count; i > 0 && k->gone_count - i < GONE_MAX; i--)
		if (k->gone[(i - 1) % GONE_MAX].index == index)
			return k->gone[(i - 1) % GONE_MAX].name;
	snprintf(text, 16, "if%u", index);
	return text;
}

void known_free(struct known *k)
{
	tdestroy(k->tree, free);
	free(k->gone);
	*k = (struct known){ .look = k->look };
}
