/* MANIFEST: the lines of `sha256sum`, rising by name, so that stock tools check it. */
#include "accord/manifest.h"

#include <string.h>

#define HEX_LEN (2 * HASH_LEN)

void accord_manifest_write(const struct accord_file *files, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t hash[HASH_LEN];
		hash_sha256(files[i].content, hash);
		buf_put_hex(out, BYTES_OF(hash));
		buf_put_str(out, "  ");
		buf_put(out, files[i].name);
		buf_put_byte(out, '\n');
	}
}

enum err manifest_next(struct bytes *in, struct manifest_row *out)
{
	struct bytes line, hex;

	if (bytes_take_until(in, '\n', &line) != ERR_OK)
		return in->len == 0 ? ERR_NOT_FOUND : ERR_USAGE;
	if (bytes_take(&line, HEX_LEN, &hex) != ERR_OK || bytes_read_hex(hex, out->hash, HASH_LEN) != ERR_OK ||
	    line.len < 3 || line.ptr[0] != ' ' || line.ptr[1] != ' ')
		return ERR_USAGE;
	out->name = (struct bytes){ line.ptr + 2, line.len - 2 };
	return ERR_OK;
}

enum err accord_manifest_diff(struct bytes ours, struct bytes theirs, struct bytes *file)
{
	for (;;) {
		struct manifest_row a, b;
		enum err ea = manifest_next(&ours, &a), eb = manifest_next(&theirs, &b);

		if (ea != ERR_OK && eb != ERR_OK)
			return ERR_NOT_FOUND;
		/* A name that only one side has comes first in the order of names. */
		if (eb != ERR_OK || (ea == ERR_OK && bytes_compare(a.name, b.name) < 0)) {
			*file = a.name;
			return ERR_OK;
		}
		if (ea != ERR_OK || bytes_compare(b.name, a.name) < 0) {
			*file = b.name;
			return ERR_OK;
		}
		if (memcmp(a.hash, b.hash, HASH_LEN) != 0) {
			*file = a.name;
			return ERR_OK;
		}
	}
}
