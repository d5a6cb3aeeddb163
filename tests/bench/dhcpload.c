// SPDX-License-Identifier: MIT
/*
 * dhcpload: DHCP clients at the server's own wire, or behind a relay. Each client is a hardware
 * address and asks for broadcast answers; client N is 02:00 and N, and has N as its xid. An
 * exchange is DISCOVER, OFFER, REQUEST, ACK; after one second it is lost.
 *
 *   dhcpload WHERE rate R SECONDS         R exchanges a second are begun, whatever comes back
 *   dhcpload WHERE count N AT-A-TIME      until N have ended well; another follows a lost one
 *   dhcpload WHERE first CLIENT ADDRESS SECONDS
 *                                         a DISCOVER each 5 ms, until this client is offered
 *                                         ADDRESS ("any": one that it likes)
 *
 * WHERE is an interface, or GIADDR/SERVER: the own address as a relay, and the server's. rate and
 * count print exchanges/s, % lost, and the p50 and p99 of an exchange in µs. first prints the time
 * of CLOCK_MONOTONIC at which the OFFER came. Status 3: it has not come to its end.
 */
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stddef.h>

#include "traffic.h"

#define CLIENTS_MAX 2000000
#define LOST_NS	    1000000000
#define ASK_NS	    5000000
#define BATCH	    64
#define COOKIE	    0x63825363

enum { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK };

struct frame {
	struct ether_header ether;
	struct iphdr ip;
	struct udphdr udp;
	uint8_t op, htype, hlen, hops;
	uint32_t xid;
	uint16_t secs, flags;
	uint32_t ciaddr, yiaddr, siaddr, giaddr;
	uint8_t chaddr[16], sname[64], file[128];
	uint32_t cookie;
	uint8_t options[1200];
} __attribute__((packed));

#define OPTIONS_LEN 60 /* that we send: 300 octets of BOOTP */
#define SENT_LEN    (offsetof(struct frame, options) + OPTIONS_LEN)

static struct {
	int fd;
	size_t skip; /* octets of a frame that this socket does not take or give */
	struct in_addr giaddr;
	uint64_t *begun;  /* by client; 0: not begun, or over */
	uint32_t clients; /* begun so far: 1 to this */
	uint32_t oldest;  /* none before it is under way */
	uint32_t under_way;
	uint64_t done, lost;
	struct samples taken;
} load;

/* ---- frames ---------------------------------------------------------------------------------- */

/* checksum() - RFC 1071, in network order; `sum` has what counts besides, as UDP's pseudo header */
static uint16_t checksum(const void *data, size_t len, uint32_t sum)
{
	const uint8_t *p = data;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	if (len % 2)
		sum += (uint32_t)p[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

/* put() - an option; where the next one goes */
static uint8_t *put(uint8_t *at, uint8_t code, const void *data, uint8_t len)
{
	*at++ = code;
	*at++ = len;
	memcpy(at, data, len);
	return at + len;
}

/* send_message() - both addresses in network order; 0: without that option.
 * Tries until it has left. */
static void send_message(uint32_t client, uint8_t type, uint32_t address, uint32_t server)
{
	static const uint8_t wanted[] = { 1, 3, 6, 15, 28, 51, 54, 58, 59 };
	uint16_t udp_len = SENT_LEN - offsetof(struct frame, udp);
	struct frame f = {
		.ether.ether_type = htons(ETHERTYPE_IP),
		.ip = { .version = 4,
			.ihl = 5,
			.ttl = 64,
			.protocol = IPPROTO_UDP,
			.tot_len = htons((uint16_t)(udp_len + sizeof(struct iphdr))),
			.daddr = INADDR_BROADCAST },
		.udp = { .uh_sport = htons(68), .uh_dport = htons(67), .uh_ulen = htons(udp_len) },
		.op = 1,
		.htype = 1,
		.hlen = 6,
		.xid = htonl(client),
		.flags = htons(0x8000),
		.hops = load.giaddr.s_addr != 0,
		.giaddr = load.giaddr.s_addr,
		.cookie = htonl(COOKIE)
	};
	uint8_t *at = put(f.options, 53, &type, 1);

	f.chaddr[0] = 2;
	memcpy(f.chaddr + 2, &f.xid, 4);
	memset(f.ether.ether_dhost, 0xff, 6);
	memcpy(f.ether.ether_shost, f.chaddr, 6);
	if (address)
		at = put(at, 50, &address, 4);
	if (server)
		at = put(at, 54, &server, 4);
	at = put(at, 55, wanted, sizeof(wanted));
	*at = 0xff;
	if (!load.skip) {
		f.ip.check = checksum(&f.ip, sizeof(f.ip), 0);
		f.udp.uh_sum = checksum(&f.udp, udp_len, 2 * 0xffff + IPPROTO_UDP + udp_len);
	}
	while (send(load.fd, (char *)&f + load.skip, SENT_LEN - load.skip, 0) < 0)
		if (errno != EAGAIN && errno != ENOBUFS && errno != ECONNREFUSED)
			err(1, "send");
}

/* option() - the value, or NULL if it is not there with that length */
static const uint8_t *option(const struct frame *f, size_t len, uint8_t code, uint8_t wanted)
{
	const uint8_t *at = f->options, *end = (const uint8_t *)f + len;

	while (at + 1 < end && *at != 0xff) {
		if (*at == 0) {
			at++;
			continue;
		}
		if (*at == code)
			return at[1] == wanted && at + 2 + wanted <= end ? at + 2 : NULL;
		at += 2 + at[1];
	}
	return NULL;
}

/* open_wire() - frames of the interface, of which only UDP to port 68 is heard */
static void open_wire(const char *name)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 4),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 16),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 68, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, sizeof(struct frame)),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };
	struct sockaddr_ll here = { .sll_family = AF_PACKET,
				    .sll_protocol = htons(ETH_P_IP),
				    .sll_ifindex = (int)if_nametoindex(name) };

	load.fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (load.fd < 0)
		err(1, "socket");
	setsockopt(load.fd, SOL_SOCKET, SO_RCVBUFFORCE, &(int){ 32 << 20 }, sizeof(int));
	if (!here.sll_ifindex ||
	    setsockopt(load.fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) < 0 ||
	    bind(load.fd, (struct sockaddr *)&here, sizeof(here)) < 0)
		err(1, "%s", name);
}

/* open_relay() - "GIADDR/SERVER" */
static void open_relay(const char *where)
{
	const char *slash = strchr(where, '/');
	char giaddr[32];
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(67) };
	struct sockaddr_in to = parse_address(slash + 1, "67");

	snprintf(giaddr, sizeof(giaddr), "%.*s", (int)(slash - where), where);
	if (!inet_aton(giaddr, &load.giaddr))
		errx(2, "'%s' is not an address", giaddr);
	here.sin_addr = load.giaddr;
	load.skip = offsetof(struct frame, op);
	load.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (load.fd < 0)
		err(1, "socket");
	setsockopt(load.fd, SOL_SOCKET, SO_RCVBUFFORCE, &(int){ 32 << 20 }, sizeof(int));
	if (bind(load.fd, (struct sockaddr *)&here, sizeof(here)) < 0 ||
	    connect(load.fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		err(1, "%s", where);
}

/* ---- exchanges ------------------------------------------------------------------------------- */

/* begin() - the next client; ends the program when there are no more */
static void begin(void)
{
	if (load.clients + 1 == CLIENTS_MAX)
		errx(1, "more than %d clients", CLIENTS_MAX);
	load.begun[++load.clients] = now_ns();
	load.under_way++;
	send_message(load.clients, DISCOVER, 0, 0);
}

static void end(uint32_t client)
{
	load.begun[client] = 0;
	load.under_way--;
}

/* give_up() - on those that take too long */
static void give_up(uint64_t now)
{
	for (; load.oldest <= load.clients; load.oldest++) {
		uint64_t begun = load.begun[load.oldest];

		if (begun && now < begun + LOST_NS)
			return;
		if (begun) {
			load.lost++;
			end(load.oldest);
		}
	}
}

/* take_answer() - to an OFFER a REQUEST, with an ACK it is done; what comes for an exchange
 * that was lost is ignored */
static void take_answer(const struct frame *f, size_t len, uint64_t now)
{
	uint32_t client = ntohl(f->xid), server;
	const uint8_t *type = option(f, len, 53, 1), *id = option(f, len, 54, 4);

	if (f->op != 2 || !type || !id || client < 1 || client > load.clients ||
	    !load.begun[client] || now >= load.begun[client] + LOST_NS)
		return;
	if (*type == OFFER) {
		memcpy(&server, id, sizeof(server));
		send_message(client, REQUEST, f->yiaddr, server);
	} else if (*type == ACK) {
		samples_add(&load.taken, now - load.begun[client]);
		load.done++;
		end(client);
	}
}

/* take_answers() - all that are there; waits for the first until `until` */
static void take_answers(uint64_t until)
{
	static struct frame frames[BATCH];
	struct iovec parts[BATCH];
	struct mmsghdr messages[BATCH];
	uint64_t now = now_ns();
	struct timespec patience = { .tv_nsec =
					     until > now ? (long)(until - now) % 1000000000 : 0 };
	int n;

	if (until > now + 999999999)
		patience.tv_nsec = 999999999;
	if (ppoll(&(struct pollfd){ load.fd, POLLIN, 0 }, 1, &patience, NULL) <= 0)
		return;
	for (int i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec){ (char *)&frames[i] + load.skip,
					   sizeof(frames[i]) - load.skip };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &parts[i], .msg_iovlen = 1 };
	}
	n = recvmmsg(load.fd, messages, BATCH, MSG_DONTWAIT, NULL);
	now = now_ns();
	for (int i = 0; i < n; i++)
		if (messages[i].msg_len + load.skip > offsetof(struct frame, options))
			take_answer(&frames[i], messages[i].msg_len + load.skip, now);
}

/* ---- what is measured ------------------------------------------------------------------------ */

/* run_rate() - the time is that of beginning them; those under way are then
 * waited for, and counted */
static void run_rate(unsigned rate, unsigned duration)
{
	uint64_t start = now_ns(), now = start, total = (uint64_t)rate * duration;

	while (load.clients < total) {
		uint64_t due = (now - start) * rate / 1000000000 + 1;

		for (unsigned i = 0; i < BATCH && load.clients < due && load.clients < total; i++)
			begin();
		take_answers(start + (uint64_t)load.clients * 1000000000 / rate);
		now = now_ns();
		give_up(now);
	}

	double took = seconds(now - start);

	while (load.under_way) {
		take_answers(now + ASK_NS);
		give_up(now = now_ns());
	}
	samples_sort(&load.taken);
	printf("%.0f %.2f %.0f %.0f\n", (double)load.done / took,
	       100.0 * (double)load.lost / (double)total, samples_at(&load.taken, 0.5),
	       samples_at(&load.taken, 0.99));
}

/* run_count() - the exit status, 3: too many were lost */
static int run_count(unsigned count, unsigned at_a_time)
{
	uint64_t start = now_ns(), now = start;

	while (load.done < count && load.lost < 100 + count / 10) {
		while (load.under_way < at_a_time && load.done + load.under_way < count)
			begin();
		take_answers(now + ASK_NS);
		give_up(now = now_ns());
	}
	samples_sort(&load.taken);
	printf("%.0f %.2f %.0f %.0f\n", (double)load.done / seconds(now - start),
	       100.0 * (double)load.lost / (double)(load.done + load.lost),
	       samples_at(&load.taken, 0.5), samples_at(&load.taken, 0.99));
	return load.done < count ? 3 : 0;
}

/* run_first() - the exit status, 3: it was not offered in time. Another address ends
 * the program with 3 too. */
static int run_first(uint32_t client, const char *address, unsigned patience)
{
	struct in_addr wanted = { 0 };
	uint64_t start = now_ns(), asked = 0, now;

	if (strcmp(address, "any") != 0 && !inet_aton(address, &wanted))
		errx(2, "'%s' is not an address", address);
	while ((now = now_ns()) < start + (uint64_t)patience * 1000000000) {
		struct frame f;
		ssize_t n;

		if (now >= asked + ASK_NS) {
			send_message(client, DISCOVER, 0, 0);
			asked = now;
		}
		if (poll(&(struct pollfd){ load.fd, POLLIN, 0 }, 1, 1) <= 0)
			continue;
		n = recv(load.fd, (char *)&f + load.skip, sizeof(f) - load.skip, MSG_DONTWAIT) +
		    (ssize_t)load.skip;
		if (n <= (ssize_t)offsetof(struct frame, options) || ntohl(f.xid) != client ||
		    !option(&f, (size_t)n, 53, 1) || *option(&f, (size_t)n, 53, 1) != OFFER)
			continue;
		if (wanted.s_addr && f.yiaddr != wanted.s_addr)
			errx(3, "offered is %s", inet_ntoa((struct in_addr){ f.yiaddr }));
		printf("%.6f\n", seconds(now_ns()));
		return 0;
	}
	return 3;
}

int main(int argc, char **argv)
{
	if (argc < 5)
		errx(2, "usage: dhcpload WHERE rate R SECONDS | count N AT-A-TIME | "
			"first CLIENT ADDRESS SECONDS");
	load.begun = calloc(CLIENTS_MAX, sizeof(*load.begun));
	load.oldest = 1;
	if (!load.begun)
		err(1, "calloc");
	if (strchr(argv[1], '/'))
		open_relay(argv[1]);
	else
		open_wire(argv[1]);
	if (strcmp(argv[2], "rate") == 0 && argc == 5)
		run_rate(number(argv[3], 1000000), number(argv[4], 3600));
	else if (strcmp(argv[2], "count") == 0 && argc == 5)
		return run_count(number(argv[3], CLIENTS_MAX / 2), number(argv[4], 10000));
	else if (strcmp(argv[2], "first") == 0 && argc == 6)
		return run_first(number(argv[3], 1U << 31), argv[4], number(argv[5], 3600));
	else
		errx(2, "what is '%s'?", argv[2]);
	return 0;
}
