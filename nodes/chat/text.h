/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_CHAT_TEXT_H
#define VETHLAB_CHAT_TEXT_H

#include <stddef.h>

/* text_clean() - makes a line fit for other people's terminals, in place; the new length. A CR at
 * its end goes. Each control (C0 but TAB, DEL, C1) and each octet that is not UTF-8 (RFC 3629)
 * becomes '?'; all else stays as it is. */
size_t text_clean(char *text, size_t len);

#endif
