/* SPDX-License-Identifier: MIT */
#include "icmp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nodes/common/log.h"
#include "nodes/common/reader.h"
#include "nodes/common/writer.h"

int icmp_open(void)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP);

	if (fd < 0)
		fatal_errno("cannot make a socket for ICMP");
	return fd;
}

/* The header of an echo, RFC 792: type, code, checksum, and an identifier that says it is ours. */
enum { ECHO_REPLY = 0, ECHO_REQUEST = 8, ECHO_LEN = 8 };

static uint16_t echo_id(void)
{
	return (uint16_t)getpid();
}

void icmp_ask(int fd, uint32_t address)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };
	uint8_t packet[ECHO_LEN];
	struct writer w = writer_of(packet, sizeof(packet));
	uint32_t sum = (ECHO_REQUEST << 8) + echo_id();

	put_u8(&w, ECHO_REQUEST);
	put_u8(&w, 0);
	put_be16(&w, (uint16_t) ~(sum + (sum >> 16)));
	put_be16(&w, echo_id());
	put_be16(&w, 0);
	/* where it cannot go, nobody can be: the answer is the same silence */
	(void)!sendto(fd, packet, sizeof(packet), 0, (struct sockaddr *)&to, sizeof(to));
}

bool icmp_receive(int fd, uint32_t *address)
{
	uint8_t packet[128];
	struct sockaddr_in from = { 0 };
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(fd, packet, sizeof(packet), 0, (struct sockaddr *)&from, &len);
	struct reader r = reader_of(packet, n > 0 ? (size_t)n : 0);
	uint8_t type;

	*address = 0;
	if (n < 0)
		return false;
	take(&r, (take_u8(&r) & 0xfu) * 4 - 1); /* the IP header */
	type = take_u8(&r);
	take(&r, 3);
	if (take_be16(&r) == echo_id() && !r.bad && type == ECHO_REPLY)
		*address = ntohl(from.sin_addr.s_addr);
	return true;
}
