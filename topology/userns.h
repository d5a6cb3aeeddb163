/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_USERNS_H
#define VETHLAB_USERNS_H

#include <stdbool.h>
#include <sys/types.h>

/* map_users() - root of the new user namespace that process `pid` is in is the user we are. Where
 * the machine gives this user further ids (subuid(5)), they are the other users in there, so that
 * programs that drop privileges can. False with errno. */
bool map_users(pid_t pid);

#endif
