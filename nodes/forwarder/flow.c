/* SPDX-License-Identifier: MIT */
#include "flow.h"

void flow_moved(struct flow *f, enum flow_step step, size_t n)
{
	switch (step) {
	case FLOW_READ:
		f->held += n;
		f->ended = n == 0;
		break;
	case FLOW_WRITE:
		f->held -= n < f->held ? n : f->held;
		break;
	case FLOW_CLOSE:
		f->closed = true;
		break;
	case FLOW_DONE:
		break;
	}
}
