/*
 * attack.h - what the tests of a hostile peer share: one node in a room, frames that no node of ours would
 * send.
 */
#ifndef SIM_ATTACK_H
#define SIM_ATTACK_H

#include "room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEADER 1u
#define CONSULT 2u
#define SERVICE 3u
#define TWO_ALONE 4u /* of parties 0 and 1 */
#define NONE ((struct bytes){ NULL, 0 })

#define ATTACK(name) cmocka_unit_test_setup_teardown(test_##name, attack_setup, attack_teardown)

/* Of the node's store, since count_reads; and whether its next commit finds the disk full. */
extern uint64_t entries_read, nodes_read, pieces_read, contents_read;
extern bool is_full;

int attack_setup(void **state);
int attack_teardown(void **state);
/* A message of that party, at the end of its log. */
void add_message(struct forge *f, enum precedence precedence, const char *text);
/* A FLASH whose author has seen so much of that log. */
void add_seen(struct forge *f, size_t party, uint32_t epoch, uint64_t size);
/* The log of a peer as its own node has it. */
void load(struct forge *f, struct room *r, size_t party, uint32_t channel);
void count_reads(struct room *r);
/* Before the world closes the store. */
void count_no_more(struct room *r);
void add_many(struct forge *f, size_t count);
void add_reference(struct forge *f, enum precedence precedence, const struct forge *to, size_t index);

#endif
