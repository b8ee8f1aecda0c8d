#include "record/proof.h"

#include "record/checkpoint.h"

#include <string.h>

#define HEAD_LINE "c2sp.org/tlog-proof@v1"
#define INDEX_START "index "

void proof_write(const struct proof *p, struct buf *out)
{
	buf_put_str(out, HEAD_LINE "\n" INDEX_START);
	buf_put_decimal(out, p->index);
	buf_put_byte(out, '\n');
	for (size_t i = 0; i < p->count; i++) {
		buf_put_base64(out, BYTES_OF(p->path[i]));
		buf_put_byte(out, '\n');
	}
	buf_put_byte(out, '\n');
	buf_put(out, p->note);
}

static enum err refuse(struct fault *fault, const char *rule, size_t line)
{
	*fault = (struct fault){ rule, line };
	return ERR_VERIFY;
}

static enum err index_read(struct bytes line, uint64_t *out)
{
	struct bytes start, want = BYTES_LIT(INDEX_START);

	if (bytes_take(&line, want.len, &start) != ERR_OK || !bytes_equal(start, want))
		return ERR_USAGE;
	return bytes_read_decimal(line, INT64_MAX, out);
}

enum err proof_read(struct bytes in, struct proof *out, struct fault *fault)
{
	struct bytes line;
	struct note note;
	size_t len;

	*out = (struct proof){ 0 };
	*fault = (struct fault){ 0 };
	if (bytes_take_until(&in, '\n', &line) != ERR_OK || !bytes_equal(line, BYTES_LIT(HEAD_LINE)))
		return refuse(fault, "proof.head", 1);
	if (bytes_take_until(&in, '\n', &line) != ERR_OK || index_read(line, &out->index) != ERR_OK)
		return refuse(fault, "proof.index", 2);
	for (;; out->count++) {
		if (bytes_take_until(&in, '\n', &line) != ERR_OK)
			return refuse(fault, "proof.path", 3 + out->count);
		if (line.len == 0)
			break;
		if (out->count == MERKLE_PROOF_MAX ||
		    bytes_read_base64(line, out->path[out->count], HASH_LEN, &len) != ERR_OK ||
		    len != HASH_LEN)
			return refuse(fault, "proof.path", 3 + out->count);
	}
	if (note_read(in, &note, fault) != ERR_OK)
		return refuse(fault, fault->rule, fault->offset + 3 + out->count);
	out->note = in;
	return ERR_OK;
}

enum err proof_check(const struct proof *p, struct bytes entry, const uint8_t log_key[32], struct note *note)
{
	uint8_t leaf[HASH_LEN];
	struct fault fault;

	hash_leaf(entry, leaf);
	if (note_read(p->note, note, &fault) != ERR_OK || checkpoint_verify(note, log_key) != ERR_OK)
		return ERR_VERIFY;
	return merkle_check_inclusion(p->index, leaf, note->size, note->root, p->path, p->count);
}
