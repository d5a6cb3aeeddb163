/* SPDX-License-Identifier: MIT */
/* Which ports listen, from /proc/PID/net: tcp, tcp6, udp and udp6, a socket a line. */
#include "topology/listening.h"

#include <string.h>

#include "nodes/common/mem.h"

#define TCP_LISTEN 0x0a
#define UDP_UNCONN 0x07

/* each_port() - of the sockets in one table that listen; until `fn` is true, which is returned */
static bool each_port(pid_t pid, const char *table, unsigned state,
		      bool (*fn)(void *arg, uint16_t port), void *arg)
{
	auto_free char *path = pid ? xasprintf("/proc/%d/net/%s", (int)pid, table)
				   : xasprintf("/proc/thread-self/net/%s", table);
	auto_fclose FILE *f = fopen(path, "re");
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		unsigned its_port, its_state;

		if (sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", &its_port,
			   &its_state) == 2 &&
		    its_state == state && fn(arg, (uint16_t)its_port))
			return true;
	}
	return false;
}

static bool is_port(void *arg, uint16_t port)
{
	return *(const uint16_t *)arg == port;
}

bool is_listening(pid_t pid, bool udp, uint16_t port)
{
	unsigned state = udp ? UDP_UNCONN : TCP_LISTEN;

	return each_port(pid, udp ? "udp" : "tcp", state, is_port, &port) ||
	       each_port(pid, udp ? "udp6" : "tcp6", state, is_port, &port);
}

struct listing {
	const char *protocol;
	json_t *list;
};

static bool add_port(void *arg, uint16_t port)
{
	struct listing *l = arg;
	auto_free char *text = xasprintf("%s %u", l->protocol, port);
	const json_t *each;
	size_t i;

	json_array_foreach (l->list, i, each)
		if (strcmp(json_string_value(each), text) == 0)
			return false;
	json_array_append_new(l->list, json_string(text));
	return false;
}

json_t *listening_ports(void)
{
	struct listing tcp = { "tcp", json_array() }, udp = { "udp", tcp.list };

	each_port(0, "tcp", TCP_LISTEN, add_port, &tcp);
	each_port(0, "tcp6", TCP_LISTEN, add_port, &tcp);
	each_port(0, "udp", UDP_UNCONN, add_port, &udp);
	each_port(0, "udp6", UDP_UNCONN, add_port, &udp);
	return tcp.list;
}
