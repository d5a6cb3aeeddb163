/* SPDX-License-Identifier: MIT */
/*
 * vethlab test: a bats file, so many times, each time with labs of its own, and how often each of
 * its tests failed. A run has a folder for its labs' state; what is left running in it is ended and
 * told.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "nodes/common/log.h"
#include "nodes/common/loop.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/become.h"
#include "topology/client.h"
#include "topology/launch.h"
#include "topology/load.h"
#include "topology/progress.h"
#include "topology/state.h"
#include "topology/table.h"
#include "topology/verbs.h"

#define TEST_VERSION 1

static uint64_t repeat = 1, seed = UINT64_MAX;
static const char *keep = "vethlab-failures";
static bool as_json;

static const struct option_row options[] = {
	{ "repeat", 'n', "N", OPTION_NUMBER, &repeat, "run it N times (1)", 1, 1000000 },
	{ "seed", 's', "S", OPTION_NUMBER, &seed,
	  "VETHLAB_SEED of the first run; random if not given", 0, UINT32_MAX },
	{ "keep", 'k', "DIR", OPTION_TEXT, &keep, "where failures are kept (vethlab-failures)", 0,
	  0 },
	{ "json", 0, NULL, OPTION_FLAG, &as_json, "the result as JSON", 0, 0 },
};

static const struct program program = {
	.name = "vethlab test",
	.usage = "[OPTION]... FILE.bats...",
	.about =
		"Runs bats files, each time with fresh labs of their own, and counts how often each test\n"
		"failed. Of a run that failed, the output, and the logs and events of its labs, are kept.\n"
		"VETHLAB_SEED is S in the first run, S + 1 in the next ...\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.more = "example, is it flaky?\n"
		"  vethlab test --repeat 20 tests/convergence.bats\n",
};

struct result {
	char *name;
	unsigned runs, failed, skipped;
};

struct report {
	struct result *results;
	size_t count;
	char **kept;
	size_t kept_count;
	unsigned runs, failed_runs;
};

static volatile sig_atomic_t interrupted, bats;

/* on_interrupt() - bats has a process group of its own: it and all it started get the signal too */
static void on_interrupt(int sig)
{
	interrupted = sig;
	if (bats)
		kill(-bats, sig);
}

/* ---- what bats says -------------------------------------------------------------------------- */

/* result_of() - what is known of the test, a new one where it was not met yet; valid
 * until the next new one */
static struct result *result_of(struct report *r, const char *name)
{
	struct result *new;

	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->results[i].name, name) == 0)
			return &r->results[i];
	new = xappend(&r->results, &r->count);
	new->name = xstrdup(name);
	return new;
}

struct tally {
	unsigned planned, passed, failed;
};

/* take_line() - a line of TAP: "1..3", "ok 1 NAME", "not ok 2 NAME", "ok 3 NAME # skip WHY" */
static void take_line(struct report *r, struct tally *t, char *line)
{
	bool bad = strncmp(line, "not ok ", 7) == 0;
	char *name = line + (bad ? 7 : 3), *comment;
	struct result *result;

	if (strncmp(line, "1..", 3) == 0)
		t->planned = (unsigned)strtoul(line + 3, NULL, 10);
	if (!bad && strncmp(line, "ok ", 3) != 0)
		return;
	name += strspn(name, "0123456789");
	name += *name == ' ';
	name[strcspn(name, "\n")] = '\0';
	comment = strstr(name, " # skip");
	if (comment)
		*comment = '\0';
	result = result_of(r, name);
	result->runs++;
	result->failed += bad;
	result->skipped += comment != NULL;
	if (bad)
		t->failed++;
	else
		t->passed++;
}

/* ---- one run --------------------------------------------------------------------------------- */

/* set_environment() - of a run, in the child that calls it: its labs, and what they
 * leave behind, are in `dir` */
static void set_environment(const char *dir, uint64_t its_seed)
{
	auto_free char *state = xasprintf("%s/state", dir), *records = xasprintf("%s/labs", dir);
	auto_free char *number = xasprintf("%llu", (unsigned long long)its_seed);
	const char *path = getenv("PATH");
	auto_free char *self = xstrdup(own_folder());
	auto_free char *own_first = xasprintf("%s:%s", self, path ? path : "/usr/bin:/bin");

	setenv("VETHLAB_STATE_DIR", state, 1);
	setenv("VETHLAB_KEEP", records, 1);
	setenv("VETHLAB_SEED", number, 1);
	setenv("PATH", own_first, 1); /* `vethlab` in the file is this one */
	unsetenv("VETHLAB_LAB");
}

/* start_bats() - in a process group of its own, told to end when we do; *out is the end of a pipe
 * from which all that it prints comes */
static pid_t start_bats(const char *dir, uint64_t its_seed, char *const files[], int *out)
{
	size_t count = 0;
	char **argv = NULL;
	int fds[2];
	pid_t pid;

	*xappend(&argv, &count) = (char *)"bats";
	*xappend(&argv, &count) = (char *)"--tap";
	for (; *files; files++)
		*xappend(&argv, &count) = *files;
	*xappend(&argv, &count) = NULL;
	if (pipe2(fds, O_CLOEXEC) < 0)
		fatal_errno("cannot make a pipe");
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		fatal_errno("cannot start a process");
	if (pid == 0) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		set_environment(dir, its_seed);
		dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		become(argv);
	}
	setpgid(pid, pid); /* whoever of us comes first */
	bats = pid;
	free(argv);
	close(fds[1]);
	*out = fds[0];
	return pid;
}

/* end_labs() - in a child, whose state folder is the run's: what still runs there ends */
static void end_labs(const char *dir, uint64_t its_seed)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		size_t count;
		char **labs;

		set_environment(dir, its_seed);
		labs = state_list(&count);
		for (size_t i = 0; i < count; i++) {
			log_info("lab '%s' was left running: it is ended", labs[i]);
			ask_down(labs[i]);
		}
		_exit(EXIT_SUCCESS);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* run_program() - and waits for its end, whatever that is */
static void run_program(char *const argv[])
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		become(argv);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* keep_run() - the run's output and its labs' records; the name of their folder, to be freed. NULL:
 * there is no place for it, which was said. */
static char *keep_run(const char *dir, uint64_t its_seed)
{
	auto_free char *from_out = xasprintf("%s/output", dir);
	auto_free char *from_labs = xasprintf("%s/labs", dir);
	char *to = NULL;

	if (mkdir(keep, 0777) < 0 && errno != EEXIST) {
		log_errno("cannot make %s", keep);
		return NULL;
	}
	for (int i = 1; i < 10000; i++) {
		free(to);
		to = i == 1 ? xasprintf("%s/seed-%llu", keep, (unsigned long long)its_seed)
			    : xasprintf("%s/seed-%llu-%d", keep, (unsigned long long)its_seed, i);
		if (mkdir(to, 0777) == 0)
			break;
		if (errno != EEXIST) {
			log_errno("cannot make %s", to);
			free(to);
			return NULL;
		}
	}
	run_program((char *[]){ (char *)"cp", (char *)"-r", from_out, from_labs, to, NULL });
	return to;
}

/* remove_entry() - for nftw(3): what cannot be removed does not keep the rest */
static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	remove(path);
	return 0;
}

/* new_run_folder() - with folders for the labs' state and for their records; to be freed */
static char *new_run_folder(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/vethlab-test-XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp");
	auto_free char *state = NULL, *labs = NULL;

	if (!mkdtemp(dir))
		fatal_errno("cannot make %s", dir);
	state = xasprintf("%s/state", dir);
	labs = xasprintf("%s/labs", dir);
	if (mkdir(state, 0700) < 0 || mkdir(labs, 0700) < 0)
		fatal_errno("cannot make %s", state);
	return dir;
}

/* read_output() - into the run's folder, and line by line into the report; closes `out` */
static struct tally read_output(struct report *r, const char *dir, int out)
{
	auto_free char *path = xasprintf("%s/output", dir), *line = NULL;
	auto_fclose FILE *to = fopen(path, "we"), *from = fdopen(out, "r");
	struct tally t = { 0 };
	size_t room = 0;

	while (from && getline(&line, &room, from) > 0) {
		if (to)
			fputs(line, to);
		take_line(r, &t, line);
		progress_show("run %u of %llu: %u of %u tests, %u failed", r->runs + 1,
			      (unsigned long long)repeat, t.passed + t.failed, t.planned, t.failed);
	}
	return t;
}

static void show_output(const char *dir)
{
	auto_free char *path = xasprintf("%s/output", dir), *line = NULL;
	auto_fclose FILE *f = fopen(path, "re");
	size_t room = 0;

	while (f && getline(&line, &room, f) > 0)
		fputs(line, stderr);
}

/* run_once() - good is a run in which bats says 0 and all tests it had planned passed. One that was
 * interrupted is neither failed nor kept. */
static void run_once(struct report *r, char *const files[], uint64_t its_seed)
{
	auto_free char *dir = new_run_folder();
	struct tally t;
	pid_t pid;
	int out, status;
	bool good;

	pid = start_bats(dir, its_seed, files, &out);
	t = read_output(r, dir, out);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	bats = 0;
	progress_clear();
	end_labs(dir, its_seed);
	good = status == 0 && t.planned && !t.failed && t.passed == t.planned;
	if (!t.planned && !interrupted)
		log_info("there is no test in it");
	r->runs++;
	if (!good && !interrupted) {
		char *kept = keep_run(dir, its_seed);

		r->failed_runs++;
		if (kept)
			*xappend(&r->kept, &r->kept_count) = kept;
		if (!t.planned || repeat == 1)
			show_output(dir);
	}
	nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- the report ------------------------------------------------------------------------------ */

static void print_table(const struct report *r)
{
	static const struct column columns[] = { { "TEST", 0 },
						 { "RUNS", SCOLS_FL_RIGHT },
						 { "FAILED", SCOLS_FL_RIGHT } };
	struct libscols_table *t = table_new(columns, ARRAY_SIZE(columns));

	for (size_t i = 0; i < r->count; i++) {
		const struct result *result = &r->results[i];
		auto_free char *runs = xasprintf("%u", result->runs);
		auto_free char *failed = xasprintf("%u", result->failed);

		table_line(t, (const char *const[]){ result->name, runs, failed }, 3);
	}
	table_print(t);
	printf("\n%u run%s, %u failed; seed %llu\n", r->runs, plural(r->runs), r->failed_runs,
	       (unsigned long long)seed);
	for (size_t i = 0; i < r->kept_count; i++)
		printf("kept: %s\n", r->kept[i]);
}

static void print_report_json(const struct report *r)
{
	json_t *tests = json_array(), *kept = json_array();

	for (size_t i = 0; i < r->count; i++)
		json_array_append_new(tests,
				      json_pack("{s:s, s:i, s:i, s:i}", "test", r->results[i].name,
						"runs", (int)r->results[i].runs, "failed",
						(int)r->results[i].failed, "skipped",
						(int)r->results[i].skipped));
	for (size_t i = 0; i < r->kept_count; i++)
		json_array_append_new(kept, json_string(r->kept[i]));
	print_json(json_pack("{s:i, s:I, s:i, s:i, s:o, s:o}", "version", TEST_VERSION, "seed",
			     (json_int_t)seed, "runs", (int)r->runs, "failed_runs",
			     (int)r->failed_runs, "tests", tests, "kept", kept));
}

static void report_free(struct report *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->results[i].name);
	for (size_t i = 0; i < r->kept_count; i++)
		free(r->kept[i]);
	free(r->results);
	free(r->kept);
}

/* random_seed() - six digits at most: a person may have to type it */
static uint64_t random_seed(void)
{
	uint32_t n = 0;

	if (getrandom(&n, sizeof(n), 0) < 0)
		n = (uint32_t)clock_ns();
	return n % 1000000;
}

int cmd_test(int argc, char **argv)
{
	int first = options_parse(&program, argc, argv), status;
	struct sigaction sa = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART };
	struct report report = { 0 };

	if (first == argc)
		options_fail(&program, "which file?");
	for (int i = first; i < argc; i++)
		if (access(argv[i], R_OK) < 0)
			options_fail(&program, "%s: %s", argv[i], strerror(errno));
	if (seed == UINT64_MAX)
		seed = random_seed();
	sigaction(SIGINT, &sa, NULL); /* we clear up behind bats */
	sigaction(SIGTERM, &sa, NULL);
	for (uint64_t i = 0; i < repeat && !interrupted; i++)
		run_once(&report, argv + first, seed + i);
	if (as_json)
		print_report_json(&report);
	else
		print_table(&report);
	status = report.failed_runs ? EXIT_FAILURE : EXIT_SUCCESS;
	report_free(&report);
	if (fflush(stdout) == EOF)
		return EXIT_FAILURE;
	return interrupted ? 128 + interrupted : status;
}
