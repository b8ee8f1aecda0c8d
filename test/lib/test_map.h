/*
 * test_map.h - an ordered map in memory for the tests of the views: a sorted array, nothing more.
 *
 * Layer: tests.
 */
#ifndef TEST_MAP_H
#define TEST_MAP_H

#include "base/map.h"

struct test_map_row {
	uint8_t *key, *value;
	size_t key_len, value_len;
};

struct test_map {
	struct test_map_row *rows;
	size_t count, max;
};

struct map test_map_open(struct test_map *m);
void test_map_finish(struct test_map *m);
/* The same rows; *to is finished before. */
void test_map_copy(const struct test_map *from, struct test_map *to);

/*
 * Another map, of which the n-th call fails with ERR_IO: the first, then the second, until as many are not
 * made. What is put there, or taken away, is lost.
 */
struct tried_map {
	const struct map *rows;
	unsigned calls, fails_at;
};

struct map tried_map_open(struct tried_map *t, const struct map *rows);

/* Likewise, but what the n-th call reads is spoiled: as a disk may spoil a row that nobody has looked at. */
enum spoil { SPOIL_CUT, SPOIL_EMPTY, SPOIL_FF, SPOIL_LONG, SPOIL_LAST, SPOIL_COUNT };
struct spoiled_map {
	struct tried_map tried;
	enum spoil how;
};
struct map spoiled_map_open(struct spoiled_map *s, const struct map *rows, enum spoil how);
/* Before each attempt; false: the last one has made no call that failed. */
bool tried_map_next(struct tried_map *t);
static inline bool tried_map_has_failed(const struct tried_map *t)
{
	return t->calls >= t->fails_at;
}

#endif
