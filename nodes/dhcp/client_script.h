/* SPDX-License-Identifier: MIT */
/* The script that is run at each change: one at a time, in order, while the client goes on. */
#ifndef VETHLAB_DHCP_CLIENT_SCRIPT_H
#define VETHLAB_DHCP_CLIENT_SCRIPT_H

#include "client.h"

struct script;

/* script_new() - NULL file: nothing is ever run */
struct script *script_new(const char *file, const char *interface);
void script_free(struct script *s); /* one that runs goes on */

/* script_run() - with the grant's values as "new_..." or "old_..." (`prefix`), or none */
void script_run(struct script *s, const char *reason, const char *prefix, const struct grant *g);

/* script_reap() - on SIGCHLD: one has ended, and the next begins */
void script_reap(struct script *s);

/* script_finish() - waits until all have run, but no longer than so many ms */
void script_finish(struct script *s, unsigned ms);

#endif
