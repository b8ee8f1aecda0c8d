/*
 * What our own officers attach is looked through for words that hold an item while it comes in, a piece a
 * request: a whole file would keep a FLASH waiting.
 *
 * Rows of the map beside the folds:
 *
 *	'K' hash        the list of words (its hash), the file's kind, the word that was found
 *	'U' hash, key   the officer with this key gave all its bytes, and nothing has named it since
 *
 * A file without a row, or with another list's, was not looked into. Bytes that are held already are not
 * taken on trust: whoever only knows a hash has nothing to give.
 */
#include "node/core.h"

#include "accord/words.h"
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define LOOKS_MAX 8u
#define ROW_LEN_MAX (HASH_LEN + 1u + HELD_FOUND_MAX)

struct look {
	bool is_used;
	uint8_t hash[HASH_LEN], by[KEY_HASH_LEN];
	uint64_t next; /* offset of the piece that goes on */
	uint64_t turn;
	struct hash_stream seen; /* what was looked at is what is kept */
	struct held_search search;
};

struct looks {
	struct look of[LOOKS_MAX];
	uint64_t turn;
};

static void looked_key(struct buf *key, const uint8_t hash[HASH_LEN])
{
	buf_put_byte(key, ROW_LOOKED);
	buf_put(key, (struct bytes){ hash, HASH_LEN });
}

static struct look *look_find(struct looks *l, const uint8_t by[KEY_HASH_LEN], const uint8_t hash[HASH_LEN])
{
	for (size_t i = 0; i < LOOKS_MAX; i++) {
		if (l->of[i].is_used && memcmp(l->of[i].hash, hash, HASH_LEN) == 0 &&
		    memcmp(l->of[i].by, by, KEY_HASH_LEN) == 0)
			return &l->of[i];
	}
	return NULL;
}

/* In the place of the one that has waited longest. */
static struct look *look_begin(struct looks *l, const uint8_t by[KEY_HASH_LEN], const uint8_t hash[HASH_LEN])
{
	struct look *out = look_find(l, by, hash);

	if (out == NULL) {
		out = &l->of[0];
		for (size_t i = 1; i < LOOKS_MAX && out->is_used; i++) {
			if (!l->of[i].is_used || l->of[i].turn < out->turn)
				out = &l->of[i];
		}
	}
	memcpy(out->hash, hash, HASH_LEN);
	memcpy(out->by, by, KEY_HASH_LEN);
	return out;
}

bool look_add(struct node *n, const uint8_t by[KEY_HASH_LEN], const uint8_t hash[HASH_LEN], uint64_t total,
	      uint64_t offset, struct bytes piece)
{
	const struct held_words *w = n->accord->held;
	struct look *look;

	if (n->looks == NULL)
		n->looks = xcalloc(1, sizeof *n->looks);
	look = offset == 0 ? look_begin(n->looks, by, hash) : look_find(n->looks, by, hash);
	if (look == NULL)
		return false;
	if (offset == 0) {
		look->next = 0;
		hash_open(&look->seen);
		held_search_open(&look->search, w);
	}
	/* Said again, as after an answer that was lost: it was looked at. */
	if (offset != 0 && look->search.words == w && offset < look->next && piece.len <= look->next - offset)
		return false;
	/* Out of order, or the list is another now: nobody gave it whole, or looked into it. */
	look->is_used = look->next == offset && look->search.words == w;
	if (!look->is_used)
		return false;
	look->turn = ++n->looks->turn;
	hash_add(&look->seen, piece);
	if (w != NULL)
		held_search_add(&look->search, piece);
	look->next = offset + piece.len;
	return look->next == total;
}

static void uploaded_key(struct buf *key, const uint8_t hash[HASH_LEN], const uint8_t by[KEY_HASH_LEN])
{
	buf_put_byte(key, ROW_UPLOADED);
	buf_put(key, (struct bytes){ hash, HASH_LEN });
	buf_put(key, (struct bytes){ by, KEY_HASH_LEN });
}

static enum err looked_put(struct node *n, struct look *look)
{
	uint8_t key_memory[1 + HASH_LEN], memory[ROW_LEN_MAX];
	struct buf key = BUF_ON(key_memory), row = BUF_ON(memory);

	buf_put(&row, (struct bytes){ look->search.words->id, HASH_LEN });
	buf_put_byte(&row, (uint8_t)held_search_end(&look->search));
	buf_put(&row, (struct bytes){ look->search.found, look->search.found_len });
	looked_key(&key, look->hash);
	return map_put(&n->views, buf_bytes(&key), buf_bytes(&row));
}

enum err look_keep(struct node *n, const uint8_t by[KEY_HASH_LEN], const uint8_t hash[HASH_LEN], bool is_held)
{
	uint8_t memory[1 + HASH_LEN + KEY_HASH_LEN], seen[HASH_LEN];
	struct look *look = look_find(n->looks, by, hash);
	struct buf key = BUF_ON(memory);
	enum err e;

	look->is_used = false;
	hash_finish(&look->seen, seen);
	if (!is_held || memcmp(seen, hash, HASH_LEN) != 0)
		return ERR_VERIFY;
	uploaded_key(&key, hash, by);
	e = map_put(&n->views, buf_bytes(&key), BYTES_LIT("1"));
	return e == ERR_OK && look->search.words != NULL ? looked_put(n, look) : e;
}

static enum err has_given(struct node *n, const uint8_t by[KEY_HASH_LEN], const uint8_t hash[HASH_LEN],
			  bool *out)
{
	uint8_t memory[1 + HASH_LEN + KEY_HASH_LEN];
	struct buf key = BUF_ON(memory);
	enum err e;

	uploaded_key(&key, hash, by);
	e = map_get(&n->views, buf_bytes(&key), NULL);
	*out = e == ERR_OK;
	return err_unless(e, ERR_NOT_FOUND);
}

enum err look_was_given(struct node *n, const uint8_t by[KEY_HASH_LEN], const uint8_t hash[HASH_LEN],
			bool *out)
{
	static const uint8_t nobody[KEY_HASH_LEN];
	enum err e = has_given(n, by, hash, out);

	return e == ERR_OK && !*out ? has_given(n, nobody, hash, out) : e;
}

enum err look_named(struct node *n, const uint8_t hash[HASH_LEN])
{
	uint8_t prefix[1 + HASH_LEN] = { ROW_UPLOADED };

	memcpy(prefix + 1, hash, HASH_LEN);
	return beside_del_all(n, BYTES_OF(prefix));
}

enum err look_forget(struct node *n, const uint8_t hash[HASH_LEN])
{
	uint8_t memory[1 + HASH_LEN];
	struct buf key = BUF_ON(memory);
	enum err e;

	looked_key(&key, hash);
	e = beside_del(n, buf_bytes(&key));
	return e == ERR_OK ? look_named(n, hash) : e;
}

enum err look_found(struct node *n, const struct held_words *w, const uint8_t hash[HASH_LEN],
		    enum file_kind *kind, struct buf *word)
{
	uint8_t key_memory[1 + HASH_LEN], memory[ROW_LEN_MAX];
	struct buf key = BUF_ON(key_memory), row = BUF_ON(memory);
	enum err e;

	*kind = FILE_UNKNOWN;
	looked_key(&key, hash);
	e = map_get(&n->views, buf_bytes(&key), &row);
	if (e != ERR_OK)
		return err_unless(e, ERR_NOT_FOUND);
	/* One of another program may name a kind that this one has not. */
	if (row.len <= HASH_LEN || memory[HASH_LEN] >= FILE_KIND_COUNT ||
	    memcmp(memory, w->id, HASH_LEN) != 0)
		return ERR_OK;
	*kind = (enum file_kind)memory[HASH_LEN];
	buf_put(word, (struct bytes){ memory + HASH_LEN + 1, row.len - HASH_LEN - 1 });
	return ERR_OK;
}
