/* SPDX-License-Identifier: MIT */
/* Options in a configuration: `dns: [10.0.0.1]`, or by number, `options: {150: 10.0.0.1}`. */
#include <stdlib.h>
#include <string.h>

#include "config_read.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "nodes/common/writer.h"
#include "option.h"

#define VALUE_MAX 1024 /* octets of an option: several pieces of a message */

struct parameter *parameter_new(struct config_reader *r, struct settings *s, uint8_t code,
				struct place at)
{
	struct parameter *p;

	for (size_t i = 0; i < s->param_count; i++)
		if (s->params[i].code == code) {
			fault_error(r->faults, at, "option %u is there already", code);
			return NULL;
		}
	p = xappend(&s->params, &s->param_count);
	p->code = code;
	return p;
}

void parameter_add(struct parameter *p, const void *data, size_t len)
{
	uint8_t *grown = xcalloc(1, p->len + len + 1);

	if (p->len)
		memcpy(grown, p->data, p->len);
	if (len)
		memcpy(grown + p->len, data, len);
	free(p->data);
	p->data = grown;
	p->len += len;
}

/* add_number() - as so many octets in network order */
static void add_number(struct parameter *p, uint32_t n, size_t octets)
{
	uint8_t data[4];
	struct writer w = writer_of(data, sizeof(data));

	put_be32(&w, n);
	parameter_add(p, data + 4 - octets, octets);
}

static void read_number_into(struct config_reader *r, struct yaml *y, struct parameter *p,
			     size_t octets)
{
	uint32_t max = octets == 4 ? UINT32_MAX : (1u << 8 * octets) - 1;
	char what[32];
	unsigned n;

	snprintf(what, sizeof(what), "option %u", p->code);
	if (read_number(r, y, what, 0, max, &n))
		add_number(p, n, octets);
}

static void read_address_into(struct config_reader *r, struct yaml *y, void *parameter)
{
	struct parameter *p = parameter;
	char what[32];
	uint32_t a;

	snprintf(what, sizeof(what), "option %u", p->code);
	if (read_ip4(r, y, what, &a))
		add_number(p, a, 4);
}

static void read_u8_into(struct config_reader *r, struct yaml *y, void *parameter)
{
	read_number_into(r, y, parameter, 1);
}

static void read_u16_into(struct config_reader *r, struct yaml *y, void *parameter)
{
	read_number_into(r, y, parameter, 2);
}

static void read_u32_into(struct config_reader *r, struct yaml *y, void *parameter)
{
	read_number_into(r, y, parameter, 4);
}

static void read_text_into(struct config_reader *r, struct yaml *y, void *parameter)
{
	struct parameter *p = parameter;
	char what[32];

	snprintf(what, sizeof(what), "option %u", p->code);
	if (read_text(r, y, what))
		parameter_add(p, y->text, strlen(y->text));
}

/* hex_digit() - its value, or -1 */
static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* parse_hex() - "0a 0b" or "0a:0b" or "0a0b"; the number of octets, or -1: it is something else */
static ssize_t parse_hex(const char *text, uint8_t *to, size_t room)
{
	size_t len = 0;

	while (*text) {
		int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);

		if (low < 0 || len == room)
			return -1;
		to[len++] = (uint8_t)(high << 4 | low);
		text += 2;
		if ((*text == ' ' || *text == ':') && text[1])
			text++;
	}
	return (ssize_t)len;
}

static void read_hex_into(struct config_reader *r, struct yaml *y, void *parameter)
{
	struct parameter *p = parameter;
	uint8_t octets[VALUE_MAX];
	ssize_t len;

	if (!read_text(r, y, "hex"))
		return;
	len = parse_hex(y->text, octets, sizeof(octets));
	if (len < 0)
		fault_error(r->faults, y->at,
			    "hex is octets of two digits, as in \"0a 0b\", at most %d of them",
			    VALUE_MAX);
	else
		parameter_add(p, octets, (size_t)len);
}

void client_id_parse(const char *text, uint8_t **id, size_t *len)
{
	size_t text_len = strlen(text);
	uint8_t octets[255];
	ssize_t n = strchr(text, ':') ? parse_hex(text, octets, sizeof(octets)) : -1;

	*len = n > 0 ? (size_t)n : text_len;
	*id = xcalloc(1, *len + 1);
	memcpy(*id, n > 0 ? (const void *)octets : text, *len);
}

typedef void value_reader(struct config_reader *r, struct yaml *y, void *parameter);

/* read_value() - one or several of the kind */
static void read_value(struct config_reader *r, struct yaml *y, struct parameter *p, bool many,
		       value_reader *read)
{
	if (many && y->kind == YAML_LIST && !y->entries)
		fault_error(r->faults, y->at, "the list is empty");
	if (many)
		read_each(r, y, read, p);
	else
		read(r, y, p);
	if (p->len > VALUE_MAX)
		fault_error(r->faults, y->at, "option %u has more than %d octets", p->code,
			    VALUE_MAX);
}

/* read_typed() - {u16: 7}: one entry, whose key says how the value is laid out */
static void read_typed(struct config_reader *r, struct yaml *y, struct parameter *p)
{
	static const struct {
		const char *name;
		value_reader *read;
		bool many;
	} types[] = {
		{ "hex", read_hex_into, false },	{ "text", read_text_into, false },
		{ "address", read_address_into, true }, { "u8", read_u8_into, true },
		{ "u16", read_u16_into, true },		{ "u32", read_u32_into, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (y->entries && !y->entries->next &&
		    strcmp(y->entries->key, types[i].name) == 0) {
			read_value(r, y->entries, p, types[i].many, types[i].read);
			return;
		}
	fault_error(r->faults, y->at,
		    "an option's value is written as {hex: ...}, {text: ...}, {address: ...}, "
		    "{u8: ...}, {u16: ...} or {u32: ...}");
}

static void add_routes(struct config_reader *r, struct yaml *y, struct parameter *p);

/* read_by_kind() - as the table of options has it; one that it has not is text */
static void read_by_kind(struct config_reader *r, struct yaml *y, struct parameter *p)
{
	const struct option_def *k = option_def_of(p->code);

	switch (k ? k->kind : VALUE_TEXT) {
	case VALUE_ROUTES:
		add_routes(r, y, p);
		break;
	case VALUE_IP:
	case VALUE_IPS:
		read_value(r, y, p, k->kind == VALUE_IPS, read_address_into);
		break;
	case VALUE_U8:
		read_value(r, y, p, false, read_u8_into);
		break;
	case VALUE_U16:
	case VALUE_U16S:
		read_value(r, y, p, k->kind == VALUE_U16S, read_u16_into);
		break;
	case VALUE_U32:
		read_value(r, y, p, false, read_u32_into);
		break;
	case VALUE_OCTETS:
	case VALUE_TEXT:
	case VALUE_KIND_COUNT:
		read_value(r, y, p, false, read_text_into);
		break;
	}
}

static void read_parameter(struct config_reader *r, struct yaml *y, struct settings *s,
			   uint8_t code)
{
	struct parameter *p = parameter_new(r, s, code, y->key_at);

	if (!p)
		return;
	if (y->kind == YAML_MAP && code != OPT_ROUTES)
		read_typed(r, y, p);
	else
		read_by_kind(r, y, p);
}

void read_router(struct config_reader *r, struct yaml *y, void *settings)
{
	read_parameter(r, y, settings, OPT_ROUTER);
}

void read_dns(struct config_reader *r, struct yaml *y, void *settings)
{
	read_parameter(r, y, settings, OPT_DNS);
}

void read_ntp(struct config_reader *r, struct yaml *y, void *settings)
{
	read_parameter(r, y, settings, OPT_NTP);
}

void read_domain(struct config_reader *r, struct yaml *y, void *settings)
{
	read_parameter(r, y, settings, OPT_DOMAIN);
}

void read_mtu_option(struct config_reader *r, struct yaml *y, void *settings)
{
	struct parameter *p;
	unsigned mtu;

	if (!read_number(r, y, "mtu", 68, 65535, &mtu)) /* RFC 2132, 5.1 */
		return;
	p = parameter_new(r, settings, OPT_MTU, y->key_at);
	if (p)
		add_number(p, mtu, 2);
}

/* add_route() - RFC 3442: the prefix's length, as many of its octets as say something, the next
 * hop */
static void add_route(struct parameter *p, uint32_t dst, unsigned len, uint32_t next_hop)
{
	uint8_t octets[9];
	struct writer w = writer_of(octets, sizeof(octets));

	put_u8(&w, (uint8_t)len);
	for (unsigned i = 0; i < (len + 7) / 8; i++)
		put_u8(&w, (uint8_t)(dst >> (24 - 8 * i)));
	put_be32(&w, next_hop);
	parameter_add(p, octets, written(&w));
}

static void add_routes(struct config_reader *r, struct yaml *y, struct parameter *p)
{
	if (y->kind != YAML_MAP || !y->entries) {
		fault_error(r->faults, y->at,
			    "routes are a map of prefixes to next hops, as in {10.9.0.0/16: "
			    "10.0.1.7}");
		return;
	}
	for (struct yaml *e = y->entries; e; e = e->next) {
		struct prefix dst;
		struct addr first;
		const char *why;
		uint32_t next_hop;

		if (!prefix_parse(&dst, e->key, &why) || dst.addr.family != AF_INET) {
			fault_error(r->faults, e->key_at,
				    "'%s' is no IPv4 prefix, as 10.9.0.0/16 is", e->key);
			continue;
		}
		first = prefix_first(&dst);
		if (!addr_equal(&first, &dst.addr))
			fault_error(r->faults, e->key_at, "'%s' has bits behind its prefix length",
				    e->key);
		if (read_ip4(r, e, "the next hop", &next_hop))
			add_route(p, ip4_of(&first), dst.len, next_hop);
	}
}

void read_routes(struct config_reader *r, struct yaml *y, void *settings)
{
	read_parameter(r, y, settings, OPT_ROUTES);
}

void read_options(struct config_reader *r, struct yaml *y, void *settings)
{
	if (y->kind != YAML_MAP) {
		fault_error(r->faults, y->at, "options are a map of numbers to values, not %s",
			    yaml_kind_name(y));
		return;
	}
	for (struct yaml *e = y->entries; e; e = e->next) {
		uint64_t code;

		if (!parse_number(&code, e->key) || code < 1 || code > 254)
			fault_error(r->faults, e->key_at, "'%s' is no option: they are 1 to 254",
				    e->key);
		else if (option_is_own((uint8_t)code))
			fault_error(r->faults, e->key_at,
				    "option %u is the protocol's own: the server fills it in",
				    (unsigned)code);
		else
			read_parameter(r, e, settings, (uint8_t)code);
	}
}
