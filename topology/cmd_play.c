/* SPDX-License-Identifier: MIT */
/* vethlab play: a scene of the lab file, from its first step to its last. */
#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/client.h"
#include "topology/follow.h"
#include "topology/journal.h"
#include "topology/state.h"
#include "topology/verbs.h"

static const char *lab_option;

static const struct option_row options[] = {
	{ "lab", 'l', "LAB", OPTION_TEXT, &lab_option, "the lab; not needed where one runs", 0, 0 },
};

static const struct program program = {
	.name = "vethlab play",
	.usage = "[OPTION]... SCENE",
	.about =
		"Plays a scene of the lab file, and returns when its last step is done. A step that\n"
		"fails is told, and the rest goes on; the exit status is then 1.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

struct play {
	long long number;
	bool began, done;
	long long failed;
};

/* word() - a text of the event, or "" */
static const char *word(const json_t *e, const char *key)
{
	const char *text = json_string_value(json_object_get(e, key));

	return text ? text : "";
}

/* on_line() - between the beginning and the end of ours, failed steps are told */
static void on_line(void *arg, char *line)
{
	struct play *p = arg;
	json_t *e = json_loads(line, 0, NULL);
	bool ours = strcmp(word(e, "kind"), "scene") == 0 &&
		    json_integer_value(json_object_get(e, "number")) == p->number;

	if (ours && strcmp(word(e, "what"), "begins") == 0)
		p->began = true;
	if (p->began && !p->done && json_object_get(e, "error"))
		log_info("%s: %s", word(e, "what"), word(e, "error"));
	if (ours && strcmp(word(e, "what"), "done") == 0) {
		p->done = true;
		p->failed = json_integer_value(json_object_get(e, "failed"));
	}
	json_decref(e);
}

/* follow_play() - until the scene is done; if the lab ends before (`init` is a pidfd of its process
 * 1), so does the program, with status 3 */
static void follow_play(struct follower *f, int init, const char *lab, struct play *play)
{
	struct pollfd p[] = { { .fd = follow_fd(f), .events = POLLIN },
			      { .fd = init, .events = POLLIN } };

	for (;;) {
		follow_read(f, on_line, play); /* once more when the lab has ended */
		if (play->done)
			return;
		if (p[1].revents) {
			log_info("lab '%s' ended meanwhile", lab);
			exit(EXIT_NO_SUCH);
		}
		poll(p, 2, -1);
	}
}

int cmd_play(int argc, char **argv)
{
	int first = options_parse(&program, argc, argv);
	auto_free char *lab = NULL, *dir = NULL, *path = NULL;
	auto_close int init = -1;
	struct play play = { 0 };
	struct follower *f;
	json_t *answer;

	options_operands(&program, first, argc, argv, 1, "the scene");
	lab = lab_meant(lab_option);
	init = pidfd_open(state_init_pid(lab), 0);
	dir = state_dir(lab);
	path = xasprintf("%s/" JOURNAL_FILE, dir);
	f = follow_new(path);
	answer = ask(lab, json_pack("{s:s, s:s}", "do", "play", "scene", argv[first]));
	check_answer(answer);
	play.number = json_integer_value(json_object_get(answer, "number"));
	json_decref(answer);
	follow_play(f, init, lab, &play);
	follow_free(f);
	return play.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
