/* MANIFEST: the lines of `sha256sum`, rising by name, so that stock tools check it. */
#include "accord/manifest.h"

#include "crypto/hash.h"

#define MEMBER_NAME_MAX 64u

/* A name that ends with / is a folder of files. */
static const char *const bundle_names[] = {
	"accord", "authority", "channels",   "codes",  "keys",	    "parties", "posts",	 "timers",
	"REVIEW", "glossary",  "guidelines", "opened", "words.txt", "bodies/", "forms/", "procedures/",
};

static bool is_member_name(struct bytes name)
{
	if (name.len == 0 || name.len > MEMBER_NAME_MAX || name.ptr[0] == '.' || name.ptr[0] == '-')
		return false;
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i], small = c | 0x20;
		if ((small < 'a' || small > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' && c != '_')
			return false;
	}
	return true;
}

bool is_bundle_name(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_COUNT(bundle_names); i++) {
		struct bytes known = bytes_str(bundle_names[i]), rest = name, folder;
		if (bytes_equal(name, known))
			return known.ptr[known.len - 1] != '/';
		if (known.ptr[known.len - 1] == '/' && bytes_take(&rest, known.len, &folder) == ERR_OK &&
		    bytes_equal(folder, known))
			return is_member_name(rest);
	}
	return false;
}

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
	struct bytes line, hash, space;

	if (bytes_take_until(in, '\n', &line) != ERR_OK)
		return in->len == 0 ? ERR_NOT_FOUND : ERR_USAGE;
	if (bytes_take(&line, (size_t)2 * HASH_LEN, &hash) != ERR_OK ||
	    bytes_read_hex(hash, out->hash, HASH_LEN) != ERR_OK || bytes_take(&line, 2, &space) != ERR_OK ||
	    !bytes_equal(space, BYTES_LIT("  ")) || line.len == 0)
		return ERR_USAGE;
	out->name = line;
	return ERR_OK;
}

/* The manifests are a peer's too: a name is given back only if it could be a file's. */
enum err accord_manifest_diff(struct bytes ours, struct bytes theirs, struct bytes *file)
{
	while (ours.len > 0 || theirs.len > 0) {
		struct manifest_row left, right;
		enum err e = manifest_next(&ours, &left), f = manifest_next(&theirs, &right);
		int order;
		if (e == ERR_USAGE || f == ERR_USAGE || (e == ERR_OK && !is_bundle_name(left.name)) ||
		    (f == ERR_OK && !is_bundle_name(right.name))) {
			*file = BYTES_LIT("MANIFEST");
			return ERR_OK;
		}
		/* A name that only one side has comes first in the order of names. */
		order = e != ERR_OK ? 1 : f != ERR_OK ? -1 : bytes_compare(left.name, right.name);
		if (order != 0 || !bytes_equal(BYTES_OF(left.hash), BYTES_OF(right.hash))) {
			*file = order <= 0 ? left.name : right.name;
			return ERR_OK;
		}
	}
	return ERR_NOT_FOUND;
}
