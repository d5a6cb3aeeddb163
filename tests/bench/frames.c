/* SPDX-License-Identifier: MIT */
/*
 * Frames at a pace: what a capture has to keep up with.
 *
 *   frames INTERFACE OCTETS RATE SECONDS    sends so many broadcast frames a second (0: as fast
 *                                           as it goes), and prints how many it sent
 *
 * They are of the EtherType for local experiments (IEEE 802, 88b5): nobody answers them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH	   32
#define HEADER_LEN 14
#define FRAME_MAX  1514
#define ETHERTYPE  0x88b5

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int open_socket(const char *iface)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETHERTYPE),
				  .sll_ifindex = (int)if_nametoindex(iface) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	return bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ? -1 : fd;
}

/* blast() - how many were sent */
static unsigned long blast(int fd, size_t len, double rate, double seconds)
{
	static unsigned char data[FRAME_MAX];
	struct iovec iov = { data, len };
	struct mmsghdr batch[BATCH] = { 0 };
	double begun = now(), t;
	unsigned long sent = 0;

	memset(data, 0xff, 6);
	data[6] = 2; /* locally administered */
	data[12] = ETHERTYPE >> 8;
	data[13] = ETHERTYPE & 0xff;
	for (int i = 0; i < BATCH; i++)
		batch[i].msg_hdr = (struct msghdr){ .msg_iov = &iov, .msg_iovlen = 1 };
	while ((t = now() - begun) < seconds) {
		int n;

		if (rate > 0 && (double)sent > t * rate) {
			usleep(20);
			continue;
		}
		n = sendmmsg(fd, batch, BATCH, 0);
		if (n > 0)
			sent += (unsigned long)n;
	}
	return sent;
}

int main(int argc, char **argv)
{
	size_t len = argc == 5 ? strtoul(argv[2], NULL, 10) : 0;
	int fd;

	if (len < HEADER_LEN || len > FRAME_MAX) {
		fprintf(stderr, "usage: frames INTERFACE OCTETS(%d to %d) RATE SECONDS\n",
			HEADER_LEN, FRAME_MAX);
		return 2;
	}
	fd = open_socket(argv[1]);
	if (fd < 0) {
		fprintf(stderr, "frames: %s: %s\n", argv[1], strerror(errno));
		return EXIT_FAILURE;
	}
	printf("%lu\n", blast(fd, len, strtod(argv[3], NULL), strtod(argv[4], NULL)));
	return EXIT_SUCCESS;
}
