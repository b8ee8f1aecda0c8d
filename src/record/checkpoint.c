#include "record/checkpoint.h"

#include "crypto/hash.h"

#include <assert.h>
#include <string.h>

#define COSIGNATURE_LEN (8 + SIGN_LEN) /* seconds, then Ed25519 */
#define COSIGNED_LEN_MAX (64 + ORIGIN_LEN_MAX + 32 + BASE64_LEN(HASH_LEN))

void checkpoint_key_id(struct bytes name, uint8_t type, const uint8_t public[SIGN_PUBLIC_LEN],
		       uint8_t id[KEY_ID_LEN])
{
	uint8_t hash[HASH_LEN];
	const struct bytes parts[] = { name, BYTES_LIT("\n"), { &type, 1 }, { public, SIGN_PUBLIC_LEN } };

	hash_parts(parts, ARRAY_COUNT(parts), hash);
	memcpy(id, hash, KEY_ID_LEN);
}

/* The first line of a checkpoint is the name of the key that signs it. */
static struct bytes origin_of(struct bytes text)
{
	struct bytes name;
	enum err e = bytes_take_until(&text, '\n', &name);

	assert(e == ERR_OK);
	return name;
}

void checkpoint_sign(const struct sign_key *log_key, struct bytes text, struct buf *line)
{
	struct bytes name = origin_of(text);
	uint8_t id[KEY_ID_LEN], signature[SIGN_LEN];

	checkpoint_key_id(name, CHECKPOINT_TYPE_LOG, log_key->public, id);
	sign_make(log_key, text, signature);
	note_write_line(name, id, BYTES_OF(signature), line);
}

/* What a mirror signs: that at this time it held everything that the checkpoint covers. */
static void cosigned_write(uint64_t seconds, struct bytes text, struct buf *out)
{
	buf_put_str(out, "cosignature/v1\ntime ");
	buf_put_decimal(out, seconds);
	buf_put_byte(out, '\n');
	buf_put(out, text);
}

void checkpoint_cosign(const struct sign_key *mirror_key, struct bytes name, uint64_t seconds,
		       struct bytes text, struct buf *line)
{
	uint8_t memory[COSIGNED_LEN_MAX], id[KEY_ID_LEN], signature[COSIGNATURE_LEN];
	struct buf message = BUF_ON(memory);

	cosigned_write(seconds, text, &message);
	assert(!message.full);
	checkpoint_key_id(name, CHECKPOINT_TYPE_MIRROR, mirror_key->public, id);
	be64_put(signature, seconds);
	sign_make(mirror_key, buf_bytes(&message), signature + 8);
	note_write_line(name, id, BYTES_OF(signature), line);
}

static bool is_of(const struct note_line *line, struct bytes name, const uint8_t id[KEY_ID_LEN], size_t len)
{
	return bytes_equal(line->name, name) && memcmp(line->key_id, id, KEY_ID_LEN) == 0 &&
	       line->signature_len == len;
}

enum err checkpoint_verify(const struct note *note, const uint8_t log_key[SIGN_PUBLIC_LEN])
{
	struct bytes name = origin_of(note->text);
	uint8_t id[KEY_ID_LEN];

	checkpoint_key_id(name, CHECKPOINT_TYPE_LOG, log_key, id);
	for (size_t i = 0; i < note->lines_count; i++) {
		const struct note_line *line = &note->lines[i];
		if (is_of(line, name, id, SIGN_LEN) && sign_verify(log_key, note->text, line->signature))
			return ERR_OK;
	}
	return ERR_NOTE;
}

enum err checkpoint_verify_cosignature(struct bytes text, const struct note_line *line, struct bytes name,
				       const uint8_t mirror_key[SIGN_PUBLIC_LEN], uint64_t *seconds)
{
	uint8_t memory[COSIGNED_LEN_MAX], id[KEY_ID_LEN];
	struct buf message = BUF_ON(memory);
	uint64_t time;

	checkpoint_key_id(name, CHECKPOINT_TYPE_MIRROR, mirror_key, id);
	if (!is_of(line, name, id, COSIGNATURE_LEN))
		return ERR_NOT_FOUND;
	time = be64_get(line->signature);
	cosigned_write(time, text, &message);
	if (buf_check(&message) != ERR_OK ||
	    !sign_verify(mirror_key, buf_bytes(&message), line->signature + 8))
		return ERR_VERIFY;
	*seconds = time;
	return ERR_OK;
}
