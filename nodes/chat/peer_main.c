/* SPDX-License-Identifier: MIT */
/*
 * peer: a chat client that also talks with one other peer directly, by UDP. A line that is typed
 * goes both ways. When one of the two leaves, the other leaves too: it hears so by UDP (pairing.c
 * repeats it until it is heard) or from the server, which says which client has left.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "lines.h"
#include "nodes/common/bytes.h"
#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "nodes/common/mem.h"
#include "nodes/common/notify.h"
#include "nodes/common/options.h"
#include "nodes/common/tcp.h"
#include "packet.h"
#include "pairing.h"
#include "text.h"

#define READ_LEN	 65536
#define OUT_MAX		 (256 << 10) /* octets for the server, before the input has to wait */
#define PARTING_MS	 2000	     /* for the peer and the server to take our leave */
#define LAST_WORDS_MS	 1000	     /* of a peer whose leave came by the server first */
#define HOPE_MS		 3000	     /* for a peer to be there, when much is said at the start */
#define DATAGRAMS_A_TURN 64

struct peer {
	struct loop *loop;
	int tcp, udp;
	struct watch *input, *from_server, *to_server, *from_peer, *tick, *parting, *last_words;
	struct lines typed, heard;
	struct bytes out; /* for the server */
	struct pairing *pairing;
	uint64_t started_ms;
	bool leaving, server_closed, input_ended, last_words_due;
	struct log_limit dropped;
};

static uint64_t retry_ms;
static const char *udp_port, *to;

static const struct option_row options[] = {
	{ "udp", 'u', "PORT", OPTION_TEXT, &udp_port, "our UDP port", 0, 0 },
	{ "to", 't', "HOST:PORT", OPTION_TEXT, &to, "the other peer's UDP address", 0, 0 },
	{ "retry", 'r', "TIME", OPTION_TIME, &retry_ms, "wait so long for a server to be there", 0,
	  0 },
};

static const struct program program = {
	.name = "peer",
	.usage = "[OPTION]... --udp PORT --to HOST:PORT SERVER:PORT",
	.about =
		"A client of the chat server that also talks with one other peer by UDP. Each line goes\n"
		"to both; what comes back says from where. 'exit' on either side ends both.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

/* schedule() - what is due between the peers is sent, and the timer set for the next */
static void schedule(struct peer *p)
{
	watch_start_in(p->tick, pairing_tick(p->pairing, clock_ms()));
}

/* stop_if_done() - what we said has arrived at both, our leave last of all */
static void stop_if_done(struct peer *p)
{
	if (p->leaving && p->server_closed && !pairing_waiting(p->pairing))
		loop_stop(p->loop, EXIT_SUCCESS);
}

/* send_to_server() - what the socket takes; the rest waits for it to be writable */
static void send_to_server(struct peer *p)
{
	while (p->out.len) {
		ssize_t n = send(p->tcp, p->out.data, p->out.len, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN) {
			watch_start(p->to_server);
			break;
		}
		if (n < 0 && errno != EINTR)
			bytes_free(&p->out); /* its end will be read */
		else if (n > 0)
			bytes_take(&p->out, (size_t)n);
	}
	if (!p->out.len)
		watch_stop(p->to_server);
}

/* queue_for_server() - a line, without its end; send_to_server() sends it */
static void queue_for_server(struct peer *p, const char *line, size_t len)
{
	bytes_add(&p->out, line, len);
	bytes_add(&p->out, "\n", 1);
}

/* leave() - ours, or the other peer's wish: the end of both connections */
static void leave(struct peer *p)
{
	if (p->leaving)
		return;
	p->leaving = true;
	watch_stop(p->input);
	queue_for_server(p, "exit", 4);
	send_to_server(p);
	if (!pairing_peer_left(p->pairing))
		pairing_bye(p->pairing, clock_ms());
	schedule(p);
	watch_start_in(p->parting, PARTING_MS);
	stop_if_done(p);
}

/* say_to_peer() - one that finds no room is dropped, with a line of the log */
static void say_to_peer(struct peer *p, const char *line, size_t len)
{
	if (!pairing_say(p->pairing, line, len, clock_ms()))
		log_limited(&p->dropped, "the other peer takes nothing: a line for it is dropped");
	schedule(p);
}

/* must_wait() - the server, or the other peer, has to take what was typed first. A peer that is not
 * there is waited for at the start; then lines for it are dropped, and go to the server alone. */
static bool must_wait(const struct peer *p)
{
	bool hopeful = pairing_has_peer(p->pairing) || clock_ms() - p->started_ms < HOPE_MS;

	return p->out.len > OUT_MAX || (pairing_is_full(p->pairing) && hopeful);
}

/* take_typed() - to both, as far as they take it; the rest stays in p->typed for a later turn */
static void take_typed(struct peer *p)
{
	size_t len;
	char *line;

	while (!p->leaving && !must_wait(p) &&
	       (line = lines_next(&p->typed, p->input_ended, &len))) {
		if (strcmp(line, "exit") == 0) {
			leave(p);
			return;
		}
		queue_for_server(p, line, len);
		say_to_peer(p, line, len);
	}
	send_to_server(p);
	if (p->input_ended && lines_empty(&p->typed))
		leave(p);
}

static void on_input(void *arg)
{
	struct peer *p = arg;
	static char data[READ_LEN];
	ssize_t n;

	if (must_wait(p)) {
		watch_stop(p->input);
		return;
	}
	n = read(STDIN_FILENO, data, sizeof(data));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		lines_add(&p->typed, data, (size_t)n);
	else
		p->input_ended = true;
	if (p->input_ended)
		watch_stop(p->input);
	take_typed(p);
}

static void show(const char *from, char *text, size_t len)
{
	len = text_clean(text, len);
	printf("%s: %.*s\n", from, (int)len, text);
	fflush(stdout);
}

/* take_heard() - a line of the server: some of them are news for us too */
static void take_heard(struct peer *p, char *line, size_t len)
{
	unsigned number;
	int end = 0;

	if (sscanf(line, "you are client %u%n", &number, &end) == 1 && !line[end])
		pairing_set_client(p->pairing, number);
	end = 0;
	if (sscanf(line, "client %u left%n", &number, &end) == 1 && end &&
	    (!line[end] || line[end] == ':') && number == pairing_peer_client(p->pairing)) {
		p->last_words_due = true;
		watch_start_in(p->last_words, LAST_WORDS_MS);
	}
	show("server", line, len);
}

/* on_server_end() - n is 0, or -1 with errno */
static void on_server_end(struct peer *p, ssize_t n)
{
	watch_stop(p->from_server);
	watch_stop(p->to_server);
	p->server_closed = true;
	if (p->leaving) {
		stop_if_done(p);
		return;
	}
	if (n < 0)
		log_errno("the connection to the server is lost");
	else
		log_info("the server has closed the connection");
	loop_stop(p->loop, EXIT_FAILURE);
}

static void on_server(void *arg)
{
	struct peer *p = arg;
	static char data[READ_LEN];
	ssize_t n = recv(p->tcp, data, sizeof(data), 0);
	size_t len;
	char *line;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		lines_add(&p->heard, data, (size_t)n);
	while ((line = lines_next(&p->heard, n <= 0, &len)))
		take_heard(p, line, len);
	if (n <= 0)
		on_server_end(p, n);
	else
		schedule(p);
}

static void on_server_writable(void *arg)
{
	send_to_server(arg);
}

static void on_datagram(void *arg)
{
	struct peer *p = arg;
	uint8_t data[PACKET_MAX + 1];
	size_t waiting = pairing_waiting(p->pairing);

	for (int i = 0; i < DATAGRAMS_A_TURN; i++) {
		ssize_t n = recv(p->udp, data, sizeof(data), 0);

		if (n < 0) /* ECONNREFUSED: the other peer is not there yet, or any more */
			break;
		if (!pairing_input(p->pairing, data, (size_t)n, clock_ms()))
			log_limited(&p->dropped, "a datagram that no peer sends is dropped");
	}
	if (p->last_words_due) /* they are on their way */
		watch_start_in(p->last_words, LAST_WORDS_MS);
	if (p->leaving && pairing_waiting(p->pairing) < waiting)
		watch_start_in(p->parting, PARTING_MS);
	if (pairing_peer_left(p->pairing))
		leave(p);
	schedule(p);
	stop_if_done(p);
}

/* on_turn() - goes on with what had to wait */
static void on_turn(void *arg)
{
	struct peer *p = arg;

	if (p->leaving || must_wait(p))
		return;
	take_typed(p); /* what had to wait; then more may come */
	if (!p->leaving && !p->input_ended && !must_wait(p))
		watch_start(p->input);
}

static void on_tick(void *arg)
{
	schedule(arg);
}

static void on_parting_over(void *arg)
{
	loop_stop(((struct peer *)arg)->loop, EXIT_SUCCESS);
}

/* on_end() - SIGTERM: the other peer is told, as by 'exit' */
static void on_end(void *arg)
{
	leave(arg);
}

static void on_last_words_over(void *arg)
{
	leave(arg);
}

static void send_datagram(void *arg, const uint8_t *data, size_t len)
{
	/* a datagram that the kernel does not take is as lost as one on the wire */
	if (send(((struct peer *)arg)->udp, data, len, MSG_NOSIGNAL) < 0)
		return;
}

static void show_line(void *arg, const char *text, size_t len)
{
	auto_free char *copy = xstrndup(text, len);

	(void)arg;
	show("peer", copy, strlen(copy));
}

/* open_udp() - bound and connected: the kernel itself drops what strangers send */
static int open_udp(void)
{
	struct endpoint there = endpoint_operand(&program, "--to ", to, false), here;
	uint64_t port;
	int fd;

	if (!parse_number(&port, udp_port) || port < 1 || port > 65535)
		options_fail(&program, "--udp '%s': not a port between 1 and 65535", udp_port);
	here = endpoint_any(there.sa.ss_family, (uint16_t)port);
	fd = socket(there.sa.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&here.sa, here.len) < 0)
		fatal_errno("cannot use UDP port %s", udp_port);
	if (connect(fd, (struct sockaddr *)&there.sa, there.len) < 0)
		fatal_errno("cannot reach %s", to);
	return fd;
}

static int open_tcp(const char *text)
{
	struct endpoint server = endpoint_operand(&program, "", text, false);
	int fd = tcp_connect_wait(&server, retry_ms);

	if (fd < 0)
		fatal_errno("cannot reach %s", text);
	return fd;
}

static uint32_t new_session(void)
{
	uint32_t session = 0;

	while (session == 0)
		if (getrandom(&session, sizeof(session), 0) < 0)
			fatal_errno("no random numbers");
	return session;
}

static void watch_all(struct peer *p)
{
	p->input = loop_on_readable(p->loop, STDIN_FILENO, on_input, p);
	p->from_server = loop_on_readable(p->loop, p->tcp, on_server, p);
	p->to_server = loop_on_writable(p->loop, p->tcp, on_server_writable, p);
	p->from_peer = loop_on_readable(p->loop, p->udp, on_datagram, p);
	p->tick = loop_on_timer(p->loop, on_tick, p);
	p->parting = loop_on_timer(p->loop, on_parting_over, p);
	loop_on_end(p->loop, on_end, p);
	p->last_words = loop_on_timer(p->loop, on_last_words_over, p);
	watch_start(p->input);
	watch_start(p->from_server);
	watch_start(p->from_peer);
	loop_on_turn(p->loop, on_turn, p);
}

static void peer_free(struct peer *p)
{
	watch_free(p->input);
	watch_free(p->from_server);
	watch_free(p->to_server);
	watch_free(p->from_peer);
	watch_free(p->tick);
	watch_free(p->parting);
	watch_free(p->last_words);
	loop_free(p->loop);
	lines_free(&p->typed);
	lines_free(&p->heard);
	pairing_free(p->pairing);
	bytes_free(&p->out);
	close(p->tcp);
	close(p->udp);
}

int main(int argc, char **argv)
{
	struct peer p = { .started_ms = clock_ms() };
	struct pairing_calls calls = { send_datagram, show_line, &p };
	int first, status;

	log_open(program.name);
	first = options_parse(&program, argc, argv);
	options_operands(&program, first, argc, argv, 1, "SERVER:PORT of the chat server");
	if (!udp_port || !to)
		options_fail(&program, "%s is missing", udp_port ? "--to HOST:PORT" : "--udp PORT");
	p.udp = open_udp();
	p.tcp = open_tcp(argv[first]);
	p.loop = loop_new_for_files();
	p.pairing = pairing_new(&calls, new_session());
	watch_all(&p);
	notify_ready();
	schedule(&p);
	status = loop_run(p.loop);
	peer_free(&p);
	return status;
}
