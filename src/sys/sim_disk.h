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

/* Which operations a fault counts, and whether all after the first fail too. */
enum sim_disk_which { SIM_DISK_ANY, SIM_DISK_CHANGES };
/* The n-th operation from now fails, n from 1; 0: none. A failed write or sync may have left its mark. */
void sim_disk_fail(struct sim_disk *d, uint64_t n, enum sim_disk_which which, bool is_for_ever);
/* Whether that fault has fired. */
bool sim_disk_has_failed(const struct sim_disk *d);

/* Bytes of all files together beyond which the disk is full; UINT64_MAX: never. */
void sim_disk_limit(struct sim_disk *d, uint64_t size);
uint64_t sim_disk_used(const struct sim_disk *d);

/* Flips one bit of a file, on the platter and in what is read. ERR_NOT_FOUND beyond its end. */
enum err sim_disk_flip(struct sim_disk *d, const char *name, uint64_t bit) MUST_CHECK;

#endif
