/*
 * Rows of the views as a damaged store may give them: refused, or written again as they stand. Their key is
 * that of the question, so it is only the value that is anything; of lists it is the key.
 */
#include "accord/places.h"
#include "dialogue/thing.h"
#include "record/sqlite.h"
#include "view/marking.h"
#include "view/rows.h"
#include "view/text_row.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

/* A map that answers everything with the input, and keeps what was put last. */
struct row_map {
	struct bytes in;
	struct buf put;
};

static enum err get(void *self, struct bytes key, struct buf *value)
{
	struct row_map *m = self;

	(void)key;
	if (value != NULL)
		buf_put(value, m->in);
	return value == NULL ? ERR_OK : buf_check(value);
}

static enum err put(void *self, struct bytes key, struct bytes value)
{
	struct row_map *m = self;

	(void)key;
	buf_reset(&m->put);
	buf_put(&m->put, value);
	return ERR_OK;
}

static enum err del(void *self, struct bytes key)
{
	(void)self;
	(void)key;
	return ERR_OK;
}

/* The next key: the prefix, and then anything. */
static enum err next(void *self, struct bytes prefix, struct bytes after, struct buf *key, struct buf *value)
{
	struct row_map *m = self;

	(void)after;
	if (m->in.len > MAP_KEY_MAX - prefix.len)
		return ERR_NOT_FOUND;
	buf_reset(key);
	buf_put(key, prefix);
	buf_put(key, m->in);
	return value == NULL ? buf_check(key) : get(self, prefix, value);
}

static const struct map_ops ops = { get, put, del, next };
static const struct log_key sample = { 1, 0, 1 };

static void check_values(struct row_map *rows, const struct map *m)
{
	const struct place_key at = { sample, 3 };
	static const uint8_t hash[KEY_HASH_LEN];
	uint8_t version[HASH_LEN];
	struct entry_view entry;
	struct owed_view owed;
	struct recipient_view recipient;
	struct key_view key;
	uint64_t size;
	bool is_current;

	if (row_get_entry(m, &at, &entry) == ERR_OK) {
		assert(entry.verdict < VERDICT_COUNT);
		assert(row_put_entry(m, (rows->in.len - 26) / 12, &at, &entry) == ERR_OK);
		assert(bytes_equal(buf_bytes(&rows->put), rows->in));
	}
	if (row_get_version(m, &sample, version) == ERR_OK) {
		assert(row_put_version(m, &sample, version) == ERR_OK);
		assert(bytes_equal(buf_bytes(&rows->put), rows->in));
	}
	if (row_get_recipient(m, &sample, hash, 3, &recipient) == ERR_OK) {
		assert(row_put_recipient(m, &sample, hash, &recipient) == ERR_OK);
		assert(bytes_equal(buf_bytes(&rows->put), rows->in));
	}
	if (row_get_key(m, &sample, hash, 3, &key) == ERR_OK) {
		assert(row_put_key(m, &sample, hash, &key) == ERR_OK);
		assert(bytes_equal(buf_bytes(&rows->put), rows->in));
	}
	if (row_get_owed(m, &at, &owed) == ERR_OK) {
		assert(row_put_owed(m, &owed) == ERR_OK);
		assert(bytes_equal(buf_bytes(&rows->put), rows->in));
	}
	assert(row_is_current(m, &sample, &is_current) == ERR_OK || rows->in.len > ROW_VALUE_MAX);
	if (row_get_folded(m, &sample, &size) == ERR_OK) {
		assert(is_current);
		assert(row_put_folded(m, &sample, size) == ERR_OK);
		assert(bytes_equal(buf_bytes(&rows->put), rows->in));
	}
}

static void check_keys(const struct map *m, struct bytes in)
{
	static const uint8_t id[STATEMENT_ID_LEN];
	struct place_key place = { 0 };
	struct message_at listed = { 0 };
	struct log_key log;
	struct row_key prefix;
	uint8_t memory[PLACE_KEY_LEN];
	struct buf again = BUF_ON(memory);
	struct bytes rest = in;

	if (place_key_read(&rest, &place) == ERR_OK) {
		place_key_write(&place, &again);
		assert(memcmp(memory, in.ptr, PLACE_KEY_LEN) == 0 && rest.len == in.len - PLACE_KEY_LEN);
	}
	rest = in;
	if (log_key_read(&rest, &log) == ERR_OK)
		assert(rest.len == in.len - LOG_KEY_LEN);
	place = (struct place_key){ 0 };
	if (row_next_id(m, 1, id, &place) == ERR_OK)
		assert(in.len == PLACE_KEY_LEN);
	row_open(&prefix, ROW_MESSAGE);
	row_put_channel(&prefix, 1);
	if (row_next_listed(m, &prefix, &listed) == ERR_OK)
		assert(in.len >= 8 + PLACE_KEY_LEN);
}

/* With its hash behind it a row is what it was; with anything else it is refused. */
static void check_check(struct bytes in)
{
	const struct bytes key = BYTES_LIT("row");
	uint8_t memory[MAP_VALUE_MAX + CHECK_LEN];
	struct buf whole = BUF_ON(memory);
	struct bytes value = in;

	if (lite_check_row(key, &value) == ERR_OK)
		assert(value.len == in.len - CHECK_LEN);
	if (in.len > MAP_VALUE_MAX)
		return;
	buf_put(&whole, in);
	lite_check_of(key, in, memory + whole.len);
	whole.len += CHECK_LEN;
	value = buf_bytes(&whole);
	assert(lite_check_row(key, &value) == ERR_OK && bytes_equal(value, in));
	memory[0] ^= 1;
	value = buf_bytes(&whole);
	assert(lite_check_row(key, &value) == ERR_CORRUPT);
}

static void check_thing(struct bytes in)
{
	static struct thing thing;
	uint8_t memory[THING_STATE_MAX];
	struct buf again = BUF_ON(memory);
	struct bytes rest = in;

	if (thing_read(&rest, &thing) != ERR_OK)
		return;
	thing_write(&thing, &again);
	assert(bytes_equal(buf_bytes(&again), (struct bytes){ in.ptr, in.len - rest.len }));
	for (size_t owner = 0; owner < thing.parties_count; owner++)
		assert(thing_progress(&thing, owner) < PROGRESS_COUNT);
	(void)thing_is_over(&thing);
}

static void check_text(struct bytes in)
{
	static struct statement says;
	struct text_deed deed = { .named_count = 0 };

	if (text_row_read(in, &deed, &says) != ERR_OK)
		return;
	assert(text_is_deed(says.kind) || text_is_about_initial(says.kind));
	assert(deed.named_count <= STATEMENT_REFERENCES_MAX && deed.says == &says);
	for (size_t i = 0; i < deed.named_count; i++)
		assert(deed.named[i].party < PARTY_MAX);
}

static void check_places(struct bytes in)
{
	struct log_places places;
	uint8_t memory[LOG_PLACES_LEN_MAX];
	struct buf again = BUF_ON(memory);

	if (places_read(in, &places) != ERR_OK)
		return;
	places_write(&places, &again);
	assert(bytes_equal(buf_bytes(&again), in));
	places_cut(&places, 0);
	assert(places.count == 0);
}

static void check_marking(struct bytes in)
{
	static const struct accord accord = { .parties = { { .name = "kor" }, { .name = "usa" } },
					      .parties_count = 2 };
	struct marking m;
	struct label label_of;
	uint8_t memory[MARKING_ROW_MAX];
	struct buf label = BUF_ON(memory);

	if (in.len > MARKING_ROW_MAX || marking_read(&accord, in, &m) != ERR_OK ||
	    marking_label(&m, &label_of) != ERR_OK)
		return;
	label_write(&label_of, &label);
	assert(in.len == 1 + (m.has_named ? PLACE_KEY_LEN : 0) + label.len);
	assert(memcmp(in.ptr + in.len - label.len, memory, label.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	uint8_t memory[MAP_VALUE_MAX];
	struct row_map rows = { { ptr, len }, BUF_ON(memory) };
	const struct map m = { &ops, &rows };

	check_values(&rows, &m);
	check_keys(&m, rows.in);
	check_check(rows.in);
	check_thing(rows.in);
	check_text(rows.in);
	check_places(rows.in);
	check_marking(rows.in);
	return 0;
}
