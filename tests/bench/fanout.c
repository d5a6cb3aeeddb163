// SPDX-License-Identifier: MIT
/*
 * fanout: the load of a chat. Readers and one writer at a server that sends each line to all
 * others.
 *
 * flood    16 lines in flight: the next is written when every reader has one more. Prints the
 *          deliveries a second.
 * paced    so many lines a second. Prints the p50 and the p99 from the writing of a line until a
 *          reader has it, in µs.
 * stalled  the flood with lines of 480 octets, so many of them, and one reader more that never
 *          reads. Prints what part of the deliveries to the others arrived, in percent, and the
 *          deliveries a second. Three seconds of silence end it, and count.
 *
 * A line is 64 octets with its end. For IRC (--irc) that is the text of a PRIVMSG to a channel.
 * Everything is in one thread, and so is its cost; it is the same for every server.
 */
#include <getopt.h>
#include <sys/resource.h>

#include "traffic.h"

#define LINE_LEN	 64
#define STALLED_LINE_LEN 480
#define IN_FLIGHT	 16
#define MARK		 '|' /* in front of a line's number; in no name or address */
#define CARRY_LEN	 1024
#define GIVE_UP_NS	 3000000000
#define JOIN_NS		 60000000000

struct reader {
	int fd;
	bool joined; /* a line of the writer has come */

	char carry[CARRY_LEN];
	size_t carried; /* the beginning of a line */
};

static struct {
	bool irc, paced;
	int epoll, writer;
	struct reader *readers; /* the last one is the writer's connection */
	unsigned count;		/* without the writer */
	uint32_t first;		/* lines before this one are not counted: they tell who is there */
	uint32_t lines;		/* written so far */
	unsigned *have;		/* for each line in flight, how many have it */
	uint64_t deliveries;
	struct samples latency;
} chat;

/* ---- what the servers speak ------------------------------------------------------------------ */

static void say(int fd, const char *text, size_t len)
{
	/* blocks: a server that reads no more is found out by the alarm of main() */
	while (len) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n <= 0)
			err(1, "the server has closed the writer's connection");
		text += n;
		len -= (size_t)n;
	}
}

static void irc_enter(int fd, unsigned number)
{
	char text[128];
	int n = snprintf(text, sizeof(text), "NICK u%u\r\nUSER u%u 0 * :u%u\r\nJOIN #bench\r\n",
			 number, number, number);

	say(fd, text, (size_t)n);
}

/* write_line() - its number and the time, filled up with dots to the length with the line's end */
static void write_line(size_t len)
{
	char line[STALLED_LINE_LEN + 64];
	size_t head = 0, n;

	if (chat.irc)
		head = (size_t)sprintf(line, "PRIVMSG #bench :");
	n = (size_t)sprintf(line + head, "%c%08x%016llx", MARK, chat.lines,
			    (unsigned long long)now_ns());
	memset(line + head + n, '.', len - n - 1);
	line[head + len - 1] = '\n';
	chat.lines++;
	say(chat.writer, line, head + len);
}

/* ---- what the readers get -------------------------------------------------------------------- */

/* hex() - digits as write_line() writes them */
static uint64_t hex(const char *text, int digits)
{
	uint64_t value = 0;

	for (int i = 0; i < digits; i++)
		value = value << 4 |
			(uint64_t)(text[i] <= '9' ? text[i] - '0' : text[i] - 'a' + 10);
	return value;
}

/* on_marked() - a line of the writer's; those before chat.first only tell
 * that the reader is there */
static void on_marked(struct reader *r, const char *mark)
{
	uint32_t line = (uint32_t)hex(mark + 1, 8);

	r->joined = true;
	if (line < chat.first)
		return;
	chat.deliveries++;
	chat.have[line % IN_FLIGHT]++;
	if (chat.paced)
		samples_add(&chat.latency, now_ns() - hex(mark + 9, 16));
}

/* on_line() - what else a server says is ignored, but for IRC's PING */
static void on_line(struct reader *r, const char *line, size_t len)
{
	const char *mark = memchr(line, MARK, len);

	if (mark && line + len - mark >= 25)
		on_marked(r, mark);
	else if (chat.irc && len > 5 && memcmp(line, "PING ", 5) == 0)
		say(r->fd, "PONG :bench\r\n", 13);
}

/* on_readable() - false: the server has closed it */
static bool on_readable(struct reader *r)
{
	static char buffer[CARRY_LEN + 65536];
	char *at = buffer, *end;
	ssize_t n;

	memcpy(buffer, r->carry, r->carried);
	n = recv(r->fd, buffer + r->carried, 65536, MSG_DONTWAIT);
	if (n <= 0)
		return n < 0 && errno == EAGAIN;
	end = buffer + r->carried + n;
	for (char *lf; (lf = memchr(at, '\n', (size_t)(end - at))); at = lf + 1)
		on_line(r, at, (size_t)(lf - at));
	r->carried = (size_t)(end - at) < CARRY_LEN ? (size_t)(end - at) : 0;
	memcpy(r->carry, at, r->carried);
	return true;
}

/* take_in() - what comes within `ms`, or is there; a reader whose connection is
 * closed ends the program */
static void take_in(int ms)
{
	struct epoll_event events[256];
	int n = epoll_wait(chat.epoll, events, 256, ms);

	for (int i = 0; i < n; i++) {
		struct reader *r = events[i].data.ptr;

		if (!on_readable(r))
			errx(1, "the server has closed the connection of reader %u",
			     (unsigned)(r - chat.readers));
	}
}

/* ---- all are there --------------------------------------------------------------------------- */

static void enter(struct reader *r, const struct sockaddr_in *to, unsigned number)
{
	r->fd = open_connection(to);
	watch(chat.epoll, r->fd, EPOLLIN, r);
	if (chat.irc)
		irc_enter(r->fd, number);
}

/* enter_stalled() - one that never reads, with as small a window as there is */
static void enter_stalled(const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){ 4096 }, sizeof(int));
	if (fd < 0 || connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0)
		err(1, "connect");
	if (chat.irc)
		irc_enter(fd, 99999);
}

static unsigned joined(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < chat.count; i++)
		n += chat.readers[i].joined;
	return n;
}

/* gather() - the writer says a line every 100 ms until everybody has got one; then it is quiet */
static void gather(void)
{
	uint64_t start = now_ns(), said = 0, quiet;

	chat.first = UINT32_MAX;
	while (joined() < chat.count) {
		if (now_ns() - start > JOIN_NS)
			errx(1, "only %u of %u readers are there after a minute", joined(),
			     chat.count);
		if (now_ns() - said > 100000000) {
			write_line(LINE_LEN);
			said = now_ns();
		}
		take_in(10);
	}
	for (quiet = now_ns(); now_ns() - quiet < 500000000;)
		take_in(50);
	chat.first = chat.lines;
}

/* ---- the modes ------------------------------------------------------------------------------- */

/* flood() - until the time is over or so many lines are written and delivered (0: any number);
 * ends too if nothing is delivered for three seconds. Returns how long it took. */
static uint64_t flood(size_t len, uint64_t ns, uint32_t lines)
{
	uint32_t done = chat.first; /* every reader has the lines before this one */
	uint64_t start = now_ns(), last = start, before = 0;

	for (;;) {
		while (done < chat.lines && chat.have[done % IN_FLIGHT] == chat.count)
			chat.have[done++ % IN_FLIGHT] = 0;
		if (lines ? done - chat.first == lines : now_ns() - start > ns)
			return now_ns() - start;
		while (chat.lines - done < IN_FLIGHT && (!lines || chat.lines - chat.first < lines))
			write_line(len);
		take_in(100);
		if (chat.deliveries != before) {
			before = chat.deliveries;
			last = now_ns();
		} else if (now_ns() - last > GIVE_UP_NS) {
			return now_ns() - start;
		}
	}
}

/* run_flood() - warms up first; what is in flight behind that arrives before anything is counted */
static void run_flood(uint64_t ns)
{
	flood(LINE_LEN, 300000000, 0); /* warm */

	uint64_t before = chat.deliveries, took;

	/* what is in flight now is counted by nobody else */
	for (uint64_t start = now_ns(); now_ns() - start < 300000000;)
		take_in(50);
	chat.first = chat.lines;
	memset(chat.have, 0, IN_FLIGHT * sizeof(*chat.have));
	before = chat.deliveries;
	took = flood(LINE_LEN, ns, 0);
	printf("%.0f\n", (double)(chat.deliveries - before) / seconds(took));
}

/* run_paced() - half a second longer than lines are written, for the last of them to arrive */
static void run_paced(uint64_t ns, unsigned rate)
{
	uint64_t start = now_ns(), step = 1000000000 / rate;

	chat.paced = true;
	for (uint64_t due = start; now_ns() - start < ns + 500000000;) {
		uint64_t now = now_ns();

		if (now >= due && now - start < ns) {
			write_line(LINE_LEN);
			due += step;
		}
		/* epoll's clock is coarse: the last millisecond before a line is waited for
		 * awake */
		take_in(due > now && due - now > 1500000 ? (int)((due - now) / 1000000 - 1) : 0);
	}
	samples_sort(&chat.latency);
	printf("%.0f %.0f\n", samples_at(&chat.latency, 0.5), samples_at(&chat.latency, 0.99));
}

static void run_stalled(uint32_t lines)
{
	uint64_t took = flood(STALLED_LINE_LEN, 0, lines);

	printf("%.1f %.0f\n", 100.0 * (double)chat.deliveries / ((double)lines * chat.count),
	       (double)chat.deliveries / seconds(took ? took : 1));
}

/* prepare() - all readers and the writer, until everybody hears the writer; then, if there is to be
 * one, the stalled one */
static void prepare(const struct sockaddr_in *to, unsigned count, bool stalled)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	chat.epoll = epoll_create1(EPOLL_CLOEXEC);
	chat.count = count;
	chat.readers = calloc(count + 1, sizeof(*chat.readers));
	chat.have = calloc(IN_FLIGHT, sizeof(*chat.have));
	if (!chat.readers || !chat.have)
		err(1, "calloc");
	for (unsigned i = 0; i < count + 1; i++) {
		enter(&chat.readers[i], to, i);
		take_in(0);
	}
	chat.writer = chat.readers[count].fd;
	gather();
	if (stalled)
		enter_stalled(to);
	for (uint64_t start = now_ns(); stalled && now_ns() - start < 300000000;)
		take_in(50);
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "irc", no_argument, NULL, 'i' },
						 { NULL, 0, NULL, 0 } };

	for (int c; (c = getopt_long(argc, argv, "i", options, NULL)) != -1;)
		if (c == 'i')
			chat.irc = true;
		else
			return 2;
	if (argc - optind < 5)
		errx(2,
		     "usage: fanout [--irc] ADDRESS PORT READERS flood SECONDS | paced SECONDS RATE | "
		     "stalled LINES");

	char **word = argv + optind;
	struct sockaddr_in to = parse_address(word[0], word[1]);
	bool stalled = strcmp(word[3], "stalled") == 0;
	unsigned amount = number(word[4], 10000000);

	alarm(120); /* a server that takes nothing more */
	prepare(&to, number(word[2], 20000), stalled);
	if (stalled)
		run_stalled(amount);
	else if (strcmp(word[3], "paced") == 0 && word[5])
		run_paced(amount * 1000000000ULL, number(word[5], 100000));
	else
		run_flood(amount * 1000000000ULL);
	return 0;
}
