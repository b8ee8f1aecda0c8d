#include "home/mark_file.h"

#include "base/alloc.h"
#include "base/plant.h"
#include "crypto/hash.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLOT_HEAD_LEN (4u + HASH_LEN)
#define TITLE "entente-marks 1 "

/* The first line of a slot's body. */
struct slot {
	bool is_whole;	/* false: its hash is wrong, or it cannot be read */
	bool is_filled; /* false: it was never written */
	bool is_closed;
	struct mark_memory doubts;
	uint64_t generation;
	struct bytes boot, marks; /* borrowed from the memory that the slot was read into */
};

static enum err write_at(const struct mark_file *f, struct bytes part, unsigned slot)
{
	off_t at = (off_t)slot * (off_t)MARK_SLOT_LEN;

	while (part.len > 0) {
		ssize_t put = pwrite(f->fd, part.ptr, part.len, at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return ERR_IO;
		part.ptr += put;
		part.len -= (size_t)put;
		at += put;
	}
	return ERR_OK;
}

static enum err read_at(const struct mark_file *f, unsigned slot, uint8_t *memory)
{
	off_t at = (off_t)slot * (off_t)MARK_SLOT_LEN;
	size_t len = 0;

	while (len < MARK_SLOT_LEN) {
		ssize_t got = pread(f->fd, memory + len, MARK_SLOT_LEN - len, at + (off_t)len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ERR_IO;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	memset(memory + len, 0, MARK_SLOT_LEN - len);
	return ERR_OK;
}

/* What was in doubt when the file was begun, and is not settled; at least one of the two is false. */
static const struct {
	const char *word;
	struct mark_memory memory;
} doubts[] = { { "", { true, true } }, { " lost", { false, false } }, { " cut", { true, false } } };

/* "open" or "closed", and a word of the table. */
static enum err read_state(struct bytes state, struct slot *out)
{
	static const char *const words[] = { "open", "closed" };

	for (size_t i = 0; i < ARRAY_COUNT(words) * ARRAY_COUNT(doubts); i++) {
		struct bytes rest = state, wanted = bytes_str(words[i % ARRAY_COUNT(words)]), word;
		out->is_closed = i % ARRAY_COUNT(words) == 1;
		out->doubts = doubts[i / ARRAY_COUNT(words)].memory;
		if (bytes_take(&rest, wanted.len, &word) == ERR_OK && bytes_equal(word, wanted) &&
		    bytes_equal(rest, bytes_str(doubts[i / ARRAY_COUNT(words)].word)))
			return ERR_OK;
	}
	return ERR_CORRUPT;
}

static const char *doubts_word(const struct mark_memory *memory)
{
	return doubts[!memory->has_memory ? 1 : memory->is_certain ? 0 : 2].word;
}

static enum err read_title(struct bytes line, struct slot *out)
{
	struct bytes title, generation;

	if (bytes_take(&line, sizeof TITLE - 1, &title) != ERR_OK || !bytes_equal(title, BYTES_LIT(TITLE)))
		return ERR_CORRUPT;
	if (bytes_take_until(&line, ' ', &generation) != ERR_OK ||
	    bytes_take_until(&line, ' ', &out->boot) != ERR_OK)
		return ERR_CORRUPT;
	if (read_state(line, out) != ERR_OK)
		return ERR_CORRUPT;
	return bytes_read_decimal(generation, UINT64_MAX - 1, &out->generation) == ERR_OK ? ERR_OK
											  : ERR_CORRUPT;
}

static void read_slot(const uint8_t *memory, struct slot *out)
{
	uint8_t hash[HASH_LEN];
	size_t len = be32_get(memory);
	struct bytes body, line;

	*out = (struct slot){ .is_filled = len > 0, .is_whole = len == 0 };
	if (len == 0 || len > MARK_SLOT_LEN - SLOT_HEAD_LEN)
		return;
	body = (struct bytes){ memory + SLOT_HEAD_LEN, len };
	hash_sha256(body, hash);
	if (memcmp(hash, memory + 4, HASH_LEN) != 0)
		return;
	if (bytes_take_until(&body, '\n', &line) != ERR_OK || read_title(line, out) != ERR_OK)
		return;
	out->marks = body;
	out->is_whole = true;
}

/* Which of two slots holds; ERR_NOT_FOUND if none was ever written, ERR_CORRUPT if none is whole. */
static enum err choose(const struct slot slots[2], unsigned *out)
{
	bool good[2] = { slots[0].is_whole && slots[0].is_filled, slots[1].is_whole && slots[1].is_filled };

	if (!good[0] && !good[1])
		return slots[0].is_whole && slots[1].is_whole ? ERR_NOT_FOUND : ERR_CORRUPT;
	*out = !good[0] || (good[1] && slots[1].generation > slots[0].generation) ? 1 : 0;
	return ERR_OK;
}

static enum err read_memory(struct mark_file *f, struct marks *m, struct mark_memory *memory)
{
	uint8_t *other = xcalloc(1, MARK_SLOT_LEN);
	struct slot slots[2];
	enum err e;

	e = read_at(f, 0, f->memory);
	if (e == ERR_OK)
		e = read_at(f, 1, other);
	if (e != ERR_OK)
		goto out;
	read_slot(f->memory, &slots[0]);
	read_slot(other, &slots[1]);
	e = choose(slots, &f->synced);
	if (e == ERR_NOT_FOUND) {
		e = ERR_OK;
		goto out;
	}
	if (e != ERR_OK)
		goto out;
	e = marks_read(slots[f->synced].marks, m);
	f->generation = slots[f->synced].generation;
	*memory = slots[f->synced].doubts;
	/* A torn slot is a write that a signature may have followed, if another write came over it. */
	memory->is_certain =
		memory->is_certain &&
		(slots[f->synced].is_closed ||
		 (bytes_equal(slots[f->synced].boot, bytes_str(f->boot)) && slots[1 - f->synced].is_whole));
out:
	free(other);
	return e;
}

/* A slot at the front of f->memory, of the next generation. */
static enum err build_slot(struct mark_file *f, const struct marks *m, const char *state, struct bytes *out)
{
	struct buf b;
	uint8_t *head;

	buf_init(&b, f->memory, MARK_SLOT_LEN);
	head = buf_reserve(&b, SLOT_HEAD_LEN);
	f->generation++;
	buf_put_str(&b, TITLE);
	buf_put_decimal(&b, f->generation);
	buf_put_str(&b, " ");
	buf_put_str(&b, f->boot);
	buf_put_str(&b, " ");
	buf_put_str(&b, state);
	buf_put_str(&b, doubts_word(&f->doubts));
	buf_put_str(&b, "\n");
	marks_write(m, &b);
	if (buf_check(&b) != ERR_OK)
		return ERR_LIMIT;
	be32_put(head, (uint32_t)(b.len - SLOT_HEAD_LEN));
	hash_sha256((struct bytes){ f->memory + SLOT_HEAD_LEN, b.len - SLOT_HEAD_LEN }, head + 4);
	*out = buf_bytes(&b);
	return ERR_OK;
}

/*
 * What was read may be in the kernel's memory alone, after a sync that failed, and then the other slot is the
 * one that the platter has: neither is written over. A file of its own comes in the place of both, with zeros
 * behind its first slot, so that a later write changes bytes and nothing of the file's shape.
 */
static enum err replace_file(struct mark_file *f, const struct marks *m, const char *path)
{
	struct bytes slot;
	enum err e;

	memset(f->memory, 0, 2 * MARK_SLOT_LEN);
	e = build_slot(f, m, "open", &slot);
	if (e == ERR_OK)
		e = file_write(path, (struct bytes){ f->memory, 2 * MARK_SLOT_LEN }, 0600);
	f->synced = 0;
	return e;
}

static enum err write_slot(struct mark_file *f, const struct marks *m, const char *state)
{
	struct bytes slot;
	enum err e = build_slot(f, m, state, &slot);

	if (e != ERR_OK)
		return e;
	f->is_dirty = true;
	return write_at(f, slot, 1 - f->synced);
}

enum err mark_file_open(struct mark_file *f, const char *path, const char boot[CLOCK_BOOT_LEN],
			struct marks *m, struct mark_memory *memory)
{
	enum err e = ERR_OK;

	*memory = (struct mark_memory){ 0 };
	*f = (struct mark_file){ .fd = -1, .memory = xcalloc(2, MARK_SLOT_LEN) };
	memcpy(f->boot, boot, CLOCK_BOOT_LEN);
	f->boot[CLOCK_BOOT_LEN - 1] = '\0';
	if (file_exists(path)) {
		f->fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		e = f->fd < 0 ? ERR_IO : read_memory(f, m, memory);
		if (f->fd >= 0)
			close(f->fd);
	}
	f->doubts = *memory;
	if (e == ERR_OK)
		e = replace_file(f, m, path);
	if (e == ERR_OK) {
		f->fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
		e = f->fd < 0 ? ERR_IO : ERR_OK;
	} else {
		f->fd = -1;
	}
	if (e != ERR_OK) {
		mark_file_drop(f);
		return e;
	}
	/* Half a megabyte was written over; what comes now is one slot, and little of it. */
	free(f->memory);
	f->memory = xcalloc(1, MARK_SLOT_LEN);
	return ERR_OK;
}

enum err mark_file_write(struct mark_file *f, const struct marks *m)
{
	return write_slot(f, m, "open");
}

enum err mark_file_sync(struct mark_file *f)
{
	if (!f->is_dirty)
		return ERR_OK;
	if (!PLANTED(MARK_UNSYNCED) && fdatasync(f->fd) != 0)
		return ERR_IO;
	f->synced = 1 - f->synced;
	f->is_dirty = false;
	return ERR_OK;
}

enum err mark_file_settle(struct mark_file *f, const struct marks *m)
{
	enum err e;

	f->doubts = (struct mark_memory){ true, true };
	e = write_slot(f, m, "open");
	return e == ERR_OK ? mark_file_sync(f) : e;
}

enum err mark_file_close(struct mark_file *f, const struct marks *m)
{
	enum err e = mark_file_sync(f);

	if (e == ERR_OK)
		e = write_slot(f, m, "closed");
	if (e == ERR_OK)
		e = mark_file_sync(f);
	mark_file_drop(f);
	return e;
}

void mark_file_drop(struct mark_file *f)
{
	if (f->memory != NULL && f->fd >= 0)
		close(f->fd);
	free(f->memory);
	f->memory = NULL;
	f->fd = -1;
}
