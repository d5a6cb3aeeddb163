/* SPDX-License-Identifier: MIT */
#include "inet.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

unsigned addr_bits(const struct addr *a)
{
	return a->family == AF_INET6 ? 128 : 32;
}

bool addr_parse(struct addr *a, const char *text)
{
	*a = (struct addr){ .family = strchr(text, ':') ? AF_INET6 : AF_INET };
	return inet_pton(a->family, text, a->bytes) == 1;
}

const char *addr_format(const struct addr *a, char text[ADDR_TEXT_LEN])
{
	if (!a->family || !inet_ntop(a->family, a->bytes, text, ADDR_TEXT_LEN))
		snprintf(text, ADDR_TEXT_LEN, "-");
	return text;
}

int addr_compare(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, addr_bits(a) / 8);
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return addr_compare(a, b) == 0;
}

/* RFC 5771: 224.0.0.0/4; RFC 4291, 2.7: ff00::/8 */
bool addr_is_multicast(const struct addr *a)
{
	if (a->family == AF_INET6)
		return a->bytes[0] == 0xff;
	return a->bytes[0] >= 224 && a->bytes[0] <= 239;
}

/* RFC 1122, 3.2.1.3: 127.0.0.0/8; RFC 4291, 2.5.3: ::1 */
bool addr_is_loopback(const struct addr *a)
{
	struct addr one = { AF_INET6, { [15] = 1 } };

	return a->family == AF_INET6 ? addr_equal(a, &one) : a->bytes[0] == 127;
}

bool addr_is_unspecified(const struct addr *a)
{
	static const uint8_t zero[16];

	return memcmp(a->bytes, zero, addr_bits(a) / 8) == 0;
}

bool addr_add(struct addr *a, uint64_t n)
{
	for (int i = (int)addr_bits(a) / 8 - 1; i >= 0 && n; i--) {
		unsigned sum = a->bytes[i] + (unsigned)(n & 0xff);

		a->bytes[i] = (uint8_t)sum;
		n = (n >> 8) + (sum >> 8);
	}
	return n == 0;
}

/* prefix_parse() - "10.0.1.0/24"; host bits are kept. On false `*why` says what is wrong. */
bool prefix_parse(struct prefix *p, const char *text, const char **why)
{
	char addr[ADDR_TEXT_LEN];
	const char *slash = strchr(text, '/');
	unsigned len = 0;
	int n = 0;

	*why = "not an address and a prefix length, as in 10.0.1.0/24";
	if (!slash || (size_t)(slash - text) >= sizeof(addr))
		return false;
	memcpy(addr, text, (size_t)(slash - text));
	addr[slash - text] = '\0';
	if (!addr_parse(&p->addr, addr))
		return false;
	if (slash[1] < '0' || slash[1] > '9' || sscanf(slash + 1, "%3u%n", &len, &n) != 1 ||
	    slash[1 + n])
		return false;
	*why = p->addr.family == AF_INET6 ? "the prefix length is not between 0 and 128"
					  : "the prefix length is not between 0 and 32";
	p->len = len;
	return len <= addr_bits(&p->addr);
}

const char *prefix_format(const struct prefix *p, char text[PREFIX_TEXT_LEN])
{
	char addr[ADDR_TEXT_LEN];

	snprintf(text, PREFIX_TEXT_LEN, "%s/%u", addr_format(&p->addr, addr), p->len % 1000);
	return text;
}

/* with_host_bits() - the prefix's address with every bit behind the prefix set to 0 or 1 */
static struct addr with_host_bits(const struct prefix *p, bool ones)
{
	struct addr a = p->addr;

	for (unsigned i = 0; i < addr_bits(&a) / 8; i++) {
		unsigned before = i * 8; /* bits in front of this octet */
		unsigned kept = p->len <= before ? 0 : p->len - before;
		uint8_t mask = kept >= 8 ? 0xff : (uint8_t)(0xff00 >> kept);

		a.bytes[i] = (uint8_t)((a.bytes[i] & mask) | (ones ? ~mask : 0));
	}
	return a;
}

int prefix_compare(const struct prefix *a, const struct prefix *b)
{
	int order = addr_compare(&a->addr, &b->addr);

	return order ? order : (a->len > b->len) - (a->len < b->len);
}

struct addr prefix_first(const struct prefix *p)
{
	return with_host_bits(p, false);
}

struct addr prefix_last(const struct prefix *p)
{
	return with_host_bits(p, true);
}

bool prefix_contains(const struct prefix *p, const struct addr *a)
{
	struct prefix other = { *a, p->len };
	struct addr mine = prefix_first(p), its = prefix_first(&other);

	return p->addr.family == a->family && addr_equal(&mine, &its);
}

bool prefix_overlaps(const struct prefix *a, const struct prefix *b)
{
	return a->len <= b->len ? prefix_contains(a, &b->addr) : prefix_contains(b, &a->addr);
}

/* RFC 3021: in a /31 (and a /32) every address is a host's; otherwise all zeroes names the
 * network and all ones is the broadcast address. RFC 4291, 2.6.1: IPv6's all zeroes is the
 * subnet-router anycast address; RFC 6164 frees it on a /127. */
bool prefix_is_host(const struct prefix *p, const struct addr *a)
{
	struct addr first = prefix_first(p), last = prefix_last(p);

	if (!prefix_contains(p, a))
		return false;
	if (p->len + 1 >= addr_bits(a))
		return true;
	return !addr_equal(a, &first) && (a->family == AF_INET6 || !addr_equal(a, &last));
}

bool mac_parse(struct mac *m, const char *text)
{
	unsigned b[6];
	int n = 0;

	if (strlen(text) != 17 || strspn(text, "0123456789abcdefABCDEF:") != 17 ||
	    sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", b, b + 1, b + 2, b + 3, b + 4, b + 5, &n) !=
		    6 ||
	    n != 17)
		return false;
	for (int i = 0; i < 6; i++)
		m->bytes[i] = (uint8_t)b[i];
	return true;
}

const char *mac_format(const struct mac *m, char text[MAC_TEXT_LEN])
{
	const uint8_t *b = m->bytes;

	snprintf(text, MAC_TEXT_LEN, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4],
		 b[5]);
	return text;
}

/* RFC 4291, appendix A: fe80::/64 and the modified EUI-64 of the MAC */
struct addr mac_link_local(const struct mac *m)
{
	const uint8_t *b = m->bytes;

	return (struct addr){ AF_INET6,
			      { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, b[0] ^ 0x02, b[1], b[2], 0xff, 0xfe,
				b[3], b[4], b[5] } };
}

bool ip4_parse(uint32_t *a, const char *text)
{
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) != 1)
		return false;
	*a = ntohl(in.s_addr);
	return true;
}

const char *ip4_format(uint32_t a, char text[IP4_TEXT_LEN])
{
	snprintf(text, IP4_TEXT_LEN, "%u.%u.%u.%u", a >> 24, a >> 16 & 0xff, a >> 8 & 0xff,
		 a & 0xff);
	return text;
}

uint32_t ip4_mask(unsigned len)
{
	return len ? UINT32_MAX << (32 - len) : 0;
}

bool ip4_is_host(uint32_t a)
{
	return a >> 24 != 0 && a >> 24 != 127 && a < 0xe0000000;
}

uint32_t ip4_of(const struct addr *a)
{
	const uint8_t *b = a->bytes;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

struct addr ip4_addr(uint32_t a)
{
	return (struct addr){
		AF_INET, { (uint8_t)(a >> 24), (uint8_t)(a >> 16), (uint8_t)(a >> 8), (uint8_t)a }
	};
}
