#include "view/place_key.h"

#include <string.h>

void log_key_write(const struct log_key *k, struct buf *out)
{
	buf_put_byte(out, (uint8_t)(k->channel >> 8));
	buf_put_byte(out, (uint8_t)k->channel);
	buf_put_byte(out, (uint8_t)k->party);
	buf_put_be32(out, k->epoch);
}

void place_key_write(const struct place_key *k, struct buf *out)
{
	log_key_write(&k->log, out);
	buf_put_be64(out, k->index);
}

enum err log_key_read(struct bytes *in, struct log_key *out)
{
	struct bytes part;

	if (bytes_take(in, LOG_KEY_LEN, &part) != ERR_OK)
		return ERR_CORRUPT;
	*out = (struct log_key){
		.channel = (uint32_t)part.ptr[0] << 8 | part.ptr[1],
		.party = part.ptr[2],
		.epoch = be32_get(part.ptr + 3),
	};
	return ERR_OK;
}

enum err place_key_read(struct bytes *in, struct place_key *out)
{
	struct bytes part;
	enum err e = log_key_read(in, &out->log);

	if (e != ERR_OK)
		return e;
	if (bytes_take(in, 8, &part) != ERR_OK)
		return ERR_CORRUPT;
	out->index = be64_get(part.ptr);
	return ERR_OK;
}

bool log_key_equal(const struct log_key *a, const struct log_key *b)
{
	return a->channel == b->channel && a->party == b->party && a->epoch == b->epoch;
}

bool place_key_equal(const struct place_key *a, const struct place_key *b)
{
	return log_key_equal(&a->log, &b->log) && a->index == b->index;
}

int place_key_compare(const struct place_key *a, const struct place_key *b)
{
	uint8_t memory[2][PLACE_KEY_LEN];
	struct buf left = BUF_ON(memory[0]), right = BUF_ON(memory[1]);

	place_key_write(a, &left);
	place_key_write(b, &right);
	return memcmp(memory[0], memory[1], PLACE_KEY_LEN);
}
