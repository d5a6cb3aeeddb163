// SPDX-License-Identifier: MIT
/*
 * append: what it costs to have some octets on disk: appends 64 to a file and waits for
 * fdatasync(2), so many times. Prints the p50 and the p99 of both together in µs.
 */
#include <fcntl.h>

#include "traffic.h"

int main(int argc, char **argv)
{
	static const char octets[64];
	struct samples taken = { 0 };

	if (argc != 3)
		errx(2, "usage: append FILE COUNT");

	int fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	unsigned count = number(argv[2], 1000000);

	if (fd < 0)
		err(1, "%s", argv[1]);
	for (unsigned i = 0; i < count; i++) {
		uint64_t start = now_ns();

		if (write(fd, octets, sizeof(octets)) != sizeof(octets) || fdatasync(fd) < 0)
			err(1, "%s", argv[1]);
		samples_add(&taken, now_ns() - start);
	}
	samples_sort(&taken);
	printf("%.0f %.0f\n", samples_at(&taken, 0.5), samples_at(&taken, 0.99));
	return 0;
}
