/* SPDX-License-Identifier: MIT */
/*
 * vethlab-extcap: running labs in Wireshark's list of interfaces (extcap(4)). Wireshark starts
 * it to ask what there is, once more for each interface to ask for its options, and to capture
 * into a FIFO until SIGTERM. It speaks on standard output, and on standard error only when
 * something failed: Wireshark shows that as an error.
 *
 *   vethlab-campus       the whole lab       vethlab-campus.pc1    one node
 */
#include <fcntl.h>
#include <string.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/capture/subject.h"
#include "topology/client.h"
#include "topology/state.h"

#define PREFIX	  "vethlab-"
#define NODES_MAX 64 /* Wireshark starts us once for each interface in its list: 10 ms each */

static bool list, config, dlts, capture;
static const char *iface, *fifo, *filter, *what, *version;
static struct capture_options o = { .buffer = CAPTURE_BUFFER, .quiet = true };

static const struct option_row options[] = {
	{ "extcap-interfaces", 0, NULL, OPTION_FLAG, &list, "what can be captured", 0, 0 },
	{ "extcap-version", 0, "VERSION", OPTION_TEXT, &version, "of who asks", 0, 0 },
	{ "extcap-interface", 0, "NAME", OPTION_TEXT, &iface, "this one", 0, 0 },
	{ "extcap-config", 0, NULL, OPTION_FLAG, &config, "its options", 0, 0 },
	{ "extcap-dlts", 0, NULL, OPTION_FLAG, &dlts, "its link type", 0, 0 },
	{ "capture", 0, NULL, OPTION_FLAG, &capture, "capture it", 0, 0 },
	{ "fifo", 0, "FILE", OPTION_TEXT, &fifo, "into this FIFO", 0, 0 },
	{ "extcap-capture-filter", 0, "FILTER", OPTION_TEXT, &filter, "of libpcap's language", 0,
	  0 },
	{ "what", 0, "NAMES", OPTION_TEXT, &what, "nodes, interfaces and LANs instead of all", 0,
	  0 },
	{ "both", 0, NULL, OPTION_FLAG, &o.both, "both ends of each wire", 0, 0 },
};

static const struct program program = {
	.name = "vethlab-extcap",
	.usage = "OPTION...",
	.about =
		"Puts running labs into Wireshark's list of interfaces; 'vethlab wireshark --install'\n"
		"tells Wireshark of it.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};

/* ---- what there is --------------------------------------------------------------------------- */

/* list_nodes() - none of a lab that does not answer at once, or has too many of them */
static void list_nodes(const char *lab)
{
	json_t *answer = ask_at_once(lab, json_pack("{s:s}", "do", "nodes"));
	const json_t *nodes = json_object_get(answer, "nodes"), *node;
	size_t i;

	if (json_array_size(nodes) <= NODES_MAX)
		json_array_foreach (nodes, i, node)
			printf("interface {value=" PREFIX "%s.%s}{display=lab %s, node %s}\n", lab,
			       json_string_value(node), lab, json_string_value(node));
	json_decref(answer);
}

static int list_labs(void)
{
	size_t count;
	char **labs = state_list(&count);

	printf("extcap {version=" VERSION "}{display=vethlab: the network labs that run}\n");
	for (size_t i = 0; i < count; i++) {
		printf("interface {value=" PREFIX "%s}{display=lab %s}\n", labs[i], labs[i]);
		list_nodes(labs[i]);
		free(labs[i]);
	}
	free(labs);
	return EXIT_SUCCESS;
}

static int list_options(void)
{
	puts("arg {number=0}{call=--what}{display=Only}{type=string}"
	     "{tooltip=Nodes, node:interface and LANs, with blanks between; empty: all}");
	puts("arg {number=1}{call=--both}{display=Both ends of each wire}{type=boolflag}"
	     "{tooltip=A frame that is lost on a wire shows at one end only}");
	return EXIT_SUCCESS;
}

static int list_link_types(void)
{
	puts("dlt {number=1}{name=EN10MB}{display=Ethernet}");
	return EXIT_SUCCESS;
}

/* ---- captures -------------------------------------------------------------------------------- */

/* split() - words of a text, in place */
static const char **split(char *text, size_t *count)
{
	const char **words = NULL;
	char *word;

	*count = 0;
	while ((word = strsep(&text, " ,")))
		if (*word)
			*xappend(&words, count) = word;
	return words;
}

/* check_filter() - Wireshark asks while the filter is typed: what is wrong with it, or nothing */
static int check_filter(void)
{
	auto_free char *why = NULL;

	if (!filter_compile(&o.filter, filter, &why))
		puts(why);
	filter_free(&o.filter);
	return EXIT_SUCCESS;
}

/* take_filter() - into the options; a bad one ends the program with status 2 */
static void take_filter(void)
{
	auto_free char *why = NULL;

	o.filter_text = xstrdup(filter);
	if (filter_compile(&o.filter, filter, &why))
		return;
	log_info("%s", why);
	exit(EXIT_USAGE);
}

/* do_capture() - the FIFO is open from the first, or its reader would wait for ever for who has
 * failed */
static int do_capture(void)
{
	auto_close int held = open(fifo, O_WRONLY | O_CLOEXEC);
	auto_free char *lab = xstrdup(iface + strlen(PREFIX)), *names = NULL;
	char *node = strchr(lab, '.');
	auto_free const char **words = NULL;
	struct listing listing;
	size_t count;
	int status;

	if (node)
		*node++ = '\0';
	names = xstrdup(what && *what ? what : node ? node : "");
	words = split(names, &count);
	if (filter && *filter)
		take_filter();
	o.output.path = fifo;
	free(lab_meant(lab));
	subject_ask_names(lab, words, count, &o, &listing);
	status = capture_run(&o, &listing);
	subject_free(&o, &listing);
	return status;
}

int main(int argc, char **argv)
{
	log_open("vethlab-extcap");
	options_parse(&program, argc, argv);
	if (list)
		return list_labs();
	if (!iface || strncmp(iface, PREFIX, strlen(PREFIX)) != 0)
		options_fail(&program, "which interface?");
	if (config)
		return list_options();
	if (dlts)
		return list_link_types();
	if (capture && fifo)
		return do_capture();
	if (filter)
		return check_filter();
	options_fail(&program, "what to do with %s?", iface);
}
