#include "terminal/founded.h"

#include "base/alloc.h"
#include "crypto/merkle.h"
#include "record/checkpoint.h"
#include "wire/entry.h"

#include <stdlib.h>
#include <string.h>

/* The beginning of a log, as far as it was read. */
struct beginning {
	struct origin origin;
	struct frontier tree;
	uint8_t *memory; /* ENTRY_LEN_MAX */
	bool has;	 /* the statement that is looked for */
};

/*
 * The next entry: an `open` or `keys`, at its place. Whatever else comes ends what the registrar says alone.
 */
static bool take_entry(struct beginning *b, const json_t *text, struct bytes statement)
{
	uint8_t leaf[HASH_LEN];
	struct statement s;
	struct entry entry;
	struct fault fault;
	size_t len;

	if (!json_is_string(text) ||
	    bytes_read_base64(bytes_str(json_string_value(text)), b->memory, ENTRY_LEN_MAX, &len) != ERR_OK ||
	    entry_read((struct bytes){ b->memory, len }, &entry, &s, &fault) != ERR_OK ||
	    !origin_equal(&entry.origin, &b->origin) || entry.index != b->tree.size || s.kind > KIND_KEYS)
		return false;
	hash_leaf((struct bytes){ b->memory, len }, leaf);
	b->has = b->has || (s.kind == KIND_KEYS && s.channel == 0 && bytes_equal(entry.statement, statement));
	return frontier_append(&b->tree, leaf, NULL, NULL) == ERR_OK;
}

/* By its own log key, of any version: nobody else's node has that. */
static bool is_signed(const struct note *note, const struct accord_versions *held, size_t party)
{
	for (size_t i = 0; i < held->count; i++) {
		const struct accord_key *k = accord_key_find(held->of[i], party, ACCORD_KEY_LOG);
		if (k != NULL && k->key.len == SIGN_PUBLIC_LEN &&
		    checkpoint_verify(note, k->key.ptr) == ERR_OK)
			return true;
	}
	return false;
}

static bool is_cosigned_by(const struct note *note, const struct accord *a, size_t party)
{
	const struct accord_key *k = accord_key_find(a, party, ACCORD_KEY_MIRROR);
	uint8_t memory[ORIGIN_LEN_MAX];
	struct buf name = BUF_ON(memory);
	uint64_t seconds;

	if (k == NULL || k->key.len != SIGN_PUBLIC_LEN)
		return false;
	accord_mirror_name(a, party, &name);
	for (size_t i = 0; i < note->lines_count; i++) {
		if (checkpoint_verify_cosignature(note->text, &note->lines[i], buf_bytes(&name), k->key.ptr,
						  &seconds) == ERR_OK)
			return true;
	}
	return false;
}

/* Whoever has a party's log key tells its terminals one beginning and its peers another. */
static bool is_cosigned(const struct note *note, const struct accord_versions *held,
			const struct accord_channel *channel, size_t party)
{
	for (size_t i = 0; i < held->count; i++) {
		for (size_t p = 0; p < held->of[i]->parties_count; p++) {
			if (p != party && (channel->parties >> p & 1) != 0 &&
			    is_cosigned_by(note, held->of[i], p))
				return true;
		}
	}
	return false;
}

/* The tree under the note begins with these entries. */
static bool is_proved(const struct beginning *b, const struct note *note, const json_t *proof)
{
	uint8_t path[MERKLE_PROOF_MAX][HASH_LEN], root[HASH_LEN];
	size_t count = 0, i, len;
	json_t *text;

	json_array_foreach(proof, i, text)
	{
		if (count == MERKLE_PROOF_MAX || !json_is_string(text) ||
		    bytes_read_base64(bytes_str(json_string_value(text)), path[count++], HASH_LEN, &len) !=
			    ERR_OK ||
		    len != HASH_LEN)
			return false;
	}
	frontier_root(&b->tree, root);
	return merkle_check_consistency(b->tree.size, root, note->size, note->root,
					(const uint8_t(*)[HASH_LEN])path, count) == ERR_OK;
}

static bool take_entries(struct beginning *b, const json_t *entries, struct bytes statement)
{
	json_t *text;
	size_t i;

	json_array_foreach(entries, i, text)
	{
		if (!take_entry(b, text, statement))
			return false;
	}
	return b->has;
}

static bool row_has(const json_t *row, const struct accord_versions *held,
		    const struct accord_channel *channel, size_t party, struct bytes statement)
{
	const struct accord *newest = accord_newest(held);
	struct beginning b = { .origin = { .channel = channel->number, .epoch = 1 } };
	struct fault fault;
	struct note note;
	bool has;

	memcpy(b.origin.accord, newest->id, sizeof b.origin.accord);
	memcpy(b.origin.party, newest->parties[party].name, sizeof b.origin.party);
	b.memory = xcalloc(1, ENTRY_LEN_MAX);
	has = take_entries(&b, json_object_get(row, "entries"), statement);
	free(b.memory);
	return has && note_read(bytes_str(json_str(row, "note")), &note, &fault) == ERR_OK &&
	       origin_equal(&note.origin, &b.origin) && is_signed(&note, held, party) &&
	       is_cosigned(&note, held, channel, party) &&
	       is_proved(&b, &note, json_object_get(row, "consistency"));
}

bool founded_has(const json_t *answer, const struct accord_versions *held,
		 const struct accord_channel *channel, size_t party, struct bytes statement)
{
	const char *name = accord_newest(held)->parties[party].name;
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(answer, "founded"), i, row)
	{
		if (strcmp(json_str(row, "party"), name) == 0 &&
		    row_has(row, held, channel, party, statement))
			return true;
	}
	return false;
}
