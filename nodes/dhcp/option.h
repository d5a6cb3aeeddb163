/* SPDX-License-Identifier: MIT */
/* The options of RFC 2132 and its successors: their names, and how their values are laid out. */
#ifndef VETHLAB_DHCP_OPTION_H
#define VETHLAB_DHCP_OPTION_H

#include "packet.h"

enum value_kind {
	VALUE_OCTETS, /* anything: also of an option that is not in the table */
	VALUE_TEXT,
	VALUE_U8,
	VALUE_U16,
	VALUE_U32,
	VALUE_IP,
	VALUE_IPS, /* one or more */
	VALUE_U16S,
	VALUE_ROUTES, /* RFC 3442 */
	VALUE_KIND_COUNT
};

struct option_def {
	uint8_t code;
	enum value_kind kind;
	const char *name; /* as scripts of DHCP clients know it */
};

/* option_def_of() - NULL: the table has it not */
const struct option_def *option_def_of(uint8_t code);

/* option_is_own() - one that the protocol itself fills in: nobody configures it */
bool option_is_own(uint8_t code);

/* options_have_good_lengths() - each option whose kind has a length, or is made of parts that
 * have */
bool options_have_good_lengths(const struct dhcp_message *m);

/* option_format() - the value as text: addresses and numbers with spaces between them, octets in
 * hexadecimal; what no terminal or shell should meet in a text becomes '?'. Ends with NUL. */
void option_format(uint8_t code, struct reader value, char *text, size_t room);

/* take_route() - the next of option 121: a prefix and its next hop; false: there is none, or it is
 * malformed */
struct route {
	uint32_t dst, next_hop;
	unsigned len;
};
bool take_route(struct reader *r, struct route *route);

#endif
