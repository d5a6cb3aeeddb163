/* SPDX-License-Identifier: MIT */
#include "ask.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "compiler.h"
#include "log.h"
#include "mem.h"

#define QUESTION_LEN 512
#define ASKERS_MAX   16
#define CHILDREN_MAX 4
#define PATIENCE_S   10

struct asker {
	struct asked *a;
	int fd; /* -1: free */
	struct watch *readable;
};

struct asked {
	struct loop *loop;
	struct answers answers;
	int fd;
	struct watch *readable, *child;
	struct asker askers[ASKERS_MAX];
	unsigned next; /* the oldest one, if all are taken */
	unsigned children;
};

/* name_socket() - an abstract name, so no file is left behind; the length that bind(2) and
 * connect(2) take */
static socklen_t name_socket(struct sockaddr_un *sa, const char *name)
{
	int n;

	*sa = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(sa->sun_path + 1, sizeof(sa->sun_path) - 1, "vethlab/%s", name);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}

/* ---- the daemon's side ----------------------------------------------------------------------- */

/* asker_close() - its place is free then; one that is free already stays so */
static void asker_close(struct asker *k)
{
	if (k->fd < 0)
		return;
	watch_free(k->readable);
	close(k->fd);
	k->fd = -1;
}

/* write_all() - in a child: it may wait */
static int write_all(const char *text, size_t len, void *fd)
{
	while (len > 0) {
		ssize_t n = send(*(int *)fd, text, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

static json_t *refusal(const char *why)
{
	return json_pack("{s:s}", "error", why);
}

/* be_alone() - the child has nothing of the daemon but its memory: who reads slowly holds no port,
 * no name and no kernel's table, and not for long */
static void be_alone(int *fd)
{
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (*fd != STDERR_FILENO + 1) {
		dup2(*fd, STDERR_FILENO + 1);
		*fd = STDERR_FILENO + 1;
	}
	close_range(STDERR_FILENO + 2, ~0u, 0);
	alarm(PATIENCE_S);
}

/* tell() - in the child: writes the answer, and ends. Nobody looks at its status. */
_Noreturn static void tell(const struct asked *a, int fd, const char *question)
{
	json_t *answer;

	be_alone(&fd);
	answer = a->answers.tell(a->answers.arg, question);
	if (!answer)
		answer = refusal("it does not know what that is");
	_exit(!answer || json_dump_callback(answer, write_all, &fd, JSON_PRESERVE_ORDER) < 0);
}

/* answer_with() - by the daemon itself, without waiting: an empty object, or why not. Who does not
 * take it goes without. */
static void answer_with(int fd, const char *why)
{
	char text[QUESTION_LEN + 64];
	json_t *answer = *why ? refusal(why) : json_object();
	size_t len = answer ? json_dumpb(answer, text, sizeof(text), 0) : 0;

	if (len > 0 && len <= sizeof(text))
		send(fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	json_decref(answer);
}

/* is_trusted() - orders and answers are taken from root and from whom we run as */
static bool is_trusted(int fd)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 &&
	       (who.uid == 0 || who.uid == geteuid());
}

static void listen_to_all(struct asked *a, bool yes)
{
	void (*turn)(struct watch *) = yes ? watch_start : watch_stop;

	turn(a->readable);
	for (unsigned i = 0; i < ASKERS_MAX; i++)
		if (a->askers[i].fd >= 0)
			turn(a->askers[i].readable);
}

/* answer() - an order is obeyed here and now; a question is answered by a child, which has the
 * memory as it is at this moment. The caller closes `fd`. */
static void answer(struct asked *a, int fd, const char *question)
{
	char why[QUESTION_LEN] = "";
	pid_t child;

	if (is_trusted(fd) && a->answers.obey &&
	    a->answers.obey(a->answers.arg, question, why, sizeof(why))) {
		answer_with(fd, why);
		return;
	}
	child = fork();
	if (child == 0)
		tell(a, fd, question);
	if (child < 0)
		answer_with(fd, "it cannot fork");
	else if (++a->children == CHILDREN_MAX)
		listen_to_all(a, false); /* who asks now waits until one of them has ended */
}

/* on_question() - one line that comes in one piece; whatever else comes first is hung up on */
static void on_question(void *arg)
{
	struct asker *k = arg;
	char text[QUESTION_LEN + 1];
	ssize_t n = recv(k->fd, text, QUESTION_LEN, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && memchr(text, '\n', (size_t)n)) {
		*(char *)memchr(text, '\n', (size_t)n) = '\0';
		answer(k->a, k->fd, text);
	}
	asker_close(k);
}

static void on_asker(void *arg)
{
	struct asked *a = arg;
	struct asker *k = &a->askers[a->next];
	int fd = accept4(a->fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	for (unsigned i = 0; i < ASKERS_MAX && k->fd >= 0; i++)
		k = &a->askers[(a->next + i) % ASKERS_MAX];
	if (k->fd >= 0) /* who has said nothing for the longest time makes room */
		asker_close(k = &a->askers[a->next]);
	a->next = ((unsigned)(k - a->askers) + 1) % ASKERS_MAX;
	*k = (struct asker){ .a = a, .fd = fd };
	k->readable = loop_on_readable(a->loop, fd, on_question, k);
	watch_start(k->readable);
}

/* on_child() - takes every child that has ended for one of ours: a daemon that serves here starts
 * no others */
static void on_child(void *arg)
{
	struct asked *a = arg;

	while (waitpid(-1, NULL, WNOHANG) > 0)
		if (a->children-- == CHILDREN_MAX)
			listen_to_all(a, true);
}

struct asked *ask_serve(struct loop *l, const char *name, const struct answers *answers)
{
	struct asked *a = xcalloc(1, sizeof(*a));
	struct sockaddr_un sa;
	socklen_t len = name_socket(&sa, name);

	a->loop = l;
	a->answers = *answers;
	for (unsigned i = 0; i < ASKERS_MAX; i++)
		a->askers[i].fd = -1;
	a->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (a->fd < 0 || bind(a->fd, (struct sockaddr *)&sa, len) < 0 || listen(a->fd, 16) < 0) {
		if (errno == EADDRINUSE)
			fatal("there is a %s in this network namespace already", name);
		fatal_errno("cannot listen for questions");
	}
	a->readable = loop_on_readable(l, a->fd, on_asker, a);
	watch_start(a->readable);
	a->child = loop_on_signal(l, SIGCHLD, on_child, a);
	return a;
}

void ask_close(struct asked *a)
{
	if (!a)
		return;
	for (unsigned i = 0; i < ASKERS_MAX; i++)
		asker_close(&a->askers[i]);
	watch_free(a->readable);
	watch_free(a->child);
	close(a->fd);
	free(a);
}

/* ---- who asks -------------------------------------------------------------------------------- */

/* read_some() - for jansson: the octets read, 0 at the end, (size_t)-1 for an error or no answer in
 * time */
static size_t read_some(void *to, size_t room, void *fd)
{
	ssize_t n;

	do
		n = recv(*(int *)fd, to, room, 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? (size_t)-1 : (size_t)n;
}

json_t *ask_daemon(const char *name, const char *question)
{
	struct sockaddr_un sa;
	socklen_t len = name_socket(&sa, name);
	auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval patience = { .tv_sec = PATIENCE_S };
	json_error_t error;
	json_t *answer;

	if (fd < 0 || connect(fd, (struct sockaddr *)&sa, len) < 0)
		fatal("no %s runs in this network namespace", name);
	if (!is_trusted(fd))
		fatal("who answers in the name of %s is somebody else", name);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (dprintf(fd, "%s\n", question) < 0)
		fatal_errno("%s cannot be asked", name);
	answer = json_load_callback(read_some, &fd, 0, &error);
	if (!json_is_object(answer))
		fatal("%s gave no answer", name);
	if (json_object_get(answer, "error"))
		fatal("%s: %s", name, json_string_value(json_object_get(answer, "error")));
	return answer;
}
