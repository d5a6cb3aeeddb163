/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_LOAD_H
#define VETHLAB_LOAD_H

#include "topology/lab.h"

/* load_or_exit() - a lab file without a fault; with faults they are printed and the program ends
 * with status 2. Warnings are printed, unless quiet. */
struct lab *load_or_exit(const char *file, const char *name, bool quiet);

/* load_to_draw() - the same, quiet; its programs need not be there */
struct lab *load_to_draw(const char *file);

/* plural() - "s", but for one */
const char *plural(size_t n);

/* faults_summary() - "labs/office.yml: 3 errors, 1 warning" */
void faults_summary(const struct faults *f);

#endif
