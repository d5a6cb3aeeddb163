/* SPDX-License-Identifier: MIT */
/*
 * The launcher's half of `up`: it claims the lab's name, clones process 1 into new namespaces, and
 * listens to what that tells until the lab is ready. Should the launcher die meanwhile, init sees
 * the end of the socket and ends too.
 */
#include "topology/launch.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/capture/background.h"
#include "topology/init.h"
#include "topology/progress.h"
#include "topology/state.h"
#include "topology/userns.h"

#define MESSAGE_MAX 65536

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
	interrupted = sig;
}

const char *own_folder(void)
{
	static char exe[4096];
	ssize_t n = *exe ? 0 : readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (*exe && n == 0)
		return exe;
	if (n <= 0)
		fatal_errno("cannot tell where vethlab itself is");
	exe[n] = '\0';
	*strrchr(exe, '/') = '\0';
	return exe;
}

const char *own_programs(void)
{
	static char *dir;
	auto_free char *probe = xasprintf("%s/chat-server", own_folder());

	if (!dir)
		dir = access(probe, X_OK) == 0 ? xstrdup(own_folder())
					       : xasprintf("%s/../lib/vethlab", own_folder());
	return dir;
}

/* read_sysctl() - a small number from /proc/sys, or `otherwise` */
static long read_sysctl(const char *name, long otherwise)
{
	auto_free char *path = xasprintf("/proc/sys/%s", name);
	auto_fclose FILE *f = fopen(path, "re");
	long n;

	return f && fscanf(f, "%ld", &n) == 1 ? n : otherwise;
}

/* explain_rootless() - which switch keeps an ordinary user from making namespaces */
static const char *explain_rootless(void)
{
	if (read_sysctl("user/max_user_namespaces", 1) == 0)
		return "user namespaces are off (sysctl user.max_user_namespaces is 0)";
	if (read_sysctl("kernel/unprivileged_userns_clone", 1) == 0)
		return "user namespaces are off for ordinary users (sysctl "
		       "kernel.unprivileged_userns_clone is 0)";
	if (read_sysctl("kernel/apparmor_restrict_unprivileged_userns", 0) == 1)
		return "AppArmor keeps ordinary users from user namespaces (sysctl "
		       "kernel.apparmor_restrict_unprivileged_userns is 1)";
	return NULL;
}

/* missing_kind() - the kind of namespace that this kernel was built without, or NULL */
static const char *missing_kind(bool rootless)
{
	static const char *const kinds[] = { "net", "pid", "mnt", "uts", "user" };

	for (size_t i = 0; i < ARRAY_SIZE(kinds) - !rootless; i++) {
		auto_free char *path = xasprintf("/proc/self/ns/%s", kinds[i]);

		if (access(path, F_OK) < 0)
			return kinds[i];
	}
	return NULL;
}

/* report_clone() - why there are no namespaces, by the errno of clone(2) and what
 * is known of this machine */
static void report_clone(bool rootless)
{
	int err = errno;
	const char *kind = missing_kind(rootless), *why = rootless ? explain_rootless() : NULL;

	if (kind)
		log_info("this kernel has no %s namespaces", kind);
	else if (why)
		log_info("%s: set it to allow them, or use sudo", why);
	else if (rootless)
		log_info("cannot make the lab's namespaces: %s; try sudo", strerror(err));
	else if (err == EPERM)
		log_info(
			"cannot make the lab's namespaces: %s; root lacks CAP_SYS_ADMIN here (in a "
			"container?)",
			strerror(err));
	else
		log_info("cannot make the lab's namespaces: %s", strerror(err));
}

/* clone_init() - a fork into the lab's namespaces: returns in both, like fork() */
static pid_t clone_init(bool rootless)
{
	unsigned long flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS |
			      CLONE_NEWIPC | (rootless ? CLONE_NEWUSER : 0);

	fflush(NULL);
	return (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
}

/* write_pid() - of init as we see it; false: not all of it */
static bool write_pid(int lock, pid_t pid)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d\n", (int)pid);

	return pwrite(lock, text, (size_t)len, 0) == len;
}

/* be_init() - waits for the launcher's octet: before that its users are not mapped, and
 * the lock does not name it */
static _Noreturn void be_init(const struct launch *l, const char *dir, int sock, int lock,
			      int capture, bool rootless)
{
	char go;
	struct init_config config = {
		.lab = l->lab,
		.dir = dir,
		.programs = own_programs(),
		.launcher = sock,
		.lock = lock,
		.capture = capture,
		.rootless = rootless,
		.tied = l->tied,
		.timeout_ms = l->timeout_ms,
	};

	if (recv(sock, &go, 1, 0) != 1) /* the lock names us now; or the launcher is gone */
		_exit(EXIT_FAILURE);
	init_main(&config);
}

/* watch_interrupts() - they are noted instead of ending us; `watch` false: as it
 * was before, from `old` */
static void watch_interrupts(struct sigaction old[3], bool watch)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa = { .sa_handler = on_interrupt };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], watch ? &sa : &old[i], watch ? &old[i] : NULL);
}

/* follow() - shows what init tells; true: the lab is ready */
static bool follow(const struct launch *l, int sock)
{
	char *text = xcalloc(1, MESSAGE_MAX);
	bool ready = false;
	ssize_t n = 0;

	while (!ready && !interrupted) {
		n = recv(sock, text, MESSAGE_MAX - 1, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		text[n] = '\0';
		if (strncmp(text, "progress ", 9) == 0 && !l->quiet)
			progress_show("%s: %s", l->lab->name, text + 9);
		if (strncmp(text, "fail ", 5) == 0) {
			progress_clear();
			log_info("%s: %s", l->lab->name, text + 5);
			break;
		}
		ready = strncmp(text, "ready", 5) == 0;
	}
	progress_clear();
	if (interrupted)
		log_info("%s: interrupted; nothing is left of it", l->lab->name);
	else if (n <= 0)
		log_info("%s: its init ended without a word", l->lab->name);
	free(text);
	return ready;
}

/* refuse() - says why state_claim() failed, by errno; the exit status */
static int refuse(const struct launch *l)
{
	const char *name = l->lab->name;

	if (errno != EBUSY)
		log_errno("cannot make the state folder of lab '%s' in %s", name, state_root());
	else
		log_info("lab '%s' is running already: 'vethlab down %s' ends it, 'vethlab ps %s' "
			 "shows it, 'vethlab up --name OTHER' starts a second one",
			 name, name, name);
	return EXIT_FAILURE;
}

int launch(struct launch *l)
{
	bool rootless = geteuid() != 0, ready;
	auto_free char *dir = state_dir(l->lab->name);
	auto_close int lock = state_claim(l->lab->name);
	auto_close int ours = -1, capture = -1;
	struct sigaction old[3];
	int pair[2];
	pid_t pid;

	if (lock < 0)
		return refuse(l);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		fatal_errno("cannot make a socket pair");
	ours = pair[0];
	if (l->capture)
		capture = background_begin(l->capture);
	pid = clone_init(rootless);
	if (pid == 0) {
		close(pair[0]);
		be_init(l, dir, pair[1], lock, capture, rootless);
	}
	close(pair[1]);
	if (pid < 0) {
		report_clone(rootless);
		state_remove(l->lab->name, 0);
		return EXIT_FAILURE;
	}
	watch_interrupts(old, true);
	if (rootless && !map_users(pid))
		log_errno("cannot map the user into lab '%s'", l->lab->name);
	else if (!write_pid(lock, pid))
		log_errno("cannot write the state of lab '%s'", l->lab->name);
	else if (send(ours, "", 1, MSG_NOSIGNAL) < 0)
		log_errno("lab '%s'", l->lab->name);
	close(lock);
	lock = -1;
	cleanup_close(&capture);
	capture = -1;
	ready = follow(l, ours);
	if (!ready) {
		close(ours);
		ours = -1;
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		state_is_live(l->lab->name); /* takes away what is left, had init been killed */
		if (rootless && explain_rootless())
			log_info("%s", explain_rootless());
	}
	watch_interrupts(old, false);
	if (!ready)
		return interrupted ? 128 + interrupted : EXIT_FAILURE;
	if (l->tied) {
		l->tie = ours;
		ours = -1;
	}
	return EXIT_SUCCESS;
}
