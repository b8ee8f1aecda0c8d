/*
 * mark_file.h - the signer's marks on the disk: two slots, written in turn, one of them always whole.
 *
 * Spec: docs/spec/settings.md section 3. Test: test/unit/test_mark_file.c. Layer: home (signer's process).
 *
 * A write costs some microseconds and no flush; mark_file_sync makes it last. Between the two the slot that
 * was synced before is left alone.
 */
#ifndef HOME_MARK_FILE_H
#define HOME_MARK_FILE_H

#include "record/mark.h"
#include "sys/clock.h"

#define MARK_SLOT_LEN (256u << 10)

/* What was there before. */
struct mark_memory {
	bool has_memory; /* there was a file */
	bool is_certain; /* and no signature can have been given that it does not show */
};

struct mark_file {
	int fd;
	unsigned synced; /* the slot that will not be written next */
	uint64_t generation;
	bool is_dirty;		   /* written since the last sync */
	struct mark_memory doubts; /* as they were read, until mark_file_settle */
	char boot[CLOCK_BOOT_LEN];
	uint8_t *memory; /* heap: two slots */
};

/*
 * Reads the file into *m and puts one in its place that is marked as open, on the disk before it returns.
 * *m is as it was if there is none.
 * boot names this start of the machine. ERR_CORRUPT: no slot is whole; ERR_IO.
 */
enum err mark_file_open(struct mark_file *f, const char *path, const char boot[CLOCK_BOOT_LEN],
			struct marks *m, struct mark_memory *memory) MUST_CHECK;
/* ERR_IO, ERR_LIMIT: nothing may be signed any more. */
enum err mark_file_write(struct mark_file *f, const struct marks *m) MUST_CHECK;
enum err mark_file_sync(struct mark_file *f) MUST_CHECK;
/*
 * Whoever reads it from now on has a memory and is certain: no log hangs on what this file did not have.
 * Until then each start says what the first one said, whatever is restored in between.
 */
enum err mark_file_settle(struct mark_file *f, const struct marks *m) MUST_CHECK;
/* Writes that all is there and nothing follows; frees. */
enum err mark_file_close(struct mark_file *f, const struct marks *m) MUST_CHECK;
/* Frees without a word, as after a failure. Takes a zeroed one. */
void mark_file_drop(struct mark_file *f);

#endif
