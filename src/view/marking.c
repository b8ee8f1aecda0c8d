#include "view/marking.h"

#include "view/judge.h"
#include "view/rows.h"

bool has_marking(const struct statement *s)
{
	return kind_is_dialogue(s->kind) && s->has_label && !s->has_instance && s->refers_count <= 1;
}

enum err fold_marking_row(const struct fold *f, const struct fold_input *in)
{
	const struct statement *s = in->statement;
	struct place_key at = { in->log, in->entry->index }, named;
	uint8_t memory[MARKING_ROW_MAX];
	struct buf value = BUF_ON(memory);
	struct row_key k;

	if (!has_marking(s))
		return ERR_OK;
	buf_put_byte(&value, (uint8_t)s->refers_count);
	if (s->refers_count == 1) {
		const struct place *p = &s->refers[0];
		named = (struct place_key){ { p->channel, accord_party_find(f->accord, p->party), p->epoch },
					    p->index };
		if (named.log.party == f->accord->parties_count)
			return ERR_OK;
		place_key_write(&named, &value);
	}
	label_write(&s->label, &value);
	place_key_write(&at, row_open(&k, ROW_MARKING));
	return buf_check(&value) == ERR_OK ? row_put(f->map, &k, &value) : ERR_OK;
}

/* As the first row behind the place before it: so a list is one walk, and not a search for each. */
enum err fold_marking(const struct fold *f, const struct place_key *place, struct buf *out)
{
	struct place_key before = *place;
	struct row_key prefix, after, found, wanted;
	enum err e;

	buf_reset(out);
	log_key_write(&place->log, row_open(&prefix, ROW_MARKING));
	place_key_write(place, row_open(&wanted, ROW_MARKING));
	row_open(&after, ROW_MARKING);
	if (before.index-- > 0)
		place_key_write(&before, &after.buf);
	buf_init(&found.buf, found.memory, sizeof found.memory);
	e = map_next(f->map, buf_bytes(&prefix.buf), buf_bytes(&after.buf), &found.buf, out);
	if (e == ERR_OK && !bytes_equal(buf_bytes(&found.buf), buf_bytes(&wanted.buf))) {
		buf_reset(out);
		e = ERR_NOT_FOUND;
	}
	return e;
}

enum err marking_read(const struct accord *a, struct bytes in, struct marking *out)
{
	struct bytes head;

	if (bytes_take(&in, 1, &head) != ERR_OK || head.ptr[0] > 1)
		return ERR_CORRUPT;
	out->has_named = head.ptr[0] == 1;
	if (out->has_named &&
	    (place_key_read(&in, &out->named) != ERR_OK || out->named.log.party >= a->parties_count))
		return ERR_CORRUPT;
	out->label = in;
	return in.len <= MARKING_ROW_MAX ? ERR_OK : ERR_CORRUPT;
}

enum err marking_label(const struct marking *m, struct label *out)
{
	struct cbor_reader r;

	cbor_open(&r, m->label);
	return label_read(&r, out) == ERR_OK && cbor_finish(&r) == ERR_OK ? ERR_OK : ERR_CORRUPT;
}
