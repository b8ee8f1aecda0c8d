/*
 * A redo file as a disk may give it back. The input is records with anything in them under a hash that fits,
 * for a hash that does not fit ends the file; or, with the first bit of its first byte, the file itself.
 * Whatever it holds, the store opens or says why not, and says the same again.
 *
 * Input: flags, then records of u16 length and so many bytes.
 */
#include "record/sqlite.h"

#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "record/vfs.h"
#include "sys/sim_disk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

#define NAME "record.db"
#define REDO_NAME NAME STORE_REDO_ENDING
#define RECORDS_MAX 16u

static struct {
	struct sim_disk *first; /* a store with one entry in it */
	struct vfs *vfs;
	uint8_t salt[REDO_SALT_LEN], queries[HASH_LEN];
	uint64_t generation;
} root;

static void put_first(struct store *s)
{
	const struct origin origin = { .channel = 1, .party = "alba", .epoch = 1 };
	struct store_log row = { .origin = origin, .size = 1 };
	uint8_t hash[HASH_LEN] = { 1 };
	log_number log;

	assert(s->ops->begin(s) == ERR_OK && s->ops->log_open(s, &origin, &log) == ERR_OK);
	assert(s->ops->entry_put(s, log, 0, BYTES_LIT("entry"), BYTES_OF(hash)) == ERR_OK);
	assert(s->ops->log_put(s, log, &row) == ERR_OK && s->ops->commit(s) == ERR_OK);
	for (int i = 0; i < 4; i++)
		assert(s->ops->tidy(s, true) == ERR_OK);
}

static void make_first(void)
{
	struct store *s;

	crypto_init();
	log_open("redo", 0); /* what is refused is said at length */
	root.first = sim_disk_new(1);
	assert(vfs_new("redo", sim_disk_disk(root.first), &root.vfs) == ERR_OK);
	assert(store_sqlite_open(NAME, "redo", &s) == ERR_OK);
	put_first(s);
	s->ops->close(s);
	assert(store_sqlite_open(NAME, "redo", &s) == ERR_OK);
	memcpy(root.salt, ((struct store_sqlite *)s)->redo.salt, sizeof root.salt);
	memcpy(root.queries, ((struct store_sqlite *)s)->redo.queries, sizeof root.queries);
	root.generation = ((struct store_sqlite *)s)->redo.generation;
	s->ops->close(s);
}

/* docs/spec/record.md section 6: u32 length, hash over the one before and what follows, queries, writes. */
static void fit_records(struct bytes in, struct buf *out)
{
	uint8_t last[HASH_LEN], number[8];
	const struct bytes begin[] = { BYTES_OF(root.salt), BYTES_OF(number) };
	struct bytes head, writes;

	be64_put(number, root.generation);
	hash_parts(begin, ARRAY_COUNT(begin), last);
	for (unsigned i = 0; i < RECORDS_MAX && bytes_take(&in, 2, &head) == ERR_OK; i++) {
		struct bytes parts[] = { BYTES_OF(last), BYTES_OF(root.queries), { 0 } };
		size_t want = (size_t)head.ptr[0] << 8 | head.ptr[1];
		if (bytes_take(&in, want < in.len ? want : in.len, &writes) != ERR_OK || writes.len == 0)
			return;
		parts[2] = writes;
		hash_parts(parts, ARRAY_COUNT(parts), last);
		buf_put_be32(out, (uint32_t)(HASH_LEN + writes.len));
		buf_put(out, BYTES_OF(last));
		buf_put(out, BYTES_OF(root.queries));
		buf_put(out, writes);
	}
}

static enum err open_store(void)
{
	struct store *s;
	enum err e = store_sqlite_open(NAME, "redo", &s);

	if (e == ERR_OK)
		s->ops->close(s);
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static uint8_t memory[1u << 20];
	struct buf file = BUF_ON(memory);
	struct sim_disk *sim;
	struct disk *disk;
	enum err e, again;

	if (root.first == NULL)
		make_first();
	if (len < 1 || len > 65536)
		return 0;
	if ((ptr[0] & 1) != 0)
		buf_put(&file, (struct bytes){ ptr + 1, len - 1 });
	else
		fit_records((struct bytes){ ptr + 1, len - 1 }, &file);
	sim = sim_disk_copy(root.first, 1);
	disk = sim_disk_disk(sim);
	assert(buf_check(&file) == ERR_OK && disk->ops->open(disk, REDO_NAME) == ERR_OK);
	assert(disk->ops->write(disk, REDO_NAME, 0, buf_bytes(&file)) == ERR_OK);
	vfs_set_disk(root.vfs, disk);
	e = open_store();
	again = open_store();
	assert(e == again);
	sim_disk_free(sim);
	return 0;
}
