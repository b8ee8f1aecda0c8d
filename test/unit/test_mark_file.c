/* The signer's memory on the disk: what a closing, a kill, a stopped machine and damage leave of it. */
#include "home/mark_file.h"
#include "sys/file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char boot_a[CLOCK_BOOT_LEN] = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";
static const char boot_b[CLOCK_BOOT_LEN] = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb";

struct scratch {
	char dir[64], path[96];
	struct mark rows[LOGS_MAX];
	struct marks marks;
	struct mark_file file;
	struct mark_memory memory;
};

static int scratch_make(void **state)
{
	struct scratch *s = calloc(1, sizeof *s);

	if (s == NULL)
		return -1;
	memcpy(s->dir, "/tmp/entente-marks-XXXXXX", 26);
	if (mkdtemp(s->dir) == NULL)
		return -1;
	memcpy(s->path, s->dir, 25);
	memcpy(s->path + 25, "/marks", 7);
	s->marks = (struct marks){ .rows = s->rows, .max = LOGS_MAX };
	*state = s;
	return 0;
}

static int scratch_drop(void **state)
{
	struct scratch *s = *state;

	mark_file_drop(&s->file);
	unlink(s->path);
	rmdir(s->dir);
	free(s);
	return 0;
}

static void mark(struct scratch *s, uint64_t size)
{
	s->marks.count = 1;
	s->rows[0] = (struct mark){ .origin = { .channel = 1, .party = "alba", .epoch = 1 }, .size = size };
	memset(s->rows[0].root, (int)size, HASH_LEN);
}

static enum err reopen(struct scratch *s, const char boot[CLOCK_BOOT_LEN])
{
	s->marks.count = 0;
	return mark_file_open(&s->file, s->path, boot, &s->marks, &s->memory);
}

/* A node's first file, after its first epochs were opened. */
static void begin(struct scratch *s)
{
	assert_int_equal(reopen(s, boot_a), ERR_OK);
	assert_int_equal(mark_file_settle(&s->file, &s->marks), ERR_OK);
}

static void assert_memory(const struct scratch *s, bool has_memory, bool is_certain, uint64_t size)
{
	assert_int_equal(s->memory.has_memory, has_memory);
	assert_int_equal(s->memory.is_certain, is_certain);
	assert_int_equal(s->marks.count, size == 0 ? 0 : 1);
	if (size > 0)
		assert_true(s->rows[0].size == size);
}

/* Writes without a sync and forgets the file, as a killed process does. */
static void write_and_die(struct scratch *s, uint64_t size)
{
	mark(s, size);
	assert_int_equal(mark_file_write(&s->file, &s->marks), ERR_OK);
	mark_file_drop(&s->file);
}

static void a_new_one_has_no_memory(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(reopen(s, boot_a), ERR_OK);
	assert_memory(s, false, false, 0);
	assert_int_equal(mark_file_close(&s->file, &s->marks), ERR_OK);
	assert_int_equal(reopen(s, boot_a), ERR_OK);
	assert_memory(s, false, false, 0);
	assert_int_equal(mark_file_settle(&s->file, &s->marks), ERR_OK);
	mark_file_drop(&s->file);
	assert_int_equal(reopen(s, boot_a), ERR_OK);
	assert_memory(s, true, true, 0);
}

static void closed_is_certain_after_any_restart(void **state)
{
	struct scratch *s = *state;

	begin(s);
	for (uint64_t size = 1; size < 9; size++) {
		mark(s, size);
		assert_int_equal(mark_file_write(&s->file, &s->marks), ERR_OK);
		if (size % 3 != 0)
			assert_int_equal(mark_file_sync(&s->file), ERR_OK);
	}
	assert_int_equal(mark_file_close(&s->file, &s->marks), ERR_OK);
	assert_int_equal(reopen(s, boot_b), ERR_OK);
	assert_memory(s, true, true, 8);
}

static void a_killed_process_forgets_nothing(void **state)
{
	struct scratch *s = *state;

	begin(s);
	write_and_die(s, 5);
	assert_int_equal(reopen(s, boot_a), ERR_OK);
	assert_memory(s, true, true, 5);
}

static void a_stopped_machine_is_not_certain(void **state)
{
	struct scratch *s = *state;

	begin(s);
	write_and_die(s, 5);
	assert_int_equal(reopen(s, boot_b), ERR_OK);
	assert_memory(s, true, false, 5);
	/* And does not become so by being asked again. */
	mark_file_drop(&s->file);
	assert_int_equal(reopen(s, boot_a), ERR_OK);
	assert_false(s->memory.is_certain);
	/* Nor by ending in order, whatever is restored in between: until the node says that it is settled. */
	assert_int_equal(mark_file_close(&s->file, &s->marks), ERR_OK);
	assert_int_equal(reopen(s, boot_a), ERR_OK);
	assert_memory(s, true, false, 5);
	assert_int_equal(mark_file_settle(&s->file, &s->marks), ERR_OK);
	assert_int_equal(mark_file_close(&s->file, &s->marks), ERR_OK);
	assert_int_equal(reopen(s, boot_b), ERR_OK);
	assert_memory(s, true, true, 5);
}

/* Overwrites the slot that was written last, as a write that the machine's end tore. */
static void tear(struct scratch *s, unsigned slot)
{
	int fd = open(s->path, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "\xff\xff", 2, (off_t)slot * (off_t)MARK_SLOT_LEN + 70), 2);
	close(fd);
}

static void a_torn_write_leaves_what_was_synced(void **state)
{
	struct scratch *s = *state;
	unsigned torn;

	begin(s);
	mark(s, 4);
	assert_int_equal(mark_file_write(&s->file, &s->marks), ERR_OK);
	assert_int_equal(mark_file_sync(&s->file), ERR_OK);
	torn = 1 - s->file.synced;
	write_and_die(s, 5);
	tear(s, torn);
	assert_int_equal(reopen(s, boot_a), ERR_OK);
	assert_memory(s, true, false, 4);
}

static void two_torn_slots_are_no_memory(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(reopen(s, boot_a), ERR_OK);
	write_and_die(s, 5);
	tear(s, 0);
	tear(s, 1);
	assert_int_equal(reopen(s, boot_a), ERR_CORRUPT);
}

static void every_flipped_bit_is_seen(void **state)
{
	struct scratch *s = *state;
	int fd;

	assert_int_equal(reopen(s, boot_a), ERR_OK);
	mark(s, 7);
	assert_int_equal(mark_file_close(&s->file, &s->marks), ERR_OK);
	fd = open(s->path, O_RDWR);
	assert_true(fd >= 0);
	for (off_t slot = 0; slot < 2; slot++) {
		for (off_t at = 4; at < 200; at++) {
			off_t place = slot * (off_t)MARK_SLOT_LEN + at;
			uint8_t byte, flipped;

			assert_int_equal(pread(fd, &byte, 1, place), 1);
			flipped = byte ^ (uint8_t)(1u << (at % 8));
			assert_int_equal(pwrite(fd, &flipped, 1, place), 1);
			/* Whichever slot it was: no mark is read that was never written. */
			if (reopen(s, boot_a) == ERR_OK) {
				assert_true(s->marks.count == 0 || s->rows[0].size == 7);
				assert_true(s->marks.count == 1 || !s->memory.is_certain || at >= 180);
				mark_file_drop(&s->file);
			}
			assert_int_equal(pwrite(fd, &byte, 1, place), 1);
			mark(s, 7);
			assert_int_equal(reopen(s, boot_a), ERR_OK);
			mark(s, 7);
			assert_int_equal(mark_file_close(&s->file, &s->marks), ERR_OK);
		}
	}
	close(fd);
}

static void as_many_logs_as_there_may_be(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(reopen(s, boot_a), ERR_OK);
	for (size_t i = 0; i < LOGS_MAX; i++) {
		s->rows[i] =
			(struct mark){ .origin = { .channel = (uint32_t)(1 + i / 2), .epoch = 4000000000u },
				       .size = UINT64_MAX / 2 - i };
		memcpy(s->rows[i].origin.party, i % 2 == 0 ? "aaaaaaaaaaaaaaaa" : "bbbbbbbbbbbbbbbb", 16);
	}
	s->marks.count = LOGS_MAX;
	assert_int_equal(mark_file_write(&s->file, &s->marks), ERR_OK);
	assert_int_equal(mark_file_close(&s->file, &s->marks), ERR_OK);
	assert_int_equal(reopen(s, boot_b), ERR_OK);
	assert_int_equal(s->marks.count, LOGS_MAX);
	assert_true(s->rows[LOGS_MAX - 1].size == UINT64_MAX / 2 - (LOGS_MAX - 1));
}

#define WITH_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SCRATCH(a_new_one_has_no_memory),
		WITH_SCRATCH(closed_is_certain_after_any_restart),
		WITH_SCRATCH(a_killed_process_forgets_nothing),
		WITH_SCRATCH(a_stopped_machine_is_not_certain),
		WITH_SCRATCH(a_torn_write_leaves_what_was_synced),
		WITH_SCRATCH(two_torn_slots_are_no_memory),
		WITH_SCRATCH(every_flipped_bit_is_seen),
		WITH_SCRATCH(as_many_logs_as_there_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
