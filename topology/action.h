/* SPDX-License-Identifier: MIT */
/*
 * What can be done to a running lab: a command started or killed, a link cut or slowed down, a LAN
 * split. It is words, as a person types them ("link r1:eth1 down"), parsed against the lab; the lab
 * file's events and scenes become the same words. Pure: nothing is done here.
 */
#ifndef VETHLAB_ACTION_H
#define VETHLAB_ACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "topology/lab.h"
#include "topology/words.h"

enum action_kind {
	ACTION_START,
	ACTION_STOP,
	ACTION_RESTART,
	ACTION_KILL,
	ACTION_LINK,
	ACTION_PARTITION,
	ACTION_HEAL,
};

/* What a wire does to frames. A field below 0 is not spoken of; the sum of two shapes is the later
 * one's where it speaks. */
struct shape {
	double rate; /* bits per second; 0: unlimited */
	double delay_ms, jitter_ms;
	double loss, duplicate, reorder, corrupt; /* percent */
};

enum turn { TURN_KEEP, TURN_DOWN, TURN_UP };

#define SIDES_MAX 32

struct action {
	enum action_kind kind;
	const struct lab *lab;
	char *text;	 /* the words */
	uint64_t at_ms;	 /* when, in a schedule */
	struct place at; /* where, in a lab file */
	const struct node *node;
	const struct command *command; /* NULL: all of the node */
	int signal;
	const struct iface *iface; /* of link: one end, or ... */
	const struct wire *lan;	   /* ... each port; also of partition */
	enum turn turn;
	bool clear;
	struct shape shape;
	char *name;	/* of a partition; heal NULL: all */
	uint8_t *sides; /* by port of the LAN: 0 nobody named it, else 1 ... side_count */
	unsigned side_count;
};

/* action_parse() - false: w->why tells. action_free() in both cases. */
bool action_parse(struct action *a, const struct lab *lab, struct words *w);
void action_free(struct action *a);

void shape_clear(struct shape *s); /* speaks of nothing */
void shape_add(struct shape *s, const struct shape *later);
bool shape_is_empty(const struct shape *s); /* it changes no frame */
bool shape_equal(const struct shape *a, const struct shape *b);
bool shape_needs_netem(const struct shape *s);

/* signal_parse() - KILL, SIGKILL, kill, 9; 0: no such signal */
int signal_parse(const char *text);

#endif
