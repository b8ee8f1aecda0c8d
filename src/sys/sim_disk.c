#include "sys/sim_disk.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Bytes in blocks, which copies share until one of them writes: most of a backup is never touched again. */
#define BLOCK_LEN 4096u

struct block {
	unsigned holders; /* images that show it */
	uint8_t bytes[BLOCK_LEN];
};

/* Bytes that grow; a block that is not there is zero, and so is what a block has beyond the length. */
struct image {
	struct block **blocks;
	size_t blocks_max, len;
};

/* A change that is not on the platter yet; ptr NULL: a truncation to offset. */
struct change {
	uint8_t *ptr;
	uint64_t offset;
	size_t len;
};

struct sim_file {
	char name[DISK_NAME_MAX + 1];
	struct image live, synced;
	bool is_synced; /* its name is on the platter */
	struct change *changes;
	size_t changes_count, changes_max;
};

struct sim_disk {
	struct disk disk;
	struct prng prng;
	struct sim_file *files;
	size_t files_count;
	uint64_t limit;
	uint64_t fail_in; /* operations left until one fails; 0: none is to */
	enum sim_disk_which fail_which;
	bool is_for_ever, has_failed, is_paused;
	void (*changes)(void *self); /* the watcher; NULL: nobody */
	void *self;
	struct sim_disk_counts counts;
};

/* ---- Images and changes. ---- */

static void block_leave(struct block *b)
{
	if (b != NULL && --b->holders == 0)
		free(b);
}

/* The block at this position, made if need be, and held by this image alone. */
static struct block *block_own(struct image *i, size_t at)
{
	struct block *b = i->blocks[at];

	if (b != NULL && b->holders == 1)
		return b;
	i->blocks[at] = xrealloc(NULL, sizeof *b);
	if (b == NULL)
		memset(i->blocks[at]->bytes, 0, BLOCK_LEN);
	else
		memcpy(i->blocks[at]->bytes, b->bytes, BLOCK_LEN);
	block_leave(b);
	i->blocks[at]->holders = 1;
	return i->blocks[at];
}

static void image_resize(struct image *i, size_t len)
{
	size_t count = len / BLOCK_LEN + (len % BLOCK_LEN > 0);

	if (count > i->blocks_max) {
		size_t max = count + count / 2 + 16;
		i->blocks = xrealloc(i->blocks, max * sizeof *i->blocks);
		memset(i->blocks + i->blocks_max, 0, (max - i->blocks_max) * sizeof *i->blocks);
		i->blocks_max = max;
	}
	for (size_t at = count; len < i->len && at <= (i->len - 1) / BLOCK_LEN; at++) {
		block_leave(i->blocks[at]);
		i->blocks[at] = NULL;
	}
	if (len < i->len && len % BLOCK_LEN > 0 && i->blocks[len / BLOCK_LEN] != NULL)
		memset(block_own(i, len / BLOCK_LEN)->bytes + len % BLOCK_LEN, 0,
		       BLOCK_LEN - len % BLOCK_LEN);
	i->len = len;
}

static void image_write(struct image *i, uint64_t offset, const uint8_t *ptr, size_t len)
{
	if (len == 0)
		return;
	if (offset + len > i->len)
		image_resize(i, (size_t)offset + len);
	for (size_t done = 0; done < len;) {
		size_t at = (size_t)offset + done, part = BLOCK_LEN - at % BLOCK_LEN;
		if (part > len - done)
			part = len - done;
		memcpy(block_own(i, at / BLOCK_LEN)->bytes + at % BLOCK_LEN, ptr + done, part);
		done += part;
	}
}

/* Within the length. */
static void image_read(const struct image *i, uint64_t offset, uint8_t *out, size_t len)
{
	for (size_t done = 0; done < len;) {
		size_t at = (size_t)offset + done, part = BLOCK_LEN - at % BLOCK_LEN;
		const struct block *b = i->blocks[at / BLOCK_LEN];
		if (part > len - done)
			part = len - done;
		if (b == NULL)
			memset(out + done, 0, part);
		else
			memcpy(out + done, b->bytes + at % BLOCK_LEN, part);
		done += part;
	}
}

/* Shows what `from` does; *i held nothing, or is given up. */
static void image_share(struct image *i, const struct image *from)
{
	image_resize(i, 0);
	image_resize(i, from->len);
	for (size_t at = 0; at * BLOCK_LEN < from->len; at++) {
		i->blocks[at] = from->blocks[at];
		if (i->blocks[at] != NULL)
			i->blocks[at]->holders++;
	}
}

static void image_free(struct image *i)
{
	image_resize(i, 0);
	free(i->blocks);
}

static void change_apply(struct image *i, const struct change *c)
{
	if (c->ptr == NULL)
		image_resize(i, (size_t)c->offset);
	else
		image_write(i, c->offset, c->ptr, c->len);
}

static void change_note(struct sim_file *f, uint64_t offset, const uint8_t *ptr, size_t len)
{
	struct change *c;

	if (ptr != NULL && len == 0)
		return;
	if (f->changes_count == f->changes_max) {
		f->changes_max = f->changes_max * 2 + 16;
		f->changes = xrealloc(f->changes, f->changes_max * sizeof *f->changes);
	}
	c = &f->changes[f->changes_count++];
	*c = (struct change){ .offset = offset, .len = len };
	if (ptr != NULL) {
		c->ptr = xrealloc(NULL, len);
		memcpy(c->ptr, ptr, len);
	}
	change_apply(&f->live, c);
}

static void changes_drop(struct sim_file *f)
{
	for (size_t i = 0; i < f->changes_count; i++)
		free(f->changes[i].ptr);
	f->changes_count = 0;
}

static void file_free(struct sim_file *f)
{
	changes_drop(f);
	free(f->changes);
	image_free(&f->live);
	image_free(&f->synced);
}

/* ---- Faults. ---- */

static struct sim_disk *sim(struct disk *d)
{
	return (struct sim_disk *)d;
}

enum operation { OPERATION_LOOK, OPERATION_CHANGE, OPERATION_GROWTH };

static bool is_counted(const struct sim_disk *d, enum operation o)
{
	switch (d->fail_which) {
	case SIM_DISK_ANY:
		return true;
	case SIM_DISK_CHANGES:
		return o != OPERATION_LOOK;
	case SIM_DISK_ROOM:
		break;
	}
	return o == OPERATION_GROWTH;
}

/* Every operation begins here; true: it is to fail. */
static bool operation(struct sim_disk *d, enum operation o)
{
	bool is_change = o != OPERATION_LOOK;

	if (d->is_paused)
		return false;
	if (is_change && d->changes != NULL)
		d->changes(d->self);
	d->counts.operations++;
	d->counts.changes += is_change;
	if (d->has_failed && d->is_for_ever && is_counted(d, o)) {
		d->counts.failed++;
		return true;
	}
	if (d->fail_in == 0 || !is_counted(d, o) || --d->fail_in > 0)
		return false;
	d->has_failed = true;
	d->counts.failed++;
	return true;
}

static struct sim_file *file_find(struct sim_disk *d, const char *name)
{
	for (size_t i = 0; i < d->files_count; i++) {
		if (strcmp(d->files[i].name, name) == 0)
			return &d->files[i];
	}
	return NULL;
}

/* ---- Operations. ---- */

static bool sim_exists(struct disk *disk, const char *name)
{
	return file_find(sim(disk), name) != NULL;
}

static enum err sim_open(struct disk *disk, const char *name)
{
	struct sim_disk *d = sim(disk);
	struct sim_file *f;

	if (operation(d, OPERATION_LOOK))
		return ERR_IO;
	if (file_find(d, name) != NULL)
		return ERR_OK;
	if (strlen(name) > DISK_NAME_MAX)
		return ERR_LIMIT;
	d->files = xrealloc(d->files, (d->files_count + 1) * sizeof *d->files);
	f = &d->files[d->files_count++];
	memset(f, 0, sizeof *f);
	memcpy(f->name, name, strlen(name));
	return ERR_OK;
}

static enum err sim_read(struct disk *disk, const char *name, uint64_t offset, uint8_t *out, size_t len,
			 size_t *got)
{
	const struct sim_file *f = file_find(sim(disk), name);

	if (operation(sim(disk), OPERATION_LOOK))
		return ERR_IO;
	if (f == NULL)
		return ERR_NOT_FOUND;
	*got = 0;
	if (offset < f->live.len)
		*got = f->live.len - offset < len ? f->live.len - (size_t)offset : len;
	image_read(&f->live, offset, out, *got);
	return ERR_OK;
}

static enum err sim_write(struct disk *disk, const char *name, uint64_t offset, struct bytes part)
{
	struct sim_disk *d = sim(disk);
	struct sim_file *f = file_find(d, name);
	uint64_t used = sim_disk_used(d), grown = 0;
	bool is_failing;

	if (f != NULL && offset + part.len > f->live.len)
		grown = offset + part.len - f->live.len;
	is_failing = operation(d, grown > 0 ? OPERATION_GROWTH : OPERATION_CHANGE);
	if (f == NULL)
		return ERR_NOT_FOUND;
	if (is_failing && d->fail_which == SIM_DISK_ROOM && grown > 0) {
		d->counts.full++;
		return ERR_FULL;
	}
	if (is_failing) {
		/* It may have come as far as some byte of it. */
		size_t len = part.len == 0 ? 0 : (size_t)prng_below(&d->prng, part.len);
		change_note(f, offset, part.ptr, len);
		return ERR_IO;
	}
	if (grown > 0 && (used >= d->limit || grown > d->limit - used)) {
		d->counts.full++;
		return ERR_FULL;
	}
	change_note(f, offset, part.ptr, part.len);
	return ERR_OK;
}

static enum err sim_truncate(struct disk *disk, const char *name, uint64_t size)
{
	struct sim_file *f = file_find(sim(disk), name);

	if (operation(sim(disk), OPERATION_CHANGE))
		return ERR_IO;
	if (f == NULL)
		return ERR_NOT_FOUND;
	change_note(f, size, NULL, 0);
	return ERR_OK;
}

static enum err sim_sync(struct disk *disk, const char *name)
{
	struct sim_disk *d = sim(disk);
	struct sim_file *f = file_find(d, name);
	bool is_failing = operation(d, OPERATION_CHANGE);

	if (f == NULL)
		return ERR_NOT_FOUND;
	f->is_synced = true;
	for (size_t i = 0; i < f->changes_count; i++) {
		/* A kernel whose write-back failed forgets that the page was dirty: no later sync brings it
		 * back. */
		if (!is_failing || prng_is_one_in(&d->prng, 2))
			change_apply(&f->synced, &f->changes[i]);
	}
	changes_drop(f);
	return is_failing ? ERR_IO : ERR_OK;
}

static enum err sim_size(struct disk *disk, const char *name, uint64_t *out)
{
	const struct sim_file *f = file_find(sim(disk), name);

	if (operation(sim(disk), OPERATION_LOOK))
		return ERR_IO;
	if (f == NULL)
		return ERR_NOT_FOUND;
	*out = f->live.len;
	return ERR_OK;
}

static void file_remove(struct sim_disk *d, struct sim_file *f)
{
	file_free(f);
	*f = d->files[--d->files_count];
}

static enum err sim_remove(struct disk *disk, const char *name)
{
	struct sim_file *f = file_find(sim(disk), name);

	if (operation(sim(disk), OPERATION_CHANGE))
		return ERR_IO;
	if (f == NULL)
		return ERR_NOT_FOUND;
	file_remove(sim(disk), f);
	return ERR_OK;
}

/* ---- Power. ---- */

/* What one crash does to sectors, so that the simple histories happen often too. */
enum power { POWER_ALL_LOST, POWER_ALL_KEPT, POWER_MIXED, POWER_COUNT };

static void sector_settle(struct sim_disk *d, enum power power, struct image *platter, uint64_t offset,
			  const uint8_t *ptr, size_t len)
{
	uint64_t draw = power == POWER_MIXED ? prng_below(&d->prng, 4) : power == POWER_ALL_LOST ? 0 : 3;

	if (draw == 0) {
		d->counts.lost++;
	} else if (draw == 1) {
		d->counts.torn++;
		image_write(platter, offset, ptr, (size_t)prng_below(&d->prng, len));
	} else {
		d->counts.kept++;
		image_write(platter, offset, ptr, len);
	}
}

static void change_settle(struct sim_disk *d, enum power power, struct image *platter, const struct change *c)
{
	size_t done = 0;

	if (c->ptr == NULL) {
		if (power == POWER_ALL_KEPT || (power == POWER_MIXED && prng_is_one_in(&d->prng, 2)))
			change_apply(platter, c);
		return;
	}
	while (done < c->len) {
		uint64_t at = c->offset + done;
		size_t len = SIM_SECTOR_LEN - (size_t)(at % SIM_SECTOR_LEN);

		if (len > c->len - done)
			len = c->len - done;
		sector_settle(d, power, platter, at, c->ptr + done, len);
		done += len;
	}
}

void sim_disk_crash(struct sim_disk *d, uint64_t seed)
{
	enum power power;

	prng_init(&d->prng, seed);
	power = (enum power)prng_below(&d->prng, POWER_COUNT);
	d->counts.crashes++;
	d->has_failed = false;
	d->fail_in = 0;
	for (size_t i = d->files_count; i-- > 0;) {
		struct sim_file *f = &d->files[i];
		if (!f->is_synced && prng_is_one_in(&d->prng, 2)) {
			file_remove(d, f);
			continue;
		}
		for (size_t k = 0; k < f->changes_count; k++)
			change_settle(d, power, &f->synced, &f->changes[k]);
		changes_drop(f);
		f->is_synced = true;
		image_share(&f->live, &f->synced);
	}
}

/* How far a cut lets a file's changes come: all of them, or in order as far as some byte of one of them. */
struct reach {
	size_t whole; /* changes that came whole */
	bool is_torn; /* and the next one in part */
};

static struct reach reach_of(struct sim_disk *d, const struct sim_file *f, enum sim_disk_damage damage)
{
	struct reach r = { f->changes_count, false };

	if (damage == SIM_DISK_LOST)
		r.whole = 0;
	if (damage == SIM_DISK_TORN && f->changes_count > 0) {
		r.whole = (size_t)prng_below(&d->prng, f->changes_count);
		r.is_torn = true;
	}
	return r;
}

/* Half of the sectors come; the others stay as they were, or have what nobody wrote. */
static void change_scatter(struct sim_disk *d, struct image *platter, const struct change *c, bool is_random)
{
	uint8_t noise[SIM_SECTOR_LEN];

	if (c->ptr == NULL) {
		if (prng_is_one_in(&d->prng, 2))
			change_apply(platter, c);
		return;
	}
	for (size_t done = 0, len; done < c->len; done += len) {
		uint64_t at = c->offset + done;
		bool comes = prng_is_one_in(&d->prng, 2);

		len = SIM_SECTOR_LEN - (size_t)(at % SIM_SECTOR_LEN);
		if (len > c->len - done)
			len = c->len - done;
		d->counts.kept += comes;
		d->counts.lost += !comes;
		if (comes)
			image_write(platter, at, c->ptr + done, len);
		if (comes || !is_random)
			continue;
		for (size_t i = 0; i < sizeof noise; i += 8)
			be64_put(noise + i, prng_next(&d->prng));
		image_write(platter, at, noise, len);
	}
}

static void file_cut(struct sim_disk *d, struct sim_file *f, enum sim_disk_damage damage)
{
	struct reach r = reach_of(d, f, damage);

	for (size_t i = 0; i < r.whole; i++) {
		if (damage == SIM_DISK_TORN)
			change_apply(&f->synced, &f->changes[i]);
		else
			change_scatter(d, &f->synced, &f->changes[i], damage == SIM_DISK_RANDOM);
	}
	if (r.is_torn && f->changes[r.whole].ptr != NULL) {
		const struct change *c = &f->changes[r.whole];
		d->counts.torn++;
		image_write(&f->synced, c->offset, c->ptr, (size_t)prng_below(&d->prng, c->len));
	}
	changes_drop(f);
	f->is_synced = true;
	image_share(&f->live, &f->synced);
}

void sim_disk_cut(struct sim_disk *d, enum sim_disk_damage damage, uint64_t seed)
{
	prng_init(&d->prng, seed);
	d->counts.crashes++;
	d->has_failed = false;
	d->fail_in = 0;
	for (size_t i = d->files_count; i-- > 0;) {
		struct sim_file *f = &d->files[i];
		if (!f->is_synced && (damage == SIM_DISK_LOST || prng_is_one_in(&d->prng, 2)))
			file_remove(d, f);
		else
			file_cut(d, f, damage);
	}
}

bool sim_disk_is_dirty(const struct sim_disk *d)
{
	for (size_t i = 0; i < d->files_count; i++) {
		if (d->files[i].changes_count > 0 || !d->files[i].is_synced)
			return true;
	}
	return false;
}

void sim_disk_watch(struct sim_disk *d, void (*changes)(void *self), void *self)
{
	d->changes = changes;
	d->self = self;
}

void sim_disk_fail(struct sim_disk *d, uint64_t n, enum sim_disk_which which, bool is_for_ever)
{
	d->fail_in = n;
	d->fail_which = which;
	d->is_for_ever = is_for_ever;
	d->has_failed = false;
}

void sim_disk_pause(struct sim_disk *d, bool is_paused)
{
	d->is_paused = is_paused;
}

bool sim_disk_has_failed(const struct sim_disk *d)
{
	return d->has_failed;
}

void sim_disk_limit(struct sim_disk *d, uint64_t size)
{
	d->limit = size;
}

uint64_t sim_disk_used(const struct sim_disk *d)
{
	uint64_t used = 0;

	for (size_t i = 0; i < d->files_count; i++)
		used += d->files[i].live.len;
	return used;
}

enum err sim_disk_flip(struct sim_disk *d, const char *name, uint64_t bit)
{
	struct sim_file *f = file_find(d, name);
	size_t at = (size_t)(bit / 8);
	uint8_t mask = (uint8_t)(1u << (bit % 8));

	if (f == NULL || bit / 8 >= f->live.len)
		return ERR_NOT_FOUND;
	block_own(&f->live, at / BLOCK_LEN)->bytes[at % BLOCK_LEN] ^= mask;
	if (at < f->synced.len)
		block_own(&f->synced, at / BLOCK_LEN)->bytes[at % BLOCK_LEN] ^= mask;
	return ERR_OK;
}

/* ---- Life. ---- */

static const struct disk_ops sim_ops = {
	.open = sim_open,
	.exists = sim_exists,
	.read = sim_read,
	.write = sim_write,
	.truncate = sim_truncate,
	.sync = sim_sync,
	.size = sim_size,
	.remove = sim_remove,
};

struct sim_disk *sim_disk_new(uint64_t seed)
{
	struct sim_disk *d = xcalloc(1, sizeof *d);

	d->disk.ops = &sim_ops;
	d->limit = UINT64_MAX;
	prng_init(&d->prng, seed);
	return d;
}

struct sim_disk *sim_disk_copy(const struct sim_disk *from, uint64_t seed)
{
	struct sim_disk *d = sim_disk_new(seed);

	d->files = xcalloc(from->files_count + 1, sizeof *d->files);
	d->files_count = from->files_count;
	for (size_t i = 0; i < d->files_count; i++) {
		struct sim_file *f = &d->files[i];
		memcpy(f->name, from->files[i].name, sizeof f->name);
		image_share(&f->live, &from->files[i].live);
		image_share(&f->synced, &from->files[i].live);
		f->is_synced = true;
	}
	return d;
}

struct sim_disk *sim_disk_moment(const struct sim_disk *from, uint64_t seed)
{
	struct sim_disk *d = sim_disk_copy(from, seed);

	for (size_t i = 0; i < d->files_count; i++) {
		struct sim_file *f = &d->files[i];
		const struct sim_file *of = &from->files[i];
		image_share(&f->synced, &of->synced);
		f->is_synced = of->is_synced;
		f->changes_max = of->changes_count;
		f->changes = xcalloc(of->changes_count + 1, sizeof *f->changes);
		for (size_t k = 0; k < of->changes_count; k++) {
			struct change *c = &f->changes[f->changes_count++];
			*c = of->changes[k];
			if (c->ptr == NULL)
				continue;
			c->ptr = xrealloc(NULL, c->len);
			memcpy(c->ptr, of->changes[k].ptr, c->len);
		}
	}
	return d;
}

void sim_disk_free(struct sim_disk *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->files_count; i++)
		file_free(&d->files[i]);
	free(d->files);
	free(d);
}

struct disk *sim_disk_disk(struct sim_disk *d)
{
	return &d->disk;
}

const struct sim_disk_counts *sim_disk_counts(const struct sim_disk *d)
{
	return &d->counts;
}
