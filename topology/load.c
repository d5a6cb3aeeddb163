/* SPDX-License-Identifier: MIT */
#include "topology/load.h"

#include "nodes/common/options.h"
#include "topology/launch.h"

const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

void faults_summary(const struct faults *f)
{
	fprintf(stderr, "%s: %u error%s, %u warning%s\n", f->file, f->errors, plural(f->errors),
		f->warnings, plural(f->warnings));
}

static struct lab *load(const char *file, const char *name, const char *programs, bool quiet)
{
	struct faults f = { 0 };
	struct lab *lab = lab_load(file, name, programs, &f);

	if (f.errors || !quiet)
		faults_print(&f, stderr);
	if (f.errors) {
		faults_summary(&f);
		exit(EXIT_USAGE);
	}
	faults_free(&f);
	return lab;
}

struct lab *load_or_exit(const char *file, const char *name, bool quiet)
{
	return load(file, name, own_programs(), quiet);
}

struct lab *load_to_draw(const char *file)
{
	return load(file, NULL, NULL, true);
}
