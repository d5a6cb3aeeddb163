/* SPDX-License-Identifier: MIT */
/* vethlab graph: the picture of a lab file, or of a lab that runs. */
#include <string.h>
#include <sys/ioctl.h>

#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "nodes/common/options.h"
#include "topology/client.h"
#include "topology/graph/drawing.h"
#include "topology/load.h"
#include "topology/progress.h"
#include "topology/verbs.h"

#define COLUMNS 100

static const char *format = "text", *lab_option, *output;
static uint64_t columns;

static const struct option_row options[] = {
	{ "format", 'f', "FORMAT", OPTION_TEXT, &format,
	  "svg, text (the default), dot, mermaid, json", 0, 0 },
	{ "lab", 'l', "LAB", OPTION_TEXT, &lab_option, "the lab; not needed where one runs", 0, 0 },
	{ "output", 'o', "FILE", OPTION_TEXT, &output, "write there instead of to standard output",
	  0, 0 },
	{ "columns", 0, "N", OPTION_NUMBER, &columns,
	  "width of a text (the terminal's, at most 100)", 40, 1000 },
};

static const struct program program = {
	.name = "vethlab graph",
	.usage = "[OPTION]... [LAB|FILE]",
	.about =
		"Draws a lab: LANs as bars, hosts hanging off them, routers between them; what has circles,\n"
		"by distances. Of a lab that runs also its state: commands that have failed, links that\n"
		"are cut, addresses by DHCP. FILE is a lab file, and has a dot or a slash in its name.\n",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.more = "examples:\n"
		"  vethlab graph topology/labs/campus.yml\n"
		"  vethlab graph -f svg -o campus.svg campus\n",
};

/* show_as_text() - as wide as --columns says, else as the terminal is, but at most COLUMNS */
static void show_as_text(FILE *to, const struct picture *p)
{
	struct winsize w;
	unsigned width = columns ? (unsigned)columns : COLUMNS;

	if (!columns && ioctl(fileno(to), TIOCGWINSZ, &w) == 0 && w.ws_col && w.ws_col < width)
		width = w.ws_col;
	show_text(to, p, width, use_color(fileno(to)));
}

static const struct form {
	const char *name;
	void (*show)(FILE *to, const struct picture *p);
} forms[] = {
	{ "svg", show_svg },	     { "text", show_as_text }, { "dot", show_dot },
	{ "mermaid", show_mermaid }, { "json", show_json },
};

/* form_called() - never NULL: an unknown name is wrong use */
static const struct form *form_called(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if (strcmp(forms[i].name, name) == 0)
			return &forms[i];
	options_fail(&program, "'%s' is not svg, text, dot, mermaid or json", name);
}

static struct picture *picture_of_file(const char *file)
{
	struct lab *lab = load_to_draw(file);
	struct picture *p = picture_of_lab(lab);

	lab_free(lab);
	return p;
}

static struct picture *picture_of_running(const char *named)
{
	auto_free char *lab = lab_meant(named);
	json_t *status = ask(lab, json_pack("{s:s}", "do", "status"));
	struct picture *p = picture_of_status(status);

	json_decref(status);
	return p;
}

int cmd_graph(int argc, char **argv)
{
	int first = options_parse(&program, argc, argv);
	const char *what = first < argc ? argv[first] : NULL;
	const struct form *form = form_called(format);
	struct picture *p;
	FILE *to = stdout;

	if (first + 1 < argc)
		options_fail(&program, "'%s' is one too many", argv[first + 1]);
	if (what && lab_option)
		options_fail(&program, "either -l %s or %s", lab_option, what);
	p = what && strpbrk(what, "./") ? picture_of_file(what)
					: picture_of_running(what ? what : lab_option);
	if (output && !(to = fopen(output, "we")))
		fatal_errno("cannot write %s", output);
	form->show(to, p);
	picture_free(p);
	if (fflush(to) == EOF || (output && fclose(to) == EOF))
		fatal_errno("cannot write %s", output ? output : "the picture");
	return EXIT_SUCCESS;
}
