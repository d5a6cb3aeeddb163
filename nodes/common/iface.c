/* SPDX-License-Identifier: MIT */
#include "iface.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "compiler.h"

const char *iface_operand(const struct program *p, const char *name)
{
	if (!*name || strlen(name) >= IFNAMSIZ || strpbrk(name, "/ \t\n"))
		options_fail(p, "'%s' is no name of an interface", name);
	return name;
}

bool iface_ask(const char *name, unsigned long what, struct ifreq *answer)
{
	auto_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*answer = (struct ifreq){ 0 };
	strncpy(answer->ifr_name, name, sizeof(answer->ifr_name) - 1);
	return fd >= 0 && ioctl(fd, what, answer) == 0;
}
