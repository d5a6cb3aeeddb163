/* SPDX-License-Identifier: MIT */
#include "store_text.h"

#include <stdlib.h>
#include <string.h>

#include "nodes/common/mem.h"
#include "store.h"

static const char digits[] = "0123456789abcdef";

void octets_format(const uint8_t *octets, size_t len, char *text)
{
	for (size_t i = 0; i < len; i++) {
		if (i)
			*text++ = ':';
		*text++ = digits[octets[i] >> 4];
		*text++ = digits[octets[i] & 0xf];
	}
	*text = '\0';
}

static int digit(char c)
{
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* take_octet() - two digits; false: there are none */
static bool take_octet(const char **text, uint8_t *octet)
{
	int high = digit((*text)[0]), low = high < 0 ? -1 : digit((*text)[1]);

	if (low < 0)
		return false;
	*octet = (uint8_t)(high << 4 | low);
	*text += 2;
	return true;
}

size_t octets_parse(const char *text, uint8_t *octets, size_t room)
{
	size_t len = 0;

	while (text && *text) {
		if (len == room || !take_octet(&text, &octets[len++]))
			return 0;
		text += *text == ':' && text[1]; /* one that ends it is no octets */
	}
	return len;
}

char *hex_format(const uint8_t *octets, size_t len)
{
	char *text = len ? xcalloc(len, 2 + 1) : NULL;

	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[octets[i] >> 4];
		text[2 * i + 1] = digits[octets[i] & 0xf];
	}
	return text;
}

uint8_t *hex_parse(const char *text, size_t *len)
{
	uint8_t *octets;

	*len = text ? strlen(text) / 2 : 0;
	if (!*len)
		return NULL;
	octets = xcalloc(1, *len);
	for (size_t i = 0; i < *len; i++)
		if (!take_octet(&text, &octets[i]))
			*len = i;
	return octets;
}

void client_format(const struct client *c, char text[CLIENT_TEXT_LEN])
{
	bool ethernet = !c->is_id && c->len == 7 && c->octets[0] == 1;

	text += sprintf(text, "%s ", c->is_id ? "id" : ethernet ? "mac" : "hw");
	octets_format(c->octets + ethernet, c->len - (size_t)ethernet, text);
}

struct client *client_parse(const char *text)
{
	uint8_t octets[256] = { 1 }; /* htype of "mac" */
	bool is_id = strncmp(text, "id ", 3) == 0, ethernet = strncmp(text, "mac ", 4) == 0;
	size_t len;

	if (!is_id && !ethernet && strncmp(text, "hw ", 3) != 0)
		return NULL;
	text += ethernet ? 4 : 3;
	len = octets_parse(text, octets + ethernet, sizeof(octets) - 1 - (size_t)ethernet);
	return len ? client_new(is_id, octets, len + (size_t)ethernet) : NULL;
}
