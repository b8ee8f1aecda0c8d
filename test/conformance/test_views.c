/*
 * The store keeps rows of the views, walks and what is not there, and owes rows to its tables: whatever was
 * asked and written before, its answers are those of a store that does nothing of the kind.
 */
#include "record/sqlite.h"

#include "base/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define TURNS 4000
#define OPS_A_TURN 40
#define KEYS 32u
#define CONTENTS 9u
#define VALUE_MAX 320u

static char folder[64], path[96];

static struct store *disk_open(void)
{
	struct store *s = NULL;

	assert_int_equal(store_sqlite_open(path, NULL, &s), ERR_OK);
	return s;
}

/* The two stores, and what both hold alike. */
struct pair {
	struct prng prng;
	unsigned turns;
	struct store *plain, *disk;
	struct map plain_map, disk_map;
};

static uint64_t any(struct pair *p, uint64_t below)
{
	return prng_below(&p->prng, below);
}

/*
 * Of five types, one with two rows at most; some longer than what is kept in memory, many with a front in
 * common.
 */
static struct bytes any_key(struct pair *p, uint8_t memory[MAP_KEY_MAX])
{
	uint64_t which = any(p, KEYS);
	size_t len = which % 16 == 15 ? 80 : 2 + which / 4 % 3;

	memset(memory, 'k', len);
	memory[0] = which < 2 ? 'z' : (uint8_t)('a' + which % 4);
	memory[1] = (uint8_t)('0' + which / 16);
	memory[len - 1] = (uint8_t)('A' + which / 4);
	return (struct bytes){ memory, len };
}

static struct bytes any_value(struct pair *p, uint8_t memory[VALUE_MAX])
{
	static const size_t lens[] = { 0, 8, 8, 8, 40, 64, 65, 192, 193, VALUE_MAX };
	size_t len = lens[any(p, ARRAY_COUNT(lens))];

	memset(memory, (int)any(p, 256), len);
	return (struct bytes){ memory, len };
}

static void put(struct pair *p)
{
	uint8_t key_memory[MAP_KEY_MAX], value_memory[VALUE_MAX];
	struct bytes key = any_key(p, key_memory), value = any_value(p, value_memory);

	assert_int_equal(map_put(&p->plain_map, key, value), ERR_OK);
	assert_int_equal(map_put(&p->disk_map, key, value), ERR_OK);
}

static void del(struct pair *p)
{
	uint8_t memory[MAP_KEY_MAX];
	struct bytes key = any_key(p, memory);

	(void)!map_del(&p->plain_map, key);
	(void)!map_del(&p->disk_map, key);
}

static void get(struct pair *p)
{
	uint8_t key_memory[MAP_KEY_MAX], plain_memory[VALUE_MAX], disk_memory[VALUE_MAX];
	struct buf plain = BUF_ON(plain_memory), disk = BUF_ON(disk_memory);
	struct bytes key = any_key(p, key_memory);

	assert_int_equal(map_get(&p->disk_map, key, &disk), map_get(&p->plain_map, key, &plain));
	assert_true(bytes_equal(buf_bytes(&disk), buf_bytes(&plain)));
}

/* From a front to its end, or a few steps of it. */
static void walk(struct pair *p)
{
	uint8_t front[MAP_KEY_MAX], after[MAP_KEY_MAX], value_memory[2][VALUE_MAX],
		key_memory[2][MAP_KEY_MAX];
	struct bytes prefix = any_key(p, front),
		     bound = any(p, 3) == 0 ? any_key(p, after) : (struct bytes){ 0 };
	uint64_t steps = any(p, 4) == 0 ? KEYS : 1;
	enum err plain_err = ERR_OK;

	prefix.len = any(p, 3);
	for (; steps > 0 && plain_err == ERR_OK; steps--) {
		struct buf plain_key = BUF_ON(key_memory[0]), disk_key = BUF_ON(key_memory[1]);
		struct buf plain = BUF_ON(value_memory[0]), disk = BUF_ON(value_memory[1]);
		bool has_value = any(p, 2) == 0;
		plain_err = map_next(&p->plain_map, prefix, bound, &plain_key, has_value ? &plain : NULL);
		assert_int_equal(map_next(&p->disk_map, prefix, bound, &disk_key, has_value ? &disk : NULL),
				 plain_err);
		if (plain_err != ERR_OK)
			break;
		assert_true(bytes_equal(buf_bytes(&disk_key), buf_bytes(&plain_key)));
		assert_true(bytes_equal(buf_bytes(&disk), buf_bytes(&plain)));
		memcpy(after, plain_key.ptr, plain_key.len);
		bound = (struct bytes){ after, plain_key.len };
	}
}

/* Some have the first bits in common, by which a content is found; what is there stays, so others come. */
static void any_hash(struct pair *p, uint8_t hash[HASH_LEN])
{
	uint64_t which = any(p, CONTENTS);

	memset(hash, (int)(which % 3), HASH_LEN);
	hash[1] = (uint8_t)(p->turns / 20);
	hash[HASH_LEN - 1] = (uint8_t)which;
}

static void content(struct pair *p)
{
	uint8_t hash[HASH_LEN], value[2] = { 0 }, plain_memory[8], disk_memory[8];
	struct buf plain = BUF_ON(plain_memory), disk = BUF_ON(disk_memory);
	enum err e;

	any_hash(p, hash);
	value[0] = hash[HASH_LEN - 1];
	if (any(p, 3) == 0) {
		assert_int_equal(p->plain->ops->content_put(p->plain, hash, BYTES_OF(value)), ERR_OK);
		assert_int_equal(p->disk->ops->content_put(p->disk, hash, BYTES_OF(value)), ERR_OK);
	} else if (any(p, 8) == 0) {
		assert_int_equal(p->plain->ops->content_erase(p->plain, hash, BYTES_LIT("place")), ERR_OK);
		assert_int_equal(p->disk->ops->content_erase(p->disk, hash, BYTES_LIT("place")), ERR_OK);
	} else if (any(p, 8) == 0) {
		assert_int_equal(p->plain->ops->content_forget(p->plain, hash), ERR_OK);
		assert_int_equal(p->disk->ops->content_forget(p->disk, hash), ERR_OK);
	}
	e = p->plain->ops->content_get(p->plain, hash, &plain);
	assert_int_equal(p->disk->ops->content_get(p->disk, hash, &disk), e);
	assert_true(bytes_equal(buf_bytes(&disk), buf_bytes(&plain)));
	buf_reset(&plain);
	buf_reset(&disk);
	e = p->plain->ops->content_eraser(p->plain, hash, &plain);
	assert_int_equal(p->disk->ops->content_eraser(p->disk, hash, &disk), e);
}

static void turn(struct pair *p)
{
	static void (*const ops[])(struct pair *p) = { put, put,  put,	del,  get,     get,
						       get, walk, walk, walk, content, content };
	uint64_t count = any(p, OPS_A_TURN);

	assert_int_equal(p->plain->ops->begin(p->plain), ERR_OK);
	assert_int_equal(p->disk->ops->begin(p->disk), ERR_OK);
	while (count-- > 0)
		ops[any(p, ARRAY_COUNT(ops))](p);
	if (any(p, 4) == 0) {
		p->plain->ops->rollback(p->plain);
		p->disk->ops->rollback(p->disk);
	} else {
		assert_int_equal(p->plain->ops->commit(p->plain), ERR_OK);
		assert_int_equal(p->disk->ops->commit(p->disk), ERR_OK);
	}
}

static void answers_are_those_of_a_plain_map(void **state)
{
	struct pair p = { .plain = store_mem_new(), .disk = disk_open() };

	(void)state;
	prng_init(&p.prng, 1);
	for (; p.turns < TURNS; p.turns++) {
		p.plain_map = p.plain->ops->views(p.plain);
		p.disk_map = p.disk->ops->views(p.disk);
		turn(&p);
		for (int j = 0; j < 4; j++) {
			get(&p);
			walk(&p);
		}
		if (any(&p, 50) == 0)
			assert_int_equal(p.disk->ops->tidy(p.disk, true), ERR_OK);
		if (any(&p, 30) == 0) {
			p.disk->ops->close(p.disk);
			p.disk = disk_open();
		}
	}
	p.plain->ops->close(p.plain);
	p.disk->ops->close(p.disk);
}

/* ---- What it is for. ---- */

static uint64_t runs_of(struct store *s, enum query which)
{
	uint64_t runs = 0;

	for (size_t i = 0; i < CURSORS_MAX; i++) {
		sqlite3_stmt *walk = lite(s)->cursors[i].query.statement;
		if (which == QUERY_VIEW_FROM && walk != NULL)
			runs += (uint64_t)sqlite3_stmt_status(walk, SQLITE_STMTSTATUS_RUN, 0);
	}
	if (lite(s)->prepared[which].statement != NULL)
		runs += (uint64_t)sqlite3_stmt_status(lite(s)->prepared[which].statement,
						      SQLITE_STMTSTATUS_RUN, 0);
	return runs;
}

/*
 * As a fold does for each entry: one row changes, two are looked for that are not there, one walk is asked
 * again.
 */
static void an_entry_more(struct store *s, const struct map *m, uint8_t number)
{
	uint8_t memory[MAP_KEY_MAX], size[] = { number }, of_entry[] = { 'x', number },
				     hash[HASH_LEN] = { 0x77 };
	struct buf key = BUF_ON(memory);

	hash[2] = number;
	assert_int_equal(map_next(m, BYTES_LIT("key"), (struct bytes){ 0 }, &key, NULL), ERR_OK);
	assert_int_equal(map_next(m, BYTES_LIT("none"), (struct bytes){ 0 }, &key, NULL), ERR_NOT_FOUND);
	assert_int_equal(map_get(m, BYTES_OF(of_entry), NULL), ERR_NOT_FOUND);
	assert_int_equal(s->ops->content_get(s, hash, &(struct buf){ 0 }), ERR_NOT_FOUND);
	assert_int_equal(s->ops->content_put(s, hash, BYTES_LIT("words")), ERR_OK);
	assert_int_equal(map_put(m, BYTES_LIT("folded"), BYTES_OF(size)), ERR_OK);
}

static void what_is_said_again_costs_no_query(void **state)
{
	static const enum query asked[] = { QUERY_VIEW_GET, QUERY_VIEW_FROM, QUERY_VIEW_PUT,
					    QUERY_CONTENT_FIND };
	struct store *s = disk_open();
	struct map m = s->ops->views(s);
	uint64_t before[ARRAY_COUNT(asked)];

	(void)state;
	assert_int_equal(s->ops->begin(s), ERR_OK);
	assert_int_equal(map_put(&m, BYTES_LIT("key of an officer"), BYTES_LIT("in force")), ERR_OK);
	an_entry_more(s, &m, 0);
	an_entry_more(s, &m, 1);
	assert_int_equal(s->ops->commit(s), ERR_OK);
	for (size_t i = 0; i < ARRAY_COUNT(asked); i++)
		before[i] = runs_of(s, asked[i]);
	assert_int_equal(s->ops->begin(s), ERR_OK);
	for (uint8_t i = 2; i < 100; i++)
		an_entry_more(s, &m, i);
	for (size_t i = 0; i < ARRAY_COUNT(asked); i++)
		assert_int_equal(runs_of(s, asked[i]), before[i]);
	assert_int_equal(s->ops->commit(s), ERR_OK);
	assert_int_equal(runs_of(s, QUERY_VIEW_PUT), before[2] + 1);
	s->ops->close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_those_of_a_plain_map),
		cmocka_unit_test(what_is_said_again_costs_no_query),
	};
	static const char *const ends[] = { "", "-wal", "-redo" };
	int failed;

	snprintf(folder, sizeof folder, "/tmp/entente-views-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof path, "%s/record", folder);
	failed = cmocka_run_group_tests_name("views", tests, NULL, NULL);
	for (size_t i = 0; i < ARRAY_COUNT(ends); i++) {
		char name[128];
		snprintf(name, sizeof name, "%s%s", path, ends[i]);
		unlink(name);
	}
	rmdir(folder);
	return failed;
}
