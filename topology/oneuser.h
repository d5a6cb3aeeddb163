/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_ONEUSER_H
#define VETHLAB_ONEUSER_H

/* pretend_to_drop() - in a user namespace with one user alone, this process and all that come from
 * it are told that they have dropped their privileges when they ask to. Elsewhere: nothing. */
void pretend_to_drop(void);

#endif
