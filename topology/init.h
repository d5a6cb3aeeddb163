/* SPDX-License-Identifier: MIT */
/* Process 1 of a lab, and its parts: tasks, logs, answers to the other verbs. */
#ifndef VETHLAB_INIT_H
#define VETHLAB_INIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "nodes/common/loop.h"
#include "topology/events.h"
#include "topology/journal.h"
#include "topology/space.h"

enum task_state {
	TASK_WAITING,  /* for what it comes after */
	TASK_STARTING, /* runs, not ready yet */
	TASK_READY,
	TASK_EXITED,  /* with status 0 */
	TASK_FAILED,  /* another status, a signal, or it could not start */
	TASK_BACKOFF, /* will be started again */
	TASK_STOPPING,
	TASK_STOPPED,
	TASK_STATE_COUNT,
};

/* A task is a command at work. */
struct task {
	struct init *init;
	const struct command *command;
	enum task_state state;
	pid_t pid;  /* 0: it does not run */
	int status; /* as wait() tells, of its last end */
	bool was_ready;
	bool again; /* it is stopping, to be started once more */
	unsigned restarts, in_a_row;
	uint64_t started_ms, ready_ms, backoff_ms;
	int log_fd, exec_fd, notify_fd;
	struct watch *log_watch, *exec_watch, *notify_watch, *timer;
	pid_t probe; /* the `ready` command at work */
	char line[1024];
	size_t line_len;
	char text[128];		 /* STATUS= of sd_notify(3) */
	uint8_t routes_protocol; /* X_ROUTES=: those it writes; 0: none */
	uint32_t routes_metric;
};

struct control;
struct damage;
struct scenes;

struct init {
	const struct lab *lab;
	const char *dir;
	char *programs; /* the folder of vethlab's own programs */
	struct spaces spaces;
	struct loop *loop;
	struct task *tasks; /* in the lab's start order */
	struct control *control;
	struct journal journal;
	struct events *events;
	struct damage *damage;
	struct scenes *scenes;
	int launcher; /* the socket to `vethlab up`; -1: up is over */
	int capture;  /* the socket to the capture that began before the lab; -1: none */
	struct watch *launcher_watch, *deadline;
	bool stopping, tied, up;
	uint64_t born_ms, ready_after_ms;
	struct timespec born; /* wall clock */
	size_t log_len_max;
	uint64_t log_lost;
};

/* What `vethlab up` hands to the process that it clones. */
struct init_config {
	const struct lab *lab;
	const char *dir;
	const char *programs;
	int launcher, lock;
	int capture; /* a socket of background.h; -1: none */
	bool rootless;
	bool tied; /* the lab ends when the launcher does */
	uint64_t timeout_ms;
};

/* init_main() - the life of process 1; never returns */
_Noreturn void init_main(const struct init_config *config);

/* init_tell() - a line for the launcher: "progress ...", "fail ...", "ready ..." */
void init_tell(struct init *init, const char *fmt, ...) printf_like(2, 3);

/* init_fail() - up failed: says why, and everything ends */
void init_fail(struct init *init, const char *fmt, ...) printf_like(2, 3);

/* init_stop() - down: SIGTERM in reverse start order, grace, the end */
void init_stop(struct init *init);

/* task.c */
void tasks_new(struct init *init);
void tasks_free(struct init *init);
void tasks_start_due(struct init *init);       /* those whose predecessors are ready */
bool tasks_all_ready(const struct init *init); /* as up means it */
void tasks_stop_due(struct init *init);	       /* those that nothing running comes after */
bool tasks_all_stopped(const struct init *init);
void tasks_on_child(struct init *init, pid_t pid, int status);
const char *task_state_name(enum task_state state);

void task_start(struct task *t);
void task_become(struct task *t, enum task_state state);
bool task_is_running(const struct task *t);
void task_signal(const struct task *t, int signal); /* its whole process group */

/* orders.c: what a person orders; *note says what there was not to do, or NULL (to be freed) */
void order_start(struct task *t, char **note);
void order_stop(struct task *t, char **note);
void order_restart(struct task *t, char **note);

/* readiness.c: how a task that has started gets ready */
void readiness_watch(struct task *t);
void readiness_end(struct task *t);
bool readiness_on_child(struct task *t, pid_t pid, int status); /* was it the task's probe? */
int notify_socket(const struct command *c);
void task_ready(struct task *t);

/* spawn.c */
struct child_io {
	int out;     /* standard output and error; -1: /dev/null */
	int exec_fd; /* closed by a successful exec, else it gets errno; -1: none */
};
pid_t spawn(struct init *init, const struct command *c, char *const argv[], const char *program,
	    struct child_io io);

/* nodelog.c: what the commands of a node print, bounded */
void nodelog_start(struct init *init);
void nodelog_line(struct init *init, const struct node *node, const char *who, const char *text,
		  size_t len);
void nodelog_event(struct init *init, const struct command *c, const char *fmt, ...)
	printf_like(3, 4);
char *nodelog_tail(struct init *init, const struct command *c, const char *indent);

/* control.c: the socket on which the other verbs ask */
struct control *control_new(struct init *init);
void control_free(struct control *c);
void control_attend(struct control *c,
		    int fd); /* somebody attends who did not call; takes it over */

/* control_part() - who attends is told that the lab ends, and has this time to take leave */
void control_part(struct control *c, unsigned timeout_ms);

#endif
