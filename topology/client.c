/* SPDX-License-Identifier: MIT */
#include "topology/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "nodes/common/suggest.h"
#include "topology/handover.h"
#include "topology/state.h"

#define CONNECT_MS	 60000 /* a lab that is being built answers when it is ready to */
#define CONNECT_AGAIN_MS 10

static _Noreturn void no_such_lab(const char *named, char **labs, size_t count)
{
	struct suggestion s = suggest_for(named);

	for (size_t i = 0; i < count; i++)
		suggest_consider(&s, labs[i]);
	log_info("no lab '%s' is running%s", named, suggest_text(&s));
	exit(EXIT_NO_SUCH);
}

/* the_only_lab() - its name, to be freed; none ends the program with status 3, several with 2 */
static char *the_only_lab(char **labs, size_t count)
{
	if (count == 1)
		return xstrdup(labs[0]);
	if (count == 0) {
		log_info("no lab is running; 'vethlab up FILE' starts one");
		exit(EXIT_NO_SUCH);
	}
	fprintf(stderr, "vethlab: several labs are running; name one with -l:");
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, " %s", labs[i]);
	fputc('\n', stderr);
	exit(EXIT_USAGE);
}

char *lab_meant(const char *named)
{
	size_t count, i = 0;
	char **labs = state_list(&count), *found;

	if (!named)
		named = getenv("VETHLAB_LAB");
	if (!named || !*named) {
		found = the_only_lab(labs, count);
	} else {
		while (i < count && strcmp(labs[i], named) != 0)
			i++;
		if (i == count)
			no_such_lab(named, labs, count);
		found = xstrdup(named);
	}
	for (i = 0; i < count; i++)
		free(labs[i]);
	free(labs);
	return found;
}

/* connect_to() - init's socket; -1 with errno, after a second at most: one that has stopped does
 * not answer. Its path may be longer than sun_path. */
static int connect_to(const char *lab)
{
	static const struct timeval second = { .tv_sec = 1 };
	auto_free char *dir = state_dir(lab);
	auto_close int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = dir_fd < 0 ? -1 : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof(second));
	snprintf(sun.sun_path, sizeof(sun.sun_path), "/proc/self/fd/%d/%s", dir_fd, CONTROL_SOCKET);
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

/* connect_while_live() - patiently; -1: the lab is not running any more */
static int connect_while_live(const char *lab)
{
	uint64_t deadline = clock_ms() + CONNECT_MS;

	for (;;) {
		int fd = connect_to(lab), err = errno;

		if (fd >= 0)
			return fd;
		if (!state_is_live(lab))
			return -1;
		errno = err;
		if (err == EMFILE || clock_ms() > deadline)
			fatal_errno("lab '%s' does not answer", lab);
		poll(NULL, 0, CONNECT_AGAIN_MS); /* it is starting: its socket is not there yet */
	}
}

/* connect_patiently() - a lab that is not running any more ends the program with status 3 */
static int connect_patiently(const char *lab)
{
	int fd = connect_while_live(lab);

	if (fd >= 0)
		return fd;
	log_info("lab '%s' is not running any more", lab);
	exit(EXIT_NO_SUCH);
}

/* send_request() - takes it over, sent or not; false: not all of it has left */
static bool send_request(int fd, json_t *request)
{
	char *text = json_dumps(request, JSON_COMPACT);
	auto_free char *line = xasprintf("%s\n", text ? text : "");

	free(text);
	json_decref(request);
	return send(fd, line, strlen(line), MSG_NOSIGNAL) == (ssize_t)strlen(line);
}

/* read_answer() - a line; NULL: it ended without one */
static json_t *read_answer(int fd, struct gift *gift)
{
	size_t room = 65536, len = 0;
	char *text = xcalloc(1, room);
	json_t *json = NULL;

	while (!memchr(text, '\n', len)) {
		ssize_t n = handover_receive(fd, text + len, room - len, gift);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EMFILE)
			fatal_errno("cannot take the lab's sockets");
		if (n <= 0)
			break;
		len += (size_t)n;
		if (len == room) {
			char *larger = xcalloc(1, room *= 2);

			memcpy(larger, text, len);
			free(text);
			text = larger;
		}
	}
	if (len)
		json = json_loadb(text, len, JSON_DISABLE_EOF_CHECK, NULL);
	free(text);
	return json;
}

/* exchange() - request and answer on an open connection; NULL: it ended without an answer */
static json_t *exchange(int fd, json_t *request, struct gift *gift)
{
	return send_request(fd, request) ? read_answer(fd, gift) : NULL;
}

/* ask_with_fds() - takes the request over; the answer is to be freed, and `gift` has the
 * descriptors behind those it had. No answer ends the program with status 3. */
static json_t *ask_with_fds(const char *lab, json_t *request, struct gift *gift)
{
	auto_close int fd = connect_patiently(lab);
	json_t *answer = exchange(fd, request, gift);

	if (!answer) {
		log_info("lab '%s' ended before it answered", lab);
		exit(EXIT_NO_SUCH);
	}
	return answer;
}

json_t *ask_if_there(const char *lab, json_t *request)
{
	auto_close int fd = connect_while_live(lab);

	struct gift none = { 0 };

	if (fd >= 0)
		return exchange(fd, request, &none);
	json_decref(request);
	return NULL;
}

json_t *ask_at_once(const char *lab, json_t *request)
{
	static const struct timeval second = { .tv_sec = 1 };
	auto_close int fd = connect_to(lab);
	struct gift none = { 0 };

	if (fd < 0) {
		json_decref(request);
		return NULL;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second));
	return exchange(fd, request, &none);
}

json_t *ask(const char *lab, json_t *request)
{
	struct gift none = { 0 };

	return ask_with_fds(lab, request, &none);
}

/* no_such_node() - asks the lab once more, for the names that are near */
static _Noreturn void no_such_node(const char *lab, const char *node)
{
	json_t *status = ask(lab, json_pack("{s:s}", "do", "status")), *each;
	struct suggestion s = suggest_for(node);
	size_t i;

	json_array_foreach (json_object_get(status, "nodes"), i, each)
		suggest_consider(&s, json_string_value(json_object_get(each, "name")));
	log_info("lab '%s' has no node '%s'%s", lab, node, suggest_text(&s));
	exit(EXIT_NO_SUCH);
}

json_t *ask_node(const char *lab, const char *verb, const char *node, int *fds)
{
	struct gift gift = { 0 };
	json_t *answer =
		ask_with_fds(lab, json_pack("{s:s, s:s}", "do", verb, "node", node), &gift);
	const char *error = json_string_value(json_object_get(answer, "error"));

	if (error && strcmp(error, "no-node") == 0)
		no_such_node(lab, node);
	if (error)
		fatal("%s", json_string_value(json_object_get(answer, "text")));
	if (fds && gift.count == ENTER_COUNT)
		memcpy(fds, gift.fds, sizeof(*fds) * ENTER_COUNT);
	free(gift.fds);
	return answer;
}

void check_answer(const json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "error"));

	if (!error)
		return;
	log_info("%s", json_string_value(json_object_get(answer, "text")));
	exit(strcmp(error, "no-such") == 0 ? EXIT_NO_SUCH
	     : strcmp(error, "usage") == 0 ? EXIT_USAGE
					   : EXIT_FAILURE);
}

json_t *receive_taps(int fd, int **fds, size_t *count)
{
	struct gift gift = { 0 };
	json_t *answer = read_answer(fd, &gift);

	*fds = gift.fds;
	*count = gift.count;
	return answer;
}

int attend(const char *lab)
{
	int fd = connect_patiently(lab);
	struct gift none = { 0 };
	json_t *answer = exchange(fd, json_pack("{s:s}", "do", "attend"), &none);

	if (!answer) {
		close(fd);
		return -1;
	}
	check_answer(answer);
	json_decref(answer);
	return fd;
}

/* words_json() - a list of them */
static json_t *words_json(const char *const *words, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		if (json_array_append_new(list, json_string(words[i])) < 0)
			fatal("'%s' is not UTF-8", words[i]);
	return list;
}

json_t *ask_taps(const char *lab, const char *const *words, size_t count, bool both, int **fds,
		 size_t *fd_count)
{
	struct gift gift = { 0 };
	json_t *answer = ask_with_fds(lab,
				      json_pack("{s:s, s:o, s:b}", "do", "taps", "what",
						words_json(words, count), "both", both),
				      &gift);

	check_answer(answer);
	*fds = gift.fds;
	*fd_count = gift.count;
	return answer;
}

void act(const char *lab, const char *const *words, size_t count)
{
	json_t *list = words_json(words, count), *answer;
	const char *note;

	answer = ask(lab, json_pack("{s:s, s:o}", "do", "act", "words", list));
	check_answer(answer);
	note = json_string_value(json_object_get(answer, "note"));
	if (note)
		log_info("%s", note);
	json_decref(answer);
}

/* init_of() - the process at the other end of a connection, to be waited for; -1: it is gone */
static int init_of(int fd)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0 || who.pid <= 0)
		return -1;
	return pidfd_open(who.pid, 0);
}

bool ask_down(const char *lab)
{
	auto_close int fd = connect_patiently(lab);
	auto_close int gone = init_of(fd);
	struct gift none = { 0 };
	json_t *answer = exchange(fd, json_pack("{s:s}", "do", "down"), &none);
	struct pollfd p = { .fd = gone, .events = POLLIN };
	bool asked = answer != NULL;

	json_decref(answer);
	while (gone >= 0 && poll(&p, 1, -1) < 0 && errno == EINTR)
		;
	state_is_live(lab); /* takes away what a crash on the way down has left */
	return asked;
}
