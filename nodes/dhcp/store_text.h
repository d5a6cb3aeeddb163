/* SPDX-License-Identifier: MIT */
/* Octets as text, as the lease database has them. */
#ifndef VETHLAB_DHCP_STORE_TEXT_H
#define VETHLAB_DHCP_STORE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* octets_format() - "02:00:07"; `text` has room for 3 characters an octet, and 1 */
void octets_format(const uint8_t *octets, size_t len, char *text);

/* octets_parse() - the number of octets; 0: text is NULL, or something else */
size_t octets_parse(const char *text, uint8_t *octets, size_t room);

/* hex_format() - "0200", NULL for nothing; the caller frees it. hex_parse() is its inverse. */
char *hex_format(const uint8_t *octets, size_t len);
uint8_t *hex_parse(const char *text, size_t *len);

#endif
