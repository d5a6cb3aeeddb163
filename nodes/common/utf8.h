/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_UTF8_H
#define VETHLAB_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* utf8_len() - octets of the character at `s`, of which `left` are there; 0: it is not UTF-8 */
size_t utf8_len(const uint8_t *s, size_t left);

#endif
