/* SPDX-License-Identifier: MIT */
/*
 * A fact about a node that `wait` waits for: what somebody wrote, and what was seen of it last.
 * Facts of the kernel are judged object by object, as a dump brings them (fact_kernel.c).
 */
#ifndef VETHLAB_FACT_H
#define VETHLAB_FACT_H

#include <jansson.h>
#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

#include "nodes/common/inet.h"
#include "topology/object.h"
#include "topology/words.h"

enum fact_kind {
	FACT_READY,
	FACT_EXITED,
	FACT_ROUTE,
	FACT_ADDRESS,
	FACT_LINK,
	FACT_NEIGHBOUR,
	FACT_LISTEN,
	FACT_LOG,
	FACT_PING,
};

struct fact {
	enum fact_kind kind;
	char *text;	  /* as it was written */
	bool negated;	  /* no route, link IF down ... */
	const char *word; /* command, interface of `link`, host of `ping`; or NULL */
	struct addr host; /* that is pinged, once it has been found */
	bool has_prefix;  /* of route, address, neighbour */
	bool len_written; /* address 10.0.0.1/24, not 10.0.0.1 */
	struct prefix prefix;
	struct addr via; /* family 0: any */
	const char *dev; /* or NULL */
	bool udp;
	uint16_t port;
	uint64_t wanted; /* lines of the log */
	regex_t regex;

	bool found; /* in the look under way: such a thing is there */
	bool holds;
	bool judged, at_once; /* held at the first look */
	uint64_t since_ns;    /* when it began to hold */
	uint64_t count;	      /* of log lines so far */
	json_t *seen;	      /* what is there instead: texts */
	size_t unseen;	      /* and so many more */
};

/* facts_parse() - "route 10.0.0.0/24 via 10.1.0.1 and ready ripd"; false: w->why tells. The facts
 * point into the words, which must live as long. */
bool facts_parse(struct words *w, struct fact **facts, size_t *count);
void facts_free(struct fact *facts, size_t count);

/* fact_forget() - a new look begins */
void fact_forget(struct fact *f);

/* fact_saw() - something related that is there; takes over `text`. Some are kept, the rest
 * counted. */
void fact_saw(struct fact *f, char *text);
void fact_saw_near(struct fact *f, char *text); /* nearly what is wanted: it stands first */

/* fact_judge() - the look is over: does it hold, and since when? */
void fact_judge(struct fact *f, uint64_t now_ns);

/* fact_kernel.c: does one of the facts need the kernel, and what does it say of them? `fd` is a
 * netlink socket made in the node; false with errno. Nothing is judged yet. */
bool facts_need_kernel(const struct fact *facts, size_t count);
bool facts_look(struct fact *facts, size_t count, int fd);

/* facts_concern() - may this message of the kernel change a fact? */
bool facts_concern(const struct fact *facts, size_t count, const struct nlmsghdr *nlh);

#endif
