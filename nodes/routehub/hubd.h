/* SPDX-License-Identifier: MIT */
/* What both daemons of the hub stand on: the loop, the socket, the kernel's links and routes. */
#ifndef VETHLAB_ROUTEHUB_HUBD_H
#define VETHLAB_ROUTEHUB_HUBD_H

#include "nodes/common/ask.h"
#include "nodes/common/fib.h"
#include "nodes/common/links.h"
#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "nodes/common/options.h"
#include "nodes/common/table.h"
#include "packet.h"
#include "udp.h"

#define HUB_PROTOCOL 201
#define HUB_METRIC   110

/* What the daemon's core does with what happens. `now` in milliseconds. */
struct hub_core {
	void (*input)(void *core, const struct datagram_in *in, uint64_t now);
	void (*unreachable)(void *core, uint32_t address, uint16_t port, uint64_t now);
	void (*lost)(void *core);
	uint64_t (*work)(void *core, uint64_t now);
	bool (*pump)(void *core);
	void (*stop)(void *core);
	void (*reinstall)(void *core);
	void *core;
};

struct hubd {
	struct hub_core core;
	struct loop *loop;
	struct hub_udp *udp;
	struct fib *fib;
	struct links *links;
	struct asked *asked;
	struct watch *readable, *timer, *sweep;
	uint64_t sweep_ms; /* what an earlier run has left may be told again so long */
	struct log_limit complaint;
};

/* hubd_open() - all but the core, which is there when hubd_start() is called */
void hubd_open(struct hubd *h, uint32_t address, uint16_t port);
void hubd_start(struct hubd *h, const char *name, const struct answers *answers);

/* hubd_run() - says that it is ready; the exit status, when the loop has ended */
int hubd_run(struct hubd *h);
void hubd_close(struct hubd *h); /* peers have been told, the kernel has none of our routes */

/* Parts of a core's io, whose arg is the hubd. */
void hubd_install(void *hubd, uint32_t address, uint32_t next_hop);
void hubd_dropped(void *hubd, uint32_t from, enum hub_count why);
bool hubd_is_ours(void *hubd, uint32_t address);
bool hubd_has_route(const struct hubd *h, uint32_t address);

uint32_t hubd_new_id(void); /* never 0 */

/* hubd_key() - of --key and --key-file; wrong use, or a file that cannot be read, ends the
 * program */
struct hub_key hubd_key(const struct program *p, const char *text, const char *file);

/* hubd_show() - `show WHAT`: asks the daemon that runs here, prints, ends; the first shape is what
 * is shown where nothing is named */
_Noreturn void hubd_show(const struct program *p, const struct table_shape *shapes, size_t count,
			 int argc, char **argv, bool as_json);

/* hubd_counts() - the answer to `counts` */
json_t *hubd_counts(uint64_t received, uint64_t sent, const uint64_t counts[HUB_COUNT_COUNT]);

#endif
