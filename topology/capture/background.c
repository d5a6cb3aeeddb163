/* SPDX-License-Identifier: MIT */
#include "topology/capture/background.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nodes/common/compiler.h"
#include "nodes/common/log.h"
#include "topology/capture/capture.h"
#include "topology/client.h"

/* on_begun() - init goes on building; from now on nobody is there to be told anything */
static void on_begun(void *arg)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd <= 2; fd++)
		dup2(null, fd);
	close(null);
	send(*(int *)arg, "", 1, MSG_NOSIGNAL);
}

/* keep_alone() - the launcher's sockets and the lab's lock are not ours: their ends are signs to
 * init */
static void keep_alone(int fd)
{
	if (fd > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, (unsigned)fd - 1, 0);
	close_range((unsigned)fd + 1, ~0u, 0);
}

/* be_capture() - waits for the taps, then captures until the lab ends; where the lab comes to
 * nothing there is nothing to say */
static _Noreturn void be_capture(const char *path, int fd)
{
	struct capture_options o = {
		.output = { .path = path, .at_once = true },
		.buffer = CAPTURE_BUFFER,
		.quiet = true,
		.whole = true,
		.attend = fd,
		.begun = on_begun,
		.begun_arg = &fd,
	};
	struct listing l;
	json_t *answer;
	int *fds, status = EXIT_FAILURE;
	size_t count;

	setsid();
	keep_alone(fd);
	answer = receive_taps(fd, &fds, &count);
	if (!answer)
		_exit(EXIT_FAILURE); /* the lab came to nothing */
	if (listing_read(&l, answer, fds, count))
		status = capture_run(&o, &l);
	json_decref(answer);
	listing_free(&l);
	_exit(status);
}

int background_begin(const char *path)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		fatal_errno("cannot make a socket pair");
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		fatal_errno("cannot start the capture");
	if (pid == 0)
		be_capture(path, pair[0]);
	close(pair[0]);
	return pair[1];
}
