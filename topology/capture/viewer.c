/* SPDX-License-Identifier: MIT */
#include "topology/capture/viewer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/capture/plugins.h"

#define NOT_FOUND 127

/* As the profile has it; it may not be installed. Each segment is there once a wire: that is no
 * retransmission. */
static const char *const settings[] = {
	"gui.column.format:\"Time\",\"%t\",\"Interface\",\"%Cus:frame.interface_name:0:R\","
	"\"Source\",\"%s\",\"Destination\",\"%d\",\"Protocol\",\"%p\",\"Info\",\"%i\"",
	"tcp.analyze_sequence_numbers:FALSE",
	"nameres.use_external_name_resolver:FALSE",
};

/* of the chat, and of the forwarders to it in the labs that ship */
#define CHAT_PORTS "chat.ports:5000,6001-6003"

/* is_there() - is this a program that can be started? */
static bool is_there(const char *program)
{
	auto_free char *list = xstrdup(getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
	char *rest = list, *dir;

	while ((dir = strsep(&rest, ":"))) {
		auto_free char *path = xasprintf("%s/%s", dir, program);

		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

struct words {
	char **list;
	size_t count;
};

/* add() - a copy of it; NULL ends the list */
static void add(struct words *w, const char *word)
{
	*xappend(&w->list, &w->count) = word ? xstrdup(word) : NULL;
}

/* add_dissectors() - those that the viewer does not load by itself; ports
 * where it has the chat's */
static void add_dissectors(struct words *w)
{
	for (size_t i = 0; i < plugin_count; i++) {
		auto_free char *path = plugin_to_load(plugins[i]);
		auto_free char *option = path ? xasprintf("lua_script:%s", path) : NULL;

		if (option) {
			add(w, "-X");
			add(w, option);
		}
		if ((option || plugin_is_installed(plugins[i])) &&
		    strcmp(plugins[i], "chat.lua") == 0) {
			add(w, "-o");
			add(w, CHAT_PORTS);
		}
	}
}

/* command_of() - its argv, for an exec: never freed */
static char **command_of(enum viewer which)
{
	static const char *const text[] = { "tshark", "-l", "-N", "n", "-r", "-", NULL };
	static const char *const window[] = { "wireshark", "-k", "-i", "-", NULL };
	struct words w = { 0 };

	for (const char *const *word = which == VIEWER_TEXT ? text : window; *word; word++)
		add(&w, *word);
	add_dissectors(&w);
	if (which == VIEWER_WINDOW && profile_is_installed()) {
		add(&w, "-C");
		add(&w, PROFILE);
	}
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		if (which == VIEWER_TEXT || !profile_is_installed()) {
			add(&w, "-o");
			add(&w, settings[i]);
		}
	add(&w, NULL);
	return w.list;
}

/* be_viewer() - in a process group of its own: Ctrl-C is for us, and it shows the rest. tshark
 * warns root of itself, which is no news to who starts labs. */
static _Noreturn void be_viewer(enum viewer which, int input)
{
	char **argv = command_of(which);

	setpgid(0, 0);
	dup2(input, STDIN_FILENO);
	if (which == VIEWER_TEXT) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(null, STDERR_FILENO);
	}
	execvp(argv[0], argv);
	_exit(NOT_FOUND);
}

/* require() - a viewer that is not there ends the program with status 1 */
static void require(enum viewer which)
{
	if (!is_there(which == VIEWER_TEXT ? "tshark" : "wireshark")) {
		log_info(
			which == VIEWER_TEXT
				? "text needs tshark, which is not there; -w FILE writes a file"
				: "Wireshark is not there; 'vethlab capture -w FILE' writes a file");
		exit(EXIT_FAILURE);
	}
}

pid_t viewer_begin(struct capture_options *o, enum viewer which)
{
	int ends[2];
	pid_t pid;

	require(which);
	if (pipe2(ends, O_CLOEXEC) < 0)
		fatal_errno("cannot make a pipe");
	pid = fork();
	if (pid == 0)
		be_viewer(which, ends[0]);
	if (pid < 0)
		fatal_errno("cannot start the viewer");
	dup2(ends[1], STDOUT_FILENO);
	close(ends[0]);
	close(ends[1]);
	o->output.path = "-";
	o->quiet |=
		isatty(STDERR_FILENO) && !o->stats; /* no line of ours among those of the text */
	return pid;
}

int viewer_end(pid_t pid)
{
	int status;

	close(STDOUT_FILENO);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_FAILURE;
	return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
