/* SPDX-License-Identifier: MIT */
/*
 * forwarder: a TCP connection in, one out. It connects upstream first and opens its own port only
 * then, so that a chain of forwarders is there as a whole or not at all; this first connection
 * serves the first client.
 */
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "nodes/common/acceptor.h"
#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/notify.h"
#include "nodes/common/options.h"
#include "nodes/common/tcp.h"
#include "relay.h"

#define CONNECT_MS 10000

struct forwarder {
	struct relay_owner relays;
	struct acceptor *acceptor;
	struct endpoint upstream;
	int first; /* the connection that was there before any client; -1: it is in use */
	struct log_limit complaint;
};

static const char *listen_on;
static uint64_t retry_ms, max_connections = 1000;

static const struct option_row options[] = {
	{ "listen", 'l', "[ADDR:]PORT", OPTION_TEXT, &listen_on, "where to listen", 0, 0 },
	{ "retry", 'r', "TIME", OPTION_TIME, &retry_ms,
	  "wait so long for the upstream to be there at the start", 0, 0 },
	{ "max-connections", 'm', "N", OPTION_NUMBER, &max_connections,
	  "clients at a time (1000); more are closed at once", 1, 1000000 },
};

static const struct program program = {
	.name = "forwarder",
	.usage = "[OPTION]... --listen [ADDR:]PORT UPSTREAM:PORT",
	.about =
		"Forwards each TCP connection to UPSTREAM, bytes as they are, both ways. An end passes\n"
		"as an end, a reset as a reset, and a slow side stops the fast one.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.more = "example, a chain:\n"
		"  forwarder --listen 6001 chat:5000       on f1\n"
		"  forwarder --listen 6002 f1:6001         on f2\n",
};

/* is_own_address() - does this machine (this node) have the upstream's address? */
static bool is_own_address(const struct endpoint *e)
{
	struct ifaddrs *list, *i;
	bool own = false;

	if (getifaddrs(&list) < 0)
		return false;
	for (i = list; i && !own; i = i->ifa_next) {
		struct endpoint here = *e;

		if (!i->ifa_addr || i->ifa_addr->sa_family != e->sa.ss_family)
			continue;
		if (e->sa.ss_family == AF_INET)
			((struct sockaddr_in *)&here.sa)->sin_addr =
				((struct sockaddr_in *)i->ifa_addr)->sin_addr;
		else
			((struct sockaddr_in6 *)&here.sa)->sin6_addr =
				((struct sockaddr_in6 *)i->ifa_addr)->sin6_addr;
		own = endpoint_equal(&here, e);
	}
	freeifaddrs(list);
	return own;
}

/* is_loop() - would what we forward come back to our own port? */
static bool is_loop(const struct endpoint *here, const struct endpoint *upstream)
{
	struct endpoint any4 = endpoint_any(AF_INET, endpoint_port(here));
	struct endpoint any6 = endpoint_any(AF_INET6, endpoint_port(here));
	bool wild = endpoint_equal(here, &any4) || endpoint_equal(here, &any6);

	if (endpoint_port(here) != endpoint_port(upstream))
		return false;
	return endpoint_equal(here, upstream) || endpoint_equal(upstream, &any4) ||
	       endpoint_equal(upstream, &any6) ||
	       (wild && (is_own_address(upstream) || endpoint_is_loopback(upstream)));
}

/* on_relay_end() - its descriptors are free: who waits may be accepted */
static void on_relay_end(void *arg, const char *why)
{
	struct forwarder *f = arg;

	if (why)
		log_limited(&f->complaint, "a connection ended: %s", why);
	acceptor_resume(f->acceptor);
}

/* first_is_alive() - the upstream may have closed the connection that waits for a client */
static bool first_is_alive(const struct forwarder *f)
{
	char c;
	ssize_t n = recv(f->first, &c, 1, MSG_PEEK | MSG_DONTWAIT);

	return n > 0 || (n < 0 && errno == EAGAIN);
}

/* on_client() - takes over its socket; the first one gets the connection that is there */
static void on_client(void *arg, int client, const struct endpoint *peer)
{
	struct forwarder *f = arg;
	char who[ENDPOINT_TEXT_LEN];
	int upstream = f->first;
	bool connecting = upstream < 0 || !first_is_alive(f);

	endpoint_format(peer, who);
	if (f->relays.count >= max_connections) {
		log_limited(&f->complaint, "%s refused: %llu connections already", who,
			    (unsigned long long)max_connections);
		close(client);
		return;
	}
	if (connecting) {
		cleanup_close(&f->first);
		upstream = tcp_connect(&f->upstream);
	}
	f->first = -1;
	if (upstream < 0) {
		log_limited(&f->complaint, "%s: cannot connect upstream: %s", who, strerror(errno));
		close(client);
		return;
	}
	relay_new(&f->relays, client, upstream, connecting, CONNECT_MS);
}

static int connect_first(struct forwarder *f, const char *text)
{
	int fd = tcp_connect_wait(&f->upstream, retry_ms);

	if (fd < 0)
		fatal_errno("cannot connect to %s", text);
	return fd;
}

int main(int argc, char **argv)
{
	struct forwarder f = { .first = -1 };
	char here[ENDPOINT_TEXT_LEN], there[ENDPOINT_TEXT_LEN];
	struct endpoint at;
	int first, fd, status;

	log_open(program.name);
	first = options_parse(&program, argc, argv);
	options_operands(&program, first, argc, argv, 1, "UPSTREAM:PORT");
	if (!listen_on)
		options_fail(&program, "--listen [ADDR:]PORT is missing");
	at = endpoint_operand(&program, "--listen ", listen_on, true);
	f.upstream = endpoint_operand(&program, "", argv[first], false);
	if (is_loop(&at, &f.upstream))
		options_fail(&program, "%s forwards to itself", listen_on);
	raise_descriptor_limit();
	f.first = connect_first(&f, argv[first]);
	fd = tcp_listen(&at);
	if (fd < 0)
		fatal_errno("cannot listen on %s", listen_on);
	at = endpoint_local(fd);
	f.relays.loop = loop_new();
	f.relays.ended = on_relay_end;
	f.relays.arg = &f;
	if (!relays_prepare(&f.relays))
		fatal_errno("cannot make a pipe");
	f.acceptor = acceptor_new(f.relays.loop, fd, on_client, &f);
	log_info("%s to %s", endpoint_format(&at, here), endpoint_format(&f.upstream, there));
	notify_ready();
	status = loop_run(f.relays.loop);
	relays_free(&f.relays);
	acceptor_free(f.acceptor);
	loop_free(f.relays.loop);
	cleanup_close(&f.first);
	return status;
}
