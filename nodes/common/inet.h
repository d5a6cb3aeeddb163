/* SPDX-License-Identifier: MIT */
/* Addresses, prefixes and MACs: parse, format, compare. IPv4 and IPv6 by one set of functions. */
#ifndef VETHLAB_INET_H
#define VETHLAB_INET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr {
	int family;	   /* AF_INET, AF_INET6; 0: none */
	uint8_t bytes[16]; /* network order; 4 of them for IPv4 */
};

struct prefix {
	struct addr addr; /* with its host bits, where somebody wrote them */
	unsigned len;
};

struct mac {
	uint8_t bytes[6];
};

#define ADDR_TEXT_LEN	INET6_ADDRSTRLEN
#define PREFIX_TEXT_LEN (INET6_ADDRSTRLEN + 4)
#define MAC_TEXT_LEN	18

/* An IPv4 address as a number, in host order: where ranges of them are computed with. */
#define IP4_TEXT_LEN INET_ADDRSTRLEN
bool ip4_parse(uint32_t *a, const char *text);
const char *ip4_format(uint32_t a, char text[IP4_TEXT_LEN]);
uint32_t ip4_mask(unsigned len); /* 24: 255.255.255.0 */
bool ip4_is_host(uint32_t a);	 /* not 0/8, 127/8, multicast, or reserved */
uint32_t ip4_of(const struct addr *a);
struct addr ip4_addr(uint32_t a);

unsigned addr_bits(const struct addr *a); /* 128, or 32 */
bool addr_parse(struct addr *a, const char *text);

/* addr_format() - into `text`, which it returns; "-" where there is none */
const char *addr_format(const struct addr *a, char text[ADDR_TEXT_LEN]);

/* addr_compare() - IPv4 before IPv6, then as numbers */
int addr_compare(const struct addr *a, const struct addr *b);
bool addr_equal(const struct addr *a, const struct addr *b);
bool addr_is_multicast(const struct addr *a);
bool addr_is_loopback(const struct addr *a);
bool addr_is_unspecified(const struct addr *a);

/* addr_add() - `a` plus n, within the address's width; false: past its end */
bool addr_add(struct addr *a, uint64_t n);

bool prefix_parse(struct prefix *p, const char *text, const char **why);
const char *prefix_format(const struct prefix *p, char text[PREFIX_TEXT_LEN]);
int prefix_compare(const struct prefix *a, const struct prefix *b); /* by address, then length */
struct addr prefix_first(const struct prefix *p); /* host bits 0: the network itself */
struct addr prefix_last(const struct prefix *p);  /* host bits 1: IPv4's broadcast address */

/* prefix_contains() - an address of its family; host bits of the prefix do not matter */
bool prefix_contains(const struct prefix *p, const struct addr *a);
bool prefix_overlaps(const struct prefix *a, const struct prefix *b);
bool prefix_is_host(const struct prefix *p, const struct addr *a); /* an address a host may have */

/* mac_parse() - six pairs of hexadecimal digits with colons between, and nothing else */
bool mac_parse(struct mac *m, const char *text);
const char *mac_format(const struct mac *m, char text[MAC_TEXT_LEN]);
struct addr mac_link_local(const struct mac *m);

#endif
