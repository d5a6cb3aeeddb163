/* SPDX-License-Identifier: MIT */
/*
 * chat-server: lines of text from each client to all others. The chat is room.c; here are its
 * sockets. After each turn of the loop what was said is offered to all, many lines a writev(2); who
 * does not take them is not waited for.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "nodes/common/acceptor.h"
#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "nodes/common/mem.h"
#include "nodes/common/notify.h"
#include "nodes/common/options.h"
#include "nodes/common/tcp.h"
#include "room.h"

#define READ_LEN      65536
#define OFFER_AT      65536 /* octets said within a turn, before they are offered */
#define PARTS	      256   /* lines a writev */
#define FAREWELL_MS   2000  /* for a client to take its last line and close */
#define FAREWELLS_MAX 64
#define DRAIN_READS   16

struct server {
	struct loop *loop;
	struct acceptor *acceptor;
	struct room *room;
	struct client *clients;
	struct watch *sweep;
	unsigned farewells;
};

struct client {
	struct server *server;
	struct client *next, **at;
	int fd;
	struct member *member; /* NULL: it has had its last line, and may close */
	struct watch *readable, *writable, *timer;
	bool blocked, paused, ended;
};

static struct room_config config = { .max_members = 5, .max_line = 65536, .queue = 256 << 10 };
static const char *listen_on = "5000";

static const struct option_row options[] = {
	{ "listen", 'l', "[ADDR:]PORT", OPTION_TEXT, &listen_on, "where to listen (5000)", 0, 0 },
	{ "port", 'p', "PORT", OPTION_TEXT, &listen_on, "the same, at every address", 0, 0 },
	{ "max-clients", 'm', "N", OPTION_NUMBER, &config.max_members,
	  "clients at a time (5); one more is told, and closed", 1, 100000 },
	{ "max-line", 0, "BYTES", OPTION_SIZE, &config.max_line,
	  "a longer line ends its client (64K)", 1, 1 << 30 },
	{ "queue", 0, "BYTES", OPTION_SIZE, &config.queue,
	  "what may wait for a slow client before it is dropped (256K)", 1024, 1 << 30 },
	{ "idle", 0, "TIME", OPTION_TIME, &config.idle_ms,
	  "a client that is silent so long is closed (never)", 1, 0 },
	{ "rate", 0, "LINES/S", OPTION_NUMBER, &config.rate,
	  "lines a second from one client, the rest wait (any)", 0, 1000000 },
};

static const struct program program = {
	.name = "chat-server",
	.usage = "[OPTION]...",
	.about =
		"A chat over TCP: a line from client 3 reaches all others as 'client 3: ...'. A client\n"
		"is told its number when it joins; the line 'exit' leaves. Talk with nc, telnet or\n"
		"chat-client.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

/* client_free() - closes it; its member leaves without a word, and who waits to be accepted may
 * have its place */
static void client_free(struct client *c)
{
	struct server *s = c->server;

	s->farewells -= c->member == NULL;
	member_free(c->member);
	watch_free(c->readable);
	watch_free(c->writable);
	watch_free(c->timer);
	close(c->fd);
	*c->at = c->next;
	if (c->next)
		c->next->at = c->at;
	free(c);
	acceptor_resume(s->acceptor);
}

/* on_drain() - what it still sends is not read by anybody */
static void on_drain(void *arg)
{
	struct client *c = arg;
	char scrap[4096];

	for (int i = 0; i < DRAIN_READS; i++) {
		ssize_t n = recv(c->fd, scrap, sizeof(scrap), 0);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			client_free(c);
			return;
		}
	}
}

static void on_farewell_over(void *arg)
{
	client_free(arg);
}

/* say_farewell() - the last octet is out. To close at once would reset the connection if the client
 * has sent what we did not read, and take the last line from it: so wait a little for its end. */
static void say_farewell(struct client *c)
{
	struct server *s = c->server;

	member_free(c->member);
	c->member = NULL;
	s->farewells++;
	if (s->farewells > FAREWELLS_MAX || shutdown(c->fd, SHUT_WR) < 0) {
		client_free(c);
		return;
	}
	watch_free(c->readable);
	watch_free(c->writable);
	watch_free(c->timer);
	c->writable = NULL;
	c->readable = loop_on_readable(s->loop, c->fd, on_drain, c);
	c->timer = loop_on_timer(s->loop, on_farewell_over, c);
	watch_start(c->readable);
	watch_start_in(c->timer, FAREWELL_MS);
}

/* offer() - as much as the socket takes; true: the client is still there */
static bool offer(struct client *c)
{
	struct iovec parts[PARTS];
	size_t count;

	while (!c->blocked && (count = room_output(c->member, parts, PARTS)) > 0) {
		struct msghdr msg = { .msg_iov = parts, .msg_iovlen = count };
		ssize_t n = sendmsg(c->fd, &msg, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN) {
			c->blocked = true;
			watch_start(c->writable);
		} else if (n < 0 && errno != EINTR) {
			room_leave(c->member, NULL);
			client_free(c);
			return false;
		} else if (n > 0) {
			room_sent(c->member, (size_t)n);
		}
	}
	if (room_check_reader(c->member, clock_ms())) {
		room_leave(c->member, "too slow: it does not read");
		client_free(c);
		return false;
	}
	if (room_has_left(c->member) && !c->blocked) {
		say_farewell(c);
		return false;
	}
	return true;
}

/* pause_or_resume() - reads nothing from it as long as the room says so */
static void pause_or_resume(struct client *c)
{
	uint64_t wait = room_has_left(c->member) ? 0 : room_wait(c->member, clock_ms());

	if (wait) {
		watch_stop(c->readable);
		watch_start_in(c->timer, wait);
		c->paused = true;
	} else if (c->paused) {
		c->paused = false;
		if (!c->ended)
			watch_start(c->readable);
	}
}

/* offer_all() - who leaves is news for the others, so go round until there is none */
static void offer_all(struct server *s)
{
	struct client *next;

	do {
		room_offered(s->room);
		for (struct client *c = s->clients; c; c = next) {
			next = c->next;
			if (c->member)
				offer(c);
		}
	} while (room_unsent(s->room));
	room_offered(s->room);
	for (struct client *c = s->clients; c; c = c->next)
		if (c->member)
			pause_or_resume(c);
}

/* on_readable() - the client may be freed */
static void on_readable(void *arg)
{
	struct client *c = arg;
	static char data[READ_LEN];
	ssize_t n = recv(c->fd, data, sizeof(data), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		room_leave(c->member, NULL);
		client_free(c);
		return;
	}
	if (n > 0) {
		room_input(c->member, data, (size_t)n, clock_ms());
	} else {
		room_input_ended(c->member, clock_ms());
		watch_stop(c->readable); /* an end is readable for ever */
		c->ended = true;
	}
	if (room_unsent(c->server->room) >= OFFER_AT)
		offer_all(c->server);
}

static void on_writable(void *arg)
{
	struct client *c = arg;

	c->blocked = false;
	watch_stop(c->writable);
	offer(c);
}

static void on_pause_over(void *arg)
{
	struct client *c = arg;

	room_go_on(c->member, clock_ms());
}

static void on_turn(void *arg)
{
	offer_all(arg);
}

static void refuse(int fd, const char *who)
{
	char line[96];
	int len = snprintf(line, sizeof(line), "the chat is full (%llu clients): come back later\n",
			   (unsigned long long)config.max_members);

	log_info("%s refused: the chat is full", who);
	if (send(fd, line, (size_t)len, MSG_NOSIGNAL) < 0)
		return; /* it did not wait for the answer */
}

static void on_client(void *arg, int fd, const struct endpoint *peer)
{
	struct server *s = arg;
	struct client *c = xcalloc(1, sizeof(*c));
	char who[ENDPOINT_TEXT_LEN];

	endpoint_format(peer, who);
	*c = (struct client){ .server = s, .fd = fd, .next = s->clients, .at = &s->clients };
	if (c->next)
		c->next->at = &c->next;
	s->clients = c;
	c->member = room_join(s->room, clock_ms());
	if (!c->member) {
		refuse(fd, who);
		say_farewell(c);
		return;
	}
	log_info("client %u is %s", member_number(c->member), who);
	c->readable = loop_on_readable(s->loop, fd, on_readable, c);
	c->writable = loop_on_writable(s->loop, fd, on_writable, c);
	c->timer = loop_on_timer(s->loop, on_pause_over, c);
	watch_start(c->readable);
}

static void on_sweep(void *arg)
{
	struct server *s = arg;

	room_sweep(s->room, clock_ms());
	watch_start_in(s->sweep, config.idle_ms / 8 + 10);
}

static void on_room_event(void *arg, const char *line)
{
	(void)arg;
	log_info("%s", line);
}

static int open_listener(void)
{
	struct endpoint at = endpoint_operand(&program, "--listen ", listen_on, true);
	int fd = tcp_listen(&at);

	if (fd < 0)
		fatal_errno("cannot listen on %s", listen_on);
	return fd;
}

static void server_free(struct server *s)
{
	while (s->clients)
		client_free(s->clients);
	acceptor_free(s->acceptor);
	watch_free(s->sweep);
	room_free(s->room);
	loop_free(s->loop);
}

int main(int argc, char **argv)
{
	struct server s = { 0 };
	char where[ENDPOINT_TEXT_LEN];
	struct endpoint at;
	int fd, status;

	log_open(program.name);
	options_operands(&program, options_parse(&program, argc, argv), argc, argv, 0, NULL);
	raise_descriptor_limit();
	fd = open_listener();
	at = endpoint_local(fd);
	config.log = on_room_event;
	s.room = room_new(&config);
	s.loop = loop_new();
	s.acceptor = acceptor_new(s.loop, fd, on_client, &s);
	s.sweep = loop_on_timer(s.loop, on_sweep, &s);
	if (config.idle_ms)
		on_sweep(&s);
	loop_on_turn(s.loop, on_turn, &s);
	log_info("listening on %s for %llu clients", endpoint_format(&at, where),
		 (unsigned long long)config.max_members);
	notify_ready();
	status = loop_run(s.loop);
	server_free(&s);
	return status;
}
