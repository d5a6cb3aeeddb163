/* SPDX-License-Identifier: MIT */
/* The FIB writer with many routes, and with random operations held against a model. */
#include "fib_lab.h"

#define MANY 100000

static struct prefix nth(unsigned n)
{
	return (struct prefix){ ip4_addr(0x14000000 + n * 256), 24 };
}

static void set_many(struct lab *l, unsigned from, unsigned to, const struct fib_hop *hop)
{
	for (unsigned n = from; n < to; n++) {
		struct prefix p = nth(n);

		fib_set(l->fib, &p, hop, 1);
	}
	fib_flush(l->fib);
}

static void in_change_and_out(bool plain)
{
	struct fib_hop a = hop_to("10.9.0.2", 0), b = hop_to("10.8.0.2", 0);
	struct lab l;

	lab_make(&l);
	a.ifindex = l.a;
	b.ifindex = l.b;
	l.fib = writer(l.loop, plain);
	set_many(&l, 0, MANY, &a);
	assert_int_equal(count("route show proto 201 via 10.9.0.2"), MANY);
	set_many(&l, 0, MANY / 2, &b);
	assert_int_equal(count("route show proto 201 via 10.8.0.2"), MANY / 2);
	assert_int_equal(count("route show proto 201"), MANY);
	fib_sweep(l.fib); /* before it an object that nobody uses may be of use */
	fib_remove_all(l.fib);
	fib_flush(l.fib);
	assert_int_equal(count("route show proto 201"), 0);
	lab_free(&l);
}

static void a_hundred_thousand_go_in_change_and_go_out(void **state)
{
	(void)state;
	in_change_and_out(false);
	in_change_and_out(true);
}

/* The queue is worked off in portions: what is set meanwhile has its turn too. */
static void the_loop_turns_while_many_go_in(void **state)
{
	struct lab l = lab_new();
	struct fib_hop hop = hop_to("10.9.0.2", l.a);
	uint64_t longest = 0;
	unsigned turns = 0;

	(void)state;
	for (unsigned n = 0; n < MANY; n++) {
		struct prefix p = nth(n);

		fib_set(l.fib, &p, &hop, 1);
	}
	for (struct prefix last = nth(MANY - 1); !fib_has(l.fib, &last); turns++) {
		uint64_t begun = clock_ms();

		turn(&l);
		if (clock_ms() - begun > longest)
			longest = clock_ms() - begun;
	}
	assert_true(turns >= 20);
	if (longest > 1000)
		fail_msg("a turn took %u ms", (unsigned)longest);
	lab_free(&l);
}

static void all_come_back_with_their_link(void **state)
{
	struct lab l = lab_new();
	struct fib_hop hop = hop_to("10.9.0.2", l.a);

	(void)state;
	set_many(&l, 0, 20000, &hop);
	ip("link set a0 down");
	ip("link set a0 up");
	expect_count(&l, "route show proto 201", 20000);
	lab_free(&l);
}

/* ---- random operations ----------------------------------------------------------------------- */

#define PREFIXES   150
#define OPERATIONS 1000
#define HOPS	   6

static uint32_t random_state;

static uint32_t random_below(uint32_t n)
{
	random_state = random_state * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(random_state >> 8) * n >> 24);
}

/* What is wanted: a next hop's number from 1, 0: nothing; and is there one of somebody else? */
static unsigned wanted[PREFIXES];
static bool foreign[PREFIXES];

static const char *const hop_texts[HOPS] = {
	"via 10.9.0.2 dev a0", "via 10.9.0.3 dev a0", "via 10.8.0.2 dev b0", "dev b0", "two of a",
	"one of each",
};

static size_t hops_nth(const struct lab *l, unsigned n, struct fib_hop to[2])
{
	to[0] = hop_to(n == 1 ? "10.9.0.3" : "10.9.0.2", l->a);
	to[1] = hop_to("10.9.0.3", l->a);
	if (n == 2 || n == 3)
		to[0] = hop_to(n == 2 ? "10.8.0.2" : NULL, l->b);
	if (n == 5)
		to[1] = hop_to("10.8.0.2", l->b);
	return n < 4 ? 1 : 2;
}

static void line_of(unsigned n, char text[LINE_ROOM])
{
	char prefix[PREFIX_TEXT_LEN];
	struct prefix p = nth(n);
	unsigned hop = wanted[n] - 1;

	prefix_format(&p, prefix);
	if (foreign[n])
		snprintf(text, LINE_ROOM, "%s via 10.8.0.9 dev b0 proto static metric 110", prefix);
	else if (hop == 3)
		snprintf(text, LINE_ROOM, "%s dev b0 proto 201 scope link metric 110", prefix);
	else if (hop < 3)
		snprintf(text, LINE_ROOM, "%s %s proto 201 metric 110", prefix, hop_texts[hop]);
	else
		snprintf(text, LINE_ROOM,
			 "%s proto 201 metric 110 \\\tnexthop via 10.9.0.2 dev a0 weight 1 "
			 "\\\tnexthop via %s weight 1",
			 prefix, hop == 4 ? "10.9.0.3 dev a0" : "10.8.0.2 dev b0");
}

/* model_says() - all routes of metric 110, as ip-route(8) would show them */
static char *model_says(void)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	for (unsigned n = 0; n < PREFIXES; n++) {
		char line[LINE_ROOM];

		if (!foreign[n] && !wanted[n])
			continue;
		line_of(n, line);
		fprintf(f, "%s \n", line);
	}
	fclose(f);
	while (len && strchr(" \n", text[len - 1]))
		text[--len] = '\0';
	return text;
}

static void set_or_remove(struct lab *l, unsigned n)
{
	struct prefix p = nth(n);
	struct fib_hop hops[2];
	unsigned hop = random_below(HOPS + 2);

	wanted[n] = hop < HOPS ? hop + 1 : 0;
	if (wanted[n])
		fib_set(l->fib, &p, hops, hops_nth(l, hop, hops));
	else
		fib_remove(l->fib, &p);
}

static void be_somebody_else(unsigned n)
{
	char prefix[PREFIX_TEXT_LEN];
	struct prefix p = nth(n);

	prefix_format(&p, prefix);
	if (foreign[n])
		ip("route del %s proto static metric 110", prefix);
	else
		ip("route replace %s via 10.8.0.9 proto static metric 110", prefix);
	foreign[n] = !foreign[n];
}

/* disturb() - what happens to routes anyway */
static void disturb(struct lab *l)
{
	switch (random_below(8)) {
	case 0:
		ip("link set a0 down");
		turn(l);
		ip("link set a0 up");
		break;
	case 1:
		ip("addr del 10.9.0.1/24 dev a0");
		ip("addr add 10.9.0.1/24 dev a0");
		break;
	case 2:
		flush_objects();
		break;
	default:
		be_somebody_else(random_below(PREFIXES));
	}
}

static void random_operations(unsigned seed)
{
	struct lab l = lab_new();
	static char says[PREFIXES * LINE_ROOM];
	char *right;
	uint64_t end;

	random_state = seed;
	memset(wanted, 0, sizeof(wanted));
	memset(foreign, 0, sizeof(foreign));
	for (unsigned i = 0; i < OPERATIONS; i++) {
		set_or_remove(&l, random_below(PREFIXES));
		if (random_below(10) == 0)
			turn(&l);
		if (random_below(20) == 0)
			disturb(&l);
		if (i == OPERATIONS / 2)
			fib_sweep(l.fib);
	}
	right = model_says();
	end = clock_ms() + PATIENCE;
	do
		turn(&l);
	while (strcmp(ip_says("ip -o route show | grep 'metric 110'", says, sizeof(says)), right) !=
		       0 &&
	       clock_ms() < end);
	assert_string_equal(says, right);
	for (unsigned n = 0; n < PREFIXES; n++) {
		struct prefix p = nth(n);

		assert_int_equal(fib_has(l.fib, &p), wanted[n] && !foreign[n]);
	}
	free(right);
	for (unsigned n = 0; n < PREFIXES; n++)
		if (foreign[n])
			be_somebody_else(n);
	lab_free(&l);
}

static void the_kernel_has_what_the_model_has(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 4; seed++)
		random_operations(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hundred_thousand_go_in_change_and_go_out),
		cmocka_unit_test(the_loop_turns_while_many_go_in),
		cmocka_unit_test(all_come_back_with_their_link),
		cmocka_unit_test(the_kernel_has_what_the_model_has),
	};

	return cmocka_run_group_tests_name("fib, many", tests, group_setup, NULL);
}
