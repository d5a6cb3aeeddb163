/* SPDX-License-Identifier: MIT */
/* The daemon around the router: sockets, kernel, clock. */
#ifndef VETHLAB_RIP_RIPD_H
#define VETHLAB_RIP_RIPD_H

#include "import.h"
#include "nodes/common/ask.h"
#include "nodes/common/fib.h"
#include "nodes/common/links.h"
#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "router.h"
#include "udp.h"

#define RIPD_PROTOCOL 189 /* RTPROT_RIP */
#define RIPD_METRIC   120
#define RIPD_BUSY     2000 /* packets that wait to be sent */

struct ripd {
	struct rip_config *config;
	struct loop *loop;
	struct router *router;
	struct udp *udp;
	struct fib *fib;
	struct links *links;
	struct import *import;
	struct asked *asked;
	struct watch *readable, *timer, *sweep;
	struct log_limit complaint;
};

void ripd_open(struct ripd *d);	 /* everything but the configuration */
void ripd_close(struct ripd *d); /* neighbours have been told, the kernel has none of our routes */

/* report.c: report_tell() - as struct answers wants it; report_print() - takes the answer; the exit
 * status */
json_t *report_tell(void *ripd, const char *question);
bool report_knows(const char *question);
int report_print(const char *question, json_t *answer, bool as_json);

/* ripd_options.c - what argv says, into the configuration; does not return for --help, --check and
 * show */
struct rip_config *ripd_options(int argc, char **argv);

#endif
