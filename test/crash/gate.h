/*
 * gate.h - a disk before a disk: while it is used the memory does not fail, for it is the disk's own.
 */
#ifndef CRASH_GATE_H
#define CRASH_GATE_H

#include "sys/disk.h"

struct gate {
	struct disk disk;
	struct disk *under;
};

void gate_init(struct gate *g, struct disk *under);

#endif
