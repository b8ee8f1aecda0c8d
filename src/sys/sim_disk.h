/*
 * sim_disk.h - a disk in memory that loses, tears, refuses and fails as a seed says. Linked into tests only.
 *
 * Layer: sys. Every file has two states: as the process sees it, and as the platter has it. A sync carries
 * the first over to the second; a crash leaves of what was not synced some sectors, parts of sectors, or
 * nothing.
 */
#ifndef SYS_SIM_DISK_H
#define SYS_SIM_DISK_H

#include "base/prng.h"
#include "sys/disk.h"

#define SIM_SECTOR_LEN 512u

struct sim_disk;

/* What has fired so far. */
struct sim_disk_counts {
	uint64_t operations; /* of every kind, failed ones too */
	uint64_t changes;    /* writes, truncations, syncs, removals among them */
	uint64_t failed, full, crashes;
	uint64_t lost, torn, kept; /* sectors at a crash */
};

/* Gives; free with sim_disk_free. */
struct sim_disk *sim_disk_new(uint64_t seed);
/* Another disk with the files as the process sees them, all of it on the platter: a backup. Gives. */
struct sim_disk *sim_disk_copy(const struct sim_disk *from, uint64_t seed);
void sim_disk_free(struct sim_disk *d);
struct disk *sim_disk_disk(struct sim_disk *d);
const struct sim_disk_counts *sim_disk_counts(const struct sim_disk *d);

/* Power is cut and comes back: what was not synced is lost, torn or kept by sector. Forgets faults that were
 * set. */
void sim_disk_crash(struct sim_disk *d, uint64_t seed);

/*
 * What a cut does to what was not synced, of each file by itself: none of it came; it came in order as far as
 * some byte; of each write some sectors came, whatever was written before it; where it was to go stand random
 * bytes. Bytes that were synced stay as they are, in the same sector too: SQLite assumes that of a disk, and
 * so does the redo file.
 */
enum sim_disk_damage {
	SIM_DISK_LOST,
	SIM_DISK_TORN,
	SIM_DISK_REORDERED,
	SIM_DISK_RANDOM,
	SIM_DISK_DAMAGE_COUNT
};
/* As sim_disk_crash, with this damage. */
void sim_disk_cut(struct sim_disk *d, enum sim_disk_damage damage, uint64_t seed);
/* Another disk in the same state, what is not synced included, without faults and watcher. Gives. */
struct sim_disk *sim_disk_moment(const struct sim_disk *from, uint64_t seed);
/* Whether a cut now would take or damage anything. */
bool sim_disk_is_dirty(const struct sim_disk *d);
/* Called before every change, with self: a moment at which the power may go. NULL: nobody. */
void sim_disk_watch(struct sim_disk *d, void (*changes)(void *self), void *self);

/*
 * Which operations a fault counts, and whether all after the first fail too. ROOM: writes that make a file
 * longer, which are refused as on a full disk.
 */
enum sim_disk_which { SIM_DISK_ANY, SIM_DISK_CHANGES, SIM_DISK_ROOM };
/* The n-th operation from now fails, n from 1; 0: none. A failed write or sync may have left its mark. */
void sim_disk_fail(struct sim_disk *d, uint64_t n, enum sim_disk_which which, bool is_for_ever);
/* While it is paused nothing fails and nothing is counted: whoever only looks is not the one under test. */
void sim_disk_pause(struct sim_disk *d, bool is_paused);
/* Whether that fault has fired. */
bool sim_disk_has_failed(const struct sim_disk *d);

/* Bytes of all files together beyond which the disk is full; UINT64_MAX: never. */
void sim_disk_limit(struct sim_disk *d, uint64_t size);
uint64_t sim_disk_used(const struct sim_disk *d);

/* Flips one bit of a file, on the platter and in what is read. ERR_NOT_FOUND beyond its end. */
enum err sim_disk_flip(struct sim_disk *d, const char *name, uint64_t bit) MUST_CHECK;

#endif
