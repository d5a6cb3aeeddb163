/* SPDX-License-Identifier: MIT */
/* ripd: a RIP router. */
#include "nodes/common/log.h"
#include "nodes/common/notify.h"
#include "ripd.h"

int main(int argc, char **argv)
{
	struct ripd d = { 0 };
	int status;

	log_open("ripd");
	d.config = ripd_options(argc, argv);
	ripd_open(&d);
	notify_routes(RIPD_PROTOCOL, RIPD_METRIC);
	notify_ready();
	status = loop_run(d.loop);
	ripd_close(&d);
	return status;
}
