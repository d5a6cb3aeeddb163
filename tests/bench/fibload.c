// SPDX-License-Identifier: MIT
/*
 * fibload: ribfloor's routes by way of our FIB writer, and its figures: seconds, and CPU time, for
 * N routes in, out one by one, in again, and all dropped at once, each until the kernel has it so.
 */
#include <arpa/inet.h>
#include <net/if.h>

#include "fibcount.h"
#include "nodes/common/fib.h"

#define PROTOCOL 250
#define METRIC	 120

struct job {
	struct fib *fib;
	struct fib_hop hop;
	unsigned routes;
};

static struct prefix destination(unsigned i)
{
	return (struct prefix){ .addr = ip4_addr(FIRST_DESTINATION + i), .len = 32 };
}

static void put_in(const struct job *j)
{
	for (unsigned i = 0; i < j->routes; i++) {
		struct prefix p = destination(i);

		fib_set(j->fib, &p, &j->hop, 1);
	}
	fib_flush(j->fib);
}

static void take_out(const struct job *j)
{
	for (unsigned i = 0; i < j->routes; i++) {
		struct prefix p = destination(i);

		fib_remove(j->fib, &p);
	}
	fib_flush(j->fib);
}

static void drop_all(const struct job *j)
{
	fib_close(j->fib);
}

/* measure() - prints the seconds and the CPU seconds that the step took */
static void measure(void (*step)(const struct job *j), const struct job *j)
{
	uint64_t start = now_ns(), cpu = cpu_ns();

	step(j);
	printf("%.6f %.6f ", seconds(now_ns() - start), seconds(cpu_ns() - cpu));
}

int main(int argc, char **argv)
{
	struct fib_config config = { .protocol = PROTOCOL, .metric = METRIC };
	struct job j = { 0 };

	if (argc == 5 && strcmp(argv[1], "--plain") == 0) {
		config.plain = true;
		argv++;
		argc--;
	}
	if (argc != 4 || !addr_parse(&j.hop.via, argv[3]))
		errx(2, "usage: fibload [--plain] ROUTES INTERFACE GATEWAY");
	j.routes = number(argv[1], MOST_ROUTES);
	j.hop.ifindex = if_nametoindex(argv[2]);
	if (!j.hop.ifindex)
		err(1, "%s", argv[2]);

	struct loop *loop = loop_new();
	long before = fib_count();

	j.fib = fib_new(loop, &config);
	fib_sweep(j.fib); /* of what was there before: nothing */
	measure(put_in, &j);
	fib_expect(before + j.routes, "in");
	measure(take_out, &j);
	fib_expect(before, "out");
	measure(put_in, &j);
	measure(drop_all, &j);
	fib_expect(before, "dropped");
	puts("");
	loop_free(loop);
	return 0;
}
