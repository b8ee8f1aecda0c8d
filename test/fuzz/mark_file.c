/*
 * The signer's file as a disk may give it back: two slots with anything in them, whose hash is made to fit
 * where the first byte says so. What is taken is there again after the file was closed in order.
 *
 * Input: flags (bit n: slot n gets its true length and hash), u16 length of the first slot's bytes, both
 * slots' bytes.
 */
#include "home/mark_file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

#define SLOT_HEAD_LEN (4u + HASH_LEN)

static const char boot[CLOCK_BOOT_LEN] = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";

static struct {
	char path[32];
} root;

static void remove_file(void)
{
	unlink(root.path);
}

static void put_slot(int fd, unsigned slot, bool is_fitted, struct bytes body)
{
	uint8_t head[SLOT_HEAD_LEN];
	off_t at = (off_t)slot * (off_t)MARK_SLOT_LEN;
	ssize_t put;

	if (is_fitted) {
		be32_put(head, (uint32_t)body.len);
		hash_sha256(body, head + 4);
		put = pwrite(fd, head, sizeof head, at);
		assert(put == (ssize_t)sizeof head);
		at += (off_t)sizeof head;
	}
	put = pwrite(fd, body.ptr, body.len, at);
	assert(put == (ssize_t)body.len);
}

static void open_again(const struct marks *was, const struct mark_memory *then)
{
	static struct mark rows[LOGS_MAX];
	struct marks marks = { rows, 0, LOGS_MAX };
	struct mark_memory memory = { 0 };
	struct mark_file file;
	enum err e = mark_file_open(&file, root.path, boot, &marks, &memory);

	assert(e == ERR_OK && memory.has_memory == then->has_memory && memory.is_certain == then->is_certain);
	assert(marks.count == was->count);
	for (size_t i = 0; i < marks.count; i++)
		assert(origin_equal(&rows[i].origin, &was->rows[i].origin) &&
		       rows[i].size == was->rows[i].size &&
		       memcmp(rows[i].root, was->rows[i].root, HASH_LEN) == 0);
	mark_file_drop(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static struct mark rows[LOGS_MAX];
	static int fd = -1;
	struct marks marks = { rows, 0, LOGS_MAX };
	struct mark_memory memory = { 0 };
	struct mark_file file;
	size_t first;

	if (len < 3 || len > 32768)
		return 0;
	if (fd < 0) {
		memcpy(root.path, "/dev/shm/entente-fuzz-XXXXXX", sizeof "/dev/shm/entente-fuzz-XXXXXX");
		fd = mkstemp(root.path);
		assert(fd >= 0);
		atexit(remove_file);
	}
	first = (size_t)ptr[1] << 8 | ptr[2];
	if (first > len - 3)
		first = len - 3;
	assert(ftruncate(fd, 0) == 0 && ftruncate(fd, 2 * (off_t)MARK_SLOT_LEN) == 0);
	put_slot(fd, 0, (ptr[0] & 1) != 0, (struct bytes){ ptr + 3, first });
	put_slot(fd, 1, (ptr[0] & 2) != 0, (struct bytes){ ptr + 3 + first, len - 3 - first });
	if (mark_file_open(&file, root.path, boot, &marks, &memory) != ERR_OK)
		return 0;
	if (mark_file_close(&file, &marks) == ERR_OK)
		open_again(&marks, &memory);
	return 0;
}
