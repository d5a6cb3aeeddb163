/* SPDX-License-Identifier: MIT */
#include "option.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "nodes/common/compiler.h"
#include "nodes/common/inet.h"

static const struct option_def kinds[] = {
	{ 1, VALUE_IP, "subnet_mask" },
	{ 2, VALUE_U32, "time_offset" },
	{ 3, VALUE_IPS, "routers" },
	{ 4, VALUE_IPS, "time_servers" },
	{ 5, VALUE_IPS, "ien116_name_servers" },
	{ 6, VALUE_IPS, "domain_name_servers" },
	{ 7, VALUE_IPS, "log_servers" },
	{ 9, VALUE_IPS, "lpr_servers" },
	{ 12, VALUE_TEXT, "host_name" },
	{ 13, VALUE_U16, "boot_size" },
	{ 15, VALUE_TEXT, "domain_name" },
	{ 16, VALUE_IP, "swap_server" },
	{ 17, VALUE_TEXT, "root_path" },
	{ 18, VALUE_TEXT, "extensions_path" },
	{ 19, VALUE_U8, "ip_forwarding" },
	{ 22, VALUE_U16, "max_dgram_reassembly" },
	{ 23, VALUE_U8, "default_ip_ttl" },
	{ 26, VALUE_U16, "interface_mtu" },
	{ 27, VALUE_U8, "all_subnets_local" },
	{ 28, VALUE_IP, "broadcast_address" },
	{ 31, VALUE_U8, "router_discovery" },
	{ 32, VALUE_IP, "router_solicitation_address" },
	{ 35, VALUE_U32, "arp_cache_timeout" },
	{ 37, VALUE_U8, "default_tcp_ttl" },
	{ 38, VALUE_U32, "tcp_keepalive_interval" },
	{ 40, VALUE_TEXT, "nis_domain" },
	{ 41, VALUE_IPS, "nis_servers" },
	{ 42, VALUE_IPS, "ntp_servers" },
	{ 43, VALUE_OCTETS, "vendor_encapsulated_options" },
	{ 44, VALUE_IPS, "netbios_name_servers" },
	{ 46, VALUE_U8, "netbios_node_type" },
	{ 50, VALUE_IP, "dhcp_requested_address" },
	{ 51, VALUE_U32, "dhcp_lease_time" },
	{ 52, VALUE_U8, "dhcp_option_overload" },
	{ 53, VALUE_U8, "dhcp_message_type" },
	{ 54, VALUE_IP, "dhcp_server_identifier" },
	{ 55, VALUE_OCTETS, "dhcp_parameter_request_list" },
	{ 56, VALUE_TEXT, "dhcp_message" },
	{ 57, VALUE_U16, "dhcp_max_message_size" },
	{ 58, VALUE_U32, "dhcp_renewal_time" },
	{ 59, VALUE_U32, "dhcp_rebinding_time" },
	{ 60, VALUE_OCTETS, "vendor_class_identifier" },
	{ 61, VALUE_OCTETS, "dhcp_client_identifier" },
	{ 66, VALUE_TEXT, "tftp_server_name" },
	{ 67, VALUE_TEXT, "bootfile_name" },
	{ 69, VALUE_IPS, "smtp_server" },
	{ 70, VALUE_IPS, "pop_server" },
	{ 72, VALUE_IPS, "www_server" },
	{ 100, VALUE_TEXT, "pcode" }, /* RFC 4833 */
	{ 101, VALUE_TEXT, "tcode" },
	{ 108, VALUE_U32, "v6_only_preferred" }, /* RFC 8925 */
	{ 114, VALUE_TEXT, "captive_portal" },	 /* RFC 8910 */
	{ 118, VALUE_IP, "subnet_selection" },
	{ 121, VALUE_ROUTES, "rfc3442_classless_static_routes" },
	{ 150, VALUE_IPS, "tftp_server_address" }, /* RFC 5859 */
	{ 252, VALUE_TEXT, "wpad" },
};

const struct option_def *option_def_of(uint8_t code)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds) && kinds[i].code <= code; i++)
		if (kinds[i].code == code)
			return &kinds[i];
	return NULL;
}

bool option_is_own(uint8_t code)
{
	switch (code) {
	case OPT_PAD:
	case OPT_SUBNET_MASK:
	case OPT_REQUESTED_IP:
	case OPT_LEASE_TIME:
	case OPT_OVERLOAD:
	case OPT_MESSAGE_TYPE:
	case OPT_SERVER_ID:
	case OPT_PARAMETER_LIST:
	case OPT_MESSAGE:
	case OPT_MAX_SIZE:
	case OPT_RENEWAL_TIME:
	case OPT_REBINDING_TIME:
	case OPT_CLIENT_ID:
	case OPT_RELAY_INFO:
	case OPT_SUBNET_SELECTION:
	case OPT_END:
		return true;
	}
	return false;
}

/* The size of one part of a value, and whether there may be more than one. */
static const struct {
	size_t size;
	bool many;
} parts[] = {
	[VALUE_OCTETS] = { 1, true }, [VALUE_TEXT] = { 1, true }, [VALUE_U8] = { 1, false },
	[VALUE_U16] = { 2, false },   [VALUE_U32] = { 4, false }, [VALUE_IP] = { 4, false },
	[VALUE_IPS] = { 4, true },    [VALUE_U16S] = { 2, true }, [VALUE_ROUTES] = { 1, true },
};
static_assert(ARRAY_SIZE(parts) == VALUE_KIND_COUNT, "a kind of value has no size");

static bool has_good_length(const struct option_def *k, size_t len)
{
	if (parts[k->kind].size == 1 && parts[k->kind].many)
		return true; /* empty text is odd, and harmless */
	return parts[k->kind].many ? len && len % parts[k->kind].size == 0
				   : len == parts[k->kind].size;
}

bool options_have_good_lengths(const struct dhcp_message *m)
{
	for (unsigned i = 0; i < m->count; i++) {
		const struct option_def *k = option_def_of(m->order[i]);

		if (k && !has_good_length(k, m->option[m->order[i]].len))
			return false;
	}
	return true;
}

bool take_route(struct reader *r, struct route *route)
{
	uint8_t octets[4] = { 0 };
	size_t len;

	if (!left(r))
		return false;
	route->len = take_u8(r);
	len = (route->len + 7) / 8; /* RFC 3442: as many octets as the prefix has something in */
	if (route->len > 32 || left(r) < len + 4) {
		r->bad = true;
		return false;
	}
	if (len)
		memcpy(octets, take(r, len), len);
	route->dst = (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 |
		     (uint32_t)octets[2] << 8 | octets[3];
	route->dst &= ip4_mask(route->len);
	route->next_hop = take_be32(r);
	return true;
}

/* take_value() - one part of a value as text; false: there is no more */
static bool take_value(enum value_kind kind, struct reader *r, char *text, size_t room)
{
	char dst[IP4_TEXT_LEN], hop[IP4_TEXT_LEN];
	struct route route;
	uint8_t c;

	if (!left(r))
		return false;
	switch (kind) {
	case VALUE_OCTETS:
		snprintf(text, room, "%02x", take_u8(r));
		break;
	case VALUE_TEXT:
		c = take_u8(r);
		snprintf(text, room, "%c", c > ' ' && c < 0x7f ? c : c == ' ' ? ' ' : '?');
		break;
	case VALUE_U8:
		snprintf(text, room, "%u", take_u8(r));
		break;
	case VALUE_U16:
	case VALUE_U16S:
		snprintf(text, room, "%u", take_be16(r));
		break;
	case VALUE_U32:
		snprintf(text, room, "%u", take_be32(r));
		break;
	case VALUE_IP:
	case VALUE_IPS:
		snprintf(text, room, "%s", ip4_format(take_be32(r), dst));
		break;
	case VALUE_ROUTES:
		if (!take_route(r, &route))
			return false;
		snprintf(text, room, "%s/%u %s", ip4_format(route.dst, dst), route.len,
			 ip4_format(route.next_hop, hop));
		break;
	case VALUE_KIND_COUNT:
		return false;
	}
	return !r->bad;
}

void option_format(uint8_t code, struct reader value, char *text, size_t room)
{
	const struct option_def *k = option_def_of(code);
	enum value_kind kind = k ? k->kind : VALUE_OCTETS;
	bool apart = parts[kind].size > 1 || kind == VALUE_ROUTES;
	char part[64];
	size_t len = 0;

	*text = '\0';
	while (len < room && take_value(kind, &value, part, sizeof(part)))
		len += (size_t)snprintf(text + len, room - len, "%s%s", len && apart ? " " : "",
					part);
}
