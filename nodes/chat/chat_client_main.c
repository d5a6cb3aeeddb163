/* SPDX-License-Identifier: MIT */
/*
 * chat-client: standard input to the server, the server to standard output. Two streams, each with
 * one bounded buffer: whoever does not take his bytes stops the other end, and nothing grows.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "nodes/common/notify.h"
#include "nodes/common/options.h"
#include "nodes/common/tcp.h"

#define BUFFER_LEN 65536
#define WRITE_LEN  4096	 /* PIPE_BUF: what poll(2) promises that a pipe takes without blocking */
#define PARTING_MS 10000 /* for a server that does not close when we have left */

struct stream {
	struct client *client;
	int from, to;
	struct watch *readable, *writable;
	char data[BUFFER_LEN];
	size_t len, sent;
};

struct client {
	struct loop *loop;
	struct stream up, down; /* to the server, from it */
	struct watch *parting;
	size_t matched; /* octets of the line so far that are those of "exit" */
	bool leaving;	/* our own wish: then the server's end is no fault */
	bool input_ended;
};

static const char *const exit_line = "exit";
static uint64_t retry_ms;
static bool keep;

static const struct option_row options[] = {
	{ "retry", 'r', "TIME", OPTION_TIME, &retry_ms, "wait so long for a server to be there", 0,
	  0 },
	{ "keep", 'k', NULL, OPTION_FLAG, &keep, "stay when the input ends, and go on listening", 0,
	  0 },
};

static const struct program program = {
	.name = "chat-client",
	.usage = "[OPTION]... HOST:PORT",
	.about =
		"Lines from standard input to the chat server, and what the others say to standard\n"
		"output. 'exit', or the end of the input, leaves once all is delivered.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

/* cut_at_exit() - up to the end of a line that is exactly "exit": what is behind it is not sent */
static size_t cut_at_exit(struct client *c, const char *data, size_t len)
{
	const size_t never = (size_t)-1;

	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\n' && c->matched == strlen(exit_line)) {
			c->leaving = true;
			return i + 1;
		}
		if (data[i] == '\n')
			c->matched = 0;
		else if (data[i] == '\r' && c->matched == strlen(exit_line))
			continue;
		else if (c->matched < strlen(exit_line) && data[i] == exit_line[c->matched])
			c->matched++;
		else
			c->matched = never;
	}
	return len;
}

static void lost(struct client *c)
{
	log_errno("the connection is lost");
	loop_stop(c->loop, EXIT_FAILURE);
}

/* end_of_input() - all is sent: tell the server that no more will come */
static void end_of_input(struct client *c)
{
	if (keep && !c->leaving)
		return;
	c->leaving = true;
	shutdown(c->up.to, SHUT_WR);
	watch_start_in(c->parting, PARTING_MS);
}

/* fill() - the buffer is empty: it is the reader's turn */
static void fill(struct stream *s)
{
	watch_stop(s->writable);
	watch_start(s->readable);
	s->len = s->sent = 0;
}

/* stream_empty() - all that was read is written */
static void stream_empty(struct stream *s)
{
	struct client *c = s->client;

	watch_stop(s->writable);
	if (s == &c->up && (c->input_ended || c->leaving))
		end_of_input(c);
	else
		fill(s);
}

static void on_stream_readable(void *arg)
{
	struct stream *s = arg;
	struct client *c = s->client;
	ssize_t n = read(s->from, s->data, sizeof(s->data));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	watch_stop(s->readable);
	if (s == &c->up && n <= 0) {
		c->input_ended = true;
		end_of_input(c);
	} else if (n > 0) {
		s->sent = 0;
		s->len = s == &c->up ? cut_at_exit(c, s->data, (size_t)n) : (size_t)n;
		watch_start(s->writable);
	} else if (n == 0) {
		if (!c->leaving)
			log_info("the server has closed the connection");
		loop_stop(c->loop, c->leaving ? EXIT_SUCCESS : EXIT_FAILURE);
	} else {
		lost(c);
	}
}

static void on_stream_writable(void *arg)
{
	struct stream *s = arg;
	size_t left = s->len - s->sent;
	ssize_t n = write(s->to, s->data + s->sent, left < WRITE_LEN ? left : WRITE_LEN);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0 && s == &s->client->down) {
		loop_stop(s->client->loop, EXIT_FAILURE); /* nobody reads what we print */
		return;
	}
	if (n < 0) {
		/* perhaps with a last word of the server, which the other stream still reads */
		watch_stop(s->writable);
		return;
	}
	s->sent += (size_t)n;
	if (s->sent == s->len)
		stream_empty(s);
}

static void on_parting_over(void *arg)
{
	struct client *c = arg;

	log_info("the server does not close the connection; leaving");
	loop_stop(c->loop, EXIT_SUCCESS);
}

static void stream_open(struct stream *s, struct client *c, int from, int to)
{
	s->client = c;
	s->from = from;
	s->to = to;
	s->readable = loop_on_readable(c->loop, from, on_stream_readable, s);
	s->writable = loop_on_writable(c->loop, to, on_stream_writable, s);
	watch_start(s->readable);
}

static void stream_close(struct stream *s)
{
	watch_free(s->readable);
	watch_free(s->writable);
}

static int connect_to_server(const char *text)
{
	struct endpoint server = endpoint_operand(&program, "", text, false);
	int fd = tcp_connect_wait(&server, retry_ms);

	if (fd < 0)
		fatal_errno("cannot reach %s", text);
	return fd;
}

int main(int argc, char **argv)
{
	static struct client c;
	int first, fd, status;

	log_open(program.name);
	first = options_parse(&program, argc, argv);
	options_operands(&program, first, argc, argv, 1, "HOST:PORT of the server");
	fd = connect_to_server(argv[first]);
	c.loop = loop_new_for_files();
	c.parting = loop_on_timer(c.loop, on_parting_over, &c);
	stream_open(&c.up, &c, STDIN_FILENO, fd);
	stream_open(&c.down, &c, fd, STDOUT_FILENO);
	notify_ready();
	status = loop_run(c.loop);
	stream_close(&c.up);
	stream_close(&c.down);
	watch_free(c.parting);
	loop_free(c.loop);
	close(fd);
	return status;
}
