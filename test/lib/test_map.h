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

#endif
