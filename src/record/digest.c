#include "record/digest.h"

void digest_open(struct digest *d)
{
	hash_open(&d->hash);
}

static void part_add(struct digest *d, struct bytes part)
{
	uint8_t len[4];

	be32_put(len, (uint32_t)part.len);
	hash_add(&d->hash, BYTES_OF(len));
	hash_add(&d->hash, part);
}

void digest_add(struct digest *d, struct bytes key, struct bytes value)
{
	part_add(d, key);
	part_add(d, value);
}

void digest_finish(struct digest *d, uint8_t out[HASH_LEN])
{
	hash_finish(&d->hash, out);
}

void digest_put_fields(uint64_t version, const uint8_t hash[HASH_LEN], struct buf *memory,
		       struct field out[2])
{
	size_t start = memory->len, middle;

	cbor_put_uint(memory, version);
	middle = memory->len;
	cbor_put_bytes(memory, (struct bytes){ hash, HASH_LEN });
	out[0] = (struct field){ FIELD_DIGEST_VERSION, { memory->ptr + start, middle - start } };
	out[1] = (struct field){ FIELD_DIGEST_HASH, { memory->ptr + middle, memory->len - middle } };
}

enum err digest_get_fields(const struct statement *s, uint64_t *version, uint8_t hash[HASH_LEN])
{
	const struct field *field = statement_field(s, FIELD_DIGEST_HASH);
	struct cbor_reader r;

	if (field == NULL || statement_field_uint(s, FIELD_DIGEST_VERSION, UINT64_MAX, version) != ERR_OK)
		return ERR_RULE;
	cbor_open(&r, field->value);
	cbor_read_fixed(&r, hash, HASH_LEN);
	return cbor_finish(&r) == ERR_OK ? ERR_OK : ERR_RULE;
}
