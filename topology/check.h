/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_CHECK_H
#define VETHLAB_CHECK_H

#include "topology/lab.h"

/* check_lab() - is a planned lab a network that can work? Faults for what cannot, warnings for what
 * is odd. `programs` as in lab_parse(). */
void check_lab(struct lab *lab, const char *programs, struct faults *f);

/* check_programs() - finds the program of each command: in `programs`, then in PATH */
void check_programs(struct lab *lab, const char *programs, struct faults *f);

#endif
