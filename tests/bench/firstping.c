// SPDX-License-Identifier: MIT
/*
 * firstping: enters a network namespace, sends an ICMP echo every millisecond until one is
 * answered, and prints the time of the answer.
 *
 * PLACE is a namespace's file (/run/netns/NAME, /proc/PID/ns/net), or a folder of descriptors
 * (/proc/PID/fd), in which the namespace that has the address FROM is looked for.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/nsfs.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "tool.h"

#define PATIENCE_NS 60000000000

/* is_here() - an interface of the caller's namespace has the address */
static bool is_here(struct in_addr address)
{
	struct ifaddrs *list;
	bool found = false;

	if (getifaddrs(&list) < 0)
		err(1, "getifaddrs");
	for (struct ifaddrs *i = list; i; i = i->ifa_next)
		if (i->ifa_addr && i->ifa_addr->sa_family == AF_INET &&
		    ((struct sockaddr_in *)i->ifa_addr)->sin_addr.s_addr == address.s_addr)
			found = true;
	freeifaddrs(list);
	return found;
}

static int echo_socket(void)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP);

	if (fd < 0)
		err(1, "ICMP socket");
	return fd;
}

/* enter() - a socket in the namespace of the file, or -1 where it is none or has not the address */
static int enter(int folder, const char *path, struct in_addr from)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int echo = -1;

	if (fd < 0)
		return -1;
	if (ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET && setns(fd, CLONE_NEWNET) == 0 &&
	    is_here(from))
		echo = echo_socket();
	close(fd);
	return echo;
}

/* search() - takes `folder` over; a socket in the first namespace of it that has the address, in
 * which we then are; -1: none */
static int search(int folder, struct in_addr from)
{
	DIR *d = fdopendir(folder);
	char target[64];
	int echo = -1;

	if (!d)
		err(1, "fdopendir");
	for (struct dirent *e; echo < 0 && (e = readdir(d));) {
		ssize_t n = readlinkat(folder, e->d_name, target, sizeof(target) - 1);

		if (n > 4 && memcmp(target, "net:", 4) == 0)
			echo = enter(folder, e->d_name, from);
	}
	closedir(d);
	return echo;
}

/* find() - a socket in the namespace that is meant, in which we then are;
 * -1: it is not there yet */
static int find(const char *place, struct in_addr from)
{
	int folder = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return folder >= 0 ? search(folder, from) : enter(AT_FDCWD, place, from);
}

/* checksum() - RFC 1071, as it stands in memory; of an even number of octets */
static uint16_t checksum(const void *data, size_t len)
{
	const uint16_t *word = data;
	uint32_t sum = 0;

	for (; len > 1; len -= 2)
		sum += *word++;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void send_echo(int fd, struct in_addr to, uint16_t id)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_addr = to };
	struct icmphdr echo = { .type = ICMP_ECHO, .un.echo.id = id };

	echo.checksum = checksum(&echo, sizeof(echo));
	sendto(fd, &echo, sizeof(echo), 0, (struct sockaddr *)&sa, sizeof(sa));
}

/* is_answered() - reads what has come; the kernel gives a raw socket every ICMP packet */
static bool is_answered(int fd, struct in_addr to, uint16_t id)
{
	struct {
		struct iphdr ip;
		struct icmphdr icmp;
	} in;

	while (recv(fd, &in, sizeof(in), 0) == (ssize_t)sizeof(in))
		if (in.ip.ihl == 5 && in.ip.saddr == to.s_addr && in.icmp.type == ICMP_ECHOREPLY &&
		    in.icmp.un.echo.id == id)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct in_addr from, to;
	uint16_t id = (uint16_t)getpid();
	uint64_t start = now_ns();
	int fd;

	if (argc != 4 || !inet_aton(argv[2], &from) || !inet_aton(argv[3], &to))
		errx(2, "usage: firstping PLACE FROM TO");
	while ((fd = find(argv[1], from)) < 0) {
		if (now_ns() - start > PATIENCE_NS)
			errx(1, "%s: no namespace with the address %s", argv[1], argv[2]);
		usleep(1000);
	}
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		send_echo(fd, to, id);
		poll(&p, 1, 1);
		if (is_answered(fd, to, id))
			break;
		if (now_ns() - start > PATIENCE_NS)
			errx(1, "no answer of %s within a minute", argv[3]);
	}
	printf("%.6f\n", seconds(now_ns()));
	return 0;
}
