/* SPDX-License-Identifier: MIT */
#ifndef VETHLAB_KEEP_H
#define VETHLAB_KEEP_H

/* keep_records() - where VETHLAB_KEEP names a folder, what a lab that ends has written down (its
 * events, the logs of its nodes) is copied to a new folder of the lab's name in it: LAB, LAB-2
 * ... */
void keep_records(const char *lab, const char *dir);

#endif
