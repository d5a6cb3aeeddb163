/* SPDX-License-Identifier: MIT */
/*
 * The answering side of control.h. A caller may be slow, stopped, or gone: requests are bounded,
 * answers wait in a buffer of the connection's own, and nobody is waited for.
 */
#include "topology/control.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "nodes/common/mem.h"
#include "nodes/common/suggest.h"
#include "topology/damage.h"
#include "topology/handover.h"
#include "topology/init.h"
#include "topology/scenes.h"
#include "topology/status.h"
#include "topology/taps.h"

#define CALLERS_MAX   256
#define ATTENDERS_MAX (CALLERS_MAX / 2) /* the other places are for who asks something */
#define BACKLOG	      256

struct caller {
	struct control *control;
	uint64_t number;
	int fd;
	struct watch *readable, *writable;
	char request[CONTROL_REQUEST_MAX];
	size_t request_len;
	char *answer;
	size_t answer_len, sent;
	int *fds; /* to go with the answer's first octets */
	size_t fd_count, fds_sent;
	bool fds_ours; /* to be closed */
	bool stays;    /* until init ends */
	bool attends;  /* is told of the end, and waited for */
};

struct control {
	struct init *init;
	int fd, user_ns, pid_ns;
	struct watch *readable;
	uint64_t count; /* of callers, ever */
	struct caller *callers[CALLERS_MAX];
};

/* caller_free() - at any time: its connection ends, its place is free */
static void caller_free(struct caller *c)
{
	for (size_t i = 0; i < CALLERS_MAX; i++)
		if (c->control->callers[i] == c)
			c->control->callers[i] = NULL;
	watch_free(c->readable);
	watch_free(c->writable);
	close(c->fd);
	for (size_t i = 0; i < c->fd_count && c->fds_ours; i++)
		close(c->fds[i]);
	free(c->fds);
	free(c->answer);
	free(c);
}

/* send_some() - the answer's beginning, with its descriptors */
static ssize_t send_some(struct caller *c)
{
	size_t fds = c->fd_count - c->fds_sent;
	ssize_t n = handover_send(c->fd, c->answer + c->sent, c->answer_len - c->sent,
				  c->fds + c->fds_sent, &fds);

	if (n > 0)
		c->fds_sent += fds;
	return n;
}

/* on_writable() - as much of the answer as fits. Behind its last octet the connection ends, and the
 * caller is gone, unless it stays. */
static void on_writable(void *arg)
{
	struct caller *c = arg;
	ssize_t n = send_some(c);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n > 0)
		c->sent += (size_t)n;
	if (n > 0 && c->sent < c->answer_len)
		return;
	if (n > 0 && c->stays)
		watch_stop(c->writable);
	else
		caller_free(c);
}

/* answer() - takes `json` over; it leaves as the socket takes it */
static void answer(struct caller *c, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	if (!text) {
		caller_free(c);
		return;
	}
	c->answer = xasprintf("%s\n", text);
	free(text);
	c->answer_len = strlen(c->answer);
	watch_start(c->writable);
}

/* answer_error() - no-node, no-such and usage have a status of their own in
 * client.c, any other code is 1 */
static void answer_error(struct caller *c, const char *code, const char *text)
{
	answer(c, json_pack("{s:s, s:s}", "error", code, "text", text));
}

static json_t *environment_of(const struct node *node)
{
	json_t *env = json_object();

	for (size_t i = 0; i < node->env_count; i++)
		json_object_set_new(env, node->env[i].key, status_text(node->env[i].value));
	return env;
}

/* do_enter() - the descriptors are ours and stay open; what the node still lacks of
 * namespaces is made now */
static void do_enter(struct caller *c, const struct node *node)
{
	struct init *init = c->control->init;
	struct space *space = &init->spaces.nodes[node->index];
	auto_free char *folder = NULL;

	spaces_forgive(&init->spaces);
	if (!space_complete(&init->spaces, node)) {
		answer_error(c, "failed", init->spaces.error);
		return;
	}
	folder = node_folder(init->dir, node);
	c->fds = xcalloc(ENTER_COUNT, sizeof(*c->fds));
	c->fds[ENTER_USER] = c->control->user_ns;
	c->fds[ENTER_PID] = c->control->pid_ns;
	c->fds[ENTER_NET] = space->net;
	c->fds[ENTER_UTS] = space->uts;
	c->fds[ENTER_MNT] = space->mnt;
	c->fd_count = ENTER_COUNT;
	answer(c, json_pack("{s:s, s:s, s:o}", "folder", folder, "programs", init->programs, "env",
			    environment_of(node)));
}

/* do_down() - the connection stays open until we end: so the caller sees the end */
static void do_down(struct caller *c)
{
	struct init *init = c->control->init;

	c->stays = true;
	answer(c, json_pack("{s:b}", "stopping", 1));
	on_writable(c); /* at once: a lab without commands ends in this very turn */
	init_stop(init);
}

static size_t count_attenders(const struct control *control)
{
	size_t n = 0;

	for (size_t i = 0; i < CALLERS_MAX; i++)
		n += control->callers[i] && control->callers[i]->attends;
	return n;
}

/* do_attend() - it is watched for its end, and nothing else is expected of it */
static void do_attend(struct caller *c)
{
	if (count_attenders(c->control) >= ATTENDERS_MAX) {
		answer_error(c, "failed", "too many wait for the end of this lab");
		return;
	}
	c->attends = c->stays = true;
	watch_start(c->readable);
	answer(c, json_pack("{s:b}", "attending", 1));
}

/* take_words() - the texts of a JSON list, which is to be freed; false: it is something else,
 * which was answered */
static bool take_words(struct caller *c, const json_t *list, const char ***words, size_t *count)
{
	const json_t *word;
	size_t i;

	*words = NULL;
	*count = 0;
	json_array_foreach (list, i, word) {
		if (!json_is_string(word)) {
			answer_error(c, "bad-request", "words are texts");
			return false;
		}
		*xappend(words, count) = json_string_value(word);
	}
	return true;
}

static void perform(struct caller *c, const struct action *a)
{
	char *error, *note;
	bool good = damage_do(c->control->init->damage, a, &error, &note);

	if (good)
		answer(c, json_pack("{s:b, s:s?}", "done", 1, "note", note));
	else
		answer_error(c, "failed", error ? error : "it failed");
	free(error);
	free(note);
}

/* is_busy() - a lab that starts or ends is not to be disturbed */
static bool is_busy(struct caller *c)
{
	const struct init *init = c->control->init;

	if (init->up && !init->stopping)
		return false;
	answer_error(c, "failed",
		     init->stopping ? "the lab is ending" : "the lab is still starting");
	return true;
}

/* do_act() - the words are read here, against the lab: the caller need not know what it has */
static void do_act(struct caller *c, const json_t *list)
{
	struct init *init = c->control->init;
	struct words words = { 0 };
	auto_free const char **texts = NULL;
	struct action a;

	if (is_busy(c) || !take_words(c, list, &texts, &words.count))
		return;
	words.list = texts;
	if (action_parse(&a, init->lab, &words))
		perform(c, &a);
	else
		answer_error(c, words.no_such ? "no-such" : "usage", words.why);
	action_free(&a);
}

static json_t *addresses_now(void *init, const struct iface *iface)
{
	return status_addresses(init, iface);
}

/* do_taps() - sockets for this caller alone: they are closed here with its connection */
static void do_taps(struct caller *c, const json_t *request)
{
	struct init *init = c->control->init;
	bool both = json_is_true(json_object_get(request, "both"));
	auto_free const char **words = NULL;
	auto_free char *why = NULL;
	struct taps *t;
	json_t *json;
	size_t count;

	if (!take_words(c, json_object_get(request, "what"), &words, &count))
		return;
	t = taps_choose(init->lab, words, count, both, &why);
	if (!t) {
		answer_error(c, "no-such", why);
		return;
	}
	spaces_forgive(&init->spaces);
	c->fds_ours = true;
	if (taps_open(t, &init->spaces, &c->fds, &c->fd_count)) {
		json = taps_json(t, addresses_now, init);
		json_object_set_new(json, "born", json_integer((json_int_t)init->journal.born_ns));
		answer(c, json);
	} else {
		c->fd_count = 0;
		answer_error(c, "failed", init->spaces.error);
	}
	taps_free(t);
}

static void do_play(struct caller *c, const char *name)
{
	struct init *init = c->control->init;
	struct suggestion s = suggest_for(name ? name : "");
	const struct scene *scene = name ? lab_scene(init->lab, name) : NULL;
	auto_free char *text = NULL;

	if (is_busy(c))
		return;
	if (scene) {
		answer(c,
		       json_pack("{s:I}", "number", (json_int_t)scene_play(init->scenes, scene)));
		return;
	}
	for (size_t i = 0; i < init->lab->scene_count; i++)
		suggest_consider(&s, init->lab->scenes[i].name);
	text = xasprintf("lab '%s' has no scene '%s'%s", init->lab->name, name ? name : "",
			 suggest_text(&s));
	answer_error(c, "no-such", text);
}

/* on_node_request() - what is asked about one node */
static void on_node_request(struct caller *c, const char *what, const char *name)
{
	struct init *init = c->control->init;
	struct node *node = name ? lab_node(init->lab, name) : NULL;

	if (!node)
		answer_error(c, "no-node", "no such node");
	else if (strcmp(what, "enter") == 0)
		do_enter(c, node);
	else if (strcmp(what, "commands") == 0)
		answer(c, status_of_commands(init, node));
	else
		answer(c, status_of_node(init, node));
}

static json_t *names_of_nodes(const struct lab *lab)
{
	json_t *names = json_array();

	for (size_t i = 0; i < lab->node_count; i++)
		json_array_append_new(names, json_string(lab->nodes[i]->name));
	return json_pack("{s:o}", "nodes", names);
}

/* on_request() - a whole line, which gets one answer */
static void on_request(struct caller *c)
{
	json_t *request = json_loadb(c->request, c->request_len, 0, NULL);
	const char *what = json_string_value(json_object_get(request, "do"));

	if (!what)
		answer_error(c, "bad-request", "not a request");
	else if (strcmp(what, "status") == 0)
		answer(c, status_of_lab(c->control->init));
	else if (strcmp(what, "nodes") == 0)
		answer(c, names_of_nodes(c->control->init->lab));
	else if (strcmp(what, "enter") == 0 || strcmp(what, "inspect") == 0 ||
		 strcmp(what, "commands") == 0)
		on_node_request(c, what, json_string_value(json_object_get(request, "node")));
	else if (strcmp(what, "act") == 0)
		do_act(c, json_object_get(request, "words"));
	else if (strcmp(what, "play") == 0)
		do_play(c, json_string_value(json_object_get(request, "scene")));
	else if (strcmp(what, "taps") == 0)
		do_taps(c, request);
	else if (strcmp(what, "attend") == 0)
		do_attend(c);
	else if (strcmp(what, "down") == 0)
		do_down(c);
	else
		answer_error(c, "bad-request", "unknown request");
	json_decref(request);
}

/* on_readable() - gathers one request; who ends before its line does, or sends more than
 * there is room for, is gone */
static void on_readable(void *arg)
{
	struct caller *c = arg;
	ssize_t n = recv(c->fd, c->request + c->request_len, sizeof(c->request) - c->request_len,
			 MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		caller_free(c);
		return;
	}
	c->request_len += (size_t)n;
	if (memchr(c->request, '\n', c->request_len)) {
		watch_stop(c->readable);
		on_request(c);
	} else if (c->request_len == sizeof(c->request)) {
		caller_free(c);
	}
}

/* is_owner() - the kernel says who called; in a lab without root its user is our 0 */
static bool is_owner(int fd)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 && who.uid == geteuid();
}

/* free_place() - if all are taken, the oldest that has asked for nothing yet gives way; NULL:
 * all have */
static struct caller **free_place(struct control *control)
{
	struct caller **oldest = NULL;

	for (size_t i = 0; i < CALLERS_MAX; i++) {
		struct caller *c = control->callers[i];

		if (!c)
			return &control->callers[i];
		if (!c->answer && !c->attends && (!oldest || c->number < (*oldest)->number))
			oldest = &control->callers[i];
	}
	if (oldest)
		caller_free(*oldest);
	return oldest;
}

/* caller_new() - takes over `fd`; NULL: there is no place */
static struct caller *caller_new(struct control *control, int fd)
{
	struct caller **place = free_place(control), *c;

	if (!place) {
		close(fd);
		return NULL;
	}
	c = xcalloc(1, sizeof(*c));
	c->control = control;
	c->fd = fd;
	c->number = ++control->count;
	c->readable = loop_on_readable(control->init->loop, fd, on_readable, c);
	c->writable = loop_on_writable(control->init->loop, fd, on_writable, c);
	watch_start(c->readable);
	return *place = c;
}

/* on_caller() - another user's connection is closed without a word */
static void on_caller(void *arg)
{
	struct control *control = arg;
	int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0 && is_owner(fd))
		caller_new(control, fd);
	else
		cleanup_close(&fd);
}

void control_attend(struct control *control, int fd)
{
	struct caller *c = caller_new(control, fd);

	if (c)
		c->attends = true;
}

/* wait_for_end() - until the other side closes, whatever it says meanwhile; false: time is up */
static bool wait_for_end(int fd, uint64_t deadline)
{
	char data[256];

	for (uint64_t now; (now = clock_ms()) < deadline;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, (int)(deadline - now)) > 0 && recv(fd, data, sizeof(data), 0) <= 0)
			return true;
	}
	return false;
}

void control_part(struct control *control, unsigned timeout_ms)
{
	static const char words[] = "{\"ending\":true}\n";
	uint64_t deadline = clock_ms() + timeout_ms;

	for (size_t i = 0; control && i < CALLERS_MAX; i++)
		if (control->callers[i] && control->callers[i]->attends)
			send(control->callers[i]->fd, words, strlen(words),
			     MSG_NOSIGNAL | MSG_DONTWAIT);
	for (size_t i = 0; control && i < CALLERS_MAX; i++)
		if (control->callers[i] && control->callers[i]->attends &&
		    !wait_for_end(control->callers[i]->fd, deadline))
			return;
}

/* bind_in() - a socket in the lab's folder, whose path may be longer than sun_path */
static int bind_in(const char *dir)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	auto_close int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = dir_fd < 0 ? -1 : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t mask;
	int err;

	if (fd < 0)
		return -1;
	snprintf(sun.sun_path, sizeof(sun.sun_path), "/proc/self/fd/%d/%s", dir_fd, CONTROL_SOCKET);
	mask = umask(0177);
	err = bind(fd, (struct sockaddr *)&sun, sizeof(sun));
	umask(mask);
	if (err < 0 || listen(fd, BACKLOG) < 0) {
		err = errno;
		close(fd);
		errno = err;
		return -1;
	}
	return fd;
}

/* control_new() - answers from the loop's first turn on; NULL: it cannot */
struct control *control_new(struct init *init)
{
	struct control *control = xcalloc(1, sizeof(*control));

	control->init = init;
	control->fd = bind_in(init->dir);
	control->user_ns = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
	control->pid_ns = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	if (control->fd < 0 || control->user_ns < 0 || control->pid_ns < 0) {
		control_free(control);
		return NULL;
	}
	control->readable = loop_on_readable(init->loop, control->fd, on_caller, control);
	watch_start(control->readable);
	return control;
}

void control_free(struct control *control)
{
	if (!control)
		return;
	for (size_t i = 0; i < CALLERS_MAX; i++)
		if (control->callers[i])
			caller_free(control->callers[i]);
	watch_free(control->readable);
	cleanup_close(&control->fd);
	cleanup_close(&control->user_ns);
	cleanup_close(&control->pid_ns);
	free(control);
}
