/* SPDX-License-Identifier: MIT */
/* What the parts of the FIB writer share; nobody else includes it. */
#ifndef VETHLAB_FIB_CORE_H
#define VETHLAB_FIB_CORE_H

#include "fib.h"
#include "log.h"
#include "nl.h"
#include "prefix_map.h"

/* A set of next hops that routes share: there is one of each. With many routes it becomes a nexthop
 * object in the kernel: a route that names it costs half, and all of them go with it at once. */
struct hops {
	struct hops *next; /* of the same hash */
	uint32_t hash;
	uint32_t users;		 /* routes that want it, and routes that have it */
	uint32_t wanted;	 /* those that want it */
	uint32_t named, leaving; /* those whose kernel route names its object; and that shall go */
	uint32_t object;	 /* its id in the kernel, or 0 */

	bool no_object; /* the kernel did not take it */
	uint32_t seen;	/* the object, in which look */
	uint8_t family, count;
	struct fib_hop hop[];
};

struct route {
	struct prefix prefix;
	struct hops *want, *have; /* NULL: none */
	struct route *next_dirty;
	uint32_t seen;	 /* in which look */
	uint32_t object; /* the one that the kernel's route names, or 0 */
	bool dirty;	 /* waits to be settled */
	bool changing;	 /* its message follows that of another */
	bool refused;	 /* the kernel did not take it */
	bool behind;	 /* it stands, perhaps, behind another's */
};

#define HOPS_BUCKETS 1024

struct fib {
	struct loop *loop;
	struct fib_config config;
	int fd, ask, events; /* puts; asks, also while something is put; hears */
	struct nl_batch *batch;
	struct prefix_map *routes;
	struct hops *hops[HOPS_BUCKETS];
	struct hops *last_hops; /* which were asked for last: often the next ones too */
	struct hops **objects;	/* those that have one */
	size_t object_count;
	uint32_t last_object;
	struct route *dirty, **dirty_end;
	size_t refused;
	bool swept;
	uint32_t looks;

	bool look; /* the kernel may have something else than we think */
	uint64_t next_look_ms;
	struct watch *timer, *readable;
	struct log_limit complaint;
};

/* ---- fib_hops.c ------------------------------------------------------------------------------ */

/* hops_get() - the one set with these next hops. A new one has no user yet: give it one, or
 * hops_release() it. */
struct hops *hops_get(struct fib *f, int family, const struct fib_hop *hops, size_t count);

/* hops_release() - freed, if it has neither users nor an object any more */
void hops_release(struct fib *f, struct hops *h);

/* hops_forget_object() - the kernel has its object no more; the set may go with it */
void hops_forget_object(struct fib *f, struct hops *h);

/* route_want(), route_have() - say what is so, with all the counting; the set that the route leaves
 * may be freed */
void route_want(struct fib *f, struct route *r, struct hops *h);
void route_have(struct fib *f, struct route *r, struct hops *h, uint32_t object);

/* route_is_lost() - the object that it named has gone, and the route with it */
bool route_is_lost(const struct route *r);

/* ---- fib_kernel.c: the messages -------------------------------------------------------------- */

/* kernel_put() - RTM_NEWROUTE or RTM_DELROUTE into the batch; hops NULL: whatever hops it has.
 * What is refused comes back with `about`. */
void kernel_put(struct fib *f, uint16_t type, uint16_t flags, const struct route *r,
		const struct hops *h, uint32_t object, void *about);

/* kernel_make_object() - at once, behind what the batch has; false: the kernel refuses it */
bool kernel_make_object(struct fib *f, struct hops *h);
void kernel_drop_object(struct fib *f, uint32_t id, void *about);

/* What the kernel says of a route. */
struct seen_route {
	struct prefix prefix;
	uint8_t protocol;
	uint32_t metric, table, object;
	struct fib_hop hop[FIB_HOPS_MAX];
	size_t hop_count; /* 0: more than that, or such as we never make */
};

/* kernel_read_route() - false: it is no plain unicast route of IPv4 or IPv6 */
bool kernel_read_route(const struct nlmsghdr *nlh, struct seen_route *to);
bool kernel_read_prefix(const struct nlmsghdr *nlh, struct prefix *to); /* of any kind of route */

/* kernel_read_object() - a nexthop object of our protocol, with a single next hop; false:
 * another */
bool kernel_read_object(const struct fib *f, const struct nlmsghdr *nlh, uint32_t *id, int *family,
			struct fib_hop *hop);

/* ---- fib_look.c: events, dump and compare ---------------------------------------------------- */

/* look_open() - the sockets; ends the program where there is no netlink */
void look_open(struct fib *f);

/* look_now() - dumps and compares; what is not as it is wanted is marked, and f->next_look_ms
 * set */
void look_now(struct fib *f);
void fib_mark(struct fib *f, struct route *r); /* dirty */

/* fib_schedule() - the timer, for what waits: routes at once, a look when its time has come */
void fib_schedule(struct fib *f);

#endif
