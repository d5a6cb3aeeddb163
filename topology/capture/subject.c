/* SPDX-License-Identifier: MIT */
#include "topology/capture/subject.h"

#include <string.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/client.h"
#include "topology/table.h"

/* has_name() - `name` is `len` octets long, and may go on behind them */
static bool has_name(const json_t *list, const char *name, size_t len)
{
	const json_t *each;
	size_t i;

	json_array_foreach (list, i, each) {
		const char *its = text_of(each, "name");

		if (strlen(its) == len && strncmp(its, name, len) == 0)
			return true;
	}
	return false;
}

/* count_names() - the operands in front of the filter: those that begin with a name of the lab's */
static size_t count_names(const char *const *operands, size_t count, const char *lab)
{
	json_t *status = ask(lab, json_pack("{s:s}", "do", "status"));
	const json_t *nodes = json_object_get(status, "nodes"),
		     *lans = json_object_get(status, "lans");
	size_t n = 0, len;

	for (; n < count; n++) {
		len = strcspn(operands[n], ":");
		if (!has_name(nodes, operands[n], len) && !has_name(lans, operands[n], len))
			break;
	}
	json_decref(status);
	return n;
}

/* join() - with blanks between; one word at least. To be freed. */
static char *join(const char *const *words, size_t count)
{
	char *text = xstrdup(words[0]);

	for (size_t i = 1; i < count; i++) {
		char *longer = xasprintf("%s %s", text, words[i]);

		free(text);
		text = longer;
	}
	return text;
}

/* read_filter() - compiles it; what cannot be a filter, and is one word, was meant as a name */
static bool read_filter(struct capture_options *o, char *text)
{
	auto_free char *why = NULL;

	o->filter_text = text;
	if (filter_compile(&o->filter, text, &why))
		return true;
	if (!strchr(text, ' ') && !o->filter.unable)
		return false;
	log_info("%s", why);
	exit(EXIT_USAGE);
}

void subject_ask(const char *lab, const char *const *words, size_t count, struct capture_options *o,
		 struct listing *l)
{
	size_t names = count ? count_names(words, count, lab) : 0;

	if (names < count && !read_filter(o, join(words + names, count - names)))
		names = count;
	subject_ask_names(lab, words, names, o, l);
}

void subject_ask_names(const char *lab, const char *const *names, size_t count,
		       struct capture_options *o, struct listing *l)
{
	size_t fd_count;
	json_t *answer;
	int *fds;

	answer = ask_taps(lab, names, count, o->both, &fds, &fd_count);
	if (!listing_read(l, answer, fds, fd_count))
		fatal("lab '%s' was started by another version of vethlab", lab);
	json_decref(answer);
	o->attend = attend(lab);
}

void subject_free(struct capture_options *o, struct listing *l)
{
	listing_free(l);
	filter_free(&o->filter);
	free(o->filter_text);
}
