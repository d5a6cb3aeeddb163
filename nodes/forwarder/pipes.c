/* SPDX-License-Identifier: MIT */
#include "pipes.h"

#include <fcntl.h>

#include "nodes/common/mem.h"

#define PIPE_SIZE (256 * 1024) /* fewer turns than with the default 64 KiB */
#define KEEP	  16

struct pipe *pipes_take(struct pipes *p)
{
	struct pipe *pipe = p->free;
	int fds[2], size;

	if (pipe) {
		p->free = pipe->next;
		p->free_count--;
		return pipe;
	}
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return NULL;
	fcntl(fds[1], F_SETPIPE_SZ, PIPE_SIZE); /* refused to a user with many: then it is small */
	size = fcntl(fds[1], F_GETPIPE_SZ);
	pipe = xcalloc(1, sizeof(*pipe));
	*pipe = (struct pipe){ .in = fds[1],
			       .out = fds[0],
			       .size = size > 0 ? (size_t)size : 65536 };
	return pipe;
}

static void pipe_close(struct pipe *pipe)
{
	close(pipe->in);
	close(pipe->out);
	free(pipe);
}

void pipes_give(struct pipes *p, struct pipe *pipe, bool empty)
{
	if (!pipe)
		return;
	if (!empty || p->free_count >= KEEP) {
		pipe_close(pipe);
		return;
	}
	pipe->next = p->free;
	p->free = pipe;
	p->free_count++;
}

static void close_spare(struct pipes *p, size_t keep)
{
	while (p->free_count > keep) {
		struct pipe *pipe = p->free;

		p->free = pipe->next;
		p->free_count--;
		pipe_close(pipe);
	}
}

void pipes_trim(struct pipes *p, size_t count)
{
	close_spare(p, count ? count : 1);
}

void pipes_free(struct pipes *p)
{
	close_spare(p, 0);
}
