/*
 * floor.h - the frame of the floor's relay, see floor_node.c.
 */
#ifndef PEERS_FLOOR_H
#define PEERS_FLOOR_H

#include <stdint.h>

struct head {
	uint32_t len;
	uint16_t kind, pair;
	uint64_t id;
};

#endif
