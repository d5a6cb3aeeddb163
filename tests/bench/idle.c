// SPDX-License-Identifier: MIT
/* idle: the least that a node can run. */
#include "tool.h"

int main(void)
{
	return pause();
}
