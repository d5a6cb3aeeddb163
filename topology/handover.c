/* SPDX-License-Identifier: MIT */
#include "topology/handover.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "nodes/common/mem.h"

#define FDS_MAX 253 /* SCM_MAX_FD of unix(7) */

union control {
	struct cmsghdr head;
	char data[CMSG_SPACE(sizeof(int) * FDS_MAX)];
};

ssize_t handover_send(int fd, const char *text, size_t len, const int *fds, size_t *count)
{
	union control control = { 0 };
	struct iovec iov = { (char *)text, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (*count > FDS_MAX)
		*count = FDS_MAX;
	if (*count) {
		iov.iov_len = 1;
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int) * *count);
		memcpy(CMSG_DATA(&control.head), fds, sizeof(int) * *count);
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * *count);
	}
	return sendmsg(fd, &msg, MSG_NOSIGNAL);
}

bool handover_all(int fd, const json_t *json, const int *fds, size_t count)
{
	char *text = json_dumps(json, JSON_COMPACT);
	auto_free char *line = xasprintf("%s\n", text ? text : "");
	size_t len = strlen(line), sent = 0, fds_sent = 0;

	free(text);
	while (sent < len) {
		size_t some = count - fds_sent;
		ssize_t n = handover_send(fd, line + sent, len - sent, fds + fds_sent, &some);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			sent += (size_t)n;
			fds_sent += some;
		}
	}
	return true;
}

ssize_t handover_receive(int fd, char *data, size_t len, struct gift *gift)
{
	union control control;
	struct iovec iov = { data, len };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	bool has_fds = c && c->cmsg_type == SCM_RIGHTS;
	size_t count = has_fds ? (c->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;

	for (size_t i = 0; i < count; i++)
		memcpy(xappend(&gift->fds, &gift->count), CMSG_DATA(c) + i * sizeof(int),
		       sizeof(int));
	if (n < 0 || !(msg.msg_flags & MSG_CTRUNC))
		return n;
	errno = EMFILE;
	return -1;
}
