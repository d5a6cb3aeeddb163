/* SPDX-License-Identifier: MIT */
/*
 * Process 1 of a lab. It builds, starts, watches and ends; it holds the only descriptors of the
 * lab's namespaces and the lock. When it ends, however it ends, the kernel ends every process of
 * its pid namespace, the last descriptors close, and links and bridges go with them.
 *
 * While `vethlab up` waits, init tells it on a socket what it does. If that socket closes before
 * all is ready, the launcher is gone, and so is the lab.
 */
#include "topology/init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/tcp.h"
#include "topology/build.h"
#include "topology/control.h"
#include "topology/damage.h"
#include "topology/files.h"
#include "topology/handover.h"
#include "topology/scenes.h"
#include "topology/state.h"
#include "topology/taps.h"

#define GRACE_MS      5000
#define PROGRESS_MS   40
#define PARTING_MS    3000
#define LAUNCHER_FD   3
#define LOCK_FD	      4
#define CAPTURE_FD    5
#define FDS_OF_A_NODE 3 /* its namespaces */
#define FDS_OF_A_TASK 4 /* log, exec, notify, and a child's end for a moment */
#define FDS_SPARE     64

void init_tell(struct init *init, const char *fmt, ...)
{
	auto_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text && init->launcher >= 0) /* a message a packet: it may have several lines */
		send(init->launcher, text, strlen(text) + 1, MSG_NOSIGNAL);
}

/* end_lab() - the last thing that happens */
static _Noreturn void end_lab(struct init *init, int status)
{
	pid_t outside = state_init_pid(init->lab->name);

	control_part(init->control, PARTING_MS);
	events_free(init->events); /* the end of a thousand links is nothing to listen to */
	init->events = NULL;
	journal_add(&init->journal, NULL, "lab", "down", NULL);
	journal_flush(&init->journal);
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	spaces_free(&init->spaces); /* the kernel frees them while we take the files away */
	state_remove(init->lab->name, outside);
	_exit(status);
}

void init_fail(struct init *init, const char *fmt, ...)
{
	auto_free char *text = NULL;
	va_list ap;

	if (init->up)
		return; /* the node's log has it */
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	init_tell(init, "fail %s", text ? text : "out of memory");
	end_lab(init, EXIT_FAILURE);
}

/* launcher_is_gone() - its end of the socket is closed, by itself or by its death */
static bool launcher_is_gone(const struct init *init)
{
	char c;

	return recv(init->launcher, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* on_build_progress() - every PROGRESS_MS at most; here building ends if the launcher is gone */
static void on_build_progress(void *arg, const char *what, size_t done, size_t all)
{
	static uint64_t last;
	struct init *init = arg;

	if (clock_ms() - last < PROGRESS_MS)
		return;
	last = clock_ms();
	if (launcher_is_gone(init))
		end_lab(init, EXIT_FAILURE);
	init_tell(init, "progress building: %zu of %zu %s", done, all, what);
}

/* stand_alone() - no terminal, no descriptor of anybody else's; death of the launcher shows as the
 * end of its socket */
static void stand_alone(struct init *init, const struct init_config *config)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int launcher = fcntl(config->launcher, F_DUPFD, CAPTURE_FD + 1); /* out of the way */
	int lock = fcntl(config->lock, F_DUPFD, CAPTURE_FD + 1);
	int capture = fcntl(config->capture, F_DUPFD, CAPTURE_FD + 1);

	setsid();
	umask(022);
	for (int fd = 0; fd <= 2; fd++)
		dup2(null, fd);
	dup3(launcher, LAUNCHER_FD, O_CLOEXEC);
	dup3(lock, LOCK_FD, O_CLOEXEC);
	if (capture >= 0)
		dup3(capture, CAPTURE_FD, O_CLOEXEC);
	close_range(capture >= 0 ? CAPTURE_FD + 1 : LOCK_FD + 1, ~0u, 0);
	init->launcher = LAUNCHER_FD;
	init->capture = capture >= 0 ? CAPTURE_FD : -1;
	prctl(PR_SET_NAME, "vethlab-init");
}

/* ensure_descriptors() - better that up fails here, with a word, than half way through */
static void ensure_descriptors(struct init *init)
{
	const struct lab *lab = init->lab;
	size_t needed = FDS_SPARE + lab->wire_count + FDS_OF_A_NODE * lab->node_count +
			FDS_OF_A_TASK * lab->command_count;
	struct rlimit limit;

	raise_descriptor_limit();
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < needed)
		init_fail(init,
			  "this lab needs %zu file descriptors and a process may have %llu here; "
			  "raise the limit (ulimit -Hn)",
			  needed, (unsigned long long)limit.rlim_cur);
}

/* link_netns() - `ip netns exec LAB-NODE` finds the node: a link to our descriptor, pinning
 * nothing */
static void link_netns(struct init *init, pid_t outside)
{
	for (size_t i = 0; i < init->lab->node_count; i++) {
		auto_free char *path = xasprintf("%s/%s-%s", NETNS_DIR, init->lab->name,
						 init->lab->nodes[i]->name);
		auto_free char *target =
			xasprintf("/proc/%d/fd/%d", (int)outside, init->spaces.nodes[i].net);

		if (symlink(target, path) < 0 && errno == EEXIST) {
			char old[64];
			ssize_t n = readlink(path, old, sizeof(old)); /* not a link: not ours */

			if (n > 6 && strncmp(old, "/proc/", 6) == 0 && access(path, F_OK) < 0 &&
			    unlink(path) == 0 && symlink(target, path) < 0)
				continue;
		}
	}
}

/* name_namespaces() - by a child, while we make the links: names are files, and a disk is slow.
 * Its pid, or 0. */
static pid_t name_namespaces(struct init *init)
{
	pid_t outside = state_init_pid(init->lab->name), pid;

	if (mkdir(NETNS_DIR, 0755) < 0 && errno != EEXIST)
		return 0;
	pid = fork();
	if (pid == 0) {
		link_netns(init, outside);
		_exit(EXIT_SUCCESS);
	}
	return pid > 0 ? pid : 0;
}

/* planned_addresses() - for taps_json(), before any kernel has one; to be freed */
static json_t *planned_addresses(void *arg, const struct iface *iface)
{
	json_t *list = json_array();
	char text[PREFIX_TEXT_LEN];

	(void)arg;
	for (size_t i = 0; i < iface->addr_count; i++)
		json_array_append_new(list, json_string(prefix_format(&iface->addrs[i], text)));
	return list;
}

/* wait_for_capture() - until it sees all; a launcher that goes meanwhile takes the lab with it */
static bool wait_for_capture(struct init *init, uint64_t timeout_ms)
{
	struct pollfd p[] = { { .fd = init->capture, .events = POLLIN },
			      { .fd = init->launcher, .events = POLLIN } };
	uint64_t deadline = clock_ms() + timeout_ms;
	char seen;

	for (uint64_t now; !p[0].revents && (now = clock_ms()) < deadline;) {
		if (launcher_is_gone(init))
			end_lab(init, EXIT_FAILURE);
		poll(p, ARRAY_SIZE(p), (int)(deadline - now));
	}
	return p[0].revents && recv(init->capture, &seen, 1, 0) == 1;
}

/* begin_capture() - hands over the taps, and waits until all is seen */
static bool begin_capture(struct init *init, uint64_t timeout_ms)
{
	char *why;
	struct taps *t = taps_choose(init->lab, NULL, 0, false, &why);
	int *fds = NULL;
	size_t count;
	bool good = taps_open(t, &init->spaces, &fds, &count);
	json_t *json = good ? taps_json(t, planned_addresses, NULL) : NULL;

	if (good) {
		json_object_set_new(json, "born", json_integer((json_int_t)init->journal.born_ns));
		good = handover_all(init->capture, json, fds, count) &&
		       wait_for_capture(init, timeout_ms);
	}
	for (size_t i = 0; fds && i < count; i++)
		close(fds[i]);
	free(fds);
	json_decref(json);
	taps_free(t);
	return good;
}

/* build() - from nothing to nodes that can send; returns only if all went well. Files are written
 * first: /etc/hosts is shown from one. */
static void build(struct init *init, const struct init_config *config)
{
	struct spaces *s = &init->spaces;
	pid_t namer = 0;
	bool good;

	init_tell(init, "progress building");
	good = files_write(init) && space_prepare(s) &&
	       build_namespaces(s, on_build_progress, init);
	if (good && !config->rootless)
		namer = name_namespaces(init);
	if (!good || !build_links(s, on_build_progress, init))
		init_fail(init, "%s", s->error);
	if (init->capture >= 0 && !begin_capture(init, config->timeout_ms))
		init_fail(init, "the capture could not begin");
	if (!build_nodes(s, on_build_progress, init))
		init_fail(init, "%s", s->error);
	while (namer && waitpid(namer, NULL, 0) < 0 && errno == EINTR)
		;
}

/* on_launcher() - it is gone: before all is ready that ends the lab at once, later a
 * tied one as `down` would */
static void on_launcher(void *arg)
{
	struct init *init = arg;

	if (!launcher_is_gone(init))
		return;
	if (!init->up)
		end_lab(init, EXIT_FAILURE);
	watch_stop(init->launcher_watch);
	init_stop(init);
}

/* unready() - who keeps up from being over: "chat/chat-server, f1/forward and 3 more" */
static char *unready(const struct init *init)
{
	char *list = xstrdup("");
	size_t more = 0, shown = 0;

	for (size_t i = 0; i < init->lab->command_count; i++) {
		const struct task *t = &init->tasks[i];
		char *longer;

		if (t->was_ready)
			continue;
		if (shown == 3) {
			more++;
			continue;
		}
		longer = xasprintf("%s%s%s/%s", list, shown++ ? ", " : "", t->command->node->name,
				   t->command->name);
		free(list);
		list = longer;
	}
	if (more) {
		char *longer = xasprintf("%s and %zu more", list, more);

		free(list);
		list = longer;
	}
	return list;
}

/* on_deadline() - of up; or, once the lab is stopping, of the grace that its commands have */
static void on_deadline(void *arg)
{
	struct init *init = arg;
	auto_free char *list = unready(init);

	if (init->stopping)
		end_lab(init, EXIT_SUCCESS); /* the grace is over */
	init_fail(init, "not ready in time: %s", list);
}

/* up_is_over() - every command is ready: the launcher hears so, and is let go
 * unless the lab is tied to it */
static void up_is_over(struct init *init)
{
	if (launcher_is_gone(init)) /* nobody would know of the lab */
		end_lab(init, EXIT_FAILURE);
	watch_stop(init->deadline);
	init->ready_after_ms = clock_ms() - init->born_ms;
	init->up = true;
	journal_add(&init->journal, NULL, "lab", "up",
		    json_pack("{s:I}", "after_ms", (json_int_t)init->ready_after_ms));
	events_look_at_all(init->events);
	if (init->lab->events.action_count)
		scene_play(init->scenes, &init->lab->events);
	init_tell(init, "ready %llu", (unsigned long long)init->ready_after_ms);
	if (init->tied)
		return;
	watch_free(init->launcher_watch);
	init->launcher_watch = NULL;
	close(init->launcher);
	init->launcher = -1;
}

/* tell_waiting() - every PROGRESS_MS at most */
static void tell_waiting(struct init *init)
{
	static uint64_t last;
	auto_free char *list = NULL;
	size_t ready = 0;

	if (clock_ms() - last < PROGRESS_MS)
		return;
	last = clock_ms();
	for (size_t i = 0; i < init->lab->command_count; i++)
		ready += init->tasks[i].was_ready;
	list = unready(init);
	init_tell(init, "progress starting: %zu of %zu ready, waiting for %s", ready,
		  init->lab->command_count, list);
}

/* move_on() - what is due now in the phase that the lab is in; does nothing where nothing is */
static void move_on(struct init *init)
{
	if (init->stopping) {
		tasks_stop_due(init);
		if (tasks_all_stopped(init))
			end_lab(init, EXIT_SUCCESS);
		return;
	}
	tasks_start_due(init);
	if (init->up)
		return;
	if (tasks_all_ready(init))
		up_is_over(init);
	else
		tell_waiting(init);
}

/* on_turn() - after each turn: what may start, starts; what may stop, stops; it is written down */
static void on_turn(void *arg)
{
	struct init *init = arg;

	move_on(init);
	events_turn(init->events);
	journal_flush(&init->journal);
}

/* on_child() - signals that come together are one: all that have ended are buried */
static void on_child(void *arg)
{
	struct init *init = arg;
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		tasks_on_child(init, pid, status); /* orphans of the lab are ours to bury too */
}

void init_stop(struct init *init)
{
	if (init->stopping)
		return;
	init->stopping = true;
	if (!init->up)
		init_tell(init, "fail ended by 'vethlab down'");
	journal_add(&init->journal, NULL, "lab", "stopping", NULL);
	watch_start_in(init->deadline, GRACE_MS);
}

static void on_end(void *arg)
{
	init_stop(arg);
}

/* supervise() - from the first command to the end of the lab */
static _Noreturn void supervise(struct init *init, uint64_t timeout_ms)
{
	struct watch *child;

	init->loop = loop_new();
	loop_on_end(init->loop, on_end, init);
	child = loop_on_signal(init->loop, SIGCHLD, on_child, init);
	init->events = events_new(init);
	if (!init->events)
		init_fail(init, "cannot listen to the nodes' kernels: %s",
			  init->spaces.error ? init->spaces.error : strerror(errno));
	init->damage = damage_new(init);
	init->scenes = scenes_new(init);
	tasks_new(init);
	init->control = control_new(init);
	if (!init->control)
		init_fail(init, "cannot open the control socket: %s", strerror(errno));
	if (init->capture >= 0)
		control_attend(init->control, init->capture);
	init->deadline = loop_on_timer(init->loop, on_deadline, init);
	watch_start_in(init->deadline, timeout_ms);
	init->launcher_watch = loop_on_readable(init->loop, init->launcher, on_launcher, init);
	watch_start(init->launcher_watch);
	loop_on_turn(init->loop, on_turn, init);
	on_turn(init);
	loop_run(init->loop);
	watch_free(child);
	end_lab(init, EXIT_SUCCESS);
}

/* on_exhaustion() - no memory: the launcher is told without any, and the lab ends */
static void on_exhaustion(void)
{
	static const char words[] = "fail out of memory";

	send(LAUNCHER_FD, words, sizeof(words), MSG_NOSIGNAL);
}

void init_main(const struct init_config *config)
{
	struct init init = {
		.lab = config->lab, .dir = config->dir, .tied = config->tied, .born_ms = clock_ms()
	};

	log_open("vethlab");
	clock_gettime(CLOCK_REALTIME, &init.born);
	init.programs = xstrdup(config->programs);
	stand_alone(&init, config);
	mem_on_exhaustion(on_exhaustion);
	spaces_init(&init.spaces, init.lab, init.dir);
	ensure_descriptors(&init);
	nodelog_start(&init);
	journal_open(&init.journal, init.dir, clock_ns());
	journal_add(&init.journal, NULL, "lab", "building", NULL);
	build(&init, config);
	supervise(&init, config->timeout_ms);
}
