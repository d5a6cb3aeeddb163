/* SPDX-License-Identifier: MIT */
/* A lab file of any octets: it is a lab or has faults, and both can be shown and freed. */
#include <stdio.h>

#include "fuzzer.h"
#include "topology/lab.h"

const char *__lsan_default_suppressions(void);

/* libfyaml 0.7.12 itself forgets some memory of files that are not YAML. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *shown = NULL;
	struct faults faults = { .file = "fuzz.yml" };
	size_t shown_len = 0;
	FILE *out = open_memstream(&shown, &shown_len);
	struct lab *lab;

	if (!text || !out)
		abort();
	for (size_t i = 0; i < size; i++)
		text[i] = (char)data[i];
	text[size] = '\0';
	faults.source = text;
	lab = lab_parse("fuzz.yml", text, size, NULL, NULL, &faults);
	faults_print(&faults, out);
	if (fclose(out) != 0 || (!lab && !faults.errors) || (faults.count && !shown_len))
		abort();
	lab_free(lab);
	faults_free(&faults);
	free(shown);
	free(text);
	return 0;
}
